"""What must survive a power cut: inbox, outbox, sessions, journal, agreements, accounts and what was learnt, in one SQLite file.

Knows nothing of MQTT, of what a session contains or of what a turn does. Times are seconds since the epoch.
`terminal` is "<site>/<terminal>" for an MQTT terminal, or a local name without a slash such as "chat".
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from .errors import StoreError
from .migrations import migrate
from .records import (
    AgreementRow,
    Answer,
    InboxItem,
    JournalLine,
    Learn,
    LearnedRow,
    OutboxRow,
    Outcome,
    Quarantine,
    QuarantineRow,
    Received,
    ReplyTo,
    SessionRow,
)

__all__ = ["CLOSED_STATES", "Store"]

CLOSED_STATES: Final = ("agreed", "handoff", "ended")

_QUARANTINE_ROWS: Final = 1_000
_QUARANTINE_PAYLOAD_BYTES: Final = 16 * 1024
_BUSY_TIMEOUT_SECONDS: Final = 5.0


class Store:
    """One SQLite database (WAL, synchronous=FULL), safe to use from several threads.

    Every method is one transaction, and what it wrote is on disk when it returns.

    Raises:
        StoreError: from the constructor, the file cannot be opened, is damaged or comes from a newer release; from
            every method, the database refused (disk full, locked for over 5 s, closed), and nothing of it was written.
    """

    def __init__(self, path: Path | str) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        if str(path) != ":memory:":
            self._create_private_file()
        try:
            self._connection = sqlite3.connect(path, timeout=_BUSY_TIMEOUT_SECONDS, isolation_level=None, check_same_thread=False)
        except sqlite3.Error as error:
            raise StoreError(f"{path}: {error}; check that [store] path names a file this user may write") from error
        try:
            self._prepare()
        except sqlite3.Error as error:
            self._connection.close()
            raise StoreError(f"{path}: {error}; restore a backup, or move the file away to start empty") from error
        except StoreError:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close the database; every later call raises `StoreError`."""
        with self._lock:
            self._connection.close()

    # --- inbox

    def receive(
        self,
        terminal: str,
        msg_id: str,
        kind: str,
        payload: bytes,
        reply_to: ReplyTo | None,
        now: float,
        *,
        max_pending: int | None = None,
    ) -> Received:
        """Store a message once per (terminal, msg_id).

        A repeated message counts as the first one whatever it contains. Its `reply_to` replaces the older one, since
        whoever asked last is who still listens. `max_pending` bounds new messages only; repeats are always served.
        """
        with self._transaction() as db:
            known = db.execute("SELECT id, done_at FROM inbox WHERE terminal = ? AND msg_id = ?", (terminal, msg_id)).fetchone()
            if known is None:
                if max_pending is not None and _pending_count(db) >= max_pending:
                    return Received.BUSY
                db.execute(
                    "INSERT INTO inbox (terminal, msg_id, kind, payload, reply_topic, reply_correlation, received_at) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (terminal, msg_id, kind, payload, *_reply_columns(reply_to), now),
                )
                return Received.NEW
            item_id, done_at = known
            db.execute(
                "UPDATE inbox SET reply_topic = ?, reply_correlation = ? WHERE id = ?",
                (*_reply_columns(reply_to), item_id),
            )
            if done_at is None:
                return Received.PENDING
            answers = db.execute("SELECT topic_suffix, payload FROM answer WHERE inbox_id = ? ORDER BY position", (item_id,)).fetchall()
            _queue(db, terminal, (Answer(*row) for row in answers), reply_to, now)
            return Received.REPLAYED

    def pending(self, beside: Collection[str] = ()) -> InboxItem | None:
        """The oldest message without an outcome, of any terminal but those in `beside`."""
        with self._reading() as db:
            row = db.execute(
                "SELECT id, terminal, msg_id, kind, payload, reply_topic, reply_correlation, received_at FROM inbox "
                f"WHERE done_at IS NULL AND terminal NOT IN ({', '.join('?' * len(beside))}) ORDER BY id LIMIT 1",
                tuple(beside),
            ).fetchone()
        if row is None:
            return None
        item_id, terminal, msg_id, kind, payload, topic, correlation, received_at = row
        return InboxItem(item_id, terminal, msg_id, kind, payload, _reply_to(topic, correlation), received_at)

    def pending_count(self) -> int:
        """How many messages wait for an outcome."""
        with self._reading() as db:
            return _pending_count(db)

    def is_pending(self, item_id: int) -> bool:
        """Whether this inbox row still waits for an outcome."""
        with self._reading() as db:
            query = "SELECT 1 FROM inbox WHERE id = ? AND done_at IS NULL"
            return db.execute(query, (item_id,)).fetchone() is not None

    def commit(self, item_id: int, outcome: Outcome, now: float) -> None:
        """Record what an inbox item led to: session, answers, outbox, journal, agreement, what was learnt and the done mark together.

        Raises:
            StoreError: also when the item is unknown or done already, or its session has an agreement already.
        """
        with self._transaction() as db:
            row = db.execute(
                "UPDATE inbox SET done_at = ? WHERE id = ? AND done_at IS NULL RETURNING terminal, reply_topic, reply_correlation",
                (now, item_id),
            ).fetchone()
            if row is None:
                raise StoreError(f"inbox row {item_id} is unknown or answered already; an outcome is committed once")
            terminal, reply_topic, reply_correlation = row
            if outcome.session is not None:
                _put_session(db, outcome.session, now)
            db.executemany(
                "INSERT INTO answer (inbox_id, position, topic_suffix, payload) VALUES (?, ?, ?, ?)",
                [(item_id, position, *answer) for position, answer in enumerate(outcome.answers)],
            )
            _queue(db, terminal, outcome.answers, _reply_to(reply_topic, reply_correlation), now)
            _append(db, outcome.journal, now)
            if outcome.agreement is not None:
                db.execute("INSERT INTO agreement (session, account, terms, agreed_at) VALUES (?, ?, ?, ?)", outcome.agreement)
            _learn(db, outcome.learn, now)

    def refuse(
        self,
        terminal: str,
        answer: Answer,
        reply_to: ReplyTo | None,
        now: float,
        quarantine: Quarantine | None = None,
    ) -> None:
        """Queue an answer that belongs to no inbox row, and keep the offending message when one is given.

        The quarantine holds the newest 1,000 messages.
        """
        with self._transaction() as db:
            _queue(db, terminal, (answer,), reply_to, now)
            if quarantine is None:
                return
            db.execute(
                "INSERT INTO quarantine (terminal, topic, payload, answer, received_at) VALUES (?, ?, ?, ?, ?)",
                (terminal, quarantine.topic, quarantine.payload[:_QUARANTINE_PAYLOAD_BYTES], answer.payload, now),
            )
            db.execute("DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", (_QUARANTINE_ROWS,))

    def quarantined(self) -> list[QuarantineRow]:
        """The kept messages that could not be taken, oldest first."""
        with self._reading() as db:
            rows = db.execute("SELECT terminal, topic, payload, answer, received_at FROM quarantine ORDER BY id")
            return [QuarantineRow(*row) for row in rows]

    # --- sessions

    def session(self, session_id: str) -> SessionRow | None:
        """The session of this name, in whatever state."""
        with self._reading() as db:
            row = db.execute(f"{_SELECT_SESSION} WHERE session = ?", (session_id,)).fetchone()
        return None if row is None else SessionRow(*row)

    def sessions(self) -> list[SessionRow]:
        """Every session that has not been purged, the one that expires first in front."""
        with self._reading() as db:
            return [SessionRow(*row) for row in db.execute(f"{_SELECT_SESSION} ORDER BY expires_at, session")]

    def expired(self, now: float) -> list[SessionRow]:
        """Sessions that are still open and whose `expires_at` has come."""
        with self._reading() as db:
            rows = db.execute(
                f"{_SELECT_SESSION} WHERE expires_at <= ? AND state NOT IN (?, ?, ?) ORDER BY expires_at, session",
                (now, *CLOSED_STATES),
            )
            return [SessionRow(*row) for row in rows]

    def close_session(
        self, row: SessionRow, answers: Iterable[Answer], journal: Iterable[JournalLine], now: float, learn: Learn | None = None
    ) -> None:
        """Write a session that no message ended (it expired), with what its terminal is told and what it teaches."""
        with self._transaction() as db:
            _put_session(db, row, now)
            _queue(db, row.terminal, answers, None, now)
            _append(db, journal, now)
            _learn(db, learn, now)

    def journal(self, session: str | None) -> list[JournalLine]:
        """The audit trail of one session, in the order it was written; None: the lines that belong to no session."""
        with self._reading() as db:
            query = "SELECT session, turn, name, data FROM journal WHERE session IS ? ORDER BY id"
            return [JournalLine(*row) for row in db.execute(query, (session,))]

    def count_journal(self, name: str, data: bytes, since: float) -> int:
        """How many journal lines of this name and content were written at or after `since` (epoch seconds)."""
        with self._reading() as db:
            query = "SELECT count(*) FROM journal WHERE written_at >= ? AND name = ? AND data = ?"
            count: int = db.execute(query, (since, name, data)).fetchone()[0]
            return count

    def agreements(self) -> list[AgreementRow]:
        """Every agreement, oldest first."""
        with self._reading() as db:
            rows = db.execute("SELECT session, account, terms, agreed_at FROM agreement ORDER BY agreed_at, session")
            return [AgreementRow(*row) for row in rows]

    # --- outbox

    def outbox(self, limit: int, *, after: int = 0, prefix: str = "") -> list[OutboxRow]:
        """At most `limit` answers with an id above `after` for terminals whose name begins with `prefix`, in order."""
        with self._reading() as db:
            rows = db.execute(
                "SELECT id, terminal, topic_suffix, payload, reply_topic, reply_correlation FROM outbox "
                "WHERE id > ? AND substr(terminal, 1, ?) = ? ORDER BY id LIMIT ?",
                (after, len(prefix), prefix, limit),
            )
            return [
                OutboxRow(row_id, terminal, topic_suffix, payload, _reply_to(topic, correlation))
                for row_id, terminal, topic_suffix, payload, topic, correlation in rows
            ]

    def sent(self, outbox_id: int) -> None:
        """Forget an answer that the other side has taken. Unknown ids are fine: a repeat may be confirmed twice."""
        with self._transaction() as db:
            db.execute("DELETE FROM outbox WHERE id = ?", (outbox_id,))

    def undeliverable(self, outbox_id: int, line: JournalLine, now: float) -> None:
        """Give up on an answer that was refused for good, and say so in the journal."""
        with self._transaction() as db:
            db.execute("DELETE FROM outbox WHERE id = ?", (outbox_id,))
            _append(db, (line,), now)

    # --- accounts

    def put_accounts(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Insert or replace accounts, all of them or none."""
        with self._transaction() as db:
            db.executemany(
                "INSERT INTO account (reference, data) VALUES (?, ?) ON CONFLICT (reference) DO UPDATE SET data = excluded.data",
                rows,
            )

    def account(self, reference: str) -> bytes | None:
        """The account of this reference, as it was put."""
        with self._reading() as db:
            row = db.execute("SELECT data FROM account WHERE reference = ?", (reference,)).fetchone()
        return None if row is None else bytes(row[0])

    # --- what dialogues teach

    def learned(self, version: str | None = None) -> LearnedRow | None:
        """The row of this version, or the newest one; None when there is none."""
        with self._reading() as db:
            return _learned(db, version)

    def put_learned(self, row: LearnedRow, now: float) -> None:
        """Make this row the newest: sessions that start from now on are held under it."""
        with self._transaction() as db:
            _put_learned(db, row, now)

    # --- retention (G27)

    def purge(self, before: float) -> int:
        """Erase answered messages, closed sessions, journal lines and quarantined messages older than `before`.

        Of what was learnt, the rows go that had been replaced by then. Agreements and accounts stay.

        Erased content is overwritten in the file, the log included. A message erased here counts as new when its terminal
        repeats it. Returns the number of rows erased.
        """
        with self._transaction() as db:
            erased = sum(
                db.execute(statement, parameters).rowcount
                for statement, parameters in (
                    ("DELETE FROM inbox WHERE done_at < ?", (before,)),
                    ("DELETE FROM session WHERE updated_at < ? AND state IN (?, ?, ?)", (before, *CLOSED_STATES)),
                    ("DELETE FROM journal WHERE written_at < ?", (before,)),
                    ("DELETE FROM quarantine WHERE received_at < ?", (before,)),
                    ("DELETE FROM learned WHERE id < (SELECT max(id) FROM learned WHERE written_at < ?)", (before,)),
                )
            )
        with self._reading() as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return erased

    # --- the connection

    def _create_private_file(self) -> None:
        # SQLite gives the -wal and -shm files the mode of the main file, so creating that one private is enough.
        try:
            self._path.touch(mode=0o600, exist_ok=True)
        except OSError as error:
            raise StoreError(f"{self._path}: {error.strerror}; [store] path must be a file in a folder this user may write") from error

    def _prepare(self) -> None:
        db = self._connection
        db.execute("PRAGMA journal_mode = WAL").fetchone()
        db.execute("PRAGMA synchronous = FULL")  # NORMAL may lose the newest commits in a power cut
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA secure_delete = ON")
        (verdict,) = db.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise StoreError(f"{self._path}: damaged ({verdict}); restore a backup, or move it away to start empty")
        migrate(db)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._translated():
            yield self._connection

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock, self._translated():
            db = self._connection
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
                db.execute("COMMIT")
            finally:
                # Some errors (a full disk) have rolled back already; a COMMIT that failed has not.
                if db.in_transaction:
                    db.execute("ROLLBACK")

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._path}: {error}") from error


_SELECT_SESSION: Final = "SELECT session, terminal, account, state, data, expires_at FROM session"


def _pending_count(db: sqlite3.Connection) -> int:
    (count,) = db.execute("SELECT count(*) FROM inbox WHERE done_at IS NULL").fetchone()
    return int(count)


def _reply_columns(reply_to: ReplyTo | None) -> tuple[str | None, bytes | None]:
    return (None, None) if reply_to is None else (reply_to.topic, reply_to.correlation)


def _reply_to(topic: str | None, correlation: bytes | None) -> ReplyTo | None:
    return None if topic is None and correlation is None else ReplyTo(topic, correlation)


def _put_session(db: sqlite3.Connection, row: SessionRow, now: float) -> None:
    db.execute(
        "INSERT INTO session (session, terminal, account, state, data, expires_at, updated_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (session) DO UPDATE SET terminal = excluded.terminal, "
        "account = excluded.account, state = excluded.state, data = excluded.data, expires_at = excluded.expires_at, "
        "updated_at = excluded.updated_at",
        (*row, now),
    )


def _queue(db: sqlite3.Connection, terminal: str, answers: Iterable[Answer], reply_to: ReplyTo | None, now: float) -> None:
    db.executemany(
        "INSERT INTO outbox (terminal, topic_suffix, payload, reply_topic, reply_correlation, queued_at) VALUES (?, ?, ?, ?, ?, ?)",
        [(terminal, *answer, *_reply_columns(reply_to), now) for answer in answers],
    )


def _append(db: sqlite3.Connection, journal: Iterable[JournalLine], now: float) -> None:
    db.executemany(
        "INSERT INTO journal (session, turn, name, data, written_at) VALUES (?, ?, ?, ?, ?)",
        [(*line, now) for line in journal],
    )


def _learned(db: sqlite3.Connection, version: str | None) -> LearnedRow | None:
    where, parameters = ("", ()) if version is None else ("WHERE version = ? ", (version,))
    row = db.execute(f"SELECT version, data FROM learned {where}ORDER BY id DESC LIMIT 1", parameters).fetchone()
    return None if row is None else LearnedRow(*row)


def _put_learned(db: sqlite3.Connection, row: LearnedRow, now: float) -> None:
    db.execute("INSERT INTO learned (version, data, written_at) VALUES (?, ?, ?)", (*row, now))


def _learn(db: sqlite3.Connection, learn: Learn | None, now: float) -> None:
    # Inside the transaction: of two dialogues that end at the same moment, neither may forget what the other taught.
    if learn is not None:
        newest = _learned(db, None)
        _put_learned(db, learn(None if newest is None else newest.data), now)
