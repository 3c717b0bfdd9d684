from __future__ import annotations

import json
import math
import os
from fractions import Fraction

import naive
import numpy as np
import pytest
from eqnegotiator.kernels.hmm_learning import baum_welch, expected_counts
from eqnegotiator.kernels.hmm_model import HiddenMarkovModel
from eqnegotiator.kernels.hmm_online import OnlineStatistics
from eqnegotiator.kernels.hmm_statistics import DirichletPrior, ExpectedCounts
from eqnegotiator.kernels.status import ImpossibleEvidenceError, KernelArgumentError
from hmm_instances import COMPILED, Instance, from_seed, instance, peer, small_instances
from hypothesis import given, settings
from hypothesis import strategies as st

INSTANCES = int(os.environ.get("EQNEG_AGREEMENT_INSTANCES", "50"))
EXAMPLES = 40 if COMPILED else 10

HALF = [0.5, 0.5]
TRANSITION = [[0.75, 0.25], [0.5, 0.5]]
EMISSION = [[0.2, 0.8], [0.6, 0.4]]

batches = st.builds(
    instance,
    seed=st.integers(0, 2**32 - 1),
    states=st.integers(1, 4),
    symbols=st.integers(1, 4),
    lengths=st.lists(st.integers(1, 8), min_size=1, max_size=4).map(tuple),
    inputs=st.sampled_from([None, 2]),
    concentration=st.sampled_from([1.0, 0.1, 0.01]),
)


def model() -> HiddenMarkovModel:
    return HiddenMarkovModel(HALF, TRANSITION, EMISSION)


def other_start(drawn: Instance) -> HiddenMarkovModel:
    """Somewhere else than where the data come from; everything possible."""
    like = instance(1, drawn.model.state_count, drawn.model.symbol_count, (1,), inputs=drawn.model.input_count, concentration=5.0)
    return like.model


# --- expected counts


def test_expected_counts_by_hand() -> None:
    # The four paths of test_hmm_smoothing: 0.24, 0.04, 0.48, 0.24. Symbol 0 at step 1, symbol 1 at step 2.
    counts = expected_counts(model(), [0, 1])
    np.testing.assert_allclose(counts.initial, [0.28, 0.72], rtol=1e-14)
    np.testing.assert_allclose(counts.transition, [[0.24, 0.04], [0.48, 0.24]], rtol=1e-14)
    np.testing.assert_allclose(counts.emission, [[0.28, 0.72], [0.72, 0.28]], rtol=1e-14)
    learnt = counts.model(model())
    np.testing.assert_allclose(learnt.transition, [[6 / 7, 1 / 7], [2 / 3, 1 / 3]], rtol=1e-14)
    np.testing.assert_allclose(learnt.emission, [[0.28, 0.72], [0.72, 0.28]], rtol=1e-14)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.booleans())
