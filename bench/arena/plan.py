"""An experiment and its chunks. Knows neither files nor processes."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from .cell import Cell

__all__ = ["CHUNK_LIMIT", "Chunk", "Experiment", "cell_chunks", "cells", "chunk_name", "chunks"]

CHUNK_LIMIT: Final = 10_000
"""Negotiations of one chunk, at most: enough that handing one out costs nothing beside it, few enough that a stop loses little."""


@dataclass(frozen=True)
class Experiment:
    """Every cell, played `count` times with each of the seeds."""

    cells: tuple[Cell, ...]
    seeds: tuple[int, ...]
    count: int


@dataclass(frozen=True)
class Chunk:
    """Negotiations `first` to `first + count - 1` of one cell and seed."""

    cell: Cell
    seed: int
    first: int
    count: int


def cells(
    creditors: Sequence[str], personas: Sequence[str], patterns: Sequence[str], betas: Sequence[float], scenarios: Sequence[str]
) -> tuple[Cell, ...]:
    """All combinations."""
    return tuple(itertools.starmap(Cell, itertools.product(creditors, personas, patterns, betas, scenarios)))


def cell_chunks(cell: Cell, seeds: Sequence[int], count: int) -> Iterator[Chunk]:
    """The chunks of one cell, in the order of seed and first negotiation."""
    for seed in seeds:
        for first in range(0, count, CHUNK_LIMIT):
            yield Chunk(cell, seed, first, min(CHUNK_LIMIT, count - first))


def chunks(experiment: Experiment) -> Iterator[Chunk]:
    """All chunks, cell by cell."""
    for cell in experiment.cells:
        yield from cell_chunks(cell, experiment.seeds, experiment.count)


def chunk_name(chunk: Chunk, version: str) -> str:
    """Name of the chunk's file: a hash of all that its numbers depend on.

    Args:
        version: of the code, see `code_version`.
    """
    key = json.dumps([*chunk.cell, chunk.seed, chunk.first, chunk.count, version])
    return hashlib.sha256(key.encode()).hexdigest()[:40]
