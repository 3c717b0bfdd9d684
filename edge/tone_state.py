"""What tone selection remembers of a dialogue: it goes to disk with the session, and knows nothing of the policies that read it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import msgspec

from ..kernels import tables

__all__ = [
    "ANGER",
    "DISGUST",
    "EMOTION_COUNT",
    "FEAR",
    "HISTORY_LENGTH",
    "JOY",
    "LEARNT_LENGTH",
    "NEUTRAL",
    "SADNESS",
    "STATE_COUNT",
    "SURPRISE",
    "ToneState",
    "distribution_problem",
]

HISTORY_LENGTH: Final = 16
"""Emotions remembered per side; Eq. 4 needs five, operators see the rest."""

LEARNT_LENGTH: Final = 64
"""Utterances of a dialogue that are kept to learn from, the first ones."""

EMOTION_COUNT: Final = len(tables.EMOTIONS)
STATE_COUNT: Final = len(tables.DISPOSITIONS)
JOY, SADNESS, ANGER, FEAR, SURPRISE, DISGUST, NEUTRAL = range(EMOTION_COUNT)

_SUM_TOLERANCE: Final = 1e-6
# Kept evidence is rounded to six decimals, each of which may be off by half a millionth.
_KEPT_TOLERANCE: Final = 1e-5


class ToneState(msgspec.Struct, frozen=True):
    """What tone selection remembers of a dialogue. Plain numbers, so it survives JSON unchanged.

    Raises:
        ValueError: on construction, for values that no dialogue can produce; msgspec reports it as a ValidationError
            when a stored state is decoded.
    """

    belief: tuple[float, ...]
    """[4] p(S_t | H_t) over `tables.DISPOSITIONS`."""
    evidence: tuple[float, ...]
    """[7] emotion likelihoods of the last utterance; uniform before the first."""
    client_emotions: tuple[int, ...] = ()
    """Likeliest emotion of each utterance, oldest first, the last `HISTORY_LENGTH`."""
    agent_emotions: tuple[int, ...] = ()
    """Emotion chosen for each answer, oldest first, the last `HISTORY_LENGTH`."""
    turn: int = 0
    """Utterances observed."""
    published_belief: tuple[float, ...] = ()
    """[4] the belief under the published tables; empty where `belief` is just that. The ethics mask reads both."""
    heard: tuple[tuple[float, ...], ...] = ()
    """[T, 7] emotion likelihoods of the first `LEARNT_LENGTH` utterances, to six decimals: what the dialogue teaches."""
    shown: tuple[int, ...] = ()
    """[T] the emotion that was shown before each utterance of `heard`."""
    advice: dict[str, int] = {}
    """What each policy that a mixture listens to would have shown last; empty under the other policies."""
    scores: dict[str, float] = {}
    """What that advice has been worth in this dialogue, by policy; see `tones.mixture`."""

    def __post_init__(self) -> None:
        for name, values, length in (
            ("belief", self.belief, STATE_COUNT),
            ("evidence", self.evidence, EMOTION_COUNT),
            *((("published_belief", self.published_belief, STATE_COUNT),) if self.published_belief else ()),
        ):
            if problem := distribution_problem(values, length):
                raise ValueError(f"{name}: {problem}")
        for name, history, longest in (
            ("client_emotions", self.client_emotions, HISTORY_LENGTH),
            ("agent_emotions", self.agent_emotions, HISTORY_LENGTH),
            ("shown", self.shown, LEARNT_LENGTH),
            ("advice", tuple(self.advice.values()), len(self.advice)),
        ):
            if len(history) > longest or not all(0 <= emotion < EMOTION_COUNT for emotion in history):
                raise ValueError(f"{name}: {history} is not up to {longest} indices in 0..{EMOTION_COUNT - 1}")
        if len(self.heard) != len(self.shown):
            raise ValueError(f"heard: {len(self.heard)} utterances do not fit {len(self.shown)} emotions in shown")
        for values in self.heard:
            if problem := distribution_problem(values, EMOTION_COUNT, _KEPT_TOLERANCE):
                raise ValueError(f"heard: {problem}")
        if not all(math.isfinite(score) for score in self.scores.values()):
            raise ValueError(f"scores: {self.scores} holds a value that is not finite")
        if self.turn < 0:
            raise ValueError(f"turn: {self.turn} is negative")

    @classmethod
    def initial(cls) -> ToneState:
        """Before anything was heard: the published prior, uniform evidence, no history."""
        return cls(belief=tuple(tables.INITIAL_BELIEF.tolist()), evidence=(1.0 / EMOTION_COUNT,) * EMOTION_COUNT)

    @property
    def client_emotion(self) -> int:
        """Likeliest emotion of the last utterance; neutral before the first."""
        return self.client_emotions[-1] if self.client_emotions else NEUTRAL


def distribution_problem(values: Sequence[float], length: int, tolerance: float = _SUM_TOLERANCE) -> str:
    """Why `values` is not a distribution over `length` outcomes; empty when it is one."""
    if len(values) != length:
        return f"{len(values)} values, expected {length}"
    if not all(math.isfinite(value) and value >= 0.0 for value in values):
        return f"{tuple(values)} holds a value that is negative or not finite"
    if abs(math.fsum(values) - 1.0) > tolerance:
        return f"{tuple(values)} sums to {math.fsum(values)}, not to 1; normalise it"
    return ""
