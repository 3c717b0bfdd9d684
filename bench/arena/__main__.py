"""Creditors against simulated debtors, on the same seeds. `eqneg arena` or `python -P -m eqnegotiator.bench.arena`

Every creditor meets every kind of debtor in the same scenarios with the same luck; docs/arena.md says what is measured, how to read the
intervals and what is assumed.
"""

from __future__ import annotations

import argparse
import datetime
import json
import math
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from ...edge.arena_command import add_arena_options
from ...edge.errors import EdgeError
from ..kernels.peers import MissingPeerError, peer
from ..machine import cores, machine
from .assumptions import ASSUMPTIONS, BETAS
from .cell import CREDITORS, PATTERNS, PERSONAS, SCENARIOS, RecordError, UnsupportedCreditorError, known
from .endpoint import EndpointError
from .findings import findings
from .page import page
from .plan import Experiment, cells, chunks
from .report import markdown, text
from .run import ClusterVersionError, RunSummary, dask_executor, process_executor, run, simulator_version
from .run_folder import MissingChunkError, RunFolder

__all__ = ["main", "play"]

_SIMULATORS: Final = {fidelity: f"eqnegotiator.bench.arena.{fidelity}" for fidelity in ("numeric", "text", "model")}
_MODEL_CREDITOR: Final = "model"
"""A language model as the creditor; only the fidelity `model` has it (`model.CREDITOR`)."""
_FAILURES: Final = (
    BrokenExecutor, ClusterVersionError, EdgeError, EndpointError, MissingChunkError, MissingPeerError, OSError, RecordError,
    UnsupportedCreditorError,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="arena", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add_arena_options(parser)
    chosen = parser.parse_args(arguments)
    if chosen.jobs is not None and chosen.cluster is not None:
        parser.error("--jobs and --cluster: choose one; a cluster has workers of its own")
    try:
        experiment = _experiment(chosen)
    except ValueError as error:
        parser.error(str(error))
    for file in (chosen.html, chosen.report):
        if file is not None and not file.parent.is_dir():
            parser.error(f"{file}: there is no folder {file.parent}; create it or name another file")
    try:
        document = play(experiment, _SIMULATORS[chosen.fidelity], chosen.run, jobs=chosen.jobs or cores(), cluster=chosen.cluster)
    except KeyboardInterrupt:
        kept = f"what is done lies in {chosen.run}; the same command goes on from there" if chosen.run else "nothing is kept without --run"
        print(f"\narena: stopped; {kept}", file=sys.stderr)
        return 1
    except _FAILURES as error:
        print(f"arena: {error}", file=sys.stderr)
        return 1
    print(text(document))
    if chosen.html is not None:
        chosen.html.write_text(page(document), encoding="utf-8")
    if chosen.report is not None:
        chosen.report.write_text(markdown(document), encoding="utf-8")
    if chosen.json:
        print(json.dumps(document))
    return 0


def play(experiment: Experiment, simulator: str, folder: Path | None, *, jobs: int, cluster: str | None) -> dict[str, Any]:
    """Run what is not there yet and return the findings.

    Args:
        simulator: dotted name of a module with `run_cell`.
        folder: where the chunks are kept; None = nowhere, after the findings were made.
        jobs: processes; not used with a cluster.
        cluster: None, a number of local Dask workers, or the address of a scheduler.

    Raises:
        what `run`, `findings` and `dask_executor` raise.
    """
    with ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="eqneg-arena-")))
        kept = RunFolder(place, simulator_version(simulator))
        progress = stack.enter_context(_progress(len(experiment.cells) * len(experiment.seeds) * experiment.count))
        if cluster is None:
            with process_executor(jobs) as executor:
                done = run(experiment, simulator, kept, executor, jobs, progress)
            where = f"{jobs} processes" if jobs > 1 else "one process"
        else:
            with dask_executor(cluster) as (executor, workers):
                done = run(experiment, simulator, kept, executor, workers, progress)
            where = f"Dask, {workers} workers"
        document = findings(experiment, kept, ASSUMPTIONS)
        rate = kept.rate(list(chunks(experiment)))
    return document | {"run": _run(done, where, rate, simulator)}


def _run(done: RunSummary, where: str, rate: float, simulator: str) -> dict[str, Any]:
    return {
        "date": datetime.date.today().isoformat(),
        "machine": machine(),
        "fidelity": simulator.rpartition(".")[2],
        "where": where,
        "negotiations_per_second": round(rate, 1),
        **done._asdict(),
    }


def _experiment(chosen: argparse.Namespace) -> Experiment:
    """
    Raises:
        ValueError: a name is unknown, or a number is none.
    """
    playing = [*CREDITORS, _MODEL_CREDITOR] if chosen.fidelity == "model" else list(CREDITORS)
    creditors, personas, patterns, scenarios = (
        _names(kind, getattr(chosen, kind), names)
        for kind, names in (("creditors", playing), ("personas", PERSONAS), ("patterns", PATTERNS), ("scenarios", SCENARIOS))
    )
    betas = BETAS if chosen.betas is None else tuple(_number("--betas", one, float) for one in _listed(chosen.betas))
    seeds = tuple(_number("--seed", one, int) for one in _listed(chosen.seed))
    if any(seed < 0 for seed in seeds):
        raise ValueError(f"--seed: {chosen.seed} is negative; pass 0 or more")
    return Experiment(cells(creditors, personas, patterns, betas, scenarios), seeds, chosen.count)


def _names(kind: str, given: str | None, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(names) if given is None else tuple(known(f"--{kind}", one, names) for one in _listed(given))


def _listed(given: str) -> list[str]:
    """Each once, in order."""
    return list(dict.fromkeys(one.strip() for one in given.split(",")))


def _number(option: str, given: str, kind: Callable[[str], Any]) -> Any:
    try:
        found = kind(given)
    except ValueError as error:
        raise ValueError(f"{option}: {given!r} is not a number") from error
    if not math.isfinite(found):
        raise ValueError(f"{option}: {given!r} is not a number that can be played")
    return found


@contextmanager
def _progress(total: int) -> Iterator[Callable[[int], object]]:
    """A bar on a terminal; nothing elsewhere, and a line instead where tqdm is not installed."""
    if not sys.stderr.isatty():
        yield lambda negotiations: None
        return
    try:
        tqdm = peer("tqdm")
    except MissingPeerError as error:
        print(f"{error}; no progress is shown", file=sys.stderr)
        yield lambda negotiations: None
        return
    with tqdm.tqdm(total=total, unit=" negotiations", unit_scale=True, dynamic_ncols=True) as bar:
        yield bar.update


if __name__ == "__main__":
    sys.exit(main())
