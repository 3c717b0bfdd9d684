"""Two-player games in strategic form: the game itself, best responses, pure equilibria and regret.

m row actions, n column actions. Both tables are [m, n], the row player's action first. Does not know how mixed equilibria
are found: that is vertex_enumeration.py (all), support_enumeration.py (all, if nondegenerate) and lemke_howson.py (one).
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .polytope import _transposed
from .status import KernelArgumentError

__all__ = [
    "REGRET_TOLERANCE",
    "TIE_TOLERANCE",
    "BestResponse",
    "BimatrixGame",
    "Profile",
    "Regret",
    "column_best_response",
    "is_equilibrium",
    "pure_equilibria",
    "regret",
    "row_best_response",
]

TIE_TOLERANCE: Final = 1e-9
"""Payoffs this close, as a share of the player's stake, are equal.

A player's stake is the most that his own choice can change his payoff, against any one action of the opponent. What the
opponent alone decides, however large, is not part of it.
"""


REGRET_TOLERANCE: Final = 1e-7
"""Solvers refuse a result of theirs that leaves a regret above this share of a player's stake: rounding has led them astray."""

_LARGEST_PAYOFF: Final = 1e300


class BimatrixGame:
    """A two-player game whose tables have been checked once: what takes a game checks no payoff again.

    Do not write to the tables: nothing would notice a NaN.
    """

    __slots__ = ("column_payoffs", "row_payoffs")

    def __init__(self, row_payoffs: npt.ArrayLike, column_payoffs: npt.ArrayLike) -> None:
        """Copy and check both tables.

        Args:
            row_payoffs: [m, n] payoff of the row player; m and n at least 1.
            column_payoffs: [m, n] payoff of the column player, the row player's action first here as well.

        Raises:
            KernelArgumentError: wrong shape or dtype, NaN, infinity, or beyond 1e300 in size.
        """
        self.row_payoffs: Final = _payoffs("row_payoffs", row_payoffs, (None, None))
        """[m, n] float64, C-ordered."""
        self.column_payoffs: Final = _payoffs("column_payoffs", column_payoffs, self.row_payoffs.shape)
        """[m, n] float64, C-ordered."""

    @property
    def shape(self) -> tuple[int, int]:
        """(m, n): the number of row and of column actions."""
        rows, columns = self.row_payoffs.shape
        return rows, columns

    def __repr__(self) -> str:
        return f"BimatrixGame({self.row_payoffs.tolist()}, {self.column_payoffs.tolist()})"


class Profile(NamedTuple):
    """A mixed strategy of each player."""

    row_strategy: FloatArray
    """[m] distribution over the row player's actions."""
    column_strategy: FloatArray
    """[n] distribution over the column player's actions."""


class BestResponse(NamedTuple):
    """The best that one player can do against a mixed strategy."""

    value: float
    """The largest expected payoff."""
    action: int
    """The lowest index in `actions`."""
    actions: IntArray
    """Every action whose expected payoff is within `TIE_TOLERANCE` of `value`, ascending."""


class Regret(NamedTuple):
    """What each player would gain by the best unilateral deviation; both are zero exactly at an equilibrium."""

    row: float
    """max_i (A y)_i - x' A y, at least 0."""
    column: float
    """max_j (x' B)_j - x' B y, at least 0."""


@jit
def _row_values(payoffs: FloatArray, column_strategy: FloatArray, out: FloatArray) -> None:
    """Write payoffs @ column_strategy to `out` [m]."""
    for row in range(payoffs.shape[0]):
        total = 0.0
        for column in range(payoffs.shape[1]):
            total += payoffs[row, column] * column_strategy[column]
        out[row] = total


@jit
def _column_values(payoffs: FloatArray, row_strategy: FloatArray, out: FloatArray) -> None:
    """Write row_strategy @ payoffs to `out` [n]."""
    for column in range(payoffs.shape[1]):
        out[column] = 0.0
    for row in range(payoffs.shape[0]):
        for column in range(payoffs.shape[1]):
            out[column] += row_strategy[row] * payoffs[row, column]


@jit
def _advantages(payoffs: FloatArray, opponent_strategy: FloatArray, out: FloatArray) -> tuple[float, float]:
    """Write the expected payoffs of `payoffs` [own, opponent's] less a common part to `out` [own]; return (that part, stake).

    The common part is the expected payoff of the worst reply to each action: set apart, it costs the rest no digits.
    """
    rows, columns = payoffs.shape
    common, stake = 0.0, 0.0
    for row in range(rows):
        out[row] = 0.0
    for column in range(columns):
        low, high = payoffs[0, column], payoffs[0, column]
        for row in range(rows):
            low, high = min(low, payoffs[row, column]), max(high, payoffs[row, column])
        for row in range(rows):
            out[row] += opponent_strategy[column] * (payoffs[row, column] - low)
        common += opponent_strategy[column] * low
        stake = max(stake, high - low)
    return common, stake


@jit
def _gain(values: FloatArray, strategy: FloatArray) -> float:
    """Return the largest value minus the expected one."""
    best = values[0]
    for action in range(values.shape[0]):
        best = max(best, values[action])
    total = 0.0
    for action in range(values.shape[0]):
        total += strategy[action] * (best - values[action])
    return total


@jit
def _regret(
    row_payoffs: FloatArray, column_payoffs: FloatArray, row_strategy: FloatArray, column_strategy: FloatArray
) -> tuple[float, float, float, float]:
    """Return (regret of the row player, regret of the column player, stake of the row player, stake of the column player)."""
    rows, columns = row_payoffs.shape
    row_values, column_values = np.empty(rows), np.empty(columns)
    _, row_stake = _advantages(row_payoffs, column_strategy, row_values)
    _, column_stake = _advantages(_transposed(column_payoffs), row_strategy, column_values)
    return _gain(row_values, row_strategy), _gain(column_values, column_strategy), row_stake, column_stake


