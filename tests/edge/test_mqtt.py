from __future__ import annotations

import json
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import fakes
import msgspec
import pytest
from eqnegotiator.edge.errors import StoreError
from eqnegotiator.edge.metrics import REGISTRY
from eqnegotiator.edge.records import Answer, InboxItem, Received, ReplyTo
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.terminals import mqtt
from eqnegotiator.edge.terminals.mqtt import MqttTerminals
from eqnegotiator.edge.terminals.mqtt_intake import Delivery, Intake
from eqnegotiator.edge.workers import Workers
from fakes import WAIT_SECONDS, EchoAppliance, Heard, Mosquitto, MqttSettingsStub, TerminalStub, turn

K1 = "eqneg/v1/branch/k1"
STATE = "eqneg/v1/branch/appliance/node/state"
INFO = "eqneg/v1/branch/appliance/node/info"


class Node:
    """An appliance that echoes, on one broker: adapter, worker and store."""

    def __init__(self, store: Store, settings: MqttSettingsStub, before: Callable[[InboxItem], None]) -> None:
        self.appliance = EchoAppliance(store, before)
        self.worker = Workers(store, self.appliance)
        self.terminals = MqttTerminals(settings, "branch", "node", store, self.worker.received, {"version": "1.2"})

    def start(self) -> None:
        self.terminals.start()
        self.worker.start([self.terminals])

    def stop(self) -> None:
        assert self.worker.stop(WAIT_SECONDS)
        self.terminals.stop(WAIT_SECONDS)


@contextmanager
def serving(
    store: Store,
    settings: MqttSettingsStub,
    before: Callable[[InboxItem], None] = lambda _item: None,
    *,
    online: bool = True,
) -> Iterator[Node]:
    node = Node(store, settings, before)
    node.start()
    try:
        if online:  # a turn sent before the appliance has ever subscribed reaches nobody
            wait_online(settings.port)
        yield node
    finally:
        node.stop()


@contextmanager
def terminal(port: int, *topics: str, name: str = "k1", version: str = "5") -> Iterator[TerminalStub]:
    opened = TerminalStub(port, name, list(topics) or [f"{K1}/reply", f"{K1}/error"], version=version)
    try:
        yield opened
    finally:
        opened.close()


def wait_online(port: int) -> None:
    with terminal(port, STATE, name="observer") as observer:
        observer.hear_until(lambda heard: heard.payload == b"online")


def is_answer_to(msg_id: str) -> Callable[[Heard], bool]:
    return lambda heard: json.loads(heard.payload)["in_reply_to"] == msg_id


def fault_count(where: str) -> float:
    return REGISTRY.get_sample_value("eqneg_faults_total", {"where": where}) or 0.0


# --- the contract


def test_a_turn_is_answered_on_the_terminals_topics(mosquitto: Mosquitto, store: Store) -> None:
    with (
        serving(store, MqttSettingsStub(mosquitto.port)) as node,
        terminal(mosquitto.port, f"{K1}/#") as kiosk,
    ):
        # Answers go out only once the broker has confirmed our `online`; deltas before that are dropped.
        kiosk.send(f"{K1}/start", msgspec.json.encode({"msg_id": "start", "account": "A-1"}))
        kiosk.hear_until(lambda heard: heard.topic == f"{K1}/reply")
        assert node.terminals.connected
        kiosk.send(f"{K1}/turn", turn("m1", "good morning"))
        delta = kiosk.hear_until(lambda heard: heard.topic == f"{K1}/delta")
        assert delta.payload == b'{"in_reply_to":"m1","session":"s1","seq":0,"text":"good morning"}'
        reply = json.loads(kiosk.hear_until(lambda heard: heard.topic == f"{K1}/reply").payload)
        assert (reply["in_reply_to"], reply["text"], reply["state"]) == ("m1", "good morning", "open")
        kiosk.send(f"{K1}/end", msgspec.json.encode({"msg_id": "end", "session": "s1"}))
        kiosk.hear_until(lambda heard: heard.topic == f"{K1}/reply")
    assert store.outbox(9) == []
    assert node.appliance.processed == ["start", "m1", "end"]


