from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fakes
import pytest
from eqnegotiator.edge.store import Store
from fakes import WAIT_SECONDS, Mosquitto, TerminalStub, turn

# --- the whole process, as systemd sees it

_DAEMON = """
import sys, threading
from types import SimpleNamespace
from eqnegotiator.edge import daemon
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.terminals.mqtt import MqttTerminals
from fakes import EchoAppliance, MqttSettingsStub

path, port, deadline_seconds, drain_seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])
hang = lambda item: threading.Event().wait() if item.msg_id == "hang" else None
store = Store(path)

def open_terminals(on_received):
    settings = MqttSettingsStub(port)
    return [MqttTerminals(settings, "branch", "node", store, on_received, {})] if port else []

status = daemon.run(
    SimpleNamespace(turn_deadline_seconds=deadline_seconds), store, EchoAppliance(store, hang), open_terminals,
    drain_seconds=drain_seconds,
)
store.close()
sys.exit(status)
"""


class Supervised:
    """The daemon in a process of its own, with this test in the role of systemd."""

    def __init__(self, folder: Path, port: int, deadline_seconds: float, drain_seconds: float) -> None:
        self._receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._receiver.bind(str(folder / "notify"))
        self._receiver.settimeout(WAIT_SECONDS)
        self.process = subprocess.Popen(
            [sys.executable, "-c", _DAEMON, str(folder / "d"), str(port), str(deadline_seconds), str(drain_seconds)],
            cwd=Path(fakes.__file__).parent,
            env={"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "100000"},
            stderr=subprocess.DEVNULL,
        )

    def hear_until(self, wanted: bytes) -> list[bytes]:
        heard = []
        while not heard or not heard[-1].startswith(wanted):
            heard.append(self._receiver.recv(4096))
        return heard

    def silent_for(self, seconds: float) -> bool:
        self._receiver.settimeout(seconds)
        try:
            self._receiver.recv(4096)
        except TimeoutError:
            return True
        finally:
            self._receiver.settimeout(WAIT_SECONDS)
        return False

    def signal(self, signum: int) -> None:
        self.process.send_signal(signum)

    def status(self) -> int:
        return self.process.wait(WAIT_SECONDS)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(WAIT_SECONDS)
        self._receiver.close()


@contextmanager
def supervised(
    folder: Path, *, port: int = 0, deadline_seconds: float = 30.0, drain_seconds: float = 5.0
) -> Iterator[Supervised]:
    running = Supervised(folder, port, deadline_seconds, drain_seconds)
    try:
        yield running
    finally:
        running.close()


@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_ends_the_service_cleanly(tmp_path: Path, signum: int) -> None:
    with supervised(tmp_path) as service:
        assert service.hear_until(b"WATCHDOG=1")[0] == b"READY=1"
        service.signal(signal.SIGHUP)
        service.hear_until(b"WATCHDOG=1")
        service.signal(signum)
        service.hear_until(b"STOPPING=1")
        service.hear_until(b"EXTEND_TIMEOUT_USEC=")
        assert service.status() == 0


def test_the_watchdog_is_not_fed_while_a_turn_hangs(tmp_path: Path) -> None:
    store = Store(tmp_path / "d")
    store.receive("b/k1", "hang", "turn", turn("hang"), None, 1.0)
    with supervised(tmp_path, deadline_seconds=0.3, drain_seconds=0.1) as service:
        service.hear_until(b"READY=1")
        heard = service.hear_until(b"STATUS=a turn takes longer than 0.3 s")
        assert heard.count(b"WATCHDOG=1") >= 2
        assert service.silent_for(0.5)  # five watchdog periods
        assert service.process.poll() is None
        service.signal(signal.SIGTERM)
        service.hear_until(b"STOPPING=1")
        assert service.status() == 1
    assert store.pending_count() == 1
    store.close()


def test_a_second_signal_ends_a_draining_service_at_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "d")
    store.receive("b/k1", "hang", "turn", turn("hang"), None, 1.0)
    store.close()
    with supervised(tmp_path, drain_seconds=600.0) as service:
        service.hear_until(b"READY=1")
        service.signal(signal.SIGTERM)
        service.hear_until(b"EXTEND_TIMEOUT_USEC=")
        service.signal(signal.SIGTERM)
        assert service.status() == -signal.SIGTERM


def test_the_service_answers_over_a_broker_until_it_is_stopped(tmp_path: Path, mosquitto: Mosquitto) -> None:
    prefix = "eqneg/v1/branch"
    state = f"{prefix}/appliance/node/state"
    kiosk = TerminalStub(mosquitto.port, "k1", [f"{prefix}/k1/reply", state])
    try:
        with supervised(tmp_path, port=mosquitto.port) as service:
            kiosk.hear_until(lambda heard: heard.payload == b"online")
            kiosk.send(f"{prefix}/k1/turn", turn("m1"))
            assert json.loads(kiosk.hear().payload)["in_reply_to"] == "m1"
            service.signal(signal.SIGTERM)
            assert kiosk.hear().payload == b"offline"
            assert service.status() == 0
    finally:
        kiosk.close()
