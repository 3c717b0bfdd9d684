"""Compiled code is kept between runs, and an edit is seen wherever it was made."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from eqnegotiator.kernels import _jit

CALLEE = "from ._jit import jit\n\n\n@jit\ndef one(x):\n    return x + {}\n"
CALLER = "from ._jit import jit\nfrom .callee import one\n\n\n@jit\ndef two(x):\n    return one(x) * 2\n"
PROBE = "from pkg.caller import two; print(two(1), sum(two.stats.cache_hits.values()), sum(two.stats.cache_misses.values()))"


def call(folder: Path, **environment: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("NUMBA_")}
    done = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=folder, env=kept | environment, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


def package(folder: Path) -> Path:
    package = folder / "pkg"
    package.mkdir()
    (package / "__init__.py").touch()
    shutil.copy(_jit.__file__, package / "_jit.py")
    (package / "callee.py").write_text(CALLEE.format(1))
    (package / "caller.py").write_text(CALLER)
    return package


def test_an_edit_of_what_is_called_in_another_file_is_compiled_anew(tmp_path: Path) -> None:
    source = package(tmp_path)
    for environment in ({}, {"NUMBA_CACHE_DIR": str(tmp_path / "cache")}):
        (source / "callee.py").write_text(CALLEE.format(1))
        assert call(tmp_path, **environment) == "4 0 1"
        assert call(tmp_path, **environment) == "4 1 0", "the second start compiles nothing"
        (source / "callee.py").write_text(CALLEE.format(10))
        assert call(tmp_path, **environment) == "22 0 1"
