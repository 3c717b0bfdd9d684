"""One equilibrium of a bimatrix game by complementary pivoting (Lemke and Howson 1964), and those that all labels reach.

Lexicographic pivoting throughout, so that the path of a degenerate game ends as well. Labels as in polytope.py: 0..m-1 are
the row actions, m..m+n-1 the column actions. Not every equilibrium is reached by some label: see vertex_enumeration.py.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bimatrix import REGRET_TOLERANCE, BimatrixGame, Profile, _is_equilibrium
from .polytope import _best_response_tableau, _label_starts, _read_strategy, _settle, _transposed
from .simplex import _leaving_row, _pivot
from .status import KernelArgumentError, Status, raise_for_status

__all__ = ["PIVOT_LIMIT", "LemkeHowsonEquilibria", "lemke_howson", "lemke_howson_all"]

PIVOT_LIMIT: Final = 1_000_000
"""Paths can be exponentially long in the number of actions, but only in games built for it."""

_SAME: Final = 1e-9
_OK: Final = int(Status.OK)
_PIVOT_LIMIT: Final = int(Status.PIVOT_LIMIT)
_ILL_CONDITIONED: Final = int(Status.ILL_CONDITIONED)


class LemkeHowsonEquilibria(NamedTuple):
    """The distinct equilibria that the labels reach."""

    equilibria: tuple[Profile, ...]
    """In the order of the lowest label that reaches each; at least one."""
    labels: tuple[IntArray, ...]
    """The labels that reach each, ascending; every label is in exactly one."""
    pivots: IntArray
    """[m + n] length of each label's path."""


@jit
def _lemke_howson(
    row_payoffs: FloatArray,
    column_payoffs: FloatArray,
    label: int,
    pivot_limit: int,
    row_strategy: FloatArray,
    column_strategy: FloatArray,
) -> tuple[int, int]:
    """Write `row_strategy` [m] and `column_strategy` [n]; return (OK, PIVOT_LIMIT or ILL_CONDITIONED, pivots)."""
    rows, columns = row_payoffs.shape
    labels = rows + columns
    # P holds the row player's strategy, bounded by the column player's payoffs; Q the other way round.
    tableau, other_tableau = np.empty((columns, rows + 1)), np.empty((rows, columns + 1))
    basic, other_basic = np.empty(columns, dtype=np.int64), np.empty(rows, dtype=np.int64)
    nonbasic, other_nonbasic = np.empty(rows, dtype=np.int64), np.empty(columns, dtype=np.int64)
    place, other_place = np.empty(labels, dtype=np.int64), np.empty(labels, dtype=np.int64)
    starts = _label_starts(rows)
    _best_response_tableau(_transposed(column_payoffs), starts[1], starts[0], tableau, basic, nonbasic, place)
    _best_response_tableau(row_payoffs, starts[0], starts[1], other_tableau, other_basic, other_nonbasic, other_place)
    reference, other_reference = basic.copy(), other_basic.copy()
    in_p = label < rows
    if not in_p:
        tableau, other_tableau = other_tableau, tableau
        basic, other_basic = other_basic, basic
        nonbasic, other_nonbasic = other_nonbasic, nonbasic
        place, other_place = other_place, place
        reference, other_reference = other_reference, reference

    entering = label
    for pivots in range(1, pivot_limit + 1):
        row = _leaving_row(tableau, basic.shape[0], place[entering], reference, place)
        if row < 0:
            return _ILL_CONDITIONED, pivots
        leaving = basic[row]
        _pivot(tableau, row, place[entering], basic, nonbasic, place)
        _settle(tableau)
        if leaving == label:
            if not in_p:
                tableau, other_tableau = other_tableau, tableau
                place, other_place = other_place, place
            _read_strategy(tableau, place, starts[0], row_strategy)
            _read_strategy(other_tableau, other_place, starts[1], column_strategy)
            if _is_equilibrium(row_payoffs, column_payoffs, row_strategy, column_strategy, REGRET_TOLERANCE):
                return _OK, pivots
            return _ILL_CONDITIONED, pivots
        # The label that has just been picked up is now held twice: drop it in the other polytope.
        entering = leaving
        in_p = not in_p
        tableau, other_tableau = other_tableau, tableau
        basic, other_basic = other_basic, basic
        nonbasic, other_nonbasic = other_nonbasic, nonbasic
        place, other_place = other_place, place
        reference, other_reference = other_reference, reference
    return _PIVOT_LIMIT, pivot_limit


