"""The state machine, branch by branch, on hand-made understandings: what is planned, in which state it leaves the session."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from eqnegotiator.edge import moves
from eqnegotiator.edge.accounts import Account, sample_accounts
from eqnegotiator.edge.affordability import Statement
from eqnegotiator.edge.guard import check_sentence
from eqnegotiator.edge.intent import INTENTS
from eqnegotiator.edge.messages import State
from eqnegotiator.edge.moves import Limits, Move
from eqnegotiator.edge.plan import AI_STATEMENT, CRISIS_STATEMENT, DEBT_STATEMENT
from eqnegotiator.edge.proposal import Proposal
from eqnegotiator.edge.questions import Topic
from eqnegotiator.edge.session import Session
from eqnegotiator.edge.strategy import ToneState
from eqnegotiator.edge.templates import FALLBACK, FIXED
from eqnegotiator.edge.terms import extension
from eqnegotiator.edge.understand import EMOTIONS, Understanding
from eqnegotiator.models.encoder_labels import TACTICS
from eqnegotiator.models.train.corpus import SITUATIONS_OF

TODAY = date(2026, 11, 22)
LIMITS = Limits(max_turns=30, verify_attempts=3)
A1001, A1002, A1003 = sample_accounts()
PENDING = extension(A1001.balance, "USD", TODAY, 30)
STATES: tuple[State, ...] = ("verifying", "open", "confirming", "agreed", "handoff")


def heard(
    text: str = "",
    *intents: str,
    signals: tuple[str, ...] = (),
    proposal: Proposal | None = None,
    topic: Topic | None = None,
    emotion: str = "neutral",
) -> Understanding:
    """What an utterance says: the named intents at full score, the emotion for certain."""
    scores = dict.fromkeys(INTENTS, 0.0) | dict.fromkeys((*intents, *signals), 1.0)
    return Understanding(
        text=text,
        emotion={name: float(name == emotion) for name in EMOTIONS},
        emotion_log_likelihood=tuple(0.0 if name == emotion else -9.0 for name in EMOTIONS),
        intent="other",
        intents=scores,
        said=frozenset((*intents, *signals)),
        tactic="none",
        tactics={name: float(name == "none") for name in TACTICS},
        signals=signals,
        proposal=proposal,
        spans=(),
        topic=topic,
    )


def session(state: State = "open", account: Account = A1001, **values: object) -> Session:
    made = Session(session="s", terminal="t", account=account.account, profile=account.profile, turn=1, tone=ToneState.initial())
    if state in ("confirming", "agreed"):
        made = msgspec.structs.replace(made, **{"pending" if state == "confirming" else "agreed": PENDING}, offered=PENDING)
    return msgspec.structs.replace(made, state=state, **values)


def answer(before: Session, said: Understanding, account: Account = A1001) -> Move:
    """One turn; checks on the way what holds for every move."""
    move = moves.answer_turn(before, account, said, TODAY, LIMITS)
    sound(move)
    return move


def sound(move: Move) -> None:
    plan = move.plan
    key = (plan.act, plan.kind)
    if key in FIXED:
        assert all(f"{{{slot}}}" in FIXED[key] for slot in plan.slots)
    elif key in FALLBACK:
        assert plan.situation in SITUATIONS_OF[key], f"the model was never taught {key} in answer to {plan.situation}"
    else:
        assert plan.legal, f"{key} has no words"
    assert (move.session.state == "confirming") == (move.session.pending is not None)
    assert (move.committed is not None) == (plan.act == "accept")


def said(move: Move) -> tuple[str, str, str]:
    return move.plan.act, move.plan.kind, move.session.state


def talk(before: Session, *turns: Understanding, account: Account = A1001) -> list[Move]:
    made = []
    for turn in turns:
        made.append(answer(before, turn, account))
        before = made[-1].session
    return made


YES, NO = heard("yes", "accept"), heard("no", "reject")
HELLO, MUMBLE = heard("hello", "greet"), heard("well, the thing")
HARDSHIP = heard("I lost my job", "hardship", signals=("hardship",))
CANNOT = heard("I can't afford it", "hardship", "reject", signals=("hardship",))
TIME = heard("I need more time", "ask_time")
ABUSE = heard("you useless thieves", "abuse")


def days(count: int) -> Understanding:
    return heard(f"{count} days", "propose", proposal=Proposal(days=count))


def monthly(amount: str) -> Understanding:
    return heard(f"{amount} a month", "propose", proposal=Proposal(amount=amount, every="month"))


def asks(topic: Topic) -> Understanding:
    return heard("?", "ask_information", topic=topic)


# Safety first.


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("account", [A1001, A1003], ids=lambda account: account.profile)
def test_self_harm_stops_collecting_in_every_state(state: State, account: Account) -> None:
    move = answer(
        session(state, account), heard("yes, stop calling, I want to die", "accept", signals=("self_harm", "stop_contact")), account
    )
    assert said(move) == ("handoff", "crisis", "handoff")
    assert move.plan.legal == (CRISIS_STATEMENT[account.profile],)
    assert (move.session.pending, move.committed) == (None, None)


@pytest.mark.parametrize("state", STATES)
def test_stop_contacting_me_ends_in_every_state(state: State) -> None:
    move = answer(session(state), heard("yes, stop contacting me", "accept", signals=("stop_contact", "human", "dispute")))
    assert said(move) == ("close", "stop_contact", "ended")
    assert not move.plan.verified


def test_who_is_helped_in_a_crisis_is_not_abandoned_when_they_send_us_away() -> None:
    crisis, away, later = talk(session(), heard(signals=("self_harm",)), heard(signals=("stop_contact",)), heard("ok", "accept"))
    assert said(away) == ("close", "stop_contact", "handoff")
    assert said(later) == ("handoff", "waiting", "handoff")
    assert crisis.session.asked_kind == moves.CRISIS


@pytest.mark.parametrize("state", ["verifying", "open", "confirming", "agreed"])
@pytest.mark.parametrize("third", [heard(signals=("third_party",)), heard("", "wrong_person")])
def test_nothing_is_said_to_a_third_party(state: State, third: Understanding) -> None:
    move = answer(session(state), third)
    assert said(move) == ("close", "third_party", "ended")
    assert not move.plan.verified
    assert not move.plan.slots


@pytest.mark.parametrize("state", ["verifying", "open", "confirming", "agreed"])
def test_a_person_is_called_whenever_one_is_wanted(state: State) -> None:
    assert said(answer(session(state), heard(signals=("human",)))) == ("handoff", "human", "handoff")


@pytest.mark.parametrize(
    ("signal", "kind"),
    [("represented", "represented"), ("insolvency_or_breathing_space", "insolvency"), ("dispute", "dispute")],
)
@pytest.mark.parametrize("state", ["open", "confirming", "agreed"])
def test_a_signal_routes_to_the_colleague_for_it(signal: str, kind: str, state: State) -> None:
    assert said(answer(session(state), heard(signals=(signal,)))) == ("handoff", kind, "handoff")


@pytest.mark.parametrize("signal", ["represented", "insolvency_or_breathing_space"])
def test_before_verification_a_signal_stops_us_without_a_word_about_the_matter(signal: str) -> None:
    move = answer(session("verifying"), heard(signals=(signal,)))
    assert said(move) == ("handoff", "waiting", "handoff")
    assert check_sentence(FIXED["handoff", "waiting"], move.plan) == []


def test_the_order_of_the_signals_is_the_order_of_their_urgency() -> None:
    signals = ["self_harm", "stop_contact", "third_party", "human", "represented", "insolvency_or_breathing_space", "dispute"]
    kinds = ["crisis", "stop_contact", "third_party", "human", "represented", "insolvency", "dispute"]
    for index, kind in enumerate(kinds):
        assert answer(session(), heard(signals=tuple(signals[index:]))).plan.kind == kind


# Verification.


def test_the_greeting_says_ai_and_nothing_about_the_account() -> None:
    move = moves.greet(session("verifying"), A1001, None, LIMITS)
    sound(move)
    assert said(move) == ("greet", "verify", "verifying")
    assert move.plan.legal == (AI_STATEMENT,)
    assert move.plan.slots == {"question": "What is your year of birth?"}
    assert not move.plan.verified


def test_a_question_without_its_mark_gets_one() -> None:
    account = msgspec.structs.replace(A1001, verify_question="Please tell me your postcode.")
    assert moves.greet(session("verifying"), account, None, LIMITS).plan.slots == {"question": "Please tell me your postcode?"}


def test_a_terminal_that_has_asked_already_starts_open_or_asks_again() -> None:
    right = moves.greet(session("verifying"), A1001, "1981", LIMITS)
    assert said(right) == ("disclose", "open", "open")
    assert right.plan.legal == (AI_STATEMENT, DEBT_STATEMENT)
    wrong = moves.greet(session("verifying"), A1001, "1980", LIMITS)
    assert said(wrong) == ("verify", "retry", "verifying")
    assert wrong.plan.legal == (AI_STATEMENT,)
    assert wrong.session.attempts == 2


def test_the_right_answer_discloses_the_debt_and_forgets_the_misses() -> None:
    move = answer(session("verifying", misses=3), heard("1981", "identity_answer"))
    assert said(move) == ("disclose", "open", "open")
    assert move.plan.legal == (DEBT_STATEMENT,)
    assert move.plan.slots == {"balance": "$1,200.00", "creditor": "Northwind Energy"}
    assert move.session.misses == 0


def test_three_wrong_answers_end_in_a_person() -> None:
    made = talk(session("verifying"), *[heard("1980", "identity_answer")] * 3)
    assert [said(move) for move in made] == [("verify", "retry", "verifying")] * 2 + [("handoff", "unverified", "handoff")]
    assert not any(move.plan.verified for move in made)


def test_anything_but_an_answer_counts_half() -> None:
    made = talk(session("verifying"), *[HELLO] * 6)
    assert [said(move) for move in made] == [("verify", "remind", "verifying")] * 5 + [("handoff", "unverified", "handoff")]


@pytest.mark.parametrize(
    ("topic", "kind"), [("who", "who"), ("consequences", "who"), ("why", "why"), ("privacy", "why"), ("balance", "remind")]
)
def test_who_we_are_and_why_we_ask_is_told_before_verification(topic: Topic, kind: str) -> None:
    move = answer(session("verifying"), asks(topic))
    assert said(move) == ("verify", kind, "verifying")
    assert not move.plan.verified


def test_what_is_proposed_before_verification_is_not_answered() -> None:
    assert said(answer(session("verifying"), days(30))) == ("verify", "retry", "verifying")


@pytest.mark.parametrize(("flag", "kind"), [("represented", "represented"), ("disputed", "waiting"), ("breathing_space", "waiting")])
def test_flags_that_forbid_collecting_stop_it_at_verification(flag: str, kind: str) -> None:
    account = msgspec.structs.replace(A1001, flags=(flag,))
    move = answer(session("verifying"), heard("1981"), account)
    assert said(move) == ("handoff", kind, "handoff")
    assert not move.plan.slots


def test_hardship_told_before_verification_is_remembered() -> None:
    told, verified = talk(session("verifying"), HARDSHIP, heard("1981"))
    assert told.session.hardship
    assert verified.session.offer.share == 0.6


# The negotiation.


def test_an_ask_near_the_target_is_read_back_and_a_yes_agrees_it() -> None:
    read, agreed = talk(session(), days(30), YES)
    assert said(read) == ("confirm", "any", "confirming")
    assert said(agreed) == ("accept", "any", "agreed")
    assert agreed.committed == agreed.session.agreed == read.session.pending == extension(A1001.balance, "USD", TODAY, 30)


def test_an_ask_further_away_is_countered_and_our_offer_can_be_taken() -> None:
    countered, read, agreed = talk(session(), days(80), YES, YES)
    assert said(countered) == ("counter", "extension", "open")
    assert countered.plan.slots == {"amount": "$1,200.00", "due_date": "22 December 2026"}
    assert said(read) == ("confirm", "any", "confirming")
    assert agreed.committed == countered.plan.terms


def test_an_ask_outside_the_mandate_is_refused_by_name() -> None:
    move = answer(session(), days(200))
    assert said(move) == ("refuse", "ask", "open")
    assert move.plan.slots["ask"] == "200 days"


def test_terms_that_left_the_mandate_since_the_read_back_are_not_agreed() -> None:
    before = msgspec.structs.replace(session("confirming"), pending=extension(A1001.balance, "USD", TODAY, 91))
    move = answer(before, YES)
    assert said(move) == ("handoff", "limit", "handoff")
    assert move.committed is None


def test_a_no_at_the_read_back_asks_openly() -> None:
    move = answer(session("confirming"), NO)
    assert said(move) == ("ask", "open", "open")


def test_after_a_read_back_nothing_worse_is_offered() -> None:
    read, refused, offered = talk(session(), days(35), NO, NO)
    assert read.plan.terms is not None
    assert offered.plan.terms is not None
    assert said(refused) == ("ask", "open", "open")
    assert offered.plan.terms.due_date > read.plan.terms.due_date


def test_an_unclear_answer_is_asked_again_then_a_person_decides() -> None:
    made = talk(session("confirming"), *[heard("hmm")] * 3)
    assert [said(move) for move in made] == [("ask", "yesno", "confirming")] * 2 + [("handoff", "limit", "handoff")]
    assert made[0].plan.terms == PENDING


def test_a_new_proposal_replaces_the_one_read_back() -> None:
    move = answer(session("confirming"), heard("yes but in 35 days", "accept", "propose", "counter", proposal=Proposal(days=35)))
    assert said(move) == ("confirm", "any", "confirming")
    assert move.session.pending == extension(A1001.balance, "USD", TODAY, 35)


@pytest.mark.parametrize(
    ("said_now", "act", "kind"),
    [
        (asks("consequences"), "inform", "consequences"),
        (asks("balance"), "inform", "balance"),
        (TIME, "inform", "time"),
        (ABUSE, "refuse", "abuse"),
        (heard("let me think about it"), "inform", "hold"),
        (heard("would you write it off", "ask_information", topic="unknown"), "inform", "discount"),
        (heard("I don't understand"), "inform", "terms"),
        (HARDSHIP, "ask", "spare"),
        (CANNOT, "ask", "spare"),
    ],
)
def test_more_than_yes_or_no_is_answered_and_then_read_back_anew(said_now: Understanding, act: str, kind: str) -> None:
    answered, read, agreed = talk(session("confirming"), said_now, YES, YES)
    assert said(answered) == (act, kind, "open")
    assert said(read) == ("confirm", "any", "confirming")
    assert agreed.committed == answered.session.offered


def test_hardship_at_the_read_back_widens_the_terms() -> None:
    move = answer(session("confirming", asked_spare=True), HARDSHIP)
    assert move.plan.terms is not None
    assert move.plan.terms.due_date > PENDING.due_date


def test_hardship_is_met_gently_then_with_wider_terms_then_by_a_person() -> None:
    made = talk(session(), HARDSHIP, HARDSHIP, *[CANNOT] * 4)
    assert [said(move)[:2] for move in made[:2]] == [("ask", "spare"), ("empathise", "terms")]
    assert made[1].plan.terms == extension(A1001.balance, "USD", TODAY, 66)
    assert said(made[-1])[0] == "handoff"
    assert ("handoff", "hardship", "handoff") in [said(move) for move in made]


def test_in_hardship_our_best_is_offered_once_and_nothing_above_what_the_customer_can_pay_is_pressed() -> None:
    told = session(hardship=True, asked_spare=True)
    offered, repeated = talk(told, monthly("50.00"), monthly("50.00"))
    assert said(offered) == ("refuse", "ask", "open")
    assert said(repeated) == ("handoff", "hardship", "handoff")
    accepted = answer(told, monthly("400.00"))
    assert said(accepted) == ("confirm", "any", "confirming")


def test_a_plea_for_time_is_granted_patience_then_time() -> None:
    first, patience, more = talk(session(), TIME, TIME, TIME)
    assert said(first) == ("counter", "extension", "open")
    assert said(patience) == ("inform", "time", "open")
    assert patience.plan.terms == first.plan.terms
    assert more.plan.terms is not None
    assert first.plan.terms is not None
    assert more.plan.terms.due_date > first.plan.terms.due_date


def test_who_asks_for_our_best_is_offered_better() -> None:
    first, better = talk(session(), TIME, heard("is that the best you can do?", "ask_information", topic="unknown"))
    assert first.plan.terms is not None
    assert better.plan.terms is not None
    assert better.plan.terms.due_date > first.plan.terms.due_date


def test_three_insults_end_in_a_person() -> None:
    made = talk(session(), *[ABUSE] * 3)
    assert [said(move) for move in made] == [("refuse", "abuse", "open")] * 2 + [("handoff", "abuse", "handoff")]


@pytest.mark.parametrize("unclear", [MUMBLE, HELLO, YES])
def test_turns_that_lead_nowhere_get_a_question_an_offer_and_a_person(unclear: Understanding) -> None:
    made = talk(session(), *[unclear] * 4)
    assert made[0].plan.act in ("ask", "inform")
    assert said(made[1]) == ("counter", "extension", "open")
    assert made[-1].session.state in ("handoff", "confirming", "agreed")


def test_an_ambiguous_number_again_and_again_does_not_loop() -> None:
    made = talk(session(), *[heard("60", "propose", proposal=Proposal(ambiguous=True))] * 4)
    assert said(made[0]) == ("ask", "unclear", "open")
    assert made[-1].session.state == "handoff"


def test_a_bare_number_is_money_where_payments_are_talked_about() -> None:
    parts, read = talk(
        session(), heard("can I pay in instalments?", "ask_information", topic="options"), heard("400", proposal=Proposal(ambiguous=True))
    )
    assert said(parts) == ("ask", "amount", "open")
    assert read.plan.terms is not None
    assert read.plan.terms.kind == "instalments"


def test_an_amount_said_alone_is_paid_on_the_day_said_next() -> None:
    asked, offered = talk(session(), heard("200", "propose", proposal=Proposal(amount="200.00")), days(8))
    assert said(asked) == ("ask", "date", "open")
    assert said(offered) == ("counter", "terms", "open")
    assert offered.plan.terms is not None
    first, rest = offered.plan.terms.instalments
    assert (first.amount, first.due_date) == (Decimal("200.00"), TODAY + timedelta(days=8))
    assert rest.amount == Decimal("1000.00")


def test_an_amount_said_alone_becomes_a_plan_with_a_rhythm() -> None:
    _, read = talk(session(), heard("400", proposal=Proposal(amount="400.00")), heard("a month", proposal=Proposal(days=30)))
    assert read.session.offer.every == "month"


@pytest.mark.parametrize(
    ("text", "kind"), [("should I borrow it?", "borrowing"), ("please don't take me to court", "consequences"), ("hang on", "hold")]
)
def test_remarks_are_answered(text: str, kind: str) -> None:
    assert said(answer(session(), heard(text, "ask_information", topic="unknown"))) == ("inform", kind, "open")


@pytest.mark.parametrize("topic", ["balance", "who", "why", "options", "privacy", "consequences", "unknown"])
def test_questions_are_answered(topic: Topic) -> None:
    assert said(answer(session(), asks(topic))) == ("inform", topic, "open")


def test_a_question_about_terms_names_them_once_there_are_some() -> None:
    assert said(answer(session(), asks("terms"))) == ("inform", "options", "open")
    move = answer(session(offered=PENDING), asks("terms"))
    assert said(move) == ("inform", "terms", "open")
    assert move.plan.terms == PENDING


@pytest.mark.parametrize("state", ["verifying", "open", "confirming"])
def test_who_says_goodbye_may_go(state: State) -> None:
    move = answer(session(state), heard("I have to go, bye"))
    assert said(move) == ("close", "goodbye", "ended")
    assert move.session.agreed is None


def test_the_last_turn_is_a_persons_but_a_yes_still_counts() -> None:
    late = session("confirming", turn=LIMITS.max_turns)
    assert said(answer(late, NO)) == ("handoff", "max_turns", "handoff")
    assert said(answer(late, YES)) == ("accept", "any", "agreed")
    assert said(answer(session(turn=LIMITS.max_turns), days(30))) == ("handoff", "max_turns", "handoff")


# Afterwards.


@pytest.mark.parametrize("after", [YES, HELLO, asks("terms"), heard("no, that's all, thank you", "reject", "smalltalk"), days(30)])
def test_what_is_agreed_stands(after: Understanding) -> None:
    move = answer(session("agreed"), after)
    assert said(move) == ("close", "done", "agreed")
    assert "22 December 2026" in move.plan.slots["terms"]


@pytest.mark.parametrize("after", [HARDSHIP, CANNOT, TIME, days(60), heard("I changed my mind")])
def test_who_cannot_keep_the_agreement_gets_a_person(after: Understanding) -> None:
    move = answer(session("agreed"), after)
    assert said(move) == ("handoff", "agreed", "handoff")
    assert move.session.agreed == PENDING


@pytest.mark.parametrize(
    "after", [YES, NO, days(30), HARDSHIP, ABUSE, asks("balance"), heard(signals=("human",)), heard(signals=("third_party",))]
)
def test_after_a_handoff_nothing_is_negotiated(after: Understanding) -> None:
    assert said(answer(session("handoff"), after)) == ("handoff", "waiting", "handoff")


@pytest.mark.parametrize(("state", "kind"), [("verifying", "goodbye"), ("open", "goodbye"), ("confirming", "goodbye"), ("agreed", "done")])
def test_the_end_closes(state: State, kind: str) -> None:
    move = moves.end(session(state))
    sound(move)
    assert (move.plan.act, move.plan.kind) == ("close", kind)
    assert move.session.state == ("agreed" if state == "agreed" else "ended")
    assert move.session.pending is None


@pytest.mark.parametrize(
    ("state", "act", "kind", "last"),
    [("verifying", "verify", "remind", "unverified"), ("open", "ask", "unclear", "limit"), ("confirming", "ask", "yesno", "limit")],
)
def test_silence_is_asked_again_but_not_for_ever(state: State, act: str, kind: str, last: str) -> None:
    before = session(state)
    for _ in range(moves.MISSES_BEFORE_HANDOFF - 1):
        move = moves.silence(before, A1001, TODAY)
        sound(move)
        assert said(move) == (act, kind, state)
        before = move.session
    assert said(moves.silence(before, A1001, TODAY)) == ("handoff", last, "handoff")


def test_the_end_calls_no_colleague_off() -> None:
    assert said(moves.end(session("handoff"))) == ("handoff", "waiting", "handoff")


def test_silence_after_the_end_repeats_where_we_are() -> None:
    assert said(moves.silence(session("agreed"), A1001, TODAY)) == ("close", "done", "agreed")
    assert said(moves.silence(session("handoff"), A1001, TODAY)) == ("handoff", "waiting", "handoff")


# What the customer can afford (G19), pauses and settlements (G18, G21).

UC = heard("on universal credit, 393 a month", "hardship", signals=("hardship",), proposal=Proposal(amount="393.00", every="month"))


def spare(text: str, proposal: Proposal | None = None) -> Understanding:
    return heard(text, proposal=proposal)


def test_what_is_left_is_asked_once_and_the_answer_bounds_what_is_offered() -> None:
    asked, offered, read, agreed = talk(
        session(account=A1003), HARDSHIP, spare("about 85", Proposal(ambiguous=True)), YES, YES, account=A1003
    )
    assert said(asked) == ("ask", "spare", "open")
    assert said(offered) == ("empathise", "terms", "open")
    assert offered.session.statement == Statement(spare=Decimal("85.00"))
    assert offered.plan.terms is not None
    assert [payment.amount for payment in offered.plan.terms.instalments] == [Decimal("80.00")] * 6
    assert said(read) == ("confirm", "any", "confirming")
    assert agreed.committed == offered.plan.terms


def test_who_does_not_answer_is_not_asked_again() -> None:
    made = talk(session(), HARDSHIP, MUMBLE, HARDSHIP, CANNOT)
    assert [move.plan.kind for move in made].count("spare") == 1


def test_before_more_is_asked_than_they_say_they_can_pay_they_are_asked_what_is_left() -> None:
    asked, offered = talk(session(hardship=True), monthly("300.00"), spare("I have 450 left after bills", Proposal(amount="450.00")))
    assert said(asked) == ("ask", "spare", "open")
    assert asked.session.offer == session().offer, "a question concedes nothing"
    assert offered.plan.terms is not None
    assert max(payment.amount for payment in offered.plan.terms.instalments) == Decimal("400.00")


def test_an_own_plan_above_the_disposable_income_is_not_accepted() -> None:
    told = session(hardship=True, statement=Statement(spare=Decimal("420.00")))
    move = answer(told, monthly("600.00"))
    assert move.plan.act == "refuse"
    assert move.plan.terms is not None
    assert move.plan.terms.instalments[0].amount == Decimal("400.00")
    assert said(answer(told, monthly("400.00"))) == ("confirm", "any", "confirming")


def test_income_that_is_stated_is_no_proposal() -> None:
    move = answer(session(), UC)
    assert move.session.statement == Statement(income={"benefits": Decimal("393.00")})
    assert said(move) == ("ask", "spare", "open"), "the outgoings are not known"
    partly = answer(session(), spare("I bring home 1400 a month and rent is 800"))
    assert said(partly) == ("ask", "spare", "open"), "rent is not all that a person needs"


def test_when_nothing_is_affordable_a_pause_is_offered_then_a_person() -> None:
    asked, paused, person = talk(session(account=A1003), HARDSHIP, spare("nothing"), NO, account=A1003)
    assert said(asked) == ("ask", "spare", "open")
    assert said(paused) == ("counter", "pause", "open")
    assert paused.plan.slots == {"days": "60 days", "due_date": "21 January 2027"}
    assert said(person) == ("handoff", "hardship", "handoff")
    read, agreed = talk(paused.session, YES, YES, account=A1003)
    assert read.plan.slots == {"terms": "a pause in payments until 21 January 2027, with the balance unchanged"}
    assert agreed.committed == paused.plan.terms


def test_without_a_pause_in_the_mandate_it_is_a_person_at_once() -> None:
    _, person = talk(session(), HARDSHIP, spare("nothing"))
    assert said(person) == ("handoff", "hardship", "handoff")


def test_what_proves_too_much_at_the_read_back_is_taken_back() -> None:
    read, better = talk(session(), days(30), spare("wait, after bills I've only got 410 left"))
    assert said(read) == ("confirm", "any", "confirming")
    assert better.session.state == "open"
    assert better.plan.terms is not None
    assert better.plan.terms.instalments[0].amount == Decimal("400.00")


def test_terms_above_the_means_are_not_committed_even_with_a_yes() -> None:
    move = answer(session("confirming", statement=Statement(spare=Decimal("60.00"))), YES)
    assert said(move) == ("handoff", "limit", "handoff")


def test_what_the_creditor_knows_bounds_the_first_offer() -> None:
    account = msgspec.structs.replace(A1001, monthly_income=Decimal(1500), monthly_outgoings=Decimal(1100))
    move = answer(session(account=account), TIME, account)
    assert move.plan.terms is not None
    assert max(payment.amount for payment in move.plan.terms.instalments) == Decimal("400.00")


LESS = heard("would you write off some of it?", "ask_information", topic="unknown")


def test_a_settlement_is_offered_only_when_asked_for_and_says_what_becomes_of_the_rest() -> None:
    first, more, stands, read, agreed = talk(session(account=A1002), LESS, LESS, LESS, YES, YES, account=A1002)
    assert said(first) == ("counter", "settlement", "open")
    assert first.plan.slots == {"amount": "$14,522.50", "due_date": "22 December 2026", "discount": "$1,177.50"}
    assert more.plan.slots["discount"] == "$2,355.00"
    assert said(stands) == ("inform", "terms", "open")
    assert read.plan.slots["terms"].endswith("with the remaining $2,355.00 waived")
    assert agreed.committed is not None
    assert agreed.committed.remainder == "waived"


def test_a_remainder_that_stays_is_said_in_our_own_words() -> None:
    account = msgspec.structs.replace(A1002, remainder="stays")
    move = answer(session(account=account), LESS, account)
    assert said(move) == ("counter", "terms", "open")
    assert move.plan.slots["terms"].endswith("with the remaining $1,177.50 still owed")


def test_nobody_is_pressed_for_a_lump_sum() -> None:
    """G18: whatever else is said, no settlement comes up, and after one was refused no other does."""
    for turns in ([TIME, NO, NO, NO, NO], [HARDSHIP, spare("100"), NO, NO], [days(300), monthly("100.00"), NO, NO], [LESS, NO, NO, NO]):
        made = talk(session(account=A1002), *turns, account=A1002)
        later = made[1:] if turns[0] is LESS else made
        assert not [move for move in later if move.plan.terms is not None and move.plan.terms.kind == "settlement"]


def test_an_own_settlement_within_the_mandate_is_read_back() -> None:
    lump = heard("would you settle for 14700 in 10 days?", "propose", proposal=Proposal(amount="14700.00", days=10))
    read = answer(session(account=A1002), lump, A1002)
    assert said(read) == ("confirm", "any", "confirming")
    assert read.plan.terms is not None
    assert (read.plan.terms.kind, read.plan.terms.discount) == ("settlement", Decimal("1000.00"))


def test_who_asks_for_a_pause_gets_one_where_the_mandate_has_it() -> None:
    wish = heard("could I have a break from payments?", "ask_information", topic="unknown")
    assert said(answer(session(account=A1003), wish, A1003)) == ("counter", "pause", "open")
    assert answer(session(), wish).plan.terms is None
