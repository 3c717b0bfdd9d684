"""The other process: starts the host script and plays its negotiations, one message at a time. Knows no NegMAS; see `negmas_host.py`."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, NamedTuple, Protocol, Self

from .domains import Scenario, Side, SideName

__all__ = ["HOST_SCRIPT", "REMOTE", "Accept", "Ask", "Host", "HostError", "Leave", "Move", "Offer", "Player", "Result"]

HOST_SCRIPT: Final = Path(__file__).with_name("negmas_host.py")
REMOTE: Final = "remote"
"""Name of a side that is played in this process."""


class HostError(Exception):
    """The other process ended or said something that is no message; the text says where its own messages are."""


class Ask(NamedTuple):
    """A side of ours has to move."""

    side: SideName
    step: int
    """From 0."""
    offer: tuple[int, ...] | None
    """What the other side offers: the index of the value of each issue; None at the very beginning."""


class Accept(NamedTuple):
    """Agree to the offer that was asked about."""


class Offer(NamedTuple):
    """Refuse, and offer this."""

    outcome: tuple[int, ...]


class Leave(NamedTuple):
    """End without agreement."""


Move = Accept | Offer | Leave


class Result(NamedTuple):
    """How a negotiation ended."""

    outcome: tuple[int, ...] | None
    ending: str
    """agreed, left, time or failed."""
    steps: int
    error: str
    """What a negotiator raised; empty otherwise."""


class Player(Protocol):
    """A side that is played in this process."""

    def move(self, step: int, offer: tuple[int, ...] | None) -> Move: ...


class Host:
    """A running host script. One negotiation at a time: `open`, then `answer` until there is a `Result`; `play` does both.

    A context manager. command: the interpreter and its arguments. log: where the other process's own output goes.

    Raises:
        HostError: it does not start, ends early, or says something that is no message.
    """

    def __init__(self, command: Sequence[str], log: Path) -> None:
        self._log = log
        self._scenario: tuple[str, int] | None = None
        with log.open("ab") as errors:
            # -P would not be enough: an inherited PYTHONPATH could bring packages of ours into the other environment.
            environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
            self._process = subprocess.Popen(
                list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, encoding="utf-8", env=environment,
            )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._to: IO[str] = self._process.stdin
        self._from: IO[str] = self._process.stdout
        try:
            ready = self._read("ready")
            self.versions: dict[str, str | None] = ready["versions"]
            self.missing: dict[str, str | None] = ready["negotiators"]
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the other process."""
        for stream in (self._to, self._from):
            try:
                stream.close()
            except BrokenPipeError:  # it has ended before it read everything
                continue
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    @property
    def negotiators(self) -> list[str]:
        """Names that it can play."""
        return [name for name, reason in self.missing.items() if reason is None]

    def open(self, scenario: Scenario, creditor: str, debtor: str, seed: int) -> Ask | Result:
        """Begin a negotiation; a side named `REMOTE` is asked for its moves."""
        key = (scenario.domain, scenario.number)
        if key != self._scenario:
            issues = [[issue.name, len(issue.values)] for issue in scenario.issues]
            sides = {"creditor": _side(scenario.creditor), "debtor": _side(scenario.debtor)}
            self._write({"scenario": {"issues": issues, **sides, "steps": scenario.steps}})
            self._scenario = key
        self._write({"play": {"creditor": creditor, "debtor": debtor, "first": scenario.first, "seed": seed}})
        return self._next()

    def answer(self, move: Move) -> Ask | Result:
        """Our move; what comes next."""
        match move:
            case Accept():
                self._write({"accept": True})
            case Leave():
                self._write({"leave": True})
            case Offer(outcome):
                self._write({"offer": list(outcome)})
        return self._next()

    def play(self, scenario: Scenario, creditor: str | Player, debtor: str | Player, seed: int) -> Result:
        """A whole negotiation between names of `negotiators` and players of ours."""
        ours: dict[SideName, Player] = {}
        names: list[str] = []
        side: SideName
        for side, one in (("creditor", creditor), ("debtor", debtor)):
            if isinstance(one, str):
                names.append(one)
            else:
                names.append(REMOTE)
                ours[side] = one
        said = self.open(scenario, names[0], names[1], seed)
        while isinstance(said, Ask):
            said = self.answer(ours[said.side].move(said.step, said.offer))
        return said

    def _next(self) -> Ask | Result:
        message = self._read("ask", "result")
        if "result" in message:
            found = message["result"]
            return Result(_outcome(found["outcome"]), found["ending"], found["steps"], found["error"])
        asked = message["ask"]
        return Ask(asked["side"], asked["step"], _outcome(asked["offer"]))

    def _write(self, message: Mapping[str, Any]) -> None:
        try:
            self._to.write(json.dumps(message) + "\n")
            self._to.flush()
        except BrokenPipeError as error:
            raise HostError(f"the host of the peers has ended; see {self._log}") from error

    def _read(self, *kinds: str) -> Any:
        """The next message; of the kind `ready` what is in it."""
        line = self._from.readline()
        if not line:
            raise HostError(f"the host of the peers has ended; see {self._log}")
        try:
            message = json.loads(line)
        except json.JSONDecodeError as error:
            raise HostError(f"the host of the peers said {line[:80]!r}, which is no JSON; see {self._log}") from error
        if not isinstance(message, dict) or not any(kind in message for kind in kinds):
            raise HostError(f"the host of the peers said {line[:80]!r} instead of {' or '.join(kinds)}; see {self._log}")
        return message["ready"] if "ready" in kinds else message


def _side(side: Side) -> dict[str, Any]:
    return {"worth": [issue.tolist() for issue in side.worth], "reservation": side.reservation}


def _outcome(values: list[int] | None) -> tuple[int, ...] | None:
    return None if values is None else tuple(values)
