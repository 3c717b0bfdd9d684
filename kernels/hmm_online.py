"""Learning from a stream, one observation at a time, in constant memory: online EM for hidden Markov models.

Keeps expected counts conditional on the current state and moves them through the reversed chain (Cappe 2011, equations 11-13), as sums
instead of averages: with `forgetting` 1 and a model that does not change they are exactly those of the smoother.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from ._jit import jit
from .hmm_model import HiddenMarkovModel
from .hmm_sequences import read_sequences
from .hmm_statistics import ExpectedCounts, pack, unpacked_counts
from .status import KernelArgumentError, Status, raise_for_status

__all__ = ["OnlineStatistics"]

_OK: Final = int(Status.OK)
_IMPOSSIBLE: Final = int(Status.IMPOSSIBLE_EVIDENCE)


class OnlineStatistics(NamedTuple):
    """What a stream has taught so far, and the belief that it left. Plain arrays; every call returns another."""

    belief: FloatArray
    """[K] p(S_t | x_1..x_t); the initial belief before the first observation of a sequence."""
    started: bool
    """Whether the current sequence has been observed at all."""
    initial: FloatArray
    """[K, K] expected starts in the first state, given that the current state is the second."""
    transition: FloatArray
    """[K, K, K] expected transitions from the first state to the second, given that the current state is the third."""
    emission: FloatArray
    """[K, E, K] or [K, C, E, K] expected symbols in the first state (under the input), given that the current state is the last."""

    @classmethod
    def start(cls, model: HiddenMarkovModel, counts: ExpectedCounts | None = None) -> OnlineStatistics:
        """Before a sequence; `counts` are those of what came earlier.

        Raises:
            KernelArgumentError: `counts` are of a model of another shape.
        """
        shapes = (model.initial.shape, model.transition.shape, model.emission.shape)
        before = ExpectedCounts(*(np.zeros(shape) for shape in shapes)) if counts is None else counts
        if tuple(array.shape for array in before) != shapes:
            raise KernelArgumentError(f"counts: emission {before.emission.shape} does not fit the model's {model.emission.shape}")
        initial, transition, emission = (np.repeat(array[..., np.newaxis], model.state_count, axis=-1) for array in before)
        return cls(model.initial.copy(), False, initial, transition, emission)

    def observed(
        self,
        model: HiddenMarkovModel,
        observation: npt.ArrayLike,
        *,
        input_index: int | None = None,
        forgetting: float = 1.0,
    ) -> OnlineStatistics:
        """After one more step; O(K^4 + K^2 R), R the number of symbols times inputs.

        Args:
            model: the parameters to expect under; they may differ from step to step, as learning goes on.
            observation: a symbol, or [E] evidence on any scale.
            input_index: in 0..C - 1, exactly when the model has inputs.
            forgetting: what is left of all earlier counts; 1 forgets nothing, 0.99 remembers about a hundred steps.

        Raises:
            KernelArgumentError: wrong shape, dtype, NaN, or out of range.
            ImpossibleEvidenceError: no state that can be reached explains the observation.
        """
        weight = _arrays.scalar("forgetting", forgetting)
        if not 0.0 <= weight <= 1.0:
            raise KernelArgumentError(f"forgetting: {weight} is outside [0, 1]")
        if self.emission.shape[:-1] != model.emission.shape:
            raise KernelArgumentError(f"model: emission {model.emission.shape} does not fit these statistics {self.emission.shape[:-1]}")
        one = np.asarray(observation)[np.newaxis]
        inputs = None if input_index is None else [input_index]
        step = read_sequences(one, model.symbol_count, model.input_count, inputs, None)
        shares = step.evidence[0] if len(step.evidence) else np.eye(model.symbol_count)[step.symbols[0]]
        values = pack(model.initial, model.transition, model.emission)
        before = np.stack([pack(self.initial[:, k], self.transition[..., k], self.emission[..., k]) for k in range(len(self.belief))])
        after, belief = np.empty_like(before), np.empty_like(self.belief)
        status = _observe(values, self.belief, self.started, before, shares, int(step.inputs[0]), weight, after, belief)
        raise_for_status(status, "OnlineStatistics.observed")
        parts = [unpacked_counts(packed, model) for packed in after]
        initial, transition, emission = (np.stack(arrays, axis=-1) for arrays in zip(*parts, strict=True))
        return OnlineStatistics(belief, True, initial, transition, emission)

    def counts(self) -> ExpectedCounts:
        """The expected counts so far, the current state averaged out; merge, decay, or turn them into a model."""
        return ExpectedCounts(self.initial @ self.belief, self.transition @ self.belief, self.emission @ self.belief)

    def restarted(self, model: HiddenMarkovModel) -> OnlineStatistics:
        """Before a new sequence, with the counts so far."""
        return OnlineStatistics.start(model, self.counts())

    def to_dict(self) -> dict[str, Any]:
        """Nested lists of numbers, ready for JSON; `from_dict` reads them back exactly."""
        return {name: value.tolist() if isinstance(value, np.ndarray) else value for name, value in self._asdict().items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> OnlineStatistics:
        """Read what `to_dict` wrote.

        Raises:
            KernelArgumentError: a field is missing, or holds something else.
        """
        for name in cls._fields:
            if name not in stored:
                raise KernelArgumentError(f"{name}: missing; pass what to_dict wrote, not {sorted(stored)}")
        started = stored["started"]
        if not isinstance(started, bool):
            raise KernelArgumentError(f"started: {started!r} is neither True nor False")
        belief = _arrays.distribution("belief", stored["belief"], (None,))
        states = belief.size
        axes = (states, None, None, states) if len(_arrays.shape_of("emission", stored["emission"])) == 4 else (states, None, states)
        return cls(
            belief,
            started,
            _arrays.non_negative("initial", stored["initial"], (states, states)),
            _arrays.non_negative("transition", stored["transition"], (states, states, states)),
            _arrays.non_negative("emission", stored["emission"], axes),
        )


@jit
def _observe(
    values: FloatArray,
    belief: FloatArray,
    started: bool,
    before: FloatArray,
    shares: FloatArray,
    input_index: int,
    forgetting: float,
    after: FloatArray,
    filtered: FloatArray,
) -> int:
    """Write `after` [K, 1 + K + R, K], counts packed like `values` by current state, and `filtered` [K]."""
    states, size = values.shape[1], values.shape[0]
    symbols = shares.shape[0]
    base = 1 + states + input_index * symbols
    strongest = 0.0
    for symbol in range(symbols):
        strongest = max(strongest, shares[symbol])
    if strongest == 0.0:
        return _IMPOSSIBLE
    likelihood, predicted = np.empty(states), np.empty(states)
    largest = 0.0
    for state in range(states):
        likelihood[state] = 0.0
        for symbol in range(symbols):
            likelihood[state] += shares[symbol] / strongest * values[base + symbol, state]
        largest = max(largest, likelihood[state])
        predicted[state] = belief[state] if not started else 0.0
    if started:
        for source in range(states):
            for target in range(states):
                predicted[target] += belief[source] * values[1 + source, target]
    total = 0.0
    for state in range(states):
        if largest > 0.0:
            total += predicted[state] * (likelihood[state] / largest)
    if total == 0.0:
        return _IMPOSSIBLE
    for current in range(states):
        filtered[current] = predicted[current] * (likelihood[current] / largest) / total
        for row in range(size):
            for state in range(states):
                after[current, row, state] = 0.0
        for source in range(states):
            reverse = 1.0 if source == current else 0.0
            if started:
                reverse = 0.0
                if predicted[current] > 0.0:
                    reverse = belief[source] * values[1 + source, current] / predicted[current]
            if reverse == 0.0:
                continue
            for row in range(size):
                for state in range(states):
                    after[current, row, state] += forgetting * reverse * before[source, row, state]
            if started:
                after[current, 1 + source, current] += reverse
        if not started:
            after[current, 0, current] += 1.0
        if likelihood[current] > 0.0:
            for symbol in range(symbols):
                share = shares[symbol] / strongest * values[base + symbol, current] / likelihood[current]
                after[current, base + symbol, current] += share
    return _OK