@jit
def _is_equilibrium(
    row_payoffs: FloatArray, column_payoffs: FloatArray, row_strategy: FloatArray, column_strategy: FloatArray, tolerance: float
) -> bool:
    """Whether each player's regret is at most `tolerance` times his stake; with NaN it is not."""
    row, column, row_stake, column_stake = _regret(row_payoffs, column_payoffs, row_strategy, column_strategy)
    return row <= tolerance * row_stake and column <= tolerance * column_stake


@jit
def _pure_equilibria(row_payoffs: FloatArray, column_payoffs: FloatArray, out: IntArray) -> int:
    """Write the pure equilibria to `out` [m * n, 2]; return how many."""
    rows, columns = row_payoffs.shape
    row_best, column_best = np.empty(columns), np.empty(rows)
    for column in range(columns):
        row_best[column] = row_payoffs[0, column]
    for row in range(rows):
        column_best[row] = column_payoffs[row, 0]
        for column in range(columns):
            row_best[column] = max(row_best[column], row_payoffs[row, column])
            column_best[row] = max(column_best[row], column_payoffs[row, column])
    count = 0
    for row in range(rows):
        for column in range(columns):
            if row_payoffs[row, column] == row_best[column] and column_payoffs[row, column] == column_best[row]:
                out[count, 0] = row
                out[count, 1] = column
                count += 1
    return count


def row_best_response(game: BimatrixGame, column_strategy: npt.ArrayLike) -> BestResponse:
    """The row player's best responses to a mixed strategy.

    Args:
        game: m x n.
        column_strategy: [n] distribution.

    Raises:
        KernelArgumentError: the strategy has the wrong shape or dtype, NaN, is negative or not normalised.
    """
    rows, columns = game.shape
    strategy = _arrays.distribution("column_strategy", column_strategy, (columns,))
    values = np.empty(rows)
    common, stake = _advantages(game.row_payoffs, strategy, values)
    return _best_response(values, common, stake)


def column_best_response(game: BimatrixGame, row_strategy: npt.ArrayLike) -> BestResponse:
    """The column player's best responses to a mixed strategy.

    Args:
        game: m x n.
        row_strategy: [m] distribution.

    Raises:
        KernelArgumentError: the strategy has the wrong shape or dtype, NaN, is negative or not normalised.
    """
    rows, columns = game.shape
    strategy = _arrays.distribution("row_strategy", row_strategy, (rows,))
    values = np.empty(columns)
    common, stake = _advantages(_transposed(game.column_payoffs), strategy, values)
    return _best_response(values, common, stake)


def pure_equilibria(game: BimatrixGame) -> IntArray:
    """All equilibria in pure strategies; payoffs are compared exactly.

    Returns:
        [k, 2] (row action, column action), in row-major order; k may be 0.
    """
    rows, columns = game.shape
    out = np.empty((rows * columns, 2), dtype=np.int64)
    count = _pure_equilibria(game.row_payoffs, game.column_payoffs, out)
    return out[:count]


def regret(game: BimatrixGame, row_strategy: npt.ArrayLike, column_strategy: npt.ArrayLike) -> Regret:
    """What each player would gain by deviating; `regret(game, *profile)` takes a `Profile`.

    Args:
        game: m x n.
        row_strategy: [m] distribution x.
        column_strategy: [n] distribution y.

    Raises:
        KernelArgumentError: a strategy has the wrong shape or dtype, NaN, is negative or not normalised.
    """
    profile = _profile(game, row_strategy, column_strategy)
    row, column, _, _ = _regret(game.row_payoffs, game.column_payoffs, *profile)
    return Regret(row, column)


def is_equilibrium(
    game: BimatrixGame,
    row_strategy: npt.ArrayLike,
    column_strategy: npt.ArrayLike,
    *,
    tolerance: float = TIE_TOLERANCE,
) -> bool:
    """Whether neither player can gain more than `tolerance` times his stake (see `TIE_TOLERANCE`).

    Args:
        game: m x n.
        row_strategy: [m] distribution.
        column_strategy: [n] distribution.
        tolerance: at least 0; a share of each player's stake.

    Raises:
        KernelArgumentError: a strategy has the wrong shape or dtype, NaN, is negative or not normalised; or the tolerance
            is negative or not finite.
    """
    share = _arrays.scalar("tolerance", tolerance)
    if share < 0.0:
        raise KernelArgumentError(f"tolerance: {share} is negative; pass 0 or more")
    profile = _profile(game, row_strategy, column_strategy)
    return _is_equilibrium(game.row_payoffs, game.column_payoffs, *profile, share)


def _profile(game: BimatrixGame, row_strategy: npt.ArrayLike, column_strategy: npt.ArrayLike) -> Profile:
    rows, columns = game.shape
    row = _arrays.distribution("row_strategy", row_strategy, (rows,))
    return Profile(row, _arrays.distribution("column_strategy", column_strategy, (columns,)))


def _best_response(values: FloatArray, common: float, stake: float) -> BestResponse:
    best = float(values.max())
    actions = np.flatnonzero(values >= best - TIE_TOLERANCE * stake).astype(np.int64)
    return BestResponse(common + best, int(actions[0]), actions)


def _payoffs(name: str, value: npt.ArrayLike, shape: tuple[int | None, ...]) -> FloatArray:
    table = _arrays.real(name, value, shape)
    low, high = float(table.min()), float(table.max())
    if max(-low, high) > _LARGEST_PAYOFF:
        raise KernelArgumentError(f"{name}: from {low} to {high} leaves no room for sums in float64; rescale the payoffs")
    return table
