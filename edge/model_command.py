"""`eqneg model export | quantise | verify | list | use`: language models from checkpoint to customer.

Export and verification run in a process of their own (`models/export_job.py`): they need torch, and a clean module path.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from ..models.bundle import Bundle, BundleError, Manifest, load_bundle
from ..models.bundle_name import BUNDLED, default_name, is_bundle_name
from ..models.errors import CatalogueError
from ..models.export_request import ExportJob, Job, VerifyJob
from .errors import ModelError
from .settings import Settings, load_settings

if TYPE_CHECKING:  # onnxruntime is loaded by the commands that open models, not by `eqneg version`
    from ..models.catalogue import Catalogue, Entry

__all__ = ["add_model_command"]

_BLOCKS: Final = (16, 32, 64, 128, 256)
_HUB: Final = "https://huggingface.co/"
_T = TypeVar("_T")
_COLUMNS: Final = ("name", "version", "licence", "size", "bits", "context", "quality", "state")


def add_model_command(commands: Any) -> None:
    """Register `model` and its actions with the parser of `eqneg`."""
    actions = commands.add_parser("model", help="language models: export, verify, list, use").add_subparsers(title="actions", required=True)

    def add(name: str, command: Any, text: str) -> argparse.ArgumentParser:
        sub: argparse.ArgumentParser = actions.add_parser(name, help=text, description=text)
        sub.set_defaults(command=command)
        sub.add_argument("--config", type=Path, metavar="FILE", help="TOML settings that name the models folder")
        sub.add_argument("--json", action="store_true", help="end in one JSON document")
        return sub

    export = add("export", _export, "a Hugging Face decoder to a verified bundle (needs the extra `export`)")
    export.add_argument("source", metavar="SRC", help="Hugging Face folder, or hub id owner/name, which is downloaded")
    _add_weights(export)
    export.add_argument("--context", type=_positive, metavar="TOKENS", help="context (default: the checkpoint's, at most 4096)")
    export.add_argument("--attention", choices=("gqa", "dense"), help="default gqa, and dense where that cannot be built")
    export.add_argument("--licence", metavar="SPDX", help="licence of the weights (default: what the model card says)")
    export.add_argument("--chat-template", type=Path, metavar="FILE", help="Jinja file to use instead of the checkpoint's template")
    export.add_argument("--bundle-version", default="1.0.0", metavar="VERSION", help="the bundle's version (default 1.0.0)")
    quantise = add("quantise", _quantise, "a bundle with other bits, from the checkpoint that it was made from")
    quantise.add_argument("bundle", metavar="BUNDLE", help="name in the models folder, or folder")
    quantise.add_argument("--source", metavar="SRC", help="the checkpoint (default: where the manifest says)")
    _add_weights(quantise)
    verify = add("verify", _verify, "compare a bundle with its checkpoint again")
    verify.add_argument("source", metavar="SRC", help="Hugging Face folder or hub id")
    verify.add_argument("bundle", metavar="BUNDLE", help="name in the models folder, or folder")
    add("list", _list, "models that are here, and which one speaks")
    use = add("use", _use, "let another language model speak from the next start on")
    chosen = use.add_mutually_exclusive_group(required=True)
    chosen.add_argument("name", nargs="?", metavar="NAME", help="name in the models folder, `bundled`, or a bundle's folder to copy in")
    chosen.add_argument("--rollback", action="store_true", help="the one that spoke before")


def _add_weights(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--bits", type=int, choices=(4, 8), required=True, help="bits per weight")
    parser.add_argument("--block", type=int, choices=_BLOCKS, default=32, help="weights that share a scale (default 32)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder to make the bundle in (default: the models folder)")
    parser.add_argument("--name", type=_name, metavar="NAME", help="the bundle's name (default: the source's, and the bits)")


def _export(parsed: argparse.Namespace) -> int:
    name = parsed.name or default_name(parsed.source, parsed.bits)
    job = ExportJob(
        source=parsed.source,
        folder=str(_target(parsed, name)),
        bits=parsed.bits,
        block=parsed.block,
        version=parsed.bundle_version,
        licence=parsed.licence,
        context=parsed.context,
        attention=parsed.attention,
        chat_template=str(parsed.chat_template.resolve()) if parsed.chat_template else None,
    )
    return _print_export(_run(job), parsed.json)


def _quantise(parsed: argparse.Namespace) -> int:
    bundle = _bundle(parsed)
    manifest, said = bundle.manifest, bundle.manifest.architecture
    name = parsed.name or default_name(manifest.name, parsed.bits)
    attention = said.get("attention")
    job = ExportJob(
        source=parsed.source or _origin(bundle),
        folder=str(_target(parsed, name)),
        bits=parsed.bits,
        block=parsed.block,
        version=manifest.version,
        licence=manifest.licence,
        context=int(said["context"]),
        attention="dense" if attention == "dense" else "gqa",
        chat_template=str(bundle.folder / "chat_template.jinja"),
        like=str(bundle.folder),
    )
    return _print_export(_run(job), parsed.json)


def _verify(parsed: argparse.Namespace) -> int:
    bundle = _bundle(parsed)
    parity = _run(VerifyJob(source=parsed.source, folder=str(bundle.folder)))
    if parity is None:
        return 1
    print(msgspec.json.encode(parity).decode() if parsed.json else f"{bundle.manifest.name}: {_parity_text(parity)}")
    return 0


def _list(parsed: argparse.Namespace) -> int:
    catalogue = _catalogue(_settings(parsed))
    entries = _told(catalogue.entries)
    if parsed.json:
        bundles = [_facts(entry) | {"folder": str(entry.folder), "problem": entry.problem or None} for entry in entries]
        document = {"folder": str(catalogue.folder), "selected": catalogue.selected, "previous": catalogue.previous, "bundles": bundles}
        print(msgspec.json.encode(document).decode())
        return 0
    rows = [_COLUMNS, *(_row(entry) for entry in entries)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return 0


def _use(parsed: argparse.Namespace) -> int:
    settings = _settings(parsed)
    catalogue = _catalogue(settings)
    before = _told(lambda: catalogue.selected)
    name: str = _told(catalogue.roll_back if parsed.rollback else lambda: _select(catalogue, parsed.name))
    if parsed.json:
        print(msgspec.json.encode({"selected": name, "previous": before, "folder": str(catalogue.folder)}).decode())
    else:
        print(f"{name} is selected" + (f" (before: {before})" if before != name else " (as before)"))
    if settings.models.slm != "selected":
        print('it speaks when [models] slm = "selected" is set', file=sys.stderr)
    elif before != name:
        print("it speaks from the next start on: sudo systemctl restart eqneg", file=sys.stderr)
    return 0


def _select(catalogue: Catalogue, name: str) -> str:
    folder = Path(name).expanduser()
    # A name is looked for in the models folder only; what is written as a path is a bundle to copy in.
    if name != BUNDLED and (os.sep in name or not is_bundle_name(name)):
        name = catalogue.install(folder)
    catalogue.select(name)
    return name


def _run(job: Job) -> dict[str, Any] | None:
    """The job's result; None when it has failed, and said why on standard error."""
    environment = os.environ | {"ORT_DISABLE_TELEMETRY": "1"}
    # `import transformers` runs a folder `kernels` that it finds (ADR 0001): -P drops the working directory, this such entries.
    paths = [path for path in environment.get("PYTHONPATH", "").split(os.pathsep) if path]
    clean = [path for path in paths if not any((Path(path) / name).is_dir() for name in ("kernels", "models"))]
    environment["PYTHONPATH"] = os.pathsep.join(clean)
    command = [sys.executable, "-P", "-m", "eqnegotiator.models.export_job"]
    done = subprocess.run(command, input=msgspec.json.encode(job), stdout=subprocess.PIPE, env=environment, check=False)
    if done.returncode != 0:
        return None
    result: dict[str, Any] = msgspec.json.decode(done.stdout)
    return result


