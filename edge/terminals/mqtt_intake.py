"""What becomes of one message that the broker delivers: an inbox row, a stored answer again, or a named error.

Knows topics, flags and MQTT 5 properties; knows nothing of connections and acknowledgements.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from typing import NamedTuple

from paho.mqtt.client import MQTTMessage

from ..errors import StoreError, WireError
from ..messages import NAME_PATTERN, decode, encode, error_message
from ..metrics import FAULTS, REFUSED
from ..records import Answer, Quarantine, Received, ReplyTo
from ..store import Store

__all__ = ["Delivery", "Intake"]

_log = logging.getLogger(__name__)


class Delivery(NamedTuple):
    """One message as it arrived, free of paho."""

    topic: str
    payload: bytes
    retain: bool = False
    reply_to: ReplyTo | None = None

    @classmethod
    def from_paho(cls, message: MQTTMessage) -> Delivery:
        """Take over the message; Response Topic and Correlation Data become `reply_to`."""
        topic = getattr(message.properties, "ResponseTopic", None)
        correlation = getattr(message.properties, "CorrelationData", None)
        reply_to = None if topic is None and correlation is None else ReplyTo(topic, correlation)
        return cls(message.topic, bytes(message.payload), message.retain, reply_to)


class Intake:
    """Takes the messages of one site.

    Args:
        prefix: topic root and site, "eqneg/v1/branch-1".
        max_pending: so many messages wait at most; further new ones are answered `busy`.
        on_received: called after a new message is on disk.
        on_answer: called after an answer is in the outbox.
    """

    def __init__(
        self,
        prefix: str,
        store: Store,
        max_pending: int,
        on_received: Callable[[], None],
        on_answer: Callable[[], None],
    ) -> None:
        self._root = prefix.rpartition("/")[0]
        self._site = prefix.rpartition("/")[2]
        self._store = store
        self._max_pending = max_pending
        self._on_received = on_received
        self._on_answer = on_answer
        self._topic = re.compile(rf"{re.escape(prefix)}/(?P<terminal>[^/]*)/(?P<kind>start|turn|end)")

    def take(self, delivery: Delivery) -> None:
        """Store the message, or answer it with an error; when this returns, it may be acknowledged.

        Raises:
            StoreError: nothing is on disk, so the message must not be acknowledged.
        """
        try:
            self._take(delivery)
        except StoreError:
            raise
        except Exception as error:  # noqa: BLE001 - delivered again it would fail again, and block every terminal
            _log.exception("a message on %s could not be taken", delivery.topic)
            FAULTS.labels("mqtt_message").inc()
            self._refuse(delivery, WireError("internal", f"the message could not be taken: {type(error).__name__}"))

    def _take(self, delivery: Delivery) -> None:
        if delivery.retain and not delivery.payload:
            return  # somebody has cleared a retained message
        match = self._topic.fullmatch(delivery.topic)
        if match is None:  # only a broker that matches subscriptions in its own way gets here
            raise ValueError(f"{delivery.topic} was not subscribed to")
        terminal, kind = match["terminal"], match["kind"]
        try:
            self._check(delivery, terminal, kind)
            message = decode(kind, delivery.payload)
        except WireError as error:
            self._refuse(delivery, error, Quarantine(delivery.topic, delivery.payload))
            return
        received = self._store.receive(
            f"{self._site}/{terminal}",
            message.msg_id,
            kind,
            delivery.payload,
            delivery.reply_to,
            time.time(),
            max_pending=self._max_pending,
        )
        if received is Received.NEW:
            self._on_received()
        elif received is Received.REPLAYED:
            self._on_answer()
        elif received is Received.BUSY:
            waiting = f"{self._max_pending} messages are waiting; send the same message again in a few seconds"
            self._refuse(delivery, WireError("busy", waiting, in_reply_to=message.msg_id, retryable=True))

    def _check(self, delivery: Delivery, terminal: str, kind: str) -> None:
        if re.fullmatch(NAME_PATTERN, terminal) is None:
            problem, code = f"terminal {terminal!r} is not {NAME_PATTERN}; rename it", "bad_topic"
        elif delivery.retain:
            problem, code = "retain: a start, turn or end must not be retained; publish it without", "bad_message"
        elif not self._can_answer(delivery.reply_to):
            problem = "response topic: it must be a topic without wildcards that the appliance does not listen to"
            code = "bad_message"
        else:
            return
        raise WireError(code, problem, in_reply_to=_msg_id(kind, delivery.payload))

    def _can_answer(self, reply_to: ReplyTo | None) -> bool:
        if reply_to is None or reply_to.topic is None:
            return True
        topic = reply_to.topic
        # An answer sent to a turn topic would come back to us as a turn, forever.
        return bool(topic) and not set(topic) & {"+", "#", "\0"} and self._topic.fullmatch(topic) is None

    def _refuse(self, delivery: Delivery, error: WireError, quarantine: Quarantine | None = None) -> None:
        terminal = delivery.topic.removeprefix(f"{self._root}/").rpartition("/")[0]
        reply_to = delivery.reply_to
        if reply_to is not None and not self._can_answer(reply_to):
            reply_to = reply_to._replace(topic=None)
        self._store.refuse(terminal, Answer("error", encode(error_message(error))), reply_to, time.time(), quarantine)
        REFUSED.labels(error.code).inc()
        self._on_answer()


def _msg_id(kind: str, payload: bytes) -> str | None:
    try:
        return decode(kind, payload).msg_id
    except WireError as error:
        return error.in_reply_to
