from __future__ import annotations

import os
from typing import Any

import naive
import nashpy
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import automata
from eqnegotiator.kernels.automata import (
    GRIM,
    TIT_FOR_TWO_TATS,
    MooreMachine,
    long_run_payoffs,
    play_machines,
    tit_for_tat,
    win_stay_lose_shift,
)
from eqnegotiator.kernels.bimatrix import BimatrixGame
from eqnegotiator.kernels.status import KernelArgumentError
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import config, njit

IntArray = npt.NDArray[np.int64]

AGREEMENT_INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
INTERPRETED = bool(config.DISABLE_JIT)  # type: ignore[attr-defined]
EXAMPLES = 10 if INTERPRETED else 40

DILEMMA = BimatrixGame([[3, 0], [5, 1]], [[3, 5], [0, 1]])
PAVLOV = win_stay_lose_shift(DILEMMA.row_payoffs, 3)
DEFECT = MooreMachine(0, [1], [[0, 0]])
COOPERATE = MooreMachine(0, [0], [[0, 0]])
ALTERNATE = MooreMachine(0, [0, 1], [[1, 1], [0, 0]])
SUSPICIOUS = tit_for_tat()._replace(start=1)


def random_machine(generator: np.random.Generator, states: int, actions: int, replies: int) -> MooreMachine:
    return MooreMachine(
        int(generator.integers(states)),
        generator.integers(actions, size=states),
        generator.integers(states, size=(states, replies)),
    )


def random_match(seed: int) -> tuple[BimatrixGame, MooreMachine, MooreMachine]:
    generator = np.random.default_rng(seed)
    rows, columns, row_states, column_states = (int(size) for size in generator.integers(1, 6, size=4))
    game = BimatrixGame(*generator.integers(-9, 10, size=(2, rows, columns)))
    return game, random_machine(generator, row_states, rows, columns), random_machine(generator, column_states, columns, rows)


matches = st.builds(random_match, st.integers(0, 2**32 - 1))

# --- textbook


@pytest.mark.parametrize(
    ("row", "column", "payoffs", "transient", "period"),
    [
        (tit_for_tat(), tit_for_tat(), (3, 3), 0, 1),
        (tit_for_tat(), DEFECT, (1, 1), 1, 1),
        (tit_for_tat(), SUSPICIOUS, (2.5, 2.5), 0, 2),  # an echo of one defection, for ever
        (TIT_FOR_TWO_TATS, SUSPICIOUS, (3, 3), 2, 1),  # forgiven
        (GRIM, SUSPICIOUS, (1, 1), 2, 1),
        (TIT_FOR_TWO_TATS, ALTERNATE, (1.5, 4), 1, 2),  # exploited
        (PAVLOV, PAVLOV, (3, 3), 0, 1),
        (PAVLOV, COOPERATE, (3, 3), 0, 1),
        (PAVLOV._replace(start=1), COOPERATE, (5, 0), 0, 1),  # no mercy for those who never hit back
        (PAVLOV, DEFECT, (0.5, 3), 0, 2),
        (PAVLOV, SUSPICIOUS, (2, 2), 0, 3),
        (PAVLOV, PAVLOV._replace(start=1), (3, 3), 2, 1),  # (C, D), (D, D), then (C, C)
    ],
)
def test_known_pairs(row: MooreMachine, column: MooreMachine, payoffs: tuple[float, float], transient: int, period: int) -> None:
    assert long_run_payoffs(DILEMMA, row, column) == (*payoffs, transient, period)


def test_play_by_hand() -> None:
    played = play_machines(GRIM, SUSPICIOUS, 4)
    assert played.row_actions.tolist() == [0, 1, 1, 1]
    assert played.column_actions.tolist() == [1, 0, 1, 1]
    assert play_machines(GRIM, SUSPICIOUS, 0).row_actions.shape == (0,)


def test_win_stay_lose_shift_by_hand() -> None:
    assert (PAVLOV.start, np.asarray(PAVLOV.output).tolist()) == (0, [0, 1])
    assert np.asarray(PAVLOV.next_state).tolist() == [[0, 1], [1, 0]]
    # Three actions: the last shifts to the first; a payoff equal to the aspiration is no loss.
    machine = win_stay_lose_shift([[2, 1], [1, 1], [2, 0]], 2, start=2)
    assert (machine.start, np.asarray(machine.next_state).tolist()) == (2, [[0, 1], [2, 2], [2, 0]])


def test_tit_for_tat_repeats_any_action() -> None:
    cycle = MooreMachine(0, [2, 1, 0], [[1] * 3, [2] * 3, [0] * 3])
    assert play_machines(tit_for_tat(3), cycle, 5).row_actions.tolist() == [0, 2, 1, 0, 2]


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(matches, st.integers(0, 30))
def test_play_agrees_with_its_definition(match: tuple[BimatrixGame, MooreMachine, MooreMachine], rounds: int) -> None:
    _, row, column = match
    played = play_machines(row, column, rounds)
    plain = [(m.start, np.asarray(m.output).tolist(), np.asarray(m.next_state).tolist()) for m in (row, column)]
    assert list(zip(played.row_actions, played.column_actions, strict=True)) == naive.machine_actions(plain, rounds)


