"""The agent's security strategy in Table 5: the best that can be had against a client who shows whatever is worst for us."""

from __future__ import annotations

from functools import cache

from ...kernels import payoff
from ...kernels.tables import AGENT_PAYOFFS
from ...kernels.zerosum import SecurityStrategy, security_strategy
from ..tone_state import ToneState
from ..tone_tables import ToneTables
from .policy import Mask, drawn, on_all_emotions

__all__ = ["choose", "security"]


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """The strategy of `security`, a mixed one drawn by the seed and the number of the turn. Values: probabilities."""
    return drawn(on_all_emotions(security(mask).strategy, mask), state, seed)


@cache
def security(mask: Mask) -> SecurityStrategy:
    """Maximin over the allowed emotions, of the agent's payoff."""
    return security_strategy(AGENT_PAYOFFS[:, mask].T)
