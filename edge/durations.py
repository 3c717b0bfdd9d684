"""Durations in tokens: "6 weeks", "a month and a half", "10 working days", "a week on Friday"."""

import datetime
import math
from decimal import Decimal

from eqnegotiator.edge.calendar_days import MAX_DAYS, State, add_months
from eqnegotiator.edge.dates import match_anchor
from eqnegotiator.edge.quantity import UNITS, Quantity
from eqnegotiator.edge.sums import CURRENCY_WORDS
from eqnegotiator.edge.tokens import Token, sign_at, touches, word_at

_PLAIN_ADJECTIVES = frozenset("more extra additional further calendar full whole single clear solid".split())
_WORKING = frozenset(("working", "business", "work"))
UNIT_ADJECTIVES = _PLAIN_ADJECTIVES | _WORKING
_HEDGES = frozenset("maybe even perhaps possibly about around".split())
_LEADING = frozenset(
    "in for within after about around than over by to until till need needs want give take have is say maybe like just "
    "only another every now and or then but back of at it you me i with on be do pay".split()
)
_GIVEN = frozenset("need have give me us for take wait want take get".split())
_JOINTS = frozenset("on from after past following before".split())
_OCCASION = frozenset("payday pay day my the i get paid i'm wages wage when salary".split())
_LONGEST_OCCASION = 5
_DAYS_BESIDE = frozenset("today tomorrow monday tuesday wednesday thursday friday saturday sunday".split())


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
        days = math.ceil((value / 24 if value >= 24 else Decimal(0)) if unit == "hour" else value * per_unit.get(unit, MAX_DAYS + 1))
    return days if days <= MAX_DAYS else None


def match_duration(tokens: list[Token], at: int, today: datetime.date) -> Quantity | None:
    ranged = _ranged(tokens, at)
    if ranged is not None:
        return ranged
    single = _single_duration(tokens, at, today)
    if single is None:
        return None
    single = _with_smaller_part(tokens, single, today)
    return _anchored(tokens, single, today) or single


def _ranged(tokens: list[Token], at: int) -> Quantity | None:
    if tokens[at].kind != "number":
        return None
    joint = word_at(tokens, at + 1) in ("or", "to") or sign_at(tokens, at + 1) == "-"
    joint = joint or (word_at(tokens, at + 1) == "and" and word_at(tokens, at - 1) == "between")
    upper_at = at + 2 + (word_at(tokens, at + 2) in _HEDGES)
    if joint and upper_at < len(tokens) and tokens[upper_at].kind == "number":
        if tokens[at].text in ("9", "nine") and tokens[upper_at].text in ("5", "five", "6", "six"):
            return Quantity("other", at, upper_at + 1, state="void")  # working hours
        return _range(tokens, at, upper_at)
    return None


def _single_duration(tokens: list[Token], at: int, today: datetime.date) -> Quantity | None:
    token, word = tokens[at], word_at(tokens, at)
    value: Decimal | None
    if token.kind == "number":
        value, unit_at, unclear = token.value, at + 1, token.unclear or token.value is None
    elif word in ("a", "one", "another", "half", "an") or (word == "next" and word_at(tokens, at - 1) == "the"):
        value, unit_at, unclear = Decimal(1), at + 1, False
        if word == "half":
            value = Decimal("0.5")
            unit_at += word_at(tokens, unit_at) == "a"
    else:
        return None
    unit_at += sign_at(tokens, unit_at) == "-" and touches(tokens, unit_at)
    unit_at += word_at(tokens, unit_at) in _PLAIN_ADJECTIVES
    working = word_at(tokens, unit_at) in _WORKING
    unit_at += working
    unit = UNITS.get(word_at(tokens, unit_at))
    if unit is None or (len(word_at(tokens, unit_at)) == 1 and not touches(tokens, unit_at)):
        return None
    unit = "working day" if working and unit == "day" else unit
    end = unit_at + 1
    if word == "another" and unit == "day" and word_at(tokens, at - 1) not in _GIVEN:
        return Quantity("other", at, end, state="void")  # "try me another day"
    if token.kind != "number" and _is_rate(tokens, at):
        return Quantity("other", at, end, state="void")
    if unit in ("hour", "minute") and word_at(tokens, end) in ("shift", "shifts", "day", "days", "week", "weeks", "a", "per"):
        return Quantity("other", at, end, state="void")
    if [word_at(tokens, end + step) for step in range(3)] == ["and", "a", "half"]:
        value, end = value + Decimal("0.5") if value is not None else None, end + 3
    if [word_at(tokens, end), word_at(tokens, end + 1)] == ["or", "so"]:
        end += 2
    elif word_at(tokens, end) == "or" and _is_small_number(tokens, end + 1):
        # "a week or two" has no single reading, "a week or 300 now" is two quantities.
        unclear, end = True, end + 2
    if word_at(tokens, end) in ("time", "extension"):
        end += 1
    elif [word_at(tokens, end), word_at(tokens, end + 1)] in (["from", "now"], ["from", "today"]):
        end += 2
    days = None if unclear else duration_days(value, unit, today)
    if value == 0 and word_at(tokens, at - 1) not in ("in", "within"):
        return Quantity("other", at, end, state="void")
    if token.kind == "number" and token.value is None and token.text[0].isalpha():
        return Quantity("other", at, end, unit=unit, state="void")  # "a few weeks" says no number
    if unit == "hour" and days == 0 and word_at(tokens, at - 1) not in ("in", "within"):
        return Quantity("other", at, end, state="void")
    state: State = "unclear" if unclear else ("void" if days is None else "clear")
    return Quantity("duration", at, end, value=value, unit=unit, days=days, state=state)


