"""Quantities in what a customer said: money, durations, dates, fractions, counts and rhythms, each with its span.

Knows nothing of negation or of who says it: `proposal` decides what is offered. Everything countable gets a span, also
what can never be offered (a clock time, a past date), so that text can be delexicalised.
"""

import datetime

from eqnegotiator.edge.calendar_days import settle
from eqnegotiator.edge.dates import OPENERS as DATE_OPENERS
from eqnegotiator.edge.dates import match_date
from eqnegotiator.edge.durations import UNIT_ADJECTIVES, match_duration
from eqnegotiator.edge.numerals import MONEY_NAMES, is_spoken_pair
from eqnegotiator.edge.quantity import MAX_AMOUNT, UNITS, Quantity
from eqnegotiator.edge.rhythms import OPENERS as RHYTHM_OPENERS
from eqnegotiator.edge.rhythms import PLURAL_WEEKDAYS, match_rhythm
from eqnegotiator.edge.sums import (
    COINS,
    CURRENCY_SIGNS,
    CURRENCY_WORDS,
    DEBT_WORDS,
    FRACTION_NAMES,
    is_negative,
    match_count,
    match_fraction,
    match_money,
)
from eqnegotiator.edge.tokens import Token, sign_at, touches, word_at

_FOLLOWERS = frozenset(
    "a per each every now today tomorrow then and but or is are was would could will should might can works work "
    "max maximum tops most minimum least please if at by on in until till for from instead ok okay right first "
    "down upfront up straight to total altogether starting more i i'd i'll we that that's it extra only maybe "
    "mate yes yeah no sorry actually not isn't won't doesn't can't wouldn't couldn't too the this next with off "
    "toward towards monthly weekly fortnightly biweekly bi so or-so plus after when because cos since as just "
    "initially immediately deposit tonight of one good better fine enough how sir madam thanks thank rather again "
    "later any before within once twice p as lump towards into against apiece final cash flat which through you them "
    "via during while unless provided settlement full he she guys love pal saved spare ready "
    "aside set put out going pm pcm pw he'll".split()
)
_HELD = frozenset("hold stop freeze pause halt cancel cancelling drop wipe scrap owe".split())
"""Verbs whose object, though it is all of it, is not paid."""
_BEHIND_ALL = frozenset("on by in now today tomorrow next this".split())
_SUM_FOLLOWERS = frozenset("a per each every now today down upfront monthly weekly".split())
_PAYING_WORDS = frozenset("pay paying offer send do give settle manage afford clear repay for payments of to lump sum".split())
_NOW_PHRASES = (("right", "now"), ("right", "away"), ("straight", "away"), ("up", "front"), ("at", "once"))
_WHOLE_PHRASES = (
    ("all", "of", "it"),
    ("all", "of", "this"),
    ("it", "all"),
    ("all", "off"),
    ("this", "all"),
    ("all", "be", "paid"),
    ("all", "paid"),
    ("that", "all"),
    ("the", "lot"),
    ("the", "full", "lot"),
    ("in", "full"),
    ("full", "amount"),
    ("full", "balance"),
    ("full", "payment"),
    ("full", "sum"),
    ("full", "thing"),
    ("everything",),
    ("the", "whole"),
    ("whole",),
    ("the", "entire"),
    ("entire",),
)
_PLAIN_SIGNS = frozenset(",.?!;\n")
_PLAIN_WORDS = frozenset(
    "a each every now today tomorrow then but is on by in until till for from i we please if it when".split()
)
_WHOLE_BY_FIRST = {
    first: tuple(phrase for phrase in _WHOLE_PHRASES if phrase[0] == first) for first, *_ in _WHOLE_PHRASES
}
_ARTICLES = frozenset("a an on in of for one another next at".split())
_PLAIN_OPENERS = (
    DATE_OPENERS | RHYTHM_OPENERS | frozenset(_WHOLE_BY_FIRST) | frozenset(first for first, _ in _NOW_PHRASES) | FRACTION_NAMES
)
_OPENERS = (_PLAIN_OPENERS | frozenset(("upfront", "down", "now", "immediately", "week", "half"))) - _ARTICLES
_BEHIND_ARTICLE = (
    _PLAIN_OPENERS - _ARTICLES | UNITS.keys() | UNIT_ADJECTIVES | PLURAL_WEEKDAYS | COINS | {"half", "full", "entire", "once", "end"}
) - {"the", "on", "in", "of", "for"}
_OPENING_SIGNS = CURRENCY_SIGNS | {"/"}

