"""Offers to a customer of unknown type who tosses a coin in each round: a good path of offers, and how far from the best.

As `bargaining`, without its two assumptions: accept[t, k, m] may rise or fall along every axis, acceptance is
independent from round to round given the type, and offers may get harder again. Beliefs then do not close over a small
state, but the only news on the way is another refusal, so a policy is one path of offers m_0..m_T-1, and its value is
exact in O(T K). Between two bounds, both reported: coordinate ascent over paths, which no change of a single offer can
improve (below), and the creditor who is told the type before round 0 (above). With one type they meet.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bargaining import STOP, read_offers
from .status import KernelArgumentError, Status

__all__ = ["OfferPath", "offer_path", "path_value"]

_OK: Final = int(Status.OK)
_STOP: Final = STOP
_ROUNDING: Final = 1e-12


class OfferPath(NamedTuple):
    """A path of offers and the bounds around the best one."""

    offers: IntArray
    """[T] what to offer in each round that is reached; STOP ends the talks."""
    value: float
    """Expected payoff of `offers`, a lower bound of the best path's."""
    upper_bound: float
    """Expected payoff with the type known; no path, and no other policy, exceeds it."""


@jit
def _meet(
    path: IntArray,
    step: int,
    accept: FloatArray,
    payoff: FloatArray,
    leave: FloatArray,
    keep: FloatArray,
    handoff: float,
    ahead: FloatArray,
) -> int:
    """Write to ahead[t, k] what type k pays from round t = `step` on, given ahead[t+1, k]. Always OK."""
    action = path[step]
    for kind in range(keep.shape[0]):
        ahead[step, kind] = handoff
        if action != _STOP:
            chance = accept[step, kind, action]
            refused = leave[kind] + keep[kind] * ahead[step + 1, kind]
            ahead[step, kind] = chance * payoff[action] + (1.0 - chance) * refused
    return _OK


@jit
def _path_value(
    path: IntArray,
    belief: FloatArray,
    accept: FloatArray,
    payoff: FloatArray,
    leave: FloatArray,
    keep: FloatArray,
    handoff: float,
    ahead: FloatArray,
) -> float:
    """Return the expected payoff of `path` [T]; `ahead` [T+1, K] is a work array."""
    rounds = path.shape[0]
    for kind in range(belief.shape[0]):
        ahead[rounds, kind] = handoff
    for step in range(rounds - 1, -1, -1):
        _meet(path, step, accept, payoff, leave, keep, handoff, ahead)
    total = 0.0
    for kind in range(belief.shape[0]):
        total += belief[kind] * ahead[0, kind]
    return total


@jit
def _best_action(
    held: int,
    weight: FloatArray,
    accept: FloatArray,
    payoff: FloatArray,
    leave: FloatArray,
    keep: FloatArray,
    handoff: float,
    ahead: FloatArray,
    total: FloatArray,
) -> int:
    """Return what pays most in a round where type k is present with weight[k], and pays ahead[k] from the next one on.

    `accept` is [K, M] of this round; `total` [M] is a work array.
    """
    present, scale = 0.0, abs(handoff)
    for action in range(payoff.shape[0]):
        total[action] = 0.0
    for kind in range(weight.shape[0]):
        present += weight[kind]
        refused = leave[kind] + keep[kind] * ahead[kind]
        scale = max(scale, abs(refused))
        for action in range(payoff.shape[0]):
            total[action] += weight[kind] * (refused + accept[kind, action] * (payoff[action] - refused))
    for action in range(payoff.shape[0]):
        scale = max(scale, abs(payoff[action]))
    # What is held stays among equals: rounding must not send the ascent in circles.
    slack = _ROUNDING * scale * present
    best, most = held, handoff * present if held == _STOP else total[held]
    for action in range(payoff.shape[0]):
        if total[action] > most + slack:
            best, most = action, total[action]
    if handoff * present > most + slack:
        best = _STOP
    return best


@jit
def _ascend(
    path: IntArray,
    belief: FloatArray,
    accept: FloatArray,
    payoff: FloatArray,
    leave: FloatArray,
    keep: FloatArray,
    handoff: float,
    weight: FloatArray,
    ahead: FloatArray,
    total: FloatArray,
) -> float:
    """Improve `path` [T] one offer at a time, last round first, until no such change pays; return its value.

    `weight` and `ahead` [T+1, K] and `total` [M] are work arrays.
    """
    rounds = path.shape[0]
    changed = True
    while changed:
        changed = False
        for kind in range(belief.shape[0]):
            weight[0, kind] = belief[kind]
            ahead[rounds, kind] = handoff
        for step in range(rounds):
            for kind in range(belief.shape[0]):
                refuses = 0.0 if path[step] == _STOP else 1.0 - accept[step, kind, path[step]]
                weight[step + 1, kind] = weight[step, kind] * refuses * keep[kind]
        for step in range(rounds - 1, -1, -1):
            held = path[step]
            path[step] = _best_action(
                held,
                weight[step],
                accept[step],
                payoff,
                leave,
                keep,
                handoff,
                ahead[step + 1],
                total,
            )
            changed = changed or path[step] != held
            _meet(path, step, accept, payoff, leave, keep, handoff, ahead)
    return _path_value(path, belief, accept, payoff, leave, keep, handoff, ahead)


