"""The threads that take turns: each takes the oldest message of a terminal that no other thread serves.

Turns of one terminal are taken one after the other, in the order they came; those of different terminals at the same time, so that the
model can write their replies together.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Collection, Sequence
from typing import Final, Protocol

from .errors import StoreError, WireError
from .messages import Delta, encode, error_message
from .metrics import FAULTS, INBOX_PENDING, REFUSED, TURN_SECONDS, TURNS
from .records import Answer, InboxItem, JournalLine, Outcome
from .store import Store

__all__ = ["Appliance", "Terminals", "Workers"]

_log = logging.getLogger(__name__)

_TICK_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 1.0
_ATTEMPTS: Final = 3


class Appliance(Protocol):
    """What processes messages, from several threads; it commits its own outcomes to the store."""

    def process(self, item: InboxItem, emit: Callable[[str, Delta], None]) -> None:
        """Answer one message and commit the outcome; `emit(terminal, delta)` streams finished sentences meanwhile."""

    def expire(self, now: float, served: Collection[str]) -> int:
        """End the sessions that nobody answers any more, but none on a terminal that is being `served`; returns how many."""


class Terminals(Protocol):
    """A terminal adapter."""

    def start(self) -> None:
        """Start, or start again what has died. Does not wait for the other side."""

    def stop(self, drain_seconds: float) -> None:
        """Send what can be sent in this time, then close."""

    def wake(self) -> None:
        """The outbox has rows."""

    def delta(self, terminal: str, delta: Delta) -> None:
        """Show a finished sentence of a reply that is still being written, if the terminal is one of this adapter's."""

    def alive(self) -> bool:
        """Every thread of the adapter runs."""


class Workers:
    """The threads, and which terminal each one serves."""

    def __init__(self, store: Store, appliance: Appliance, count: int = 1) -> None:
        self._store = store
        self._appliance = appliance
        self._terminals: Sequence[Terminals] = ()
        self._changed = threading.Condition()
        self._arrivals = 0
        self._stopping = False
        self._served: set[str] = set()
        self._next_expiry = time.monotonic()
        self._looked = [time.monotonic()] * count
        self._threads = [threading.Thread(target=self._run, args=(n,), name=f"worker-{n}", daemon=True) for n in range(count)]

    def received(self) -> None:
        """A message is in the inbox."""
        with self._changed:
            self._arrivals += 1
            self._changed.notify_all()

    def start(self, terminals: Sequence[Terminals]) -> None:
        """Begin with what the last run has left in the inbox."""
        self._terminals = terminals
        self._looked = [time.monotonic()] * len(self._threads)
        for thread in self._threads:
            thread.start()

    def stop(self, timeout_seconds: float) -> bool:
        """Finish the turns in progress; False when that takes longer than this. The rest waits for the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
        deadline = time.monotonic() + timeout_seconds
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def alive(self) -> bool:
        """Every thread runs."""
        return all(thread.is_alive() for thread in self._threads)

    def seconds_without_progress(self) -> float:
        """How long ago the oldest turn in progress, or the last look at an empty inbox, began."""
        return time.monotonic() - min(self._looked)

    def _run(self, number: int) -> None:
        while not self._stopping:
            self._looked[number] = time.monotonic()
            arrivals = self._arrivals
            try:
                self._expire()
                item = self._claim()
                if item is None:
                    self._wait(arrivals, _TICK_SECONDS)
                    continue
                try:
                    self._process(item)
                finally:
                    self._yield(item)
            except Exception:  # noqa: BLE001 - without this thread fewer are served; the inbox is safe on disk
                _log.exception("a worker failed; it tries again in %.0f s", _RETRY_SECONDS)
                FAULTS.labels("worker").inc()
                self._stops_within(_RETRY_SECONDS)

    def _claim(self) -> InboxItem | None:
        with self._changed:
            INBOX_PENDING.set(self._store.pending_count())
            item = self._store.pending(beside=self._served)
            if item is not None:
                self._served.add(item.terminal)
            return item

    def _yield(self, item: InboxItem) -> None:
        """Another thread may take the terminal's next message."""
        with self._changed:
            self._served.remove(item.terminal)
            self._arrivals += 1
            self._changed.notify()

    def _expire(self) -> None:
        with self._changed:  # no terminal is claimed meanwhile
            if time.monotonic() < self._next_expiry:
                return
            self._next_expiry = time.monotonic() + _TICK_SECONDS
            expired = self._appliance.expire(time.time(), self._served)
        if expired > 0:
            self._wake_terminals()

    def _process(self, item: InboxItem) -> None:
        began = time.perf_counter()
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                self._appliance.process(item, self._emit)
                break
            except Exception as error:  # noqa: BLE001 - the appliance answers its own errors; this is the last line of defence
                _log.exception("message %s of %s failed, attempt %d", item.msg_id, item.terminal, attempt)
                FAULTS.labels("turn").inc()
                if not isinstance(error, StoreError):
                    break
            # A full disk is hardly this message's fault: it is processed again when the disk may be well.
            if attempt < _ATTEMPTS and self._stops_within(_RETRY_SECONDS):
                return
        if self._store.is_pending(item.id):
            self._answer_internal(item)
        TURNS.inc()
        TURN_SECONDS.observe(time.perf_counter() - began)
        self._wake_terminals()

    def _answer_internal(self, item: InboxItem) -> None:
        # Left unanswered, the message would come first again and again and block every other of its terminal.
        error = WireError("internal", "the turn failed inside the appliance; start it again", in_reply_to=item.msg_id)
        answer = Answer("error", encode(error_message(error)))
        line = JournalLine(None, None, "turn_without_outcome", answer.payload)
        self._store.commit(item.id, Outcome(answers=(answer,), journal=(line,)), time.time())
        REFUSED.labels(error.code).inc()

    def _wait(self, arrivals: int, timeout_seconds: float) -> None:
        """Until something arrives that came after `arrivals` were counted, or the time is up."""
        with self._changed:
            self._changed.wait_for(lambda: self._arrivals != arrivals or self._stopping, timeout_seconds)

    def _stops_within(self, timeout_seconds: float) -> bool:
        """Wait; True when it is time to stop."""
        with self._changed:
            return self._changed.wait_for(lambda: self._stopping, timeout_seconds)

    def _emit(self, terminal: str, delta: Delta) -> None:
        for adapter in self._terminals:
            adapter.delta(terminal, delta)

    def _wake_terminals(self) -> None:
        for adapter in self._terminals:
            adapter.wake()
