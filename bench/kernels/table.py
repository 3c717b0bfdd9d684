"""Measured figures as aligned text and as CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from .case import Figure
from .cold import ColdStart
from .targets import Target

__all__ = ["cold_table", "figure_table", "target_table", "write_csv"]

_FIGURE_HEAD: Final = ("kernel", "size", "call", "p10 .. p90", "ns/unit", "body", "ns/unit", "unit", "peer / ours")
_CSV_HEAD: Final = (
    "family", "kernel", "size", "who", "median_seconds", "p10_seconds", "p90_seconds", "samples", "calls", "peer_over_ours",
)  # fmt: skip


def figure_table(figures: Sequence[Figure]) -> str:
    """One line a figure, peers at its end."""
    rows = [_FIGURE_HEAD]
    for figure in figures:
        size = " ".join(f"{letter}={value}" for letter, value in figure.size.items())
        rows.append((
            figure.name, size, duration(figure.call.median), f"{duration(figure.call.p10)} .. {duration(figure.call.p90)}",
            number(figure.call_ns_per_unit), "-" if figure.body is None else duration(figure.body.median), number(figure.body_ns_per_unit),
            figure.unit or "-", ", ".join(f"{ratio:.3g}x {name}" for name, ratio in figure.ratios.items()) or "-",
        ))  # fmt: skip
    return _aligned(rows)


def cold_table(starts: Sequence[ColdStart]) -> str:
    """One line a state of the cache."""
    rows = [("cache", "starts", "import numba", "import kernels", "first calls", "beyond numba", "least .. most")]
    rows += [(
        start.cache, str(start.starts), duration(start.import_numba_seconds), duration(start.import_kernels_seconds),
        duration(start.first_calls_seconds), duration(start.beyond_numba_seconds),
        f"{duration(min(start.beyond_numba))} .. {duration(max(start.beyond_numba))}",
    ) for start in starts]  # fmt: skip
    return _aligned(rows)


def target_table(targets: Sequence[Target]) -> str:
    """One line a target."""
    verdicts = {True: "met", False: "NOT MET", None: "not measured"}
    rows = [("figure", "target", "measured", "")]
    for target in targets:
        measured = "-" if target.measured is None else f"{target.measured:.3g} {target.unit}"
        rows.append((target.figure, f"{target.comparison} {target.wanted:g} {target.unit}", measured, verdicts[target.met]))
    return _aligned(rows)


def write_csv(figures: Sequence[Figure], path: Path) -> None:
    """One row for each of: our call, our body, each peer. Seconds a call."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["family", "kernel", "size", "who", "median_seconds", "p10_seconds", "p90_seconds", "samples", "calls", "peer_over_ours"]
        )
        for figure in figures:
            size = " ".join(f"{letter}={value}" for letter, value in figure.size.items())
            bodies = [] if figure.body is None else [("body", figure.body, "")]
            peers = [(name, timing, figure.ratios[name]) for name, timing in figure.peers.items()]
            for who, timing, ratio in [("call", figure.call, ""), *bodies, *peers]:
                writer.writerow([figure.family, figure.name, size, who, *timing, ratio])


def duration(seconds: float) -> str:
    """Three digits and a fitting unit."""
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if seconds >= scale:
            return f"{seconds / scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def number(value: float | None) -> str:
    """Three digits, or a dash."""
    return "-" if value is None else f"{value:.3g}"


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
