from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import arena_fake
import numpy as np
import pytest
from eqnegotiator.bench.arena import run as running
from eqnegotiator.bench.arena.cell import Cell, RecordError
from eqnegotiator.bench.arena.code_version import code_version, imported_modules
from eqnegotiator.bench.arena.plan import CHUNK_LIMIT, Chunk, Experiment, cell_chunks, cells, chunk_name, chunks
from eqnegotiator.bench.arena.run import ClusterVersionError, compute, dask_executor, process_executor, run, simulator_version
from eqnegotiator.bench.arena.run_folder import MissingChunkError, RunFolder

TESTS = Path(arena_fake.__file__).parent
CELL = Cell("eq", "sad", "stuck", 0.5, "crad")
SMALL = Experiment(cells(("eq", "paper"), ("sad", "angry"), ("stuck",), (0.0,), ("crad",)), (0, 1), 30)


def nothing(_negotiations: int) -> None:
    return None


def here(experiment: Experiment, folder: RunFolder) -> running.RunSummary:
    return run(experiment, "arena_fake", folder, None, 1, nothing)


def open_folder(path: Path) -> RunFolder:
    return RunFolder(path, simulator_version("arena_fake"))


def contents(folder: RunFolder, experiment: Experiment = SMALL) -> list[dict[str, Any]]:
    return [folder.records(cell, experiment.seeds, experiment.count) for cell in experiment.cells]


def assert_same(ours: list[dict[str, Any]], theirs: list[dict[str, Any]]) -> None:
    assert len(ours) == len(theirs) > 0
    for one, other in zip(ours, theirs, strict=True):
        assert one.keys() == other.keys()
        for name in one:
            assert np.array_equal(one[name], other[name], equal_nan=one[name].dtype.kind == "f"), name


# --- the plan


def test_a_cell_is_cut_into_chunks_of_at_most_ten_thousand() -> None:
    found = list(cell_chunks(CELL, (3, 4), 25_000))
    assert CHUNK_LIMIT == 10_000
    assert [(one.seed, one.first, one.count) for one in found] == [
        (3, 0, 10_000), (3, 10_000, 10_000), (3, 20_000, 5_000), (4, 0, 10_000), (4, 10_000, 10_000), (4, 20_000, 5_000),
    ]  # fmt: skip


def test_cells_are_all_combinations_and_chunks_go_cell_by_cell() -> None:
    assert len(cells(("eq", "paper"), ("sad",), ("stuck", "random"), (0.0, 1.0), ("crad",))) == 8
    assert [one.cell for one in chunks(SMALL)] == [cell for cell in SMALL.cells for _ in SMALL.seeds]


def test_a_file_is_named_by_all_that_its_numbers_depend_on() -> None:
    chunk = Chunk(CELL, 1, 0, 100)
    others = [
        *(replace(chunk, cell=CELL._replace(**{name: value})) for name, value in (
            ("creditor", "paper"), ("persona", "fear"), ("pattern", "random"), ("beta", 0.25), ("scenarios", "generated"),
        )),
        replace(chunk, seed=2), replace(chunk, first=100), replace(chunk, count=99),
    ]  # fmt: skip
    names = {chunk_name(one, "a") for one in (chunk, *others)} | {chunk_name(chunk, "b")}
    assert len(names) == len(others) + 2
    assert chunk_name(chunk, "a") == chunk_name(Chunk(CELL._replace(beta=0.5), 1, 0, 100), "a")


# --- files


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    folder, chunk = open_folder(tmp_path), Chunk(CELL, 1, 0, 50)
    assert folder.read(chunk) is None
    done = compute("arena_fake", chunk)
    folder.write(chunk, done.records, 0.25)
    found = folder.read(chunk)
    assert found is not None
    assert_same([found[0]], [done.records])
    assert found[1] == 0.25
    assert folder.rate([chunk]) == 200.0


def test_no_records_are_not_written(tmp_path: Path) -> None:
    folder = open_folder(tmp_path)
    with pytest.raises(RecordError, match="agreed"):
        folder.write(Chunk(CELL, 1, 0, 2), {"share": np.zeros(2)}, 0.1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: b"PK" + b"\0" * 200,
                                    lambda data: data.replace(b"welfare.npy", b"fareWel.npy")])  # fmt: skip
