"""Strategies for repeated games as Moore machines (Rubinstein 1986), and what two of them earn against each other.

A machine is three tables. In state s it plays output[s]; when the opponent has played o, it moves to next_state[s, o].
A rule that looks at its own payoff needs no other input: the payoff follows from output[s] and o. Machines are
deterministic. Does not know payoffs but where a function takes them.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .bimatrix import BimatrixGame
from .status import KernelArgumentError

__all__ = [
    "GRIM",
    "TIT_FOR_TWO_TATS",
    "LongRunPayoffs",
    "MooreMachine",
    "Play",
    "long_run_payoffs",
    "play_machines",
    "tit_for_tat",
    "win_stay_lose_shift",
]


class MooreMachine(NamedTuple):
    """S states; the player has m actions, its opponent n. Checked where it is used."""

    start: int
    """State of the first round."""
    output: npt.ArrayLike
    """[S] action played in each state, 0 <= output < m."""
    next_state: npt.ArrayLike
    """[S, n] state after the opponent's action."""


class Play(NamedTuple):
    """The first T rounds."""

    row_actions: IntArray
    """[T]."""
    column_actions: IntArray
    """[T]."""


class LongRunPayoffs(NamedTuple):
    """Limits of the mean payoff per round, exact but for the rounding of the sum: the pair of states ends in a cycle."""

    row_payoff: float
    column_payoff: float
    transient: int
    """Rounds before the pair of states enters its cycle."""
    period: int
    """Rounds in the cycle."""


GRIM: Final = MooreMachine(0, (0, 1), ((0, 1), (1, 1)))
"""Action 0 until the opponent plays 1, then 1 for ever."""

TIT_FOR_TWO_TATS: Final = MooreMachine(0, (0, 0, 1), ((0, 1), (0, 2), (0, 2)))
"""Action 1 only after two 1s in a row (Axelrod 1984)."""


@jit
def _play(
    row_output: IntArray,
    row_next: IntArray,
    row_state: int,
    column_output: IntArray,
    column_next: IntArray,
    column_state: int,
    row_actions: IntArray,
    column_actions: IntArray,
) -> None:
    """Write both sequences of actions [T]."""
    for step in range(row_actions.shape[0]):
        row, column = row_output[row_state], column_output[column_state]
        row_actions[step], column_actions[step] = row, column
        row_state, column_state = row_next[row_state, column], column_next[column_state, row]


@jit
def _long_run(
    row_output: IntArray,
    row_next: IntArray,
    row_start: int,
    column_output: IntArray,
    column_next: IntArray,
    column_start: int,
    row_payoffs: FloatArray,
    column_payoffs: FloatArray,
    visited: IntArray,
) -> tuple[float, float, int, int]:
    """Return (mean row payoff, mean column payoff, transient, period); `visited` [S, S'] is a work array of -1."""
    row_state, column_state = row_start, column_start
    step = 0
    while visited[row_state, column_state] < 0:
        visited[row_state, column_state] = step
        row, column = row_output[row_state], column_output[column_state]
        row_state, column_state = row_next[row_state, column], column_next[column_state, row]
        step += 1
    transient = visited[row_state, column_state]
    period = step - transient
    row_total, column_total = 0.0, 0.0
    for _ in range(period):
        row, column = row_output[row_state], column_output[column_state]
        row_total += row_payoffs[row, column]
        column_total += column_payoffs[row, column]
        row_state, column_state = row_next[row_state, column], column_next[column_state, row]
    return row_total / period, column_total / period, transient, period


def tit_for_tat(actions: int = 2) -> MooreMachine:
    """Action 0 first, then whatever the opponent played last.

    Args:
        actions: number of actions of each player, at least 1.

    Raises:
        KernelArgumentError: fewer actions than one.
    """
    states = np.arange(_arrays.count("actions", actions, 1))
    return MooreMachine(0, states, np.tile(states, (states.size, 1)))


