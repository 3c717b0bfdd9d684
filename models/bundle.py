"""Model bundles: a folder whose manifest says what it is, where it came from and what every file must hash to.

Knows nothing of ONNX, tokens or inference: it hands over a folder that is exactly what was written, or it refuses.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

import msgspec

__all__ = [
    "MANIFEST_FORMAT",
    "MANIFEST_NAME",
    "Bundle",
    "BundleError",
    "BundleFile",
    "BundleFileMissingError",
    "BundleFormatError",
    "BundleHashError",
    "BundleKindError",
    "BundlePathError",
    "BundleSizeError",
    "Kind",
    "Manifest",
    "ManifestInvalidError",
    "ManifestMissingError",
    "PromptStyle",
    "Source",
    "bundled",
    "load_bundle",
    "write_manifest",
]

MANIFEST_NAME: Final = "manifest.json"
MANIFEST_FORMAT: Final = 1
Kind = Literal["encoder", "slm"]
PromptStyle = Literal["plan", "chat"]


class BundleError(Exception):
    """Base of every reason not to load a bundle."""


class ManifestMissingError(BundleError):
    """The folder has no manifest, or does not exist."""


class ManifestInvalidError(BundleError):
    """The manifest is not JSON, or a field is missing, unknown or of the wrong type; the message names it."""


class BundleFormatError(BundleError):
    """The manifest has a format number that this version does not read."""


class BundleKindError(BundleError):
    """The bundle holds another kind of model than the caller needs."""


class BundlePathError(BundleError):
    """A listed file lies outside the bundle folder, directly or through a link."""


class BundleFileMissingError(BundleError):
    """A listed file does not exist or is not a regular file."""


class BundleSizeError(BundleError):
    """A file has another length than the manifest says."""


class BundleHashError(BundleError):
    """A file has other content than the manifest says."""


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One thing the model was made from: weights or a corpus."""

    name: str
    licence: str
    origin: str
    """URL, or name of the package."""
    version: str
    """Commit or release."""
    use: str
    """What it was used for."""


class BundleFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file, its path relative to the bundle folder with forward slashes."""

    path: str
    sha256: str
    size_bytes: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Contents of manifest.json. A misspelt field is an error, not a default."""

    format: int
    name: str
    version: str
    kind: Kind
    licence: str
    sources: list[Source]
    architecture: dict[str, int | float | str | bool]
    labels: dict[str, list[str]]
    """Head to the names of its logits, heads in the order of the output columns; empty for an SLM."""
    prompt_style: PromptStyle | None
    special_tokens: dict[str, str]
    """Role (bos, eos, pad, ...) to the token's text; the tokenizer file gives its id."""
    calibration: dict[str, float]
    files: list[BundleFile]
    quality: dict[str, Any]
    """Measured figures, free in form: they are read by people and by `eqneg model list`."""
    created: str
    """ISO 8601 date or time, UTC."""


class Bundle(NamedTuple):
    """A folder whose files have been verified against its manifest."""

    folder: Path
    manifest: Manifest

    def file(self, path: str) -> Path:
        """Absolute path of a file that the manifest lists, hence of one that was verified.

        Raises:
            BundleFileMissingError: the manifest does not list `path`.
        """
        if path not in {entry.path for entry in self.manifest.files}:
            listed = ", ".join(entry.path for entry in self.manifest.files)
            raise BundleFileMissingError(f"{self.folder / MANIFEST_NAME} does not list {path!r}; it lists {listed}")
        return self.folder / path


def bundled(name: str) -> Path:
    """Folder of a bundle that ships with the package: `encoder` or `slm`. Not checked for existence."""
    return Path(__file__).resolve().parent / "bundled" / name


def load_bundle(folder: Path, kind: Kind | None = None) -> Bundle:
    """Read the manifest in `folder` and verify size and sha256 of every file it lists.

    Args:
        folder: the bundle.
        kind: refuse a bundle of another kind; None accepts both.

    Raises:
        BundleError: one of its subclasses, each naming the file or field, what was found and what was expected.
    """
    folder = folder.resolve()
    path = folder / MANIFEST_NAME
    try:
        text = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
        raise ManifestMissingError(
            f"no {MANIFEST_NAME} in {folder}; point to a bundle folder, or write one with `eqneg model export`"
        ) from error
    manifest = _decode(text, path)
    if kind is not None and manifest.kind != kind:
        raise BundleKindError(f"{path}: kind is {manifest.kind!r}, {kind!r} is needed here; choose another bundle")
    for entry in manifest.files:
        _verify(folder, entry)
    return Bundle(folder, manifest)


def write_manifest(
    folder: Path,
    *,
    name: str,
    version: str,
    kind: Kind,
    licence: str,
    sources: list[Source],
    architecture: dict[str, int | float | str | bool],
    files: list[str],
    created: str,
    labels: dict[str, list[str]] | None = None,
    prompt_style: PromptStyle | None = None,
    special_tokens: dict[str, str] | None = None,
    calibration: dict[str, float] | None = None,
    quality: dict[str, Any] | None = None,
) -> Manifest:
    """Hash `files` (paths relative to `folder`), write manifest.json in one rename and return what was written.

    Raises:
        BundlePathError, BundleFileMissingError: a file lies outside `folder` or does not exist.
    """
    folder = folder.resolve()
    entries = []
    for path in files:
        target = _resolve(folder, path)
        entries.append(BundleFile(path=path, sha256=_sha256(target), size_bytes=target.stat().st_size))
    manifest = Manifest(
        format=MANIFEST_FORMAT,
        name=name,
        version=version,
        kind=kind,
        licence=licence,
        sources=sources,
        architecture=architecture,
        labels=labels or {},
        prompt_style=prompt_style,
        special_tokens=special_tokens or {},
        calibration=calibration or {},
        files=entries,
        quality=quality or {},
        created=created,
    )
    partial = folder / f"{MANIFEST_NAME}.partial"
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n")
    partial.replace(folder / MANIFEST_NAME)
    return manifest


def _decode(text: bytes, path: Path) -> Manifest:
    """The format number is looked at first: a newer manifest should say so, not complain of its new fields."""
    try:
        raw = msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ManifestInvalidError(f"{path} is not JSON: {error}; restore the bundle") from error
    if isinstance(raw, dict) and "format" in raw and raw["format"] != MANIFEST_FORMAT:
        raise BundleFormatError(
            f"{path}: format is {raw['format']!r}, this version reads {MANIFEST_FORMAT}; export the bundle again"
        )
    try:
        return msgspec.convert(raw, Manifest)
    except msgspec.ValidationError as error:
        raise ManifestInvalidError(f"{path}: {error}; correct the field or export the bundle again") from error


def _resolve(folder: Path, path: str) -> Path:
    target = (folder / path).resolve()
    if not target.is_relative_to(folder):
        raise BundlePathError(f"{folder / MANIFEST_NAME}: file {path!r} leads outside the bundle, to {target}")
    if not target.is_file():
        raise BundleFileMissingError(f"{target} is listed in {MANIFEST_NAME} and is not there; restore the bundle")
    return target


def _verify(folder: Path, entry: BundleFile) -> None:
    """Size first: it is free, and tells a truncated copy from a changed one."""
    target = _resolve(folder, entry.path)
    size = target.stat().st_size
    if size != entry.size_bytes:
        raise BundleSizeError(f"{target}: expected {entry.size_bytes} bytes, found {size}; restore the bundle")
    digest = _sha256(target)
    if digest != entry.sha256:
        raise BundleHashError(f"{target}: expected sha256 {entry.sha256}, found {digest}; restore the bundle")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
