"""The machine beside the figures: what it is, how fast it reads memory, what it draws, what this process holds."""

from __future__ import annotations

import os
import platform
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np

__all__ = ["EnergyMeter", "cores", "machine", "processor", "read_bandwidth", "resident_bytes"]

_ROOT: Final = Path("/")
_SAMPLE_SECONDS: Final = 0.05
_MICRO: Final = 1e-6


def cores() -> int:
    """Cores that this process may run on."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def machine() -> str:
    """Processor and cores, for the log."""
    return f"{processor()}, {cores()} cores, Python {platform.python_version()}"


def processor() -> str:
    """As the board or Linux names it; on ARM it may name none, then the architecture."""
    return _named() or platform.processor() or platform.machine()


def _named() -> str | None:
    model = Path("/proc/device-tree/model")  # single-board computers say here what they are
    try:
        if model.exists():
            return model.read_text(encoding="utf-8").rstrip("\0\n")
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), None)


def read_bandwidth(threads: int, *, megabytes: int = 256, passes: int = 12) -> float:
    """Bytes per second that `threads` threads read from memory together: the best of several passes over an array beyond any cache."""
    # The maximum of float32 is one load and one comparison per vector; a sum is bound by the addition's latency on some cores.
    array = np.ones(megabytes * 2**20 // 4, dtype=np.float32)
    parts = np.array_split(array, threads)
    best = 0.0
    for _ in range(passes):
        workers = [threading.Thread(target=np.max, args=(part,)) for part in parts]
        began = time.perf_counter()
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        best = max(best, array.nbytes / (time.perf_counter() - began))
    return best


def resident_bytes() -> int | None:
    """Resident memory of this process; None where the system does not say."""
    try:
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmRSS:")), None)


class EnergyMeter:
    """Energy that the device took while something ran: RAPL counters of the processor packages, else a board's power sensors.

    root: where `sys` is mounted. source: the file names that are read, empty when the device reports nothing that may be read.
    """

    def __init__(self, root: Path = _ROOT) -> None:
        # Packages only: their sub-domains (core, dram) are part of or beside them, differently on each processor.
        packages = sorted((root / "sys/class/powercap").glob("intel-rapl:[0-9]*"))
        self._counters = [path for path in packages if path.name.count(":") == 1 and _read(path / "energy_uj") is not None]
        sensors = sorted((root / "sys/class/hwmon").glob("hwmon*/power1_input"))
        self._sensors = [] if self._counters else [path for path in sensors if _read(path) is not None]
        self.source = ", ".join(str(path) for path in self._counters or self._sensors)

    @contextmanager
    def measured(self) -> Iterator[list[float]]:
        """Yields a list that holds the joules when the block has ended; it stays empty where nothing is reported."""
        joules: list[float] = []
        if self._counters:
            before = [_read(path / "energy_uj") for path in self._counters]
            yield joules
            joules.append(sum(_taken(path, first) for path, first in zip(self._counters, before, strict=True)))
        elif self._sensors:
            stop = threading.Event()
            watts: list[float] = []
            watcher = threading.Thread(target=self._watch, args=(stop, watts))
            began = time.perf_counter()
            watcher.start()
            try:
                yield joules
            finally:
                stop.set()
                watcher.join()
            joules.append(sum(watts) / len(watts) * (time.perf_counter() - began))
        else:
            yield joules

    def _watch(self, stop: threading.Event, watts: list[float]) -> None:
        while True:
            watts.append(sum(_read(path) or 0 for path in self._sensors) * _MICRO)
            if stop.wait(_SAMPLE_SECONDS):
                return


def _taken(package: Path, before: int | None) -> float:
    after = _read(package / "energy_uj")
    if before is None or after is None:
        return 0.0
    # The counter starts again at its range.
    return (after - before if after >= before else after + (_read(package / "max_energy_range_uj") or 0) - before) * _MICRO


def _read(path: Path) -> int | None:
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None
