"""The daemon as installed, from outside: a real Mosquitto, the bundled models, and Mosquitto's command line programs as the terminal."""

from __future__ import annotations

import itertools
import json
import queue
import re
import shutil
import subprocess
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import fakes
import pytest
from eqnegotiator.edge.messages import ACTS, MAX_PAYLOAD_BYTES, STATES
from eqnegotiator.edge.plan import AI_STATEMENT, DEBT_STATEMENT
from fakes import WAIT_SECONDS, Heard, Mosquitto
from processes import SAMPLES, DaemonProcess, eqneg

PUB, SUB = shutil.which("mosquitto_pub"), shutil.which("mosquitto_sub")
NODE = "eqneg/v1/branch/appliance/node"
VERSIONS = ("5", "311")
# What nobody but the right party may read off the screen (G3).
DEBT_WORDS = re.compile(
    r"debt|\bow(?:e|ing)|balance|overdue|arrears|outstanding|\bpa(?:y|id)|instal|creditor|lender|loan|\bbills?\b|money|collect"
    r"|electric|northwind|1[.,]?200|[$£€]",
    re.IGNORECASE,
)
ACCEPTING = (
    "what is this about?",
    "1981",
    "what are my options?",
    "could I do 300 a month?",
    "I lost hours at work and I can't pay it all at once",
)

pytestmark = pytest.mark.skipif(
    fakes.MOSQUITTO is None or PUB is None or SUB is None, reason="mosquitto and mosquitto-clients are not installed"
)


class CommandLineTerminal:
    """A terminal made of one running `mosquitto_sub`, and one `mosquitto_pub` per message."""

    _numbers = itertools.count(1)

    def __init__(self, port: int, version: str = "5", *, name: str | None = None, also: tuple[str, ...] = ()) -> None:
        self.name = name or f"kiosk-{next(self._numbers)}"
        self.topic = f"eqneg/v1/branch/{self.name}"
        self._where = ["-h", "127.0.0.1", "-p", str(port), "-V", version, "-q", "1"]
        # One SUBSCRIBE packet, `state` last: when its retained value is here, the others are subscribed to.
        topics = [*(f"{self.topic}/{suffix}" for suffix in ("reply", "delta", "error")), *also, f"{NODE}/info", f"{NODE}/state"]
        asked = [part for topic in topics for part in ("-t", topic)]
        self._sub = subprocess.Popen([str(SUB), *self._where, "-F", "%r %x %D %t", *asked], stdout=subprocess.PIPE, text=True)
        self._heard: queue.Queue[Heard] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._sub.stdout is not None
        for line in self._sub.stdout:
            retain, payload, correlation, topic = line.rstrip("\n").split(" ", 3)
            self._heard.put(Heard(topic, bytes.fromhex(payload), retain == "1", correlation.encode() or None))

    def send(self, kind: str, payload: bytes, *options: str) -> None:
        source = ["-s"] if payload else ["-n"]
        subprocess.run([str(PUB), *self._where, "-t", f"{self.topic}/{kind}", *source, *options], input=payload, check=True, timeout=10)

    def hear_until(self, wanted: Callable[[Heard], bool]) -> list[Heard]:
        """Everything up to and with the wanted message."""
        heard = [self._heard.get(timeout=WAIT_SECONDS)]
        while not wanted(heard[-1]):
            heard.append(self._heard.get(timeout=WAIT_SECONDS))
        return heard

    def wait_state(self, state: bytes) -> list[Heard]:
        return self.hear_until(lambda heard: heard.topic == f"{NODE}/state" and heard.payload == state)

    def raw(self, kind: str, message: dict[str, Any]) -> Heard:
        """The answer to a message as it came over the wire; the deltas before it must add up to its text."""
        self.send(kind, json.dumps(message).encode())
        heard = self.hear_until(lambda heard: heard.topic in (f"{self.topic}/reply", f"{self.topic}/error"))
        answer = json.loads(heard[-1].payload)
        assert answer["in_reply_to"] == message["msg_id"]
        deltas = [json.loads(item.payload) for item in heard if item.topic == f"{self.topic}/delta"]
        if deltas:
            assert " ".join(delta["text"] for delta in deltas) == answer["text"]
            assert [delta["seq"] for delta in deltas] == list(range(len(deltas)))
            assert {(delta["in_reply_to"], delta["session"]) for delta in deltas} == {(message["msg_id"], answer["session"])}
        else:
            assert heard[-1].topic.endswith("/error")
        return heard[-1]

    def ask(self, kind: str, **fields: Any) -> dict[str, Any]:
        """The decoded reply to a message with a fresh id."""
        heard = self.raw(kind, {"msg_id": uuid.uuid4().hex, **fields})
        reply: dict[str, Any] = json.loads(heard.payload)
        assert heard.topic == f"{self.topic}/reply", reply
        assert list(reply) == ["msg_id", "in_reply_to", "session", "turn", "text", "act", "state", "tone", "terms", "actions"]
        assert reply["act"] in ACTS
        assert reply["state"] in STATES
        return reply

    def refused(self, kind: str, **fields: Any) -> str:
        """The code of the error that answers a message with a fresh id."""
        heard = self.raw(kind, {"msg_id": uuid.uuid4().hex, **fields})
        assert heard.topic == f"{self.topic}/error", heard
        return str(json.loads(heard.payload)["code"])

    def close(self) -> None:
        self._sub.terminate()
        self._sub.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)
        assert self._sub.stdout is not None
        self._sub.stdout.close()


