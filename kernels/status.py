"""What a kernel can answer: integer outcomes inside compiled code, typed errors outside it.

A compiled body returns a `Status`; the public wrapper hands it to `raise_for_status`. Knows nothing of any algorithm.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = [
    "EmptyMaskError",
    "IllConditionedError",
    "ImpossibleEvidenceError",
    "InfeasibleError",
    "KernelArgumentError",
    "KernelError",
    "NoAgreementError",
    "PivotLimitError",
    "ReducibleChainError",
    "Status",
    "UnboundedError",
    "VertexLimitError",
    "raise_for_status",
]


class Status(IntEnum):
    """Outcome of a compiled body."""

    OK = 0
    IMPOSSIBLE_EVIDENCE = 1
    """No hypothesis with positive probability explains what was observed."""
    EMPTY_MASK = 2
    """No action is allowed, so none can be chosen."""
    INFEASIBLE = 3
    """No point meets every constraint of a linear program."""
    UNBOUNDED = 4
    """The objective of a linear program grows without end."""
    PIVOT_LIMIT = 5
    """A pivoting method did not end within its limit."""
    ILL_CONDITIONED = 6
    """Rounding has kept a pivoting method from a correct result."""
    VERTEX_LIMIT = 7
    """A polytope has more vertices than allowed."""
    NO_AGREEMENT = 8
    """Every outcome leaves somebody worse off than disagreement."""
    REDUCIBLE_CHAIN = 9
    """A Markov chain has several classes of states that it never leaves."""


class KernelError(ValueError):
    """Base of every error that this package raises on purpose."""


class KernelArgumentError(KernelError):
    """An argument has the wrong kind, shape or values; the message names it, what it holds and what is expected."""


class ImpossibleEvidenceError(KernelError):
    """The observation has probability zero under the belief: the posterior does not exist."""


class EmptyMaskError(KernelError):
    """The mask forbids every action."""


class InfeasibleError(KernelError):
    """No point meets every constraint of the linear program."""


class UnboundedError(KernelError):
    """The objective of the linear program grows without end."""


class PivotLimitError(KernelError):
    """A pivoting method did not end within its limit."""


class IllConditionedError(KernelError):
    """Rounding has kept a pivoting method from a correct result."""


class VertexLimitError(KernelError):
    """A polytope has more vertices than allowed."""


class NoAgreementError(KernelError):
    """Every outcome leaves somebody worse off than disagreement."""


class ReducibleChainError(KernelError):
    """The Markov chain has several closed classes: what it does in the long run depends on where it starts."""


_ERRORS: dict[Status, tuple[type[KernelError], str]] = {
    Status.IMPOSSIBLE_EVIDENCE: (
        ImpossibleEvidenceError,
        "the evidence has probability zero under the belief; give each emission a floor or restart the filter",
    ),
    Status.EMPTY_MASK: (EmptyMaskError, "the mask allows no action; allow at least one"),
    Status.INFEASIBLE: (InfeasibleError, "no point meets every constraint; relax one"),
    Status.UNBOUNDED: (UnboundedError, "the objective grows without end; bound the variables that it rewards"),
    Status.PIVOT_LIMIT: (PivotLimitError, "no end within the pivot limit; bring the entries to similar magnitudes"),
    Status.ILL_CONDITIONED: (
        IllConditionedError,
        "rounding spoilt the result; bring the payoffs to similar magnitudes, or remove dominated actions first",
    ),
    Status.VERTEX_LIMIT: (VertexLimitError, "more vertices than the limit; raise it, or remove dominated actions first"),
    Status.NO_AGREEMENT: (
        NoAgreementError,
        "every outcome leaves somebody below the disagreement point; add outcomes or lower the point",
    ),
    Status.REDUCIBLE_CHAIN: (
        ReducibleChainError,
        "the chain has several classes of states that it never leaves; pass one class, or add a small probability of moving between them",
    ),
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
