"""Offers to a customer of unknown type when what an accepted offer is worth depends on who accepts it.

A promise is worth what is kept of it: a plan that a person took but cannot afford is broken. So the payoff of offer m has a row per
type, and who accepts early is news about what the acceptance is worth (interdependent values, as in Samuelson, Econometrica 52, 1984).
Everything else, and the assumptions that make a belief finite, is as in `bargaining`: offers never get harder, nobody retreats, one
hidden rank decides the whole dialogue. Given (t, l), type k remains with weight pi_k (1 - hazard_k)^t (1 - accept[t-1, k, l]), and of
these offer m is accepted by pi_k (1 - hazard_k)^t (accept[t, k, m] - accept[t-1, k, l]). O(T K M^2).

Does not know what an offer is made of, nor how a payoff comes about.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bargaining import STOP, OfferPolicy
from .status import KernelArgumentError, Status

__all__ = ["screening_policy", "solve_screening"]

_OK = int(Status.OK)
_ROUNDING = 1e-12


@jit
def solve_screening(
    belief: FloatArray,
    accept: FloatArray,
    payoff: FloatArray,
    hazard: FloatArray,
    walk_away: FloatArray,
    handoff: FloatArray,
    discount: float,
    value: FloatArray,
    offer: IntArray,
    threshold: IntArray,
    remaining: FloatArray,
) -> int:
    """Fill the fields of `OfferPolicy`; arguments as for `screening_policy`, unchecked. Always OK."""
    rounds, types, offers = accept.shape
    present = np.empty((rounds + 1, types))
    for kind in range(types):
        weight = belief[kind]
        for step in range(rounds + 1):
            present[step, kind] = weight
            weight *= 1.0 - hazard[kind]
    # Sums over types that remain after refusing `last`: of all there, less those who would have accepted it before. Inner loops run
    # along the offers, which lie side by side in memory. `value` holds sums until the last loop divides by their probability.
    stopping = np.empty((rounds + 1, offers + 1))
    for step in range(rounds + 1):
        everybody, everybody_stops = 0.0, 0.0
        for kind in range(types):
            everybody += present[step, kind]
            everybody_stops += present[step, kind] * handoff[kind]
        for last in range(offers + 1):
            remaining[step, last] = everybody
            stopping[step, last] = everybody_stops
        if step > 0:
            for kind in range(types):
                weight = present[step, kind]
                for last in range(offers):
                    gone = weight * accept[step - 1, kind, last]
                    remaining[step, last] -= gone
                    stopping[step, last] -= gone * handoff[kind]
    for last in range(offers + 1):
        value[rounds, last] = stopping[rounds, last]
    worth = np.empty((offers + 1, offers))
    now = np.empty(offers)
    for step in range(rounds - 1, -1, -1):
        now[:] = 0.0
        worth[offers] = 0.0
        for kind in range(types):
            weight = present[step, kind]
            leaves = weight * hazard[kind] * walk_away[kind]
            for action in range(offers):
                now[action] += weight * accept[step, kind, action] * payoff[kind, action] + leaves * (1.0 - accept[step, kind, action])
                worth[offers, action] += weight * payoff[kind, action]
        for last in range(offers):
            worth[last] = worth[offers]
            if step > 0:
                for kind in range(types):
                    gone = present[step, kind] * accept[step - 1, kind, last]
                    if gone > 0.0:
                        for action in range(offers):
                            worth[last, action] -= gone * payoff[kind, action]
        for last in range(offers + 1):
            best, best_offer = -np.inf, STOP
            for action in range(min(last + 1, offers)):
                total = now[action] + worth[last, action] - worth[offers, action] + discount * value[step + 1, action]
                if total > best:
                    best, best_offer = total, action
            if stopping[step, last] > best or remaining[step, last] <= _ROUNDING:
                best, best_offer = stopping[step, last], STOP
            value[step, last] = best
            offer[step, last] = best_offer
            gentlest = 0
            while gentlest < offers and worth[last, gentlest] < best - _ROUNDING:
                gentlest += 1
            threshold[step, last] = gentlest
    for step in range(rounds + 1):
        for last in range(offers + 1):
            stays = remaining[step, last]
            if stays > _ROUNDING:
                value[step, last] /= stays
            else:
                value[step, last], remaining[step, last] = handoff[0], 0.0
    return _OK


def screening_policy(
    belief: npt.ArrayLike,
    accept: npt.ArrayLike,
    payoff: npt.ArrayLike,
    hazard: npt.ArrayLike,
    *,
    walk_away: npt.ArrayLike,
    handoff: npt.ArrayLike,
    discount: float = 1.0,
) -> OfferPolicy:
    """The best concession, exactly, under the assumptions above.

    `threshold` is the gentlest offer that, proposed by a customer of whom nothing more is known, pays at least `value`. Where no
    payoff depends on the type this is `bargaining.offer_policy`. In a state of probability zero `value` is the first type's handoff.

    Args:
        belief: [K] distribution over types at round 0, given all evidence except refusals of the creditor's offers.
        accept: [T, K, M] in [0, 1], not falling along T, not rising along M (gentlest first).
        payoff: [K, M] the creditor's payoff when type k accepts offer m now.
        hazard: [K] in [0, 1], probability that a refusal ends the talks.
        walk_away: [K] payoff when the customer leaves, counted in the round of the refusal.
        handoff: [K] payoff when the creditor stops, or round T is reached.
        discount: factor in [0, 1] from one round to the next.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, out of range, not normalised, or acceptance that retreats.
    """
    kinds = _arrays.distribution("belief", belief, (None,))
    table = _arrays.probability("accept", accept, (None, kinds.size, None))
    rounds, types, offers = table.shape
    for name, rising in (("falls from round to round", np.diff(table, axis=0)), ("rises with harder offers", -np.diff(table, axis=2))):
        if (rising < -_ROUNDING).any():
            place = tuple(int(axis) for axis in np.argwhere(rising < -_ROUNDING)[0])
            raise KernelArgumentError(f"accept: at {place} acceptance {name}; sort offers gentlest first, and let nobody retreat")
    result = OfferPolicy(
        np.empty((rounds + 1, offers + 1)),
        np.empty((rounds, offers + 1), dtype=np.int64),
        np.empty((rounds, offers + 1), dtype=np.int64),
        np.empty((rounds + 1, offers + 1)),
    )
    solve_screening(
        kinds,
        table,
        _arrays.real("payoff", payoff, (types, offers)),
        _arrays.probability("hazard", hazard, (types,)),
        _arrays.real("walk_away", walk_away, (types,)),
        _arrays.real("handoff", handoff, (types,)),
        float(_arrays.probability("discount", discount, ())),
        *result,
    )
    return result
