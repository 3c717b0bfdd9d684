"""What is paid: the regular sum, a first part, a share, and the words that name a rest."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from eqnegotiator.edge.quantity import Quantity
from eqnegotiator.edge.tokens import Token

_REST = frozenset(("rest", "remainder", "remaining", "leftover"))
_FORGIVING = frozenset("keep write waive forget drop scrap cancel wipe forgive off".split())
_FIRST_WORDS = frozenset(("deposit", "initial", "initially", "first"))
_MAYBE_REST = _REST | {"balance", "left", "half"}
_PART_BREAKS = frozenset(("and", "then", ",", "."))


class Money(NamedTuple):
    amount: Decimal | None
    first: Decimal | None
    unclear: bool


def without_total(amounts: list[Quantity], counts: Sequence[Quantity]) -> list[Quantity]:
    """ "1500 in 3 payments of 500" names the regular payment and their sum; the sum says nothing more."""
    times = [count.value for count in counts if count.value is not None]
    if len(amounts) != 2 or len(times) != 1:
        return amounts
    return [
        item
        for item, other in zip(amounts, amounts[::-1], strict=True)
        if item.value is None or other.value is None or item.value != other.value * times[0]
    ]


def names_rest(tokens: Sequence[Token], index: int) -> bool:
    """ "the rest", or "the balance" and "the other half" behind a part; "half of the balance" names the whole."""
    word = tokens[index].text
    if word not in _MAYBE_REST:
        return False
    before = tokens[index - 1].text if index else ""
    if any(token.text in _FORGIVING for token in tokens[max(0, index - 4) : index]):
        return False
    if word == "balance":
        return before == "the" and index > 1 and tokens[index - 2].text in ("and", "then", ",", "with")
    return word in _REST or (word == "left" and before == "what's") or (word == "half" and before == "other")


def single(values: Sequence[Decimal | None]) -> tuple[Decimal | None, bool]:
    """The one distinct value, and whether there are several."""
    distinct = {value for value in values if value is not None}
    return (next(iter(distinct)), False) if len(distinct) == 1 else (None, len(distinct) > 1)


def first_parts(fractions: Sequence[Quantity]) -> Sequence[Quantity]:
    """ "A third now and two thirds later": parts that make up the whole are one proposal, named by the first."""
    total = sum((quantity.value for quantity in fractions if quantity.value is not None), Decimal(0))
    return fractions[:1] if len(fractions) == 2 and abs(total - 1) < Decimal("0.001") else fractions


def read_money(
    amounts: Sequence[Quantity], quantities: Sequence[Quantity], tokens: Sequence[Token], rest_at: int | None
) -> Money:
    clear = [quantity for quantity in amounts if quantity.value is not None]
    if not clear:
        return Money(None, None, False)
    starts = [_is_first_part(quantity, quantities, tokens) for quantity in clear[:2]]
    if len(clear) == 1:
        rest_follows = rest_at is not None and rest_at >= clear[0].last
        more = any(item.kind in ("every", "count") and item.first > clear[0].last for item in quantities)
        upfront = starts[0] == "upfront" and more
        return Money(None, clear[0].value, False) if rest_follows or upfront else Money(clear[0].value, None, False)
    if len(clear) == 2:
        for first, other, is_start in ((0, 1, starts[0]), (1, 0, starts[1])):
            if is_start and not starts[other]:
                return Money(clear[other].value, clear[first].value, False)
        between = {token.text for token in tokens[clear[0].last : clear[1].first]}
        if between & {"then", "after", "followed", "plus"} and not _adjacent_rhythm(clear[0], quantities):
            return Money(clear[1].value, clear[0].value, False)
    value, several = single([quantity.value for quantity in clear])
    return Money(value, None, several)


def _is_first_part(amount: Quantity, quantities: Sequence[Quantity], tokens: Sequence[Token]) -> str:
    """ "upfront" for a deposit, "now" for money paid at once, "" for any other amount."""
    dated = {at for item in quantities if item.kind == "date" for at in range(item.first, item.last)}
    window = range(max(0, amount.first - 4), amount.first)
    before = ["." if at in dated else tokens[at].text for at in window]
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
