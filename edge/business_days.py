"""Days on which banks move money: weekends and bank holidays, by the rules that fix them.

`us`: the Federal Reserve's holidays (one on a Sunday is kept on Monday, one on a Saturday not at all). `uk`: bank holidays of England and
Wales (one on a weekend is kept on the next working day). `eu`: the closing days of the T2 payment system. Holidays that are proclaimed for
one year, and those of Scotland and Northern Ireland, are not known.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from .holidays import easter, nth_weekday

__all__ = ["PROFILES", "Profile", "bank_holidays", "is_business_day", "next_business_day", "previous_business_day"]

Profile: TypeAlias = Literal["us", "uk", "eu"]
PROFILES: Final[tuple[Profile, ...]] = ("us", "uk", "eu")
_DAY: Final = timedelta(days=1)
_MONDAY, _THURSDAY, _SATURDAY = 0, 3, 5


def is_business_day(day: date, profile: Profile) -> bool:
    """Neither a weekend nor a bank holiday."""
    return day.weekday() < _SATURDAY and day not in bank_holidays(day.year, profile)


def next_business_day(day: date, profile: Profile) -> date:
    """`day` itself, or the first business day after it."""
    while not is_business_day(day, profile):
        day += _DAY
    return day


def previous_business_day(day: date, profile: Profile) -> date:
    """`day` itself, or the last business day before it."""
    while not is_business_day(day, profile):
        day -= _DAY
    return day


@lru_cache(maxsize=128)
def bank_holidays(year: int, profile: Profile) -> frozenset[date]:
    """The holidays of a year on which no money moves, as they are kept."""
    if profile == "us":
        return _us(year)
    return _uk(year) if profile == "uk" else _eu(year)


def _us(year: int) -> frozenset[date]:
    fixed = [date(year, 1, 1), date(year, 6, 19), date(year, 7, 4), date(year, 11, 11), date(year, 12, 25)]
    sunday = _SATURDAY + 1
    kept = [day + _DAY if day.weekday() == sunday else day for day in fixed]
    moved = [nth_weekday(year, 1, _MONDAY, 3), nth_weekday(year, 2, _MONDAY, 3), _last_monday(year, 5), nth_weekday(year, 9, _MONDAY, 1)]
    return frozenset([*kept, *moved, nth_weekday(year, 10, _MONDAY, 2), nth_weekday(year, 11, _THURSDAY, 4)])


def _uk(year: int) -> frozenset[date]:
    christmas = _substitute(date(year, 12, 25), frozenset())
    boxing = _substitute(date(year, 12, 26), frozenset([christmas, date(year, 12, 25)]))
    return frozenset(
        [
            _substitute(date(year, 1, 1), frozenset()),
            *_good_friday_and_easter_monday(year),
            nth_weekday(year, 5, _MONDAY, 1),
            _last_monday(year, 5),
            _last_monday(year, 8),
            christmas,
            boxing,
        ]
    )


def _eu(year: int) -> frozenset[date]:
    fixed = [date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26)]
    return frozenset([*fixed, *_good_friday_and_easter_monday(year)])


def _good_friday_and_easter_monday(year: int) -> tuple[date, date]:
    return easter(year) - 2 * _DAY, easter(year) + _DAY


def _substitute(day: date, taken: frozenset[date]) -> date:
    while day.weekday() >= _SATURDAY or day in taken:
        day += _DAY
    return day


def _last_monday(year: int, month: int) -> date:
    return nth_weekday(year, month + 1, _MONDAY, 1) - 7 * _DAY
