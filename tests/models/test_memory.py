"""What memory is left, read from trees laid out as Linux does."""

from __future__ import annotations

from pathlib import Path

from eqnegotiator.models.memory import available_bytes


def lay_out(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


MEMINFO = "MemTotal:       16000000 kB\nMemFree:  1000000 kB\nMemAvailable:    8000000 kB\n"


def test_the_machine_alone(tmp_path: Path) -> None:
    assert available_bytes(lay_out(tmp_path, {"proc/meminfo": MEMINFO})) == 8_000_000 * 1024


def test_the_limit_of_the_service_counts_when_it_is_less(tmp_path: Path) -> None:
    root = lay_out(
        tmp_path,
        {
            "proc/meminfo": MEMINFO,
            "proc/self/cgroup": "0::/system.slice/eqneg.service\n",
            "sys/fs/cgroup/system.slice/eqneg.service/memory.max": "400000000\n",
            "sys/fs/cgroup/system.slice/eqneg.service/memory.current": "150000000\n",
        },
    )
    assert available_bytes(root) == 250_000_000
    lay_out(root, {"sys/fs/cgroup/system.slice/eqneg.service/memory.max": "max\n"})
    assert available_bytes(root) == 8_000_000 * 1024


def test_a_system_that_does_not_say(tmp_path: Path) -> None:
    assert available_bytes(tmp_path) is None


def test_this_machine() -> None:
    available = available_bytes()
    assert available is None or available > 1 << 20
