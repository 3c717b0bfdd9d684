"""MiCRO (de Jonge 2022): one more step for each new ask of the customer, and none while they repeat themselves."""

from __future__ import annotations

from typing import Final

from .._arrays import FloatArray
from .._jit import jit

_STEP: Final = 1.0 / 30.0
"""Its offers are the outcomes in order of preference; here, steps of a thirtieth of the mandate."""
_SAME: Final = 1e-9


@jit
def micro(memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float:
    """See `Policy`."""
    seen = 0
    for index in range(step + 1):
        new = asks[index] == asks[index]
        for before in range(index):
            if abs(asks[before] - asks[index]) < _SAME:
                new = False
        if new:
            seen += 1
    made = 0
    for index in range(step):
        if index == 0 or said[index] > said[index - 1]:
            made += 1
    return min(1.0, made * _STEP) if made <= seen else said[step - 1]
