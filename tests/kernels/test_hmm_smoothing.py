from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Any

import naive
import numpy as np
import pytest
from eqnegotiator.kernels import hmm_smoothing, hmm_viterbi
from eqnegotiator.kernels.hmm_model import HiddenMarkovModel
from eqnegotiator.kernels.status import ImpossibleEvidenceError, KernelArgumentError, Status
from hmm_instances import COMPILED, Array, Instance, Integers, from_seed, instance, peer, small_instances
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
EXAMPLES = 40 if COMPILED else 10

HALF = [0.5, 0.5]
TRANSITION = [[0.75, 0.25], [0.5, 0.5]]
EMISSION = [[0.2, 0.8], [0.6, 0.4]]
FROZEN = HiddenMarkovModel(HALF, np.eye(2), [[0.9, 0.1], [0.1, 0.9]])
"""States that never change: after some hundred equal symbols the belief in the other one is below any float."""
SWITCH = np.array([0] * 600 + [1] * 1200)


def model() -> HiddenMarkovModel:
    return HiddenMarkovModel(HALF, TRANSITION, EMISSION)


def parameters(drawn: Instance, soft: bool) -> tuple[list[float], list[list[float]], list[list[float]]]:
    return drawn.model.initial.tolist(), drawn.model.transition.tolist(), drawn.likelihoods(soft=soft)


# --- by hand


def test_smoothing_by_hand() -> None:
    # Paths for symbols 0, 1: 00 1/2*1/5*3/4*4/5 = 24/400, 01 1/2*1/5*1/4*2/5 = 4/400, 10 1/2*3/5*1/2*4/5 = 48/400,
    # 11 1/2*3/5*1/2*2/5 = 24/400; together 100/400.
    result = model().smooth([0, 1])
    np.testing.assert_allclose(result.smoothed, [[0.28, 0.72], [0.72, 0.28]], rtol=1e-14)
    np.testing.assert_allclose(result.transitions, [[0.24, 0.04], [0.48, 0.24]], rtol=1e-14)
    assert result.log_likelihoods[0] == pytest.approx(math.log(1 / 4), rel=1e-14)
    path = model().decode([0, 1])
    assert path.states.tolist() == [1, 0]
    assert path.log_joints[0] == pytest.approx(math.log(48 / 400), rel=1e-14)


def test_ties_go_to_the_lowest_state_from_the_end() -> None:
    flat = HiddenMarkovModel([0.25] * 4, np.full((4, 4), 0.25), np.full((4, 2), 0.5))
    assert flat.decode([0, 1, 0]).states.tolist() == [0, 0, 0]
    # 0 1 and 1 0 are the two possible paths and equal: the one that ends in 0.
    swap = HiddenMarkovModel(HALF, [[0.0, 1.0], [1.0, 0.0]], np.full((2, 2), 0.5))
    assert swap.decode([0, 0]).states.tolist() == [1, 0]


def test_no_steps() -> None:
    assert model().smooth([]).smoothed.shape == (0, 2)
    assert model().smooth([]).transitions.tolist() == [[0.0, 0.0], [0.0, 0.0]]
    assert model().smooth_fixed_lag([], 3).shape == (0, 2)
    assert model().decode([]).states.shape == (0,)
    assert model().decode([]).log_joints.tolist() == [0.0]
    assert model().sample_posterior([], 2, 0).shape == (2, 0)


