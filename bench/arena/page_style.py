"""The style of the page: one sheet for light, dark, narrow and printed."""

from __future__ import annotations

from typing import Final

__all__ = ["STYLE"]

STYLE: Final = """
:root{--paper:#fff;--ink:#1b1f24;--soft:#5b6470;--line:#d5dae0;--panel:#f5f7f9;--heat:15 118 110;--good:#0b6b3a;--bad:#a5281b;
--m0:#b45309;--m1:#475569;--m2:#0f766e;--m3:#6d28d9;--strong:#0f766e}
@media (prefers-color-scheme:dark){:root{--paper:#12161b;--ink:#e6e9ed;--soft:#9aa4b0;--line:#333b45;--panel:#1a2027;--heat:45 190 175;
--good:#5fd38d;--bad:#ff8f80;--m0:#f5a552;--m1:#a9b6c6;--m2:#45c9b8;--m3:#b39bff;--strong:#45c9b8}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:16px}
h1{font-size:1.7rem;margin:.2em 0}h2{font-size:1.25rem;margin:2em 0 .4em}h3{font-size:1rem;margin:1.4em 0 .4em}
p,dl{max-width:75ch}dt{font-weight:600}dd{margin:0 0 .4em 1em}
.assumed{border-left:4px solid var(--m0);background:var(--panel);padding:.2em 1em 1em;margin:1.2em 0}.assumed h2{margin-top:.7em}
.wide{overflow-x:auto}
table{border-collapse:collapse;font-size:.85rem;font-variant-numeric:tabular-nums}
th,td{padding:.3em .55em;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{color:var(--soft);font-weight:600;vertical-align:bottom}tbody th{font-weight:600}
.n{text-align:right;white-space:nowrap}
.wide th:first-child{position:sticky;left:0;background:var(--paper)}
.plain{width:100%}.plain td{overflow-wrap:anywhere}
.heat{background:rgb(var(--heat) / var(--depth));print-color-adjust:exact;-webkit-print-color-adjust:exact}
.best{font-weight:700}.good{color:var(--good);font-weight:600}.bad{color:var(--bad);font-weight:600}
.key span{display:inline-block;margin-right:1em;white-space:nowrap}.swatch{width:12px;height:12px;vertical-align:-1px}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,310px),1fr));gap:18px}
figure{margin:0;max-width:460px}figcaption{font-weight:600;font-size:.85rem;margin-bottom:.3em}
svg{display:block;width:100%;height:auto;font-family:inherit}.swatch{display:inline-block}
svg text{fill:var(--ink);font-size:11px}.tick,.axis{fill:var(--soft)!important}.name{font-weight:600}
.grid{stroke:var(--line);stroke-width:.7}.zero{stroke:var(--soft);stroke-width:1.4}
.same{fill:none;stroke:var(--soft);stroke-width:.7;opacity:.6;stroke-dasharray:2 4}
.m0{--c:var(--m0)}.m1{--c:var(--m1)}.m2{--c:var(--m2)}.m3{--c:var(--m3)}
.m0,.m1,.m2,.m3{stroke:var(--c);stroke-width:1.5;fill:var(--c)}.open{fill:var(--paper)}
.disc circle{fill:var(--soft)}.disc line{stroke:var(--soft);stroke-width:.8}
.disc .plate{fill:var(--panel);stroke:var(--soft);stroke-width:.8}
.strong circle{fill:var(--strong)}.strong .plate{fill:var(--strong);stroke:var(--strong)}.strong text{fill:var(--paper);font-weight:700}
@media (max-width:560px){.plain thead{display:none}.plain tr,.plain th,.plain td{display:block;border:0;padding:0 0 .1em}
.plain tr{border-bottom:1px solid var(--line);padding:.4em 0}.plain td:last-child{color:var(--soft)}}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--line:#bbb;--panel:#fff;--heat:15 118 110;--good:#0b6b3a;--bad:#a5281b;
--m0:#b45309;--m1:#475569;--m2:#0f766e;--m3:#6d28d9;--strong:#0f766e}
body{font-size:10pt}main{max-width:none;padding:0}.wide{overflow:visible}table{font-size:7.5pt}th,td{padding:.2em .35em}
.wide th:first-child{position:static}figure,tr,h3{break-inside:avoid}h2,h3{break-after:avoid}
.charts{grid-template-columns:repeat(2,1fr)}}
@page{margin:12mm}
"""
