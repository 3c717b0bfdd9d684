"""What was observed: symbols or soft evidence, one sequence or many end to end, with the known input of each step where there is one."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import FloatArray, IntArray
from .hmm_forward import _evidence_rows
from .status import KernelArgumentError

__all__ = ["Chain", "Sequences", "offsets_of", "read_sequences"]


class Chain(NamedTuple):
    """A packed chain, as `hmm_forward` describes it, and the observations that index it."""

    values: FloatArray
    """[1 + K + R, K]."""
    extreme: bool
    """Whether a positive entry is so small that only logarithms will do."""
    rows: IntArray
    """[T] in 0..R - 1."""
    log_scales: FloatArray
    """[T] what each row was divided by, as a logarithm; [0] when none was."""


class Sequences(NamedTuple):
    """Checked observations, T steps in N sequences end to end."""

    symbols: IntArray
    """[T]; [0] for soft evidence."""
    evidence: FloatArray
    """[T, E] likelihoods; [0, E] for symbols."""
    inputs: IntArray
    """[T]; zeros for an emission without inputs."""
    offsets: IntArray
    """[N + 1] sequence n is offsets[n]..offsets[n + 1] - 1."""

    def chain(self, values: FloatArray, extreme: bool) -> Chain:
        """Join the observations to packed parameters `values`."""
        if len(self.evidence) == 0:
            return Chain(values, extreme, self.inputs * self.evidence.shape[1] + self.symbols, np.empty(0))
        first = 1 + values.shape[1]
        steps = len(self.evidence)
        out, log_scales = np.empty((first + steps, values.shape[1])), np.empty(steps)
        small = _evidence_rows(values, self.evidence, self.inputs, out, log_scales)
        return Chain(out, extreme or small, np.arange(steps), log_scales)


def read_sequences(
    observations: npt.ArrayLike,
    symbol_count: int,
    input_count: int | None,
    inputs: npt.ArrayLike | None,
    lengths: npt.ArrayLike | None,
) -> Sequences:
    """Check observations against a model of E symbols and, unless None, C inputs.

    Args:
        observations: [T] symbols, or [T, E] evidence; T may be 0.
        inputs: [T], exactly when the model has inputs.
        lengths: [N] steps of each sequence, together T; None means one sequence.

    Raises:
        KernelArgumentError: a symbol, input or length out of range, by position; wrong shape, dtype, NaN, or negative evidence.
    """
    shape = _arrays.shape_of("observations", observations)
    if len(shape) == 2 and shape[0] > 0:
        evidence = _arrays.non_negative("observations", observations, (None, symbol_count))
        symbols = np.empty(0, dtype=np.int64)
    elif len(shape) == 1 or (len(shape) == 2 and shape[1] == symbol_count):
        evidence = np.empty((0, symbol_count))
        symbols = _arrays.indices("observations", np.empty(0, dtype=np.int64) if len(shape) == 2 else observations, symbol_count)
    else:
        raise KernelArgumentError(
            f"observations: shape {shape}, expected (T) symbols or (T, {symbol_count}) evidence; pass one entry or row per step"
        )
    steps = shape[0]
    return Sequences(symbols, evidence, _inputs(inputs, input_count, steps), offsets_of(lengths, steps))


def _inputs(inputs: npt.ArrayLike | None, input_count: int | None, steps: int) -> IntArray:
    if input_count is None:
        if inputs is not None:
            raise KernelArgumentError("inputs: given, but the emission of this model depends on none; leave them out")
        return np.zeros(steps, dtype=np.int64)
    if inputs is None:
        raise KernelArgumentError(f"inputs: missing; the emission of this model depends on one in 0..{input_count - 1} per step")
    checked = _arrays.indices("inputs", inputs, input_count)
    if len(checked) != steps:
        raise KernelArgumentError(f"inputs: {len(checked)} for {steps} steps; pass one per step")
    return checked


def offsets_of(lengths: npt.ArrayLike | None, steps: int) -> IntArray:
    """[N + 1] where each sequence starts, and the end."""
    if lengths is None:
        return np.array([0, steps])
    counts = _arrays.indices("lengths", lengths, steps + 1)
    if counts.sum() != steps:
        raise KernelArgumentError(f"lengths: together {counts.sum()}, but there are {steps} observations")
    return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
