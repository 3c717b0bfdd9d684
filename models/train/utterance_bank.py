"""The project's own customer utterances, labelled for all heads: template families and single lines.

`utterances/families_*.txt` hold sections `## family=NAME intent=A,B emotion=C tactic=D` of lines with `[a|b]` alternations and
`{money}`-like placeholders; `utterances/lines_*.txt` hold `intents|emotions|tactic|text`, each line a wording of its own. In both,
earlier turns may stand before ` >> `: `A: ... // C: ... >> text`.

Knows files and wordings; knows nothing of tokens or training.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

import numpy as np

from ..encoder_input import Speaker, Turn
from ..encoder_labels import HEADS
from .utterance_values import PLACEHOLDERS, value

__all__ = ["FOLDER", "BankError", "Pattern", "Utterance", "expand", "held_out", "load_bank", "turns_and_text"]

FOLDER: Final = Path(__file__).parent / "utterances"
HELD_OUT_SHARE: Final = 0.1
_ALTERNATION = re.compile(r"\[([^\[\]]*)\]")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_SPEAKERS: Final = {"A": "agent", "C": "customer"}


class BankError(ValueError):
    """A line of the bank breaks the format; the message names file, line and way out."""


@dataclass(frozen=True)
class Pattern:
    """A line of the bank as written: what stays together in a split (`family`), its labels, and the text with alternations."""

    family: str
    intents: tuple[str, ...]
    emotions: tuple[str, ...]
    tactic: str
    text: str


@dataclass(frozen=True)
class Utterance:
    """A labelled utterance as somebody would say it, with what was said before, oldest first."""

    text: str
    context: tuple[Turn, ...]
    intents: tuple[str, ...]
    emotions: tuple[str, ...]
    tactic: str


def load_bank(folder: Path = FOLDER) -> list[Pattern]:
    """All patterns of the bank, files in alphabetical order.

    Raises:
        BankError: a section without its fields, an unknown label or placeholder, a name used twice, an unclosed bracket.
    """
    patterns: list[Pattern] = []
    for path in sorted(folder.glob("families_*.txt")):
        patterns += _families(path)
    for path in sorted(folder.glob("lines_*.txt")):
        patterns += _lines(path)
    return patterns


def held_out(pattern: Pattern) -> bool:
    """Whether the pattern's family is kept out of training; decided by its name, so that it stays so when the bank grows."""
    digest = hashlib.sha256(pattern.family.encode()).digest()
    return int.from_bytes(digest[:4], "big") < HELD_OUT_SHARE * 2**32


def expand(pattern: Pattern, random: np.random.Generator) -> Utterance:
    """One random wording of the pattern."""

    def alternative(match: re.Match[str]) -> str:
        options = match[1].split("|")
        return options[int(random.integers(len(options)))]

    text = _ALTERNATION.sub(alternative, pattern.text)
    text = _PLACEHOLDER.sub(lambda match: value(match[1], random), text)
    context, words = turns_and_text(text)
    words = re.sub(r"\s+", " ", re.sub(r"\s+([,.!?])", r"\1", words)).strip()
    return Utterance(words, context, pattern.intents, pattern.emotions, pattern.tactic)


def turns_and_text(line: str) -> tuple[tuple[Turn, ...], str]:
    """Split `A: ... // C: ... >> text`.

    Raises:
        BankError: a turn names no speaker, or there is no text.
    """
    before, mark, text = line.rpartition(" >> ")
    turns: list[Turn] = []
    for turn in before.split(" // ") if mark else ():
        speaker, colon, said = turn.strip().partition(": ")
        if not colon or speaker not in _SPEAKERS:
            raise BankError(f"turn {turn!r} of {line!r} names no speaker; begin it with 'A: ' or 'C: '")
        turns.append(Turn(cast(Speaker, _SPEAKERS[speaker]), said.strip()))
    if not text.strip():
        raise BankError(f"{line!r} ends in ' >> '; say what the customer answers")
    return tuple(turns), text


def _families(path: Path) -> Iterator[Pattern]:
    section: dict[str, str] | None = None
    names: set[str] = set()
    for number, line in _numbered(path):
        if line.startswith("## "):
            section = dict(field.split("=", 1) for field in line[3:].split() if "=" in field)
            if section.keys() != {"family", "intent", "emotion", "tactic"} or section["family"] in names:
                raise BankError(f"{path.name}:{number}: {line!r} needs a new family=, and intent=, emotion=, tactic=")
            names.add(section["family"])
        elif section is None:
            raise BankError(f"{path.name}:{number}: {line!r} stands before the first '## family=' line")
        else:
            yield _pattern(
                path, number, section["family"], section["intent"].split(","), section["emotion"].split(","), section["tactic"], line
            )


def _lines(path: Path) -> Iterator[Pattern]:
    for number, line in _numbered(path):
        intents, emotions, tactic, text = (*line.split("|", 3), "", "", "")[:4]
        yield _pattern(path, number, text, intents.split(","), emotions.split(","), tactic, text)


def _numbered(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            yield number, line.strip()


def _pattern(path: Path, number: int, family: str, intents: list[str], emotions: list[str], tactic: str, text: str) -> Pattern:
    given = {"intent": intents, "emotion": emotions, "tactic": [tactic]}
    for head, labels in given.items():
        unknown = set(labels) - set(HEADS[head])
        if unknown:
            raise BankError(f"{path.name}:{number}: {head} {sorted(unknown)} is not among {', '.join(HEADS[head])}")
    placeholders = set(_PLACEHOLDER.findall(text)) - PLACEHOLDERS.keys()
    if placeholders or set("[]") & set(_ALTERNATION.sub("", text)):
        raise BankError(f"{path.name}:{number}: unknown placeholder {sorted(placeholders)} or an open bracket in {text!r}")
    turns_and_text(_ALTERNATION.sub("x", text))
    return Pattern(family, tuple(intents), tuple(emotions), tactic, text)
