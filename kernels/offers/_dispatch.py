"""One compiled entry for all offer policies, by number, so that a simulation of millions compiles once."""

from __future__ import annotations

from typing import Final

from .._arrays import FloatArray
from .._jit import jit
from .boulware import boulware
from .conceder import conceder
from .eq import eq
from .linear import linear
from .micro import micro
from .published import published, published_vanilla
from .tit_for_tat import tit_for_tat

__all__ = ["NAMES", "next_share"]

NAMES: Final = ("eq", "boulware", "linear", "conceder", "tit_for_tat", "micro", "published", "published_vanilla")


@jit
def next_share(
    policy: int, memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float
) -> float:
    """The next offer of `NAMES[policy]`, within [last offer, 1]."""
    if policy == 0:
        share = eq(memory, step, rounds, asks, said, stated)
    elif policy == 1:
        share = boulware(memory, step, rounds, asks, said, stated)
    elif policy == 2:
        share = linear(memory, step, rounds, asks, said, stated)
    elif policy == 3:
        share = conceder(memory, step, rounds, asks, said, stated)
    elif policy == 4:
        share = tit_for_tat(memory, step, rounds, asks, said, stated)
    elif policy == 5:
        share = micro(memory, step, rounds, asks, said, stated)
    elif policy == 6:
        share = published(memory, step, rounds, asks, said, stated)
    else:
        share = published_vanilla(memory, step, rounds, asks, said, stated)
    least = said[step - 1] if step > 0 else 0.0
    return min(1.0, max(least, share))
