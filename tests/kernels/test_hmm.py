from __future__ import annotations

import math
import os
import pickle
from fractions import Fraction
from random import Random
from typing import Any

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import hmm, hmm_forward, tables
from eqnegotiator.kernels.hmm_model import HiddenMarkovModel
from eqnegotiator.kernels.markov_chain import stationary_distribution
from eqnegotiator.kernels.status import (
    ImpossibleEvidenceError,
    KernelArgumentError,
    KernelError,
    ReducibleChainError,
    Status,
    raise_for_status,
)
from hmm_instances import COMPILED, Instance, from_seed, peer, small_instances
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
EXAMPLES = 40 if COMPILED else 10

Array = npt.NDArray[np.float64]

HALF = [0.5, 0.5]
TRANSITION = [[0.75, 0.25], [0.5, 0.5]]
EMISSION = [[0.2, 0.8], [0.6, 0.4]]


def model() -> HiddenMarkovModel:
    return HiddenMarkovModel(HALF, TRANSITION, EMISSION)


# --- tables


def test_tables_hold_the_published_cells() -> None:
    joy, sadness, anger, fear, surprise, disgust, neutral = range(7)
    assert tables.EMOTIONS == ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
    assert tables.DISPOSITIONS == ("cooperative", "confrontational", "distressed", "strategic")
    assert tables.TABLE_4A[anger].tolist() == [0.10, 0.20, 0.40, 0.10, 0.05, 0.10, 0.05]
    assert tables.TABLE_4A[surprise, joy] == 0.30
    assert tables.TABLE_4B[disgust].tolist() == [0.05, 0.10, 0.20, 0.10, 0.05, 0.50, 0.05]
    assert tables.TABLE_4B[neutral, neutral] == 0.40
    assert tables.AGENT_PAYOFFS[:, anger].tolist() == [2, 2, 1, 1, 1, 0, 1]
    assert tables.AGENT_PAYOFFS[fear].tolist() == [2, 2, 1, 2, 2, 1, 3]
    assert tables.CLIENT_PAYOFFS[sadness].tolist() == [3, 3, 1, 2, 2, 1, 2]
    assert tables.CLIENT_PAYOFFS[:, disgust].tolist() == [2, 1, 0, 0, 1, 2, 2]
    assert tables.INITIAL_BELIEF.tolist() == [0.4, 0.2, 0.2, 0.2]
    assert tables.STATE_TRANSITION[2].tolist() == [0.25, 0.15, 0.40, 0.20]
    assert tables.STATE_EMOTION_WEIGHTS[1].tolist() == [0.10, 0.10, 0.15, 0.10, 0.15, 0.10, 0.30]
    assert tables.NEGATIVE.tolist() == [False, True, True, True, False, True, False]


@pytest.mark.parametrize("name", [name for name in tables.__all__ if isinstance(getattr(tables, name), np.ndarray)])
def test_tables_cannot_be_written(name: str) -> None:
    with pytest.raises(ValueError, match="read-only"):
        getattr(tables, name)[0] = 0


def test_normalised_tables_keep_proportions() -> None:
    surprise, disgust = 4, 5
    assert tables.TABLE_4A[surprise].sum() == pytest.approx(1.05)
    assert tables.TABLE_4B[disgust].sum() == pytest.approx(1.05)
    np.testing.assert_allclose(tables.AGENT_TRANSITION.sum(axis=1), 1.0)
    np.testing.assert_allclose(tables.CLIENT_RESPONSE.sum(axis=1), 1.0)
    assert tables.AGENT_TRANSITION[surprise, 0] == pytest.approx(30 / 105)
    assert tables.CLIENT_RESPONSE[disgust, disgust] == pytest.approx(50 / 105)


def test_emission_tensor_by_hand() -> None:
    emission = tables.emission_tensor()
    # s = distressed, c = neutral. 4b row: 1/10 six times, 4/10. w: .10 .30 .05 .20 .05 .10 .20.
    # Products in thousandths: 10 30 5 20 5 10 80, together 160.
    expected = [Fraction(n, 160) for n in (10, 30, 5, 20, 5, 10, 80)]
    assert emission.shape == (4, 7, 7)
    np.testing.assert_allclose(emission[2, 6], [float(p) for p in expected], rtol=1e-14)
    np.testing.assert_allclose(emission.sum(axis=-1), 1.0, rtol=1e-14)
    assert (emission > 0.0).all()


