from __future__ import annotations

import math
import os

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import regret
from eqnegotiator.kernels.bimatrix import BimatrixGame
from eqnegotiator.kernels.correlated import coarse_correlated_regret
from eqnegotiator.kernels.regret import Averaging, LearnerState, SelfPlayState, regret_matching, regret_matching_self_play
from eqnegotiator.kernels.status import KernelArgumentError
from eqnegotiator.kernels.zerosum import solve_zero_sum
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 8 if INTERPRETED else 40
ROUNDS = 300 if INTERPRETED else 3000

ROCK_PAPER_SCISSORS = np.array([[0.0, -1.0, 2.0], [1.0, 0.0, -1.0], [-2.0, 1.0, 0.0]])
"""Rock beats scissors for two points: 1/4, 1/2, 1/4."""


def random_game(seed: int, rows: int, columns: int) -> BimatrixGame:
    return BimatrixGame(*np.random.default_rng(seed).uniform(-1, 1, size=(2, rows, columns)))


games = st.builds(random_game, st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 5))
averagings = st.sampled_from(Averaging)


def bound(span: float, actions: int, rounds: int, averaging: Averaging) -> float:
    """Regret after `rounds` rounds is at most span sqrt(n / T); with linear weights twice that."""
    return (2.0 if averaging is Averaging.LINEAR else 1.0) * span * math.sqrt(actions / rounds) + 1e-12


# --- hand-worked


def test_three_rounds_by_hand() -> None:
    # Round 1: even. Payoffs 1, 0: earned 1/2, regrets 1/2 and cut off 0. Round 2: first action. Payoffs 0, 3: earned 0,
    # regrets 1/2 and 3. Round 3: 1/7, 6/7. Payoffs 7, 0: earned 1. Best fixed action: 8, against 1.5 earned.
    result = regret_matching([[1, 0], [0, 3], [7, 0]])
    np.testing.assert_allclose(result.strategies, [[0.5, 0.5], [1, 0], [1 / 7, 6 / 7]], rtol=1e-14)
    np.testing.assert_allclose(result.regrets, [0.5, (3 - 0.5) / 2, (8 - 1.5) / 3], rtol=1e-14)
    np.testing.assert_allclose(result.average_strategy, [23 / 42, 19 / 42], rtol=1e-14)
    assert result.state.rounds == 3


def test_known_opponent_actions() -> None:
    actions = np.array([0, 0, 1, 2, 0])
    result = regret_matching(ROCK_PAPER_SCISSORS[:, actions].T)
    assert result.strategies.shape == (5, 3)
    assert result.strategies[2].tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize("averaging", Averaging)
def test_zero_sum_averages_tend_to_the_equilibrium(averaging: Averaging) -> None:
    result = regret_matching_self_play(BimatrixGame(ROCK_PAPER_SCISSORS, -ROCK_PAPER_SCISSORS), ROUNDS, averaging=averaging)
    np.testing.assert_allclose(result.row_strategy, [0.25, 0.5, 0.25], atol=2.5 / math.sqrt(ROUNDS))
    assert result.exploitability[-1, 1] <= 2 * bound(4.0, 3, ROUNDS, averaging)


def test_a_dominant_action_is_learnt() -> None:
    result = regret_matching_self_play(BimatrixGame([[3, 0], [5, 1]], [[3, 5], [0, 1]]), 100, sample_every=40)
    assert result.row_strategy[1] > 0.98
    assert result.exploitability[:, 0].tolist() == [40.0, 80.0, 100.0]
    assert (np.diff(result.exploitability[:, 1]) < 0.0).all()


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.integers(1, 30), averagings)
def test_agrees_with_its_definition(seed: int, actions: int, rounds: int, averaging: Averaging) -> None:
    vectors = np.random.default_rng(seed).uniform(-5, 5, size=(rounds, actions))
    weights = [float(t + 1) if averaging is Averaging.LINEAR else 1.0 for t in range(rounds)]
    strategies, regrets = naive.regret_matching_plus(vectors.tolist(), weights)
    result = regret_matching(vectors, averaging=averaging)
    np.testing.assert_allclose(result.strategies, strategies, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(result.regrets, regrets, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(result.average_strategy, np.average(strategies, axis=0, weights=weights), rtol=1e-9, atol=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 200), averagings, st.booleans())
def test_regret_falls_with_the_root_of_time_against_anything(
    seed: int, actions: int, rounds: int, averaging: Averaging, alternate: bool
) -> None:
    generator = np.random.default_rng(seed)
    vectors = generator.uniform(0, 1, size=(rounds, actions))
    if alternate:
        # The worst for a follower of the leader: whatever was good is bad next.
        vectors = np.array([[float((t + a) % 2) for a in range(actions)] for t in range(rounds)])
    history = regret_matching(vectors, averaging=averaging).regrets
    for step, average in enumerate(history, 1):
        assert average <= bound(1.0, actions, step, averaging)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.integers(1, 400), averagings)
