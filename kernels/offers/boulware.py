"""Time-dependent concession, late: (t / (T-1))^(1/0.2) of the way (Faratin, Sierra and Jennings 1998)."""

from __future__ import annotations

from typing import Final

from .._arrays import FloatArray
from .._jit import jit

_BETA: Final = 0.2


@jit
def boulware(memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float:
    """See `Policy`."""
    return float((step / max(1, rounds - 1)) ** (1.0 / _BETA))
