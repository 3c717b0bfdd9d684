from __future__ import annotations

import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from eqnegotiator.edge import store as store_module
from eqnegotiator.edge.errors import StoreError
from eqnegotiator.edge.migrations import MIGRATIONS, Migration, migrate
from eqnegotiator.edge.records import (
    AgreementRow,
    Answer,
    JournalLine,
    OutboxRow,
    Outcome,
    Quarantine,
    QuarantineRow,
    Received,
    ReplyTo,
    SessionRow,
)
from eqnegotiator.edge.store import Store
from hypothesis import given, settings
from hypothesis import strategies as st

REPLY = Answer("reply", b'{"text":"hello"}')


def session_row(name: str = "s1", state: str = "open", expires_at: float = 100.0) -> SessionRow:
    return SessionRow(name, "b/k1", "A-1", state, b"\x00opaque", expires_at)


def receive(store: Store, msg_id: str = "m1", reply_to: ReplyTo | None = None, now: float = 1.0) -> Received:
    return store.receive("b/k1", msg_id, "turn", b"payload", reply_to, now)


def answer(store: Store, outcome: Outcome | None = None, now: float = 2.0) -> None:
    item = store.pending()
    assert item is not None
    store.commit(item.id, Outcome(answers=(REPLY,)) if outcome is None else outcome, now)


# --- inbox and outbox


def test_a_message_waits_until_it_is_answered(store: Store) -> None:
    assert store.pending() is None
    assert receive(store, reply_to=ReplyTo("back", b"\x01")) is Received.NEW
    item = store.pending()
    assert item is not None
    assert item[1:] == ("b/k1", "m1", "turn", b"payload", ReplyTo("back", b"\x01"), 1.0)
    assert store.is_pending(item.id)
    answer(store)
    assert (store.pending(), store.pending_count(), store.is_pending(item.id)) == (None, 0, False)
    assert store.outbox(10) == [OutboxRow(1, "b/k1", "reply", REPLY.payload, ReplyTo("back", b"\x01"))]


def test_messages_are_answered_in_the_order_they_came(store: Store) -> None:
    for msg_id in ("m3", "m1", "m2"):
        receive(store, msg_id)
    order = []
    while (item := store.pending()) is not None:
        order.append(item.msg_id)
        answer(store)
    assert order == ["m3", "m1", "m2"]


def test_a_repeat_that_is_still_waiting_is_stored_once_and_answered_to_the_newest_address(store: Store) -> None:
    receive(store, reply_to=ReplyTo("old"))
    assert receive(store, reply_to=ReplyTo("new", b"2")) is Received.PENDING
    assert store.pending_count() == 1
    answer(store)
    assert [row.reply_to for row in store.outbox(10)] == [ReplyTo("new", b"2")]


def test_a_repeat_after_the_answer_gets_the_same_bytes_again(store: Store) -> None:
    receive(store)
    answers = (Answer("reply", b"\x00\xff first"), Answer("error", b"second"))
    answer(store, Outcome(answers=answers))
    for row in store.outbox(10):
        store.sent(row.id)
    assert receive(store, reply_to=ReplyTo(None, b"corr")) is Received.REPLAYED
    assert store.pending() is None
    assert [(row.topic_suffix, row.payload, row.reply_to) for row in store.outbox(10)] == [
        ("reply", b"\x00\xff first", ReplyTo(None, b"corr")),
        ("error", b"second", ReplyTo(None, b"corr")),
    ]


def test_two_terminals_may_use_the_same_msg_id(store: Store) -> None:
    assert receive(store) is Received.NEW
    assert store.receive("b/k2", "m1", "turn", b"payload", None, 1.0) is Received.NEW
    assert store.pending_count() == 2


