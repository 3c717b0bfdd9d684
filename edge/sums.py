"""Money, fractions and numbers of payments in tokens: "$1,200.50", "a third", "four instalments"."""

from decimal import Decimal

from eqnegotiator.edge.numerals import Token, is_comma_decimal, sign_at, touches, word_at
from eqnegotiator.edge.quantity import MAX_AMOUNT, MAX_COUNT, UNITS, Quantity
from eqnegotiator.edge.rhythms import ADVERBS

_CURRENCY_SIGNS = frozenset("$\u00a3\u20ac\u00a5\u20b9")
CURRENCY_WORDS = frozenset("dollar dollars buck bucks quid pound pounds euro euros usd gbp eur rupees".split())
_CENTS = frozenset("cent cents pence penny p".split())
_COUNTED = frozenset(
    "payment payments instalment instalments installment installments instalement instalements part parts chunk "
    "chunks goes lots".split()
)
_COUNT_ADJECTIVES = frozenset("equal monthly weekly fortnightly biweekly separate small smaller even more easy".split())
_FRACTION_WORDS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "tenth": 10}
_NOT_A_FRACTION = frozenset(
    "hour past an to pounder pound party time term way asleep year years month months day days".split()
)


def match_money(tokens: list[Token], at: int) -> Quantity | None:
    signed = sign_at(tokens, at) in _CURRENCY_SIGNS and sign_at(tokens, at) != ""
    number_at = at + 1 if signed else at
    if number_at >= len(tokens) or tokens[number_at].kind != "number":
        return None
    number, end = tokens[number_at], number_at + 1
    cents = False
    if (sign_at(tokens, end) in _CURRENCY_SIGNS and sign_at(tokens, end)) or word_at(tokens, end) in CURRENCY_WORDS:
        signed, end = True, end + 1
    elif not signed and word_at(tokens, end) in _CENTS and (word_at(tokens, end) != "p" or touches(tokens, end)):
        if sign_at(tokens, end + 1) == "/":
            return None
        signed, cents, end = True, True, end + 1
    if not signed:
        return None
    value = number.value
    unclear = number.unclear and not is_comma_decimal(number.text)
    if value is not None and cents:
        value /= 100
    if value is not None and not cents:
        start = end + (word_at(tokens, end) == "and")
        if start + 1 < len(tokens) and tokens[start].value is not None and word_at(tokens, start + 1) in _CENTS:
            value, end = value + (tokens[start].value or Decimal(0)) / 100, start + 2
    if word_at(tokens, end) in ("off", "discount"):
        return Quantity("other", at, end, state="void")
    return _amount(at, end, value, unclear, is_negative(tokens, at))


def _amount(first: int, last: int, value: Decimal | None, unclear: bool, void: bool) -> Quantity:
    if void or (value is not None and not Decimal("0.005") <= value <= MAX_AMOUNT):
        return Quantity("amount", first, last, state="void")
    if unclear or value is None:
        return Quantity("amount", first, last, state="unclear")
    return Quantity("amount", first, last, value=value.quantize(Decimal("0.01")))


def is_negative(tokens: list[Token], at: int) -> bool:
    return sign_at(tokens, at - 1) == "-" and touches(tokens, at) and not (at > 1 and touches(tokens, at - 1))


def match_fraction(tokens: list[Token], at: int) -> Quantity | None:
    token, word = tokens[at], word_at(tokens, at)
    if token.kind == "number":
        percent_at = at + 1
        if sign_at(tokens, percent_at) == "%" or word_at(tokens, percent_at) in ("percent", "pct"):
            return _percentage(tokens, at, at + 2)
        if [word_at(tokens, percent_at), word_at(tokens, percent_at + 1)] == ["per", "cent"]:
            return _percentage(tokens, at, at + 3)
        if sign_at(tokens, at + 1) == "/" and at + 2 < len(tokens) and tokens[at + 2].value is not None:
            return _ratio(tokens, at)
    numerator_at = at if token.kind == "number" or word == "a" else None
    name_at = at if numerator_at is None else at + 1
    name_at += sign_at(tokens, name_at) == "-" and numerator_at is not None
    name = word_at(tokens, name_at)
    if name not in _FRACTION_WORDS or word_at(tokens, name_at + 1) in _NOT_A_FRACTION:
        return None
    at_once = name in ("third", "quarter") and word_at(tokens, at + 1) in ("now", "today", "upfront")
    if numerator_at is None and name != "half" and not at_once:
        return None  # a lone "third" or "quarter" is a date or a period
    if word_at(tokens, at - 1) in ("other", "my", "better"):
        return None
    if word_at(tokens, name_at + 1) == "a" and word_at(tokens, name_at + 2) in UNITS:
        return None
    numerator = tokens[at].value if token.kind == "number" else Decimal(1)
    if numerator is None or not 0 < numerator <= _FRACTION_WORDS[name]:
        return None
    return Quantity("fraction", at, name_at + 1, value=numerator / _FRACTION_WORDS[name])


def _percentage(tokens: list[Token], at: int, end: int) -> Quantity:
    value = tokens[at].value
    priced = word_at(tokens, end) in ("interest", "apr", "off", "discount", "charge", "fee", "vat", "tax", "rate")
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


def match_count(tokens: list[Token], at: int) -> Quantity | None:
    if tokens[at].kind != "number":
        return None
    end, adjectives = at + 1, 0
    while adjectives < 3 and word_at(tokens, end) in _COUNT_ADJECTIVES:
        end, adjectives = end + 1, adjectives + 1
    sign = sign_at(tokens, at + 1) == "\u00d7" or word_at(tokens, at + 1) in ("x", "times")
    if (
        sign
        and at + 2 < len(tokens)
        and (tokens[at + 2].kind == "number" or sign_at(tokens, at + 2) in _CURRENCY_SIGNS)
    ):
        return _counted(tokens, at, at + 2)
    if word_at(tokens, end) not in _COUNTED:
        return None
    # The rhythm among the adjectives is a quantity of its own: the count ends before it.
    rhythm = next((step for step in range(at + 1, end) if word_at(tokens, step) in ADVERBS), None)
    return _counted(tokens, at, end + 1 if rhythm is None else rhythm)


def _counted(tokens: list[Token], at: int, end: int) -> Quantity:
    value = tokens[at].value
    if value is None or tokens[at].unclear:
        return Quantity("count", at, end, state="unclear")
    if not 1 <= value <= MAX_COUNT or value != int(value):
        return Quantity("count", at, end, state="void")
    return Quantity("count", at, end, value=value)
