"""Cases of finite games with n actions a player. Peers: nashpy, quantecon, scipy; each call works through several random games."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from ...kernels import bimatrix, dominance, zerosum
from ...kernels._arrays import FloatArray
from ...kernels.bayesian import bayesian_best_response
from ...kernels.bimatrix import BimatrixGame, Profile
from ...kernels.correlated import coarse_correlated_regret, correlated_equilibrium, correlated_program, correlated_regret
from ...kernels.lemke_howson import lemke_howson, lemke_howson_all
from ...kernels.simplex import solve_linear_program
from ...kernels.stackelberg import optimal_commitment, optimal_pure_commitment
from ...kernels.support_enumeration import support_enumeration
from ...kernels.vertex_enumeration import all_equilibria
from .case import Case, Peer, largest_difference
from .peers import peer

__all__ = ["FAMILY", "cases"]

FAMILY: Final = "games"

_NASHPY_LARGEST: Final = 7
"""Actions up to which nashpy is timed: seven take its support enumeration seconds a game, eight many more."""
_NASHPY_VERTICES_LARGEST: Final = 3
"""The same for its vertex enumeration: five take it more than a minute a game."""
_NASHPY_PATHS_LARGEST: Final = 5
"""The same for its Lemke-Howson path, which does not end on one of the random games of seven."""
_NASHPY_CHECKED: Final = 5


class _Games(NamedTuple):
    """The same games in everybody's form."""

    ours: list[BimatrixGame]
    nashpy: list[Any]
    quantecon: list[Any]

    @property
    def actions(self) -> int:
        """n."""
        return len(self.ours[0].row_payoffs)


def cases(*, quick: bool) -> Iterator[Case]:
    """All, one at a time."""
    for actions in (3,) if quick else (2, 3, 4, 5, 6, 7, 8):
        yield from _enumeration(_draw(actions, 2 if actions > 4 else 3))
    for actions in (3,) if quick else (2, 3, 5, 7, 10, 16, 24, 32, 48, 64):
        yield _path(_draw(actions, 10))
        yield _zero_sum(actions)
    yield from _responses(_draw(7, 1))
    yield from _programs(_draw(4 if quick else 7, 1))


def _draw(actions: int, count: int) -> _Games:
    """Payoffs uniform in [0, 1): nondegenerate with probability one."""
    generator = np.random.default_rng((40, actions))
    pairs = generator.random((count, 2, actions, actions))
    nashpy, theory = peer("nashpy"), peer("quantecon.game_theory")
    return _Games(
        [BimatrixGame(row, column) for row, column in pairs],
        [nashpy.Game(row, column) for row, column in pairs],
        [theory.NormalFormGame([theory.Player(row.copy()), theory.Player(column.T.copy())]) for row, column in pairs],
    )


def _each(solve: Callable[[Any], object], games: Sequence[Any]) -> Callable[[], list[object]]:
    return lambda: [solve(game) for game in games]


def _sorted(equilibria: Sequence[Profile] | Sequence[tuple[FloatArray, FloatArray]]) -> FloatArray:
    """[equilibria, m + n], in an order that rounding does not change."""
    table = np.array([np.concatenate(profile) for profile in equilibria])
    return table[np.lexsort(np.round(table, 6).T)]


def _enumeration(games: _Games) -> Iterator[Case]:
    """All equilibria, by both of our methods, each against everybody's."""
    actions, theory = games.actions, peer("quantecon.game_theory")
    peers = [
        Peer("quantecon support_enumeration", _each(theory.support_enumeration, games.quantecon)),
        Peer("quantecon vertex_enumeration", _each(theory.vertex_enumeration, games.quantecon)),
    ]
    if actions <= _NASHPY_LARGEST:
        peers.insert(0, Peer("nashpy support_enumeration", _each(lambda game: list(game.support_enumeration()), games.nashpy)))
    if actions <= _NASHPY_VERTICES_LARGEST:
        peers.append(Peer("nashpy vertex_enumeration", _each(lambda game: list(game.vertex_enumeration()), games.nashpy)))
    solvers: tuple[tuple[str, Callable[[BimatrixGame], Any]], ...] = (
        ("support_enumeration", support_enumeration),
        ("all_equilibria", all_equilibria),
    )
    for name, solve in solvers:
        difference = 0.0
        for place, game in enumerate(games.ours):
            theirs = [theory.vertex_enumeration(games.quantecon[place])]
            if actions <= _NASHPY_CHECKED:
                theirs.append(list(games.nashpy[place].support_enumeration()))
            for answer in theirs:
                difference = max(difference, largest_difference(name, _sorted(solve(game).equilibria), _sorted(answer), 1e-6))
        size = {"n": actions}
        yield Case(FAMILY, name, size, _each(solve, games.ours), tuple(peers), difference=difference, inputs=len(games.ours))


def _path(games: _Games) -> Case:
    """One equilibrium, from the same label."""
    theirs = peer("quantecon.game_theory").lemke_howson
    peers = [Peer("quantecon lemke_howson", _each(theirs, games.quantecon))]
    if games.actions <= _NASHPY_PATHS_LARGEST:
        peers.append(Peer("nashpy lemke_howson", _each(lambda game: game.lemke_howson(initial_dropped_label=0), games.nashpy)))
    difference = max(
        largest_difference("lemke_howson", np.concatenate(lemke_howson(game)), np.concatenate(theirs(other)), 1e-6)
        for game, other in zip(games.ours, games.quantecon, strict=True)
    )
    size, count = {"n": games.actions}, len(games.ours)
    return Case(FAMILY, "lemke_howson", size, _each(lemke_howson, games.ours), tuple(peers), difference=difference, inputs=count)


