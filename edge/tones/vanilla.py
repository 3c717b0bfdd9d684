"""Always neutral."""

from __future__ import annotations

import numpy as np

from ...kernels import payoff
from ..tone_state import EMOTION_COUNT, NEUTRAL, ToneState
from ..tone_tables import ToneTables
from .policy import Mask

__all__ = ["choose"]


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """Neutral, which every mask allows. Values: 1 for it."""
    return payoff.ToneChoice(NEUTRAL, np.eye(EMOTION_COUNT)[NEUTRAL])
