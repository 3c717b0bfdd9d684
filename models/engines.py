"""The engine that a bundle's model needs: grouped-query attention with its cache in place, or a dense graph that hands its cache over."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from .bundle import Bundle
from .dense_engine import DenseEngine
from .engine import Engine, EngineError, EngineOptions, TokenEngine
from .export_request import Attention

__all__ = ["ATTENTIONS", "attention_of", "open_bundle", "open_model"]

ATTENTIONS: Final[tuple[Attention, ...]] = ("gqa", "dense")


def attention_of(bundle: Bundle) -> Attention:
    """What the manifest says; a bundle from before there were two says nothing and is `gqa`.

    Raises:
        EngineError: an attention that this version does not know.
    """
    named = bundle.manifest.architecture.get("attention", "gqa")
    for known in ATTENTIONS:
        if named == known:
            return known
    raise EngineError(f"{bundle.folder}: attention {named!r} is unknown, this version runs {' and '.join(ATTENTIONS)}; export it again")


def open_bundle(bundle: Bundle, options: EngineOptions) -> TokenEngine:
    """Open the model of a verified bundle.

    Raises:
        EngineError: an unknown attention, or as `open_model`.
    """
    engine = open_model(bundle.file("model.onnx"), attention_of(bundle), options)
    # The matrix products of four bits round by the number of rows (1e-5), those of eight bits do not: measured with onnxruntime 1.32.
    engine.exact = engine.exact and bundle.manifest.architecture.get("bits") == 8
    return engine


def open_model(model: Path, attention: Attention, options: EngineOptions) -> TokenEngine:
    """Open a model file.

    Raises:
        EngineError: onnxruntime cannot open it, or the graph is not of this attention.
    """
    return Engine.from_file(model, options) if attention == "gqa" else DenseEngine.from_file(model, options)
