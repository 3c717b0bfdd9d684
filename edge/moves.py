"""What to say next: from what was heard, in which state, to the plan of the reply and the state after it.

Safety first, then the state machine verifying -> open -> confirming -> agreed, with handoff and ended as the other ways out.
Emotions have no say here (principle 2); they choose the tone of the plan afterwards.
"""

from __future__ import annotations

import re
from datetime import date
from typing import Final, NamedTuple

import msgspec

from . import offer
from .accounts import Account
from .identity import matches
from .intent import confirmation
from .messages import Terms
from .plan import AI_STATEMENT, CRISIS_STATEMENT, DEBT_STATEMENT, Plan
from .session import Session
from .terms import EVERY_WORDS, breaches, cadence, describe, describe_ask, money, spoken_date, spoken_days
from .understand import Understanding

__all__ = ["Limits", "Move", "answer_turn", "end", "greet", "silence", "verified"]

MISSES_BEFORE_OFFER: Final = 2
MISSES_BEFORE_HANDOFF: Final = 4
ABUSES_BEFORE_HANDOFF: Final = 3
_CANNOT_PAY: Final = re.compile(
    r"\b(?:can(?:no|')?t|cannot|can not|unable to|couldn'?t|won't be able to) (?:\w+ ){0,2}?(?:pay|afford|manage)"
    r"|\b(?:no|out of|any) money\b|\bbroke\b|\bskint\b",
    re.IGNORECASE,
)
# Rule scores below this are side remarks ("yes but ...", a greeting before the matter).
_RULE_SCORE: Final = 0.4
_TOPICS: Final = frozenset({"balance", "who", "why", "options", "privacy", "terms", "unknown"})


class Limits(NamedTuple):
    """Bounds of a conversation, from the settings."""

    max_turns: int
    verify_attempts: int


class Move(NamedTuple):
    """The session after the turn and the plan of its reply. `committed`: terms that become an agreement with this turn."""

    session: Session
    plan: Plan
    committed: Terms | None = None


def greet(session: Session, account: Account) -> Move:
    """The first reply: who is speaking (G1), then the identity check. Nothing about the account (G3)."""
    return Move(
        session,
        Plan(act="greet", kind="verify", slots={"question": _question(account)}, legal=(AI_STATEMENT,), verified=False),
    )


def verified(session: Session, account: Account) -> Move:
    """The right party is here: say that this is about a debt (G2), then what is open; or stop where the account forbids collecting."""
    session = msgspec.structs.replace(session, state="open", offer=offer.opening(account, hardship=session.hardship))
    for flag, kind in (("represented", "represented"), ("disputed", "dispute"), ("breathing_space", "waiting")):
        if flag in account.flags:  # G15, G16, G22: a colleague, not a collector
            return _handoff(session, kind)
    slots = {"balance": money(account.balance, account.currency), "creditor": account.creditor}
    return Move(session, Plan(act="disclose", kind="open", situation="verified", slots=slots, legal=(DEBT_STATEMENT,)))


def end(session: Session) -> Move:
    """The terminal says that the customer has left."""
    session = msgspec.structs.replace(session, state="ended" if session.state not in ("agreed", "handoff") else session.state)
    if session.agreed is not None:
        return Move(session, _done(session.agreed))
    return Move(session, Plan(act="close", kind="goodbye", situation="goodbye", verified=False))


def silence(session: Session, account: Account) -> Move:
    """A turn without words: say again what we are waiting for."""
    if session.state == "verifying":
        return Move(
            session,
            Plan(
                act="verify",
                kind="remind",
                situation="not_verified",
                slots={"question": _question(account)},
                verified=False,
            ),
        )
    if session.state == "handoff":
        return _handoff(session, "waiting")
    if session.agreed is not None:
        return Move(session, _done(session.agreed))
    session = msgspec.structs.replace(session, misses=session.misses + 1)
    if session.misses >= MISSES_BEFORE_HANDOFF:
        return _handoff(session, "limit", "unclear")
    return Move(session, Plan(act="ask", kind="unclear", situation="unclear"))


