"""What to offer: a monotone concession within the creditor's mandate, and when to accept.

The scale is one number, the mean days until the money is there (`terms.mean_days`), so that an extension and an instalment plan
compare. It starts at the creditor's target and moves to the latest day, a step each time the customer gives a reason: it never
moves back, and it knows nothing of emotions (principle 2). Told hardship and a vulnerable flag move it further at once.
Nothing is offered or accepted above the disposable income, where that is known (G19).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal, NamedTuple

import msgspec

from .accounts import Account
from .affordability import Statement, cap, disposable_income
from .asked_terms import FIRST_PAYMENT_DAYS, from_proposal
from .mandate import breaches
from .messages import Terms
from .proposal import Proposal
from .schedules import MAX_PAYMENTS, Every, equal_amounts, on_business_days, payment_day, schedule
from .terms import extension, instalments, mean_days

__all__ = ["Answer", "OfferState", "answer", "opening", "read_back", "standing_terms"]

# Steps from the target to the latest day, so that a talk that goes all the way stays well under the 30 turns a session may have.
STEPS: Final = 5
HARDSHIP_SHARE: Final = 0.6
VULNERABLE_SHARE: Final = 1.0
# Agreement tolerance of the paper's judge: within 5 days of each other there is nothing left to argue about (design section 5).
TOLERANCE_DAYS: Final = 5
WEEKEND_DAYS: Final = 2
"""Payments that a plan would ask for on a weekend are moved by us, which is not held against the customer's proposal."""
UNKNOWN: Final = Statement()
"""Nothing is known of the customer's means."""
RHYTHMS: Final[tuple[Every, ...]] = ("month", "2weeks", "week")
# An ask repeated this often is not going to move (design section 5: 98-99.9 % of published pairs), so waiting gains nothing.
REPEATED_ASKS: Final = 2
# The first instalment need not be later than one period from now.
_PERIOD_DAYS: Final[dict[str, int]] = {"week": 7, "2weeks": 14, "month": 30}
_SHORTEST_STEP_DAYS: Final[dict[str, int]] = {"week": 7, "2weeks": 14, "month": 28}


class OfferState(msgspec.Struct, frozen=True):
    """What has been conceded. `share` (0 to 1) of the way from target to latest; never decreases.

    every: the cadence in which the customer talks; None as long as one payment is what is talked about.
    asked_days: mean days of the customer's last complete ask, and how often it has been made without moving toward us.
    part: an amount the customer can pay that was said without when or how often; the next thing they say may complete it.
    offered: terms have been put on the table; exhausted: the last ones were, with nothing further within the mandate.
    """

    share: float = 0.0
    every: Every | None = None
    asked_days: float | None = None
    asked_times: int = 0
    part: str | None = None
    offered: bool = False
    exhausted: bool = False


class Answer(NamedTuple):
    """What to do about the customer's move. `terms`: to read back (accept) or to offer (counter, refuse); None for ask and handoff."""

    decision: Literal["accept", "counter", "refuse", "ask", "handoff"]
    state: OfferState
    terms: Terms | None


def opening(account: Account, *, hardship: bool) -> OfferState:
    """The state before any offer: at the target, further for a vulnerable customer or told hardship."""
    return OfferState(share=_floor(account, hardship=hardship))


def standing_terms(state: OfferState, account: Account, today: date, statement: Statement = UNKNOWN) -> Terms | None:
    """The best terms at this point of the concession: in the customer's cadence when they talk instalments, else an extension.

    Where the customer's means allow no such terms, the nearest ones within the mandate that they do allow. None when the mandate allows
    neither kind, or no plan fits it and the disposable income.
    """
    days = _conceded_days(state, account)
    if state.every is not None and "instalments" in account.kinds:
        plan = _plan(account, today, state.every, days, statement)
        if plan is not None:
            return plan
    whole = cap(_extension(account, today, days), statement) if "extension" in account.kinds else None
    if whole is None and "instalments" in account.kinds:
        return next(filter(None, (_plan(account, today, every, days, statement) for every in RHYTHMS)), None)
    return whole


