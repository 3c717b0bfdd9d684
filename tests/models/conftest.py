"""One run of every export, shared by the tests that look at its results."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that export_everything.py has filled. It needs torch; without it these tests fail, they do not skip."""
    folder = tmp_path_factory.mktemp("exported")
    environment = os.environ | {"PYTHONPATH": str(_HERE), "HF_HUB_OFFLINE": "1", "ORT_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [sys.executable, "-P", _HERE / "export_everything.py", folder], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return folder
