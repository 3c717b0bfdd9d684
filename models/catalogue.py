"""The models folder: bundles that are there, which of them speaks, and the switch from one to another.

`selected` and `previous` are symbolic links, each replaced by one rename; their text is the name of a bundle in the folder, or
`bundled` for the one that ships with the package. Without `selected` the bundled one speaks.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
import numpy as np

from .bundle import MANIFEST_NAME, Bundle, BundleError, Manifest, bundled, load_bundle
from .bundle_name import BUNDLED, is_bundle_name
from .engine import EngineError, EngineOptions
from .engines import open_bundle
from .errors import CatalogueError

__all__ = ["Catalogue", "Entry", "check_usable", "read_manifest"]

_SELECTED: Final = "selected"
_PREVIOUS: Final = "previous"
_NO_SPACE: Final = (errno.ENOSPC, errno.EDQUOT)


class Entry(NamedTuple):
    """A bundle of the catalogue.

    name: as `select` takes it; `encoder` and `bundled` are those of the package. manifest: None when it cannot be read; problem says
    why. role: `selected`, `previous`, `in use` (the encoder) or empty. size_bytes: of all files, by the manifest.
    """

    name: str
    folder: Path
    manifest: Manifest | None
    problem: str
    role: str
    size_bytes: int


class Catalogue:
    """The bundles of one folder, which need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def entries(self) -> list[Entry]:
        """The bundled encoder and language model, then the folder's bundles by name. Reads manifests, hashes nothing."""
        found = [_entry("encoder", bundled("encoder"), "in use"), _entry(BUNDLED, bundled("slm"), self._role(BUNDLED))]
        if self.folder.is_dir():
            names = sorted(path.name for path in self.folder.iterdir() if path.is_dir() and not path.is_symlink())
            found += [_entry(name, self.folder / name, self._role(name)) for name in names if not name.startswith(".")]
        return found

    @property
    def selected(self) -> str:
        """Name of the language model that speaks."""
        return self._target(_SELECTED) or BUNDLED

    @property
    def previous(self) -> str | None:
        """Name of the one that spoke before; None when there was no switch yet."""
        return self._target(_PREVIOUS)

    def selected_folder(self) -> Path:
        """Folder of the language model that speaks. Not checked for existence.

        Raises:
            CatalogueError: the link leads somewhere else than to a bundle of the folder.
        """
        return self._folder_of(self.selected)

    def install(self, source: Path) -> str:
        """Copy a bundle into the folder, verified before and after; returns its name. One that is there already is left alone.

        Raises:
            CatalogueError: a damaged bundle, another bundle of that name, or no space. Nothing half-copied is left.
        """
        manifest = _verified(source).manifest
        name = manifest.name
        if not is_bundle_name(name):
            raise CatalogueError(f"{source}: the bundle's name {name!r} cannot be a folder here; export it again with another --name")
        target = self.folder / name
        if target.exists():
            if read_manifest(target) == manifest:
                return name
            raise CatalogueError(f"{target} holds another bundle of this name; remove it, or export under another --name")
        with _told(f"{source} cannot be copied into {self.folder}"):
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=f".{name}.") as half:
                copy = Path(half) / name
                copy.mkdir()
                for path in (*(entry.path for entry in manifest.files), MANIFEST_NAME):
                    (copy / path).parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(source / path, copy / path)
                    _sync(copy / path)
                _verified(copy)
                copy.rename(target)
            _sync(self.folder)
        return name

    def select(self, name: str) -> None:
        """Let another language model speak from the next start on. It is verified and takes one step before the switch.

        Raises:
            CatalogueError: no such bundle, a damaged or unusable one, or the link cannot be written; the selection stays.
        """
        folder = self._folder_of(name)
        if not folder.is_dir():
            raise CatalogueError(f"{name!r} is not in {self.folder}; `eqneg model list` shows what is")
        check_usable(_verified(folder))
        current = self.selected
        if name == current:
            return
        with _told(f"{self.folder}: the selection cannot be changed"):
            self.folder.mkdir(parents=True, exist_ok=True)
            self._link(_PREVIOUS, current)
            self._link(_SELECTED, name)

    def roll_back(self) -> str:
        """Select the one that spoke before; returns its name. Doing it twice comes back.

        Raises:
            CatalogueError: there was none, or as `select`.
        """
        name = self.previous
        if name is None:
            raise CatalogueError(f"{self.folder}: no model was selected before this one; name one with `eqneg model use NAME`")
        self.select(name)
        return name

    def _folder_of(self, name: str) -> Path:
        if name == BUNDLED:
            return bundled("slm")
        if not is_bundle_name(name):
            raise CatalogueError(f"{self.folder}: {name!r} is no name of a bundle; `eqneg model list` shows those that are there")
        return self.folder / name

    def _target(self, link: str) -> str | None:
        try:
            return str((self.folder / link).readlink())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise CatalogueError(f"{self.folder / link} is no symbolic link to a bundle: {error.strerror}; remove it") from error

    def _link(self, link: str, name: str) -> None:
        new = self.folder / f".{link}.{uuid.uuid4().hex}"
        try:
            new.symlink_to(name)
            new.replace(self.folder / link)
        finally:
            new.unlink(missing_ok=True)
        _sync(self.folder)

    def _role(self, name: str) -> str:
        return _SELECTED if name == self.selected else _PREVIOUS if name == self.previous else ""


