"""What an agreement is worth to both sides, when a promise is kept by who can afford it and for as long as life allows.

Shares x in [0, 1] run from the creditor's wish (0) to the end of its mandate (1); r is the least share that the person can keep, and may
lie beyond 1. All constants are assumptions, declared here and in the arena's report, not measurements.

    kept(x, r)     = BEST exp(-SHOCKS x) / (1 + exp(-(x - r) / WIDTH - EASE))
    recovery(x, r) = (1 - WAITING x) (kept + (1 - kept) PARTIAL)
    welfare(x, r)  = kept (1 - BURDEN x) - (1 - kept) HARM

Does not know how an agreement came about.
"""

from __future__ import annotations

from math import exp
from typing import Final

from ._jit import jit

__all__ = [
    "BEST",
    "BURDEN",
    "EASE",
    "HANDOFF_RECOVERY",
    "HANDOFF_WELFARE",
    "HARM",
    "LEFT_RECOVERY",
    "LEFT_WELFARE",
    "PARTIAL",
    "SHOCKS",
    "WAITING",
    "WIDTH",
    "kept",
    "recovery",
    "welfare",
]

BEST: Final = 0.95
"""Promises kept among people who can easily afford them and pay at once."""
SHOCKS: Final = 0.7
"""Events that break a promise (illness, a lost job), expected over the whole length of the mandate."""
WIDTH: Final = 0.03
"""How sharply keeping falls below what a person can afford, in shares."""
EASE: Final = 2.0
"""At x = r, 88 of 100 who are spared by events keep the promise."""
PARTIAL: Final = 0.3
"""Part of the balance that still comes in after a broken promise."""
WAITING: Final = 0.1
"""What waiting for the whole length of the mandate costs the creditor, as a part of the balance."""
BURDEN: Final = 0.5
"""What owing for the whole length of the mandate costs the person, of the relief of having settled."""
HARM: Final = 0.5
"""What a broken promise costs the person, in the same unit."""
HANDOFF_RECOVERY: Final = 0.4
HANDOFF_WELFARE: Final = 0.1
"""A person of the creditor takes over: less comes in, and it takes longer."""
LEFT_RECOVERY: Final = 0.25
LEFT_WELFARE: Final = 0.0
"""The customer walked away, or the talk ended without terms."""


@jit
def kept(share: float, reservation: float) -> float:
    """Probability that a promise of `share` is kept by somebody who can keep `reservation`."""
    return BEST * exp(-SHOCKS * share) / (1.0 + exp(-(share - reservation) / WIDTH - EASE))


@jit
def recovery(share: float, reservation: float) -> float:
    """Expected part of the balance that comes in, in [0, 1]."""
    keeps = kept(share, reservation)
    return (1.0 - WAITING * share) * (keeps + (1.0 - keeps) * PARTIAL)


@jit
def welfare(share: float, reservation: float) -> float:
    """Expected welfare of the customer, in [-HARM, 1]; nothing agreed is 0."""
    keeps = kept(share, reservation)
    return keeps * (1.0 - BURDEN * share) - (1.0 - keeps) * HARM
