"""Regret matching+ (Tammelin, Burch, Johanson and Bowling 2015), against itself or against given payoffs.

Each round a player mixes its actions in proportion to how much better each would have done so far, sums below zero cut
off. Average regret falls as O(1 / sqrt T), so that the average joint play tends to the coarse correlated equilibria, and
in zero-sum games the average strategies tend to an equilibrium. Deterministic; every run can be carried on from its state.
"""

from __future__ import annotations

from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from ._jit import jit
from .bimatrix import BimatrixGame, _column_values, _gain, _row_values

__all__ = [
    "Averaging",
    "LearnerState",
    "LearningResult",
    "SelfPlayResult",
    "SelfPlayState",
    "regret_matching",
    "regret_matching_self_play",
]


class Averaging(Enum):
    """Weight of round t in averages and in regret."""

    UNIFORM = "uniform"
    """1."""
    LINEAR = "linear"
    """t: the first rounds fade."""


class LearnerState(NamedTuple):
    """One learner after some rounds; to be passed back, not to be read."""

    regrets: FloatArray
    """[n] cumulative regrets, cut off at zero."""
    strategy_sum: FloatArray
    """[n] weighted sum of the strategies."""
    payoff_sum: FloatArray
    """[n] weighted sum of the payoff vectors."""
    earned: float
    """Weighted sum of the expected payoffs."""
    rounds: int
    """Rounds so far."""


class LearningResult(NamedTuple):
    """Learning against given payoffs."""

    strategies: FloatArray
    """[T, n] strategy of each round, chosen before its payoffs were seen."""
    average_strategy: FloatArray
    """[n] weighted average over all rounds, those before `state` was passed in too."""
    regrets: FloatArray
    """[T] weighted average regret after each round: the best fixed action's payoff minus the learner's."""
    state: LearnerState
    """To carry on from."""


class SelfPlayState(NamedTuple):
    """Two learners after some rounds; to be passed back, not to be read."""

    row_regrets: FloatArray
    """[m] cumulative regrets of the row player, cut off at zero."""
    column_regrets: FloatArray
    """[n] the same of the column player."""
    joint_sum: FloatArray
    """[m, n] weighted sum of the products of both strategies."""
    rounds: int
    """Rounds so far."""


class SelfPlayResult(NamedTuple):
    """Two learners against each other."""

    joint: FloatArray
    """[m, n] average joint play; its `correlated.coarse_correlated_regret` is the larger of both regrets."""
    row_strategy: FloatArray
    """[m] average strategy of the row player, a marginal of `joint`."""
    column_strategy: FloatArray
    """[n] average strategy of the column player."""
    row_regret: float
    """Average regret of the row player: best fixed action against the play so far, minus what it earned."""
    column_regret: float
    """The same of the column player."""
    exploitability: FloatArray
    """[samples, 2] (rounds, exploitability of the average strategies), one row per `sample_every` rounds and one at the end.

    The sum of both players' gains from deviating: zero exactly at a Nash equilibrium.
    """
    state: SelfPlayState
    """To carry on from."""


@jit
def _match(regrets: FloatArray, strategy: FloatArray) -> None:
    """Write to `strategy` [n] the positive regrets, normalised; uniform where there are none."""
    actions = regrets.shape[0]
    total = 0.0
    for action in range(actions):
        total += regrets[action]
    for action in range(actions):
        strategy[action] = regrets[action] / total if total > 0.0 else 1.0 / actions


@jit
def _update(regrets: FloatArray, strategy: FloatArray, payoffs: FloatArray) -> float:
    """Add the regrets of one round to `regrets` [n] and cut off at zero; return the expected payoff."""
    earned = 0.0
    for action in range(regrets.shape[0]):
        earned += strategy[action] * payoffs[action]
    for action in range(regrets.shape[0]):
        regrets[action] = max(0.0, regrets[action] + payoffs[action] - earned)
    return earned


@jit
def _learn(
    payoff_vectors: FloatArray,
    linear: bool,
    rounds: int,
    earned: float,
    regrets: FloatArray,
    strategy_sum: FloatArray,
    payoff_sum: FloatArray,
    strategies: FloatArray,
    history: FloatArray,
) -> float:
    """Play `payoff_vectors` [T, n] after `rounds` rounds; update the sums, fill `strategies` [T, n] and `history` [T].

    Return the weighted payoff earned, `earned` included.
    """
    for step in range(payoff_vectors.shape[0]):
        clock = float(rounds + step + 1)
        weight = clock if linear else 1.0
        total = 0.5 * clock * (clock + 1.0) if linear else clock
        strategy, payoffs = strategies[step], payoff_vectors[step]
        _match(regrets, strategy)
        earned += weight * _update(regrets, strategy, payoffs)
        best = -np.inf
        for action in range(regrets.shape[0]):
            strategy_sum[action] += weight * strategy[action]
            payoff_sum[action] += weight * payoffs[action]
            best = max(best, payoff_sum[action])
        history[step] = (best - earned) / total
    return earned


@jit
def _marginals(joint: FloatArray, row_strategy: FloatArray, column_strategy: FloatArray) -> None:
    """Write the normalised sums of `joint` over columns to `row_strategy` [m], over rows to `column_strategy` [n]."""
    row_strategy[:] = 0.0
    column_strategy[:] = 0.0
    total = 0.0
    for row in range(joint.shape[0]):
        for column in range(joint.shape[1]):
            row_strategy[row] += joint[row, column]
            column_strategy[column] += joint[row, column]
        total += row_strategy[row]
    for row in range(joint.shape[0]):
        row_strategy[row] /= total
    for column in range(joint.shape[1]):
        column_strategy[column] /= total


