"""Hugging Face decoder -> bundle: build, compare with PyTorch, quantise, compare again, write. A failure leaves nothing behind.

Needs the `export` extra and `python -P` (ADR 0001); `export_job.py` runs it in a process of its own.
"""

from __future__ import annotations

import datetime
import errno
import itertools
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

from .bundle import Bundle, Manifest, Source, load_bundle, write_manifest
from .chat_tokenizer import TOKENIZER_FILE, ChatTokenizer, load_chat_tokenizer, parity_sequences
from .checkpoint import Checkpoint, architecture_of, context_of, licence_of, open_checkpoint
from .decoder_graph import DecoderGraph, NotInBuilderError, build
from .engine import EngineOptions
from .engines import open_bundle, open_model
from .errors import ArchitectureError, DiskFullError, ExportError
from .export_request import Attention, Bits, ExportJob
from .onnx_file import opset_of, save_model
from .quantise import Quantisation, quantise
from .verify import Parity, check_parity, check_structure, parity, reference_logits, structure

__all__ = ["Decoder", "export", "export_decoder", "verify"]

Report = Callable[[str], None]
_MODEL_FILE: Final = "model.onnx"
_STRUCTURE_ROWS: Final = 3
_STRUCTURE_SEQUENCES: Final = 3
_BEYOND_WINDOW: Final = 24
_THREADS: Final = os.cpu_count() or 1


class Decoder(NamedTuple):
    """A verified quantised decoder on disk.

    files: names in the folder it was written to. parameters: of the checkpoint, tied weights once.
    structure_error: see verify.structure, of the unquantised graph.
    """

    files: list[str]
    attention: Attention
    opset: int
    context: int
    architecture: dict[str, int | float | str | bool]
    parameters: int
    quantisation: Quantisation
    structure_error: float
    parity: Parity


def export(job: ExportJob, report: Report = print) -> Manifest:
    """Write a bundle.

    Raises:
        ExportError: one of its subclasses; nothing is left behind.
        BundleError: `like` names no bundle.
    """
    folder = Path(job.folder)
    if folder.exists():
        raise ExportError(f"{folder} exists; remove it or choose another --name")
    checkpoint = open_checkpoint(job.source, report)
    if job.like is not None:
        _check_same(load_bundle(Path(job.like), "slm"), checkpoint)
    licence = licence_of(checkpoint, job.licence)
    context = context_of(checkpoint, job.context)
    tokenizer = load_chat_tokenizer(checkpoint, Path(job.chat_template) if job.chat_template is not None else None)
    with _half_written(folder) as half:
        files = tokenizer.save(checkpoint, half)
        sequences = parity_sequences(tokenizer, context, half / TOKENIZER_FILE)
        decoder = export_decoder(
            checkpoint, half, sequences, bits=job.bits, block=job.block, context=context, attention=job.attention, report=report
        )
        return _write_manifest(half, job, checkpoint, licence, tokenizer, decoder, [*decoder.files, *files])


def export_decoder(
    checkpoint: Checkpoint,
    folder: Path,
    sequences: Sequence[Sequence[int]],
    *,
    bits: Bits,
    block: int,
    context: int,
    attention: Attention | None = None,
    report: Report = print,
) -> Decoder:
    """Write the verified model into `folder`: the steps of an export without tokenizer and manifest.

    Args:
        checkpoint: the source. folder: an existing folder.
        sequences: token ids to verify on, each of 12 tokens or more.
        bits, block, context, attention: as in ExportJob.
        report: is told what happens.

    Raises:
        ArchitectureError, ParityError: nothing usable was made; the folder may hold files that must not be used.
    """
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(checkpoint.folder, trust_remote_code=False)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".export-") as name:
        graph, attention = _build(checkpoint, config, attention, context, Path(name), report)
        long = _beyond_windows(graph.windows, sequences, context)
        report("running PyTorch")
        reference = reference_logits(checkpoint.folder, [*sequences, *long])
        report("comparing the unquantised graph with PyTorch")
        rows = [*sequences[: _STRUCTURE_SEQUENCES - len(long)], *long]
        engine = open_model(graph.path, attention, EngineOptions(slots=len(rows), threads=_THREADS))
        held = engine.max_length
        structure_error = structure(engine, rows, [*reference.logits[: len(rows) - len(long)], *reference.logits[len(sequences) :]])
        del engine
        check_structure(structure_error)
        report(f"quantising to {bits} bits, block {block}")
        quantisation = quantise(graph.model, graph.path.parent, bits, block)
        opset = opset_of(graph.model)
        files = save_model(graph.model, folder / _MODEL_FILE)
    engine = open_model(folder / _MODEL_FILE, attention, EngineOptions(slots=1, threads=_THREADS))
    measured = parity(engine, sequences, reference.logits[: len(sequences)], _progress(report))
    check_parity(measured, bits)
    return Decoder(files, attention, opset, held, architecture_of(config), reference.parameters, quantisation, structure_error, measured)


