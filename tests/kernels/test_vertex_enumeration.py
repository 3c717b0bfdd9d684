from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from fractions import Fraction

import bimatrix_games
import naive
import nashpy
import numpy as np
import numpy.typing as npt
import pytest
import quantecon.game_theory
from bimatrix_games import same_equilibria
from eqnegotiator.kernels import vertex_enumeration
from eqnegotiator.kernels.bimatrix import BimatrixGame, is_equilibrium, pure_equilibria
from eqnegotiator.kernels.status import KernelArgumentError, Status, VertexLimitError
from eqnegotiator.kernels.vertex_enumeration import all_equilibria
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]
Game = tuple[Array, Array]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
EXAMPLES = 8 if config.DISABLE_JIT else 60

games = st.builds(bimatrix_games.instance, st.integers(0, 2**31), st.integers(1, 5))


# --- textbook


@pytest.mark.parametrize("game", bimatrix_games.TEXTBOOK, ids=lambda game: game.name)
def test_textbook_games(game: bimatrix_games.Textbook) -> None:
    found = all_equilibria(BimatrixGame(game.row_payoffs, game.column_payoffs))
    expected = [([Fraction(p) for p in x], [Fraction(p) for p in y]) for x, y in game.equilibria]
    assert same_equilibria(found.equilibria, expected, 1e-14)
    assert found.components.max() + 1 == game.components
    assert found.degenerate == game.degenerate


def test_strategies_are_distributions_with_exact_zeros() -> None:
    for x, y in all_equilibria(BimatrixGame([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]])).equilibria:
        assert x.sum() == pytest.approx(1.0, abs=1e-15)
        assert y.sum() == pytest.approx(1.0, abs=1e-15)
        assert ((x == 0.0) | (x > 0.1)).all()
        assert ((y == 0.0) | (y > 0.1)).all()


@pytest.mark.parametrize("actions", [2, 3, 5] if config.DISABLE_JIT else [2, 3, 5, 7])
def test_pure_coordination_has_an_equilibrium_on_every_set_of_actions(actions: int) -> None:
    found = all_equilibria(BimatrixGame(np.eye(actions), np.eye(actions)))
    supports = {tuple(np.flatnonzero(x)) for x, _ in found.equilibria}
    assert len(supports) == len(found.equilibria) == 2**actions - 1
    assert all(x.tolist() == y.tolist() for x, y in found.equilibria)
    assert not found.degenerate


def test_components_tell_segments_from_points() -> None:
    # Column 2 is a copy of column 1: what is played against row 1 may be any mixture of the two.
    found = all_equilibria(BimatrixGame([[2, 0, 0], [0, 1, 1]], [[1, 0, 0], [0, 2, 2]]))
    members = [{tuple(np.flatnonzero(y)) for k, (_, y) in enumerate(found.equilibria) if found.components[k] == c} for c in range(3)]
    assert sorted(members, key=lambda supports: sorted(supports)) == [{(0,)}, {(0, 1), (0, 2)}, {(1,), (2,)}]


def test_games_with_many_more_actions_on_one_side() -> None:
    # More labels than one word of bits holds.
    generator = np.random.default_rng(0)
    columns = 10 if config.DISABLE_JIT else 61
    row_payoffs, column_payoffs = generator.normal(size=(2, 2, columns))
    found = all_equilibria(BimatrixGame(row_payoffs, column_payoffs))
    theirs = naive.equal_support_equilibria(row_payoffs.tolist(), column_payoffs.tolist())
    assert same_equilibria(found.equilibria, theirs)
    mirrored = all_equilibria(BimatrixGame(column_payoffs.T, row_payoffs.T))
    assert same_equilibria(mirrored.equilibria, [(y, x) for x, y in theirs])