@jit
def _lemke_howson_all(
    row_payoffs: FloatArray,
    column_payoffs: FloatArray,
    pivot_limit: int,
    row_strategies: FloatArray,
    column_strategies: FloatArray,
    first_labels: IntArray,
    pivots: IntArray,
) -> tuple[int, int]:
    """Write where each label leads: `row_strategies` [m + n, m], `column_strategies` [m + n, n], `pivots` [m + n].

    `first_labels` [m + n] is the lowest label that leads to the same equilibrium. Return (status, label that failed).
    """
    for label in range(pivots.shape[0]):
        status, pivots[label] = _lemke_howson(
            row_payoffs, column_payoffs, label, pivot_limit, row_strategies[label], column_strategies[label]
        )
        if status != _OK:
            return status, label
        first_labels[label] = label
        for earlier in range(label):
            if _close(row_strategies[label], row_strategies[earlier]) and _close(column_strategies[label], column_strategies[earlier]):
                first_labels[label] = earlier
                break
    return _OK, -1


@jit
def _close(strategy: FloatArray, other: FloatArray) -> bool:
    distance = 0.0
    for action in range(strategy.shape[0]):
        distance = max(distance, abs(strategy[action] - other[action]))
    return distance <= _SAME


def lemke_howson(game: BimatrixGame, label: int = 0, *, pivot_limit: int = PIVOT_LIMIT) -> Profile:
    """The equilibrium at the end of the path that drops `label` at the artificial equilibrium (0, 0).

    Args:
        game: m x n.
        label: the action to drop first, 0 <= label < m + n: a row action, or m plus a column action.
        pivot_limit: at least 1.

    Raises:
        KernelArgumentError: label or limit out of range.
        PivotLimitError: the path is longer than `pivot_limit`.
        IllConditionedError: rounding led the path astray: the result would leave a regret above `bimatrix.REGRET_TOLERANCE`.
    """
    rows, columns = game.row_payoffs.shape
    dropped = _arrays.index("label", label, rows + columns)
    row_strategy, column_strategy = np.empty(rows), np.empty(columns)
    status, _ = _lemke_howson(game.row_payoffs, game.column_payoffs, dropped, _limit(pivot_limit), row_strategy, column_strategy)
    raise_for_status(status, "lemke_howson")
    return Profile(row_strategy, column_strategy)


def lemke_howson_all(game: BimatrixGame, *, pivot_limit: int = PIVOT_LIMIT) -> LemkeHowsonEquilibria:
    """The equilibria that the paths of all m + n labels reach; in most small games these are not all there are.

    Args:
        game: m x n.
        pivot_limit: at least 1, for each label.

    Raises:
        KernelArgumentError: limit out of range.
        PivotLimitError, IllConditionedError: as `lemke_howson`; the message names the label.
    """
    rows, columns = game.shape
    labels = rows + columns
    row_strategies, column_strategies = np.empty((labels, rows)), np.empty((labels, columns))
    first_labels, pivots = np.empty(labels, dtype=np.int64), np.empty(labels, dtype=np.int64)
    status, failed = _lemke_howson_all(
        game.row_payoffs,
        game.column_payoffs,
        _limit(pivot_limit),
        row_strategies,
        column_strategies,
        first_labels,
        pivots,
    )
    raise_for_status(status, f"lemke_howson_all, label {failed}")
    distinct = [label for label in range(labels) if first_labels[label] == label]
    return LemkeHowsonEquilibria(
        tuple(Profile(row_strategies[label].copy(), column_strategies[label].copy()) for label in distinct),
        tuple(np.flatnonzero(first_labels == label).astype(np.int64) for label in distinct),
        pivots,
    )


def _limit(pivot_limit: int) -> int:
    if isinstance(pivot_limit, bool) or not isinstance(pivot_limit, (int, np.integer)) or pivot_limit < 1:
        raise KernelArgumentError(f"pivot_limit: {pivot_limit!r} is not a positive integer")
    return int(pivot_limit)
