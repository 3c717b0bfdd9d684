"""The stationary distribution of a finite Markov chain, by state reduction (Grassmann, Taksar and Heyman 1985).

The elimination neither subtracts nor divides by a difference, so that each entry is accurate relative to its own size. Knows nothing of
what is observed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from . import _arrays
from ._arrays import BoolArray, FloatArray, IntArray
from ._jit import jit
from .status import Status, raise_for_status

__all__ = ["stationary_distribution"]

_OK: Final = int(Status.OK)
_REDUCIBLE: Final = int(Status.REDUCIBLE_CHAIN)


@jit
def _stationary(transition: FloatArray, out: FloatArray) -> int:
    """Write the stationary distribution to `out` [K]; REDUCIBLE_CHAIN when there is more than one."""
    states = transition.shape[0]
    reach = _reachable(transition)
    members = np.empty(states, dtype=np.int64)
    count = 0
    for state in range(states):
        out[state] = 0.0
    for state in range(states):
        # A state is recurrent when it can be reached back from all that it reaches.
        recurrent = True
        for other in range(states):
            recurrent = recurrent and (reach[other, state] or not reach[state, other])
        if recurrent:
            if count > 0 and not reach[members[0], state]:
                return _REDUCIBLE
            members[count] = state
            count += 1
    return _reduce(transition, members, count, out)


@jit
def _reachable(transition: FloatArray) -> BoolArray:
    """[K, K] whether the second state follows the first after some number of steps, none included (Warshall's closure)."""
    states = transition.shape[0]
    reach = np.zeros((states, states), dtype=np.bool_)
    for source in range(states):
        for target in range(states):
            reach[source, target] = source == target or transition[source, target] > 0.0
    for through in range(states):
        for source in range(states):
            if reach[source, through]:
                for target in range(states):
                    reach[source, target] = reach[source, target] or reach[through, target]
    return reach


@jit
def _reduce(transition: FloatArray, members: IntArray, count: int, out: FloatArray) -> int:
    """Write the stationary distribution of the closed class `members[:count]` to its entries of `out` [K].

    REDUCIBLE_CHAIN when the way between its states has a probability below the smallest float.
    """
    matrix = np.empty((count, count))
    for row in range(count):
        for column in range(count):
            matrix[row, column] = transition[members[row], members[column]]
    for last in range(count - 1, 0, -1):
        leaving = 0.0
        for column in range(last):
            leaving += matrix[last, column]
        if leaving == 0.0:
            return _REDUCIBLE
        for row in range(last):
            matrix[row, last] /= leaving
            for column in range(last):
                matrix[row, column] += matrix[row, last] * matrix[last, column]
    total = 0.0
    for place in range(count):
        weight = 1.0 if place == 0 else 0.0
        for row in range(place):
            weight += out[members[row]] * matrix[row, place]
        out[members[place]] = weight
        total += weight
    for place in range(count):
        out[members[place]] /= total
    return _OK


def stationary_distribution(transition: npt.ArrayLike) -> FloatArray:
    """The distribution that a transition leaves as it is; states that the chain leaves for good get exactly zero.

    A periodic chain has one too; it is then the long-run share of time, not a limit.

    Args:
        transition: [K, K], rows are distributions.

    Returns:
        [K].

    Raises:
        KernelArgumentError: wrong shape, dtype, NaN, negative, or not normalised.
        ReducibleChainError: the chain has several classes of states that it never leaves, so the answer depends on the start.
    """
    size = _arrays.shape_of("transition", transition)
    matrix = _arrays.distribution("transition", transition, (None, size[0] if size else None))
    out = np.empty(matrix.shape[0])
    raise_for_status(_stationary(matrix, out), "stationary_distribution")
    return out
