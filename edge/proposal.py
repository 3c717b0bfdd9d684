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
from eqnegotiator.edge.clause_standing import Standing
from eqnegotiator.edge.clauses import split_clauses
from eqnegotiator.edge.numerals import tokenise
from eqnegotiator.edge.payment_sums import first_parts, names_rest, read_money, single, without_total
from eqnegotiator.edge.payment_times import is_vague_start, plan_lengths, read_count, read_rhythm, read_when, without_payday
from eqnegotiator.edge.quantities import MAX_QUANTITIES, find_quantities
from eqnegotiator.edge.quantity import Quantity
from eqnegotiator.edge.standing import judge
from eqnegotiator.edge.tokens import Token
from eqnegotiator.edge.utterance import fold


class Proposal(msgspec.Struct, frozen=True):
    """A proposed repayment; every field is None when it was not said.

    `days` from today and `date` (ISO 8601) say when the payment, or the rest behind a first part, is made. `amount` and
    `first_amount` are decimal strings with two places in the account's currency. `fraction` (0-1] is the part of the
    balance that is paid first, 1.0 when all of it is paid at once, also beside a date.
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


_SORTS = (("date", "duration"), ("amount", "number", "fraction"))
_SENTENCE_ENDS = frozenset(".?!\n")


def parse_proposal(text: str, today: datetime.date) -> Parsed:
    """Parse any text; never raises for its content. O(len(text)).

    Text beyond 16,384 characters or 1,800 words and signs is not read; a message of 30 quantities or more proposes none.
    """
    folded = fold(text)
    tokens = tokenise(folded.text)
    quantities = find_quantities(tokens, today)
    spans = _disjoint([folded.span_in_original(start, end) for start, end in _spans(quantities, tokens)])
    if not quantities or len(quantities) == MAX_QUANTITIES:
        return Parsed(None, spans)
    judged = judge(split_clauses(tokens, quantities))
    refused = [quantity for quantity, standing in judged if standing is Standing.REFUSED]
    offered = [quantity for quantity, standing in judged if standing is Standing.OFFERED and quantity.state != "void"]
    resolved = resolve_numbers(offered, refused, tokens, today)
    return Parsed(_compose(drop_corrected(resolved, tokens), tokens, refused, today), spans)


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


def _compose(
    quantities: Sequence[Quantity], tokens: Sequence[Token], refused: Sequence[Quantity], today: datetime.date
) -> Proposal | None:
    # A number that became a duration can turn out too long.
    quantities = [quantity for quantity in quantities if quantity.state != "void"]
    if not quantities:
        return None
    quantities = _last_said(without_payday(quantities), tokens)
    by_kind = {
        kind: [quantity for quantity in quantities if quantity.kind == kind]
        for kind in ("amount", "number", "duration", "date", "fraction", "count", "every", "now", "upfront", "whole")
    }
    rest_at = next((index for index in range(len(tokens)) if names_rest(tokens, index)), None)
    immediate = [*by_kind["now"], *by_kind["upfront"]]
    sums = without_total(by_kind["amount"], by_kind["count"])
    money = read_money(sums, quantities, tokens, rest_at)
    fraction, fraction_unclear = single([quantity.value for quantity in first_parts(by_kind["fraction"])])
    every, every_unclear = read_rhythm(by_kind["every"], by_kind["amount"], refused)
    lengths, every = plan_lengths(by_kind["duration"], every, money.amount is not None or fraction is not None, tokens)
    count, count_unclear = read_count(by_kind["count"], lengths, every)
    quantities = [item for item in quantities if not is_vague_start(item, every, tokens)]
    times = [item for item in quantities if item.kind in ("duration", "date") and item not in lengths]
    in_parts, repeated = money.first is not None or fraction is not None, every is not None or count is not None
    when, when_unclear = read_when(times, rest_at, in_parts, repeated, today)
    days = when.days if when is not None else None
    more = rest_at is not None or every is not None or count is not None or money.first is not None
    if days is None and not times and immediate and not by_kind["upfront"] and not (more and (fraction or money.first)):
        days = 0
    if by_kind["whole"] and not (every or by_kind["amount"] or by_kind["number"] or by_kind["count"] or by_kind["fraction"]):
        fraction = Decimal(1)
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
    return None if proposal == Proposal() else proposal


def _last_said(quantities: Sequence[Quantity], tokens: Sequence[Token]) -> list[Quantity]:
    """What has no single reading gives way to one of its sort that is named in a later sentence."""
    kept: list[Quantity] = []
    for item in quantities:
        sort = next((kinds for kinds in _SORTS if item.kind in kinds), None)
        later = [other.first for other in quantities if sort and other.kind in sort and other.state == "clear" and other.first > item.first]
        ended = later and any(token.text in _SENTENCE_ENDS for token in tokens[item.last : later[-1]])
        if item.state != "unclear" or not ended:
            kept.append(item)
    return kept


def _decimal_string(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.quantize(Decimal('0.01'))}"
