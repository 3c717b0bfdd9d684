from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import correlated
from eqnegotiator.kernels.bimatrix import BimatrixGame, pure_equilibria
from eqnegotiator.kernels.correlated import (
    SolverFailedError,
    coarse_correlated_regret,
    correlated_equilibrium,
    correlated_program,
    correlated_regret,
)
from eqnegotiator.kernels.status import KernelArgumentError
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit
from scipy.optimize import linprog

Array = npt.NDArray[np.float64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 10 if INTERPRETED else 40

CHICKEN = BimatrixGame([[6, 2], [7, 0]], [[6, 7], [2, 0]])


def random_game(seed: int, largest: int = 5) -> BimatrixGame:
    """Normal or small-integer payoffs, in other units for some seeds."""
    generator = np.random.default_rng(seed)
    shape = (2, *generator.integers(1, largest + 1, size=2))
    tables = generator.normal(size=shape) if seed % 2 else generator.integers(-2, 3, size=shape).astype(np.float64)
    if seed % 5 == 0:
        tables *= 10.0 ** generator.integers(-4, 5)
    return BimatrixGame(tables[0], tables[1])


games = st.builds(random_game, st.integers(0, 2**32 - 1), st.integers(1, 4))

# --- textbook


@pytest.mark.parametrize("solve", [None, linprog])
def test_aumanns_chicken(solve: Any) -> None:
    # The best correlated equilibrium: (1/2, 1/4; 1/4, 0), 21/4 each; the symmetric Nash equilibrium gives 14/3.
    result = correlated_equilibrium(CHICKEN, solve)
    np.testing.assert_allclose(result.distribution, [[0.5, 0.25], [0.25, 0.0]], atol=1e-12)
    assert (result.row_payoff, result.column_payoff) == (pytest.approx(5.25), pytest.approx(5.25))


def test_weights_choose_the_equilibrium() -> None:
    assert correlated_equilibrium(CHICKEN, row_weight=1, column_weight=0).row_payoff == pytest.approx(7.0)
    assert correlated_equilibrium(CHICKEN, row_weight=0, column_weight=1).column_payoff == pytest.approx(7.0)
    # The least welfare: chosen with negative weights, and no more than the symmetric Nash equilibrium's 28/3.
    worst = correlated_equilibrium(CHICKEN, row_weight=-1, column_weight=-1)
    assert worst.row_payoff + worst.column_payoff <= 28 / 3 + 1e-12
    assert correlated_regret(CHICKEN, worst.distribution).largest == pytest.approx(0.0, abs=1e-12)


def test_the_traffic_light_is_a_correlated_equilibrium() -> None:
    # Half (7, 2), half (2, 7): told to dare, nobody wants to yield, and told to yield, nobody to dare.
    gains = correlated_regret(CHICKEN, [[0.0, 0.5], [0.5, 0.0]])
    assert gains.row_gains.tolist() == [[0.0, -1.0], [-0.5, 0.0]]
    assert gains.column_gains.tolist() == [[0.0, -1.0], [-0.5, 0.0]]
    assert gains.largest == 0.0


def test_regret_by_hand() -> None:
    # Always (yield, yield): daring instead gains 1.
    gains = correlated_regret(CHICKEN, [[1.0, 0.0], [0.0, 0.0]])
    assert gains.row_gains.tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert gains.largest == 1.0
    assert coarse_correlated_regret(CHICKEN, [[1.0, 0.0], [0.0, 0.0]]) == 1.0


def test_a_coarse_equilibrium_that_is_not_correlated() -> None:
    # Rock, paper, scissors where a tie costs both 1/2 and the draw is even over all but ties; then over ties only.
    base = np.array([[-0.5, -1, 1], [1, -0.5, -1], [-1, 1, -0.5]])
    game = BimatrixGame(base, base.T)
    off = (np.ones((3, 3)) - np.eye(3)) / 6
    assert coarse_correlated_regret(game, off) == 0.0
    assert correlated_regret(game, off).largest == pytest.approx(1 / 12)


def test_one_action_each() -> None:
    for solve in (None, linprog):
        assert correlated_equilibrium(BimatrixGame([[3]], [[4]]), solve).distribution.tolist() == [[1.0]]
    assert correlated_program(BimatrixGame([[3]], [[4]])).A_ub.shape == (0, 1)


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.integers(0, 2**32 - 1))
def test_gains_agree_with_their_definition(game: BimatrixGame, seed: int) -> None:
    joint = np.random.default_rng(seed).dirichlet(np.ones(game.row_payoffs.size)).reshape(game.shape)
    gains = correlated_regret(game, joint)
    for told, played in np.ndindex(*gains.row_gains.shape):
        expected = naive.swap_gain(game.row_payoffs.tolist(), joint.tolist(), told, played)
        assert gains.row_gains[told, played] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    for told, played in np.ndindex(*gains.column_gains.shape):
        expected = naive.swap_gain(game.column_payoffs.T.tolist(), joint.T.tolist(), told, played)
        assert gains.column_gains[told, played] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    assert gains.largest >= 0.0


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_pure_nash_equilibria_are_correlated_equilibria(game: BimatrixGame) -> None:
    welfare = game.row_payoffs + game.column_payoffs
    best = correlated_equilibrium(game)
    scale = max(np.abs(game.row_payoffs).max(), np.abs(game.column_payoffs).max())
    for row, column in pure_equilibria(game):
        joint = np.zeros(game.shape)
        joint[row, column] = 1.0
        assert correlated_regret(game, joint).largest == 0.0
        assert coarse_correlated_regret(game, joint) == 0.0
        assert best.row_payoff + best.column_payoff >= welfare[row, column] - 1e-9 * scale


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_the_program_is_the_regret(game: BimatrixGame) -> None:
    rows, columns = game.shape
    program = correlated_program(game)
    assert program.A_ub.shape == (rows * (rows - 1) + columns * (columns - 1), rows * columns)
    joint = np.full(rows * columns, 1.0 / (rows * columns))
    largest = max(0.0, (program.A_ub @ joint).max(initial=0.0))
    assert largest == pytest.approx(correlated_regret(game, joint.reshape(game.shape)).largest, rel=1e-9, abs=1e-9)