def test_a_damaged_file_is_computed_again(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    folder = open_folder(tmp_path)
    here(SMALL, folder)
    before = contents(folder)
    path = folder.path(next(chunks(SMALL)))
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(RecordError, match="damaged"):
        contents(folder)
    assert here(SMALL, folder)[:3] == (1, 7, 1)
    assert_same(contents(folder), before)


def test_a_flipped_bit_is_damage(tmp_path: Path) -> None:
    folder = open_folder(tmp_path)
    here(SMALL, folder)
    path = folder.path(next(chunks(SMALL)))
    data = bytearray(path.read_bytes())
    data[data.index(b"share.npy") + 150] ^= 4
    path.write_bytes(data)
    assert here(SMALL, folder).damaged == 1


def test_only_what_is_missing_is_computed(tmp_path: Path) -> None:
    folder, told = open_folder(tmp_path), []
    assert here(SMALL, folder)[:3] == (8, 0, 0)
    more = replace(SMALL, seeds=(0, 1, 2))
    with pytest.raises(MissingChunkError, match="not been computed"):
        contents(folder, more)
    assert run(more, "arena_fake", folder, None, 1, told.append)[:3] == (4, 8, 0)
    assert told == [30] * 12
    # Other code, other files: nothing of the old ones is taken.
    assert run(SMALL, "arena_fake", RunFolder(tmp_path, simulator_version("arena_fake")), None, 1, nothing).reused == 8
    assert RunFolder(tmp_path, "other").read(next(chunks(SMALL))) is None


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import test_arena_run as test;"
        "test.here(test.SMALL, test.open_folder(Path(sys.argv[2])))"
    )
    environment = os.environ | {arena_fake.KILLED_BY: "angry", "PYTHONPATH": str(TESTS)}
    arguments = [sys.executable, "-P", "-c", program, str(Path(__file__).parent), str(tmp_path)]
    killed = subprocess.run(arguments, env=environment, check=False, capture_output=True)
    assert killed.returncode == -9, killed.stderr
    folder = open_folder(tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    # What a cut in the middle of writing leaves behind is no result.
    folder.path(Chunk(SMALL.cells[1], 0, 0, 30)).with_suffix(".part").write_bytes(b"PK")
    assert here(SMALL, folder)[:3] == (6, 2, 0)
    whole = open_folder(tmp_path / "whole")
    here(SMALL, whole)
    assert_same(contents(folder), contents(whole))


# --- where it is computed


@pytest.fixture
def in_process(tmp_path: Path) -> list[dict[str, Any]]:
    folder = open_folder(tmp_path / "in_process")
    here(SMALL, folder)
    return contents(folder)


def test_processes_give_the_same_numbers(tmp_path: Path, in_process: list[dict[str, Any]]) -> None:
    folder = open_folder(tmp_path / "processes")
    with process_executor(2) as executor:
        assert executor is not None
        assert run(SMALL, "arena_fake", folder, executor, 2, nothing).computed == 8
    assert_same(contents(folder), in_process)
    with process_executor(1) as none:
        assert none is None


def test_a_cluster_of_two_workers_gives_the_same_numbers(
    tmp_path: Path, in_process: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("distributed")
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    folder = open_folder(tmp_path / "cluster")
    with dask_executor("2") as (executor, workers):
        assert workers == 2
        assert run(SMALL, "arena_fake", folder, executor, workers, nothing).computed == 8
    assert_same(contents(folder), in_process)


class Counting(Executor):
    """Computes when it is asked for the result, and counts what has been handed out."""

    def __init__(self) -> None:
        self.outstanding: list[int] = []
        self._futures: list[Future[Any]] = []

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._futures.append(future)
        self.outstanding.append(len(self._futures))
        if len(self._futures) == 4:
            for one in self._futures:
                one.set_result(fn(*args, **kwargs))
            self._futures.clear()
        return future


def test_no_more_is_handed_out_than_twice_the_workers(tmp_path: Path) -> None:
    counting = Counting()
    run(SMALL, "arena_fake", open_folder(tmp_path), counting, 2, nothing)
    assert counting.outstanding == [1, 2, 3, 4] * 2


def test_a_worker_with_other_code_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClusterVersionError, match="we run other"):
        run(SMALL, "arena_fake", RunFolder(tmp_path, "other"), None, 1, nothing)
    assert list(tmp_path.iterdir()) == []


def test_an_error_says_in_which_chunk() -> None:
    with pytest.raises(ArithmeticError) as caught:
        compute("arena_fake", Chunk(CELL._replace(beta=6.0), 1, 0, 2))
    assert "beta=6.0" in caught.value.__notes__[0]


# --- which code


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    path = tmp_path / "arena_simulator_of_a_test.py"
    path.write_text("from eqnegotiator.kernels.bargaining import offer_policy\n")
    yield path
    code_version.cache_clear()


def test_the_version_changes_with_the_source(module: Path) -> None:
    first = code_version(module.stem)
    assert len(first) == 16
    code_version.cache_clear()
    assert code_version(module.stem) == first
    module.write_text(module.read_text() + "# more\n")
    code_version.cache_clear()
    assert code_version(module.stem) != first
    with pytest.raises(ModuleNotFoundError, match="no_such_simulator"):
        code_version("no_such_simulator")


def test_the_identity_of_a_simulator_is_part_of_its_version(module: Path) -> None:
    module.write_text("def identity():\n    return 'a model at 0.7'\n")
    assert simulator_version(module.stem) == f"{code_version(module.stem)}, a model at 0.7"


def test_the_numbers_depend_on_kernels_and_not_on_the_report() -> None:
    found = imported_modules("eqnegotiator.bench.arena.numeric")
    ours = {name.removeprefix("eqnegotiator.") for name in found}
    assert {"bench.arena.numeric", "bench.arena.assumptions", "bench.arena.cell", "kernels.offers", "kernels.hmm", "kernels._jit"} <= ours
    assert not ours & {f"bench.arena.{name}" for name in ("report", "page", "statistics", "findings", "__main__", "run")}
    assert all(path.suffix == ".py" and path.is_file() for path in found.values())
