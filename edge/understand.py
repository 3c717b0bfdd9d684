"""One utterance to everything the later stages use: emotion evidence, intents, safety signals and the proposal.

Knows nothing of the session: belief, tone and offer are later stages. Emotion comes from text only (G25).
"""

import datetime
from collections.abc import Sequence
from typing import Any, Protocol

import msgspec
import numpy as np
from eqnegotiator.edge.intent import read_intent
from eqnegotiator.edge.language import ENGLISH, detect_language
from eqnegotiator.edge.proposal import Proposal, parse_proposal
from eqnegotiator.edge.questions import Topic, question_topic
from eqnegotiator.edge.utterance import MAX_CHARACTERS, normalise
from eqnegotiator.models.encoder_input import Turn
from eqnegotiator.models.encoder_labels import EMOTIONS, TACTICS
from numpy.typing import NDArray

__all__ = ["EMOTIONS", "Encoder", "Understanding", "to_wire", "understand"]


class EmotionEvidence(Protocol):
    """`probability` and `log_likelihood` have shape [7], in the order of `EMOTIONS`."""

    @property
    def probability(self) -> NDArray[np.float64]: ...
    @property
    def log_likelihood(self) -> NDArray[np.float64]: ...


class Reading(Protocol):
    """Probabilities of one utterance: `intent` [22] and `tactic` [6] in the order of `models.encoder_labels`."""

    @property
    def emotion(self) -> EmotionEvidence: ...
    @property
    def intent(self) -> NDArray[np.float64]: ...
    @property
    def tactic(self) -> NDArray[np.float64]: ...


class Encoder(Protocol):
    """The utterance encoder, as far as this stage uses it. `intent_threshold` [22]: from where on an intent counts as said."""

    @property
    def intent_threshold(self) -> NDArray[np.float64]: ...
    def read(self, text: str, context: Sequence[Turn] = ()) -> Reading: ...


class Understanding(msgspec.Struct, frozen=True):
    """What one utterance says.

    `text` is as received, cut to 16,384 characters; `spans` are the quantities in it. `emotion` maps each of `EMOTIONS`
    to its probability; `emotion_log_likelihood`, shape [7], is the soft evidence for the belief. `intents` are probabilities,
    `said` the intents that count as said, `intent` the strongest (see `intent`). `tactics` are probabilities that sum to one,
    `tactic` is the likeliest. `topic` is what is asked when `ask_information` was said. `language` is a BCP 47 primary tag (see
    `language`).
    """

    text: str
    emotion: dict[str, float]
    emotion_log_likelihood: tuple[float, ...]
    intent: str
    intents: dict[str, float]
    said: frozenset[str]
    tactic: str
    tactics: dict[str, float]
    signals: tuple[str, ...]
    proposal: Proposal | None
    spans: tuple[tuple[int, int], ...]
    topic: Topic | None
    language: str = ENGLISH


def understand(text: str, today: datetime.date, encoder: Encoder, context: Sequence[Turn] = ()) -> Understanding:
    """Understand one utterance, given the turns before it, oldest first.

    Raises:
        models.encoder.EmptyTextError: nothing is said in it: it is blank, or marks and invisible characters only.
    """
    bounded = text[:MAX_CHARACTERS]
    reading = encoder.read(normalise(bounded), context)
    parsed = parse_proposal(bounded, today)
    language = detect_language(bounded)
    # The encoder has learnt English only; of another language, what the rules hear is all that counts.
    said = reading.intent if language == ENGLISH else np.zeros_like(reading.intent)
    intents = read_intent(bounded, parsed, said.tolist(), encoder.intent_threshold.tolist())
    tactics = dict(zip(TACTICS, reading.tactic.tolist(), strict=True))
    return Understanding(
        text=bounded,
        emotion=dict(zip(EMOTIONS, reading.emotion.probability.tolist(), strict=True)),
        emotion_log_likelihood=tuple(reading.emotion.log_likelihood.tolist()),
        intent=intents.top,
        intents=intents.intents,
        said=intents.said,
        tactic=max(tactics, key=tactics.__getitem__),
        tactics=tactics,
        signals=intents.signals,
        proposal=parsed.proposal,
        spans=parsed.spans,
        topic=question_topic(bounded) if "ask_information" in intents.said else None,
        language=language,
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