def answer_turn(session: Session, account: Account, heard: Understanding, today: date, limits: Limits) -> Move:
    """Answer what the customer said. The order is the order of importance: safety, then what ends, then the negotiation."""
    if move := _safety(session, heard):
        return move
    if session.state == "handoff":
        return _handoff(session, "waiting")
    if session.agreed is not None:
        return Move(session, _done(session.agreed))
    if session.turn >= limits.max_turns:
        return _handoff(session, "max_turns")
    if session.state == "verifying":
        return _verify(session, account, heard, limits)
    session = msgspec.structs.replace(session, hardship=session.hardship or "hardship" in heard.signals)
    if session.state == "confirming":
        return _confirming(session, account, heard, today)
    return _negotiate(session, account, heard, today)


def _safety(session: Session, heard: Understanding) -> Move | None:
    """Signals that stop collecting whatever else was said (G24, G13, G4, G15, G16, G23)."""
    signals = set(heard.signals)
    if "self_harm" in signals:
        session = msgspec.structs.replace(session, state="handoff", pending=None)
        return Move(session, Plan(act="handoff", kind="crisis", legal=(CRISIS_STATEMENT[session.profile],), verified=False))
    if session.state == "handoff":
        return None
    if "stop_contact" in signals:
        session = msgspec.structs.replace(session, state="ended", pending=None)
        return Move(session, Plan(act="close", kind="stop_contact", verified=False))
    if "third_party" in signals or _has(heard, "wrong_person"):
        session = msgspec.structs.replace(session, state="ended", pending=None)
        return Move(session, Plan(act="close", kind="third_party", verified=False))
    if session.agreed is not None:
        return None
    if "human" in signals:
        return _handoff(session, "human", "wants_human")
    if session.state == "verifying":
        return None
    for signal, kind, situation in (
        ("represented", "represented", "represented"),
        ("insolvency_or_breathing_space", "insolvency", "none"),
        ("dispute", "dispute", "disputed"),
    ):
        if signal in signals:
            return _handoff(session, kind, situation)
    return None


def _verify(session: Session, account: Account, heard: Understanding, limits: Limits) -> Move:
    if matches(heard.text, account.verify_answer):
        return verified(session, account)
    tried = _has(heard, "identity_answer") or any(character.isdigit() for character in heard.text)
    # Anything else than an answer is asked again too, but not for ever.
    session = msgspec.structs.replace(session, attempts=session.attempts + (2 if tried else 1))
    if session.attempts >= 2 * limits.verify_attempts:
        return _handoff(session, "unverified")
    kind, situation = ("retry", "answered") if tried else ("remind", "not_verified")
    return Move(
        session,
        Plan(act="verify", kind=kind, situation=situation, slots={"question": _question(account)}, verified=False),
    )


def _confirming(session: Session, account: Account, heard: Understanding, today: date) -> Move:
    """The read-back waits for an explicit yes; only then is anything agreed, and the mandate is checked once more."""
    pending = session.pending
    said = confirmation(heard.text)
    if pending is None or (said != "yes" and heard.proposal is not None):
        return _negotiate(msgspec.structs.replace(session, state="open", pending=None), account, heard, today)
    if said == "yes":
        if breaches(pending, account, today):
            return _handoff(session, "limit", "accepted")
        session = msgspec.structs.replace(session, state="agreed", pending=None, agreed=pending)
        return Move(
            session,
            Plan(act="accept", kind="any", situation="accepted", slots={"terms": describe(pending, today)}, terms=pending),
            pending,
        )
    if said == "no":
        session = msgspec.structs.replace(session, state="open", pending=None, misses=0)
        return Move(session, Plan(act="ask", kind="open", situation="rejected"))
    if session.misses >= MISSES_BEFORE_OFFER:
        return _handoff(session, "limit", "unclear")
    session = msgspec.structs.replace(session, misses=session.misses + 1)
    situation = "asked_info" if heard.topic else "unclear"
    return Move(
        session,
        Plan(act="ask", kind="yesno", situation=situation, slots={"terms": describe(pending, today)}, terms=pending),
    )


