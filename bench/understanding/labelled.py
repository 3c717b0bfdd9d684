"""The hand-written test lines: utterances with their labels, sentences with the proposal in them.

Knows files; knows nothing of what the appliance makes of a line.
"""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from ...edge.proposal import Proposal
from ...models.encoder_input import Turn
from ...models.encoder_labels import HEADS
from ...models.train.utterance_bank import Utterance

__all__ = ["PROPOSALS", "UTTERANCES", "LabelledError", "LabelledProposal", "read_proposals", "read_utterances"]

_Line = TypeVar("_Line")
_DATA: Final = Path(__file__).parent.parent / "data"
UTTERANCES: Final = _DATA / "utterances.jsonl"
PROPOSALS: Final = _DATA / "proposals.jsonl"


class LabelledError(ValueError):
    """A file of labelled lines is missing, empty or breaks its format; the message names file, line and way out."""


class LabelledProposal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A sentence, the day it is said, and the proposal in it; None when it holds none."""

    text: str
    today: datetime.date
    proposal: Proposal | None


class _UtteranceLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    context: list[str]
    text: str
    intent: list[str]
    emotion: list[str]
    tactic: str


def read_utterances(path: Path = UTTERANCES) -> list[Utterance]:
    """One JSON object per line: `context` (turns as `A: ...` or `C: ...`, oldest first), `text`, `intent`, `emotion`, `tactic`.

    Raises:
        LabelledError: the file cannot be read or holds no lines, a line breaks the format or names an unknown label.
    """
    return [_utterance(line, where) for where, line in _lines(path, _UtteranceLine)]


def read_proposals(path: Path = PROPOSALS) -> list[LabelledProposal]:
    """One JSON object per line: `text`, `today` (ISO 8601), `proposal` (null, or the fields of `Proposal`).

    Raises:
        LabelledError: the file cannot be read or holds no lines, or a line breaks the format.
    """
    return [line for _, line in _lines(path, LabelledProposal)]


def _lines(path: Path, kind: type[_Line]) -> list[tuple[str, _Line]]:
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise LabelledError(f"{path}: {error.strerror}; name a file of labelled lines") from error
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                found.append((f"{path}:{number}", msgspec.json.decode(line, type=kind)))
            except msgspec.MsgspecError as error:
                raise LabelledError(f"{path}:{number}: {error}") from error
    if not found:
        raise LabelledError(f"{path}: no lines; name a file of labelled lines")
    return found


def _utterance(line: _UtteranceLine, where: str) -> Utterance:
    given = {"intent": line.intent, "emotion": line.emotion, "tactic": [line.tactic]}
    for head, labels in given.items():
        unknown = sorted(set(labels) - set(HEADS[head]))
        if unknown or not labels:
            raise LabelledError(f"{where}: {head} is {labels}; name at least one of {', '.join(HEADS[head])}, and no other")
    context = tuple(_turn(turn, where) for turn in line.context)
    return Utterance(line.text, context, tuple(line.intent), tuple(line.emotion), line.tactic)


def _turn(turn: str, where: str) -> Turn:
    if turn.startswith("A: "):
        return Turn("agent", turn[3:])
    if turn.startswith("C: "):
        return Turn("customer", turn[3:])
    raise LabelledError(f"{where}: context {turn!r} names no speaker; begin it with 'A: ' or 'C: '")
