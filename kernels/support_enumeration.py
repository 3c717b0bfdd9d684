"""All equilibria of a nondegenerate bimatrix game, from its pairs of supports of equal size.

von Stengel (2007), algorithm 3.4, with the pruning of Porter, Nudelman and Shoham (2008): a support pair holds no equilibrium
if one of its actions is strictly dominated conditionally, that is given that the opponent stays in his support. Says when a
game is degenerate; then vertex_enumeration.py finds what is missing here.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bimatrix import BimatrixGame, Profile
from .polytope import LABEL_TOLERANCE, _scaled, _transposed
from .simplex import _linear_program
from .status import Status

__all__ = ["SupportEquilibria", "support_enumeration"]

_OK: Final = int(Status.OK)
_NONE: Final = 0
_UNIQUE: Final = 1
_TIED: Final = 2
_ELSEWHERE: Final = 3


class SupportEquilibria(NamedTuple):
    """Equilibria in which each strategy is the only one with its support."""

    equilibria: tuple[Profile, ...]
    """By size of support, then by row support and column support in lexicographic order."""
    degenerate: bool
    """Whether the game is degenerate at an equilibrium; if not, there are no equilibria but these."""


@jit
def _next_support(support: IntArray, size: int, actions: int) -> bool:
    """Step the first `size` entries to the next combination of range(actions); False after the last."""
    place = size - 1
    while place >= 0 and support[place] == actions - size + place:
        place -= 1
    if place < 0:
        return False
    support[place] += 1
    for later in range(place + 1, size):
        support[later] = support[later - 1] + 1
    return True


@jit
def _dominated(table: FloatArray, action: int, opponents: IntArray, size: int) -> bool:
    """Whether another action of `table` [own, opponent's] is better against each of the first `size` `opponents`."""
    for other in range(table.shape[0]):
        place = 0
        while place < size and table[other, opponents[place]] > table[action, opponents[place]]:
            place += 1
        if place == size:
            return True
    return False


@jit
def _solve(system: FloatArray, size: int) -> int:
    """Gauss-Jordan on the first `size` rows and columns of `system`, the right-hand side in column `size`.

    Return the rank, or -1 if there is no solution. At full rank the right-hand side becomes the solution.
    """
    rank = 0
    for column in range(size):
        best = rank
        for row in range(rank + 1, size):
            if abs(system[row, column]) > abs(system[best, column]):
                best = row
        if abs(system[best, column]) <= LABEL_TOLERANCE:
            continue
        for j in range(size + 1):
            system[rank, j], system[best, j] = system[best, j], system[rank, j]
        inverse = 1.0 / system[rank, column]
        for j in range(column, size + 1):
            system[rank, j] *= inverse
        for row in range(size):
            factor = system[row, column]
            if row != rank and factor != 0.0:
                for j in range(column, size + 1):
                    system[row, j] -= factor * system[rank, j]
        rank += 1
    for row in range(rank, size):
        if abs(system[row, size]) > LABEL_TOLERANCE:
            return -1
    return rank


@jit
def _solvable(table: FloatArray, support: IntArray, opponents: IntArray, size: int) -> bool:
    """Whether some strategy on `opponents` makes every action of `support` a best response, by a linear program."""
    actions = table.shape[0]
    matrix, bounds, equal = np.empty((actions, size)), np.ones(actions), np.zeros(actions, dtype=np.bool_)
    for row in range(actions):
        for place in range(size):
            matrix[row, place] = table[row, opponents[place]]
    for place in range(size):
        equal[support[place]] = True
    status, _ = _linear_program(np.zeros(size), matrix, bounds, equal, np.empty(size), np.empty(actions))
    return status == _OK


@jit
def _indifference(table: FloatArray, support: IntArray, opponents: IntArray, size: int, system: FloatArray, strategy: FloatArray) -> int:
    """Strategies z >= 0 on `opponents` against which all of `support` are best responses, up to scale.

    Return _NONE; _UNIQUE or _TIED where there is one, positive on all of `opponents`, which goes to `strategy` [>= size], and
    against which no or some other action is as good; else _ELSEWHERE. The last two only occur in degenerate games.
    """
    for row in range(size):
        for column in range(size):
            system[row, column] = table[support[row], opponents[column]]
        system[row, size] = 1.0
    rank = _solve(system, size)
    if rank < 0:
        return _NONE
    if rank < size:
        return _ELSEWHERE if _solvable(table, support, opponents, size) else _NONE
    outcome = _UNIQUE
    for place in range(size):
        strategy[place] = system[place, size]
        if strategy[place] < -LABEL_TOLERANCE:
            return _NONE
        if strategy[place] <= LABEL_TOLERANCE:
            outcome = _ELSEWHERE
    member = 0
    for action in range(table.shape[0]):
        if member < size and support[member] == action:
            member += 1
            continue
        value = 0.0
        for place in range(size):
            value += table[action, opponents[place]] * strategy[place]
        if value > 1.0 + LABEL_TOLERANCE:
            return _NONE
        if value >= 1.0 - LABEL_TOLERANCE and outcome == _UNIQUE:
            outcome = _TIED
    return outcome


@jit
def _append(strategies: FloatArray, count: int, support: IntArray, weights: FloatArray, size: int) -> FloatArray:
    """Write `weights`, scaled to sum to one, to row `count` of `strategies` [room, actions], or of a longer copy."""
    actions = strategies.shape[1]
    if count == strategies.shape[0]:
        longer = np.empty((2 * count, actions))
        for row in range(count):
            for action in range(actions):
                longer[row, action] = strategies[row, action]
        strategies = longer
    total = 0.0
    for place in range(size):
        total += weights[place]
    for action in range(actions):
        strategies[count, action] = 0.0
    for place in range(size):
        strategies[count, support[place]] = weights[place] / total
    return strategies


@jit
def _undominated(table: FloatArray, opponents: IntArray, size: int, out: IntArray) -> int:
    """Write the actions that are not dominated given `opponents` to `out` [own]; return how many."""
    count = 0
    for action in range(table.shape[0]):
        if not _dominated(table, action, opponents, size):
            out[count] = action
            count += 1
    return count


@jit
def _any_dominated(table: FloatArray, support: IntArray, opponents: IntArray, size: int, opponent_count: int) -> bool:
    """Whether one of the first `size` of `support` is dominated given the first `opponent_count` of `opponents`."""
    found = False
    for place in range(size):
        found = found or _dominated(table, support[place], opponents, opponent_count)
    return found


@jit
def _support_enumeration(row_payoffs: FloatArray, column_payoffs: FloatArray) -> tuple[FloatArray, FloatArray, bool]:
    """Return (row strategies [k, m], column strategies [k, n], degenerate)."""
    rows, columns = row_payoffs.shape
    smaller = min(rows, columns)
    row_table, column_table = np.empty((rows, columns)), np.empty((columns, rows))
    _scaled(row_payoffs, row_table)
    _scaled(_transposed(column_payoffs), column_table)
    row_support, column_support = np.empty(smaller, dtype=np.int64), np.empty(smaller, dtype=np.int64)
    candidates, chosen = np.empty(columns, dtype=np.int64), np.empty(smaller, dtype=np.int64)
    row_weights, column_weights = np.empty(smaller), np.empty(smaller)
    system = np.empty((smaller, smaller + 1))
    row_strategies, column_strategies = np.empty((8, rows)), np.empty((8, columns))
    count = 0
    degenerate = False
    for size in range(1, smaller + 1):
        for place in range(size):
            row_support[place] = place
        more_rows = True
        while more_rows:
            available = _undominated(column_table, row_support, size, candidates)
            more_columns = available >= size and not _any_dominated(row_table, row_support, candidates, size, available)
            for place in range(size):
                chosen[place] = place
            while more_columns:
                for place in range(size):
                    column_support[place] = candidates[chosen[place]]
                more_columns = _next_support(chosen, size, available)
                if _any_dominated(row_table, row_support, column_support, size, size):
                    continue
                outcome = _indifference(row_table, row_support, column_support, size, system, column_weights)
                if outcome == _NONE:
                    continue
                other_outcome = _indifference(column_table, column_support, row_support, size, system, row_weights)
                if other_outcome == _NONE:
                    continue
                if outcome != _UNIQUE or other_outcome != _UNIQUE:
                    degenerate = True
                if outcome != _ELSEWHERE and other_outcome != _ELSEWHERE:
                    row_strategies = _append(row_strategies, count, row_support, row_weights, size)
                    column_strategies = _append(column_strategies, count, column_support, column_weights, size)
                    count += 1
            more_rows = _next_support(row_support, size, rows)
    return row_strategies[:count].copy(), column_strategies[:count].copy(), degenerate


def support_enumeration(game: BimatrixGame) -> SupportEquilibria:
    """The equilibria with supports of equal size in which the supports determine the strategies.

    That `degenerate` is complete: each extreme equilibrium (x, y) has a pair (I, J) of equal size with supp x in I, all of I
    best responses to y, and the same for J, because vertices of the best response polytopes have at least as many labels
    as dimensions. No such pair is pruned; its indifference equations either have (x, y) as their only solution, positive on I
    and J, which is returned, or show that the game is degenerate at (x, y).

    Every pair of supports is visited in the worst case, C(m + n, m) - 1 of them.

    Args:
        game: m x n. Ties are taken up to `polytope.LABEL_TOLERANCE` of the player's stake (see `bimatrix.TIE_TOLERANCE`).
    """
    row_strategies, column_strategies, degenerate = _support_enumeration(game.row_payoffs, game.column_payoffs)
    return SupportEquilibria(tuple(map(Profile, row_strategies, column_strategies)), degenerate)
