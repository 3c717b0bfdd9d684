"""The database schema as an ordered list of steps. Knows SQL, not what the rows mean.

A step, once released, is never edited: a change is a new step. Each step and its record are one transaction, so a power
cut leaves the schema of one step or of the next, never a mixture.
"""

from __future__ import annotations

import sqlite3
from typing import Final, NamedTuple

from .errors import StoreError

__all__ = ["MIGRATIONS", "Migration", "migrate"]


class Migration(NamedTuple):
    """One schema step; its version is its place in `MIGRATIONS`, counted from 1."""

    name: str
    statements: tuple[str, ...]


MIGRATIONS: Final[tuple[Migration, ...]] = (
    Migration(
        "first schema",
        (
            # AUTOINCREMENT: an id is never given twice, so "after id n" stays a valid cursor when rows are deleted.
            """CREATE TABLE inbox (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                terminal TEXT NOT NULL,
                msg_id TEXT NOT NULL,
                kind TEXT NOT NULL,
                payload BLOB NOT NULL,
                reply_topic TEXT,
                reply_correlation BLOB,
                received_at REAL NOT NULL,
                done_at REAL,
                UNIQUE (terminal, msg_id)
            )""",
            "CREATE INDEX inbox_pending ON inbox (id) WHERE done_at IS NULL",
            "CREATE INDEX inbox_done ON inbox (done_at) WHERE done_at IS NOT NULL",
            """CREATE TABLE answer (
                inbox_id INTEGER NOT NULL REFERENCES inbox (id) ON DELETE CASCADE,
                position INTEGER NOT NULL,
                topic_suffix TEXT NOT NULL,
                payload BLOB NOT NULL,
                PRIMARY KEY (inbox_id, position)
            )""",
            """CREATE TABLE outbox (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                terminal TEXT NOT NULL,
                topic_suffix TEXT NOT NULL,
                payload BLOB NOT NULL,
                reply_topic TEXT,
                reply_correlation BLOB,
                queued_at REAL NOT NULL
            )""",
            """CREATE TABLE session (
                session TEXT PRIMARY KEY,
                terminal TEXT NOT NULL,
                account TEXT NOT NULL,
                state TEXT NOT NULL,
                data BLOB NOT NULL,
                expires_at REAL NOT NULL,
                updated_at REAL NOT NULL
            )""",
            "CREATE INDEX session_expiry ON session (expires_at)",
            """CREATE TABLE journal (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                session TEXT,
                turn INTEGER,
                name TEXT NOT NULL,
                data BLOB NOT NULL,
                written_at REAL NOT NULL
            )""",
            "CREATE INDEX journal_session ON journal (session, id)",
            "CREATE INDEX journal_age ON journal (written_at)",
            """CREATE TABLE agreement (
                session TEXT PRIMARY KEY,
                account TEXT NOT NULL,
                terms BLOB NOT NULL,
                agreed_at REAL NOT NULL
            )""",
            "CREATE TABLE account (reference TEXT PRIMARY KEY, data BLOB NOT NULL)",
            """CREATE TABLE quarantine (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                terminal TEXT NOT NULL,
                topic TEXT NOT NULL,
                payload BLOB NOT NULL,
                answer BLOB NOT NULL,
                received_at REAL NOT NULL
            )""",
        ),
    ),
    Migration(
        "what dialogues teach",
        (
            # Every version is kept for as long as a session or an auditor may ask for it; the newest id is the one in force.
            """CREATE TABLE learned (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                version TEXT NOT NULL,
                data BLOB NOT NULL,
                written_at REAL NOT NULL
            )""",
            "CREATE INDEX learned_version ON learned (version)",
            "CREATE INDEX learned_age ON learned (written_at)",
        ),
    ),
)


def migrate(connection: sqlite3.Connection, migrations: tuple[Migration, ...] = MIGRATIONS) -> int:
    """Bring an autocommit connection's database to the newest version, and return that version.

    Raises:
        StoreError: the database was written by a newer release.
        sqlite3.Error: a step failed; the database is at the step before it.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_version "
        "(version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL)"
    )
    while True:
        # The version is read inside the write transaction: two programs may open a new database at the same moment.
        connection.execute("BEGIN IMMEDIATE")
        try:
            (version,) = connection.execute("SELECT coalesce(max(version), 0) FROM schema_version").fetchone()
            if version > len(migrations):
                raise StoreError(
                    f"the database has schema version {version}, this release knows {len(migrations)}; "
                    "install the newer release again or restore a backup from before it"
                )
            if version == len(migrations):
                connection.execute("ROLLBACK")
                return len(migrations)
            step = migrations[version]
            for statement in step.statements:
                connection.execute(statement)
            connection.execute(
                "INSERT INTO schema_version VALUES (?, ?, strftime('%Y-%m-%dT%H:%M:%SZ'))", (version + 1, step.name)
            )
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
