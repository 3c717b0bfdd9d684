"""Terms of payment: building them, measuring them, saying them. All dates count from the day of the talk.

Money is `Decimal` with two places; every plan's payments add up to the balance to the cent.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal
from typing import Final, Literal, TypeAlias

import msgspec

from .accounts import Account
from .messages import Instalment, Terms
from .proposal import Proposal

__all__ = [
    "CENT",
    "Every",
    "breaches",
    "describe",
    "describe_ask",
    "extension",
    "from_proposal",
    "instalments",
    "mean_days",
    "money",
    "schedule",
    "spoken_date",
    "spoken_days",
]

CENT: Final = Decimal("0.01")
Every: TypeAlias = Literal["week", "2weeks", "month"]
EVERY_WORDS: Final[dict[str, str]] = {"week": "week", "2weeks": "two weeks", "month": "month"}
# A plan of more payments than this is not something a person can hold in mind; also bounds every loop below.
MAX_PAYMENTS: Final = 120
# A first instalment needs a few days to arrange.
FIRST_PAYMENT_DAYS: Final = 5
_SYMBOLS: Final = {"USD": "$", "GBP": "£", "EUR": "€"}


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
    payments = tuple(Instalment(due_date=day, amount=amount) for day, amount in zip(dates, amounts, strict=True))
    return Terms(
        kind="instalments",
        currency=currency,
        amount=balance,
        due_date=dates[-1],
        days=(dates[-1] - today).days,
        instalments=payments,
    )


def equal_amounts(balance: Decimal, count: int) -> list[Decimal]:
    """`count` payments as equal as cents allow: all but the last the same, the last the smaller rest."""
    each = (balance / count).quantize(CENT, rounding=ROUND_UP)
    rest = balance - each * (count - 1)
    if rest > 0:
        return [each] * (count - 1) + [rest]
    each = (balance / count // CENT) * CENT
    return [each] * (count - 1) + [balance - each * (count - 1)]


def schedule(first: date, every: Every, count: int) -> list[date]:
    """`count` payment dates; months keep the day of the first date, clamped at month ends."""
    if every == "month":
        return [add_months(first, index) for index in range(count)]
    step = 7 if every == "week" else 14
    return [first + timedelta(days=step * index) for index in range(count)]


def add_months(day: date, months: int) -> date:
    """The same day `months` calendar months later, clamped to the month's last day."""
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def mean_days(terms: Terms, today: date) -> float:
    """Days until the money is there, averaged over the money: what waiting costs the creditor, whatever the kind."""
    if not terms.instalments:
        return float(terms.days)
    weighted = sum(float(payment.amount) * (payment.due_date - today).days for payment in terms.instalments)
    return weighted / float(terms.amount)


def breaches(terms: Terms, account: Account, today: date) -> list[str]:
    """What in these terms is outside the account's mandate, in words; empty when they may be agreed. Checked again at commit."""
    found = []
    if terms.kind not in account.kinds:
        found.append(f"kind {terms.kind} is not one of {', '.join(account.kinds)}")
    if terms.currency != account.currency:
        found.append(f"currency {terms.currency} is not {account.currency}")
    latest = today + timedelta(days=account.latest_days)
    if terms.due_date > latest or terms.due_date < today:
        found.append(f"due date {terms.due_date} is not within {today} and {latest}")
    if terms.amount + terms.discount != account.balance or terms.discount != 0:
        found.append(f"amount {terms.amount} with discount {terms.discount} is not the balance {account.balance}")
    if terms.kind == "instalments":
        paid = sum((payment.amount for payment in terms.instalments), Decimal(0))
        if paid != terms.amount or len(terms.instalments) < 2:
            found.append(f"{len(terms.instalments)} payments add up to {paid}, not {terms.amount}")
        # The last payment is what is left, so it may be smaller than the least instalment.
        small = [payment.amount for payment in terms.instalments[:-1] if payment.amount < account.min_instalment]
        if small:
            found.append(f"payment {small[0]} is below the least instalment {account.min_instalment}")
    return found


