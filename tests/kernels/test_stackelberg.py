from __future__ import annotations

import os
from fractions import Fraction

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import stackelberg
from eqnegotiator.kernels.bimatrix import BimatrixGame, pure_equilibria
from eqnegotiator.kernels.correlated import correlated_equilibrium
from eqnegotiator.kernels.stackelberg import optimal_commitment, optimal_pure_commitment
from eqnegotiator.kernels.status import Status
from eqnegotiator.kernels.zerosum import security_strategy, solve_zero_sum
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit
from quantecon.game_theory import NormalFormGame, Player, lemke_howson
from scipy.optimize import linprog

Array = npt.NDArray[np.float64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 10 if INTERPRETED else 40


def integer_game(seed: int, rows: int, columns: int) -> BimatrixGame:
    return BimatrixGame(*np.random.default_rng(seed).integers(-3, 4, size=(2, rows, columns)))


games = st.builds(integer_game, st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4))

# --- textbook


def test_conitzer_and_sandholms_example() -> None:
    # Up dominates and gives 2 (Nash); committing to down alone gives 3, to half and half 7/2.
    game = BimatrixGame([[2, 4], [1, 3]], [[1, 0], [0, 1]])
    mixed, pure = optimal_commitment(game), optimal_pure_commitment(game)
    np.testing.assert_allclose(mixed.strategy, [0.5, 0.5], rtol=1e-12)
    assert mixed.reply == pure.reply == 1
    assert mixed.leader_payoff == pytest.approx(3.5, rel=1e-12)
    assert mixed.follower_payoff == pytest.approx(0.5, rel=1e-12)
    assert pure.strategy.tolist() == [0.0, 1.0]
    assert (pure.leader_payoff, pure.follower_payoff) == (3.0, 1.0)


def test_an_inspector_commits() -> None:
    # Inspecting costs 1, an undetected violation 10; a violator gains 10, and loses 90 when caught. Inspecting one time in
    # ten deters: -1/10. Without commitment the inspector gets -1 (it inspects rarely, and violations make up for it).
    game = BimatrixGame([[-1, -6], [0, -10]], [[0, -90], [0, 10]])
    committed = optimal_commitment(game)
    np.testing.assert_allclose(committed.strategy, [0.1, 0.9], rtol=1e-12)
    assert committed.reply == 0
    assert committed.leader_payoff == pytest.approx(-0.1, rel=1e-12)


def test_ties_favour_the_leader() -> None:
    game = BimatrixGame([[0, 5, 1], [3, 3, 3]], [[1, 1, 1], [0, 2, 1]])
    assert optimal_pure_commitment(game)[1:3] == (1, 5.0)
    assert optimal_commitment(game).leader_payoff == pytest.approx(5.0)


