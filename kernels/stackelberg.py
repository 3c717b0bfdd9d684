"""Stackelberg games: the row player commits, the column player sees the commitment and replies best.

Where replies are equally good for the follower, it takes the one that the leader likes best (strong Stackelberg): the
leader can come as close to that as it wants by a small change of its strategy. The leader is always the row player.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ._arrays import FloatArray
from ._jit import jit
from .bimatrix import BimatrixGame
from .simplex import _linear_program
from .status import Status, raise_for_status

__all__ = ["Commitment", "optimal_commitment", "optimal_pure_commitment"]

_OK: Final = int(Status.OK)
_INFEASIBLE: Final = int(Status.INFEASIBLE)


class Commitment(NamedTuple):
    """What the leader commits to, and what comes of it."""

    strategy: FloatArray
    """[m] distribution over the leader's actions."""
    reply: int
    """The follower's action."""
    leader_payoff: float
    """Expected payoff of the leader."""
    follower_payoff: float
    """Expected payoff of the follower."""


@jit
def _commitment(leader_payoffs: FloatArray, follower_payoffs: FloatArray, best: FloatArray, trial: FloatArray) -> tuple[int, int]:
    """Write the leader's strategy to `best` [m], `trial` [m] is a work array; return (OK or PIVOT_LIMIT, reply).

    For each reply j: maximise the leader's payoff over the strategies to which j is a best reply (Conitzer and Sandholm
    2006). The last row of each program says that probabilities sum to one.
    """
    actions, replies = leader_payoffs.shape
    matrix = np.ones((replies, actions))
    bounds, prices = np.zeros(replies), np.empty(replies)
    equality = np.zeros(replies, dtype=np.bool_)
    bounds[replies - 1] = 1.0
    equality[replies - 1] = True
    objective = np.empty(actions)
    # A common shift of the leader's payoffs moves no strategy, but would cost digits.
    low = leader_payoffs[0, 0]
    for action in range(actions):
        for reply in range(replies):
            low = min(low, leader_payoffs[action, reply])
    chosen = -1
    largest = -np.inf
    for reply in range(replies):
        for action in range(actions):
            objective[action] = leader_payoffs[action, reply] - low
            line = 0
            for other in range(replies):
                if other != reply:
                    matrix[line, action] = follower_payoffs[action, other] - follower_payoffs[action, reply]
                    line += 1
        status, value = _linear_program(objective, matrix, bounds, equality, trial, prices)
        if status == _INFEASIBLE:
            continue
        if status != _OK:
            return status, -1
        if value > largest:
            chosen, largest = reply, value
            for action in range(actions):
                best[action] = trial[action]
    return _OK, chosen


@jit
def _pure_commitment(leader_payoffs: FloatArray, follower_payoffs: FloatArray) -> tuple[int, int]:
    """Return (action, reply). Cannot fail."""
    chosen_action, chosen_reply = 0, -1
    for action in range(leader_payoffs.shape[0]):
        answer = 0
        for reply in range(1, leader_payoffs.shape[1]):
            better = follower_payoffs[action, reply] - follower_payoffs[action, answer]
            if better > 0.0 or (better == 0.0 and leader_payoffs[action, reply] > leader_payoffs[action, answer]):
                answer = reply
        if chosen_reply < 0 or leader_payoffs[action, answer] > leader_payoffs[chosen_action, chosen_reply]:
            chosen_action, chosen_reply = action, answer
    return chosen_action, chosen_reply


def optimal_commitment(game: BimatrixGame) -> Commitment:
    """The mixed strategy to which the row player does best to commit: at least its payoff in every Nash equilibrium.

    Args:
        game: m by n; n linear programs of m variables and n constraints.

    Raises:
        PivotLimitError: rounding kept the method from an end.
    """
    strategy = np.empty(game.shape[0])
    status, reply = _commitment(game.row_payoffs, game.column_payoffs, strategy, np.empty_like(strategy))
    raise_for_status(status, "optimal_commitment")
    return _result(game, strategy / strategy.sum(), reply)


def optimal_pure_commitment(game: BimatrixGame) -> Commitment:
    """The single action to which the row player does best to commit; payoffs are compared exactly.

    Args:
        game: m by n.
    """
    action, reply = _pure_commitment(game.row_payoffs, game.column_payoffs)
    strategy = np.zeros(game.shape[0])
    strategy[action] = 1.0
    return _result(game, strategy, reply)


def _result(game: BimatrixGame, strategy: FloatArray, reply: int) -> Commitment:
    return Commitment(strategy, reply, float(strategy @ game.row_payoffs[:, reply]), float(strategy @ game.column_payoffs[:, reply]))
