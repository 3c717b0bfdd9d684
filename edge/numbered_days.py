"""Days that are named by number: "15 January", "the 3rd", "2027-01-15", "the last Friday of the month".

A date without a year is its next occurrence on or after today, a day of the month its next one after today. "15/01" is
read when only one order gives a date.
"""

import datetime

from eqnegotiator.edge.calendar_days import (
    COUNTED_NOUNS,
    FRIDAY,
    MONTHS,
    ORDINALS,
    PREPOSITIONS,
    WEEKDAYS,
    DateMatch,
    add_months,
    calendar_day,
    day_in,
    first_of_month,
    next_occurrence,
    settle,
)
from eqnegotiator.edge.numerals import small_number
from eqnegotiator.edge.tokens import Token, sign_at, word_at

_ORDINAL_SUFFIXES = frozenset(("st", "nd", "rd", "th"))
_BEHIND_DAY = frozenset("i we ok okay please if and then when for is works at latest or it'll i'll that".split())


def _integer(tokens: list[Token], at: int, low: int, high: int) -> int | None:
    if not 0 <= at < len(tokens) or tokens[at].value is None:
        return None
    value = tokens[at].value
    return int(value) if value is not None and low <= value <= high and value == int(value) else None


def _touching(tokens: list[Token], at: int, count: int) -> bool:
    return at + count <= len(tokens) and all(
        tokens[index].end == tokens[index + 1].start for index in range(at, at + count - 1)
    )


