"""One utterance to everything the later stages use: emotion evidence, intents, safety signals and the proposal.

Knows nothing of the session: belief, tone and offer are later stages. Emotion comes from text only (G25).
"""

import datetime
from collections.abc import Collection
from typing import Any, Protocol

import msgspec
from eqnegotiator.edge.intent import read_intent
from eqnegotiator.edge.proposal import Proposal, parse_proposal
from eqnegotiator.edge.questions import Topic, question_topic
from eqnegotiator.edge.utterance import MAX_CHARACTERS, normalise

EMOTIONS = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
"""Order of E in the design, section 5; every vector of emotions has this order."""


class EmotionEvidence(Protocol):
    """`probability` and `log_likelihood` have shape [7], in the order of `EMOTIONS`."""

    @property
    def probability(self) -> Collection[float]: ...
    @property
    def log_likelihood(self) -> Collection[float]: ...


class Encoder(Protocol):
    """The sentence encoder, as far as this stage uses it."""

    def emotions(self, text: str) -> EmotionEvidence: ...


class EncoderShapeError(ValueError):
    """The encoder's vectors do not have one entry per emotion: `field`, `length`."""

    def __init__(self, field: str, length: int) -> None:
        self.field, self.length = field, length
        super().__init__(
            f"encoder {field} has {length} entries, {len(EMOTIONS)} are needed ({', '.join(EMOTIONS)}): "
            "use a bundle whose manifest lists these emotions"
        )


class Understanding(msgspec.Struct, frozen=True):
    """What one utterance says.

    `text` is as received, cut to 16,384 characters; `spans` are the quantities in it. `emotion` maps each of `EMOTIONS`
    to its probability; `emotion_log_likelihood`, shape [7], is the soft evidence for the belief. `intents` are rule
    scores (see `intent`). `tactic` is "none" in this version: it comes with the encoder's tactic head. `topic` is what
    is asked when `ask_information` is among the intents.
    """

    text: str
    emotion: dict[str, float]
    emotion_log_likelihood: tuple[float, ...]
    intent: str
    intents: dict[str, float]
    tactic: str
    signals: tuple[str, ...]
    proposal: Proposal | None
    spans: tuple[tuple[int, int], ...]
    topic: Topic | None


def understand(text: str, today: datetime.date, encoder: Encoder) -> Understanding:
    """Understand one utterance.

    Raises:
        models.encoder.EmptyTextError: nothing is said in it: it is blank, or marks and invisible characters only.
        EncoderShapeError: the encoder is one of other emotions.
    """
    bounded = text[:MAX_CHARACTERS]
    evidence = encoder.emotions(normalise(bounded))
    for field in ("probability", "log_likelihood"):
        length = len(getattr(evidence, field))
        if length != len(EMOTIONS):
            raise EncoderShapeError(field, length)
    parsed = parse_proposal(bounded, today)
    reading = read_intent(bounded, parsed)
    return Understanding(
        text=bounded,
        emotion=dict(zip(EMOTIONS, map(float, evidence.probability), strict=True)),
        emotion_log_likelihood=tuple(map(float, evidence.log_likelihood)),
        intent=reading.top,
        intents=reading.intents,
        tactic="none",
        signals=tuple(reading.signals),
        proposal=parsed.proposal,
        spans=parsed.spans,
        topic=question_topic(bounded) if reading.intents["ask_information"] > 0 else None,
    )


def to_wire(understanding: Understanding) -> dict[str, Any]:
    """The JSON object of `eqneg understand --json` (design, section 9): exactly its keys, builtin types."""
    return {
        "text": understanding.text,
        "emotion": understanding.emotion,
        "intent": understanding.intent,
        "intents": understanding.intents,
        "tactic": understanding.tactic,
        "signals": list(understanding.signals),
        "proposal": None if understanding.proposal is None else msgspec.to_builtins(understanding.proposal),
    }
