from __future__ import annotations

import os
from fractions import Fraction

import bimatrix_games
import naive
import numpy as np
import numpy.typing as npt
import pytest
import quantecon.game_theory
from eqnegotiator.kernels import bimatrix
from eqnegotiator.kernels.bimatrix import (
    BimatrixGame,
    Profile,
    column_best_response,
    is_equilibrium,
    pure_equilibria,
    regret,
    row_best_response,
)
from eqnegotiator.kernels.status import KernelArgumentError
from numba import njit

Array = npt.NDArray[np.float64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))

BATTLE = BimatrixGame([[2, 0], [0, 1]], [[1, 0], [0, 2]])


# --- the game


def test_tables_are_copies_that_kernels_can_take() -> None:
    payoffs = np.asfortranarray([[1, 2, 3], [4, 5, 6]])
    game = BimatrixGame(payoffs, payoffs.astype(np.float32))
    payoffs[0, 0] = 99
    assert game.shape == (2, 3)
    for table in (game.row_payoffs, game.column_payoffs):
        assert table.dtype == np.float64
        assert table.flags.c_contiguous
        assert table[0, 0] == 1.0


def test_repr_makes_the_game_again() -> None:
    again = eval(repr(BATTLE))
    assert again.row_payoffs.tolist() == BATTLE.row_payoffs.tolist()
    assert again.column_payoffs.tolist() == BATTLE.column_payoffs.tolist()


@pytest.mark.parametrize(
    ("row_payoffs", "column_payoffs", "message"),
    [
        ([[1, np.nan]], [[1, 2]], r"row_payoffs: contains NaN or infinity at index \(0, 1\)"),
        ([[1, 2]], [[-np.inf, 2]], r"column_payoffs: contains NaN or infinity at index \(0, 0\)"),
        ([1, 2], [[1, 2]], r"row_payoffs: shape \(2,\), expected \(n, n\)"),
        ([[]], [[]], r"row_payoffs: shape \(1, 0\), expected \(n, n\)"),
        ([], [], r"row_payoffs: shape \(0,\), expected \(n, n\)"),
        ([[1, 2]], [[1], [2]], r"column_payoffs: shape \(2, 1\), expected \(1, 2\)"),
        ([[1, 2], [3]], [[1, 2]], "row_payoffs: rows of different lengths"),
        ([["a"]], [[1]], "row_payoffs: dtype .* is not real"),
        ([[True]], [[1]], "row_payoffs: dtype bool is not real"),
        ([[1j]], [[1]], "row_payoffs: dtype complex128 is not real"),
        ([[1e308, -1e308]], [[1, 2]], r"row_payoffs: from -1e\+308 to 1e\+308 leaves no room for sums in float64; rescale"),
    ],
)
def test_bad_tables_are_named(row_payoffs: object, column_payoffs: object, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        BimatrixGame(row_payoffs, column_payoffs)  # type: ignore[arg-type]


# --- best responses


def test_best_responses_by_hand() -> None:
    # Against (1/3, 2/3) both rows earn 2/3; against (1/2, 1/2) the columns earn 1/2 and 1.
    tied = row_best_response(BATTLE, [1 / 3, 2 / 3])
    assert tied.value == pytest.approx(2 / 3, rel=1e-15)
    assert (tied.action, tied.actions.tolist()) == (0, [0, 1])
    single = column_best_response(BATTLE, [0.5, 0.5])
    assert (single.value, single.action, single.actions.tolist()) == (1.0, 1, [1])


def test_ties_are_relative_to_the_stake() -> None:
    for scale in (1e-100, 1.0, 1e100):
        near = BimatrixGame(np.array([[1.0, 0.0], [1.0 - 1e-10, 5.0], [1.0 - 1e-7, 5.0]]) * scale, np.zeros((3, 2)))
        assert row_best_response(near, [1.0, 0.0]).actions.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("strategy", "message"),
    [
        ([0.5, 0.6], r"sums to 1\.1"),
        ([1.5, -0.5], r"-0\.5 at index \(1,\) is negative"),
        ([np.nan, 1.0], "contains NaN"),
        ([1.0], r"shape \(1,\), expected \(2\)"),
        ([[1.0, 0.0]], r"shape \(1, 2\), expected \(2\)"),
        (["a", "b"], "is not real"),
    ],
)
def test_bad_strategies_are_named(strategy: list[float], message: str) -> None:
    with pytest.raises(KernelArgumentError, match=f"column_strategy: .*{message}"):
        row_best_response(BATTLE, strategy)
    with pytest.raises(KernelArgumentError, match=f"row_strategy: .*{message}"):
        column_best_response(BATTLE, strategy)
    with pytest.raises(KernelArgumentError, match=f"row_strategy: .*{message}"):
        regret(BATTLE, strategy, [0.5, 0.5])
    with pytest.raises(KernelArgumentError, match=f"column_strategy: .*{message}"):
        is_equilibrium(BATTLE, [0.5, 0.5], strategy)


