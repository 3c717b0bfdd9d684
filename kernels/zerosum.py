"""Two-player zero-sum games: the value and both players' maximin strategies (von Neumann 1928), by one linear program.

`payoffs[i, j]` is what the row player earns and the column player pays. A game with several solutions gets one of them,
the same on every call. Knows nothing of equilibria of other games; `security_strategy` uses one player's payoffs only.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from ._jit import jit
from .simplex import _simplex
from .status import Status, raise_for_status

__all__ = ["SecurityStrategy", "ZeroSumSolution", "security_strategy", "solve_zero_sum"]

_OK: Final = int(Status.OK)


class ZeroSumSolution(NamedTuple):
    """An equilibrium of a zero-sum game."""

    value: float
    """The row player's expected payoff under both strategies."""
    row_strategy: FloatArray
    """[m] maximin strategy: earns at least `value` against every column."""
    column_strategy: FloatArray
    """[n] minimax strategy: pays at most `value` against every row."""


class SecurityStrategy(NamedTuple):
    """What a player can secure alone."""

    strategy: FloatArray
    """[m] distribution over the player's own actions."""
    payoff: float
    """min over the opponent's actions of the expected payoff: no strategy guarantees more."""


@jit
def _zero_sum(payoffs: FloatArray, row_strategy: FloatArray, column_strategy: FloatArray) -> tuple[int, float]:
    """Write `row_strategy` [m] and `column_strategy` [n]; return (OK or PIVOT_LIMIT, value).

    With payoffs brought to [1, 2], maximise sum(y) over payoffs @ y <= 1, y >= 0 (Dantzig): the value is 1 / sum(y), y
    and the prices are proportional to the strategies, and y = 0 is a feasible start.
    """
    rows, columns = payoffs.shape
    low, high = payoffs[0, 0], payoffs[0, 0]
    for i in range(rows):
        for j in range(columns):
            low, high = min(low, payoffs[i, j]), max(high, payoffs[i, j])
    row_strategy[:] = 0.0
    column_strategy[:] = 0.0
    # Halves, because the difference of two large payoffs may be infinite.
    spread = 0.5 * high - 0.5 * low
    if spread == 0.0:
        row_strategy[0] = 1.0
        column_strategy[0] = 1.0
        return _OK, payoffs[0, 0]
    tableau = np.ones((rows + 1, columns + 1))
    basic, nonbasic = np.empty(rows, dtype=np.int64), np.empty(columns, dtype=np.int64)
    place = np.empty(rows + columns, dtype=np.int64)
    for i in range(rows):
        basic[i] = columns + i
        place[columns + i] = -1 - i
        for j in range(columns):
            tableau[i, j] = 1.0 + (0.5 * payoffs[i, j] - 0.5 * low) / spread
    for j in range(columns):
        nonbasic[j] = j
        place[j] = j
        tableau[rows, j] = -1.0
    tableau[rows, columns] = 0.0
    free = np.zeros(rows + columns, dtype=np.bool_)
    status = _simplex(tableau, rows, rows, basic, nonbasic, place, free, 100 * (rows + columns) + 1000)
    if status != _OK:
        return status, np.nan

    for i in range(rows):
        if place[columns + i] >= 0:
            row_strategy[i] = max(0.0, tableau[rows, place[columns + i]])
        if basic[i] < columns:
            column_strategy[basic[i]] = max(0.0, tableau[i, columns])
    row_total, column_total = row_strategy.sum(), column_strategy.sum()
    for i in range(rows):
        row_strategy[i] /= row_total
    value = 0.0
    for j in range(columns):
        column_strategy[j] /= column_total
    for i in range(rows):
        for j in range(columns):
            value += row_strategy[i] * payoffs[i, j] * column_strategy[j]
    return _OK, value


def solve_zero_sum(payoffs: npt.ArrayLike) -> ZeroSumSolution:
    """Value and optimal strategies of both players.

    Args:
        payoffs: [m, n] of the row player.

    Raises:
        KernelArgumentError: wrong shape, dtype, or NaN.
        PivotLimitError: rounding kept the method from an end.
    """
    table = _arrays.real("payoffs", payoffs, (None, None))
    row_strategy, column_strategy = np.empty(table.shape[0]), np.empty(table.shape[1])
    status, value = _zero_sum(table, row_strategy, column_strategy)
    raise_for_status(status, "solve_zero_sum")
    return ZeroSumSolution(value, row_strategy, column_strategy)


def security_strategy(payoffs: npt.ArrayLike) -> SecurityStrategy:
    """What a player of any two-player game can guarantee, whatever the opponent does and wants.

    Args:
        payoffs: [own actions, opponent's actions] of that player; for the column player of a game, the transposed table.

    Raises:
        KernelArgumentError: wrong shape, dtype, or NaN.
        PivotLimitError: rounding kept the method from an end.
    """
    table = _arrays.real("payoffs", payoffs, (None, None))
    strategy = np.empty(table.shape[0])
    status, _ = _zero_sum(table, strategy, np.empty(table.shape[1]))
    raise_for_status(status, "security_strategy")
    return SecurityStrategy(strategy, float((strategy @ table).min()))
