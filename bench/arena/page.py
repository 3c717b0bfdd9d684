"""The findings as one HTML file that needs no network: style and pictures stand in it; light and dark, for telephones and for paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from .cell import ENDINGS
from .charts import Estimate, Point, forest, mark, scatter
from .findings import ALL, HEADLINE, LEVEL, select, tally
from .metrics import METRICS
from .page_style import STYLE
from .report import block_title, blocks, interval_text, manipulated, run_line, shown, value_text

__all__ = ["page"]

_Document = Mapping[str, Any]
_STRONGEST: Final = 0.42
"""Opacity behind the best value of a table."""
_COMPARED: Final = ("captured", "success", "range_share", "recovery", "welfare")


def page(document: _Document) -> str:
    """The whole file."""
    parts = [
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<meta name="color-scheme" content="light dark"><title>Arena of EQ-Negotiator</title><style>{STYLE}</style></head><body><main>',
        f"<h1>Arena</h1><p>{escape(run_line(document))}</p>",
        _assumptions(document),
        _verdict(document),
        _metrics(document),
        _trade_off(document),
        _forests(document),
        *(_block(document, scenarios, beta) for scenarios, beta in blocks(document)),
        "</main></body></html>",
    ]
    return "".join(parts)


def _assumptions(document: _Document) -> str:
    rows = "".join(
        f"<tr><th scope='row'>{escape(one['name'])}</th><td>{escape(shown(one['value']))}</td><td>{escape(one['source'])}</td></tr>"
        for one in document["assumptions"]
    )
    return (
        "<section class='assumed'><h2>What is assumed</h2><p>The debtors are simulated. What follows was declared, not measured: "
        "every conclusion below holds as far as these assumptions do. Whether the tone of a creditor moves a debtor at all is one of them "
        "(beta); at beta 0 it does not.</p>"
        "<table class='plain'><thead><tr><th>assumption</th><th>value</th><th>source</th></tr></thead>"
        f"<tbody>{rows}</tbody></table></section>"
    )


def _verdict(document: _Document) -> str:
    others = _others(document)
    if not others:
        return ""
    reference = document["reference"]
    head = "".join(f"<th colspan='3'>{METRICS[name].title}</th>" for name in HEADLINE)
    kinds = "<th class='n'>better</th><th class='n'>worse</th><th class='n'>unclear</th>" * len(HEADLINE)
    body = "".join(
        f"<tr><th scope='row'>{escape(other)}</th>"
        + "".join(
            f"<td class='n{' good' if kind == 'better' and count else ' bad' if kind == 'worse' and count else ''}'>{count}</td>"
            for name in HEADLINE
            for kind, count in tally(document, other, name).items()
        )
        + "</tr>"
        for other in others
    )
    total = sum(tally(document, others[0], HEADLINE[0]).values())
    return (
        f"<section><h2>{escape(reference)} against the others</h2><p>In how many of {total} combinations of persona, beta and scenarios "
        f"{escape(reference)} is better, worse, or cannot be told apart (unclear: p is {LEVEL} or more after Holm).</p>"
        f"<div class='wide'><table><thead><tr><th rowspan='2'>other</th>{head}"
        f"</tr><tr>{kinds}</tr></thead><tbody>{body}</tbody></table></div></section>"
    )


def _metrics(document: _Document) -> str:
    terms = "".join(f"<dt>{escape(one['title'])}</dt><dd>{escape(one['meaning'])}</dd>" for one in document["metrics"].values())
    return f"<section><h2>How to read it</h2><p>{escape(document['method'])}</p><dl>{terms}</dl></section>"


def _trade_off(document: _Document) -> str:
    numbers = {creditor: number for number, creditor in enumerate(document["creditors"], 1)}
    key = " ".join(f"<span><b>{number}</b> {escape(creditor)}</span>" for creditor, number in numbers.items())
    drawn: dict[str, list[Point]] = {}
    for scenarios, beta in blocks(document):
        points = drawn[block_title(scenarios, beta)] = []
        for row in select(document["rows"], scenarios=scenarios, beta=beta):
            success, share = (row["metrics"][name] for name in ("success", "range_share"))
            if share["mean"] is not None:
                said = f"success {interval_text('success', success)} %, range share {interval_text('range_share', share)} %"
                strong, label = row["creditor"] == document["reference"], f"{row['creditor']}: {said}"
                points.append(Point(numbers[row["creditor"]], success["mean"], share["mean"], strong, label))
    within = [point for points in drawn.values() for point in points]
    figures = [
        _figure(title, scatter(f"Range share against success, {title}", "success, %", "range share, %", points, within))
        for title, points in drawn.items()
    ]
    return (
        "<section><h2>Range share against success</h2><p>Up and to the right is better for the creditor. Who gives the whole range away "
        "agrees with everybody. Along a dashed curve the product of both is the same.</p>"
        f"<p class='key'>{key}</p><div class='charts'>{''.join(figures)}</div></section>"
    )


def _forests(document: _Document) -> str:
    others = _others(document)
    if not others:
        return ""
    reference, betas = document["reference"], document["betas"]
    overall, single = [], []
    for scenarios in document["scenarios"]:
        for name in HEADLINE:
            rows = [(other, _estimates(document, other, name, scenarios=scenarios)) for other in others]
            overall.append(_difference_figure(f"{METRICS[name].title}, {scenarios} scenarios", reference, name, rows))
        for other in others:
            rows = [
                (persona, _estimates(document, other, "captured", scenarios=scenarios, persona=persona)) for persona in document["personas"]
            ]
            single.append(_difference_figure(f"captured, {reference} minus {other}, {scenarios} scenarios", reference, "captured", rows))
    key = " ".join(
        f"<span><svg class='swatch' viewBox='0 0 12 12' aria-hidden='true'>{mark(place, 6, 6)}</svg> beta {beta:g}</span>"
        for place, beta in enumerate(betas)
    )
    return (
        f"<section><h2>Differences on the same seeds</h2><p>{escape(reference)} minus the other, with 95 % intervals; right of zero "
        f"{escape(reference)} has more. Filled: p &lt; {LEVEL} after Holm; hollow: unclear.</p>"
        f"<p class='key'>{key}</p><h3>All personas</h3><div class='charts'>{''.join(overall)}</div>"
        f"<h3>Persona by persona</h3><div class='charts'>{''.join(single)}</div></section>"
    )


def _estimates(document: _Document, other: str, name: str, **where: object) -> list[Estimate]:
    estimates = []
    for place, beta in enumerate(document["betas"]):
        for row in select(document["differences"], creditor=other, beta=beta, **where):
            one = row["metrics"][name]
            if one["mean"] is not None:
                decided = one["p_holm"] is not None and one["p_holm"] < LEVEL
                label = f"beta {beta:g}: {interval_text(name, one, signed=True)}, n {one['n']:,}"
                estimates.append(Estimate(place, one["mean"], one["low"], one["high"], decided, label))
    return estimates


def _difference_figure(title: str, reference: str, name: str, rows: Sequence[tuple[str, Sequence[Estimate]]]) -> str:
    percent = METRICS[name].unit == "share"
    axis = f"{reference} minus the other" + (", percentage points" if percent else "")
    return _figure(title, forest(title, axis, rows, percent=percent))


def _block(document: _Document, scenarios: str, beta: float) -> str:
    creditors = document["creditors"]
    rows = select(document["rows"], scenarios=scenarios, beta=beta)
    parts = [f"<section class='block'><h2>{escape(block_title(scenarios, beta))}</h2><h3>All personas</h3>"]
    cells = {row["creditor"]: {name: row["metrics"][name] for name in METRICS} for row in rows}
    header = "".join(f"<th class='n'>{escape(metric.title)}</th>" for metric in METRICS.values())
    body = "".join(
        f"<tr><th scope='row'>{escape(creditor)}</th>"
        + "".join(
            f"<td class='n' title='{interval_text(name, cells[creditor][name])}'>{value_text(name, cells[creditor][name]['mean'])}</td>"
            for name in METRICS
        )
        + "</tr>"
        for creditor in creditors
    )
    parts.append(f"<div class='wide'><table><thead><tr><th>creditor</th>{header}</tr></thead><tbody>{body}</tbody></table></div>")
    parts.append(_endings(rows))
    parts += [_heat(document, f"{METRICS[name].title}, persona by persona", name, "persona", scenarios, beta) for name in _COMPARED]
    parts.append(_heat(document, "captured, pattern by pattern", "captured", "pattern", scenarios, beta))
    if names := manipulated(document, scenarios, beta):
        parts.append(_heat(document, "share won by tactic alone", "manipulation", "persona", scenarios, beta, names))
    return "".join([*parts, "</section>"])


def _endings(rows: Sequence[Mapping[str, Any]]) -> str:
    header = "".join(f"<th class='n'>{escape(name)}</th>" for name in ENDINGS)
    body = "".join(
        f"<tr><th scope='row'>{escape(row['creditor'])}</th>"
        + "".join(f"<td class='n'>{100 * row['endings'][name]:.1f}</td>" for name in ENDINGS)
        + "</tr>"
        for row in rows
    )
    table = f"<table><thead><tr><th>creditor</th>{header}</tr></thead><tbody>{body}</tbody></table>"
    return f"<h3>How it ended, %</h3><div class='wide'>{table}</div>"


def _heat(
    document: _Document, title: str, name: str, by: str, scenarios: str, beta: float, labels: Sequence[str] | None = None
) -> str:
    """Rows of personas or patterns, a column each creditor; the deeper the colour the better, the best of a row in bold."""
    creditors, better = document["creditors"], METRICS[name].better
    labels = [ALL, *document[f"{by}s"]] if labels is None else labels
    found = {
        label: {row["creditor"]: row["metrics"][name] for row in select(document["rows"], scenarios=scenarios, beta=beta, **{by: label})}
        for label in labels
    }
    means = [one["mean"] for row in found.values() for one in row.values() if one["mean"] is not None]
    worst, best = (min(means, default=0.0), max(means, default=0.0))[::better]
    body = []
    for label, row in found.items():
        defined = [row[creditor]["mean"] for creditor in creditors if row[creditor]["mean"] is not None]
        top = max(defined, key=lambda mean: better * mean, default=None)
        body.append(f"<tr><th scope='row'>{escape(label)}</th>")
        for creditor in creditors:
            one = row[creditor]
            depth = _STRONGEST * (one["mean"] - worst) / (best - worst) if one["mean"] is not None and best != worst else 0.0
            weight = " best" if one["mean"] is not None and one["mean"] == top else ""
            body.append(
                f"<td class='n heat{weight}' style='--depth:{depth:.2f}' title='{interval_text(name, one)}'>"
                f"{value_text(name, one['mean']).removesuffix(' %')}</td>"
            )
        body.append("</tr>")
    unit = ", %" if METRICS[name].unit == "share" else ""
    header = "".join(f"<th class='n'>{escape(creditor)}</th>" for creditor in creditors)
    return (
        f"<h3>{escape(title)}{unit}</h3><div class='wide'><table><thead><tr><th>{by}</th>{header}</tr></thead>"
        f"<tbody>{''.join(body)}</tbody></table></div>"
    )


def _figure(title: str, drawing: str) -> str:
    return f"<figure><figcaption>{escape(title)}</figcaption>{drawing}</figure>"


def _others(document: _Document) -> list[str]:
    return [name for name in document["creditors"] if name != document["reference"]]
