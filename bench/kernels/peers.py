"""The libraries that the kernels are compared with, imported only where they are used: the appliance needs none of them."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

__all__ = ["PEERS", "MissingPeerError", "peer", "versions"]

PEERS: Final = ("hmmlearn", "nashpy", "quantecon", "scipy", "matplotlib")
"""Distributions of the `bench` extra that the kernels are timed beside."""


class MissingPeerError(ImportError):
    """A library of the `bench` extra is not installed; the message names it and the extra."""

    def __init__(self, module: str) -> None:
        super().__init__(f"{module}: not installed; pip install 'eqnegotiator[bench]' brings it", name=module)


def peer(module: str) -> Any:
    """Import a module of the `bench` extra.

    Raises:
        MissingPeerError: it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        raise MissingPeerError(module) from error


def versions() -> dict[str, str]:
    """Installed version of each peer, of numpy and of numba; those that are not installed are left out."""
    found = {}
    for name in ("numpy", "numba", *PEERS):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found
