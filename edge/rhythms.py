"""Rhythms of payment in tokens: "a month", "every other week", "fortnightly", "pcm".

Only weeks, two weeks and months can be put on the wire; any other rhythm is said but unclear.
"""

from decimal import Decimal

from eqnegotiator.edge.numerals import Token, sign_at, word_at
from eqnegotiator.edge.quantity import UNITS, Quantity, Rhythm

_RHYTHMS: dict[str, Rhythm | None] = {
    "week": "week",
    "fortnight": "2weeks",
    "month": "month",
    "day": None,
    "year": None,
    "payday": None,
    "quarter": None,
}
ADVERBS: dict[str, Rhythm | None] = {
    "weekly": "week",
    "fortnightly": "2weeks",
    "biweekly": "2weeks",
    "monthly": "month",
    "bimonthly": None,
    "quarterly": None,
    "daily": None,
    "yearly": None,
    "annually": None,
}
_RATE_MARKS: dict[str, Rhythm] = {"pm": "month", "pcm": "month", "mo": "month", "pw": "week", "wk": "week"}
_WEEKDAY_NAMES = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())


def match_rhythm(tokens: list[Token], at: int, previous: Quantity | None) -> Quantity | None:
    word, following = word_at(tokens, at), word_at(tokens, at + 1)
    priced = previous is not None and previous.kind in ("amount", "number", "count")
    if word == "bi" and sign_at(tokens, at + 1) == "-" and word_at(tokens, at + 2) == "weekly":
        return Quantity("every", at, at + 3, every="2weeks")
    if word in ADVERBS:
        return _every(at, at + 1, ADVERBS[word])
    if word in ("once", "twice") and following in ("a", "per", "every", "each") and word_at(tokens, at + 2) in _RHYTHMS:
        return _every(at, at + 3, _RHYTHMS[word_at(tokens, at + 2)] if word == "once" else None)
    if word in _RATE_MARKS and priced and previous is not None and previous.kind != "count":
        # "300 pm" is a rent or a clock: only a currency tells.
        clock = previous.kind == "number" and previous.value is not None and _reads_as_clock(previous.value)
        return _every(at, at + 1, None if clock and word == "pm" else _RATE_MARKS[word])
    if word == "p" and sign_at(tokens, at + 1) == "/" and word_at(tokens, at + 2) in ("m", "w"):
        return Quantity("every", at, at + 3, every="month" if word_at(tokens, at + 2) == "m" else "week")
    if sign_at(tokens, at) == "/" and priced and UNITS.get(following) in _RHYTHMS:
        return _every(at, at + 2, _RHYTHMS[UNITS[following]])
    unit = UNITS.get(following, following)
    if unit in _RHYTHMS and (word in ("per", "each", "every") or (word in ("a", "the") and priced)):
        return _every(at, at + 2, _RHYTHMS[unit])
    if priced and word in _RHYTHMS and word != "day" and previous is not None and previous.kind == "amount":
        return _every(at, at + 1, _RHYTHMS[word])
    if word in ("every", "each"):
        return _every_counted(tokens, at)
    return None


def _reads_as_clock(value: Decimal) -> bool:
    return 100 <= value < 1300 and value == int(value) and value % 100 < 60


def _every(first: int, last: int, rhythm: Rhythm | None) -> Quantity:
    return Quantity("every", first, last, every=rhythm, state="clear" if rhythm else "unclear")


def _every_counted(tokens: list[Token], at: int) -> Quantity | None:
    following = word_at(tokens, at + 1)
    if following.removesuffix("s") in _WEEKDAY_NAMES:
        return Quantity("every", at, at + 1, every="week")
    unit = UNITS.get(word_at(tokens, at + 2))
    if following in ("other", "second", "alternate") and unit:
        return _every(at, at + 3, "2weeks" if unit == "week" else None)
    if following in ("other", "second") and word_at(tokens, at + 2) in _WEEKDAY_NAMES:
        return Quantity("every", at, at + 2, every="2weeks")
    if at + 1 < len(tokens) and tokens[at + 1].kind == "number" and unit:
        counted: dict[tuple[Decimal | None, str], Rhythm] = {
            (Decimal(1), "week"): "week",
            (Decimal(7), "day"): "week",
            (Decimal(2), "week"): "2weeks",
            (Decimal(14), "day"): "2weeks",
            (Decimal(1), "month"): "month",
        }
        return _every(at, at + 3, counted.get((tokens[at + 1].value, unit)))
    return None