def test_state_and_info_are_retained_and_a_clean_stop_says_offline(mosquitto: Mosquitto, store: Store) -> None:
    with serving(store, MqttSettingsStub(mosquitto.port)), terminal(mosquitto.port, INFO, name="late") as late:
        info = late.hear()
        assert info.retain
        assert json.loads(info.payload) == {"version": "1.2", "mqtt_version": "5"}
    with terminal(mosquitto.port, STATE, name="later") as later:
        assert later.hear()[:3] == (STATE, b"offline", True)


def test_response_topic_and_correlation_data_are_honoured(mosquitto: Mosquitto, store: Store) -> None:
    with (
        serving(store, MqttSettingsStub(mosquitto.port)),
        terminal(mosquitto.port, "my/answers", f"{K1}/reply") as kiosk,
    ):
        kiosk.send(f"{K1}/turn", turn("m1"), response_topic="my/answers", correlation=b"\x00\xff")
        heard = kiosk.hear()
        assert (heard.topic, heard.correlation, is_answer_to("m1")(heard)) == ("my/answers", b"\x00\xff", True)
        kiosk.send(f"{K1}/turn", b"{", response_topic="my/answers", correlation=b"2")
        heard = kiosk.hear()
        assert (heard.topic, heard.correlation) == ("my/answers", b"2")
        assert json.loads(heard.payload)["code"] == "bad_json"
        kiosk.send(f"{K1}/turn", turn("m2"), correlation=b"3")
        heard = kiosk.hear()
        assert (heard.topic, heard.correlation) == (f"{K1}/reply", b"3")


def test_malformed_messages_get_the_named_error_and_the_adapter_goes_on(mosquitto: Mosquitto, store: Store) -> None:
    bad = "eqneg/v1/branch/kiosk 1"
    cases: list[tuple[str, bytes, str, str | None, dict[str, str]]] = [
        (f"{K1}/turn", b"\xff", "bad_json", None, {}),
        (f"{K1}/turn", b"", "bad_json", None, {}),
        (f"{K1}/turn", b'{"msg_id":"m","session":"s"}', "bad_message", "m", {}),
        (f"{K1}/start", b'{"account":"A-1"}', "bad_message", None, {}),
        (f"{K1}/end", b"[]", "bad_message", None, {}),
        (f"{K1}/turn", turn("m", "x" * 20_000), "too_large", None, {}),
        (f"{bad}/turn", turn("m"), "bad_topic", "m", {}),
        (f"{bad}/turn", b"{", "bad_topic", None, {}),
        ("eqneg/v1/branch//turn", turn("m"), "bad_topic", "m", {}),
        # Answering on a turn topic would be a loop.
        (f"{K1}/turn", turn("m"), "bad_message", "m", {"response_topic": "eqneg/v1/branch/k2/turn"}),
    ]
    with serving(store, MqttSettingsStub(mosquitto.port)) as node, terminal(mosquitto.port, "eqneg/v1/#") as kiosk:
        for topic, payload, code, in_reply_to, options in cases:
            kiosk.send(topic, payload, **options)  # type: ignore[arg-type]
            heard = kiosk.hear_until(lambda heard: heard.topic.endswith("/error"))
            error = json.loads(heard.payload)
            assert heard.topic == topic.rpartition("/")[0] + "/error"
            assert (error["code"], error["in_reply_to"], error["retryable"]) == (code, in_reply_to, False), payload
        kiosk.send(f"{K1}/turn", turn("good"))
        kiosk.hear_until(lambda heard: heard.topic == f"{K1}/reply")
    assert node.appliance.processed == ["good"]
    assert [(row.topic, row.payload) for row in store.quarantined()] == [
        (topic, payload[:16_384]) for topic, payload, *_ in cases
    ]


def test_a_wildcard_response_topic_is_refused_on_the_terminals_own_topic(store: Store) -> None:
    # Brokers disagree on whether they let one through, so the intake is asked directly.
    intake = Intake("eqneg/v1/branch", store, 9, on_received=lambda: None, on_answer=lambda: None)
    for topic in ("all/#", "a/+/b", "", "eqneg/v1/branch/k1/start"):
        reply_to = ReplyTo(topic, b"c")
        intake.take(Delivery(f"{K1}/turn", turn("m"), reply_to=reply_to))
    rows = store.outbox(9)
    assert [(row.terminal, row.reply_to) for row in rows] == [("branch/k1", ReplyTo(None, b"c"))] * 4
    assert all("response topic" in json.loads(row.payload)["message"] for row in rows)
    assert store.pending() is None


