"""Linear programs of a few hundred variables by the simplex method, dense and deterministic.

The tableau is condensed: a column per non-basic variable, none for the basic ones. Entering variable by Dantzig's rule,
leaving variable by the size of the pivot, and where that stalls by the lexicographic rule (Dantzig, Orden, Wolfe 1955), under
which no degenerate program cycles. A column of row sums is pivoted along: where rounding has moved the rows away from it, the
tableau is computed anew. Knows nothing of games; `_simplex` serves a caller that can write down a feasible tableau itself.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import BoolArray, FloatArray, IntArray
from ._jit import jit
from .status import KernelArgumentError, Status, raise_for_status

__all__ = ["LinearProgramSolution", "solve_linear_program"]

_OK: Final = int(Status.OK)
_INFEASIBLE: Final = int(Status.INFEASIBLE)
_UNBOUNDED: Final = int(Status.UNBOUNDED)
_PIVOT_LIMIT: Final = int(Status.PIVOT_LIMIT)

# All relative to entries scaled to at most one.
_PRICE_TOLERANCE: Final = 1e-11
_PIVOT_TOLERANCE: Final = 1e-9
_TIE_TOLERANCE: Final = 1e-12
_FEASIBILITY_TOLERANCE: Final = 1e-9
_DRIFT_TOLERANCE: Final = 1e-10
_REBUILDS: Final = 12
_LARGEST_EXPONENT: Final = 1000


class LinearProgramSolution(NamedTuple):
    """An optimal vertex and the prices that prove it optimal."""

    solution: FloatArray
    """[n] x >= 0."""
    value: float
    """objective @ x."""
    inequality_prices: FloatArray
    """[m] >= 0: d value / d inequality_bounds; zero where the inequality is slack."""
    equality_prices: FloatArray
    """[k] d value / d equality_bounds, of either sign."""


@jit
def _pivot(tableau: FloatArray, row: int, column: int, basic: IntArray, nonbasic: IntArray, place: IntArray) -> None:
    """Exchange basic[row] and nonbasic[column]; every row of `tableau`, objectives too, is brought up to date."""
    inverse = 1.0 / tableau[row, column]
    width = tableau.shape[1]
    for j in range(width):
        tableau[row, j] *= inverse
    tableau[row, column] = inverse
    for i in range(tableau.shape[0]):
        factor = tableau[i, column]
        if i != row and factor != 0.0:
            tableau[i, column] = 0.0
            for j in range(width):
                tableau[i, j] -= factor * tableau[row, j]
    entering, leaving = nonbasic[column], basic[row]
    basic[row], nonbasic[column] = entering, leaving
    place[entering], place[leaving] = -1 - row, column


@jit
def _leaving_row(tableau: FloatArray, rows: int, column: int, reference: IntArray, place: IntArray) -> int:
    """Lexicographic ratio test: the row whose (bound, reference columns) / pivot is smallest; -1 where none limits.

    `reference` [rows] are the variables that were basic when the phase began: then their columns were the identity, so
    every row was lexicographically positive, and stays so.
    """
    bound = tableau.shape[1] - 1
    best = -1
    for row in range(rows):
        pivot = tableau[row, column]
        if pivot <= _PIVOT_TOLERANCE:
            continue
        if best < 0:
            best = row
            continue
        best_pivot = tableau[best, column]
        difference = tableau[row, bound] / pivot - tableau[best, bound] / best_pivot
        position = 0
        while abs(difference) <= _TIE_TOLERANCE and position < rows:
            where = place[reference[position]]
            if where >= 0:
                difference = tableau[row, where] / pivot - tableau[best, where] / best_pivot
            elif -1 - where == row:
                difference = 1.0 / pivot
            elif -1 - where == best:
                difference = -1.0 / best_pivot
            position += 1
        if difference < 0.0:
            best = row
    return best


@jit
def _entering_column(tableau: FloatArray, objective: int, nonbasic: IntArray, barred: BoolArray) -> int:
    """Dantzig's rule: the column of steepest gain; -1 at an optimum."""
    best = -1
    steepest = -_PRICE_TOLERANCE
    for j in range(nonbasic.shape[0]):
        if tableau[objective, j] < steepest and not barred[nonbasic[j]]:
            best, steepest = j, tableau[objective, j]
    return best


