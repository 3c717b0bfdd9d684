"""The composing verbs of a discrete hidden Markov model: `predict` and `condition` on soft evidence (Eq. 2-3 of arXiv 2511.03370).

K states, E symbols; `transition[i, j]` is P(S_t+1 = j | S_t = i). `filter_step` predicts, then conditions: it takes bel(S_t-1) to bel(S_t),
as Eq. 2 has it. Whole sequences belong to `hmm_model.HiddenMarkovModel`, whose `initial` is P(S_1), the belief held before the first
observation; where a paper starts from bel(S_0), pass `predict(bel, transition)` there. Does not know what states and symbols mean.
"""

from __future__ import annotations

from math import log
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from ._jit import jit
from .status import Status, raise_for_status

__all__ = [
    "FilterStep",
    "condition",
    "filter_step",
    "predict",
    "soft_likelihood",
]

_OK: Final = int(Status.OK)
_IMPOSSIBLE: Final = int(Status.IMPOSSIBLE_EVIDENCE)


class FilterStep(NamedTuple):
    """One step of the filter."""

    predicted: FloatArray
    """[K] p(S_t | H_t-1)."""
    filtered: FloatArray
    """[K] p(S_t | H_t)."""
    log_likelihood: float
    """log p(x_t | H_t-1), up to the scale of the evidence."""


@jit
def _predict(belief: FloatArray, transition: FloatArray, out: FloatArray) -> int:
    """Write belief @ transition to `out` [K]. Always OK."""
    for target in range(belief.shape[0]):
        total = 0.0
        for source in range(belief.shape[0]):
            total += belief[source] * transition[source, target]
        out[target] = total
    return _OK


@jit
def _soft_likelihood(evidence: FloatArray, emission: FloatArray, out: FloatArray) -> int:
    """Write emission @ evidence to `out` [K]. Always OK."""
    for state in range(emission.shape[0]):
        total = 0.0
        for symbol in range(emission.shape[1]):
            total += emission[state, symbol] * evidence[symbol]
        out[state] = total
    return _OK


@jit
def _condition(belief: FloatArray, likelihood: FloatArray, out: FloatArray) -> tuple[int, float]:
    """Write the posterior to `out` [K], which may be `belief`; return (status, log of the normaliser).

    On IMPOSSIBLE_EVIDENCE `out` is left as it was.
    """
    largest = 0.0
    for state in range(belief.shape[0]):
        largest = max(largest, likelihood[state])
    if largest == 0.0:
        return _IMPOSSIBLE, -np.inf
    # Relative to the largest likelihood: tiny but possible evidence must not underflow into "impossible".
    total = 0.0
    for state in range(belief.shape[0]):
        total += belief[state] * (likelihood[state] / largest)
    if total == 0.0:
        return _IMPOSSIBLE, -np.inf
    for state in range(belief.shape[0]):
        out[state] = belief[state] * (likelihood[state] / largest) / total
    return _OK, log(total) + log(largest)


@jit
def _filter_step(
    belief: FloatArray,
    transition: FloatArray,
    emission: FloatArray,
    evidence: FloatArray,
    predicted: FloatArray,
    filtered: FloatArray,
    likelihood: FloatArray,
) -> tuple[int, float]:
    """Write `predicted` [K] and `filtered` [K]; `likelihood` [K] is a work array. Return as `_condition`."""
    _predict(belief, transition, predicted)
    _soft_likelihood(evidence, emission, likelihood)
    return _condition(predicted, likelihood, filtered)


def predict(belief: npt.ArrayLike, transition: npt.ArrayLike) -> FloatArray:
    """One step ahead: p(S_t+1 | H_t) = sum_s P(S_t+1 | s) bel(s) (Eq. 6).

    Args:
        belief: [K] distribution.
        transition: [K, K], rows are distributions.

    Returns:
        [K] distribution.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
    """
    prior = _arrays.distribution("belief", belief, (None,))
    matrix = _arrays.distribution("transition", transition, (prior.size, prior.size))
    out = np.empty_like(prior)
    _predict(prior, matrix, out)
    return out


def condition(belief: npt.ArrayLike, likelihood: npt.ArrayLike) -> FloatArray:
    """Bayes' rule: the belief after evidence of the given likelihood under each state (Eq. 3).

    Args:
        belief: [K] distribution.
        likelihood: [K] non-negative; its scale does not matter.

    Returns:
        [K] distribution.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or belief not normalised.
        ImpossibleEvidenceError: the likelihood is zero wherever the belief is positive.
    """
    prior = _arrays.distribution("belief", belief, (None,))
    weights = _arrays.non_negative("likelihood", likelihood, (prior.size,))
    out = np.empty_like(prior)
    status, _ = _condition(prior, weights, out)
    raise_for_status(status, "condition")
    return out


def soft_likelihood(evidence: npt.ArrayLike, emission: npt.ArrayLike) -> FloatArray:
    """Likelihood of uncertain evidence under each state: p(x | s) = sum_e p(x | e) P(e | s) (Pearl's virtual evidence).

    With a one-hot `evidence` this is the column of `emission` for the observed symbol.

    Args:
        evidence: [E] likelihoods p(x | e), non-negative, any scale. A classifier's probabilities serve when it was
            trained with equal class weights; else divide them by its class frequencies first.
        emission: [K, E], rows are distributions.

    Returns:
        [K] non-negative.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or emission not normalised.
    """
    matrix = _arrays.distribution("emission", emission, (None, None))
    weights = _arrays.non_negative("evidence", evidence, (matrix.shape[1],))
    out = np.empty(matrix.shape[0])
    _soft_likelihood(weights, matrix, out)
    return out


def filter_step(
    belief: npt.ArrayLike, transition: npt.ArrayLike, emission: npt.ArrayLike, evidence: npt.ArrayLike
) -> FilterStep:
    """Predict, then condition on soft evidence (Eq. 2-3).

    Args:
        belief: [K] p(S_t-1 | H_t-1).
        transition: [K, K], rows are distributions.
        emission: [K, E], rows are distributions.
        evidence: [E] likelihoods, non-negative, any scale.

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
        ImpossibleEvidenceError: no state that can be reached explains the evidence.
    """
    prior = _arrays.distribution("belief", belief, (None,))
    matrix = _arrays.distribution("transition", transition, (prior.size, prior.size))
    symbols = _arrays.distribution("emission", emission, (prior.size, None))
    weights = _arrays.non_negative("evidence", evidence, (symbols.shape[1],))
    predicted, filtered, likelihood = np.empty_like(prior), np.empty_like(prior), np.empty_like(prior)
    status, log_likelihood = _filter_step(prior, matrix, symbols, weights, predicted, filtered, likelihood)
    raise_for_status(status, "filter_step")
    return FilterStep(predicted, filtered, log_likelihood)
