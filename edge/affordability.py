"""What a customer can afford: a monthly statement of income and outgoings, and terms against it (G19: CONC 7.3.18R).

The categories are those of a standard financial statement. Nothing is guessed: what nobody stated is not there.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Final, Literal, TypeAlias, get_args

import msgspec

from .accounts import Account
from .messages import Terms
from .terms import payments

__all__ = [
    "INCOME",
    "OUTGOINGS",
    "Income",
    "Outgoing",
    "Statement",
    "affordable",
    "cap",
    "disposable_income",
    "is_settled",
    "statement_of",
    "unaffordable_month",
]

Income: TypeAlias = Literal["wages", "benefits", "pensions", "other"]
Outgoing: TypeAlias = Literal["housing", "utilities", "food", "transport", "care", "other_debts", "other"]
INCOME: Final[tuple[Income, ...]] = get_args(Income)
OUTGOINGS: Final[tuple[Outgoing, ...]] = get_args(Outgoing)


class Statement(msgspec.Struct, frozen=True):
    """Amounts a month, in the account's currency.

    income, outgoings: by category, as far as they were stated. income_total, outgoings_total: of all categories together, from the
    account or said as one sum. spare: what is left after essentials, as the customer said it.
    """

    income: dict[Income, Decimal] = {}
    outgoings: dict[Outgoing, Decimal] = {}
    income_total: Decimal | None = None
    outgoings_total: Decimal | None = None
    spare: Decimal | None = None


def statement_of(account: Account) -> Statement:
    """What the creditor knows."""
    return Statement(income_total=account.monthly_income, outgoings_total=account.monthly_outgoings)


def disposable_income(statement: Statement) -> Decimal | None:
    """What can go to this debt in a month, never negative; None when neither a spare amount nor any income is known.

    An upper bound until `is_settled`: outgoings that nobody stated are not subtracted. Of two figures the one that leaves less counts:
    the larger of total and summed outgoings, the smaller of the stated spare amount and income less outgoings.
    """
    known = [] if statement.spare is None else [statement.spare]
    income = sum(statement.income.values(), Decimal(0)) if statement.income else statement.income_total
    if income is not None:
        outgoings = max(sum(statement.outgoings.values(), Decimal(0)), statement.outgoings_total or Decimal(0))
        known.append(income - outgoings)
    return max(Decimal(0), min(known)) if known else None


def is_settled(statement: Statement) -> bool:
    """Whether the disposable income is more than an upper bound: a spare amount was said, or income and all outgoings are known."""
    income = bool(statement.income) or statement.income_total is not None
    return statement.spare is not None or (income and statement.outgoings_total is not None)


def unaffordable_month(terms: Terms, statement: Statement) -> tuple[int, int, Decimal] | None:
    """The first calendar month (year, month, its payments) that passes the disposable income; None when there is none or it is unknown."""
    disposable = disposable_income(statement)
    if disposable is None:
        return None
    months: defaultdict[tuple[int, int], Decimal] = defaultdict(Decimal)
    for payment in payments(terms):
        months[payment.due_date.year, payment.due_date.month] += payment.amount
    return next(((year, month, paid) for (year, month), paid in months.items() if paid > disposable), None)


def affordable(terms: Terms, statement: Statement) -> bool:
    """Whether in no calendar month the payments pass the disposable income; True as long as that is unknown."""
    return unaffordable_month(terms, statement) is None


def cap(terms: Terms | None, statement: Statement) -> Terms | None:
    """The terms, if they are affordable."""
    return terms if terms is not None and affordable(terms, statement) else None