@jit
def _stable_row(tableau: FloatArray, rows: int, column: int) -> int:
    """Ratio test by numerical stability: among the rows of smallest bound / pivot the largest pivot; -1 where none limits."""
    bound = tableau.shape[1] - 1
    # Relative to the column: a pivot much smaller than its neighbours is what rounding left of a zero.
    largest = 1.0
    for row in range(rows):
        largest = max(largest, abs(tableau[row, column]))
    smallest = np.inf
    for row in range(rows):
        if tableau[row, column] > _PIVOT_TOLERANCE * largest:
            smallest = min(smallest, tableau[row, bound] / tableau[row, column])
    best = -1
    for row in range(rows):
        pivot = tableau[row, column]
        limits = pivot > _PIVOT_TOLERANCE * largest and tableau[row, bound] / pivot <= smallest + _TIE_TOLERANCE
        if limits and (best < 0 or pivot > tableau[best, column]):
            best = row
    return best


@jit
def _simplex(
    tableau: FloatArray,
    rows: int,
    objective: int,
    basic: IntArray,
    nonbasic: IntArray,
    place: IntArray,
    barred: BoolArray,
    limit: int,
) -> int:
    """Pivot, `limit` times at most, to a maximum of the objective in row `objective`; return OK, UNBOUNDED or PIVOT_LIMIT.

    Row i < `rows` of `tableau` reads basic[i] + sum_j tableau[i, j] nonbasic[j] = tableau[i, -1] >= 0, an objective row
    reads value + sum_j tableau[i, j] nonbasic[j] = tableau[i, -1]. `place[variable]` is its column, or -1 - its row.
    Variables that are `barred` never enter. All but `barred` are changed in place.
    """
    columns = tableau.shape[1] - 1
    # The stable rule may cycle where no pivot moves the point; the lexicographic one leads away from there.
    reference = basic.copy()
    stalled = 0
    for _ in range(limit):
        column = _entering_column(tableau, objective, nonbasic, barred)
        if column < 0:
            return _OK
        row = _stable_row(tableau, rows, column)
        if row < 0:
            return _UNBOUNDED
        if tableau[row, columns] > _TIE_TOLERANCE * tableau[row, column]:
            stalled = 0
        else:
            stalled += 1
        if stalled == rows + columns:
            for i in range(rows):
                reference[i] = basic[i]
        if stalled >= rows + columns:
            row = _leaving_row(tableau, rows, column, reference, place)
            if row < 0:
                return _UNBOUNDED
        _pivot(tableau, row, column, basic, nonbasic, place)
    return _PIVOT_LIMIT


@jit
def _power_of_two(magnitude: float) -> float:
    """A power of two that brings `magnitude` into [1/2, 1), so that scaling rounds nothing; 1 for zero."""
    if magnitude == 0.0:
        return 1.0
    exponent = math.frexp(magnitude)[1]
    return math.ldexp(1.0, -max(-_LARGEST_EXPONENT, min(_LARGEST_EXPONENT, exponent)))


@jit
def _scales(objective: FloatArray, matrix: FloatArray, row_scales: FloatArray, column_scales: FloatArray) -> float:
    """Write `row_scales` [m] and `column_scales` [n] that bring `matrix` to at most one; return the objective's scale."""
    rows, columns = matrix.shape
    for i in range(rows):
        largest = 0.0
        for j in range(columns):
            largest = max(largest, abs(matrix[i, j]))
        row_scales[i] = _power_of_two(largest)
    largest_objective = 0.0
    for j in range(columns):
        largest = 0.0
        for i in range(rows):
            largest = max(largest, abs(matrix[i, j]) * row_scales[i])
        column_scales[j] = _power_of_two(largest)
        largest_objective = max(largest_objective, abs(objective[j]) * column_scales[j])
    return _power_of_two(largest_objective)


@jit
def _remove_artificials(tableau: FloatArray, basic: IntArray, nonbasic: IntArray, place: IntArray, barred: BoolArray) -> None:
    """After the first phase: pivot each artificial variable out of the basis; one that cannot go marks a redundant row."""
    for row in range(basic.shape[0]):
        if not barred[basic[row]]:
            continue
        tableau[row, nonbasic.shape[0]] = 0.0
        column = -1
        largest = _PIVOT_TOLERANCE
        for j in range(nonbasic.shape[0]):
            if not barred[nonbasic[j]] and abs(tableau[row, j]) > largest:
                column, largest = j, abs(tableau[row, j])
        if column >= 0:
            _pivot(tableau, row, column, basic, nonbasic, place)
        else:
            for j in range(nonbasic.shape[0]):
                if not barred[nonbasic[j]]:
                    tableau[row, j] = 0.0


@jit
def _arrange(variables: int, basic: IntArray, nonbasic: IntArray, place: IntArray) -> None:
    """Write the labels of the first tableau: variables 0..n-1, one for each row, then what else has a column."""
    for j in range(nonbasic.shape[0]):
        nonbasic[j] = j if j < variables else j + basic.shape[0]
        place[nonbasic[j]] = j
    for i in range(basic.shape[0]):
        basic[i] = variables + i
        place[variables + i] = -1 - i


