from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from eqnegotiator.edge import sdnotify
from eqnegotiator.edge.errors import SettingsError


@pytest.fixture
def supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(str(tmp_path / "notify"))
        receiver.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        yield receiver


def test_each_message_is_one_datagram(supervisor: socket.socket) -> None:
    sdnotify.ready()
    sdnotify.status("3 sessions")
    sdnotify.watchdog()
    sdnotify.extend_timeout(2.5)
    sdnotify.stopping()
    assert [supervisor.recv(4096) for _ in range(5)] == [
        b"READY=1", b"STATUS=3 sessions", b"WATCHDOG=1", b"EXTEND_TIMEOUT_USEC=2500000", b"STOPPING=1",
    ]  # fmt: skip


def test_a_status_cannot_smuggle_in_another_message(supervisor: socket.socket) -> None:
    sdnotify.status("lost broker\nREADY=1\r\nWATCHDOG=1")
    assert supervisor.recv(4096) == b"STATUS=lost broker READY=1 WATCHDOG=1"


def test_an_abstract_socket_is_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"eqneg-test-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.bind(f"\0{name}")
        receiver.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", f"@{name}")
        sdnotify.ready()
        assert receiver.recv(4096) == b"READY=1"


def test_without_a_supervisor_nothing_happens(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    sdnotify.ready()
    assert caplog.records == []


def test_a_supervisor_that_is_gone_is_named_in_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    sdnotify.stopping()
    assert "cannot tell systemd STOPPING" in caplog.text


def test_a_supervisor_that_does_not_read_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, supervisor: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(sdnotify, "_SEND_SECONDS", 0.01)
    told = 0
    while not caplog.records:  # the socket's queue fills up
        sdnotify.watchdog()
        told += 1
    assert "cannot tell systemd WATCHDOG" in caplog.text
    assert [supervisor.recv(4096) for _ in range(told - 1)] == [b"WATCHDOG=1"] * (told - 1)


@pytest.mark.parametrize(
    ("variables", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "30000000"}, 30.0),
        ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": str(os.getpid())}, 1.5),
        ({"WATCHDOG_USEC": "30000000", "WATCHDOG_PID": str(os.getpid() + 1)}, None),
        ({"WATCHDOG_PID": str(os.getpid())}, None),
    ],
)
def test_the_watchdog_period(
    variables: dict[str, str], seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WATCHDOG_USEC", "WATCHDOG_PID"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert sdnotify.watchdog_seconds() == seconds


@pytest.mark.parametrize("value", ["", "0", "-5", "30s", "1e6", "\u0663"])
def test_a_period_that_is_no_number_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", value)
    with pytest.raises(SettingsError, match="WATCHDOG_USEC"):
        sdnotify.watchdog_seconds()
