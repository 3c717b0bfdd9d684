"""Computing an experiment: in this process, in several, or on a Dask cluster. The numbers are the same whichever way.

A worker needs nothing but the names of simulator and chunk; it returns arrays, and only this process writes files, so workers may run on
other machines without a shared disk.
"""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ProcessPoolExecutor, wait
from contextlib import contextmanager
from importlib import import_module
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..kernels.peers import peer
from .cell import RecordError
from .code_version import code_version
from .plan import Chunk, Experiment, chunks
from .run_folder import RunFolder

__all__ = ["ClusterVersionError", "RunSummary", "compute", "dask_executor", "process_executor", "run", "simulator_version"]

_WAITING_PER_WORKER: Final = 2
"""Chunks handed out and not yet written, for each worker: enough that none is idle, few enough to stay in memory."""


class ClusterVersionError(RuntimeError):
    """A worker runs other code than we do; its numbers would not be ours."""


class RunSummary(NamedTuple):
    """What a run did."""

    computed: int
    reused: int
    """Chunks that were there already."""
    damaged: int
    """Files that could not be read; they were computed again and count under `computed`."""
    seconds: float
    """Wall clock."""


class _Computed(NamedTuple):
    records: dict[str, NDArray[np.generic]]
    seconds: float
    version: str


def compute(simulator: str, chunk: Chunk) -> _Computed:
    """One chunk, by `run_cell(cell, seed, first, count)` of the module named; runs in a worker."""
    module = import_module(simulator)
    began = time.perf_counter()
    try:
        records = module.run_cell(chunk.cell, chunk.seed, chunk.first, chunk.count)
    except Exception as error:
        error.add_note(f"in {chunk}")
        raise
    return _Computed(records, time.perf_counter() - began, simulator_version(simulator))


def simulator_version(simulator: str) -> str:
    """What its numbers depend on beside the chunk: the code, and where the module has a function `identity` what that says."""
    identity: Callable[[], str] | None = getattr(import_module(simulator), "identity", None)
    return code_version(simulator) if identity is None else f"{code_version(simulator)}, {identity()}"


def run(
    experiment: Experiment,
    simulator: str,
    folder: RunFolder,
    executor: Executor | None,
    workers: int,
    progress: Callable[[int], object],
) -> RunSummary:
    """Compute what the folder does not hold.

    Args:
        simulator: dotted name of a module with `run_cell`.
        executor: where to compute; None = here, chunk by chunk.
        workers: how many the executor has.
        progress: called with the negotiations of each chunk that is there.

    Raises:
        RecordError: the simulator returned something else than records.
        ClusterVersionError: a worker has other code.
    """
    began = time.perf_counter()
    missing, reused, damaged = [], 0, 0
    for chunk in chunks(experiment):
        try:
            found = folder.read(chunk)
        except RecordError:
            damaged += 1
            found = None
        if found is None:
            missing.append(chunk)
        else:
            reused += 1
            progress(chunk.count)
    for chunk, computed in _computed(missing, simulator, executor, _WAITING_PER_WORKER * workers):
        if computed.version != folder.version:
            raise ClusterVersionError(f"a worker runs {computed.version}, we run {folder.version}; install and set the same on both")
        folder.write(chunk, computed.records, computed.seconds)
        progress(chunk.count)
    return RunSummary(len(missing), reused, damaged, time.perf_counter() - began)


def _computed(missing: Sequence[Chunk], simulator: str, executor: Executor | None, window: int) -> Iterator[tuple[Chunk, _Computed]]:
    """Each chunk with its result, in the order in which they are done."""
    if executor is None:
        for chunk in missing:
            yield chunk, compute(simulator, chunk)
        return
    waiting: dict[Future[_Computed], Chunk] = {}
    remaining = iter(missing)
    try:
        while True:
            for started in itertools.islice(remaining, window - len(waiting)):
                waiting[executor.submit(compute, simulator, started)] = started
            if not waiting:
                return
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
    finally:
        for future in waiting:
            future.cancel()


@contextmanager
def process_executor(jobs: int) -> Iterator[Executor | None]:
    """`jobs` processes of this machine; one job needs none, and yields None."""
    if jobs == 1:
        yield None
        return
    # Not forked: Numba's threads and locks do not survive that.
    context = multiprocessing.get_context("spawn")
    # Ctrl-C reaches the workers too; they finish their chunk, and this process is the one that stops.
    with ProcessPoolExecutor(jobs, context, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as executor:
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=True, cancel_futures=True)
            raise


@contextmanager
def dask_executor(cluster: str) -> Iterator[tuple[Executor, int]]:
    """An executor on a Dask cluster, and the number of its workers' threads.

    Args:
        cluster: a number of workers to start on this machine, or the address of a scheduler such as tcp://host:8786.

    Raises:
        MissingPeerError: `distributed` is not installed.
        OSError: nobody answers at the address.
    """
    distributed = peer("distributed")
    if cluster.isdecimal():
        with (
            distributed.LocalCluster(n_workers=int(cluster), threads_per_worker=1, dashboard_address=None) as local,
            distributed.Client(local) as client,
        ):
            yield _executor(client)
    else:
        with distributed.Client(cluster) as client:
            yield _executor(client)


def _executor(client: Any) -> tuple[Executor, int]:
    return client.get_executor(), max(1, sum(client.nthreads().values()))
