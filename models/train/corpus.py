"""The training text of the bundled SLM: phrase banks -> plans with the reply that should follow.

The banks in `text/` are written by this project. A bank is a list of sections (`## key=value ...`), a section a list of wordings
with alternations `[a|b|]` and slots `{due_date}`. A sample draws a plan (act, kind, tone, situation), a customer utterance for the
situation, an acknowledgement and a move. Wordings are split by line: a line of the held-out share is never in a training sample.
"""

from __future__ import annotations

import random
import re
import zlib
from collections.abc import Iterator
from itertools import islice, product
from pathlib import Path
from typing import Final, NamedTuple

from eqnegotiator.models.prompt import SLOTS, TONES, PlanPrompt, slots_in

TEXT: Final = Path(__file__).parent / "text"
_ALTERNATION: Final = re.compile(r"\[([^\[\]]*)\]")

MOVE_REGISTER: Final = {
    "joy": "warm", "surprise": "warm", "sadness": "gentle", "fear": "gentle", "anger": "firm", "neutral": "plain", "disgust": "plain",
}  # fmt: skip
ACK_REGISTER: Final = {
    "joy": "warm", "surprise": "curious", "sadness": "gentle", "fear": "careful", "anger": "firm", "neutral": "plain", "disgust": "reserved",
}  # fmt: skip

# Which situations a planned act may answer, and how often an acknowledgement opens the reply. "none": nothing was said before.
_MOVED: Final = (
    "proposed",
    "rejected",
    "hardship",
    "cant_pay",
    "asked_time",
    "unclear",
    "smalltalk",
    "angry",
    "afraid",
    "sad",
    "abuse",
    "asked_info",
)
_DISTRESS: Final = ("hardship", "cant_pay", "afraid", "sad", "angry")
# Cheer and surprise have no place here: whatever the tone of the plan, the words are gentle.
_TENDER: Final = (*_DISTRESS, "disputed", "abuse")
_OFFER: Final = ("extension", "instalments", "settlement", "pause")
SITUATIONS_OF: Final[dict[tuple[str, str], tuple[str, ...]]] = {
    **{("counter", kind): _MOVED for kind in _OFFER},
    ("refuse", "ask"): ("proposed",),
    ("refuse", "plain"): ("rejected", "cant_pay", "proposed", "asked_info", "angry", "asked_time"),
    ("refuse", "abuse"): ("abuse",),
    ("confirm", "any"): ("proposed", "accepted"),
    ("accept", "any"): ("accepted",),
    ("empathise", "terms"): _DISTRESS,
    ("empathise", "open"): _DISTRESS,
    ("ask", "open"): ("smalltalk", "rejected", "angry", "afraid", "sad", "asked_info", "asked_time", "abuse"),
    ("ask", "unclear"): ("unclear",),
    ("ask", "amount"): ("cant_pay", "hardship", "rejected"),
    ("ask", "date"): ("rejected", "asked_time"),
    ("ask", "yesno"): ("unclear", "smalltalk", "asked_info"),
    ("inform", "terms"): ("asked_info", "unclear"),
    ("inform", "time"): ("asked_time",),
    ("inform", "wait"): ("smalltalk",),
    **{("inform", kind): ("asked_info",) for kind in ("balance", "who", "why", "options", "privacy", "unknown")},
    ("handoff", "human"): ("wants_human",),
    ("handoff", "hardship"): ("hardship", "cant_pay", "afraid", "sad"),
    ("handoff", "dispute"): ("disputed",),
    ("handoff", "limit"): ("rejected", "cant_pay", "angry", "asked_time", "unclear", "proposed"),
    ("handoff", "represented"): ("represented",),
    ("close", "goodbye"): ("goodbye",),
    ("greet", "verify"): ("none",),
    ("verify", "retry"): ("answered",),
    ("verify", "remind"): ("not_verified",),
    ("disclose", "open"): ("verified",),
}
# An acknowledgement here would come before the legal sentence, or thank somebody for what they did not say.
_NO_ACK: Final = {("accept", "any"), ("greet", "verify"), ("verify", "retry"), ("verify", "remind"), ("disclose", "open"), ("close", "goodbye"),
                  ("handoff", "represented"), ("ask", "unclear"), ("ask", "yesno"), ("inform", "wait")}  # fmt: skip
_ANSWERS: Final = (
    "{q}",
    "it is {q}",
    "my answer is {q}",
    "i was born in {q}",
    "{q} i think",
    "yes, {q}",
    "that would be {q}",
    "I don't remember",
    "ok it's {q}",
)


class Sample(NamedTuple):
    """One training example: the prompt's plan and the reply that follows."""

    plan: PlanPrompt
    reply: str


