"""The negotiations that were played, one line each in a file, so that an interrupted run goes on from there. Knows no figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

__all__ = ["Game", "Games", "GamesError", "Played"]



class Game(NamedTuple):
    """Who met whom where; everything that the result depends on."""

    domain: str
    seed: int
    number: int
    creditor: str
    debtor: str
    version: str
    """Of our code where it plays; empty where two peers meet."""


class Played(NamedTuple):
    """What came of it."""

    outcome: tuple[int, ...] | None
    ending: str
    error: str


class GamesError(Exception):
    """The file is no record of games; the message names the line."""


class Games:
    """What was played. A context manager.

    Raises:
        GamesError: the file holds something else.
    """

    def __init__(self, path: Path) -> None:
        self._played: dict[Game, Played] = {}
        lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
        for number, line in enumerate(lines[:-1], start=1):
            try:
                game, played = json.loads(line)
                self._played[Game(*game)] = Played(None if played[0] is None else tuple(played[0]), *played[1:])
            except (ValueError, TypeError) as error:
                raise GamesError(f"{path}, line {number}: no record of a game; delete the line or the file") from error
        # What stands behind the last line break was cut short when a run was stopped.
        path.write_bytes(b"\n".join([*lines[:-1], b""]))
        self._file = path.open("a", encoding="utf-8")

    def __enter__(self) -> Games:
        return self

    def __exit__(self, *error: object) -> None:
        self._file.close()

    def get(self, game: Game) -> Played | None:
        """None: it was not played yet."""
        return self._played.get(game)

    def put(self, game: Game, played: Played) -> None:
        """Keep a result."""
        self._played[game] = played
        self._file.write(json.dumps([game, played]) + "\n")
        self._file.flush()