def read_back(state: OfferState, account: Account, today: date, terms: Terms) -> OfferState:
    """The state once `terms` have been read back: they were acceptable, so what is offered after them is no worse."""
    span = account.latest_days - account.target_days
    share = (mean_days(terms, today) - account.target_days) / span if span else 1.0
    return msgspec.structs.replace(state, share=max(state.share, min(1.0, share)), offered=True)


def answer(
    state: OfferState, account: Account, today: date, proposal: Proposal | None, *, hardship: bool, statement: Statement = UNKNOWN
) -> Answer:
    """Answer a proposal (or, with None, a rejection, a plea for time or "I cannot pay").

    hardship: it has been told at any time in this session. A bare amount is one of the cadence in which the customer talks.
    statement: what is known of the customer's means; nothing above it is offered or accepted.
    """
    state = msgspec.structs.replace(state, share=max(state.share, _floor(account, hardship=hardship)))
    asked, outside = None, False
    if proposal is not None:
        state, proposal = _completed(state, proposal, account, today)
        asked = from_proposal(proposal, account, today, state.every)
        if asked is None and (proposal.ambiguous or _lacks_time(proposal, state)):
            return Answer("ask", msgspec.structs.replace(state, part=proposal.amount), standing_terms(state, account, today, statement))
        state = _with_ask(state, asked, today)
        outside = bool(breaches(asked, account, today, statement)) if asked is not None else proposal.amount is not None
    conceded = _concede(state, account, today, statement) if state.offered else state
    days = _conceded_days(conceded, account)
    if asked is not None and not outside:
        # G19: who has told hardship and names what they can pay is not asked for more.
        affordable = hardship and proposal is not None and proposal.amount is not None
        near = days + TOLERANCE_DAYS + (WEEKEND_DAYS if asked.instalments else 0)
        if affordable or mean_days(asked, today) <= near or state.asked_times >= REPEATED_ASKS:
            return Answer("accept", state, asked)
    terms = standing_terms(conceded, account, today, statement)
    exhausted = state.offered and terms == standing_terms(state, account, today, statement)
    if terms is None or (exhausted and state.exhausted):
        return Answer("handoff", state, None)
    conceded = msgspec.structs.replace(conceded, offered=True, exhausted=exhausted)
    own = _around_first_payment(proposal, asked, account, today, days) if proposal is not None else None
    if cap(own, statement) is not None:
        return Answer("counter", conceded, own)
    return Answer("refuse" if outside or exhausted else "counter", conceded, terms)


def _concede(state: OfferState, account: Account, today: date, statement: Statement) -> OfferState:
    """The next step of the concession that changes the terms; the end of the mandate when none does."""
    current = standing_terms(state, account, today, statement)
    share = state.share
    while share < 1.0:
        share = min(1.0, share + 1.0 / STEPS)
        conceded = msgspec.structs.replace(state, share=share)
        if standing_terms(conceded, account, today, statement) != current:
            return conceded
    return msgspec.structs.replace(state, share=1.0)


def _floor(account: Account, *, hardship: bool) -> float:
    if "vulnerable" in account.flags:
        return VULNERABLE_SHARE
    return HARDSHIP_SHARE if hardship else 0.0


def _conceded_days(state: OfferState, account: Account) -> int:
    return round(account.target_days + state.share * (account.latest_days - account.target_days))


def _completed(state: OfferState, proposal: Proposal, account: Account, today: date) -> tuple[OfferState, Proposal]:
    """The proposal with what the talk has settled before it, and the state in its cadence.

    An amount said alone before is paid when they now say; a number of payments without a cadence gets the slowest that the mandate allows.
    """
    alone = proposal.amount is None and proposal.fraction is None and proposal.first_amount is None and proposal.count is None
    if state.part is not None and alone and not proposal.ambiguous:
        proposal = msgspec.structs.replace(proposal, amount=state.part)
    state = msgspec.structs.replace(state, part=None)
    every = proposal.every
    if every is None and proposal.count is not None and proposal.count > 1:
        every = state.every or _slowest(proposal, account, today)
        proposal = msgspec.structs.replace(proposal, every=every)
    if every is not None:
        return msgspec.structs.replace(state, every=every), proposal
    if proposal.amount is None and proposal.fraction is None and proposal.first_amount is None and not proposal.ambiguous:
        return msgspec.structs.replace(state, every=None), proposal  # a day alone: they speak of one payment now
    return state, proposal


