"""The mandate: each bound of each kind, and nothing offered that it or the customer's means forbid."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from eqnegotiator.edge import offer, terms
from eqnegotiator.edge.accounts import Account, sample_accounts
from eqnegotiator.edge.affordability import Statement, affordable, cap, disposable_income, is_settled, statement_of, unaffordable_month
from eqnegotiator.edge.business_days import is_business_day
from eqnegotiator.edge.mandate import breaches, full_pause, full_settlement
from eqnegotiator.edge.messages import Terms
from eqnegotiator.edge.proposal import Proposal
from eqnegotiator.edge.schedules import schedule
from eqnegotiator.edge.settlements import answer_settlement
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = date(2026, 11, 22)
A1001, A1002, A1003 = sample_accounts()


def words(plan: Terms, account: Account, statement: Statement | None = None) -> str:
    return "; ".join(breaches(plan, account, TODAY, statement))


def test_extensions_and_plans_are_held_to_the_balance_the_latest_day_and_the_least_instalment() -> None:
    assert words(terms.extension(A1001.balance, "USD", TODAY, 90), A1001) == ""
    assert "due date" in words(terms.extension(A1001.balance, "USD", TODAY, 91), A1001)
    assert "amount 1199.99" in words(terms.extension(Decimal("1199.99"), "USD", TODAY, 30), A1001)
    assert "currency" in words(terms.extension(A1001.balance, "GBP", TODAY, 30), A1001)
    amounts = [Decimal("99.99")] * 12 + [A1001.balance - 12 * Decimal("99.99")]
    small = terms.instalments(A1001.balance, "USD", TODAY, schedule(TODAY, "week", 13), amounts)
    assert "below the least instalment 100.00" in words(small, A1001)
    early = msgspec.structs.replace(small, instalments=(*small.instalments[1:], small.instalments[0]))
    assert "not in order" in words(early, A1001)
    assert "is not in 5 days" in words(msgspec.structs.replace(terms.extension(A1001.balance, "USD", TODAY, 30), days=5), A1001)


@pytest.mark.parametrize(
    ("change", "breach"),
    [
        ({}, ""),
        ({"discount": Decimal("2355.01"), "amount": Decimal("13344.99")}, "discount 2355.01 is not within 15.00 %"),
        ({"discount": Decimal("0.00"), "amount": Decimal("15700.00")}, "discount 0.00"),
        ({"amount": Decimal("100.00")}, "is not the balance"),
        ({"remainder": "owed"}, "remainder owed is not waived"),
        ({"due_date": TODAY + timedelta(days=31), "days": 31}, "due date 2026-12-23"),
    ],
)
def test_settlements_are_held_to_their_bounds(change: dict[str, object], breach: str) -> None:
    whole = full_settlement(A1002, TODAY, Decimal(1))
    assert whole is not None
    found = words(msgspec.structs.replace(whole, **change), A1002)
    assert breach in found
    assert bool(found) == bool(breach)


def test_pauses_are_held_to_theirs() -> None:
    paused = full_pause(A1003, TODAY)
    assert paused is not None
    assert words(paused, A1003) == ""
    assert "due date" in words(terms.pause("GBP", TODAY, TODAY + timedelta(days=61)), A1003)
    assert "pays and waives nothing" in words(msgspec.structs.replace(paused, discount=Decimal("1.00")), A1003)


def test_without_bounds_nothing_is_settled_or_paused_whatever_the_kinds_say() -> None:
    bare = msgspec.structs.replace(A1003, max_discount_percent=None, settlement_days=None, remainder=None, max_pause_days=None)
    assert (full_settlement(bare, TODAY, Decimal(1)), full_pause(bare, TODAY)) == (None, None)
    assert (full_settlement(A1001, TODAY, Decimal(1)), full_pause(A1002, TODAY)) == (None, None)
    assert "max_pause_days" in words(terms.pause("GBP", TODAY, TODAY + timedelta(days=1)), bare)
    assert "max_discount_percent" in words(terms.settlement(bare.balance, "GBP", TODAY, TODAY, Decimal(5), "waived"), bare)
    assert "kind pause" in words(terms.pause("USD", TODAY, TODAY), A1001)


def test_disposable_income_takes_what_leaves_less() -> None:
    def left(**known: object) -> Decimal | None:
        return disposable_income(Statement(**known))

    assert left() is None
    assert left(outgoings={"housing": Decimal(800)}) is None
    assert left(income={"wages": Decimal(1400)}, outgoings={"housing": Decimal(800)}) == 600
    assert left(income={"wages": Decimal(1400)}, outgoings={"housing": Decimal(100)}, outgoings_total=Decimal(900)) == 500
    assert left(income_total=Decimal(900), outgoings_total=Decimal(1000)) == 0
    assert left(income_total=Decimal(900), spare=Decimal(60)) == 60
    assert left(income={"benefits": Decimal(393)}, outgoings={"housing": Decimal(380)}, spare=Decimal(60)) == 13
    assert not is_settled(Statement(income={"wages": Decimal(1400)}, outgoings={"housing": Decimal(800)}))
    assert is_settled(Statement(income_total=Decimal(1400), outgoings_total=Decimal(800)))


def test_a_month_is_a_calendar_month_and_all_its_payments_count() -> None:
    plan = terms.instalments(A1001.balance, "USD", TODAY, schedule(date(2026, 12, 1), "week", 6), [Decimal("200.00")] * 6)
    assert unaffordable_month(plan, Statement(spare=Decimal("999.99"))) == (2026, 12, Decimal("1000.00"))
    assert affordable(plan, Statement(spare=Decimal("1000.00")))
    assert cap(plan, Statement(spare=Decimal("500.00"))) is None
    assert cap(plan, Statement()) is plan
    assert "1000.00 in 2026-12 is above the disposable income 500.00" in words(plan, A1001, Statement(spare=Decimal("500.00")))
    assert affordable(terms.pause("USD", TODAY, TODAY), Statement(spare=Decimal(0)))


def test_the_account_may_know_the_means() -> None:
    account = msgspec.structs.replace(A1001, monthly_income=Decimal(1500), monthly_outgoings=Decimal(1100))
    assert disposable_income(statement_of(account)) == 400
    plan = offer.standing_terms(offer.opening(account, hardship=False), account, TODAY, statement_of(account))
    assert plan is not None
    assert plan.kind == "instalments", "the whole balance at once is more than a month leaves"
    assert affordable(plan, statement_of(account))


def test_a_settlement_is_half_of_the_mandate_first_and_all_of_it_when_asked_again_or_in_difficulty() -> None:
    first = answer_settlement(A1002, TODAY, None, None, Statement(), difficulty=False)
    assert first is not None
    assert (first.decision, first.terms.discount) == ("counter", Decimal("1177.50"))
    again = answer_settlement(A1002, TODAY, None, first.terms, Statement(), difficulty=False)
    assert again is not None
    assert (again.decision, again.terms.discount) == ("counter", Decimal("2355.00"))
    stands = answer_settlement(A1002, TODAY, None, again.terms, Statement(), difficulty=False)
    assert stands is not None
    assert stands.decision == "stands"
    told = answer_settlement(A1002, TODAY, None, None, Statement(), difficulty=True)
    assert told is not None
    assert told.terms == again.terms


def test_an_own_settlement_within_reach_is_accepted_and_one_above_the_means_never() -> None:
    near, far = Proposal(amount="14700.00", days=10), Proposal(amount="9000.00", days=10)
    accepted = answer_settlement(A1002, TODAY, near, None, Statement(), difficulty=False)
    assert accepted is not None
    assert (accepted.decision, accepted.terms.amount) == ("accept", Decimal("14700.00"))
    countered = answer_settlement(A1002, TODAY, far, None, Statement(), difficulty=False)
    assert countered is not None
    assert countered.decision == "counter"
    assert answer_settlement(A1002, TODAY, near, None, Statement(spare=Decimal("14000.00")), difficulty=False) is None


accounts = st.builds(
    lambda sample, balance, target, extra, least, kinds, profile, percent, pause_days: msgspec.structs.replace(
        sample,
        balance=Decimal(balance) / 100,
        target_days=target,
        latest_days=target + extra,
        min_instalment=Decimal(least),
        kinds=kinds,
        profile=profile,
        max_discount_percent=Decimal(percent),
        settlement_days=extra,
        remainder="stays",
        max_pause_days=pause_days,
    ),
    st.sampled_from([A1001, A1002, A1003]),
    st.integers(2_000, 300_000),
    st.integers(0, 60),
    st.integers(0, 200),
    st.integers(0, 100),
    st.sampled_from([("extension",), ("instalments",), ("extension", "instalments"), ("extension", "instalments", "settlement", "pause")]),
    st.sampled_from(["us", "uk", "eu"]),
    st.integers(1, 60),
    st.integers(1, 90),
)
asks = st.none() | st.one_of(
    st.builds(Proposal, days=st.integers(0, 300)),
    st.builds(Proposal, amount=st.integers(1, 900).map(lambda n: f"{n}.00"), every=st.sampled_from(["week", "2weeks", "month"])),
    st.builds(Proposal, count=st.integers(2, 30)),
    st.builds(Proposal, fraction=st.sampled_from([0.25, 0.5]), days=st.integers(1, 200)),
    st.builds(Proposal, amount=st.integers(1, 900).map(lambda n: f"{n}.00"), days=st.integers(0, 200)),
)


@settings(max_examples=120, deadline=None)
@given(accounts, st.lists(st.tuples(asks, st.booleans()), min_size=1, max_size=8), st.none() | st.integers(0, 900))
def test_nothing_is_offered_outside_the_mandate_above_the_means_or_on_a_holiday(
    account: Account, talk: list[tuple[Proposal | None, bool]], spare: int | None
) -> None:
    statement = Statement(spare=None if spare is None else Decimal(spare))
    state = offer.opening(account, hardship=False)
    on_table: Terms | None = None
    latest = TODAY + timedelta(days=account.latest_days)
    none_left = not any(is_business_day(TODAY + timedelta(days=day), account.profile) for day in range(1, (latest - TODAY).days + 1))
    for proposal, wants_less in talk:
        settled = answer_settlement(account, TODAY, proposal, on_table, statement, difficulty=False) if wants_less else None
        answered = offer.answer(state, account, TODAY, proposal, hardship=False, statement=statement)
        offered = [settled.terms] if settled is not None else [answered.terms] if answered.terms is not None else []
        offered += [paused for paused in [full_pause(account, TODAY)] if paused is not None]
        for plan in offered:
            assert breaches(plan, account, TODAY, statement) == []
            assert affordable(plan, statement)
            for payment in plan.instalments:
                assert is_business_day(payment.due_date, account.profile) or payment.due_date == TODAY or none_left
        state, on_table = answered.state, offered[0] if offered else None
