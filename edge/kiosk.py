"""A text kiosk: a terminal that speaks wire contract v1 over MQTT. What `eqneg demo` puts in front of you.

It is an ordinary client of the appliance and shares nothing with it but the wire messages.
"""

from __future__ import annotations

import queue
import sys
import threading
import uuid
from collections.abc import Callable
from typing import Any, Final, TextIO

import msgspec
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

from .errors import BrokerError
from .messages import Delta, ErrorMessage, Reply, Start, Turn, encode
from .terminals.mqtt_connection import send_at_once

__all__ = ["SCRIPT", "Kiosk", "ScriptedCustomer", "typing_customer"]

_REPLY_SECONDS: Final = 30.0
_ONLINE_SECONDS: Final = 30.0

SCRIPT: Final = (
    "what is this about?",
    "1981",
    "I lost most of my hours at work in October and I can't pay it all at once",
    "could I do 300 a month?",
)
"""What the scripted customer says in turn; from then on it agrees to what it is offered."""


class Kiosk:
    """One terminal: sends what the customer says, prints what the appliance answers, sentence by sentence."""

    def __init__(self, host: str, port: int, topic_root: str, site: str, terminal: str, out: TextIO) -> None:
        self._topic = f"{topic_root}/{site}/{terminal}"
        self._out = out
        self._inbox: queue.Queue[Reply | Delta | ErrorMessage] = queue.Queue(maxsize=1000)
        self._online = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, client_id=f"kiosk-{uuid.uuid4().hex[:12]}")
        self._client.on_message = self._on_message
        self._client.on_socket_open = send_at_once
        self._client.connect(host, port)
        topics = [(f"{self._topic}/{suffix}", qos) for suffix, qos in (("reply", 1), ("delta", 0), ("error", 1))]
        self._client.subscribe([*topics, (f"{topic_root}/{site}/appliance/+/state", 1)])
        self._client.loop_start()

    def talk(self, account: str, customer: Callable[[Reply], str | None]) -> Reply | None:
        """Start a session and go on until it is over or the customer stops talking; the last reply.

        Raises:
            BrokerError: no appliance is online, or it did not answer.
        """
        # What is published before an appliance has ever subscribed reaches nobody.
        if not self._online.wait(_ONLINE_SECONDS):
            raise BrokerError(f"no appliance of this site is online after {_ONLINE_SECONDS:g} s; start one with `eqneg run`")
        reply = self._exchange("start", Start(msg_id=_new_id(), account=account))
        while reply is not None and reply.state in ("verifying", "open", "confirming"):
            said = customer(reply)
            if said is None:
                break
            reply = self._exchange("turn", Turn(msg_id=_new_id(), session=reply.session, text=said)) or reply
        return reply

    def close(self) -> None:
        """Leave the broker."""
        self._client.disconnect()
        self._client.loop_stop()

    def _exchange(self, kind: str, message: Start | Turn) -> Reply | None:
        self._client.publish(f"{self._topic}/{kind}", encode(message), qos=1)
        shown = 0
        self._out.write("\nappliance: ")
        while True:
            try:
                heard = self._inbox.get(timeout=_REPLY_SECONDS)
            except queue.Empty as error:
                raise BrokerError(f"the appliance did not answer within {_REPLY_SECONDS:g} s") from error
            if heard.in_reply_to != message.msg_id:
                continue
            if isinstance(heard, Delta):
                if heard.seq == shown:
                    self._print(("" if shown == 0 else " ") + heard.text)
                    shown += 1
            elif isinstance(heard, Reply):
                if shown == 0:
                    self._print(heard.text)
                self._print(f"\n           [{heard.act}, {heard.state}, tone {heard.tone}]\n")
                return heard
            else:
                self._print(f"({heard.code}) {heard.message}\n")
                return None

    def _print(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()

    def _on_message(self, _client: Client, _userdata: Any, message: MQTTMessage) -> None:
        suffix = message.topic.rsplit("/", 1)[1]
        if suffix == "state":
            if message.payload == b"online":
                self._online.set()
            return
        kinds: dict[str, type[Reply | Delta | ErrorMessage]] = {"reply": Reply, "delta": Delta, "error": ErrorMessage}
        self._inbox.put(msgspec.json.decode(message.payload, type=kinds[suffix]))


def typing_customer(_reply: Reply) -> str | None:
    """The person at the keyboard; None at end of input."""
    try:
        return input("\n      you: ")
    except EOFError:
        return None


class ScriptedCustomer:
    """Says `SCRIPT`, then agrees; 30 utterances at most."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._lines, self._out = iter(SCRIPT), out
        self._left = 30

    def __call__(self, reply: Reply) -> str | None:
        self._left -= 1
        if self._left < 0:
            return None
        said = "yes" if reply.state == "confirming" else next(self._lines, "Yes, that works")
        self._out.write(f"\n      you: {said}\n")
        return said


def _new_id() -> str:
    return uuid.uuid4().hex
