"""What is negotiated: outcomes, both sides' utilities and hidden reservations, drawn by seed. Knows no negotiator.

- `days`: one issue, every day from the creditor's target to the debtor's, of one account of CRAD; both utilities are linear from 1 at the
  side's own target to 0 at the other's.
- `weeks`: the same in steps of 7 days, so that thirty steps reach across all outcomes.
- `terms`: days, instalments, first payment and discount. Every issue is opposed, but the sides weigh the issues differently and value the
  steps within them differently, so that trading issues makes both better off.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["DOMAINS", "STEPS", "Issue", "Scenario", "Side", "SideName", "Utilities", "scenario", "utilities"]

SideName = Literal["creditor", "debtor"]
FloatArray = NDArray[np.float64]

DOMAINS: Final = ("days", "weeks", "terms")
STEPS: Final = 30
CRAD: Final = Path(__file__).resolve().parents[2] / "data" / "crad.csv"

_INSTALMENTS: Final = (1.0, 2.0, 3.0, 6.0, 12.0)
_FIRST_PAYMENT: Final = (0.5, 0.25, 0.1, 0.0)
_DISCOUNT: Final = (0.0, 0.05, 0.1, 0.2)
_DAY_CHOICES: Final = 7
_LATEST: Final = (0.25, 1.0)
"""Range of the creditor's latest day, as a part of the way to the debtor's target."""
_LEAST: Final = (0.0, 0.9)
"""Range of the debtor's earliest day, as a part of the creditor's latest one: there is always something to agree on."""
_RESERVATION: Final = (0.1, 0.7)
_ROOM: Final = 0.05
"""Of `terms`: some outcome leaves both sides at least this much above their reservations."""
_WEIGHT_SPREAD: Final = 1.5
"""Of the Dirichlet distribution of the issues' weights."""
_CURVATURE: Final = (0.6, 1.6)


class Issue(NamedTuple):
    """One thing that is agreed on."""

    name: str
    values: tuple[float, ...]
    """From the creditor's favourite to the debtor's."""


class Side(NamedTuple):
    """What one side wants."""

    worth: tuple[FloatArray, ...]
    """Utility of each value of each issue; they add up."""
    reservation: float
    """Utility of no agreement; the other side does not know it."""


class Scenario(NamedTuple):
    """One negotiation to be."""

    domain: str
    number: int
    issues: tuple[Issue, ...]
    creditor: Side
    debtor: Side
    steps: int
    first: SideName
    """Who moves first in every step, and so makes the last offer that can be accepted."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Number of values of each issue."""
        return tuple(len(issue.values) for issue in self.issues)


class Utilities(NamedTuple):
    """Both sides' utilities of every outcome [outcomes], the last issue running fastest."""

    creditor: FloatArray
    debtor: FloatArray


def utilities(one: Scenario) -> Utilities:
    """See `Utilities`."""
    return Utilities(_sum(one.creditor.worth), _sum(one.debtor.worth))


def _sum(worth: tuple[FloatArray, ...]) -> FloatArray:
    total = np.zeros(1)
    for issue in worth:
        total = np.add.outer(total, issue).ravel()
    return total


def scenario(domain: str, seed: int, number: int) -> Scenario:
    """Scenario `number` of a domain: the same whatever else is drawn.

    Raises:
        ValueError: an unknown domain.
    """
    if domain not in DOMAINS:
        raise ValueError(f"domain: {domain!r} is unknown; known are {', '.join(DOMAINS)}")
    rng = np.random.default_rng([seed, DOMAINS.index(domain), number])
    targets = _crad()
    earliest, latest = targets[rng.integers(len(targets))]
    if domain == "terms":
        issues, creditor, debtor = _terms(rng, earliest, latest)
    else:
        issues, creditor, debtor = _days(rng, earliest, latest, step=7 if domain == "weeks" else 1)
    return Scenario(domain, number, issues, creditor, debtor, STEPS, "creditor" if number % 2 == 0 else "debtor")


def _days(rng: np.random.Generator, earliest: int, latest: int, *, step: int) -> tuple[tuple[Issue, ...], Side, Side]:
    days = np.arange(earliest, latest + 1, step, dtype=np.float64)
    way = (days - days[0]) / (days[-1] - days[0])
    while True:
        limit = rng.uniform(*_LATEST)
        need = limit * rng.uniform(*_LEAST)
        # A coarse grid may have no point between them.
        if np.any((way > need) & (way < limit)):
            return (Issue("days", tuple(days.tolist())),), Side((1.0 - way,), 1.0 - limit), Side((way,), need)


def _terms(rng: np.random.Generator, earliest: int, latest: int) -> tuple[tuple[Issue, ...], Side, Side]:
    days = tuple(np.linspace(earliest, latest, _DAY_CHOICES).round().tolist())
    issues = (Issue("days", days), Issue("instalments", _INSTALMENTS), Issue("first payment", _FIRST_PAYMENT), Issue("discount", _DISCOUNT))
    while True:
        ours, theirs = (_worth(rng, issues) for _ in range(2))
        creditor = Side(tuple(issue[::-1] for issue in ours), rng.uniform(*_RESERVATION))
        debtor = Side(theirs, rng.uniform(*_RESERVATION))
        room = np.minimum(_sum(creditor.worth) - creditor.reservation, _sum(debtor.worth) - debtor.reservation)
        if room.max() >= _ROOM:
            return issues, creditor, debtor


def _worth(rng: np.random.Generator, issues: tuple[Issue, ...]) -> tuple[FloatArray, ...]:
    """Utilities that rise along each issue, and add up to 1 at the end of all."""
    weights = rng.dirichlet(np.full(len(issues), _WEIGHT_SPREAD))
    return tuple(
        weight * np.linspace(0.0, 1.0, len(issue.values)) ** rng.uniform(*_CURVATURE)
        for weight, issue in zip(weights, issues, strict=True)
    )


@lru_cache(maxsize=1)
def _crad() -> tuple[tuple[int, int], ...]:
    """(creditor's target days, debtor's target days) of each account."""
    with CRAD.open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return tuple((int(row["creditor_target_days"]), int(row["debtor_target_days"])) for row in rows)
