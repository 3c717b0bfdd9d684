"""The MQTT adapter: keeps one broker connection up, hands messages to the intake and confirmations to the sender.

Knows when to acknowledge, to reconnect and to speak which version; knows nothing of what a turn does. A message is
acknowledged after the intake has it on disk, so an acknowledgement means "durably received", and never before.

MQTT 5 is tried first; a broker that refuses it, or stays silent twice, is spoken to in 3.1.1 until the next start.
"""

from __future__ import annotations

import functools
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Concatenate, Final, ParamSpec

import msgspec
from paho.mqtt.client import Client, ConnectFlags, DisconnectFlags, MQTTMessage
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from ..errors import BrokerError
from ..messages import Delta, encode
from ..metrics import FAULTS, MQTT_RECONNECTS
from ..store import Store
from .mqtt_connection import Connection, MqttSettings, MqttVersion, open_connection
from .mqtt_intake import Delivery, Intake
from .mqtt_sender import Sender

__all__ = ["MqttSettings", "MqttTerminals", "MqttVersion"]

_log = logging.getLogger(__name__)

_CONNACK_TIMEOUT_SECONDS: Final = 2.0
# One silence may be a broker that was just being restarted; two are a broker that does not understand us.
_SILENCES_BEFORE_OTHER_VERSION: Final = 2
_FIRST_RECONNECT_SECONDS: Final = 0.25
# Two nodes with one name throw each other out at once; only a connection that lasted resets the backoff.
_STABLE_SECONDS: Final = 10.0
_SERVE_SECONDS: Final = 1.0
_SERVE_BEFORE_CONNACK_SECONDS: Final = 0.1
_JOIN_SECONDS: Final = 2.0

_P = ParamSpec("_P")
_Callback = Callable[Concatenate["MqttTerminals", Client, Connection, _P], None]


def _guarded(callback: _Callback[_P]) -> _Callback[_P]:
    """Let no error out of a paho callback: it would end the network thread. The connection is made anew instead."""

    @functools.wraps(callback)
    def guarded(
        terminals: MqttTerminals, client: Client, connection: Connection, /, *args: _P.args, **kwargs: _P.kwargs
    ) -> None:
        try:
            callback(terminals, client, connection, *args, **kwargs)
        except Exception:  # noqa: BLE001 - see above; whatever it is, the terminals must stay served
            _log.exception("%s failed; the broker connection is made anew", callback.__name__)
            FAULTS.labels("mqtt_callback").inc()
            connection.faulty = True

    return guarded