# --- hand-worked


def test_predict_by_hand() -> None:
    # 1/2 * 3/4 + 1/2 * 1/2 = 5/8
    assert hmm.predict(HALF, TRANSITION).tolist() == [5 / 8, 3 / 8]


def test_predict_from_the_published_prior() -> None:
    # Cooperative:     .4*.50 + .2*.20 + .2*.25 + .2*.20 = .20 + .04 + .05 + .04 = .33
    # Confrontational: .4*.15 + .2*.40 + .2*.15 + .2*.20 = .06 + .08 + .03 + .04 = .21
    # Distressed:      .4*.15 + .2*.20 + .2*.40 + .2*.15 = .06 + .04 + .08 + .03 = .21
    # Strategic:       .4*.20 + .2*.20 + .2*.20 + .2*.45 = .08 + .04 + .04 + .09 = .25
    predicted = hmm.predict(tables.INITIAL_BELIEF, tables.STATE_TRANSITION)
    np.testing.assert_allclose(predicted, [0.33, 0.21, 0.21, 0.25], rtol=1e-14)


def test_condition_by_hand() -> None:
    # 5/8 * 1/5 = 5/40, 3/8 * 3/5 = 9/40: 5/14 and 9/14
    np.testing.assert_allclose(hmm.condition([5 / 8, 3 / 8], [0.2, 0.6]), [5 / 14, 9 / 14], rtol=1e-14)


def test_filter_step_by_hand() -> None:
    # Evidence (3/4, 1/4): likelihoods 3/20 + 4/20 = 7/20 and 9/20 + 2/20 = 11/20. Predicted 5/8, 3/8:
    # products 35/160 and 33/160, so 35/68 and 33/68, and p(x) = 68/160 = 17/40.
    step = hmm.filter_step(HALF, TRANSITION, EMISSION, [0.75, 0.25])
    np.testing.assert_allclose(step.predicted, [5 / 8, 3 / 8], rtol=1e-14)
    np.testing.assert_allclose(step.filtered, [35 / 68, 33 / 68], rtol=1e-14)
    assert step.log_likelihood == pytest.approx(math.log(17 / 40), rel=1e-14)


def test_one_hot_evidence_is_the_column_of_the_symbol() -> None:
    assert hmm.soft_likelihood([0.0, 1.0], EMISSION).tolist() == [0.8, 0.4]


# --- the model, by hand


def test_a_sequence_conditions_first() -> None:
    # Symbol 0: 1/2 * 1/5 and 1/2 * 3/5, so 1/4 and 3/4, p = 2/5. Then predict: 1/4 * 3/4 + 3/4 * 1/2 = 9/16.
    # Symbol 1: 9/16 * 4/5 = 36/80 and 7/16 * 2/5 = 14/80, so 18/25 and 7/25, p = 5/8. Then 18/25 * 3/4 + 7/25 * 1/2 = 17/25.
    result = model().filter([0, 1])
    np.testing.assert_allclose(result.predicted, [[1 / 2, 1 / 2], [9 / 16, 7 / 16]], rtol=1e-14)
    np.testing.assert_allclose(result.filtered, [[1 / 4, 3 / 4], [18 / 25, 7 / 25]], rtol=1e-14)
    np.testing.assert_allclose(result.next_predicted, [[17 / 25, 8 / 25]], rtol=1e-14)
    assert result.log_likelihoods.tolist() == pytest.approx([math.log(2 / 5 * 5 / 8)], rel=1e-14)
    assert model().log_likelihood([0, 1]) == pytest.approx(math.log(1 / 4), rel=1e-14)


def test_an_initial_belief_before_the_first_transition_is_predicted_first() -> None:
    start = HiddenMarkovModel(hmm.predict(HALF, TRANSITION), TRANSITION, EMISSION)
    step = hmm.filter_step(HALF, TRANSITION, EMISSION, [0.75, 0.25])
    result = start.filter([[0.75, 0.25]])
    np.testing.assert_allclose(result.filtered[0], step.filtered, rtol=1e-14)
    assert result.log_likelihoods[0] == pytest.approx(step.log_likelihood, rel=1e-14)


