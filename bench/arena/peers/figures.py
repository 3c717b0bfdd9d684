"""What an outcome was worth to both sides. Knows neither who played nor how."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .domains import Scenario, Side, Utilities, utilities

__all__ = ["FIGURES", "Judge", "Worth"]

FloatArray = NDArray[np.float64]


class Worth(NamedTuple):
    """One negotiation, judged. Without agreement both advantages and nash are 0, and pareto is nan."""

    creditor: float
    """(utility - reservation) / (best utility - reservation) of the creditor; negative where it took less than its reservation."""
    debtor: float
    agreed: float
    """1 or 0."""
    nash: float
    """Product of what both got above their reservations, as a part of the largest possible product."""
    pareto: float
    """1 - distance to the nearest outcome on the Pareto frontier, in utilities, as a part of the largest such distance of any outcome."""


FIGURES: Final = ("advantage", "agreement", "nash", "pareto")
"""What is kept for one side of a negotiation."""


class Judge:
    """Judges every outcome of one scenario."""

    def __init__(self, scenario: Scenario) -> None:
        both = utilities(scenario)
        self._shape = scenario.shape
        self._creditor = _advantage(both.creditor, scenario.creditor)
        self._debtor = _advantage(both.debtor, scenario.debtor)
        product = np.maximum(self._creditor, 0.0) * np.maximum(self._debtor, 0.0)
        self._nash = product / product.max()
        distance = _distance(both)
        farthest = float(distance.max())
        self._pareto = 1.0 - distance / farthest if farthest > 0.0 else np.ones_like(distance)

    def worth(self, outcome: tuple[int, ...] | None) -> Worth:
        """See `Worth`; None is no agreement."""
        if outcome is None:
            return Worth(0.0, 0.0, 0.0, 0.0, float("nan"))
        place = int(np.ravel_multi_index(outcome, self._shape))
        return Worth(
            float(self._creditor[place]), float(self._debtor[place]), 1.0, float(self._nash[place]), float(self._pareto[place]),
        )  # fmt: skip


def _advantage(utility: FloatArray, side: Side) -> FloatArray:
    return np.asarray((utility - side.reservation) / (utility.max() - side.reservation))


def _distance(both: Utilities) -> FloatArray:
    """[outcomes] Euclidean distance to the nearest undominated outcome."""
    points = np.column_stack(both)
    order = np.lexsort((-points[:, 1], -points[:, 0]))
    best = np.maximum.accumulate(points[order, 1])
    undominated = np.concatenate([[True], points[order[1:], 1] > best[:-1]])
    frontier = points[order[undominated]]
    return np.asarray(np.linalg.norm(points[:, None] - frontier, axis=2).min(axis=1))