class MqttTerminals:
    """All terminals of one site that speak MQTT.

    `on_received` is called on the network thread after a new message is on disk; it must return at once. `info` is
    published retained at each connect, with `mqtt_version` added. `first_version` spares the seconds of finding out
    where the broker is known to speak 3.1.1 only.
    """

    def __init__(
        self,
        settings: MqttSettings,
        site: str,
        node: str,
        store: Store,
        on_received: Callable[[], None],
        info: Mapping[str, object],
        *,
        first_version: MqttVersion = "5",
    ) -> None:
        self._settings = settings
        self._site = site
        self._prefix = f"{settings.topic_root}/{site}"
        self._own_topic = f"{self._prefix}/appliance/{node}"
        self._client_id = f"eqneg-{site}-{node}"
        self._info = dict(info)
        self._version: MqttVersion = first_version
        self._version_known = False
        self._silences = 0
        self._connections = 0
        self._connection: Connection | None = None
        self._stopping = threading.Event()
        self._network: threading.Thread | None = None
        self._sender = Sender(store, settings.topic_root, f"{site}/")
        self._intake = Intake(self._prefix, store, settings.max_pending, on_received, self._sender.wake)

    @property
    def connected(self) -> bool:
        """The broker has accepted us, our subscriptions and our `online`."""
        connection = self._connection
        return connection is not None and connection.established

    def alive(self) -> bool:
        """Both threads run. When this turns False, `start` puts the missing one back to work."""
        return self._network is not None and self._network.is_alive() and self._sender.alive()

    def start(self) -> None:
        """Start whichever thread is not running. Does not wait for the broker, which may come up at any time later."""
        self._stopping.clear()
        self._sender.start()
        if self._network is None or not self._network.is_alive():
            self._network = threading.Thread(target=self._stay_connected, name="mqtt-network", daemon=True)
            self._network.start()

    def stop(self, drain_seconds: float) -> None:
        """Send what is in the outbox for at most `drain_seconds`, say `offline` and disconnect."""
        deadline = time.monotonic() + drain_seconds
        if self.connected and not self._sender.drain(drain_seconds):
            _log.warning("answers are left in the outbox; they are sent after the next start")
        self._stopping.set()
        connection = self._connection
        if connection is not None and connection.established:
            self._say_goodbye(connection.client, max(0.1, deadline - time.monotonic()))
        if self._network is not None:
            self._network.join(_JOIN_SECONDS)
        self._sender.stop(_JOIN_SECONDS)

    def wake(self) -> None:
        """The outbox has rows."""
        self._sender.wake()

    def delta(self, terminal: str, delta: Delta) -> None:
        """Publish a finished sentence at QoS 0; dropped when not connected or when the terminal is not of this site."""
        connection = self._connection
        if connection is not None and connection.established and terminal.startswith(f"{self._site}/"):
            connection.client.publish(f"{self._settings.topic_root}/{terminal}/delta", encode(delta), qos=0)

    def _say_goodbye(self, client: Client, timeout_seconds: float) -> None:
        try:
            client.publish(f"{self._own_topic}/state", b"offline", qos=1, retain=True).wait_for_publish(timeout_seconds)
        except (RuntimeError, ValueError) as error:  # paho's words for "the connection has just gone"
            _log.warning("could not say offline, the last will does: %s", error)
        client.disconnect()

    # --- the network thread

    def _stay_connected(self) -> None:
        failures = 0
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                self._serve_one_connection()
            except (OSError, BrokerError) as error:
                _log.warning("broker %s:%d: %s", self._settings.host, self._settings.port, error)
            except Exception:  # noqa: BLE001 - this thread is the only way in; it goes on whatever paho may raise
                _log.exception("the MQTT network loop failed; it is started again")
                FAULTS.labels("mqtt_network").inc()
            failures = 1 if time.monotonic() - began > _STABLE_SECONDS else failures + 1
            self._stopping.wait(self._backoff_seconds(failures))

    def _backoff_seconds(self, failures: int) -> float:
        ceiling = min(self._settings.reconnect_max_seconds, _FIRST_RECONNECT_SECONDS * 2.0 ** min(failures - 1, 16))
        return ceiling * random.uniform(0.5, 1.0)  # spread out, lest a whole fleet comes back in the same instant

    def _serve_one_connection(self) -> None:
        connection = open_connection(
            self._settings, self._client_id, self._version, f"{self._own_topic}/state", callbacks=self
        )
        self._connection = connection
        try:
            deadline = time.monotonic() + _CONNACK_TIMEOUT_SECONDS
            while not connection.answered:
                if self._stopping.is_set():
                    return
                if not connection.serve(_SERVE_BEFORE_CONNACK_SECONDS) or time.monotonic() > deadline:
                    break
            if not connection.answered:
                self._note_silence()
            while not connection.faulty and (connection.established or not self._stopping.is_set()):
                if not connection.serve(_SERVE_SECONDS):
                    return
        finally:
            self._connection = None
            self._sender.lost()
            connection.abandon()

    def _note_silence(self) -> None:
        self._silences += 1
        silent = self._version
        if not self._version_known and self._silences >= _SILENCES_BEFORE_OTHER_VERSION:
            self._silences = 0
            self._version = "3.1.1" if silent == "5" else "5"
        raise BrokerError(f"no answer to CONNECT in MQTT {silent}; MQTT {self._version} is tried next")

    # --- paho's callbacks, all on the network thread

    @_guarded
    def on_connect(
        self, _client: Client, connection: Connection, _flags: ConnectFlags, reason: ReasonCode, properties: Properties
    ) -> None:
        """The broker has answered our CONNECT."""
        connection.answered = True
        if reason.is_failure:
            connection.faulty = True
            self._note_refusal(connection.version, reason)
            return
        if not self._version_known:
            _log.info("the broker speaks MQTT %s", connection.version)
        self._version_known = True
        own_maximum = self._settings.receive_maximum
        connection.window = min(own_maximum, getattr(properties, "ReceiveMaximum", own_maximum))
        connection.subscribe([f"{self._prefix}/+/{kind}" for kind in ("start", "turn", "end")])

    def _note_refusal(self, version: MqttVersion, reason: ReasonCode) -> None:
        if version == "5" and reason.getName() == "Unsupported protocol version":
            self._version = "3.1.1"
            _log.warning("the broker refuses MQTT 5; MQTT 3.1.1 is spoken until the next start")
        else:
            _log.error("the broker refuses us: %s; check [mqtt] username, password and its access list", reason)

    @_guarded
    def on_subscribe(
        self, client: Client, connection: Connection, _mid: int, reasons: list[ReasonCode], _properties: Properties
    ) -> None:
        """The broker has answered our subscriptions."""
        if any(reason.is_failure for reason in reasons):
            raise BrokerError(
                f"the broker refuses our subscriptions ({', '.join(map(str, reasons))}); its access list must let "
                f"{self._client_id} read {self._prefix}/+/start, turn and end"
            )
        info = {**self._info, "mqtt_version": connection.version}
        client.publish(f"{self._own_topic}/info", msgspec.json.encode(info), qos=1, retain=True)
        connection.online_packet_id = client.publish(f"{self._own_topic}/state", b"online", qos=1, retain=True).mid

    @_guarded
    def on_message(self, client: Client, connection: Connection, message: MQTTMessage) -> None:
        """A terminal has sent something."""
        if connection.faulty:
            return
        self._intake.take(Delivery.from_paho(message))
        client.ack(message.mid, message.qos)

    @_guarded
    def on_publish(
        self, _client: Client, connection: Connection, packet_id: int, reason: ReasonCode, _properties: Properties
    ) -> None:
        """The broker has confirmed what we published."""
        if packet_id == connection.online_packet_id:
            if self._connections > 0:
                MQTT_RECONNECTS.inc()
            self._connections += 1
            if reason.is_failure:
                _log.error("the broker refuses %s/state: %s; check its access list", self._own_topic, reason)
            connection.established = True
            self._sender.established(connection)
            if self._stopping.is_set():  # too late for `stop` to see, which then says no goodbye on this connection
                connection.faulty = True
        else:
            self._sender.confirmed(connection, packet_id, reason)

    @_guarded
    def on_disconnect(
        self, _client: Client, _connection: Connection, flags: DisconnectFlags, reason: ReasonCode, _props: Properties
    ) -> None:
        """The connection is closed, by whomever."""
        if not flags.is_disconnect_packet_from_server:
            _log.info("the broker connection is closed: %s", reason)
        elif reason.getName() == "Session taken over":
            _log.error("another client connects as %s; give each appliance its own [node] name", self._client_id)
        else:
            _log.warning("the broker has disconnected us: %s", reason)
