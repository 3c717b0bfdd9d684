"""The numeric arena: the same people for every creditor, tones as the appliance chooses them, offers within the mandate."""

from __future__ import annotations

import numpy as np
import pytest
from eqnegotiator.bench.arena.assumptions import BETAS, ROUNDS
from eqnegotiator.bench.arena.cell import CREDITORS, PATTERNS, PERSONAS, Cell, check_records
from eqnegotiator.bench.arena.numeric import TONES, _tone, run_cell
from eqnegotiator.bench.arena.people import luck
from eqnegotiator.bench.arena.scenarios import draw_scenarios
from eqnegotiator.edge import strategy
from eqnegotiator.kernels import offers, promise
from hypothesis import given, settings
from hypothesis import strategies as st

COUNT = 300


@pytest.mark.parametrize("creditor", CREDITORS)
@pytest.mark.parametrize("scenarios", ["crad", "generated"])
def test_records_are_lawful(creditor: str, scenarios: str) -> None:
    for number, persona in enumerate(PERSONAS):
        cell = Cell(creditor, persona, PATTERNS[number % len(PATTERNS)], BETAS[number % len(BETAS)], scenarios)
        records = run_cell(cell, 11, 0, COUNT)
        check_records(records, COUNT)
        assert not records["violations"].any()
        agreed = records["agreed"].astype(bool)
        share = records["share"]
        assert (np.isnan(share) == ~agreed).all()
        assert ((share[agreed] >= 0.0) & (share[agreed] <= 1.0)).all()
        assert ((records["rounds"] >= 1) & (records["rounds"] <= ROUNDS)).all()
        assert ((records["recovery"] > 0.0) & (records["recovery"] < 1.0)).all()


def test_the_same_cell_and_seed_give_the_same_records() -> None:
    cell = Cell("eq", "cheating", "random", 0.5, "generated")
    first, second = run_cell(cell, 3, 0, COUNT), run_cell(cell, 3, 0, COUNT)
    for name, values in first.items():
        np.testing.assert_array_equal(values, second[name])


def test_a_cell_may_be_divided_into_chunks() -> None:
    cell = Cell("linear", "sad", "random", 0.5, "generated")
    whole = run_cell(cell, 3, 9_900, 200)
    parts = [run_cell(cell, 3, first, 100) for first in (9_900, 10_000)]
    for name, values in whole.items():
        np.testing.assert_array_equal(values, np.concatenate([part[name] for part in parts]))


@pytest.mark.parametrize("persona", ["vanilla", "cheating"])
def test_every_creditor_meets_the_same_people(persona: str) -> None:
    people = [run_cell(Cell(creditor, persona, "stuck", 0.0, "crad"), 5, 0, COUNT) for creditor in CREDITORS]
    for other in people[1:]:
        for name in ("ask", "reservation", "target"):
            np.testing.assert_array_equal(other[name], people[0][name])


def test_without_responsiveness_a_tone_changes_nothing() -> None:
    for persona in PERSONAS:
        ours = run_cell(Cell("published", persona, "conceder", 0.0, "crad"), 7, 0, COUNT)  # tone eq
        theirs = run_cell(Cell("paper", persona, "conceder", 0.0, "crad"), 7, 0, COUNT)  # tone paper, same offers
        np.testing.assert_array_equal(ours["share"], theirs["share"])


def test_a_tactic_alone_wins_nothing_from_offers_that_do_not_hear_it() -> None:
    for persona in ("threatening", "victim"):
        records = run_cell(Cell("linear", persona, "stuck", 0.0, "crad"), 9, 0, COUNT)
        gained = records["manipulation"]
        # Walking away more often ends some talks earlier; where both agree, the terms are the same.
        assert np.nanmax(np.abs(gained)) == 0.0
    assert np.nanmean(run_cell(Cell("vanilla", "victim", "stuck", 0.0, "crad"), 9, 0, COUNT)["manipulation"]) > 0.01


