"""The record of one quantity in a customer's words, and the units that durations and rhythms share."""

import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

from eqnegotiator.edge.calendar_days import State

MAX_AMOUNT = Decimal(1_000_000_000)
"""Larger sums of money are void."""

MAX_COUNT = 520
"""Ten years of weekly payments."""

Kind = Literal["amount", "number", "duration", "date", "fraction", "count", "every", "now", "upfront", "whole", "other"]
Rhythm = Literal["week", "2weeks", "month"]


class Quantity(NamedTuple):
    """One quantity in `tokens[first:last]`.

    `value` is major currency units, a count, a fraction or the number of `unit`s; `day` is a date; `days` a duration in
    days from today; `every` a rhythm. A field that does not apply, or has no single reading, is None.
    """

    kind: Kind
    first: int
    last: int
    value: Decimal | None = None
    day: datetime.date | None = None
    days: int | None = None
    unit: str = ""
    every: Rhythm | None = None
    state: State = "clear"


UNITS = {
    **dict.fromkeys(("day", "days", "d", "dys"), "day"),
    **dict.fromkeys(("week", "weeks", "wk", "wks", "w"), "week"),
    **dict.fromkeys(("fortnight", "fortnights"), "fortnight"),
    **dict.fromkeys(("month", "months", "mth", "mths", "mo", "mos"), "month"),
    **dict.fromkeys(("year", "years", "yr", "yrs"), "year"),
    **dict.fromkeys(("hour", "hours", "hrs", "hr"), "hour"),
    **dict.fromkeys(("minute", "minutes", "mins", "min", "second", "seconds"), "minute"),
}
"""Unit words to the unit they mean."""