def test_one_action_each() -> None:
    assert optimal_commitment(BimatrixGame([[3]], [[4]]))[1:] == (0, 3.0, 4.0)


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 3))
def test_agrees_with_exact_enumeration(seed: int, rows: int, columns: int) -> None:
    game = integer_game(seed, rows, columns)
    leader, follower = ([[Fraction(int(p)) for p in row] for row in table] for table in (game.row_payoffs, game.column_payoffs))
    exact = naive.commitment_payoff(leader, follower)
    assert optimal_commitment(game).leader_payoff == pytest.approx(float(exact), rel=1e-10, abs=1e-10)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_pure_commitment_agrees_with_its_definition(game: BimatrixGame) -> None:
    action, reply = naive.pure_commitment(game.row_payoffs.tolist(), game.column_payoffs.tolist())
    pure = optimal_pure_commitment(game)
    assert (int(pure.strategy.argmax()), pure.reply) == (action, reply)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_the_reply_is_a_best_response(game: BimatrixGame) -> None:
    for commitment in (optimal_commitment(game), optimal_pure_commitment(game)):
        assert commitment.strategy.sum() == pytest.approx(1.0, rel=1e-12)
        assert commitment.strategy.min() >= 0.0
        values = commitment.strategy @ game.column_payoffs
        assert values.max() == pytest.approx(commitment.follower_payoff, rel=1e-9, abs=1e-9)
        assert commitment.leader_payoff == pytest.approx(
            float(commitment.strategy @ game.row_payoffs[:, commitment.reply]), rel=1e-12, abs=1e-12
        )


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_commitment_is_worth_at_least_every_pure_equilibrium_and_what_is_secure(game: BimatrixGame) -> None:
    mixed = optimal_commitment(game).leader_payoff
    pure = optimal_pure_commitment(game).leader_payoff
    assert mixed >= pure - 1e-9
    assert mixed >= security_strategy(game.row_payoffs).payoff - 1e-9
    for row, column in pure_equilibria(game):
        assert pure >= game.row_payoffs[row, column]


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_commitment_is_worth_at_least_every_correlated_equilibrium(game: BimatrixGame) -> None:
    # Conitzer and Korzhyk 2011. Nash equilibria are among these.
    best = correlated_equilibrium(game, row_weight=1.0, column_weight=0.0).row_payoff
    assert optimal_commitment(game).leader_payoff >= best - 1e-9


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_commitment_gains_nothing_in_a_zero_sum_game(game: BimatrixGame) -> None:
    zero_sum = BimatrixGame(game.row_payoffs, -game.row_payoffs)
    value = solve_zero_sum(game.row_payoffs).value
    assert optimal_commitment(zero_sum).leader_payoff == pytest.approx(value, rel=1e-9, abs=1e-9)


# --- peers


def agrees_commitment(seed: int) -> None:
    """With HiGHS on each reply's program; not below any Nash equilibrium that QuantEcon finds; the same in other units."""
    generator = np.random.default_rng(seed)
    rows, columns = (int(size) for size in generator.integers(1, 6, size=2))
    tables = generator.normal(size=(2, rows, columns))
    if seed % 2:
        tables = generator.integers(-2, 3, size=(2, rows, columns)).astype(np.float64)
    game = BimatrixGame(*tables)
    own = optimal_commitment(game)
    best = -np.inf
    for reply in range(columns):
        gains = (game.column_payoffs - game.column_payoffs[:, [reply]]).T
        peer = linprog(-game.row_payoffs[:, reply], gains, np.zeros(columns), np.ones((1, rows)), [1.0])
        assert peer.status in (0, 2), seed
        if peer.status == 0:
            best = max(best, -peer.fun)
    assert own.leader_payoff == pytest.approx(best, rel=1e-6, abs=1e-6), seed
    peer_game = NormalFormGame((Player(tables[0]), Player(np.ascontiguousarray(tables[1].T))))
    for label in range(rows + columns):
        row, column = lemke_howson(peer_game, init_pivot=label)
        assert own.leader_payoff >= row @ game.row_payoffs @ column - 1e-9, seed
    unit, shift = 10.0 ** generator.integers(-6, 7), generator.integers(-3, 4, size=2)
    moved = optimal_commitment(BimatrixGame(unit * (tables[0] + shift[0]), unit * (tables[1] + shift[1])))
    assert moved.leader_payoff / unit - shift[0] == pytest.approx(own.leader_payoff, rel=1e-6, abs=1e-6), seed


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_commitment(seed)


# --- inside compiled code


def test_bodies_inside_njit() -> None:
    mixed_body, pure_body = stackelberg._commitment, stackelberg._pure_commitment

    @njit
    def solve(leader: Array, follower: Array) -> tuple[int, int, Array, tuple[int, int]]:
        best, trial = np.empty(leader.shape[0]), np.empty(leader.shape[0])
        status, reply = mixed_body(leader, follower, best, trial)
        return status, reply, best, pure_body(leader, follower)

    status, reply, strategy, pure = solve(np.array([[2.0, 4.0], [1.0, 3.0]]), np.eye(2))
    assert (status, reply, tuple(pure)) == (Status.OK, 1, (1, 1))
    np.testing.assert_allclose(strategy, [0.5, 0.5])