# --- laws


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.booleans())
def test_smoother_agrees_with_enumeration(drawn: Instance, soft: bool) -> None:
    result = drawn.model.smooth(drawn.observed(soft=soft), inputs=drawn.inputs)
    np.testing.assert_allclose(result.smoothed, naive.hmm_smooth(*parameters(drawn, soft)), rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(result.transitions, naive.hmm_transitions(*parameters(drawn, soft)), rtol=1e-9, atol=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.booleans(), st.integers(0, 6))
def test_fixed_lag_agrees_with_enumeration(drawn: Instance, soft: bool, lag: int) -> None:
    found = drawn.model.smooth_fixed_lag(drawn.observed(soft=soft), lag, inputs=drawn.inputs)
    np.testing.assert_allclose(found, naive.hmm_fixed_lag(*parameters(drawn, soft), lag), rtol=1e-9, atol=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.booleans())
def test_viterbi_agrees_with_enumeration(drawn: Instance, soft: bool) -> None:
    found = drawn.model.decode(drawn.observed(soft=soft), inputs=drawn.inputs)
    _, weight = naive.hmm_viterbi(*parameters(drawn, soft))
    assert found.log_joints[0] == pytest.approx(math.log(weight), rel=1e-9, abs=1e-9)
    # The path is the one of that weight; which of nearly equal ones is a matter of rounding.
    reached = naive.hmm_joint(*parameters(drawn, soft))[tuple(found.states.tolist())]
    assert reached == pytest.approx(weight, rel=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_smoother_sums_and_counts(seed: int, soft: bool) -> None:
    drawn = from_seed(seed, longest=20)
    result = drawn.model.smooth(drawn.observed(soft=soft), lengths=drawn.lengths)
    np.testing.assert_allclose(result.smoothed.sum(axis=1), 1.0, rtol=1e-9)
    assert result.transitions.sum() == pytest.approx((drawn.lengths - 1).sum(), rel=1e-9, abs=1e-12)
    last = np.cumsum(drawn.lengths) - 1
    np.testing.assert_allclose(result.transitions.sum(axis=1), np.delete(result.smoothed, last, axis=0).sum(axis=0), rtol=1e-9, atol=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 10**6), st.booleans())
def test_lag_spans_from_filter_to_smoother(seed: int, soft: bool) -> None:
    drawn = from_seed(seed, longest=12)
    observed = drawn.observed(soft=soft)
    filtered = drawn.model.filter(observed, lengths=drawn.lengths).filtered
    np.testing.assert_array_equal(drawn.model.smooth_fixed_lag(observed, 0, lengths=drawn.lengths), filtered)
    smoothed = drawn.model.smooth(observed, lengths=drawn.lengths).smoothed
    np.testing.assert_allclose(drawn.model.smooth_fixed_lag(observed, 10**6, lengths=drawn.lengths), smoothed, rtol=1e-12, atol=1e-15)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.integers(0, 10**6))
def test_a_batch_is_its_sequences(seed: int) -> None:
    drawn = from_seed(seed, longest=8)
    cuts = np.cumsum(drawn.lengths)[:-1]
    smoothed = drawn.model.smooth(drawn.symbols, lengths=drawn.lengths)
    lagged = drawn.model.smooth_fixed_lag(drawn.symbols, 2, lengths=drawn.lengths)
    decoded = drawn.model.decode(drawn.symbols, lengths=drawn.lengths)
    transitions = np.zeros_like(smoothed.transitions)
    for index, part in enumerate(np.split(drawn.symbols, cuts)):
        alone = drawn.model.smooth(part)
        transitions += alone.transitions
        np.testing.assert_array_equal(np.split(smoothed.smoothed, cuts)[index], alone.smoothed)
        np.testing.assert_array_equal(np.split(lagged, cuts)[index], drawn.model.smooth_fixed_lag(part, 2))
        assert decoded.log_joints[index] == drawn.model.decode(part).log_joints[0]
        assert np.split(decoded.states, cuts)[index].tolist() == drawn.model.decode(part).states.tolist()
    np.testing.assert_allclose(smoothed.transitions, transitions, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("soft", [False, True])
def test_sampled_paths_have_the_posterior_frequencies(soft: bool) -> None:
    drawn = instance(7, states=3, symbols=3, lengths=(3,))
    draws = 40_000 if COMPILED else 2_000
    paths = drawn.model.sample_posterior(drawn.observed(soft=soft), draws, seed=1)
    joint = naive.hmm_joint(*parameters(drawn, soft))
    total = math.fsum(joint.values())
    for path, weight in joint.items():
        share = weight / total
        found = (paths == path).all(axis=1).mean()
        # Five standard errors, for a fixed seed.
        assert abs(found - share) <= 5.0 * math.sqrt(share * (1.0 - share) / draws) + 1e-12


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.booleans(), st.integers(0, 2**32))
def test_sampled_paths_are_possible_and_repeatable(drawn: Instance, soft: bool, seed: int) -> None:
    observed = drawn.observed(soft=soft)
    paths = drawn.model.sample_posterior(observed, 4, seed, inputs=drawn.inputs)
    assert paths.tolist() == drawn.model.sample_posterior(observed, 4, seed, inputs=drawn.inputs).tolist()
    smoothed = drawn.model.smooth(observed, inputs=drawn.inputs).smoothed
    for path in paths:
        assert (smoothed[np.arange(len(path)), path] > 0.0).all()


# --- no underflow


def test_a_state_forgotten_for_long_can_come_back() -> None:
    np.testing.assert_allclose(FROZEN.smooth(SWITCH).smoothed, np.tile([0.0, 1.0], (SWITCH.size, 1)), atol=1e-12)
    np.testing.assert_allclose(FROZEN.smooth(SWITCH).transitions, [[0.0, 0.0], [0.0, SWITCH.size - 1]], atol=1e-9)
    assert FROZEN.decode(SWITCH).states.tolist() == [1] * SWITCH.size
    assert FROZEN.sample_posterior(SWITCH, 2, 0).tolist() == [[1] * SWITCH.size] * 2
    lagged = FROZEN.smooth_fixed_lag(SWITCH, 5)
    np.testing.assert_allclose(lagged[[0, -1]], [[1.0, 0.0], [0.0, 1.0]], atol=1e-4)