@jit
def _self_play(
    row_payoffs: FloatArray,
    column_payoffs: FloatArray,
    linear: bool,
    rounds: int,
    more_rounds: int,
    sample_every: int,
    row_regrets: FloatArray,
    column_regrets: FloatArray,
    joint_sum: FloatArray,
    row_strategy: FloatArray,
    column_strategy: FloatArray,
    exploitability: FloatArray,
) -> None:
    """Play `more_rounds` rounds after `rounds`; update the sums, fill `exploitability` [samples, 2].

    Leave the average strategies in `row_strategy` [m] and `column_strategy` [n], which are work arrays before that.
    """
    actions, replies = row_payoffs.shape
    row_values, column_values = np.empty(actions), np.empty(replies)
    sample = 0
    for step in range(more_rounds):
        clock = rounds + step + 1
        weight = float(clock) if linear else 1.0
        _match(row_regrets, row_strategy)
        _match(column_regrets, column_strategy)
        _row_values(row_payoffs, column_strategy, row_values)
        _column_values(column_payoffs, row_strategy, column_values)
        for row in range(actions):
            share = weight * row_strategy[row]
            if share != 0.0:
                for column in range(replies):
                    joint_sum[row, column] += share * column_strategy[column]
        _update(row_regrets, row_strategy, row_values)
        _update(column_regrets, column_strategy, column_values)
        if (step + 1) % sample_every == 0 or step + 1 == more_rounds:
            _marginals(joint_sum, row_strategy, column_strategy)
            _row_values(row_payoffs, column_strategy, row_values)
            _column_values(column_payoffs, row_strategy, column_values)
            exploitability[sample, 0] = clock
            exploitability[sample, 1] = _gain(row_values, row_strategy) + _gain(column_values, column_strategy)
            sample += 1


def regret_matching(
    payoff_vectors: npt.ArrayLike,
    *,
    averaging: Averaging = Averaging.UNIFORM,
    state: LearnerState | None = None,
) -> LearningResult:
    """Learn against a sequence of payoff vectors, none of which is seen before its round.

    With payoffs that span at most d in any round, average regret after T rounds is at most d sqrt(n / T), and twice that
    where averaging is linear. Against known opponent actions in a game, pass `payoffs[:, actions].T`.

    Args:
        payoff_vectors: [T, n] payoff of each action in each round; T at least 1.
        averaging: the same in all calls of one run.
        state: of the run to carry on; None begins.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, or a state of another number of actions.
    """
    vectors = _arrays.real("payoff_vectors", payoff_vectors, (None, None))
    steps, actions = vectors.shape
    before = LearnerState(np.zeros(actions), np.zeros(actions), np.zeros(actions), 0.0, 0) if state is None else state
    rounds = _arrays.count("state.rounds", before.rounds, 0)
    regrets = _arrays.non_negative("state.regrets", before.regrets, (actions,))
    strategy_sum = _arrays.non_negative("state.strategy_sum", before.strategy_sum, (actions,))
    payoff_sum = _arrays.real("state.payoff_sum", before.payoff_sum, (actions,))
    strategies, history = np.empty_like(vectors), np.empty(steps)
    earned = _learn(
        vectors,
        averaging is Averaging.LINEAR,
        rounds,
        _arrays.scalar("state.earned", before.earned),
        regrets,
        strategy_sum,
        payoff_sum,
        strategies,
        history,
    )
    after = LearnerState(regrets, strategy_sum, payoff_sum, earned, rounds + steps)
    return LearningResult(strategies, strategy_sum / strategy_sum.sum(), history, after)


def regret_matching_self_play(
    game: BimatrixGame,
    rounds: int,
    *,
    averaging: Averaging = Averaging.UNIFORM,
    sample_every: int = 100,
    state: SelfPlayState | None = None,
) -> SelfPlayResult:
    """Let two learners play a game; both choose before they see the other's strategy of the round. O(rounds m n).

    Args:
        game: m by n.
        rounds: at least 1; in addition to those of `state`.
        averaging: the same in all calls of one run.
        sample_every: rounds between two entries of `exploitability`.
        state: of the run to carry on; None begins, with uniform strategies.

    Raises:
        KernelArgumentError: a count below 1, or a state of a game of another shape.
    """
    actions, replies = game.shape
    more_rounds, interval = _arrays.count("rounds", rounds, 1), _arrays.count("sample_every", sample_every, 1)
    begin = SelfPlayState(np.zeros(actions), np.zeros(replies), np.zeros((actions, replies)), 0)
    before = begin if state is None else state
    rounds_before = _arrays.count("state.rounds", before.rounds, 0)
    row_regrets = _arrays.non_negative("state.row_regrets", before.row_regrets, (actions,))
    column_regrets = _arrays.non_negative("state.column_regrets", before.column_regrets, (replies,))
    joint_sum = _arrays.non_negative("state.joint_sum", before.joint_sum, (actions, replies))
    row_strategy, column_strategy = np.empty(actions), np.empty(replies)
    exploitability = np.empty((-(-more_rounds // interval), 2))
    _self_play(
        game.row_payoffs,
        game.column_payoffs,
        averaging is Averaging.LINEAR,
        rounds_before,
        more_rounds,
        interval,
        row_regrets,
        column_regrets,
        joint_sum,
        row_strategy,
        column_strategy,
        exploitability,
    )
    joint = joint_sum / joint_sum.sum()
    return SelfPlayResult(
        joint,
        row_strategy,
        column_strategy,
        float((game.row_payoffs @ column_strategy).max() - (joint * game.row_payoffs).sum()),
        float((row_strategy @ game.column_payoffs).max() - (joint * game.column_payoffs).sum()),
        exploitability,
        SelfPlayState(row_regrets, column_regrets, joint_sum, rounds_before + more_rounds),
    )
