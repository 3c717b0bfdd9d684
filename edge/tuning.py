"""`eqneg bench --tune`: how many threads, busy or asleep between operators, write fastest on this device with this language model."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median
from typing import Final, NamedTuple

from ..models.bundle import Bundle
from ..models.engine import EngineOptions, TokenEngine
from ..models.engines import open_bundle

__all__ = ["Candidate", "Measured", "candidates", "fastest", "measure"]

# What a typical reply costs: a prompt of which the beginning is known, then the words.
_PROMPT_TOKENS: Final = 48
_REPLY_TOKENS: Final = 24
_MOST_THREADS: Final = 64
_ALL_UP_TO: Final = 8
_ROUNDS: Final = 5
_SECONDS: Final = 1.5
# Nearer than this is noise, and then what costs less power is better.
_TOLERANCE: Final = 0.03


class Candidate(NamedTuple):
    """Settings to try: `[models] threads` and `spin`."""

    threads: int
    spin: bool


class Measured(NamedTuple):
    """Medians. reply_seconds: a prefill of 48 tokens and a reply of 24, one conversation alone."""

    candidate: Candidate
    decode_tokens_per_second: float
    reply_seconds: float


def candidates(cores: int) -> list[Candidate]:
    """Every number of threads from 1 to `cores` (from 9 on, doublings and the last one), each without and with spinning; least first.

    A single thread has nobody to wait for.
    """
    most = min(cores, _MOST_THREADS)
    counts = [count for count in range(1, most + 1) if count <= _ALL_UP_TO or count & (count - 1) == 0 or count == most]
    return [Candidate(count, spin) for count in counts for spin in ((False,) if count == 1 else (False, True))]


def measure(bundle: Bundle, candidate: Candidate, *, context: int, provider: str, seconds: float = _SECONDS) -> Measured:
    """Time one candidate: warm, then replies until `seconds` are over, two at least and five at most.

    Args:
        context: tokens of `[models] context_tokens`; 0 = the model's.
        provider: what onnxruntime runs the model on.

    Raises:
        EngineError: the model cannot be opened, or its context does not hold a reply.
    """
    options = EngineOptions(slots=1, threads=candidate.threads, spin=candidate.spin, max_length=context, provider=provider)
    engine = open_bundle(bundle, options)
    _reply(engine)
    decode: list[float] = []
    reply: list[float] = []
    began = time.perf_counter()
    while len(reply) < 2 or (len(reply) < _ROUNDS and time.perf_counter() - began < seconds):
        prefilled, written = _reply(engine)
        decode.append(_REPLY_TOKENS / written)
        reply.append(prefilled + written)
    return Measured(candidate, median(decode), median(reply))


def fastest(measured: Sequence[Measured]) -> Measured:
    """The shortest reply; of those within 3 % of it the one with the fewest threads, asleep rather than busy."""
    best = min(one.reply_seconds for one in measured)
    near = [one for one in measured if one.reply_seconds <= best * (1 + _TOLERANCE)]
    return min(near, key=lambda one: (one.candidate.threads, one.candidate.spin))


def _reply(engine: TokenEngine) -> tuple[float, float]:
    """Seconds of prefilling and of decoding."""
    slot = engine.open()
    try:
        began = time.perf_counter()
        engine.step([(slot, [0] * _PROMPT_TOKENS)])
        prefilled = time.perf_counter()
        for _ in range(_REPLY_TOKENS):
            engine.step([(slot, [0])])
        return prefilled - began, time.perf_counter() - prefilled
    finally:
        engine.close(slot)
