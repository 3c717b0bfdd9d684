"""Quantities in what a customer said: money, durations, dates, fractions, counts and rhythms, each with its span.

Knows nothing of negation or of who says it: `proposal` decides what is offered. Everything countable gets a span, also
what can never be offered (a clock time, a past date), so that text can be delexicalised.
"""

import datetime
import math
from decimal import Decimal
from typing import Literal, NamedTuple

from eqnegotiator.edge.dates import MAX_DAYS, State, add_months, match_date
from eqnegotiator.edge.numerals import Token, is_comma_decimal

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


_CURRENCY_SIGNS = frozenset("$\u00a3\u20ac\u00a5\u20b9")
_CURRENCY_WORDS = frozenset("dollar dollars buck bucks quid pound pounds euro euros usd gbp eur rupees".split())
_CENTS = frozenset("cent cents pence penny p".split())
_UNITS = {
    **dict.fromkeys(("day", "days", "d"), "day"),
    **dict.fromkeys(("week", "weeks", "wk", "wks", "w"), "week"),
    **dict.fromkeys(("fortnight", "fortnights"), "fortnight"),
    **dict.fromkeys(("month", "months", "mth", "mths", "mo", "mos"), "month"),
    **dict.fromkeys(("year", "years", "yr", "yrs"), "year"),
    **dict.fromkeys(("hour", "hours", "hrs", "hr"), "hour"),
    **dict.fromkeys(("minute", "minutes", "mins", "min", "second", "seconds"), "minute"),
}
_RHYTHMS: dict[str, Rhythm | None] = {
    "week": "week",
    "fortnight": "2weeks",
    "month": "month",
    "day": None,
    "year": None,
    "payday": None,
    "quarter": None,
}
_ADVERBS: dict[str, Rhythm | None] = {
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
_COUNTED = frozenset(
    "payment payments instalment instalments installment installments instalement instalements part parts chunk "
    "chunks goes lots".split()
)
_COUNT_ADJECTIVES = frozenset("equal monthly weekly fortnightly biweekly separate small smaller even more easy".split())
_FRACTION_WORDS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "tenth": 10}
_NOT_A_FRACTION = frozenset("hour past an to pounder pound party time term way asleep year years month months day days".split())
_WEEKDAY_NAMES = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_FOLLOWERS = frozenset(
    "a per each every now today tomorrow then and but or is are was would could will should might can works work max "
    "maximum tops most minimum least please if at by on in until till for from instead ok okay right first down upfront "
    "up straight to total altogether starting more i i'd i'll we that that's it extra only maybe mate yes yeah no sorry "
    "actually not isn't won't doesn't can't wouldn't couldn't too the this next with off toward towards monthly weekly "
    "fortnightly biweekly bi so or-so plus after when because cos since as just initially immediately deposit "
    "tonight this and of one good better fine enough how sir madam thanks thank rather again later any before within once twice p".split()
)


def find_quantities(tokens: list[Token], today: datetime.date) -> list[Quantity]:
    """All quantities in order, not overlapping; O(len(tokens))."""
    found: list[Quantity] = []
    index = 0
    while index < len(tokens):
        previous = found[-1] if found and found[-1].last == index else None
        quantity = _quantity_at(tokens, index, today, previous)
        if quantity is None:
            index += 1
        else:
            found.append(quantity)
            index = quantity.last
    return _void_digit_runs(found)


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


