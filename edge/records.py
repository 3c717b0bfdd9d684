"""The rows of the store: what goes in and what comes out, as plain values.

Times are seconds since the epoch. `terminal` is "<site>/<terminal>" for an MQTT terminal, or a local name without a slash such as "chat".
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Literal, NamedTuple, TypeAlias

__all__ = [
    "AgreementRow",
    "Answer",
    "InboxItem",
    "JournalLine",
    "Learn",
    "LearnedRow",
    "OutboxRow",
    "Outcome",
    "Quarantine",
    "QuarantineRow",
    "Received",
    "ReplyTo",
    "SessionRow",
    "TopicSuffix",
]

TopicSuffix: TypeAlias = Literal["reply", "error"]


class Received(Enum):
    """What became of a message that was handed to the inbox."""

    NEW = "new"  # stored and committed
    PENDING = "pending"  # the same (terminal, msg_id) is waiting already; it will be answered once
    REPLAYED = "replayed"  # it was answered before; the same bytes are in the outbox again
    BUSY = "busy"  # not stored: too many messages are waiting


class ReplyTo(NamedTuple):
    """Where the sender wants its answer (MQTT 5 Response Topic and Correlation Data).

    topic: None means the terminal's own reply and error topics.
    """

    topic: str | None
    correlation: bytes | None = None


class InboxItem(NamedTuple):
    """One stored message, as received."""

    id: int
    terminal: str
    msg_id: str
    kind: str
    payload: bytes
    reply_to: ReplyTo | None
    received_at: float


class SessionRow(NamedTuple):
    """One session. `data` is opaque here; `state` is one of `messages.STATES`."""

    session: str
    terminal: str
    account: str
    state: str
    data: bytes
    expires_at: float


class Answer(NamedTuple):
    """The exact bytes that go to the terminal."""

    topic_suffix: TopicSuffix
    payload: bytes


class JournalLine(NamedTuple):
    """One named event of the audit trail; `data` is UTF-8 JSON."""

    session: str | None
    turn: int | None
    name: str
    data: bytes


class AgreementRow(NamedTuple):
    """What was agreed; `terms` is the wire form of `messages.Terms`."""

    session: str
    account: str
    terms: bytes
    agreed_at: float


class LearnedRow(NamedTuple):
    """What dialogues have taught so far. `data` is opaque here; `version` names it, and is empty when nothing was learnt."""

    version: str
    data: bytes


Learn: TypeAlias = Callable[[bytes | None], LearnedRow]
"""From the newest row's data (None: there is none) to the next row. Called inside a transaction, so it asks no store."""


class Outcome(NamedTuple):
    """Everything that one inbox item leads to; committed as a whole or not at all."""

    session: SessionRow | None = None
    answers: tuple[Answer, ...] = ()
    journal: tuple[JournalLine, ...] = ()
    agreement: AgreementRow | None = None
    learn: Learn | None = None


class OutboxRow(NamedTuple):
    """One answer that waits to be sent."""

    id: int
    terminal: str
    topic_suffix: str
    payload: bytes
    reply_to: ReplyTo | None


class Quarantine(NamedTuple):
    """A message that could not be taken, as it arrived."""

    topic: str
    payload: bytes


class QuarantineRow(NamedTuple):
    """A kept message that could not be taken, with the error it was answered with. `payload` is cut at 16 KiB."""

    terminal: str
    topic: str
    payload: bytes
    answer: bytes
    received_at: float
