"""What the project wants of its kernels, and whether the measured figures reach it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple

from . import bargaining, hmm
from .case import Figure
from .cold import ColdStart

__all__ = ["Target", "targets"]

_COMPARISONS: Final[dict[str, Callable[[float, float], bool]]] = {"<=": operator.le, ">=": operator.ge, ">": operator.gt}


class Target(NamedTuple):
    """A wanted figure."""

    figure: str
    comparison: str
    """One of <=, >=, >."""
    wanted: float
    unit: str
    measured: float | None
    """None where this run did not measure it."""

    @property
    def met(self) -> bool | None:
        """None where this run did not measure it."""
        return None if self.measured is None else _COMPARISONS[self.comparison](self.measured, self.wanted)

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {**self._asdict(), "met": self.met}


def targets(figures: Sequence[Figure], starts: Iterable[ColdStart]) -> list[Target]:
    """Every target; ratios are against the fastest of a library's implementations, unless the target names one."""

    def one(name: str, **size: int) -> Figure | None:
        matches = (figure for figure in figures if figure.name == name and size.items() <= figure.size.items())
        return next(matches, None)

    score = one("log_likelihood", T=hmm.STEPS, K=hmm.STATES)
    learning = one("baum_welch", N=100, updates=50)
    both = [figure for figure in (one("support_enumeration", n=7), one("all_equilibria", n=7)) if figure is not None]
    fastest = min(both, key=lambda figure: figure.call.median, default=None)
    path = one("lemke_howson", n=7)
    all_paths = [ratio for figure in figures if figure.name == "lemke_howson" and (ratio := _ratio(figure, "quantecon")) is not None]
    policy = one("offer_policy", K=bargaining.TYPES, M=bargaining.OFFERS, T=bargaining.ROUNDS)
    warm = next((start.beyond_numba_seconds for start in starts if start.cache == "warm"), None)
    step = None if score is None or score.body_ns_per_unit is None else score.body_ns_per_unit * hmm.STATES**2
    return [
        Target("log-likelihood T=30 K=4 E=49: hmmlearn score / ours", ">=", 100.0, "x", _ratio(score, "hmmlearn")),
        Target("log-likelihood: a step, in the compiled body", "<=", 40.0, "ns", step),
        Target("log-likelihood: a call from Python", "<=", 1.0, "us", None if score is None else score.call.median * 1e6),
        Target(
            "Baum-Welch 100 x 30, 50 updates: hmmlearn fit, its default / ours", ">=", 20.0, "x", _ratio(learning, "hmmlearn fit (log)")
        ),
        Target("Baum-Welch 100 x 30, 50 updates: hmmlearn fit, the faster / ours", ">=", 20.0, "x", _ratio(learning, "hmmlearn")),
        Target("Baum-Welch: difference of log-likelihoods", "<=", 1e-6, "nat", None if learning is None else learning.difference),
        Target("all equilibria 7 x 7: nashpy support enumeration / ours", ">=", 1000.0, "x", _ratio(fastest, "nashpy support")),
        Target("all equilibria 7 x 7: faster of quantecon's two / ours", ">", 1.0, "x", _ratio(fastest, "quantecon")),
        Target("Lemke-Howson 7 x 7: quantecon / ours", ">", 1.0, "x", _ratio(path, "quantecon")),
        Target("Lemke-Howson, the worst of all sizes: quantecon / ours", ">", 1.0, "x", min(all_paths, default=None) if path else None),
        Target("bargaining DP 64 x 64 x 12: a call", "<=", 2.0, "ms", None if policy is None else policy.call.median * 1e3),
        Target("cold start, warm cache: beyond import numba", "<=", 1.0, "s", warm),
    ]


def _ratio(figure: Figure | None, peer: str) -> float | None:
    """Against the fastest peer whose name starts so."""
    ratios = {} if figure is None else figure.ratios
    return min((ratio for name, ratio in ratios.items() if name.startswith(peer)), default=None)