def _zero_sum(actions: int) -> Case:
    """Value and strategies; scipy solves the row player's program, the dual comes with it."""
    payoffs = np.random.default_rng((41, actions)).random((actions, actions)) - 0.5
    minmax, linprog = peer("quantecon.optimize").minmax, peer("scipy.optimize").linprog
    goal = np.append(np.zeros(actions), -1.0)
    at_least = np.hstack([-payoffs.T, np.ones((actions, 1))])
    total = np.append(np.ones(actions), 0.0)[np.newaxis]
    bounds = [*[(0.0, None)] * actions, (None, None)]
    scipy = partial(linprog, goal, at_least, np.zeros(actions), total, [1.0], bounds, method="highs")
    values = [minmax(payoffs)[0], -scipy().fun]
    return Case(
        FAMILY,
        "solve_zero_sum",
        {"n": actions},
        partial(zerosum.solve_zero_sum, payoffs),
        (Peer("quantecon minmax", partial(minmax, payoffs)), Peer("scipy linprog (highs)", scipy)),
        difference=largest_difference("solve_zero_sum", [zerosum.solve_zero_sum(payoffs).value] * 2, values, 1e-8),
    )


def _responses(games: _Games) -> Iterator[Case]:
    (game,), (theirs,) = games.ours, games.quantecon
    actions, pure = games.actions, peer("quantecon.game_theory").pure_nash_brute
    mixed = np.random.default_rng(42).dirichlet(np.ones(actions))
    row_mixed = mixed[::-1].copy()
    size, (first, second) = {"n": actions}, theirs.players
    row = Peer("quantecon Player.best_response", partial(first.best_response, mixed))
    column = Peer("quantecon Player.best_response", partial(second.best_response, row_mixed))
    brute = Peer("quantecon pure_nash_brute", partial(pure, theirs))
    nash = Peer("quantecon NormalFormGame.is_nash", partial(theirs.is_nash, (row_mixed, mixed)))
    yield Case(FAMILY, "row_best_response", size, partial(bimatrix.row_best_response, game, mixed), (row,))
    yield Case(FAMILY, "column_best_response", size, partial(bimatrix.column_best_response, game, row_mixed), (column,))
    yield Case(FAMILY, "pure_equilibria", size, partial(bimatrix.pure_equilibria, game), (brute,))
    yield Case(FAMILY, "is_equilibrium", size, partial(bimatrix.is_equilibrium, game, row_mixed, mixed), (nash,))
    yield Case(FAMILY, "regret", size, partial(bimatrix.regret, game, row_mixed, mixed))
    for kind in dominance.Dominance:
        yield Case(FAMILY, f"iterated_dominance, {kind.name.lower()}", size, partial(dominance.iterated_dominance, game, kind))
    yield Case(FAMILY, "lemke_howson_all", size, partial(lemke_howson_all, game))
    yield Case(FAMILY, "security_strategy", size, partial(zerosum.security_strategy, game.row_payoffs))
    yield Case(FAMILY, "optimal_commitment", size, partial(optimal_commitment, game))
    yield Case(FAMILY, "optimal_pure_commitment", size, partial(optimal_pure_commitment, game))
    generator = np.random.default_rng(43)
    payoffs, replies, belief = generator.random((7, 4, 7)), generator.dirichlet(np.ones(7), (7, 4)), generator.dirichlet(np.ones(4))
    yield Case(FAMILY, "bayesian_best_response", {"A": 7, "K": 4, "R": 7}, partial(bayesian_best_response, payoffs, replies, belief))


def _programs(games: _Games) -> Iterator[Case]:
    """Linear programs against scipy's HiGHS and quantecon's simplex."""
    linprog, simplex = peer("scipy.optimize").linprog, peer("quantecon.optimize").linprog_simplex
    (game,) = games.ours
    program = correlated_program(game)
    found, theirs = correlated_equilibrium(game), partial(linprog, **program._asdict(), method="highs")
    welfare = found.row_payoff + found.column_payoff
    yield Case(
        FAMILY,
        "correlated_equilibrium",
        {"n": games.actions},
        partial(correlated_equilibrium, game),
        (Peer("scipy linprog (highs)", theirs),),
        difference=largest_difference("correlated_equilibrium", welfare, -theirs().fun, 1e-7),
    )
    yield Case(FAMILY, "correlated_regret", {"n": games.actions}, partial(correlated_regret, game, found.distribution))
    yield Case(FAMILY, "coarse_correlated_regret", {"n": games.actions}, partial(coarse_correlated_regret, game, found.distribution))
    for count in (5, 20, 60):
        generator = np.random.default_rng((44, count))
        goal, matrix, limits = generator.random(count), generator.random((count, count)), generator.random(count) + 1.0
        scipy = partial(linprog, -goal, matrix, limits, method="highs")
        values = [simplex(goal, matrix, limits).fun, -scipy().fun]
        yield Case(
            FAMILY,
            "solve_linear_program",
            {"n": count, "m": count},
            partial(solve_linear_program, goal, matrix, limits),
            (Peer("quantecon linprog_simplex", partial(simplex, goal, matrix, limits)), Peer("scipy linprog (highs)", scipy)),
            difference=largest_difference("solve_linear_program", [solve_linear_program(goal, matrix, limits).value] * 2, values, 1e-8),
        )