MAX_QUANTITIES = 30
"""Later ones are not looked for: a message with as many is a statement or noise, no proposal."""


def find_quantities(tokens: list[Token], today: datetime.date) -> list[Quantity]:
    """The quantities in order, not overlapping, at most `MAX_QUANTITIES`; O(len(tokens))."""
    found: list[Quantity] = []
    index = 0
    while index < len(tokens) and len(found) < MAX_QUANTITIES:
        if not _may_open(tokens, index):
            index += 1
            continue
        previous = found[-1] if found and found[-1].last == index else None
        quantity = _quantity_at(tokens, index, today, previous) or _day_after(tokens, index, found, today)
        if quantity is None:
            index += 1
        else:
            found.append(quantity)
            index = quantity.last
    return _void_digit_runs(found)


def _day_after(tokens: list[Token], at: int, found: list[Quantity], today: datetime.date) -> Quantity | None:
    """ "My pension comes on the 18th, could it be the day after?": counted from the day just named."""
    if tokens[at].text != "the" or [word_at(tokens, at + 1), word_at(tokens, at + 2)] != ["day", "after"]:
        return None
    named = next((item.day for item in reversed(found) if item.kind == "date"), None)
    counted = None if named is None else settle(at + 3, named + datetime.timedelta(1), today)
    return None if counted is None else Quantity("date", at, counted.end, day=counted.day, state=counted.state)


def _may_open(tokens: list[Token], at: int) -> bool:
    """Whether a quantity can start here: most words never do, and articles only before what can follow them."""
    kind, text = tokens[at][:2]
    if kind == "word":
        if text in _ARTICLES:
            following = tokens[at + 1] if at + 1 < len(tokens) else None
            return following is not None and (following.kind == "number" or following.text in _BEHIND_ARTICLE)
        return text in _OPENERS
    return kind == "number" or text in _OPENING_SIGNS


def _may_be_counted(tokens: list[Token], at: int) -> bool:
    """Whether the number can be more than a bare one, judged by itself and the token behind it."""
    number = tokens[at].text
    if number.rsplit(" ", 1)[-1] in MONEY_NAMES or number.count(".") > 1:
        return True
    if at + 1 >= len(tokens):
        return False
    behind = tokens[at + 1]
    return behind.text not in _PLAIN_SIGNS if behind.kind == "sign" else behind.kind == "word" and behind.text not in _PLAIN_WORDS


def _quantity_at(tokens: list[Token], at: int, today: datetime.date, previous: Quantity | None) -> Quantity | None:
    if tokens[at].kind == "number" and not _may_be_counted(tokens, at):
        return _bare_number(tokens, at)
    clock = _clock(tokens, at)
    if clock is not None:
        return clock
    rhythm = match_rhythm(tokens, at, previous)
    if rhythm is not None:
        # "0 a month" says nothing: a rhythm stands or falls with the sum in front of it.
        return rhythm._replace(state="void") if previous is not None and previous.state == "void" else rhythm
    date = match_date(tokens, at, today)
    if date is not None:
        return Quantity("date", at, date.end, day=date.day, state=date.state)
    for form in (match_fraction, match_money, match_count):
        found = form(tokens, at)
        if found is not None:
            return found
    if previous is not None and previous.kind == "duration" and word_at(tokens, at) == "a" and word_at(tokens, at + 1) in UNITS:
        return Quantity("other", at, at + 2, state="void")  # "60 hours a week"
    return match_duration(tokens, at, today) or _adverbial(tokens, at) or _bare_number(tokens, at)