def test_retained_turns_are_refused_and_cleared_ones_ignored(mosquitto: Mosquitto, store: Store) -> None:
    with serving(store, MqttSettingsStub(mosquitto.port)), terminal(mosquitto.port) as kiosk:
        kiosk.send(f"{K1}/turn", turn("m1"), retain=True)
        error = json.loads(kiosk.hear().payload)
        assert (error["code"], error["in_reply_to"]) == ("bad_message", "m1")
        assert error["message"].startswith("retain:")
        kiosk.send(f"{K1}/turn", b"", retain=True)
        kiosk.send(f"{K1}/turn", turn("m2"))
        assert is_answer_to("m2")(kiosk.hear())


def test_a_repeated_message_gets_the_same_bytes_and_is_processed_once(mosquitto: Mosquitto, store: Store) -> None:
    with serving(store, MqttSettingsStub(mosquitto.port)) as node, terminal(mosquitto.port) as kiosk:
        kiosk.send(f"{K1}/turn", turn("m1"))
        first = kiosk.hear()
        for _ in range(3):
            kiosk.send(f"{K1}/turn", turn("m1"))
            assert kiosk.hear() == first
    assert node.appliance.processed == ["m1"]


def test_beyond_max_pending_terminals_are_told_to_come_again(mosquitto: Mosquitto, store: Store) -> None:
    go_on = threading.Event()
    with (
        serving(store, MqttSettingsStub(mosquitto.port, max_pending=2), lambda _item: go_on.wait() and None) as node,
        terminal(mosquitto.port) as kiosk,
    ):
        for msg_id in ("m1", "m2", "m3"):
            kiosk.send(f"{K1}/turn", turn(msg_id))
        error = json.loads(kiosk.hear().payload)
        assert (error["in_reply_to"], error["code"], error["retryable"]) == ("m3", "busy", True)
        assert store.quarantined() == []
        go_on.set()
        assert [json.loads(kiosk.hear().payload)["in_reply_to"] for _ in range(2)] == ["m1", "m2"]
        kiosk.send(f"{K1}/turn", turn("m3"))
        assert is_answer_to("m3")(kiosk.hear())
    assert node.appliance.processed == ["m1", "m2", "m3"]


def test_answers_keep_their_order_through_a_small_window(mosquitto: Mosquitto, store: Store) -> None:
    msg_ids = [str(number) for number in range(30)]
    with (
        serving(store, MqttSettingsStub(mosquitto.port, receive_maximum=2)),
        terminal(mosquitto.port) as kiosk,
    ):
        for msg_id in msg_ids:
            kiosk.send(f"{K1}/turn", turn(msg_id))
        assert [json.loads(kiosk.hear().payload)["in_reply_to"] for _ in msg_ids] == msg_ids
    assert store.outbox(9) == []


# --- connections that come and go


def test_a_broker_restart_in_the_middle_of_a_turn_loses_nothing(mosquitto: Mosquitto, store: Store) -> None:
    began, go_on = threading.Event(), threading.Event()

    def wait(item: InboxItem) -> None:
        if item.msg_id == "during":
            began.set()
            assert go_on.wait(WAIT_SECONDS)

    with serving(store, MqttSettingsStub(mosquitto.port), wait) as node, terminal(mosquitto.port) as kiosk:
        kiosk.send(f"{K1}/turn", turn("before"))
        assert is_answer_to("before")(kiosk.hear())
        kiosk.send(f"{K1}/turn", turn("during"))
        assert began.wait(WAIT_SECONDS)
        mosquitto.stop()
        go_on.set()
        mosquitto.start()
        kiosk.hear_until(is_answer_to("during"))
        kiosk.wait_subscribed()
        kiosk.send(f"{K1}/turn", turn("after"))
        kiosk.hear_until(is_answer_to("after"))
    assert node.appliance.processed == ["before", "during", "after"]
    assert store.outbox(9) == []


