"""Time-dependent concession, the same step in every round."""

from __future__ import annotations

from .._arrays import FloatArray
from .._jit import jit


@jit
def linear(memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float:
    """See `Policy`."""
    return step / max(1, rounds - 1)
