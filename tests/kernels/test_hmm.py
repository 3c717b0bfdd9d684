from __future__ import annotations

import math
from fractions import Fraction

import naive
import numpy as np
import numpy.typing as npt
import pytest
from eqnegotiator.kernels import hmm, tables
from eqnegotiator.kernels.status import (
    ImpossibleEvidenceError,
    KernelArgumentError,
    KernelError,
    Status,
    raise_for_status,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

Array = npt.NDArray[np.float64]

HALF = [0.5, 0.5]
TRANSITION = [[0.75, 0.25], [0.5, 0.5]]
EMISSION = [[0.2, 0.8], [0.6, 0.4]]


def random_model(seed: int, states: int, symbols: int, steps: int) -> tuple[Array, Array, Array, Array]:
    """(initial [K], transition [K, K], emission [T, K, E], evidence [T, E]); evidence is not normalised."""
    generator = np.random.default_rng(seed)
    return (
        generator.dirichlet(np.ones(states)),
        generator.dirichlet(np.ones(states), size=states),
        generator.dirichlet(np.ones(symbols), size=(steps, states)),
        generator.uniform(0.01, 5.0, size=(steps, symbols)),
    )


models = st.builds(
    random_model,
    seed=st.integers(0, 2**32 - 1),
    states=st.integers(1, 4),
    symbols=st.integers(1, 5),
    steps=st.integers(1, 5),
)


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


def test_no_steps_leave_nothing_to_filter() -> None:
    result = hmm.forward_filter(HALF, TRANSITION, EMISSION, np.empty((0, 2)))
    assert result.filtered.shape == result.predicted.shape == (0, 2)
    assert result.log_likelihood == 0.0


# --- laws


@settings(max_examples=40, deadline=None)
@given(models)
def test_filter_agrees_with_enumeration(model: tuple[Array, Array, Array, Array]) -> None:
    initial, transition, emission, evidence = model
    result = hmm.forward_filter(initial, transition, emission, evidence)
    filtered, predicted, log_likelihood = naive.hmm_filter(
        initial.tolist(), transition.tolist(), emission.tolist(), evidence.tolist()
    )
    np.testing.assert_allclose(result.filtered, filtered, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(result.predicted, predicted, rtol=1e-9, atol=1e-12)
    assert result.log_likelihood == pytest.approx(log_likelihood, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(models)
def test_beliefs_sum_to_one(model: tuple[Array, Array, Array, Array]) -> None:
    result = hmm.forward_filter(*model)
    np.testing.assert_allclose(result.filtered.sum(axis=1), 1.0, rtol=1e-12)
    np.testing.assert_allclose(result.predicted.sum(axis=1), 1.0, rtol=1e-12)
    assert (result.filtered >= 0.0).all()


@settings(max_examples=40, deadline=None)
@given(models, st.integers(0, 5))
def test_filters_chain(model: tuple[Array, Array, Array, Array], cut: int) -> None:
    initial, transition, emission, evidence = model
    cut = min(cut, len(evidence))
    whole = hmm.forward_filter(*model)
    head = hmm.forward_filter(initial, transition, emission[:cut], evidence[:cut])
    middle = head.filtered[-1] if cut else initial
    tail = hmm.forward_filter(middle, transition, emission[cut:], evidence[cut:])
    np.testing.assert_allclose(np.vstack([head.filtered, tail.filtered]), whole.filtered, rtol=1e-12)
    assert head.log_likelihood + tail.log_likelihood == pytest.approx(whole.log_likelihood, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(models, st.randoms(use_true_random=False))
def test_renaming_states_commutes_with_filtering(model: tuple[Array, Array, Array, Array], random: object) -> None:
    initial, transition, emission, evidence = model
    order = list(range(initial.size))
    random.shuffle(order)  # type: ignore[attr-defined]
    renamed = hmm.forward_filter(
        initial[order] / initial.sum(), transition[np.ix_(order, order)], emission[:, order], evidence
    )
    plain = hmm.forward_filter(*model)
    np.testing.assert_allclose(renamed.filtered, plain.filtered[:, order], rtol=1e-9, atol=1e-12)
    assert renamed.log_likelihood == pytest.approx(plain.log_likelihood, rel=1e-9, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(models, st.floats(1e-250, 1e250))
def test_scale_of_evidence_moves_only_the_log_likelihood(
    model: tuple[Array, Array, Array, Array], scale: float
) -> None:
    initial, transition, emission, evidence = model
    plain = hmm.forward_filter(*model)
    scaled = hmm.forward_filter(initial, transition, emission, evidence * scale)
    np.testing.assert_allclose(scaled.filtered, plain.filtered, rtol=1e-9, atol=1e-15)
    expected = plain.log_likelihood + len(evidence) * math.log(scale)
    assert scaled.log_likelihood == pytest.approx(expected, rel=1e-9, abs=1e-7)


@settings(max_examples=20, deadline=None)
@given(models)
def test_filter_step_is_predict_then_condition(model: tuple[Array, Array, Array, Array]) -> None:
    initial, transition, emission, evidence = model
    step = hmm.filter_step(initial, transition, emission[0], evidence[0])
    predicted = hmm.predict(initial, transition)
    filtered = hmm.condition(predicted, hmm.soft_likelihood(evidence[0], emission[0]))
    assert step.predicted.tolist() == predicted.tolist()
    assert step.filtered.tolist() == filtered.tolist()


def test_a_constant_emission_is_the_same_at_every_step() -> None:
    evidence = [[1.0, 0.0], [0.3, 0.7], [0.0, 1.0]]
    once = hmm.forward_filter(HALF, TRANSITION, EMISSION, evidence)
    per_step = hmm.forward_filter(HALF, TRANSITION, [EMISSION] * 3, evidence)
    assert once.filtered.tolist() == per_step.filtered.tolist()


# --- the compiled bodies, from inside compiled code


def test_bodies_compose_inside_njit() -> None:
    predict_body, condition_body = hmm._predict, hmm._condition

    @njit
    def step(belief: Array, transition: Array, likelihood: Array) -> tuple[int, Array]:
        out = np.empty_like(belief)
        predict_body(belief, transition, out)
        status, _ = condition_body(out, likelihood, out)
        return status, out

    status, posterior = step(np.array(HALF), np.array(TRANSITION), np.array([0.2, 0.6]))
    assert status == Status.OK
    np.testing.assert_allclose(posterior, [5 / 14, 9 / 14], rtol=1e-14)
    status, untouched = step(np.array(HALF), np.array(TRANSITION), np.zeros(2))
    assert status == Status.IMPOSSIBLE_EVIDENCE
    assert untouched.tolist() == [5 / 8, 3 / 8]


# --- errors


def test_impossible_evidence_is_an_error() -> None:
    with pytest.raises(ImpossibleEvidenceError, match="condition: the evidence has probability zero"):
        hmm.condition([1.0, 0.0], [0.0, 1.0])
    with pytest.raises(ImpossibleEvidenceError, match="filter_step"):
        hmm.filter_step(HALF, TRANSITION, EMISSION, [0.0, 0.0])


def test_impossible_evidence_names_the_step() -> None:
    certain = [[1.0, 0.0], [1.0, 0.0]]
    with pytest.raises(ImpossibleEvidenceError, match="step 2"):
        hmm.forward_filter(HALF, TRANSITION, certain, [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0]])


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


def test_evidence_must_have_one_row_per_step() -> None:
    with pytest.raises(KernelArgumentError, match=r"evidence: shape \(2,\), expected \(T, E\)"):
        hmm.forward_filter(HALF, TRANSITION, EMISSION, [1.0, 0.0])
    with pytest.raises(KernelArgumentError, match=r"emission: shape \(2, 2, 2\), expected \(3, 2, n\)"):
        hmm.forward_filter(HALF, TRANSITION, [EMISSION] * 2, [[1.0, 0.0]] * 3)
    with pytest.raises(KernelArgumentError, match=r"evidence: shape \(1, 3\), expected \(1, 2\)"):
        hmm.forward_filter(HALF, TRANSITION, EMISSION, [[1.0, 0.0, 0.0]])


def test_arguments_are_not_changed() -> None:
    belief = np.array(HALF)
    hmm.filter_step(belief, TRANSITION, EMISSION, [1.0, 0.0])
    assert belief.tolist() == HALF


def test_every_failure_has_an_error() -> None:
    raise_for_status(Status.OK, "anything")
    for status in set(Status) - {Status.OK}:
        with pytest.raises(KernelError, match="somewhere: "):
            raise_for_status(status, "somewhere")
