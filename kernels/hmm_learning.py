"""Learning a hidden Markov model from whole sequences: expected counts and Baum-Welch (Baum et al. 1970), with Dirichlet priors.

Observations, inputs and lengths as in `hmm_model`. Learning from a stream: `hmm_online`, or `ExpectedCounts` merged and decayed.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from ._jit import jit
from .hmm_forward import SMALL, _forward
from .hmm_model import HiddenMarkovModel, raise_for_sequence, scales
from .hmm_sequences import Chain, Sequences, read_sequences
from .hmm_smoothing import _last_belief, _step_back
from .hmm_statistics import DirichletPrior, ExpectedCounts, _log_prior, _maximise, pack, unpacked_counts, unpacked_model
from .status import KernelArgumentError, Status

__all__ = ["BaumWelchResult", "baum_welch", "expected_counts"]

_OK: Final = int(Status.OK)


class BaumWelchResult(NamedTuple):
    """A fitted model and how it got there."""

    model: HiddenMarkovModel
    objectives: FloatArray
    """[updates + 1] log-likelihood plus log prior (up to a constant) before the first update and after each; the last is of `model`."""
    converged: bool
    """Whether the last update gained no more than the tolerance; False when the iteration limit came first."""


@jit
def _expect(
    chain: FloatArray, extreme: bool, rows: IntArray, offsets: IntArray, counts: FloatArray, log_likelihoods: FloatArray
) -> tuple[int, int, int]:
    """Add expected counts to `counts`, packed like `chain`; fill `log_likelihoods` [N]. Return (status, sequence, step) of a failure."""
    states = chain.shape[1]
    first = 1 + states
    longest = 1
    for sequence in range(offsets.shape[0] - 1):
        longest = max(longest, offsets[sequence + 1] - offsets[sequence])
    filtered, predicted = np.empty((longest, states)), np.empty((longest, states))
    belief, work, transitions = np.empty(states), np.empty(states), np.zeros((states, states))
    for sequence in range(offsets.shape[0] - 1):
        start, stop = offsets[sequence], offsets[sequence + 1]
        status, step, log_likelihood, in_logs = _forward(chain, extreme, rows, start, stop, start, filtered, predicted, work)
        if status != _OK:
            return status, sequence, step
        log_likelihoods[sequence] = log_likelihood
        for now in range(stop - start - 1, -1, -1):
            if now == stop - start - 1:
                _last_belief(in_logs, filtered, now, belief)
            else:
                _step_back(chain, in_logs, filtered, predicted, now, belief, transitions, work)
            for state in range(states):
                counts[first + rows[start + now], state] += belief[state]
        if stop > start:
            for state in range(states):
                counts[0, state] += belief[state]
    for source in range(states):
        for target in range(states):
            counts[1 + source, target] += transitions[source, target]
    return _OK, 0, 0


@jit
def _share_evidence(values: FloatArray, evidence: FloatArray, inputs: IntArray, by_step: FloatArray, counts: FloatArray) -> None:
    """Turn counts by step into counts by symbol: P(symbol | state, x_t) is emission times evidence, normalised.

    `by_step` [1 + K + T, K] holds P(S_t | x_1..x_T) from row 1 + K on; `counts` is packed like `values`, and added to.
    """
    states, symbols = values.shape[1], evidence.shape[1]
    first = 1 + states
    for row in range(first):
        for state in range(states):
            counts[row, state] += by_step[row, state]
    for step in range(evidence.shape[0]):
        strongest = 0.0
        for symbol in range(symbols):
            strongest = max(strongest, evidence[step, symbol])
        base = first + inputs[step] * symbols
        for state in range(states):
            if by_step[first + step, state] > 0.0:
                total = 0.0
                for symbol in range(symbols):
                    total += evidence[step, symbol] / strongest * values[base + symbol, state]
                for symbol in range(symbols):
                    share = evidence[step, symbol] / strongest * values[base + symbol, state] / total
                    counts[base + symbol, state] += by_step[first + step, state] * share


def expected_counts(
    model: HiddenMarkovModel,
    observations: npt.ArrayLike,
    *,
    inputs: npt.ArrayLike | None = None,
    lengths: npt.ArrayLike | None = None,
) -> ExpectedCounts:
    """Counts of starts, transitions and symbols, expected under `model` given the observations: the E step; O(T K^2).

    Raises:
        KernelArgumentError, ImpossibleEvidenceError: as in `hmm_model`.
    """
    sequences = read_sequences(observations, model.symbol_count, model.input_count, inputs, lengths)
    values = pack(model.initial, model.transition, model.emission)
    chain = sequences.chain(values, _extreme(values))
    counts = np.zeros_like(values)
    _e_step(values, chain, sequences, counts, "expected_counts")
    return unpacked_counts(counts, model)


def baum_welch(
    model: HiddenMarkovModel,
    observations: npt.ArrayLike,
    *,
    inputs: npt.ArrayLike | None = None,
    lengths: npt.ArrayLike | None = None,
    prior: DirichletPrior | None = None,
    tolerance: float = 1e-4,
    max_iterations: int = 100,
) -> BaumWelchResult:
    """Climb from `model` to a local maximum of likelihood times prior; O(T K^2) an iteration.

    Probabilities of zero stay zero, unless the prior gives them weight: then the first objective is minus infinity. A row that is never
    visited stays as it is.

    Args:
        model: where to start; equal states stay equal, so break symmetry.
        prior: None for maximum likelihood.
        tolerance: stop when an update gains no more than this, in nats over all sequences together; 0 or more.
        max_iterations: updates at most; 1 or more.

    Raises:
        KernelArgumentError: as in `hmm_model`, or a prior, tolerance or limit out of its range.
        ImpossibleEvidenceError: naming iteration, sequence and step.
    """
    least_gain = float(_arrays.non_negative("tolerance", tolerance, ()))
    if isinstance(max_iterations, bool) or not isinstance(max_iterations, (int, np.integer)) or max_iterations < 1:
        raise KernelArgumentError(f"max_iterations: {max_iterations!r} is not an integer of 1 or more")
    sequences = read_sequences(observations, model.symbol_count, model.input_count, inputs, lengths)
    weights = (DirichletPrior() if prior is None else prior).pseudo_counts(model)
    values = pack(model.initial, model.transition, model.emission)
    counts = np.empty_like(values)
    objectives: list[float] = []
    while True:
        chain = sequences.chain(values, _extreme(values))
        counts[:] = 0.0
        log_likelihood = _e_step(values, chain, sequences, counts, f"baum_welch, iteration {len(objectives)}")
        objectives.append(log_likelihood + _log_prior(weights, values))
        converged = len(objectives) > 1 and objectives[-1] - objectives[-2] <= least_gain
        if converged or len(objectives) > max_iterations:
            return BaumWelchResult(unpacked_model(values, model), np.array(objectives), converged)
        _maximise(counts, weights, model.symbol_count, values)


def _e_step(values: FloatArray, chain: Chain, sequences: Sequences, counts: FloatArray, where: str) -> float:
    """Add expected counts to `counts`; return the log-likelihood of all sequences together."""
    log_likelihoods = np.empty(sequences.offsets.size - 1)
    by_row = counts if chain.values is values else np.zeros_like(chain.values)
    raise_for_sequence(_expect(chain.values, chain.extreme, chain.rows, sequences.offsets, by_row, log_likelihoods), where)
    if by_row is not counts:
        _share_evidence(values, sequences.evidence, sequences.inputs, by_row, counts)
    return float((log_likelihoods + scales(chain, sequences)).sum())


def _extreme(values: FloatArray) -> bool:
    return bool(((values > 0.0) & (values < SMALL)).any())
