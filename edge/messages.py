"""Wire contract v1: what terminals and the appliance say to each other.

One struct per message, decoded with `decode` and encoded with `encode`. Knows nothing of transports, sessions or storage.
Money is a decimal string beside its currency, dates are ISO 8601; unknown fields are ignored.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, TypeAlias

import msgspec

from .errors import WireError

__all__ = [
    "ACTS",
    "ERROR_CODES",
    "MAX_PAYLOAD_BYTES",
    "NAME_PATTERN",
    "STATES",
    "Action",
    "Delta",
    "End",
    "ErrorMessage",
    "Incoming",
    "Instalment",
    "Kind",
    "Reply",
    "Start",
    "Terms",
    "Turn",
    "Verify",
    "decode",
    "encode",
    "error_message",
]

MAX_PAYLOAD_BYTES: Final = 16 * 1024
NAME_PATTERN: Final = r"[A-Za-z0-9_-]{1,64}"

Kind: TypeAlias = Literal["start", "turn", "end"]
State: TypeAlias = Literal["verifying", "open", "confirming", "agreed", "handoff", "ended"]
Act: TypeAlias = Literal[
    "greet",
    "verify",
    "disclose",
    "ask",
    "inform",
    "counter",
    "accept",
    "confirm",
    "empathise",
    "refuse",
    "handoff",
    "close",
]
TermsKind: TypeAlias = Literal["extension", "instalments", "settlement", "pause"]

STATES: Final[tuple[str, ...]] = ("verifying", "open", "confirming", "agreed", "handoff", "ended")
ACTS: Final[tuple[str, ...]] = (
    "greet", "verify", "disclose", "ask", "inform", "counter", "accept", "confirm", "empathise", "refuse", "handoff", "close",
)  # fmt: skip

ERROR_CODES: Final[Mapping[str, str]] = {
    "bad_topic": "the topic is not one of the contract's, or a name in it is not [A-Za-z0-9_-]{1,64}",
    "bad_json": "the payload is not UTF-8 JSON",
    "bad_message": "a field is missing or of the wrong type; the message names it",
    "too_large": "the payload is over 16 KiB",
    "unknown_session": "no such session on this terminal; start a new one",
    "unknown_account": "no such account on this appliance",
    "session_ended": "the session is over; start a new one",
    "session_timeout": "nobody answered in time, the session was ended",
    "busy": "the appliance has too many turns waiting; send the same message again later",
    "internal": "the turn failed inside the appliance; it is in the journal",
}

MsgId = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Reference = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]


class Verify(msgspec.Struct, frozen=True, kw_only=True):
    """A verification answer that the terminal has asked for already."""

    answer: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class Start(msgspec.Struct, frozen=True, kw_only=True):
    """Terminal -> appliance: somebody is here for this account."""

    msg_id: MsgId
    account: Reference
    lang: str | None = None
    channel: str | None = None
    verify: Verify | None = None


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """Terminal -> appliance: what the customer said."""

    msg_id: MsgId
    session: Reference
    text: str
    asr_confidence: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] | None = None


class End(msgspec.Struct, frozen=True, kw_only=True):
    """Terminal -> appliance: the customer has left."""

    msg_id: MsgId
    session: Reference
    reason: str | None = None


Incoming: TypeAlias = Start | Turn | End
_INCOMING: Final[Mapping[str, type[Start] | type[Turn] | type[End]]] = {"start": Start, "turn": Turn, "end": End}


class Instalment(msgspec.Struct, frozen=True, kw_only=True):
    """One payment of a plan."""

    due_date: date
    amount: Decimal


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is offered or agreed. Amounts are in `currency`, with two decimals.

    amount: what is paid under these terms in total (0.00 for a pause).
    due_date: the last date by which it is paid (the end of the pause for a pause).
    days: calendar days from the day of the offer to `due_date`.
    instalments: every payment of an instalment plan; empty for the other kinds.
    discount: what is taken off; `remainder` says whether that part survives (G21).
    """

    kind: TermsKind
    currency: str
    amount: Decimal
    due_date: date
    days: int
    instalments: tuple[Instalment, ...] = ()
    discount: Decimal = Decimal("0.00")
    remainder: Literal["owed", "waived"] = "owed"


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """A button that a kiosk may show; pressing it sends `label` as the turn's text."""

    id: str
    label: str


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """Appliance -> terminal: the whole reply of one turn."""

    msg_id: str
    in_reply_to: str
    session: str
    turn: int
    text: str
    act: Act
    state: State
    tone: str
    terms: Terms | None
    actions: tuple[Action, ...] = ()


class Delta(msgspec.Struct, frozen=True, kw_only=True):
    """Appliance -> terminal, QoS 0: one guarded sentence of a reply that is still being written."""

    in_reply_to: str
    session: str
    seq: int
    text: str


class ErrorMessage(msgspec.Struct, frozen=True, kw_only=True):
    """Appliance -> terminal: a message was not taken; `code` is one of `ERROR_CODES`."""

    in_reply_to: str | None
    code: str
    message: str
    retryable: bool


_encoder: Final = msgspec.json.Encoder(decimal_format="string")


def encode(message: msgspec.Struct) -> bytes:
    """The UTF-8 JSON bytes of a message; equal messages give equal bytes."""
    return _encoder.encode(message)


def decode(kind: str, payload: bytes) -> Incoming:
    """Decode what a terminal sent on topic `<kind>`.

    Raises:
        WireError: `bad_topic`, `too_large`, `bad_json` or `bad_message`; `in_reply_to` is set whenever the payload had a usable `msg_id`.
    """
    message_type = _INCOMING.get(kind)
    if message_type is None:
        raise WireError("bad_topic", f"topic ends in {kind!r}; use start, turn or end")
    if len(payload) > MAX_PAYLOAD_BYTES:
        raise WireError("too_large", f"payload has {len(payload)} bytes; at most {MAX_PAYLOAD_BYTES} are taken")
    try:
        document = msgspec.json.decode(payload.decode("utf-8"))
    except (ValueError, RecursionError) as error:  # ValueError covers bad UTF-8, lone surrogates and bad JSON alike
        raise WireError("bad_json", f"payload is not UTF-8 JSON: {error}") from error
    if not isinstance(document, dict):
        raise WireError("bad_message", f"payload is a JSON {type(document).__name__}; an object is expected")
    try:
        return msgspec.convert(document, message_type)
    except msgspec.ValidationError as error:
        raise WireError("bad_message", f"{kind}: {error}", in_reply_to=_readable_msg_id(document)) from error


def error_message(error: WireError) -> ErrorMessage:
    """The wire form of a `WireError`."""
    return ErrorMessage(in_reply_to=error.in_reply_to, code=error.code, message=error.message, retryable=error.retryable)


def _readable_msg_id(document: Mapping[str, object]) -> str | None:
    msg_id = document.get("msg_id")
    return msg_id if isinstance(msg_id, str) and 1 <= len(msg_id) <= 128 else None
