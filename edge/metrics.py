"""What the appliance counts, in a registry of its own. Nothing here describes a person or a dialogue."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = [
    "FAULTS",
    "GUARD",
    "GUARD_TEMPLATE",
    "INBOX_PENDING",
    "MQTT_RECONNECTS",
    "REFUSED",
    "REGISTRY",
    "TURNS",
    "TURN_SECONDS",
    "exposition",
]

_NAMESPACE: Final = "eqneg"

REGISTRY: Final = CollectorRegistry()

TURNS: Final = Counter("turns_total", "Messages that were processed", namespace=_NAMESPACE, registry=REGISTRY)
REFUSED: Final = Counter(
    "refused_total", "Messages answered with an error, by its code", ["code"], namespace=_NAMESPACE, registry=REGISTRY
)
GUARD: Final = Counter(
    "guard_total", "Sentences the guard refused, by rule", ["rule"], namespace=_NAMESPACE, registry=REGISTRY
)
GUARD_TEMPLATE: Final = Counter(
    "guard_template_total", "Replies that fell back to a fixed template", namespace=_NAMESPACE, registry=REGISTRY
)
INBOX_PENDING: Final = Gauge(
    "inbox_pending", "Messages on disk that wait for an outcome", namespace=_NAMESPACE, registry=REGISTRY
)
TURN_SECONDS: Final = Histogram(
    "turn_seconds",
    "Time from taking a message out of the inbox to its outcome on disk",
    namespace=_NAMESPACE,
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0, 20.0, 30.0),
)
MQTT_RECONNECTS: Final = Counter(
    "mqtt_reconnects_total", "Broker connections made after the first one", namespace=_NAMESPACE, registry=REGISTRY
)
FAULTS: Final = Counter(
    "faults_total",
    "Unexpected errors that were survived, by where they happened",
    ["where"],
    namespace=_NAMESPACE,
    registry=REGISTRY,
)


def exposition() -> bytes:
    """Every metric in the Prometheus text format."""
    return generate_latest(REGISTRY)
