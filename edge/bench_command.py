"""`eqneg bench`: measure this device, or find the settings that it is fastest with.

The benchmarks are programs of their own and run as such: the appliance imports none of them.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from .errors import EdgeError, ModelError
from .settings import load_settings

__all__ = ["BenchError", "add_bench_command"]

_PROGRAMS: Final = ("slm", "slm_peers", "kernels", "turn", "replies", "understanding")
_PACKAGE: Final = "eqnegotiator.bench"
_OVERRIDES: Final = {"threads": "EQNEG_MODELS_THREADS", "spin": "EQNEG_MODELS_SPIN"}


class BenchError(EdgeError):
    """A benchmark is not part of this installation."""


def add_bench_command(commands: Any) -> None:
    """Register `bench` with the parser of `eqneg`."""
    text = "measure this device: slm, slm_peers, kernels, turn, replies or understanding, each with --help; or --tune"
    bench = commands.add_parser("bench", help=text, description=text)
    bench.set_defaults(command=lambda parsed: _bench(bench, parsed))
    bench.add_argument("--tune", action="store_true", help="find the fastest [models] threads and spin, and write them into --config")
    bench.add_argument("--config", type=Path, metavar="FILE", help="TOML settings that name the model and are changed by --tune")
    bench.add_argument("--json", action="store_true", help="with --tune: end in one JSON document")
    bench.add_argument("program", nargs="?", choices=_PROGRAMS, metavar="PROGRAM", help=f"one of {', '.join(_PROGRAMS)}")
    bench.add_argument("arguments", nargs=argparse.REMAINDER, metavar="...", help="the program's own arguments")


def _bench(parser: argparse.ArgumentParser, parsed: argparse.Namespace) -> int:
    if parsed.tune == (parsed.program is not None):
        parser.error("name one PROGRAM, or --tune")
    if parsed.tune:
        return _tune(parsed)
    if parsed.config is not None or parsed.json:
        parser.error("--config and --json belong to --tune; a program's own arguments stand behind its name")
    name = f"{_PACKAGE}.{parsed.program}"
    if importlib.util.find_spec(name) is None:
        raise BenchError(f"{name} is not part of this installation; install the whole package")
    done = subprocess.run([sys.executable, "-P", "-m", name, *parsed.arguments], check=False)
    return done.returncode if done.returncode in (0, 2) else 1


def _tune(parsed: argparse.Namespace) -> int:
    from ..models.engine import EngineError
    from .appliance import slm_bundle
    from .settings_file import check_writable, write_keys
    from .tuning import candidates, fastest, measure

    settings = load_settings(parsed.config)
    if parsed.config is not None:
        check_writable(parsed.config)
    bundle, models = slm_bundle(settings), settings.models
    table = sys.stderr if parsed.json else sys.stdout
    print(f"{bundle.manifest.name} {bundle.manifest.version}\n{'threads':>8}{'spin':>7}{'decode t/s':>12}{'reply ms':>10}", file=table)
    measured = []
    for candidate in candidates(len(os.sched_getaffinity(0))):
        try:
            one = measure(bundle, candidate, context=models.context_tokens, provider=models.provider)
        except EngineError as error:
            raise ModelError(str(error)) from error
        measured.append(one)
        spin = "on" if candidate.spin else "off"
        row = f"{candidate.threads:8}{spin:>7}{one.decode_tokens_per_second:12.1f}{1e3 * one.reply_seconds:10.1f}"
        print(row, file=table, flush=True)
    values = fastest(measured).candidate._asdict()
    if parsed.config is not None:
        write_keys(parsed.config, "models", values)
    _tell(parsed, values)
    if parsed.json:
        rows = [one.candidate._asdict() | one._asdict() for one in measured]
        for row_values in rows:
            del row_values["candidate"]
        print(json.dumps({"measured": rows, **values, "written": parsed.config is not None}))
    return 0


def _tell(parsed: argparse.Namespace, values: dict[str, int | bool]) -> None:
    said = ", ".join(f"{key} = {str(value).lower()}" for key, value in values.items())
    where = f"written into {parsed.config}" if parsed.config is not None else "nothing was written; name the settings file with --config"
    print(f"[models] {said} ({where})", file=sys.stderr if parsed.json else sys.stdout)
    stronger = [name for key, name in _OVERRIDES.items() if key in values and name in os.environ]
    if stronger:
        print(f"{' and '.join(stronger)} in the environment override the file", file=sys.stderr)
