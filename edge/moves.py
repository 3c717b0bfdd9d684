"""What to say next: from what was heard, in which state, to the plan of the reply and the state after it.

Safety first, then the state machine verifying -> open -> confirming -> agreed, with handoff and ended as the other ways out.
Emotions have no say here (principle 2); they choose the tone of the plan afterwards.
"""

from __future__ import annotations

from datetime import date
from typing import Final, NamedTuple

import msgspec

from . import offer
from .accounts import Account
from .apologies import apology
from .asked_terms import from_proposal
from .identity import matches
from .intent import confirmation
from .language import ENGLISH
from .mandate import breaches, full_pause
from .means import SPARE, asks_what_is_left, known, learn, pause_to_offer, what_is_left
from .messages import Terms
from .plan import AI_STATEMENT, CRISIS_STATEMENT, DEBT_STATEMENT, Plan
from .remarks import find_remarks
from .session import Session
from .settlements import answer_settlement
from .situation import ask_again, completed, has, settled, situation_of
from .spoken_terms import describe, describe_ask, money
from .statements import counter, done, inform, question, yes_or_no
from .understand import Understanding

__all__ = ["Limits", "Move", "answer_turn", "end", "greet", "silence", "verified"]

MISSES_BEFORE_OFFER: Final = 2
MISSES_BEFORE_HANDOFF: Final = 4
ABUSES_BEFORE_HANDOFF: Final = 3
CRISIS: Final = "crisis"
"""`Session.asked_kind` after a self-harm signal: a person is on the way, and nothing that is said afterwards calls them off."""


class Limits(NamedTuple):
    """Bounds of a conversation, from the settings."""

    max_turns: int
    verify_attempts: int


class Move(NamedTuple):
    """The session after the turn and the plan of its reply. `committed`: terms that become an agreement with this turn."""

    session: Session
    plan: Plan
    committed: Terms | None = None


def greet(session: Session, account: Account, answer: str | None, limits: Limits) -> Move:
    """The first reply: who is speaking (G1), then the identity check. Nothing about the account (G3).

    answer: what the customer has told the terminal, which has asked already; None when it has not.
    """
    if session.attempts >= 2 * limits.verify_attempts:
        move = _handoff(session, "unverified")
    elif answer is None:
        move = Move(session, Plan(act="greet", kind="verify", slots={"question": question(account)}, verified=False))
    elif matches(answer, account.verify_answer):
        move = verified(session, account)
    else:
        move = _not_verified(session, account, limits, tried=True)
    return move._replace(plan=msgspec.structs.replace(move.plan, legal=(AI_STATEMENT, *move.plan.legal)))


def verified(session: Session, account: Account) -> Move:
    """The right party is here: say that this is about a debt (G2), then what is open; or stop where the account forbids collecting."""
    session = msgspec.structs.replace(session, state="open", offer=offer.opening(account, hardship=session.hardship), misses=0)
    if "represented" in account.flags:  # G15
        return _handoff(session, "represented", "represented")
    if {"disputed", "breathing_space"} & set(account.flags):  # G16, G22: a colleague, not a collector
        return _handoff(session, "waiting")
    slots = {"balance": money(account.balance, account.currency), "creditor": account.creditor}
    return Move(session, Plan(act="disclose", kind="open", situation="verified", slots=slots, legal=(DEBT_STATEMENT,)))


def end(session: Session) -> Move:
    """The terminal says that the customer has left."""
    if session.agreed is not None:
        return Move(session, done(session.agreed))
    if session.state == "handoff":
        return _handoff(session, "waiting")
    session = msgspec.structs.replace(session, state="ended", pending=None)
    return Move(session, Plan(act="close", kind="goodbye", situation="goodbye", verified=False))