@pytest.mark.skipif(not COMPILED, reason="too long for plain Python")
def test_a_long_sequence_smooths() -> None:
    drawn = instance(3, states=4, symbols=5, lengths=(100,))
    long = np.tile(drawn.symbols, 1000)
    result = drawn.model.smooth(long)
    np.testing.assert_allclose(result.smoothed.sum(axis=1), 1.0, rtol=1e-9)
    assert result.log_likelihoods[0] == pytest.approx(drawn.model.log_likelihood(long), rel=1e-12)


# --- peers


def agrees_smoother(seed: int) -> None:
    """`smooth` against hmmlearn's `predict_proba`."""
    drawn = from_seed(seed, longest=20)
    expected = peer(drawn.model).predict_proba(drawn.symbols[:, np.newaxis], drawn.lengths)
    found = drawn.model.smooth(drawn.symbols, lengths=drawn.lengths).smoothed
    np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-10)


def agrees_viterbi(seed: int) -> None:
    """`decode` against hmmlearn's `decode`: the same weight, and paths of that weight."""
    drawn = from_seed(seed, longest=20)
    expected, states = peer(drawn.model).decode(drawn.symbols[:, np.newaxis], drawn.lengths)
    found = drawn.model.decode(drawn.symbols, lengths=drawn.lengths)
    np.testing.assert_allclose(found.log_joints.sum(), expected, rtol=1e-9, atol=1e-9)
    for path in (found.states, states):
        np.testing.assert_allclose(log_joint(drawn, path), expected, rtol=1e-9, atol=1e-9)


def log_joint(drawn: Instance, path: Integers) -> float:
    total, starts = 0.0, set((np.cumsum(drawn.lengths) - drawn.lengths).tolist())
    for step, state in enumerate(path):
        total += math.log(drawn.model.initial[state] if step in starts else drawn.model.transition[path[step - 1], state])
        total += math.log(drawn.model.emission[state, drawn.symbols[step]])
    return total


@pytest.mark.parametrize("agrees", [agrees_smoother, agrees_viterbi])
def test_agrees_with_hmmlearn(agrees: Callable[[int], None]) -> None:
    for seed in range(INSTANCES):
        agrees(seed)


# --- bodies and errors


def test_bodies_compose_inside_njit() -> None:
    smooth_body, decode_body = hmm_smoothing._smooth, hmm_viterbi._decode

    def both(chain: Array, logs: Array, rows: Integers, offsets: Integers) -> tuple[int, int, Array, Integers]:
        smoothed, transitions = np.empty((rows.shape[0], chain.shape[1])), np.zeros((chain.shape[1], chain.shape[1]))
        states, per_sequence = np.empty(rows.shape[0], dtype=np.int64), np.empty(offsets.shape[0] - 1)
        first, _, _ = smooth_body(chain, False, rows, offsets, smoothed, transitions, per_sequence)
        second, _, _ = decode_body(logs, rows, offsets, states, per_sequence)
        return first, second, smoothed, states

    chain = np.array([HALF, *TRANSITION, [0.2, 0.6], [0.8, 0.4]])
    compiled: Any = njit(both)
    first, second, smoothed, states = compiled(chain, np.log(chain), np.array([0, 1]), np.array([0, 2]))
    assert first == second == Status.OK
    np.testing.assert_allclose(smoothed, [[0.28, 0.72], [0.72, 0.28]], rtol=1e-14)
    assert states.tolist() == [1, 0]


def test_impossible_evidence_is_an_error() -> None:
    certain = HiddenMarkovModel(HALF, TRANSITION, [[1.0, 0.0], [1.0, 0.0]])
    with pytest.raises(ImpossibleEvidenceError, match="smooth_fixed_lag: sequence 0, step 1"):
        certain.smooth_fixed_lag([0, 1], 1)
    with pytest.raises(ImpossibleEvidenceError, match="sample_posterior: sequence 1, step 0"):
        certain.sample_posterior([0, 1], 1, 0, lengths=[1, 1])


@pytest.mark.parametrize("bad", [-1, 1.5, True, "1", None])
def test_counts_are_checked(bad: object) -> None:
    with pytest.raises(KernelArgumentError, match=f"lag: {bad!r} is not an integer of 0 or more"):
        model().smooth_fixed_lag([0], bad)  # type: ignore[arg-type]
    with pytest.raises(KernelArgumentError, match=f"draws: {bad!r} is not an integer of 1 or more"):
        model().sample_posterior([0], bad, 0)  # type: ignore[arg-type]
    with pytest.raises(KernelArgumentError, match=f"seed: {bad!r} is not an integer of 0 or more"):
        model().sample_posterior([0], 1, bad)  # type: ignore[arg-type]