def test_no_steps_leave_nothing_to_filter() -> None:
    empty: tuple[npt.ArrayLike, ...] = ([], np.empty((0, 2)))
    for nothing in empty:
        result = model().filter(nothing)
        assert result.filtered.shape == result.predicted.shape == (0, 2)
        assert result.next_predicted.tolist() == [HALF]
        assert result.log_likelihoods.tolist() == [0.0]
        assert model().log_likelihood(nothing) == 0.0
    assert model().filter([0], lengths=[0, 1, 0]).next_predicted[[0, 2]].tolist() == [HALF, HALF]


def test_forecast_by_hand() -> None:
    # From (1, 0): 3/4 1/4, then 9/16 + 2/16 = 11/16. Symbol 0: 3/4 * 1/5 + 1/4 * 3/5 = 3/10; 11/80 + 15/80 = 13/40.
    forecast = model().forecast([1.0, 0.0], 2)
    np.testing.assert_allclose(forecast.states, [[3 / 4, 1 / 4], [11 / 16, 5 / 16]], rtol=1e-14)
    np.testing.assert_allclose(forecast.symbols, [[3 / 10, 7 / 10], [13 / 40, 27 / 40]], rtol=1e-14)
    assert model().forecast(HALF, 0).states.shape == (0, 2)


def test_forecast_under_inputs() -> None:
    plain = model()
    with_inputs = HiddenMarkovModel(HALF, TRANSITION, np.stack([plain.emission, plain.emission[:, ::-1]], axis=1))
    forecast = with_inputs.forecast([1.0, 0.0], 2, inputs=[1, 0])
    np.testing.assert_allclose(forecast.symbols, [[7 / 10, 3 / 10], [13 / 40, 27 / 40]], rtol=1e-14)


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.booleans())
def test_filter_agrees_with_enumeration(drawn: Instance, soft: bool) -> None:
    parameters = (drawn.model.initial.tolist(), drawn.model.transition.tolist(), drawn.likelihoods(soft=soft))
    result = drawn.model.filter(drawn.observed(soft=soft), inputs=drawn.inputs)
    np.testing.assert_allclose(result.filtered, naive.hmm_fixed_lag(*parameters, 0), rtol=1e-9, atol=1e-12)
    predicted = naive.hmm_predicted(*parameters)
    np.testing.assert_allclose(np.vstack([result.predicted, result.next_predicted]), predicted, rtol=1e-9, atol=1e-12)
    expected = math.log(math.fsum(naive.hmm_joint(*parameters).values()))
    assert result.log_likelihoods[0] == pytest.approx(expected, rel=1e-9, abs=1e-9)
    one = drawn.model.log_likelihood(drawn.observed(soft=soft), inputs=drawn.inputs)
    assert one == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.booleans(), st.integers(0, 5))
def test_filters_chain(drawn: Instance, soft: bool, cut: int) -> None:
    observed = drawn.observed(soft=soft)
    first, second = (None, None) if drawn.inputs is None else (drawn.inputs[:cut], drawn.inputs[cut:])
    whole = drawn.model.filter(observed, inputs=drawn.inputs)
    head = drawn.model.filter(observed[:cut], inputs=first)
    tail = drawn.model.with_initial(head.next_predicted[-1]).filter(observed[cut:], inputs=second)
    np.testing.assert_allclose(np.vstack([head.filtered, tail.filtered]), whole.filtered, rtol=1e-9, atol=1e-15)
    np.testing.assert_allclose(tail.next_predicted, whole.next_predicted, rtol=1e-9, atol=1e-15)
    together = head.log_likelihoods + tail.log_likelihoods
    np.testing.assert_allclose(together, whole.log_likelihoods, rtol=1e-9, atol=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.randoms(use_true_random=False))
