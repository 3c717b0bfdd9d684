"""Best response in a Bayesian game: one player, unsure which type of opponent it faces.

A actions of one's own, K types of the opponent, R replies. Does not know how the belief came about (see `hmm`) nor why a
type replies as it does.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import BoolArray, FloatArray
from ._jit import jit
from .payoff import _best
from .status import raise_for_status

__all__ = ["BayesianResponse", "bayesian_best_response"]


class BayesianResponse(NamedTuple):
    """The best action under a belief, and what it would be worth to know more."""

    action: int
    """argmax of `values` over the allowed actions; the lowest index among equals."""
    values: FloatArray
    """[A] expected payoff of every action, also of those the mask forbids."""
    type_values: FloatArray
    """[A, K] expected payoff of every action against every type."""
    type_actions: npt.NDArray[np.int64]
    """[K] best allowed action against each type, were it known."""
    information_value: float
    """Value of perfect information, >= 0: what knowing the type before acting adds to the expected payoff."""


@jit
def _bayesian_values(payoffs: FloatArray, replies: FloatArray, belief: FloatArray, type_values: FloatArray, values: FloatArray) -> None:
    """Write `type_values` [A, K] and `values` [A]; `replies` is [A, K, R], or [1, K, R] where they ignore the action."""
    actions, types, outcomes = payoffs.shape
    for action in range(actions):
        row = action if replies.shape[0] > 1 else 0
        total = 0.0
        for kind in range(types):
            given_type = 0.0
            for reply in range(outcomes):
                given_type += replies[row, kind, reply] * payoffs[action, kind, reply]
            type_values[action, kind] = given_type
            total += belief[kind] * given_type
        values[action] = total


@jit
def _bayesian_best_response(
    payoffs: FloatArray,
    replies: FloatArray,
    belief: FloatArray,
    mask: BoolArray,
    type_values: FloatArray,
    values: FloatArray,
    type_actions: npt.NDArray[np.int64],
) -> tuple[int, int, float]:
    """Fill `type_values` [A, K], `values` [A], `type_actions` [K]; return (OK or EMPTY_MASK, action, information value)."""
    _bayesian_values(payoffs, replies, belief, type_values, values)
    status, action = _best(values, mask)
    if action < 0:
        return status, action, np.nan
    information_value = 0.0
    for kind in range(belief.shape[0]):
        _, informed = _best(type_values[:, kind].copy(), mask)
        type_actions[kind] = informed
        information_value += belief[kind] * (type_values[informed, kind] - type_values[action, kind])
    return status, action, information_value


def bayesian_best_response(
    payoffs: npt.ArrayLike,
    replies: npt.ArrayLike,
    belief: npt.ArrayLike,
    *,
    mask: npt.ArrayLike | None = None,
) -> BayesianResponse:
    """The action with the highest expected payoff: argmax_a sum_k bel(k) sum_r P(r | k, a) u(a, k, r).

    Args:
        payoffs: [A, K, R] u(a, k, r).
        replies: [A, K, R] P(r | k, a), rows are distributions; or [K, R] P(r | k), where the opponent moves without
            having seen the action.
        belief: [K] distribution over the types.
        mask: [A] bool, True = allowed; None allows all.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative probability, or not normalised.
        EmptyMaskError: the mask allows nothing.
    """
    prior = _arrays.distribution("belief", belief, (None,))
    tensor = _arrays.real("payoffs", payoffs, (None, prior.size, None))
    actions, types, outcomes = tensor.shape
    seen = len(_arrays.shape_of("replies", replies)) == 3
    reactions = _arrays.distribution("replies", replies, (actions, types, outcomes) if seen else (types, outcomes))
    allowed = np.ones(actions, dtype=np.bool_) if mask is None else _arrays.boolean("mask", mask, (actions,))
    type_values, values = np.empty((actions, types)), np.empty(actions)
    type_actions = np.empty(types, dtype=np.int64)
    status, action, information_value = _bayesian_best_response(
        tensor, reactions.reshape(-1, types, outcomes), prior, allowed, type_values, values, type_actions
    )
    raise_for_status(status, "bayesian_best_response")
    return BayesianResponse(action, values, type_values, type_actions, information_value)
