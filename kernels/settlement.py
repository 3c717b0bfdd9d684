"""Fair points of a finite bargaining set: the outcomes that Nash and Kalai-Smorodinsky would choose.

A set of n outcomes [n, 2] (payoff of either side) and a disagreement point. Lotteries over outcomes are not considered,
so the axioms hold up to the coarseness of the grid. Ties go to the lowest index. Does not know who could enforce them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from ._jit import jit
from .status import Status, raise_for_status

__all__ = ["Settlement", "kalai_smorodinsky", "nash_bargaining"]

_OK: Final = int(Status.OK)
_NO_AGREEMENT: Final = int(Status.NO_AGREEMENT)


class Settlement(NamedTuple):
    """A chosen outcome."""

    outcome: int
    """Row of the bargaining set."""
    gains: FloatArray
    """[2] payoffs above disagreement, non-negative."""
    score: float
    """What the solution maximises: the product of gains (Nash), or the lesser of the gains relative to the largest
    that either side could have (Kalai-Smorodinsky), in [0, 1]."""


@jit
def _nash_bargaining(outcomes: FloatArray, disagreement: FloatArray) -> tuple[int, int, float]:
    """Return (status, outcome, product of gains); equal products are decided by the sum of gains."""
    best, best_product, best_sum = -1, -1.0, -1.0
    for row in range(outcomes.shape[0]):
        mine, theirs = outcomes[row, 0] - disagreement[0], outcomes[row, 1] - disagreement[1]
        if mine < 0.0 or theirs < 0.0:
            continue
        product, total = mine * theirs, mine + theirs
        if product > best_product or (product == best_product and total > best_sum):
            best, best_product, best_sum = row, product, total
    if best < 0:
        return _NO_AGREEMENT, best, best_product
    return _OK, best, best_product


@jit
def _kalai_smorodinsky(outcomes: FloatArray, disagreement: FloatArray) -> tuple[int, int, float]:
    """Return (status, outcome, least relative gain); equals are decided by the greater relative gain."""
    ideal_mine, ideal_theirs = -1.0, -1.0
    for row in range(outcomes.shape[0]):
        mine, theirs = outcomes[row, 0] - disagreement[0], outcomes[row, 1] - disagreement[1]
        if mine >= 0.0 and theirs >= 0.0:
            ideal_mine, ideal_theirs = max(ideal_mine, mine), max(ideal_theirs, theirs)
    best, best_least, best_most = -1, -1.0, -1.0
    for row in range(outcomes.shape[0]):
        mine, theirs = outcomes[row, 0] - disagreement[0], outcomes[row, 1] - disagreement[1]
        if mine < 0.0 or theirs < 0.0:
            continue
        # A side that can gain nothing has all that it could have.
        mine = mine / ideal_mine if ideal_mine > 0.0 else 1.0
        theirs = theirs / ideal_theirs if ideal_theirs > 0.0 else 1.0
        least, most = min(mine, theirs), max(mine, theirs)
        if least > best_least or (least == best_least and most > best_most):
            best, best_least, best_most = row, least, most
    if best < 0:
        return _NO_AGREEMENT, best, best_least
    return _OK, best, best_least


def nash_bargaining(outcomes: npt.ArrayLike, disagreement: npt.ArrayLike) -> Settlement:
    """The outcome with the largest product of gains (Nash, Econometrica 18, 1950).

    Args:
        outcomes: [n, 2] payoffs.
        disagreement: [2] payoffs without agreement.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN.
        NoAgreementError: every outcome leaves somebody below disagreement.
    """
    table = _arrays.real("outcomes", outcomes, (None, 2))
    point = _arrays.real("disagreement", disagreement, (2,))
    status, outcome, score = _nash_bargaining(table, point)
    raise_for_status(status, "nash_bargaining")
    return Settlement(outcome, table[outcome] - point, score)


def kalai_smorodinsky(outcomes: npt.ArrayLike, disagreement: npt.ArrayLike) -> Settlement:
    """The outcome whose lesser relative gain is largest (Kalai and Smorodinsky, Econometrica 43, 1975).

    A gain is relative to the largest that the side has in any outcome that leaves nobody below disagreement.

    Args, Raises: as `nash_bargaining`.
    """
    table = _arrays.real("outcomes", outcomes, (None, 2))
    point = _arrays.real("disagreement", disagreement, (2,))
    status, outcome, score = _kalai_smorodinsky(table, point)
    raise_for_status(status, "kalai_smorodinsky")
    return Settlement(outcome, table[outcome] - point, score)
