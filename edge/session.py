"""The state of one conversation: everything that must survive a restart, and nothing else."""

from __future__ import annotations

from typing import Final

import msgspec

from ..models.encoder_input import Turn
from .affordability import Statement
from .messages import State, Terms
from .offer import OfferState
from .tone_state import ToneState

__all__ = ["OVER", "Session", "decode_session", "encode_session"]

OVER: Final = frozenset({"agreed", "handoff", "ended"})
"""States in which nothing is negotiated any more."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation about one account on one terminal.

    pending: terms that were read back and wait for a yes (state `confirming`); agreed: terms that were committed.
    offered: the terms on the table; hardship: it has been told; asked_kind: kind of the question that we asked last (`amount`, ...).
    last_wording: our last reply without quantities, for the model's history; before: what was said last, for the encoder.
    tables: version of the tables that the tone was chosen under from the start on (`learned.py`); empty: the published ones.
    statement: what is known of the customer's means, None until the talk says something of them; asked_spare: we asked what is left in a
    month; pause_offered: a pause was on the table once.
    misses: turns in a row that led nowhere; abuses: insults so far; attempts: identity answers that did not match.
    """

    session: str
    terminal: str
    account: str
    profile: str
    state: State = "verifying"
    turn: int = 0
    tone: ToneState
    tables: str = ""
    offer: OfferState = OfferState()
    offered: Terms | None = None
    pending: Terms | None = None
    agreed: Terms | None = None
    hardship: bool = False
    statement: Statement | None = None
    asked_spare: bool = False
    pause_offered: bool = False
    asked_kind: str = ""
    last_wording: str = ""
    before: tuple[Turn, ...] = ()
    misses: int = 0
    abuses: int = 0
    attempts: int = 0


def encode_session(session: Session) -> bytes:
    """JSON for the store."""
    return msgspec.json.encode(session)


def decode_session(data: bytes) -> Session:
    """The session that `encode_session` wrote."""
    return msgspec.json.decode(data, type=Session)
