"""What repayment a customer proposes, from the words alone.

Knows nothing of the account: `amount` has no currency and a proposal need not be acceptable. Nothing is guessed: a
field with two readings stays null and `ambiguous` is set, so that the appliance asks. The wire form is section 9 of the
design (`eqneg understand --json`).
"""

import datetime
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec
from eqnegotiator.edge.bare_numbers import drop_corrected, resolve_numbers
from eqnegotiator.edge.clauses import Standing, judge, split_clauses
from eqnegotiator.edge.numerals import Token, tokenise
from eqnegotiator.edge.quantities import find_quantities
from eqnegotiator.edge.quantity import Quantity, Rhythm
from eqnegotiator.edge.utterance import fold


class Proposal(msgspec.Struct, frozen=True):
    """A proposed repayment; every field is None when it was not said.

    `days` from today and `date` (ISO 8601) say when the payment, or the rest behind a first part, is made. `amount` and
    `first_amount` are decimal strings with two places in the account's currency. `fraction` (0-1] is the part of the
    balance that is paid first; paying the whole by a date is the date alone, and 1.0 when nothing else is said.
    """

    days: int | None = None
    date: str | None = None
    amount: str | None = None
    fraction: float | None = None
    every: Literal["week", "2weeks", "month"] | None = None
    count: int | None = None
    first_amount: str | None = None
    ambiguous: bool = False


class Parsed(NamedTuple):
    """`spans` are half-open, ordered and disjoint: every quantity in the text, also those that are no proposal."""

    proposal: Proposal | None
    spans: tuple[tuple[int, int], ...]


_REST = frozenset(("rest", "remainder", "remaining"))
_FIRST_WORDS = frozenset(("deposit", "initial", "initially", "first"))
_PART_BREAKS = frozenset(("and", "then", ",", "."))


def parse_proposal(text: str, today: datetime.date) -> Parsed:
    """Parse any text; never raises for its content. O(len(text)), text beyond 16,384 characters is not read."""
    folded = fold(text)
    tokens = tokenise(folded.text)
    quantities = find_quantities(tokens, today)
    judged = judge(split_clauses(tokens, quantities))
    refused = [quantity for quantity, standing in judged if standing is Standing.REFUSED]
    offered = [quantity for quantity, standing in judged if standing is Standing.OFFERED and quantity.state != "void"]
    resolved = resolve_numbers(offered, refused, tokens, today)
    spans = _spans(quantities, tokens)
    return Parsed(
        _compose(drop_corrected(resolved, tokens), tokens, refused, today),
        _disjoint([folded.span_in_original(start, end) for start, end in spans]),
    )