def numeric(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    if tokens[at].kind != "number" or not tokens[at].text[0].isdigit():
        return None
    dotted = tokens[at].text.split(".")
    if len(dotted) == 3 and all(part.isdigit() and len(part) <= 4 for part in dotted):
        return _in_either_order(int(dotted[0]), int(dotted[1]), _full_year(int(dotted[2])), at + 1, today)
    if not (at + 2 < len(tokens) and tokens[at + 1].text in "/-" and _touching(tokens, at, 3)):
        return None
    separator = tokens[at + 1].text
    three = at + 4 < len(tokens) and tokens[at + 3].text == separator and _touching(tokens, at, 5)
    year = _integer(tokens, at, 1000, 9999)
    if three and year is not None and len(tokens[at].text) == 4:
        month, day = _integer(tokens, at + 2, 1, 12), _integer(tokens, at + 4, 1, 31)
        return settle(at + 5, calendar_day(year, month, day) if month and day else None, today)
    first, second = _integer(tokens, at, 1, 31), _integer(tokens, at + 2, 1, 31)
    if first is None or second is None:
        return None
    if three:
        last = _integer(tokens, at + 4, 0, 9999)
        return _in_either_order(first, second, _full_year(last), at + 5, today) if last is not None else None
    if separator == "-" or (first, second) == (24, 7) or (first == 1 and second <= 4 and len(tokens[at].text) == 1):
        return None  # a range, "24/7", or a half to a quarter
    return _in_either_order(first, second, None, at + 3, today)


def _full_year(year: int) -> int:
    return year + 2000 if year < 100 else year


def _in_either_order(first: int, second: int, year: int | None, end: int, today: datetime.date) -> DateMatch | None:
    days = {
        next_occurrence(month, day, today) if year is None else calendar_day(max(year, 1), month, day)
        for day, month in ((first, second), (second, first))
        if day <= 31 and month <= 12
    } - {None}
    if len(days) > 1:
        return DateMatch(end, None, "unclear")
    if not days and year is None:
        return None
    return settle(end, next(iter(days), None), today)


def match_ordinal(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """(day of month, next index) of "15th" or "twenty first" at `at`."""
    value = _integer(tokens, at, 1, 31)
    if value is not None and word_at(tokens, at + 1) in _ORDINAL_SUFFIXES and _touching(tokens, at, 2):
        return value, at + 2
    if word_at(tokens, at) in ORDINALS:
        return ORDINALS[word_at(tokens, at)], at + 1
    after = at + 2 if at + 1 < len(tokens) and tokens[at + 1].text == "-" else at + 1
    unit = ORDINALS.get(word_at(tokens, after), 99)
    if value in (20, 30) and unit < 10 and small_number(tokens[at].text) == value:
        return value + unit, after + 1
    return None


def year_after(tokens: list[Token], at: int, today: datetime.date) -> tuple[int | None, int]:
    if [word_at(tokens, at), word_at(tokens, at + 1)] in (["next", "year"], ["this", "year"]):
        return today.year + (word_at(tokens, at) == "next"), at + 2
    behind = at + 1 if at < len(tokens) and tokens[at].text == "," else at
    year = _integer(tokens, behind, 1900, 2099)
    # "january 2000 dollars" is an amount: a year is followed by nothing that is counted or paid.
    if year is None or word_at(tokens, behind + 1) in ("dollars", "pounds", "euros", "quid", "bucks", "a", "per"):
        return None, at
    return year, behind + 1


def day_and_month(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    start = at + 1 if word_at(tokens, at) == "the" else at
    ordinal = match_ordinal(tokens, start)
    plain = _integer(tokens, start, 1, 31) if start < len(tokens) else None
    day, behind = ordinal or (plain, start + 1)
    month_at = behind + 1 if word_at(tokens, behind) in ("of", "in") and day is not None and ordinal else behind
    if day is not None and word_at(tokens, month_at) in MONTHS:
        year, end = year_after(tokens, month_at + 1, today)
        return _dated(year, MONTHS[word_at(tokens, month_at)], day, end, today)
    if word_at(tokens, at) not in MONTHS:
        return None
    behind = at + 1
    if sign_at(tokens, behind) == "," and word_at(tokens, behind + 1) in ("on", "the"):
        behind += 1
    behind += word_at(tokens, behind) == "on" and word_at(tokens, behind + 1) == "the"
    behind += word_at(tokens, behind) == "the"
    day, end = match_ordinal(tokens, behind) or (_integer(tokens, behind, 1, 31), behind + 1)
    # "january 50 dollars" and "march 3 weeks" start a month name with an unrelated number.
    if day is None or word_at(tokens, end) in ("a", "per", "dollars", "pounds", "quid", "bucks", "days", "weeks"):
        return None
    year, end = year_after(tokens, end, today)
    return _dated(year, MONTHS[word_at(tokens, at)], day, end, today)


def _dated(year: int | None, month: int, day: int, end: int, today: datetime.date) -> DateMatch:
    found = next_occurrence(month, day, today) if year is None else calendar_day(year, month, day)
    return settle(end, found, today)


def day_of_month(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    named, before = word_at(tokens, at) == "the", word_at(tokens, at - 1)
    start = at + 1 if named else at
    ordinal = match_ordinal(tokens, start)
    if ordinal is None:
        plain = named and before in PREPOSITIONS and start < len(tokens) and tokens[start].text.isdigit()
        day = _integer(tokens, start, 1, 31) if plain else None
        loose = word_at(tokens, start + 1) in _BEHIND_DAY or start + 1 >= len(tokens) or sign_at(tokens, start + 1) in ".,?!;"
        if day is None or not loose or (start + 1 < len(tokens) and not word_at(tokens, start + 1) and not sign_at(tokens, start + 1)):
            return None
        ordinal = day, start + 1
    day, end = ordinal
    counted = word_at(tokens, start) in ORDINALS
    behind = [word_at(tokens, end + step) for step in range(5)]
    if behind[0] in ("of", "in"):
        if behind[1:3] == ["next", "month"]:
            return settle(end + 3, day_in(add_months(today.replace(day=1), 1), day), today)
        if behind[1:5] == ["the", "month", "after", "next"]:
            return settle(end + 5, day_in(add_months(today.replace(day=1), 2), day), today)
    of_month = behind[0] == "of" and behind[1] in ("the", "this", "each", "every", "month")
    # "the first payment" and "a third" are no dates; a written-out ordinal needs a preposition and nothing behind it.
    if counted and not of_month and not (named and (before in PREPOSITIONS or day > 10)):
        return None
    if counted and behind[0] in COUNTED_NOUNS and not of_month:
        return None
    if not counted and not named and not of_month and before not in PREPOSITIONS:
        return None
    if of_month and behind[1] in ("the", "this"):
        end += 3 if behind[2] == "month" else 0
    for ahead in range(13):
        found = day_in(add_months(today.replace(day=1), ahead), day)
        if found is not None and found > today:
            return settle(end, found, today)
    return None


def nth_of_month(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    """ "the last Friday of the month", "first Monday in December", "the last day of February"."""
    start = at + 1 if word_at(tokens, at) == "the" else at
    which, name = word_at(tokens, start), word_at(tokens, start + 1)
    if which != "last" and not 1 <= ORDINALS.get(which, 0) <= 5:
        return None
    working = name in ("working", "business")
    name = word_at(tokens, start + 2) if working else name
    end = start + 2 + working
    if (name not in WEEKDAYS and name != "day") or word_at(tokens, end) not in ("of", "in"):
        return None
    period = _period_after(tokens, end + 1, today)
    if period is None:
        return None
    month, end = period
    for first in (month, add_months(month, 12 if word_at(tokens, end - 1) in MONTHS else 1)):
        day = _nth_in_month(first, which, WEEKDAYS.get(name), working)
        if day is not None and day >= today:
            return settle(end, day, today)
    return DateMatch(end, None, "void")


def _nth_in_month(first: datetime.date, which: str, weekday: int | None, working: bool) -> datetime.date | None:
    days = [day_in(first, number) for number in range(1, 32)]
    fitting = [
        day
        for day in days
        if day is not None and (weekday is None or day.weekday() == weekday) and not (working and day.weekday() > FRIDAY)
    ]
    index = -1 if which == "last" else ORDINALS[which] - 1
    return fitting[index] if index < len(fitting) else None


def _period_after(tokens: list[Token], at: int, today: datetime.date) -> tuple[datetime.date, int] | None:
    """(first day of the month, next index) of "the month", "next month", "the month after next" or "December" at `at`."""
    at += word_at(tokens, at) == "the"
    words = [word_at(tokens, at + step) for step in range(3)]
    this_month = today.replace(day=1)
    if words == ["month", "after", "next"]:
        return add_months(this_month, 2), at + 3
    if words[:2] in (["each", "month"], ["every", "month"]):
        return this_month, at
    if words[0] == "month":
        return this_month, at + 1
    if words[:2] in (["next", "month"], ["this", "month"]):
        return add_months(this_month, int(words[0] == "next")), at + 2
    if words[0] in MONTHS:
        return first_of_month(MONTHS[words[0]], today), at + 1
    return None


def weekday_and_day(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    """ "Friday the 4th", "Tuesday, 1 December": two names of one day; when they differ there is no reading."""
    weekday = WEEKDAYS.get(word_at(tokens, at))
    if weekday is None:
        return None
    start = at + 1 + (sign_at(tokens, at + 1) == ",")
    found = day_and_month(tokens, start, today)
    if found is None:
        ordinal = match_ordinal(tokens, start + (word_at(tokens, start) == "the"))
        if ordinal is None or (word_at(tokens, start) != "the" and start > at + 1):
            return None
        if word_at(tokens, start) in ORDINALS or word_at(tokens, ordinal[1]) in COUNTED_NOUNS - {"of"}:
            return None
        months = [add_months(today.replace(day=1), ahead) for ahead in range(3)]
        days = [day for month in months if (day := day_in(month, ordinal[0])) is not None and day > today]
        found = day_of_month(tokens, start, today) or settle(ordinal[1], days[0], today)
    if found.day is not None and found.day.weekday() != weekday:
        return DateMatch(found.end, None, "unclear")
    return found
