"""The models folder: a switch happens whole or not at all, and only to a bundle that is exactly what was exported."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path
from typing import Any

import msgspec
import onnx
import pytest
from eqnegotiator.models.bundle import MANIFEST_NAME, bundled, load_bundle, write_manifest
from eqnegotiator.models.bundle_name import BUNDLED, default_name, is_bundle_name
from eqnegotiator.models.catalogue import Catalogue, read_manifest
from eqnegotiator.models.errors import CatalogueError


def edit(folder: Path, **changes: Any) -> None:
    """Change fields of a manifest; `architecture` is merged."""
    raw = msgspec.json.decode((folder / MANIFEST_NAME).read_bytes())
    raw["architecture"] |= changes.pop("architecture", {})
    (folder / MANIFEST_NAME).write_bytes(msgspec.json.encode(raw | changes))


def add(folder: Path, name: str) -> Path:
    """The bundled language model under another name."""
    shutil.copytree(bundled("slm"), folder / name)
    edit(folder / name, name=name)
    return folder / name


def snapshot(folder: Path) -> dict[str, str]:
    """Links with their targets, files with their size."""
    return {
        str(path.relative_to(folder)): str(path.readlink()) if path.is_symlink() else str(path.stat().st_size)
        for path in sorted(folder.rglob("*"))
    }


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    folder = tmp_path / "models"
    folder.mkdir()
    add(folder, "one")
    add(folder, "two")
    return Catalogue(folder)


def test_an_empty_catalogue_speaks_with_the_bundled_model(tmp_path: Path) -> None:
    catalogue = Catalogue(tmp_path / "nowhere")
    assert (catalogue.selected, catalogue.previous, catalogue.selected_folder()) == (BUNDLED, None, bundled("slm"))
    assert [(entry.name, entry.role) for entry in catalogue.entries()] == [("encoder", "in use"), (BUNDLED, "selected")]
    catalogue.select(BUNDLED)
    assert not catalogue.folder.exists()
    with pytest.raises(CatalogueError, match="no model was selected before"):
        catalogue.roll_back()


def test_a_switch_and_back_again(catalogue: Catalogue) -> None:
    catalogue.select("one")
    catalogue.select("two")
    assert (catalogue.selected, catalogue.previous) == ("two", "one")
    assert load_bundle(catalogue.selected_folder(), "slm").manifest.name == "two"
    assert catalogue.roll_back() == "one"
    assert (catalogue.selected, catalogue.previous) == ("one", "two")
    assert catalogue.roll_back() == "two"
    catalogue.select(BUNDLED)
    assert (catalogue.selected, catalogue.previous, catalogue.selected_folder()) == (BUNDLED, "two", bundled("slm"))
    assert (catalogue.folder / "selected").is_symlink()


def test_the_same_model_again_keeps_the_way_back(catalogue: Catalogue) -> None:
    catalogue.select("one")
    catalogue.select("one")
    assert (catalogue.selected, catalogue.previous) == ("one", BUNDLED)


def damage(folder: Path) -> None:
    content = bytearray((folder / "model.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "model.onnx").write_bytes(content)


def other_model(folder: Path, change: Any) -> None:
    """A model that was changed before it was hashed: only running it shows what is wrong."""
    model = onnx.load(folder / "model.onnx")
    change(model)
    onnx.save(model, folder / "model.onnx")
    manifest = read_manifest(folder)
    fields = {key: value for key, value in msgspec.structs.asdict(manifest).items() if key not in ("format", "files")}
    write_manifest(folder, **fields, files=[entry.path for entry in manifest.files])


def newer_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 99


def not_finite(model: onnx.ModelProto) -> None:
    norm = next(tensor for tensor in model.graph.initializer if "norm" in tensor.name and tensor.data_type == onnx.TensorProto.FLOAT)
    norm.CopyFrom(onnx.numpy_helper.from_array(onnx.numpy_helper.to_array(norm) * float("nan"), norm.name))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (damage, r"model\.onnx: expected sha256"),
        (lambda folder: os.truncate(folder / "model.onnx", 1000), r"model\.onnx: expected \d+ bytes, found 1000"),
        (lambda folder: (folder / "tokenizer.json").unlink(), r"tokenizer\.json is listed"),
        (lambda folder: (folder / MANIFEST_NAME).write_text("{"), "is not JSON"),
        (lambda folder: edit(folder, kind="encoder"), "'slm' is needed"),
        (lambda folder: edit(folder, format=2), "reads 1"),
        (lambda folder: edit(folder, prompt_style=None), "no prompt_style"),
        (lambda folder: edit(folder, architecture={"context": 100_000}), "max_length 100000"),
        (lambda folder: edit(folder, architecture={"vocabulary": 7}), r"vocabulary 7 \(model: 4096\)"),
        (lambda folder: edit(folder, architecture={"layers": 7, "head_dim": 3}), r"layers 7 \(model: 6\), head_dim 3"),
        (lambda folder: edit(folder, architecture={"attention": "linear"}), "'linear' is unknown"),
        (lambda folder: edit(folder, architecture={"attention": "dense"}), "wants the inputs"),
        (lambda folder: other_model(folder, newer_opset), r"cannot open it.*[Oo]pset"),
        (lambda folder: other_model(folder, not_finite), "logits are not finite"),
        (shutil.rmtree, "'two' is not in"),
    ],
)
def test_an_unusable_bundle_is_refused_and_the_selection_stays(catalogue: Catalogue, spoil: Any, message: str) -> None:
    catalogue.select("one")
    spoil(catalogue.folder / "two")
    before = snapshot(catalogue.folder)
    with pytest.raises(CatalogueError, match=message):
        catalogue.select("two")
    assert snapshot(catalogue.folder) == before
    assert catalogue.selected == "one"


@pytest.mark.parametrize("name", ["../one", "selected", "", ".one", "a/b", "previous", "x" * 200])
def test_what_is_no_name_is_refused(catalogue: Catalogue, name: str) -> None:
    with pytest.raises(CatalogueError, match="is no name of a bundle"):
        catalogue.select(name)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
@pytest.mark.parametrize("call", ["symlink_to", "replace"])
def test_a_link_that_cannot_be_written_changes_nothing(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    catalogue.select("one")
    before = snapshot(catalogue.folder)

    def fail(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patched:
        patched.setattr(Path, call, fail)
        with pytest.raises(CatalogueError, match=f"{os.strerror(number)}.*The selected model is as before"):
            catalogue.select("two")
    assert snapshot(catalogue.folder) == before


def test_a_disk_that_fills_while_a_bundle_is_copied_leaves_nothing(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = add(tmp_path, "stick")
    before, copied = snapshot(catalogue.folder), []

    def copy(source: Path, target: Path) -> None:
        copied.append(target)
        target.write_bytes(b"half")
        if len(copied) == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copyfile", copy)
        with pytest.raises(CatalogueError, match="free some space"):
            catalogue.install(stick)
    assert len(copied) == 2
    assert snapshot(catalogue.folder) == before


def test_a_copy_that_differs_from_its_source_is_not_installed(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stick = add(tmp_path, "stick")
    before = snapshot(catalogue.folder)
    with monkeypatch.context() as patched:
        patched.setattr(
            shutil, "copyfile", lambda source, target: target.write_bytes(source.read_bytes()[:: -1 if "onnx" in target.name else 1])
        )
        with pytest.raises(CatalogueError, match="expected sha256"):
            catalogue.install(stick)
    assert snapshot(catalogue.folder) == before


def test_a_bundle_from_elsewhere_is_copied_in(catalogue: Catalogue, tmp_path: Path) -> None:
    stick = add(tmp_path, "stick")
    (stick / "holiday.jpg").write_bytes(b"not listed")
    assert catalogue.install(stick) == "stick"
    assert load_bundle(catalogue.folder / "stick").manifest == load_bundle(stick).manifest
    assert not (catalogue.folder / "stick" / "holiday.jpg").exists()
    assert catalogue.install(stick) == "stick", "the same again is no error"
    edit(stick, version="9.9.9")
    with pytest.raises(CatalogueError, match="holds another bundle of this name"):
        catalogue.install(stick)
    edit(stick, name="selected")
    with pytest.raises(CatalogueError, match="'selected' cannot be a folder here"):
        catalogue.install(stick)


def test_entries_name_what_is_wrong(catalogue: Catalogue) -> None:
    (catalogue.folder / "two" / "model.onnx").unlink()
    (catalogue.folder / "empty").mkdir()
    (catalogue.folder / ".half").mkdir()
    catalogue.select("one")
    entries = {entry.name: entry for entry in catalogue.entries()}
    assert list(entries) == ["encoder", BUNDLED, "empty", "one", "two"]
    assert (entries["one"].role, entries[BUNDLED].role, entries["two"].role) == ("selected", "previous", "")
    assert entries["one"].problem == ""
    assert entries["one"].size_bytes == sum(path.stat().st_size for path in (catalogue.folder / "one").iterdir()) - len(
        (catalogue.folder / "one" / MANIFEST_NAME).read_bytes()
    )
    assert "model.onnx missing" in entries["two"].problem
    assert "the folder is no bundle" in entries["empty"].problem


def test_a_link_that_is_a_file_is_named(catalogue: Catalogue) -> None:
    (catalogue.folder / "selected").write_text("one")
    with pytest.raises(CatalogueError, match="no symbolic link"):
        catalogue.selected_folder()


@pytest.mark.parametrize(
    ("source", "bits", "name"),
    [
        ("Qwen/Qwen2.5-0.5B-Instruct", 4, "qwen2.5-0.5b-instruct-int4"),
        ("/models/My Model (v2)/", 8, "my-model-v2-int8"),
        ("smollm-int8", 4, "smollm-int4"),
        ("/", 4, "model-int4"),
    ],
)
def test_default_names(source: str, bits: int, name: str) -> None:
    assert default_name(source, bits) == name
    assert is_bundle_name(name)
