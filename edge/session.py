"""The state of one conversation: everything that must survive a restart, and nothing else."""

from __future__ import annotations

from typing import Final

import msgspec

from .messages import State, Terms
from .offer import OfferState
from .strategy import ToneState

__all__ = ["OVER", "Session", "decode_session", "encode_session"]

OVER: Final = frozenset({"agreed", "handoff", "ended"})
"""States in which nothing is negotiated any more."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One conversation about one account on one terminal.

    pending: terms that were read back and wait for a yes (state `confirming`); agreed: terms that were committed.
    offered: the terms on the table; hardship: it has been told; asked_kind: kind of the question that we asked last (`amount`, ...).
    last_wording: our last reply without quantities, for the model's history.
    misses: turns in a row that led nowhere; abuses: insults so far; attempts: identity answers that did not match.
    """

    session: str
    terminal: str
    account: str
    profile: str
    state: State = "verifying"
    turn: int = 0
    tone: ToneState
    offer: OfferState = OfferState()
    offered: Terms | None = None
    pending: Terms | None = None
    agreed: Terms | None = None
    hardship: bool = False
    asked_kind: str = ""
    last_wording: str = ""
    misses: int = 0
    abuses: int = 0
    attempts: int = 0


def encode_session(session: Session) -> bytes:
    """JSON for the store."""
    return msgspec.json.encode(session)


def decode_session(data: bytes) -> Session:
    """The session that `encode_session` wrote."""
    return msgspec.json.decode(data, type=Session)