def win_stay_lose_shift(payoffs: npt.ArrayLike, aspiration: float, *, start: int = 0) -> MooreMachine:
    """Repeat an action that earned at least `aspiration`, else move on to the next one, and from the last to the first.

    With two actions this is Pavlov (Nowak and Sigmund 1993). `payoff.wsls` is another rule, Algorithm 3 of the paper.

    Args:
        payoffs: [m, n] of the player itself: own actions are rows.
        aspiration: payoffs strictly below it are losses.
        start: action of the first round.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, or a start out of range.
    """
    table = _arrays.real("payoffs", payoffs, (None, None))
    states = np.arange(table.shape[0])
    lost = table < _arrays.scalar("aspiration", aspiration)
    following = np.where(lost, ((states + 1) % states.size)[:, np.newaxis], states[:, np.newaxis])
    return MooreMachine(_arrays.index("start", start, states.size), states, following)


def play_machines(row: MooreMachine, column: MooreMachine, rounds: int) -> Play:
    """The actions of `rounds` rounds.

    The opponent's actions must be exactly those that each machine's `next_state` has columns for, or fewer.

    Raises:
        KernelArgumentError: a machine whose tables do not fit together, or two that do not fit each other.
    """
    steps = _arrays.count("rounds", rounds, 0)
    row_start, row_output, row_next = _tables("row", row)
    column_start, column_output, column_next = _tables("column", column)
    _check_outputs("row", row_output, column_next.shape[1])
    _check_outputs("column", column_output, row_next.shape[1])
    row_actions, column_actions = np.empty(steps, dtype=np.int64), np.empty(steps, dtype=np.int64)
    _play(row_output, row_next, row_start, column_output, column_next, column_start, row_actions, column_actions)
    return Play(row_actions, column_actions)


def long_run_payoffs(game: BimatrixGame, row: MooreMachine, column: MooreMachine) -> LongRunPayoffs:
    """Mean payoffs per round in the limit of infinitely many rounds; at most S * S' steps.

    Args:
        game: m by n.
        row: outputs below m, `next_state` [S, n].
        column: outputs below n, `next_state` [S', m].

    Raises:
        KernelArgumentError: a machine whose tables do not fit together or do not fit the game.
    """
    actions, replies = game.row_payoffs.shape
    row_start, row_output, row_next = _tables("row", row, replies)
    column_start, column_output, column_next = _tables("column", column, actions)
    _check_outputs("row", row_output, actions)
    _check_outputs("column", column_output, replies)
    visited = np.full((row_output.size, column_output.size), -1, dtype=np.int64)
    return LongRunPayoffs(
        *_long_run(
            row_output,
            row_next,
            row_start,
            column_output,
            column_next,
            column_start,
            game.row_payoffs,
            game.column_payoffs,
            visited,
        )
    )


def _tables(name: str, machine: MooreMachine, opponent_actions: int | None = None) -> tuple[int, IntArray, IntArray]:
    output = _arrays.indices(f"{name}.output", machine.output, np.iinfo(np.int64).max)
    if not output.size:
        raise KernelArgumentError(f"{name}.output: no states; give at least one")
    shape = _arrays.shape_of(f"{name}.next_state", machine.next_state)
    width = "n" if opponent_actions is None else opponent_actions
    if len(shape) != 2 or shape[0] != output.size or shape[1] == 0 or opponent_actions not in (None, shape[1]):
        raise KernelArgumentError(f"{name}.next_state: shape {shape}, expected ({output.size}, {width})")
    flat = _arrays.indices(f"{name}.next_state", np.asarray(machine.next_state).ravel(), output.size)
    return _arrays.index(f"{name}.start", machine.start, output.size), output, flat.reshape(shape)


def _check_outputs(name: str, output: IntArray, bound: int) -> None:
    if output.max() >= bound:
        raise KernelArgumentError(f"{name}.output: {output.max()} is outside 0..{bound - 1}, the actions of the other side")