def _word(tokens: list[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) and tokens[at].kind == "word" else ""


def _sign(tokens: list[Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) and tokens[at].kind == "sign" else ""


def _touches(tokens: list[Token], at: int) -> bool:
    return 0 < at < len(tokens) and tokens[at - 1].end == tokens[at].start


def _quantity_at(
    tokens: list[Token], at: int, today: datetime.date, previous: Quantity | None
) -> Quantity | None:
    clock = _clock(tokens, at)
    if clock is not None:
        return clock
    rhythm = _rhythm(tokens, at, previous)
    if rhythm is not None:
        # "0 a month" says nothing: a rhythm stands or falls with the sum in front of it.
        return rhythm._replace(state="void") if previous is not None and previous.state == "void" else rhythm
    date = match_date(tokens, at, today)
    if date is not None:
        return Quantity("date", at, date.end, day=date.day, state=date.state)
    for form in (_money, _fraction, _count):
        found = form(tokens, at)
        if found is not None:
            return found
    return _duration(tokens, at, today) or _adverbial(tokens, at) or _bare_number(tokens, at)


def _clock(tokens: list[Token], at: int) -> Quantity | None:
    if tokens[at].kind != "number":
        return None
    value, end = tokens[at].value, at + 1
    if _sign(tokens, end) == ":" and _touches(tokens, end) and end + 1 < len(tokens):
        end += 2 if tokens[end + 1].kind == "number" else 0
    if _word(tokens, end) in ("am", "pm") and value is not None and value <= 12:
        return Quantity("other", at, end + 1, state="void")
    if _word(tokens, end) == "o'clock" or end > at + 1:
        return Quantity("other", at, end + (_word(tokens, end) == "o'clock"), state="void")
    return None


def _rhythm(tokens: list[Token], at: int, previous: Quantity | None) -> Quantity | None:
    word, following = _word(tokens, at), _word(tokens, at + 1)
    priced = previous is not None and previous.kind in ("amount", "number", "count")
    if word == "bi" and _sign(tokens, at + 1) == "-" and _word(tokens, at + 2) == "weekly":
        return Quantity("every", at, at + 3, every="2weeks")
    if word in _ADVERBS:
        return _every(at, at + 1, _ADVERBS[word])
    if word in ("once", "twice") and following in ("a", "per", "every", "each") and _word(tokens, at + 2) in _RHYTHMS:
        return _every(at, at + 3, _RHYTHMS[_word(tokens, at + 2)] if word == "once" else None)
    if word in _RATE_MARKS and priced and previous is not None and previous.kind != "count":
        # "300 pm" is a rent or a clock: only a currency tells.
        clock = previous.kind == "number" and previous.value is not None and _reads_as_clock(previous.value)
        return _every(at, at + 1, None if clock and word == "pm" else _RATE_MARKS[word])
    if word == "p" and _sign(tokens, at + 1) == "/" and _word(tokens, at + 2) in ("m", "w"):
        return Quantity("every", at, at + 3, every="month" if _word(tokens, at + 2) == "m" else "week")
    if _sign(tokens, at) == "/" and priced and _UNITS.get(following) in _RHYTHMS:
        return _every(at, at + 2, _RHYTHMS[_UNITS[following]])
    unit = _UNITS.get(following, following)
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
    following = _word(tokens, at + 1)
    if following.removesuffix("s") in _WEEKDAY_NAMES:
        return Quantity("every", at, at + 1, every="week")
    unit = _UNITS.get(_word(tokens, at + 2))
    if following in ("other", "second", "alternate") and unit:
        return _every(at, at + 3, "2weeks" if unit == "week" else None)
    if following in ("other", "second") and _word(tokens, at + 2) in _WEEKDAY_NAMES:
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


def _money(tokens: list[Token], at: int) -> Quantity | None:
    signed = _sign(tokens, at) in _CURRENCY_SIGNS and _sign(tokens, at) != ""
    number_at = at + 1 if signed else at
    if number_at >= len(tokens) or tokens[number_at].kind != "number":
        return None
    number, end = tokens[number_at], number_at + 1
    cents = False
    if _sign(tokens, end) in _CURRENCY_SIGNS and _sign(tokens, end):
        signed, end = True, end + 1
    elif _word(tokens, end) in _CURRENCY_WORDS:
        signed, end = True, end + 1
    elif not signed and _word(tokens, end) in _CENTS and (_word(tokens, end) != "p" or _touches(tokens, end)):
        if _sign(tokens, end + 1) == "/":
            return None
        signed, cents, end = True, True, end + 1
    if not signed:
        return None
    value = number.value
    unclear = number.unclear and not is_comma_decimal(number.text)
    if value is not None and cents:
        value /= 100
    if value is not None and not cents:
        start = end + (_word(tokens, end) == "and")
        if start + 1 < len(tokens) and tokens[start].value is not None and _word(tokens, start + 1) in _CENTS:
            value, end = value + (tokens[start].value or 0) / 100, start + 2
    if _word(tokens, end) in ("off", "discount"):
        return Quantity("other", at, end, state="void")
    return _amount(at, end, value, unclear, _negative(tokens, at))


def _amount(first: int, last: int, value: Decimal | None, unclear: bool, void: bool) -> Quantity:
    if void or (value is not None and not Decimal("0.005") <= value <= MAX_AMOUNT):
        return Quantity("amount", first, last, state="void")
    if unclear or value is None:
        return Quantity("amount", first, last, state="unclear")
    return Quantity("amount", first, last, value=value.quantize(Decimal("0.01")))


def _negative(tokens: list[Token], at: int) -> bool:
    return _sign(tokens, at - 1) == "-" and _touches(tokens, at) and not (at > 1 and _touches(tokens, at - 1))


def _fraction(tokens: list[Token], at: int) -> Quantity | None:
    token, word = tokens[at], _word(tokens, at)
    if token.kind == "number":
        percent_at = at + 1
        if _sign(tokens, percent_at) == "%" or _word(tokens, percent_at) in ("percent", "pct"):
            return _percentage(tokens, at, at + 2)
        if [_word(tokens, percent_at), _word(tokens, percent_at + 1)] == ["per", "cent"]:
            return _percentage(tokens, at, at + 3)
        if _sign(tokens, at + 1) == "/" and at + 2 < len(tokens) and tokens[at + 2].value is not None:
            return _ratio(tokens, at)
    numerator_at = at if token.kind == "number" or word == "a" else None
    name_at = at if numerator_at is None else at + 1
    name_at += _sign(tokens, name_at) == "-" and numerator_at is not None
    name = _word(tokens, name_at)
    if name not in _FRACTION_WORDS or _word(tokens, name_at + 1) in _NOT_A_FRACTION:
        return None
    if numerator_at is None and name != "half":
        # A lone "third" or "quarter" is a date or a period.
        if name not in ("third", "quarter") or _word(tokens, at + 1) not in ("now", "today", "upfront"):
            return None
    if _word(tokens, at - 1) in ("other", "my", "better"):
        return None
    if _word(tokens, name_at + 1) == "a" and _word(tokens, name_at + 2) in _UNITS:
        return None
    numerator = tokens[at].value if token.kind == "number" else Decimal(1)
    if numerator is None or not 0 < numerator <= _FRACTION_WORDS[name]:
        return None
    return Quantity("fraction", at, name_at + 1, value=numerator / _FRACTION_WORDS[name])


def _percentage(tokens: list[Token], at: int, end: int) -> Quantity:
    value = tokens[at].value
    priced = _word(tokens, end) in ("interest", "apr", "off", "discount", "charge", "fee", "vat", "tax", "rate")
    if priced or (value is not None and not 0 < value <= 100):
        return Quantity("other", at, end, state="void")
    if value is None or tokens[at].unclear:
        return Quantity("fraction", at, end, state="unclear")
    return Quantity("fraction", at, end, value=value / 100)


def _ratio(tokens: list[Token], at: int) -> Quantity | None:
    upper, lower = tokens[at].value, tokens[at + 2].value
    if upper == lower == 50:
        return Quantity("fraction", at, at + 3, value=Decimal("0.5"))
    if upper is None or lower is None or not (0 < upper < lower <= 12):
        return Quantity("other", at, at + 3, state="void")
    return Quantity("fraction", at, at + 3, value=upper / lower)


def _count(tokens: list[Token], at: int) -> Quantity | None:
    if tokens[at].kind != "number":
        return None
    end, adjectives = at + 1, 0
    while adjectives < 3 and _word(tokens, end) in _COUNT_ADJECTIVES:
        end, adjectives = end + 1, adjectives + 1
    sign = _sign(tokens, at + 1) == "\u00d7" or _word(tokens, at + 1) in ("x", "times")
    if sign and at + 2 < len(tokens) and (tokens[at + 2].kind == "number" or _sign(tokens, at + 2) in _CURRENCY_SIGNS):
        return _counted(tokens, at, at + 2)
    if _word(tokens, end) not in _COUNTED:
        return None
    # The rhythm among the adjectives is a quantity of its own: the count ends before it.
    rhythm = next((step for step in range(at + 1, end) if _word(tokens, step) in _ADVERBS), None)
    return _counted(tokens, at, end + 1 if rhythm is None else rhythm)


def _counted(tokens: list[Token], at: int, end: int) -> Quantity:
    value = tokens[at].value
    if value is None or tokens[at].unclear:
        return Quantity("count", at, end, state="unclear")
    if not 1 <= value <= MAX_COUNT or value != int(value):
        return Quantity("count", at, end, state="void")
    return Quantity("count", at, end, value=value)


def _duration(tokens: list[Token], at: int, today: datetime.date) -> Quantity | None:
    token, word = tokens[at], _word(tokens, at)
    value: Decimal | None
    if token.kind == "number":
        value, unit_at, unclear = token.value, at + 1, token.unclear or token.value is None
        upper_at = at + 2
        ranged = _word(tokens, at + 1) in ("or", "to") or _sign(tokens, at + 1) == "-"
        ranged = ranged or (_word(tokens, at + 1) == "and" and _word(tokens, at - 1) == "between")
        if ranged and upper_at < len(tokens) and tokens[upper_at].kind == "number":
            return _range(tokens, at, upper_at)
    elif word in ("a", "one", "another", "next", "half", "an"):
        value, unit_at, unclear = Decimal(1), at + 1, False
        if word == "half":
            value = Decimal("0.5")
            unit_at += _word(tokens, unit_at) == "a"
        if word == "next" and _word(tokens, at - 1) == "the":
            return None
    elif word == "week" and [_word(tokens, at + 1), _word(tokens, at + 2)] == ["after", "next"]:
        return Quantity("duration", at, at + 3, value=Decimal(2), unit="week", days=14)
    else:
        return None
    if word != "next":
        unit_at += _sign(tokens, unit_at) == "-" and _touches(tokens, unit_at)
        unit_at += _word(tokens, unit_at) in ("more", "extra", "additional", "further", "calendar", "full", "whole")
    working = _word(tokens, unit_at) in ("working", "business", "work")
    unit_at += working
    unit = _UNITS.get(_word(tokens, unit_at))
    if unit is None or (len(_word(tokens, unit_at)) == 1 and not _touches(tokens, unit_at)):
        return None
    unit = "working day" if working and unit == "day" else unit
    end = unit_at + 1
    if [_word(tokens, end + step) for step in range(3)] == ["and", "a", "half"]:
        value, end = value + Decimal("0.5") if value is not None else None, end + 3
    if [_word(tokens, end), _word(tokens, end + 1)] == ["or", "so"]:
        end += 2
    elif _word(tokens, end) == "or" and end + 1 < len(tokens) and tokens[end + 1].kind == "number":
        # "a week or two" has no single reading, "a week or 300 now" is two quantities.
        if _UNITS.get(_word(tokens, end + 2)) is None and (tokens[end + 1].value or 0) < 10:
            unclear, end = True, end + 2
    if _word(tokens, end) == "time":
        end += 1
    elif [_word(tokens, end), _word(tokens, end + 1)] == ["from", "now"]:
        end += 2
    elif unit == "week" and _word(tokens, end) in ("on", "from"):
        day = match_date(tokens, end + 1, today)
        if day is not None and day.day is not None and value is not None and 0 <= value <= 520:
            later = day.day + datetime.timedelta(int(value * 7))
            return Quantity("date", at, day.end, day=later)
    days = None if unclear else duration_days(value, unit, today)
    state: State = "unclear" if unclear else ("void" if days is None else "clear")
    return Quantity("duration", at, end, value=value, unit=unit, days=days, state=state)


def _range(tokens: list[Token], at: int, upper_at: int) -> Quantity:
    unit_at = upper_at + 1
    unit_at += _sign(tokens, unit_at) == "-"
    unit = _UNITS.get(_word(tokens, unit_at))
    if unit:
        return Quantity("duration", at, unit_at + 1, unit=unit, state="unclear")
    if _sign(tokens, at + 1) == "-" and _touches(tokens, at + 1) and len(tokens[at].text) > 4:
        return Quantity("other", at, upper_at + 1, state="void")
    end = upper_at + 1 + (_word(tokens, upper_at + 1) in _CURRENCY_WORDS)
    return Quantity("number", at, end, state="unclear")


_NOW_PHRASES = (("right", "now"), ("right", "away"), ("straight", "away"), ("up", "front"), ("at", "once"))
_WHOLE_PHRASES = (
    ("all", "of", "it"),
    ("it", "all"),
    ("the", "lot"),
    ("in", "full"),
    ("full", "amount"),
    ("full", "balance"),
    ("full", "payment"),
    ("everything",),
    ("the", "whole"),
    ("the", "entire"),
)


def _adverbial(tokens: list[Token], at: int) -> Quantity | None:
    word, before = _word(tokens, at), _word(tokens, at - 1)
    if not word:
        return None
    pair = (word, _word(tokens, at + 1))
    if pair in _NOW_PHRASES:
        return Quantity("upfront" if pair == ("up", "front") else "now", at, at + 2)
    if word == "upfront" or (word == "down" and tokens[at - 1].kind == "number"):
        return Quantity("upfront", at, at + 1)
    if word in ("now", "immediately") and before not in ("by", "until", "till", "for", "from", "just", "to", "before"):
        return Quantity("now", at, at + 1)
    for phrase in _WHOLE_PHRASES:
        if tuple(_word(tokens, at + step) for step in range(len(phrase))) == phrase:
            return Quantity("whole", at, at + len(phrase))
    return None


def _bare_number(tokens: list[Token], at: int) -> Quantity | None:
    token = tokens[at]
    if token.kind != "number":
        return None
    before, behind = _word(tokens, at - 1), _word(tokens, at + 1)
    if token.text == "one" or (token.value is None and not token.text[0].isdigit()):
        return None
    value = token.value
    identifier = token.text.isdigit() and (len(token.text) > 5 or (len(token.text) > 1 and token.text[0] == "0"))
    year = token.text.isdigit() and len(token.text) == 4 and before in ("in", "since", "of", "born", "year")
    year = year and value is not None and 1900 <= value < 2100
    lone = len(tokens) == 1 and value is not None and 1900 <= value <= 2015 and token.text.isdigit()
    counted = behind != "" and behind not in _FOLLOWERS
    glued = at > 0 and _sign(tokens, at - 1) in ("#", "/", ":", "*", "@") and _touches(tokens, at)
    labelled = before in ("number", "option", "room", "flat", "unit", "line", "step", "page", "ref", "reference", "age")
    small = value is not None and not 0 < value <= MAX_AMOUNT
    if identifier or year or lone or counted or glued or labelled or small or _negative(tokens, at):
        return Quantity("number", at, at + 1, state="void")
    unclear = token.unclear or value is None
    return Quantity("number", at, at + 1, value=None if unclear else value, state="unclear" if unclear else "clear")


def _void_digit_runs(found: list[Quantity]) -> list[Quantity]:
    """Void "one nine eight one": bare numbers side by side spell out an identifier, they are no offer."""
    result = list(found)
    for index in range(1, len(result)):
        left, right = result[index - 1], result[index]
        if left.kind == right.kind == "number" and left.last == right.first:
            result[index - 1], result[index] = left._replace(state="void"), right._replace(state="void")
    return result
