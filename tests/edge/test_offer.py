"""The concession rule: never past the mandate, never back, ends in an agreement or a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from eqnegotiator.edge import offer
from eqnegotiator.edge.accounts import Account, sample_accounts
from eqnegotiator.edge.mandate import breaches
from eqnegotiator.edge.proposal import Proposal
from eqnegotiator.edge.schedules import Cadence
from eqnegotiator.edge.spoken_terms import cadence
from eqnegotiator.edge.terms import mean_days
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = date(2026, 11, 22)
A1001, A1002, A1003 = sample_accounts()

accounts = st.builds(
    lambda balance, target, extra, least, kinds, vulnerable: msgspec.structs.replace(
        A1001,
        balance=Decimal(balance),
        target_days=target,
        latest_days=target + extra,
        min_instalment=Decimal(least),
        kinds=kinds,
        flags=("vulnerable",) if vulnerable else (),
    ),
    st.integers(20, 20_000),
    st.integers(0, 60),
    st.integers(0, 200),
    st.integers(0, 300),
    st.sampled_from([("extension",), ("instalments",), ("extension", "instalments"), ("settlement",)]),
    st.booleans(),
)
asks = st.none() | st.one_of(
    st.builds(Proposal, days=st.integers(0, 500)),
    st.builds(Proposal, amount=st.integers(1, 3000).map(lambda n: f"{n}.00"), every=st.sampled_from(["week", "2weeks", "month"])),
    st.builds(Proposal, count=st.integers(2, 40)),
    st.builds(Proposal, fraction=st.sampled_from([0.25, 0.5, 0.75]), days=st.integers(1, 300)),
    st.builds(Proposal, amount=st.integers(1, 3000).map(lambda n: f"{n}.00")),
    st.builds(Proposal, amount=st.integers(1, 3000).map(lambda n: f"{n}.00"), days=st.integers(0, 300)),
    st.builds(Proposal, every=st.sampled_from(["week", "2weeks", "month"])),
)


@settings(max_examples=150, deadline=None)
@given(accounts, st.lists(st.tuples(asks, st.booleans()), min_size=1, max_size=14))
def test_every_talk_stays_in_the_mandate_never_goes_back_and_never_loops(
    account: Account, talk: list[tuple[Proposal | None, bool]]
) -> None:
    state = offer.opening(account, hardship=False)
    told = False
    best: dict[str | None, float] = {}
    share = state.share
    for proposal, hardship in talk:
        told = told or hardship
        answer = offer.answer(state, account, TODAY, proposal, hardship=told)
        assert answer.state.share >= share
        share = answer.state.share
        if answer.decision in ("accept", "counter", "refuse"):
            assert answer.terms is not None
            assert breaches(answer.terms, account, TODAY) == []
        # Around a first payment of their own the mean days follow from what they pay, not from what we concede.
        named = proposal is not None and proposal.every is proposal.count is None and (proposal.amount or proposal.fraction)
        own_form = named or state.part is not None
        if answer.decision in ("counter", "refuse") and answer.terms is not None and not own_form:
            days = mean_days(answer.terms, TODAY)
            cadence = answer.state.every if answer.terms.instalments else None
            assert days >= best.get(cadence, -1.0), "an offer was worse than one made before"
            best[cadence] = days
        if answer.decision == "handoff":
            return
        state = answer.state


@settings(max_examples=60, deadline=None)
@given(accounts, st.booleans())
def test_a_customer_who_only_says_no_is_handed_over_in_bounded_time(account: Account, hardship: bool) -> None:
    state = offer.opening(account, hardship=hardship)
    for _ in range(offer.STEPS + 4):
        answer = offer.answer(state, account, TODAY, None, hardship=hardship)
        if answer.decision == "handoff":
            return
        state = answer.state
    pytest.fail("never handed over")


def test_hardship_and_vulnerability_only_widen() -> None:
    plain = offer.standing_terms(offer.opening(A1001, hardship=False), A1001, TODAY)
    told = offer.standing_terms(offer.opening(A1001, hardship=True), A1001, TODAY)
    fragile = msgspec.structs.replace(A1001, flags=("vulnerable",))
    most = offer.standing_terms(offer.opening(fragile, hardship=False), fragile, TODAY)
    assert plain is not None
    assert told is not None
    assert most is not None
    assert plain.days == 30 < told.days == 66 < most.days == 89, "day 90 is a Saturday, and the Monday after it is outside the mandate"


def test_an_ask_that_the_next_step_would_grant_is_accepted_at_once() -> None:
    state = offer.opening(A1001, hardship=False)
    answer = offer.answer(state, A1001, TODAY, Proposal(days=35), hardship=False)
    assert answer.decision == "accept"
    assert answer.terms is not None
    assert answer.terms.days == 35


def test_an_ask_within_the_mandate_that_does_not_move_is_accepted_since_waiting_gains_nothing() -> None:
    state = offer.opening(A1001, hardship=False)
    decisions = []
    for _ in range(3):
        answer = offer.answer(state, A1001, TODAY, Proposal(days=88), hardship=False)
        decisions.append(answer.decision)
        state = answer.state
    assert decisions == ["counter", "counter", "accept"]


def test_an_ask_outside_the_mandate_is_refused_however_often_it_is_made_then_a_person_takes_over() -> None:
    state = offer.opening(A1001, hardship=False)
    decisions = []
    for _ in range(12):
        answer = offer.answer(state, A1001, TODAY, Proposal(days=91), hardship=False)
        decisions.append(answer.decision)
        if answer.decision == "handoff":
            break
        state = answer.state
    assert decisions[-1] == "handoff"
    assert set(decisions[:-1]) == {"refuse"}


def test_a_bare_amount_is_taken_in_the_cadence_in_which_the_customer_talks() -> None:
    state = offer.opening(A1003, hardship=False)
    assert offer.answer(state, A1003, TODAY, Proposal(amount="80.00"), hardship=False).decision == "ask"
    monthly = msgspec.structs.replace(state, every="month")
    answer = offer.answer(monthly, A1003, TODAY, Proposal(amount="80.00"), hardship=False)
    assert answer.decision == "accept"
    assert answer.terms is not None
    assert len(answer.terms.instalments) == 6


def test_terms_follow_the_customers_cadence() -> None:
    state = offer.opening(A1001, hardship=True)
    answer = offer.answer(state, A1001, TODAY, Proposal(amount="20.00", every="2weeks"), hardship=True)
    assert answer.decision == "refuse"
    assert answer.terms is not None
    assert cadence(answer.terms) == Cadence("2weeks", moved=True)


def test_an_ask_around_a_first_payment_is_countered_around_the_same_payment() -> None:
    state = offer.opening(A1001, hardship=False)
    answer = offer.answer(state, A1001, TODAY, Proposal(fraction=0.25, date="2027-01-15"), hardship=False)
    assert answer.decision == "counter"
    assert answer.terms is not None
    first, rest = answer.terms.instalments
    assert (first.amount, first.due_date) == (Decimal("300.00"), TODAY)
    assert rest.due_date < date(2027, 1, 15)
    assert mean_days(answer.terms, TODAY) >= A1001.target_days


def test_part_of_the_balance_by_a_day_is_kept_and_the_rest_comes_later() -> None:
    state = offer.opening(A1001, hardship=False)
    answer = offer.answer(state, A1001, TODAY, Proposal(amount="200.00", date="2026-11-30"), hardship=False)
    assert answer.decision == "counter"
    assert answer.terms is not None
    first, rest = answer.terms.instalments
    assert (first.amount, first.due_date) == (Decimal("200.00"), date(2026, 11, 30))
    assert rest.due_date > first.due_date
    assert breaches(answer.terms, A1001, TODAY) == []


def test_a_part_that_the_mandate_does_not_allow_is_refused() -> None:
    state = offer.opening(A1001, hardship=False)
    assert offer.answer(state, A1001, TODAY, Proposal(amount="20.00", days=8), hardship=False).decision == "refuse"


def test_an_amount_alone_is_asked_about_and_completed_by_what_is_said_next() -> None:
    asked = offer.answer(offer.opening(A1001, hardship=False), A1001, TODAY, Proposal(amount="400.00"), hardship=False)
    assert (asked.decision, asked.state.part) == ("ask", "400.00")
    monthly = offer.answer(asked.state, A1001, TODAY, Proposal(every="month"), hardship=False)
    assert monthly.state.every == "month"
    assert monthly.state.part is None
    by_day = offer.answer(asked.state, A1001, TODAY, Proposal(days=8), hardship=False)
    assert by_day.terms is not None
    assert by_day.terms.instalments[0].amount == Decimal("400.00")


def test_a_number_of_payments_gets_the_slowest_rhythm_that_the_mandate_allows() -> None:
    answer = offer.answer(offer.opening(A1001, hardship=False), A1001, TODAY, Proposal(count=4), hardship=False)
    assert answer.decision == "accept"
    assert answer.state.every == "2weeks"


def test_who_has_told_hardship_is_not_asked_for_more_than_they_can_pay() -> None:
    plan = Proposal(amount="400.00", every="month")
    assert offer.answer(offer.opening(A1001, hardship=False), A1001, TODAY, plan, hardship=False).decision == "counter"
    assert offer.answer(offer.opening(A1001, hardship=True), A1001, TODAY, plan, hardship=True).decision == "accept"


def test_what_was_read_back_is_the_least_that_is_offered_afterwards() -> None:
    read = offer.answer(offer.opening(A1001, hardship=False), A1001, TODAY, Proposal(days=34), hardship=False)
    assert read.terms is not None
    state = offer.read_back(read.state, A1001, TODAY, read.terms)
    answer = offer.answer(state, A1001, TODAY, None, hardship=False)
    assert answer.terms is not None
    assert answer.terms.days > 34
    fixed = msgspec.structs.replace(A1001, latest_days=30)
    assert offer.read_back(offer.opening(fixed, hardship=False), fixed, TODAY, read.terms).share == 1.0