def test_turns_sent_while_the_appliance_is_away_are_answered_later(mosquitto: Mosquitto, store: Store) -> None:
    settings = MqttSettingsStub(mosquitto.port)
    with serving(store, settings):
        pass
    with terminal(mosquitto.port) as kiosk:
        for msg_id in ("m1", "m2"):
            kiosk.send(f"{K1}/turn", turn(msg_id))
    mosquitto.restart()
    with serving(store, settings), terminal(mosquitto.port) as kiosk:
        assert [json.loads(kiosk.hear().payload)["in_reply_to"] for _ in range(2)] == ["m1", "m2"]


def test_answers_of_the_last_run_are_sent_and_those_of_other_terminals_left(mosquitto: Mosquitto, store: Store) -> None:
    for name in ("branch/k1", "chat", "branch-2/k1"):
        store.refuse(name, Answer("error", b'{"in_reply_to":"m0"}'), None, 1.0)
    with terminal(mosquitto.port) as kiosk, serving(store, MqttSettingsStub(mosquitto.port)):
        assert kiosk.hear().topic == f"{K1}/error"
    assert [row.terminal for row in store.outbox(9)] == ["chat", "branch-2/k1"]


def test_the_broker_may_come_up_later(mosquitto: Mosquitto, store: Store) -> None:
    mosquitto.stop()
    with serving(store, MqttSettingsStub(mosquitto.port), online=False) as node:
        assert not node.terminals.connected
        assert node.terminals.alive()
        mosquitto.start()
        wait_online(mosquitto.port)


def test_stop_returns_soon_without_a_broker(store: Store) -> None:
    store.refuse("branch/k1", Answer("error", b"{}"), None, 1.0)
    node = Node(store, MqttSettingsStub(fakes.free_port(), reconnect_max_seconds=60.0), lambda _item: None)
    node.start()
    node.stop()
    assert not node.terminals.alive()
    assert len(store.outbox(9)) == 1


_APPLIANCE_TO_KILL = """
import sys, threading
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.terminals.mqtt import MqttTerminals
from eqnegotiator.edge.terminals.mqtt_intake import Delivery, Intake
from fakes import MqttSettingsStub

store = Store(sys.argv[2])
MqttTerminals(MqttSettingsStub(int(sys.argv[1])), "branch", "node", store, lambda: None, {}).start()
threading.Event().wait()
"""


def test_the_broker_says_offline_when_the_appliance_is_killed(mosquitto: Mosquitto, tmp_path: Path) -> None:
    with terminal(mosquitto.port, STATE, name="observer") as observer:
        appliance = subprocess.Popen(
            [sys.executable, "-c", _APPLIANCE_TO_KILL, str(mosquitto.port), str(tmp_path / "d")],
            cwd=Path(fakes.__file__).parent,
        )
        try:
            assert observer.hear().payload == b"online"
        finally:
            appliance.send_signal(signal.SIGKILL)
            appliance.wait(WAIT_SECONDS)
        assert observer.hear().payload == b"offline"


# --- faults


