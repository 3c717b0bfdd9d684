"""`python -P export_everything.py FOLDER`: export a tiny checkpoint of every family, and provoke every refusal. Tests read what is left.

One process for all: loading torch takes longer than an export. FOLDER gets, per family, `NAME` (the bundle), `NAME-hf` (the checkpoint)
and `NAME.npz` (token rows and PyTorch's logits), and `refusals.json`.
"""

from __future__ import annotations

import errno
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from eqnegotiator.models import decoder_graph
from eqnegotiator.models import export as exporting
from eqnegotiator.models.errors import ExportError
from eqnegotiator.models.export import export
from eqnegotiator.models.export_request import ExportJob
from eqnegotiator.models.verify import reference_logits
from tiny_checkpoints import CHECKPOINTS, edit_json, write_checkpoint

ROW_LENGTHS = (90, 50, 23)
# Weights as close together as a trained model's bear 4 bits; a vocabulary of this size has an embedding that is worth sharing.
FOUR_BITS: dict[str, dict[str, Any]] = {
    "qwen2_int4": {"initializer_range": 0.05},
    "qwen2_vocabulary": {"initializer_range": 0.05, "vocab_size": 70_000},
    "gpt2_int4": {"initializer_range": 0.05},
}
# Room for the prompt of style `chat`, which a vocabulary of 512 cuts into many tokens.
LONG: dict[str, dict[str, Any]] = {"llama_roomy": {"max_position_embeddings": 8192}}


def main(folder: Path) -> None:
    """Write everything below `folder`."""
    said: dict[str, list[str]] = {}
    for name in (*CHECKPOINTS, *FOUR_BITS, *LONG):
        family, _, _ = name.partition("_int4")
        family = family.removesuffix("_vocabulary").removesuffix("_roomy")
        source = write_checkpoint(folder / f"{name}-hf", family, **(FOUR_BITS | LONG).get(name, {}))
        said[name] = []
        context = 8192 if name in LONG else None
        job = ExportJob(source=str(source), folder=str(folder / name), bits=4 if name in FOUR_BITS else 8, block=16, context=context)
        export(job, said[name].append)
        rows = [np.random.default_rng(length).integers(5, 512, length).tolist() for length in ROW_LENGTHS]
        logits = reference_logits(source, rows).logits
        np.savez(folder / f"{name}.npz", **{f"logits{index}": row[:, :512] for index, row in enumerate(logits)})
    (folder / "said.json").write_text(json.dumps(said), encoding="utf-8")
    refusals = {name: refusal(folder / "refused", name, provoke) for name, provoke in REFUSALS.items()}
    (folder / "refusals.json").write_text(json.dumps(refusals), encoding="utf-8")


def refusal(folder: Path, name: str, provoke: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    """Which error an export raises, what it says, and which files it leaves beside the bundle that it did not write."""
    source = folder / name / "source"
    fields = provoke(source)
    out = folder / name / "out"
    (out / "taken").mkdir(parents=True)
    job = {"source": str(source), "folder": str(out / "bundle"), "bits": 8} | fields
    if job["folder"] == "taken":
        job["folder"] = str(out / "taken")
    if "like" in job:
        job["like"] = str(folder.parent / job["like"])
    try:
        export(ExportJob(**job), lambda _: None)
    except ExportError as error:
        raised = {"error": type(error).__name__, "message": str(error)}
    else:
        raised = {"error": "none", "message": ""}
    finally:
        for module, attribute, original in PATCHED:
            setattr(module, attribute, original)
        PATCHED.clear()
    return raised | {"left": sorted(str(path.relative_to(out)) for path in out.rglob("*"))}


PATCHED: list[tuple[Any, str, Any]] = []


def patch(module: Any, attribute: str, value: Any) -> None:
    """Until the end of this refusal."""
    PATCHED.append((module, attribute, getattr(module, attribute)))
    setattr(module, attribute, value)


def changed(change: Callable[[Path], Any], family: str = "llama", **fields: Any) -> Callable[[Path], dict[str, Any]]:
    """A checkpoint on which `change` was worked, exported with `fields`."""

    def provoke(source: Path) -> dict[str, Any]:
        write_checkpoint(source, family)
        change(source)
        return fields

    return provoke


def full_disk(_: Path) -> None:
    def save_model(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    patch(exporting, "save_model", save_model)


def builders_own_windows(_: Path) -> None:
    original = decoder_graph.adjustments_of
    patch(decoder_graph, "adjustments_of", lambda *arguments: original(*arguments)._replace(windows=None))
    # The check runs over what the graph says of its windows.
    patch(exporting, "_beyond_windows", lambda _, sequences, context: [list(sequences[0])[:context]])


def nothing(_: Path) -> None:
    """The checkpoint stays as it is."""


def no_end(source: Path) -> None:
    for name in ("generation_config.json", "config.json"):
        edit_json(source / name, eos_token_id=...)
    edit_json(source / "tokenizer_config.json", eos_token=...)
    edit_json(source / "special_tokens_map.json", eos_token=...)


def anonymous(source: Path) -> dict[str, Any]:
    write_checkpoint(source, "llama", licence=None)
    return {}


REFUSALS: dict[str, Callable[[Path], dict[str, Any]]] = {
    "no chat template": changed(lambda source: (source / "chat_template.jinja").unlink()),
    "template refuses": changed(lambda source: (source / "chat_template.jinja").write_text("{{ raise_exception('no') }}")),
    "no fast tokenizer": changed(lambda source: (source / "tokenizer.json").unlink()),
    "no end token": changed(no_end),
    "no licence": anonymous,
    "code of its own": changed(lambda source: edit_json(source / "config.json", auto_map={"AutoConfig": "own.Config"})),
    "not text only": changed(lambda source: edit_json(source / "config.json", architectures=["Gemma3ForConditionalGeneration"])),
    "no weights": changed(lambda source: (source / "model.safetensors").unlink()),
    "damaged config": changed(lambda source: (source / "config.json").write_text("{")),
    "no config": changed(lambda source: (source / "config.json").unlink()),
    "context too long": changed(nothing, context=300),
    "bundle exists": changed(nothing, folder="taken"),
    "disk full": changed(full_disk),
    "too coarse": changed(nothing, "qwen2", bits=4, block=256),
    "wrong windows": changed(builders_own_windows, "gemma2"),
    "not in the builder": changed(nothing, "gpt2", attention="gqa"),
    "like another": changed(nothing, like="qwen3"),
    "hub unreachable": lambda _: {"source": "owner/model"},
    "no such folder": lambda source: {"source": str(source)},
}


if __name__ == "__main__":
    main(Path(sys.argv[1]))
