"""The service's life: startup, main loop, shutdown. Knows threads, signals and the watchdog; nothing of turns.

One worker thread takes messages out of the inbox and has the appliance process them. The main thread feeds systemd's
watchdog only while that worker makes progress, so a turn that hangs gets the service restarted; what it was working on
is still in the inbox then.
"""

from __future__ import annotations

import logging
import select
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

from . import sdnotify
from .errors import StoreError, WireError
from .messages import Delta, encode, error_message
from .metrics import FAULTS, INBOX_PENDING, REFUSED, TURN_SECONDS, TURNS
from .records import Answer, InboxItem, JournalLine, Outcome
from .store import Store

__all__ = ["Appliance", "DaemonSettings", "Terminals", "Worker", "run"]

_log = logging.getLogger(__name__)

_TICK_SECONDS: Final = 1.0
_RETRY_SECONDS: Final = 1.0
_ATTEMPTS: Final = 3
_TERMINALS_SECONDS: Final = 3.0


class DaemonSettings(Protocol):
    """What the daemon reads from the settings; `settings.SessionSettings` is one."""

    @property
    def turn_deadline_seconds(self) -> float: ...


class Appliance(Protocol):
    """What processes messages; it commits its own outcome to the store."""

    def process(self, item: InboxItem, emit: Callable[[str, Delta], None]) -> None:
        """Answer one message and commit the outcome; `emit(terminal, delta)` streams finished sentences meanwhile."""

    def expire(self, now: float) -> int:
        """End the sessions that nobody answers any more; returns how many."""


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