def from_proposal(proposal: Proposal, account: Account, today: date, assumed_every: Every | None) -> Terms | None:
    """The complete plan that a customer's proposal amounts to, within the mandate or not; None when it leaves open how the balance is paid.

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
    return instalments(account.balance, account.currency, today, dates, amounts)


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
        return instalments(
            account.balance,
            account.currency,
            today,
            [today, *dates],
            [first] + [each] * (count - 1) + [rest - each * (count - 1)],
        )
    last = by if by and by > today else today + timedelta(days=max(1, account.target_days))
    return instalments(account.balance, account.currency, today, [today, last], [first, rest])


def money(amount: Decimal, currency: str) -> str:
    """An amount as it is written for a person: `$1,200.00`, `CAD 1,200.00`."""
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{amount:,.2f}" if symbol else f"{currency} {amount:,.2f}"


def spoken_date(day: date) -> str:
    """`22 December 2026`."""
    return f"{day.day} {day:%B %Y}"


def spoken_days(days: int) -> str:
    """`30 days`, `1 day`."""
    return f"{days} day" if days == 1 else f"{days} days"


def describe(terms: Terms, today: date) -> str:
    """The terms as one noun phrase that states all of them; what a read-back says."""
    amount = money(terms.amount, terms.currency)
    if terms.kind == "extension":
        when = "today" if terms.due_date == today else f"by {spoken_date(terms.due_date)}"
        return f"the full {amount} {when}"
    if terms.kind == "settlement":
        return f"{amount} by {spoken_date(terms.due_date)}, with the remaining {money(terms.discount, terms.currency)} {terms.remainder}"
    if terms.kind == "pause":
        return f"a pause in payments until {spoken_date(terms.due_date)}"
    every = cadence(terms)
    sizes = [payment.amount for payment in terms.instalments]
    first_day = spoken_date(terms.instalments[0].due_date)
    count = len(sizes)
    if every is None or len(set(sizes[:-1])) > 1:
        # Nobody can hold a list of eight dates in mind: a first payment and what follows it regularly are said as two things.
        rest = msgspec.structs.replace(terms, instalments=terms.instalments[1:])
        if cadence(rest) is None or len(set(sizes[1:-1])) > 1:
            return _listed(terms, today)
        when = "today" if terms.instalments[0].due_date == today else f"on {first_day}"
        return f"{money(sizes[0], terms.currency)} {when}, then {describe(rest, today)}"
    if sizes[0] == sizes[-1]:
        return f"{count} payments of {money(sizes[0], terms.currency)}, one every {EVERY_WORDS[every]}, starting on {first_day}"
    return (
        f"{count} payments, one every {EVERY_WORDS[every]}, starting on {first_day}: {count - 1} of {money(sizes[0], terms.currency)} "
        f"and the last of {money(sizes[-1], terms.currency)}"
    )


def cadence(terms: Terms) -> Every | None:
    """The regular step of a plan of three or more payments (two are listed by date), None when irregular."""
    dates = [payment.due_date for payment in terms.instalments]
    if len(dates) < 3:
        return None
    for every in ("week", "2weeks", "month"):
        if schedule(dates[0], every, len(dates)) == dates:
            return every
    return None


def describe_ask(proposal: Proposal, currency: str) -> str | None:
    """What the customer asked for, as a noun phrase in their own measure; None when there is nothing to name."""
    if proposal.ambiguous:
        return None
    if proposal.amount and proposal.every:
        return f"{money(Decimal(proposal.amount), currency)} every {EVERY_WORDS[proposal.every]}"
    if proposal.count and not proposal.amount:
        return f"{proposal.count} payments"
    if proposal.amount is None and proposal.fraction is None and proposal.first_amount is None:
        if proposal.date:
            return spoken_date(date.fromisoformat(proposal.date))
        if proposal.days:
            return spoken_days(proposal.days)
    return None


def _listed(terms: Terms, today: date) -> str:
    """Every payment by size and date."""
    payments = [
        f"{money(payment.amount, terms.currency)} {'today' if payment.due_date == today else 'on ' + spoken_date(payment.due_date)}"
        for payment in terms.instalments
    ]
    return ", ".join(payments[:-1]) + f" and {payments[-1]}"
