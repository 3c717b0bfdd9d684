from __future__ import annotations

import os
from fractions import Fraction
from typing import Any

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import simplex
from eqnegotiator.kernels.simplex import solve_linear_program
from eqnegotiator.kernels.status import InfeasibleError, KernelArgumentError, PivotLimitError, Status, UnboundedError, raise_for_status
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit
from scipy.optimize import linprog

Array = npt.NDArray[np.float64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 10 if INTERPRETED else 40

# --- hand-worked


def test_a_textbook_program() -> None:
    # Dantzig's glass company: 3 x + 5 y over x <= 4, 2 y <= 12, 3 x + 2 y <= 18: (2, 6), 36, prices 0, 3/2, 1.
    result = solve_linear_program([3, 5], [[1, 0], [0, 2], [3, 2]], [4, 12, 18])
    assert result.solution.tolist() == pytest.approx([2.0, 6.0], rel=1e-14)
    assert result.value == pytest.approx(36.0, rel=1e-14)
    assert result.inequality_prices.tolist() == pytest.approx([0.0, 1.5, 1.0], rel=1e-14)
    assert result.equality_prices.shape == (0,)


def test_two_phases_by_hand() -> None:
    # Minimise 2 x + 3 y over x + y = 10, x >= 3, y >= 2: (8, 2), 22. One more unit costs 2, a higher floor of y costs 1.
    result = solve_linear_program([-2, -3], [[-1, 0], [0, -1]], [-3, -2], [[1, 1]], [10])
    assert result.solution.tolist() == pytest.approx([8.0, 2.0], rel=1e-14)
    assert result.value == pytest.approx(-22.0, rel=1e-14)
    assert result.inequality_prices.tolist() == pytest.approx([0.0, 1.0], rel=1e-14)
    assert result.equality_prices.tolist() == pytest.approx([-2.0], rel=1e-14)


def test_programs_on_which_dantzigs_rule_alone_cycles() -> None:
    # Beale (1955): optimum 1/20 at (1/25, 0, 1, 0). Marshall and Suurballe (1969), as in Chvatal: optimum 1.
    beale = solve_linear_program([3 / 4, -150, 1 / 50, -6], [[1 / 4, -60, -1 / 25, 9], [1 / 2, -90, -1 / 50, 3], [0, 0, 1, 0]], [0, 0, 1])
    assert beale.value == pytest.approx(1 / 20, rel=1e-12)
    np.testing.assert_allclose(beale.solution, [1 / 25, 0, 1, 0], atol=1e-12)
    chvatal = solve_linear_program([10, -57, -9, -24], [[0.5, -5.5, -2.5, 9], [0.5, -1.5, -0.5, 1], [1, 0, 0, 0]], [0, 0, 1])
    assert chvatal.value == pytest.approx(1.0, rel=1e-12)


def test_a_program_on_which_dantzigs_rule_takes_exponentially_many_pivots() -> None:
    # Klee and Minty (1972) in eight variables: 2^8 vertices, optimum 5^8.
    size = 8
    matrix = [[2.0 ** (i - j + 1) if j < i else float(i == j) for j in range(size)] for i in range(size)]
    result = solve_linear_program([2.0 ** (size - 1 - j) for j in range(size)], matrix, [5.0 ** (i + 1) for i in range(size)])
    assert result.value == pytest.approx(5.0**size, rel=1e-12)


def test_redundant_equalities_are_no_obstacle() -> None:
    result = solve_linear_program([1, 2], None, None, [[1, 1], [2, 2], [-1, -1]], [1, 2, -1])
    assert result.solution.tolist() == pytest.approx([0.0, 1.0])
    assert float(result.equality_prices @ [1, 2, -1]) == pytest.approx(2.0)


def test_no_constraints() -> None:
    assert solve_linear_program([-1, 0]).solution.tolist() == [0.0, 0.0]
    with pytest.raises(UnboundedError, match="solve_linear_program: the objective grows"):
        solve_linear_program([-1, 1])


@pytest.mark.parametrize(
    "constraints",
    [
        ([[1.0, 1.0]], [-1.0], None, None),
        (None, None, [[1.0, 1.0], [1.0, 1.0]], [1.0, 2.0]),
        (None, None, [[0.0, 0.0]], [1.0]),
        ([[1.0, 0.0]], [1.0], [[1.0, 0.0]], [2.0]),
    ],
)
def test_what_no_point_meets_is_infeasible(constraints: tuple[Any, Any, Any, Any]) -> None:
    with pytest.raises(InfeasibleError, match="solve_linear_program: no point meets"):
        solve_linear_program([1.0, 1.0], *constraints)


@pytest.mark.parametrize("scale", [2.0**-600, 1e-100, 1e-9, 1e9, 1e100, 2.0**600])
def test_units_do_not_matter(scale: float) -> None:
    rows = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 2.0]])
    by_rows = solve_linear_program([3, 5], rows * [[1.0], [scale], [1.0]], np.array([4, 12, 18]) * [1.0, scale, 1.0])
    np.testing.assert_allclose(by_rows.solution, [2, 6], rtol=1e-12)
    by_bounds = solve_linear_program([3, 5], rows, np.array([4.0, 12.0, 18.0]) * scale)
    np.testing.assert_allclose(by_bounds.solution, np.array([2, 6]) * scale, rtol=1e-12)
    by_variables = solve_linear_program([3, 5], rows * scale, [4, 12, 18])
    np.testing.assert_allclose(by_variables.solution, np.array([2, 6]) / scale, rtol=1e-12)
    by_objective = solve_linear_program([3 * scale, 5 * scale], rows, [4, 12, 18])
    np.testing.assert_allclose(by_objective.inequality_prices, np.array([0, 1.5, 1]) * scale, rtol=1e-12, atol=1e-300)


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.data(), st.integers(1, 3), st.integers(0, 3), st.booleans())
def test_optimum_is_the_best_vertex(data: st.DataObject, variables: int, inequalities: int, equality: bool) -> None:
    entries = st.integers(-3, 3)
    vectors = st.lists(entries, min_size=variables, max_size=variables)
    objective = data.draw(vectors)
    # The last inequality bounds the set, so that an optimum is a vertex.
    upper = [*data.draw(st.lists(vectors, min_size=inequalities, max_size=inequalities)), [1] * variables]
    bounds = [*data.draw(st.lists(entries, min_size=inequalities, max_size=inequalities)), 4]
    equal, equal_bounds = ([data.draw(vectors)], [data.draw(entries)]) if equality else (None, None)
    lines = [*upper, *(equal or [])]
    vertices = naive.polytope_vertices(
        [[Fraction(a) for a in line] for line in lines],
        [Fraction(b) for b in [*bounds, *(equal_bounds or [])]],
        [False] * len(upper) + [True] * len(equal or []),
    )
    if equal is not None and not any(equal[0]) and equal_bounds == [0]:
        vertices = naive.polytope_vertices(
            [[Fraction(a) for a in line] for line in upper], [Fraction(b) for b in bounds], [False] * len(upper)
        )
    if not vertices:
        with pytest.raises(InfeasibleError):
            solve_linear_program(objective, upper, bounds, equal, equal_bounds)
        return
    best = max(sum((c * x for c, x in zip(objective, vertex, strict=True)), Fraction(0)) for vertex in vertices)
    result = solve_linear_program(objective, upper, bounds, equal, equal_bounds)
    assert result.value == pytest.approx(float(best), rel=1e-12, abs=1e-12)


