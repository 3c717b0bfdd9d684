"""`eqneg chat`: the whole pipeline on standard input and output, without a broker."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import msgspec

from .accounts import encode_account, sample_accounts
from .appliance import Appliance, load_stages
from .errors import AccountError
from .messages import Delta, End, ErrorMessage, Reply, Start, Turn, encode
from .records import Received
from .settings import Settings
from .store import Store

__all__ = ["chat"]

_TERMINAL = "chat"


def chat(settings: Settings, account: str, *, store_path: Path | None, as_json: bool, lines: Iterable[str], out: TextIO) -> int:
    """Hold one conversation: a line in is what the customer says, a reply goes out; ends with the input or the session.

    store_path: where an installed appliance keeps its accounts; None takes the samples. The conversation itself is forgotten at the end.

    Raises:
        AccountError: the account is unknown.
    """
    data = _account(account, store_path)
    # A store of its own: a running daemon on the installed one would take our turns for its own.
    with tempfile.TemporaryDirectory(prefix="eqneg-chat-") as folder:
        store = Store(Path(folder) / "eqneg.db")
        try:
            store.put_accounts([(account, data)])
            return _Chat(settings, store, as_json, out).hold(account, lines)
        finally:
            store.close()


def _account(account: str, store_path: Path | None) -> bytes:
    known: dict[str, bytes] = {}
    if store_path is None:
        known = {entry.account: encode_account(entry) for entry in sample_accounts()}
        data = known.get(account)
    else:
        installed = Store(store_path)
        try:
            data = installed.account(account)
        finally:
            installed.close()
    if data is None:
        raise AccountError(
            f"account {account!r} is not known; {'samples are ' + ', '.join(known) if known else f'{store_path} does not hold it'}"
        )
    return data


class _Chat:
    """One conversation with an appliance of its own."""

    def __init__(self, settings: Settings, store: Store, as_json: bool, out: TextIO) -> None:
        self._store, self._as_json, self._out = store, as_json, out
        self._appliance = Appliance(settings, store, load_stages(settings))
        self._sent = 0
        self._prefix = f"chat-{time.time_ns()}"

    def hold(self, account: str, lines: Iterable[str]) -> int:
        answer = self._exchange("start", Start(msg_id=self._id(), account=account))
        if isinstance(answer, ErrorMessage):
            return 1
        session = answer.session
        self._prompt()
        for line in lines:
            answer = self._exchange("turn", Turn(msg_id=self._id(), session=session, text=line.rstrip("\n")))
            if isinstance(answer, ErrorMessage):
                return 1
            if answer.state == "ended":
                return 0
            self._prompt()
        self._exchange("end", End(msg_id=self._id(), session=session, reason="input ended"), shown=False)
        return 0

    def _exchange(self, kind: str, message: Start | Turn | End, *, shown: bool = True) -> Reply | ErrorMessage:
        if self._store.receive(_TERMINAL, message.msg_id, kind, encode(message), None, time.time()) is not Received.NEW:
            raise AssertionError(f"message id {message.msg_id} is not new")
        item = self._store.pending()
        assert item is not None
        self._appliance.process(item, self._show_delta if shown and not self._as_json else _ignore)
        (row,) = self._store.outbox(1)
        self._store.sent(row.id)
        answer: Reply | ErrorMessage
        if row.topic_suffix == "reply":
            answer = msgspec.json.decode(row.payload, type=Reply)
        else:
            answer = msgspec.json.decode(row.payload, type=ErrorMessage)
        if shown and self._as_json:
            self._out.write(row.payload.decode() + "\n")
        elif shown:
            self._out.write(
                f"\n           [{answer.act}, {answer.state}, tone {answer.tone}]\n"
                if isinstance(answer, Reply)
                else f"({answer.code}) {answer.message}\n"
            )
        self._out.flush()
        return answer

    def _show_delta(self, _terminal: str, delta: Delta) -> None:
        self._out.write(("appliance: " if delta.seq == 0 else " ") + delta.text)
        self._out.flush()

    def _prompt(self) -> None:
        if not self._as_json and sys.stdin.isatty():
            self._out.write("\n      you: ")
            self._out.flush()

    def _id(self) -> str:
        self._sent += 1
        return f"{self._prefix}-{self._sent}"


def _ignore(_terminal: str, _delta: Delta) -> None:
    return None
