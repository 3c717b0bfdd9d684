"""Two players divide a pie by alternating offers until a deadline: subgame-perfect equilibrium by backward induction.

Stahl, Bargaining Theory (1972); without a deadline Rubinstein, Econometrica 50 (1982), which long horizons approach;
breakdown and outside options after Binmore, Rubinstein, Wolinsky (1986) and Binmore, Shaked, Sutton (1989).
The players know everything; `bargaining` treats a customer whose type is hidden. Does not know what the pie is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import BoolArray, FloatArray, IntArray
from ._jit import jit
from .status import Status

__all__ = ["AlternatingOffers", "alternating_offers"]

_OK: Final = int(Status.OK)


class AlternatingOffers(NamedTuple):
    """The equilibrium in every round, whether or not play reaches it; N rounds, players 0 and 1."""

    proposer: IntArray
    """[N] who proposes."""
    offer: FloatArray
    """[N] share of the pie that the proposer offers the responder; 0 where `agreed` is False."""
    threshold: FloatArray
    """[N] the least share that the responder accepts; above 1 when nothing on the table could please it."""
    agreed: BoolArray
    """[N] whether the round ends in agreement; otherwise being refused pays the proposer more."""
    values: FloatArray
    """[N, 2] payoff of each player when the round begins, in units of that round."""


@jit
def _alternating_offers(
    discount: FloatArray,
    first: int,
    breakdown: FloatArray,
    disagreement: FloatArray,
    outside: FloatArray,
    proposer: IntArray,
    offer: FloatArray,
    threshold: FloatArray,
    agreed: BoolArray,
    values: FloatArray,
) -> int:
    """Fill the fields of `AlternatingOffers`; `discount` is [N, 2], `breakdown` [N]. Always OK."""
    rounds = proposer.shape[0]
    after = disagreement
    for step in range(rounds - 1, -1, -1):
        giver = (first + step) % 2
        taker = 1 - giver
        broken = breakdown[step]
        refused_giver = broken * disagreement[giver] + (1.0 - broken) * discount[step, giver] * after[giver]
        refused_taker = broken * disagreement[taker] + (1.0 - broken) * discount[step, taker] * after[taker]
        if outside[taker] > refused_taker:
            refused_taker = outside[taker]
            refused_giver = outside[giver]
        proposer[step] = giver
        threshold[step] = refused_taker
        agreed[step] = 1.0 - refused_taker >= refused_giver
        offer[step] = refused_taker if agreed[step] else 0.0
        values[step, giver] = 1.0 - refused_taker if agreed[step] else refused_giver
        values[step, taker] = refused_taker
        after = values[step]
    return _OK


def alternating_offers(
    rounds: int,
    discount: npt.ArrayLike,
    *,
    first: int = 0,
    breakdown: npt.ArrayLike = 0.0,
    disagreement: npt.ArrayLike = (0.0, 0.0),
    outside: npt.ArrayLike = (0.0, 0.0),
) -> AlternatingOffers:
    """Solve the game. In round t = 0..N-1 one player offers the other a share of 1; O(N).

    An acceptance ends the game. After a refusal the responder may leave, and both get `outside`; else the talks break
    down with probability `breakdown[t]`, and both get `disagreement` at once; else the roles change and round t+1, or
    after the last round `disagreement`, counts `discount[t, i]` times to player i. Who is indifferent agrees.

    Args:
        rounds: N, at least 1.
        discount: [2] or [N, 2] factors in [0, 1].
        first: the player, 0 or 1, who proposes in round 0.
        breakdown: one probability, or [N].
        disagreement: [2] payoffs, non-negative.
        outside: [2] payoffs, non-negative.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or a probability or factor above 1.
    """
    steps = _arrays.count("rounds", rounds, 1)
    per_round = len(_arrays.shape_of("discount", discount)) == 2
    factors = _arrays.probability("discount", discount, (steps, 2) if per_round else (2,))
    hazards = _arrays.probability("breakdown", breakdown, (steps,) if np.ndim(breakdown) else ())
    result = AlternatingOffers(
        np.empty(steps, dtype=np.int64),
        np.empty(steps),
        np.empty(steps),
        np.empty(steps, dtype=np.bool_),
        np.empty((steps, 2)),
    )
    _alternating_offers(
        np.array(np.broadcast_to(factors, (steps, 2)), order="C"),
        _arrays.index("first", first, 2),
        np.array(np.broadcast_to(hazards, (steps,)), order="C"),
        _arrays.non_negative("disagreement", disagreement, (2,)),
        _arrays.non_negative("outside", outside, (2,)),
        *result,
    )
    return result
