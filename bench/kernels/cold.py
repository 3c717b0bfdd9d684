"""The kernels of a turn in a fresh process: seconds of `import numba`, and what importing and first calling them adds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

__all__ = ["ColdStart", "cold_starts"]

_PROGRAM: Final = """
import json, time
started = time.perf_counter()
import numba
imported = time.perf_counter()
from eqnegotiator.edge import strategy
ready = time.perf_counter()
strategy.warm(("eq",))
called = time.perf_counter()
print(json.dumps([imported - started, ready - imported, called - ready]))
"""
"""`strategy.warm` is what the daemon runs before READY: it calls every kernel of a turn, and of learning."""


class ColdStart(NamedTuple):
    """Seconds of fresh processes, the median of `starts`."""

    cache: str
    """What Numba's cache held: "empty" or "warm"."""
    starts: int
    import_numba_seconds: float
    import_kernels_seconds: float
    first_calls_seconds: float
    beyond_numba: tuple[float, ...]
    """Imports of ours plus first calls of each start."""

    @property
    def beyond_numba_seconds(self) -> float:
        """Median of what the kernels add to `import numba`."""
        return median(self.beyond_numba)


def cold_starts(*, quick: bool) -> Iterator[ColdStart]:
    """First with an empty cache, then with the one that this left behind."""
    with tempfile.TemporaryDirectory(prefix="eqneg-numba-") as name:
        folder = Path(name)
        yield _summary("empty", [_start(folder / str(number)) for number in range(1 if quick else 3)])
        yield _summary("warm", [_start(folder / "0") for _ in range(1 if quick else 7)])


def _start(cache: Path) -> tuple[float, float, float]:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    done = subprocess.run([sys.executable, "-P", "-c", _PROGRAM], env=environment, stdout=subprocess.PIPE, text=True, check=True)
    numba, ours, first = json.loads(done.stdout)
    return numba, ours, first


def _summary(cache: str, starts: list[tuple[float, float, float]]) -> ColdStart:
    numba, ours, first = (median(column) for column in zip(*starts, strict=True))
    return ColdStart(cache, len(starts), numba, ours, first, tuple(sum(start[1:]) for start in starts))
