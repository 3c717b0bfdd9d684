"""Concedes as much as the customer did since the offer before (absolute tit-for-tat of Faratin, Sierra and Jennings 1998)."""

from __future__ import annotations

from .._arrays import FloatArray
from .._jit import jit


@jit
def tit_for_tat(memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float:
    """See `Policy`."""
    if step == 0:
        return 0.0
    conceded = asks[step - 1] - asks[step]
    return float(said[step - 1] + (conceded if conceded > 0.0 else 0.0))
