"""The understand stage with an encoder of fixed likelihoods, and its wire form (design, section 9)."""

import datetime
import json
import math

import pytest
from eqnegotiator.edge.understand import EMOTIONS, EncoderShapeError, to_wire, understand
from eqnegotiator.edge.utterance import MAX_CHARACTERS, fold, normalise

TODAY = datetime.date(2026, 3, 11)


class FixedEvidence:
    def __init__(self, probability: tuple[float, ...]) -> None:
        self.probability = probability
        self.log_likelihood = tuple(math.log(value) for value in probability)


class FixedEncoder:
    """Returns the same evidence for every text and keeps the texts."""

    def __init__(self, probability: tuple[float, ...] = (0.1, 0.2, 0.3, 0.1, 0.1, 0.1, 0.1)) -> None:
        self.evidence = FixedEvidence(probability)
        self.texts: list[str] = []

    def emotions(self, text: str) -> FixedEvidence:
        self.texts.append(text)
        return self.evidence


def test_everything_is_read_from_one_utterance() -> None:
    encoder = FixedEncoder()
    text = "I lost my job, I can\u2019t do 300 but I could do 150 a month"
    found = understand(text, TODAY, encoder)
    assert found.text == text
    assert found.emotion == dict(zip(EMOTIONS, encoder.evidence.probability, strict=True))
    assert found.emotion_log_likelihood == encoder.evidence.log_likelihood
    assert (found.intent, found.tactic, found.signals, found.topic) == ("counter", "none", ("hardship",), None)
    assert found.proposal is not None
    assert (found.proposal.amount, found.proposal.every) == ("150.00", "month")
    assert [found.text[start:end] for start, end in found.spans] == ["300", "150 a month"]


def test_the_encoder_reads_normalised_text_once() -> None:
    encoder = FixedEncoder()
    understand("I can\u2019t pay \uff13\uff10\uff10 \u2014 \u201cok\u201d?", TODAY, encoder)
    assert encoder.texts == ['I can\'t pay 300 - "ok"?']


def test_topic_only_for_questions() -> None:
    assert understand("how much do I owe?", TODAY, FixedEncoder()).topic == "balance"
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


def test_an_encoder_of_other_emotions_is_refused() -> None:
    with pytest.raises(EncoderShapeError, match="probability has 3 entries, 7 are needed") as caught:
        understand("hello", TODAY, FixedEncoder((0.2, 0.3, 0.5)))
    assert (caught.value.field, caught.value.length) == ("probability", 3)


def test_fold_keeps_where_characters_came_from() -> None:
    text = "Ça\u200b coûte ½ \u2014 \uff04\uff15"
    folded = fold(text)
    assert folded.text == "ca coute  1/2 - $5"
    assert len(folded.origin) == len(folded.text)
    assert text[slice(*folded.span_in_original(folded.text.index("$"), len(folded.text)))] == "\uff04\uff15"
    assert normalise("It\u2019s ﬁne") == "It's fine"