def test_beyond_max_pending_only_repeats_are_taken(store: Store) -> None:
    receive(store, "answered")
    answer(store)
    receive(store, "waiting")
    for msg_id, expected in [("more", Received.BUSY), ("waiting", Received.PENDING), ("answered", Received.REPLAYED)]:
        assert store.receive("b/k1", msg_id, "turn", b"p", None, 3.0, max_pending=1) is expected
    assert store.pending_count() == 1
    assert store.receive("b/k1", "more", "turn", b"p", None, 3.0, max_pending=2) is Received.NEW


def test_the_outbox_is_read_in_order_from_a_cursor_and_by_prefix(store: Store) -> None:
    for msg_id, terminal in [("1", "b/k1"), ("2", "chat"), ("3", "b/k2"), ("4", "bb/k1")]:
        store.receive(terminal, msg_id, "turn", b"", None, 1.0)
        answer(store)
    assert [row.id for row in store.outbox(2)] == [1, 2]
    assert [row.id for row in store.outbox(9, after=2)] == [3, 4]
    assert [row.id for row in store.outbox(9, prefix="b/")] == [1, 3]
    assert [row.id for row in store.outbox(9, after=1, prefix="b/")] == [3]
    store.sent(1)
    store.sent(1)
    assert [row.id for row in store.outbox(9)] == [2, 3, 4]


def test_outbox_ids_are_never_given_twice(store: Store) -> None:
    for msg_id in ("m1", "m2"):
        receive(store, msg_id)
        answer(store)
        (row,) = store.outbox(9)
        store.sent(row.id)
        assert row.id == int(msg_id[1])


def test_an_answer_refused_for_good_leaves_a_journal_line(store: Store) -> None:
    receive(store)
    answer(store)
    line = JournalLine(None, None, "undeliverable", b"{}")
    store.undeliverable(1, line, 3.0)
    assert (store.outbox(9), store.journal(None)) == ([], [line])


# --- outcomes


def test_an_outcome_is_committed_as_a_whole(store: Store) -> None:
    receive(store)
    lines = (JournalLine("s1", 1, "offer", b"{}"), JournalLine("s1", 1, "guard", b"[]"))
    agreement = AgreementRow("s1", "A-1", b"{}", 2.0)
    answer(store, Outcome(session_row(), (REPLY,), lines, agreement))
    assert store.session("s1") == session_row()
    assert store.sessions() == [session_row()]
    assert store.journal("s1") == list(lines)
    assert store.agreements() == [agreement]


def test_a_failing_outcome_leaves_nothing_behind(store: Store) -> None:
    receive(store, "m1")
    answer(store, Outcome(agreement=AgreementRow("s1", "A-1", b"{}", 2.0)))
    receive(store, "m2")
    twice = Outcome(session_row(), (REPLY,), (JournalLine("s1", 1, "n", b""),), AgreementRow("s1", "A-1", b"{}", 3.0))
    with pytest.raises(StoreError, match="agreement"):
        answer(store, twice)
    assert (store.session("s1"), store.outbox(9), store.journal("s1"), store.pending_count()) == (None, [], [], 1)


def test_an_outcome_is_committed_once(store: Store) -> None:
    receive(store)
    answer(store)
    for item_id in (1, 99):
        with pytest.raises(StoreError, match=f"inbox row {item_id}"):
            store.commit(item_id, Outcome(session_row(), (REPLY,)), 3.0)
    assert (store.session("s1"), len(store.outbox(9))) == (None, 1)


def test_a_session_is_replaced_by_its_next_state(store: Store) -> None:
    for msg_id, state in [("m1", "open"), ("m2", "agreed")]:
        receive(store, msg_id)
        answer(store, Outcome(session_row(state=state)))
    assert store.sessions() == [session_row(state="agreed")]