def test_renaming_states_commutes_with_filtering(drawn: Instance, random: Random) -> None:
    plain = drawn.model
    order = list(range(plain.state_count))
    random.shuffle(order)
    renamed = HiddenMarkovModel(plain.initial[order], plain.transition[np.ix_(order, order)], plain.emission[order])
    one, other = (m.filter(drawn.symbols, inputs=drawn.inputs) for m in (plain, renamed))
    np.testing.assert_allclose(other.filtered, one.filtered[:, order], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(other.log_likelihoods, one.log_likelihoods, rtol=1e-9, atol=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.floats(1e-250, 1e250))
def test_scale_of_evidence_moves_only_the_log_likelihood(drawn: Instance, scale: float) -> None:
    plain = drawn.model.filter(drawn.evidence, inputs=drawn.inputs)
    scaled = drawn.model.filter(drawn.evidence * scale, inputs=drawn.inputs)
    np.testing.assert_allclose(scaled.filtered, plain.filtered, rtol=1e-9, atol=1e-15)
    expected = plain.log_likelihoods + len(drawn.evidence) * math.log(scale)
    np.testing.assert_allclose(scaled.log_likelihoods, expected, rtol=1e-9, atol=1e-7)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_a_batch_is_its_sequences(seed: int, soft: bool) -> None:
    drawn = from_seed(seed, longest=6)
    observed = drawn.observed(soft=soft)
    batch = drawn.model.filter(observed, lengths=drawn.lengths)
    cuts = np.cumsum(drawn.lengths)[:-1]
    for index, part in enumerate(np.split(observed, cuts)):
        alone = drawn.model.filter(part)
        np.testing.assert_array_equal(np.split(batch.filtered, cuts)[index], alone.filtered)
        assert batch.next_predicted[index].tolist() == alone.next_predicted[0].tolist()
        assert batch.log_likelihoods[index] == alone.log_likelihoods[0]
    every = drawn.model.log_likelihoods(observed, drawn.lengths)
    np.testing.assert_allclose(every, batch.log_likelihoods, rtol=1e-12, atol=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances)
def test_filter_step_is_predict_then_condition(drawn: Instance) -> None:
    emission = drawn.model.emission.reshape(drawn.model.state_count, -1, drawn.model.symbol_count)[:, 0]
    step = hmm.filter_step(drawn.model.initial, drawn.model.transition, emission, drawn.evidence[0])
    predicted = hmm.predict(drawn.model.initial, drawn.model.transition)
    filtered = hmm.condition(predicted, hmm.soft_likelihood(drawn.evidence[0], emission))
    assert step.predicted.tolist() == predicted.tolist()
    assert step.filtered.tolist() == filtered.tolist()


def test_one_hot_evidence_is_a_symbol_and_ones_are_a_gap() -> None:
    hard, soft = model().filter([0, 1]), model().filter([[1.0, 0.0], [0.0, 1.0]])
    np.testing.assert_allclose(soft.filtered, hard.filtered, rtol=1e-14)
    gap = model().filter([[1.0, 0.0], [1.0, 1.0]])
    np.testing.assert_allclose(gap.filtered[1], hard.predicted[1], rtol=1e-14)


def agrees_log_likelihood(seed: int) -> None:
    """`log_likelihoods` and `log_likelihood` against hmmlearn's `score`."""
    drawn = from_seed(seed, longest=20)
    total = peer(drawn.model).score(drawn.symbols[:, np.newaxis], drawn.lengths)
    np.testing.assert_allclose(drawn.model.log_likelihoods(drawn.symbols, drawn.lengths).sum(), total, rtol=1e-9, atol=1e-9)
    first = drawn.symbols[: drawn.lengths[0]]
    expected = peer(drawn.model).score(first[:, np.newaxis])
    np.testing.assert_allclose(drawn.model.log_likelihood(first), expected, rtol=1e-9, atol=1e-9)


def test_agrees_with_hmmlearn() -> None:
    for seed in range(INSTANCES):
        agrees_log_likelihood(seed)


# --- no underflow


STEPS = 100_000 if COMPILED else 1000


def test_a_long_sequence_keeps_its_likelihood() -> None:
    # Emission 1/4 everywhere: every sequence of T symbols has probability 4^-T.
    flat = HiddenMarkovModel(HALF, TRANSITION, np.full((2, 4), 0.25))
    symbols = np.zeros(STEPS, dtype=np.int64)
    assert flat.log_likelihood(symbols) == pytest.approx(-STEPS * math.log(4), rel=1e-12)
    assert flat.filter(symbols).log_likelihoods[0] == pytest.approx(-STEPS * math.log(4), rel=1e-12)


def test_tiny_likelihoods_keep_their_logarithm() -> None:
    tiny = HiddenMarkovModel(HALF, TRANSITION, [[1e-300, 1.0], [1e-300, 1.0]])
    symbols = np.zeros(STEPS // 10, dtype=np.int64)
    expected = symbols.size * math.log(1e-300)
    assert tiny.log_likelihood(symbols) == pytest.approx(expected, rel=1e-12)
    soft = model().filter(np.full((symbols.size, 2), 1e-300))
    assert soft.log_likelihoods[0] == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("strength", [0.9, 1.0 - 1e-12, 1.0 - 1e-16])
def test_a_state_forgotten_for_long_can_come_back(strength: float, copies: int) -> None:
    # Two kinds of states that never change: 600 symbols for the first, 1200 for the second. The belief in the second falls below any float.
    other = 1.0 - strength
    emission = np.repeat([[strength, other], [other, strength]], copies, axis=0)
    frozen = HiddenMarkovModel(np.full(2 * copies, 0.5 / copies), np.eye(2 * copies), emission)
    symbols = np.array([0] * 600 + [1] * 1200)
    expected = math.log(0.5) + 600 * math.log(other) + 1200 * math.log(strength)
    assert frozen.log_likelihood(symbols) == pytest.approx(expected, rel=1e-9)
    result = frozen.filter(symbols)
    np.testing.assert_allclose(result.filtered[[599, -1]].reshape(2, 2, copies).sum(axis=2), [[1.0, 0.0], [0.0, 1.0]], atol=1e-12)
    assert result.log_likelihoods[0] == pytest.approx(expected, rel=1e-9)
    np.testing.assert_allclose(frozen.log_likelihoods(symbols, [1800]), expected, rtol=1e-9)


@pytest.mark.parametrize("states", [2, 4])
def test_impossible_or_unknown_symbols_are_found_in_place(states: int) -> None:
    certain = HiddenMarkovModel(np.full(states, 1 / states), np.eye(states), np.tile([1.0, 0.0], (states, 1)))
    assert certain.log_likelihood(np.array([0, 0])) == pytest.approx(0.0, abs=1e-15)
    with pytest.raises(ImpossibleEvidenceError, match="sequence 0, step 1"):
        certain.log_likelihood(np.array([0, 1]))
    for unknown in (-1, 2):
        with pytest.raises(KernelArgumentError, match=rf"observations: {unknown} at index \(1,\) is outside 0\.\.1"):
            certain.log_likelihood(np.array([0, unknown]))


# --- stationary distribution


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(1, 5).flatmap(lambda size: st.lists(st.tuples(*[st.integers(1, 9)] * size), min_size=size, max_size=size)))
def test_stationary_distribution_is_exact(weights: list[tuple[int, ...]]) -> None:
    exact = [[Fraction(weight, sum(row)) for weight in row] for row in weights]
    expected = [float(share) for share in naive.markov_stationary(exact)]
    found = stationary_distribution([[float(share) for share in row] for row in exact])
    np.testing.assert_allclose(found, expected, rtol=1e-12)


def test_stationary_distribution_of_special_chains() -> None:
    assert stationary_distribution([[0.0, 1.0], [1.0, 0.0]]).tolist() == [0.5, 0.5]
    assert stationary_distribution([[1.0]]).tolist() == [1.0]
    # The first state is left for good.
    assert stationary_distribution([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.0, 1.0, 0.0]]).tolist() == [0.0, 0.5, 0.5]
    # Nearly reducible: moves of 1e-200 and 3e-200 still balance at 3 to 1.
    found = HiddenMarkovModel(HALF, [[1.0, 1e-200], [3e-200, 1.0]], EMISSION).stationary()
    np.testing.assert_allclose(found, [0.75, 0.25], rtol=1e-14)


