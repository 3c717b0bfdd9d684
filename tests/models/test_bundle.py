"""Bundles: what was written loads, and anything else is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from eqnegotiator.models.bundle import (
    MANIFEST_NAME,
    BundleError,
    BundleFileMissingError,
    BundleFormatError,
    BundleHashError,
    BundleKindError,
    BundlePathError,
    BundleSizeError,
    Kind,
    Manifest,
    ManifestInvalidError,
    ManifestMissingError,
    Source,
    bundled,
    load_bundle,
    write_manifest,
)
from hypothesis import given
from hypothesis import strategies as st

CONTENT = bytes(range(256)) * 8
SOURCE = Source(name="corpus", licence="CC BY 4.0", origin="https://example.org/corpus", version="1.0", use="training")


def write(folder: Path, kind: Kind = "slm") -> Manifest:
    (folder / "parts").mkdir()
    (folder / "model.onnx").write_bytes(CONTENT)
    (folder / "parts" / "tokenizer.json").write_text("{}", encoding="utf-8")
    return write_manifest(
        folder,
        name="sample",
        version="1.2.3",
        kind=kind,
        licence="Apache-2.0",
        sources=[SOURCE],
        architecture={"layers": 2, "rope_base": 10000.0, "activation": "silu", "tied": True},
        prompt_style="plan" if kind == "slm" else None,
        special_tokens={"bos": "<s>"},
        files=["model.onnx", "parts/tokenizer.json"],
        quality={"perplexity": {"dev": 4.2}},
        created="2026-01-02T03:04:05+00:00",
    )


def edit(folder: Path, **changes: Any) -> None:
    """Change fields of the manifest on disk; a value of None keeps the field as null, `...` removes it."""
    path = folder / MANIFEST_NAME
    raw = msgspec.json.decode(path.read_bytes()) | changes
    path.write_bytes(msgspec.json.encode({name: value for name, value in raw.items() if value is not ...}))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write(tmp_path)
    return tmp_path


def test_what_was_written_loads(tmp_path: Path) -> None:
    written = write(tmp_path)
    bundle = load_bundle(tmp_path, "slm")
    assert bundle.manifest == written
    assert bundle.file("model.onnx").read_bytes() == CONTENT
    assert [entry.size_bytes for entry in written.files] == [2048, 2]
    assert written.architecture == {"layers": 2, "rope_base": 10000.0, "activation": "silu", "tied": True}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["manifest.json", "model.onnx", "parts"]


def test_unlisted_file_is_not_handed_out(folder: Path) -> None:
    (folder / "extra.bin").write_bytes(b"unverified")
    with pytest.raises(BundleFileMissingError, match=r"'extra\.bin'.*model\.onnx"):
        load_bundle(folder).file("extra.bin")


@pytest.mark.parametrize("missing", ["nowhere", "model.onnx"])
def test_no_manifest(folder: Path, missing: str) -> None:
    with pytest.raises(ManifestMissingError, match=missing):
        load_bundle(folder / missing)


@pytest.mark.parametrize("text", [b"", b"{", b"\xff\xfe", b"not json"])
def test_unreadable_manifest(folder: Path, text: bytes) -> None:
    (folder / MANIFEST_NAME).write_bytes(text)
    with pytest.raises(ManifestInvalidError, match=MANIFEST_NAME):
        load_bundle(folder)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"licence": ...}, "licence"),
        ({"licenze": "MIT"}, "licenze"),
        ({"kind": "voice"}, "kind"),
        ({"prompt_style": "free"}, "prompt_style"),
        ({"calibration": {"bias": "high"}}, "calibration"),
        ({"files": [{"path": "model.onnx", "sha256": "0", "size_bytes": "2"}]}, r"files\[0\]\.size_bytes"),
        ({"sources": [{"name": "corpus"}]}, r"sources\[0\]"),
    ],
)
def test_invalid_field_is_named(folder: Path, changes: dict[str, Any], named: str) -> None:
    edit(folder, **changes)
    with pytest.raises(ManifestInvalidError, match=named):
        load_bundle(folder)


@pytest.mark.parametrize("number", [0, 2, "1", None])
def test_other_format_is_refused_before_its_fields(folder: Path, number: object) -> None:
    edit(folder, format=number, field_of_the_future=1)
    with pytest.raises(BundleFormatError, match="reads 1"):
        load_bundle(folder)


def test_wrong_kind(folder: Path) -> None:
    with pytest.raises(BundleKindError, match="'slm', 'encoder' is needed"):
        load_bundle(folder, "encoder")


@given(position=st.integers(0, len(CONTENT) - 1), bit=st.integers(0, 7))
def test_any_flipped_bit_is_found(tmp_path_factory: pytest.TempPathFactory, position: int, bit: int) -> None:
    folder = tmp_path_factory.mktemp("bundle")
    expected = write(folder).files[0].sha256
    damaged = bytearray(CONTENT)
    damaged[position] ^= 1 << bit
    (folder / "model.onnx").write_bytes(damaged)
    with pytest.raises(BundleHashError, match=rf"model\.onnx: expected sha256 {expected}, found [0-9a-f]{{64}}"):
        load_bundle(folder)


@pytest.mark.parametrize("content", [b"", CONTENT[:-1], CONTENT + b"\0"])
def test_wrong_size(folder: Path, content: bytes) -> None:
    (folder / "model.onnx").write_bytes(content)
    with pytest.raises(BundleSizeError, match=rf"model\.onnx: expected 2048 bytes, found {len(content)}"):
        load_bundle(folder)


def test_missing_file(folder: Path) -> None:
    (folder / "parts" / "tokenizer.json").unlink()
    with pytest.raises(BundleFileMissingError, match=r"tokenizer\.json"):
        load_bundle(folder)


@pytest.mark.parametrize("path", ["../outside", "/etc/hostname", "parts/../../outside"])
def test_path_outside_the_folder(tmp_path: Path, path: str) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    write(folder)
    (tmp_path / "outside").write_bytes(b"secret")
    edit(folder, files=[{"path": path, "sha256": "0" * 64, "size_bytes": 6}])
    with pytest.raises(BundlePathError, match="outside the bundle"):
        load_bundle(folder)


def test_link_out_of_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    folder.mkdir()
    write(folder)
    (folder / "model.onnx").rename(tmp_path / "elsewhere.onnx")
    (folder / "model.onnx").symlink_to(tmp_path / "elsewhere.onnx")
    with pytest.raises(BundlePathError, match=r"elsewhere\.onnx"):
        load_bundle(folder)


def test_writing_refuses_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match=r"absent\.onnx"):
        write_manifest(
            tmp_path,
            name="sample",
            version="1",
            kind="slm",
            licence="MIT",
            sources=[],
            architecture={},
            files=["absent.onnx"],
            created="2026-01-02",
        )
    assert not (tmp_path / MANIFEST_NAME).exists()


def test_bundled_folders_stand_beside_the_module() -> None:
    assert bundled("encoder").parts[-3:] == ("models", "bundled", "encoder")