# --- peers


def random_program(seed: int) -> tuple[Array, Array | None, Array | None, Array | None, Array | None]:
    """Normal, small-integer or 0-1 entries; every other one feasible by construction, some with redundant equalities."""
    generator = np.random.default_rng(seed)
    variables, inequalities, equalities = (int(generator.integers(low, high)) for low, high in ((1, 9), (0, 9), (0, 4)))

    def draw(*shape: int) -> Array:
        if seed % 3 == 0:
            return generator.normal(size=shape)
        return generator.integers(*((-2, 3) if seed % 3 == 1 else (0, 2)), size=shape).astype(np.float64)

    objective = draw(variables)
    upper, bounds = (draw(inequalities, variables), draw(inequalities)) if inequalities else (None, None)
    equal, equal_bounds = (draw(equalities, variables), draw(equalities)) if equalities else (None, None)
    if seed % 2:
        point = generator.integers(0, 3, size=variables).astype(np.float64)
        if upper is not None:
            bounds = upper @ point + generator.integers(0, 2, size=inequalities)
        if equal is not None:
            equal[-1] = equal[0]
            equal_bounds = equal @ point
    return objective, upper, bounds, equal, equal_bounds


def agrees_linear_program(seed: int) -> None:
    """With HiGHS: the same optimum, or the same reason for none; prices prove it. Then the same in other units."""
    objective, upper, bounds, equal, equal_bounds = random_program(seed)
    peer = linprog(-objective, upper, bounds, equal, equal_bounds)
    if peer.status != 0:
        # Presolve may not tell infeasible from unbounded; feasibility alone can.
        feasible = linprog(0 * objective, upper, bounds, equal, equal_bounds).status == 0
        with pytest.raises(UnboundedError if feasible else InfeasibleError):
            solve_linear_program(objective, upper, bounds, equal, equal_bounds)
        return
    result = solve_linear_program(objective, upper, bounds, equal, equal_bounds)
    assert result.value == pytest.approx(-peer.fun, rel=1e-7, abs=1e-7), seed
    reduced, dual = objective.copy(), 0.0
    if upper is not None and bounds is not None:
        assert (upper @ result.solution <= bounds + 1e-9).all(), seed
        reduced -= result.inequality_prices @ upper
        dual += float(result.inequality_prices @ bounds)
    if equal is not None and equal_bounds is not None:
        np.testing.assert_allclose(equal @ result.solution, equal_bounds, atol=1e-9)
        reduced -= result.equality_prices @ equal
        dual += float(result.equality_prices @ equal_bounds)
    assert (result.solution >= 0.0).all(), seed
    assert (result.inequality_prices >= 0.0).all(), seed
    assert reduced.max() <= 1e-8, seed
    assert dual == pytest.approx(result.value, rel=1e-9, abs=1e-9), seed
    scale = 10.0 ** (seed % 17 - 8)
    scaled = solve_linear_program(
        objective / scale, None if upper is None else upper * scale, bounds, None if equal is None else equal * scale, equal_bounds
    )
    assert scaled.value * scale**2 == pytest.approx(result.value, rel=1e-9, abs=1e-9), seed


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_linear_program(seed)


