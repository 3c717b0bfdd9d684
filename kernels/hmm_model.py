"""A discrete hidden Markov model: checked once, packed once, then asked about whole sequences.

K states, E symbols, C inputs, T steps. `initial` is P(S_1), the belief held BEFORE the first observation (as in hmmlearn and dynamax): a
sequence conditions first, then predicts. A model that starts from bel(S_0), as Eq. 2 of arXiv 2511.03370 does, passes
`hmm.predict(bel, transition)`. Filters chain: `with_initial(result.next_predicted[-1])` continues where a sequence ended.

Every method takes observations in one of two forms: [T] symbols in 0..E - 1, or [T, E] soft evidence, row t holding p(x_t | symbol) on any
scale (a row of ones is a missing observation). `inputs` [T] belong to a model whose emission depends on a known input at each step.
`lengths` [N] says how the T steps divide into independent sequences, laid end to end; without it there is one. T may be 0. Raised by all:

    KernelArgumentError: wrong shape, dtype, NaN, or a value out of range; the message names the argument and the position.
    ImpossibleEvidenceError: the message names the sequence and its first step (from 0) that nothing explains.

No sequence underflows: where linear arithmetic could lose a positive probability, the pass is done again in logarithms. Only within one
row of soft evidence does a product of emission and evidence below 1e-308 of the row's largest entry count as zero.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from .hmm_forward import SMALL, _filter_sequences, _log_likelihoods, _logs, in_place_log_likelihood
from .hmm_sequences import Chain, Sequences, read_sequences
from .hmm_smoothing import _sample_paths, _smooth, _smooth_fixed_lag
from .hmm_viterbi import _decode
from .markov_chain import stationary_distribution
from .status import KernelArgumentError, raise_for_status

__all__ = ["FilterResult", "Forecast", "HiddenMarkovModel", "SmootherResult", "ViterbiPath"]

_INT64: Final = np.dtype(np.int64)


class FilterResult(NamedTuple):
    """What was known at each step from the past."""

    filtered: FloatArray
    """[T, K] p(S_t | x_1..x_t)."""
    predicted: FloatArray
    """[T, K] p(S_t | x_1..x_t-1); the first row of a sequence is `initial`."""
    next_predicted: FloatArray
    """[N, K] p(S_T+1 | x_1..x_T), T the last step of the sequence: the initial belief of what follows it."""
    log_likelihoods: FloatArray
    """[N] log p(x_1..x_T) of each sequence, up to the scale of soft evidence."""


class SmootherResult(NamedTuple):
    """What is known about each step from the whole sequence."""

    smoothed: FloatArray
    """[T, K] p(S_t | x_1..x_T)."""
    transitions: FloatArray
    """[K, K] expected number of transitions from the first state to the second, given the observations; all sequences together."""
    log_likelihoods: FloatArray
    """[N] log p(x_1..x_T) of each sequence, up to the scale of soft evidence."""


class ViterbiPath(NamedTuple):
    """The likeliest states."""

    states: IntArray
    """[T] argmax of p(S_1..S_T | x_1..x_T) for each sequence."""
    log_joints: FloatArray
    """[N] log p(S_1..S_T = states, x_1..x_T), up to the scale of soft evidence."""


class Forecast(NamedTuple):
    """The next steps, before anything is observed of them."""

    states: FloatArray
    """[steps, K] p(S_t+h | H_t), h = 1, 2, .."""
    symbols: FloatArray
    """[steps, E] P(symbol at t+h | H_t)."""


class HiddenMarkovModel:
    """Immutable parameters of a discrete hidden Markov model. Safe to share between threads."""

    __slots__ = ("_extreme", "_in_place", "_values", "emission", "initial", "transition")

    initial: FloatArray
    """[K] P(S_1); read-only."""
    transition: FloatArray
    """[K, K] P(S_t+1 = j | S_t = i); read-only."""
    emission: FloatArray
    """[K, E] P(D_t | S_t), or [K, C, E] P(D_t | S_t, input); read-only."""
    _values: FloatArray
    _extreme: bool
    _in_place: Callable[[FloatArray, IntArray], float] | None

    def __init__(self, initial: npt.ArrayLike, transition: npt.ArrayLike, emission: npt.ArrayLike) -> None:
        """Check and pack.

        Args:
            initial: [K] distribution.
            transition: [K, K], rows are distributions.
            emission: [K, E], or [K, C, E] where it depends on an input; the last axis is a distribution.

        Raises:
            KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
        """
        prior = _arrays.distribution("initial", initial, (None,))
        arcs = _arrays.distribution("transition", transition, (prior.size, prior.size))
        axes = (prior.size, None, None) if len(_arrays.shape_of("emission", emission)) == 3 else (prior.size, None)
        symbols = _arrays.distribution("emission", emission, axes)
        values = np.ascontiguousarray(np.vstack([prior, arcs, symbols.reshape(prior.size, -1).T]))
        extreme = bool(((values > 0.0) & (values < SMALL)).any())
        for name, value in (
            ("initial", prior),
            ("transition", arcs),
            ("emission", symbols),
            ("_values", values),
            ("_extreme", extreme),
            ("_in_place", in_place_log_likelihood() if symbols.ndim == 2 and not extreme else None),
        ):
            if isinstance(value, np.ndarray) and value is not values:
                value.flags.writeable = False
            object.__setattr__(self, name, value)

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{name}: a HiddenMarkovModel cannot be changed; build another")

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name}: a HiddenMarkovModel cannot be changed; build another")

    def __reduce__(self) -> tuple[type[HiddenMarkovModel], tuple[FloatArray, FloatArray, FloatArray]]:
        return HiddenMarkovModel, (self.initial, self.transition, self.emission)

    def __repr__(self) -> str:
        inputs = "" if self.input_count is None else f", inputs={self.input_count}"
        return f"HiddenMarkovModel(states={self.state_count}, symbols={self.symbol_count}{inputs})"

    @property
    def state_count(self) -> int:
        """K."""
        return len(self.initial)

    @property
    def symbol_count(self) -> int:
        """E."""
        return int(self.emission.shape[-1])

    @property
    def input_count(self) -> int | None:
        """C, or None where the emission depends on no input."""
        return self.emission.shape[1] if self.emission.ndim == 3 else None

    def with_initial(self, belief: npt.ArrayLike) -> HiddenMarkovModel:
        """The same dynamics from another belief P(S_1), as to continue a sequence."""
        return HiddenMarkovModel(belief, self.transition, self.emission)

    def log_likelihood(self, observations: npt.ArrayLike, *, inputs: npt.ArrayLike | None = None) -> float:
        """log p(x_1..x_T) of one sequence, up to the scale of soft evidence.

        O(T K^2). Fastest for a C-ordered int64 array of symbols, which is read in place.
        """
        in_place = self._in_place
        if in_place is not None and type(observations) is np.ndarray and observations.dtype is _INT64 and inputs is None:
            try:
                value = in_place(self._values, observations)
            except TypeError:  # strided, read-only or of another rank
                value = np.nan
            if value == value:  # NaN: something to explain, or to redo in logarithms
                return value
        return float(self.log_likelihoods(observations, None, inputs=inputs)[0])

    def log_likelihoods(
        self, observations: npt.ArrayLike, lengths: npt.ArrayLike | None, *, inputs: npt.ArrayLike | None = None
    ) -> FloatArray:
        """[N] log p(x_1..x_T) of each sequence, up to the scale of soft evidence."""
        sequences, chain = self._read(observations, inputs, lengths)
        out = np.empty(sequences.offsets.size - 1)
        failure = _log_likelihoods(chain.values, chain.extreme, chain.rows, sequences.offsets, out)
        raise_for_sequence(failure, "log_likelihood")
        return out + scales(chain, sequences)

    def filter(
        self, observations: npt.ArrayLike, *, inputs: npt.ArrayLike | None = None, lengths: npt.ArrayLike | None = None
    ) -> FilterResult:
        """The forward filter; O(T K^2), and O(T K E) more for soft evidence."""
        sequences, chain = self._read(observations, inputs, lengths)
        shape, count = (chain.rows.size, self.state_count), sequences.offsets.size - 1
        filtered, predicted = np.empty(shape), np.empty(shape)
        ahead, log_likelihoods = np.empty((count, self.state_count)), np.empty(count)
        failure = _filter_sequences(
            chain.values, chain.extreme, chain.rows, sequences.offsets, filtered, predicted, ahead, log_likelihoods
        )
        raise_for_sequence(failure, "filter")
        return FilterResult(filtered, predicted, ahead, log_likelihoods + scales(chain, sequences))

    def smooth(
        self, observations: npt.ArrayLike, *, inputs: npt.ArrayLike | None = None, lengths: npt.ArrayLike | None = None
    ) -> SmootherResult:
        """The forward-backward smoother; O(T K^2)."""
        sequences, chain = self._read(observations, inputs, lengths)
        smoothed, transitions = np.empty((chain.rows.size, self.state_count)), np.zeros((self.state_count, self.state_count))
        log_likelihoods = np.empty(sequences.offsets.size - 1)
        failure = _smooth(chain.values, chain.extreme, chain.rows, sequences.offsets, smoothed, transitions, log_likelihoods)
        raise_for_sequence(failure, "smooth")
        return SmootherResult(smoothed, transitions, log_likelihoods + scales(chain, sequences))

    def smooth_fixed_lag(
        self,
        observations: npt.ArrayLike,
        lag: int,
        *,
        inputs: npt.ArrayLike | None = None,
        lengths: npt.ArrayLike | None = None,
    ) -> FloatArray:
        """[T, K] p(S_t | x_1..x_min(t + lag, T)): what a stream knows about a step `lag` steps later; O(T lag K^2).

        Lag 0 is the filter; a lag of T or more is the smoother.
        """
        if isinstance(lag, bool) or not isinstance(lag, (int, np.integer)) or lag < 0:
            raise KernelArgumentError(f"lag: {lag!r} is not an integer of 0 or more")
        sequences, chain = self._read(observations, inputs, lengths)
        smoothed = np.empty((chain.rows.size, self.state_count))
        reach = min(int(lag), chain.rows.size)
        failure = _smooth_fixed_lag(chain.values, chain.extreme, chain.rows, sequences.offsets, reach, smoothed)
        raise_for_sequence(failure, "smooth_fixed_lag")
        return smoothed

    def decode(
        self, observations: npt.ArrayLike, *, inputs: npt.ArrayLike | None = None, lengths: npt.ArrayLike | None = None
    ) -> ViterbiPath:
        """The likeliest path, by Viterbi's algorithm in logarithms; O(T K^2).

        Among equals the lowest state wins: first for the last step of a sequence, then for each predecessor, backwards. Equal means
        equal sums of rounded logarithms.
        """
        sequences, chain = self._read(observations, inputs, lengths)
        states, log_joints = np.empty(chain.rows.size, dtype=np.int64), np.empty(sequences.offsets.size - 1)
        failure = _decode(_logs(chain.values), chain.rows, sequences.offsets, states, log_joints)
        raise_for_sequence(failure, "decode")
        return ViterbiPath(states, log_joints + scales(chain, sequences))

    def sample_posterior(
        self,
        observations: npt.ArrayLike,
        draws: int,
        seed: int,
        *,
        inputs: npt.ArrayLike | None = None,
        lengths: npt.ArrayLike | None = None,
    ) -> IntArray:
        """[draws, T] independent state paths from p(S_1..S_T | x_1..x_T), by forward filtering and backward sampling.

        The same arguments give the same paths, as long as numpy keeps the stream of its PCG64.
        """
        for name, value, least in (("draws", draws, 1), ("seed", seed, 0)):
            if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < least:
                raise KernelArgumentError(f"{name}: {value!r} is not an integer of {least} or more")
        sequences, chain = self._read(observations, inputs, lengths)
        shape = (int(draws), chain.rows.size)
        uniforms = np.random.Generator(np.random.PCG64(seed)).random(shape)
        paths = np.empty(shape, dtype=np.int64)
        failure = _sample_paths(chain.values, chain.extreme, chain.rows, sequences.offsets, uniforms, paths)
        raise_for_sequence(failure, "sample_posterior")
        return paths

    def forecast(self, belief: npt.ArrayLike, steps: int, *, inputs: npt.ArrayLike | None = None) -> Forecast:
        """States and symbols of the next `steps` steps.

        Args:
            belief: [K] p(S_t | H_t), as the last row of `FilterResult.filtered`.
            steps: 0 or more.
            inputs: [steps] of the coming steps, exactly when the model has inputs.

        Raises:
            KernelArgumentError: wrong shape, dtype, NaN, negative, not normalised, or out of range.
        """
        if isinstance(steps, bool) or not isinstance(steps, (int, np.integer)) or steps < 0:
            raise KernelArgumentError(f"steps: {steps!r} is not an integer of 0 or more")
        now = _arrays.distribution("belief", belief, (self.state_count,))
        rows = read_sequences(np.zeros(int(steps), dtype=np.int64), self.symbol_count, self.input_count, inputs, None).inputs
        states, symbols = np.empty((int(steps), self.state_count)), np.empty((int(steps), self.symbol_count))
        tensor = self.emission.reshape(self.state_count, -1, self.symbol_count)
        for step, row in enumerate(rows):
            now = now @ self.transition
            states[step] = now
            symbols[step] = now @ tensor[:, row]
        return Forecast(states, symbols)

    def stationary(self) -> FloatArray:
        """[K] the long-run share of time in each state; see `markov_chain.stationary_distribution`.

        Raises:
            ReducibleChainError: it depends on where the chain starts.
        """
        return stationary_distribution(self.transition)

    def _read(
        self, observations: npt.ArrayLike, inputs: npt.ArrayLike | None, lengths: npt.ArrayLike | None
    ) -> tuple[Sequences, Chain]:
        sequences = read_sequences(observations, self.symbol_count, self.input_count, inputs, lengths)
        return sequences, sequences.chain(self._values, self._extreme)


def scales(chain: Chain, sequences: Sequences) -> FloatArray:
    """[N] what the packed likelihoods of each sequence were divided by, as a logarithm."""
    if chain.log_scales.size == 0:
        return np.zeros(sequences.offsets.size - 1)
    return np.array([chain.log_scales[start:stop].sum() for start, stop in pairwise(sequences.offsets)])


def raise_for_sequence(failure: tuple[int, int, int], where: str) -> None:
    """Raise for a (status, sequence, step) that a body returned."""
    status, sequence, step = failure
    raise_for_status(status, f"{where}: sequence {sequence}, step {step}")
