"""The interface of offer policies."""

from __future__ import annotations

from typing import Final, Protocol

from .._arrays import FloatArray

__all__ = ["MEMORY", "Policy"]

MEMORY: Final = 512
"""Numbers that a policy may keep from one of its offers to the next; zeros at the start."""


class Policy(Protocol):
    """The next offer, as a share.

    Args of a call:
        memory: [MEMORY] the policy's own.
        step: our offers made so far.
        rounds: offers that may be made in all.
        asks: [rounds] ask i is what the customer asked before our offer i; NaN: nothing that can be placed. May lie above 1.
        said: [rounds] our offers so far.
        stated: the least share that the customer's stated finances allow; NaN when nothing was stated.

    The caller keeps the result within [last offer, 1], and takes an ask that is no gentler than it.
    """

    def __call__(self, memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float: ...
