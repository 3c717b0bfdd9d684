"""What is simulated: the cells of the arena and the record of one negotiation. Knows no simulator."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CREDITORS",
    "ENDINGS",
    "PATTERNS",
    "PERSONAS",
    "SCENARIOS",
    "Cell",
    "Record",
    "RecordError",
    "Records",
    "UnknownNameError",
    "UnsupportedCreditorError",
    "check_records",
    "known",
]

Records = Mapping[str, NDArray[np.generic]]
"""Field of `Record` to its values in n negotiations [n]."""

CREDITORS: Final[dict[str, tuple[str, str]]] = {
    "eq": ("eq", "eq"),
    "paper": ("paper", "published"),
    "vanilla": ("vanilla", "published_vanilla"),
    "boulware": ("eq", "boulware"),
    "linear": ("eq", "linear"),
    "conceder": ("eq", "conceder"),
    "tit_for_tat": ("eq", "tit_for_tat"),
    "micro": ("eq", "micro"),
    "published": ("eq", "published"),
}
"""Creditor to (tone policy, offer policy)."""
PERSONAS: Final = ("vanilla", "angry", "sad", "fear", "disgust", "threatening", "cheating", "victim", "stonewalling")
PATTERNS: Final = ("stuck", "conceder", "boulware", "tit_for_tat", "random")
"""How the debtor's ask moves from round to round."""
SCENARIOS: Final = ("crad", "generated")
ENDINGS: Final = ("agreed", "walked away", "rounds used up", "handed to a person")
"""Meaning of `Record.ending`."""


class Cell(NamedTuple):
    """One creditor against one kind of debtor."""

    creditor: str
    persona: str
    pattern: str
    beta: float
    scenarios: str


class Record(NamedTuple):
    """One negotiation. A share is the part x of the way from the creditor's target (0) to the end of its mandate (1)."""

    agreed: bool
    share: float
    """Agreed share; nan without agreement."""
    ask: float
    """The debtor's first ask, as a share."""
    reservation: float
    """The least share that the debtor can keep; hidden from the creditor."""
    rounds: int
    """Offers that the creditor made."""
    days: float
    """Agreed mean days until the money is there; nan without agreement."""
    ending: int
    """Index into `ENDINGS`."""
    recovery: float
    """Expected recovery, as a part of the balance."""
    welfare: float
    """Welfare of the debtor."""
    violations: int
    """Guard violations and breaches of the mandate."""
    manipulation: float
    """Share won by tactic alone: the share minus that of the same seed without the tactic; nan where it does not apply."""
    target: float
    """Days that the creditor wishes for, of this scenario."""


class RecordError(ValueError):
    """Arrays that are no records; the message names the field."""


class UnsupportedCreditorError(ValueError):
    """A creditor that a fidelity cannot play; the message says which can."""


class UnknownNameError(ValueError):
    """A name that does not exist; the message names the nearest one that does."""

    def __init__(self, kind: str, name: str, names: Iterable[str]) -> None:
        listed = list(names)
        nearest = difflib.get_close_matches(name.lower(), listed, n=1, cutoff=0.0)[0]
        super().__init__(f"{kind}: {name!r} is unknown; did you mean {nearest!r}? Known: {', '.join(listed)}")
        self.nearest = nearest


def known(kind: str, name: str, names: Iterable[str]) -> str:
    """The name itself.

    Raises:
        UnknownNameError: it is none of `names`.
    """
    listed = list(names)
    if name not in listed:
        raise UnknownNameError(kind, name, listed)
    return name


def check_records(records: Records, count: int) -> None:
    """
    Raises:
        RecordError: a field is missing or unknown, or is no array [count].
    """
    if wrong := set(Record._fields) ^ set(records):
        raise RecordError(f"records: fields {', '.join(sorted(wrong))} are missing or unknown; they are {', '.join(Record._fields)}")
    for name, values in records.items():
        if values.shape != (count,):
            raise RecordError(f"records: {name} has shape {values.shape}, not ({count},)")