def _clock(tokens: list[Token], at: int) -> Quantity | None:
    if tokens[at].kind != "number":
        return None
    value, end = tokens[at].value, at + 1
    if sign_at(tokens, end) == ":" and touches(tokens, end) and end + 1 < len(tokens):
        end += 2 if tokens[end + 1].kind == "number" else 0
    if word_at(tokens, end) in ("am", "pm") and value is not None and value <= 12:
        return Quantity("other", at, end + 1, state="void")
    if word_at(tokens, end) == "o'clock" or end > at + 1:
        return Quantity("other", at, end + (word_at(tokens, end) == "o'clock"), state="void")
    return None


def _adverbial(tokens: list[Token], at: int) -> Quantity | None:
    word, before = word_at(tokens, at), word_at(tokens, at - 1)
    if not word:
        return None
    pair = (word, word_at(tokens, at + 1))
    if pair in _NOW_PHRASES:
        return Quantity("upfront" if pair == ("up", "front") else "now", at, at + 2)
    if word == "upfront" or (word == "down" and (tokens[at - 1].kind == "number" or before in CURRENCY_WORDS)):
        return Quantity("upfront", at, at + 1)
    if word in ("now", "immediately") and before not in ("by", "until", "till", "for", "from", "just", "to", "before"):
        return Quantity("now", at, at + 1)
    if word in ("all", "everything", "the") and before in _HELD:
        return None
    if word == "all" and before in ("pay", "paying") and pair[1] in _BEHIND_ALL:
        return Quantity("whole", at, at + 1)
    for phrase in _WHOLE_BY_FIRST.get(word, ()):
        if tuple(word_at(tokens, at + step) for step in range(len(phrase))) == phrase:
            noun = word_at(tokens, at + len(phrase))
            if phrase[-1] not in ("whole", "entire"):
                return Quantity("whole", at, at + len(phrase))
            return Quantity("whole", at, at + len(phrase) + 1) if noun in DEBT_WORDS else None
    return None


def _bare_number(tokens: list[Token], at: int) -> Quantity | None:
    token = tokens[at]
    if token.kind != "number":
        return None
    before, behind = word_at(tokens, at - 1), word_at(tokens, at + 1)
    if token.text == "one" or (token.value is None and not token.text[0].isdigit()):
        return None
    value = token.value
    identifier = token.text.isdigit() and (len(token.text) > 5 or (len(token.text) > 1 and token.text[0] == "0"))
    # Four digits that nobody would offer as a round sum name a year, an account or a card, unless a verb of paying is near.
    uneven = len(token.text) in (4, 5) and token.text.isdigit() and int(token.text) % 50 != 0 and behind not in _SUM_FOLLOWERS
    uneven = uneven and not any(word_at(tokens, at - step) in _PAYING_WORDS for step in range(1, 4))
    identifier = identifier or uneven
    year = token.text.isdigit() and len(token.text) == 4 and before in ("in", "since", "of", "born", "year")
    year = year and value is not None and 1900 <= value < 2100
    lone = len(tokens) == 1 and value is not None and 1900 <= value <= 2015 and token.text.isdigit()
    counted = behind == "each" and word_at(tokens, at + 2) == "time"
    counted = counted or (behind != "" and behind not in _FOLLOWERS)
    glued = at > 0 and sign_at(tokens, at - 1) in ("#", "/", ":", "*", "@") and touches(tokens, at)
    glued = glued or (sign_at(tokens, at - 1) == "-" and touches(tokens, at) and touches(tokens, at - 1) and word_at(tokens, at - 2) != "")
    labelled = before in ("number", "option", "room", "flat", "unit", "line", "step", "page", "ref", "reference", "age")
    small = value is not None and not 0 < value <= MAX_AMOUNT
    if identifier or year or lone or counted or glued or labelled or small or is_negative(tokens, at):
        return Quantity("number", at, at + 1, state="void")
    unclear = token.unclear or value is None
    read = value if not unclear or is_spoken_pair(token) else None
    return Quantity("number", at, at + 1, value=read, state="unclear" if unclear else "clear")


def _void_digit_runs(found: list[Quantity]) -> list[Quantity]:
    """Void "one nine eight one": bare numbers side by side spell out an identifier, they are no offer."""
    result = list(found)
    for index in range(1, len(result)):
        left, right = result[index - 1], result[index]
        if left.kind == right.kind == "number" and left.last == right.first:
            result[index - 1], result[index] = left._replace(state="void"), right._replace(state="void")
    return result
