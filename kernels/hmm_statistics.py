"""What learning remembers: expected counts, which add up, fade, survive JSON, and turn into parameters under Dirichlet priors."""

from __future__ import annotations

from collections.abc import Mapping
from math import log
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray
from ._jit import jit
from .hmm_forward import SMALL
from .hmm_model import HiddenMarkovModel
from .status import KernelArgumentError

__all__ = ["DirichletPrior", "ExpectedCounts"]


class DirichletPrior(NamedTuple):
    """Independent Dirichlet priors on the rows of a model; a number stands for every entry of its array. Ones change nothing."""

    initial: npt.ArrayLike = 1.0
    """[K] concentrations, at least 1 each: below, the posterior has no mode to climb to."""
    transition: npt.ArrayLike = 1.0
    """[K, K] likewise."""
    emission: npt.ArrayLike = 1.0
    """[K, E] or [K, C, E] likewise."""

    @classmethod
    def around(cls, model: HiddenMarkovModel, strength: float) -> DirichletPrior:
        """The prior whose mode is `model`, worth `strength` observations in every row.

        Raises:
            KernelArgumentError: a strength that is negative or not finite.
        """
        weight = float(_arrays.non_negative("strength", strength, ()))
        return cls(1.0 + weight * model.initial, 1.0 + weight * model.transition, 1.0 + weight * model.emission)

    def pseudo_counts(self, model: HiddenMarkovModel) -> FloatArray:
        """Concentrations less one, packed like the parameters of `model`: [1 + K + R, K].

        Raises:
            KernelArgumentError: a concentration below 1 or not finite, or a shape that does not fit the model.
        """
        arrays = []
        for name, value, like in (
            ("prior.initial", self.initial, model.initial),
            ("prior.transition", self.transition, model.transition),
            ("prior.emission", self.emission, model.emission),
        ):
            shape = like.shape if _arrays.shape_of(name, value) else ()
            array = _arrays.real(name, value, shape)
            if (array < 1.0).any():
                raise KernelArgumentError(f"{name}: {array.min()} is below 1, where the posterior has no mode; pass 1 or more")
            arrays.append(np.broadcast_to(array - 1.0, like.shape))
        return pack(*arrays)


class ExpectedCounts(NamedTuple):
    """Expected counts under a model, given observations. Plain arrays; sums of several sequences."""

    initial: FloatArray
    """[K] sequences that started in the state."""
    transition: FloatArray
    """[K, K] transitions from the first state to the second."""
    emission: FloatArray
    """[K, E] symbols shown in the state, or [K, C, E] in the state under the input."""

    def merged(self, other: ExpectedCounts) -> ExpectedCounts:
        """The counts of both.

        Raises:
            KernelArgumentError: `other` is of a model of another shape.
        """
        if self.emission.shape != other.emission.shape:
            raise KernelArgumentError(f"other: counts of shape {other.emission.shape} do not fit {self.emission.shape}")
        return ExpectedCounts(self.initial + other.initial, self.transition + other.transition, self.emission + other.emission)

    def decayed(self, factor: float) -> ExpectedCounts:
        """All counts times `factor`, as to forget what is old.

        Raises:
            KernelArgumentError: a factor outside [0, 1].
        """
        weight = _arrays.scalar("factor", factor)
        if not 0.0 <= weight <= 1.0:
            raise KernelArgumentError(f"factor: {weight} is outside [0, 1]")
        return ExpectedCounts(weight * self.initial, weight * self.transition, weight * self.emission)

    def model(self, fallback: HiddenMarkovModel, prior: DirichletPrior | None = None) -> HiddenMarkovModel:
        """The parameters that maximise these counts times the prior: the M step.

        A row without counts and without prior keeps that of `fallback`.

        Raises:
            KernelArgumentError: `fallback` or `prior` is of another shape.
        """
        if self.emission.shape != fallback.emission.shape:
            raise KernelArgumentError(
                f"fallback: emission {fallback.emission.shape} does not fit counts of shape {self.emission.shape}"
            )
        values = pack(fallback.initial, fallback.transition, fallback.emission)
        weights = (DirichletPrior() if prior is None else prior).pseudo_counts(fallback)
        _maximise(pack(*self), weights, fallback.symbol_count, values)
        return unpacked_model(values, fallback)

    def to_dict(self) -> dict[str, list[Any]]:
        """Nested lists of numbers, ready for JSON; `from_dict` reads them back exactly."""
        return {name: array.tolist() for name, array in self._asdict().items()}

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> ExpectedCounts:
        """Read what `to_dict` wrote.

        Raises:
            KernelArgumentError: a field is missing, or holds something else than counts.
        """
        for name in cls._fields:
            if name not in stored:
                raise KernelArgumentError(f"{name}: missing; pass what to_dict wrote, not {sorted(stored)}")
        initial = _arrays.non_negative("initial", stored["initial"], (None,))
        transition = _arrays.non_negative("transition", stored["transition"], (initial.size, initial.size))
        axes = (initial.size, None, None) if len(_arrays.shape_of("emission", stored["emission"])) == 3 else (initial.size, None)
        return cls(initial, transition, _arrays.non_negative("emission", stored["emission"], axes))


def pack(initial: FloatArray, transition: FloatArray, emission: FloatArray) -> FloatArray:
    """[1 + K + R, K] in the layout of `hmm_forward`, C-ordered, a copy."""
    return np.ascontiguousarray(np.vstack([initial, transition, emission.reshape(initial.size, -1).T]))


def unpacked_counts(packed: FloatArray, like: HiddenMarkovModel) -> ExpectedCounts:
    """Undo `pack`, copying."""
    states = packed.shape[1]
    emission = packed[1 + states :].T.reshape(like.emission.shape)
    return ExpectedCounts(packed[0].copy(), packed[1 : 1 + states].copy(), emission.copy())


def unpacked_model(packed: FloatArray, like: HiddenMarkovModel) -> HiddenMarkovModel:
    """The model whose parameters are `packed`."""
    return HiddenMarkovModel(*unpacked_counts(packed, like))


@jit
def _maximise(counts: FloatArray, weights: FloatArray, symbols: int, values: FloatArray) -> None:
    """Write the mode of the posterior given `counts` and pseudo-counts `weights` to `values`, all packed [1 + K + R, K].

    A row whose sum is zero stays as it is. Probabilities below `SMALL` become zero: no count that small has ever been seen by a
    sequence, and the passes stay in linear arithmetic.
    """
    states = values.shape[1]
    for row in range(1 + states):
        total = 0.0
        for state in range(states):
            total += counts[row, state] + weights[row, state]
        if total > 0.0:
            for state in range(states):
                values[row, state] = _probability(counts[row, state] + weights[row, state], total)
    for first in range(1 + states, values.shape[0], symbols):
        for state in range(states):
            total = 0.0
            for row in range(first, first + symbols):
                total += counts[row, state] + weights[row, state]
            if total > 0.0:
                for row in range(first, first + symbols):
                    values[row, state] = _probability(counts[row, state] + weights[row, state], total)


@jit
def _probability(count: float, total: float) -> float:
    share = count / total
    return share if share >= SMALL else 0.0


@jit
def _log_prior(weights: FloatArray, values: FloatArray) -> float:
    """Logarithm of the Dirichlet densities at `values`, up to a constant."""
    total = 0.0
    for row in range(values.shape[0]):
        for state in range(values.shape[1]):
            if weights[row, state] > 0.0:
                if values[row, state] == 0.0:
                    return -np.inf
                total += weights[row, state] * log(values[row, state])
    return total
