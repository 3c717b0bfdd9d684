"""An equilibrium of Table 5 as a game between the client's emotion (rows) and the allowed emotions of the agent (columns).

Knows what was heard only through the mask: an equilibrium is played, whatever the other side does.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from ...kernels import payoff
from ...kernels.bimatrix import BimatrixGame, Profile
from ...kernels.tables import AGENT_PAYOFFS, CLIENT_PAYOFFS
from ...kernels.vertex_enumeration import all_equilibria
from ..tone_state import ToneState
from ..tone_tables import ToneTables
from .policy import Mask, drawn, on_all_emotions

__all__ = ["allowed_game", "choose", "equilibrium"]

_DECIMALS: Final = 9


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """The agent's side of `equilibrium`, a mixed one drawn by the seed and the number of the turn. Values: probabilities."""
    return drawn(on_all_emotions(equilibrium(mask).column_strategy, mask), state, seed)


def allowed_game(mask: Mask) -> BimatrixGame:
    """Table 5 without the columns that the mask forbids: client emotions by allowed agent emotions."""
    return BimatrixGame(CLIENT_PAYOFFS[:, mask], AGENT_PAYOFFS[:, mask])


@cache
def equilibrium(mask: Mask) -> Profile:
    """Of all extreme equilibria of `allowed_game` the one with the highest sum of both payoffs.

    Among equals (to nine decimals) the one that is worth more to the client, then the first in the order of `all_equilibria`. Selection by
    welfare: where each side is content with its answer to the other, the pair that is best for both together.
    """
    game = allowed_game(mask)

    def worth(profile: Profile) -> tuple[float, float]:
        client = float(profile.row_strategy @ game.row_payoffs @ profile.column_strategy)
        agent = float(profile.row_strategy @ game.column_payoffs @ profile.column_strategy)
        return float(np.round(client + agent, _DECIMALS)), float(np.round(client, _DECIMALS))

    return max(all_equilibria(game).equilibria, key=worth)
