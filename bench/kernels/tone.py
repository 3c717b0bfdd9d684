"""Cases of the tone rules on the paper's tables; nobody else has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

import numpy as np

from ...kernels import payoff, tables
from .case import Case

__all__ = ["FAMILY", "cases"]

FAMILY: Final = "tone"


def cases(*, quick: bool) -> Iterator[Case]:
    """All; `quick` leaves none out, they are small."""
    belief, emission, agent = tables.INITIAL_BELIEF, tables.emission_tensor(), tables.AGENT_PAYOFFS
    mask = np.ones(len(tables.EMOTIONS), dtype=np.bool_)
    calls: dict[str, Callable[[], object]] = {
        "best_payoff": partial(payoff.best_payoff, 2, agent, mask=mask),
        "wsls": partial(payoff.wsls, 2, agent, 1.0, mask=mask),
        "switch_to_hmm": partial(payoff.switch_to_hmm, [2, 2, 1, 6, 3]),
        "paper_tone": partial(payoff.paper_tone, belief, emission, tables.STATE_EMOTION_WEIGHTS, mask=mask),
        "expected_payoff": partial(payoff.expected_payoff, belief, emission, agent),
        "belief_weighted_tone": partial(payoff.belief_weighted_tone, belief, emission, tables.CLIENT_PAYOFFS, agent, mask),
    }
    for name, call in calls.items():
        yield Case(FAMILY, name, {"K": len(belief), "C": len(mask), "D": agent.shape[0]}, call)
