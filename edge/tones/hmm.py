"""Eq. 5-6 of arXiv 2511.03370 at every turn."""

from __future__ import annotations

from ...kernels import hmm, payoff
from ...kernels.tables import STATE_EMOTION_WEIGHTS
from ..tone_state import ToneState
from ..tone_tables import ToneTables
from .policy import Mask

__all__ = ["choose"]


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """What makes a favourable emotion likeliest, weighed by state. Values: scores of Eq. 5."""
    predicted = hmm.predict(state.belief, tables.transition)
    return payoff.paper_tone(predicted, tables.emission, STATE_EMOTION_WEIGHTS, mask=mask)