def test_a_reducible_chain_has_no_one_stationary_distribution() -> None:
    with pytest.raises(ReducibleChainError, match="stationary_distribution: the chain has several classes"):
        stationary_distribution(np.eye(2))
    with pytest.raises(ReducibleChainError):
        stationary_distribution([[0.2, 0.4, 0.4], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]])


# --- the compiled bodies, from inside compiled code


def test_bodies_compose_inside_njit() -> None:
    predict_body, condition_body = hmm._predict, hmm._condition

    def step(belief: Array, transition: Array, likelihood: Array) -> tuple[int, Array]:
        out = np.empty_like(belief)
        predict_body(belief, transition, out)
        status, _ = condition_body(out, likelihood, out)
        return status, out

    compiled: Any = njit(step)
    status, posterior = compiled(np.array(HALF), np.array(TRANSITION), np.array([0.2, 0.6]))
    assert status == Status.OK
    np.testing.assert_allclose(posterior, [5 / 14, 9 / 14], rtol=1e-14)
    status, untouched = compiled(np.array(HALF), np.array(TRANSITION), np.zeros(2))
    assert status == Status.IMPOSSIBLE_EVIDENCE
    assert untouched.tolist() == [5 / 8, 3 / 8]


# --- errors


def test_impossible_evidence_is_an_error() -> None:
    with pytest.raises(ImpossibleEvidenceError, match="condition: the evidence has probability zero"):
        hmm.condition([1.0, 0.0], [0.0, 1.0])
    with pytest.raises(ImpossibleEvidenceError, match="filter_step"):
        hmm.filter_step(HALF, TRANSITION, EMISSION, [0.0, 0.0])


