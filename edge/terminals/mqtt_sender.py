"""The way out: a thread that publishes outbox rows in order and forgets each one when the broker has confirmed it.

All its state belongs to that thread; others speak to it through a queue, so that no lock of ours is ever held while a
lock of paho's is taken. Knows nothing of subscribing and reconnecting.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Final, TypeAlias

import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ..errors import BrokerError
from ..metrics import FAULTS
from ..records import JournalLine, OutboxRow
from ..store import Store
from .mqtt_connection import Connection, MqttVersion

__all__ = ["Sender"]

_log = logging.getLogger(__name__)

# The broker's word that repeating this publish can never help (MQTT 5, section 3.4.2.1).
_REFUSED_FOR_GOOD: Final = ("Not authorized", "Topic Name invalid", "Payload format invalid")


@dataclass(frozen=True)
class _Established:
    connection: Connection


@dataclass(frozen=True)
class _Lost:
    pass


@dataclass(frozen=True)
class _Confirmed:
    connection: Connection
    packet_id: int
    reason: ReasonCode


@dataclass(frozen=True)
class _Wake:
    pass


@dataclass(frozen=True)
class _Drain:
    done: threading.Event


@dataclass(frozen=True)
class _Stop:
    pass


_Event: TypeAlias = _Established | _Lost | _Confirmed | _Wake | _Drain | _Stop


class Sender:
    """Sends the outbox rows whose terminal begins with `prefix` ("branch-1/") under `topic_root`."""

    def __init__(self, store: Store, topic_root: str, prefix: str) -> None:
        self._store = store
        self._topic_root = topic_root
        self._prefix = prefix
        self._events: SimpleQueue[_Event] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._connection: Connection | None = None
        self._in_flight: dict[int, OutboxRow] = {}  # by packet id
        self._last_published = 0  # outbox id
        self._drains: list[threading.Event] = []

    def alive(self) -> bool:
        """The thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread unless it runs."""
        if not self.alive():
            self._thread = threading.Thread(target=self._run, name="mqtt-sender", daemon=True)
            self._thread.start()

    def stop(self, timeout_seconds: float) -> None:
        """End the thread; what is not confirmed stays in the outbox."""
        if self._thread is not None:
            self._events.put(_Stop())
            self._thread.join(timeout_seconds)

    def wake(self) -> None:
        """The outbox has rows."""
        self._events.put(_Wake())

    def established(self, connection: Connection) -> None:
        """Send through this connection from now on, beginning with the oldest row."""
        self._events.put(_Established(connection))

    def lost(self) -> None:
        """The connection is gone; what was in flight counts as not sent."""
        self._events.put(_Lost())

    def confirmed(self, connection: Connection, packet_id: int, reason: ReasonCode) -> None:
        """The broker has answered a publish."""
        self._events.put(_Confirmed(connection, packet_id, reason))

    def drain(self, timeout_seconds: float) -> bool:
        """Wait until nothing is left that can be sent now; False when that took too long."""
        done = threading.Event()
        self._events.put(_Drain(done))
        return done.wait(timeout_seconds)

    def _run(self) -> None:
        while True:
            event = self._events.get()
            if isinstance(event, _Stop):
                return
            try:
                self._handle(event)
                left = self._publish_what_fits()
            except Exception:  # noqa: BLE001 - this thread is the only way out, and the rows are safe on disk
                _log.exception("sending failed; the broker connection is made anew and the outbox is sent again")
                FAULTS.labels("mqtt_sender").inc()
                left = True
                if self._connection is not None:
                    self._connection.faulty = True
            if not left:
                for done in self._drains:
                    done.set()
                self._drains.clear()

    def _handle(self, event: _Event) -> None:
        if isinstance(event, _Established):
            self._connection, self._last_published = event.connection, 0
            self._in_flight.clear()
        elif isinstance(event, _Lost):
            self._connection = None
            self._in_flight.clear()
        elif isinstance(event, _Drain):
            self._drains.append(event.done)
        elif isinstance(event, _Confirmed) and event.connection is self._connection:
            row = self._in_flight.pop(event.packet_id, None)
            if row is not None:  # None: a delta, state or info
                self._settle(row, event.reason)

    def _settle(self, row: OutboxRow, reason: ReasonCode) -> None:
        if not reason.is_failure:
            self._store.sent(row.id)
        elif reason.getName() in _REFUSED_FOR_GOOD:
            _log.error("the broker refuses an answer to %s for good: %s", row.terminal, reason)
            FAULTS.labels("mqtt_undeliverable").inc()
            facts = {"terminal": row.terminal, "topic": self._topic(row), "reason": str(reason)}
            line = JournalLine(None, None, "undeliverable", msgspec.json.encode(facts))
            self._store.undeliverable(row.id, line, time.time())
        else:
            raise BrokerError(f"the broker could not take an answer to {row.terminal}: {reason}")

    def _publish_what_fits(self) -> bool:
        """Fill the window. Returns whether something is still to be sent or confirmed on this connection."""
        connection = self._connection
        if connection is None or connection.faulty:
            return False
        while (free := connection.window - len(self._in_flight)) > 0:
            rows = self._store.outbox(free, after=self._last_published, prefix=self._prefix)
            if not rows:
                break
            for row in rows:
                properties = _properties(row, connection.version)
                info = connection.client.publish(self._topic(row), row.payload, qos=1, properties=properties)
                # No race: the confirmation comes to this thread as an event, after this line.
                self._in_flight[info.mid] = row
                self._last_published = row.id
        return bool(self._in_flight)

    def _topic(self, row: OutboxRow) -> str:
        if row.reply_to is not None and row.reply_to.topic is not None:
            return row.reply_to.topic
        return f"{self._topic_root}/{row.terminal}/{row.topic_suffix}"


def _properties(row: OutboxRow, version: MqttVersion) -> Properties | None:
    if version != "5" or row.reply_to is None or row.reply_to.correlation is None:
        return None
    properties = Properties(PacketTypes.PUBLISH)  # type: ignore[no-untyped-call]
    properties.CorrelationData = row.reply_to.correlation
    return properties