@contextmanager
def installed(folder: Path, settings: str = "") -> Iterator[tuple[Mosquitto, DaemonProcess]]:
    """A broker, and a daemon on it that knows the samples and has said that it is online."""
    broker = Mosquitto(folder)
    daemon = DaemonProcess(folder, broker.port, settings=settings)
    try:
        imported = eqneg(folder, "accounts", "import", str(SAMPLES), "--config", str(daemon.config))
        assert imported.returncode == 0, imported.stderr
        daemon.start()
        with terminal_on(broker.port):
            yield broker, daemon
    finally:
        daemon.close()
        broker.stop()


@contextmanager
def terminal_on(port: int, version: str = "5", **options: Any) -> Iterator[CommandLineTerminal]:
    kiosk = CommandLineTerminal(port, version, **options)
    try:
        kiosk.wait_state(b"online")
        yield kiosk
    finally:
        kiosk.close()


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The broker's port of a daemon that all tests share which do not stop it."""
    with installed(tmp_path_factory.mktemp("installed")) as (broker, daemon):
        yield broker.port
        assert daemon.stop() == 0
        assert b"WATCHDOG=1" not in daemon.notifications()  # nobody has asked for it
        assert "ERROR" not in daemon.log


@pytest.fixture(params=VERSIONS)
def kiosk(port: int, request: pytest.FixtureRequest) -> Iterator[CommandLineTerminal]:
    with terminal_on(port, request.param) as terminal:
        yield terminal


@pytest.fixture
def kiosk5(port: int) -> Iterator[CommandLineTerminal]:
    with terminal_on(port) as terminal:
        yield terminal


# --- a conversation


def assert_terms(terms: dict[str, Any], *, balance: str, currency: str, kinds: set[str], latest_days: int) -> None:
    assert list(terms) == ["kind", "currency", "amount", "due_date", "days", "instalments", "discount", "remainder"]
    assert terms["kind"] in kinds
    assert (terms["currency"], terms["amount"], terms["discount"], terms["remainder"]) == (currency, balance, "0.00", "owed")
    assert 0 < terms["days"] <= latest_days
    offered_on = date.fromisoformat(terms["due_date"]) - timedelta(terms["days"])
    assert date.today() - offered_on in (timedelta(0), timedelta(1))  # midnight may have passed since
    payments = terms["instalments"]
    if terms["kind"] == "extension":
        assert payments == []
    else:
        assert all(re.fullmatch(r"\d+\.\d\d", payment["amount"]) for payment in payments)
        assert sum(Decimal(payment["amount"]) for payment in payments) == Decimal(balance)
        days = [date.fromisoformat(payment["due_date"]) for payment in payments]
        assert days == sorted(set(days))
        assert payments[-1]["due_date"] == terms["due_date"]


