from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction

import bimatrix_games
import naive
import numpy as np
import numpy.typing as npt
import pytest
from bimatrix_games import same_equilibria
from eqnegotiator.kernels import support_enumeration as module
from eqnegotiator.kernels.bimatrix import BimatrixGame, is_equilibrium
from eqnegotiator.kernels.support_enumeration import support_enumeration
from eqnegotiator.kernels.vertex_enumeration import all_equilibria
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]
Game = tuple[Array, Array]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
EXAMPLES = 8 if config.DISABLE_JIT else 60

games = st.builds(bimatrix_games.instance, st.integers(0, 2**31), st.integers(1, 5))


@pytest.mark.parametrize("game", bimatrix_games.TEXTBOOK, ids=lambda game: game.name)
def test_textbook_games(game: bimatrix_games.Textbook) -> None:
    found = support_enumeration(BimatrixGame(game.row_payoffs, game.column_payoffs))
    equal = [(x, y) for x, y in game.equilibria if x.count("0") - len(x) == y.count("0") - len(y)]
    expected = [([Fraction(p) for p in x], [Fraction(p) for p in y]) for x, y in equal]
    assert same_equilibria(found.equilibria, expected, 1e-14)
    assert found.degenerate == game.degenerate


def test_order_is_by_supports() -> None:
    found = support_enumeration(BimatrixGame(np.eye(3), np.eye(3)))
    supports = [np.flatnonzero(x).tolist() for x, _ in found.equilibria]
    assert supports == [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]]


def test_degenerate_off_equilibrium_is_not_a_warning() -> None:
    # Columns tie against row 1, which row 0 dominates: no equilibrium is near, and nothing is missing.
    game = BimatrixGame([[2, 2], [1, 1]], [[3, 1], [0, 0]])
    assert all_equilibria(game).degenerate
    assert not support_enumeration(game).degenerate
    assert len(support_enumeration(game).equilibria) == 1


def test_singular_equations_without_a_solution_are_not_a_warning() -> None:
    # Rows 0 and 1 differ by a constant on columns 0 and 1: their equations have no solution, and the game is not degenerate.
    game = BimatrixGame([[2, 3, 0], [1, 2, 5]], [[1, 0, 2], [3, 4, 0]])
    found = support_enumeration(game)
    assert not found.degenerate
    assert same_equilibria(found.equilibria, all_equilibria(game).equilibria)


def test_singular_equations_with_a_solution_are_a_warning() -> None:
    # Against any mixture of columns 0 and 1 the rows tie; x = (1/2, 1/2) makes the columns tie: a segment of equilibria.
    game = BimatrixGame([[1, 2, 0], [1, 2, 0]], [[1, 0, -9], [0, 1, -9]])
    found = support_enumeration(game)
    assert found.degenerate
    assert len(found.equilibria) < len(all_equilibria(game).equilibria)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_all_equilibria_unless_degenerate(tables: Game) -> None:
    game = BimatrixGame(*tables)
    found = support_enumeration(game)
    assert all(is_equilibrium(game, *profile) for profile in found.equilibria)
    if not found.degenerate:
        assert same_equilibria(found.equilibria, all_equilibria(game).equilibria)
        assert len(found.equilibria) % 2 == 1


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_exchanging_the_players_exchanges_the_strategies(tables: Game) -> None:
    row_payoffs, column_payoffs = tables
    exchanged = support_enumeration(BimatrixGame(column_payoffs.T, row_payoffs.T))
    plain = support_enumeration(BimatrixGame(*tables))
    assert same_equilibria(exchanged.equilibria, [(y, x) for x, y in plain.equilibria])
    assert exchanged.degenerate == plain.degenerate


def test_body_inside_njit() -> None:
    body = module._support_enumeration

    @njit
    def count(row_payoffs: Array, column_payoffs: Array) -> tuple[int, bool]:
        row_strategies, _, degenerate = body(row_payoffs, column_payoffs)
        return row_strategies.shape[0], degenerate

    assert count(np.eye(4), np.eye(4)) == (15, False)


def agrees_exact(seed: int) -> None:
    """With every pair of supports in Fractions; `degenerate` with the definition at every extreme equilibrium."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed)
    found = support_enumeration(BimatrixGame(row_payoffs, column_payoffs))
    rows, columns = row_payoffs.tolist(), column_payoffs.tolist()
    assert same_equilibria(found.equilibria, naive.equal_support_equilibria(rows, columns))
    assert found.degenerate == any(
        naive.has_spare_best_reply(rows, y) or naive.has_spare_best_reply(naive.transpose(columns), x)
        for x, y in naive.extreme_equilibria(rows, columns)
    )


@pytest.mark.parametrize("check", [agrees_exact])
def test_agreement(check: Callable[[int], None]) -> None:
    bimatrix_games.run_instances(check, AGREEMENT_INSTANCES)
