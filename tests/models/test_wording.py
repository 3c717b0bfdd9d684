"""Wordings: what was written passes, what joins two wordings into no sentence does not."""

from __future__ import annotations

from pathlib import Path

import pytest
from eqnegotiator.models.bundle import bundled, load_bundle
from eqnegotiator.models.train.corpus import wordings
from eqnegotiator.models.wording import FILE_NAME, Wordings, sentences_of


@pytest.fixture(scope="module")
def shipped() -> Wordings:
    return Wordings.load(load_bundle(bundled("slm"), "slm").file(FILE_NAME))


def test_three_neighbouring_words_decide() -> None:
    known = Wordings.of(["I can offer {terms}. Would that help?", "We can talk about it."])
    assert known.strange("I can offer {terms}.") is None
    assert known.strange("Would that help?") is None
    assert known.strange("We can offer {terms}.") == "we can offer"
    assert known.strange("I can offer {terms}, would that help?") == "offer {terms} ,"
    assert known.strange("") is None


def test_they_survive_the_file(tmp_path: Path) -> None:
    known = Wordings.of(["I can offer {terms}."])
    known.save(tmp_path / FILE_NAME)
    again = Wordings.load(tmp_path / FILE_NAME)
    assert again.strange("I can offer {terms}.") is None
    assert again.strange("You can offer {terms}.") is not None


@pytest.mark.parametrize("name", ["acks.txt", "moves_terms.txt", "moves_other.txt"])
def test_everything_in_the_phrase_banks_passes(shipped: Wordings, name: str) -> None:
    for text in wordings(name):
        for sentence in sentences_of(text):
            assert shipped.strange(sentence) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "That is good, I am pleased I could it.",
        "Let us keep this simple and simple: {terms}.",
        "It gives you  yours time.",
        "Would you like to go ahead with queier?",
    ],
)
def test_garbled_sentences_are_strange(shipped: Wordings, sentence: str) -> None:
    assert shipped.strange(sentence) is not None
