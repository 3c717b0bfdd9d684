"""The threads that take turns: one terminal's turns in order, different terminals' at the same time, no message lost or left."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from eqnegotiator.edge import workers
from eqnegotiator.edge.errors import StoreError
from eqnegotiator.edge.messages import Delta
from eqnegotiator.edge.metrics import REGISTRY, exposition
from eqnegotiator.edge.records import InboxItem
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.workers import Workers
from fakes import WAIT_SECONDS, EchoAppliance, turn


class AdapterStub:
    """A terminal adapter that only remembers what it was told."""

    def __init__(self) -> None:
        self.deltas: list[tuple[str, Delta]] = []
        self._woken = threading.Semaphore(0)

    def start(self) -> None:
        raise NotImplementedError

    def stop(self, drain_seconds: float) -> None:
        raise NotImplementedError

    def alive(self) -> bool:
        raise NotImplementedError

    def wake(self) -> None:
        self._woken.release()

    def delta(self, terminal: str, delta: Delta) -> None:
        self.deltas.append((terminal, delta))

    def wait_woken(self) -> None:
        assert self._woken.acquire(timeout=WAIT_SECONDS)


@contextmanager
def working(store: Store, before: Callable[[InboxItem], None], count: int = 1) -> Iterator[tuple[Workers, EchoAppliance, AdapterStub]]:
    appliance, adapter = EchoAppliance(store, before), AdapterStub()
    worker = Workers(store, appliance, count)
    worker.start([adapter])
    try:
        yield worker, appliance, adapter
    finally:
        assert worker.stop(WAIT_SECONDS)


def put(store: Store, msg_id: str, terminal: str = "b/k1") -> None:
    store.receive(terminal, msg_id, "turn", turn(msg_id), None, 1.0)


def codes(store: Store) -> list[str]:
    return [json.loads(row.payload).get("code", row.topic_suffix) for row in store.outbox(99)]


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"eqneg_{name}", labels) or 0.0


def test_the_worker_serves_what_was_left_and_what_comes(store: Store) -> None:
    turns_before = sample("turns_total")
    put(store, "left")
    with working(store, lambda _item: None) as (worker, appliance, adapter):
        adapter.wait_woken()
        put(store, "new")
        worker.received()
        adapter.wait_woken()
    assert appliance.processed == ["left", "new"]
    assert [(terminal, delta.in_reply_to) for terminal, delta in adapter.deltas] == [("b/k1", "left"), ("b/k1", "new")]
    assert sample("turns_total") == turns_before + 2
    assert b"eqneg_turn_seconds_bucket" in exposition()


def test_a_turn_that_fails_is_answered_and_the_next_one_served(store: Store) -> None:
    def fail(item: InboxItem) -> None:
        if item.msg_id == "bad":
            raise ZeroDivisionError

    refused_before = sample("refused_total", code="internal")
    put(store, "bad")
    put(store, "good")
    with working(store, fail) as (_worker, appliance, adapter):
        adapter.wait_woken()
        adapter.wait_woken()
    assert appliance.processed == ["good"]
    assert codes(store) == ["internal", "reply"]
    assert json.loads(store.outbox(1)[0].payload)["in_reply_to"] == "bad"
    assert [line.name for line in store.journal(None)] == ["turn_without_outcome"]
    assert sample("refused_total", code="internal") == refused_before + 1


def test_a_turn_without_an_outcome_does_not_come_again_forever(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EchoAppliance, "process", lambda *_: None)
    put(store, "forgotten")
    with working(store, lambda _item: None) as (_worker, _appliance, adapter):
        adapter.wait_woken()
    assert codes(store) == ["internal"]


@pytest.mark.parametrize(("failures", "outcome"), [(2, "reply"), (3, "internal")])
def test_a_disk_that_fails_is_tried_three_times(
    store: Store, monkeypatch: pytest.MonkeyPatch, failures: int, outcome: str
) -> None:
    monkeypatch.setattr(workers, "_RETRY_SECONDS", 0.01)
    left = iter(range(failures))

    def fail(_item: InboxItem) -> None:
        if next(left, None) is not None:
            raise StoreError("disk full")

    put(store, "m1")
    with working(store, fail) as (_worker, _appliance, adapter):
        adapter.wait_woken()
    assert codes(store) == [outcome]


def test_a_failing_expiry_leaves_the_worker_alive(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "_RETRY_SECONDS", 0.01)
    monkeypatch.setattr(EchoAppliance, "expire", lambda *_: 1 // 0)
    with working(store, lambda _item: None) as (worker, _appliance, adapter):
        put(store, "m1")
        worker.received()
        adapter.wait_woken()
    assert codes(store) == ["reply"]


def test_terminals_are_woken_when_sessions_expire(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EchoAppliance, "expire", lambda *_: 1)
    with working(store, lambda _item: None) as (_worker, _appliance, adapter):
        adapter.wait_woken()


def test_terminals_are_served_at_the_same_time_and_each_in_its_order(store: Store) -> None:
    """Two turns meet inside the appliance, which only two terminals' can; those of one terminal never do."""
    meeting = threading.Barrier(2, timeout=WAIT_SECONDS)
    inside: list[str] = []
    together: list[set[str]] = []
    lock = threading.Lock()

    def meet(item: InboxItem) -> None:
        with lock:
            inside.append(item.terminal)
            together.append(set(inside))
            assert len(inside) == len(set(inside))
        meeting.wait()
        with lock:
            inside.remove(item.terminal)

    for number in range(6):
        put(store, f"one-{number}", "b/k1")
        put(store, f"two-{number}", "b/k2")
    with working(store, meet, count=2) as (_workers, appliance, adapter):
        for _ in range(12):
            adapter.wait_woken()
    for name in ("one", "two"):
        assert [msg_id for msg_id in appliance.processed if msg_id.startswith(name)] == [f"{name}-{number}" for number in range(6)]
    assert {"b/k1", "b/k2"} in together


def test_more_threads_than_terminals_lose_and_double_nothing(store: Store) -> None:
    for number in range(30):
        put(store, f"m{number}", f"b/k{number % 3}")
    with working(store, lambda _item: None, count=8) as (_workers, appliance, adapter):
        for _ in range(30):
            adapter.wait_woken()
    assert sorted(appliance.processed) == sorted(f"m{number}" for number in range(30))
    for terminal in range(3):
        mine = [int(msg_id[1:]) for msg_id in appliance.processed if int(msg_id[1:]) % 3 == terminal]
        assert mine == sorted(mine)


def test_expiry_is_told_which_terminals_are_being_served(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []
    served, expired = threading.Event(), threading.Event()

    def expire(_self: EchoAppliance, _now: float, busy: set[str]) -> int:
        asked.append(set(busy))
        if busy:
            expired.set()
        return 0

    def wait(_item: InboxItem) -> None:
        served.set()
        assert expired.wait(WAIT_SECONDS)

    monkeypatch.setattr(EchoAppliance, "expire", expire)
    monkeypatch.setattr(workers, "_TICK_SECONDS", 0.01)
    put(store, "m1")
    with working(store, wait, count=2) as (_workers, _appliance, adapter):
        assert served.wait(WAIT_SECONDS)
        adapter.wait_woken()
    assert {"b/k1"} in asked
