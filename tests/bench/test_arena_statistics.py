from __future__ import annotations

import math
from typing import Any

import naive
import numpy as np
import pytest
from eqnegotiator.bench.arena import statistics
from eqnegotiator.bench.arena.cell import Record, RecordError, check_records
from eqnegotiator.bench.arena.metrics import METRICS, metric_values
from eqnegotiator.bench.arena.significance import holm, student_p
from eqnegotiator.bench.arena.statistics import Grouped, grouped, intervals, paired, pooled
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

NAN = math.nan
AGREED = Record(
    agreed=True, share=0.2, ask=0.8, reservation=0.1, rounds=4, days=33.0, ending=0, recovery=0.9, welfare=0.5, violations=0,
    manipulation=NAN, target=13.0,
)  # fmt: skip
LEFT = AGREED._replace(agreed=False, share=NAN, days=NAN, ending=1, rounds=9, recovery=0.2, welfare=0.25, violations=2)


def records(*rows: Record) -> dict[str, NDArray[np.generic]]:
    return {name: np.array([getattr(row, name) for row in rows]) for name in Record._fields}


def column(values: NDArray[np.float64], name: str) -> list[float]:
    return list(values[:, list(METRICS).index(name)])


# --- metrics


def test_metrics_by_hand() -> None:
    values = metric_values(records(AGREED, LEFT, AGREED._replace(days=10.0, share=0.0, manipulation=0.25)))
    assert column(values, "success") == [1.0, 0.0, 1.0]
    assert column(values, "range_share") == pytest.approx([0.75, NAN, 1.0], nan_ok=True)
    assert column(values, "captured") == pytest.approx([0.75, 0.0, 1.0])
    assert column(values, "collection") == pytest.approx([13 / 33, NAN, 1.0], nan_ok=True)
    assert column(values, "rounds") == [4.0, 9.0, 4.0]
    assert column(values, "days") == pytest.approx([33.0, NAN, 10.0], nan_ok=True)
    assert column(values, "nash") == pytest.approx([0.45, 0.05, 0.45])
    assert column(values, "violations") == [0.0, 2000.0, 0.0]
    assert column(values, "manipulation") == pytest.approx([NAN, NAN, 0.25], nan_ok=True)


def test_an_ask_without_a_range_counts_in_no_range_share() -> None:
    values = metric_values(records(AGREED._replace(ask=0.0, share=0.0), LEFT._replace(ask=-0.1)))
    assert np.isnan(column(values, "range_share") + column(values, "captured")).all()
    assert column(values, "success") == [1.0, 0.0]


def test_who_gives_more_than_was_asked_for_captures_nothing() -> None:
    values = metric_values(records(AGREED._replace(ask=0.05, share=0.9)))
    assert column(values, "range_share") == pytest.approx([-17.0])
    assert column(values, "captured") == [0.0]


def test_range_share_is_that_of_the_days() -> None:
    target, latest, ask = 13.0, 113.0, 90.0
    record = AGREED._replace(ask=(ask - target) / (latest - target), target=target)
    assert target + record.share * (latest - target) == record.days
    (found,) = column(metric_values(records(record)), "range_share")
    assert found == pytest.approx((ask - record.days) / (ask - target))


def test_arrays_that_are_no_records_are_named() -> None:
    whole = records(AGREED, LEFT)
    check_records(whole, 2)
    with pytest.raises(RecordError, match="share has shape"):
        check_records(whole | {"share": np.zeros(3)}, 2)
    with pytest.raises(RecordError, match="fields target are missing"):
        check_records({name: values for name, values in whole.items() if name != "target"}, 2)


# --- groups


@given(st.integers(1, 60), st.integers(1, 12), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=40)
def test_groups_keep_every_defined_value_once(rows: int, groups: int, seed: int) -> None:
    generator = np.random.default_rng(seed)
    values = np.where(generator.random((rows, 3)) < 0.3, NAN, generator.normal(size=(rows, 3)))
    found = grouped(values, groups)
    expected = naive.grouped_sums(values, groups)
    assert found.total.shape == (min(rows, groups), 3)
    np.testing.assert_allclose(found.total, expected[0], atol=1e-12)
    np.testing.assert_array_equal(found.number, expected[1])


def test_pairs_count_where_both_are_defined() -> None:
    ours, theirs = np.array([[1.0], [2.0], [NAN]]), np.array([[0.5], [NAN], [1.0]])
    found = paired(ours, theirs)
    assert (found.total.sum(), found.number.sum()) == (0.5, 1.0)
    with pytest.raises(ValueError, match="differ"):
        paired(ours, theirs[:2])
    with pytest.raises(ValueError, match="no rows"):
        grouped(np.empty((0, 2)))


def test_pooled_cells_are_one_long_cell() -> None:
    generator = np.random.default_rng(1)
    parts = [generator.normal(size=(20, 2)) for _ in range(3)]
    found = pooled([grouped(part, 5) for part in parts])
    np.testing.assert_allclose(found.total.sum(axis=0) / found.number.sum(axis=0), np.concatenate(parts).mean(axis=0))
    with pytest.raises(ValueError, match="same shape"):
        pooled([grouped(parts[0], 5), grouped(parts[1], 4)])


