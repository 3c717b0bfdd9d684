"""What the talk has told of the customer's means: kept in the session, before anything is offered (G19)."""

from __future__ import annotations

from datetime import date
from typing import Final

import msgspec

from .accounts import Account
from .affordability import Statement, cap, is_settled, statement_of
from .finances import read_finances, restated
from .mandate import full_pause
from .messages import Terms
from .plan import Plan
from .proposal import parse_proposal
from .session import Session
from .understand import Understanding

__all__ = ["SPARE", "asks_what_is_left", "known", "learn", "pause_to_offer", "what_is_left"]

SPARE: Final = "spare"
"""`Session.asked_kind` after we asked what is left in a month."""


def known(session: Session, account: Account) -> Statement:
    """What was said in this talk, over what the creditor knows."""
    return session.statement if session.statement is not None else statement_of(account)


def learn(session: Session, account: Account, heard: Understanding, today: date) -> tuple[Session, Understanding, bool]:
    """The session and the utterance once its figures are read, and whether there were any.

    A sum that states means is no proposal. What is on the table, or read back, and now proves too much is taken back.
    """
    said = read_finances(heard.text, today, asked=session.asked_kind == SPARE)
    if not said.figures and not said.out_of_work:
        return session, heard, False
    statement = restated(known(session, account), said)
    session = msgspec.structs.replace(session, statement=statement, offered=cap(session.offered, statement))
    if session.pending is not None and cap(session.pending, statement) is None:
        session = msgspec.structs.replace(session, state="open", pending=None)
    if said.figures and heard.proposal is not None:
        heard = msgspec.structs.replace(heard, proposal=parse_proposal(said.rest, today).proposal)
    return session, heard, bool(said.figures)


def asks_what_is_left(session: Session, account: Account, *, told: bool = False) -> bool:
    """Whether hardship was told, or some of the means just now (`told`), what is left is not known, and we have not asked."""
    return (session.hardship or told) and not session.asked_spare and not is_settled(known(session, account))


def what_is_left(session: Session) -> tuple[Session, Plan]:
    """The one question after the customer's means, and the session that remembers it."""
    session = msgspec.structs.replace(session, asked_spare=True, asked_kind=SPARE, misses=0)
    return session, Plan(act="ask", kind=SPARE, situation="hardship")


def pause_to_offer(session: Session, account: Account, today: date) -> Terms | None:
    """A pause in payments, once, where nothing else is left to offer to somebody in difficulty and the mandate allows it."""
    difficulty = session.hardship or "vulnerable" in account.flags or is_settled(known(session, account))
    return full_pause(account, today) if difficulty and not session.pause_offered else None
