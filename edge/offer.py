"""What to offer: a monotone concession within the creditor's mandate, and when to accept.

The scale is one number, the mean days until the money is there (`terms.mean_days`), so that an extension and an instalment plan
compare. It starts at the creditor's target and moves to the latest day, a step each time the customer gives a reason: it never
moves back, and it knows nothing of emotions (principle 2). Told hardship and a vulnerable flag move it further at once.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

import msgspec

from .accounts import Account
from .messages import Terms
from .proposal import Proposal
from .terms import (
    FIRST_PAYMENT_DAYS,
    MAX_PAYMENTS,
    Every,
    breaches,
    equal_amounts,
    extension,
    from_proposal,
    instalments,
    mean_days,
    schedule,
)

__all__ = ["Answer", "OfferState", "Standing", "answer", "opening", "standing_terms"]

# Steps from the target to the latest day, so that a talk that goes all the way stays well under the 30 turns a session may have.
STEPS: Final = 5
HARDSHIP_SHARE: Final = 0.6
VULNERABLE_SHARE: Final = 1.0
# Agreement tolerance of the paper's judge: within 5 days of each other there is nothing left to argue about (design section 5).
TOLERANCE_DAYS: Final = 5
# An ask repeated this often is not going to move (design section 5: 98-99.9 % of published pairs), so waiting gains nothing.
REPEATED_ASKS: Final = 2
# The first instalment need not be later than one period from now.
_PERIOD_DAYS: Final[dict[str, int]] = {"week": 7, "2weeks": 14, "month": 30}
_SHORTEST_STEP_DAYS: Final[dict[str, int]] = {"week": 7, "2weeks": 14, "month": 28}


class OfferState(msgspec.Struct, frozen=True):
    """What has been conceded. `share` (0 to 1) of the way from target to latest; never decreases.

    every: the cadence in which the customer talks; None as long as one payment is what is talked about.
    asked_days: mean days of the customer's last complete ask, and how often it has been made without moving toward us.
    offered: terms have been put on the table; exhausted: the last ones were, with nothing further within the mandate.
    """

    share: float = 0.0
    every: Every | None = None
    asked_days: float | None = None
    asked_times: int = 0
    offered: bool = False
    exhausted: bool = False


class Standing(NamedTuple):
    """The offer on the table and the state that holds it."""

    state: OfferState
    terms: Terms | None


class Answer(NamedTuple):
    """What to do about the customer's move. `terms`: to read back (accept) or to offer (counter, refuse); None for ask and handoff."""

    decision: Literal["accept", "counter", "refuse", "ask", "handoff"]
    state: OfferState
    terms: Terms | None


def opening(account: Account, *, hardship: bool) -> OfferState:
    """The state before any offer: at the target, further for a vulnerable customer or told hardship."""
    return OfferState(share=_floor(account, hardship=hardship))


def standing_terms(state: OfferState, account: Account, today: date) -> Terms | None:
    """The best terms at this point of the concession: in the customer's cadence when they talk instalments, else an extension.

    None when the mandate allows neither kind, or no plan fits it.
    """
    days = _conceded_days(state, account)
    if state.every is not None and "instalments" in account.kinds:
        plan = _plan(account, today, state.every, days)
        if plan is not None:
            return plan
    if "extension" in account.kinds:
        return extension(account.balance, account.currency, today, days)
    if "instalments" in account.kinds:
        return next(filter(None, (_plan(account, today, every, days) for every in ("month", "2weeks", "week"))), None)
    return None


def answer(state: OfferState, account: Account, today: date, proposal: Proposal | None, *, hardship: bool) -> Answer:
    """Answer a proposal (or, with None, a rejection, a plea for time or "I cannot pay").

    hardship: it has been told at any time in this session. A bare amount is one of the cadence in which the customer talks.
    """
    state = msgspec.structs.replace(state, share=max(state.share, _floor(account, hardship=hardship)))
    asked, too_small = None, False
    if proposal is not None:
        state = _with_cadence(state, proposal)
        asked = from_proposal(proposal, account, today, state.every)
        too_small = asked is None and proposal.amount is not None and state.every is not None
        if asked is None and not too_small and (proposal.amount is not None or proposal.ambiguous):
            return Answer("ask", state, standing_terms(state, account, today))
        state = _with_ask(state, asked, today)
    outside = too_small or (asked is not None and bool(breaches(asked, account, today)))
    conceded = _concede(state, account, today) if state.offered else state
    if asked is not None and not outside:
        within = mean_days(asked, today) <= _conceded_days(conceded, account) + TOLERANCE_DAYS
        if within or state.asked_times >= REPEATED_ASKS:
            return Answer("accept", state, asked)
    terms = standing_terms(conceded, account, today)
    exhausted = state.offered and terms == standing_terms(state, account, today)
    if terms is None or (exhausted and state.exhausted):
        return Answer("handoff", state, None)
    conceded = msgspec.structs.replace(conceded, offered=True, exhausted=exhausted)
    return Answer("refuse" if outside or exhausted else "counter", conceded, terms)


def _concede(state: OfferState, account: Account, today: date) -> OfferState:
    """The next step of the concession that changes the terms; the end of the mandate when none does."""
    current = standing_terms(state, account, today)
    share = state.share
    while share < 1.0:
        share = min(1.0, share + 1.0 / STEPS)
        conceded = msgspec.structs.replace(state, share=share)
        if standing_terms(conceded, account, today) != current:
            return conceded
    return msgspec.structs.replace(state, share=1.0)


def _floor(account: Account, *, hardship: bool) -> float:
    if "vulnerable" in account.flags:
        return VULNERABLE_SHARE
    return HARDSHIP_SHARE if hardship else 0.0


def _conceded_days(state: OfferState, account: Account) -> int:
    return round(account.target_days + state.share * (account.latest_days - account.target_days))


def _with_cadence(state: OfferState, proposal: Proposal) -> OfferState:
    if proposal.every is not None:
        return msgspec.structs.replace(state, every=proposal.every)
    if proposal.count is not None and proposal.count > 1:
        return msgspec.structs.replace(state, every=state.every or "month")
    if proposal.amount is None and proposal.fraction is None and proposal.first_amount is None:
        return msgspec.structs.replace(state, every=None)  # a day alone: they speak of one payment now
    return state


def _with_ask(state: OfferState, asked: Terms | None, today: date) -> OfferState:
    if asked is None:
        return state
    days = mean_days(asked, today)
    repeated = state.asked_days is not None and days >= state.asked_days
    return msgspec.structs.replace(state, asked_days=days, asked_times=state.asked_times + 1 if repeated else 0)


def _plan(account: Account, today: date, every: Every, days: int) -> Terms | None:
    """The plan of most payments whose mean is at most `days`, whose last date and payments are within the mandate; None if none has two."""
    most = min(MAX_PAYMENTS, account.latest_days // _SHORTEST_STEP_DAYS[every] + 1)
    for count in range(most, 1, -1):
        amounts = equal_amounts(account.balance, count)
        if min(amounts) <= 0 or amounts[0] < account.min_instalment:
            continue
        latest_first = _PERIOD_DAYS[every]
        for first_days in range(latest_first, FIRST_PAYMENT_DAYS - 1, -1):
            dates = schedule(today + timedelta(days=first_days), every, count)
            if (dates[-1] - today).days - account.latest_days > first_days - FIRST_PAYMENT_DAYS + 3:
                break  # not even the earliest first payment brings the last one within the mandate
            if (dates[-1] - today).days > account.latest_days:
                continue
            plan = instalments(account.balance, account.currency, today, dates, amounts)
            if mean_days(plan, today) <= days:
                return plan
    return None
