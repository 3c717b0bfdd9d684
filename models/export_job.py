"""`python -P -m eqnegotiator.models.export_job`: one export or verification in a process of its own.

The request is JSON on standard input, the result JSON on standard output, progress and errors go to standard error; exit 0 or 1.
`-P` keeps a folder called `kernels` in the working directory out of `import transformers` (ADR 0001).
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")

import msgspec

from .bundle import BundleError, load_bundle
from .engine import EngineError
from .errors import ExportError
from .export_request import Job, VerifyJob

__all__ = ["main"]

_COUNT: Final = ": token "
_LINE_UP: Final = "\x1b[A\x1b[K"
_EXTRA: Final = "install the extra on a workstation: pip install 'eqnegotiator[export]'"


def main() -> int:
    """Run the job on standard input; returns the exit status."""
    # A stop by the system must leave as little behind as Ctrl-C: exit by exception, so that half-written folders go.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    # What libraries print is no part of the result.
    result, sys.stdout = sys.stdout, sys.stderr
    try:
        done = _run(job)
    except (ExportError, BundleError, EngineError) as error:
        print(f"eqneg: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 1
    except ImportError as error:
        print(f"eqneg: {error}; {_EXTRA}", file=sys.stderr)
        return 1
    result.write(msgspec.json.encode(done).decode() + "\n")
    return 0


def _run(job: Job) -> dict[str, Any]:
    report = _reporter(sys.stderr.isatty())
    report("loading torch and transformers")
    from .export import export, verify

    if isinstance(job, VerifyJob):
        return verify(job.source, load_bundle(Path(job.folder), "slm"), report)._asdict()
    manifest = export(job, report)
    return {"folder": job.folder, "manifest": msgspec.to_builtins(manifest)}


def _reporter(terminal: bool) -> Callable[[str], None]:
    """One line per step; on a terminal a step that counts overwrites its line, elsewhere only its beginning is told."""
    began = time.monotonic()
    counting = ""

    def report(text: str) -> None:
        nonlocal counting
        step, count, _ = text.partition(_COUNT)
        again = bool(count) and step == counting
        counting = step if count else ""
        if again and not terminal:
            return
        told = text if terminal else step
        print(f"{_LINE_UP if again else ''}{time.monotonic() - began:6.1f} s  {told}", file=sys.stderr, flush=True)

    return report


if __name__ == "__main__":
    sys.exit(main())