def test_a_customer_gets_from_start_to_agreed(kiosk: CommandLineTerminal) -> None:
    said = iter(ACCEPTING)
    replies = [kiosk.ask("start", account="A-1001", lang="en", channel="kiosk")]
    assert replies[0]["text"].startswith(AI_STATEMENT)
    assert (replies[0]["act"], replies[0]["state"]) == ("greet", "verifying")
    while replies[-1]["state"] != "agreed":
        assert len(replies) < 15, [reply["text"] for reply in replies]
        answer = "yes" if replies[-1]["state"] == "confirming" else next(said, "Yes, that works")
        replies.append(kiosk.ask("turn", session=replies[0]["session"], text=answer))

    assert [reply["turn"] for reply in replies] == list(range(1, len(replies) + 1))
    assert len({reply["msg_id"] for reply in replies}) == len(replies)
    for before in itertools.takewhile(lambda reply: reply["state"] == "verifying", replies):
        assert not DEBT_WORDS.search(before["text"])
        assert before["terms"] is None
    disclosure = next(reply for reply in replies if reply["state"] != "verifying")
    assert disclosure["act"] == "disclose"
    assert disclosure["text"].startswith(DEBT_STATEMENT)
    assert "$1,200.00" in disclosure["text"]
    assert "Northwind Energy" in disclosure["text"]
    read_back, agreed = replies[-2:]
    assert (read_back["act"], read_back["state"], agreed["act"]) == ("confirm", "confirming", "accept")
    assert [action["id"] for action in read_back["actions"]] == ["yes", "no", "human"]
    assert agreed["terms"] == read_back["terms"]
    assert agreed["actions"] == []
    assert_terms(agreed["terms"], balance="1200.00", currency="USD", kinds={"extension", "instalments"}, latest_days=90)


def test_who_the_terminal_has_verified_is_told_at_once_what_it_is_about(kiosk: CommandLineTerminal) -> None:
    reply = kiosk.ask("start", account="A-1001", verify={"answer": "1981"})
    assert reply["text"].startswith(f"{AI_STATEMENT} {DEBT_STATEMENT} ")
    assert "$1,200.00" in reply["text"]
    assert (reply["turn"], reply["act"], reply["state"]) == (1, "disclose", "open")
    # The answer has been used up: a year is now no answer but a turn like any other.
    assert kiosk.ask("turn", session=reply["session"], text="what are my options?")["state"] == "open"


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\x00", "\u0301\u0301", "\ue000"])
def test_a_turn_without_words_is_asked_again(kiosk5: CommandLineTerminal, text: str) -> None:
    session = kiosk5.ask("start", account="A-1001")["session"]
    again = kiosk5.ask("turn", session=session, text=text)
    assert (again["act"], again["state"]) == ("verify", "verifying")


# An account each: failures count over sessions, and nine a day lock an account.
@pytest.mark.parametrize(
    ("account", "answer", "right_answer"),
    [("A-1001", "1982", "1981"), ("A-1002", "1974 or 1975", "1975"), ("A-1003", "I am the customer", "1990")],
)
def test_a_wrong_answer_with_the_start_is_one_failed_attempt_of_three(
    kiosk5: CommandLineTerminal, account: str, answer: str, right_answer: str
) -> None:
    reply = kiosk5.ask("start", account=account, verify={"answer": answer})
    assert reply["text"].startswith(AI_STATEMENT)
    assert "year of birth?" in reply["text"]
    assert not DEBT_WORDS.search(reply["text"])
    assert (reply["act"], reply["state"]) == ("verify", "verifying")
    again = kiosk5.ask("turn", session=reply["session"], text="1970")
    assert again["state"] == "verifying"
    assert not DEBT_WORDS.search(again["text"])
    last = kiosk5.ask("turn", session=reply["session"], text="1971")
    assert (last["act"], last["state"]) == ("handoff", "handoff")
    assert not DEBT_WORDS.search(last["text"])
    # Too late: nothing is disclosed any more, whatever is said.
    right = kiosk5.ask("turn", session=reply["session"], text=right_answer)
    assert right["state"] == "handoff"
    assert not DEBT_WORDS.search(right["text"])