def verify(source: str, bundle: Bundle, report: Report = print) -> Parity:
    """Compare a bundle with its checkpoint again.

    Raises:
        ExportError: the checkpoint cannot be used, is another architecture, or the bundle is too far from it.
    """
    checkpoint = open_checkpoint(source, report)
    _check_same(bundle, checkpoint)
    manifest = bundle.manifest.architecture
    tokenizer = load_chat_tokenizer(checkpoint, bundle.file("chat_template.jinja"))
    sequences = parity_sequences(tokenizer, int(manifest["context"]), bundle.file(TOKENIZER_FILE))
    report("running PyTorch")
    reference = reference_logits(checkpoint.folder, sequences)
    engine = open_bundle(bundle, EngineOptions(slots=1, threads=_THREADS))
    measured = parity(engine, sequences, reference.logits, _progress(report))
    check_parity(measured, 4 if manifest["bits"] == 4 else 8)
    return measured


def _check_same(bundle: Bundle, checkpoint: Checkpoint) -> None:
    from transformers import AutoConfig

    said = bundle.manifest.architecture
    theirs = architecture_of(AutoConfig.from_pretrained(checkpoint.folder, trust_remote_code=False))
    other = [f"{key} {said.get(key)!r} (checkpoint: {value!r})" for key, value in theirs.items() if said.get(key) != value]
    if other:
        raise ArchitectureError(f"{bundle.folder} was not made from {checkpoint.origin}: {', '.join(other)}; name its own checkpoint")


def _build(
    checkpoint: Checkpoint, config: Any, attention: Attention | None, context: int, scratch: Path, report: Report
) -> tuple[DecoderGraph, Attention]:
    kind = checkpoint.config["architectures"][0]
    if attention != "dense":
        report(f"building the graph of {kind} with grouped-query attention")
        try:
            return build(checkpoint, config, "gqa", context, scratch), "gqa"
        except NotInBuilderError:
            if attention == "gqa":
                raise
            report(f"the builder lacks {kind}: exporting by Optimum with dense attention, which runs slower")
    return build(checkpoint, config, "dense", context, scratch), "dense"


def _beyond_windows(windows: Sequence[int], sequences: Sequence[Sequence[int]], context: int) -> list[list[int]]:
    """A sequence that is longer than the widest sliding window: within a window, a wrong one does not show."""
    if not windows:
        return []
    tokens = itertools.cycle(itertools.chain.from_iterable(sequences))
    return [list(itertools.islice(tokens, min(context, max(windows) + _BEYOND_WINDOW)))]


def _write_manifest(
    folder: Path, job: ExportJob, checkpoint: Checkpoint, licence: str, tokenizer: ChatTokenizer, decoder: Decoder, files: list[str]
) -> Manifest:
    return write_manifest(
        folder,
        name=Path(job.folder).name,
        version=job.version,
        kind="slm",
        licence=licence,
        sources=[Source(Path(job.source).name, licence, checkpoint.origin, checkpoint.version, "weights, tokenizer and chat template")],
        architecture=decoder.architecture
        | {
            "context": decoder.context,
            "bits": job.bits,
            "block": job.block,
            "attention": decoder.attention,
            "opset": decoder.opset,
            "parameters": decoder.parameters,
            "embedding": decoder.quantisation.embedding,
        },
        prompt_style="chat",
        special_tokens=tokenizer.special_tokens,
        files=files,
        quality={
            f"parity_int{job.bits}_vs_torch": decoder.parity._asdict(),
            "structure_error_float32_vs_torch": decoder.structure_error,
            "weight_error": decoder.quantisation.worst_error,
        },
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


@contextmanager
def _half_written(folder: Path) -> Iterator[Path]:
    """A folder beside the bundle's that becomes it in one rename, or goes."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as name:
            half = Path(name) / folder.name
            half.mkdir()
            yield half
            half.rename(folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(
                f"{folder.parent}: no space left; an export needs four bytes per parameter there while it works; free some or choose --out"
            ) from error
        raise ExportError(f"{folder}: cannot be written: {error.strerror or error}; choose another --out") from error


def _progress(report: Report) -> Callable[[int, int], None]:
    def tell(done: int, total: int) -> None:
        if done == 1 or done == total or done % 100 == 0:
            report(f"comparing the quantised model with PyTorch: token {done} of {total}")

    return tell
