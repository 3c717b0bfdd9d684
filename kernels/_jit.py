"""The one place that fixes how kernels are compiled."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from numba import njit

_P = ParamSpec("_P")
_R = TypeVar("_R")


def jit(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile `function` on its first call; for the type checker it stays what it was."""
    # cache: a start must not pay for compilation twice. error_model numpy: a division by zero yields inf, which kernels
    # turn into a status; a Python exception inside a kernel would cost a branch on every division. fastmath stays off:
    # the filter's laws (sums to one, NaN in means NaN seen) need IEEE arithmetic.
    compiled: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy")(function)
    return compiled