@jit
def _largest_entry(tableau: FloatArray, basic: IntArray, nonbasic: IntArray, wanted: BoolArray) -> tuple[int, int]:
    """Where the largest pivot is that brings a `wanted` variable into the basis for one that is not; -1, -1 if none is left."""
    row, column = -1, -1
    largest = _PIVOT_TOLERANCE
    for i in range(basic.shape[0]):
        if wanted[basic[i]]:
            continue
        for j in range(nonbasic.shape[0]):
            if wanted[nonbasic[j]] and abs(tableau[i, j]) > largest:
                row, column, largest = i, j, abs(tableau[i, j])
    return row, column


@jit
def _rebuild(
    initial: FloatArray,
    variables: int,
    tableau: FloatArray,
    basic: IntArray,
    nonbasic: IntArray,
    place: IntArray,
) -> None:
    """Compute `tableau` anew for the present basis, from the first one, by complete pivoting."""
    wanted = np.zeros(place.shape[0], dtype=np.bool_)
    for i in range(basic.shape[0]):
        wanted[basic[i]] = True
    for i in range(tableau.shape[0]):
        for j in range(tableau.shape[1]):
            tableau[i, j] = initial[i, j]
    _arrange(variables, basic, nonbasic, place)
    row, column = _largest_entry(tableau, basic, nonbasic, wanted)
    while row >= 0:
        _pivot(tableau, row, column, basic, nonbasic, place)
        row, column = _largest_entry(tableau, basic, nonbasic, wanted)
    checks, bound = nonbasic.shape[0] - 1, nonbasic.shape[0]
    for i in range(basic.shape[0]):
        if -_FEASIBILITY_TOLERANCE < tableau[i, bound] < 0.0:
            tableau[i, checks] -= tableau[i, bound]
            tableau[i, bound] = 0.0


@jit
def _drift(tableau: FloatArray, rows: int, checks: int) -> float:
    """What rounding has done: the largest difference of a row's sum from its entry in column `checks`.

    That column began as the sums of the rows, the ones of the basic variables included, and has been pivoted along.
    """
    largest = 0.0
    for i in range(tableau.shape[0]):
        total = 1.0 if i < rows else 0.0
        for j in range(tableau.shape[1]):
            if j != checks:
                total += tableau[i, j]
        largest = max(largest, abs(total - tableau[i, checks]))
    return largest


@jit
def _phase(
    initial: FloatArray,
    variables: int,
    objective: int,
    tableau: FloatArray,
    basic: IntArray,
    nonbasic: IntArray,
    place: IntArray,
    barred: BoolArray,
) -> int:
    """As `_simplex`, but the tableau is rebuilt whenever it has drifted, and the method goes on from there."""
    rows = basic.shape[0]
    limit = 2 * (rows + nonbasic.shape[0])
    status = _PIVOT_LIMIT
    for _ in range(_REBUILDS):
        status = _simplex(tableau, rows, objective, basic, nonbasic, place, barred, limit)
        if _drift(tableau, rows, nonbasic.shape[0] - 1) <= _DRIFT_TOLERANCE:
            if status != _PIVOT_LIMIT:
                return status
        else:
            _rebuild(initial, variables, tableau, basic, nonbasic, place)
        limit *= 2
    return status


