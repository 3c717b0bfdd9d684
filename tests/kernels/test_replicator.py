from __future__ import annotations

import math
import os
from fractions import Fraction

import naive
import nashpy
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import replicator
from eqnegotiator.kernels.bimatrix import BimatrixGame, pure_equilibria, regret
from eqnegotiator.kernels.replicator import Outcome, evolve, evolve_generations, evolve_pair, evolve_pair_generations
from eqnegotiator.kernels.status import KernelArgumentError
from eqnegotiator.kernels.zerosum import solve_zero_sum
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 8 if INTERPRETED else 40

ROCK_PAPER_SCISSORS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]])
HAWK_DOVE = [[-1.0, 4.0], [0.0, 2.0]]
"""Prize 4, injury 6: two thirds hawks."""
ZEEMAN = [[0.0, 6.0, -4.0], [-3.0, 0.0, 5.0], [-1.0, 3.0, 0.0]]
"""Zeeman (1980): attractors are the first vertex, which is evolutionarily stable, and the centre, which is not."""


def random_population(seed: int, size: int) -> tuple[Array, Array]:
    generator = np.random.default_rng(seed)
    return generator.uniform(-1, 1, size=(size, size)), generator.dirichlet(np.ones(size))


def random_pair(seed: int, rows: int, columns: int) -> tuple[BimatrixGame, Array, Array]:
    generator = np.random.default_rng(seed)
    game = BimatrixGame(*generator.uniform(-1, 1, size=(2, rows, columns)))
    return game, generator.dirichlet(np.ones(rows)), generator.dirichlet(np.ones(columns))


populations = st.builds(random_population, st.integers(0, 2**32 - 1), st.integers(1, 5))
pairs = st.builds(random_pair, st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4))

# --- textbook


def test_hawks_and_doves_settle_at_two_thirds() -> None:
    continuous = evolve(HAWK_DOVE, [0.1, 0.9], steps=1000, step=0.1)
    generations = evolve_generations(HAWK_DOVE, [0.1, 0.9], generations=1000, background=5)
    for result in (continuous, generations):
        assert result.outcome is Outcome.NASH
        np.testing.assert_allclose(result.path[-1], [2 / 3, 1 / 3], atol=1e-8)
        assert (np.diff(result.path[:, 0]) >= 0.0).all()


@pytest.mark.parametrize(("start", "end"), [([0.3, 0.3, 0.4], [1 / 3] * 3), ([0.9, 0.05, 0.05], [1.0, 0.0, 0.0])])
def test_zeemans_game_has_two_attractors(start: list[float], end: list[float]) -> None:
    result = evolve(ZEEMAN, start, steps=5000, step=0.05)
    assert result.outcome is Outcome.NASH
    np.testing.assert_allclose(result.path[-1], end, atol=1e-7)


def test_rock_paper_scissors_goes_round_in_continuous_time_and_outwards_in_generations() -> None:
    start = [0.5, 0.3, 0.2]
    continuous = evolve(ROCK_PAPER_SCISSORS, start, steps=400, step=0.05)
    assert continuous.outcome is Outcome.MOVING
    # The product of the shares is a constant of the motion.
    np.testing.assert_allclose(continuous.path.prod(axis=1), 0.03, rtol=1e-5)
    generations = evolve_generations(ROCK_PAPER_SCISSORS, start, generations=200, background=2)
    assert generations.outcome is Outcome.MOVING
    assert (np.diff(generations.path.prod(axis=1)) < 0.0).all()


def test_near_the_boundary_no_strategy_is_lost() -> None:
    result = evolve_generations(ROCK_PAPER_SCISSORS, [0.5, 0.3, 0.2], generations=3000, background=1.01)
    assert (result.path > 0.0).all()
    # Each has its turn again and again.
    assert set(result.path[1000:].argmax(axis=1)) == {0, 1, 2}


def test_two_populations_in_the_battle_of_the_sexes() -> None:
    game = BimatrixGame([[2, 0], [0, 1]], [[1, 0], [0, 2]])
    result = evolve_pair(game, [0.8, 0.2], [0.6, 0.4], steps=1000, step=0.1)
    assert result.outcome is Outcome.NASH
    np.testing.assert_allclose(result.row_path[-1], [1, 0], atol=1e-7)
    np.testing.assert_allclose(result.column_path[-1], [1, 0], atol=1e-7)