# --- peers


def agrees_correlated_equilibrium(seed: int) -> None:
    """Own method and HiGHS: the same welfare, and no regret."""
    game = random_game(seed)
    scale = float(max(np.abs(game.row_payoffs).max(), np.abs(game.column_payoffs).max(), 1e-9))
    weights = [(1.0, 1.0), (1.0, 0.0), (-1.0, 2.0)][seed % 3]
    # HiGHS's tolerances are absolute: its game is in units of the largest payoff. The answer is the same.
    unit = BimatrixGame(game.row_payoffs / scale, game.column_payoffs / scale)
    own = correlated_equilibrium(game, row_weight=weights[0], column_weight=weights[1])
    peer = correlated_equilibrium(unit, linprog, row_weight=weights[0], column_weight=weights[1])
    assert correlated_regret(game, own.distribution).largest <= 1e-9 * scale, seed
    assert correlated_regret(unit, peer.distribution).largest <= 1e-6, seed
    welfare = weights[0] * own.row_payoff + weights[1] * own.column_payoff
    peers = weights[0] * peer.row_payoff + weights[1] * peer.column_payoff
    assert welfare / scale == pytest.approx(peers, rel=1e-6, abs=1e-6), seed


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_correlated_equilibrium(seed)


# --- inside compiled code


def test_body_inside_njit() -> None:
    body = correlated._row_gains

    @njit
    def gains(payoffs: Array, joint: Array) -> Array:
        out = np.empty((2, 2))
        body(payoffs, joint, out)
        return out

    assert gains(CHICKEN.row_payoffs, np.array([[0.0, 0.5], [0.5, 0.0]])).tolist() == [[0.0, -1.0], [-0.5, 0.0]]


# --- errors


def test_a_solver_that_fails_is_an_error() -> None:
    def fail(c: Array, **constraints: Array) -> SimpleNamespace:
        return SimpleNamespace(status=1, message=f"gave up on {c.size} variables and {len(constraints)} arrays")

    with pytest.raises(SolverFailedError, match="status 1, gave up on 4 variables and 4 arrays"):
        correlated_equilibrium(CHICKEN, fail)


def test_weights_must_be_finite() -> None:
    with pytest.raises(KernelArgumentError, match="column_weight: contains NaN"):
        correlated_equilibrium(CHICKEN, column_weight=np.nan)


@pytest.mark.parametrize(
    ("distribution", "message"),
    [
        ([[1.0, 0.0]], r"distribution: shape \(1, 2\), expected \(2, 2\)"),
        ([0.5, 0.5], r"distribution: shape \(2,\), expected \(2, 2\)"),
        ([[0.5, 0.5], [0.5, 0.5]], r"distribution: sums to 2\.0"),
        ([[1.5, -0.5], [0.0, 0.0]], r"distribution: -0\.5 at index \(0, 1\) is negative"),
        ([[np.nan, 0.0], [0.0, 1.0]], "distribution: contains NaN"),
        ([[1.0], [0.0, 0.0]], "distribution: rows of different lengths"),
    ],
)
def test_bad_distributions_are_named(distribution: object, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        correlated_regret(CHICKEN, distribution)  # type: ignore[arg-type]
