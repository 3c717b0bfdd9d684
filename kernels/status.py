"""What a kernel can answer: integer outcomes inside compiled code, typed errors outside it.

A compiled body returns a `Status`; the public wrapper hands it to `raise_for_status`. Knows nothing of any algorithm.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "EmptyMaskError",
    "ImpossibleEvidenceError",
    "KernelArgumentError",
    "KernelError",
    "Status",
    "raise_for_status",
]


class Status(IntEnum):
    """Outcome of a compiled body."""

    OK = 0
    IMPOSSIBLE_EVIDENCE = 1
    """No hypothesis with positive probability explains what was observed."""
    EMPTY_MASK = 2
    """No action is allowed, so none can be chosen."""


class KernelError(ValueError):
    """Base of every error that this package raises on purpose."""


class KernelArgumentError(KernelError):
    """An argument has the wrong kind, shape or values; the message names it, what it holds and what is expected."""


class ImpossibleEvidenceError(KernelError):
    """The observation has probability zero under the belief: the posterior does not exist."""


class EmptyMaskError(KernelError):
    """The mask forbids every action."""


_ERRORS: dict[Status, tuple[type[KernelError], str]] = {
    Status.IMPOSSIBLE_EVIDENCE: (
        ImpossibleEvidenceError,
        "the evidence has probability zero under the belief; give each emission a floor or restart the filter",
    ),
    Status.EMPTY_MASK: (EmptyMaskError, "the mask allows no action; allow at least one"),
}


def raise_for_status(status: int, where: str) -> None:
    """Turn the outcome of a compiled body into an exception.

    Args:
        status: what the body returned.
        where: the public function, and the step where there is one; it starts the message.

    Raises:
        ImpossibleEvidenceError, EmptyMaskError: as `status` says. Nothing is raised for `Status.OK`.
    """
    if status == Status.OK:
        return
    error, message = _ERRORS[Status(status)]
    raise error(f"{where}: {message}")
