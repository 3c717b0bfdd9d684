"""Calendar expressions in tokens: "15 January", "next Friday", "end of the month", "2027-01-15".

Knows nothing of money or of who says it. A date without a year is its next occurrence on or after today; a weekday is
its next occurrence after today, also with "next" before it. "15/01" is read when only one order gives a date.
"""

import calendar
import datetime
from typing import Literal, NamedTuple

from eqnegotiator.edge.numerals import Token, small_number, word_at

MAX_DAYS = 3653
"""Ten years: nothing further away is a proposal."""

State = Literal["clear", "unclear", "void"]
"""clear: one reading. unclear: said, but with no single reading. void: said, but never part of a proposal."""


class DateMatch(NamedTuple):
    """A calendar expression in `tokens[start:end]`; `day` is set only when `state` is clear."""

    end: int
    day: datetime.date | None
    state: State


_MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
_WEEKDAYS |= {"mon": 0, "tue": 1, "tues": 1, "weds": 2, "wed": 2, "thu": 3, "thur": 3, "thurs": 3, "fri": 4}
_WEEKDAYS |= {"sat": 5, "sun": 6}
# Also English words of other meaning, or abbreviations of one: they need a preposition or a day number beside them.
_WEAK_NAMES = frozenset("may march mar jun jan feb apr jul aug sep sept oct nov dec mon tue wed sat sun fri".split())
_PREPOSITIONS = frozenset(
    "on by in until till before from starting beginning next this of for mid early late after at during around end "
    "every each come maybe".split()
)
_ORDINAL_SUFFIXES = frozenset(("st", "nd", "rd", "th"))
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        range(1, 21),
        strict=True,
    )
) | {"thirtieth": 30}
_SEASONS = {("christmas",): (12, 25), ("xmas",): (12, 25), ("christmas", "eve"): (12, 24), ("new", "year's"): (1, 1)}
_FRIDAY = 4