def _negotiate(session: Session, account: Account, heard: Understanding, today: date) -> Move:
    heard = _settled(heard)
    situation = _situation(heard)
    on_table = session.offered
    if heard.proposal is None and situation == "accepted":
        if on_table is not None:
            return _confirm(session, on_table, today, situation)
        return Move(session, Plan(act="ask", kind="open", situation="smalltalk"))
    if heard.proposal is not None:
        return _answer(session, account, heard, today, situation)
    if situation == "abuse":
        session = msgspec.structs.replace(session, abuses=session.abuses + 1)
        if session.abuses >= ABUSES_BEFORE_HANDOFF:
            return _handoff(session, "human", "abuse")
        return Move(session, Plan(act="refuse", kind="abuse", situation="abuse"))
    if heard.topic is not None and situation == "asked_info":
        return Move(session, _inform(heard.topic, account, on_table, today))
    if situation in ("hardship", "sad", "afraid") and on_table is None and session.asked_kind != "open_gently":
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
    if situation in ("hardship", "cant_pay", "asked_time", "rejected", "sad", "afraid", "angry"):
        if situation == "rejected" and on_table is None:
            return _miss(session, account, today, Plan(act="ask", kind="open", situation=situation))
        return _answer(session, account, heard, today, situation)
    if situation == "smalltalk":
        return _miss(session, account, today, Plan(act="inform", kind="wait", situation=situation))
    return _miss(session, account, today, Plan(act="ask", kind="unclear", situation="unclear"))


def _answer(session: Session, account: Account, heard: Understanding, today: date, situation: str) -> Move:
    """Let the offer solver answer a proposal or a refusal, and put its decision into a plan."""
    decided = offer.answer(
        session.offer,
        account,
        today,
        heard.proposal,
        hardship=session.hardship
    )
    session = msgspec.structs.replace(session, offer=decided.state, misses=0)
    if decided.decision == "accept" and decided.terms is not None:
        return _confirm(session, decided.terms, today, "proposed")
    if decided.decision == "handoff" or (decided.terms is None and decided.decision != "ask"):
        return _handoff(session, "hardship" if session.hardship else "limit", situation)
    if decided.decision == "ask":
        ambiguous = heard.proposal is not None and heard.proposal.ambiguous
        kind = "unclear" if ambiguous else "date"
        return _miss(session, account, today, Plan(act="ask", kind=kind, situation="unclear" if ambiguous else "rejected"))
    assert decided.terms is not None
    session = msgspec.structs.replace(session, offered=decided.terms, asked_kind="")
    if decided.decision == "refuse":
        asked = describe_ask(heard.proposal, account.currency) if heard.proposal is not None else None
        slots = {"terms": describe(decided.terms, today)} | ({"ask": asked} if asked else {})
        return Move(
            session,
            Plan(
                act="refuse",
                kind="ask" if asked else "plain",
                situation="proposed" if asked else situation,
                slots=slots,
                terms=decided.terms,
            ),
        )
    if situation in ("hardship", "cant_pay", "sad", "afraid"):
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
    return Move(session, _counter(decided.terms, today, situation))


def _confirm(session: Session, terms: Terms, today: date, situation: str) -> Move:
    session = msgspec.structs.replace(session, state="confirming", pending=terms, offered=terms, misses=0)
    return Move(
        session,
        Plan(act="confirm", kind="any", situation=situation, slots={"terms": describe(terms, today)}, terms=terms),
    )


def _counter(terms: Terms, today: date, situation: str) -> Plan:
    amount, due = money(terms.amount, terms.currency), spoken_date(terms.due_date)
    if terms.kind == "extension":
        slots = {"amount": amount, "due_date": due}
        return Plan(act="counter", kind="extension", situation=situation, slots=slots, terms=terms)
    every = cadence(terms)
    sizes = [payment.amount for payment in terms.instalments]
    if terms.kind != "instalments" or every is None or len(set(sizes[:-1])) > 1:
        return Plan(act="counter", kind="terms", situation=situation, slots={"terms": describe(terms, today)}, terms=terms)
    each = money(sizes[0], terms.currency) + ("" if sizes[0] == sizes[-1] else f" (the last {money(sizes[-1], terms.currency)})")
    slots = {
        "count": str(len(sizes)),
        "each": each,
        "every": EVERY_WORDS[every],
        "first_date": spoken_date(terms.instalments[0].due_date),
    }
    return Plan(act="counter", kind="instalments", situation=situation, slots=slots, terms=terms)


