"""Terms of payment: building them, and measuring what they cost the creditor. All days count from the day of the talk.

Money is `Decimal` with two places. What is paid, what is taken off and what stays owed add up to the balance to the cent.

Order: `creditor_value` puts all kinds on one scale of days, smaller is better for the creditor; `order_key` is a total order that
refines it and is consistent with equality (equal keys exactly for equal terms), so offers can be sorted and compared without ties.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Final, Literal, TypeAlias

from .messages import Instalment, Terms
from .schedules import CENT

__all__ = [
    "DAYS_PER_PERCENT",
    "OrderKey",
    "creditor_value",
    "extension",
    "instalments",
    "mean_days",
    "order_key",
    "pause",
    "payments",
    "settlement",
]

DAYS_PER_PERCENT: Final = 3.0
"""Days of waiting that one percent of discount is worth to the creditor: money in arrears is taken to lose a tenth of its expected value in
a month. An assumption, not a measurement; it orders settlements among other terms and bounds nothing (the mandate does)."""
_KINDS: Final = ("extension", "instalments", "settlement", "pause")
OrderKey: TypeAlias = tuple[float, int, str, Decimal, date, int, tuple[tuple[date, Decimal], ...], Decimal, str]


def extension(balance: Decimal, currency: str, today: date, days: int) -> Terms:
    """The whole balance in one payment, `days` from today."""
    return Terms(kind="extension", currency=currency, amount=balance, due_date=today + timedelta(days=days), days=days)


def instalments(balance: Decimal, currency: str, today: date, dates: Sequence[date], amounts: Sequence[Decimal]) -> Terms:
    """A plan of the given payments.

    Raises:
        ValueError: the payments do not add up to the balance, are not positive or are not in order.
    """
    if sum(amounts, Decimal(0)) != balance or len(dates) != len(amounts) or not dates:
        raise ValueError(f"payments {list(map(str, amounts))} on {len(dates)} dates do not add up to {balance}")
    if min(amounts) <= 0 or list(dates) != sorted(set(dates)):
        raise ValueError(f"payments must be positive and their dates increasing, got {list(map(str, amounts))} on {list(map(str, dates))}")
    made = tuple(Instalment(due_date=day, amount=amount) for day, amount in zip(dates, amounts, strict=True))
    return Terms(
        kind="instalments",
        currency=currency,
        amount=balance,
        due_date=dates[-1],
        days=(dates[-1] - today).days,
        instalments=made,
    )


def settlement(
    balance: Decimal, currency: str, today: date, due: date, discount_percent: Decimal, remainder: Literal["owed", "waived"]
) -> Terms:
    """Less than the balance in one payment. The discount is rounded down to the cent; `remainder` says what becomes of it (G21).

    Raises:
        ValueError: the discount is nothing or everything.
    """
    discount = (balance * discount_percent / 100).quantize(CENT, rounding=ROUND_DOWN)
    if not 0 < discount < balance:
        raise ValueError(f"a discount of {discount_percent} % of {balance} leaves no settlement; use more than 0 and less than 100")
    return Terms(
        kind="settlement",
        currency=currency,
        amount=balance - discount,
        due_date=due,
        days=(due - today).days,
        discount=discount,
        remainder=remainder,
    )


def pause(currency: str, today: date, until: date) -> Terms:
    """Forbearance: nothing is paid before `until`, and the balance stays what it is."""
    return Terms(kind="pause", currency=currency, amount=Decimal("0.00"), due_date=until, days=(until - today).days)


def payments(terms: Terms) -> tuple[Instalment, ...]:
    """Every payment under the terms, in order; none under a pause."""
    if terms.kind == "pause":
        return ()
    return terms.instalments or (Instalment(due_date=terms.due_date, amount=terms.amount),)


def mean_days(terms: Terms, today: date) -> float:
    """Days until the money is there, averaged over the money: what waiting costs the creditor. Of a pause, the days that nothing comes."""
    if not terms.instalments:
        return float(terms.days)
    weighted = sum(float(payment.amount) * (payment.due_date - today).days for payment in terms.instalments)
    return weighted / float(terms.amount)


def creditor_value(terms: Terms, today: date) -> float:
    """What the terms cost the creditor, in days of waiting; the smaller, the better for the creditor and the less for the customer.

    `mean_days`, and `DAYS_PER_PERCENT` days for each percent of the balance that is taken off, whether it is waived or stays owed (what
    stays owed after a settlement has no date). A pause counts its own days only, so it is a lower bound: the balance comes after it.
    """
    balance = terms.amount + terms.discount
    percent = float(terms.discount / balance * 100) if terms.discount else 0.0
    return mean_days(terms, today) + DAYS_PER_PERCENT * percent


def order_key(terms: Terms, today: date) -> OrderKey:
    """Sorts terms by `creditor_value`, then by kind (extension first) and by every other field: a total order, consistent with equality."""
    made = tuple((payment.due_date, payment.amount) for payment in terms.instalments)
    fields = (terms.currency, terms.amount, terms.due_date, terms.days, made, terms.discount, terms.remainder)
    return (creditor_value(terms, today), _KINDS.index(terms.kind), *fields)
