"""Iterated dominance in Table 5, then the best of what is left against the belief."""

from __future__ import annotations

from functools import cache

import numpy as np

from ...kernels import hmm, payoff
from ...kernels.dominance import Dominance, iterated_dominance
from ...kernels.tables import AGENT_PAYOFFS
from ..tone_state import ToneState
from ..tone_tables import ToneTables
from .nash import allowed_game
from .policy import Mask

__all__ = ["choose", "undominated"]


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """The undominated emotion with the agent's highest expected payoff at the client's next utterance, the first among equals.

    Values: that expected payoff under the belief one step ahead, also of what is dominated or masked.
    """
    predicted = hmm.predict(state.belief, tables.transition)
    values = payoff.expected_payoff(predicted, tables.emission, AGENT_PAYOFFS)
    return payoff.ToneChoice(int(np.argmax(np.where(undominated(mask), values, -np.inf))), values)


@cache
def undominated(mask: Mask) -> Mask:
    """Which allowed emotions of the agent survive, when neither side plays what a mixture strictly dominates, nor expects it."""
    kept = np.flatnonzero(mask)[iterated_dominance(allowed_game(mask), Dominance.STRICT_MIXED).column_actions]
    return tuple(emotion in kept for emotion in range(len(mask)))