def silence(session: Session, account: Account, today: date) -> Move:
    """A turn without words: say again what we are waiting for, but not for ever."""
    if session.state == "handoff":
        return _handoff(session, "waiting")
    if session.agreed is not None:
        return Move(session, done(session.agreed))
    session = msgspec.structs.replace(session, misses=session.misses + 1)
    if session.misses >= MISSES_BEFORE_HANDOFF:
        return _handoff(session, "unverified") if session.state == "verifying" else _handoff(session, "limit", "unclear")
    if session.state == "verifying":
        slots = {"question": question(account)}
        return Move(session, Plan(act="verify", kind="remind", situation="not_verified", slots=slots, verified=False))
    if session.pending is not None:
        return Move(session, yes_or_no(session.pending, today, "unclear"))
    return Move(session, Plan(act="ask", kind="unclear", situation="unclear"))


def answer_turn(session: Session, account: Account, heard: Understanding, today: date, limits: Limits) -> Move:
    """Answer what the customer said. The order is the order of importance: safety, then what ends, then the negotiation."""
    if move := _safety(session, heard):
        return move
    if session.state == "handoff":
        return _handoff(session, "waiting")
    session = msgspec.structs.replace(session, hardship=session.hardship or "hardship" in heard.signals)
    if session.agreed is not None:
        return _after_agreement(session, session.agreed, account, heard, today)
    said_yes = session.state == "confirming" and confirmation(heard.text) == "yes"
    if session.turn >= limits.max_turns and not said_yes:
        return _handoff(session, "max_turns")
    if heard.proposal is None and "farewell" in find_remarks(heard.text):  # G12: not at a time that the person refuses
        session = msgspec.structs.replace(session, state="ended", pending=None)
        return Move(session, Plan(act="close", kind="goodbye", situation="goodbye", verified=False))
    if session.state == "verifying":
        return _verify(session, account, heard, limits)
    session, heard, told = learn(session, account, heard, today)
    if session.state == "confirming":
        return _confirming(session, account, heard, today, told=told)
    return _negotiate(session, account, heard, today, told=told)


def _safety(session: Session, heard: Understanding) -> Move | None:
    """Signals that stop collecting whatever else was said (G24, G13, G4, G15, G16, G23)."""
    signals = set(heard.signals)
    if "self_harm" in signals:
        session = msgspec.structs.replace(session, state="handoff", pending=None, asked_kind=CRISIS)
        return Move(session, Plan(act="handoff", kind="crisis", legal=(CRISIS_STATEMENT[session.profile],), verified=False))
    if "stop_contact" in signals:
        if session.asked_kind != CRISIS:
            session = msgspec.structs.replace(session, state="ended", pending=None)
        return Move(session, Plan(act="close", kind="stop_contact", verified=False))
    if session.state != "handoff" and ("third_party" in signals or has(heard, "wrong_person")):
        session = msgspec.structs.replace(session, state="ended", pending=None)
        return Move(session, Plan(act="close", kind="third_party", verified=False))
    if heard.language != ENGLISH:  # what else there is to hear leads to a person as well, and this they understand
        return _another_language(session, heard.language)
    if session.state == "handoff":
        return None
    if "human" in signals:
        return _handoff(session, "human", "wants_human")
    for signal, kind, situation in (
        ("represented", "represented", "represented"),
        ("insolvency_or_breathing_space", "insolvency", "none"),
        ("dispute", "dispute", "disputed"),
    ):
        if signal in signals and session.state != "verifying":
            return _handoff(session, kind, situation)
        if signal in signals and signal != "dispute":  # who they are is not known yet, so what it is about stays unsaid (G3)
            return _handoff(session, "waiting")
    return None


def _another_language(session: Session, language: str) -> Move:
    """We speak English only, so a person takes over, which is said in the customer's own words. What was agreed stands."""
    session = msgspec.structs.replace(session, state="handoff", pending=None)
    return Move(session, Plan(act="handoff", kind="language", legal=(apology(language),), verified=False))


def _after_agreement(session: Session, agreed: Terms, account: Account, heard: Understanding, today: date) -> Move:
    """What was agreed stands; who can no longer keep it, or wants something else, gets a person and not a wall."""
    changes = "regret" in find_remarks(heard.text) or "hardship" in heard.signals or has(heard, "ask_time")
    if heard.proposal is not None and not heard.proposal.ambiguous:
        changes = changes or from_proposal(heard.proposal, account, today, None) != agreed
    return _handoff(session, "agreed") if changes else Move(session, done(agreed))