def test_ill_conditioned_game_with_75_equilibria() -> None:
    # von Stengel (1999), a 6 x 6 game with more equilibria than pure coordination; entries differ by factors of 1000.
    row_payoffs = [
        [9504, -660, 19976, -20526, 1776, -8976],
        [-111771, 31680, -130944, 168124, -8514, 52764],
        [397584, -113850, 451176, -586476, 29216, -178761],
        [171204, -45936, 208626, -263076, 14124, -84436],
        [1303104, -453420, 1227336, -1718376, 72336, -461736],
        [737154, -227040, 774576, -1039236, 48081, -300036],
    ]
    column_payoffs = [
        [72336, -461736, 1227336, -1718376, 1303104, -453420],
        [48081, -300036, 774576, -1039236, 737154, -227040],
        [29216, -178761, 451176, -586476, 397584, -113850],
        [14124, -84436, 208626, -263076, 171204, -45936],
        [1776, -8976, 19976, -20526, 9504, -660],
        [-8514, 52764, -130944, 168124, -111771, 31680],
    ]
    found = all_equilibria(BimatrixGame(row_payoffs, np.transpose(column_payoffs)))
    assert len(found.equilibria) == 75
    assert not found.degenerate


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_nobody_gains_by_deviating(tables: Game) -> None:
    game = BimatrixGame(*tables)
    found = all_equilibria(game)
    assert found.equilibria
    assert all(is_equilibrium(game, *profile) for profile in found.equilibria)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_nondegenerate_games_have_an_odd_number(tables: Game) -> None:
    found = all_equilibria(BimatrixGame(*tables))
    assert found.degenerate or len(found.equilibria) % 2 == 1
    assert found.degenerate or found.components.tolist() == list(range(len(found.equilibria)))


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_pure_equilibria_are_extreme(tables: Game) -> None:
    game = BimatrixGame(*tables)
    pure = {(int(x.argmax()), int(y.argmax())) for x, y in all_equilibria(game).equilibria if x.max() == y.max() == 1.0}
    assert pure == {tuple(pair) for pair in pure_equilibria(game).tolist()}


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.integers(-20, 20), st.integers(-20, 20), st.randoms(use_true_random=False))
def test_utilities_matter_up_to_scale_and_what_the_opponent_alone_decides(tables: Game, up: int, down: int, random: object) -> None:
    row_payoffs, column_payoffs = tables
    exponent = int(np.frexp(max(np.abs(row_payoffs).max(), 1e-300))[1])
    shift = np.ldexp(float(random.randint(-8, 8)), exponent)  # type: ignore[attr-defined]
    per_column = np.ldexp(np.arange(row_payoffs.shape[1]), exponent)
    changed = BimatrixGame(np.ldexp(row_payoffs + shift + per_column, up), np.ldexp(column_payoffs, down))
    plain = all_equilibria(BimatrixGame(*tables))
    assert same_equilibria(all_equilibria(changed).equilibria, plain.equilibria)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.randoms(use_true_random=False))
def test_renaming_actions_renames_equilibria(tables: Game, random: object) -> None:
    row_payoffs, column_payoffs = tables
    rows, columns = list(range(row_payoffs.shape[0])), list(range(row_payoffs.shape[1]))
    random.shuffle(rows)  # type: ignore[attr-defined]
    random.shuffle(columns)  # type: ignore[attr-defined]
    renamed = BimatrixGame(row_payoffs[np.ix_(rows, columns)], column_payoffs[np.ix_(rows, columns)])
    expected = [(x[rows], y[columns]) for x, y in all_equilibria(BimatrixGame(*tables)).equilibria]
    assert same_equilibria(all_equilibria(renamed).equilibria, expected)


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_exchanging_the_players_exchanges_the_strategies(tables: Game) -> None:
    row_payoffs, column_payoffs = tables
    exchanged = all_equilibria(BimatrixGame(column_payoffs.T, row_payoffs.T))
    plain = all_equilibria(BimatrixGame(*tables))
    assert same_equilibria(exchanged.equilibria, [(y, x) for x, y in plain.equilibria])
    assert exchanged.degenerate == plain.degenerate


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.randoms(use_true_random=False))
def test_profiles_between_extremes_that_share_a_strategy_are_equilibria(tables: Game, random: object) -> None:
    game = BimatrixGame(*tables)
    found = all_equilibria(game).equilibria
    weight = random.random()  # type: ignore[attr-defined]
    for x, y in found:
        for other_x, other_y in found:
            if x.tolist() == other_x.tolist():
                assert is_equilibrium(game, x, weight * y + (1 - weight) * other_y)


