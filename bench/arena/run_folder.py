"""The results of an experiment as files: one .npz a chunk, whole or not there."""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .cell import Cell, Record, RecordError, Records, check_records
from .plan import Chunk, cell_chunks, chunk_name

__all__ = ["MissingChunkError", "RunFolder"]

_SECONDS: Final = "seconds"
_LEAST_SECONDS: Final = 1e-9
_DAMAGE: Final = (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error, NotImplementedError)
"""What numpy and zipfile raise for a file that is cut off, overwritten or none of ours; RecordError is a ValueError."""


class MissingChunkError(LookupError):
    """A chunk that is not in the folder, or damaged there."""


class RunFolder:
    """Chunks of one version of the code. Other versions' files may lie in the same folder; they are not looked at."""

    def __init__(self, folder: Path, version: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.version = version

    def path(self, chunk: Chunk) -> Path:
        """Where the chunk is or will be."""
        return self.folder / f"{chunk_name(chunk, self.version)}.npz"

    def write(self, chunk: Chunk, records: Records, seconds: float) -> None:
        """Keep a chunk. Whoever is killed while writing leaves a `.part` file, which is never read.

        Args:
            seconds: what the simulation took.

        Raises:
            RecordError: the arrays are no records of this chunk.
        """
        check_records(records, chunk.count)
        path = self.path(chunk)
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            arrays: dict[str, Any] = {**records, _SECONDS: np.float64(seconds)}
            np.savez(file, **arrays)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)

    def read(self, chunk: Chunk) -> tuple[dict[str, NDArray[np.generic]], float] | None:
        """Records and seconds of a chunk; None when it is not there.

        Raises:
            RecordError: it is there and damaged.
        """
        path = self.path(chunk)
        try:
            # Opened here: numpy leaves a file open that it cannot make sense of.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                found = {name: stored[name] for name in (*Record._fields, _SECONDS)}
            seconds = float(found.pop(_SECONDS))
            check_records(found, chunk.count)
        except FileNotFoundError:
            return None
        except _DAMAGE as error:
            raise RecordError(f"{path}: damaged: {error}") from error
        return found, seconds

    def records(self, cell: Cell, seeds: Sequence[int], count: int) -> dict[str, NDArray[np.generic]]:
        """All records of a cell, field to [len(seeds) * count], in the order of seed and index.

        Raises:
            MissingChunkError: not all of it has been computed.
        """
        parts = []
        for chunk in cell_chunks(cell, seeds, count):
            found = self.read(chunk)
            if found is None:
                raise MissingChunkError(f"{self.path(chunk)}: {chunk} has not been computed")
            parts.append(found[0])
        return {name: np.concatenate([part[name] for part in parts]) for name in Record._fields}

    def rate(self, chunks: Sequence[Chunk]) -> float:
        """Negotiations a second of one process: the median over chunks, so that the first one's compiling does not count."""
        rates = []
        for chunk in chunks:
            with np.load(self.path(chunk), allow_pickle=False) as stored:
                rates.append(chunk.count / max(float(stored[_SECONDS]), _LEAST_SECONDS))
        return float(np.median(rates))
