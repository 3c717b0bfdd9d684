"""Bare numbers of an utterance ("I need 60") made money, time or a count by what stands around them."""

import datetime
from collections.abc import Sequence

from eqnegotiator.edge.durations import duration_days
from eqnegotiator.edge.quantity import MAX_COUNT, Kind, Quantity
from eqnegotiator.edge.tokens import Token, word_at

_CORRECTIONS = frozenset(("no", "sorry", "actually", "mean", "rather", "scratch", "wait", "correction", "make"))
_MONEY_VERBS = frozenset(
    "pay paying repay afford spare offer offering send transfer deposit contribute commit give payment payments "
    "instalment instalments installment installments towards".split()
)
_SUM_VERBS = frozenset("do manage stretch raise scrape stump find".split())
_PRICED_FOR = frozenset("sell selling sold cheque check".split())
_LOWERING = frozenset("knock bring drop reduce lower cut get up raise back".split())
_OWN_MODALS = frozenset("can could i'll i'd we'll we'd might would".split())
_SUM_NOUNS = (("final", "offer"), ("my", "offer"), ("my", "limit"), ("my", "max"), ("full", "and"), ("lump", "sum"), ("to", "settle"))
_MOST_DAYS = 366
"""A bare number beyond a year of days is money: nobody asks for 400 days."""
_SPLIT_VERBS = frozenset(("split", "spread", "divide", "break"))
_TIME_WORDS = frozenset("in by on until till within before after at for".split())


def resolve_numbers(
    offered: Sequence[Quantity], refused: Sequence[Quantity], tokens: list[Token], today: datetime.date
) -> list[Quantity]:
    """A bare number becomes money or time when its neighbours say so; otherwise it stays a number, which is unclear."""
    kinds = [quantity.kind for quantity in offered]
    numbers, others = len({quantity.value for quantity in offered if quantity.kind == "number"}), set(kinds)
    # "Thirty days? Make it forty-five": the number is in the unit just named.
    remade = {
        quantity.first: offered[at - 1]
        for at, quantity in enumerate(offered)
        if at
        and offered[at - 1].kind == "duration"
        and [token.text for token in tokens[quantity.first - 2 : quantity.first]] == ["make", "it"]
    }
    model = next((other for other in reversed(refused) if other.kind in ("amount", "number", "duration")), None)
    resolved: list[Quantity] = []
    for index, quantity in enumerate(offered):
        if quantity.kind == "number":
            near = (offered[max(0, index - 1) : index], offered[index + 1 : index + 2])
            beside = {other.kind for other in near[0] if other.last == quantity.first}
            beside |= {other.kind for other in near[1] if other.first == quantity.last}
            found = _resolve_number(quantity, beside, others, numbers, remade.get(quantity.first, model), refused, tokens, today)
            others.add(found.kind)
            resolved.append(found)
        else:
            resolved.append(quantity)
    # "He lends me 300, I can pay that, 300": said twice, once as money.
    sums = {item.value for item in resolved if item.kind == "amount"}
    return [item for item in resolved if item.kind != "number" or item.value is None or item.value not in sums]


def _resolve_number(
    quantity: Quantity,
    beside: set[Kind],
    others: set[Kind],
    numbers: int,
    model: Quantity | None,
    refused: Sequence[Quantity],
    tokens: list[Token],
    today: datetime.date,
) -> Quantity:
    """`beside` are the kinds next to the number, `others` all kinds offered, `numbers` how many different ones.

    `model` is the quantity it answers; `refused` are all that were refused.
    """
    before = tokens[quantity.first - 1].text if quantity.first else ""
    earlier = {token.text for token in tokens[max(0, quantity.first - 6) : quantity.first]}
    timed = before in _TIME_WORDS or (before == "me" and word_at(tokens, quantity.first - 2) == "give")
    if beside & {"every", "now", "upfront"} or (earlier & _MONEY_VERBS and not timed):
        return quantity._replace(kind="amount", state="clear" if quantity.value is not None else "unclear")
    if before in ("in", "into") and earlier & _SPLIT_VERBS and (quantity.value or 0) <= MAX_COUNT:
        return quantity._replace(kind="count")
    if model is not None and model.kind == "duration" and model.unit and quantity.value is not None:
        days = duration_days(quantity.value, model.unit, today)
        return quantity._replace(kind="duration", unit=model.unit, days=days, state="void" if days is None else "clear")
    if before == "for" and earlier & _PRICED_FOR:
        return quantity._replace(kind="amount")
    if not timed and _is_sum(quantity, earlier, tokens):
        return quantity._replace(kind="amount", state="clear")
    rated = model is not None and any(other.kind == "every" and other.first == model.last for other in refused)
    priced = model is not None and (model.kind == "amount" or rated)
    dated = bool(others & {"date", "duration"}) and numbers == 1
    if not timed and (priced or dated or others & {"amount", "count", "every"}):
        return quantity._replace(kind="amount")
    return quantity


def _is_sum(quantity: Quantity, earlier: set[str], tokens: list[Token]) -> bool:
    """ "I can do 85", "85 is the best I can do", "three hundred, final offer", "go back to 400"."""
    before = [token.text for token in tokens[max(0, quantity.first - 2) : quantity.first]]
    later = [token.text for token in tokens[quantity.last : quantity.last + 8]]
    said = earlier & _SUM_VERBS and earlier & _OWN_MODALS and earlier & {"i", "we", "i'll", "i'd", "we'll", "we'd"}
    given = earlier & {"you", "you'll", "you'd"} and earlier & {"have", "get", "see", "take", "getting"} and "said" not in earlier
    given = given or {"all", "got", "is"} <= earlier
    lowered = before[-1:] == ["to"] and earlier & _LOWERING
    limit = later[:1] == ["is"] and {"i", "we"} & set(later) and {"do", "manage", "have"} & set(later)
    taken = before[-1:] in (["take"], ["accept"]) or before in (["take", "the"], ["accept", "the"])
    named = taken and "i" not in earlier
    named = named or before[-2:] == ["do", "you"] or later[:3] == ["out", "of", "that"] or later[:2] == ["for", "you"]
    named = named or any(tuple(later[at : at + 2]) in _SUM_NOUNS for at in range(min(3, len(later))))
    return bool(said or given or lowered or limit or named or (quantity.value or 0) > _MOST_DAYS) and quantity.value is not None


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