class Worker:
    """The thread that takes messages out of the inbox, one after the other, oldest first."""

    def __init__(self, store: Store, appliance: Appliance) -> None:
        self._store = store
        self._appliance = appliance
        self._terminals: Sequence[Terminals] = ()
        self._changed = threading.Condition()
        self._received = False
        self._stopping = False
        self._progress = time.monotonic()
        self._attempted_id = 0
        self._attempts = 0
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)

    def received(self) -> None:
        """A message is in the inbox."""
        with self._changed:
            self._received = True
            self._changed.notify()

    def start(self, terminals: Sequence[Terminals]) -> None:
        """Begin with what the last run has left in the inbox."""
        self._terminals = terminals
        self._progress = time.monotonic()
        self._thread.start()

    def stop(self, timeout_seconds: float) -> bool:
        """Finish the turn in progress; False when it takes longer than this. The rest waits for the next start."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout_seconds)
        return not self._thread.is_alive()

    def alive(self) -> bool:
        """The thread runs."""
        return self._thread.is_alive()

    def seconds_without_progress(self) -> float:
        """How long ago the turn in progress, or the last look at an empty inbox, began."""
        return time.monotonic() - self._progress

    def _run(self) -> None:
        next_expiry = time.monotonic()
        while not self._stopping:
            self._progress = time.monotonic()
            try:
                INBOX_PENDING.set(self._store.pending_count())
                item = self._store.pending()
                if item is not None:
                    self._process(item)
                if time.monotonic() >= next_expiry:
                    next_expiry = time.monotonic() + _TICK_SECONDS
                    if self._appliance.expire(time.time()) > 0:
                        self._wake_terminals()
                if item is None:
                    self._wait(_TICK_SECONDS)
            except Exception:  # noqa: BLE001 - without this thread nobody is served; the inbox is safe on disk
                _log.exception("the worker failed; it tries again in %.0f s", _RETRY_SECONDS)
                FAULTS.labels("worker").inc()
                self._received = False
                self._wait(_RETRY_SECONDS)

    def _process(self, item: InboxItem) -> None:
        self._attempts = self._attempts + 1 if item.id == self._attempted_id else 1
        self._attempted_id = item.id
        began = time.perf_counter()
        try:
            self._appliance.process(item, self._emit)
        except Exception as error:  # the appliance answers its own errors; this is the last line of defence
            if isinstance(error, StoreError) and self._attempts < _ATTEMPTS:
                raise  # hardly this message's fault: it is processed again when the disk may be well
            _log.exception("message %s of %s failed", item.msg_id, item.terminal)
            FAULTS.labels("turn").inc()
        if self._store.is_pending(item.id):
            self._answer_internal(item)
        TURNS.inc()
        TURN_SECONDS.observe(time.perf_counter() - began)
        self._wake_terminals()

    def _answer_internal(self, item: InboxItem) -> None:
        # Left unanswered, the message would come first again and again and block every other terminal.
        error = WireError("internal", "the turn failed inside the appliance; start it again", in_reply_to=item.msg_id)
        answer = Answer("error", encode(error_message(error)))
        line = JournalLine(None, None, "turn_without_outcome", answer.payload)
        self._store.commit(item.id, Outcome(answers=(answer,), journal=(line,)), time.time())
        REFUSED.labels(error.code).inc()

    def _wait(self, timeout_seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._received or self._stopping, timeout_seconds)
            self._received = False

    def _emit(self, terminal: str, delta: Delta) -> None:
        for adapter in self._terminals:
            adapter.delta(terminal, delta)

    def _wake_terminals(self) -> None:
        for adapter in self._terminals:
            adapter.wake()


def run(
    settings: DaemonSettings,
    store: Store,
    appliance: Appliance,
    open_terminals: Callable[[Callable[[], None]], Sequence[Terminals]],
    *,
    drain_seconds: float = 15.0,
) -> int:
    """Serve until SIGTERM or SIGINT; a second signal ends the process at once. Call it from the main thread.

    `open_terminals(on_received)` makes the adapters; they call `on_received` after each message they put in the inbox.
    Models must be loaded and warm before: the service says READY as soon as its threads run.

    Returns:
        The exit status: 0 after a clean stop; 1 when the worker died, or hung beyond `drain_seconds`.
    """
    worker = Worker(store, appliance)
    terminals = open_terminals(worker.received)
    with _stop_signals() as wait_for_stop:
        _startup(worker, terminals)
        _main_loop(worker, terminals, settings.turn_deadline_seconds, wait_for_stop)
        return _shutdown(worker, terminals, drain_seconds)


def _startup(worker: Worker, terminals: Sequence[Terminals]) -> None:
    for adapter in terminals:
        adapter.start()
    worker.start(terminals)
    sdnotify.ready()
    sdnotify.status("serving")


def _main_loop(
    worker: Worker,
    terminals: Sequence[Terminals],
    turn_deadline_seconds: float,
    wait_for_stop: Callable[[float], bool],
) -> None:
    watchdog_seconds = sdnotify.watchdog_seconds()
    tick_seconds = _TICK_SECONDS if watchdog_seconds is None else min(_TICK_SECONDS, watchdog_seconds / 2)
    hanging = False
    while worker.alive():
        was_hanging, hanging = hanging, worker.seconds_without_progress() > turn_deadline_seconds
        if not hanging and watchdog_seconds is not None:
            sdnotify.watchdog()
        if hanging != was_hanging:
            text = f"a turn takes longer than {turn_deadline_seconds:g} s" if hanging else "serving"
            sdnotify.status(text)
            _log.log(logging.ERROR if hanging else logging.WARNING, "%s", text)
        for adapter in terminals:
            if not adapter.alive():
                _log.error("%s has lost a thread; it is started again", type(adapter).__name__)
                FAULTS.labels("terminals").inc()
                adapter.start()
        if wait_for_stop(tick_seconds):
            return
    _log.critical("the worker thread has died")


def _shutdown(worker: Worker, terminals: Sequence[Terminals], drain_seconds: float) -> int:
    sdnotify.stopping()
    sdnotify.extend_timeout(drain_seconds + _TERMINALS_SECONDS * (1 + len(terminals)))
    deadline = time.monotonic() + drain_seconds
    died = not worker.alive()
    finished = worker.stop(drain_seconds)
    if not finished:
        _log.error("a turn is still in progress after %g s; it is processed again after the next start", drain_seconds)
    for adapter in terminals:
        adapter.stop(max(_TERMINALS_SECONDS, deadline - time.monotonic()))
    return 1 if died or not finished else 0


@contextmanager
def _stop_signals() -> Iterator[Callable[[float], bool]]:
    """Yields `wait(seconds)`, which returns True as soon as a stop signal has come.

    The handlers take no lock: one that set a `threading.Event` could interrupt the very wait that holds its lock.
    """
    stopping = False

    def on_stop(signum: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        stopping = True
        for stop_signal in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stop_signal, signal.SIG_DFL)

    def on_hangup(_signum: int, _frame: FrameType | None) -> None:
        _log.info("SIGHUP: settings are read at start only; restart the service to change them")

    def wait(timeout_seconds: float) -> bool:
        if not stopping and select.select([wakeup_reader], [], [], timeout_seconds)[0]:
            wakeup_reader.recv(4096)
        return stopping

    wakeup_reader, wakeup_writer = socket.socketpair()
    handlers = {signal.SIGTERM: on_stop, signal.SIGINT: on_stop, signal.SIGHUP: on_hangup}
    with wakeup_reader, wakeup_writer:
        wakeup_writer.setblocking(False)
        previous_fd = signal.set_wakeup_fd(wakeup_writer.fileno())
        previous = {signum: signal.signal(signum, handler) for signum, handler in handlers.items()}
        try:
            yield wait
        finally:
            signal.set_wakeup_fd(previous_fd)
            for signum, handler in previous.items():
                signal.signal(signum, handler)
