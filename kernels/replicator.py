"""Replicator dynamics of one population and of two, in continuous time and in generations.

A strategy's share grows by what it earns above its population's average. One population of n strategies meets itself; two
populations, the sides of a bimatrix game, meet each other. The Nash equilibria are rest points, and a path that starts
inside the simplex can only come to rest at one. A strategy that is absent stays absent. Time is in units of 1 / payoff:
an advantage of one payoff unit multiplies the ratio of two shares by e per unit of time.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bimatrix import BimatrixGame
from .status import KernelArgumentError

__all__ = [
    "Evolution",
    "Outcome",
    "PairEvolution",
    "evolve",
    "evolve_generations",
    "evolve_pair",
    "evolve_pair_generations",
]

_MOVING: Final = 0
_REST: Final = 1
_NASH: Final = 2

_SMALLEST_SHARE: Final = 1e-300
"""A share that is positive stays so: on a path that nears the boundary and comes back, underflow would end a strategy."""


class Outcome(Enum):
    """Where a path ended."""

    NASH = _NASH
    """At rest, and no absent strategy would earn more: a Nash equilibrium."""
    REST = _REST
    """At rest, but an absent strategy would earn more."""
    MOVING = _MOVING
    """Still moving when its time was up: slow, or on a cycle."""


class Evolution(NamedTuple):
    """A path of one population."""

    path: FloatArray
    """[S + 1, n] shares, the start first; S is smaller than asked for where the path came to rest."""
    outcome: Outcome


class PairEvolution(NamedTuple):
    """A path of two populations."""

    row_path: FloatArray
    """[S + 1, m] shares of the row population, the start first."""
    column_path: FloatArray
    """[S + 1, n] shares of the column population."""
    outcome: Outcome


@jit
def _fitness(payoffs: FloatArray, shares: FloatArray, out: FloatArray) -> None:
    """Write payoffs @ shares to `out` [N]."""
    for own in range(payoffs.shape[0]):
        total = 0.0
        for other in range(payoffs.shape[1]):
            total += payoffs[own, other] * shares[other]
        out[own] = total


@jit
def _grow(shares: FloatArray, ends: IntArray, exponents: FloatArray, scale: float, out: FloatArray) -> None:
    """Write to `out` [N] shares * exp(scale * exponents), normalised in each population; populations end at `ends` [P]."""
    begin = 0
    for population in range(ends.shape[0]):
        end = ends[population]
        largest = -np.inf
        for own in range(begin, end):
            if shares[own] > 0.0:
                largest = max(largest, scale * exponents[own])
        total = 0.0
        for own in range(begin, end):
            out[own] = shares[own] * math.exp(scale * exponents[own] - largest) if shares[own] > 0.0 else 0.0
            total += out[own]
        for own in range(begin, end):
            out[own] = max(_SMALLEST_SHARE, out[own] / total) if shares[own] > 0.0 else 0.0
        begin = end


@jit
def _runge_kutta(payoffs: FloatArray, ends: IntArray, shares: FloatArray, step: float, work: FloatArray, out: FloatArray) -> None:
    """Write the shares one `step` later to `out` [N]; `work` [3, N] is a work array.

    Fourth-order Runge-Kutta on the logarithms of the shares, whose derivatives are the fitnesses up to a common term: no
    step, however large, leaves the simplex.
    """
    total, fitness, middle = work[0], work[1], work[2]
    _fitness(payoffs, shares, fitness)
    for own in range(shares.shape[0]):
        total[own] = fitness[own]
    _grow(shares, ends, fitness, 0.5 * step, middle)
    for stage in range(2):
        _fitness(payoffs, middle, fitness)
        for own in range(shares.shape[0]):
            total[own] += 2.0 * fitness[own]
        _grow(shares, ends, fitness, 0.5 * step if stage == 0 else step, middle)
    _fitness(payoffs, middle, fitness)
    for own in range(shares.shape[0]):
        total[own] += fitness[own]
    _grow(shares, ends, total, step / 6.0, out)


@jit
def _generation(payoffs: FloatArray, ends: IntArray, shares: FloatArray, background: float, fitness: FloatArray, out: FloatArray) -> None:
    """Write the shares of the next generation to `out` [N]; `fitness` [N] is a work array."""
    _fitness(payoffs, shares, fitness)
    begin = 0
    for population in range(ends.shape[0]):
        end = ends[population]
        total = 0.0
        for own in range(begin, end):
            out[own] = shares[own] * (background + fitness[own])
            total += out[own]
        for own in range(begin, end):
            out[own] = max(_SMALLEST_SHARE, out[own] / total) if shares[own] > 0.0 else 0.0
        begin = end


@jit
def _outcome(payoffs: FloatArray, ends: IntArray, shares: FloatArray, tolerances: FloatArray, fitness: FloatArray) -> int:
    """Return MOVING, REST or NASH; `tolerances` [P] in payoff units, `fitness` [N] is a work array.

    At rest: no share moves faster than the tolerance, and none that is present, however rare, grows at a faster rate.
    """
    _fitness(payoffs, shares, fitness)
    result = _NASH
    begin = 0
    for population in range(ends.shape[0]):
        end, tolerance = ends[population], tolerances[population]
        mean = 0.0
        for own in range(begin, end):
            mean += shares[own] * fitness[own]
        for own in range(begin, end):
            advantage = fitness[own] - mean
            if shares[own] * abs(advantage) > tolerance or (shares[own] > 0.0 and advantage > tolerance):
                return _MOVING
            if advantage > tolerance:
                result = _REST
        begin = end
    return result


@jit
def _evolve(
    payoffs: FloatArray,
    ends: IntArray,
    step: float,
    background: float,
    generations: bool,
    tolerances: FloatArray,
    path: FloatArray,
) -> tuple[int, int]:
    """Fill `path` [S + 1, N] from its first row until the end or rest; return (rows filled, outcome)."""
    work = np.empty((3, path.shape[1]))
    for row in range(path.shape[0] - 1):
        outcome = _outcome(payoffs, ends, path[row], tolerances, work[0])
        if outcome != _MOVING:
            return row + 1, outcome
        if generations:
            _generation(payoffs, ends, path[row], background, work[0], path[row + 1])
        else:
            _runge_kutta(payoffs, ends, path[row], step, work, path[row + 1])
    last = path.shape[0] - 1
    return path.shape[0], _outcome(payoffs, ends, path[last], tolerances, work[0])


def evolve(payoffs: npt.ArrayLike, start: npt.ArrayLike, *, steps: int, step: float, tolerance: float = 1e-9) -> Evolution:
    """One population in continuous time: dx_i / dt = x_i ((A x)_i - x' A x) (Taylor and Jonker 1978).

    Args:
        payoffs: [n, n] A: what a strategy (row) earns against another (column).
        start: [n] distribution.
        steps: at most so many; at least 1.
        step: time of one step, in units of 1 / payoff; fourth-order accurate where step * payoff range is well below 1.
        tolerance: share of the payoff range below which growth counts as rest.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, not normalised, or a step or tolerance that is not positive.
    """
    table, shares = _population(payoffs, start)
    path, outcome = _run(table, (table,), (shares,), steps, tolerance, step=_positive("step", step))
    return Evolution(path, outcome)


def evolve_pair(
    game: BimatrixGame,
    row_start: npt.ArrayLike,
    column_start: npt.ArrayLike,
    *,
    steps: int,
    step: float,
    tolerance: float = 1e-9,
) -> PairEvolution:
    """Two populations in continuous time: dx_i / dt = x_i ((A y)_i - x' A y), dy_j / dt = y_j ((x' B)_j - x' B y).

    Args:
        game: m by n.
        row_start: [m] distribution.
        column_start: [n] distribution.
        steps, step, tolerance: as for `evolve`.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, not normalised, or a step or tolerance that is not positive.
    """
    starts = _pair(game, row_start, column_start)
    path, outcome = _run(_between(game), (game.row_payoffs, game.column_payoffs), starts, steps, tolerance, step=_positive("step", step))
    return _split(game, path, outcome)


def evolve_generations(
    payoffs: npt.ArrayLike, start: npt.ArrayLike, *, generations: int, background: float = 0.0, tolerance: float = 1e-9
) -> Evolution:
    """One population in generations: x_i' = x_i (w + (A x)_i) / (w + x' A x) (Maynard Smith 1982, appendix D).

    Args:
        payoffs: [n, n] A.
        start: [n] distribution.
        generations: at most so many; at least 1.
        background: fitness w of everyone before any meeting; w + A must be positive everywhere.
        tolerance: as for `evolve`.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, not normalised, or fitness that is not positive.
    """
    table, shares = _population(payoffs, start)
    path, outcome = _run(table, (table,), (shares,), generations, tolerance, background=_background((table,), background))
    return Evolution(path, outcome)


def evolve_pair_generations(
    game: BimatrixGame,
    row_start: npt.ArrayLike,
    column_start: npt.ArrayLike,
    *,
    generations: int,
    background: float = 0.0,
    tolerance: float = 1e-9,
) -> PairEvolution:
    """Two populations in generations: x_i' = x_i (w + (A y)_i) / (w + x' A y), and y likewise.

    Args:
        game: m by n.
        row_start: [m] distribution.
        column_start: [n] distribution.
        generations, background, tolerance: as for `evolve_generations`, for both tables.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, not normalised, or fitness that is not positive.
    """
    starts = _pair(game, row_start, column_start)
    base = _background((game.row_payoffs, game.column_payoffs), background)
    path, outcome = _run(_between(game), (game.row_payoffs, game.column_payoffs), starts, generations, tolerance, background=base)
    return _split(game, path, outcome)


def _run(
    payoffs: FloatArray,
    tables: tuple[FloatArray, ...],
    starts: tuple[FloatArray, ...],
    steps: int,
    tolerance: float,
    *,
    step: float | None = None,
    background: float = 0.0,
) -> tuple[FloatArray, Outcome]:
    limit = _arrays.count("generations" if step is None else "steps", steps, 1)
    range_share = _positive("tolerance", tolerance)
    begin = np.concatenate(starts)
    path = np.empty((limit + 1, begin.size))
    path[0] = begin
    ends = np.cumsum([start.size for start in starts]).astype(np.int64)
    # The second term is what rounding leaves of equal payoffs.
    tolerances = np.array([range_share * np.ptp(table) + 16 * np.finfo(float).eps * np.abs(table).max() for table in tables])
    filled, outcome = _evolve(payoffs, ends, 0.0 if step is None else step, background, step is None, tolerances, path)
    return path[:filled], Outcome(outcome)


def _population(payoffs: npt.ArrayLike, start: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    shares = _arrays.distribution("start", start, (None,))
    return _arrays.real("payoffs", payoffs, (shares.size, shares.size)), shares / shares.sum()


def _pair(game: BimatrixGame, row_start: npt.ArrayLike, column_start: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    rows, columns = game.shape
    row = _arrays.distribution("row_start", row_start, (rows,))
    column = _arrays.distribution("column_start", column_start, (columns,))
    return row / row.sum(), column / column.sum()


def _between(game: BimatrixGame) -> FloatArray:
    """[m + n, m + n] table of both populations as one: nobody earns from his own."""
    rows, columns = game.shape
    table = np.zeros((rows + columns, rows + columns))
    table[:rows, rows:] = game.row_payoffs
    table[rows:, :rows] = game.column_payoffs.T
    return table


def _split(game: BimatrixGame, path: FloatArray, outcome: Outcome) -> PairEvolution:
    rows = game.shape[0]
    return PairEvolution(path[:, :rows].copy(), path[:, rows:].copy(), outcome)


def _background(tables: tuple[FloatArray, ...], background: float) -> float:
    base = _arrays.scalar("background", background)
    lowest = min(float(table.min()) for table in tables)
    if base + lowest <= 0.0:
        raise KernelArgumentError(
            f"background: {base} leaves a fitness of {base + lowest}; pass more than {-lowest}, so that every fitness is positive"
        )
    return base


def _positive(name: str, value: float) -> float:
    number = _arrays.scalar(name, value)
    if number <= 0.0:
        raise KernelArgumentError(f"{name}: {number} is not positive; pass more than 0")
    return number
