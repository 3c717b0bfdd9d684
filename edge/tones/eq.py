"""Ours: what answers the last utterance best for both sides, plus the expected payoff of the next one (ADR 0002)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ...kernels import hmm, payoff
from ...kernels.tables import AGENT_PAYOFFS, CLIENT_PAYOFFS
from ..tone_state import ToneState
from ..tone_tables import AGENT_WEIGHT, JOINT_PAYOFFS, ToneTables
from .policy import Mask

__all__ = ["choose"]

_LOOKAHEAD_WEIGHT: Final = 0.25


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """One step of lookahead under the emission and the transitions of `tables`, learnt or published. Values: weighed payoffs.

    The lookahead alone rests on the assumption that customers mirror us, and would meet grief with cheer; the payoff of
    the answer to what was just heard, weighed by the soft evidence, leads.
    """
    predicted = hmm.predict(state.belief, tables.transition)
    ahead = payoff.belief_weighted_tone(predicted, tables.emission, CLIENT_PAYOFFS, AGENT_PAYOFFS, mask, agent_weight=AGENT_WEIGHT)
    values = np.asarray(state.evidence) @ JOINT_PAYOFFS + _LOOKAHEAD_WEIGHT * ahead.values
    return payoff.ToneChoice(int(np.argmax(np.where(mask, values, -np.inf))), values)