@jit
def _known_type_value(
    belief: FloatArray,
    accept: FloatArray,
    payoff: FloatArray,
    leave: FloatArray,
    keep: FloatArray,
    handoff: float,
) -> float:
    """Return the expected payoff of the creditor who is told the type."""
    expected = 0.0
    for kind in range(belief.shape[0]):
        value = handoff
        for step in range(accept.shape[0] - 1, -1, -1):
            refused = leave[kind] + keep[kind] * value
            value = handoff
            for action in range(payoff.shape[0]):
                value = max(value, refused + accept[step, kind, action] * (payoff[action] - refused))
        expected += belief[kind] * value
    return expected


@jit
def _offer_path(
    belief: FloatArray,
    accept: FloatArray,
    payoff: FloatArray,
    leave: FloatArray,
    keep: FloatArray,
    handoff: float,
    path: IntArray,
    trial: IntArray,
    weight: FloatArray,
    ahead: FloatArray,
    total: FloatArray,
) -> tuple[float, float]:
    """Write the best path found to `path` [T]; return its value and the upper bound.

    Climbs from two starts: the best constant offer, and an even descent from the hardest offer to the gentlest.
    `trial` [T], `weight` and `ahead` [T+1, K] and `total` [M] are work arrays.
    """
    rounds, _, offers = accept.shape
    best_constant, most = 0, -np.inf
    for action in range(offers):
        for step in range(rounds):
            trial[step] = action
        worth = _path_value(trial, belief, accept, payoff, leave, keep, handoff, ahead)
        if worth > most:
            best_constant, most = action, worth
    for step in range(rounds):
        path[step] = best_constant
    value = _ascend(path, belief, accept, payoff, leave, keep, handoff, weight, ahead, total)
    for step in range(rounds):
        trial[step] = (offers - 1) - ((offers - 1) * step) // max(1, rounds - 1)
    other = _ascend(trial, belief, accept, payoff, leave, keep, handoff, weight, ahead, total)
    if other > value:
        value = other
        for step in range(rounds):
            path[step] = trial[step]
    return value, _known_type_value(belief, accept, payoff, leave, keep, handoff)


def offer_path(
    belief: npt.ArrayLike,
    accept: npt.ArrayLike,
    payoff: npt.ArrayLike,
    hazard: npt.ArrayLike,
    *,
    walk_away: float = 0.0,
    handoff: float = 0.0,
    discount: float = 1.0,
) -> OfferPath:
    """A path of offers that no change of one offer improves, with bounds; O(T K M) for each sweep of the ascent.

    Args:
        belief: [K] distribution over types now.
        accept: [T, K, M] in [0, 1], P(accepts offer m in round t | type k, still there); no order is asked for.
        payoff, hazard, walk_away, handoff, discount: as `bargaining.offer_policy`.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, out of range, or not normalised.
    """
    game = _check(belief, accept, payoff, hazard, walk_away, handoff, discount)
    rounds, types, offers = game[1].shape
    path = np.empty(rounds, dtype=np.int64)
    value, upper = _offer_path(
        *game,
        path,
        np.empty(rounds, dtype=np.int64),
        np.empty((rounds + 1, types)),
        np.empty((rounds + 1, types)),
        np.empty(offers),
    )
    # Where both bounds are the same number they are computed in different orders.
    return OfferPath(path, value, max(value, upper))


def path_value(
    offers: npt.ArrayLike,
    belief: npt.ArrayLike,
    accept: npt.ArrayLike,
    payoff: npt.ArrayLike,
    hazard: npt.ArrayLike,
    *,
    walk_away: float = 0.0,
    handoff: float = 0.0,
    discount: float = 1.0,
) -> float:
    """Expected payoff of a path of offers, [T] indices or STOP. Other arguments and errors as `offer_path`."""
    game = _check(belief, accept, payoff, hazard, walk_away, handoff, discount)
    rounds, types, actions = game[1].shape
    _arrays.shape_of("offers", offers)
    path = np.array(offers)
    if path.shape != (rounds,) or path.dtype.kind not in "iu":
        raise KernelArgumentError(f"offers: shape {path.shape}, dtype {path.dtype}; pass {rounds} integers, one for each round")
    if ((path < STOP) | (path >= actions)).any():
        raise KernelArgumentError(f"offers: {path.tolist()} has an index outside 0..{actions - 1} that is not STOP ({STOP})")
    return _path_value(path.astype(np.int64), *game, np.empty((rounds + 1, types)))


def _check(
    belief: npt.ArrayLike,
    accept: npt.ArrayLike,
    payoff: npt.ArrayLike,
    hazard: npt.ArrayLike,
    walk_away: float,
    handoff: float,
    discount: float,
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, float]:
    """Belief, accept, payoff, what a refusal pays by departures [K], the factor on what follows it [K], and handoff."""
    kinds, table, gains, leaves, leaving, stopping, factor = read_offers(belief, accept, payoff, hazard, walk_away, handoff, discount)
    return kinds, table, gains, leaves * leaving, (1.0 - leaves) * factor, stopping
