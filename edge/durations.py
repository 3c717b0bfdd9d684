"""Durations in tokens: "6 weeks", "a month and a half", "10 working days", "a week on Friday"."""

import datetime
import math
from decimal import Decimal

from eqnegotiator.edge.dates import MAX_DAYS, State, add_months, match_date
from eqnegotiator.edge.numerals import Token, sign_at, touches, word_at
from eqnegotiator.edge.quantity import UNITS, Quantity
from eqnegotiator.edge.sums import CURRENCY_WORDS


def duration_days(value: Decimal | None, unit: str, today: datetime.date) -> int | None:
    """Days from today that `value` units last; a month is a calendar month. None when vague, absurd or not of days."""
    if value is None or not 0 <= value <= MAX_DAYS:
        return None
    if unit in ("month", "year"):
        months = value * (12 if unit == "year" else 1)
        if months > MAX_DAYS // 30:
            return None
        whole = int(months)
        days = (add_months(today, whole) - today).days + round(float(months - whole) * 30)
    else:
        per_unit = {"day": Decimal(1), "working day": Decimal(7) / 5, "week": Decimal(7), "fortnight": Decimal(14)}
        days = math.ceil(value / 24 if unit == "hour" else value * per_unit.get(unit, MAX_DAYS + 1))
    return days if days <= MAX_DAYS else None


def match_duration(tokens: list[Token], at: int, today: datetime.date) -> Quantity | None:
    token, word = tokens[at], word_at(tokens, at)
    value: Decimal | None
    if token.kind == "number":
        value, unit_at, unclear = token.value, at + 1, token.unclear or token.value is None
        upper_at = at + 2
        ranged = word_at(tokens, at + 1) in ("or", "to") or sign_at(tokens, at + 1) == "-"
        ranged = ranged or (word_at(tokens, at + 1) == "and" and word_at(tokens, at - 1) == "between")
        if ranged and upper_at < len(tokens) and tokens[upper_at].kind == "number":
            return _range(tokens, at, upper_at)
    elif word in ("a", "one", "another", "next", "half", "an"):
        value, unit_at, unclear = Decimal(1), at + 1, False
        if word == "half":
            value = Decimal("0.5")
            unit_at += word_at(tokens, unit_at) == "a"
        if word == "next" and word_at(tokens, at - 1) == "the":
            return None
    elif word == "week" and [word_at(tokens, at + 1), word_at(tokens, at + 2)] == ["after", "next"]:
        return Quantity("duration", at, at + 3, value=Decimal(2), unit="week", days=14)
    else:
        return None
    if word != "next":
        unit_at += sign_at(tokens, unit_at) == "-" and touches(tokens, unit_at)
        unit_at += word_at(tokens, unit_at) in ("more", "extra", "additional", "further", "calendar", "full", "whole")
    working = word_at(tokens, unit_at) in ("working", "business", "work")
    unit_at += working
    unit = UNITS.get(word_at(tokens, unit_at))
    if unit is None or (len(word_at(tokens, unit_at)) == 1 and not touches(tokens, unit_at)):
        return None
    unit = "working day" if working and unit == "day" else unit
    end = unit_at + 1
    if [word_at(tokens, end + step) for step in range(3)] == ["and", "a", "half"]:
        value, end = value + Decimal("0.5") if value is not None else None, end + 3
    if [word_at(tokens, end), word_at(tokens, end + 1)] == ["or", "so"]:
        end += 2
    elif word_at(tokens, end) == "or" and _is_small_number(tokens, end + 1):
        # "a week or two" has no single reading, "a week or 300 now" is two quantities.
        unclear, end = True, end + 2
    if word_at(tokens, end) == "time":
        end += 1
    elif [word_at(tokens, end), word_at(tokens, end + 1)] == ["from", "now"]:
        end += 2
    elif unit == "week" and word_at(tokens, end) in ("on", "from"):
        day = match_date(tokens, end + 1, today)
        if day is not None and day.day is not None and value is not None and 0 <= value <= 520:
            later = day.day + datetime.timedelta(int(value * 7))
            return Quantity("date", at, day.end, day=later)
    days = None if unclear else duration_days(value, unit, today)
    state: State = "unclear" if unclear else ("void" if days is None else "clear")
    return Quantity("duration", at, end, value=value, unit=unit, days=days, state=state)


def _is_small_number(tokens: list[Token], at: int) -> bool:
    if at >= len(tokens) or tokens[at].kind != "number" or UNITS.get(word_at(tokens, at + 1)) is not None:
        return False
    return (tokens[at].value or 0) < 10


def _range(tokens: list[Token], at: int, upper_at: int) -> Quantity:
    unit_at = upper_at + 1
    unit_at += sign_at(tokens, unit_at) == "-"
    unit = UNITS.get(word_at(tokens, unit_at))
    if unit:
        return Quantity("duration", at, unit_at + 1, unit=unit, state="unclear")
    if sign_at(tokens, at + 1) == "-" and touches(tokens, at + 1) and len(tokens[at].text) > 4:
        return Quantity("other", at, upper_at + 1, state="void")
    end = upper_at + 1 + (word_at(tokens, upper_at + 1) in CURRENCY_WORDS)
    return Quantity("number", at, end, state="unclear")
