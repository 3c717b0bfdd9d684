"""Seconds of one utterance at a time, as a turn asks for it: the whole stage, the encoder alone, the parser alone."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import NamedTuple

import numpy as np

from ...edge.proposal import parse_proposal
from ...edge.understand import understand
from ...edge.utterance import normalise
from ...models.encoder import Encoder
from ...models.train.utterance_bank import Utterance

__all__ = ["Latency", "latencies", "timed"]


class Latency(NamedTuple):
    """Milliseconds of one call over all lines and rounds; calls: how many there were."""

    median_ms: float
    p95_ms: float
    calls: int


def latencies(utterances: Sequence[Utterance], today: datetime.date, encoder: Encoder, rounds: int) -> dict[str, Latency]:
    """Time `rounds` passes over the lines behind one that warms up; the three take turns line by line, so that a drift reaches all."""
    texts = [normalise(utterance.text) for utterance in utterances]
    calls: dict[str, Callable[[int], object]] = {
        "understand": lambda row: understand(utterances[row].text, today, encoder, utterances[row].context),
        "encoder": lambda row: encoder.read(texts[row], utterances[row].context),
        "parser": lambda row: parse_proposal(utterances[row].text, today),
    }
    return timed(calls, len(utterances), rounds)


def timed(calls: dict[str, Callable[[int], object]], rows: int, rounds: int) -> dict[str, Latency]:
    """Latency of each call over rows 0 to `rows` - 1, `rounds` times, warm."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(rounds + 1):
        for row in range(rows):
            for name, call in calls.items():
                began = perf_counter()
                call(row)
                took = perf_counter() - began
                if turn > 0:
                    seconds[name].append(took)
    found = {}
    for name, values in seconds.items():
        median, p95 = (1e3 * np.quantile(values, (0.5, 0.95))).tolist()
        found[name] = Latency(round(median, 3), round(p95, 3), len(values))
    return found