def _verify(session: Session, account: Account, heard: Understanding, limits: Limits) -> Move:
    if matches(heard.text, account.verify_answer):
        return verified(session, account)
    tried = has(heard, "identity_answer") or any(character.isdigit() for character in heard.text)
    return _not_verified(session, account, limits, tried=tried, topic=heard.topic)


def _not_verified(session: Session, account: Account, limits: Limits, *, tried: bool, topic: str | None = None) -> Move:
    """Ask again; anything else than an answer is asked again too, but not for ever. Who is speaking, and why we ask, is no secret."""
    session = msgspec.structs.replace(session, attempts=session.attempts + (2 if tried else 1))
    if session.attempts >= 2 * limits.verify_attempts:
        return _handoff(session, "unverified")
    kind, situation = ("retry", "answered") if tried else (_BEFORE_VERIFYING.get(topic or "", "remind"), "not_verified")
    return Move(
        session,
        Plan(act="verify", kind=kind, situation=situation, slots={"question": question(account)}, verified=False),
    )


def _confirming(session: Session, account: Account, heard: Understanding, today: date, *, told: bool) -> Move:
    """The read-back waits for an explicit yes; only then is anything agreed, and the mandate is checked once more.

    Whoever says more than yes or no is answered, and terms that still stand after it are read back again before anything is agreed.
    """
    pending = session.pending
    assert pending is not None, "a session is confirming only while terms are pending"
    said = confirmation(heard.text)
    if said == "yes":
        if breaches(pending, account, today, known(session, account)):
            return _handoff(session, "limit", "proposed")
        session = msgspec.structs.replace(session, state="agreed", pending=None, agreed=pending)
        slots = {"terms": describe(pending, today)}
        return Move(session, Plan(act="accept", kind="any", situation="accepted", slots=slots, terms=pending), pending)
    if told or heard.proposal is not None or situation_of(heard) in _MORE_THAN_AN_ANSWER or find_remarks(heard.text) & _REMARKS_ANSWERED:
        return _negotiate(msgspec.structs.replace(session, state="open", pending=None), account, heard, today, told=told)
    if said == "no":
        session = msgspec.structs.replace(session, state="open", pending=None, misses=0)
        return Move(session, Plan(act="ask", kind="open", situation="rejected"))
    if session.misses >= MISSES_BEFORE_OFFER:
        return _handoff(session, "limit", "unclear")
    return Move(msgspec.structs.replace(session, misses=session.misses + 1), yes_or_no(pending, today, "unclear"))


def _negotiate(session: Session, account: Account, heard: Understanding, today: date, *, told: bool) -> Move:
    heard = completed(session, account, settled(heard))
    situation = situation_of(heard)
    remarks = find_remarks(heard.text)
    on_table = session.offered
    if "in_parts" in remarks and heard.proposal is None and session.offer.every is None:
        session = msgspec.structs.replace(session, offer=msgspec.structs.replace(session.offer, every="month"))
    if "discount" in remarks and situation not in ("hardship", "abuse") and (heard.proposal is None or heard.proposal.every is None):
        return _discount(session, account, heard, today, situation)
    if heard.proposal is not None:
        return _answer(session, account, heard, today, situation)
    if (told or situation in ("hardship", "cant_pay")) and asks_what_is_left(session, account, told=told):
        return Move(*what_is_left(session))
    if told and situation not in ("asked_info", "abuse"):
        return _answer(session, account, heard, today, "hardship" if session.hardship else "proposed")
    if "pause" in remarks and not session.pause_offered and (terms := full_pause(account, today)) is not None:
        return _pause(session, terms, today, "asked_time")
    if situation == "accepted" and not remarks & {"wait", "in_parts"}:
        if on_table is not None:
            return _confirm(session, account, on_table, today, situation)
        return _miss(session, account, today, Plan(act="ask", kind="open", situation="smalltalk"))
    if situation == "abuse":
        session = msgspec.structs.replace(session, abuses=session.abuses + 1)
        if session.abuses >= ABUSES_BEFORE_HANDOFF:
            return _handoff(session, "abuse")
        return Move(session, Plan(act="refuse", kind="abuse", situation="abuse"))
    if move := _remarked(session, account, heard, today, situation):
        return move
    if heard.topic is not None and situation == "asked_info":
        return Move(session, inform(heard.topic, account, on_table, today))
    if situation in ("hardship", "sad", "afraid") and on_table is None and session.asked_kind not in ("open_gently", SPARE):
        session = msgspec.structs.replace(session, asked_kind="open_gently")
        return Move(session, Plan(act="empathise", kind="open", situation=situation))
    if situation == "asked_time" and on_table is not None and session.asked_kind != "time":
        session = msgspec.structs.replace(session, asked_kind="time")
        return Move(
            session,
            Plan(
                act="inform",
                kind="time",
                situation=situation,
                slots={"terms": describe(on_table, today)},
                terms=on_table,
            ),
        )
    if situation == "rejected" and on_table is None:
        return _miss(session, account, today, Plan(act="ask", kind="open", situation=situation))
    if situation in ("hardship", "cant_pay", "asked_time", "rejected", "sad", "afraid"):
        return _answer(session, account, heard, today, situation)
    if situation == "smalltalk":
        return _miss(session, account, today, Plan(act="inform", kind="wait", situation=situation))
    return _miss(session, account, today, ask_again(heard))