def test_a_second_answer_may_be_right(kiosk5: CommandLineTerminal) -> None:
    reply = kiosk5.ask("start", account="A-1001", verify={"answer": "1982"})
    assert kiosk5.ask("turn", session=reply["session"], text="sorry, 1981")["act"] == "disclose"


def test_the_end_closes_the_session_and_further_turns_are_refused(kiosk: CommandLineTerminal) -> None:
    session = kiosk.ask("start", account="A-1003")["session"]
    ended = kiosk.ask("end", session=session, reason="walked away")
    assert (ended["act"], ended["state"], ended["actions"]) == ("close", "ended", [])
    assert kiosk.refused("turn", session=session, text="hello?") == "session_ended"
    assert kiosk.ask("end", session=session)["state"] == "ended"


def test_an_agreement_outlives_the_end_of_its_session(kiosk5: CommandLineTerminal) -> None:
    reply = kiosk5.ask("start", account="A-1001", verify={"answer": "1981"})
    session = reply["session"]
    for text in ("I can pay all of it in 20 days", "yes"):
        reply = kiosk5.ask("turn", session=session, text=text)
    assert reply["state"] == "agreed"
    for kind, fields in (("turn", {"text": "no wait, forget it"}), ("end", {})):
        after = kiosk5.ask(kind, session=session, **fields)
        assert (after["state"], after["terms"]) == ("agreed", reply["terms"])


# --- what cannot be answered


def test_what_is_not_there_is_named(kiosk: CommandLineTerminal) -> None:
    assert kiosk.refused("start", account="A-9999") == "unknown_account"
    assert kiosk.refused("turn", session="nobody", text="hello") == "unknown_session"
    assert kiosk.refused("end", session="nobody") == "unknown_session"


def test_a_session_of_another_terminal_is_unknown(port: int, kiosk5: CommandLineTerminal) -> None:
    session = kiosk5.ask("start", account="A-1001", verify={"answer": "1981"})["session"]
    with terminal_on(port) as other:
        assert other.refused("turn", session=session, text="how much is it?") == "unknown_session"
        assert other.refused("end", session=session) == "unknown_session"
    assert kiosk5.ask("turn", session=session, text="how much is it?")["state"] == "open"


def padded(message: dict[str, Any], size: int) -> bytes:
    """The message with a field that the contract does not know, `size` bytes long."""
    bare = len(json.dumps({**message, "padding": ""}).encode())
    return json.dumps({**message, "padding": "x" * (size - bare)}).encode()