def test_a_generation_by_hand() -> None:
    # Hawks 1/10 earn 5 - 1/10 + 36/10 = 85/10, doves 5 + 18/10 = 68/10; mean 697/100.
    result = evolve_generations(HAWK_DOVE, [0.1, 0.9], generations=1, background=5)
    assert result.outcome is Outcome.MOVING
    np.testing.assert_allclose(result.path[1], [85 / 697, 612 / 697], rtol=1e-14)


def test_an_absent_strategy_stays_absent_though_it_would_do_better() -> None:
    result = evolve([[3, 0], [5, 1]], [1, 0], steps=10, step=1)
    assert result.path.tolist() == [[1.0, 0.0]]
    assert result.outcome is Outcome.REST


def test_a_rare_invader_is_not_mistaken_for_rest() -> None:
    result = evolve([[3, 0], [5, 1]], [1 - 1e-15, 1e-15], steps=1000, step=0.1)
    assert result.outcome is Outcome.NASH
    assert result.path[-1, 1] == pytest.approx(1.0)


def test_equal_payoffs_are_rest() -> None:
    assert evolve(np.full((3, 3), 0.1), [0.2, 0.3, 0.5], steps=10, step=1).outcome is Outcome.NASH
    assert evolve([[7.0]], [1.0], steps=1, step=1).path.tolist() == [[1.0]]


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(populations, st.floats(1e-3, 1e3), st.integers(1, 60))
def test_no_step_leaves_the_simplex(population: tuple[Array, Array], step: float, steps: int) -> None:
    payoffs, start = population
    for path in (
        evolve(payoffs, start, steps=steps, step=step).path,
        evolve_generations(payoffs, start, generations=steps, background=1.5).path,
    ):
        assert (path >= 0.0).all()
        np.testing.assert_allclose(path.sum(axis=1), 1.0, rtol=1e-12)
        assert ((path > 0.0) == (path[0] > 0.0)).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(pairs, st.floats(1e-3, 1e3), st.integers(1, 60))
def test_no_step_leaves_either_simplex(pair: tuple[BimatrixGame, Array, Array], step: float, steps: int) -> None:
    for result in (
        evolve_pair(*pair, steps=steps, step=step),
        evolve_pair_generations(*pair, generations=steps, background=1.5),
    ):
        for path in (result.row_path, result.column_path):
            assert (path >= 0.0).all()
            np.testing.assert_allclose(path.sum(axis=1), 1.0, rtol=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(pairs)
def test_equilibria_are_rest_points(pair: tuple[BimatrixGame, Array, Array]) -> None:
    game = pair[0]
    rows, columns = game.shape
    for row, column in pure_equilibria(game):
        result = evolve_pair(game, np.eye(rows)[row], np.eye(columns)[column], steps=5, step=0.5)
        assert result.outcome is Outcome.NASH
        assert len(result.row_path) == 1
    zero_sum = BimatrixGame(game.row_payoffs, -game.row_payoffs)
    solution = solve_zero_sum(game.row_payoffs)
    mixed = evolve_pair(zero_sum, solution.row_strategy, solution.column_strategy, steps=5, step=0.5)
    assert mixed.outcome is Outcome.NASH


@settings(max_examples=EXAMPLES, deadline=None)
@given(pairs)
def test_every_pure_profile_rests_and_is_nash_exactly_if_nobody_gains(pair: tuple[BimatrixGame, Array, Array]) -> None:
    game = pair[0]
    for row, column in np.ndindex(*game.shape):
        profile = np.eye(game.shape[0])[row], np.eye(game.shape[1])[column]
        result = evolve_pair(game, *profile, steps=3, step=0.1)
        assert (result.outcome is Outcome.NASH) == (max(regret(game, *profile)) == 0.0)
        assert result.outcome is not Outcome.MOVING


@settings(max_examples=EXAMPLES, deadline=None)
@given(pairs)
def test_rest_from_inside_is_an_equilibrium(pair: tuple[BimatrixGame, Array, Array]) -> None:
    game = pair[0]
    result = evolve_pair(*pair, steps=400, step=0.5, tolerance=1e-6)
    if result.outcome is not Outcome.MOVING:
        assert result.outcome is Outcome.NASH
        gains = regret(game, result.row_path[-1], result.column_path[-1])
        assert max(gains) <= 1e-4


@settings(max_examples=EXAMPLES, deadline=None)
@given(populations)
def test_a_small_step_follows_the_equation(population: tuple[Array, Array]) -> None:
    payoffs, start = population
    step = 1e-5
    path = evolve(payoffs, start, steps=1, step=step).path
    derivative = naive.growth(payoffs.tolist(), start.tolist())
    np.testing.assert_allclose((path[-1] - path[0]) / step, np.array(derivative) * (len(path) > 1), atol=1e-4)


@settings(max_examples=EXAMPLES, deadline=None)
@given(populations)
def test_the_method_is_of_fourth_order(population: tuple[Array, Array]) -> None:
    payoffs, start = population
    exact = evolve(payoffs, start, steps=640, step=1 / 320, tolerance=1e-14).path[-1]
    coarse, fine = (
        np.abs(evolve(payoffs, start, steps=steps, step=2.0 / steps, tolerance=1e-14).path[-1] - exact).max() for steps in (5, 10)
    )
    assert fine <= coarse / 8 + 1e-6


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.integers(0, 5), min_size=9, max_size=9), st.lists(st.integers(1, 9), min_size=3, max_size=3))
def test_generations_agree_with_exact_arithmetic(entries: list[int], weights: list[int]) -> None:
    payoffs = [entries[i : i + 3] for i in (0, 3, 6)]
    shares = [Fraction(weight, sum(weights)) for weight in weights]
    result = evolve_generations(payoffs, [float(s) for s in shares], generations=4, background=1)
    for row in result.path:
        np.testing.assert_allclose(row, [float(s) for s in shares], rtol=1e-12)
        fitness = [1 + sum((u * s for u, s in zip(line, shares, strict=True)), Fraction(0)) for line in payoffs]
        shares = naive.next_generation(fitness, shares)