def _remarked(session: Session, account: Account, heard: Understanding, today: date, situation: str) -> Move | None:
    """Answer what was said beside the matter, where a question of ours would ignore it."""
    remarks = find_remarks(heard.text)
    if situation == "hardship":
        return None
    for remark, kind in (("threatened", "consequences"), ("borrowing", "borrowing"), ("wait", "hold")):
        if remark in remarks:
            return Move(session, Plan(act="inform", kind=kind, situation=situation))
    if "in_parts" in remarks:
        return _miss(session, account, today, Plan(act="ask", kind="amount", situation="rejected"))
    if "better" in remarks:
        return _answer(session, account, heard, today, "asked_time")
    if "simpler" in remarks:
        plain = Plan(act="inform", kind="simple", situation=situation)
        return Move(session, inform("terms", account, session.offered, today) if session.offered is not None else plain)
    return None


def _discount(session: Session, account: Account, heard: Understanding, today: date, situation: str) -> Move:
    """Somebody wants to pay less: a settlement where the mandate has one, and what becomes of the rest (G21)."""
    difficulty = session.hardship or "vulnerable" in account.flags
    decided = answer_settlement(account, today, heard.proposal, session.offered, known(session, account), difficulty=difficulty)
    if decided is None:
        return Move(session, Plan(act="inform", kind="discount", situation=situation, terms=session.offered))
    if decided.decision == "accept":
        return _confirm(session, account, decided.terms, today, "proposed")
    if decided.decision == "stands":
        return Move(session, inform("terms", account, decided.terms, today))
    session = msgspec.structs.replace(session, offered=decided.terms, misses=0)
    return Move(session, counter(decided.terms, today, "proposed" if heard.proposal is not None else "asked_info"))


def _pause(session: Session, terms: Terms, today: date, situation: str) -> Move:
    session = msgspec.structs.replace(session, offered=terms, pause_offered=True, misses=0)
    return Move(session, counter(terms, today, situation))


