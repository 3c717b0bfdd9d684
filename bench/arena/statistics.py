"""Means, differences on the same seeds, intervals and corrected p-values, for very many negotiations.

The resampling never touches the single negotiations. Those of a cell are dealt into at most 250 groups by their index; a group keeps, for
each metric, the sum and the number of its defined values. Groups of independent negotiations are independent and alike, so drawing groups
with replacement is a bootstrap of the mean (of the ratio sum / number), and costs one matrix product for all metrics. Where there are no
more negotiations than groups it is the ordinary bootstrap. Cells are pooled by adding their groups: the same index is the same scenario
and the same luck in every cell, so what such cells have in common stays together in a draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from statistics import NormalDist
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .significance import student_p

__all__ = ["GROUPS", "RESAMPLES", "Grouped", "Interval", "grouped", "intervals", "paired", "pooled"]

GROUPS: Final = 250
RESAMPLES: Final = 4_000
_TAIL: Final = 0.025
"""Of a 95 % interval, on each side."""
_ROUNDING: Final = 1e-12
"""Relative to the mean: differences this small are rounding, not spread."""
_NORMAL: Final = NormalDist()

Floats = NDArray[np.float64]


class Grouped(NamedTuple):
    """Sums and numbers of the defined values, [groups, metrics] each."""

    total: Floats
    number: Floats


class Interval(NamedTuple):
    """Means with their 95 % intervals and p-values, [metrics] each; nan where a metric has no defined value.

    low, high: bias-corrected and accelerated bootstrap (Efron 1987); both are the mean where all groups agree.
    p: two-sided, of the mean being 0: Student's t of the mean over its jackknife error, one degree of freedom less than groups.
    number: defined values.
    """

    mean: Floats
    low: Floats
    high: Floats
    p: Floats
    number: NDArray[np.int64]


def grouped(values: Floats, groups: int = GROUPS) -> Grouped:
    """Deal [n, metrics] into at most `groups` groups of neighbouring indices, sizes equal to within one.

    Raises:
        ValueError: no rows.
    """
    if len(values) == 0:
        raise ValueError("values: there are no rows; pass at least one negotiation")
    starts = np.arange(min(groups, len(values))) * len(values) // min(groups, len(values))
    defined = np.isfinite(values)
    return Grouped(np.add.reduceat(np.where(defined, values, 0.0), starts), np.add.reduceat(defined.astype(np.float64), starts))


def paired(ours: Floats, theirs: Floats, groups: int = GROUPS) -> Grouped:
    """Differences ours - theirs, row by row: [n, metrics] each, of the same seeds in the same order.

    A row counts for a metric where both have a value.

    Raises:
        ValueError: the shapes differ, or there are no rows.
    """
    if ours.shape != theirs.shape:
        raise ValueError(f"ours, theirs: shapes {ours.shape} and {theirs.shape} differ; pass the same negotiations")
    return grouped(ours - theirs, groups)


def pooled(parts: Sequence[Grouped]) -> Grouped:
    """Cells as one.

    Raises:
        ValueError: no parts, or different numbers of groups.
    """
    if len({part.total.shape for part in parts}) != 1:
        raise ValueError(f"parts: shapes {[part.total.shape for part in parts]}; pass at least one part, all of the same shape")
    return Grouped(np.sum([part.total for part in parts], axis=0), np.sum([part.number for part in parts], axis=0))


def intervals(groups: Grouped, *, seed: int, resamples: int = RESAMPLES) -> Interval:
    """Mean, interval and p-value of each metric.

    Args:
        seed: of the resampling; the same for all that shall be comparable.
    """
    total, number = groups
    size = len(total)
    draws = _draws(size, resamples, seed)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total.sum(axis=0) / number.sum(axis=0)
        resampled = (draws @ total) / (draws @ number)
        left_out = (total.sum(axis=0) - total) / (number.sum(axis=0) - number)
    low, high = _bca(mean, resampled, left_out)
    return Interval(mean, low, high, _jackknife_p(mean, left_out), number.sum(axis=0).astype(np.int64))


@lru_cache(maxsize=4)
def _draws(size: int, resamples: int, seed: int) -> Floats:
    """[resamples, size] how often each group was drawn."""
    return np.random.default_rng(seed).multinomial(size, np.full(size, 1.0 / size), size=resamples).astype(np.float64)


def _bca(mean: Floats, resampled: Floats, left_out: Floats) -> tuple[Floats, Floats]:
    """Efron, Better bootstrap confidence intervals (1987), eq. 6.8 for the acceleration."""
    low, high = mean.copy(), mean.copy()
    for column in range(len(mean)):
        found = np.sort(resampled[np.isfinite(resampled[:, column]), column])
        jackknife = left_out[np.isfinite(left_out[:, column]), column]
        deviation = jackknife.mean() - jackknife if len(jackknife) else jackknife
        if len(found) == 0 or len(jackknife) < 2 or found[-1] - found[0] <= _ROUNDING * max(1.0, abs(mean[column])):
            continue
        below = (np.searchsorted(found, mean[column], "left") + np.searchsorted(found, mean[column], "right")) / 2 / len(found)
        bias = _NORMAL.inv_cdf(float(np.clip(below, 0.5 / len(found), 1 - 0.5 / len(found))))
        acceleration = float((deviation**3).sum() / (6.0 * np.square(deviation).sum() ** 1.5))
        for bounds, quantile in ((low, _NORMAL.inv_cdf(_TAIL)), (high, _NORMAL.inv_cdf(1 - _TAIL))):
            moved = bias + (bias + quantile) / (1.0 - acceleration * (bias + quantile))
            bounds[column] = np.quantile(found, _NORMAL.cdf(moved))
    return low, high


def _jackknife_p(mean: Floats, left_out: Floats) -> Floats:
    p = np.full(len(mean), np.nan)
    for column in np.flatnonzero(np.isfinite(mean)):
        jackknife = left_out[np.isfinite(left_out[:, column]), column]
        size = len(jackknife)
        if size < 2:
            continue
        error = np.sqrt((size - 1) / size * np.square(jackknife - jackknife.mean()).sum())
        if error <= _ROUNDING * max(1.0, abs(mean[column])):
            p[column] = 1.0 if abs(mean[column]) <= _ROUNDING else 0.0
        else:
            p[column] = student_p(float(mean[column] / error), size - 1)
    return p