def test_joint_play_tends_to_the_coarse_correlated_equilibria(game: BimatrixGame, rounds: int, averaging: Averaging) -> None:
    result = regret_matching_self_play(game, rounds, averaging=averaging)
    assert result.joint.sum() == pytest.approx(1.0)
    largest = coarse_correlated_regret(game, result.joint)
    assert largest == pytest.approx(max(0.0, result.row_regret, result.column_regret), abs=1e-9)
    assert largest <= bound(2.0, max(game.shape), rounds, averaging)
    np.testing.assert_allclose(result.joint.sum(axis=1), result.row_strategy, rtol=1e-12)
    np.testing.assert_allclose(result.joint.sum(axis=0), result.column_strategy, rtol=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.integers(1, 60), st.integers(1, 60), averagings)
def test_runs_can_be_carried_on(game: BimatrixGame, first: int, second: int, averaging: Averaging) -> None:
    whole = regret_matching_self_play(game, first + second, averaging=averaging)
    head = regret_matching_self_play(game, first, averaging=averaging)
    tail = regret_matching_self_play(game, second, averaging=averaging, state=head.state)
    assert tail.joint.tolist() == whole.joint.tolist()
    assert tail.exploitability[-1].tolist() == whole.exploitability[-1].tolist()
    vectors = np.random.default_rng(first).normal(size=(first + second, 3))
    online = regret_matching(vectors, averaging=averaging)
    start = regret_matching(vectors[:first], averaging=averaging)
    rest = regret_matching(vectors[first:], averaging=averaging, state=start.state)
    assert rest.average_strategy.tolist() == online.average_strategy.tolist()
    assert [*start.regrets, *rest.regrets] == online.regrets.tolist()


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.integers(1, 50))
def test_self_play_is_learning_against_the_other(game: BimatrixGame, rounds: int) -> None:
    # The column player's strategies, replayed to a learner that is told the payoffs, give the same row strategies.
    states = [regret_matching_self_play(game, t, sample_every=1) for t in range(1, rounds + 1)]
    sums = np.array([t.joint * t.state.rounds for t in states])
    columns = np.diff(sums.sum(axis=1), axis=0, prepend=0.0)
    learner = regret_matching(columns @ game.row_payoffs.T)
    np.testing.assert_allclose(learner.average_strategy, states[-1].row_strategy, atol=1e-6)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.floats(-100, 100))
def test_a_common_shift_of_payoffs_changes_nothing(game: BimatrixGame, shift: float) -> None:
    shifted = BimatrixGame(game.row_payoffs + shift, game.column_payoffs)
    np.testing.assert_allclose(regret_matching_self_play(shifted, 20).joint, regret_matching_self_play(game, 20).joint, atol=1e-6)


def test_the_state_passed_in_is_not_changed() -> None:
    game = random_game(1, 2, 3)
    state = regret_matching_self_play(game, 5).state
    before = state.joint_sum.copy()
    regret_matching_self_play(game, 5, state=state)
    assert state.joint_sum.tolist() == before.tolist()


# --- peers