# --- inside compiled code


def test_body_inside_njit() -> None:
    body = simplex._linear_program

    @njit
    def solve(bounds: Array) -> tuple[int, float]:
        matrix = np.array([[1.0, 0.0], [0.0, 2.0], [3.0, 2.0]])
        solution, prices = np.empty(2), np.empty(3)
        return body(np.array([3.0, 5.0]), matrix, bounds, np.zeros(3, dtype=np.bool_), solution, prices)

    assert solve(np.array([4.0, 12.0, 18.0])) == (Status.OK, pytest.approx(36.0))
    assert solve(np.array([4.0, 12.0, -1.0]))[0] == Status.INFEASIBLE


def test_the_pivot_limit_is_an_error() -> None:
    # No program is known to reach the limit: what is left to test is that it is named.
    with pytest.raises(PivotLimitError, match="bring the entries to similar magnitudes"):
        raise_for_status(Status.PIVOT_LIMIT, "solve_linear_program")


# --- errors


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([],), r"objective: shape \(0,\), expected \(n\)"),
        (([1.0, np.nan],), r"objective: contains NaN or infinity at index \(1,\)"),
        ((["a"],), "objective: dtype .* is not real"),
        (([1.0], [[1.0, 2.0]], [1.0]), r"inequality_matrix: shape \(1, 2\), expected \(n, 1\)"),
        (([1.0], [[1.0], [2.0, 3.0]], [1.0]), "inequality_matrix: rows of different lengths"),
        (([1.0], [[1.0]], [1.0, 2.0]), r"inequality_bounds: shape \(2,\), expected \(1\)"),
        (([1.0], [[1.0]]), "inequality_bounds: None; pass the matrix and the bounds, or neither"),
        (([1.0], None, None, None, [1.0]), "equality_matrix: None"),
        (([1.0], None, None, [[np.inf]], [1.0]), "equality_matrix: contains NaN or infinity"),
    ],
)
def test_bad_arguments_are_named(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        solve_linear_program(*arguments)