@settings(max_examples=EXAMPLES, deadline=None)
@given(matches)
def test_play_repeats_after_the_transient(match: tuple[BimatrixGame, MooreMachine, MooreMachine]) -> None:
    game, row, column = match
    ends = long_run_payoffs(game, row, column)
    played = play_machines(row, column, ends.transient + 3 * ends.period)
    for actions in played:
        cycle = actions[ends.transient : ends.transient + ends.period]
        assert actions[ends.transient :].tolist() == cycle.tolist() * 3
    tail = slice(ends.transient, None)
    rewards = game.row_payoffs[played.row_actions[tail], played.column_actions[tail]]
    assert ends.row_payoff == pytest.approx(float(rewards.mean()), rel=1e-12, abs=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(matches)
def test_sides_can_be_exchanged(match: tuple[BimatrixGame, MooreMachine, MooreMachine]) -> None:
    game, row, column = match
    ends = long_run_payoffs(game, row, column)
    exchanged = long_run_payoffs(BimatrixGame(game.column_payoffs.T, game.row_payoffs.T), column, row)
    assert exchanged == (ends.column_payoff, ends.row_payoff, ends.transient, ends.period)


# --- peers


def agrees_long_run(seed: int) -> None:
    """With Nashpy's pure payoffs, averaged over a played horizon that is whole cycles from the S * S'-th round on."""
    game, row, column = random_match(seed)
    ends = long_run_payoffs(game, row, column)
    pairs = np.size(row.output) * np.size(column.output)
    assert ends.transient + ends.period <= pairs, seed
    played = play_machines(row, column, pairs + 2 * ends.period)
    joint = np.zeros(game.shape)
    np.add.at(joint, (played.row_actions[pairs:], played.column_actions[pairs:]), 0.5 / ends.period)
    peer = nashpy.Game(game.row_payoffs, game.column_payoffs)
    payoffs = np.zeros(2)
    for i, j in np.argwhere(joint):
        payoffs += joint[i, j] * peer[np.eye(game.shape[0])[i], np.eye(game.shape[1])[j]]
    assert (ends.row_payoff, ends.column_payoff) == (pytest.approx(payoffs[0], abs=1e-9), pytest.approx(payoffs[1], abs=1e-9)), seed


@pytest.mark.timeout(1200)
def test_agrees_with_peers() -> None:
    for seed in range(AGREEMENT_INSTANCES):
        agrees_long_run(seed)


# --- inside compiled code


def test_body_inside_njit() -> None:
    body = automata._play

    @njit
    def defections(output: IntArray, following: IntArray) -> int:
        row_actions, column_actions = np.empty(10, dtype=np.int64), np.empty(10, dtype=np.int64)
        body(output, following, 0, output, following, 1, row_actions, column_actions)
        return int(row_actions.sum() + column_actions.sum())

    assert defections(np.array([0, 1]), np.array([[0, 1], [0, 1]])) == 10


# --- errors


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        (MooreMachine(2, [0, 1], [[0, 1], [0, 1]]), r"row\.start: 2 is not an integer in 0\.\.1"),
        (MooreMachine(0, [], []), r"row\.output: no states"),
        (MooreMachine(0, [0, 2], [[0, 1], [0, 1]]), r"row\.output: 2 is outside 0\.\.1"),
        (MooreMachine(0, [-1], [[0, 0]]), r"row\.output: -1 at index \(0,\) is outside"),
        (MooreMachine(0, [0.5], [[0, 0]]), r"row\.output: shape \(1,\), dtype float64"),
        (MooreMachine(0, [np.nan], [[0, 0]]), r"row\.output: shape \(1,\), dtype float64"),
        (MooreMachine(0, [0, 1], [[0, 1]]), r"row\.next_state: shape \(1, 2\), expected \(2, 2\)"),
        (MooreMachine(0, [0, 1], [0, 1]), r"row\.next_state: shape \(2,\), expected \(2, 2\)"),
        (MooreMachine(0, [0], [[0]]), r"row\.next_state: shape \(1, 1\), expected \(1, 2\)"),
        (MooreMachine(0, [0], [[0, 1]]), r"row\.next_state: 1 at index \(1,\) is outside 0\.\.0"),
        (MooreMachine(0, [0, 1], [[0, 1], [0]]), r"row\.next_state: rows of different lengths"),
    ],
)
def test_bad_machines_are_named(machine: MooreMachine, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        long_run_payoffs(DILEMMA, machine, DEFECT)


def test_machines_must_fit_each_other() -> None:
    with pytest.raises(KernelArgumentError, match=r"row\.output: 2 is outside 0\.\.1, the actions of the other side"):
        play_machines(tit_for_tat(3), tit_for_tat(2), 1)
    with pytest.raises(KernelArgumentError, match="rounds: -1 is not an integer of at least 0"):
        play_machines(GRIM, GRIM, -1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: tit_for_tat(0), "actions: 0 is not an integer of at least 1"),
        (lambda: win_stay_lose_shift([[np.nan]], 1), "payoffs: contains NaN"),
        (lambda: win_stay_lose_shift([], 1), r"payoffs: shape \(0,\)"),
        (lambda: win_stay_lose_shift([[1]], np.inf), "aspiration: contains NaN or infinity"),
        (lambda: win_stay_lose_shift([[1]], 1, start=1), r"start: 1 is not an integer in 0\.\.0"),
    ],
)
def test_bad_arguments_are_named(call: Any, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        call()
