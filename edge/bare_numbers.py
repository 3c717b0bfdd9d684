"""Bare numbers of an utterance ("I need 60") made money, time or a count by what stands around them."""

import datetime
from collections.abc import Sequence

from eqnegotiator.edge.durations import duration_days
from eqnegotiator.edge.numerals import Token
from eqnegotiator.edge.quantity import MAX_COUNT, Kind, Quantity

_CORRECTIONS = frozenset(("no", "sorry", "actually", "mean", "rather"))
_MONEY_VERBS = frozenset(
    "pay paying repay afford spare offer offering send transfer deposit contribute commit give payment payments "
    "instalment instalments installment installments towards".split()
)
_SPLIT_VERBS = frozenset(("split", "spread", "divide", "break"))
_TIME_WORDS = frozenset("in by on until till within before after at for".split())


def resolve_numbers(
    offered: Sequence[Quantity], refused: Sequence[Quantity], tokens: list[Token], today: datetime.date
) -> list[Quantity]:
    """A bare number becomes money or time when its neighbours say so; otherwise it stays a number, which is unclear."""
    kinds = [quantity.kind for quantity in offered]
    numbers, others = kinds.count("number"), set(kinds)
    model = next((other for other in reversed(refused) if other.kind in ("amount", "number", "duration")), None)
    resolved: list[Quantity] = []
    for index, quantity in enumerate(offered):
        if quantity.kind == "number":
            near = (offered[max(0, index - 1) : index], offered[index + 1 : index + 2])
            beside = {other.kind for other in near[0] if other.last == quantity.first}
            beside |= {other.kind for other in near[1] if other.first == quantity.last}
            found = _resolve_number(quantity, beside, others, numbers, model, tokens, today)
            others.add(found.kind)
            resolved.append(found)
        else:
            resolved.append(quantity)
    return resolved


def _resolve_number(
    quantity: Quantity,
    beside: set[Kind],
    others: set[Kind],
    numbers: int,
    model: Quantity | None,
    tokens: list[Token],
    today: datetime.date,
) -> Quantity:
    """`beside` are the kinds next to the number, `others` all kinds offered, `model` the refused one it answers."""
    before = tokens[quantity.first - 1].text if quantity.first else ""
    earlier = {token.text for token in tokens[max(0, quantity.first - 6) : quantity.first]}
    timed = before in _TIME_WORDS
    if beside & {"every", "now", "upfront"} or (earlier & _MONEY_VERBS and not timed):
        return quantity._replace(kind="amount")
    if before in ("in", "into") and earlier & _SPLIT_VERBS and (quantity.value or 0) <= MAX_COUNT:
        return quantity._replace(kind="count")
    if model is not None and model.kind == "duration" and model.unit and quantity.value is not None:
        days = duration_days(quantity.value, model.unit, today)
        return quantity._replace(kind="duration", unit=model.unit, days=days, state="void" if days is None else "clear")
    priced = model is not None and model.kind != "duration"
    dated = bool(others & {"date", "duration"}) and numbers == 1
    if not timed and (priced or dated or others & {"amount", "count", "every"}):
        return quantity._replace(kind="amount")
    return quantity


def drop_corrected(quantities: list[Quantity], tokens: Sequence[Token]) -> list[Quantity]:
    """ "50, sorry, 60 a month" is 60: a corrected quantity is replaced by the next of its kind."""
    kept: list[Quantity] = []
    for quantity in quantities:
        for index in range(len(kept) - 1, max(-1, len(kept) - 4), -1):
            between = {token.text for token in tokens[kept[index].last : quantity.first]}
            if kept[index].kind == quantity.kind and between & _CORRECTIONS:
                del kept[index]
                break
        kept.append(quantity)
    return kept
