"""Values for the placeholders of the utterance bank, said the many ways people say them.

Knows words and numbers; knows nothing of labels.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np

__all__ = ["PLACEHOLDERS", "value"]

Random = np.random.Generator

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
).split()
_TENS = ("", "", *"twenty thirty forty fifty sixty seventy eighty ninety".split())
_WEEKDAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
_MONTHS = "January February March April May June July August September October November December".split()
_NAMES = (
    "Sarah|Mohammed|Priya|Dave|Tyrone|Agnieszka|Mrs Clarke|Mr Patel|Jenny|Luis|Karen Doyle|Tom|Aisha Khan|Mr O'Brien|Wei|Deborah|Kwame|Ion Popescu|"
    "Grace|Ahmed|Linda|Ms Robinson|Carlos Vega|Fatima|Bill|Siobhan|Jamal|Mrs Nguyen|Peter|Olga|Marcus Reed|Nan|Joanne|Mr Singh|Rosa|Keith"
).split("|")
_CREDITORS = (
    "Northgate Energy|Capital Lending|the water board|Brightloan|First Harbor Bank|the council|City Power|Swiftcash|Meadow Finance|the gas people|"
    "your company|Fairway Credit|Oak Street Bank|TeleOne|the catalogue|Union Utilities|QuickPay|the card people"
).split("|")


def value(placeholder: str, random: Random) -> str:
    """One way of saying `placeholder`, which is a key of PLACEHOLDERS."""
    return PLACEHOLDERS[placeholder](random)


def _pick(random: Random, *options: str) -> str:
    return options[int(random.integers(len(options)))]


def _in_words(number: int) -> str:
    """English words of 0 to 999,999."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        return _TENS[number // 10] + ("" if number % 10 == 0 else " " + _ONES[number % 10])
    if number < 1000:
        rest = number % 100
        return _ONES[number // 100] + " hundred" + ("" if rest == 0 else " and " + _in_words(rest))
    rest = number % 1000
    return _in_words(number // 1000) + " thousand" + ("" if rest == 0 else " " + _in_words(rest))


def _money(random: Random) -> str:
    size = int(random.choice([5, 10, 50, 100, 1000]))
    amount = size * int(random.integers(1, 20))
    unit = _pick(random, "pounds", "quid", "dollars", "bucks", "pounds", "dollars")
    digits = f"{amount:,}" if random.random() < 0.5 else str(amount)
    cents = f"{digits}.{_pick(random, '50', '00', '99', '25')}"
    forms = [
        f"£{digits}",
        f"${digits}",
        f"{amount} {unit}",
        f"{_in_words(amount)} {unit}",
        f"{amount}{_pick(random, ' quid', ' bucks', 'gbp', ' usd', ' pound')}",
        _pick(random, "£", "$") + cents,
    ]
    if amount % 1000 == 0:
        forms += [f"{amount // 1000}k", f"{_in_words(amount // 1000)} grand"]
    if amount in (5, 10):
        forms.append("a fiver" if amount == 5 else "a tenner")
    return _pick(random, *forms)


def _count(random: Random) -> str:
    number = int(random.integers(2, 37) if random.random() < 0.3 else random.integers(2, 10))
    return _in_words(number) if random.random() < 0.5 else str(number)


def _days(random: Random) -> str:
    return f"{_count(random)} {_pick(random, 'days', 'weeks', 'months', 'days')}"


def _date(random: Random) -> str:
    day, month = int(random.integers(1, 29)), _pick(random, *_MONTHS)
    ordinal = f"{day}{'th' if 10 < day < 14 else {1: 'st', 2: 'nd', 3: 'rd'}.get(day % 10, 'th')}"
    return _pick(
        random,
        f"the {ordinal}",
        f"{month} {ordinal}",
        f"the {ordinal} of {month}",
        f"{day} {month}",
        _pick(random, *_WEEKDAYS),
        f"next {_pick(random, *_WEEKDAYS)}",
        f"{day}/{int(random.integers(1, 13))}",
        "payday",
        "the end of the month",
        "the first of next month",
        f"{_pick(random, *_WEEKDAYS)} the {ordinal}",
    )


def _percent(random: Random) -> str:
    number = int(random.choice([5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 75, 80]))
    return _pick(random, f"{number}%", f"{number} percent", f"{_in_words(number)} per cent", f"{number} %")


PLACEHOLDERS: Final[Mapping[str, Callable[[Random], str]]] = {
    "money": _money,
    "days": _days,
    "date": _date,
    "percent": _percent,
    "count": _count,
    "name": lambda random: _pick(random, *_NAMES),
    "creditor": lambda random: _pick(random, *_CREDITORS),
    "year": lambda random: str(int(random.integers(2012, 2026))),
}
"""Placeholder to a function that says it. Money carries its currency, percent its sign, days its unit."""
