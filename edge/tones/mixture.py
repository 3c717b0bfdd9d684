"""The other policies, weighed by how well their advice has done: multiplicative weights (Hedge, Freund and Schapire 1997) that fade.

Advice is worth the payoff of both sides (`JOINT_PAYOFFS`) at the emotion that the client shows next, also where other advice was followed.
That takes the client's emotion as given, whatever we show: what the published dialogues say (design, section 5), and not more than that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from ...kernels import payoff
from ..tone_state import EMOTION_COUNT, ToneState
from ..tone_tables import JOINT_PAYOFFS, ToneTables
from . import dominance, eq, hmm, minimax, nash, paper, vanilla, wsls
from .policy import Mask, Policy

__all__ = ["DECAY", "EXPERTS", "advise", "choose", "scored", "starting_weights", "weights"]

EXPERTS: Final[Mapping[str, Policy]] = MappingProxyType(
    {
        "vanilla": vanilla.choose,
        "wsls": wsls.choose,
        "hmm": hmm.choose,
        "nash": nash.choose,
        "minimax": minimax.choose,
        "dominance": dominance.choose,
        "paper": paper.choose,
        "eq": eq.choose,
    }
)
"""Who is listened to: every other policy but `random`, whose advice says nothing."""

DECAY: Final = 0.995
"""What an utterance leaves of earlier scores: about the last 200 utterances count."""

_LOWEST: Final = float(JOINT_PAYOFFS.min())
_SPAN: Final = float(JOINT_PAYOFFS.max()) - _LOWEST
# The rate with the best bound on regret for payoffs in [0, 1] over 1 / (1 - DECAY) rounds.
_RATE: Final = math.sqrt(8.0 * math.log(len(EXPERTS)) * (1.0 - DECAY))


def choose(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> payoff.ToneChoice:
    """The emotion with the most weight behind it, the first among equals: a vote, so that the tone does not flicker. Values: weights."""
    values = np.zeros(EMOTION_COUNT)
    said = advise(state, mask, seed, tables)
    for name, weight in weights(state, tables).items():
        values[said[name]] += weight
    return payoff.ToneChoice(int(np.argmax(values)), values)


def advise(state: ToneState, mask: Mask, seed: int, tables: ToneTables) -> dict[str, int]:
    """What each of `EXPERTS` would show."""
    return {name: policy(state, mask, seed, tables).emotion for name, policy in EXPERTS.items()}


def weights(state: ToneState, tables: ToneTables) -> dict[str, float]:
    """Weight of each of `EXPERTS` now, summing to one: what earlier dialogues left (`tables`), times what this one shows."""
    before = {name: math.log(tables.reliability.get(name, 1.0 / len(EXPERTS))) for name in EXPERTS}
    return _softmax({name: log + _RATE * state.scores.get(name, 0.0) for name, log in before.items()})


def scored(scores: Mapping[str, float], advice: Mapping[str, int], evidence: Sequence[float]) -> dict[str, float]:
    """Scores after the client has been heard: the old ones fade by `DECAY`, and each advice earns its expected payoff, scaled to [0, 1].

    Args:
        scores: by policy; one that is missing has none.
        advice: what each policy would have shown before the utterance; without advice nothing changes.
        evidence: [7] emotion likelihoods of the utterance.
    """
    if not advice:
        return dict(scores)
    earned = (np.asarray(evidence) @ JOINT_PAYOFFS - _LOWEST) / _SPAN
    return {name: DECAY * scores.get(name, 0.0) + float(earned[emotion]) for name, emotion in advice.items()}


def starting_weights(scores: Mapping[str, float]) -> dict[str, float]:
    """Weight of each of `EXPERTS`, summing to one, after dialogues that left these scores."""
    return _softmax({name: _RATE * scores.get(name, 0.0) for name in EXPERTS})


def _softmax(logs: Mapping[str, float]) -> dict[str, float]:
    largest = max(logs.values())
    powers = {name: math.exp(log - largest) for name, log in logs.items()}
    total = math.fsum(powers.values())
    return {name: power / total for name, power in powers.items()}
