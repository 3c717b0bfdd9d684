"""When and how often it is paid: the one date or span, the rhythm, the number of payments and the length of a plan."""

import datetime
from collections.abc import Sequence
from decimal import Decimal

from eqnegotiator.edge.payment_sums import single
from eqnegotiator.edge.quantity import Quantity, Rhythm
from eqnegotiator.edge.tokens import Token

_RHYTHM_OF_UNIT: dict[str, Rhythm] = {"week": "week", "fortnight": "2weeks", "month": "month", "year": "month"}
_STARTS = frozenset("start starting starts begin beginning from".split())


def without_payday(quantities: Sequence[Quantity]) -> Sequence[Quantity]:
    """ "Every payday, which is every two weeks": a rhythm that the wire has explains one that it has not."""
    if not any(item.kind == "every" and item.state == "clear" for item in quantities):
        return quantities
    return [item for item in quantities if item.kind != "every" or item.unit != "payday"]


def plan_lengths(
    durations: Sequence[Quantity], every: Rhythm | None, priced: bool, tokens: Sequence[Token]
) -> tuple[list[Quantity], Rhythm | None]:
    """The durations that say how long a plan runs, and its rhythm: "over 6 months" is six monthly payments."""
    over = [item for item in durations if item.unit in _RHYTHM_OF_UNIT and _runs(item, tokens, ("over", "across"))]
    over = over or [item for item in durations if item.unit in _RHYTHM_OF_UNIT and _names_plan(item, tokens)]
    if every is None and len(over) == 1:
        return over, _RHYTHM_OF_UNIT[over[0].unit]
    if every is None:
        return over, every
    listed = (",", ".") if priced else ()
    return [item for item in durations if _runs(item, tokens, ("for", "over", "across", *listed))], every


def _runs(length: Quantity, tokens: Sequence[Token], leading: tuple[str, ...]) -> bool:
    """ "for the next 6 months", "over a year"; also "two years at 50 a month"."""
    before = length.first - 1
    while before > 0 and tokens[before].text in ("a", "about", "say", "the", "next", "another", "maybe", "around"):
        before -= 1
    behind = tokens[length.last].text if length.last < len(tokens) else ""
    return (before >= 0 and tokens[before].text in leading) or behind in ("at", "of")


def _names_plan(length: Quantity, tokens: Sequence[Token]) -> bool:
    near = {token.text for token in tokens[max(0, length.first - 3) : length.last + 2]}
    return bool(near & {"plan", "instalments", "installments"})


def is_vague_start(item: Quantity, every: Rhythm | None, tokens: Sequence[Token]) -> bool:
    """ "40 a month starting next month" leaves the day open, which changes nothing about the plan."""
    before = {token.text for token in tokens[max(0, item.first - 3) : item.first]}
    return item.kind == "date" and item.state == "unclear" and every is not None and bool(before & _STARTS)


def read_rhythm(
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


def read_count(counts: Sequence[Quantity], lengths: Sequence[Quantity], every: Rhythm | None) -> tuple[int | None, bool]:
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
    count, several = single(values)
    return (int(count) if count is not None else None), several or unclear


def read_when(
    times: Sequence[Quantity], rest_at: int | None, first_part: bool, repeated: bool, today: datetime.date
) -> tuple[Quantity | None, bool]:
    """The one time of the proposal, and whether there is more than one reading of it.

    With a first part the time belongs to the rest; one that is said for the first part other than now cannot be put on
    the wire and makes the proposal ambiguous.
    """
    clear = [item for item in times if item.state == "clear" and (item.day is not None or item.days is not None)]
    later = [item for item in clear if item.day != today]
    if (first_part and (rest_at is not None or later or repeated)) or len(later) < len(clear) > 1:
        clear = later
    if first_part and rest_at is not None:
        behind = [item for item in clear if item.first >= rest_at]
        if len(behind) == 1:
            return behind[0], len(clear) > 1
    targets = {item.day or today + datetime.timedelta(item.days or 0) for item in clear}
    if len(targets) != 1:
        return None, len(targets) > 1
    return next((item for item in clear if item.day is not None), clear[0]), False
