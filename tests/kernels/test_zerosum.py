from __future__ import annotations

import os
from fractions import Fraction

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import zerosum
from eqnegotiator.kernels.status import KernelArgumentError, Status
from eqnegotiator.kernels.zerosum import security_strategy, solve_zero_sum
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit
from quantecon.optimize import minmax
from scipy.optimize import linprog

Array = npt.NDArray[np.float64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 10 if INTERPRETED else 40

tables = st.integers(1, 4).flatmap(
    lambda columns: st.lists(st.lists(st.integers(-4, 4), min_size=columns, max_size=columns), min_size=1, max_size=4)
)

# --- textbook


@pytest.mark.parametrize(
    ("payoffs", "value", "row", "column"),
    [
        ([[1, -1], [-1, 1]], Fraction(0), ["1/2", "1/2"], ["1/2", "1/2"]),  # matching pennies
        ([[0, -1, 1], [1, 0, -1], [-1, 1, 0]], Fraction(0), ["1/3"] * 3, ["1/3"] * 3),  # rock, paper, scissors
        ([[3, -1], [-2, 1]], Fraction(1, 7), ["3/7", "4/7"], ["2/7", "5/7"]),
        ([[0, -2, 3, 0], [2, 0, 0, -3], [-3, 0, 0, 4], [0, 3, -4, 0]], Fraction(0), None, None),  # Morra, two fingers
        ([[1, 2], [3, 4]], Fraction(3), ["0", "1"], ["1", "0"]),  # a saddle point
        ([[58, 95], [93, 70]], Fraction(4775, 60), ["23/60", "37/60"], ["25/60", "35/60"]),  # penalty kicks, Palacios-Huerta
        ([[-7]], Fraction(-7), ["1"], ["1"]),
    ],
)
def test_textbook_games(payoffs: list[list[int]], value: Fraction, row: list[str] | None, column: list[str] | None) -> None:
    solution = solve_zero_sum(payoffs)
    assert solution.value == pytest.approx(float(value), rel=1e-14, abs=1e-15)
    if row is not None and column is not None:
        np.testing.assert_allclose(solution.row_strategy, [float(Fraction(p)) for p in row], rtol=1e-14, atol=1e-15)
        np.testing.assert_allclose(solution.column_strategy, [float(Fraction(p)) for p in column], rtol=1e-14, atol=1e-15)


def test_equal_payoffs_leave_nothing_to_choose() -> None:
    solution = solve_zero_sum(np.full((3, 2), 0.1))
    assert solution.value == 0.1
    assert solution.row_strategy.tolist() == [1.0, 0.0, 0.0]


def test_security_in_a_game_that_is_not_zero_sum() -> None:
    # The battle of the sexes, 2 and 1: a third of the time the own favourite, for 2/3 whatever the other does.
    secured = security_strategy([[2, 0], [0, 1]])
    np.testing.assert_allclose(secured.strategy, [1 / 3, 2 / 3], rtol=1e-14)
    assert secured.payoff == pytest.approx(2 / 3, rel=1e-14)


def test_large_payoffs_do_not_overflow() -> None:
    solution = solve_zero_sum([[1.5e308, -1.5e308], [-1.5e308, 1.5e308]])
    assert solution.value == pytest.approx(0.0, abs=1e293)
    np.testing.assert_allclose(solution.row_strategy, [0.5, 0.5], rtol=1e-14)


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables)
def test_value_agrees_with_exact_enumeration(payoffs: list[list[int]]) -> None:
    exact = naive.zero_sum_value([[Fraction(p) for p in row] for row in payoffs])
    assert solve_zero_sum(payoffs).value == pytest.approx(float(exact), rel=1e-12, abs=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables)
def test_maximin_is_minimax(payoffs: list[list[int]]) -> None:
    table = np.array(payoffs, dtype=np.float64)
    solution = solve_zero_sum(payoffs)
    assert solution.row_strategy.sum() == pytest.approx(1.0, rel=1e-12)
    assert solution.column_strategy.sum() == pytest.approx(1.0, rel=1e-12)
    assert min(solution.row_strategy.min(), solution.column_strategy.min()) >= 0.0
    assert (solution.row_strategy @ table).min() == pytest.approx(solution.value, rel=1e-12, abs=1e-12)
    assert (table @ solution.column_strategy).max() == pytest.approx(solution.value, rel=1e-12, abs=1e-12)
    assert security_strategy(payoffs).payoff == pytest.approx(solution.value, rel=1e-12, abs=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables)