def _print_export(result: dict[str, Any] | None, as_json: bool) -> int:
    if result is None:
        return 1
    if as_json:
        print(msgspec.json.encode(result).decode())
        return 0
    manifest = msgspec.convert(result["manifest"], Manifest)
    size = sum(entry.size_bytes for entry in manifest.files)
    print(
        f"{result['folder']}: {size / 1e6:.1f} MB, {manifest.licence}, attention {manifest.architecture['attention']}, {_quality(manifest)}"
    )
    return 0


def _settings(parsed: argparse.Namespace) -> Settings:
    return load_settings(parsed.config)


def _target(parsed: argparse.Namespace, name: str) -> Path:
    folder: Path = parsed.out if parsed.out is not None else _settings(parsed).models_folder
    return folder.resolve() / name


def _bundle(parsed: argparse.Namespace) -> Bundle:
    named = Path(parsed.bundle).expanduser()
    folder = named if named.is_dir() else _settings(parsed).models_folder / parsed.bundle
    try:
        return load_bundle(folder, "slm")
    except BundleError as error:
        raise ModelError(str(error)) from error


def _origin(bundle: Bundle) -> str:
    for source in bundle.manifest.sources:
        if source.origin.startswith(_HUB):
            return source.origin.removeprefix(_HUB)
        if Path(source.origin).is_dir():
            return source.origin
    raise ModelError(
        f"{bundle.folder}: a bundle's weights are rounded already, and its checkpoint is not where it was; name it by --source"
    )