def test_what_could_not_be_stored_is_not_acknowledged(
    mosquitto: Mosquitto, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, refusals = store.receive, iter([True])

    def receive(*args: object, **options: object) -> Received:
        if next(refusals, False):
            raise StoreError("disk full")
        return real(*args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "receive", receive)
    with serving(store, MqttSettingsStub(mosquitto.port)) as node, terminal(mosquitto.port) as kiosk:
        kiosk.send(f"{K1}/turn", turn("m1"))
        kiosk.send(f"{K1}/turn", turn("m2"))
        assert [json.loads(kiosk.hear().payload)["in_reply_to"] for _ in range(2)] == ["m1", "m2"]
    assert node.appliance.processed == ["m1", "m2"]


def test_an_unexpected_error_is_answered_and_acknowledged(
    mosquitto: Mosquitto, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = store.receive

    def receive(name: str, msg_id: str, *args: object, **options: object) -> Received:
        if msg_id == "poison":
            raise ZeroDivisionError
        return real(name, msg_id, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(store, "receive", receive)
    with serving(store, MqttSettingsStub(mosquitto.port)), terminal(mosquitto.port) as kiosk:
        kiosk.send(f"{K1}/turn", turn("poison"))
        assert json.loads(kiosk.hear().payload)["code"] == "internal"
        kiosk.send(f"{K1}/turn", turn("m2"))
        assert is_answer_to("m2")(kiosk.hear())


def test_a_failing_callback_costs_a_reconnect_and_no_message(
    mosquitto: Mosquitto, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, failures = fault_count("mqtt_callback"), iter([True])
    real = Delivery.from_paho

    def from_paho(message: object) -> Delivery:
        if next(failures, False):
            raise ZeroDivisionError
        return real(message)  # type: ignore[arg-type]

    monkeypatch.setattr(Delivery, "from_paho", from_paho)
    with serving(store, MqttSettingsStub(mosquitto.port)), terminal(mosquitto.port) as kiosk:
        kiosk.send(f"{K1}/turn", turn("m1"))
        assert is_answer_to("m1")(kiosk.hear())
    assert fault_count("mqtt_callback") == before + 1


def test_a_failing_sender_sends_again(mosquitto: Mosquitto, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real, failures = store.sent, iter([True])

    def sent(outbox_id: int) -> None:
        if next(failures, False):
            raise StoreError("disk full")
        real(outbox_id)

    monkeypatch.setattr(store, "sent", sent)
    with serving(store, MqttSettingsStub(mosquitto.port)), terminal(mosquitto.port) as kiosk:
        kiosk.send(f"{K1}/turn", turn("m1"))
        assert kiosk.hear() == kiosk.hear()  # unconfirmed, so sent twice: the terminal knows it by its msg_id
    assert store.outbox(9) == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_dead_network_thread_is_noticed_and_replaced(
    mosquitto: Mosquitto, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(_self: MqttTerminals) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(MqttTerminals, "_serve_one_connection", die)
        node = Node(store, MqttSettingsStub(mosquitto.port), lambda _item: None)
        node.start()
        assert node.terminals._network is not None
        node.terminals._network.join(WAIT_SECONDS)
    assert not node.terminals.alive()
    node.terminals.start()
    wait_online(mosquitto.port)
    assert node.terminals.alive()
    node.stop()


def test_an_answer_the_broker_refuses_for_good_blocks_nobody(tmp_path: Path, store: Store) -> None:
    (tmp_path / "acl").write_text("topic readwrite eqneg/#\n")
    broker = Mosquitto(tmp_path, extra=f"acl_file {tmp_path}/acl\n")
    try:
        with serving(store, MqttSettingsStub(broker.port)), terminal(broker.port) as kiosk:
            kiosk.send(f"{K1}/turn", turn("m1"), response_topic="forbidden/place")
            kiosk.send(f"{K1}/turn", turn("m2"))
            assert is_answer_to("m2")(kiosk.hear())
    finally:
        broker.stop()
    assert store.outbox(9) == []
    (line,) = store.journal(None)
    assert line.name == "undeliverable"
    assert json.loads(line.data) == {"terminal": "branch/k1", "topic": "forbidden/place", "reason": "Not authorized"}


# --- MQTT 3.1.1


def test_a_broker_that_knows_3_1_1_only_is_served_in_it(
    amqtt_port: int, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "_CONNACK_TIMEOUT_SECONDS", 0.3)
    with (
        serving(store, MqttSettingsStub(amqtt_port), online=False) as node,
        terminal(amqtt_port, f"{K1}/reply", f"{K1}/error", INFO, version="3.1.1") as kiosk,
    ):
        info = kiosk.hear()  # published after the subscriptions are confirmed
        assert json.loads(info.payload) == {"version": "1.2", "mqtt_version": "3.1.1"}
        kiosk.send(f"{K1}/turn", turn("m1"))
        first = kiosk.hear()
        kiosk.send(f"{K1}/turn", turn("m1"))
        assert kiosk.hear() == first
        kiosk.send(f"{K1}/turn", b"{")
        assert json.loads(kiosk.hear().payload)["code"] == "bad_json"
    assert node.appliance.processed == ["m1"]
    assert store.outbox(9) == []


def connect_level(connection: socket.socket) -> int:
    """Read a CONNECT packet and return its protocol level (4: 3.1.1, 5: MQTT 5)."""
    packet = connection.recv(4096)
    assert packet[0] == 0x10
    name_at = 2 if packet[1] < 0x80 else 3
    assert packet[name_at : name_at + 6] == struct.pack("!H4s", 4, b"MQTT")
    return packet[name_at + 6]


def test_a_refusal_of_mqtt_5_is_believed_at_once(store: Store) -> None:
    terminals_stub = MqttSettingsStub(0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WAIT_SECONDS)
        settings = terminals_stub.but(port=listener.getsockname()[1])
        terminals = MqttTerminals(settings, "branch", "node", store, lambda: None, {})
        terminals.start()
        levels = []
        for _ in range(3):
            connection, _address = listener.accept()
            with connection:
                connection.settimeout(WAIT_SECONDS)
                levels.append(connect_level(connection))
                connection.sendall(b"\x20\x02\x00\x01")  # CONNACK: unacceptable protocol version
        terminals.stop(0.0)
    assert levels == [5, 4, 4]


def test_one_silence_is_no_refusal(store: Store) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WAIT_SECONDS)
        settings = MqttSettingsStub(listener.getsockname()[1])
        terminals = MqttTerminals(settings, "branch", "node", store, lambda: None, {})
        terminals.start()
        levels = []
        for _ in range(5):
            connection, _address = listener.accept()
            with connection:
                connection.settimeout(WAIT_SECONDS)
                levels.append(connect_level(connection))
        terminals.stop(0.0)
    assert levels == [5, 5, 4, 4, 5]


def read_packet(connection: socket.socket) -> tuple[int, bytes]:
    """Read one MQTT packet: its first byte and its body."""
    with connection.makefile("rb", buffering=0) as stream:
        first, length, shift = stream.read(1)[0], 0, 0
        while True:
            (byte,) = stream.read(1)
            length |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        body = b""
        while len(body) < length:
            body += stream.read(length - len(body))
    return first, body


def confirm_until_answer(connection: socket.socket) -> tuple[bytes, bytes]:
    """Play the broker (3.1.1) up to the first publish on an error topic; returns its payload and packet id."""
    while True:
        first, body = read_packet(connection)
        if first >> 4 == 1:  # CONNECT
            connection.sendall(b"\x20\x02\x00\x00")
        elif first >> 4 == 8:  # SUBSCRIBE
            connection.sendall(b"\x90\x05" + body[:2] + b"\x01\x01\x01")
        elif first >> 4 == 3:  # PUBLISH
            end = 2 + int.from_bytes(body[:2], "big")
            if body[2:end].endswith(b"/error"):
                return body[end + 2 :], body[end : end + 2]
            connection.sendall(b"\x40\x02" + body[end : end + 2])


def test_an_answer_is_kept_and_sent_again_until_the_broker_confirms_it(store: Store) -> None:
    store.refuse("branch/k1", Answer("error", b"payload"), None, 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(WAIT_SECONDS)
        settings = MqttSettingsStub(listener.getsockname()[1])
        terminals = MqttTerminals(settings, "branch", "node", store, lambda: None, {}, first_version="3.1.1")
        terminals.start()
        for _ in range(2):  # these two connections break before the confirmation
            connection, _address = listener.accept()
            with connection:
                connection.settimeout(WAIT_SECONDS)
                assert confirm_until_answer(connection)[0] == b"payload"
                assert len(store.outbox(9)) == 1
        connection, _address = listener.accept()
        with connection:
            connection.settimeout(WAIT_SECONDS)
            payload, packet_id = confirm_until_answer(connection)
            assert payload == b"payload"
            stopper = threading.Thread(target=terminals.stop, args=(WAIT_SECONDS,))
            stopper.start()
            connection.sendall(b"\x40\x02" + packet_id)
            first, body = read_packet(connection)  # `offline` comes after the outbox is empty
            assert (first >> 4, body.endswith(b"offline")) == (3, True)
            assert store.outbox(9) == []
            connection.sendall(b"\x40\x02" + body[-len(b"offline") - 2 : -len(b"offline")])
            assert read_packet(connection)[0] >> 4 == 14  # DISCONNECT
            stopper.join(WAIT_SECONDS)
        assert not terminals.alive()
