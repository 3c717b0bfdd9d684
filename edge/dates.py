"""Calendar expressions in tokens: dates by name or number, "next Friday", "end of the month", "Boxing Day".

Knows nothing of money or of who says it. A weekday is its next occurrence after today; "next Friday" has two readings
while this week's Friday is still to come.
"""

import datetime

from eqnegotiator.edge.calendar_days import MONTHS, ORDINALS, PREPOSITIONS, WEAK_NAMES, WEEKDAYS, DateMatch, settle
from eqnegotiator.edge.holidays import LONGEST_NAME, next_holiday
from eqnegotiator.edge.holidays import OPENERS as HOLIDAY_OPENERS
from eqnegotiator.edge.numbered_days import day_and_month, day_of_month, nth_of_month, numeric, weekday_and_day
from eqnegotiator.edge.periods import edge_of_period, in_next_week, named_month, relative_period
from eqnegotiator.edge.tokens import Token, word_at

_NOT_THE_DAY = frozenset(
    "shopping presents present dinner bonus money party club card cards tree gifts gift time holidays break rush "
    "lunch meal food decorations week hours".split()
)


def match_date(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    """The longest calendar expression that starts at `tokens[at]`, or None."""
    if tokens[at].kind == "sign":
        return None
    for form in _FORMS:
        found = form(tokens, at, today)
        if found is not None:
            return found
    return None


def match_anchor(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    """A day that another is counted from; itself never counted from a third, so that chains stay linear."""
    if at >= len(tokens):
        return None
    for form in _ANCHORS:
        found = form(tokens, at, today)
        if found is not None:
            return found
    word, named = word_at(tokens, at), at + (word_at(tokens, at) in ("this", "the"))
    if word in ("today", "tomorrow"):
        return settle(at + 1, today + datetime.timedelta(int(word == "tomorrow")), today)
    if word_at(tokens, named) in WEEKDAYS:
        ahead = (WEEKDAYS[word_at(tokens, named)] - today.weekday() - 1) % 7 + 1
        return settle(named + 1, today + datetime.timedelta(ahead), today)
    return None


def _relative_day(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    word = word_at(tokens, at)
    if word in ("today", "tonight") or (word == "this" and word_at(tokens, at + 1) in ("afternoon", "evening", "morning")):
        return settle(at + (2 if word == "this" else 1), today, today)
    if word == "tomorrow":
        return _later(tokens, at + 1, today + datetime.timedelta(1), today)
    if word == "yesterday":
        return DateMatch(at + 1, None, "void")
    start = at + 1 if word == "the" else at
    if word_at(tokens, start) == "day" and word_at(tokens, start + 1) in ("after", "before", "following"):
        anchor = match_anchor(tokens, start + 2, today)
        if anchor is None or anchor.day is None:
            return None
        return settle(anchor.end, anchor.day + datetime.timedelta(-1 if word_at(tokens, start + 1) == "before" else 1), today)
    return _weekday(tokens, at, today)


def _weekday(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    start = at
    while word_at(tokens, start) in ("next", "this", "coming", "last", "the") and start < at + 3:
        start += 1
    leading = [word_at(tokens, index) for index in range(at, start)]
    name, before = word_at(tokens, start), word_at(tokens, at - 1)
    named = before in PREPOSITIONS or {"next", "this", "coming", "last"} & set(leading)
    if name not in WEEKDAYS or (name in WEAK_NAMES and not named):
        return None
    if "last" in leading or before in ("last", "a"):
        return DateMatch(start + 1, None, "void")  # "on a Thursday" is no date
    day = today + datetime.timedelta((WEEKDAYS[name] - today.weekday() - 1) % 7 + 1)
    end = start + 1
    if word_at(tokens, end) in ("after", "before", "following") and end + 1 < len(tokens):
        if word_at(tokens, end + 1) == "next":
            return settle(end + 2, day + datetime.timedelta(7), today)
        if leading[-1:] == ["the"] and word_at(tokens, end) == "after" and not word_at(tokens, end + 1):
            return settle(end + 1, day + datetime.timedelta(7), today)
        anchor = match_anchor(tokens, end + 1, today)
        if anchor is not None and anchor.day is not None:
            sign = -1 if word_at(tokens, end) == "before" else 1
            gap = (sign * (WEEKDAYS[name] - anchor.day.weekday()) - 1) % 7 + 1
            return settle(anchor.end, anchor.day + datetime.timedelta(sign * gap), today)
    of_next = end + (word_at(tokens, end) == "of")
    if [word_at(tokens, of_next), word_at(tokens, of_next + 1)] == ["next", "week"]:
        return settle(of_next + 2, in_next_week(name, today), today)
    if "next" in leading and WEEKDAYS[name] > today.weekday():
        # Said on a Monday, "next Friday" is this week's for some and the one after for others.
        return DateMatch(end, None, "unclear")
    end += word_at(tokens, end) == "coming"
    return _later(tokens, end, day, today)


def _later(tokens: list[Token], end: int, day: datetime.date, today: datetime.date) -> DateMatch:
    """ "Friday week", "tomorrow fortnight": so many days behind `day`."""
    ahead = {"week": 7, "fortnight": 14}.get(word_at(tokens, end), 0)
    if ahead and word_at(tokens, end + 1) not in ("after", "before"):
        return settle(end + 1, day + datetime.timedelta(ahead), today)
    return settle(end, day, today)


def _holiday(tokens: list[Token], at: int, today: datetime.date) -> DateMatch | None:
    if word_at(tokens, at) not in HOLIDAY_OPENERS:
        return None
    for length in range(LONGEST_NAME, 0, -1):
        words = [word_at(tokens, at + step) for step in range(length)]
        found = next_holiday(" ".join(words), today) if all(words) else None
        if found is None or word_at(tokens, at + length) in _NOT_THE_DAY:
            continue
        if word_at(tokens, at - 1) == "a" and words[0] == "good":
            continue
        if word_at(tokens, at - 1) in ("last", "merry", "happy", "since", "every", "my", "this"):
            return DateMatch(at + length, None, "void")
        open_day = word_at(tokens, at - 1) == "in" or (" ".join(words) == "new year" and word_at(tokens, at - 2) == "in")
        return DateMatch(at + length, None, "unclear") if open_day else settle(at + length, found, today)
    return None


_FORMS = (
    numeric,
    weekday_and_day,
    day_and_month,
    nth_of_month,
    day_of_month,
    _relative_day,
    edge_of_period,
    relative_period,
    _holiday,
    named_month,
)
_ANCHORS = (numeric, weekday_and_day, day_and_month, nth_of_month, day_of_month, edge_of_period, _holiday)
OPENERS = (
    frozenset(MONTHS)
    | frozenset(WEEKDAYS)
    | frozenset(ORDINALS)
    | HOLIDAY_OPENERS
    | frozenset(
        "the today tonight this tomorrow yesterday day next coming last previous week month end start beginning middle "
        "mid weekend".split()
    )
)
"""Words with which a date can start."""
