from __future__ import annotations

import os
from collections.abc import Callable

import bimatrix_games
import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import dominance as module
from eqnegotiator.kernels.bimatrix import BimatrixGame
from eqnegotiator.kernels.dominance import Dominance, IteratedDominance, iterated_dominance
from eqnegotiator.kernels.status import KernelArgumentError, Status
from eqnegotiator.kernels.vertex_enumeration import all_equilibria
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]
Game = tuple[Array, Array]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
EXAMPLES = 8 if config.DISABLE_JIT else 60

games = st.builds(bimatrix_games.instance, st.integers(0, 2**31), st.integers(1, 5))


# --- textbook


def test_prisoners_defect() -> None:
    result = iterated_dominance(BimatrixGame([[3, 0], [5, 1]], [[3, 5], [0, 1]]), Dominance.STRICT_PURE)
    assert (result.row_actions.tolist(), result.column_actions.tolist()) == ([1], [1])
    assert (result.row_rounds.tolist(), result.column_rounds.tolist()) == ([1, 0], [1, 0])
    assert result.row_dominators.tolist() == [[0, 1], [0, 0]]


def test_rounds_follow_one_another() -> None:
    # Gibbons (1992), figure 1.1.1: Right goes because of Middle, then Down because of Up, then Left because of Middle.
    result = iterated_dominance(BimatrixGame([[1, 1, 0], [0, 0, 2]], [[0, 2, 1], [3, 1, 0]]), Dominance.STRICT_PURE)
    assert (result.row_actions.tolist(), result.column_actions.tolist()) == ([0], [1])
    assert result.row_rounds.tolist() == [0, 2]
    assert result.column_rounds.tolist() == [3, 0, 1]
    assert result.row_dominators.tolist() == [[0, 0], [1, 0]]
    assert result.column_dominators.tolist() == [[0, 1, 0], [0, 0, 0], [0, 1, 0]]


def test_a_mixture_dominates_where_no_pure_action_does() -> None:
    game = BimatrixGame([[3, 0], [0, 3], [1, 1]], [[1, 0], [0, 1], [0, 0]])
    assert iterated_dominance(game, Dominance.STRICT_PURE).row_actions.tolist() == [0, 1, 2]
    result = iterated_dominance(game)
    assert result.row_actions.tolist() == [0, 1]
    np.testing.assert_allclose(result.row_dominators[2], [0.5, 0.5, 0.0], atol=1e-15)


def test_a_mixture_must_be_better_not_equal() -> None:
    # Half and half earns exactly what the third row does.
    assert iterated_dominance(BimatrixGame([[2, 0], [0, 2], [1, 1]], np.zeros((3, 2)))).row_actions.tolist() == [0, 1, 2]


def test_weak_dominance_is_another_matter() -> None:
    game = BimatrixGame([[1, 1], [1, 0]], [[1, 0], [0, 1]])
    for kind in (Dominance.STRICT_PURE, Dominance.STRICT_MIXED):
        assert iterated_dominance(game, kind).row_actions.tolist() == [0, 1]
    weak = iterated_dominance(game, Dominance.WEAK_PURE)
    assert (weak.row_rounds.tolist(), weak.column_rounds.tolist()) == ([0, 1], [0, 2])


def test_duplicates_do_not_dominate_each_other() -> None:
    for kind in Dominance:
        assert iterated_dominance(BimatrixGame([[1, 2], [1, 2]], [[0, 0], [0, 0]]), kind).row_actions.tolist() == [0, 1]


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_strictly_dominated_actions_are_in_no_equilibrium(tables: Game) -> None:
    game = BimatrixGame(*tables)
    for kind in (Dominance.STRICT_PURE, Dominance.STRICT_MIXED):
        result = iterated_dominance(game, kind)
        for x, y in all_equilibria(game).equilibria:
            assert set(np.flatnonzero(x)) <= set(result.row_actions)
            assert set(np.flatnonzero(y)) <= set(result.column_actions)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.sampled_from(Dominance))
def test_nothing_is_left_to_remove(tables: Game, kind: Dominance) -> None:
    result = iterated_dominance(BimatrixGame(*tables), kind)
    left = np.ix_(result.row_actions, result.column_actions)
    again = iterated_dominance(BimatrixGame(tables[0][left], tables[1][left]), kind)
    assert again.row_actions.size == result.row_actions.size >= 1
    assert again.column_actions.size == result.column_actions.size >= 1


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.sampled_from(Dominance))
def test_dominators_dominate(tables: Game, kind: Dominance) -> None:
    result = iterated_dominance(BimatrixGame(*tables), kind)
    _check_dominators(tables[0], result.row_rounds, result.column_rounds, result.row_dominators, kind)
    _check_dominators(tables[1].T, result.column_rounds, result.row_rounds, result.column_dominators, kind)


def _check_dominators(payoffs: Array, rounds: Indices, opponent_rounds: Indices, dominators: Array, kind: Dominance) -> None:
    for action, now in enumerate(rounds):
        if now == 0:
            assert not dominators[action].any()
            continue
        there = (rounds == 0) | (rounds >= now)
        against = (opponent_rounds == 0) | (opponent_rounds >= now)
        assert dominators[action].sum() == pytest.approx(1.0)
        assert not dominators[action][~there].any()
        gains = (dominators[action] @ (payoffs - payoffs[action]))[against]
        assert (gains >= 0.0).all() if kind is Dominance.WEAK_PURE else (gains > 0.0).all()
        assert gains.max() > 0.0


# --- bodies and errors


def test_body_inside_njit() -> None:
    body = module._iterated_dominance

    @njit
    def rounds(row_payoffs: Array, column_payoffs: Array) -> tuple[int, int]:
        rows, columns = row_payoffs.shape
        row_rounds, column_rounds = np.zeros(rows, dtype=np.int64), np.zeros(columns, dtype=np.int64)
        status = body(row_payoffs, column_payoffs, 1, row_rounds, column_rounds, np.zeros((rows, rows)), np.zeros((columns, columns)))
        return status, row_rounds.max()

    assert rounds(np.array([[3.0, 0.0], [5.0, 1.0]]), np.zeros((2, 2))) == (Status.OK, 1)


@pytest.mark.parametrize("kind", [1, "STRICT_MIXED", None, Status.OK])
def test_bad_kinds_are_named(kind: object) -> None:
    with pytest.raises(KernelArgumentError, match=r"kind: .* is not a Dominance"):
        iterated_dominance(BimatrixGame([[1]], [[1]]), kind)  # type: ignore[arg-type]


# --- agreement


def agrees_exact(seed: int) -> None:
    """With the definitions in Fractions, round by round."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed)
    game = BimatrixGame(row_payoffs, column_payoffs)
    for kind, name in ((Dominance.STRICT_PURE, "pure"), (Dominance.STRICT_MIXED, "mixed"), (Dominance.WEAK_PURE, "weak")):
        result: IteratedDominance = iterated_dominance(game, kind)
        rounds = max(result.row_rounds.max(), result.column_rounds.max())
        expected = naive.undominated(row_payoffs.tolist(), column_payoffs.tolist(), name)
        assert (result.row_actions.tolist(), result.column_actions.tolist(), rounds) == expected


@pytest.mark.parametrize("check", [agrees_exact])
def test_agreement(check: Callable[[int], None]) -> None:
    bimatrix_games.run_instances(check, AGREEMENT_INSTANCES)
