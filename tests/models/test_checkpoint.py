"""Where an export starts: what is downloaded is said before, and a licence is somebody's word."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
from eqnegotiator.models.checkpoint import Checkpoint, licence_of, open_checkpoint
from eqnegotiator.models.errors import LicenceError, SourceError

COMMIT = "0123456789abcdef"


def checkpoint(folder: Path, card: str | None = None) -> Checkpoint:
    (folder / "config.json").write_text(json.dumps({"architectures": ["LlamaForCausalLM"]}))
    (folder / "model.safetensors").write_bytes(b"weights")
    if card is not None:
        (folder / "README.md").write_text(card, encoding="utf-8")
    return open_checkpoint(str(folder), lambda _: None)


def test_a_download_is_announced_with_its_size_and_pinned_to_a_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    checkpoint(tmp_path)
    files = [SimpleNamespace(rfilename="model.safetensors", size=3_000_000), SimpleNamespace(rfilename="config.json", size=1_000_000)]
    files.append(SimpleNamespace(rfilename="pytorch_model.bin", size=9_000_000))
    asked: dict[str, object] = {}

    def snapshot(repo: str, **options: object) -> str:
        assert said, "nothing is downloaded before it is said"
        asked.update(options, repo=repo)
        return str(tmp_path)

    said: list[str] = []
    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", lambda *_, **__: SimpleNamespace(siblings=files, sha=COMMIT))
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot)
    found = open_checkpoint("owner/model", said.append)
    assert said == ["downloading 2 files, 4 MB, from https://huggingface.co/owner/model"]
    assert (asked["repo"], asked["revision"]) == ("owner/model", COMMIT)
    assert (found.origin, found.version, found.folder) == ("https://huggingface.co/owner/model", COMMIT, tmp_path)


def test_a_local_folder_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the hub was asked")

    monkeypatch.setattr(huggingface_hub.HfApi, "model_info", refuse)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", refuse)
    found = checkpoint(tmp_path)
    assert found.origin == str(tmp_path)
    assert found.version == checkpoint(tmp_path).version
    (tmp_path / "model.safetensors").write_bytes(b"others!")
    assert open_checkpoint(str(tmp_path), lambda _: None).version != found.version


@pytest.mark.parametrize("source", ["./owner/model", "/nowhere/model", "model", "a/b/c", "owner/"])
def test_a_mistyped_folder_is_not_looked_for_on_the_hub(source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(huggingface_hub.HfApi, "model_info")
    with pytest.raises(SourceError, match="no such folder, and it is no hub id"):
        open_checkpoint(source, lambda _: None)


def test_a_file_is_no_checkpoint(tmp_path: Path) -> None:
    (tmp_path / "model.gguf").write_bytes(b"")
    with pytest.raises(SourceError, match="is a file"):
        open_checkpoint(str(tmp_path / "model.gguf"), lambda _: None)


@pytest.mark.parametrize(
    ("card", "named", "licence"),
    [
        ("---\nlicense: apache-2.0\n---\n", None, "Apache-2.0"),
        ("---\nlicense: mit\n---\n", None, "MIT"),
        ("---\nlicense: other\nlicense_name: llama3.2\n---\n", None, "llama3.2"),
        ("---\nlicense: gemma\n---\n", None, "gemma"),
        ("---\nlicense: mit\n---\n", "Apache-2.0", "Apache-2.0"),
        (None, "Apache-2.0", "Apache-2.0"),
    ],
)
def test_the_licence_is_the_callers_word_or_the_cards(tmp_path: Path, card: str | None, named: str | None, licence: str) -> None:
    assert licence_of(checkpoint(tmp_path, card), named) == licence


@pytest.mark.parametrize("card", [None, "# A model\n", "---\ntags: [x]\n---\n", "---\nlicense: other\n---\n"])
def test_no_licence_is_an_error(tmp_path: Path, card: str | None) -> None:
    with pytest.raises(LicenceError, match="--licence"):
        licence_of(checkpoint(tmp_path, card), None)
