"""The best response polytopes of a bimatrix game as simplex tableaus, and strategies read off their vertices.

von Stengel, "Equilibrium computation for two-player games in strategic and extensive form", in Algorithmic Game Theory
(2007), ch. 3. With positive payoffs A, B [m, n]: P = {x >= 0 : x' B <= 1}, Q = {y >= 0 : A y <= 1}. Labels 0..m-1 are the
row actions, m..m+n-1 the column actions; a point of P has label i where x_i = 0 and m + j where column j is a best response,
a point of Q has label m + j where y_j = 0 and i where row i is a best response. (x, y) other than (0, 0) is an
equilibrium, up to scale, exactly when the two together have every label.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from ._arrays import FloatArray, IntArray
from ._jit import jit

__all__: list[str] = []

LABEL_TOLERANCE: Final = 1e-10
"""A slack or an unscaled probability this small is zero; payoffs are brought to [1, 2] first, so both are at most 1."""


@jit
def _label_starts(rows: int) -> IntArray:
    """First label of the row actions and of the column actions [2].

    An array, because a literal 0 is a type of its own to Numba: each body that is given one would be compiled again.
    """
    out = np.zeros(2, dtype=np.int64)
    out[1] = rows
    return out


@jit
def _scaled(payoffs: FloatArray, out: FloatArray) -> None:
    """Write a player's `payoffs` [k, d], own action first, to the first d columns of `out` [k, >= d], brought to [1, 2].

    By a constant for each action of the opponent and one factor for all, which changes no best response.
    """
    rows, columns = payoffs.shape
    spread = 0.0
    for column in range(columns):
        low, high = payoffs[0, column], payoffs[0, column]
        for row in range(1, rows):
            low, high = min(low, payoffs[row, column]), max(high, payoffs[row, column])
        spread = max(spread, high - low)
        for row in range(rows):
            out[row, column] = payoffs[row, column] - low
    for row in range(rows):
        for column in range(columns):
            out[row, column] = out[row, column] / spread + 1.0 if spread > 0.0 else 1.0


@jit
def _best_response_tableau(
    payoffs: FloatArray,
    first_slack: int,
    first_variable: int,
    tableau: FloatArray,
    basic: IntArray,
    nonbasic: IntArray,
    place: IntArray,
) -> None:
    """Write the tableau of {z >= 0 : M z <= 1} at z = 0, in the layout of simplex.py.

    M are `payoffs` [k, d] of one player, his own action first, as `_scaled` brings them to [1, 2]. Slack i has label
    `first_slack` + i, variable j has label `first_variable` + j. `tableau` is [k, d + 1], `basic` [k], `nonbasic` [d],
    `place` [k + d].
    """
    rows, columns = payoffs.shape
    _scaled(payoffs, tableau)
    for column in range(columns):
        nonbasic[column] = first_variable + column
        place[first_variable + column] = column
    for row in range(rows):
        tableau[row, columns] = 1.0
        basic[row] = first_slack + row
        place[first_slack + row] = -1 - row


@jit
def _settle(tableau: FloatArray) -> None:
    """Bounds within the tolerance of zero become zero: in a degenerate game rounding must not break a tie."""
    bound = tableau.shape[1] - 1
    for row in range(tableau.shape[0]):
        if abs(tableau[row, bound]) <= LABEL_TOLERANCE:
            tableau[row, bound] = 0.0


@jit
def _read_strategy(tableau: FloatArray, place: IntArray, first_variable: int, out: FloatArray) -> float:
    """Write the strategy at the tableau's vertex, scaled to sum to one, to `out` [d]; return the sum before (0 at z = 0)."""
    actions = tableau.shape[1] - 1
    total = 0.0
    for action in range(actions):
        where = place[first_variable + action]
        out[action] = max(0.0, tableau[-1 - where, actions]) if where < 0 else 0.0
        total += out[action]
    if total > 0.0:
        for action in range(actions):
            out[action] /= total
    return total


@jit
def _transposed(table: FloatArray) -> FloatArray:
    """C-ordered copy of the transpose, so that every body sees one array type."""
    out = np.empty((table.shape[1], table.shape[0]))
    for row in range(table.shape[0]):
        for column in range(table.shape[1]):
            out[column, row] = table[row, column]
    return out