MALFORMED = {
    "no payload": ("turn", b"", "bad_json", None),
    "no JSON": ("turn", b"hello", "bad_json", None),
    "half a document": ("turn", b'{"msg_id":"m"', "bad_json", None),
    "two documents": ("turn", b"{}{}", "bad_json", None),
    "not UTF-8": ("turn", b'{"msg_id":"m","session":"s","text":"\xff"}', "bad_json", None),
    "UTF-16": ("turn", '{"msg_id":"m"}'.encode("utf-16"), "bad_json", None),
    "too deep": ("turn", b"[" * 8000 + b"]" * 8000, "bad_json", None),
    "no object": ("turn", b'["m"]', "bad_message", None),
    "null": ("start", b"null", "bad_message", None),
    "no msg_id": ("start", b'{"account":"A-1001"}', "bad_message", None),
    "ill-typed msg_id": ("start", b'{"msg_id":7,"account":"A-1001"}', "bad_message", None),
    "empty msg_id": ("start", b'{"msg_id":"","account":"A-1001"}', "bad_message", None),
    "long msg_id": ("start", b'{"msg_id":"' + b"m" * 129 + b'","account":"A-1001"}', "bad_message", None),
    "no account": ("start", b'{"msg_id":"m"}', "bad_message", "m"),
    "ill-typed verify": ("start", b'{"msg_id":"m","account":"A-1001","verify":"1981"}', "bad_message", "m"),
    "empty verify": ("start", b'{"msg_id":"m","account":"A-1001","verify":{}}', "bad_message", "m"),
    "no session": ("turn", b'{"msg_id":"m","text":"hello"}', "bad_message", "m"),
    "no text": ("turn", b'{"msg_id":"m","session":"s"}', "bad_message", "m"),
    "ill-typed text": ("turn", b'{"msg_id":"m","session":"s","text":null}', "bad_message", "m"),
    "ill-typed confidence": ("turn", b'{"msg_id":"m","session":"s","text":"hello","asr_confidence":"high"}', "bad_message", "m"),
    "confidence over one": ("turn", b'{"msg_id":"m","session":"s","text":"hello","asr_confidence":1.5}', "bad_message", "m"),
    "end without session": ("end", b'{"msg_id":"m"}', "bad_message", "m"),
    "ill-typed reason": ("end", b'{"msg_id":"m","session":"s","reason":[]}', "bad_message", "m"),
    "oversized": ("start", padded({"msg_id": "m", "account": "A-1001"}, MAX_PAYLOAD_BYTES + 1), "too_large", None),
    "far oversized": ("start", padded({"msg_id": "m", "account": "A-1001"}, 1_000_000), "too_large", None),
}


@pytest.mark.parametrize("version", VERSIONS)
def test_malformed_messages_get_their_error_and_the_daemon_goes_on(port: int, version: str) -> None:
    with terminal_on(port, version) as kiosk:
        answered = {}
        for name, (kind, payload, _code, _in_reply_to) in MALFORMED.items():
            kiosk.send(kind, payload)
            error = json.loads(kiosk.hear_until(lambda heard: heard.topic == f"{kiosk.topic}/error")[-1].payload)
            assert list(error) == ["in_reply_to", "code", "message", "retryable"]
            assert error["message"]
            assert error["retryable"] is False
            answered[name] = (error["code"], error["in_reply_to"])
        assert answered == {name: (code, in_reply_to) for name, (_kind, _payload, code, in_reply_to) in MALFORMED.items()}
        assert kiosk.ask("start", account="A-1001")["act"] == "greet"


def test_the_largest_message_is_taken(kiosk5: CommandLineTerminal) -> None:
    kiosk5.send("start", padded({"msg_id": "largest", "account": "A-1001"}, MAX_PAYLOAD_BYTES))
    heard = kiosk5.hear_until(lambda heard: heard.topic in (f"{kiosk5.topic}/reply", f"{kiosk5.topic}/error"))
    assert json.loads(heard[-1].payload)["act"] == "greet"


def test_a_terminal_with_a_strange_name_is_told(port: int) -> None:
    with terminal_on(port, name="kiosk one") as strange:
        assert strange.refused("start", account="A-1001") == "bad_topic"


# --- delivery


def test_response_topic_and_correlation_data_are_honoured(port: int) -> None:
    with terminal_on(port, also=("inbox/of/mine",)) as kiosk:
        asked = json.dumps({"msg_id": uuid.uuid4().hex, "account": "A-1001"}).encode()
        options = ["-D", "publish", "response-topic", "inbox/of/mine", "-D", "publish", "correlation-data", "c-42"]
        kiosk.send("start", asked, *options)
        answer = kiosk.hear_until(lambda heard: heard.topic == "inbox/of/mine")[-1]
        assert answer.correlation == b"c-42"
        assert json.loads(answer.payload)["act"] == "greet"
        kiosk.send("turn", b"nonsense", *options)
        error = kiosk.hear_until(lambda heard: heard.topic == "inbox/of/mine")[-1]
        assert json.loads(error.payload)["code"] == "bad_json"


