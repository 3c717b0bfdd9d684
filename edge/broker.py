"""The embedded MQTT broker of `eqneg demo`: amqtt (3.1.1) on a local port, in a thread of its own. For demonstrations only."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from .errors import BrokerError

__all__ = ["embedded_broker", "free_port"]

_START_SECONDS = 10.0


def free_port() -> int:
    """A TCP port on the loopback interface that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def embedded_broker(port: int) -> Iterator[None]:
    """Serve MQTT on 127.0.0.1:`port` while the context is open.

    Raises:
        BrokerError: amqtt is not installed or does not come up.
    """
    try:
        from amqtt.broker import Broker
    except ImportError as error:
        raise BrokerError("the embedded broker needs amqtt; install it with: pip install 'eqnegotiator[demo]'") from error
    # The library narrates every packet; its errors reach us as exceptions.
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    started, stop = threading.Event(), asyncio.Event()
    loop = asyncio.new_event_loop()
    failure: list[BaseException] = []

    async def serve() -> None:
        broker = Broker(config)
        await broker.start()
        started.set()
        await stop.wait()
        await broker.shutdown()

    def main() -> None:
        try:
            loop.run_until_complete(serve())
        except BaseException as error:  # noqa: BLE001 - handed to the caller, who waits for `started`
            failure.append(error)
            started.set()
        finally:
            loop.close()

    thread = threading.Thread(target=main, name="broker", daemon=True)
    thread.start()
    if not started.wait(_START_SECONDS) or failure:
        raise BrokerError(f"the embedded broker did not start on port {port}: {failure[0] if failure else 'no answer'}")
    try:
        yield
    finally:
        if thread.is_alive():
            loop.call_soon_threadsafe(stop.set)
            thread.join(_START_SECONDS)
