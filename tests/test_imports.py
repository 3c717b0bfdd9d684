"""Imports point one way: edge -> models, edge -> kernels, bench -> all; kernels knows numpy and numba only (design section 3)."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("edge", "kernels", "models", "bench")
ALLOWED = {"edge": {"models", "kernels"}, "kernels": set(), "models": set(), "bench": {"edge", "kernels", "models"}}
KERNELS_MAY_IMPORT = {"numpy", "numba"}
MODELS_MAY_NOT_IMPORT = {"paho", "sqlite3", "serial", "socket", "prometheus_client"}


def imported(path: Path, package: str) -> set[str]:
    """Absolute dotted names a module imports, relative ones resolved against its import name."""
    parts = ["eqnegotiator", *path.relative_to(ROOT).with_suffix("").parts]
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = parts[: len(parts) - node.level] if node.level else []
            module = ".".join([*base, node.module] if node.module else base)
            found |= {module} | {f"{module}.{alias.name}" for alias in node.names}
    return found


MODULES = [(package, path) for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


@pytest.mark.parametrize(("package", "path"), MODULES, ids=lambda value: value if isinstance(value, str) else str(value.relative_to(ROOT)))
def test_imports_point_one_way(package: str, path: Path) -> None:
    names = imported(path, package)
    ours = {name.split(".")[1] for name in names if name.startswith("eqnegotiator.") and name.count(".") >= 1}
    assert ours - {package} <= ALLOWED[package]
    top = {name.split(".")[0] for name in names}
    assert not top & set(PACKAGES), "a bare import of a top-level folder works only by accident of the working directory"
    if package == "kernels":
        assert top <= KERNELS_MAY_IMPORT | {"eqnegotiator"} | set(sys.stdlib_module_names)
    if package == "models":
        assert not top & MODELS_MAY_NOT_IMPORT


@pytest.mark.parametrize("package", ["kernels", "models"])
def test_package_inits_hold_a_docstring_only(package: str) -> None:
    """`import transformers` executes a folder called `kernels` that it finds (ADR 0001): it must be inert."""
    tree = ast.parse((ROOT / package / "__init__.py").read_text(encoding="utf-8"))
    assert len(tree.body) == 1
    assert ast.get_docstring(tree)
