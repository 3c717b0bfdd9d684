"""The appliance as a terminal sees it: time to READY, time to a complete reply, memory. `python -m eqnegotiator.bench.turn`

A real daemon as a process of its own, a real broker (mosquitto when installed, else the embedded one), a scripted terminal over MQTT.
The limit: a reply is about 30 sampled tokens after a prefill of about 60; at 6 MB of int8 weights and 10 GB/s that is 0.6 ms a token,
so about 25 ms; two fsyncs of the store and four MQTT hops come on top.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import queue
import shutil
import socket
import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from typing import Any, Final

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from ..edge.accounts import encode_account, sample_accounts
from ..edge.broker import embedded_broker, free_port
from ..edge.demo import running_daemon
from ..edge.messages import Reply, Start, Turn, encode
from ..edge.store import Store
from ..edge.terminals.mqtt_connection import send_at_once

_TALK: Final = (
    "what is this about", "{answer}", "what do I owe exactly?", "60 a month is all I have", "no, that is too much for me",
    "I am really worried about this", "can I have more time to think", "half now, the rest in six weeks?", "this is ridiculous", "ok",
    "no wait, 40 days would be better", "yes that works", "yes",
)  # fmt: skip


@contextmanager
def broker(port: int, folder: Path) -> Iterator[str]:
    """A broker on the port; yields its name."""
    program = shutil.which("mosquitto") or shutil.which("/usr/sbin/mosquitto")
    if program is None:
        with embedded_broker(port):
            yield "amqtt (embedded)"
        return
    config = folder / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nset_tcp_nodelay true\n", encoding="utf-8")
    process = subprocess.Popen([program, "-c", str(config)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
        yield "mosquitto"
    finally:
        process.terminate()
        process.wait()


@contextmanager
def daemon(port: int, folder: Path) -> Iterator[tuple[int, float]]:
    """A daemon; yields its process id and the seconds from its start to READY."""
    config = folder / "eqneg.toml"
    config.write_text(f'[node]\nsite = "bench"\n[mqtt]\nport = {port}\n[store]\npath = "{folder}/eqneg.db"\n', encoding="utf-8")
    started = time.perf_counter()
    with running_daemon(config, folder) as pid:
        yield pid, time.perf_counter() - started


class Terminal:
    """A terminal that waits for the whole reply of what it said."""

    def __init__(self, port: int) -> None:
        self._replies: queue.Queue[Reply] = queue.Queue()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._on_message
        self._client.on_socket_open = send_at_once
        self._client.connect("127.0.0.1", port)
        self._client.subscribe("eqneg/v1/bench/t1/reply", 1)
        self._client.loop_start()
        self._sent = 0

    def say(self, kind: str, message: Start | Turn) -> tuple[Reply, float]:
        """The reply and the seconds until it was here."""
        started = time.perf_counter()
        self._client.publish(f"eqneg/v1/bench/t1/{kind}", encode(message), qos=1)
        reply = self._replies.get(timeout=60)
        return reply, time.perf_counter() - started

    def close(self) -> None:
        """Disconnect."""
        self._client.disconnect()
        self._client.loop_stop()

    def message_id(self) -> str:
        """A fresh one."""
        self._sent += 1
        return f"m{self._sent}"

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        self._replies.put(msgspec.json.decode(message.payload, type=Reply))


def talk(terminal: Terminal, sessions: int) -> tuple[list[float], dict[str, int]]:
    """Seconds of every reply over whole conversations, and the states they ended in."""
    seconds: list[float] = []
    states: Counter[str] = Counter()
    for number in range(sessions):
        account = sample_accounts()[number % 3]
        reply, took = terminal.say("start", Start(msg_id=terminal.message_id(), account=account.account))
        seconds.append(took)
        for line in _TALK:
            if reply.state not in ("verifying", "open", "confirming"):
                break
            text = line.format(answer=account.verify_answer)
            reply, took = terminal.say("turn", Turn(msg_id=terminal.message_id(), session=reply.session, text=text))
            seconds.append(took)
        states[reply.state] += 1
    return seconds, dict(states)


def memory_mib(pid: int) -> tuple[float, float]:
    """Resident memory of a process now and at its peak."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines())
    return tuple(int(status[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=15, help="conversations that are measured (default 15)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eqneg-bench-") as name:
        folder, port = Path(name), free_port()
        store = Store(folder / "eqneg.db")
        store.put_accounts((account.account, encode_account(account)) for account in sample_accounts())
        store.close()
        with broker(port, folder) as broker_name:
            ready = []
            for _ in range(3):  # the first start may compile; the others find warm caches
                with daemon(port, folder) as (pid, seconds):
                    ready.append(seconds)
            with daemon(port, folder) as (pid, seconds):
                ready.append(seconds)
                terminal = Terminal(port)
                talk(terminal, 2)  # warm up
                replies, states = talk(terminal, arguments.sessions)
                resident, peak = memory_mib(pid)
                terminal.close()
    cuts = quantiles(replies, n=20)
    result = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores", "broker": broker_name, "replies": len(replies),
        "ended": states,
        "reply_median_seconds": round(median(replies), 4), "reply_p95_seconds": round(cuts[18], 4),
        "reply_max_seconds": round(max(replies), 4),
        "ready_first_seconds": round(ready[0], 2), "ready_warm_seconds": round(median(ready[1:]), 2),
        "resident_mib": round(resident, 1), "peak_mib": round(peak, 1),
    }  # fmt: skip
    for key, value in result.items():
        print(f"{key:24} {value}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