def _answer(session: Session, account: Account, heard: Understanding, today: date, situation: str) -> Move:
    """Let the offer solver answer a proposal or a refusal, and put its decision into a plan."""
    decided = offer.answer(session.offer, account, today, heard.proposal, hardship=session.hardship, statement=known(session, account))
    priced = heard.proposal is not None and heard.proposal.amount is not None
    if decided.decision in ("counter", "refuse") and priced and asks_what_is_left(session, account):
        return Move(*what_is_left(session))  # before more is asked than they say they can pay
    session = msgspec.structs.replace(session, offer=decided.state)
    if decided.decision == "ask":
        if heard.proposal is not None and heard.proposal.ambiguous:
            return _miss(session, account, today, Plan(act="ask", kind="unclear", situation="unclear"))
        return _miss(session, account, today, Plan(act="ask", kind="date", situation="asked_time"))
    session = msgspec.structs.replace(session, misses=0)
    if decided.decision == "accept" and decided.terms is not None:
        return _confirm(session, account, decided.terms, today, "proposed")
    if decided.decision == "handoff" or decided.terms is None:
        if (terms := pause_to_offer(session, account, today)) is not None:
            return _pause(session, terms, today, "hardship" if session.hardship else _PAUSED.get(situation, "cant_pay"))
        if session.hardship or situation in ("sad", "afraid"):
            return _handoff(session, "hardship", situation if situation in _TROUBLED else "hardship")
        return _handoff(session, "limit", situation)
    if session.hardship and session.offered is not None and priced:
        # G19: what a person in hardship says they can pay, with our offer known, is what they can pay; we do not press for more.
        return _handoff(session, "hardship", "hardship")
    session = msgspec.structs.replace(session, offered=decided.terms, asked_kind="")
    if decided.decision == "refuse" and (heard.proposal is not None or situation not in _TROUBLED):
        asked = describe_ask(heard.proposal, account.currency) if heard.proposal is not None else None
        slots = {"terms": describe(decided.terms, today)} | ({"ask": asked} if asked else {})
        return Move(
            session,
            Plan(
                act="refuse",
                kind="ask" if asked else "plain",
                situation="proposed" if asked else _REFUSED.get(situation, situation),
                slots=slots,
                terms=decided.terms,
            ),
        )
    if situation in _TROUBLED:
        return Move(
            session,
            Plan(
                act="empathise",
                kind="terms",
                situation=situation,
                slots={"terms": describe(decided.terms, today)},
                terms=decided.terms,
            ),
        )
    return Move(session, counter(decided.terms, today, situation))


def _confirm(session: Session, account: Account, terms: Terms, today: date, situation: str) -> Move:
    offered = offer.read_back(session.offer, account, today, terms)
    session = msgspec.structs.replace(session, state="confirming", offer=offered, pending=terms, offered=terms, misses=0)
    return Move(
        session,
        Plan(act="confirm", kind="any", situation=situation, slots={"terms": describe(terms, today)}, terms=terms),
    )


def _miss(session: Session, account: Account, today: date, plan: Plan) -> Move:
    """A turn that led nowhere: ask, then make an offer, then a person."""
    session = msgspec.structs.replace(session, misses=session.misses + 1, asked_kind=plan.kind)
    if session.misses >= MISSES_BEFORE_HANDOFF:
        return _handoff(session, "limit", "unclear")
    if session.misses >= MISSES_BEFORE_OFFER:
        terms = session.offered or offer.standing_terms(session.offer, account, today, known(session, account))
        if terms is None:
            return _handoff(session, "limit", "unclear")
        session = msgspec.structs.replace(session, offered=terms, offer=msgspec.structs.replace(session.offer, offered=True))
        return Move(session, counter(terms, today, plan.situation))
    return Move(session, plan)


def _handoff(session: Session, kind: str, situation: str = "none") -> Move:
    verified = session.state in ("open", "confirming", "agreed")
    session = msgspec.structs.replace(session, state="handoff", pending=None)
    return Move(session, Plan(act="handoff", kind=kind, situation=situation, verified=verified))


_TROUBLED: Final = ("hardship", "cant_pay", "sad", "afraid")
_PAUSED: Final = {name: name for name in ("rejected", "asked_time", "proposed", "sad", "afraid")}
_REFUSED: Final = {"hardship": "cant_pay", "sad": "rejected", "afraid": "rejected"}
# What is answered at the read-back before a yes or no is asked for again, by situation and by remark.
_MORE_THAN_AN_ANSWER: Final = frozenset({"hardship", "abuse", "asked_info", "asked_time", "cant_pay"})
_REMARKS_ANSWERED: Final = frozenset({"discount", "threatened", "borrowing", "wait", "in_parts", "better", "simpler", "pause"})
_BEFORE_VERIFYING: Final = {"who": "who", "consequences": "who", "why": "why", "privacy": "why"}