@given(
    emotions=st.lists(st.integers(0, 6), min_size=1, max_size=12),
    policy=st.sampled_from(TONES),
)
@settings(max_examples=60, deadline=None)
def test_compiled_tones_are_those_of_the_appliance(emotions: list[int], policy: str) -> None:
    state, shown = strategy.ToneState.initial(), 6
    work = [np.empty(size) for size in (4, 7, 7)]
    for count in range(1, len(emotions) + 1):
        state = strategy.observe(state, np.eye(7)[emotions[count - 1]].tolist())
        heard = np.array(emotions[:count], dtype=np.int64)
        compiled = _tone(TONES.index(policy), np.array(state.belief), heard, count, shown, *work)
        state, tone = strategy.choose(policy, state, distressed=False, vulnerable=False, seed=0)
        assert compiled == tone.emotion
        shown = compiled


def test_luck_is_uniform_and_independent_of_neighbours() -> None:
    drawn = np.array([[luck(1, index, purpose, 0) for index in range(4000)] for purpose in (1, 2)])
    assert abs(drawn.mean() - 0.5) < 0.02
    assert abs(np.histogram(drawn, 10, (0, 1))[0] - 800).max() < 130
    assert abs(np.corrcoef(drawn)[0, 1]) < 0.05
    assert abs(np.corrcoef(drawn[0, :-1], drawn[0, 1:])[0, 1]) < 0.05


# --- offers


@given(
    policy=st.sampled_from(offers.NAMES),
    asks=st.lists(st.one_of(st.floats(0.0, 2.0), st.just(float("nan"))), min_size=8, max_size=8),
    stated=st.one_of(st.floats(0.0, 1.5), st.just(float("nan"))),
)
@settings(max_examples=120, deadline=None)
def test_offers_stay_in_the_mandate_and_never_get_harder(policy: str, asks: list[float], stated: float) -> None:
    memory, said = np.zeros(offers.MEMORY), np.full(8, np.nan)
    heard = np.full(8, np.nan)
    for step in range(8):
        heard[step] = asks[step]
        said[step] = offers.next_share(offers.NAMES.index(policy), memory, step, 8, heard, said, stated)
        assert 0.0 <= said[step] <= 1.0
        assert step == 0 or said[step] >= said[step - 1]


def test_each_policy_is_the_one_of_its_number() -> None:
    asks, said = np.array([0.8, 0.7, np.nan]), np.array([0.2, 0.3, np.nan])
    for number, name in enumerate(offers.NAMES):
        alone = offers.POLICIES[name](np.zeros(offers.MEMORY), 1, 3, asks, said, 0.5)
        said_so = offers.next_share(number, np.zeros(offers.MEMORY), 1, 3, asks, said, 0.5)
        assert said_so == min(1.0, max(0.2, alone))


def test_who_states_what_they_can_keep_is_offered_about_that() -> None:
    for stated in (0.3, 0.4, 0.5):
        first = offers.next_share(0, np.zeros(offers.MEMORY), 0, 15, np.full(15, 0.6), np.full(15, np.nan), stated)
        assert stated - 0.05 <= first <= stated + 0.15


def test_micro_moves_only_when_the_customer_does() -> None:
    asks = np.array([0.9, 0.9, 0.8, 0.7, 0.7, np.nan])
    said = np.full(6, np.nan)
    for step in range(5):
        said[step] = offers.next_share(offers.NAMES.index("micro"), np.zeros(offers.MEMORY), step, 6, asks, said, np.nan)
    # As many different offers as it has heard different asks, and one more.
    np.testing.assert_allclose(np.round(said[:5] * 30), [0, 1, 2, 3, 3])


# --- promises


@given(share=st.floats(0.0, 1.0), reservation=st.floats(0.0, 1.5))
def test_promises_are_probabilities_and_what_can_be_kept_is_worth_more(share: float, reservation: float) -> None:
    assert 0.0 < promise.kept(share, reservation) < 1.0
    assert promise.kept(share, reservation) >= promise.kept(share, reservation + 0.1)
    assert promise.recovery(share, reservation) >= promise.recovery(share, reservation + 0.1)
    assert promise.welfare(share, reservation) >= promise.welfare(share, reservation + 0.1)


def test_scenarios_are_seeded_and_ask_for_at_least_what_is_needed() -> None:
    for name in ("crad", "generated"):
        first, second = (draw_scenarios(name, 2, 0, 500) for _ in range(2))
        np.testing.assert_array_equal(first.first_ask, second.first_ask)
        assert (first.first_ask >= np.minimum(first.reservation, 2.0) - 1e-12).all()
        assert 0.7 < np.isfinite(first.stated).mean() < 0.9
