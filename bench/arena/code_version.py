"""Which code the numbers come from: a digest of a simulator's module and of everything of ours that it imports.

Presentation is no part of it, so a new colour in the report computes nothing again.
"""

from __future__ import annotations

import ast
import hashlib
import importlib.util
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Final

__all__ = ["code_version", "imported_modules"]

_ROOT: Final = "eqnegotiator"
_BUNDLES: Final = f"{_ROOT}.models"
_LIBRARIES: Final = ("numpy", "numba")
_DIGEST_CHARACTERS: Final = 16


@lru_cache
def code_version(simulator: str) -> str:
    """Sixteen hexadecimal digits that change with the sources, the scenarios of the benchmarks, the model bundles that it may load, and
    the libraries that do the arithmetic.

    Args:
        simulator: dotted name of a module with `run_cell`.

    Raises:
        ModuleNotFoundError: there is no such module.
    """
    digest = hashlib.sha256()
    sources = imported_modules(simulator)
    files = set(sources.values())
    if simulator.startswith(f"{_ROOT}."):
        files |= set(_package_folder(f"{_ROOT}.bench").glob("data/*.csv"))
    if any(name.startswith(_BUNDLES) for name in sources):
        files |= set(_package_folder(_BUNDLES).glob("bundled/*/manifest.json"))
    for path in sorted(files):
        digest.update(f"{path.name}\0".encode() + hashlib.sha256(path.read_bytes()).digest())
    for library in _LIBRARIES:
        digest.update(f"{library} {version(library)}\0".encode())
    return digest.hexdigest()[:_DIGEST_CHARACTERS]


def imported_modules(module: str) -> dict[str, Path]:
    """The module and all modules of this distribution that it imports, directly or not: dotted name to source file.

    Raises:
        ModuleNotFoundError: there is no module of that name.
    """
    found: dict[str, Path] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name in found or (path := _source(name)) is None:
            continue
        found[name] = path
        parents = name.split(".")
        waiting += [".".join(parents[:depth]) for depth in range(1, len(parents))] if name.startswith(_ROOT) else []
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        waiting += [one for one in _imports(path, package) if one.startswith(f"{_ROOT}.")]
    if module not in found:
        raise ModuleNotFoundError(f"{module}: no such module, or none with a source file", name=module)
    return found


def _imports(path: Path, package: str) -> set[str]:
    """Dotted names in the import statements of a file; a name out of a module counts as a possible module too."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            base = importlib.util.resolve_name(relative, package) if node.level else relative
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names}
    return found


def _source(name: str) -> Path | None:
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError:  # `name` is a function or a class of a module, not a module
        return None
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        return None
    return Path(spec.origin)


def _package_folder(name: str) -> Path:
    source = _source(name)
    if source is None:
        raise ModuleNotFoundError(f"{name}: no such package", name=name)
    return source.parent
