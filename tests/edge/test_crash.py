"""Fifty turns while the appliance is killed and the broker restarted under them: each is answered exactly once, and for good."""

from __future__ import annotations

import json
import logging
import queue
import random
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import fakes
import msgspec
import pytest
from eqnegotiator.edge.store import Store
from fakes import Mosquitto
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from processes import SAMPLES, DaemonProcess, eqneg

SEED = 20
ROUNDS = 10
RETRY_SECONDS = 1.0
ANSWER_SECONDS = 30.0
"""For one round, with all that breaks in it."""

pytestmark = pytest.mark.skipif(fakes.MOSQUITTO is None, reason="mosquitto is not installed")
_log = logging.getLogger(__name__)


class Customer(NamedTuple):
    """What somebody says, from the first turn on; `start` carries the verification answer where it is given."""

    account: str
    verify: str | None
    says: tuple[str, ...]


CUSTOMERS = (
    Customer(
        "A-1001", None,
        ("what is this about?", "1981", "I can't pay it all at once", "could I do 300 a month?", "no, that is too soon",
         "what are my options?", "I can pay all of it in 20 days", "yes", "is it done?", "thanks"),
    ),
    Customer(
        "A-1002", "1975",
        ("who are you working for?", "how much is it?", "no", "that is far too much for me", "I can pay 2000 a month", "no way",
         "I need more time", "what happens to my data?", "I can do it in 20 days", "no"),
    ),
    Customer(
        "A-1003", "1990",
        ("I lost my job", "I am so worried about this", "I could manage 40 a month", "yes", "is it done?", "thank you",
         "how much was it?", "goodbye", "one more thing", "never mind"),
    ),
    Customer(
        "A-1001", "1999",
        ("1998", "1997", "hello?", "1981", "anybody there?", "", "what now", "ok", "still here", "bye"),
    ),
    Customer(
        "A-1002", None,
        ("1975", "what are my options?", "I want to pay half now and the rest in two weeks", "no", "I said no",
         "I can't afford that", "ok, that works", "yes", "great", "what did we agree?"),
    ),
)  # fmt: skip


class Message(NamedTuple):
    """One message of a customer, sent again with the same bytes until it is answered."""

    kind: str
    msg_id: str
    payload: bytes


