"""`eqneg arena`: creditors against simulated debtors.

The arena is a program of its own and runs as such: the appliance imports none of it. Its options stand here, once, for both.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from .bench_command import BenchError

__all__ = ["add_arena_command", "add_arena_options"]

_PROGRAM: Final = "eqnegotiator.bench.arena"
_TEXT: Final = "play creditors against simulated debtors on the same seeds and report who does better, with intervals"
_REPORT: Final = Path("bench/arena/REPORT.md")
_NAMES: Final = "creditors", "personas", "patterns", "betas", "scenarios"


def add_arena_command(commands: Any) -> None:
    """Register `arena` with the parser of `eqneg`."""
    arena = commands.add_parser("arena", help=_TEXT, description=_TEXT)
    arena.set_defaults(command=_arena)
    add_arena_options(arena)


def add_arena_options(parser: argparse.ArgumentParser) -> None:
    """The options of the arena. Lists stay text here: their names belong to the program."""
    for name in _NAMES:
        parser.add_argument(f"--{name}", metavar="NAME,..." if name != "betas" else "B,...", help=f"{_HELP[name]} (default all)")
    parser.add_argument("--count", type=_positive, default=1000, metavar="N", help="negotiations of each cell and seed (default 1000)")
    parser.add_argument("--seed", default="0", metavar="S,...", help="seeds; everything is played with each of them (default 0)")
    parser.add_argument("--fidelity", choices=("numeric", "text", "model"), default="numeric",
                        help="numbers only; the whole pipeline on text; a language model as the debtor (default numeric)")  # fmt: skip
    parser.add_argument("--jobs", type=_positive, metavar="N", help="processes (default: one a core)")
    parser.add_argument("--cluster", metavar="N|ADDRESS",
                        help="compute on a Dask cluster instead: N workers started here, or the address of a scheduler")  # fmt: skip
    parser.add_argument("--run", type=Path, metavar="DIR", help="keep the results there; the same command goes on where it was stopped")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write the report as one page")
    parser.add_argument("--report", type=Path, nargs="?", const=_REPORT, metavar="FILE", help=f"also write it as Markdown ({_REPORT})")
    parser.add_argument("--json", action="store_true", help="end in one JSON document")


def _arena(parsed: argparse.Namespace) -> int:
    if importlib.util.find_spec(_PROGRAM) is None:
        raise BenchError(f"{_PROGRAM} is not part of this installation; install the whole package")
    options = {name: value for name, value in vars(parsed).items() if name not in ("command", "json") and value is not None}
    arguments = [f"--{name}={value}" for name, value in options.items()] + ["--json"] * parsed.json
    with subprocess.Popen([sys.executable, "-P", "-m", _PROGRAM, *arguments]) as program:
        while True:
            try:
                status = program.wait()
                break
            except KeyboardInterrupt:  # the terminal tells the program too, which keeps what is done and ends
                continue
    return status if status in (0, 2) else 1


_HELP: Final = {
    "creditors": "who negotiates for the lender",
    "personas": "who the debtor is",
    "patterns": "how the debtor's ask moves",
    "betas": "how strongly tone moves the debtor, an assumption; with a negative one first, write --betas=-0.5,0",
    "scenarios": "which debts: crad, generated",
}


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 on")
    return int(text)