# --- bodies and errors


def test_body_inside_njit() -> None:
    body = vertex_enumeration._all_equilibria

    @njit
    def count(row_payoffs: Array, column_payoffs: Array, limit: int) -> tuple[int, int]:
        status, row_strategies, _, _, _ = body(row_payoffs, column_payoffs, limit)
        return status, row_strategies.shape[0]

    assert count(np.eye(3), np.eye(3), 1000) == (Status.OK, 7)
    with np.errstate(invalid="ignore"):
        assert count(np.array([[np.inf, 0.0], [np.inf, 1.0]]), np.eye(2), 1000)[0] == Status.ILL_CONDITIONED


def test_too_many_vertices_are_an_error() -> None:
    game = BimatrixGame(np.eye(4), np.eye(4))
    assert len(all_equilibria(game, vertex_limit=16).equilibria) == 15
    with pytest.raises(VertexLimitError, match="all_equilibria: more vertices than the limit"):
        all_equilibria(game, vertex_limit=15)
    # A segment is within the limit, a simplex with five corners is not, whichever comes first.
    for tables in (np.zeros((1, 4)), np.zeros((4, 1))):
        with pytest.raises(VertexLimitError):
            all_equilibria(BimatrixGame(tables, tables), vertex_limit=3)


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "many"])
def test_bad_limits_are_named(limit: object) -> None:
    with pytest.raises(KernelArgumentError, match=r"vertex_limit: .* is not a positive integer"):
        all_equilibria(BimatrixGame([[1]], [[1]]), vertex_limit=limit)  # type: ignore[arg-type]


# --- agreement


def agrees_exact(seed: int) -> None:
    """With every choice of equations, solved in Fractions: the extreme equilibria and whether the game is degenerate."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed)
    found = all_equilibria(BimatrixGame(row_payoffs, column_payoffs))
    rows, columns = row_payoffs.tolist(), column_payoffs.tolist()
    assert same_equilibria(found.equilibria, naive.extreme_equilibria(rows, columns))
    assert found.degenerate == naive.degenerate(rows, columns)


def agrees_quantecon(seed: int) -> None:
    """With QuantEcon's support enumeration: the same of a nondegenerate game, of a degenerate one theirs are equilibria."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed, largest=6)
    plain = bimatrix_games.in_plain_units(row_payoffs, column_payoffs)
    players = (quantecon.game_theory.Player(plain[0]), quantecon.game_theory.Player(np.ascontiguousarray(plain[1].T)))
    theirs = quantecon.game_theory.support_enumeration(quantecon.game_theory.NormalFormGame(players))
    _compare(BimatrixGame(row_payoffs, column_payoffs), theirs)


def agrees_nashpy(seed: int) -> None:
    """With Nashpy's support enumeration, likewise."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed, largest=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # Nashpy warns where the number is even
        theirs = list(nashpy.Game(*bimatrix_games.in_plain_units(row_payoffs, column_payoffs)).support_enumeration())
    _compare(BimatrixGame(row_payoffs, column_payoffs), theirs)


def _compare(game: BimatrixGame, theirs: list[Game]) -> None:
    found = all_equilibria(game)
    if not found.degenerate and not same_equilibria(found.equilibria, theirs):
        # Seed 224: Nashpy compares payoffs exactly and so loses one of three. Fractions decide.
        exact = naive.extreme_equilibria(game.row_payoffs.tolist(), game.column_payoffs.tolist())
        assert same_equilibria(found.equilibria, exact)
    for profile in theirs:
        assert is_equilibrium(game, *profile, tolerance=1e-6)


@pytest.mark.parametrize("check", [agrees_exact, agrees_quantecon, agrees_nashpy])
def test_agreement(check: Callable[[int], None]) -> None:
    bimatrix_games.run_instances(check, AGREEMENT_INSTANCES)
