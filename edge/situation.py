"""What the customer did, from what was heard: the situation that a plan answers, in the words of the prompt style.

Rules only: the likeliest emotion colours a question that would be asked anyway and decides nothing (principle 2).
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import msgspec

from .accounts import Account
from .plan import Plan
from .proposal import Proposal
from .remarks import find_remarks
from .schedules import Every
from .session import Session
from .understand import Understanding
from .utterance import fold

__all__ = ["ask_again", "completed", "has", "settled", "situation_of"]

_LONE_NUMBER: Final = re.compile(
    r"(?:(?:about|around|maybe|ok|okay|say|just|only|yes|yeah|like)[ ,]+)*(\d{1,7}(?:\.\d\d)?)(?:,? (?:please|maybe|then|max|tops))?[.!?]*"
)
_RHYTHM: Final = re.compile(r"(?:a|per|each|every) (week|fortnight|month)(?:,? (?:please|maybe))?[.!?]*")
_RHYTHMS: Final[dict[str, Every]] = {"week": "week", "fortnight": "2weeks", "month": "month"}
_MOODS: Final = {"sadness": "sad", "fear": "afraid", "anger": "angry", "disgust": "angry"}


def situation_of(heard: Understanding) -> str:
    """What the customer did, in the words of the prompt style."""
    if heard.proposal is not None:
        return "proposed"
    if has(heard, "hardship"):
        return "hardship"
    if has(heard, "abuse"):
        return "abuse"
    if has(heard, "accept") and not has(heard, "reject"):
        return "accepted"
    if has(heard, "ask_information") or heard.topic is not None:
        return "asked_info"
    if has(heard, "ask_time"):
        return "asked_time"
    remarks = find_remarks(heard.text)
    if "cannot_pay" in remarks:
        return "cant_pay"
    if has(heard, "reject") or has(heard, "counter"):
        return "rejected"
    if has(heard, "greet") or has(heard, "smalltalk"):
        return "smalltalk"
    return "afraid" if "afraid" in remarks else "sad" if "sad" in remarks else "unclear"


def ask_again(heard: Understanding) -> Plan:
    """After words that led nowhere. Their emotion colours the question and decides nothing else (principle 2)."""
    mood = _MOODS.get(max(heard.emotion, key=lambda name: heard.emotion[name]))
    return Plan(act="ask", kind="open", situation=mood) if mood else Plan(act="ask", kind="unclear", situation="unclear")


def completed(session: Session, account: Account, heard: Understanding) -> Understanding:
    """With a proposal that only the talk completes: "300" where payments are talked about, "a month" behind an amount."""
    said = fold(heard.text).text.strip()
    number, rhythm = _LONE_NUMBER.fullmatch(said), _RHYTHM.fullmatch(said)
    if heard.proposal is not None and heard.proposal.ambiguous and number:
        amount = Decimal(number[1])
        # More than any day of the mandate is no number of days.
        if session.offer.every is not None or amount > account.latest_days:
            return msgspec.structs.replace(heard, proposal=Proposal(amount=f"{amount:.2f}"))
    if session.offer.part is not None and rhythm:
        return msgspec.structs.replace(heard, proposal=Proposal(every=_RHYTHMS[rhythm[1]]))
    return heard


def settled(heard: Understanding) -> Understanding:
    """Without a proposal too vague to answer, where something else was said that can be ("... in October, and I can't pay it all")."""
    if heard.proposal is None or not heard.proposal.ambiguous:
        return heard
    clear = any(has(heard, intent) for intent in ("hardship", "ask_information", "ask_time", "abuse"))
    return msgspec.structs.replace(heard, proposal=None) if clear else heard


def has(heard: Understanding, intent: str) -> bool:
    return intent in heard.said