# --- pure equilibria and regret


@pytest.mark.parametrize("game", bimatrix_games.TEXTBOOK, ids=lambda game: game.name)
def test_pure_equilibria_of_textbook_games(game: bimatrix_games.Textbook) -> None:
    found = pure_equilibria(BimatrixGame(game.row_payoffs, game.column_payoffs))
    expected = [(x.index("1"), y.index("1")) for x, y in game.equilibria if "1" in x and "1" in y]
    assert [(row, column) for row, column in found.tolist()] == sorted(expected)


def test_regret_by_hand() -> None:
    # (1/2, 1/2) each: rows earn 1 and 1/2, so 3/4 against 1; columns earn 1/2 and 1.
    assert regret(BATTLE, [0.5, 0.5], [0.5, 0.5]) == (0.25, 0.25)
    # Together on the row player's favourite nobody gains; apart, each would gain by joining the other.
    assert regret(BATTLE, [1, 0], [1, 0]) == (0.0, 0.0)
    assert regret(BATTLE, [1, 0], [0, 1]) == (1.0, 1.0)


def test_regret_survives_a_large_common_payoff() -> None:
    shifted = BimatrixGame(BATTLE.row_payoffs + 2.0**40, BATTLE.column_payoffs + 2.0**40)
    assert regret(shifted, [0.5, 0.5], [0.5, 0.5]) == (0.25, 0.25)


def test_is_equilibrium_takes_a_tolerance() -> None:
    mixed = Profile(np.array([2 / 3, 1 / 3]), np.array([1 / 3, 2 / 3]))
    assert is_equilibrium(BATTLE, *mixed)
    assert not is_equilibrium(BATTLE, [0.5, 0.5], [0.5, 0.5])
    assert is_equilibrium(BATTLE, [0.5, 0.5], [0.5, 0.5], tolerance=0.125)
    assert not is_equilibrium(BATTLE, [0.5, 0.5], [0.5, 0.5], tolerance=0.124)
    with pytest.raises(KernelArgumentError, match=r"tolerance: -1\.0 is negative"):
        is_equilibrium(BATTLE, *mixed, tolerance=-1.0)
    with pytest.raises(KernelArgumentError, match="tolerance: contains NaN"):
        is_equilibrium(BATTLE, *mixed, tolerance=float("nan"))


def test_bodies_compose_inside_njit() -> None:
    regret_body, pure_body = bimatrix._regret, bimatrix._pure_equilibria

    @njit
    def total(row_payoffs: Array, column_payoffs: Array, x: Array, y: Array) -> tuple[float, int]:
        row, column, _, _ = regret_body(row_payoffs, column_payoffs, x, y)
        out = np.empty((row_payoffs.size, 2), dtype=np.int64)
        return row + column, pure_body(row_payoffs, column_payoffs, out)

    half = np.array([0.5, 0.5])
    assert total(BATTLE.row_payoffs, BATTLE.column_payoffs, half, half) == (0.5, 2)


# --- agreement


def agrees_best_response(seed: int) -> None:
    """With exact arithmetic: value and ties against a strategy with a few small denominators."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed)
    generator = np.random.default_rng(seed)
    game = BimatrixGame(row_payoffs, column_payoffs)
    for size, table, respond in (
        (game.shape[1], row_payoffs, row_best_response),
        (game.shape[0], column_payoffs.T, column_best_response),
    ):
        # Sixteenths: products with the payoffs are exact.
        strategy = generator.multinomial(16, np.full(size, 1 / size)) / 16
        exact = naive.fractions(table.tolist())
        weights = [Fraction(p) for p in strategy.tolist()]
        response = respond(game, strategy)
        values = [sum((a * p for a, p in zip(row, weights, strict=True)), Fraction(0)) for row in exact]
        spread = table.max() - table.min()
        assert abs(response.value - float(max(values))) <= 1e-12 * max(spread, abs(float(max(values))))
        assert set(response.actions.tolist()) == naive.best_replies(exact, weights)


def agrees_pure_equilibria(seed: int) -> None:
    """With QuantEcon's brute force."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed, largest=7)
    players = (quantecon.game_theory.Player(row_payoffs), quantecon.game_theory.Player(np.ascontiguousarray(column_payoffs.T)))
    theirs = quantecon.game_theory.pure_nash_brute(quantecon.game_theory.NormalFormGame(players), tol=0.0)
    assert sorted(theirs) == [tuple(pair) for pair in pure_equilibria(BimatrixGame(row_payoffs, column_payoffs)).tolist()]


@pytest.mark.parametrize("check", [agrees_best_response, agrees_pure_equilibria])
def test_agreement(check: object) -> None:
    bimatrix_games.run_instances(check, AGREEMENT_INSTANCES)  # type: ignore[arg-type]
