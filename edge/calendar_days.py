"""Calendar arithmetic and the names of months, weekdays and ordinals.

Knows nothing of money or of who says it.
"""

import calendar
import datetime
from typing import Literal, NamedTuple

MAX_DAYS = 3653
"""Ten years: nothing further away is a proposal."""
State = Literal["clear", "unclear", "void"]
"""clear: one reading. unclear: said, but with no single reading. void: said, but never part of a proposal."""


class DateMatch(NamedTuple):
    """A calendar expression in `tokens[start:end]`; `day` is set only when `state` is clear."""

    end: int
    day: datetime.date | None
    state: State


MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "weds": 2, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
WEEKDAYS |= {"sat": 5, "sun": 6}
# Also English words of other meaning, or abbreviations of one: they need a preposition or a day number beside them.
WEAK_NAMES = frozenset("may march mar jun jan feb apr jul aug sep sept oct nov dec mon tue wed sat sun fri".split())
PREPOSITIONS = frozenset(
    "on by in until till before from starting beginning next this of for mid early late after at during around end "
    "every each come maybe say is be than about make or not with rather".split()
)
ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        range(1, 21),
        strict=True,
    )
) | {"thirtieth": 30}
COUNTED_NOUNS = frozenset(
    "payment instalment installment time thing one of week attempt offer letter option half quarter month day floor "
    "party person call lady guy man kid child reason point".split()
)
FRIDAY = 4


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month `months` later, clamped at the end of a shorter month."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month_index + 1, min(day.day, calendar.monthrange(year, month_index + 1)[1]))


def settle(end: int, day: datetime.date | None, today: datetime.date) -> DateMatch:
    if day is None or not 0 <= (day - today).days <= MAX_DAYS:
        return DateMatch(end, None, "void")
    return DateMatch(end, day, "clear")


def calendar_day(year: int, month: int, day: int) -> datetime.date | None:
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
        return datetime.date(year, month, day)
    return None


def next_occurrence(month: int, day: int, today: datetime.date) -> datetime.date | None:
    candidates = (calendar_day(year, month, day) for year in range(today.year, min(today.year + 9, datetime.MAXYEAR)))
    return next((candidate for candidate in candidates if candidate is not None and candidate >= today), None)


def day_in(month: datetime.date, day: int) -> datetime.date | None:
    return calendar_day(month.year, month.month, day)


def first_of_month(month: int, today: datetime.date) -> datetime.date:
    return datetime.date(today.year + (month < today.month), month, 1)
