"""The peers' own virtual environment, built once under a work folder. Nothing in it is ever imported here (NegMAS: AGPL-3.0)."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path
from typing import Final, NamedTuple

__all__ = ["PACKAGES", "PeerEnvironmentError", "Step", "environment"]


class Step(NamedTuple):
    """One call of pip."""

    arguments: tuple[str, ...]
    needed: bool
    """Without it there is nothing to play; else only the negotiators that need it are missing."""


PACKAGES: Final = (
    Step(("negmas==0.15.7",), needed=True),
    Step(("anl==0.1.13",), needed=False),
    # Of its requirements torch and xgboost serve other agents than ours meet.
    Step(("--no-deps", "anl-agents==0.2.0"), needed=False),
    Step(("tensorflow==2.21.0",), needed=False),
)


class PeerEnvironmentError(Exception):
    """The environment cannot be built; the message ends in what pip said."""


def environment(work: Path) -> Path:
    """The interpreter of the environment under `work`, built if it is missing. Takes minutes and 3 GB; prints what pip could not install.

    Raises:
        PeerEnvironmentError: NegMAS cannot be installed.
    """
    folder = work / "negmas"
    python = folder / "bin" / "python"
    complete = folder / "complete"
    if complete.exists():
        return python
    venv.create(folder, with_pip=True, clear=True)
    for step in PACKAGES:
        print(f"installing {step.arguments[-1]} into {folder}", file=sys.stderr, flush=True)
        command = [str(python), "-I", "-m", "pip", "install", "--quiet", *step.arguments]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
        if done.returncode != 0:
            reason = (done.stderr.strip().splitlines() or ["pip said nothing"])[-1]
            if step.needed:
                raise PeerEnvironmentError(f"{step.arguments[-1]} cannot be installed into {folder}: {reason}")
            print(f"without {step.arguments[-1]}: {reason}", file=sys.stderr)
    complete.touch()
    return python
