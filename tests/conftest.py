"""Fixtures shared by the tests: real brokers on free ports, and a store in a folder of its own."""

from __future__ import annotations

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import fakes
import pytest
from eqnegotiator.edge.store import Store

_AMQTT = """
import asyncio, sys
from amqtt.broker import Broker

async def main():
    anonymous = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listener = {"default": {"type": "tcp", "bind": f"127.0.0.1:{sys.argv[1]}"}}
    broker = Broker({"listeners": listener, "plugins": anonymous})
    await broker.start()
    print("running", file=sys.stderr, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "eqneg.db")
    yield opened
    opened.close()


@pytest.fixture
def mosquitto(tmp_path: Path) -> Iterator[fakes.Mosquitto]:
    """A Mosquitto of its own for one test, to be stopped and restarted at will."""
    if fakes.MOSQUITTO is None:
        pytest.skip("mosquitto is not installed")
    folder = tmp_path / "mosquitto"
    folder.mkdir()
    broker = fakes.Mosquitto(folder)
    yield broker
    broker.stop()


@pytest.fixture
def amqtt_port() -> Iterator[int]:
    """The port of an amqtt broker, which speaks MQTT 3.1.1 only."""
    pytest.importorskip("amqtt", exc_type=ImportError)
    port = fakes.free_port()
    broker = fakes.ProcessWithLog([sys.executable, "-c", _AMQTT, str(port)], ready_word="running")
    yield port
    broker.end(signal.SIGKILL)
