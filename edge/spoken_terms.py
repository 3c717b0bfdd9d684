"""Terms in words: each as one noun phrase that states all of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from .messages import Terms
from .proposal import Proposal
from .schedules import Cadence, cadence_of

__all__ = ["EVERY_WORDS", "cadence", "describe", "describe_ask", "every_words", "money", "spoken_date", "spoken_days"]

EVERY_WORDS: Final[dict[str, str]] = {"week": "week", "2weeks": "two weeks", "month": "month"}
_SYMBOLS: Final = {"USD": "$", "GBP": "£", "EUR": "€"}
_REMAINDERS: Final = {"waived": "waived", "owed": "still owed"}


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
        rest = f"the remaining {money(terms.discount, terms.currency)} {_REMAINDERS[terms.remainder]}"
        return f"{amount} by {spoken_date(terms.due_date)}, with {rest}"
    if terms.kind == "pause":
        return f"a pause in payments until {spoken_date(terms.due_date)}, with the balance unchanged"
    every = cadence(terms)
    sizes = [payment.amount for payment in terms.instalments]
    first_day = spoken_date(terms.instalments[0].due_date)
    count = len(sizes)
    if every is None or len(set(sizes[:-1])) > 1:
        # Nobody can hold a list of eight dates in mind: a first payment and what follows it regularly are said as two things.
        later = msgspec.structs.replace(terms, instalments=terms.instalments[1:])
        if cadence(later) is None or len(set(sizes[1:-1])) > 1:
            return _listed(terms, today)
        when = "today" if terms.instalments[0].due_date == today else f"on {first_day}"
        return f"{money(sizes[0], terms.currency)} {when}, then {describe(later, today)}"
    if sizes[0] == sizes[-1]:
        return f"{count} payments of {money(sizes[0], terms.currency)}, one every {every_words(every)}, starting on {first_day}"
    return (
        f"{count} payments, one every {every_words(every)}, starting on {first_day}: {count - 1} of {money(sizes[0], terms.currency)} "
        f"and the last of {money(sizes[-1], terms.currency)}"
    )


def cadence(terms: Terms) -> Cadence | None:
    """The regular step of a plan of three or more payments (two are listed by date), None when irregular."""
    return cadence_of([payment.due_date for payment in terms.instalments])


def every_words(step: Cadence) -> str:
    """`month`, or `month (on a working day)` where a payment is moved off a weekend or a holiday."""
    return EVERY_WORDS[step.every] + (" (on a working day)" if step.moved else "")


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
    made = [
        f"{money(payment.amount, terms.currency)} {'today' if payment.due_date == today else 'on ' + spoken_date(payment.due_date)}"
        for payment in terms.instalments
    ]
    return ", ".join(made[:-1]) + f" and {made[-1]}"
