"""The policy of arXiv 2511.03370.

Deviations from the reference implementation, where it departs from the equations: the emission depends on the client's emotion
(`tables.emission_tensor`), P(D_t+1 | s, e) depends on s (`payoff.paper_tone`), evidence is soft, ties go to the first emotion, payoffs are
not changed after a dialogue. And the ethics mask holds here too.
"""

from __future__ import annotations

from ...kernels import payoff
from ...kernels.tables import AGENT_PAYOFFS
from ..tone_state import ToneState
from ..tone_tables import ToneTables
from . import hmm
from .policy import Mask

__all__ = ["choose"]


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """Eq. 4: the policy `hmm` under persistent negative emotion, else Algorithm 3 on Eq. 1. Values: as the one in charge.

    The previous payoff is, as in Algorithm 3, the one expected when the emotion was chosen, pi(D_t-1, C_t-1). No row of
    the agent's Table 5 has a maximum below 2, so after an Eq. 1 choice that the mask left alone it never shifts; after
    an Eq. 5 choice it can.
    """
    if payoff.switch_to_hmm(state.client_emotions):
        return hmm.choose(state, mask, seed, tables)
    previous = None
    if len(state.client_emotions) >= 2 and state.agent_emotions:
        previous = float(AGENT_PAYOFFS[state.client_emotions[-2], state.agent_emotions[-1]])
    return payoff.wsls(state.client_emotion, AGENT_PAYOFFS, previous, mask=mask)