def test_expected_counts_agree_with_enumeration(drawn: Instance, soft: bool) -> None:
    counts = expected_counts(drawn.model, drawn.observed(soft=soft), inputs=drawn.inputs)
    parameters = drawn.model.initial.tolist(), drawn.model.transition.tolist(), drawn.likelihoods(soft=soft)
    smoothed = naive.hmm_smooth(*parameters)
    np.testing.assert_allclose(counts.initial, smoothed[0], rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(counts.transition, naive.hmm_transitions(*parameters), rtol=1e-9, atol=1e-12)
    tensor = drawn.model.emission.reshape(drawn.model.state_count, -1, drawn.model.symbol_count)
    emission = np.zeros_like(tensor)
    for step, row in enumerate(smoothed):
        chosen = 0 if drawn.inputs is None else drawn.inputs[step]
        weights = drawn.evidence[step] if soft else np.eye(drawn.model.symbol_count)[drawn.symbols[step]]
        for state, share in enumerate(row):
            if share > 0.0:
                posterior = weights * tensor[state, chosen]
                emission[state, chosen] += share * posterior / posterior.sum()
    np.testing.assert_allclose(counts.emission, emission.reshape(counts.emission.shape), rtol=1e-9, atol=1e-12)


@settings(max_examples=EXAMPLES, deadline=None)
@given(batches, st.booleans())
def test_counts_of_a_batch_are_the_merged_counts(drawn: Instance, soft: bool) -> None:
    observed = drawn.observed(soft=soft)
    whole = expected_counts(drawn.model, observed, inputs=drawn.inputs, lengths=drawn.lengths)
    cuts = np.cumsum(drawn.lengths)[:-1]
    inputs = [None] * len(drawn.lengths) if drawn.inputs is None else np.split(drawn.inputs, cuts)
    merged: ExpectedCounts | None = None
    for part, chosen in zip(np.split(observed, cuts), inputs, strict=True):
        counts = expected_counts(drawn.model, part, inputs=chosen)
        merged = counts if merged is None else merged.merged(counts)
    assert merged is not None
    for one, other in zip(whole, merged, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-12)
    assert whole.initial.sum() == pytest.approx(len(drawn.lengths))
    assert whole.emission.sum() == pytest.approx(len(observed))


def test_counts_fade_and_survive_json() -> None:
    counts = expected_counts(model(), [0, 1, 1])
    stored = ExpectedCounts.from_dict(json.loads(json.dumps(counts.to_dict())))
    faded = stored.decayed(0.5)
    for one, again, half in zip(counts, stored, faded, strict=True):
        assert one.tolist() == again.tolist()
        np.testing.assert_allclose(half, 0.5 * one, rtol=1e-14)
    np.testing.assert_allclose(faded.model(model()).emission, counts.model(model()).emission, rtol=1e-14)


# --- priors


def test_the_prior_adds_its_pseudo_counts_exactly() -> None:
    counts = ExpectedCounts(np.array([1.0, 0.0]), np.array([[2.0, 1.0], [0.0, 0.0]]), np.array([[3.0, 0.0], [0.0, 0.0]]))
    learnt = counts.model(model(), DirichletPrior(initial=2.0, transition=[[1.0, 2.0], [3.0, 2.0]]))
    shares = [Fraction(2, 3), Fraction(1, 3)]
    np.testing.assert_allclose(learnt.initial, [float(share) for share in shares], rtol=1e-15)
    np.testing.assert_allclose(learnt.transition, [[1 / 2, 1 / 2], [2 / 3, 1 / 3]], rtol=1e-15)
    # Nothing was seen of the second emission row, and no prior speaks for it: it stays.
    np.testing.assert_allclose(learnt.emission, [[1.0, 0.0], EMISSION[1]], rtol=1e-15)


@settings(max_examples=EXAMPLES, deadline=None)
@given(small_instances, st.floats(0.1, 1e3))
def test_without_data_the_mode_is_the_model_the_prior_is_around(drawn: Instance, strength: float) -> None:
    nothing = ExpectedCounts(*(np.zeros_like(array) for array in (drawn.model.initial, drawn.model.transition, drawn.model.emission)))
    learnt = nothing.model(other_start(drawn), DirichletPrior.around(drawn.model, strength))
    np.testing.assert_allclose(learnt.initial, drawn.model.initial, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(learnt.transition, drawn.model.transition, rtol=1e-9, atol=1e-14)
    np.testing.assert_allclose(learnt.emission, drawn.model.emission, rtol=1e-9, atol=1e-14)


# --- Baum-Welch


@settings(max_examples=EXAMPLES, deadline=None)
@given(batches, st.booleans(), st.sampled_from([1.0, 1.5, 4.0]))
def test_the_objective_never_falls(drawn: Instance, soft: bool, concentration: float) -> None:
    prior = DirichletPrior(concentration, concentration, concentration)
    start, observed = other_start(drawn), drawn.observed(soft=soft)
    result = baum_welch(
        start, observed, inputs=drawn.inputs, lengths=drawn.lengths, prior=prior, tolerance=0.0, max_iterations=8
    )
    assert (np.diff(result.objectives) >= -1e-9 * np.abs(result.objectives[1:]) - 1e-9).all()
    assert result.converged or len(result.objectives) == 9


@settings(max_examples=EXAMPLES, deadline=None)
@given(batches, st.booleans())
def test_the_last_objective_is_of_the_model(drawn: Instance, soft: bool) -> None:
    observed = drawn.observed(soft=soft)
    prior = DirichletPrior(2.0, 2.0, 2.0)
    result = baum_welch(other_start(drawn), observed, inputs=drawn.inputs, lengths=drawn.lengths, prior=prior, max_iterations=3)
    log_likelihood = result.model.log_likelihoods(observed, drawn.lengths, inputs=drawn.inputs).sum()
    log_prior = sum(float(np.log(array).sum()) for array in (result.model.initial, result.model.transition, result.model.emission))
    assert result.objectives[-1] == pytest.approx(log_likelihood + log_prior, rel=1e-9, abs=1e-9)


@settings(max_examples=EXAMPLES, deadline=None)
@given(batches)
def test_an_update_is_the_e_step_and_the_m_step(drawn: Instance) -> None:
    start, prior = other_start(drawn), DirichletPrior(1.0, 3.0, 1.5)
    result = baum_welch(start, drawn.symbols, inputs=drawn.inputs, lengths=drawn.lengths, prior=prior, tolerance=0.0, max_iterations=1)
    expected = expected_counts(start, drawn.symbols, inputs=drawn.inputs, lengths=drawn.lengths).model(start, prior)
    np.testing.assert_allclose(result.model.emission, expected.emission, rtol=1e-12)
    np.testing.assert_allclose(result.model.transition, expected.transition, rtol=1e-12)


def test_only_a_prior_lifts_a_zero() -> None:
    start = HiddenMarkovModel([1.0, 0.0], [[0.5, 0.5], [0.0, 1.0]], EMISSION)
    plain = baum_welch(start, [0, 1, 1, 0])
    assert plain.model.initial[1] == plain.model.transition[1, 0] == 0.0
    lifted = baum_welch(start, [0, 1, 1, 0], prior=DirichletPrior(2.0, 2.0, 2.0))
    assert lifted.objectives[0] == -math.inf
    assert np.isfinite(lifted.objectives[1:]).all()
    assert lifted.model.initial[1] > 0.0 < lifted.model.transition[1, 0]


def test_convergence_is_said() -> None:
    drawn = instance(5, 2, 3, (40, 40))
    few = baum_welch(other_start(drawn), drawn.symbols, lengths=drawn.lengths, max_iterations=2)
    assert not few.converged
    assert few.objectives.shape == (3,)
    many = baum_welch(other_start(drawn), drawn.symbols, lengths=drawn.lengths, tolerance=1e-3, max_iterations=1000)
    assert many.converged
    gains = np.diff(many.objectives)
    assert gains[-1] <= 1e-3 < gains[-2]


def test_a_model_is_recovered_from_enough_data() -> None:
    true = HiddenMarkovModel(HALF, [[0.9, 0.1], [0.2, 0.8]], [[0.8, 0.15, 0.05], [0.1, 0.2, 0.7]])
    generator = np.random.default_rng(0)
    steps = 20_000 if COMPILED else 2_000
    state, shown = 0, np.empty(steps, dtype=np.int64)
    for step in range(steps):
        state = int(generator.choice(2, p=true.transition[state]))
        shown[step] = generator.choice(3, p=true.emission[state])
    start = HiddenMarkovModel(HALF, [[0.7, 0.3], [0.3, 0.7]], [[0.5, 0.3, 0.2], [0.2, 0.3, 0.5]])
    iterations = 300 if COMPILED else 20
    learnt = baum_welch(start, shown, max_iterations=iterations).model
    margin = 0.03 if COMPILED else 0.12
    np.testing.assert_allclose(learnt.transition, true.transition, atol=margin)
    np.testing.assert_allclose(learnt.emission, true.emission, atol=margin)


def test_learning_survives_a_state_forgotten_for_long() -> None:
    frozen = HiddenMarkovModel(HALF, np.eye(2), [[0.9, 0.1], [0.1, 0.9]])
    symbols = np.array([0] * 600 + [1] * 1200)
    counts = expected_counts(frozen, symbols)
    np.testing.assert_allclose(counts.emission, [[0.0, 0.0], [600.0, 1200.0]], atol=1e-9)
    np.testing.assert_allclose(counts.transition, [[0.0, 0.0], [0.0, 1799.0]], atol=1e-9)


def agrees_baum_welch(seed: int) -> None:
    """Ten updates from the same start, against hmmlearn's `fit`: the same likelihood after each."""
    drawn = from_seed(seed, longest=12)
    start = other_start(drawn) if seed % 3 else drawn.model
    twin = peer(start)
    twin.n_iter, twin.tol = 10, -math.inf
    twin.fit(drawn.symbols[:, np.newaxis], drawn.lengths)
    result = baum_welch(start, drawn.symbols, lengths=drawn.lengths, tolerance=0.0, max_iterations=10)
    theirs = np.array(twin.monitor_.history)
    steps = min(len(theirs), len(result.objectives))
    np.testing.assert_allclose(result.objectives[:steps], theirs[:steps], rtol=1e-7, atol=1e-7)
    # Where ours found nothing more to gain and stopped, theirs went on in vain.
    np.testing.assert_allclose(result.objectives[-1], max(theirs[-1], result.objectives[-1]), rtol=1e-6, atol=1e-6)


def test_agrees_with_hmmlearn() -> None:
    for seed in range(INSTANCES):
        agrees_baum_welch(seed)


# --- online


@settings(max_examples=EXAMPLES, deadline=None)
@given(batches, st.booleans())
def test_online_counts_are_the_smoothed_ones(drawn: Instance, soft: bool) -> None:
    observed = drawn.observed(soft=soft)
    statistics = OnlineStatistics.start(drawn.model)
    starts = set((np.cumsum(drawn.lengths) - drawn.lengths).tolist())
    for step, observation in enumerate(observed):
        if step in starts:
            statistics = statistics.restarted(drawn.model)
        chosen = None if drawn.inputs is None else int(drawn.inputs[step])
        statistics = statistics.observed(drawn.model, observation, input_index=chosen)
    expected = expected_counts(drawn.model, observed, inputs=drawn.inputs, lengths=drawn.lengths)
    for one, other in zip(statistics.counts(), expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-10)
    last = drawn.model.filter(observed, inputs=drawn.inputs, lengths=drawn.lengths).filtered[-1]
    np.testing.assert_allclose(statistics.belief, last, rtol=1e-9, atol=1e-12)


def test_forgetting_weighs_old_steps_less() -> None:
    # One state: the counts are a plain exponential window. Symbols 0, 1, 1 with 1/2: 1/4 of the first, 1 + 1/2 of the second.
    single = HiddenMarkovModel([1.0], [[1.0]], [[0.5, 0.5]])
    statistics = OnlineStatistics.start(single)
    for symbol in (0, 1, 1):
        statistics = statistics.observed(single, symbol, forgetting=0.5)
    counts = statistics.counts()
    assert counts.emission.tolist() == [[0.25, 1.5]]
    assert counts.transition.tolist() == [[1.5]]
    assert counts.initial.tolist() == [0.25]


def test_online_learning_finds_a_better_model() -> None:
    drawn = instance(11, 2, 4, (2000 if COMPILED else 400,), concentration=0.5)
    learnt = start = other_start(drawn)
    prior = DirichletPrior.around(start, 2.0)
    statistics = OnlineStatistics.start(start)
    for symbol in drawn.symbols:
        statistics = statistics.observed(learnt, symbol, forgetting=0.999)
        learnt = statistics.counts().model(start, prior)
    before, after, best = (m.log_likelihood(drawn.symbols) for m in (start, learnt, drawn.model))
    assert before < after
    assert best - after < 0.2 * (best - before)


def test_online_statistics_survive_json() -> None:
    statistics = OnlineStatistics.start(model(), expected_counts(model(), [0, 1]))
    for symbol in (0, 1, 1):
        statistics = statistics.observed(model(), symbol)
        again = OnlineStatistics.from_dict(json.loads(json.dumps(statistics.to_dict())))
        assert again.to_dict() == statistics.to_dict()
    fresh = OnlineStatistics.from_dict(json.loads(json.dumps(OnlineStatistics.start(model()).to_dict())))
    assert not fresh.started
    assert statistics.started
    with_inputs = HiddenMarkovModel(HALF, TRANSITION, [EMISSION, EMISSION])
    seen = OnlineStatistics.start(with_inputs).observed(with_inputs, 0, input_index=1)
    assert OnlineStatistics.from_dict(json.loads(json.dumps(seen.to_dict()))).to_dict() == seen.to_dict()


# --- errors


def test_impossible_evidence_names_where() -> None:
    certain = HiddenMarkovModel(HALF, TRANSITION, [[1.0, 0.0], [1.0, 0.0]])
    with pytest.raises(ImpossibleEvidenceError, match="baum_welch, iteration 0: sequence 1, step 0"):
        baum_welch(certain, [0, 1], lengths=[1, 1])
    with pytest.raises(ImpossibleEvidenceError, match="expected_counts: sequence 0, step 1"):
        expected_counts(certain, [0, 1])
    with pytest.raises(ImpossibleEvidenceError, match=r"OnlineStatistics\.observed"):
        OnlineStatistics.start(certain).observed(certain, 1)
    with pytest.raises(ImpossibleEvidenceError, match=r"OnlineStatistics\.observed"):
        OnlineStatistics.start(certain).observed(certain, [0.0, 0.0])


def test_arguments_are_checked() -> None:
    counts = expected_counts(model(), [0, 1])
    three = instance(0, 3, 2, (1,)).model
    other = expected_counts(three, [0])
    for call, message in (
        (lambda: baum_welch(model(), [0], tolerance=-1.0), "tolerance: -1"),
        (lambda: baum_welch(model(), [0], tolerance=math.nan), "tolerance: contains NaN"),
        (lambda: baum_welch(model(), [0], max_iterations=0), "max_iterations: 0"),
        (lambda: baum_welch(model(), [0], max_iterations=True), "max_iterations: True"),
        (lambda: baum_welch(model(), [0], prior=DirichletPrior(0.5)), r"prior\.initial: 0\.5 is below 1"),
        (lambda: baum_welch(model(), [0], prior=DirichletPrior(transition=[1.0])), r"prior\.transition: shape \(1,\)"),
        (lambda: baum_welch(model(), [0], prior=DirichletPrior(emission=math.inf)), r"prior\.emission: contains NaN or inf"),
        (lambda: baum_welch(model(), [2]), "observations: 2 at index"),
        (lambda: expected_counts(model(), [0], inputs=[0]), "inputs: given"),
        (lambda: DirichletPrior.around(model(), -1.0), "strength: -1"),
        (lambda: counts.decayed(1.5), r"factor: 1\.5 is outside"),
        (lambda: counts.merged(other), "other: counts of shape"),
        (lambda: counts.model(three), "fallback: emission"),
        (lambda: ExpectedCounts.from_dict({"initial": [1.0]}), "transition: missing"),
        (lambda: ExpectedCounts.from_dict({**counts.to_dict(), "initial": [1.0, -1.0]}), "initial: -1"),
        (lambda: ExpectedCounts.from_dict({**counts.to_dict(), "emission": [[1.0]]}), "emission: shape"),
        (lambda: OnlineStatistics.start(model(), other), "counts: emission"),
        (lambda: OnlineStatistics.start(model()).observed(three, 0), "model: emission"),
        (lambda: OnlineStatistics.start(model()).observed(model(), 5), "observations: 5"),
        (lambda: OnlineStatistics.start(model()).observed(model(), 0, input_index=0), "inputs: given"),
        (lambda: OnlineStatistics.start(model()).observed(model(), 0, forgetting=-0.1), r"forgetting: -0\.1"),
        (lambda: OnlineStatistics.from_dict({"belief": HALF}), "started: missing"),
        (lambda: OnlineStatistics.from_dict({**OnlineStatistics.start(model()).to_dict(), "started": 1}), "started: 1"),
    ):
        with pytest.raises(KernelArgumentError, match=message):
            call()
