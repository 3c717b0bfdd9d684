"""Stand-ins for what surrounds the code under test: a broker to start and stop, terminals, an appliance that echoes."""

from __future__ import annotations

import os
import queue
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import msgspec
from eqnegotiator.edge.messages import Delta, End, Reply, Start, Turn, decode, encode
from eqnegotiator.edge.records import Answer, InboxItem, JournalLine, Outcome, SessionRow
from eqnegotiator.edge.store import Store
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

WAIT_SECONDS = 10.0
MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class ProcessWithLog:
    """A child process whose standard error is read all the time, so that it never blocks and a line can be awaited."""

    def __init__(self, command: list[str], ready_word: str) -> None:
        self._ready = threading.Event()
        self.lines: list[str] = []
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self._reader = threading.Thread(target=self._read, args=(ready_word,), daemon=True)
        self._reader.start()
        if not self._ready.wait(WAIT_SECONDS):
            self.end(signal.SIGKILL)
            raise AssertionError(f"{command[0]} did not say {ready_word!r}: {self.lines}")

    def _read(self, ready_word: str) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.lines.append(line)
            if ready_word in line:
                self._ready.set()

    def end(self, signum: int) -> int:
        self.process.send_signal(signum)
        status = self.process.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return status


class Mosquitto:
    """A real Mosquitto with persistence in `folder`, on one port over all its restarts."""

    def __init__(self, folder: Path, *, extra: str = "") -> None:
        assert MOSQUITTO is not None
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        self._config.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\n"
            f"persistence_location {folder}/\nlog_dest stderr\nlog_type information\nlog_type error\n"
            + ("user root\n" if os.geteuid() == 0 else "")
            + extra
        )
        self._running: ProcessWithLog | None = None
        self.start()

    def start(self) -> None:
        assert MOSQUITTO is not None
        self._running = ProcessWithLog([MOSQUITTO, "-c", str(self._config)], ready_word="running")

    def stop(self, signum: int = signal.SIGTERM) -> None:
        if self._running is not None:
            self._running.end(signum)
            self._running = None

    def restart(self, signum: int = signal.SIGTERM) -> None:
        """SIGKILL loses what the broker had not written down: messages, subscriptions, sessions."""
        self.stop(signum)
        self.start()


@dataclass(frozen=True)
class MqttSettingsStub:
    port: int
    host: str = "127.0.0.1"
    topic_root: str = "eqneg/v1"
    username: str | None = None
    password: str | None = None
    tls: bool = False
    keepalive_seconds: int = 30
    session_expiry_seconds: int = 3600
    receive_maximum: int = 16
    max_pending: int = 64
    reconnect_max_seconds: float = 0.2

    def but(self, **changes: object) -> MqttSettingsStub:
        return replace(self, **changes)  # type: ignore[arg-type]


class Heard(NamedTuple):
    """One message as a terminal sees it."""

    topic: str
    payload: bytes
    retain: bool
    correlation: bytes | None


class TerminalStub:
    """A customer terminal: an MQTT client that publishes turns and collects whatever matches its subscriptions.

    Its broker session is persistent: what is sent while it reconnects waits for it.
    """

    def __init__(self, port: int, name: str, topics: list[str], *, version: str = "5") -> None:
        protocol = MQTTProtocolVersion.MQTTv5 if version == "5" else MQTTProtocolVersion.MQTTv311
        self._heard: queue.Queue[Heard] = queue.Queue()
        self._subscribed = threading.Event()
        clean_session = None if version == "5" else False
        self._client = Client(
            CallbackAPIVersion.VERSION2, client_id=name, clean_session=clean_session, protocol=protocol
        )
        self._client.reconnect_delay_set(1, 1)
        self._client.on_connect = lambda client, *_: client.subscribe([(topic, 1) for topic in topics])
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_disconnect = lambda *_: self._subscribed.clear()
        self._client.on_message = self._on_message
        if version == "5":
            expiry = Properties(PacketTypes.CONNECT)
            expiry.SessionExpiryInterval = 300
            self._client.connect("127.0.0.1", port, clean_start=False, properties=expiry)
        else:
            self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.wait_subscribed()

    def wait_subscribed(self) -> None:
        assert self._subscribed.wait(WAIT_SECONDS)

    def _on_message(self, _client: Client, _userdata: object, message: MQTTMessage) -> None:
        correlation = getattr(message.properties, "CorrelationData", None)
        self._heard.put(Heard(message.topic, bytes(message.payload), message.retain, correlation))

    def send(
        self,
        topic: str,
        payload: bytes,
        *,
        retain: bool = False,
        response_topic: str | None = None,
        correlation: bytes | None = None,
    ) -> None:
        properties = None
        if response_topic is not None or correlation is not None:
            properties = Properties(PacketTypes.PUBLISH)
            if response_topic is not None:
                properties.ResponseTopic = response_topic
            if correlation is not None:
                properties.CorrelationData = correlation
        self._client.publish(topic, payload, qos=1, retain=retain, properties=properties).wait_for_publish(WAIT_SECONDS)

    def hear(self) -> Heard:
        return self._heard.get(timeout=WAIT_SECONDS)

    def hear_until(self, wanted: Callable[[Heard], bool]) -> Heard:
        while not wanted(heard := self.hear()):
            pass
        return heard

    def heard_nothing_else(self) -> bool:
        """Nothing was left unread. Call it after an exchange that comes later than what must not come."""
        return self._heard.empty()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class EchoAppliance:
    """Answers every message with its own words; `before` runs first, and may raise or block."""

    def __init__(self, store: Store, before: Callable[[InboxItem], None] = lambda _item: None) -> None:
        self._store = store
        self._before = before
        self.processed: list[str] = []

    def process(self, item: InboxItem, emit: Callable[[str, Delta], None]) -> None:
        self._before(item)
        message = decode(item.kind, item.payload)
        session = message.account if isinstance(message, Start) else message.session
        text = message.text if isinstance(message, Turn) else item.kind
        emit(item.terminal, Delta(in_reply_to=message.msg_id, session=session, seq=0, text=text))
        # The number of the run makes a reply that was made twice differ from one that was replayed.
        reply = Reply(
            msg_id=f"{item.id}-{len(self.processed)}-{time.monotonic_ns()}",
            in_reply_to=message.msg_id,
            session=session,
            turn=len(self.processed),
            text=text,
            act="inform",
            state="ended" if isinstance(message, End) else "open",
            tone="neutral",
            terms=None,
        )
        row = SessionRow(session, item.terminal, "A-1", reply.state, b"{}", time.time() + 300)
        outcome = Outcome(row, (Answer("reply", encode(reply)),), (JournalLine(session, reply.turn, "turn", b"{}"),))
        self._store.commit(item.id, outcome, time.time())
        self.processed.append(item.msg_id)

    def expire(self, _now: float, _served: Collection[str]) -> int:
        return 0


def turn(msg_id: str, text: str = "hello", session: str = "s1") -> bytes:
    return msgspec.json.encode({"msg_id": msg_id, "session": session, "text": text})
