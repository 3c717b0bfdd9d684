"""What a tone policy is: a function that chooses an allowed emotion."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from ...kernels import payoff
from ..tone_state import EMOTION_COUNT, ToneState
from ..tone_tables import FloatArray, ToneTables

__all__ = ["Mask", "Policy", "drawn", "on_all_emotions"]

Mask: TypeAlias = tuple[bool, ...]
"""[7] in the order of `tables.EMOTIONS`, True = may be shown; at least one is."""

Policy: TypeAlias = Callable[[ToneState, Mask, int, ToneTables], payoff.ToneChoice]
"""State, mask, seed and tables to the emotion of the next answer, which the mask allows. A function of its arguments."""


def on_all_emotions(strategy: FloatArray, mask: Mask) -> FloatArray:
    """[7] probabilities from those of the allowed emotions alone; zero elsewhere."""
    values = np.zeros(EMOTION_COUNT)
    values[np.flatnonzero(mask)] = strategy
    return values


def drawn(probabilities: FloatArray, state: ToneState, seed: int) -> payoff.ToneChoice:
    """One emotion from [7] `probabilities`, by the seed and the number of the turn."""
    generator = np.random.default_rng((seed, state.turn))
    return payoff.ToneChoice(int(generator.choice(probabilities.size, p=probabilities)), probabilities)
