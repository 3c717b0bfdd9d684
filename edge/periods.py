"""Days within a named week, month or year: "the end of the month", "next week", "in March"."""

import calendar
import datetime

from eqnegotiator.edge.calendar_days import (
    COUNTED_NOUNS,
    FRIDAY,
    MONTHS,
    PREPOSITIONS,
    WEAK_NAMES,
    WEEKDAYS,
    DateMatch,
    add_months,
    calendar_day,
    day_in,
    first_of_month,
    settle,
)
from eqnegotiator.edge.numbered_days import day_and_month, match_ordinal, year_after
from eqnegotiator.edge.tokens import Token, sign_at, word_at

_SAY = frozenset("say like maybe around about on the by probably".split())


def in_next_week(name: str, today: datetime.date) -> datetime.date:
    return today + datetime.timedelta(7 - today.weekday() + WEEKDAYS[name])


def edge_of_period(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    start = at + 1 if word_at(tokens, at) == "the" else at
    edge = word_at(tokens, start)
    if edge == "month" and word_at(tokens, start + 1) == "end":
        return settle(start + 2, _month_edge(today, "end"), today)
    if edge not in ("end", "start", "beginning", "middle", "mid"):
        return None
    at = start + 1
    at += word_at(tokens, at) == "of" or sign_at(tokens, at) == "-"
    which = word_at(tokens, at)
    at += which in ("the", "this", "next")
    period = word_at(tokens, at)
    if [period, word_at(tokens, at + 1), word_at(tokens, at + 2)] == ["month", "after", "next"]:
        return settle(at + 3, _month_edge(add_months(today, 2), edge), today)
    if period == "new" and word_at(tokens, at + 1) == "year" and edge in ("start", "beginning"):
        return settle(at + 2, datetime.date(today.year + 1, 1, 1), today)
    if period == "month":
        base = add_months(today, 1) if which == "next" else today
        day = _month_edge(base, edge)
        return settle(at + 1, day if day >= today else _month_edge(add_months(today, 1), edge), today)
    if period == "week":
        target = {"end": FRIDAY, "start": 0, "beginning": 0}.get(edge, 2)
        ahead = target - today.weekday() + (7 if which == "next" else 0)
        return settle(at + 1, today + datetime.timedelta(ahead if ahead >= 0 else ahead + 7), today)
    if period == "year" and edge == "end":
        return settle(at + 1, datetime.date(today.year + (which == "next"), 12, 31), today)
    if period in MONTHS:
        first = first_of_month(MONTHS[period], today)
        return settle(at + 1, _month_edge(first, edge), today)
    return None


def _month_edge(day: datetime.date, edge: str) -> datetime.date:
    if edge == "end":
        return day.replace(day=calendar.monthrange(day.year, day.month)[1])
    return day.replace(day=15 if edge in ("middle", "mid") else 1)


def relative_period(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    which, period = word_at(tokens, at), word_at(tokens, at + 1)
    if [which, period, word_at(tokens, at + 2)] in (["week", "after", "next"], ["month", "after", "next"]):
        return DateMatch(at + 3, None, "unclear")
    if [which, period] == ["the", "week"] and word_at(tokens, at - 1) in ("within", "by"):
        return DateMatch(at + 2, None, "unclear")
    if period == "weekend" and which in ("the", "this", "next", "coming"):
        return DateMatch(at + 2, None, "unclear")
    if period not in ("week", "month", "fortnight", "year", "pay", "payday"):
        return None
    if which in ("last", "previous"):
        return DateMatch(at + 2, None, "void")
    if which not in ("this", "next") or period in ("pay", "payday") or word_at(tokens, at - 1) == "the":
        return None
    inner = at + 2 + (word_at(tokens, at + 2) in ("on", "in"))
    named = inner + (word_at(tokens, inner) == "the")
    if which == "next" and period == "week" and word_at(tokens, named) in WEEKDAYS:
        return settle(named + 1, in_next_week(word_at(tokens, named), today), today)
    if which == "next" and period == "month":
        ordinal = match_ordinal(tokens, named)
        if ordinal is not None:
            return settle(ordinal[1], day_in(add_months(today.replace(day=1), 1), ordinal[0]), today)
    if which == "next" and period == "year" and inner < len(tokens):
        found = day_and_month(tokens, inner, today)
        if found is not None and found.day is not None:
            return settle(found.end, calendar_day(today.year + 1, found.day.month, found.day.day), today)
    return DateMatch(at + 2, None, "unclear")


def named_month(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    word, before = word_at(tokens, at), word_at(tokens, at - 1)
    if word not in MONTHS or (word in WEAK_NAMES and before not in PREPOSITIONS):
        return None
    if before in ("last", "since"):
        return DateMatch(at + 1, None, "void")
    year, end = year_after(tokens, at + 1, today)
    month = MONTHS[word]
    first = first_of_month(month, today) if year is None else datetime.date(year, month, 1)
    # A start or a limit is the first of the month; "in January" leaves the day open.
    if before in ("starting", "beginning", "from", "by", "before", "until", "till") and first > today:
        return settle(end, first, today)
    behind = end
    while behind < min(end + 5, len(tokens)) and (tokens[behind].text in _SAY or sign_at(tokens, behind) == ","):
        behind += 1
    ordinal = match_ordinal(tokens, behind) if behind > end and word_at(tokens, behind - 1) == "the" else None
    if ordinal is not None and word_at(tokens, ordinal[1]) not in COUNTED_NOUNS:
        # "early January, say the 4th"
        return settle(ordinal[1], day_in(first, ordinal[0]), today)
    return DateMatch(end, None, "void" if add_months(first, 1) <= today else "unclear")