def agrees_self_play(seed: int) -> None:
    """With the linear program: in a zero-sum game both averages secure the value up to the regrets, which are bounded."""
    generator = np.random.default_rng(seed)
    rows, columns = generator.integers(1, 6, size=2)
    table = generator.normal(size=(rows, columns)) if seed % 2 else generator.integers(-1, 2, size=(rows, columns)) * 1.0
    unit = 10.0 ** generator.integers(-6, 7)
    table *= unit
    averaging = list(Averaging)[seed // 2 % 2]
    rounds = 200
    result = regret_matching_self_play(BimatrixGame(table, -table), rounds, averaging=averaging)
    value, span = solve_zero_sum(table).value, float(np.ptp(table))
    gap = result.exploitability[-1, 1]
    assert (result.row_strategy @ table).min() >= value - gap - 1e-9 * unit, seed
    assert (table @ result.column_strategy).max() <= value + gap + 1e-9 * unit, seed
    assert gap == pytest.approx(result.row_regret + result.column_regret, rel=1e-6, abs=1e-9 * unit), seed
    assert gap <= bound(span, int(rows), rounds, averaging) + bound(span, int(columns), rounds, averaging), seed


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_self_play(seed)


# --- inside compiled code


def test_bodies_inside_njit() -> None:
    match_body, update_body = regret._match, regret._update

    @njit
    def step(regrets: Array, payoffs: Array) -> tuple[float, Array]:
        strategy = np.empty_like(regrets)
        match_body(regrets, strategy)
        return update_body(regrets, strategy, payoffs), strategy

    regrets = np.array([0.5, 3.0])
    earned, strategy = step(regrets, np.array([7.0, 0.0]))
    assert earned == pytest.approx(1.0)
    np.testing.assert_allclose(strategy, [1 / 7, 6 / 7])
    np.testing.assert_allclose(regrets, [6.5, 2.0])


# --- errors


@pytest.mark.parametrize(
    ("vectors", "message"),
    [
        ([], r"payoff_vectors: shape \(0,\), expected \(n, n\)"),
        (np.empty((0, 2)), r"payoff_vectors: shape \(0, 2\)"),
        ([[1.0, np.nan]], r"payoff_vectors: contains NaN or infinity at index \(0, 1\)"),
        ([[1.0], [np.inf]], "payoff_vectors: contains NaN or infinity"),
        ([[1.0], [1.0, 2.0]], "payoff_vectors: rows of different lengths"),
        ([["a"]], "payoff_vectors: dtype .* is not real"),
    ],
)
def test_bad_payoffs_are_named(vectors: object, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        regret_matching(vectors)  # type: ignore[arg-type]


def test_counts_are_checked() -> None:
    game = random_game(0, 2, 2)
    for rounds in (0, -1, 1.5, True):
        with pytest.raises(KernelArgumentError, match=r"rounds: .* is not an integer of at least 1"):
            regret_matching_self_play(game, rounds)  # type: ignore[arg-type]
    with pytest.raises(KernelArgumentError, match="sample_every: 0 is not"):
        regret_matching_self_play(game, 1, sample_every=0)


def test_states_of_another_shape_are_refused() -> None:
    learner = LearnerState(np.zeros(3), np.zeros(3), np.zeros(3), 0.0, 0)
    with pytest.raises(KernelArgumentError, match=r"state\.regrets: shape \(3,\), expected \(2\)"):
        regret_matching([[1.0, 2.0]], state=learner)
    with pytest.raises(KernelArgumentError, match=r"state\.rounds: -1"):
        regret_matching([[1.0, 2.0, 3.0]], state=learner._replace(rounds=-1))
    players = SelfPlayState(np.zeros(2), np.zeros(2), np.zeros((2, 3)), 0)
    with pytest.raises(KernelArgumentError, match=r"state\.joint_sum: shape \(2, 3\), expected \(2, 2\)"):
        regret_matching_self_play(random_game(0, 2, 2), 1, state=players)
    with pytest.raises(KernelArgumentError, match=r"state\.row_regrets: -1\.0 at index \(0,\) is negative"):
        regret_matching_self_play(random_game(0, 2, 3), 1, state=SelfPlayState(-np.ones(2), np.zeros(3), np.zeros((2, 3)), 0))
