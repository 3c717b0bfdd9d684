"""Sampling against its definition: exact sets, right frequencies, laws of scale, and nothing silent about a broken row."""

from __future__ import annotations

import math
from typing import Any

import naive
import numpy as np
import pytest
from eqnegotiator.models.sampling import EmptyMaskError, Sampler, Sampling
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

VOCABULARY = 12
# Multiples of a quarter: penalties and temperatures below keep sums of weights away from the edge of a nucleus.
LOGITS = arrays(np.float32, VOCABULARY, elements=st.integers(-40, 40).map(lambda quarters: quarters / 4))
MASKS = arrays(np.bool_, VOCABULARY)
SETTINGS = st.builds(
    Sampling,
    temperature=st.sampled_from([0.0, 0.25, 0.6, 1.0, 2.0]),
    top_k=st.sampled_from([0, 0, 1, 3, 20]),
    top_p=st.sampled_from([0.05, 0.317, 0.5713, 0.9, 1.0]),
    repetition_penalty=st.sampled_from([0.5, 1.0, 1.3]),
)
HISTORIES = st.lists(st.integers(0, VOCABULARY - 1), max_size=5)


def distribution(logits: np.ndarray, banned: np.ndarray, history: list[int], sampling: Sampling) -> dict[int, float]:
    return naive.sampling_distribution(logits.astype(float).tolist(), banned.tolist(), history, **sampling._asdict())


def uncertain(logits: np.ndarray, banned: np.ndarray, history: list[int], sampling: Sampling) -> bool:
    """Whether rounding decides what is in the set."""
    nearby = [sampling._replace(top_p=min(sampling.top_p * factor, 1.0)) for factor in (1 - 1e-5, 1 + 1e-5)]
    return len({tuple(sorted(distribution(logits, banned, history, near))) for near in nearby}) > 1


class Uniform:
    """Stands in for the generator: the point of the cumulative distribution that is drawn."""

    def __init__(self, points: list[float]) -> None:
        self._points = iter(points)

    def random(self) -> float:
        return next(self._points)


@given(LOGITS, MASKS, HISTORIES, SETTINGS)
def test_each_token_owns_its_probability_of_the_unit_interval(
    logits: np.ndarray, banned: np.ndarray, history: list[int], sampling: Sampling
) -> None:
    assume(not banned.all() and not uncertain(logits, banned, history, sampling))
    expected = distribution(logits, banned, history, sampling)
    sampler = Sampler(sampling, [1])
    edges = np.cumsum([expected[token] for token in sorted(expected)])
    # A draw takes 1 - u, so that it may be 1 and is never 0; the middle of each token's share must draw that token.
    wide = [
        (token, 1 - (edge - expected[token] / 2)) for token, edge in zip(sorted(expected), edges, strict=True) if expected[token] > 1e-4
    ]
    sampler._random = Uniform([point for _, point in wide])  # type: ignore[assignment]
    assert [sampler.sample(logits, banned, history).token for _ in wide] == [token for token, _ in wide]


@given(LOGITS, MASKS, SETTINGS)
def test_probabilities_are_those_of_the_untouched_softmax(logits: np.ndarray, banned: np.ndarray, sampling: Sampling) -> None:
    assume(not banned.all())
    expected = naive.softmax(logits.astype(float).tolist())
    before = logits.copy()
    drawn = Sampler(sampling, [2]).sample(logits, banned, [0, 1])
    assert drawn.log_probability == pytest.approx(math.log(expected[drawn.token]), abs=1e-5)
    assert drawn.allowed == pytest.approx(sum(p for p, no in zip(expected, banned, strict=True) if not no), rel=1e-5)
    assert 0 <= drawn.allowed <= 1
    assert not banned[drawn.token]
    assert np.array_equal(logits, before)


@given(LOGITS, SETTINGS, st.integers(-80, 80))
def test_a_constant_added_to_every_logit_changes_nothing(logits: np.ndarray, sampling: Sampling, shift: int) -> None:
    sampling = sampling._replace(repetition_penalty=1.0)
    drawn = Sampler(sampling, [3]).sample(logits, None)
    moved = Sampler(sampling, [3]).sample(logits + np.float32(shift), None)
    assert moved.token == drawn.token
    assert moved.log_probability == pytest.approx(drawn.log_probability, abs=1e-5)


@given(LOGITS, st.sampled_from([0.5, 2.0, 4.0]))
def test_temperature_divides_the_logits(logits: np.ndarray, factor: float) -> None:
    hot, cold = Sampler(Sampling(temperature=factor), [4]), Sampler(Sampling(temperature=1.0), [4])
    assert [hot.sample(logits, None).token for _ in range(8)] == [cold.sample(logits / np.float32(factor), None).token for _ in range(8)]


@given(LOGITS, st.integers(1, 20))
def test_the_likeliest_come_best_first(logits: np.ndarray, count: int) -> None:
    expected = naive.softmax(logits.astype(float).tolist())
    order = naive.ranked(logits.tolist(), [True] * VOCABULARY)[:count]
    got = Sampler(Sampling(), [5]).log_probabilities(logits, count)
    assert [token for token, _ in got] == order
    assert [value for _, value in got] == pytest.approx([math.log(expected[token]) for token in order], abs=1e-5)


def test_frequencies_are_the_probabilities() -> None:
    logits = np.array([2.0, 1.0, 0.5, 0.0, -1.0, 2.0], dtype=np.float32)
    banned = np.array([False, False, False, False, False, True])
    sampling = Sampling(temperature=0.8, top_p=0.95)
    expected = distribution(logits, banned, [], sampling)
    sampler, draws = Sampler(sampling, [6]), 8000
    counts = np.bincount([sampler.sample(logits, banned).token for _ in range(draws)], minlength=6)
    assert set(np.flatnonzero(counts)) == set(expected)
    chi_square = sum((counts[token] - draws * p) ** 2 / (draws * p) for token, p in expected.items())
    assert chi_square < 16.3, "the 99.9 % point at 3 degrees of freedom; the seed is fixed"


