from __future__ import annotations

import itertools
import os
from collections.abc import Callable
from fractions import Fraction

import bimatrix_games
import naive
import numpy as np
import numpy.typing as npt
import pytest
import quantecon.game_theory
from bimatrix_games import distance, same_equilibria
from eqnegotiator.kernels import lemke_howson as module
from eqnegotiator.kernels.bimatrix import BimatrixGame, is_equilibrium
from eqnegotiator.kernels.lemke_howson import lemke_howson, lemke_howson_all
from eqnegotiator.kernels.status import KernelArgumentError, PivotLimitError, Status
from eqnegotiator.kernels.vertex_enumeration import all_equilibria
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

Array = npt.NDArray[np.float64]
Game = tuple[Array, Array]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
EXAMPLES = 8 if config.DISABLE_JIT else 60

games = st.builds(bimatrix_games.instance, st.integers(0, 2**31), st.integers(1, 6))
VON_STENGEL = BimatrixGame([[3, 3], [2, 5], [0, 6]], [[3, 2], [2, 6], [3, 1]])


# --- textbook


def test_paths_of_a_textbook_game() -> None:
    # von Stengel (2007): dropping label 1 (the second row) leads to the mixed equilibrium on rows 2 and 3 in four pivots.
    reached = lemke_howson_all(VON_STENGEL)
    assert same_equilibria(reached.equilibria, [([1, 0, 0], [1, 0]), ([0, 1 / 3, 2 / 3], [1 / 3, 2 / 3])], 1e-15)
    assert [labels.tolist() for labels in reached.labels] == [[0, 2, 3], [1, 4]]
    assert reached.pivots[:2].tolist() == [2, 4]
    assert distance(lemke_howson(VON_STENGEL, 1), ([0, 1 / 3, 2 / 3], [1 / 3, 2 / 3])) <= 1e-15


@pytest.mark.parametrize("game", bimatrix_games.TEXTBOOK, ids=lambda game: game.name)
def test_every_label_of_textbook_games_ends_in_an_extreme_equilibrium(game: bimatrix_games.Textbook) -> None:
    tables = BimatrixGame(game.row_payoffs, game.column_payoffs)
    expected = [([Fraction(p) for p in x], [Fraction(p) for p in y]) for x, y in game.equilibria]
    for label in range(sum(tables.shape)):
        reached = lemke_howson(tables, label)
        assert min(distance(reached, profile) for profile in expected) <= 1e-15


def test_all_small_degenerate_games_end() -> None:
    # Every 2 x 3 game with payoffs 0 and 1; nearly all are degenerate.
    step = 101 if config.DISABLE_JIT else 1
    for cells in itertools.islice(itertools.product([0.0, 1.0], repeat=12), 0, None, step):
        game = BimatrixGame(np.reshape(cells[:6], (2, 3)), np.reshape(cells[6:], (2, 3)))
        reached = lemke_howson_all(game)
        assert sorted(itertools.chain(*(labels.tolist() for labels in reached.labels))) == list(range(5))
        assert all(is_equilibrium(game, *profile) for profile in reached.equilibria)


def test_not_every_equilibrium_is_reached() -> None:
    # Pure coordination: each label leads to its own pure equilibrium, and the other 4 are out of reach.
    reached = lemke_howson_all(BimatrixGame(np.eye(3), np.eye(3)))
    assert [labels.tolist() for labels in reached.labels] == [[0, 3], [1, 4], [2, 5]]


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_every_label_reaches_an_equilibrium(tables: Game) -> None:
    game = BimatrixGame(*tables)
    for label in range(sum(game.shape)):
        assert is_equilibrium(game, *lemke_howson(game, label))


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_what_labels_reach_is_extreme_and_distinct(tables: Game) -> None:
    game = BimatrixGame(*tables)
    everything = all_equilibria(game).equilibria
    reached = lemke_howson_all(game)
    nearest = [min(range(len(everything)), key=lambda k: distance(profile, everything[k])) for profile in reached.equilibria]
    assert len(set(nearest)) == len(nearest)
    assert all(distance(profile, everything[k]) <= 1e-9 for profile, k in zip(reached.equilibria, nearest, strict=True))


@settings(max_examples=EXAMPLES, deadline=None)
@given(games)
def test_all_labels_at_once_are_the_single_ones(tables: Game) -> None:
    game = BimatrixGame(*tables)
    reached = lemke_howson_all(game)
    for profile, labels in zip(reached.equilibria, reached.labels, strict=True):
        for label in labels.tolist():
            assert distance(profile, lemke_howson(game, label)) <= 1e-9
    assert (reached.pivots >= 2).all()