def test_what_cells_have_in_common_is_not_counted_twice() -> None:
    values = np.random.default_rng(2).normal(size=(500, 1))
    once, thrice = (intervals(pooled([grouped(values)] * times), seed=3) for times in (1, 3))
    assert thrice.high[0] - thrice.low[0] == pytest.approx(once.high[0] - once.low[0])


# --- intervals


def test_intervals_are_those_of_scipy() -> None:
    stats = pytest.importorskip("scipy.stats")
    values = np.random.default_rng(4).exponential(size=60)
    found = intervals(grouped(values[:, None]), seed=5, resamples=20_000)
    reference = stats.bootstrap((values,), np.mean, n_resamples=20_000, method="BCa", rng=6).confidence_interval
    width = reference.high - reference.low
    assert found.mean[0] == pytest.approx(values.mean())
    assert found.low[0] == pytest.approx(reference.low, abs=0.05 * width)
    assert found.high[0] == pytest.approx(reference.high, abs=0.05 * width)
    assert found.p[0] == pytest.approx(stats.ttest_1samp(values, 0.0).pvalue, rel=1e-6)
    assert found.number[0] == 60


def test_groups_give_the_interval_of_the_single_values() -> None:
    values = np.random.default_rng(7).normal(0.3, 1.0, size=(4_000, 1))
    found = intervals(grouped(values), seed=8)
    half = 1.96 * values.std() / math.sqrt(len(values))
    assert found.low[0] == pytest.approx(values.mean() - half, abs=0.15 * half)
    assert found.high[0] == pytest.approx(values.mean() + half, abs=0.15 * half)


def test_intervals_of_normal_samples_cover_the_mean_as_often_as_they_say() -> None:
    # 600 columns are 600 experiments of 200 negotiations; three standard errors of the rate are 0.027.
    values = np.random.default_rng(9).normal(size=(200, 600))
    found = intervals(grouped(values), seed=10, resamples=1_000)
    assert np.mean((found.low <= 0.0) & (found.high >= 0.0)) == pytest.approx(0.95, abs=0.03)
    assert np.mean(found.p < 0.05) == pytest.approx(0.05, abs=0.03)


def test_the_ratio_of_a_metric_with_gaps_is_covered_too() -> None:
    generator = np.random.default_rng(11)
    values = np.where(generator.random((200, 300)) < 0.4, NAN, generator.normal(2.0, 1.0, size=(200, 300)))
    found = intervals(grouped(values, 50), seed=12, resamples=1_000)
    assert np.mean((found.low <= 2.0) & (found.high >= 2.0)) == pytest.approx(0.95, abs=0.05)


def test_equal_values_have_no_spread_and_missing_ones_no_mean() -> None:
    values = np.column_stack([np.full(40, 0.1), np.zeros(40), np.full(40, NAN)])
    found = intervals(grouped(values), seed=13)
    assert (found.low[0], found.high[0]) == (found.mean[0], found.mean[0]) == pytest.approx((0.1, 0.1))
    assert list(found.p[:2]) == [0.0, 1.0]
    assert np.isnan([found.mean[2], found.low[2], found.high[2], found.p[2]]).all()
    assert list(found.number) == [40, 40, 0]


def test_one_negotiation_has_a_mean_and_nothing_more() -> None:
    found = intervals(grouped(np.array([[0.5]])), seed=14)
    assert (found.mean[0], found.low[0], found.high[0]) == (0.5, 0.5, 0.5)
    assert math.isnan(found.p[0])


def test_the_same_seed_gives_the_same_interval() -> None:
    groups = Grouped(*np.random.default_rng(15).random((2, 30, 2)))
    statistics._draws.cache_clear()
    first = intervals(groups, seed=16)
    statistics._draws.cache_clear()
    np.testing.assert_array_equal(first.low, intervals(groups, seed=16).low)


# --- p-values


@pytest.mark.parametrize("degrees", [1, 2, 3, 4, 7, 30, 249])
def test_students_t_is_that_of_scipy(degrees: int) -> None:
    special = pytest.importorskip("scipy.special")
    for t in (0.0, 0.4, -1.3, 2.5, 6.0):
        assert student_p(t, degrees) == pytest.approx(2 * special.stdtr(degrees, -abs(t)), abs=1e-13)


def test_students_t_needs_a_degree_of_freedom() -> None:
    with pytest.raises(ValueError, match="degrees: 0"):
        student_p(1.0, 0)


def test_holm_by_hand() -> None:
    # Sorted .005 .01 .03 .04 times 4 3 2 1: .02 .03 .06 .04; the last must not fall below the one before.
    found = holm(np.array([0.01, 0.04, NAN, 0.03, 0.005]))
    assert list(found) == pytest.approx([0.03, 0.06, NAN, 0.06, 0.02], nan_ok=True)
    assert list(holm(np.array([0.9, 0.8]))) == [1.0, 1.0]
    assert holm(np.empty(0)).shape == (0,)


@given(st.lists(st.floats(0.0, 1.0) | st.just(NAN), max_size=12))
@settings(deadline=None, max_examples=60)
def test_holm_is_the_step_down_procedure(p: list[float]) -> None:
    found: list[Any] = list(holm(np.array(p, dtype=np.float64)))
    assert found == pytest.approx(naive.holm(p), nan_ok=True)
