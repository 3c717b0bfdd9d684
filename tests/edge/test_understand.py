"""The understand stage with an encoder of fixed readings, and its wire form (design, section 9)."""

import datetime
import json
from collections.abc import Sequence

import numpy as np
import pytest
from eqnegotiator.edge.understand import EMOTIONS, to_wire, understand
from eqnegotiator.edge.utterance import MAX_CHARACTERS, fold, normalise
from eqnegotiator.models.encoder import EmotionEvidence, Reading
from eqnegotiator.models.encoder_input import Turn
from eqnegotiator.models.encoder_labels import INTENTS, TACTICS

TODAY = datetime.date(2026, 3, 11)


class FixedEncoder:
    """Reads the same out of every text and keeps what it was given."""

    intent_threshold = np.full(len(INTENTS), 0.5)

    def __init__(self, *intents: str, tactic: str = "none") -> None:
        probability = np.array([0.1, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1])
        said = np.where(np.isin(INTENTS, intents), 0.9, 0.1)
        self.reading = Reading(EmotionEvidence(np.log(probability), probability), said, np.where(np.isin(TACTICS, tactic), 0.75, 0.05))
        self.texts: list[str] = []
        self.contexts: list[Sequence[Turn]] = []

    def read(self, text: str, context: Sequence[Turn] = ()) -> Reading:
        self.texts.append(text)
        self.contexts.append(context)
        return self.reading


def test_everything_is_read_from_one_utterance() -> None:
    encoder = FixedEncoder("counter", "reject", tactic="pressure")
    text = "I lost my job, I can\u2019t do 300 but I could do 150 a month"
    found = understand(text, TODAY, encoder)
    assert found.text == text
    assert found.emotion == dict(zip(EMOTIONS, encoder.reading.emotion.probability, strict=True))
    assert found.emotion_log_likelihood == tuple(encoder.reading.emotion.log_likelihood)
    assert (found.intent, found.tactic, found.signals, found.topic) == ("counter", "pressure", ("hardship",), None)
    assert found.said == {"counter", "reject", "hardship", "propose"}
    assert found.proposal is not None
    assert (found.proposal.amount, found.proposal.every) == ("150.00", "month")
    assert [found.text[start:end] for start, end in found.spans] == ["300", "150 a month"]


def test_the_encoder_reads_normalised_text_once_with_what_was_said_before() -> None:
    encoder = FixedEncoder()
    before = (Turn("agent", "Could you pay 300?"),)
    understand("I can\u2019t pay \uff13\uff10\uff10 \u2014 \u201cok\u201d?", TODAY, encoder, before)
    assert encoder.texts == ['I can\'t pay 300 - "ok"?']
    assert encoder.contexts == [before]


def test_topic_only_for_questions() -> None:
    assert understand("how much do I owe?", TODAY, FixedEncoder("ask_information")).topic == "balance"
    assert understand("can I pay 50 a month?", TODAY, FixedEncoder()).topic is None


def test_wire_form_has_exactly_the_keys_of_the_contract() -> None:
    wire = to_wire(understand("300 a month", TODAY, FixedEncoder()))
    assert list(wire) == ["text", "emotion", "intent", "intents", "tactic", "signals", "proposal"]
    assert list(wire["emotion"]) == ["joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral"]
    assert wire["proposal"] == {
        "days": None,
        "date": None,
        "amount": "300.00",
        "fraction": None,
        "every": "month",
        "count": None,
        "first_amount": None,
        "ambiguous": False,
    }
    assert json.loads(json.dumps(wire)) == wire


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("300 a month", {"amount": "300.00", "every": "month"}),
        ("half now, the rest in two weeks", {"fraction": 0.5, "days": 14}),
        ("I can pay in 6 weeks", {"days": 42}),
        ("30 days is too soon", None),
    ],
)
def test_wire_proposals_of_the_contract(text: str, said: dict[str, object] | None) -> None:
    proposal = to_wire(understand(text, TODAY, FixedEncoder()))["proposal"]
    if said is None:
        assert proposal is None
    else:
        assert {key: value for key, value in proposal.items() if value not in (None, False)} == said


def test_oversized_text_is_cut() -> None:
    found = understand("yes " * MAX_CHARACTERS, TODAY, FixedEncoder())
    assert len(found.text) == MAX_CHARACTERS


def test_fold_keeps_where_characters_came_from() -> None:
    text = "Ça\u200b coûte ½ \u2014 \uff04\uff15"
    folded = fold(text)
    assert folded.text == "ca coute  1/2 - $5"
    assert len(folded.origin) == len(folded.text)
    assert text[slice(*folded.span_in_original(folded.text.index("$"), len(folded.text)))] == "\uff04\uff15"
    assert normalise("It\u2019s ﬁne") == "It's fine"
