"""Where an export starts: a Hugging Face checkpoint on disk or on the hub, its licence, and what its configuration says.

Loads no weights. Code that a checkpoint may bring along is never run.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from .errors import ArchitectureError, LicenceError, SourceError
from .surgery import Adjustments

__all__ = ["DEFAULT_CONTEXT", "Checkpoint", "adjustments_of", "architecture_of", "context_of", "licence_of", "open_checkpoint"]

DEFAULT_CONTEXT: Final = 4096
"""Tokens. A conversation takes a quarter of it, and the cache of every kiosk is as long as the context."""
_HUB_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9._-]+")
_WANTED: Final = ["*.json", "*.safetensors", "*.jinja", "*.txt", "tokenizer.model", "README.md", "LICENSE*"]
# What model cards abbreviate, in SPDX's spelling.
_SPDX: Final = {
    "apache-2.0": "Apache-2.0", "mit": "MIT", "bsd-3-clause": "BSD-3-Clause", "cc-by-4.0": "CC-BY-4.0", "cc-by-sa-4.0": "CC-BY-SA-4.0",
    "cc0-1.0": "CC0-1.0", "gpl-3.0": "GPL-3.0-only", "lgpl-3.0": "LGPL-3.0-only",
}  # fmt: skip


class Checkpoint(NamedTuple):
    """A checkpoint on disk.

    folder: its files. origin: folder or hub address. version: the hub's commit, or the beginning of a hash of the weights.
    config: the text model's entry of config.json.
    """

    folder: Path
    origin: str
    version: str
    config: dict[str, Any]


def open_checkpoint(source: str, report: Callable[[str], None]) -> Checkpoint:
    """A folder is taken as it is; `owner/name` is downloaded from huggingface.co, after saying what and how much.

    Raises:
        SourceError: nothing there, nothing reachable, or no decoder's checkpoint.
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return Checkpoint(folder.resolve(), str(folder.resolve()), _weights_version(folder), _config(folder))
    if folder.exists():
        raise SourceError(f"{source} is a file; name the Hugging Face folder (config.json, *.safetensors) or a hub id such as owner/name")
    if _HUB_ID.fullmatch(source) is None:
        raise SourceError(f"{source}: there is no such folder, and it is no hub id such as Qwen/Qwen2.5-0.5B-Instruct")
    folder, commit = _download(source, report)
    return Checkpoint(folder, f"https://huggingface.co/{source}", commit, _config(folder))


def _download(hub_id: str, report: Callable[[str], None]) -> tuple[Path, str]:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.utils._paths import filter_repo_objects

    try:
        info = HfApi().model_info(hub_id, files_metadata=True)
        sizes = {file.rfilename: file.size or 0 for file in info.siblings or []}
        names = list(filter_repo_objects(sizes, allow_patterns=_WANTED))
        report(f"downloading {len(names)} files, {sum(sizes[name] for name in names) / 1e6:.0f} MB, from https://huggingface.co/{hub_id}")
        folder = snapshot_download(hub_id, revision=info.sha, allow_patterns=_WANTED)
    except (OSError, ValueError) as error:  # all of the hub's own errors derive from these
        raise SourceError(
            f"{hub_id}: there is no such folder here, and huggingface.co gives nothing: {_first_line(error)}; download it elsewhere"
            " and name the folder"
        ) from error
    return Path(folder), str(info.sha)


def _config(folder: Path) -> dict[str, Any]:
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}; a Hugging Face checkpoint has one") from error
    except ValueError as error:
        raise SourceError(f"{path} is not JSON: {error}; restore the checkpoint") from error
    if not isinstance(config, dict) or not config.get("architectures"):
        raise SourceError(f"{path} names no architectures; a Hugging Face checkpoint of a decoder does")
    if "auto_map" in config:
        raise SourceError(
            f"{path}: the checkpoint needs code of its own (auto_map), which is never run; choose one that transformers knows"
        )
    if not any((folder / name).exists() for name in ("model.safetensors", "model.safetensors.index.json")):
        raise SourceError(f"{folder} has no model.safetensors; convert the checkpoint to safetensors")
    if not str(config["architectures"][0]).endswith(("ForCausalLM", "LMHeadModel")):
        raise ArchitectureError(f"{path}: {config['architectures'][0]} is not a text decoder (ForCausalLM); choose a text-only checkpoint")
    return config


def _weights_version(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.safetensors")):
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return f"sha256:{digest.hexdigest()[:16]}"


def licence_of(checkpoint: Checkpoint, named: str | None) -> str:
    """The caller's word, else what the model card's front matter says, in SPDX's spelling.

    Raises:
        LicenceError: neither says it.
    """
    if named:
        return named
    card = checkpoint.folder / "README.md"
    said: dict[str, Any] = {}
    if card.is_file():
        from huggingface_hub import ModelCard

        data: Any = ModelCard(card.read_text(encoding="utf-8"), ignore_metadata_errors=True).data
        said = data.to_dict()
    licence = said.get("license")
    if licence == "other":
        licence = said.get("license_name")
    if not isinstance(licence, str) or not licence:
        raise LicenceError(f"{checkpoint.origin}: the model card names no licence; read it up and pass --licence, for example Apache-2.0")
    return _SPDX.get(licence.lower(), licence)


def context_of(checkpoint: Checkpoint, wanted: int | None) -> int:
    """Tokens of context: what is wanted, at most what the checkpoint was trained for; by default no more than DEFAULT_CONTEXT.

    Raises:
        ArchitectureError: more is wanted than the checkpoint has, or it does not say what it has.
    """
    known = [checkpoint.config[key] for key in ("max_position_embeddings", "n_positions", "n_ctx") if key in checkpoint.config]
    # LongRoPE turns to other tables beyond the original length; the keys in the cache would have to be turned with them.
    if "longrope" in str(checkpoint.config.get("rope_scaling")) and "original_max_position_embeddings" in checkpoint.config:
        known.append(checkpoint.config["original_max_position_embeddings"])
    if not known:
        raise ArchitectureError(f"{checkpoint.origin}: config.json names no max_position_embeddings; this architecture is not supported")
    if wanted is not None and wanted > min(known):
        raise ArchitectureError(f"--context {wanted}: the checkpoint holds {min(known)} tokens; choose that or fewer")
    return int(wanted or min(*known, DEFAULT_CONTEXT))


def adjustments_of(config: Any, context: int) -> Adjustments:
    """What the builder's graph must be told of a `transformers` configuration."""
    layers = int(config.num_hidden_layers)
    window = getattr(config, "sliding_window", None)
    kinds = getattr(config, "layer_types", None) or ["sliding_attention" if window else "full_attention"] * layers
    rotary = getattr(config, "no_rope_layers", None)
    return Adjustments(
        context=context,
        windows=[window if kind == "sliding_attention" else None for kind in kinds],
        rotary=[bool(rotates) for rotates in rotary] if rotary else None,
        embedding_scale=float(config.hidden_size) ** 0.5 if config.model_type.startswith("gemma") else None,
    )


def architecture_of(config: Any) -> dict[str, int | float | str | bool]:
    """type, layers, hidden, heads, kv_heads, head_dim and vocabulary, by the names of the manifest."""
    heads = int(config.num_attention_heads)
    return {
        "type": str(config.model_type),
        "layers": int(config.num_hidden_layers),
        "hidden": int(config.hidden_size),
        "heads": heads,
        "kv_heads": int(getattr(config, "num_key_value_heads", None) or heads),
        "head_dim": int(getattr(config, "head_dim", None) or config.hidden_size // heads),
        "vocabulary": int(config.vocab_size),
    }


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
