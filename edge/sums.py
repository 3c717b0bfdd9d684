"""Money, fractions and numbers of payments in tokens: "$1,200.50", "a third", "four instalments"."""

from decimal import Decimal

from eqnegotiator.edge.numerals import MONEY_NAMES, is_comma_decimal, is_spoken_pair
from eqnegotiator.edge.quantity import MAX_AMOUNT, MAX_COUNT, UNITS, Quantity
from eqnegotiator.edge.rhythms import ADVERBS
from eqnegotiator.edge.tokens import Token, sign_at, touches, word_at

CURRENCY_SIGNS = frozenset("$\u00a3\u20ac\u00a5\u20b9")
CURRENCY_WORDS = frozenset("dollar dollars buck bucks quid pound pounds euro euros usd gbp eur rupees".split())
COINS = frozenset("pound dollar quid euro buck".split())
_CENTS = frozenset("cent cents pence penny p".split())
_COUNTED = frozenset(
    "payment payments instalment instalments installment installments instalement instalements part parts chunk "
    "chunks sums goes lots bits times portions pieces halves".split()
)
_COUNT_ADJECTIVES = frozenset("equal monthly weekly fortnightly biweekly lump separate small smaller even more easy".split())
_FRACTION_WORDS = {"half": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fifth": 5, "tenth": 10}
FRACTION_NAMES = frozenset(_FRACTION_WORDS)
_NOT_SHARED = frozenset("interest apr agree sure certain off discount charge fee vat tax rate".split())
_SPLITTING = frozenset("split splitting break breaking divide divided chop".split())
_NOT_A_FRACTION = frozenset(
    "hour past an to pounder pound party time term way asleep year years month months day days".split()
)


_DETERMINERS = frozenset("the my your this that our".split())
DEBT_WORDS = frozenset(
    "it this that debt balance bill amount account loan total sum arrears whole full outstanding card money full rest "
    "remainder thing original entire lot whack invoice what everything".split()
)


def match_money(tokens: list[Token], at: int) -> Quantity | None:
    signed = sign_at(tokens, at) in CURRENCY_SIGNS and sign_at(tokens, at) != ""
    if word_at(tokens, at) in ("a", "one") and word_at(tokens, at + 1) in COINS:
        return _amount(at, at + 2, Decimal(1), False, False)
    number_at = at + 1 if signed else at
    if number_at >= len(tokens) or tokens[number_at].kind != "number":
        return None
    number, end = tokens[number_at], number_at + 1
    cents = False
    named = number.text.rsplit(" ", 1)[-1] in MONEY_NAMES and not word_at(tokens, end).endswith(("s", "run"))
    signed = signed or named or word_at(tokens, end) in CURRENCY_WORDS
    if (sign_at(tokens, end) in CURRENCY_SIGNS and sign_at(tokens, end)) or word_at(tokens, end) in CURRENCY_WORDS:
        signed, end = True, end + 1
    elif not signed and word_at(tokens, end) in _CENTS and (word_at(tokens, end) != "p" or touches(tokens, end)):
        if sign_at(tokens, end + 1) == "/":
            return None
        signed, cents, end = True, True, end + 1
    if not signed:
        return None
    value = number.value
    vague = value is None and number.text[0].isalpha()
    unclear = number.unclear and not vague and not is_comma_decimal(number.text) and not is_spoken_pair(number)
    if value is not None and cents:
        value /= 100
    if value is not None and not cents:
        start = end + (word_at(tokens, end) == "and")
        minor = tokens[start].value if start < len(tokens) else None
        if minor is not None and word_at(tokens, start + 1) in _CENTS:
            value, end = value + minor / 100, start + 2
        elif minor is not None and tokens[end - 1].text in CURRENCY_WORDS and _is_minor(tokens, end, minor):
            value, end = value + minor / 100, end + 1
    if word_at(tokens, end) == "discount" or (word_at(tokens, end) == "off" and word_at(tokens, end + 2) not in ("card", "account")):
        return Quantity("other", at, end, state="void")
    return _amount(at, end, value, unclear, is_negative(tokens, at))


def _is_minor(tokens: list[Token], at: int, minor: Decimal) -> bool:
    """ "12 pound 50 a week": two digits right behind the currency that count nothing of their own."""
    counted = word_at(tokens, at + 1) in (*UNITS, *CURRENCY_WORDS, *_COUNTED) or sign_at(tokens, at + 1) in ("%", "/", ":")
    return 10 <= minor < 100 and minor == int(minor) and not counted


def _amount(first: int, last: int, value: Decimal | None, unclear: bool, void: bool) -> Quantity:
    if void or (value is not None and not Decimal("0.005") <= value <= MAX_AMOUNT):
        return Quantity("amount", first, last, state="void")
    if value is None and not unclear:
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
        if sign_at(tokens, percent_at) == "%" or word_at(tokens, percent_at) == "percent":
            return _percentage(tokens, at, at + 2)
        if [word_at(tokens, percent_at), word_at(tokens, percent_at + 1)] == ["per", "cent"]:
            return _percentage(tokens, at, at + 3)
        if word_at(tokens, at + 1) in _CENTS and word_at(tokens, at + 3) == "the" and word_at(tokens, at + 4) in COINS:
            return _percentage(tokens, at, at + 5)  # "45 cents on the dollar"
        if sign_at(tokens, at + 1) == "/" and at + 2 < len(tokens) and tokens[at + 2].value is not None:
            return _ratio(tokens, at)
    numerator_at = at if token.kind == "number" or word == "a" else None
    name_at = at if numerator_at is None else at + 1
    name_at += sign_at(tokens, name_at) == "-" and numerator_at is not None
    name = word_at(tokens, name_at)
    if name not in _FRACTION_WORDS or word_at(tokens, name_at + 1) in _NOT_A_FRACTION:
        return None
    if name == "half" and word_at(tokens, at - 1) == "in" and {token.text for token in tokens[max(0, at - 4) : at]} & _SPLITTING:
        return Quantity("count", at, name_at + 1, value=Decimal(2))
    at_once = name in ("third", "quarter") and word_at(tokens, at + 1) in ("now", "today", "upfront")
    at_once = at_once or (name in ("third", "quarter") and word_at(tokens, at + 1) == "of" and word_at(tokens, at + 3) in DEBT_WORDS)
    if numerator_at is None and name != "half" and not at_once:
        return None  # a lone "third" or "quarter" is a date or a period
    if word_at(tokens, at - 1) in ("my", "better") or (word_at(tokens, at - 1) == "other" and name == "half"):
        return None
    if word_at(tokens, name_at + 1) == "a" and word_at(tokens, name_at + 2) in UNITS:
        return None
    numerator = tokens[at].value if token.kind == "number" else Decimal(1)
    if numerator is None or not 0 < numerator <= _FRACTION_WORDS[name]:
        return None
    return _part(tokens, at, name_at + 1, numerator / _FRACTION_WORDS[name])


def _part(tokens: list[Token], at: int, end: int, value: Decimal) -> Quantity:
    """A fraction of the debt; "half of my pay" and "half of you" are fractions of something else."""
    of = end + (word_at(tokens, end) == "of")
    owned = of + (word_at(tokens, of) in _DETERMINERS)
    named = word_at(tokens, owned)
    other = of > end and named not in DEBT_WORDS and not (named == "" and owned < len(tokens))
    if word_at(tokens, of) in ("what", "everything") and of > end:
        other = not any(word_at(tokens, of + step) in ("owe", "owed", "due", "left", "outstanding") for step in range(1, 5))
    other = other or word_at(tokens, end) == "off" or [word_at(tokens, end), word_at(tokens, end + 1)] == ["the", "time"]
    if word_at(tokens, at - 1) == "other" or other:
        return Quantity("fraction" if not other else "other", at, end, state="void")
    return Quantity("fraction", at, end, value=value)


def _percentage(tokens: list[Token], at: int, end: int) -> Quantity:
    value = tokens[at].value
    priced = word_at(tokens, end) in _NOT_SHARED
    if priced or (value is not None and not 0 < value <= 100):
        return Quantity("other", at, end, state="void")
    if value is None or tokens[at].unclear:
        return Quantity("fraction", at, end, state="unclear")
    return _part(tokens, at, end, value / 100)


def _ratio(tokens: list[Token], at: int) -> Quantity | None:
    upper, lower = tokens[at].value, tokens[at + 2].value
    if upper == lower == 50:
        return Quantity("fraction", at, at + 3, value=Decimal("0.5"))
    if upper is None or lower is None or not (0 < upper < lower <= 12):
        return Quantity("other", at, at + 3, state="void")
    whole_words = tokens[at].text.isdigit() and tokens[at + 2].text.isdigit()
    if whole_words and word_at(tokens, at + 3) not in ("now", "today", "of", "upfront", "up", "down", "the", "first", "then", "and"):
        return Quantity("date", at, at + 3, state="unclear")  # a half, or a day of January or February
    return Quantity("fraction", at, at + 3, value=upper / lower)


def match_count(tokens: list[Token], at: int) -> Quantity | None:
    if tokens[at].kind != "number":
        return None
    if word_at(tokens, at + 1) == "of" and at + 2 < len(tokens) and (tokens[at].value or 99) <= 60:
        sum_behind = sign_at(tokens, at + 2) in CURRENCY_SIGNS or (tokens[at + 2].value or 0) > 9
        if sum_behind:  # "six of 200"
            return _counted(tokens, at, at + 1)
    end, adjectives = at + 1, 0
    while adjectives < 3 and word_at(tokens, end) in _COUNT_ADJECTIVES:
        end, adjectives = end + 1, adjectives + 1
    sign = sign_at(tokens, at + 1) == "\u00d7" or word_at(tokens, at + 1) in ("x", "times")
    if (
        sign
        and at + 2 < len(tokens)
        and (tokens[at + 2].kind == "number" or sign_at(tokens, at + 2) in CURRENCY_SIGNS)
    ):
        return _counted(tokens, at, at + 2)
    if word_at(tokens, end) not in _COUNTED or (word_at(tokens, end) == "times" and word_at(tokens, at - 1) not in ("in", "over")):
        return None
    # The rhythm among the adjectives is a quantity of its own: the count ends before it.
    rhythm = next((step for step in range(at + 1, end) if word_at(tokens, step) in ADVERBS), None)
    return _counted(tokens, at, end + 1 if rhythm is None else rhythm)


def _counted(tokens: list[Token], at: int, end: int) -> Quantity:
    value = tokens[at].value
    if value is None or tokens[at].unclear:
        return Quantity("count", at, end, state="unclear")
    if not 1 < value <= MAX_COUNT or value != int(value):
        return Quantity("count", at, end, state="void")
    return Quantity("count", at, end, value=value)
