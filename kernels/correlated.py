"""Correlated equilibria of two-player games (Aumann 1974): a linear program over the joint distributions, and the check.

A mediator draws (i, j) and tells each player its own action only; in equilibrium neither gains by doing another thing.
Does not know how a linear program is solved: any solver with the signature of `scipy.optimize.linprog` will do.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from ._jit import jit
from .bimatrix import BimatrixGame
from .simplex import solve_linear_program
from .status import KernelError

__all__ = [
    "CorrelatedEquilibrium",
    "CorrelatedRegret",
    "LinearProgram",
    "LinearProgramSolver",
    "SolverFailedError",
    "coarse_correlated_regret",
    "correlated_equilibrium",
    "correlated_program",
    "correlated_regret",
]


class SolverFailedError(KernelError):
    """The solver passed in did not find an optimum, though one exists."""


class LinearProgram(NamedTuple):
    """Minimise c @ x over A_ub @ x <= b_ub, A_eq @ x == b_eq, x >= 0: `linprog(**program._asdict())`."""

    c: FloatArray
    A_ub: FloatArray
    b_ub: FloatArray
    A_eq: FloatArray
    b_eq: FloatArray


LinearProgramSolver: TypeAlias = Callable[..., Any]
"""Takes the fields of a `LinearProgram` by name, returns an object with `x`, `status` (0 = optimal) and `message`."""


class CorrelatedEquilibrium(NamedTuple):
    """The correlated equilibrium of largest weighted welfare."""

    distribution: FloatArray
    """[m, n] probability of each pair of recommendations."""
    row_payoff: float
    """Expected payoff of the row player."""
    column_payoff: float
    """Expected payoff of the column player."""


class CorrelatedRegret(NamedTuple):
    """What the players gain, before the draw, by a rule "when told one action, play another"."""

    row_gains: FloatArray
    """[m, m] gain of the row player from playing k whenever told i, at [i, k]."""
    column_gains: FloatArray
    """[n, n] the same for the column player."""
    largest: float
    """Largest entry of both, at least 0; 0 exactly at a correlated equilibrium."""


@jit
def _row_gains(payoffs: FloatArray, distribution: FloatArray, out: FloatArray) -> None:
    """Write to `out` [m, m] sum_j distribution[i, j] (payoffs[k, j] - payoffs[i, j]) at [i, k]."""
    actions, replies = payoffs.shape
    for told in range(actions):
        for played in range(actions):
            gain = 0.0
            for reply in range(replies):
                gain += distribution[told, reply] * (payoffs[played, reply] - payoffs[told, reply])
            out[told, played] = gain


def correlated_program(game: BimatrixGame, *, row_weight: float = 1.0, column_weight: float = 1.0) -> LinearProgram:
    """The linear program whose feasible points are the correlated equilibria; x[i * n + j] is the probability of (i, j).

    Args:
        game: m by n.
        row_weight, column_weight: weights of the payoffs in the welfare to be maximised, of any sign.

    Returns:
        m (m - 1) + n (n - 1) inequalities, in units of the players' payoffs, and one equality.

    Raises:
        KernelArgumentError: a weight that is not finite.
    """
    rows, columns = game.shape
    row_share, column_share = _arrays.scalar("row_weight", row_weight), _arrays.scalar("column_weight", column_weight)
    gains = np.zeros((rows * (rows - 1) + columns * (columns - 1), rows, columns))
    line = 0
    for told in range(rows):
        for played in range(rows):
            if told != played:
                gains[line, told] = game.row_payoffs[played] - game.row_payoffs[told]
                line += 1
    for told in range(columns):
        for played in range(columns):
            if told != played:
                gains[line, :, told] = game.column_payoffs[:, played] - game.column_payoffs[:, told]
                line += 1
    welfare = row_share * game.row_payoffs + column_share * game.column_payoffs
    return LinearProgram(-welfare.ravel(), gains.reshape(line, rows * columns), np.zeros(line), np.ones((1, rows * columns)), np.ones(1))


def correlated_equilibrium(
    game: BimatrixGame,
    solve: LinearProgramSolver | None = None,
    *,
    row_weight: float = 1.0,
    column_weight: float = 1.0,
) -> CorrelatedEquilibrium:
    """A correlated equilibrium that maximises row_weight * row payoff + column_weight * column payoff.

    Args:
        game: m by n.
        solve: `scipy.optimize.linprog` or the like; None uses `simplex.solve_linear_program`, enough for some ten actions.
        row_weight, column_weight: equal weights give the largest welfare, (1, 0) the row player's best.

    Raises:
        KernelArgumentError: a weight that is not finite.
        SolverFailedError: `solve` reports anything but an optimum.
        PivotLimitError: rounding kept the own method from an end.
    """
    program = correlated_program(game, row_weight=row_weight, column_weight=column_weight)
    if solve is None:
        # A game of one action on both sides has no inequality at all.
        matrix, bounds = (program.A_ub, program.b_ub) if program.b_ub.size else (None, None)
        solution = solve_linear_program(-program.c, matrix, bounds, program.A_eq, program.b_eq).solution
    else:
        answer = solve(**program._asdict())
        if answer.status != 0:
            raise SolverFailedError(f"correlated_equilibrium: the solver reports status {answer.status}, {answer.message}")
        solution = np.maximum(np.asarray(answer.x, dtype=np.float64), 0.0)
    distribution = (solution / solution.sum()).reshape(game.shape)
    return CorrelatedEquilibrium(
        distribution, float((distribution * game.row_payoffs).sum()), float((distribution * game.column_payoffs).sum())
    )


def correlated_regret(game: BimatrixGame, distribution: npt.ArrayLike) -> CorrelatedRegret:
    """Swap regret of a joint distribution: how far it is from a correlated equilibrium.

    Args:
        game: m by n.
        distribution: [m, n] non-negative, sums to one.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
    """
    joint = _joint(game, distribution)
    rows, columns = game.shape
    row_gains, column_gains = np.empty((rows, rows)), np.empty((columns, columns))
    _row_gains(game.row_payoffs, joint, row_gains)
    _row_gains(np.ascontiguousarray(game.column_payoffs.T), np.ascontiguousarray(joint.T), column_gains)
    # The diagonals are zero, so the largest is at least that.
    return CorrelatedRegret(row_gains, column_gains, float(max(row_gains.max(), column_gains.max())))


def coarse_correlated_regret(game: BimatrixGame, distribution: npt.ArrayLike) -> float:
    """External regret: the most that either player gains by one fixed action instead of the recommended ones, at least 0.

    Zero exactly at a coarse correlated equilibrium (Moulin and Vial 1978) which nobody would rather leave.

    Args:
        game: m by n.
        distribution: [m, n] non-negative, sums to one.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
    """
    gains = correlated_regret(game, distribution)
    return float(max(0.0, gains.row_gains.sum(axis=0).max(), gains.column_gains.sum(axis=0).max()))


def _joint(game: BimatrixGame, distribution: npt.ArrayLike) -> FloatArray:
    table = _arrays.non_negative("distribution", distribution, game.shape)
    _arrays.distribution("distribution", table.ravel(), (table.size,))
    return table
