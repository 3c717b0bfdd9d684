"""Offers to a customer of unknown reservation who waits for better ones: the skimming equilibrium, by induction.

The strategic counterpart of `bargaining`: the customer knows the creditor's plan and accepts price p in round t only if
that is worth at least waiting. Types k = 0..K-1 in order of reservation r_k; accepting p in round t pays
discount_customer^t (r_k - p) to the customer and discount_creditor^t p to the creditor; each refusal ends the talks with
the same probability `hazard` for all types. If a type accepts a price so does every higher one, so after any refusals
the types 0..c-1 remain, weighted as in the belief, and c is the state (Fudenberg and Tirole, Review of Economic Studies
50, 1983; Sobel and Takahashi, same volume; Gul, Sonnenschein, Wilson 1986). Without commitment, round by round:

    P_t(j) = r_j - beta W_t+1(j),    R_t(c) = max over j <= c of P_t(j) (G(c) - G(j)) + continuation of R_t+1(j)

P_t(j) is what type j just accepts, expecting state j after it; W is what waiting pays; G sums the belief. The creditor
chooses among these prices and the choice to sell to nobody now (j = c): no type is split by a mixed reply, as a price
between them would do. Patience of the customer erodes the creditor's value (Coase, 1972). O(T K^2).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .status import KernelArgumentError, Status

__all__ = ["SkimmingEquilibrium", "skimming_equilibrium"]

_OK: Final = int(Status.OK)


class SkimmingEquilibrium(NamedTuple):
    """Strategies and values in every round t and state c (types 0..c-1 remain)."""

    value: FloatArray
    """[T+1, K+1] the creditor's expected payoff from round t on, in units of round t; `walk_away` in states of
    probability zero."""
    cutoff: IntArray
    """[T, K+1] the lowest type that accepts the price asked; c if the creditor waits instead of selling."""
    price: FloatArray
    """[T, K+1] the price asked: `threshold` of the cutoff; while the creditor waits, the highest reservation, from which
    nobody gains. Column 0, where nobody is left, holds the price that the lowest type would be asked."""
    threshold: FloatArray
    """[T, K] P_t(j): the highest price that type j accepts in round t; does not fall with j."""


@jit
def _skimming_equilibrium(
    belief: FloatArray,
    reservations: FloatArray,
    hazard: float,
    walk_away: float,
    discount_creditor: float,
    discount_customer: float,
    value: FloatArray,
    cutoff: IntArray,
    price: FloatArray,
    threshold: FloatArray,
    mass: FloatArray,
    next_price: FloatArray,
    next_factor: FloatArray,
) -> int:
    """Fill the fields of `SkimmingEquilibrium`. `mass`, `next_price` and `next_factor` [K+1] are work arrays. Always OK."""
    rounds, types = threshold.shape
    mass[0] = 0.0
    for kind in range(types):
        mass[kind + 1] = mass[kind] + belief[kind]
    # In state c the next price that anybody accepts, and the customer's factor from now to then. No round after T.
    next_price[:] = 0.0
    next_factor[:] = 0.0
    patience = (1.0 - hazard) * discount_customer
    for state in range(types + 1):
        value[rounds, state] = walk_away * mass[state]
    for step in range(rounds - 1, -1, -1):
        threshold[step, 0] = reservations[0]
        for kind in range(1, types):
            waiting = patience * next_factor[kind] * (reservations[kind] - next_price[kind])
            threshold[step, kind] = reservations[kind] - waiting
        cutoff[step, 0] = 0
        price[step, 0] = reservations[0]
        value[step, 0] = 0.0
        for state in range(types, 0, -1):
            best, chosen = -np.inf, state
            for lowest in range(state + 1):
                total = hazard * walk_away * mass[lowest] + (1.0 - hazard) * discount_creditor * value[step + 1, lowest]
                if lowest < state:
                    total += threshold[step, lowest] * (mass[state] - mass[lowest])
                if total > best:
                    best, chosen = total, lowest
            value[step, state] = best
            cutoff[step, state] = chosen
            if chosen < state:
                price[step, state] = threshold[step, chosen]
                next_price[state] = price[step, state]
                next_factor[state] = 1.0
            else:
                price[step, state] = reservations[types - 1]
                next_factor[state] *= patience
    for step in range(rounds + 1):
        for state in range(types + 1):
            value[step, state] = value[step, state] / mass[state] if mass[state] > 0.0 else walk_away
    return _OK


def skimming_equilibrium(
    belief: npt.ArrayLike,
    reservations: npt.ArrayLike,
    rounds: int,
    *,
    discount_creditor: float = 1.0,
    discount_customer: float = 0.0,
    hazard: float = 0.0,
    walk_away: float = 0.0,
) -> SkimmingEquilibrium:
    """Solve the game; with `discount_customer` 0 nobody waits, and it is price discrimination over time.

    Args:
        belief: [K] distribution over types.
        reservations: [K] the most that each type would pay, rising.
        rounds: T, at least 1; a refusal in the last ends the talks.
        discount_creditor, discount_customer: factors in [0, 1] from one round to the next.
        hazard: in [0, 1], probability that a refusal ends the talks.
        walk_away: the creditor's payoff when talks end without agreement, at most the lowest reservation.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, out of range, not normalised, or reservations that do not rise.
    """
    kinds = _arrays.distribution("belief", belief, (None,))
    worths = _arrays.real("reservations", reservations, (kinds.size,))
    if (np.diff(worths) <= 0.0).any():
        place = int(np.argmax(np.diff(worths) <= 0.0))
        raise KernelArgumentError(
            f"reservations: {worths[place + 1]} at index {place + 1} does not exceed {worths[place]}; sort and merge types"
        )
    fallback = _arrays.scalar("walk_away", walk_away)
    if fallback > worths[0]:
        raise KernelArgumentError(
            f"walk_away: {fallback} exceeds the lowest reservation {worths[0]}; leave out types not worth an agreement"
        )
    steps = _arrays.count("rounds", rounds, 1)
    types = kinds.size
    result = SkimmingEquilibrium(
        np.empty((steps + 1, types + 1)),
        np.empty((steps, types + 1), dtype=np.int64),
        np.empty((steps, types + 1)),
        np.empty((steps, types)),
    )
    _skimming_equilibrium(
        kinds,
        worths,
        float(_arrays.probability("hazard", hazard, ())),
        fallback,
        float(_arrays.probability("discount_creditor", discount_creditor, ())),
        float(_arrays.probability("discount_customer", discount_customer, ())),
        *result,
        np.empty(types + 1),
        np.empty(types + 1),
        np.empty(types + 1),
    )
    return result