def test_only_open_sessions_whose_time_has_come_expire(store: Store) -> None:
    states = ("verifying", "open", "confirming", "agreed", "handoff", "ended")
    for state in states:
        receive(store, state)
        answer(store, Outcome(session_row(state, state, expires_at=100.0)))
    assert store.expired(99.9) == []
    assert {row.state for row in store.expired(100.0)} == {"verifying", "open", "confirming"}
    line = JournalLine("open", None, "session_timeout", b"")
    store.close_session(session_row("open", "ended"), (Answer("error", b"late"),), (line,), 101.0)
    assert {row.state for row in store.expired(100.0)} == {"verifying", "confirming"}
    assert [(row.terminal, row.payload, row.reply_to) for row in store.outbox(9)] == [("b/k1", b"late", None)]
    assert store.journal("open") == [line]


# --- refusals, accounts, retention


def test_a_refusal_is_queued_and_what_was_refused_is_kept(store: Store) -> None:
    error = Answer("error", b"{}")
    store.refuse("b/k1", error, ReplyTo("r"), 1.0, Quarantine("eqneg/v1/b/k1/turn", b"x" * 20_000))
    store.refuse("b/k1", error, None, 2.0)
    assert [(row.topic_suffix, row.reply_to) for row in store.outbox(9)] == [("error", ReplyTo("r")), ("error", None)]
    assert store.quarantined() == [QuarantineRow("b/k1", "eqneg/v1/b/k1/turn", b"x" * 16_384, b"{}", 1.0)]
    assert store.pending() is None


def test_the_quarantine_keeps_the_newest(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_QUARANTINE_ROWS", 3)
    for number in range(5):
        store.refuse("b/k1", Answer("error", b""), None, 1.0, Quarantine("t", bytes([number])))
    assert [row.payload for row in store.quarantined()] == [b"\x02", b"\x03", b"\x04"]


def test_accounts_are_replaced_all_or_none(store: Store) -> None:
    store.put_accounts([("A-1", b"one"), ("A-2", b"two")])
    store.put_accounts(iter([("A-2", b"zwei")]))
    assert [store.account(name) for name in ("A-1", "A-2", "A-3")] == [b"one", b"zwei", None]

    def broken() -> Iterator[tuple[str, bytes]]:
        yield ("A-1", b"eins")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        store.put_accounts(broken())
    assert store.account("A-1") == b"one"


def test_purge_erases_what_is_over_and_old_from_the_file_too(store: Store, tmp_path: Path) -> None:
    for msg_id, state, now in [("old", "ended", 10.0), ("live", "open", 10.0), ("new", "ended", 30.0)]:
        store.receive("b/k1", msg_id, "turn", f"secret-{msg_id}".encode(), None, now)
        answer(store, Outcome(session_row(msg_id, state), (REPLY,), (JournalLine(msg_id, 1, "n", b""),)), now)
    receive(store, "waiting", now=5.0)
    store.refuse("b/k1", Answer("error", b""), None, 10.0, Quarantine("t", b""))
    assert store.purge(before=20.0) == 2 + 1 + 2 + 1
    assert {row.session for row in store.sessions()} == {"live", "new"}
    assert [len(store.journal(name)) for name in ("old", "live", "new")] == [0, 0, 1]
    assert (store.quarantined(), store.pending_count()) == ([], 1)
    assert receive(store, "new") is Received.REPLAYED
    assert receive(store, "old") is Received.NEW
    on_disk = b"".join(path.read_bytes() for path in tmp_path.glob("eqneg.db*"))
    assert b"secret-old" not in on_disk
    assert b"secret-new" in on_disk


# --- the file


def test_everything_is_there_again_after_reopening(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "d")) as first:
        receive(first, "m1")
        answer(first, Outcome(session_row(), (REPLY,)))
        receive(first, "m2")
    with closing(Store(tmp_path / "d")) as second:
        assert (second.session("s1"), len(second.outbox(9)), second.pending_count()) == (session_row(), 1, 1)
        assert receive(second, "m1") is Received.REPLAYED