@settings(max_examples=EXAMPLES, deadline=None)
@given(populations)
def test_one_population_is_two_that_are_alike(population: tuple[Array, Array]) -> None:
    payoffs, start = population
    one = evolve(payoffs, start, steps=20, step=0.1)
    two = evolve_pair(BimatrixGame(payoffs, payoffs.T), start, start, steps=20, step=0.1)
    np.testing.assert_allclose(two.row_path, one.path, rtol=1e-9)
    np.testing.assert_allclose(two.column_path, one.path, rtol=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(populations)
def test_strictly_dominated_strategies_die_out(population: tuple[Array, Array]) -> None:
    payoffs, start = population
    worse = np.vstack([payoffs, payoffs[0] - 1.0])
    table = np.hstack([worse, worse[:, :1]])
    begin = np.append(start, 0.5) / 1.5
    path = evolve(table, begin, steps=100, step=0.1).path
    ratios = path[:, -1] / path[:, 0]
    # d log (x_last / x_0) / dt = -1, whatever the others do.
    np.testing.assert_allclose(ratios, ratios[0] * np.exp(-0.1 * np.arange(len(path))), rtol=1e-9)


# --- peers


def agrees_replicator(seed: int) -> None:
    """With Nashpy's integration (LSODA, tolerance 1.5e-8) of one population and of two, over ten time points."""
    generator = np.random.default_rng(seed)
    rows, columns = (int(size) for size in generator.integers(1, 6, size=2))
    draw = generator.normal(size=(2, rows, columns))
    if seed % 2:
        draw = generator.integers(-2, 3, size=(2, rows, columns)).astype(np.float64)
    unit = 10.0 ** generator.integers(-3, 4)
    game = BimatrixGame(*(unit * draw))
    times = np.linspace(0.0, 2.0 / unit, 10)
    x, y = generator.dirichlet(np.ones(rows)), generator.dirichlet(np.ones(columns))
    own = evolve_pair(game, x, y, steps=180, step=2.0 / 180 / unit, tolerance=1e-15)
    peer = nashpy.Game(*(unit * draw)).asymmetric_replicator_dynamics(x0=x, y0=y, timepoints=times)
    # A path that came to rest is shorter and stays where it ended.
    rows_at = np.minimum(np.arange(0, 181, 20), len(own.row_path) - 1)
    np.testing.assert_allclose(own.row_path[rows_at], peer[0], atol=1e-5)
    np.testing.assert_allclose(own.column_path[rows_at], peer[1], atol=1e-5)
    size = min(rows, columns)
    table, start = unit * draw[0, :size, :size], generator.dirichlet(np.ones(size))
    single = evolve(table, start, steps=180, step=2.0 / 180 / unit, tolerance=1e-15)
    rows_at = np.minimum(np.arange(0, 181, 20), len(single.path) - 1)
    reference = nashpy.Game(table).replicator_dynamics(y0=start, timepoints=times)
    np.testing.assert_allclose(single.path[rows_at], reference, atol=1e-5)


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_replicator(seed)


# --- inside compiled code


def test_body_inside_njit() -> None:
    body = replicator._runge_kutta

    @njit
    def advance(payoffs: Array, shares: Array, ends: IntArray) -> Array:
        work, out = np.empty((3, shares.shape[0])), np.empty_like(shares)
        for _ in range(10):
            body(payoffs, ends, shares, 0.1, work, out)
            shares[:] = out
        return shares

    # Two strategies with constant payoffs 1 and 0: the odds grow by e in one unit of time.
    shares = advance(np.array([[1.0, 1.0], [0.0, 0.0]]), np.array([0.5, 0.5]), np.array([2]))
    assert shares[0] == pytest.approx(math.e / (1 + math.e), rel=1e-12)


# --- errors


@pytest.mark.parametrize(
    ("payoffs", "start", "message"),
    [
        (HAWK_DOVE, [0.5, 0.6], r"start: sums to 1\.1"),
        (HAWK_DOVE, [1.5, -0.5], r"start: -0\.5 at index \(1,\) is negative"),
        (HAWK_DOVE, [], r"start: shape \(0,\)"),
        (HAWK_DOVE, [1.0], r"payoffs: shape \(2, 2\), expected \(1, 1\)"),
        ([[1.0, np.nan], [0.0, 0.0]], [0.5, 0.5], r"payoffs: contains NaN or infinity at index \(0, 1\)"),
        ([[1.0, np.inf], [0.0, 0.0]], [0.5, 0.5], "payoffs: contains NaN or infinity"),
        ([["a", "b"], ["c", "d"]], [0.5, 0.5], "payoffs: dtype .* is not real"),
        ([[1.0], [1.0, 2.0]], [0.5, 0.5], "payoffs: rows of different lengths"),
    ],
)
def test_bad_arguments_are_named(payoffs: object, start: object, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        evolve(payoffs, start, steps=1, step=1)  # type: ignore[arg-type]
    with pytest.raises(KernelArgumentError, match=message):
        evolve_generations(payoffs, start, generations=1, background=9)  # type: ignore[arg-type]


def test_steps_and_units_are_checked() -> None:
    with pytest.raises(KernelArgumentError, match="steps: 0 is not an integer of at least 1"):
        evolve(HAWK_DOVE, [0.5, 0.5], steps=0, step=1)
    with pytest.raises(KernelArgumentError, match=r"step: -1\.0 is not positive"):
        evolve(HAWK_DOVE, [0.5, 0.5], steps=1, step=-1)
    with pytest.raises(KernelArgumentError, match=r"tolerance: 0\.0 is not positive"):
        evolve(HAWK_DOVE, [0.5, 0.5], steps=1, step=1, tolerance=0)
    with pytest.raises(KernelArgumentError, match="generations: 0 is not"):
        evolve_generations(HAWK_DOVE, [0.5, 0.5], generations=0, background=2)
    with pytest.raises(KernelArgumentError, match=r"background: 1\.0 leaves a fitness of 0\.0; pass more than 1\.0"):
        evolve_generations(HAWK_DOVE, [0.5, 0.5], generations=1, background=1)


def test_starts_must_fit_the_game() -> None:
    game = BimatrixGame([[1, 2, 3]], [[1, 2, 3]])
    with pytest.raises(KernelArgumentError, match=r"column_start: shape \(1,\), expected \(3\)"):
        evolve_pair(game, [1.0], [1.0], steps=1, step=1)
    with pytest.raises(KernelArgumentError, match=r"row_start: shape \(2,\), expected \(1\)"):
        evolve_pair_generations(game, [0.5, 0.5], [1.0, 0.0, 0.0], generations=1)