@settings(max_examples=EXAMPLES, deadline=None)
@given(games, st.integers(-30, 30), st.integers(-30, 30))
def test_units_of_payoff_do_not_matter(tables: Game, up: int, down: int) -> None:
    row_payoffs, column_payoffs = tables
    rescaled = BimatrixGame(np.ldexp(row_payoffs, up), np.ldexp(column_payoffs, down))
    for label in range(sum(rescaled.shape)):
        assert distance(lemke_howson(rescaled, label), lemke_howson(BimatrixGame(*tables), label)) == 0.0


def test_large_games() -> None:
    actions = 12 if config.DISABLE_JIT else 100
    row_payoffs, column_payoffs = np.random.default_rng(0).normal(size=(2, actions, actions))
    game = BimatrixGame(row_payoffs, column_payoffs)
    assert all(is_equilibrium(game, *lemke_howson(game, label)) for label in range(0, 2 * actions, 7))


# --- bodies and errors


def test_body_inside_njit() -> None:
    body = module._lemke_howson

    @njit
    def solve(row_payoffs: Array, column_payoffs: Array, label: int, limit: int) -> tuple[int, int, float]:
        x, y = np.empty(row_payoffs.shape[0]), np.empty(row_payoffs.shape[1])
        status, pivots = body(row_payoffs, column_payoffs, label, limit, x, y)
        return status, pivots, x[1]

    assert solve(VON_STENGEL.row_payoffs, VON_STENGEL.column_payoffs, 1, 100) == (Status.OK, 4, pytest.approx(1 / 3))
    with np.errstate(invalid="ignore"):
        assert solve(np.array([[np.inf, 0.0], [np.inf, 1.0]]), np.eye(2), 2, 100)[0] == Status.ILL_CONDITIONED


def test_a_long_path_is_an_error() -> None:
    assert lemke_howson(VON_STENGEL, 1, pivot_limit=4).row_strategy[0] == 0.0
    with pytest.raises(PivotLimitError, match="lemke_howson: no end within the pivot limit"):
        lemke_howson(VON_STENGEL, 1, pivot_limit=3)
    with pytest.raises(PivotLimitError, match="lemke_howson_all, label 1: no end within"):
        lemke_howson_all(VON_STENGEL, pivot_limit=3)


@pytest.mark.parametrize("label", [-1, 5, 1.0, True, None])
def test_bad_labels_are_named(label: object) -> None:
    with pytest.raises(KernelArgumentError, match=r"label: .* is not an integer in 0\.\.4"):
        lemke_howson(VON_STENGEL, label)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [0, -1, 1.5, True, "many"])
def test_bad_limits_are_named(limit: object) -> None:
    with pytest.raises(KernelArgumentError, match=r"pivot_limit: .* is not a positive integer"):
        lemke_howson(VON_STENGEL, 0, pivot_limit=limit)  # type: ignore[arg-type]
    with pytest.raises(KernelArgumentError, match=r"pivot_limit: .* is not a positive integer"):
        lemke_howson_all(VON_STENGEL, pivot_limit=limit)  # type: ignore[arg-type]


# --- agreement


def agrees_exact(seed: int) -> None:
    """With the extreme equilibria in Fractions, of which every label reaches one."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed)
    reached = lemke_howson_all(BimatrixGame(row_payoffs, column_payoffs))
    expected = naive.extreme_equilibria(row_payoffs.tolist(), column_payoffs.tolist())
    assert all(min(distance(profile, other) for other in expected) <= 1e-12 for profile in reached.equilibria)


def agrees_quantecon(seed: int) -> None:
    """With QuantEcon from the same label: the same end of the path, unless the game is degenerate and paths may differ."""
    row_payoffs, column_payoffs = bimatrix_games.instance(seed, largest=7)
    game = BimatrixGame(row_payoffs, column_payoffs)
    plain = bimatrix_games.in_plain_units(row_payoffs, column_payoffs)
    players = (quantecon.game_theory.Player(plain[0]), quantecon.game_theory.Player(np.ascontiguousarray(plain[1].T)))
    peer = quantecon.game_theory.NormalFormGame(players)
    degenerate = all_equilibria(game).degenerate
    for label in range(sum(game.shape)):
        profile = lemke_howson(game, label)
        assert is_equilibrium(game, *profile)
        if not degenerate:
            assert distance(profile, quantecon.game_theory.lemke_howson(peer, init_pivot=label)) <= 1e-7


@pytest.mark.parametrize("check", [agrees_exact, agrees_quantecon])
def test_agreement(check: Callable[[int], None]) -> None:
    bimatrix_games.run_instances(check, AGREEMENT_INSTANCES)
