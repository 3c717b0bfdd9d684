"""p-values: Student's t, and Holm's correction for families of comparisons. numpy only."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

__all__ = ["holm", "student_p"]


def student_p(t: float, degrees: int) -> float:
    """Two-sided p-value of Student's t, by the finite series for whole degrees of freedom (Abramowitz and Stegun 26.7.3, 26.7.4).

    Absolute error about 1e-15, so smaller values come out as 0.

    Raises:
        ValueError: no degree of freedom.
    """
    if degrees < 1:
        raise ValueError(f"degrees: {degrees} is not 1 or more")
    angle = math.atan(abs(t) / math.sqrt(degrees))
    cosine_square = math.cos(angle) ** 2
    odd = degrees % 2 == 1
    term = math.cos(angle) if odd else 1.0
    series = term if degrees > 1 else 0.0
    for step in range(3 if odd else 2, degrees - 1, 2):
        term *= cosine_square * (step - 1) / step
        series += term
    within = 2.0 / math.pi * (angle + math.sin(angle) * series) if odd else math.sin(angle) * series
    return min(1.0, max(0.0, 1.0 - within))


def holm(p: NDArray[np.float64]) -> NDArray[np.float64]:
    """p-values adjusted for having looked at all of them (Holm 1979): reject where the result is below the level wanted.

    Args:
        p: [n] of one family; nan stands for a comparison that could not be made, and stays.

    Returns:
        [n] never below p, in the same order of size.
    """
    adjusted = np.full(p.shape, np.nan)
    made = np.flatnonzero(np.isfinite(p))
    order = made[np.argsort(p[made], kind="stable")]
    factors = len(order) - np.arange(len(order))
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(p[order] * factors))
    return adjusted