def delexicalise(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """`text` with each of the ordered, disjoint `spans` replaced by `{q}`."""
    pieces: list[str] = []
    position = 0
    for start, end in spans:
        pieces += (text[position:start], "{q}")
        position = end
    return "".join((*pieces, text[position:]))


def _spans(quantities: Sequence[Quantity], tokens: Sequence[Token]) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for quantity in quantities:
        if quantity.kind in ("now", "upfront", "whole"):
            continue
        start, end = tokens[quantity.first].start, tokens[quantity.last - 1].end
        numbered = any(token.kind == "number" for token in tokens[quantity.first : quantity.last])
        if quantity.kind != "every" or numbered:
            spans.append((start, end))
        elif spans and spans[-1][1] == tokens[quantity.first - 1].end:
            spans[-1] = (spans[-1][0], end)
    return spans


def _disjoint(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Merge overlaps: two quantities can stem from one original character that folded to several."""
    merged: list[tuple[int, int]] = []
    for start, end in spans:
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)


class _Money(NamedTuple):
    amount: Decimal | None
    first: Decimal | None
    unclear: bool


def _compose(
    quantities: Sequence[Quantity], tokens: Sequence[Token], refused: Sequence[Quantity], today: datetime.date
) -> Proposal | None:
    # A number that became a duration can turn out too long.
    quantities = [quantity for quantity in quantities if quantity.state != "void"]
    by_kind = {
        kind: [quantity for quantity in quantities if quantity.kind == kind]
        for kind in ("amount", "number", "duration", "date", "fraction", "count", "every", "now", "upfront", "whole")
    }
    rest_at = next((index for index in range(len(tokens)) if _names_rest(tokens, index)), None)
    immediate = [*by_kind["now"], *by_kind["upfront"]]
    money = _money(by_kind["amount"], quantities, tokens, rest_at)
    fraction, fraction_unclear = _single([quantity.value for quantity in _first_parts(by_kind["fraction"])])
    every, every_unclear = _rhythm(by_kind["every"], by_kind["amount"], refused)
    lengths = [item for item in by_kind["duration"] if every and tokens[item.first - 1].text in ("for", "over")]
    if money.amount is None and fraction is None:
        lengths = []
    count, count_unclear = _count(by_kind["count"], lengths, every)
    times = [item for item in (*by_kind["duration"], *by_kind["date"]) if item not in lengths]
    when, when_unclear = _when(times, rest_at, money.first is not None or fraction is not None, today)
    days = when.days if when is not None else None
    if days is None and not times and immediate and fraction is None and money.first is None and not by_kind["upfront"]:
        days = 0
    unclear = any(quantity.state == "unclear" for quantity in quantities)
    proposal = Proposal(
        days=days,
        date=when.day.isoformat() if when is not None and when.day is not None else None,
        amount=_decimal_string(money.amount),
        fraction=float(fraction) if fraction is not None else None,
        every=every,
        count=count,
        first_amount=_decimal_string(money.first),
        ambiguous=unclear
        or bool(by_kind["number"])
        or money.unclear
        or fraction_unclear
        or every_unclear
        or count_unclear
        or when_unclear,
    )
    if proposal == Proposal():
        return Proposal(fraction=1.0) if by_kind["whole"] else None
    return proposal


def _names_rest(tokens: Sequence[Token], index: int) -> bool:
    """ "the rest", or "the balance" and "the other half" behind a part; "half of the balance" names the whole."""
    word, before = tokens[index].text, tokens[index - 1].text if index else ""
    if word == "balance":
        return before == "the" and index > 1 and tokens[index - 2].text in ("and", "then", ",", "with")
    return word in _REST or (word == "half" and before == "other")


def _decimal_string(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.quantize(Decimal('0.01'))}"


def _single(values: Sequence[Decimal | None]) -> tuple[Decimal | None, bool]:
    """The one distinct value, and whether there are several."""
    distinct = {value for value in values if value is not None}
    return (next(iter(distinct)), False) if len(distinct) == 1 else (None, len(distinct) > 1)


def _first_parts(fractions: Sequence[Quantity]) -> Sequence[Quantity]:
    """ "A third now and two thirds later": parts that make up the whole are one proposal, named by the first."""
    total = sum((quantity.value for quantity in fractions if quantity.value is not None), Decimal(0))
    return fractions[:1] if len(fractions) == 2 and abs(total - 1) < Decimal("0.001") else fractions


def _money(
    amounts: Sequence[Quantity], quantities: Sequence[Quantity], tokens: Sequence[Token], rest_at: int | None
) -> _Money:
    clear = [quantity for quantity in amounts if quantity.value is not None]
    if not clear:
        return _Money(None, None, False)
    starts = [_is_first_part(quantity, quantities, tokens) for quantity in clear[:2]]
    if len(clear) == 1:
        rest_follows = rest_at is not None and rest_at >= clear[0].last
        upfront = starts[0] == "upfront"
        return _Money(None, clear[0].value, False) if rest_follows or upfront else _Money(clear[0].value, None, False)
    if len(clear) == 2:
        for first, other, is_start in ((0, 1, starts[0]), (1, 0, starts[1])):
            if is_start and not starts[other]:
                return _Money(clear[other].value, clear[first].value, False)
        between = {token.text for token in tokens[clear[0].last : clear[1].first]}
        if between & {"then", "after", "followed", "plus"} and not _adjacent_rhythm(clear[0], quantities):
            return _Money(clear[1].value, clear[0].value, False)
    value, several = _single([quantity.value for quantity in clear])
    return _Money(value, None, several)


def _is_first_part(amount: Quantity, quantities: Sequence[Quantity], tokens: Sequence[Token]) -> str:
    """ "upfront" for a deposit, "now" for money paid at once, "" for any other amount."""
    before = [token.text for token in tokens[max(0, amount.first - 4) : amount.first]]
    while _PART_BREAKS & set(before):
        del before[0]
    if _FIRST_WORDS & set(before) or before[-2:] == ["start", "with"] or before[-1:] == ["upfront"]:
        return "upfront"
    after = [token.text for token in tokens[amount.last : amount.last + 2]]
    if after[:1] in (["first"], ["initially"], ["deposit"]) or after == ["to", "start"]:
        return "upfront"
    near = {item.kind for item in quantities if amount.last <= item.first <= amount.last + 1}
    if "upfront" in near:
        return "upfront"
    today_words = {token.text for token in tokens[amount.last : amount.last + 2]} & {"today", "tonight"}
    return "now" if "now" in near or today_words else ""


def _adjacent_rhythm(amount: Quantity, quantities: Sequence[Quantity]) -> bool:
    return any(item.kind == "every" and item.first == amount.last for item in quantities)


def _rhythm(
    said: Sequence[Quantity], amounts: Sequence[Quantity], refused: Sequence[Quantity]
) -> tuple[Rhythm | None, bool]:
    distinct = {quantity.every for quantity in said if quantity.every is not None}
    if len(distinct) == 1:
        return next(iter(distinct)), False
    if not said and len(amounts) == 1:
        # "I can't do 300 a month, 150?" answers in the rhythm that was refused.
        inherited = [quantity.every for quantity in refused if quantity.kind == "every"]
        return (inherited[-1] if inherited else None), False
    return None, len(distinct) > 1


def _count(counts: Sequence[Quantity], lengths: Sequence[Quantity], every: Rhythm | None) -> tuple[int | None, bool]:
    """How many payments, said as such or as the length of a plan ("50 a month for six months")."""
    per_unit: dict[tuple[str, Rhythm | None], Decimal] = {
        ("week", "week"): Decimal(1),
        ("year", "week"): Decimal(52),
        ("week", "2weeks"): Decimal("0.5"),
        ("fortnight", "2weeks"): Decimal(1),
        ("month", "month"): Decimal(1),
        ("year", "month"): Decimal(12),
    }
    values = [quantity.value for quantity in counts]
    unclear = False
    for length in lengths:
        factor = per_unit.get((length.unit, every))
        value = length.value * factor if factor is not None and length.value is not None else None
        if value is None or value != int(value) or value < 1:
            unclear = True
        else:
            values.append(value)
    count, several = _single(values)
    return (int(count) if count is not None else None), several or unclear


def _when(
    times: Sequence[Quantity], rest_at: int | None, first_part: bool, today: datetime.date
) -> tuple[Quantity | None, bool]:
    """The one time of the proposal, and whether there is more than one reading of it.

    With a first part the time belongs to the rest; one that is said for the first part other than now cannot be put on
    the wire and makes the proposal ambiguous.
    """
    clear = [item for item in times if item.state == "clear" and (item.day is not None or item.days is not None)]
    later = [item for item in clear if item.day != today]
    if first_part or len(later) < len(clear) > 1:
        clear = later
    if first_part and rest_at is not None:
        behind = [item for item in clear if item.first >= rest_at]
        if len(behind) == 1:
            return behind[0], len(clear) > 1
    targets = {item.day or today + datetime.timedelta(item.days or 0) for item in clear}
    if len(targets) != 1:
        return None, len(targets) > 1
    return next((item for item in clear if item.day is not None), clear[0]), False
