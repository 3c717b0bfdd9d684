"""Who owes what to whom: the published CRAD debts, and generated ones with incomes. Seeded, and the same for every creditor."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from ...kernels._arrays import FloatArray
from .assumptions import ASK_FACTOR, STATED_NOISE, STATED_RATE

__all__ = ["CRAD_LATEST_DAYS", "Scenarios", "draw_scenarios"]

CRAD: Final = Path(__file__).parent.parent / "data" / "crad.csv"
CRAD_LATEST_DAYS: Final = 180.0
"""The published debts name no end of the mandate; the longest debtor target is 179 days."""
_BLOCK: Final = 10_000
"""Scenarios are drawn in blocks of this size."""
GENERATED_TARGET_DAYS: Final = 30.0
GENERATED_LATEST_DAYS: Final = 180.0


class Scenarios(NamedTuple):
    """[n] each. Shares run from target to latest days; a first ask or a reservation may lie above 1.

    stated: the reservation that the stated finances amount to; NaN where nothing is stated.
    """

    target_days: FloatArray
    latest_days: FloatArray
    first_ask: FloatArray
    reservation: FloatArray
    stated: FloatArray


def draw_scenarios(name: str, seed: int, first: int, count: int) -> Scenarios:
    """Scenarios `first` to `first + count - 1` of `crad` or `generated`: number n is the same however the numbers are divided.

    CRAD gives both sides' targets and no income: what the debtor can really keep is a part of the ask (`ASK_FACTOR`, assumed).
    Generated: a monthly income, outgoings by share of income and a balance give the months that the spare money needs; half of that is
    the mean day of an equal plan. The ask is that, again divided by a draw of ASK_FACTOR.
    """
    blocks = [_block(name, np.random.default_rng([seed, block])) for block in range(first // _BLOCK, (first + count - 1) // _BLOCK + 1)]
    start = first % _BLOCK
    return Scenarios(*(np.concatenate(fields)[start : start + count] for fields in zip(*blocks, strict=True)))


def _block(name: str, generator: np.random.Generator) -> Scenarios:
    count = _BLOCK
    factor = generator.uniform(*ASK_FACTOR, count)
    if name == "crad":
        target, debtor = _crad()
        row = generator.integers(0, target.size, count)
        days, latest = target[row], np.full(count, CRAD_LATEST_DAYS)
        ask = (debtor[row] - days) / (latest - days)
        return Scenarios(days, latest, ask, ask * factor, _stated(ask * factor, generator))
    income = generator.lognormal(np.log(1900.0), 0.35, count)
    spare = income * generator.beta(2.0, 9.0, count)
    balance = generator.lognormal(np.log(900.0), 0.7, count)
    days, latest = np.full(count, GENERATED_TARGET_DAYS), np.full(count, GENERATED_LATEST_DAYS)
    needed = 30.0 * balance / spare / 2.0
    reservation = np.clip((needed - days) / (latest - days), 0.02, 1.5)
    ask = np.minimum(reservation / factor, 2.0)
    return Scenarios(days, latest, ask, reservation, _stated(reservation, generator))


def _stated(reservation: FloatArray, generator: np.random.Generator) -> FloatArray:
    said = reservation + STATED_NOISE * generator.standard_normal(reservation.size)
    return np.where(generator.random(reservation.size) < STATED_RATE, said, np.nan)


@cache
def _crad() -> tuple[FloatArray, FloatArray]:
    with CRAD.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    table = np.array([[float(row[side]) for side in ("creditor_target_days", "debtor_target_days")] for row in rows])
    return table[:, 0], table[:, 1]
