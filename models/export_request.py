"""What an export job is asked for, as JSON. Imports nothing of what the job needs."""

from __future__ import annotations

from typing import Literal

import msgspec

__all__ = ["Attention", "Bits", "Block", "ExportJob", "Job", "VerifyJob"]

Attention = Literal["gqa", "dense"]
"""Grouped-query attention with the cache in place, or plain attention whose cache goes in and comes out."""
Bits = Literal[4, 8]
Block = Literal[16, 32, 64, 128, 256]


class ExportJob(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="export"):
    """A checkpoint to a bundle.

    source: Hugging Face folder or hub id. folder: where the bundle goes; its last part is the bundle's name.
    bits: of every weight matrix. block: weights that share a scale. version: the bundle's.
    licence: None = the model card's. context: tokens; None = the checkpoint's, at most checkpoint.DEFAULT_CONTEXT.
    attention: None = gqa, and dense where the builder lacks the architecture.
    chat_template: a file to use instead of the checkpoint's own.
    like: a bundle that must have been made from the same checkpoint.
    """

    source: str
    folder: str
    bits: Bits
    block: Block = 32
    version: str = "1.0.0"
    licence: str | None = None
    context: int | None = None
    attention: Attention | None = None
    chat_template: str | None = None
    like: str | None = None


class VerifyJob(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="verify"):
    """A checkpoint and the bundle that was made from it."""

    source: str
    folder: str


Job = ExportJob | VerifyJob
