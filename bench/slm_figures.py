"""What the language model costs in time, on the real engine and the real scheduler. Tokens are random: their values cost nothing."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from statistics import median
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from ..models.engine import EngineError, TokenEngine
from ..models.sampling import Sampling
from ..models.scheduler import Finished, Generation, Move, Request, Scheduler, SchedulerOptions

__all__ = ["FirstToken", "Stall", "Throughput", "Workload", "first_token", "stall", "throughput"]

_DEADLINE_SECONDS: Final = 600.0
# As many as the ten digits: the appliance always samples under a mask.
_BANNED: Final = 10
_UNLIMITED: Final = 1_000_000
_WARM_GAPS: Final = 4
_STEADY_GAPS: Final = 16


class Workload(NamedTuple):
    """Numbers of tokens, and how often everything is repeated.

    prompt, reply: of the throughput runs. shared: of a prompt, the same in all conversations; own: what follows it, and what a customer
    says next. long: a prompt that is prefilled beside a stream.
    temperature: of sampling. Random weights give a nearly flat distribution, whose nucleus is most of the vocabulary; at 0.05 it is as
    narrow as a trained model's.
    """

    prompt: int
    reply: int
    shared: int
    own: int
    long: int
    repeats: int
    temperature: float

    @classmethod
    def within(cls, context: int, repeats: int, temperature: float) -> Workload:
        """As large as a context of so many tokens allows, at most what a conversation on a kiosk is like."""
        return cls(
            prompt=min(128, context // 2), reply=min(64, context // 4), shared=min(384, context - 96), own=24, long=min(384, context - 16),
            repeats=repeats, temperature=temperature,
        )  # fmt: skip


class FirstToken(NamedTuple):
    """Seconds from `submit` to the first sampled token, medians.

    cold: nothing of the prompt is known. shared: another conversation began with the same system prompt. next_turn: the same
    conversation goes on.
    """

    cold_seconds: float
    shared_seconds: float
    next_turn_seconds: float


class Throughput(NamedTuple):
    """Tokens per second of all sessions together, medians; `raw` is the engine alone, without scheduling and sampling.

    unfairness: tokens of the fastest stream over those of the slowest while all were writing, the worst of the repeats.
    """

    sessions: int
    decode_tokens_per_second: float
    raw_decode_tokens_per_second: float
    prefill_tokens_per_second: float
    raw_prefill_tokens_per_second: float
    unfairness: float


class Stall(NamedTuple):
    """Gaps between two tokens of a stream while another conversation's long prompt is prefilled.

    step_seconds: median gap before that. longest: median over the repeats of the longest gap; worst: of all.
    """

    step_seconds: float
    longest_gap_seconds: float
    worst_gap_seconds: float


class _Stream:
    """A guide that notes when each token came; `most` tokens, or until the round is over."""

    def __init__(self, vocabulary: int, most: int, streams: _Round | None = None) -> None:
        self._banned = np.zeros(vocabulary, dtype=np.bool_)
        self._banned[:_BANNED] = True
        self._most, self._round = most, streams
        self.times: list[float] = []

    def banned(self) -> npt.NDArray[np.bool_]:
        return self._banned

    def accept(self, token: int, log_probability: float, allowed: float) -> Move:
        self.times.append(time.perf_counter())
        over = self._round is not None and self._round.over()
        return Move(done=over or len(self.times) >= self._most)

    def ended(self) -> None:
        pass


class _Round:
    """Streams that go on until each has written `wanted` tokens since all of them had begun. The scheduler's thread alone asks."""

    def __init__(self, count: int, wanted: int, vocabulary: int) -> None:
        self.streams = [_Stream(vocabulary, _UNLIMITED, self) for _ in range(count)]
        self._wanted = wanted

    def over(self) -> bool:
        if not all(stream.times for stream in self.streams):
            return False
        first = max(stream.times[0] for stream in self.streams)
        return all(sum(moment > first for moment in stream.times[-self._wanted :]) >= self._wanted for stream in self.streams)

    def result(self) -> tuple[float, float]:
        """(tokens per second together, most over fewest tokens) while all were writing."""
        first = max(stream.times[0] for stream in self.streams)
        last = min(stream.times[-1] for stream in self.streams)
        counts = [sum(first < moment <= last for moment in stream.times) for stream in self.streams]
        return sum(counts) / (last - first), max(counts) / min(counts)


def first_token(engine: TokenEngine, work: Workload) -> FirstToken:
    """Time to the first token of new conversations and of one that goes on."""
    tokens = _Tokens(engine.vocabulary)
    cold, shared, next_turn = [], [], []
    with _talk(engine, work, prefix_cache=False) as talk:
        for number in range(work.repeats):
            talk.reply(f"warm {number}", tokens.draw(work.shared + work.own), 1)
            cold.append(_first(talk.reply(f"cold {number}", tokens.draw(work.shared + work.own), 1)))
    with _talk(engine, work, prefix_cache=True) as talk:
        system = tokens.draw(work.shared)
        talk.reply("first", [*system, *tokens.draw(work.own)], 1, len(system))
        for number in range(work.repeats):
            prompt = [*system, *tokens.draw(work.own)]
            begun = talk.reply(f"shared {number}", prompt, work.own, len(system))
            shared.append(_first(begun))
            going_on = [*prompt, *begun.tokens, *tokens.draw(work.own)]
            next_turn.append(_first(talk.reply(f"shared {number}", going_on, 1, len(system))))
    return FirstToken(median(cold), median(shared), median(next_turn))


