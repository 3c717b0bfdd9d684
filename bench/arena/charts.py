"""Pictures as SVG fragments for a page: no script, no outside reference; colours and sizes of text come from the page's style.

Each is drawn 340 units wide, so that its text stays readable on a telephone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from html import escape
from typing import Final, NamedTuple

__all__ = ["MARKS", "Estimate", "Point", "forest", "mark", "scatter"]

MARKS: Final = ("circle", "square", "diamond", "triangle")
"""Shape of the n-th mark of a row; class m0, m1, ... gives its colour."""
_WIDTH: Final = 340
_LEFT: Final = 92
_RIGHT: Final = 12
_STEP: Final = 11
_AXIS: Final = 34
_LEAST_SPAN: Final = 1e-4
"""Of an axis: values closer together than this are drawn as equal."""


class Estimate(NamedTuple):
    """A mark with its interval. decided: drawn filled, else hollow."""

    series: int
    mean: float
    low: float
    high: float
    decided: bool
    label: str


class Point(NamedTuple):
    """A dot with a number beside it."""

    number: int
    x: float
    y: float
    strong: bool
    label: str


def forest(title: str, axis: str, rows: Sequence[tuple[str, Sequence[Estimate]]], *, percent: bool) -> str:
    """Rows of estimates with their intervals, around the line of zero.

    Args:
        percent: the axis shows a hundred times the values.
    """
    values = [value for _, estimates in rows for one in estimates for value in (one.low, one.high)]
    low, high, step = _scale([0.0, *values])
    tall = [max(1, len(estimates)) * _STEP + 7 for _, estimates in rows]
    bottom = sum(tall) + 6
    height = bottom + _AXIS

    def x(value: float) -> float:
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    parts = [_open(title, height)]
    for tick in _ticks(low, high, step):
        kind = "zero" if abs(tick) < step / 1e6 else "grid"
        parts.append(f'<line class="{kind}" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="2" y2="{bottom}"/>')
        words = _tick_text(tick, step, percent=percent)
        parts.append(f'<text class="tick" x="{x(tick):.1f}" y="{bottom + 13}" text-anchor="middle">{words}</text>')
    top = 4.0
    for (name, estimates), size in zip(rows, tall, strict=True):
        parts.append(f'<text class="name" x="{_LEFT - 8}" y="{top + size / 2 + 1:.1f}" text-anchor="end">{escape(name)}</text>')
        for place, one in enumerate(estimates):
            y = top + 6.5 + place * _STEP
            parts.append(
                f'<g class="m{one.series % len(MARKS)}"><title>{escape(one.label)}</title>'
                f'<line x1="{x(one.low):.1f}" x2="{x(one.high):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f"{mark(one.series, x(one.mean), y, filled=one.decided)}</g>"
            )
        top += size
    parts.append(f'<text class="axis" x="{(_LEFT + _WIDTH - _RIGHT) / 2:.0f}" y="{height - 4}" text-anchor="middle">{escape(axis)}</text>')
    return "".join([*parts, "</svg>"])


def scatter(title: str, x_axis: str, y_axis: str, points: Sequence[Point], within: Sequence[Point]) -> str:
    """Numbered dots over two shares in percent; dashed curves join what has the same product.

    Args:
        within: points that the axes have room for: `points` and those of the pictures beside it.
    """
    left, bottom, top, right = 40, 250, 8, _WIDTH - 10
    height = bottom + _AXIS
    x_low, x_high, x_step = _scale([point.x for point in within] or [0.0, 1.0])
    y_low, y_high, y_step = _scale([point.y for point in within] or [0.0, 1.0])

    def x(value: float) -> float:
        return left + (value - x_low) / (x_high - x_low) * (right - left)

    def y(value: float) -> float:
        return bottom - (value - y_low) / (y_high - y_low) * (bottom - top)

    parts = [_open(title, height)]
    for tick in _ticks(x_low, x_high, x_step):
        parts.append(f'<line class="grid" x1="{x(tick):.1f}" x2="{x(tick):.1f}" y1="{top}" y2="{bottom}"/>')
        words = _tick_text(tick, x_step, percent=True)
        parts.append(f'<text class="tick" x="{x(tick):.1f}" y="{bottom + 13}" text-anchor="middle">{words}</text>')
    for tick in _ticks(y_low, y_high, y_step):
        parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y(tick):.1f}" y2="{y(tick):.1f}"/>')
        words = _tick_text(tick, y_step, percent=True)
        parts.append(f'<text class="tick" x="{left - 5}" y="{y(tick) + 3.5:.1f}" text-anchor="end">{words}</text>')
    parts += [_same_product(product / 20, x, y, (x_low, x_high), (y_low, y_high)) for product in range(1, 20)]
    places = [(x(point.x), y(point.y)) for point in points]
    for point, place, (label_x, label_y) in zip(points, places, _label_places(places, (left, top, right, bottom)), strict=True):
        parts.append(
            f'<g class="{"disc strong" if point.strong else "disc"}"><title>{escape(point.label)}</title>'
            f'<line x1="{place[0]:.1f}" y1="{place[1]:.1f}" x2="{label_x:.1f}" y2="{label_y:.1f}"/>'
            f'<circle cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="3.2"/><circle class="plate" cx="{label_x:.1f}" cy="{label_y:.1f}" r="7"/>'
            f'<text x="{label_x:.1f}" y="{label_y + 3.7:.1f}" text-anchor="middle">{point.number}</text></g>'
        )
    parts.append(f'<text class="axis" x="{(left + right) / 2:.0f}" y="{height - 4}" text-anchor="middle">{escape(x_axis)}</text>')
    middle = (top + bottom) / 2
    parts.append(
        f'<text class="axis" x="10" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 10 {middle:.0f})">{escape(y_axis)}</text>'
    )
    return "".join([*parts, "</svg>"])


def mark(series: int, x: float, y: float, *, filled: bool = True) -> str:
    """The shape of a series around a place; for legends too."""
    kind = f"m{series % len(MARKS)}" if filled else f"m{series % len(MARKS)} open"
    shape = MARKS[(series + series // len(MARKS)) % len(MARKS)]  # the fifth has the first one's colour and the second one's shape
    if shape == "circle":
        return f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3.6"/>'
    corners = {
        "square": ((-3.2, -3.2), (3.2, -3.2), (3.2, 3.2), (-3.2, 3.2)),
        "diamond": ((0, -4.6), (4.6, 0), (0, 4.6), (-4.6, 0)),
        "triangle": ((0, -4.4), (4.2, 3.2), (-4.2, 3.2)),
    }[shape]
    return f'<polygon class="{kind}" points="{" ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in corners)}"/>'


def _open(title: str, height: float) -> str:
    return f'<svg viewBox="0 0 {_WIDTH} {height:.0f}" role="img" aria-label="{escape(title)}"><title>{escape(title)}</title>'


def _scale(values: Sequence[float]) -> tuple[float, float, float]:
    """Lower end, upper end and step of an axis: 1, 2 or 5 times a power of ten, three to seven steps."""
    low, high = min(values), max(values)
    if high - low < _LEAST_SPAN:
        low, high = low - _LEAST_SPAN, high + _LEAST_SPAN
    pad = 0.04 * (high - low)
    rough = (high - low + 2 * pad) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda factor: abs(math.log(factor * power / rough)))
    return low - pad, high + pad, step


def _ticks(low: float, high: float, step: float) -> list[float]:
    first, last = math.ceil(low / step), math.floor(high / step)
    return [number * step for number in range(first, last + 1)]


def _tick_text(value: float, step: float, *, percent: bool) -> str:
    scale = 100.0 if percent else 1.0
    digits = max(0, -math.floor(math.log10(step * scale) + 1e-9))
    return f"{value * scale + 0.0:.{digits}f}"  # adding 0.0 makes -0.0 a plain zero


def _same_product(
    product: float, x: Callable[[float], float], y: Callable[[float], float], xs: tuple[float, float], ys: tuple[float, float]
) -> str:
    """A dashed curve of the points within the axes with this product; empty where there are none."""
    low, high = max(xs[0], product / ys[1] if ys[1] > 0 else math.inf, 1e-6), min(xs[1], product / ys[0] if ys[0] > 0 else xs[1])
    if low >= high:
        return ""
    places = [low + (high - low) * part / 24 for part in range(25)]
    line = " ".join(f"{x(place):.1f},{y(product / place):.1f}" for place in places)
    return f'<polyline class="same" points="{line}"/>'


def _label_places(places: Sequence[tuple[float, float]], bounds: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """A place for each number near its dot, clear of all dots and of the numbers before it; the nearest that is free."""
    left, top, right, bottom = bounds
    taken: list[tuple[float, float]] = []
    for x, y in places:
        near = [
            (x + radius * math.cos(angle), y - radius * math.sin(angle))
            for radius in (13, 20, 28, 38, 50)
            for angle in (math.pi * turn / 8 for turn in (2, 6, 14, 10, 0, 8, 4, 12, 1, 3, 5, 7, 9, 11, 13, 15))
        ]
        inside = [one for one in near if left + 8 <= one[0] <= right - 8 and top + 8 <= one[1] <= bottom - 8]
        free = [
            one for one in inside if all(math.dist(one, dot) > 11 for dot in places) and all(math.dist(one, other) > 15 for other in taken)
        ]
        taken.append((free or inside or near)[0])
    return taken
