"""The concession rule: never past the mandate, never back, ends in an agreement or a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import msgspec
import pytest
from eqnegotiator.edge import offer
from eqnegotiator.edge.accounts import Account, sample_accounts
from eqnegotiator.edge.proposal import Proposal
from eqnegotiator.edge.terms import breaches, mean_days
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
        if answer.decision in ("counter", "refuse") and answer.terms is not None:
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
    assert plain.days == 30 < told.days == 66 < most.days == 90


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
    gaps = {(b.due_date - a.due_date).days for a, b in zip(answer.terms.instalments, answer.terms.instalments[1:], strict=False)}
    assert gaps == {14}
