"""Confusion matrices and reliability diagrams as PNG."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np

from ..kernels.peers import peer
from .figures import Confusion, Reliability, calibration, confusion, reliability
from .heads import Head, Heads

__all__ = ["plot"]

_DPI: Final = 130
_CELL_INCHES: Final = 0.42
_LABEL_INCHES: Final = 2.4
_PANELS_A_ROW: Final = 4
_DARK: Final = 0.55
"""Share of a row from which on its number stands in white on the dark cell."""


def plot(heads: Heads, folder: Path) -> list[Path]:
    """Write `confusion_<head>.png` of emotion, intent and tactic and `reliability.png` of the emotions; returns what was written.

    Raises:
        MissingPeerError: matplotlib is not installed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name in ("emotion", "intent", "tactic"):
        written.append(folder / f"confusion_{name}.png")
        _draw_confusion(name, confusion(getattr(heads, name)), written[-1])
    written.append(folder / "reliability.png")
    _draw_reliability(heads.emotion, written[-1])
    return written


def _figure(width: float, height: float) -> Any:
    figure = peer("matplotlib.figure").Figure(figsize=(width, height), layout="constrained")
    peer("matplotlib.backends.backend_agg").FigureCanvasAgg(figure)
    return figure


def _draw_confusion(name: str, found: Confusion, path: Path) -> None:
    """Cells hold rows; colour is the share of the true label, so that rare labels show as well as frequent ones."""
    counts = found.counts
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = _figure(_LABEL_INCHES + _CELL_INCHES * len(found.columns), _LABEL_INCHES + _CELL_INCHES * len(found.names))
    axes = figure.add_subplot()
    image = axes.imshow(shares, cmap="Blues", vmin=0.0, vmax=1.0)
    for row, column in zip(*np.nonzero(counts), strict=True):
        colour = "white" if shares[row, column] > _DARK else "black"
        axes.text(column, row, str(counts[row, column]), ha="center", va="center", fontsize=8, color=colour)
    axes.set_xticks(range(len(found.columns)), found.columns, rotation=90, fontsize=8)
    rows = [f"{label} ({total})" for label, total in zip(found.names, counts.sum(axis=1), strict=True)]
    axes.set_yticks(range(len(found.names)), rows, fontsize=8)
    axes.set_xticks(np.arange(len(found.columns) + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(len(found.names) + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="0.88", linewidth=0.6)
    axes.tick_params(which="both", length=0)
    axes.set(xlabel="said", ylabel="labelled (rows)")
    axes.set_title(f"{name}: {counts.sum()} rows with one label", fontsize=10)
    figure.colorbar(image, ax=axes, label="share of the labelled rows", shrink=0.6)
    figure.savefig(path, dpi=_DPI, bbox_inches="tight")


def _draw_reliability(head: Head, path: Path) -> None:
    errors = calibration(head)
    panels = [
        (f"{name}, ECE {errors.labels[name]:.3f}", reliability(head.probability[:, column], head.truth[:, column]))
        for column, name in enumerate(head.names)
    ]
    panels.append((f"all pooled, ECE {errors.pooled:.3f}", reliability(head.probability, head.truth)))
    bands = -(-len(panels) // _PANELS_A_ROW)
    figure = _figure(3.5 * _PANELS_A_ROW, 4.4 * bands)
    grid = figure.add_gridspec(2 * bands, _PANELS_A_ROW, height_ratios=(3, 1.3) * bands)
    for place, (title, bins) in enumerate(panels):
        band, column = divmod(place, _PANELS_A_ROW)
        curve = figure.add_subplot(grid[2 * band, column])
        _draw_panel(curve, figure.add_subplot(grid[2 * band + 1, column], sharex=curve), title, bins)
    figure.savefig(path, dpi=_DPI)


def _draw_panel(curve: Any, histogram: Any, title: str, bins: Reliability) -> None:
    filled = bins.rows > 0
    curve.plot([0, 1], [0, 1], color="0.6", linewidth=1, linestyle="--")
    curve.plot(bins.probability[filled], bins.rate[filled], "o-", markersize=4, linewidth=1.4)
    curve.set(xlim=(0, 1), ylim=(-0.03, 1.03), ylabel="rate of the label")
    curve.set_title(title, fontsize=10)
    curve.grid(visible=True, alpha=0.25)
    curve.tick_params(labelbottom=False)
    width = 1 / len(bins.rows)
    centres = (np.arange(len(bins.rows)) + 0.5) * width
    histogram.bar(centres, bins.rows, width=0.9 * width, color="0.7")
    for centre, rows in zip(centres[filled], bins.rows[filled], strict=True):
        histogram.text(centre, 1.25 * rows, str(rows), ha="center", va="bottom", fontsize=7, rotation=90)
    # Most rows carry none of the seven but neutral; on a linear scale one would see the first bin only.
    histogram.set(yscale="log", ylim=(0.7, 40 * bins.rows.max()), xlabel="probability", ylabel="rows")