@jit
def _linear_program(
    objective: FloatArray,
    matrix: FloatArray,
    bounds: FloatArray,
    equality: BoolArray,
    solution: FloatArray,
    prices: FloatArray,
) -> tuple[int, float]:
    """Maximise objective @ x over matrix @ x <= bounds (== where `equality` [m]), x >= 0, in two phases.

    Write `solution` [n] and `prices` [m] (of the rows); return (OK, INFEASIBLE, UNBOUNDED or PIVOT_LIMIT, value).
    """
    rows, variables = matrix.shape
    row_scales, column_scales = np.empty(rows), np.empty(variables)
    objective_scale = _scales(objective, matrix, row_scales, column_scales)
    largest = 0.0
    surpluses = 0
    for i in range(rows):
        largest = max(largest, abs(bounds[i]) * row_scales[i])
        if bounds[i] < 0.0 and not equality[i]:
            surpluses += 1
    bound_scale = _power_of_two(largest)

    # A column for each variable, for each surplus, and for the sums of the rows; the basis begins with the slacks and
    # artificial variables. The last two rows are the objective and the negative sum of the artificial variables.
    columns = variables + surpluses + 1
    initial = np.zeros((rows + 2, columns + 1))
    basic, nonbasic = np.empty(rows, dtype=np.int64), np.empty(columns, dtype=np.int64)
    place = np.empty(columns + rows, dtype=np.int64)
    barred = np.zeros(columns + rows, dtype=np.bool_)
    barred[columns + rows - 1] = True
    _arrange(variables, basic, nonbasic, place)
    surplus = variables
    for i in range(rows):
        sign = -1.0 if bounds[i] < 0.0 else 1.0
        for j in range(variables):
            initial[i, j] = sign * matrix[i, j] * row_scales[i] * column_scales[j]
        initial[i, columns] = sign * bounds[i] * row_scales[i] * bound_scale
        if sign < 0.0 and not equality[i]:
            initial[i, surplus] = -1.0
            surplus += 1
        if sign < 0.0 or equality[i]:
            barred[variables + i] = True
            for j in range(columns + 1):
                initial[rows + 1, j] -= initial[i, j]
    for j in range(variables):
        initial[rows, j] = -objective[j] * column_scales[j] * objective_scale
    for i in range(rows + 2):
        total = 1.0 if i < rows else 0.0
        for j in range(columns + 1):
            total += initial[i, j]
        initial[i, columns - 1] = total
    tableau = initial.copy()

    status = _phase(initial, variables, rows + 1, tableau, basic, nonbasic, place, barred)
    if status != _OK:
        return _PIVOT_LIMIT, np.nan
    for i in range(rows):
        if barred[basic[i]] and tableau[i, columns] > _FEASIBILITY_TOLERANCE:
            return _INFEASIBLE, np.nan
    _remove_artificials(tableau, basic, nonbasic, place, barred)
    status = _phase(initial, variables, rows, tableau, basic, nonbasic, place, barred)
    if status != _OK:
        return status, np.inf

    value = 0.0
    for j in range(variables):
        where = -1 - place[j]
        scaled = max(0.0, tableau[where, columns]) if where >= 0 else 0.0
        solution[j] = scaled * column_scales[j] / bound_scale
        value += objective[j] * solution[j]
    for i in range(rows):
        where = place[variables + i]
        price = tableau[rows, where] if where >= 0 else 0.0
        if not equality[i]:
            price = max(0.0, -price) if bounds[i] < 0.0 else max(0.0, price)
        elif bounds[i] < 0.0:
            price = -price
        prices[i] = price * row_scales[i] / objective_scale
    return _OK, value


def solve_linear_program(
    objective: npt.ArrayLike,
    inequality_matrix: npt.ArrayLike | None = None,
    inequality_bounds: npt.ArrayLike | None = None,
    equality_matrix: npt.ArrayLike | None = None,
    equality_bounds: npt.ArrayLike | None = None,
) -> LinearProgramSolution:
    """Maximise objective @ x over inequality_matrix @ x <= inequality_bounds, equality_matrix @ x == equality_bounds, x >= 0.

    For a variable without a sign, pass the difference of two. Each constraint and the objective may be in a unit of its own;
    bring variables within a factor of a million or so of each other. For small dense programs: O((m + k) n) a pivot.

    Args:
        objective: [n].
        inequality_matrix, inequality_bounds: [m, n] and [m]; both or neither.
        equality_matrix, equality_bounds: [k, n] and [k]; both or neither.

    Raises:
        KernelArgumentError: wrong shape, dtype or NaN, or a matrix without its bounds.
        InfeasibleError: no x meets every constraint.
        UnboundedError: the objective grows without end.
        PivotLimitError: rounding kept the method from an end.
    """
    goal = _arrays.real("objective", objective, (None,))
    upper, upper_bounds = _constraints("inequality", inequality_matrix, inequality_bounds, goal.size)
    equal, equal_bounds = _constraints("equality", equality_matrix, equality_bounds, goal.size)
    inequalities = upper_bounds.size
    equality = np.zeros(inequalities + equal_bounds.size, dtype=np.bool_)
    equality[inequalities:] = True
    solution, prices = np.empty_like(goal), np.empty(equality.size)
    status, value = _linear_program(
        goal, np.concatenate((upper, equal)), np.concatenate((upper_bounds, equal_bounds)), equality, solution, prices
    )
    raise_for_status(status, "solve_linear_program")
    return LinearProgramSolution(solution, value, prices[:inequalities], prices[inequalities:])


def _constraints(kind: str, matrix: npt.ArrayLike | None, bounds: npt.ArrayLike | None, variables: int) -> tuple[FloatArray, FloatArray]:
    if matrix is None and bounds is None:
        return np.empty((0, variables)), np.empty(0)
    if matrix is None or bounds is None:
        missing = "matrix" if matrix is None else "bounds"
        raise KernelArgumentError(f"{kind}_{missing}: None; pass the matrix and the bounds, or neither")
    table = _arrays.real(f"{kind}_matrix", matrix, (None, variables))
    return table, _arrays.real(f"{kind}_bounds", bounds, (table.shape[0],))
