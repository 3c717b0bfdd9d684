"""The guard: one test per rule, the whole phrase bank passes, and what is not in the plan never does."""

from __future__ import annotations

import itertools
import re

import pytest
from eqnegotiator.edge.guard import check_reply, check_sentence, quantities_outside_plan
from eqnegotiator.edge.plan import AI_STATEMENT, CRISIS_STATEMENT, DEBT_STATEMENT, Plan
from eqnegotiator.edge.templates import FALLBACK, FIXED, fill
from eqnegotiator.models.prompt import slots_in
from eqnegotiator.models.train.corpus import TEXT, forms, read_sections
from hypothesis import given
from hypothesis import strategies as st

COUNTER = Plan(act="counter", kind="extension", slots={"amount": "$1,200.00", "due_date": "22 December 2026"})
GREET = Plan(act="greet", kind="verify", slots={"question": "What is your year of birth?"}, legal=(AI_STATEMENT,), verified=False)


def rules(sentence: str, plan: Plan = COUNTER) -> set[str]:
    return {violation.rule for violation in check_sentence(sentence, plan)}


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("G3", "Your account has a balance outstanding."),
        ("G3", "This is about money that you owe."),
        ("G3", "It concerns an overdue payment."),
        ("G5", "You could be arrested for this."),
        ("G5", "The police may visit you."),
        ("G5", "We can garnish what you earn."),
        ("G5", "Bailiffs will come to your home."),
        ("G6", "We will take you to court."),
        ("G6", "Legal action will follow."),
        ("G6", "This will hurt your credit score."),
        ("G6", "Pay or else."),
        ("G6", "Your employer will hear of this."),
        ("G7", "I am a lawyer."),
        ("G7", "I am an officer of the government."),
        ("G7", "I am a person, not a machine."),
        ("G8", "You could pay $300 today."),
        ("G8", "You have two weeks."),
        ("G8", "Half of it will do."),
        ("G8", "Pay by Friday."),
        ("G8", "Pay it in January."),
        ("G8", "You could pay {each} instead."),
        ("G8", "It is agreed, you pay {amount}."),
        ("G8", "Take 30 days."),
        ("G8", "Take \uff13 days."),
        ("G9", "A late fee applies."),
        ("G9", "Interest is added."),
        ("G10", "You are irresponsible."),
        ("G10", "This is your last chance."),
        ("G10", "You must pay immediately."),
        ("G10", "That is stupid."),
        ("G11", "That is fraud."),
        ("G18", "You could borrow it from a friend."),
        ("G18", "You could sell your car."),
    ],
)
def test_each_rule_refuses_what_it_names(rule: str, sentence: str) -> None:
    assert rule in rules(sentence, GREET if rule == "G3" else COUNTER)


@pytest.mark.parametrize(
    "sentence",
    [
        "You could pay {amount} by {due_date}.",
        "I can give you until {due_date} to pay {amount}. Would that work for you?",
        "Nobody here judges you.",
        "Thank you for your courtesy.",
        "Nothing is agreed until you say yes.",
        "What could you manage each month?",
    ],
)
def test_humane_sentences_pass(sentence: str) -> None:
    assert rules(sentence) == set()


@pytest.mark.parametrize("name", ["acks.txt", "moves_terms.txt", "moves_other.txt"])
def test_every_sentence_the_model_was_taught_passes_the_guard(name: str) -> None:
    for header, lines in read_sections(TEXT / name).items():
        keys = dict(part.split("=") for part in header.split())
        act = keys.get("act", "counter")
        for sentence in itertools.chain.from_iterable(map(forms, lines)):
            plan = Plan(
                act=act, kind=keys.get("kind", "any"), slots=dict.fromkeys(slots_in(sentence), "x"), verified=act not in ("greet", "verify")
            )
            assert check_sentence(sentence, plan) == [], f"{name} [{header}]"
            assert re.search(r"[.?]$|\{question\}$", sentence), f"{name} [{header}]: {sentence!r} does not end"
            assert sentence == " ".join(sentence.split()), f"{name} [{header}]: spaces in {sentence!r}"


@pytest.mark.parametrize("key", [*FALLBACK])
def test_every_fallback_states_its_slots_and_passes_the_guard(key: tuple[str, str]) -> None:
    act, kind = key
    wording = FALLBACK[key]
    plan = Plan(act=act, kind=kind, slots=dict.fromkeys(slots_in(wording), "x"), verified=act not in ("greet", "verify"))  # type: ignore[arg-type]
    assert check_sentence(wording, plan) == []


REFUSE = Plan(act="refuse", kind="ask", slots={"ask": "$50.00 every month", "terms": "the full $1,200.00 by 22 December 2026"})


@pytest.mark.parametrize(
    "sentence",
    [
        "I cannot offer you {amount} by {due_date}.",
        "I am not able to do {amount} by {due_date}.",
        "Paying {amount} is more than I can do, so {amount} is beyond us, {due_date}.",
    ],
)
def test_an_offer_is_not_denied_in_the_clause_that_names_it(sentence: str) -> None:
    assert "G8" in rules(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "I can offer {ask}, and {terms}.",
        "I am happy to agree to {ask}. The plan is {terms}.",
        "We will arrange {ask}, not {terms}.",
    ],
)
def test_a_refused_request_is_not_granted(sentence: str) -> None:
    assert "G8" in rules(sentence, REFUSE)


