"""The appliance on a real store and real models: outcomes are committed, repeatable, bounded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest
from eqnegotiator.edge.accounts import encode_account, sample_accounts
from eqnegotiator.edge.appliance import Appliance, load_stages
from eqnegotiator.edge.messages import Delta, End, Start, Turn, encode
from eqnegotiator.edge.settings import Settings
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.turn import Stages

TERMINAL = "branch-1/kiosk-1"


@pytest.fixture(scope="module")
def stages() -> Stages:
    return load_stages(Settings())


class Counter:
    """A terminal in front of an appliance with a store of its own."""

    def __init__(self, stages: Stages) -> None:
        self.store = Store(":memory:")
        self.store.put_accounts((account.account, encode_account(account)) for account in sample_accounts())
        self.appliance = Appliance(Settings(), self.store, stages)
        self.deltas: list[Delta] = []
        self.number = 0

    def send(self, kind: str, message: Start | Turn | End, now: float | None = None) -> dict[str, Any]:
        self.store.receive(TERMINAL, message.msg_id, kind, encode(message), None, now or time.time())
        item = self.store.pending()
        assert item is not None
        self.appliance.process(item, lambda _, delta: self.deltas.append(delta))
        (row,) = self.store.outbox(10)
        self.store.sent(row.id)
        return msgspec.json.decode(row.payload, type=dict[str, Any])

    def start(self, account: str = "A-1001", **options: Any) -> dict[str, Any]:
        return self.send("start", Start(msg_id=self._id(), account=account, **options))

    def say(self, session: str, text: str) -> dict[str, Any]:
        return self.send("turn", Turn(msg_id=self._id(), session=session, text=text))

    def _id(self) -> str:
        self.number += 1
        return f"m{self.number}"


@pytest.fixture
def counter(stages: Stages) -> Iterator[Counter]:
    counter = Counter(stages)
    yield counter
    counter.store.close()


def test_a_talk_ends_in_a_stored_agreement_whose_terms_are_those_read_back(counter: Counter) -> None:
    session = counter.start()["session"]
    counter.say(session, "1981")
    read_back = counter.say(session, "I can pay in 30 days")
    assert (read_back["act"], read_back["state"]) == ("confirm", "confirming")
    agreed = counter.say(session, "yes")
    assert (agreed["act"], agreed["state"], agreed["terms"]) == ("accept", "agreed", read_back["terms"])
    (agreement,) = counter.store.agreements()
    assert msgspec.json.decode(agreement.terms) == agreed["terms"]
    assert (agreement.session, agreement.account) == (session, "A-1001")


def test_a_talk_that_is_over_leaves_nothing_in_the_model(counter: Counter, stages: Stages, monkeypatch: pytest.MonkeyPatch) -> None:
    released: list[str] = []
    monkeypatch.setattr(stages.slm, "release", released.append)
    ended = counter.start()["session"]
    counter.say(ended, "1981")
    assert released == []
    counter.send("end", End(msg_id="over", session=ended, reason="left"))
    silent = counter.start()["session"]
    counter.appliance.expire(time.time() + 10_000)
    assert released == [ended, silent]


def test_a_session_is_not_expired_while_its_terminal_is_served(counter: Counter) -> None:
    session = counter.start()["session"]
    late = time.time() + 10_000
    assert counter.appliance.expire(late, served={TERMINAL}) == 0
    assert counter.say(session, "1981")["state"] == "open"
    assert counter.appliance.expire(late + 10_000) == 1


def test_a_turn_taken_again_after_a_crash_gives_the_same_bytes(stages: Stages) -> None:
    def first_replies() -> list[dict[str, Any]]:
        counter = Counter(stages)
        start = counter.send("start", Start(msg_id="fixed-1", account="A-1001"), now=1_800_000_000.0)
        turn = counter.send("turn", Turn(msg_id="fixed-2", session=start["session"], text="1981"), now=1_800_000_001.0)
        counter.store.close()
        return [start, turn]

    assert first_replies() == first_replies()


def test_deltas_are_numbered_and_add_up(counter: Counter) -> None:
    reply = counter.start()
    assert [delta.seq for delta in counter.deltas] == list(range(len(counter.deltas)))
    assert " ".join(delta.text for delta in counter.deltas) == reply["text"]


def test_guessing_over_many_sessions_ends_with_a_person(counter: Counter) -> None:
    guesses = 0
    for year in range(1950, 1990):
        reply = counter.start()
        if reply["state"] == "handoff":
            break
        guesses += 1
        assert counter.say(reply["session"], str(year + 40))["act"] == "verify"
    assert guesses == 9
    assert "AI" in reply["text"]
    assert counter.say(reply["session"], "1981")["state"] == "handoff", "the right answer comes too late"
    assert counter.start("A-1002")["state"] == "verifying", "other accounts are not locked"


def test_silence_ends_a_session_and_the_terminal_is_told(counter: Counter) -> None:
    session = counter.start()["session"]
    assert counter.appliance.expire(time.time() + 10) == 0
    assert counter.appliance.expire(time.time() + 10_000) == 1
    (row,) = counter.store.outbox(10)
    assert msgspec.json.decode(row.payload)["code"] == "session_timeout"
    counter.store.sent(row.id)
    assert counter.say(session, "hello")["code"] == "session_ended"


def test_the_journal_says_why(counter: Counter) -> None:
    session = counter.start()["session"]
    counter.say(session, "1981")
    entry = msgspec.json.decode(counter.store.journal(session)[-1].data)
    assert entry["act"] == "disclose"
    assert entry["outcome"] in ("model", "model_retry", "guard_template")
    assert abs(sum(entry["belief"].values()) - 1) < 1e-9
    assert abs(sum(entry["heard"]["likelihood"].values()) - 1) < 1e-9
    assert set(entry["stage_seconds"]) == {"understand", "belief", "offer", "tone", "realise"}
