"""Win-stay, lose-shift (Algorithm 3 of arXiv 2511.03370) on the realised payoff."""

from __future__ import annotations

from ...kernels import payoff
from ...kernels.tables import AGENT_PAYOFFS
from ..tone_state import ToneState
from ..tone_tables import ToneTables
from .policy import Mask

__all__ = ["choose"]


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """Eq. 1, or the second best after a loss: how the customer answered the emotion last shown, pi(D_t, C_t-1). Values: payoffs."""
    previous = None
    if state.client_emotions and state.agent_emotions:
        previous = float(AGENT_PAYOFFS[state.client_emotions[-1], state.agent_emotions[-1]])
    return payoff.wsls(state.client_emotion, AGENT_PAYOFFS, previous, mask=mask)
