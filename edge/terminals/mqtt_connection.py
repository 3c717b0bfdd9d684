"""One connection to the broker, from CONNECT to the closed socket. Knows paho; knows nothing of messages or disks."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from typing import Any, Final, Literal, Protocol, TypeAlias

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.subscribeoptions import SubscribeOptions

__all__ = ["Connection", "MqttSettings", "MqttVersion", "open_connection"]

MqttVersion: TypeAlias = Literal["5", "3.1.1"]

_UNBOUNDED: Final = 0  # the sender bounds what is in flight; paho's own queue would only hide it


class MqttSettings(Protocol):
    """What the adapter reads from the settings; `settings.MqttSettings` is one."""

    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def topic_root(self) -> str: ...
    @property
    def username(self) -> str | None: ...
    @property
    def password(self) -> str | None: ...
    @property
    def tls(self) -> bool: ...
    @property
    def keepalive_seconds(self) -> int: ...
    @property
    def session_expiry_seconds(self) -> int: ...
    @property
    def receive_maximum(self) -> int: ...
    @property
    def max_pending(self) -> int: ...
    @property
    def reconnect_max_seconds(self) -> float: ...


@dataclass(eq=False)
class Connection:
    """A client object and what is known about its one connection.

    Every connection has a client of its own, so no acknowledgement and no packet id can outlive what it belongs to.

    Attributes:
        answered: the broker has sent a CONNACK, whatever it says.
        established: the broker has accepted us, our subscriptions and our `online`.
        faulty: to be closed; what arrives until then is neither stored nor acknowledged, and so delivered again.
        window: how many publishes the broker takes unconfirmed.
        online_packet_id: the packet id of our `online`.
    """

    client: Client
    version: MqttVersion
    answered: bool = False
    established: bool = False
    faulty: bool = False
    window: int = 1
    online_packet_id: int | None = None

    def serve(self, timeout_seconds: float) -> bool:
        """Handle network traffic for at most this long; False when the connection is over."""
        success = self.client.loop(timeout_seconds) == MQTTErrorCode.MQTT_ERR_SUCCESS
        return success and self.client.socket() is not None

    def subscribe(self, topics: list[str]) -> None:
        """Subscribe at QoS 1."""
        if self.version == "5":
            # As published: a retained turn is refused when it is sent, not when we happen to connect again.
            options = SubscribeOptions(qos=1, retainAsPublished=True, retainHandling=1)
            self.client.subscribe([(topic, options) for topic in topics])
        else:
            self.client.subscribe([(topic, 1) for topic in topics])

    def abandon(self) -> None:
        """Close the socket without a DISCONNECT, so that the broker publishes our last will."""
        self.established = False
        socket = self.client.socket()
        if socket is not None:
            socket.close()
        self.client.user_data_set(None)  # breaks the reference cycle, which would keep paho's wake-up sockets open


def open_connection(
    settings: MqttSettings, client_id: str, version: MqttVersion, will_topic: str, callbacks: Any
) -> Connection:
    """Reach the broker and prepare CONNECT; `callbacks` has paho's `on_*` methods, given the Connection as userdata.

    Raises:
        OSError: the broker cannot be reached, or TLS fails.
    """
    client = Client(
        CallbackAPIVersion.VERSION2,
        client_id=client_id,
        clean_session=None if version == "5" else False,
        protocol=MQTTProtocolVersion.MQTTv5 if version == "5" else MQTTProtocolVersion.MQTTv311,
        reconnect_on_failure=False,
        manual_ack=True,
    )
    connection = Connection(client, version)
    client.user_data_set(connection)
    client.max_inflight_messages = _UNBOUNDED
    client.will_set(will_topic, b"offline", qos=1, retain=True)
    if settings.username is not None:
        client.username_pw_set(settings.username, settings.password)
    if settings.tls:
        client.tls_set()
    client.on_connect = callbacks.on_connect
    client.on_subscribe = callbacks.on_subscribe
    client.on_message = callbacks.on_message
    client.on_publish = callbacks.on_publish
    client.on_disconnect = callbacks.on_disconnect
    # With this set paho leaves all writing to the thread that calls loop(); without it, whoever publishes writes too.
    client.on_socket_register_write = _leave_writing_to_the_loop
    client.on_socket_open = send_at_once
    try:
        if version == "5":
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.SessionExpiryInterval = settings.session_expiry_seconds
            properties.ReceiveMaximum = settings.receive_maximum
            client.connect(
                settings.host, settings.port, settings.keepalive_seconds, clean_start=False, properties=properties
            )
        else:
            client.connect(settings.host, settings.port, settings.keepalive_seconds)
    except BaseException:
        connection.abandon()
        raise
    return connection


def send_at_once(_client: Client, _userdata: Any, connection: Any) -> None:
    """Turn Nagle's algorithm off: with it every small packet waits for the broker's delayed acknowledgement, about 40 ms a hop."""
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _leave_writing_to_the_loop(_client: Client, _userdata: Any, _socket: Any) -> None:
    return