def test_impossible_evidence_names_sequence_and_step() -> None:
    certain = HiddenMarkovModel(HALF, TRANSITION, [[1.0, 0.0], [1.0, 0.0]])
    for method, name in ((certain.filter, "filter"), (certain.smooth, "smooth"), (certain.decode, "decode")):
        with pytest.raises(ImpossibleEvidenceError, match=f"{name}: sequence 1, step 2"):
            method([0, 0, 0, 1], lengths=[1, 3])
        with pytest.raises(ImpossibleEvidenceError, match=f"{name}: sequence 0, step 1"):
            method([[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(ImpossibleEvidenceError, match="log_likelihood: sequence 0, step 1"):
        certain.log_likelihood(np.array([0, 1]))
    with pytest.raises(ImpossibleEvidenceError, match="filter: sequence 0, step 0"):
        model().filter([[0.0, 0.0]])


def test_tiny_evidence_is_not_impossible() -> None:
    np.testing.assert_allclose(hmm.condition([0.5, 0.5], [1e-310, 3e-310]), [0.25, 0.75], rtol=1e-6)
    np.testing.assert_allclose(hmm.condition([1e-200, 1.0 - 1e-200], [1e-200, 0.0]), [1.0, 0.0])


@pytest.mark.parametrize(
    ("belief", "transition", "message"),
    [
        ([0.5, 0.6], TRANSITION, r"belief: sums to 1\.1"),
        ([0.5, np.nan], TRANSITION, r"belief: contains NaN or infinity at index \(1,\)"),
        ([1.5, -0.5], TRANSITION, r"belief: -0\.5 at index \(1,\) is negative"),
        ([], TRANSITION, r"belief: shape \(0,\), expected \(n\)"),
        (["a", "b"], TRANSITION, "belief: dtype .* is not real"),
        ([True, False], TRANSITION, "belief: dtype bool is not real"),
        ([0.5 + 0j, 0.5], TRANSITION, "belief: dtype complex128 is not real"),
        (HALF, [[1.0]], r"transition: shape \(1, 1\), expected \(2, 2\)"),
        (HALF, [[0.5, 0.5], [0.5]], "transition: rows of different lengths"),
        (HALF, [[0.5, 0.5], [0.5, 0.4]], r"transition: row \(1,\) sums to 0\.9"),
        (HALF, [[0.5, 0.5], [np.inf, 0.5]], "transition: contains NaN or infinity"),
    ],
)
def test_bad_arguments_are_named(belief: object, transition: object, message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        hmm.predict(belief, transition)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ((HALF, TRANSITION, [[0.5, 0.4], [0.5, 0.5]]), r"emission: row \(0,\) sums to 0\.9"),
        (([0.5, 0.6], TRANSITION, EMISSION), "initial: sums to"),
        ((HALF, [[1.0]], EMISSION), "transition: shape"),
        ((HALF, TRANSITION, [[1.0]]), r"emission: shape \(1, 1\), expected \(2, n\)"),
        ((HALF, TRANSITION, [[[1.0], [np.nan]]] * 2), "emission: contains NaN"),
        (([], [], []), r"initial: shape \(0,\)"),
    ],
)
def test_a_model_is_checked_once(parameters: tuple[object, object, object], message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        HiddenMarkovModel(*parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("observations", "keywords", "message"),
    [
        ([0, 2], {}, r"observations: 2 at index \(1,\) is outside 0\.\.1"),
        (np.array([0, -1]), {}, r"observations: -1 at index \(1,\) is outside"),
        (np.array([0.0, 1.0]), {}, "observations: shape .* dtype float64"),
        (3, {}, r"observations: shape \(\)"),
        ([[[1.0]]], {}, r"observations: shape \(1, 1, 1\)"),
        ([[1.0, 0.0], [1.0]], {}, "observations: rows of different lengths"),
        ([[1.0, 0.0, 0.0]], {}, r"observations: shape \(1, 3\), expected \(n, 2\)"),
        ([[1.0, -1.0]], {}, r"observations: -1\.0 at index \(0, 1\) is negative"),
        ([[1.0, np.inf]], {}, "observations: contains NaN or infinity"),
        ([0, 1], {"lengths": [1]}, "lengths: together 1, but there are 2"),
        ([0, 1], {"lengths": [3, -1]}, "lengths: 3 at index"),
        ([0, 1], {"inputs": [0, 0]}, "inputs: given, but"),
    ],
)
def test_bad_observations_are_named(observations: object, keywords: dict[str, object], message: str) -> None:
    with pytest.raises(KernelArgumentError, match=message):
        model().filter(observations, **keywords)  # type: ignore[arg-type]


def test_inputs_are_checked() -> None:
    with_inputs = HiddenMarkovModel(HALF, TRANSITION, [EMISSION, EMISSION])
    with pytest.raises(KernelArgumentError, match=r"inputs: missing; .* in 0\.\.1"):
        with_inputs.log_likelihood(np.array([0]))
    with pytest.raises(KernelArgumentError, match=r"inputs: 2 at index \(0,\)"):
        with_inputs.filter([0], inputs=[2])
    with pytest.raises(KernelArgumentError, match="inputs: 2 for 1 steps"):
        with_inputs.filter([0], inputs=[0, 1])
    with pytest.raises(KernelArgumentError, match="inputs: given"):
        model().log_likelihood(np.array([0]), inputs=[0])
    with pytest.raises(KernelArgumentError, match="steps: -1"):
        model().forecast(HALF, -1)


def test_any_kind_of_integer_array_gives_the_same() -> None:
    plain = np.array([0, 1, 1, 0, 1, 0])
    expected = model().log_likelihood(plain)
    frozen = plain.copy()
    frozen.flags.writeable = False
    variants = (plain.tolist(), plain.astype(np.int32), plain.astype(np.uint8), np.repeat(plain, 2)[::2], frozen, plain.astype(">i8"))
    for variant in variants:
        assert model().log_likelihood(variant) == expected


@pytest.mark.skipif(not COMPILED, reason="nothing is compiled")
def test_each_body_compiles_once() -> None:
    model().log_likelihood(np.array([0, 1]))
    model().log_likelihood(np.array([0, 1], dtype=np.int32))
    model().filter([0])
    model().filter([[1.0, 0.0]])
    bodies: tuple[Any, ...] = (hmm_forward._log_likelihood, hmm_forward._filter_sequences)
    assert [len(body.signatures) for body in bodies] == [1, 1]


def test_a_model_cannot_be_changed() -> None:
    one = model()
    with pytest.raises(AttributeError, match="cannot be changed"):
        one.initial = np.array([1.0, 0.0])
    with pytest.raises(ValueError, match="read-only"):
        one.transition[0, 0] = 1.0
    restored = pickle.loads(pickle.dumps(one))
    assert restored.log_likelihood([0, 1]) == one.log_likelihood([0, 1])
    assert repr(restored) == "HiddenMarkovModel(states=2, symbols=2)"


def test_arguments_are_not_changed() -> None:
    belief = np.array(HALF)
    hmm.filter_step(belief, TRANSITION, EMISSION, [1.0, 0.0])
    HiddenMarkovModel(belief, TRANSITION, EMISSION)
    assert belief.tolist() == HALF
    assert belief.flags.writeable


def test_every_failure_has_an_error() -> None:
    raise_for_status(Status.OK, "anything")
    for status in set(Status) - {Status.OK}:
        with pytest.raises(KernelError, match="somewhere: "):
            raise_for_status(status, "somewhere")
