"""Seconds of functions that are measured side by side, so that a drift of the machine reaches all of them. Does not know what they do."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import repeat
from statistics import median
from time import perf_counter
from typing import NamedTuple

__all__ = ["Effort", "Timing", "side_by_side"]


class Effort(NamedTuple):
    """How long to measure."""

    sample_seconds: float
    """A sample repeats its call until it lasts at least this long: the clock and a switch of tasks must not matter."""
    rounds: int
    """Samples of each function, at most."""
    budget_seconds: float
    """Time for one function; where a call is so slow that `rounds` samples would take longer, fewer are taken, but at least three."""


class Timing(NamedTuple):
    """Seconds of one call."""

    median: float
    p10: float
    p90: float
    samples: int
    calls: int
    """Calls in each sample."""


def side_by_side(functions: Sequence[Callable[[], object]], effort: Effort) -> list[Timing]:
    """Time each function, warm, one sample of each in turn. The loop around a call, some 15 ns, counts as part of it.

    Every second round runs backwards, so that none always follows the same neighbour. A function with fewer samples than others has them
    spread over all rounds.
    """
    calls, quotas = [], []
    for function in functions:
        function()
        count, seconds = _calls_for(function, effort.sample_seconds)
        calls.append(count)
        quotas.append(max(min(3, effort.rounds), min(effort.rounds, int(effort.budget_seconds / seconds))))
    seconds_per_call: list[list[float]] = [[] for _ in functions]
    order = range(len(functions))
    with _no_collection():
        for turn in range(effort.rounds):
            for place in order if turn % 2 == 0 else reversed(order):
                if len(seconds_per_call[place]) < -(-(turn + 1) * quotas[place] // effort.rounds):
                    seconds_per_call[place].append(_sample(functions[place], calls[place]) / calls[place])
    return [_timing(values, count) for values, count in zip(seconds_per_call, calls, strict=True)]


def _calls_for(function: Callable[[], object], least_seconds: float) -> tuple[int, float]:
    """How many calls last `least_seconds`, and how long they took."""
    calls = 1
    while True:
        seconds = _sample(function, calls)
        if seconds >= least_seconds:
            return calls, seconds
        calls = max(2 * calls, int(1.1 * calls * least_seconds / seconds)) if seconds > least_seconds / 100 else 10 * calls


def _sample(function: Callable[[], object], calls: int) -> float:
    started = perf_counter()
    for _ in repeat(None, calls):
        function()
    return perf_counter() - started


def _timing(values: list[float], calls: int) -> Timing:
    ordered = sorted(values)
    last = len(ordered) - 1
    return Timing(median(ordered), ordered[round(0.1 * last)], ordered[round(0.9 * last)], len(ordered), calls)


@contextmanager
def _no_collection() -> Iterator[None]:
    """A garbage collection would be charged to whoever happens to run."""
    was_on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
