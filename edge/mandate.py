"""The creditor's mandate: which kinds of terms an account may be offered, and within which bounds. Checked at every offer and at commit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from .accounts import Account
from .affordability import Statement, disposable_income, unaffordable_month
from .messages import Terms
from .schedules import payment_day
from .terms import pause, settlement

__all__ = ["SettlementBounds", "breaches", "full_pause", "full_settlement", "settlement_bounds"]


class SettlementBounds(NamedTuple):
    """How far an account may be settled. days: from the day of the talk; remainder: what becomes of the discount (G21)."""

    discount_percent: Decimal
    days: int
    remainder: Literal["owed", "waived"]

    def due(self, account: Account, today: date) -> date:
        """The last business day on which a settlement may be paid."""
        latest = today + timedelta(days=self.days)
        return payment_day(latest, account.profile, today, latest)


def settlement_bounds(account: Account) -> SettlementBounds | None:
    """None when settlements are not allowed, or their bounds are not given."""
    percent, days, remainder = account.max_discount_percent, account.settlement_days, account.remainder
    if "settlement" not in account.kinds or percent is None or days is None or remainder is None:
        return None
    return SettlementBounds(percent, days, "waived" if remainder == "waived" else "owed")


def full_settlement(account: Account, today: date, share: Decimal) -> Terms | None:
    """A settlement with `share` (0 to 1] of the discount that the mandate allows; None when it allows none, or less than a cent."""
    bounds = settlement_bounds(account)
    if bounds is None or account.balance * bounds.discount_percent * share < 1:
        return None
    due = bounds.due(account, today)
    return settlement(account.balance, account.currency, today, due, bounds.discount_percent * share, bounds.remainder)


def full_pause(account: Account, today: date) -> Terms | None:
    """The longest pause that the mandate allows; None when it allows none."""
    if "pause" not in account.kinds or account.max_pause_days is None:
        return None
    latest = today + timedelta(days=account.max_pause_days)
    return pause(account.currency, today, payment_day(latest, account.profile, today, latest))


def breaches(terms: Terms, account: Account, today: date, statement: Statement | None = None) -> list[str]:
    """What in these terms is outside the account's mandate, in words; empty when they may be agreed. Checked again at commit.

    statement: what is known of the customer's means; terms above the disposable income in any month are outside too (G19).
    """
    found = []
    if terms.kind not in account.kinds:
        found.append(f"kind {terms.kind} is not one of {', '.join(account.kinds)}")
    if terms.currency != account.currency:
        found.append(f"currency {terms.currency} is not {account.currency}")
    found += {"settlement": _settlement, "pause": _pause}.get(terms.kind, _paid_in_full)(terms, account, today)
    if terms.days != (terms.due_date - today).days:
        found.append(f"due date {terms.due_date} is not in {terms.days} days")
    if statement is not None and (month := unaffordable_month(terms, statement)) is not None:
        found.append(f"{month[2]} in {month[0]}-{month[1]:02} is above the disposable income {disposable_income(statement)}")
    return found


def _due(terms: Terms, today: date, days: int) -> list[str]:
    latest = today + timedelta(days=days)
    return [] if today <= terms.due_date <= latest else [f"due date {terms.due_date} is not within {today} and {latest}"]


def _settlement(terms: Terms, account: Account, today: date) -> list[str]:
    bounds = settlement_bounds(account)
    if bounds is None:
        return ["no bounds of a settlement are given: max_discount_percent, settlement_days, remainder"]
    found = _due(terms, today, bounds.days)
    if terms.amount + terms.discount != account.balance or terms.amount <= 0 or terms.instalments:
        found.append(f"amount {terms.amount} with discount {terms.discount} is not the balance {account.balance} in one payment")
    if not 0 < terms.discount * 100 <= account.balance * bounds.discount_percent:
        found.append(f"discount {terms.discount} is not within {bounds.discount_percent} % of {account.balance}")
    if terms.remainder != bounds.remainder:
        found.append(f"remainder {terms.remainder} is not {bounds.remainder}")
    return found


def _pause(terms: Terms, account: Account, today: date) -> list[str]:
    if account.max_pause_days is None:
        return ["no bound of a pause is given: max_pause_days"]
    found = _due(terms, today, account.max_pause_days)
    if terms.amount or terms.discount or terms.instalments or terms.remainder != "owed":
        found.append(f"a pause pays and waives nothing, not {terms.amount} and {terms.discount}")
    return found


def _paid_in_full(terms: Terms, account: Account, today: date) -> list[str]:
    found = _due(terms, today, account.latest_days)
    if terms.amount != account.balance or terms.discount != 0:
        found.append(f"amount {terms.amount} with discount {terms.discount} is not the balance {account.balance}")
    if terms.kind == "extension":
        return [*found, f"an extension is one payment, not {len(terms.instalments)}"] if terms.instalments else found
    paid = sum((payment.amount for payment in terms.instalments), Decimal(0))
    if paid != terms.amount or len(terms.instalments) < 2:
        found.append(f"{len(terms.instalments)} payments add up to {paid}, not {terms.amount}")
    days = [payment.due_date for payment in terms.instalments]
    if days != sorted(set(days)) or (days and (days[0] < today or days[-1] != terms.due_date)):
        found.append(f"payment dates {', '.join(map(str, days))} are not in order from {today} to {terms.due_date}")
    # The last payment is what is left, so it may be smaller than the least instalment.
    small = [payment.amount for payment in terms.instalments[:-1] if payment.amount < account.min_instalment]
    if small:
        found.append(f"payment {small[0]} is below the least instalment {account.min_instalment}")
    return found
