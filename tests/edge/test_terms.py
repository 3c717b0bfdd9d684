"""Terms: payments add up to the cent, dates are in order, phrases state everything, one order for all kinds."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from eqnegotiator.edge import terms as t
from eqnegotiator.edge.accounts import Account, sample_accounts
from eqnegotiator.edge.asked_terms import from_proposal, settlement_from_proposal
from eqnegotiator.edge.business_days import is_business_day
from eqnegotiator.edge.mandate import full_pause, full_settlement
from eqnegotiator.edge.messages import Terms
from eqnegotiator.edge.proposal import Proposal
from eqnegotiator.edge.schedules import add_months, equal_amounts, schedule
from eqnegotiator.edge.spoken_terms import describe, money
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 22)
A1001, A1002, A1003 = sample_accounts()

cents = st.integers(1, 10_000_000).map(lambda minor: Decimal(minor) / 100)


@given(cents, st.integers(1, 60))
def test_equal_amounts_add_up_to_the_cent_and_differ_only_in_the_last(balance: Decimal, count: int) -> None:
    if balance < Decimal("0.01") * count:
        return
    amounts = equal_amounts(balance, count)
    assert sum(amounts) == balance
    assert len(amounts) == count
    assert len(set(amounts[:-1])) <= 1
    assert all(amount > 0 for amount in amounts)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_add_months_keeps_the_day_or_clamps_it(day: date, months: int) -> None:
    later = add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_month_ends_are_clamped_from_the_first_date_not_one_from_the_other() -> None:
    assert schedule(date(2027, 1, 31), "month", 4) == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


def test_mean_days_weighs_by_money() -> None:
    plan = t.instalments(Decimal("100.00"), "USD", TODAY, [TODAY, TODAY + timedelta(days=40)], [Decimal("75.00"), Decimal("25.00")])
    assert t.mean_days(plan, TODAY) == 10.0  # (75 * 0 + 25 * 40) / 100


@pytest.mark.parametrize(
    ("dates", "amounts"),
    [
        ([0, 10], ["50.00", "49.99"]),
        ([10, 0], ["50.00", "50.00"]),
        ([0, 0], ["50.00", "50.00"]),
        ([0, 10], ["100.00", "0.00"]),
        ([0], ["50.00", "50.00"]),
    ],
)
def test_a_plan_that_does_not_add_up_is_refused(dates: list[int], amounts: list[str]) -> None:
    with pytest.raises(ValueError, match="payments"):
        t.instalments(Decimal("100.00"), "USD", TODAY, [TODAY + timedelta(days=day) for day in dates], list(map(Decimal, amounts)))


@pytest.mark.parametrize(
    ("proposal", "account", "expected"),
    [
        (Proposal(days=42), A1001, "the full $1,200.00 by 3 January 2027"),
        (Proposal(date="2027-01-15"), A1001, "the full $1,200.00 by 15 January 2027"),
        (Proposal(days=0), A1001, "the full $1,200.00 today"),
        (
            Proposal(amount="400.00", every="month"),
            A1001,
            "3 payments of $400.00, one every month (on a working day), starting on 21 December 2026",
        ),
        (
            Proposal(amount="500.00", every="month", days=10),
            A1001,
            "3 payments, one every month (on a working day), starting on 2 December 2026: 2 of $500.00 and the last of $200.00",
        ),
        (Proposal(fraction=0.5, days=14), A1001, "$600.00 today and $600.00 on 7 December 2026"),
        (Proposal(fraction=0.5), A1001, "$600.00 today and $600.00 on 22 December 2026"),
        (Proposal(count=3), A1003, "3 payments of £160.00, one every month, starting on 22 December 2026"),
        (
            Proposal(first_amount="200.00", amount="500.00", every="month"),
            A1001,
            "$200.00 today, $500.00 on 22 December 2026 and $500.00 on 22 January 2027",
        ),
        (Proposal(amount="1200.00", days=7), A1001, "the full $1,200.00 by 29 November 2026"),
    ],
)
def test_a_proposal_becomes_a_complete_plan(proposal: Proposal, account: Account, expected: str) -> None:
    plan = from_proposal(proposal, account, TODAY, None)
    assert plan is not None
    assert describe(plan, TODAY) == expected


def test_one_payment_keeps_the_day_that_was_named_even_a_sunday() -> None:
    plan = from_proposal(Proposal(date="2027-01-03"), A1001, TODAY, None)
    assert plan == t.extension(A1001.balance, "USD", TODAY, 42)


@pytest.mark.parametrize(
    "proposal",
    [Proposal(), Proposal(amount="300.00"), Proposal(days=30, ambiguous=True), Proposal(date="2026-01-15"), Proposal(every="month"),
     Proposal(amount="0.50", every="week"), Proposal(amount="1200.00")],
)  # fmt: skip
def test_a_proposal_that_leaves_the_balance_open_is_no_plan(proposal: Proposal) -> None:
    assert from_proposal(proposal, A1001, TODAY, None) is None


proposals = st.builds(
    Proposal,
    days=st.none() | st.integers(0, 4000),
    date=st.none() | st.dates(date(2020, 1, 1), date(2040, 1, 1)).map(date.isoformat),
    amount=st.none() | cents.map(str),
    fraction=st.none() | st.floats(0, 1),
    every=st.sampled_from([None, "week", "2weeks", "month"]),
    count=st.none() | st.integers(0, 500),
    first_amount=st.none() | cents.map(str),
    ambiguous=st.booleans(),
)


@given(proposals, st.sampled_from(sample_accounts()))
def test_whatever_is_proposed_a_plan_covers_the_balance_exactly(proposal: Proposal, account: Account) -> None:
    plan = from_proposal(proposal, account, TODAY, "month")
    if plan is None:
        return
    paid = sum((payment.amount for payment in plan.instalments), Decimal(0)) if plan.instalments else plan.amount
    assert paid == plan.amount == account.balance
    assert plan.days == (plan.due_date - TODAY).days >= 0
    assert all(is_business_day(made.due_date, account.profile) for made in plan.instalments if made.due_date != TODAY)
    phrase = describe(plan, TODAY)
    assert money(plan.instalments[0].amount if plan.instalments else plan.amount, plan.currency) in phrase


def test_a_first_payment_and_a_regular_rest_are_said_as_two_things() -> None:
    proposal = Proposal(first_amount="500.00", amount="100.00", every="week")
    terms = from_proposal(proposal, A1001, TODAY, None)
    assert terms is not None
    assert describe(terms, TODAY) == "$500.00 today, then 7 payments of $100.00, one every week, starting on 30 November 2026"
    terms = from_proposal(Proposal(first_amount="500.00", amount="300.00", every="week"), A1001, TODAY, None)
    assert terms is not None
    assert describe(terms, TODAY) == (
        "$500.00 today, then 3 payments, one every week, starting on 30 November 2026: 2 of $300.00 and the last of $100.00"
    )


def test_a_settlement_says_what_becomes_of_the_rest_and_a_pause_that_nothing_changes() -> None:
    waived, paused = full_settlement(A1002, TODAY, Decimal(1)), full_pause(A1003, TODAY)
    assert waived is not None
    assert paused is not None
    assert describe(waived, TODAY) == "$13,345.00 by 22 December 2026, with the remaining $2,355.00 waived"
    assert describe(paused, TODAY) == "a pause in payments until 21 January 2027, with the balance unchanged"
    stays = full_settlement(msgspec.structs.replace(A1002, remainder="stays"), TODAY, Decimal(1))
    assert stays is not None
    assert describe(stays, TODAY).endswith("with the remaining $2,355.00 still owed")


def test_a_sum_below_the_balance_is_a_settlement_where_the_account_has_one() -> None:
    asked = settlement_from_proposal(Proposal(amount="14000.00", days=7), A1002, TODAY)
    assert asked is not None
    assert (asked.amount, asked.discount, asked.days, asked.remainder) == (Decimal("14000.00"), Decimal("1700.00"), 7, "waived")
    later = settlement_from_proposal(Proposal(amount="14000.00"), A1002, TODAY)
    assert later is not None
    assert later.days == A1002.settlement_days
    for other in (Proposal(amount="14000.00", every="month"), Proposal(amount="15700.00"), Proposal(days=3), Proposal(count=2)):
        assert settlement_from_proposal(other, A1002, TODAY) is None
    assert settlement_from_proposal(Proposal(amount="1000.00"), A1001, TODAY) is None


@given(cents, st.integers(1, 9999))
def test_a_settlement_adds_up_to_the_balance(balance: Decimal, hundredths: int) -> None:
    percent = Decimal(hundredths) / 100
    if balance * percent < 1:
        with pytest.raises(ValueError, match="leaves no settlement"):
            t.settlement(balance, "USD", TODAY, TODAY, percent, "owed")
        return
    terms = t.settlement(balance, "USD", TODAY, TODAY + timedelta(days=9), percent, "owed")
    assert terms.amount + terms.discount == balance
    assert 0 < terms.discount <= balance * percent / 100
    assert t.payments(terms)[0].amount == terms.amount


def test_creditor_value_is_one_scale() -> None:
    balance = Decimal("1000.00")
    assert t.creditor_value(t.extension(balance, "USD", TODAY, 30), TODAY) == 30.0
    assert t.creditor_value(t.settlement(balance, "USD", TODAY, TODAY + timedelta(days=10), Decimal(20), "waived"), TODAY) == 70.0
    assert t.creditor_value(t.pause("USD", TODAY, TODAY + timedelta(days=60)), TODAY) == 60.0
    assert t.payments(t.pause("USD", TODAY, TODAY + timedelta(days=60))) == ()


days = st.integers(0, 40)
some_terms = st.one_of(
    st.builds(lambda count: t.extension(Decimal(100), "USD", TODAY, count), days),
    st.builds(lambda count: t.pause("USD", TODAY, TODAY + timedelta(days=count)), days),
    st.builds(
        lambda count, percent, remainder: t.settlement(
            Decimal(100), "USD", TODAY, TODAY + timedelta(days=count), Decimal(percent), remainder
        ),
        days, st.integers(1, 12), st.sampled_from(["owed", "waived"]),
    ),
    st.builds(
        lambda first, step, amount: t.instalments(
            Decimal(100),
            "USD",
            TODAY,
            [TODAY + timedelta(days=day) for day in (first, first + step)],
            [Decimal(amount), Decimal(100 - amount)],
        ),
        days, st.integers(1, 40), st.integers(1, 99),
    ),
)  # fmt: skip


@given(some_terms, some_terms, some_terms)
def test_the_order_is_total_and_consistent_with_equality(first: Terms, second: Terms, third: Terms) -> None:
    keys = [t.order_key(terms, TODAY) for terms in (first, second, third)]
    assert (keys[0] == keys[1]) == (first == second)
    assert (keys[0] < keys[1]) + (keys[0] == keys[1]) + (keys[0] > keys[1]) == 1
    ordered = sorted(keys)
    assert ordered[0] <= ordered[1] <= ordered[2]
    assert ordered[0] <= ordered[2]
    if t.creditor_value(first, TODAY) < t.creditor_value(second, TODAY):
        assert keys[0] < keys[1]
