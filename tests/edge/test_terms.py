"""Terms: payments add up to the cent, dates are in order, phrases state everything."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from eqnegotiator.edge import terms as t
from eqnegotiator.edge.accounts import Account, sample_accounts
from eqnegotiator.edge.messages import Terms
from eqnegotiator.edge.proposal import Proposal
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 22)
A1001, A1002, A1003 = sample_accounts()

cents = st.integers(1, 10_000_000).map(lambda minor: Decimal(minor) / 100)


@given(cents, st.integers(1, 60))
def test_equal_amounts_add_up_to_the_cent_and_differ_only_in_the_last(balance: Decimal, count: int) -> None:
    if balance < Decimal("0.01") * count:
        return
    amounts = t.equal_amounts(balance, count)
    assert sum(amounts) == balance
    assert len(amounts) == count
    assert len(set(amounts[:-1])) <= 1
    assert all(amount > 0 for amount in amounts)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 40))
def test_add_months_keeps_the_day_or_clamps_it(day: date, months: int) -> None:
    later = t.add_months(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_month_ends_are_clamped_from_the_first_date_not_one_from_the_other() -> None:
    assert t.schedule(date(2027, 1, 31), "month", 4) == [date(2027, 1, 31), date(2027, 2, 28), date(2027, 3, 31), date(2027, 4, 30)]


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
        (Proposal(amount="400.00", every="month"), A1001, "3 payments of $400.00, one every month, starting on 20 December 2026"),
        (
            Proposal(amount="500.00", every="month", days=10),
            A1001,
            "3 payments, one every month, starting on 2 December 2026: 2 of $500.00 and the last of $200.00",
        ),
        (Proposal(fraction=0.5, days=14), A1001, "$600.00 today and $600.00 on 6 December 2026"),
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
    plan = t.from_proposal(proposal, account, TODAY, None)
    assert plan is not None
    assert t.describe(plan, TODAY) == expected


@pytest.mark.parametrize(
    "proposal",
    [Proposal(), Proposal(amount="300.00"), Proposal(days=30, ambiguous=True), Proposal(date="2026-01-15"), Proposal(every="month"),
     Proposal(amount="0.50", every="week"), Proposal(amount="1200.00")],
)  # fmt: skip
def test_a_proposal_that_leaves_the_balance_open_is_no_plan(proposal: Proposal) -> None:
    assert t.from_proposal(proposal, A1001, TODAY, None) is None


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
    plan = t.from_proposal(proposal, account, TODAY, "month")
    if plan is None:
        return
    paid = sum((payment.amount for payment in plan.instalments), Decimal(0)) if plan.instalments else plan.amount
    assert paid == plan.amount == account.balance
    assert plan.days == (plan.due_date - TODAY).days >= 0
    phrase = t.describe(plan, TODAY)
    assert t.money(plan.instalments[0].amount if plan.instalments else plan.amount, plan.currency) in phrase


def breach_words(plan: Terms, account: Account) -> str:
    return "; ".join(t.breaches(plan, account, TODAY))


def test_breaches_name_what_is_outside_the_mandate() -> None:
    good = t.extension(A1001.balance, "USD", TODAY, 90)
    assert t.breaches(good, A1001, TODAY) == []
    assert "due date" in breach_words(t.extension(A1001.balance, "USD", TODAY, 91), A1001)
    assert "amount 1199.99" in breach_words(t.extension(Decimal("1199.99"), "USD", TODAY, 30), A1001)
    assert "currency" in breach_words(t.extension(A1001.balance, "GBP", TODAY, 30), A1001)
    small = t.instalments(
        A1001.balance, "USD", TODAY, t.schedule(TODAY, "week", 13), [Decimal("99.99")] * 12 + [A1001.balance - 12 * Decimal("99.99")]
    )
    assert "below the least instalment 100.00" in breach_words(small, A1001)
    settlement = Terms(
        kind="settlement", currency="USD", amount=Decimal("1000.00"), due_date=TODAY, days=0, discount=Decimal("200.00"), remainder="waived"
    )
    assert "kind settlement" in breach_words(settlement, A1001)


def test_a_first_payment_and_a_regular_rest_are_said_as_two_things() -> None:
    proposal = Proposal(first_amount="500.00", amount="100.00", every="week")
    terms = t.from_proposal(proposal, A1001, TODAY, None)
    assert terms is not None
    assert t.describe(terms, TODAY) == "$500.00 today, then 7 payments of $100.00, one every week, starting on 29 November 2026"
    terms = t.from_proposal(Proposal(first_amount="500.00", amount="300.00", every="week"), A1001, TODAY, None)
    assert terms is not None
    assert t.describe(terms, TODAY) == (
        "$500.00 today, then 3 payments, one every week, starting on 29 November 2026: 2 of $300.00 and the last of $100.00"
    )
