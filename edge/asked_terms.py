"""The complete plan that a customer's proposal amounts to, within the mandate or not."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Final

from .accounts import Account
from .mandate import settlement_bounds
from .messages import Terms
from .proposal import Proposal
from .schedules import CENT, MAX_PAYMENTS, Every, equal_amounts, on_business_days, schedule
from .terms import extension, instalments

__all__ = ["FIRST_PAYMENT_DAYS", "from_proposal", "settlement_from_proposal"]

FIRST_PAYMENT_DAYS: Final = 5
"""A first instalment needs a few days to arrange."""


def from_proposal(proposal: Proposal, account: Account, today: date, assumed_every: Every | None) -> Terms | None:
    """The complete plan that a customer's proposal amounts to, within the mandate or not; None when it leaves open how the balance is paid.

    One payment is due by the very day that was said; the payments of a plan are made on business days.

    assumed_every: the cadence a bare amount is taken for ("300" after "how much each month?").
    """
    if proposal.ambiguous:
        return None
    balance, currency = account.balance, account.currency
    by = _day(proposal, today)
    every = proposal.every or (assumed_every if proposal.amount and by is None else None)
    first_amount = Decimal(proposal.first_amount) if proposal.first_amount else None
    if proposal.fraction is not None and 0 < proposal.fraction < 1:
        first_amount = (balance * Decimal(str(proposal.fraction))).quantize(CENT)
    amount = Decimal(proposal.amount) if proposal.amount else None
    if first_amount is not None and CENT <= first_amount < balance:
        return _down_payment(first_amount, amount, every, by, account, today)
    if amount is not None and amount >= balance:
        return extension(balance, currency, today, (by - today).days) if by else None
    if every is not None and amount is not None and amount >= CENT:
        count = int((balance / amount).to_integral_value(rounding=ROUND_UP))
        amounts = [amount] * (min(count, MAX_PAYMENTS + 1) - 1) + [balance - amount * (count - 1)]
        return _equal(account, today, by, every, amounts)
    if proposal.count is not None and 2 <= proposal.count <= MAX_PAYMENTS and amount is None and balance / proposal.count >= CENT:
        return _equal(account, today, by, every or "month", equal_amounts(balance, proposal.count))
    if amount is None and every is None and by is not None:
        return extension(balance, currency, today, (by - today).days)
    return None


def settlement_from_proposal(proposal: Proposal, account: Account, today: date) -> Terms | None:
    """The settlement that an offered sum below the balance amounts to, at the account's bounds where no day was said.

    None where no one sum and day are meant, or the account settles nothing.
    """
    bounds = settlement_bounds(account)
    several = proposal.every or proposal.count or proposal.first_amount
    if bounds is None or proposal.ambiguous or several or not proposal.amount:
        return None
    amount, by = Decimal(proposal.amount), _day(proposal, today)
    if not 0 < amount < account.balance:
        return None
    due = by or bounds.due(account, today)
    return Terms(
        kind="settlement",
        currency=account.currency,
        amount=amount,
        due_date=due,
        days=(due - today).days,
        discount=account.balance - amount,
        remainder=bounds.remainder,
    )


def _day(proposal: Proposal, today: date) -> date | None:
    if proposal.date is not None:
        day = date.fromisoformat(proposal.date)
        return day if day >= today else None
    return today + timedelta(days=proposal.days) if proposal.days is not None else None


def _equal(account: Account, today: date, first: date | None, every: Every, amounts: list[Decimal]) -> Terms | None:
    """A regular plan; where no first date was said, one that keeps the last within the mandate if any of the next period does."""
    if not 1 <= len(amounts) <= MAX_PAYMENTS:
        return None
    dates = schedule(first or schedule(today, every, 2)[1], every, len(amounts))
    latest = today + timedelta(days=account.latest_days)
    if first is None and dates[-1] > latest:
        start = dates[0] - (dates[-1] - latest)
        if start >= today + timedelta(days=FIRST_PAYMENT_DAYS):
            dates = schedule(start, every, len(amounts))
            dates = dates if dates[-1] <= latest else schedule(start - timedelta(days=3), every, len(amounts))
    if len(amounts) == 1:
        return extension(account.balance, account.currency, today, (dates[0] - today).days)
    return _plan(account, today, dates, amounts)


def _down_payment(
    first: Decimal, each: Decimal | None, every: Every | None, by: date | None, account: Account, today: date
) -> Terms | None:
    """Part today, the rest by a date or in instalments; the rest by the creditor's target date when nothing else was said."""
    rest = account.balance - first
    if each is not None and every is not None and each >= CENT:
        count = int((rest / each).to_integral_value(rounding=ROUND_UP))
        if count > MAX_PAYMENTS:
            return None
        dates = schedule(by if by and by > today else schedule(today, every, 2)[1], every, count)
        return _plan(account, today, [today, *dates], [first] + [each] * (count - 1) + [rest - each * (count - 1)])
    last = by if by and by > today else today + timedelta(days=max(1, account.target_days))
    return _plan(account, today, [today, last], [first, rest])


def _plan(account: Account, today: date, dates: list[date], amounts: list[Decimal]) -> Terms:
    """The payments on business days; on their own days where the mandate is too short to tell the business days apart."""
    latest = today + timedelta(days=account.latest_days)
    moved = on_business_days(dates, account.profile, today, latest)
    dates = moved if moved == sorted(set(moved)) else dates
    return instalments(account.balance, account.currency, today, dates, amounts)
