"""Iterated elimination of dominated actions in a bimatrix game.

Strict elimination leaves every equilibrium in place and its result does not depend on the order. Weak elimination may lose
equilibria and does depend on it; the order here is all dominated actions of both players at once, round by round.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, NamedTuple

import numpy as np

from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bimatrix import TIE_TOLERANCE, BimatrixGame
from .polytope import _transposed
from .status import KernelArgumentError, Status, raise_for_status
from .zerosum import _zero_sum

__all__ = ["Dominance", "IteratedDominance", "iterated_dominance"]


class Dominance(IntEnum):
    """What removes an action."""

    STRICT_PURE = 0
    """Another action is better against every action of the opponent."""
    STRICT_MIXED = 1
    """A mixture of actions is better against every action of the opponent: the action is never a best response."""
    WEAK_PURE = 2
    """Another action is nowhere worse and somewhere better."""


class IteratedDominance(NamedTuple):
    """What is left, and why the rest is not."""

    row_actions: IntArray
    """Row actions that are left, ascending; at least one."""
    column_actions: IntArray
    """Column actions that are left, ascending; at least one."""
    row_rounds: IntArray
    """[m] round, from 1, in which each row action went; 0 if it is left."""
    column_rounds: IntArray
    """[n] round, from 1, in which each column action went; 0 if it is left."""
    row_dominators: FloatArray
    """[m, m] row i is the mixed strategy that dominates row action i in its round; zero if i is left."""
    column_dominators: FloatArray
    """[n, n] row j is the mixed strategy that dominates column action j in its round; zero if j is left."""


_STRICT_MIXED: Final = int(Dominance.STRICT_MIXED)
_WEAK_PURE: Final = int(Dominance.WEAK_PURE)
_OK: Final = int(Status.OK)


@jit
def _pure_dominator(payoffs: FloatArray, action: int, weakly: bool, rounds: IntArray, opponent_rounds: IntArray, now: int) -> int:
    """Lowest action that dominates `action` of `payoffs` [own, opponent's]; -1 where there is none.

    In a round `now`, the actions that were there at its start have round 0 or `now`.
    """
    for other in range(payoffs.shape[0]):
        if other == action or 0 < rounds[other] < now:
            continue
        worse, better = False, False
        for column in range(payoffs.shape[1]):
            if opponent_rounds[column] == 0 or opponent_rounds[column] == now:
                difference = payoffs[other, column] - payoffs[action, column]
                worse |= difference < 0.0 or (difference == 0.0 and not weakly)
                better |= difference > 0.0
        if better and not worse:
            return other
    return -1


@jit
def _mixed_dominator(
    payoffs: FloatArray,
    action: int,
    margin: float,
    rounds: IntArray,
    opponent_rounds: IntArray,
    now: int,
    dominator: FloatArray,
) -> tuple[int, bool]:
    """Write a mixture that beats `action` by more than `margin` everywhere to `dominator` [own]; return (status, found).

    Such a mixture is a maximin strategy of the zero-sum game of payoff differences (its value is positive), and by the
    minimax theorem there is none exactly when the action is a best response to some mixed strategy (Pearce 1984).
    """
    own, opponents = 0, 0
    for other in range(payoffs.shape[0]):
        own += rounds[other] == 0 or rounds[other] == now
    for column in range(payoffs.shape[1]):
        opponents += opponent_rounds[column] == 0 or opponent_rounds[column] == now
    differences = np.empty((own, opponents))
    strategy, opponent_strategy = np.empty(own), np.empty(opponents)
    i = 0
    for other in range(payoffs.shape[0]):
        if 0 < rounds[other] < now:
            continue
        j = 0
        for column in range(payoffs.shape[1]):
            if opponent_rounds[column] == 0 or opponent_rounds[column] == now:
                differences[i, j] = payoffs[other, column] - payoffs[action, column]
                j += 1
        i += 1
    status, value = _zero_sum(differences, strategy, opponent_strategy)
    if status != _OK or value <= margin:
        return status, False
    i = 0
    for other in range(payoffs.shape[0]):
        if not 0 < rounds[other] < now:
            dominator[other] = strategy[i]
            i += 1
    return _OK, True


@jit
def _stake(payoffs: FloatArray) -> float:
    """The most that the choice of a row can change a payoff (see `bimatrix.TIE_TOLERANCE`)."""
    stake = 0.0
    for column in range(payoffs.shape[1]):
        low, high = payoffs[0, column], payoffs[0, column]
        for action in range(payoffs.shape[0]):
            low, high = min(low, payoffs[action, column]), max(high, payoffs[action, column])
        stake = max(stake, high - low)
    return stake


@jit
def _remove_dominated(
    payoffs: FloatArray, kind: int, rounds: IntArray, opponent_rounds: IntArray, now: int, dominators: FloatArray
) -> tuple[int, bool]:
    """Set `rounds` [own] to `now` for what is dominated, and its row of `dominators` [own, own]; return (status, any)."""
    margin = TIE_TOLERANCE * _stake(payoffs)
    removed = False
    for action in range(payoffs.shape[0]):
        if rounds[action] != 0:
            continue
        other = _pure_dominator(payoffs, action, kind == _WEAK_PURE, rounds, opponent_rounds, now)
        if other >= 0:
            dominators[action, other] = 1.0
            rounds[action] = now
            removed = True
        elif kind == _STRICT_MIXED:
            status, found = _mixed_dominator(payoffs, action, margin, rounds, opponent_rounds, now, dominators[action])
            if status != _OK:
                return status, False
            if found:
                rounds[action] = now
                removed = True
    return _OK, removed


@jit
def _iterated_dominance(
    row_payoffs: FloatArray,
    column_payoffs: FloatArray,
    kind: int,
    row_rounds: IntArray,
    column_rounds: IntArray,
    row_dominators: FloatArray,
    column_dominators: FloatArray,
) -> int:
    """Fill the arrays, which are zero before, as `IteratedDominance` defines them; return OK or PIVOT_LIMIT."""
    own_first = _transposed(column_payoffs)
    for now in range(1, row_payoffs.shape[0] + row_payoffs.shape[1] + 1):
        status, row_removed = _remove_dominated(row_payoffs, kind, row_rounds, column_rounds, now, row_dominators)
        if status != _OK:
            return status
        status, column_removed = _remove_dominated(own_first, kind, column_rounds, row_rounds, now, column_dominators)
        if status != _OK or not (row_removed or column_removed):
            return status
    return _OK


def iterated_dominance(game: BimatrixGame, kind: Dominance = Dominance.STRICT_MIXED) -> IteratedDominance:
    """Remove dominated actions of both players at once, again and again until none is left.

    Payoffs are compared exactly where a pure action dominates; a mixture must be better by more than
    `bimatrix.TIE_TOLERANCE` of the player's stake in the whole game.

    Args:
        game: m x n.
        kind: what removes an action.

    Raises:
        KernelArgumentError: `kind` is not a `Dominance`.
        PivotLimitError: rounding kept the search for a mixture from an end.
    """
    if not isinstance(kind, Dominance):
        raise KernelArgumentError(f"kind: {kind!r} is not a Dominance; pass Dominance.STRICT_MIXED or another member")
    rows, columns = game.shape
    row_rounds, column_rounds = np.zeros(rows, dtype=np.int64), np.zeros(columns, dtype=np.int64)
    row_dominators, column_dominators = np.zeros((rows, rows)), np.zeros((columns, columns))
    status = _iterated_dominance(
        game.row_payoffs,
        game.column_payoffs,
        int(kind),
        row_rounds,
        column_rounds,
        row_dominators,
        column_dominators,
    )
    raise_for_status(status, "iterated_dominance")
    return IteratedDominance(
        np.flatnonzero(row_rounds == 0).astype(np.int64),
        np.flatnonzero(column_rounds == 0).astype(np.int64),
        row_rounds,
        column_rounds,
        row_dominators,
        column_dominators,
    )
