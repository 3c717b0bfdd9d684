"""Quantities in what a customer said: money, durations, dates, fractions, counts and rhythms, each with its span.

Knows nothing of negation or of who says it: `proposal` decides what is offered. Everything countable gets a span, also
what can never be offered (a clock time, a past date), so that text can be delexicalised.
"""

import datetime

from eqnegotiator.edge.dates import match_date
from eqnegotiator.edge.durations import match_duration
from eqnegotiator.edge.numerals import Token, sign_at, touches, word_at
from eqnegotiator.edge.quantity import MAX_AMOUNT, Quantity
from eqnegotiator.edge.rhythms import match_rhythm
from eqnegotiator.edge.sums import is_negative, match_count, match_fraction, match_money

_FOLLOWERS = frozenset(
    "a per each every now today tomorrow then and but or is are was would could will should might can works work "
    "max maximum tops most minimum least please if at by on in until till for from instead ok okay right first "
    "down upfront up straight to total altogether starting more i i'd i'll we that that's it extra only maybe "
    "mate yes yeah no sorry actually not isn't won't doesn't can't wouldn't couldn't too the this next with off "
    "toward towards monthly weekly fortnightly biweekly bi so or-so plus after when because cos since as just "
    "initially immediately deposit tonight of one good better fine enough how sir madam thanks thank rather again "
    "later any before within once twice p".split()
)
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


def _quantity_at(tokens: list[Token], at: int, today: datetime.date, previous: Quantity | None) -> Quantity | None:
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
    for form in (match_money, match_fraction, match_count):
        found = form(tokens, at)
        if found is not None:
            return found
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
    if word == "upfront" or (word == "down" and tokens[at - 1].kind == "number"):
        return Quantity("upfront", at, at + 1)
    if word in ("now", "immediately") and before not in ("by", "until", "till", "for", "from", "just", "to", "before"):
        return Quantity("now", at, at + 1)
    for phrase in _WHOLE_PHRASES:
        if tuple(word_at(tokens, at + step) for step in range(len(phrase))) == phrase:
            return Quantity("whole", at, at + len(phrase))
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
    year = token.text.isdigit() and len(token.text) == 4 and before in ("in", "since", "of", "born", "year")
    year = year and value is not None and 1900 <= value < 2100
    lone = len(tokens) == 1 and value is not None and 1900 <= value <= 2015 and token.text.isdigit()
    counted = behind != "" and behind not in _FOLLOWERS
    glued = at > 0 and sign_at(tokens, at - 1) in ("#", "/", ":", "*", "@") and touches(tokens, at)
    labelled = before in ("number", "option", "room", "flat", "unit", "line", "step", "page", "ref", "reference", "age")
    small = value is not None and not 0 < value <= MAX_AMOUNT
    if identifier or year or lone or counted or glued or labelled or small or is_negative(tokens, at):
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
