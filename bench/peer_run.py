"""One engine in a process of its own: `python -P -m eqnegotiator.bench.peer_run`, a job as JSON in, its times as JSON out."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from statistics import median

import msgspec
import numpy as np

from .machine import resident_bytes
from .peer_engines import OPENERS, Opening

__all__ = ["Job", "Times", "prompt_of"]


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure; `logits`: file for the logits after the prompt, None where the engine keeps them to itself."""

    engine: str
    path: str
    threads: int
    spin: bool
    context: int
    vocabulary: int
    prompt_tokens: int
    reply_tokens: int
    rounds: int
    logits: str | None


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """load: to the first token of a warm-up. prefill and decode: tokens per second, median of the rounds."""

    load_seconds: float
    prefill_tokens_per_second: float
    decode_tokens_per_second: float
    resident_bytes: int | None


def prompt_of(vocabulary: int, count: int) -> list[int]:
    """The same random tokens for every engine."""
    return [int(token) for token in np.random.default_rng(count).integers(0, vocabulary, count)]


def _measure(job: Job) -> Times:
    prompt = prompt_of(job.vocabulary, job.prompt_tokens)
    before = resident_bytes()
    began = time.perf_counter()
    runner = OPENERS[job.engine](Opening(Path(job.path), job.threads, job.spin, job.context))
    runner.decode(runner.prefill(prompt[:8]), 2)
    loaded = time.perf_counter() - began
    prefill, decode = [], []
    for _ in range(job.rounds + 1):
        began = time.perf_counter()
        token = runner.prefill(prompt)
        prefilled = time.perf_counter()
        runner.decode(token, job.reply_tokens)
        prefill.append(prefilled - began)
        decode.append(time.perf_counter() - prefilled)
    after = resident_bytes()
    if job.logits is not None:
        np.save(job.logits, runner.logits(prompt))
    return Times(
        load_seconds=loaded,
        prefill_tokens_per_second=job.prompt_tokens / median(prefill[1:]),  # the first round is still warming up
        decode_tokens_per_second=job.reply_tokens / median(decode[1:]),
        resident_bytes=None if before is None or after is None else after - before,
    )


if __name__ == "__main__":
    print(msgspec.json.encode(_measure(msgspec.json.decode(sys.stdin.buffer.read(), type=Job))).decode())