def test_a_repeated_message_gets_the_same_bytes(kiosk: CommandLineTerminal) -> None:
    start = {"msg_id": uuid.uuid4().hex, "account": "A-1001"}
    first = kiosk.raw("start", start)
    session = json.loads(first.payload)["session"]
    turn = {"msg_id": uuid.uuid4().hex, "session": session, "text": "1981"}
    second = kiosk.raw("turn", turn)
    for kind, message, before in (("turn", turn, second), ("start", start, first)):
        kiosk.send(kind, json.dumps(message).encode())
        assert kiosk.hear_until(lambda heard: heard.topic == f"{kiosk.topic}/reply")[-1].payload == before.payload
    assert kiosk.ask("turn", session=session, text="what are my options?")["turn"] == 3


@pytest.mark.parametrize("version", VERSIONS)
def test_sessions_and_answers_outlive_a_restart(tmp_path: Path, version: str) -> None:
    with installed(tmp_path) as (broker, daemon), terminal_on(broker.port, version) as kiosk:
        start = {"msg_id": uuid.uuid4().hex, "account": "A-1001", "verify": {"answer": "1981"}}
        first = kiosk.raw("start", start)
        session = json.loads(first.payload)["session"]
        turn = {"msg_id": uuid.uuid4().hex, "session": session, "text": "could I do 300 a month?"}
        second = kiosk.raw("turn", turn)

        assert daemon.stop() == 0
        assert not kiosk.wait_state(b"offline")[-1].retain
        assert retained(broker.port)[f"{NODE}/state"].payload == b"offline"
        kiosk.send("turn", json.dumps({"msg_id": "while-away", "session": session, "text": "what are my options?"}).encode())
        daemon.start()
        while_away = kiosk.hear_until(lambda heard: heard.topic == f"{kiosk.topic}/reply")[-1]
        assert json.loads(while_away.payload)["in_reply_to"] == "while-away"
        assert json.loads(while_away.payload)["turn"] == 3

        for kind, message, before in (("start", start, first), ("turn", turn, second)):
            kiosk.send(kind, json.dumps(message).encode())
            assert kiosk.hear_until(lambda heard: heard.topic == f"{kiosk.topic}/reply")[-1].payload == before.payload
        assert kiosk.ask("turn", session=session, text="Yes, that works")["turn"] == 4


def retained(port: int) -> dict[str, Heard]:
    """What a terminal that comes now finds of the appliance."""
    kiosk = CommandLineTerminal(port)
    try:
        return {message.topic: message for message in kiosk.hear_until(lambda heard: heard.topic == f"{NODE}/state")}
    finally:
        kiosk.close()


def test_state_and_info_are_retained(port: int) -> None:
    heard = retained(port)
    assert set(heard) == {f"{NODE}/state", f"{NODE}/info"}
    assert all(message.retain for message in heard.values())
    assert heard[f"{NODE}/state"].payload == b"online"
    info = json.loads(heard[f"{NODE}/info"].payload)
    assert {"eqnegotiator", "policy", "profile", "mqtt_version"} <= set(info)
    assert (info["policy"], info["profile"], info["mqtt_version"]) == ("eq", "us", "5")


def test_a_session_that_nobody_answers_is_ended(tmp_path: Path) -> None:
    with installed(tmp_path, "[session]\nidle_timeout_seconds = 1.0\n") as (broker, _daemon), terminal_on(broker.port) as kiosk:
        reply = kiosk.ask("start", account="A-1001", verify={"answer": "1981"})
        told = json.loads(kiosk.hear_until(lambda heard: heard.topic == f"{kiosk.topic}/error")[-1].payload)
        assert (told["code"], told["in_reply_to"], told["retryable"]) == ("session_timeout", None, False)
        assert reply["session"] in told["message"]
        assert kiosk.refused("turn", session=reply["session"], text="sorry, I am back") == "session_ended"
        assert kiosk.ask("start", account="A-1001")["session"] != reply["session"]
