"""The one place that fixes how kernels are compiled, and where the compiled code is kept."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, ParamSpec, TypeVar

from numba import config, njit
from numba.core.dispatcher import Dispatcher

_P = ParamSpec("_P")
_R = TypeVar("_R")

_CONFIG: Final[Any] = config  # its attributes are made at run time
_SOURCES: Final[dict[Dispatcher, frozenset[str]]] = {}
"""Every compiled function's own source file, and those of what it calls."""


def jit(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Compile `function` on its first call; for the type checker it stays what it was.

    A compiled function may call those of another file, if it imports them by name.
    """
    # cache: a start must not pay for compilation twice. error_model numpy: a division by zero yields inf, which kernels
    # turn into a status; a Python exception inside a kernel would cost a branch on every division. fastmath stays off:
    # the filter's laws (sums to one, NaN in means NaN seen) need IEEE arithmetic.
    own = function.__code__.co_filename
    callees = [value for value in function.__globals__.values() if isinstance(value, Dispatcher) and value in _SOURCES]
    sources = frozenset({own}).union(*(_SOURCES[callee] for callee in callees))
    with _cache_folder(own, sources - {own}):
        compiled: Callable[_P, _R] = njit(cache=True, nogil=True, error_model="numpy")(function)
    if isinstance(compiled, Dispatcher):
        _SOURCES[compiled] = sources
    return compiled


@contextmanager
def _cache_folder(own: str, others: frozenset[str]) -> Iterator[None]:
    """Let Numba's cache see edits in other files: it stamps an entry with the caller's file only.

    Where a function calls into `others`, its entries go to a folder named after their state. Where the sources cannot
    be written, nobody edits them in place, and Numba's own choice of folder stands.
    """
    before = _CONFIG.CACHE_DIR
    source = Path(own).parent
    if others and (before or os.access(source, os.W_OK)):
        _CONFIG.CACHE_DIR = str(Path(before or source / "__pycache__") / _stamp(others))
    try:
        yield
    finally:
        _CONFIG.CACHE_DIR = before


def _stamp(files: frozenset[str]) -> str:
    states = [(name, Path(name).stat().st_mtime_ns, Path(name).stat().st_size) for name in sorted(files)]
    return hashlib.sha256(repr(states).encode()).hexdigest()[:12]