def read_manifest(folder: Path) -> Manifest:
    """A bundle's manifest alone; its files are not hashed.

    Raises:
        CatalogueError: it is missing or cannot be read.
    """
    path = folder / MANIFEST_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except OSError as error:
        raise CatalogueError(f"{path}: {error.strerror}; the folder is no bundle") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CatalogueError(f"{path}: {error}; export the bundle again") from error


def check_usable(bundle: Bundle) -> None:
    """Open the bundle's model and let it take one step.

    Raises:
        CatalogueError: onnxruntime cannot open it (an operator set that is too new, a graph of another kind), it does not fit into
            memory, or it is not what its manifest says.
    """
    said = bundle.manifest.architecture
    context = said.get("context")
    if bundle.manifest.prompt_style is None or not isinstance(context, int):
        raise CatalogueError(f"{bundle.folder}: the manifest names no prompt_style or no architecture.context; export it again")
    try:
        engine = open_bundle(bundle, EngineOptions(slots=1, threads=1, max_length=context))
        slot = engine.open()
        logits = engine.step([(slot, [0])])
        keys_and_values = engine.read_rows(slot, 1)
        engine.close(slot)
    except (BundleError, EngineError) as error:
        raise CatalogueError(f"{bundle.folder} cannot be used: {error}") from error
    kv_heads, _, head_dim = keys_and_values[0].shape
    found = {"vocabulary": engine.vocabulary, "layers": len(keys_and_values) // 2, "kv_heads": kv_heads, "head_dim": head_dim}
    wrong = [f"{key} {said[key]} (model: {value})" for key, value in found.items() if key in said and said[key] != value]
    if wrong:
        raise CatalogueError(f"{bundle.folder}: the model is not what its manifest says: {', '.join(wrong)}; export it again")
    if not np.isfinite(logits).all():
        raise CatalogueError(f"{bundle.folder}: the model's logits are not finite; export it again")


def _verified(folder: Path) -> Bundle:
    try:
        return load_bundle(folder, "slm")
    except BundleError as error:
        raise CatalogueError(f"{error}") from error
    except OSError as error:
        raise CatalogueError(f"{folder}: cannot be read: {error.strerror}; restore the bundle") from error


def _entry(name: str, folder: Path, role: str) -> Entry:
    try:
        manifest = read_manifest(folder)
    except CatalogueError as error:
        return Entry(name, folder, None, str(error), role, 0)
    missing = [entry.path for entry in manifest.files if not (folder / entry.path).is_file()]
    problem = f"{', '.join(missing)} missing; restore the bundle" if missing else ""
    return Entry(name, folder, manifest, problem, role, sum(entry.size_bytes for entry in manifest.files))


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _told(what: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        way_out = "free some space" if error.errno in _NO_SPACE else "check its owner and mode, or change [models] folder"
        raise CatalogueError(f"{what}: {error.strerror or error}; {way_out}. The selected model is as before") from error