def test_commits_reach_the_disk_before_they_return(store: Store) -> None:
    with store._reading() as db:
        pragmas = {name: db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")}
    assert pragmas == {"journal_mode": "wal", "synchronous": 2}


def test_the_file_is_private(store: Store, tmp_path: Path) -> None:
    receive(store)
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.glob("eqneg.db*")} == {0o600}


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"missing/eqneg\.db: No such file"):
        Store(tmp_path / "missing" / "eqneg.db")


def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"not a database, " * 100)
    with pytest.raises(StoreError, match="not a database"):
        Store(path)
    assert path.read_bytes() == b"not a database, " * 100


def test_a_damaged_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "d"
    with closing(Store(path)) as healthy:
        healthy.put_accounts((f"A-{number}", b"x" * 500) for number in range(200))
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :: 97] = b"\xa5" * len(content[len(content) // 2 :: 97])
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"damaged|malformed"):
        Store(path)


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    Store(tmp_path / "d").close()
    with closing(sqlite3.connect(tmp_path / "d")) as db, db:
        db.execute("INSERT INTO schema_version VALUES (?, 'future', '')", (len(MIGRATIONS) + 1,))
    with pytest.raises(StoreError, match=f"schema version {len(MIGRATIONS) + 1}"):
        Store(tmp_path / "d")


def test_a_migration_and_its_record_are_one_transaction(tmp_path: Path) -> None:
    good = Migration("good", ("CREATE TABLE a (x)", "INSERT INTO a VALUES (1)"))
    bad = Migration("bad", ("CREATE TABLE b (x)", "INSERT INTO nowhere VALUES (1)"))
    with closing(sqlite3.connect(tmp_path / "d", isolation_level=None)) as db:
        with pytest.raises(sqlite3.OperationalError, match="nowhere"):
            migrate(db, (good, bad))
        tables = {name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
        assert tables == {"schema_version", "a"}
        assert migrate(db, (good,)) == 1
        assert migrate(db, (good, Migration("next", ("CREATE TABLE b (x)",)))) == 2
        assert [row[0] for row in db.execute("SELECT name FROM schema_version ORDER BY version")] == ["good", "next"]


def test_a_closed_store_says_so(tmp_path: Path) -> None:
    store = Store(tmp_path / "d")
    store.close()
    with pytest.raises(StoreError, match="closed"):
        receive(store)


def test_a_locked_database_is_a_store_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_module, "_BUSY_TIMEOUT_SECONDS", 0.05)
    path = tmp_path / "d"
    with closing(Store(path)) as store, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="locked"):
            receive(store)
        other.execute("ROLLBACK")
        assert receive(store) is Received.NEW


def test_threads_may_share_a_store(store: Store) -> None:
    def fill(name: str) -> None:
        for number in range(10):
            store.receive(f"b/{name}", str(number), "turn", b"", None, 1.0)

    threads = [threading.Thread(target=fill, args=(name,)) for name in ("k1", "k2", "k3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.pending_count() == 30


# --- laws


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(["m1", "m2", "m3", "answer", "send"]), max_size=25))
def test_each_message_has_one_answer_however_often_it_comes(steps: list[str]) -> None:
    with closing(Store(":memory:")) as store:
        first: dict[str, bytes] = {}
        owed: list[bytes] = []
        for number, step in enumerate(steps):
            item = store.pending()
            if step == "answer" and item is not None:
                first[item.msg_id] = f"{item.msg_id}@{number}".encode()
                store.commit(item.id, Outcome(answers=(Answer("reply", first[item.msg_id]),)), 1.0)
                owed.append(first[item.msg_id])
            elif step == "send":
                for row in store.outbox(1):
                    store.sent(row.id)
                    assert row.payload == owed.pop(0)
            elif step.startswith("m"):
                was_waiting = item is not None
                received = receive(store, step)
                assert (received is Received.REPLAYED) == (step in first)
                assert was_waiting or received is not Received.PENDING
                if received is Received.REPLAYED:
                    owed.append(first[step])
        assert [row.payload for row in store.outbox(99)] == owed


