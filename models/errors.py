"""Why a checkpoint does not become a bundle, or a bundle is not taken into use. Each names the thing, the value and the way out."""

from __future__ import annotations

__all__ = [
    "ArchitectureError",
    "CatalogueError",
    "DiskFullError",
    "ExportError",
    "LicenceError",
    "ParityError",
    "SourceError",
    "TokenizerError",
]


class ExportError(Exception):
    """Base of every reason not to write a bundle. None of them leaves anything behind."""


class SourceError(ExportError):
    """The checkpoint is not there, cannot be downloaded, or is not a Hugging Face checkpoint of a decoder."""


class TokenizerError(ExportError):
    """The checkpoint's tokenizer has no fast form, no chat template or no end token."""


class LicenceError(ExportError):
    """Neither the model card nor the caller names a licence."""


class ArchitectureError(ExportError):
    """Neither exporter carries this architecture, or its graph has parts that the engines cannot run."""


class ParityError(ExportError):
    """The exported model does not compute what the checkpoint computes."""


class DiskFullError(ExportError):
    """There is no room for the bundle."""


class CatalogueError(Exception):
    """A bundle cannot be listed, installed or selected; what was selected before still is."""
