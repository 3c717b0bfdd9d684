"""Uniform over what is allowed."""

from __future__ import annotations

import numpy as np

from ...kernels import payoff
from ..tone_state import ToneState
from ..tone_tables import ToneTables
from .policy import Mask

__all__ = ["choose"]


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """Drawn by the seed and the number of the turn. Values: probabilities."""
    allowed = np.flatnonzero(mask)
    generator = np.random.default_rng((seed, state.turn))
    return payoff.ToneChoice(int(generator.choice(allowed)), np.asarray(mask) / allowed.size)
