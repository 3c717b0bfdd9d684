"""The last offers of a negotiation with a deadline: the exact best sequence under a belief over how far the other side goes.

The offers that remain are a screening ladder (`kernels.screening`): each that is refused says that the other side wants more. Whoever has
not agreed when they are used up makes a last offer of their own, if it is their turn; that is the handoff value. Knows no offer policy.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ....kernels.bargaining import STOP
from ....kernels.screening import screening_policy
from .opponent_model import ConcessionBelief

__all__ = ["LastOffers", "last_offers"]

FloatArray = NDArray[np.float64]

_CHOICES: Final = 40
_SOFTNESS: Final = 0.02
_NEAR: Final = 0.02


class LastOffers(NamedTuple):
    """What to do now."""

    outcome: int
    """The next offer."""
    value: float
    """What it and those after it are worth, above the reservation."""


def last_offers(
    own: FloatArray, other: FloatArray, reservation: float, belief: ConcessionBelief, step: int, steps: int, *, last_word: bool
) -> LastOffers:
    """The best offer in a step when offers follow in every step up to the last that can be accepted.

    Args:
        own, other: [outcomes] utilities.
        reservation: our own.
        last_word: our offer of the last step can be accepted; else that of the step before is the last.
    """
    choices = _choices(own, other, reservation)
    final = steps - 1 if last_word else steps - 2
    rounds = range(min(step, final), final + 1)
    wanted = np.array([belief.wanted(one, last_word=last_word and one == final) for one in rounds])
    accept = 1.0 / (1.0 + np.exp(np.clip((wanted[:, :, None] - other[choices]) / _SOFTNESS, -50.0, 50.0)))
    # The programme needs acceptance that does not fall; who took an offer before is gone, so that this changes nothing.
    accept = np.maximum.accumulate(accept, axis=0)
    payoff = np.broadcast_to(own[choices] - reservation, (accept.shape[1], len(choices)))
    handoff = np.zeros(accept.shape[1])
    if not last_word:
        offered = belief.wanted(steps - 1, offers=True)
        theirs = np.array([own[np.abs(other - one) <= max(_NEAR, float(np.abs(other - one).min()))].mean() for one in offered])
        handoff = np.where(belief.conceding, np.maximum(theirs - reservation, 0.0), 0.0)
    policy = screening_policy(
        belief.probability, accept, np.ascontiguousarray(payoff), np.zeros(len(handoff)), walk_away=np.zeros(len(handoff)), handoff=handoff
    )
    action = int(policy.offer[0, -1])
    # Nothing better than their own last offer: our hardest offer costs nothing.
    return LastOffers(int(choices[-1 if action == STOP else action]), float(policy.value[0, -1]))


def _choices(own: FloatArray, other: FloatArray, reservation: float) -> NDArray[np.int64]:
    """Undominated outcomes above the reservation, from the gentlest to the hardest, thinned out; never empty."""
    order = np.lexsort((own, other))[::-1]
    best = np.maximum.accumulate(own[order])
    undominated = np.concatenate([[True], own[order[1:]] > best[:-1]])
    found = order[undominated & (own[order] > reservation)]
    if found.size == 0:
        return np.array([int(own.argmax())])
    places = np.unique(np.linspace(0, found.size - 1, _CHOICES).round().astype(np.int64))
    return np.asarray(found[places])
