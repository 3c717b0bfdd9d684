"""Checkpoint -> unquantised ONNX decoder on disk: by the onnxruntime-genai builder with grouped-query attention, or by Optimum, dense.

Both exporters are talkative; what they print is shown only when they fail.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import logging
import math
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import onnx
from onnx import ModelProto

from .checkpoint import Checkpoint, adjustments_of
from .dense_surgery import dense
from .errors import ArchitectureError
from .export_request import Attention
from .onnx_file import load_tensor, save_model
from .surgery import packed

__all__ = ["DecoderGraph", "NotInBuilderError", "build"]

_GRAPH: Final = "graph.onnx"
# Constants and norms. What is larger stays on disk until its turn comes: protobuf gives no memory back before the whole model goes.
_SMALL_BYTES: Final = 16 * 2**20
_LAST_LINES: Final = 12


class NotInBuilderError(ArchitectureError):
    """The builder has no class for this architecture; Optimum may have."""


class DecoderGraph(NamedTuple):
    """An unquantised decoder.

    model: the graph; large weights lie in external data beside `path`. path: the same on disk. windows: sliding windows that
    are narrower than the context.
    """

    model: ModelProto
    path: Path
    windows: list[int]


def build(checkpoint: Checkpoint, config: Any, attention: Attention, context: int, scratch: Path) -> DecoderGraph:
    """Build and cut the graph to what the engine of this attention runs.

    Args:
        checkpoint: the source. config: its `transformers` configuration.
        attention: gqa or dense.
        context: tokens at most.
        scratch: an empty folder with room for the model in float32.

    Raises:
        NotInBuilderError: `gqa`, and the builder has no such architecture.
        ArchitectureError: the exporter fails, or its graph has parts that the engine cannot run.
    """
    adjustments = adjustments_of(config, context)
    model = (
        packed(_builder(checkpoint, scratch), adjustments) if attention == "gqa" else dense(_optimum(checkpoint, scratch), scratch, context)
    )
    path = scratch / _GRAPH
    save_model(model, path)
    windows = sorted({window for window in adjustments.windows or () if window is not None and window < context})
    return DecoderGraph(model, path, windows)


def _builder(checkpoint: Checkpoint, scratch: Path) -> ModelProto:
    from onnxruntime_genai.models.builder import create_model

    source = _plain_rotation(checkpoint, scratch)
    with _quiet() as printed:
        try:
            create_model(
                "", str(source), str(scratch), "fp32", "cpu", str(scratch / "cache"),
                hf_token="false", hf_remote=False, shared_embeddings=False,
            )  # fmt: skip
        except NotImplementedError as error:
            raise NotInBuilderError(str(error)) from error
        except Exception as error:  # the builder raises whatever its dictionaries and tensors raise
            _raise_if_full(error)
            raise ArchitectureError(_failure("the onnxruntime-genai builder", checkpoint, error, printed)) from error
    return _load(scratch)


def _plain_rotation(checkpoint: Checkpoint, scratch: Path) -> Path:
    """The builder cannot leave single layers unrotated; it is shown a configuration without such layers, and surgery puts them back."""
    if not checkpoint.config.get("no_rope_layers"):
        return checkpoint.folder
    shown = scratch / "shown"
    shown.mkdir()
    for path in checkpoint.folder.iterdir():
        if path.is_file() and path.name != "config.json":
            (shown / path.name).symlink_to(path.resolve())
    config = checkpoint.config | {"no_rope_layers": [1] * len(checkpoint.config["no_rope_layers"])}
    (shown / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return shown


def _optimum(checkpoint: Checkpoint, scratch: Path) -> ModelProto:
    from optimum.exporters.onnx import main_export

    with _quiet() as printed:
        try:
            main_export(
                str(checkpoint.folder), scratch, task="text-generation-with-past", library_name="transformers", dtype="fp32",
                do_validation=False, no_post_process=True, local_files_only=True, trust_remote_code=False,
            )  # fmt: skip
        except Exception as error:  # Optimum and the tracer below it raise all kinds
            _raise_if_full(error)
            raise ArchitectureError(_failure("Optimum", checkpoint, error, printed)) from error
    return _load(scratch)


def _load(folder: Path) -> ModelProto:
    model = onnx.load(folder / "model.onnx", load_external_data=False)
    for tensor in model.graph.initializer:
        if 4 * math.prod(tensor.dims) <= _SMALL_BYTES or "_cache" in tensor.name:  # a rotary table is cut, so it is read whole
            load_tensor(tensor, folder)
    return model


def _failure(exporter: str, checkpoint: Checkpoint, error: Exception, printed: io.StringIO) -> str:
    said = "\n".join(printed.getvalue().splitlines()[-_LAST_LINES:])
    kind = checkpoint.config["architectures"][0]
    return f"{exporter} cannot export {kind}: {type(error).__name__}: {error}" + (f"\nit printed:\n{said}" if said.strip() else "")


def _raise_if_full(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        raise error


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    printed = io.StringIO()
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield printed
    finally:
        logging.disable(level)
