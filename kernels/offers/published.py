"""What language models conceded as creditors in published dialogues: a path toward the customer's first ask.

Fitted to the creditors' offers in the EmoDebt logs (MIT; github.com/Yunbo-max/EmoDebt), as a part of the way from the creditor's
target to the debtor's first ask: mean over dialogues at the creditor's turns 0, 2, 4, 6, 8 and 10, held thereafter. `published` are the
213 dialogues of the tuned emotional creditor, of which 98 % end in agreement and 3 % of the range is kept; `published_vanilla` the 721
of the model alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from .._arrays import FloatArray
from .._jit import jit

_TUNED: Final = np.array([0.05, 0.54, 0.78, 0.90, 0.93, 0.93])
_VANILLA: Final = np.array([0.49, 0.61, 0.64, 0.68, 0.72, 0.72])
_ASSUMED_ASK: Final = 0.6
"""In place of a first ask that was never made."""


@jit
def _along(path: FloatArray, step: int, asks: FloatArray) -> float:
    first = _ASSUMED_ASK
    for index in range(step + 1):
        if asks[index] == asks[index]:
            first = asks[index]
            break
    place = min(step / 2.0, path.size - 1.0)
    below = int(place)
    above = min(below + 1, path.size - 1)
    return float(first * (path[below] + (place - below) * (path[above] - path[below])))


@jit
def published(memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float:
    """See `Policy`."""
    return _along(_TUNED, step, asks)


@jit
def published_vanilla(memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float:
    """See `Policy`."""
    return _along(_VANILLA, step, asks)