def _is_rate(tokens: list[Token], at: int) -> bool:
    """ "40 mg a day": the unit is counted per day, no time is asked for."""
    counted = word_at(tokens, at - 1) not in (*_LEADING, "") and at > 1 and tokens[at - 2].kind == "number"
    return counted and word_at(tokens, at) in ("a", "an")


def _with_smaller_part(tokens: list[Token], whole: Quantity, today: datetime.date) -> Quantity:
    """ "A month and two weeks"."""
    if whole.state != "clear" or word_at(tokens, whole.last) != "and" or whole.last + 1 >= len(tokens):
        return whole
    part = _single_duration(tokens, whole.last + 1, today)
    sizes = ("day", "week", "fortnight", "month", "year")
    if part is None or part.days is None or whole.days is None or {part.unit, whole.unit} - set(sizes):
        return whole
    if sizes.index(part.unit) >= sizes.index(whole.unit):
        return whole
    return Quantity("duration", whole.first, part.last, unit="day", value=Decimal(whole.days + part.days), days=whole.days + part.days)


def _anchored(tokens: list[Token], length: Quantity, today: datetime.date) -> Quantity | None:
    """ "Two weeks on Friday", "a week after payday on the 28th", "30 days from the 1st", "a week tomorrow"."""
    joint = word_at(tokens, length.last)
    at = length.last + (joint in _JOINTS)
    if joint in ("after", "from", "past", "following", "before"):
        for _ in range(_LONGEST_OCCASION):
            at += word_at(tokens, at) in _OCCASION
        at += word_at(tokens, at) == "on"
    elif length.unit not in ("week", "fortnight") or not _follows_at_once(tokens, at, joint):
        return None
    anchor = match_anchor(tokens, at, today)
    if anchor is None or anchor.day is None or length.days is None or length.value is None:
        return None
    if anchor.day == today:
        return length._replace(last=anchor.end)
    span = duration_days(length.value, length.unit, anchor.day)
    if span is None:
        return None
    day = anchor.day + datetime.timedelta(-span if joint == "before" else span)
    if not 0 <= (day - today).days <= MAX_DAYS:
        return Quantity("date", length.first, anchor.end, state="void")
    return Quantity("date", length.first, anchor.end, day=day)


def _follows_at_once(tokens: list[Token], at: int, joint: str) -> bool:
    """ "A week on Friday" and "a week Friday" count from the day; "a week before Friday" never gets here."""
    return joint == "on" if joint in _JOINTS else word_at(tokens, at + (word_at(tokens, at) == "this")) in _DAYS_BESIDE


def _is_small_number(tokens: list[Token], at: int) -> bool:
    if at >= len(tokens) or tokens[at].kind != "number" or UNITS.get(word_at(tokens, at + 1)) is not None:
        return False
    return (tokens[at].value or 0) < 10


def _range(tokens: list[Token], at: int, upper_at: int) -> Quantity:
    unit_at = upper_at + 1
    unit_at += sign_at(tokens, unit_at) == "-"
    unit = UNITS.get(word_at(tokens, unit_at))
    if unit and not (len(word_at(tokens, unit_at)) == 1 and not touches(tokens, unit_at)):
        return Quantity("duration", at, unit_at + 1, unit=unit, state="unclear")
    if sign_at(tokens, at + 1) == "-" and touches(tokens, at + 1) and len(tokens[at].text) > 4:
        return Quantity("other", at, upper_at + 1, state="void")
    end = upper_at + 1 + (word_at(tokens, upper_at + 1) in CURRENCY_WORDS)
    return Quantity("number", at, end, state="unclear")