def _slowest(proposal: Proposal, account: Account, today: date) -> Every:
    for every in RHYTHMS:
        asked = from_proposal(msgspec.structs.replace(proposal, every=every), account, today, None)
        if asked is not None and not breaches(asked, account, today):
            return every
    return "month"


def _lacks_time(proposal: Proposal, state: OfferState) -> bool:
    """An amount of which neither a day nor a cadence is known."""
    return proposal.amount is not None and state.every is None and proposal.date is None and proposal.days is None


def _around_first_payment(proposal: Proposal, asked: Terms | None, account: Account, today: date, days: int) -> Terms | None:
    """The customer's own first payment, and the rest at `days` on average; None when they named none that the mandate allows."""
    if asked is not None:
        if len(asked.instalments) != 2 or asked.instalments[0].due_date != today or breaches(asked, account, today):
            return None
        first, first_days = asked.instalments[0].amount, 0
    else:
        day = date.fromisoformat(proposal.date) if proposal.date is not None else None
        if proposal.amount is None or proposal.every is not None or (day is None and proposal.days is None):
            return None
        first, first_days = Decimal(proposal.amount), (day - today).days if day is not None else proposal.days or 0
    rest = account.balance - first
    if first <= 0 or rest <= 0 or first_days < 0:
        return None
    last_days = max(first_days + 1, math.ceil((days * account.balance - first * first_days) / rest))
    last_days = min(last_days, account.latest_days)
    if last_days <= first_days:
        return None
    latest = today + timedelta(days=account.latest_days)
    dates = on_business_days([today + timedelta(days=first_days), today + timedelta(days=last_days)], account.profile, today, latest)
    if dates[1] <= dates[0]:
        return None
    plan = instalments(account.balance, account.currency, today, dates, [first, rest])
    return None if breaches(plan, account, today) else plan


def _with_ask(state: OfferState, asked: Terms | None, today: date) -> OfferState:
    if asked is None:
        return state
    days = mean_days(asked, today)
    repeated = state.asked_days is not None and days >= state.asked_days
    return msgspec.structs.replace(state, asked_days=days, asked_times=state.asked_times + 1 if repeated else 0)


def _extension(account: Account, today: date, days: int) -> Terms:
    latest = today + timedelta(days=account.latest_days)
    due = payment_day(today + timedelta(days=days), account.profile, today, latest)
    return extension(account.balance, account.currency, today, (due - today).days)


def _plan(account: Account, today: date, every: Every, days: int, statement: Statement) -> Terms | None:
    """The plan of most payments whose mean is at most `days`, whose last date and payments are within the mandate; None if none has two.

    Where all that the customer can afford take longer, the quickest of those.
    """
    disposable, quickest = disposable_income(statement), None
    most = min(MAX_PAYMENTS, account.latest_days // _SHORTEST_STEP_DAYS[every] + 1)
    for count in range(most, 1, -1):
        amounts = equal_amounts(account.balance, count)
        if min(amounts) <= 0 or amounts[0] < account.min_instalment:
            continue
        if disposable is not None and amounts[0] > disposable:
            break  # fewer payments are larger still
        for plan in _starts(account, today, every, amounts):
            if cap(plan, statement) is None:
                continue
            if mean_days(plan, today) <= days:
                return plan
            if disposable is not None and (quickest is None or mean_days(plan, today) < mean_days(quickest, today)):
                quickest = plan
    return quickest


def _starts(account: Account, today: date, every: Every, amounts: list[Decimal]) -> Iterator[Terms]:
    """The plans of these payments within the mandate, the latest first payment first."""
    latest = today + timedelta(days=account.latest_days)
    for first_days in range(_PERIOD_DAYS[every], FIRST_PAYMENT_DAYS - 1, -1):
        dates = schedule(today + timedelta(days=first_days), every, len(amounts))
        if (dates[-1] - today).days - account.latest_days > first_days - FIRST_PAYMENT_DAYS + 3:
            return  # not even the earliest first payment brings the last one within the mandate
        moved = on_business_days(dates, account.profile, today, latest)
        if dates[-1] <= latest and moved == sorted(set(moved)):
            yield instalments(account.balance, account.currency, today, moved, amounts)