def _catalogue(settings: Settings) -> Catalogue:
    from ..models.catalogue import Catalogue

    return Catalogue(settings.models_folder)


def _told(action: Callable[[], _T]) -> _T:
    try:
        return action()
    except CatalogueError as error:
        raise ModelError(str(error)) from error


def _facts(entry: Entry) -> dict[str, Any]:
    """What the table and the JSON document say of a bundle."""
    if entry.manifest is None:
        return dict.fromkeys(("version", "kind", "licence", "bits", "context", "quality"), None) | {
            "name": entry.name, "title": None, "size_bytes": None, "state": entry.role or None,
        }  # fmt: skip
    said = entry.manifest.architecture
    return {
        "name": entry.name,
        "title": entry.manifest.name,
        "version": entry.manifest.version,
        "kind": entry.manifest.kind,
        "licence": entry.manifest.licence,
        "size_bytes": entry.size_bytes,
        "bits": said.get("bits", said.get("precision")),
        "context": said.get("context", said.get("max_tokens")),
        "quality": _quality(entry.manifest),
        "state": entry.role or None,
    }


def _row(entry: Entry) -> tuple[str, ...]:
    facts = _facts(entry)
    title = entry.name if facts["title"] in (None, entry.name) else f"{entry.name} ({facts['title']})"
    size = "" if facts["size_bytes"] is None else f"{facts['size_bytes'] / 1e6:.1f} MB"
    words = [facts[key] for key in ("version", "licence")] + [size] + [facts[key] for key in ("bits", "context", "quality")]
    state = ", ".join(filter(None, (entry.role, f"unusable: {entry.problem}" if entry.problem else "")))
    return (title, *("" if word is None else str(word) for word in words), state)


def _quality(manifest: Manifest) -> str | None:
    parity = next((value for key, value in manifest.quality.items() if key.startswith("parity") and "top1_agreement" in value), None)
    return _parity_text(parity) if parity is not None else None


def _parity_text(parity: dict[str, Any]) -> str:
    change = parity["perplexity_export"] / parity["perplexity_source"] - 1
    return f"same first token {parity['top1_agreement']:.1%}, perplexity {change:+.1%}"


def _name(text: str) -> str:
    if not is_bundle_name(text):
        raise argparse.ArgumentTypeError(
            f"{text!r}: letters, digits, dots, dashes and underscores, and neither bundled, selected nor previous"
        )
    return text


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of tokens")
    return int(text)
