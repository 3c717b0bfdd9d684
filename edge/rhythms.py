"""Rhythms of payment in tokens: "a month", "every other week", "fortnightly", "pcm".

Only weeks, two weeks and months can be put on the wire; any other rhythm is said but unclear.
"""

from decimal import Decimal

from eqnegotiator.edge.calendar_days import WEEKDAYS
from eqnegotiator.edge.quantity import UNITS, Quantity, Rhythm
from eqnegotiator.edge.tokens import Token, sign_at, word_at

_RHYTHMS: dict[str, Rhythm | None] = {
    "week": "week",
    "fortnight": "2weeks",
    "month": "month",
    "day": None,
    "year": None,
    "quarter": None,
}
_PAYDAYS = frozenset("payday pay paycheck paycheque cheque check".split())
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
_WEEKDAY_NAMES = frozenset(WEEKDAYS)
PLURAL_WEEKDAYS = frozenset(f"{day}s" for day in WEEKDAYS if day.endswith("day"))
OPENERS = frozenset(
    (*ADVERBS, *_RATE_MARKS, *_RHYTHMS, *_PAYDAYS, "bi", "once", "twice", "p", "per", "each", "every", "a", "the", "on", "of", "in", "for")
)
"""Words with which a rhythm can start."""


def match_rhythm(tokens: list[Token], at: int, previous: Quantity | None) -> Quantity | None:
    word, following = word_at(tokens, at), word_at(tokens, at + 1)
    priced = previous is not None and previous.kind in ("amount", "number", "count", "fraction")
    priced = priced or word_at(tokens, at - 1) in ("pounds", "dollars", "quid", "bucks", "euros")
    joined = at + 1 + (sign_at(tokens, at + 1) == "-")
    if word == "bi" and word_at(tokens, joined) == "weekly":
        return Quantity("every", at, joined + 1, every="2weeks")
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
    article = word == "a" or (word == "the" and word_at(tokens, at + 2) not in ("after", "before"))
    if unit in _PAYDAYS and (word in ("per", "each", "every") or (priced and article)):
        return _every(at, at + 2, None)._replace(unit="payday")
    if unit in _RHYTHMS and (word in ("per", "each", "every") or (priced and article)):
        return _every(at, at + 2, _RHYTHMS[unit])
    if priced and word in _RHYTHMS and word != "day" and previous is not None and previous.kind == "amount":
        return _every(at, at + 1, _RHYTHMS[word])
    if word in ("on", "of") and following in PLURAL_WEEKDAYS:
        return Quantity("every", at, at + 2, every="week")
    if word in ("in", "for") and following in ("week", "month") and priced:
        return _every(at, at + 2, _RHYTHMS[following])
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
        return Quantity("every", at, at + 2, every="week")
    if following in ("single", "and"):
        unit = UNITS.get(word_at(tokens, at + (2 if following == "single" else 3)))
        return _every(at, at + (3 if following == "single" else 4), _RHYTHMS[unit]) if unit in _RHYTHMS else None
    unit = UNITS.get(word_at(tokens, at + 2))
    if following in ("other", "second", "alternate") and unit:
        return _every(at, at + 3, "2weeks" if unit == "week" else None)
    if following in ("other", "second", "alternate") and word_at(tokens, at + 2).removesuffix("s") in _WEEKDAY_NAMES:
        return Quantity("every", at, at + 3, every="2weeks")
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
