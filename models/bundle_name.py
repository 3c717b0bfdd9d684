"""Names of bundles in the models folder."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["BUNDLED", "default_name", "is_bundle_name"]

BUNDLED: Final = "bundled"
"""Stands for the language model that ships with the package."""
_RESERVED: Final = frozenset({BUNDLED, "selected", "previous"})
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


def is_bundle_name(text: str) -> bool:
    """Whether a folder of this name can be a bundle of the catalogue."""
    return _NAME.fullmatch(text) is not None and text not in _RESERVED


def default_name(source: str, bits: int) -> str:
    """The name that an export gets when none is chosen: `Qwen/Qwen2.5-0.5B-Instruct` -> `qwen2.5-0.5b-instruct-int4`."""
    last = source.rstrip("/").rpartition("/")[2].lower()
    stem = re.sub(r"[^a-z0-9._-]+", "-", re.sub(r"-int\d$", "", last)).strip("-._")
    return f"{stem or 'model'}-int{bits}"