def _inform(topic: str, account: Account, on_table: Terms | None, today: date) -> Plan:
    kind = topic if topic in _TOPICS else "unknown"
    if kind == "terms" and on_table is None:
        kind = "options"
    slots = {
        "balance": {"balance": money(account.balance, account.currency), "creditor": account.creditor},
        "who": {"creditor": account.creditor},
        "why": {"creditor": account.creditor, "days_overdue": spoken_days(account.days_overdue)},
        "terms": {"terms": describe(on_table, today)} if on_table is not None else {},
    }.get(kind, {})
    return Plan(act="inform", kind=kind, situation="asked_info", slots=slots, terms=on_table)


def _miss(session: Session, account: Account, today: date, plan: Plan) -> Move:
    """A turn that led nowhere: ask, then make an offer, then a person."""
    session = msgspec.structs.replace(session, misses=session.misses + 1, asked_kind=plan.kind)
    if session.misses >= MISSES_BEFORE_HANDOFF:
        return _handoff(session, "limit", "unclear")
    if session.misses >= MISSES_BEFORE_OFFER:
        terms = session.offered or offer.standing_terms(session.offer, account, today)
        if terms is None:
            return _handoff(session, "limit", "unclear")
        session = msgspec.structs.replace(session, offered=terms)
        return Move(session, _counter(terms, today, plan.situation))
    return Move(session, plan)


def _handoff(session: Session, kind: str, situation: str = "none") -> Move:
    verified = session.state in ("open", "confirming")
    session = msgspec.structs.replace(session, state="handoff", pending=None)
    return Move(session, Plan(act="handoff", kind=kind, situation=situation, verified=verified))


def _done(terms: Terms) -> Plan:
    # The day of the agreement is not kept in the terms; its due date less its days is that day.
    return Plan(
        act="close",
        kind="done",
        slots={"terms": describe(terms, date.fromordinal(terms.due_date.toordinal() - terms.days))},
        terms=terms,
    )


def _situation(heard: Understanding) -> str:
    """What the customer did, in the words of the prompt style."""
    if heard.proposal is not None:
        return "proposed"
    if _has(heard, "hardship"):
        return "hardship"
    if _has(heard, "abuse"):
        return "abuse"
    if _has(heard, "accept") and not _has(heard, "reject"):
        return "accepted"
    if _has(heard, "ask_information") or heard.topic is not None:
        return "asked_info"
    if _has(heard, "ask_time"):
        return "asked_time"
    if _CANNOT_PAY.search(heard.text):
        return "cant_pay"
    if _has(heard, "reject") or _has(heard, "counter"):
        return "rejected"
    if _has(heard, "greet") or _has(heard, "smalltalk"):
        return "smalltalk"
    return _MOODS.get(max(heard.emotion, key=lambda name: heard.emotion[name]), "unclear")


_MOODS: Final = {"sadness": "sad", "fear": "afraid", "anger": "angry", "disgust": "angry"}


def _settled(heard: Understanding) -> Understanding:
    """Without a proposal too vague to answer, where something else was said that can be ("... in October, and I can't pay it all")."""
    if heard.proposal is None or not heard.proposal.ambiguous:
        return heard
    clear = any(_has(heard, intent) for intent in ("hardship", "ask_information", "ask_time", "abuse"))
    return msgspec.structs.replace(heard, proposal=None) if clear else heard


def _has(heard: Understanding, intent: str) -> bool:
    return heard.intents[intent] >= _RULE_SCORE


def _question(account: Account) -> str:
    question = account.verify_question.strip()
    return question if question.endswith("?") else f"{question.rstrip('.')}?"
