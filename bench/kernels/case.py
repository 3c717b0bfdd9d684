"""One comparison: a public kernel on an input of a given size, and what others take for the same."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ..timing import Effort, Timing, side_by_side

__all__ = ["Body", "Case", "DisagreementError", "Figure", "Peer", "largest_difference", "measure"]


class DisagreementError(AssertionError):
    """A kernel and a peer answer differently: there is nothing to compare."""


class Peer(NamedTuple):
    """Another implementation of the same."""

    name: str
    call: Callable[[], object]


class Body(NamedTuple):
    """The compiled body alone, over so many different inputs in one call that the call from Python is lost among them."""

    call: Callable[[], object]
    inputs: int


class Case(NamedTuple):
    """A public kernel and its peers on the same input."""

    family: str
    name: str
    size: dict[str, int]
    """What the cost depends on, by the letters of the docstrings: T steps, K states, n actions."""
    call: Callable[[], object]
    peers: tuple[Peer, ...] = ()
    body: Body | None = None
    unit: str = ""
    """What the work is counted in."""
    units: int = 0
    """Work of one call."""
    difference: float | None = None
    """Largest difference between our answer and a peer's, where one number tells."""
    inputs: int = 1
    """How many inputs a call, ours or a peer's, works through; figures are for one."""


class Figure(NamedTuple):
    """A case, measured."""

    family: str
    name: str
    size: dict[str, int]
    call: Timing
    body: Timing | None
    """Seconds of the body for one input."""
    peers: dict[str, Timing]
    unit: str
    units: int
    difference: float | None

    @property
    def ratios(self) -> dict[str, float]:
        """Median of each peer over our median."""
        return {name: timing.median / self.call.median for name, timing in self.peers.items()}

    @property
    def least_ratio(self) -> float | None:
        """Against the fastest peer; None without peers."""
        return min(self.ratios.values(), default=None)

    @property
    def call_ns_per_unit(self) -> float | None:
        """Called from Python."""
        return self.call.median * 1e9 / self.units if self.units else None

    @property
    def body_ns_per_unit(self) -> float | None:
        """Inside the compiled body."""
        return self.body.median * 1e9 / self.units if self.body is not None and self.units else None

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON; times in seconds a call."""
        return {
            "family": self.family,
            "name": self.name,
            "size": self.size,
            "call_seconds": self.call._asdict(),
            "body_seconds": None if self.body is None else self.body._asdict(),
            "unit": self.unit,
            "call_ns_per_unit": self.call_ns_per_unit,
            "body_ns_per_unit": self.body_ns_per_unit,
            "peers": {name: {**timing._asdict(), "ratio": self.ratios[name]} for name, timing in self.peers.items()},
            "difference": self.difference,
        }


def largest_difference(what: str, ours: npt.ArrayLike, theirs: npt.ArrayLike, tolerance: float) -> float:
    """Between two answers of one shape.

    Raises:
        DisagreementError: it is above the tolerance, or the shapes differ.
    """
    first, second = np.asarray(ours, dtype=np.float64), np.asarray(theirs, dtype=np.float64)
    if first.shape != second.shape:
        raise DisagreementError(f"{what}: our answer has shape {first.shape}, the peer's {second.shape}")
    difference = float(np.abs(first - second).max(initial=0.0))
    if not difference <= tolerance:
        raise DisagreementError(f"{what}: our answer and the peer's differ by {difference}, more than {tolerance}")
    return difference


def measure(case: Case, effort: Effort) -> Figure:
    """Time a case: call, body and peers in turn."""
    bodies = [] if case.body is None else [case.body.call]
    with warnings.catch_warnings():
        # nashpy reports divisions by zero and sets of equilibria of even size; printing that would be charged to it.
        warnings.simplefilter("ignore", RuntimeWarning)
        timings = side_by_side([case.call, *bodies, *(peer.call for peer in case.peers)], effort)
    body = None if case.body is None else _for_one(timings[1], case.body.inputs)
    others = (_for_one(timing, case.inputs) for timing in timings[1 + len(bodies) :])
    peers = dict(zip((peer.name for peer in case.peers), others, strict=True))
    call = _for_one(timings[0], case.inputs)
    return Figure(case.family, case.name, case.size, call, body, peers, case.unit, case.units, case.difference)


def _for_one(timing: Timing, inputs: int) -> Timing:
    return timing._replace(median=timing.median / inputs, p10=timing.p10 / inputs, p90=timing.p90 / inputs)