class ScriptedTerminal:
    """One kiosk with several customers: collects every answer it is ever given, and asks again for those it misses."""

    topic = "eqneg/v1/branch/k1"

    def __init__(self, port: int) -> None:
        self.answers: dict[str, list[bytes]] = {}
        self.topics: set[str] = set()
        self.repeats = 0
        self._sent: set[str] = set()
        self._inbox: queue.Queue[MQTTMessage] = queue.Queue()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id="k1", protocol=MQTTProtocolVersion.MQTTv5)
        self._client.reconnect_delay_set(1, 1)
        self._client.on_message = lambda _client, _userdata, message: self._inbox.put(message)
        self._client.on_connect = lambda client, *_: client.subscribe([(f"{self.topic}/{suffix}", 1) for suffix in ("reply", "error")])
        expiry = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        expiry.SessionExpiryInterval = 300
        self._client.connect("127.0.0.1", port, clean_start=False, properties=expiry)
        self._client.loop_start()

    def unanswered(self) -> set[str]:
        """Ids of the messages that were sent and have no answer yet."""
        return self._sent - self.answers.keys()

    def count(self, message: Message) -> int:
        """How many answers the message has got."""
        return len(self.answers.get(message.msg_id, ()))

    def send(self, message: Message) -> None:
        self._sent.add(message.msg_id)
        self._client.publish(f"{self.topic}/{message.kind}", message.payload, qos=1)

    def collect(self, seconds: float) -> None:
        """Note down what has arrived and, for so long, what arrives."""
        until = time.monotonic() + seconds
        try:
            while True:
                self._note(self._inbox.get(timeout=max(0.0, until - time.monotonic())))
        except queue.Empty:
            return

    def await_answers(self, messages: list[Message], *, more_than: int = 0) -> None:
        """Send until each message has got more than so many answers."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while missing := [message for message in messages if self.count(message) <= more_than]:
            assert time.monotonic() < deadline, f"no answer within {ANSWER_SECONDS:g} s to {missing}"
            next_try = time.monotonic() + RETRY_SECONDS
            while time.monotonic() < next_try and any(self.count(message) <= more_than for message in missing):
                self.collect(0.02)
            for message in missing:
                if self.count(message) <= more_than:
                    self.repeats += 1
                    self.send(message)

    def _note(self, message: MQTTMessage) -> None:
        self.topics.add(message.topic)
        payload = bytes(message.payload)
        self.answers.setdefault(json.loads(payload)["in_reply_to"], []).append(payload)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()


class Chaos:
    """Kills and restarts at moments that the seed chooses."""

    def __init__(self, seed: int, daemon: DaemonProcess, broker: Mosquitto, terminal: ScriptedTerminal) -> None:
        self._random = random.Random(seed)
        self._daemon, self._broker, self._terminal = daemon, broker, terminal
        self.kills = self.broker_restarts = self.interrupted_turns = 0

    def strike(self, *, at_broker: bool) -> None:
        """Kill the daemon within the next moments and bring it back; the broker may go down before, in between or after."""
        broker_at = self._random.choice(("before", "while down", "after")) if at_broker else "never"
        self._terminal.collect(self._random.triangular(0.0, 0.35, 0.0))
        self._restart_broker(broker_at == "before")
        self._kill()
        self._restart_broker(broker_at == "while down")
        self._daemon.launch()
        if self._random.random() < 0.3:  # not even the start is left alone
            self._terminal.collect(self._random.uniform(0.0, 1.0))
            self._kill()
            self._daemon.launch()
        self._daemon.wait_ready()
        self._terminal.collect(self._random.uniform(0.0, 0.3))
        self._restart_broker(broker_at == "after")

    def _kill(self) -> None:
        self._daemon.kill()
        self.kills += 1
        self._terminal.collect(0.0)
        self.interrupted_turns += len(self._terminal.unanswered())

    def _restart_broker(self, now: bool) -> None:
        if now:
            self._broker.restart(self._random.choice((signal.SIGTERM, signal.SIGKILL)))
            self.broker_restarts += 1


@pytest.fixture
def daemon(tmp_path: Path, mosquitto: Mosquitto) -> Iterator[DaemonProcess]:
    process = DaemonProcess(tmp_path, mosquitto.port)
    assert eqneg(tmp_path, "accounts", "import", str(SAMPLES), "--config", str(process.config)).returncode == 0
    process.start()
    yield process
    process.close()


def first_message(number: int, customer: Customer) -> Message:
    msg_id = f"c{number}-start"
    verify = {} if customer.verify is None else {"verify": {"answer": customer.verify}}
    return Message("start", msg_id, msgspec.json.encode({"msg_id": msg_id, "account": customer.account} | verify))


def next_message(number: int, turn: int, session: str, text: str) -> Message:
    msg_id = f"c{number}-t{turn}"
    return Message("turn", msg_id, msgspec.json.encode({"msg_id": msg_id, "session": session, "text": text}))


def test_every_turn_is_answered_exactly_once_whatever_is_killed(
    mosquitto: Mosquitto, daemon: DaemonProcess, record_property: Callable[[str, object], None]
) -> None:
    terminal = ScriptedTerminal(mosquitto.port)
    chaos = Chaos(SEED, daemon, mosquitto, terminal)
    try:
        sent = [first_message(number, customer) for number, customer in enumerate(CUSTOMERS)]
        for message in sent:
            terminal.send(message)
        terminal.await_answers(sent)
        sessions = [str(answer_to(terminal, message)["session"]) for message in sent]
        for turn in range(ROUNDS):
            batch = [next_message(number, turn, sessions[number], customer.says[turn]) for number, customer in enumerate(CUSTOMERS)]
            sent += batch
            for message in batch:
                terminal.send(message)
            chaos.strike(at_broker=turn % 2 == 1)
            chaos.strike(at_broker=False)
            terminal.await_answers(batch)
        terminal.collect(0.5)  # what the broker still holds

        counts = {message.msg_id: terminal.count(message) for message in sent}
        for message in sent:
            terminal.send(message)
        for message in sent:
            terminal.await_answers([message], more_than=counts[message.msg_id])
    finally:
        terminal.close()
    facts = {"kills": chaos.kills, "interrupted_turns": chaos.interrupted_turns}
    facts |= {"broker_restarts": chaos.broker_restarts, "repeats": terminal.repeats}
    facts["duplicates"] = sum(len(payloads) - 2 for payloads in terminal.answers.values())
    for name, value in facts.items():
        record_property(name, value)
    _log.warning("%d turns, %s", len(sent) - len(CUSTOMERS), facts)

    assert chaos.kills >= 2 * ROUNDS
    assert chaos.interrupted_turns > 0
    assert chaos.broker_restarts == ROUNDS // 2
    assert terminal.topics == {f"{terminal.topic}/reply"}
    assert set(terminal.answers) == {message.msg_id for message in sent}
    assert {msg_id: len(set(payloads)) for msg_id, payloads in terminal.answers.items()} == dict.fromkeys(terminal.answers, 1)
    for number, session in enumerate(sessions):
        replies = [answer_to(terminal, message) for message in sent if message.msg_id.startswith(f"c{number}-")]
        assert {reply["session"] for reply in replies} == {session}
        assert [reply["turn"] for reply in replies] == list(range(1, ROUNDS + 2))
    assert daemon.stop() == 0
    assert_written_once(daemon.store, terminal, sent, sessions)


def answer_to(terminal: ScriptedTerminal, message: Message) -> dict[str, Any]:
    reply: dict[str, Any] = json.loads(terminal.answers[message.msg_id][0])
    return reply


def assert_written_once(path: Path, terminal: ScriptedTerminal, sent: list[Message], sessions: list[str]) -> None:
    """The disk tells the same story as the wire: one journal line a turn, one agreement a session that agreed, nothing left to do."""
    store = Store(path)
    try:
        assert (store.pending_count(), store.outbox(1)) == (0, [])
        for number, session in enumerate(sessions):
            replies = [answer_to(terminal, message) for message in sent if message.msg_id.startswith(f"c{number}-")]
            lines = [line for line in store.journal(session) if line.name == "turn"]
            assert [line.turn for line in lines] == [reply["turn"] for reply in replies]
            assert [json.loads(line.data)["text"] for line in lines] == [reply["text"] for reply in replies]
            agreed = [json.dumps(reply["terms"]) for reply in replies if reply["act"] == "accept"]
            agreements = [json.dumps(json.loads(row.terms)) for row in store.agreements() if row.session == session]
            assert agreements == agreed
            assert len(agreed) <= 1
        assert store.agreements()
    finally:
        store.close()