class Bank:
    """Sections of wordings, split by line into a training and a held-out share.

    held_out: True keeps only the held-out lines (about one in ten, at least one a section), False only the others.
    """

    def __init__(self, *, held_out: bool) -> None:
        self._held_out = held_out
        self.acks = self._sections("acks.txt")
        self.moves = self._sections("moves_terms.txt") | self._sections("moves_other.txt")
        self.customers = self._sections("customer.txt")
        self.customers["sit=answered"] = self.customers["sit=verified"] = list(_ANSWERS)

    def _sections(self, name: str) -> dict[str, list[str]]:
        sections = read_sections(TEXT / name)
        return {header: self._share(lines) for header, lines in sections.items()}

    def _share(self, lines: list[str]) -> list[str]:
        held = [line for line in lines if zlib.crc32(line.encode()) % 10 == 0] or lines[-1:]
        return held if self._held_out else [line for line in lines if line not in held]

    def sample(self, rng: random.Random, plan: tuple[str, str] | None = None) -> Sample:
        """Draw a plan (or use the given act and kind), what was said before it, and the reply."""
        act, kind = plan or rng.choice(list(SITUATIONS_OF))
        situation = rng.choice(SITUATIONS_OF[act, kind])
        tone = rng.choice(TONES)
        worded = "sadness" if situation in _TENDER and tone in ("joy", "surprise") else tone
        move = self._expand(rng, self.moves[f"act={act} kind={kind} register={MOVE_REGISTER[worded]}"])
        opening = "" if (act, kind) in _NO_ACK or rng.random() < 0.1 else self._acknowledge(rng, situation, worded)
        customer = "" if situation == "none" else self._expand(rng, self.customers[f"sit={situation}"])
        previous = self._previous(rng, act) if customer and rng.random() < 0.6 else ""
        slots = tuple(sorted(slots_in(move)))
        return Sample(PlanPrompt(act, kind, tone, situation, slots, previous, customer), f"{opening}{move}")

    def _acknowledge(self, rng: random.Random, situation: str, tone: str) -> str:
        lines = self.acks.get(f"sit={situation} register={ACK_REGISTER[tone]}")
        return self._expand(rng, lines) + " " if lines else ""

    def _previous(self, rng: random.Random, act: str) -> str:
        """A plausible last reply: an identity question before verification, some offer or question after it."""
        if act in ("verify", "disclose"):
            section = "act=greet kind=verify"
        else:
            section = rng.choice(("act=disclose kind=open", "act=counter kind=extension", "act=counter kind=instalments", "act=ask kind=open",
                                  "act=confirm kind=any", "act=refuse kind=plain", "act=inform kind=terms", "act=empathise kind=terms"))  # fmt: skip
        return self._expand(rng, self.moves[f"{section} register={rng.choice(('warm', 'gentle', 'firm', 'plain'))}"])

    @staticmethod
    def _expand(rng: random.Random, lines: list[str]) -> str:
        return expand(rng.choice(lines), rng)


def expand(line: str, rng: random.Random) -> str:
    """One surface form of a wording."""
    return _ALTERNATION.sub(lambda match: rng.choice(match[1].split("|")), line)


def forms(line: str) -> Iterator[str]:
    """Every surface form of a wording, at most 300."""
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(_ALTERNATION.split(line))]
    return ("".join(chosen) for chosen in islice(product(*choices), 300))


def wordings(name: str) -> Iterator[str]:
    """Every surface form of every wording of a bank."""
    for lines in read_sections(TEXT / name).values():
        for line in lines:
            yield from forms(line)


def read_sections(path: Path) -> dict[str, list[str]]:
    """Sections of a phrase bank by their header.

    Raises:
        ValueError: a line before the first header, an unknown slot, unbalanced brackets or an empty section, with file and line.
    """
    sections: dict[str, list[str]] = {}
    lines: list[str] | None = None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if line.startswith("## "):
            lines = sections.setdefault(line[3:].strip(), [])
        elif line and not line.startswith("//"):
            if lines is None:
                raise ValueError(f"{path.name}:{number}: a wording before the first `## ` header")
            _check(line, f"{path.name}:{number}")
            lines.append(line)
    empty = [header for header, wordings in sections.items() if not wordings]
    if empty:
        raise ValueError(f"{path.name}: empty sections {empty}")
    return sections


def _check(line: str, where: str) -> None:
    rest = _ALTERNATION.sub("", line)
    if "[" in rest or "]" in rest:
        raise ValueError(f"{where}: unbalanced or nested brackets in {line!r}")
    unknown = set(re.findall(r"\{([^}]*)\}", line)) - set(SLOTS) - {"q"}
    if unknown:
        raise ValueError(f"{where}: unknown slots {sorted(unknown)}")


def samples(seed: int, *, held_out: bool) -> Iterator[Sample]:
    """Endless samples, the same for the same seed."""
    bank, rng = Bank(held_out=held_out), random.Random(seed)
    while True:
        yield bank.sample(rng)