def add_months(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month `months` later, clamped at the end of a shorter month."""
    year, month_index = divmod(day.year * 12 + day.month - 1 + months, 12)
    return datetime.date(year, month_index + 1, min(day.day, calendar.monthrange(year, month_index + 1)[1]))


def match_date(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    """The longest calendar expression that starts at `tokens[at]`, or None."""
    for form in (_numeric, _day_and_month, _day_of_month, _relative_day, _edge_of_period, _relative_period, _named_day):
        found = form(tokens, at, today)
        if found is not None:
            return found
    return None


def _integer(tokens: list[Token], at: int, low: int, high: int) -> int | None:
    if not 0 <= at < len(tokens) or tokens[at].value is None:
        return None
    value = tokens[at].value
    return int(value) if value is not None and low <= value <= high and value == int(value) else None


def _touching(tokens: list[Token], at: int, count: int) -> bool:
    return at + count <= len(tokens) and all(
        tokens[index].end == tokens[index + 1].start for index in range(at, at + count - 1)
    )


def _settle(end: int, day: datetime.date | None, today: datetime.date) -> DateMatch:
    if day is None or not 0 <= (day - today).days <= MAX_DAYS:
        return DateMatch(end, None, "void")
    return DateMatch(end, day, "clear")


def _calendar_day(year: int, month: int, day: int) -> datetime.date | None:
    if 1 <= month <= 12 and 1 <= day <= calendar.monthrange(year, month)[1]:
        return datetime.date(year, month, day)
    return None


def _next_occurrence(month: int, day: int, today: datetime.date) -> datetime.date | None:
    candidates = (_calendar_day(year, month, day) for year in range(today.year, min(today.year + 9, datetime.MAXYEAR)))
    return next((candidate for candidate in candidates if candidate is not None and candidate >= today), None)


def _numeric(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
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
        return _settle(at + 5, _calendar_day(year, month, day) if month and day else None, today)
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
        _next_occurrence(month, day, today) if year is None else _calendar_day(max(year, 1), month, day)
        for day, month in ((first, second), (second, first))
        if day <= 31 and month <= 12
    } - {None}
    if len(days) > 1:
        return DateMatch(end, None, "unclear")
    if not days and year is None:
        return None
    return _settle(end, next(iter(days), None), today)


def _ordinal(tokens: list[Token], at: int) -> tuple[int, int] | None:
    """(day of month, next index) of "15th" or "twenty first" at `at`."""
    value = _integer(tokens, at, 1, 31)
    if value is not None and word_at(tokens, at + 1) in _ORDINAL_SUFFIXES and _touching(tokens, at, 2):
        return value, at + 2
    if word_at(tokens, at) in _ORDINALS:
        return _ORDINALS[word_at(tokens, at)], at + 1
    after = at + 2 if at + 1 < len(tokens) and tokens[at + 1].text == "-" else at + 1
    unit = _ORDINALS.get(word_at(tokens, after), 99)
    if value in (20, 30) and unit < 10 and small_number(tokens[at].text) == value:
        return value + unit, after + 1
    return None


def _year_after(tokens: list[Token], at: int) -> tuple[int | None, int]:
    behind = at + 1 if at < len(tokens) and tokens[at].text == "," else at
    year = _integer(tokens, behind, 1900, 2099)
    # "january 2000 dollars" is an amount: a year is followed by nothing that is counted or paid.
    if year is None or word_at(tokens, behind + 1) in ("dollars", "pounds", "euros", "quid", "bucks", "a", "per"):
        return None, at
    return year, behind + 1


def _day_and_month(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    start = at + 1 if word_at(tokens, at) == "the" else at
    ordinal = _ordinal(tokens, start)
    plain = _integer(tokens, start, 1, 31) if start < len(tokens) else None
    day, behind = ordinal or (plain, start + 1)
    month_at = behind + 1 if word_at(tokens, behind) == "of" else behind
    if day is not None and word_at(tokens, month_at) in _MONTHS:
        year, end = _year_after(tokens, month_at + 1)
        return _dated(year, _MONTHS[word_at(tokens, month_at)], day, end, today)
    if word_at(tokens, at) not in _MONTHS:
        return None
    behind = at + 2 if word_at(tokens, at + 1) == "the" else at + 1
    day, end = _ordinal(tokens, behind) or (_integer(tokens, behind, 1, 31), behind + 1)
    # "january 50 dollars" and "march 3 weeks" start a month name with an unrelated number.
    if day is None or word_at(tokens, end) in ("a", "per", "dollars", "pounds", "quid", "bucks", "days", "weeks"):
        return None
    year, end = _year_after(tokens, end)
    return _dated(year, _MONTHS[word_at(tokens, at)], day, end, today)


def _dated(year: int | None, month: int, day: int, end: int, today: datetime.date) -> DateMatch:
    found = _next_occurrence(month, day, today) if year is None else _calendar_day(year, month, day)
    return _settle(end, found, today)


def _day_of_month(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    named = word_at(tokens, at) == "the"
    ordinal = _ordinal(tokens, at + 1 if named else at)
    if ordinal is None:
        return None
    day, end = ordinal
    counted = word_at(tokens, at + 1 if named else at) in _ORDINALS
    if [word_at(tokens, end), word_at(tokens, end + 1), word_at(tokens, end + 2)] == ["of", "next", "month"]:
        later = add_months(today.replace(day=1), 1)
        return _settle(end + 3, _calendar_day(later.year, later.month, day), today)
    of_month = word_at(tokens, end) == "of" and word_at(tokens, end + 1) in ("the", "this", "each", "every", "month")
    # "the first payment" and "a third" are no dates; a written-out ordinal needs a preposition and nothing behind it.
    if counted and not of_month and (not named or word_at(tokens, at - 1) not in _PREPOSITIONS):
        return None
    nouns = ("payment", "instalment", "installment", "time", "thing", "one", "of", "week")
    if counted and word_at(tokens, end) in nouns and not of_month:
        return None
    if not counted and not named and not of_month and word_at(tokens, at - 1) not in _PREPOSITIONS:
        return None
    if of_month and word_at(tokens, end + 1) in ("the", "this"):
        end += 3 if word_at(tokens, end + 2) == "month" else 0
    for ahead in range(13):
        start = add_months(today.replace(day=1), ahead)
        found = _calendar_day(start.year, start.month, day)
        if found is not None and found >= today:
            return _settle(end, found, today)
    return None


def _relative_day(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    word, before = word_at(tokens, at), word_at(tokens, at - 1)
    if word in ("today", "tonight") or (word == "this" and word_at(tokens, at + 1) in ("afternoon", "evening")):
        return _settle(at + (2 if word == "this" else 1), today, today)
    if word in ("tomorrow", "tomorow", "tommorow", "tommorrow", "tmrw"):
        return _settle(at + 1, today + datetime.timedelta(1), today)
    if word == "yesterday":
        return DateMatch(at + 1, None, "void")
    start = at + 1 if word == "the" else at
    if [word_at(tokens, start + step) for step in range(3)] == ["day", "after", "tomorrow"]:
        return _settle(start + 3, today + datetime.timedelta(2), today)
    start = at + 1 if word in ("next", "this", "coming", "last") else at
    name = word_at(tokens, start)
    if name not in _WEEKDAYS or (name in _WEAK_NAMES and start == at and before not in _PREPOSITIONS):
        return None
    if word == "last" or before == "last":
        return DateMatch(start + 1, None, "void")
    day = today + datetime.timedelta((_WEEKDAYS[name] - today.weekday() - 1) % 7 + 1)
    end = start + 1
    if word_at(tokens, end) == "week" and word != "next":
        day, end = day + datetime.timedelta(7), end + 1
    elif [word_at(tokens, end), word_at(tokens, end + 1)] == ["after", "next"]:
        day, end = day + datetime.timedelta(7), end + 2
    return _settle(end, day, today)


def _edge_of_period(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    start = at + 1 if word_at(tokens, at) == "the" else at
    edge = word_at(tokens, start)
    if edge == "month" and word_at(tokens, start + 1) == "end":
        return _settle(start + 2, _month_edge(today, "end"), today)
    if edge not in ("end", "start", "beginning", "middle", "mid"):
        return None
    at = start + 1
    at += word_at(tokens, at) == "of"
    which = word_at(tokens, at)
    at += which in ("the", "this", "next")
    period = word_at(tokens, at)
    if period == "month":
        base = add_months(today, 1) if which == "next" else today
        day = _month_edge(base, edge)
        return _settle(at + 1, day if day >= today else _month_edge(add_months(today, 1), edge), today)
    if period == "week":
        target = {"end": _FRIDAY, "start": 0, "beginning": 0}.get(edge, 2)
        ahead = target - today.weekday() + (7 if which == "next" else 0)
        return _settle(at + 1, today + datetime.timedelta(ahead if ahead >= 0 else ahead + 7), today)
    if period == "year" and edge == "end":
        return _settle(at + 1, datetime.date(today.year + (which == "next"), 12, 31), today)
    if period in _MONTHS:
        first = _first_of_month(_MONTHS[period], today)
        return _settle(at + 1, _month_edge(first, edge), today)
    return None


def _month_edge(day: datetime.date, edge: str) -> datetime.date:
    if edge == "end":
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day.replace(day=15 if edge in ("middle", "mid") else 1)


def _first_of_month(month: int, today: datetime.date) -> datetime.date:
    return datetime.date(today.year + (month < today.month), month, 1)


def _relative_period(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    which, period = word_at(tokens, at), word_at(tokens, at + 1)
    if period not in ("week", "month", "fortnight", "year", "pay"):
        return None
    if which in ("last", "previous"):
        return DateMatch(at + 2, None, "void")
    if which == "this" and period != "pay":
        return DateMatch(at + 2, None, "unclear")
    return None


def _named_day(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    word, before = word_at(tokens, at), word_at(tokens, at - 1)
    for words, (month, day) in sorted(_SEASONS.items(), key=lambda item: -len(item[0])):
        if tuple(word_at(tokens, at + step) for step in range(len(words))) == words and before in _PREPOSITIONS:
            state: State = "unclear" if before in ("after", "around", "in") else "clear"
            found = _next_occurrence(month, day, today)
            return DateMatch(at + len(words), found if state == "clear" else None, state)
    if word not in _MONTHS or (word in _WEAK_NAMES and before not in _PREPOSITIONS):
        return None
    if before == "last":
        return DateMatch(at + 1, None, "void")
    year, end = _year_after(tokens, at + 1)
    month = _MONTHS[word]
    first = _first_of_month(month, today) if year is None else datetime.date(year, month, 1)
    # A start or a limit is the first of the month; "in January" leaves the day open.
    if before in ("starting", "beginning", "from", "by", "before", "until", "till") and first > today:
        return _settle(end, first, today)
    return DateMatch(end, None, "void" if add_months(first, 1) <= today else "unclear")
