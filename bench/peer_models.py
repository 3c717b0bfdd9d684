"""The same model for each engine, built once into a work folder: checkpoint, our bundle, GGUF, and the work of genai's builder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import msgspec

from ..models.export_request import Block, ExportJob
from .peer_shapes import BLOCK, Shape

__all__ = ["ENGINES", "BuildError", "build", "clean_environment"]

ENGINES: Final = ("ours", "llama.cpp", "genai", "genai/default")
"""`genai` has the head and the embedding as ours has them; `genai/default` is what its builder makes unasked."""

# The head sees the last row only, as ours does; the embedding is shared with it.
_LIKE_OURS: Final = (
    f"int4_block_size={BLOCK}", "int4_accuracy_level=4", "int4_algo_config=rtn", "shared_embeddings=true", "prune_lm_head=true"
)  # fmt: skip


class BuildError(Exception):
    """A model could not be built; the message holds the end of what the builder said."""


def build(shape: Shape, engine: str, work: Path, report: Callable[[str], None]) -> Path:
    """Folder or file that `engine` opens; made when it is not there. `ours/64` is ours with a block of 64 weights.

    Raises:
        BuildError: a builder failed, or it has no such number of bits.
    """
    if engine.startswith("genai") and shape.bits != 4:
        raise BuildError(f"its builder has no {shape.bits} bits on cpu")
    folder = work / shape.name
    folder.mkdir(parents=True, exist_ok=True)
    if engine.startswith("ours"):
        block = msgspec.convert(int(engine.partition("/")[2] or BLOCK), Block)
        return _made(folder / f"ours-{block}", lambda half: _bundle(shape, block, _checkpoint(shape, folder, report), half), report)
    if engine == "llama.cpp":
        file = folder / f"q{shape.bits}_0.gguf"
        return _made(file, lambda half: _gguf(shape, _checkpoint(shape, folder, report), half), report)
    options = [] if engine == "genai/default" else _LIKE_OURS
    return _made(folder / engine.replace("/", "-"), lambda half: _genai(_checkpoint(shape, folder, report), half, options), report)


def clean_environment() -> dict[str, str]:
    """For `python -P`: no telemetry, and no folder `kernels` on the path (ADR 0001)."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return kept | {"ORT_DISABLE_TELEMETRY": "1", "HF_HUB_OFFLINE": "1"}


def _checkpoint(shape: Shape, folder: Path, report: Callable[[str], None]) -> Path:
    return _made(folder / "checkpoint", lambda half: _random(shape, half), report)


def _random(shape: Shape, half: Path) -> None:
    _module(half.parent, "eqnegotiator.bench.random_checkpoint", shape.name, half)


def _gguf(shape: Shape, checkpoint: Path, half: Path) -> None:
    _module(half.parent, "eqnegotiator.bench.gguf_model", shape.name, checkpoint, half)


def _made(target: Path, make: Callable[[Path], None], report: Callable[[str], None]) -> Path:
    if not target.exists():
        report(f"building {target}")
        # The last part of the path is a bundle's name: it must be right before the move.
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".partial-") as name:
            half = Path(name) / target.name
            make(half)
            half.rename(target)
    return target


def _bundle(shape: Shape, block: Block, checkpoint: Path, half: Path) -> None:
    job = ExportJob(source=str(checkpoint), folder=str(half), bits=shape.bits, block=block, context=shape.context, attention="gqa")
    _run([sys.executable, "-P", "-m", "eqnegotiator.models.export_job"], half.parent, msgspec.json.encode(job))


def _genai(checkpoint: Path, half: Path, options: Sequence[str]) -> None:
    _module(
        half.parent, "onnxruntime_genai.models.builder", "-i", checkpoint, "-o", half, "-p", "int4", "-e", "cpu",
        "-c", half.parent / "cache", *(("--extra_options", *options) if options else ()),
    )  # fmt: skip


def _module(folder: Path, name: str, *arguments: str | Path) -> None:
    _run([sys.executable, "-P", "-m", name, *map(str, arguments)], folder, None)


def _run(command: Sequence[str], folder: Path, standard_input: bytes | None) -> None:
    done = subprocess.run(
        command, cwd=folder, input=standard_input, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=clean_environment(), check=False
    )
    if done.returncode != 0:
        last = "\n".join(done.stdout.decode(errors="replace").splitlines()[-12:])
        raise BuildError(f"{' '.join(command)} failed:\n{last}")
