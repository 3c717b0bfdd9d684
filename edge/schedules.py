"""When the payments of a plan fall due, and how large they are: cadence, month ends, business days, cents."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

from .business_days import PROFILES, Profile, is_business_day, next_business_day, previous_business_day

__all__ = [
    "CENT",
    "MAX_PAYMENTS",
    "Cadence",
    "Every",
    "add_months",
    "cadence_of",
    "equal_amounts",
    "on_business_days",
    "payment_day",
    "schedule",
]

CENT: Final = Decimal("0.01")
Every: TypeAlias = Literal["week", "2weeks", "month"]
MAX_PAYMENTS: Final = 120
"""A plan of more is not something a person can hold in mind; also bounds every loop over payments."""
_DAY: Final = timedelta(days=1)


def equal_amounts(balance: Decimal, count: int) -> list[Decimal]:
    """`count` payments as equal as cents allow: all but the last the same, the last the smaller rest."""
    each = (balance / count).quantize(CENT, rounding=ROUND_UP)
    rest = balance - each * (count - 1)
    if rest > 0:
        return [each] * (count - 1) + [rest]
    each = (balance / count // CENT) * CENT
    return [each] * (count - 1) + [balance - each * (count - 1)]


def schedule(first: date, every: Every, count: int) -> list[date]:
    """`count` calendar dates; months keep the day of the first date, clamped at month ends. Business days are `on_business_days`' part."""
    if every == "month":
        return [add_months(first, index) for index in range(count)]
    step = 7 if every == "week" else 14
    return [first + timedelta(days=step * index) for index in range(count)]


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later, clamped to the month's last day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def payment_day(day: date, profile: Profile, today: date, latest: date) -> date:
    """When a payment due on `day` is made: that day or the next business day, or the last one before it where the next is after `latest`.

    Today stays today, since it is paid at the terminal. A `day` after `latest` is outside the mandate and moves forward. Where there is
    no business day between tomorrow and `latest`, the day stays as it is. Monotone in `day`.
    """
    if day <= today:
        return day
    later = next_business_day(day, profile)
    if later <= latest or day > latest:
        return later
    earlier = previous_business_day(day, profile)
    return earlier if earlier > today else day


def on_business_days(dates: Sequence[date], profile: Profile, today: date, latest: date) -> list[date]:
    """Each payment day, kept in its calendar month where that has a business day left ("modified following").

    Otherwise the last days of two months could come to two payments in one. May repeat a day where the mandate is too short for two.
    """
    moved = []
    for day in dates:
        made = payment_day(day, profile, today, latest)
        earlier = previous_business_day(day, profile)
        # A first payment due today is made today, and what was due on the weekend may not fall back on it.
        moved.append(earlier if made.month != day.month and earlier.month == day.month and earlier > today else made)
    return moved


class Cadence(NamedTuple):
    """The step of a plan. moved: some payment is not on its calendar date, but on the business day beside it."""

    every: Every
    moved: bool


def cadence_of(dates: Sequence[date]) -> Cadence | None:
    """The regular step of three or more payments (two are listed by date), None when irregular."""
    if len(dates) < 3:
        return None
    for every in ("week", "2weeks", "month"):
        for first in _beside(dates[0]):
            planned = schedule(first, every, len(dates))
            if all(_is_moved(day, made) for day, made in zip(planned, dates, strict=True)):
                return Cadence(every, planned != list(dates))
    return None


def _beside(made: date) -> list[date]:
    """The calendar dates of which `made` can be the business day, itself first."""
    found = [made]
    for step in (-_DAY, _DAY):
        day = made + step
        while _is_closed(day):
            found.append(day)
            day += step
    return found


def _is_moved(day: date, made: date) -> bool:
    """Whether only closed days lie from the planned day up to the one it is made on."""
    step = _DAY if day < made else -_DAY
    while day != made and _is_closed(day):
        day += step
    return day == made


def _is_closed(day: date) -> bool:
    # Terms carry no profile; a day that is closed in any of them is reason enough to have moved.
    return any(not is_business_day(day, profile) for profile in PROFILES)