@pytest.mark.parametrize(
    "sentence",
    [
        "I cannot go as far as {ask}, but I can offer {terms}.",
        "If I could agree to {ask}, I would. What I am able to hold open for you is {terms}.",
        "I wish I could offer {ask}, and what I can do is {terms}.",
    ],
)
def test_a_request_is_refused_and_the_offer_stands(sentence: str) -> None:
    assert rules(sentence, REFUSE) == set()
    assert check_reply(sentence, "", REFUSE, profile="us") == []


def test_a_refusal_must_refuse() -> None:
    assert [v.rule for v in check_reply("{ask}, {terms} can still be hard.", "", REFUSE, profile="us")] == ["G8"]


@pytest.mark.parametrize(
    "sentence",
    [
        "Thank you for suggesting {due_date}, you could pay {amount} by then.",
        "I am glad you suggest {amount} by {due_date}.",
        "Your idea of {amount} by {due_date} is a good one.",
    ],
)
def test_our_offer_is_not_called_the_customers(sentence: str) -> None:
    assert "G8" in rules(sentence)


def test_the_customers_terms_may_be_called_theirs() -> None:
    plan = Plan(act="confirm", kind="any", slots={"terms": "the full $1,200.00 today"})
    assert rules("You suggested {terms}.", plan) == set()


@pytest.mark.parametrize(
    "sentence",
    [
        "You could pay {amount} by {due_date}, which gives you  yours time.",
        "You could pay {amount} by {due_date} , I think.",
        "verified a small amount or a later date is fine.",
        "You could pay {amount} by {due_date} and then",
    ],
)
def test_broken_wording_is_refused(sentence: str) -> None:
    assert "G8" in rules(sentence)


@pytest.mark.parametrize("key", [*FIXED])
def test_fixed_replies_pass_the_guard_sentence_by_sentence(key: tuple[str, str]) -> None:
    act, kind = key
    before = act == "verify" or kind in ("stop_contact", "third_party", "unverified", "waiting", "max_turns", "abuse")
    plan = Plan(act=act, kind=kind, slots=dict.fromkeys(slots_in(FIXED[key]), "x"), verified=not before)  # type: ignore[arg-type]
    # Whoever thinks of borrowing is told not to, which needs the word.
    allowed = {"G18"} if kind == "borrowing" else set()
    for sentence in re.split(r"(?<=[.?]) ", FIXED[key]):
        assert rules(sentence, plan) <= allowed


def test_the_ai_statement_opens_the_first_message() -> None:
    wording = "To protect your privacy: {question}"
    text = f"{AI_STATEMENT} {fill(wording, GREET.slots)}"
    assert check_reply(wording, text, GREET, profile="us") == []
    assert [v.rule for v in check_reply(wording, fill(wording, GREET.slots), GREET, profile="us")] == ["G1"]


def test_the_debt_statement_opens_the_first_message_after_verification() -> None:
    plan = Plan(act="disclose", kind="open", slots={"balance": "$1,200.00", "creditor": "Northwind"}, legal=(DEBT_STATEMENT,))
    wording = FALLBACK["disclose", "open"]
    assert check_reply(wording, f"{DEBT_STATEMENT} {fill(wording, plan.slots)}", plan, profile="us") == []
    assert [v.rule for v in check_reply(wording, fill(wording, plan.slots), plan, profile="us")] == ["G2"]


def test_a_reply_that_leaves_out_a_slot_is_refused() -> None:
    assert [v.rule for v in check_reply("You could pay {amount} later.", "", COUNTER, profile="us")] == ["G8"]


def test_a_read_back_must_ask() -> None:
    plan = Plan(act="confirm", kind="any", slots={"terms": "the full $1,200.00 today"})
    assert [v.rule for v in check_reply("The plan is {terms}.", "", plan, profile="us")] == ["G8"]
    assert check_reply("The plan is {terms}. Please say yes or no.", "", plan, profile="us") == []
    assert check_reply("The plan is {terms}. Tell me yes if you agree, or no if you do not.", "", plan, profile="us") == []


def test_only_the_acknowledgement_follows_a_wish_not_to_be_contacted() -> None:
    plan = Plan(act="close", kind="stop_contact", verified=False)
    assert check_reply(FIXED["close", "stop_contact"], "", plan, profile="us") == []
    assert [v.rule for v in check_reply("Before you go, could you pay?", "", plan, profile="us")] == ["G13"]


@pytest.mark.parametrize("profile", sorted(CRISIS_STATEMENT))
def test_only_the_crisis_text_follows_a_self_harm_signal(profile: str) -> None:
    plan = Plan(act="handoff", kind="crisis", legal=(CRISIS_STATEMENT[profile],), verified=False)
    assert check_reply("", CRISIS_STATEMENT[profile], plan, profile=profile) == []
    assert [v.rule for v in check_reply("", CRISIS_STATEMENT[profile] + " And pay.", plan, profile=profile)] == ["G24"]


@given(st.integers(2, 9_999_999))
def test_no_number_outside_the_plan_survives(number: int) -> None:
    assert "G8" in rules(f"You could pay {number} later.")
    assert quantities_outside_plan(f"You could pay $1,200.00 by 22 December 2026, or {number} extra.", COUNTER) == [str(number)]


def test_quantities_of_the_plan_are_inside_it() -> None:
    assert quantities_outside_plan("You could pay $1,200.00 by 22 December 2026.", COUNTER) == []