def test_roles_can_be_exchanged(payoffs: list[list[int]]) -> None:
    table = np.array(payoffs, dtype=np.float64)
    assert solve_zero_sum(-table.T).value == pytest.approx(-solve_zero_sum(table).value, rel=1e-12, abs=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(tables)
def test_symmetric_games_are_fair(payoffs: list[list[int]]) -> None:
    size = min(len(payoffs), len(payoffs[0]))
    square = np.array(payoffs, dtype=np.float64)[:size, :size]
    assert solve_zero_sum(square - square.T).value == pytest.approx(0.0, abs=1e-12)


# --- peers


def agrees_zero_sum(seed: int) -> None:
    """With HiGHS and QuantEcon on the game, and with itself on the game in other units (where QuantEcon's answers fail)."""
    generator = np.random.default_rng(seed)
    rows, columns = generator.integers(1, 13, size=2)
    table = generator.normal(size=(rows, columns))
    if seed % 2:
        table = generator.integers(-1 - seed % 3, 2 + seed % 3, size=(rows, columns)).astype(np.float64)
    solution = solve_zero_sum(table)
    gap = (table @ solution.column_strategy).max() - (solution.row_strategy @ table).min()
    assert 0.0 <= gap + 1e-12 <= 1e-10, seed
    assert solution.value == pytest.approx(minmax(table)[0], rel=1e-9, abs=1e-9), seed
    cost = np.append(np.zeros(rows), -1.0)
    free = [*[(0.0, None)] * int(rows), (None, None)]
    matrix = np.hstack([-table.T, np.ones((columns, 1))])
    peer = linprog(cost, matrix, np.zeros(columns), [np.append(np.ones(rows), 0.0)], [1.0], bounds=free)
    assert peer.status == 0, seed
    assert solution.value == pytest.approx(-peer.fun, rel=1e-7, abs=1e-7), seed
    unit, shift = 10.0 ** generator.integers(-9, 10), float(generator.integers(-3, 4))
    moved = solve_zero_sum(unit * (table + shift))
    assert moved.value / unit - shift == pytest.approx(solution.value, rel=1e-9, abs=1e-9), seed


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_zero_sum(seed)


# --- inside compiled code


def test_body_inside_njit() -> None:
    body = zerosum._zero_sum

    @njit
    def solve(payoffs: Array) -> tuple[int, float, Array]:
        row, column = np.empty(payoffs.shape[0]), np.empty(payoffs.shape[1])
        status, value = body(payoffs, row, column)
        return status, value, row

    status, value, row = solve(np.array([[3.0, -1.0], [-2.0, 1.0]]))
    assert status == Status.OK
    assert value == pytest.approx(1 / 7)
    np.testing.assert_allclose(row, [3 / 7, 4 / 7])


# --- errors


@pytest.mark.parametrize(
    ("payoffs", "message"),
    [
        ([], r"payoffs: shape \(0,\), expected \(n, n\)"),
        (np.empty((2, 0)), r"payoffs: shape \(2, 0\)"),
        ([1.0, 2.0], r"payoffs: shape \(2,\)"),
        ([[1.0, np.nan]], r"payoffs: contains NaN or infinity at index \(0, 1\)"),
        ([[np.inf]], "payoffs: contains NaN or infinity"),
        ([[1.0], [1.0, 2.0]], "payoffs: rows of different lengths"),
        ([["a"]], "payoffs: dtype .* is not real"),
        ([[True]], "payoffs: dtype bool is not real"),
    ],
)
def test_bad_payoffs_are_named(payoffs: object, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        solve_zero_sum(payoffs)  # type: ignore[arg-type]
    with pytest.raises(KernelArgumentError, match=message):
        security_strategy(payoffs)  # type: ignore[arg-type]
