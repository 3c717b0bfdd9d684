"""Cost against size as figures, one PNG a family: ours as solid lines, peers dashed, on logarithmic axes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from .case import Figure
from .peers import peer

__all__ = ["plot"]


class _Panel(NamedTuple):
    title: str
    axis: str
    """Letter of the size that varies."""
    label: str
    kernels: tuple[str, ...]
    fixed: dict[str, int]
    """Sizes that stay; figures of other sizes are left out."""


_PANELS: Final[dict[str, tuple[_Panel, ...]]] = {
    "hmm": (
        _Panel("4 states, 49 symbols", "T", "steps T", ("log_likelihood", "filter", "smooth", "decode"), {"K": 4}),
        _Panel("30 steps, 49 symbols", "K", "states K", ("log_likelihood", "filter", "smooth", "decode"), {"T": 30}),
    ),
    "games": (
        _Panel("all equilibria", "n", "actions of each player", ("support_enumeration", "all_equilibria"), {}),
        _Panel("one equilibrium", "n", "actions of each player", ("lemke_howson",), {}),
        _Panel("zero-sum value", "n", "actions of each player", ("solve_zero_sum",), {}),
    ),
    "bargaining": (
        _Panel("12 rounds", "M", "types and offers", ("offer_policy",), {"T": 12}),
        _Panel("64 types, 64 offers", "T", "rounds", ("offer_policy",), {"K": 64, "M": 64}),
    ),
}


def plot(figures: Sequence[Figure], folder: Path) -> list[Path]:
    """Write `<family>.png` for each family with at least two sizes of something; return what was written.

    Raises:
        MissingPeerError: matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for family, panels in _PANELS.items():
        drawn = [(panel, curves) for panel in panels if (curves := _curves(panel, figures))]
        if drawn:
            written.append(folder / f"{family}.png")
            _draw(drawn, written[-1])
    return written


_Curve = tuple[list[int], list[float], list[float], list[float]]


def _curves(panel: _Panel, figures: Sequence[Figure]) -> dict[tuple[str, bool], _Curve]:
    """(name, whether ours) to sizes, medians, p10 and p90 in microseconds; curves of one point are left out."""
    rows: dict[tuple[str, bool], list[tuple[int, float, float, float]]] = {}
    for figure in figures:
        if figure.name in panel.kernels and panel.fixed.items() <= figure.size.items():
            size = figure.size[panel.axis]
            for name, ours, timing in ((figure.name, True, figure.call), *((name, False, timing) for name, timing in figure.peers.items())):
                rows.setdefault((name, ours), []).append((size, timing.median * 1e6, timing.p10 * 1e6, timing.p90 * 1e6))
    curves: dict[tuple[str, bool], _Curve] = {}
    for key, points in rows.items():
        # Two kernels of ours may have been timed against the same peer: the first measurement is as good as the second.
        by_size = {point[0]: point for point in reversed(points)}
        if len(by_size) > 1:
            sizes, medians, lows, highs = (list(column) for column in zip(*sorted(by_size.values()), strict=True))
            curves[key] = ([int(size) for size in sizes], medians, lows, highs)
    return curves


def _draw(drawn: Sequence[tuple[_Panel, dict[tuple[str, bool], _Curve]]], path: Path) -> None:
    figure_module, agg = peer("matplotlib.figure"), peer("matplotlib.backends.backend_agg")
    figure: Any = figure_module.Figure(figsize=(5.6 * len(drawn), 5.2), layout="constrained")
    agg.FigureCanvasAgg(figure)
    names = sorted({key for _, curves in drawn for key in curves}, key=lambda key: (not key[1], key[0]))
    colours = {key: f"C{number % 10}" for number, key in enumerate(names)}
    handles: dict[tuple[str, bool], Any] = {}
    for place, (panel, curves) in enumerate(drawn):
        axes = figure.add_subplot(1, len(drawn), place + 1)
        for (name, ours), (sizes, medians, lows, highs) in curves.items():
            style = {"color": colours[name, ours], "markersize": 3.5, "linewidth": 1.8 if ours else 1.1}
            (handles[name, ours],) = axes.plot(sizes, medians, "o-" if ours else "s--", label=name, **style)
            axes.fill_between(sizes, lows, highs, color=colours[name, ours], alpha=0.15, linewidth=0)
        axes.set(title=panel.title, xlabel=panel.label, ylabel="microseconds a call", xscale="log", yscale="log")
        ticks = sorted({size for sizes, *_ in curves.values() for size in sizes})
        axes.set_xticks(ticks, [str(tick) for tick in ticks])
        axes.minorticks_off()
        axes.grid(visible=True, alpha=0.25)
    figure.legend(handles=[handles[key] for key in names], loc="outside lower center", ncols=2 * len(drawn), fontsize=8, frameon=False)
    figure.savefig(path, dpi=140)
