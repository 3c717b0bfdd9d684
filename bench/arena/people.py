"""Who the debtors are, in every fidelity: their traits and feelings, what they ask for, and when they take an offer or leave. Compiled.

Luck is counted, not drawn in sequence: every random number is a hash of (seed, index, purpose, round), so that a debtor is the same person
and has the same luck with every creditor, whatever the creditor does (paired comparison). Knows nothing of creditors.
"""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np

from ...kernels import tables
from ...kernels._arrays import FloatArray
from ...kernels._jit import jit
from .assumptions import HAZARD, INERTIA, LYING_FACTOR, LYING_RATE, MOOD, NO_MOVE_ROUNDS, OVERCOMMIT, PATIENCE, ROUNDS, SILENT_RATE, TEMPER
from .cell import PERSONAS

__all__ = [
    "first_state",
    "is_silent",
    "leaving",
    "luck",
    "next_ask",
    "next_feeling",
    "next_state",
    "taking",
    "traits",
    "warmth",
]

_ANGRY, _THREATENING, _CHEATING, _STONEWALLING = (PERSONAS.index(name) for name in ("angry", "threatening", "cheating", "stonewalling"))
_NEUTRAL: Final = tables.EMOTIONS.index("neutral")
_JOY, _SADNESS, _ANGER, _FEAR, _SURPRISE, _DISGUST = range(6)
_OWN_EMOTION: Final = np.array([_NEUTRAL, _ANGER, _SADNESS, _FEAR, _DISGUST, _ANGER, _NEUTRAL, _SADNESS, _NEUTRAL])
"""The emotion that each persona shows by itself, in the order of PERSONAS."""
_EMISSION: Final = np.array(tables.emission_tensor())
_TRANSITION: Final = np.array(tables.STATE_TRANSITION)
_INITIAL: Final = np.array(tables.INITIAL_BELIEF)
_CLIENT: Final = np.array(tables.CLIENT_PAYOFFS)
_BETAS_OF_PATTERN: Final = np.array([0.0, 5.0, 0.2, -1.0, -1.0])
"""Concession exponent of each pattern; -1: not a function of time."""


@jit
def luck(seed: int, index: int, purpose: int, round_: int) -> float:
    """A uniform number in [0, 1) of this person, purpose and round (splitmix64).

    Purposes 0 to 15 belong to what is here; the words of the `text` fidelity count theirs from 100.
    """
    word = np.uint64(seed) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(index)
    for part in (purpose, round_):
        word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        word = (word ^ (word >> np.uint64(31))) + np.uint64(part + 1) * np.uint64(0x9E3779B97F4A7C15)
    word = (word ^ (word >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    word = (word ^ (word >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    word = word ^ (word >> np.uint64(31))
    return float(word >> np.uint64(11)) * (1.0 / 9007199254740992.0)


@jit
def _drawn(weights: FloatArray, chance: float) -> int:
    total = 0.0
    for index in range(weights.size):
        total += weights[index]
        if chance < total:
            return index
    return weights.size - 1


@jit
def traits(persona: int, tactic: bool, seed: int, index: int) -> tuple[float, float, float, float]:
    """(patience, overcommitment, hazard, factor on what is asked and stated). `tactic` False: the persona's tactic is left out."""
    patience = PATIENCE[0] + (PATIENCE[1] - PATIENCE[0]) * luck(seed, index, 1, 0)
    overcommit = OVERCOMMIT[0] + (OVERCOMMIT[1] - OVERCOMMIT[0]) * luck(seed, index, 2, 0)
    hazard = HAZARD[0] + (HAZARD[1] - HAZARD[0]) * luck(seed, index, 3, 0)
    if persona == _ANGRY or (persona == _THREATENING and tactic):
        hazard *= TEMPER
    lies = persona == _CHEATING and tactic and luck(seed, index, 4, 0) < LYING_RATE
    return patience, overcommit, hazard, LYING_FACTOR if lies else 1.0


@jit
def first_state(seed: int, index: int) -> int:
    """The disposition at the start."""
    return _drawn(_INITIAL, luck(seed, index, 5, 0))


@jit
def next_state(state: int, seed: int, index: int, round_: int) -> int:
    """The disposition in a round after the first."""
    return _drawn(_TRANSITION[state], luck(seed, index, 6, round_))


@jit
def next_feeling(persona: int, state: int, shown: int, seed: int, index: int, round_: int) -> int:
    """The emotion of this round's message: the persona's own, or an answer to the emotion that the creditor showed last."""
    if luck(seed, index, 10, round_) >= MOOD:
        return _drawn(_EMISSION[state, shown], luck(seed, index, 11, round_))
    return int(_OWN_EMOTION[persona])


@jit
def is_silent(persona: int, tactic: bool, seed: int, index: int, round_: int) -> bool:
    """Whether a stonewalling debtor names no ask in this round."""
    return persona == _STONEWALLING and tactic and round_ > 0 and luck(seed, index, 9, round_) < SILENT_RATE


@jit
def warmth(beta: float, feeling: int, shown: int) -> float:
    """beta times how well the emotion shown answers theirs, from -1 to 1: the client payoff of Table 5 against the mean of its row."""
    row = _CLIENT[feeling]
    answer = min(1.0, max(-1.0, (row[shown] - row.mean()) / 1.5))
    return float(beta * answer)


@jit
def next_ask(
    pattern: int, round_: int, first: float, reservation: float, before: float, said: FloatArray, warm: float, seed: int, index: int
) -> float:
    """What the debtor asks before our offer `round_` (above 0); `warm` speeds concession in time up or down."""
    floor = min(first, reservation)
    beta = _BETAS_OF_PATTERN[pattern]
    if beta == 0.0:
        return first
    if beta > 0.0:
        elapsed = min(1.0, round_ / (ROUNDS - 1.0) * exp(warm))
        return float(min(before, first - elapsed ** (1.0 / beta) * (first - floor)))
    if pattern == 3:
        moved = said[round_ - 1] - (said[round_ - 2] if round_ > 1 else 0.0)
        return float(max(floor, before - max(0.0, moved)))
    size = luck(seed, index, 8, round_)
    return max(floor, before - size * (before - floor)) if luck(seed, index, 7, round_) < 0.3 * exp(warm) else before


@jit
def taking(share: float, following: float, reservation: float, tolerance: float, patience: float, overcommit: float, warm: float) -> float:
    """Probability that an offer is taken; `following` is what would be asked next. May exceed 1."""
    if share >= following - tolerance:
        return 1.0
    if share >= reservation:
        return patience * exp(warm)
    if share > 0.5 * reservation:
        return overcommit * exp(warm) * (share / reservation - 0.5) / 0.5
    return 0.0


@jit
def leaving(hazard: float, still: int, warm: float) -> float:
    """Probability of walking away after a refused offer; `still`: offers in a row that were no better than the one before."""
    return hazard * exp(-warm) * (INERTIA if still >= NO_MOVE_ROUNDS else 1.0)
