"""How much memory this process may still take: the machine's free memory or the service's own limit, whichever is less."""

from __future__ import annotations

from pathlib import Path
from typing import Final

__all__ = ["available_bytes"]

_ROOT: Final = Path("/")


def available_bytes(root: Path = _ROOT) -> int | None:
    """Bytes that can be allocated without swapping or hitting a cgroup limit; None where the system does not say (no /proc).

    Args:
        root: where `proc` and `sys` are mounted.
    """
    known = [value for value in (_machine(root), _cgroup(root)) if value is not None]
    return min(known) if known else None


def _machine(root: Path) -> int | None:
    try:
        lines = (root / "proc/meminfo").read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    for line in lines:
        name, _, value = line.partition(":")
        if name == "MemAvailable":
            return int(value.split()[0]) * 1024
    return None


def _cgroup(root: Path) -> int | None:
    """What is left below `memory.max` of this process's cgroup (version 2); systemd's MemoryMax stands there."""
    try:
        entry = next(line for line in (root / "proc/self/cgroup").read_text(encoding="utf-8").splitlines() if line.startswith("0::"))
        folder = root / "sys/fs/cgroup" / entry.removeprefix("0::").lstrip("/")
        limit = (folder / "memory.max").read_text(encoding="ascii").strip()
        used = int((folder / "memory.current").read_text(encoding="ascii"))
    except (OSError, StopIteration):
        return None
    return None if limit == "max" else max(0, int(limit) - used)
