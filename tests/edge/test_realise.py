"""Realise: streamed sentences are guarded, refusals become a retry and then the template of the same plan."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import pytest
from eqnegotiator.edge.plan import AI_STATEMENT, Plan
from eqnegotiator.edge.realise import Said, realise
from eqnegotiator.edge.templates import FALLBACK, FIXED, fill
from eqnegotiator.models.generate import BusyError, DeadEndError, DeadlineError
from eqnegotiator.models.prompt import PlanPrompt

COUNTER = Plan(act="counter", kind="extension", slots={"amount": "$1,200.00", "due_date": "22 December 2026"})
TEMPLATE = fill(FALLBACK["counter", "extension"], COUNTER.slots)


class Scripted:
    """A model that says what it is told, one script per attempt; keeps what it was asked."""

    def __init__(self, *attempts: list[str | Exception]) -> None:
        self.attempts = list(attempts)
        self.said: list[str] = []

    def sentences(self, plan: PlanPrompt, *, conversation: str, seed: Sequence[int], said: str, deadline: float) -> Iterator[str]:
        self.said.append(said)
        for sentence in self.attempts[min(seed[-1], len(self.attempts) - 1)]:
            if isinstance(sentence, Exception):
                raise sentence
            yield sentence

    def release(self, conversation: str) -> None:
        raise NotImplementedError

    def stop(self) -> None:
        raise NotImplementedError


def say(plan: Plan, *attempts: list[str | Exception]) -> tuple[Said, list[str], Scripted]:
    emitted: list[str] = []
    model = Scripted(*attempts)
    deadline = time.monotonic() + 60
    said = realise(
        plan, model, conversation="s1", previous="", customer="", profile="us", seed=(1,), deadline=deadline, emit=emitted.append
    )
    assert " ".join(emitted) == said.text, "what was streamed is what was said"
    return said, emitted, model


def test_what_the_model_says_is_filled_and_streamed_by_sentence() -> None:
    said, emitted, _ = say(COUNTER, ["Thank you for that.", "You could pay {amount} by {due_date}."])
    assert said.outcome == "model"
    assert emitted == ["Thank you for that.", "You could pay $1,200.00 by 22 December 2026."]
    assert said.refused == ()


def test_a_refused_sentence_is_tried_again_behind_what_was_said() -> None:
    said, emitted, model = say(
        COUNTER, ["Thank you for that.", "Pay {amount} by {due_date} or go to court."], ["You could pay {amount} by {due_date}."]
    )
    assert said.outcome == "model_retry"
    assert model.said == ["", "Thank you for that."]
    assert emitted[0] == "Thank you for that."
    assert "court" not in said.text
    assert [violation.rule for violation in said.refused] == ["G6"]


def test_repeated_refusals_end_in_the_template_of_the_same_plan() -> None:
    said, emitted, _ = say(COUNTER, ["You owe 500."], ["You must pay {amount}."])
    assert said.outcome == "guard_template"
    assert emitted == [TEMPLATE]
    assert [violation.rule for violation in said.refused] == ["G8", "G10", "G10"]


def test_a_missing_slot_is_a_refusal() -> None:
    said, _, _ = say(COUNTER, ["You could pay later."], ["Indeed."])
    assert said.outcome == "guard_template"
    assert said.text == f"You could pay later. Indeed. Indeed. {TEMPLATE}"


def test_a_half_stated_offer_is_held_back_and_worded_anew() -> None:
    said, emitted, model = say(COUNTER, ["Thank you.", "You could pay {amount} later."], ["You could pay {amount} by {due_date}."])
    assert said.outcome == "model_retry"
    assert model.said == ["", "Thank you."]
    assert emitted == ["Thank you.", "You could pay $1,200.00 by 22 December 2026."]


def test_an_offer_in_two_sentences_comes_when_it_is_whole() -> None:
    said, emitted, _ = say(COUNTER, ["It would be {amount}.", "The day would be {due_date}."])
    assert said.outcome == "model"
    assert emitted == ["It would be $1,200.00.", "The day would be 22 December 2026."]


def test_a_model_at_a_dead_end_is_tried_again() -> None:
    said, _, _ = say(COUNTER, [DeadEndError("lost")], ["You could pay {amount} by {due_date}."])
    assert said.outcome == "model_retry"
    assert [violation.rule for violation in said.refused] == ["wording"]


def test_a_late_model_is_finished_by_the_template() -> None:
    said, emitted, _ = say(COUNTER, ["Thank you.", DeadlineError("late")])
    assert said.outcome == "late_template"
    assert emitted == ["Thank you.", TEMPLATE]


def test_a_busy_model_gives_way_to_the_template() -> None:
    said, emitted, _ = say(COUNTER, [BusyError(16, 2.5)])
    assert said.outcome == "busy_template"
    assert emitted == [TEMPLATE]


def test_endless_talk_is_cut() -> None:
    said, _, _ = say(COUNTER, ["Well."] * 9, ["You could pay {amount} by {due_date}."])
    assert said.outcome == "guard_template" or said.text.count("Well.") <= 4


def test_legal_sentences_come_first_and_fixed_replies_ask_no_model() -> None:
    greet = Plan(act="greet", kind="verify", slots={"question": "What is your year of birth?"}, legal=(AI_STATEMENT,), verified=False)
    _, emitted, _ = say(greet, ["First, a check: {question}"])
    assert emitted == [AI_STATEMENT, "First, a check: What is your year of birth?"]
    stopped, _, model = say(Plan(act="close", kind="stop_contact", verified=False))
    assert stopped.outcome == "fixed"
    assert stopped.text == FIXED["close", "stop_contact"]
    assert model.said == []


@pytest.mark.parametrize("sentence", ["{question} and more.", "Pay {amount}. Pay {balance}."])
def test_slots_that_the_plan_lacks_are_refused(sentence: str) -> None:
    said, _, _ = say(COUNTER, [sentence], [sentence])
    assert said.outcome == "guard_template"
