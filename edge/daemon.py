"""The service's life: startup, main loop, shutdown. Knows threads, signals and the watchdog; nothing of turns.

The main thread feeds systemd's watchdog only while every worker makes progress, so a turn that hangs gets the service restarted;
what it was working on is still in the inbox then.
"""

from __future__ import annotations

import logging
import select
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Final, Protocol

from . import sdnotify
from .metrics import FAULTS
from .store import Store
from .workers import Appliance, Terminals, Workers

__all__ = ["DaemonSettings", "run"]

_log = logging.getLogger(__name__)

_TICK_SECONDS: Final = 1.0
_TERMINALS_SECONDS: Final = 3.0


class DaemonSettings(Protocol):
    """What the daemon reads from the settings; `settings.SessionSettings` is one."""

    @property
    def turn_deadline_seconds(self) -> float: ...


def run(
    settings: DaemonSettings,
    store: Store,
    appliance: Appliance,
    open_terminals: Callable[[Callable[[], None]], Sequence[Terminals]],
    *,
    workers: int = 1,
    drain_seconds: float = 15.0,
) -> int:
    """Serve until SIGTERM or SIGINT; a second signal ends the process at once. Call it from the main thread.

    `open_terminals(on_received)` makes the adapters; they call `on_received` after each message they put in the inbox.
    Models must be loaded and warm before: the service says READY as soon as its threads run. `workers`: turns taken at the same time.

    Returns:
        The exit status: 0 after a clean stop; 1 when a worker died, or hung beyond `drain_seconds`.
    """
    pool = Workers(store, appliance, workers)
    terminals = open_terminals(pool.received)
    with _stop_signals() as wait_for_stop:
        _startup(pool, terminals)
        _main_loop(pool, terminals, settings.turn_deadline_seconds, wait_for_stop)
        return _shutdown(pool, terminals, drain_seconds)


def _startup(workers: Workers, terminals: Sequence[Terminals]) -> None:
    for adapter in terminals:
        adapter.start()
    workers.start(terminals)
    sdnotify.ready()
    sdnotify.status("serving")


def _main_loop(
    workers: Workers,
    terminals: Sequence[Terminals],
    turn_deadline_seconds: float,
    wait_for_stop: Callable[[float], bool],
) -> None:
    watchdog_seconds = sdnotify.watchdog_seconds()
    tick_seconds = _TICK_SECONDS if watchdog_seconds is None else min(_TICK_SECONDS, watchdog_seconds / 2)
    hanging = False
    while workers.alive():
        was_hanging, hanging = hanging, workers.seconds_without_progress() > turn_deadline_seconds
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
    _log.critical("a worker thread has died")


def _shutdown(workers: Workers, terminals: Sequence[Terminals], drain_seconds: float) -> int:
    sdnotify.stopping()
    sdnotify.extend_timeout(drain_seconds + _TERMINALS_SECONDS * (1 + len(terminals)))
    deadline = time.monotonic() + drain_seconds
    died = not workers.alive()
    finished = workers.stop(drain_seconds)
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