# --- kill -9

# Forks a child for each n; the child kills itself at its n-th SQL statement, in the middle of receiving and answering.
_KILLED_AT_EACH_STATEMENT = """
import os, signal, sys
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.records import AgreementRow, Answer, JournalLine, Outcome, SessionRow

def work(store):
    for msg_id in ("m1", "m2"):
        store.receive("b/k1", msg_id, "turn", b"p", None, 1.0)
        item = store.pending()
        row = SessionRow("s-" + msg_id, "b/k1", "A-1", "agreed", b"{}", 9.0)
        lines = (JournalLine(row.session, 1, "turn", b"{}"),)
        answers = (Answer("reply", msg_id.encode()),)
        store.commit(item.id, Outcome(row, answers, lines, AgreementRow(row.session, "A-1", b"{}", 2.0)), 2.0)

n, survived = 0, False
while not survived:
    n += 1
    child = os.fork()
    if child == 0:
        store = Store(f"{sys.argv[1]}/{n}.db")
        left = n
        def count(_statement):
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        store._connection.set_trace_callback(count)
        work(store)
        os._exit(0)
    survived = os.waitpid(child, 0)[1] == 0
print(n)
"""


def test_a_kill_at_any_statement_leaves_each_message_waiting_or_answered_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_EACH_STATEMENT, str(tmp_path)], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    kills = int(done.stdout) - 1
    assert kills > 20
    answered_at_kill = []
    for number in range(1, kills + 1):
        with closing(Store(tmp_path / f"{number}.db")) as store:
            answered = {row.payload.decode() for row in store.outbox(99)}
            assert len(store.outbox(99)) == len(answered)
            assert {row.session for row in store.sessions()} == {f"s-{name}" for name in answered}
            assert {row.session for row in store.agreements()} == {f"s-{name}" for name in answered}
            assert all(len(store.journal(f"s-{name}")) == 1 for name in answered)
            item = store.pending()
            assert item is None or item.msg_id not in answered
            for name in ("m1", "m2"):  # the terminal repeats what it has no answer to
                assert (receive(store, name) is Received.REPLAYED) == (name in answered)
            answered_at_kill.append(len(answered))
    assert answered_at_kill == sorted(answered_at_kill)
    assert set(answered_at_kill) == {0, 1}  # the last kill comes right before the COMMIT of the second answer


# Says what it has been told is on disk; the parent kills it from outside, between or within any of its commits.
_KILLED_FROM_OUTSIDE = """
import sys
from eqnegotiator.edge.store import Store
from eqnegotiator.edge.records import Answer, Outcome

store = Store(sys.argv[1])
number = 0
while True:
    number += 1
    store.receive("b/k1", str(number), "turn", b"p", None, 1.0)
    print("received", number, flush=True)
    store.commit(store.pending().id, Outcome(answers=(Answer("reply", str(number).encode()),)), 2.0)
    print("committed", number, flush=True)
"""


def test_what_was_confirmed_before_a_kill_is_on_disk(tmp_path: Path) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", _KILLED_FROM_OUTSIDE, str(tmp_path / "d")], stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    said = [child.stdout.readline() for _ in range(41)]
    child.kill()
    said += child.stdout.readlines()
    child.stdout.close()
    child.wait()
    received = {line.split()[1] for line in said if line.startswith("received") and line.endswith("\n")}
    committed = {line.split()[1] for line in said if line.startswith("committed") and line.endswith("\n")}
    assert len(received) >= 20
    with closing(Store(tmp_path / "d")) as store:
        answers = [row.payload.decode() for row in store.outbox(10_000)]
        assert len(answers) == len(set(answers))
        assert committed <= set(answers)
        item = store.pending()
        waiting = set() if item is None else {item.msg_id}
        assert store.pending_count() == len(waiting)
        assert received <= set(answers) | waiting
        assert not waiting & set(answers)