def throughput(engine: TokenEngine, sessions: int, work: Workload) -> Throughput:
    """Decode and prefill of so many conversations at once."""
    tokens = _Tokens(engine.vocabulary)
    raw_prefill, raw_decode = _raw(engine, sessions, work)
    decode, prefill, unfair = [], [], []
    with _talk(engine, work, prefix_cache=False) as talk:
        for number in range(work.repeats):
            streams = _Round(sessions, work.reply, engine.vocabulary)
            running = [talk.submit(f"{number} {place}", tokens.draw(work.own), stream) for place, stream in enumerate(streams.streams)]
            for generation in running:
                generation.result()
            rate, ratio = streams.result()
            decode.append(rate)
            unfair.append(ratio)
            prompts = [tokens.draw(work.prompt) for _ in range(sessions)]
            guides = [_Stream(engine.vocabulary, 1) for _ in prompts]
            began = time.perf_counter()
            running = [
                talk.submit(f"p{number} {place}", prompt, guide) for place, (prompt, guide) in enumerate(zip(prompts, guides, strict=True))
            ]
            for generation in running:
                generation.result()
            prefill.append(sessions * work.prompt / (max(guide.times[0] for guide in guides) - began))
    return Throughput(sessions, median(decode), raw_decode, median(prefill), raw_prefill, max(unfair))


def stall(engine: TokenEngine, work: Workload) -> Stall:
    """What a long prompt does to a stream."""
    tokens = _Tokens(engine.vocabulary)
    steps, longest = [], []
    with _talk(engine, work, prefix_cache=False) as talk:
        for number in range(work.repeats):
            stream, other = _Stream(engine.vocabulary, engine.max_length), _Stream(engine.vocabulary, 1)
            writing = talk.submit(f"stream {number}", tokens.draw(4), stream)
            while len(stream.times) < _WARM_GAPS + _STEADY_GAPS:
                time.sleep(0.001)
            began = time.perf_counter()
            talk.submit(f"long {number}", tokens.draw(work.long), other).result()
            writing.cancel()
            writing.result()
            gaps = [(later, later - earlier) for earlier, later in itertools.pairwise(stream.times)]
            steps.append(median(gap for moment, gap in gaps[_WARM_GAPS:] if moment <= began))
            # The Run that ends the prompt belongs to it.
            longest.append(max(gap for moment, gap in gaps if began < moment <= other.times[0] + steps[-1]))
    return Stall(median(steps), median(longest), max(longest))


def _raw(engine: TokenEngine, sessions: int, work: Workload) -> tuple[float, float]:
    tokens = _Tokens(engine.vocabulary)
    prefill, decode = [], []
    slots = [engine.open() for _ in range(sessions)]
    for repeat in range(work.repeats + 1):
        for slot in slots:
            engine.truncate(slot, 0)
        began = time.perf_counter()
        engine.step([(slot, tokens.draw(work.prompt)) for slot in slots])
        prefilled = time.perf_counter()
        for _ in range(work.reply):
            engine.step([(slot, [0]) for slot in slots])
        if repeat:  # the first one warms up
            prefill.append(prefilled - began)
            decode.append(time.perf_counter() - prefilled)
    for slot in slots:
        engine.close(slot)
    return sessions * work.prompt / median(prefill), sessions * work.reply / median(decode)


class _Tokens:
    """Random tokens, never the same prompt twice."""

    def __init__(self, vocabulary: int) -> None:
        self._random = np.random.default_rng()
        self._vocabulary = vocabulary

    def draw(self, count: int) -> list[int]:
        return [int(token) for token in self._random.integers(0, self._vocabulary, count)]


class _Talk:
    """Conversations with one scheduler."""

    def __init__(self, engine: TokenEngine, scheduler: Scheduler, work: Workload) -> None:
        self._vocabulary, self._scheduler = engine.vocabulary, scheduler
        self._sampling = Sampling(temperature=work.temperature)

    def submit(self, conversation: str, prompt: Sequence[int], guide: _Stream, shared: int = 0) -> Generation:
        deadline = time.monotonic() + _DEADLINE_SECONDS
        return self._scheduler.submit(Request(conversation, prompt, guide, self._sampling, (0,), _UNLIMITED, deadline, shared))

    def reply(self, conversation: str, prompt: Sequence[int], most: int, shared: int = 0) -> Finished:
        return self.submit(conversation, prompt, _Stream(self._vocabulary, most), shared).result()


def _first(finished: Finished) -> float:
    assert finished.first_token_seconds is not None, "every request here samples at least one token"
    return finished.first_token_seconds


@contextmanager
def _talk(engine: TokenEngine, work: Workload, *, prefix_cache: bool) -> Iterator[_Talk]:
    options = SchedulerOptions(waiting=64) if prefix_cache else SchedulerOptions(waiting=64, prefix_cache_bytes=0)
    with Scheduler(engine, options) as scheduler:
        yield _Talk(engine, scheduler, work)
    for slot in range(engine.slots):  # the next scheduler wants them all
        with suppress(EngineError):  # not open
            engine.close(slot)