@pytest.mark.parametrize("spread", [0.0, 0.5, 3.0, 8.0])
@pytest.mark.parametrize("sampling", [Sampling(), Sampling(1.0, 0, 0.4), Sampling(1.3, 0, 1.0), Sampling(1.0, 2000, 0.7)])
def test_a_large_vocabulary_has_the_same_sets(spread: float, sampling: Sampling) -> None:
    """From a flat row, where the nucleus is most of the vocabulary, to one with a single candidate; many exact ties."""
    generator = np.random.default_rng(7)
    logits = (np.round(generator.standard_normal(20_000) * 8) / 8 * spread).astype(np.float32)
    banned = generator.random(20_000) < 0.1
    order = np.lexsort((np.arange(20_000), -logits.astype(np.float64)))
    order = order[~banned[order]]
    weights = np.exp((logits[order].astype(np.float64) - logits[order[0]]) / sampling.temperature)
    if sampling.top_k:
        order, weights = order[: sampling.top_k], weights[: sampling.top_k]
    size = int(np.searchsorted(np.cumsum(weights), sampling.top_p * weights.sum() * (1 - 1e-12))) + 1
    tokens = np.sort(order[:size])
    reached = np.cumsum(np.exp((logits[tokens].astype(np.float64) - logits[order[0]]) / sampling.temperature))
    points = generator.random(200)
    sampler = Sampler(sampling, [7])
    sampler._random = Uniform(points.tolist())  # type: ignore[assignment]
    got = np.array([sampler.sample(logits, banned).token for _ in points])
    expected = np.searchsorted(reached, (1 - points) * reached[-1])
    # Float32 may move the edge of a share by one token in a flat row, and the nucleus by as much.
    assert np.abs(np.searchsorted(tokens, got) - expected).max() <= 1
    assert set(got) <= set(tokens) | set(order[size : size + 1])


def test_greedy_takes_the_lowest_of_equals() -> None:
    logits = np.array([1, 5, 5, 5, 0], dtype=np.float32)
    greedy = Sampler(Sampling(temperature=0), [8])
    assert greedy.sample(logits, None).token == 1
    assert greedy.sample(logits, np.array([False, True, False, False, False])).token == 2
    assert greedy.sample(logits, None, [1, 2]).token == 1
    assert Sampler(Sampling(0, repetition_penalty=1.5), [8]).sample(logits, None, [1, 2]).token == 3


def test_equals_at_the_edge_of_a_set_enter_by_id() -> None:
    logits = np.zeros(5000, dtype=np.float32)
    for sampling in (Sampling(1.0, top_k=3, top_p=1.0), Sampling(1.0, 0, top_p=2.5 / 5000)):
        sampler = Sampler(sampling, [9])
        assert {sampler.sample(logits, None).token for _ in range(60)} == {0, 1, 2}


def test_the_same_seed_draws_the_same_and_others_differ() -> None:
    logits = np.linspace(0, 1, 50, dtype=np.float32)

    def draws(*seed: int) -> list[int]:
        sampler = Sampler(Sampling(1.0), seed)
        return [sampler.sample(logits, None).token for _ in range(20)]

    assert draws(1, 2) == draws(1, 2)
    assert draws(1, 2) != draws(1, 3)


def test_what_the_mask_leaves_is_drawn_however_unlikely() -> None:
    logits = np.array([500.0, 0.0, -300.0, -np.inf], dtype=np.float32)
    drawn = Sampler(Sampling(), [1]).sample(logits, np.array([True, True, False, False]))
    assert (drawn.token, drawn.allowed) == (2, 0.0)
    assert drawn.log_probability == pytest.approx(-800)


def test_no_token_left_is_an_error() -> None:
    logits = np.array([1.0, -np.inf], dtype=np.float32)
    for banned in ([True, True], [True, False]):
        with pytest.raises(EmptyMaskError, match="no token is left"):
            Sampler(Sampling(), [1]).sample(logits, np.array(banned))
    with pytest.raises(EmptyMaskError, match="every logit is minus infinity"):
        Sampler(Sampling(), [1]).sample(np.full(3, -np.inf, dtype=np.float32), None)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_a_broken_logit_is_named(value: float) -> None:
    logits = np.array([1.0, 2.0, value, 3.0], dtype=np.float32)
    for call in (lambda sampler: sampler.sample(logits, None), lambda sampler: sampler.log_probabilities(logits, 1)):
        with pytest.raises(ValueError, match=rf"logit 2 is {value}"):
            call(Sampler(Sampling(0), [1]))


def test_a_mask_of_another_vocabulary_is_named() -> None:
    with pytest.raises(ValueError, match=r"shape \(3,\), the logits \(4,\)"):
        Sampler(Sampling(), [1]).sample(np.zeros(4, dtype=np.float32), np.zeros(3, dtype=np.bool_))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("temperature", -1.0), ("temperature", 0.001), ("temperature", 11.0), ("temperature", math.nan), ("top_k", -1), ("top_p", 0.0),
        ("top_p", 1.1), ("top_p", math.nan), ("repetition_penalty", 0.0), ("repetition_penalty", math.inf),
    ],
)  # fmt: skip
def test_a_setting_out_of_range_is_named(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"{field} is {value}"):
        Sampler(Sampling(**{field: value}), [1])
