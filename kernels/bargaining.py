"""Offers to a customer of unknown type: the exact optimum over concessions, by dynamic programming.

The creditor makes offers m = 0..M-1, ordered from gentlest to hardest on the customer, in rounds t = 0..T-1. The
customer has a type k, with belief pi_k, and accepts offer m in round t with probability accept[t, k, m]; after a refusal
a customer of type k walks away with probability hazard[k]. Two assumptions make a belief finite:

- nobody retreats: offers never get harder, and accept does not fall with t, nor rise with m;
- a person stays the same person: one hidden rank w ~ U(0, 1) decides the whole dialogue, and offer m is accepted in
  round t when w < accept[t, k, m]. The probability is what the creditor does not know, not a coin that the customer
  tosses in each round: whoever could not afford an offer cannot afford it when asked again. 0 and 1 are hard thresholds.

Then whoever refused the last offer l refused all before it: given (t, l) type k remains with weight
pi_k (1 - hazard[k])^t (1 - accept[t-1, k, l]), whatever came before. The state (t, l) is the belief, for any mixture of
reservations, crossing concession patterns, softness and hazards; O(T M (K + M)). With limits that do not move it is the
screening ladder of Sobel and Takahashi (Review of Economic Studies 50, 1983), l is the cutoff, and the promise never to
ask for more again costs nothing. Customers here do not wait for a better offer: those who do are in `skimming`; acceptance that may
also fall, or is tossed anew in each round, in `offer_path`. Does not know what an offer is made of.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .status import KernelArgumentError, Status

__all__ = ["STOP", "OfferPolicy", "offer_policy", "read_offers"]

STOP: Final = -1
"""In place of an offer: end the talks now and take the handoff value."""

_OK: Final = int(Status.OK)
_ROUNDING: Final = 1e-12


class OfferPolicy(NamedTuple):
    """What to do in every round t after every last offer l; l = M stands for "nothing offered yet".

    State (0, l) with l < M is the start of talks that may not go above offer l.
    """

    value: FloatArray
    """[T+1, M+1] expected payoff from round t on, in units of round t, given that the customer is still there. Row T is
    the handoff value, and so is every state that has probability zero."""
    offer: IntArray
    """[T, M+1] the best offer, at most l, or STOP; among equals the gentlest, and an offer before STOP."""
    threshold: IntArray
    """[T, M+1] the gentlest offer that pays the creditor at least `value`: a proposal of the customer as good as this
    is worth accepting. M if there is none."""
    remaining: FloatArray
    """[T+1, M+1] probability that the customer has neither accepted l in round t-1, nor walked away in t rounds."""


@jit
def _offer_policy(
    belief: FloatArray,
    accept: FloatArray,
    payoff: FloatArray,
    hazard: FloatArray,
    walk_away: float,
    handoff: float,
    discount: float,
    value: FloatArray,
    offer: IntArray,
    threshold: IntArray,
    remaining: FloatArray,
    refusing: FloatArray,
    leaving: FloatArray,
) -> int:
    """Fill the fields of `OfferPolicy`; `refusing` and `leaving` [T, M] are work arrays. Always OK."""
    rounds, types, offers = accept.shape
    weight = belief.copy()
    remaining[:] = 0.0
    refusing[:] = 0.0
    leaving[:] = 0.0
    for kind in range(types):
        for last in range(offers + 1):
            remaining[0, last] += weight[kind]
    for step in range(rounds):
        for kind in range(types):
            leaves = weight[kind] * hazard[kind]
            stays = weight[kind] * (1.0 - hazard[kind])
            for action in range(offers):
                refuses = 1.0 - accept[step, kind, action]
                refusing[step, action] += weight[kind] * refuses
                leaving[step, action] += leaves * refuses
                remaining[step + 1, action] += stays * refuses
            remaining[step + 1, offers] += stays
            weight[kind] = stays

    # `value` holds sums over those who remain until the last loop divides by their probability.
    for last in range(offers + 1):
        value[rounds, last] = handoff * remaining[rounds, last]
    for step in range(rounds - 1, -1, -1):
        for last in range(offers + 1):
            present = remaining[step, last]
            best, best_offer = -np.inf, STOP
            for action in range(min(last + 1, offers)):
                accepting = max(0.0, present - refusing[step, action])
                total = payoff[action] * accepting + walk_away * leaving[step, action] + discount * value[step + 1, action]
                if total > best:
                    best, best_offer = total, action
            if handoff * present > best or present == 0.0:
                best, best_offer = handoff * present, STOP
            value[step, last] = best
            offer[step, last] = best_offer

    scale = max(abs(walk_away), abs(handoff))
    for action in range(offers):
        scale = max(scale, abs(payoff[action]))
    for step in range(rounds + 1):
        for last in range(offers + 1):
            present = remaining[step, last]
            value[step, last] = value[step, last] / present if present > 0.0 else handoff
            if step < rounds:
                gentlest = 0
                while gentlest < offers and payoff[gentlest] < value[step, last] - _ROUNDING * scale:
                    gentlest += 1
                threshold[step, last] = gentlest
    return _OK


def offer_policy(
    belief: npt.ArrayLike,
    accept: npt.ArrayLike,
    payoff: npt.ArrayLike,
    hazard: npt.ArrayLike,
    *,
    walk_away: float = 0.0,
    handoff: float = 0.0,
    discount: float = 1.0,
) -> OfferPolicy:
    """The best concession, exactly, under the assumptions above.

    Where no payoff is below `handoff` >= 0 >= `walk_away`, and payoffs do not fall from gentle to hard, the value does
    not fall with l, nor with a belief or a type that accepts more; it does not rise with a hazard. It lies between
    handoff and the largest payoff, and not above what it would be on average if the type were known.

    Args:
        belief: [K] distribution over types at round 0, given all evidence except refusals of the creditor's offers: those
            are the state. A counter-proposal conditions `belief` (see `concession`) and the policy is solved again.
        accept: [T, K, M] in [0, 1], not falling along T, not rising along M; see `concession.acceptance`.
        payoff: [M] the creditor's payoff from offer m, accepted now.
        hazard: [K] in [0, 1], probability that a refusal ends the talks.
        walk_away: payoff when the customer leaves, counted in the round of the refusal.
        handoff: payoff when the creditor stops, or round T is reached.
        discount: factor in [0, 1] from one round to the next.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, out of range, not normalised, or acceptance that retreats.
    """
    game = read_offers(belief, accept, payoff, hazard, walk_away, handoff, discount)
    table = game[1]
    _forbid_retreat(table)
    rounds, _, offers = table.shape
    result = OfferPolicy(
        np.empty((rounds + 1, offers + 1)),
        np.empty((rounds, offers + 1), dtype=np.int64),
        np.empty((rounds, offers + 1), dtype=np.int64),
        np.empty((rounds + 1, offers + 1)),
    )
    _offer_policy(*game, *result, np.empty((rounds, offers)), np.empty((rounds, offers)))
    return result


def read_offers(
    belief: npt.ArrayLike,
    accept: npt.ArrayLike,
    payoff: npt.ArrayLike,
    hazard: npt.ArrayLike,
    walk_away: float,
    handoff: float,
    discount: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, float, float, float]:
    """The arguments of `offer_policy`, checked, in this order; no order of acceptance is asked for."""
    kinds = _arrays.distribution("belief", belief, (None,))
    table = _arrays.probability("accept", accept, (None, kinds.size, None))
    return (
        kinds,
        table,
        _arrays.real("payoff", payoff, (table.shape[2],)),
        _arrays.probability("hazard", hazard, (kinds.size,)),
        _arrays.scalar("walk_away", walk_away),
        _arrays.scalar("handoff", handoff),
        float(_arrays.probability("discount", discount, ())),
    )


def _forbid_retreat(accept: FloatArray) -> None:
    falls = accept[1:] < accept[:-1] - _ROUNDING
    if falls.any():
        step, kind, offer = (int(axis) for axis in np.argwhere(falls)[0])
        raise KernelArgumentError(
            f"accept: type {kind} accepts offer {offer} less often in round {step + 1} than in round {step}; "
            "pass acceptance that does not fall, or use offer_path"
        )
    rises = accept[:, :, 1:] > accept[:, :, :-1] + _ROUNDING
    if rises.any():
        step, kind, offer = (int(axis) for axis in np.argwhere(rises)[0])
        raise KernelArgumentError(
            f"accept: type {kind} accepts offer {offer + 1} more often than offer {offer} in round {step}; "
            "order offers from gentlest to hardest, or use offer_path"
        )
