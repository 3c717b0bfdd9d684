"""Continuous batching: one thread owns the engine and mixes the replies of all conversations in each Run.

    submit -> wait for a slot -> reuse what the slot or the prefix cache knows -> prefill in chunks -> sample -> guide -> ... -> finished

A tick is one Run: one token of every reply in progress, and as much of the waiting prompts as keeps the tick under twice the time of
a plain decode step. Knows tokens, slots and time; what the tokens mean is the guide's business.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from statistics import median
from typing import Final, NamedTuple, Protocol, Self

import numpy as np
import numpy.typing as npt

from .engine import TokenEngine
from .pace import SMOOTHING, Pace
from .prefix_cache import PrefixCache, common_length
from .sampling import Sampler, Sampling

__all__ = [
    "BusyError",
    "Finish",
    "Finished",
    "Generation",
    "Guide",
    "Move",
    "PromptTooLongError",
    "Request",
    "Scheduler",
    "SchedulerOptions",
    "StoppedError",
]

_log = logging.getLogger(__name__)

_TYPICAL_REPLY_SECONDS: Final = 1.0
_WARM_TOKENS: Final = 16
_WARM_ROUNDS: Final = 4
# One token alone rounds otherwise than the same token within a chunk. Where the engine is exact but for that, a prompt is cut so that it
# does not show; others may take single tokens where somebody waits.
_EXACT_CHUNK: Final = 2
_STOP_SECONDS: Final = 10.0


class BusyError(Exception):
    """So many replies wait already that this one would come too late; try again after `retry_after_seconds`."""

    def __init__(self, waiting: int, retry_after_seconds: float) -> None:
        super().__init__(f"{waiting} replies wait for the model already; try again in {retry_after_seconds:.1f} s")
        self.retry_after_seconds = retry_after_seconds


class PromptTooLongError(ValueError):
    """The prompt leaves no room in the context for a single token of reply."""


class StoppedError(RuntimeError):
    """The scheduler does not run (any more)."""


class Move(NamedTuple):
    """What follows a sampled token.

    take_back: so many of the last tokens are forgotten, the sampled one among them.
    forced: tokens that stand there instead of being sampled; they ride in the next Run.
    """

    done: bool = False
    take_back: int = 0
    forced: tuple[int, ...] = ()


class Guide(Protocol):
    """Follows one reply, on the scheduler's thread: it must be quick and must not wait."""

    def banned(self) -> npt.NDArray[np.bool_] | None:
        """[vocabulary] True = must not be sampled next."""

    def accept(self, token: int, log_probability: float, allowed: float) -> Move:
        """Take a sampled token; `allowed`: the probability mass that the mask had left. What it raises ends this reply only."""

    def ended(self) -> None:
        """The reply has come to its end, whichever; `Generation.result` no longer waits. Called once."""


class Request(NamedTuple):
    """A reply to be written.

    conversation: whose context it continues; its KV is kept for the next request of the same conversation.
    prompt: all tokens before the reply, of which the first `shared` are the same in other conversations (a system prompt).
    max_tokens: sampled and forced tokens together.
    deadline: on `time.monotonic`.
    """

    conversation: str
    prompt: Sequence[int]
    guide: Guide
    sampling: Sampling
    seed: Sequence[int]
    max_tokens: int
    deadline: float
    shared: int = 0


class Finish(Enum):
    """Why a reply ended."""

    DONE = "done"
    LENGTH = "length"
    DEADLINE = "deadline"
    CANCELLED = "cancelled"
    FULL = "full"


class Finished(NamedTuple):
    """A reply's end.

    reused_tokens: of the prompt, whose keys and values were there already; prefilled_tokens: the others.
    tokens: of the reply. first_token_seconds: from `submit` to the first sampled token, None when there was none.
    """

    finish: Finish
    tokens: tuple[int, ...]
    reused_tokens: int
    prefilled_tokens: int
    first_token_seconds: float | None
    seconds: float


class SchedulerOptions(NamedTuple):
    """waiting: replies that may wait for a slot; further ones are refused. max_chunk: prompt tokens in one Run at most."""

    waiting: int = 16
    max_chunk: int = 128
    prefix_cache_bytes: int = 64 * 2**20


class Generation:
    """A reply in progress, as the thread that asked for it sees it."""

    def __init__(self) -> None:
        self._ended = threading.Event()
        self._cancelled = False
        self._finished: Finished | None = None
        self._error: BaseException | None = None

    def cancel(self) -> None:
        """Stop writing (barge-in); holds within one step."""
        self._cancelled = True

    def result(self, timeout_seconds: float | None = None) -> Finished:
        """Wait for the end.

        Raises:
            TimeoutError: it did not come in this time.
            Exception: what the guide raised, or the engine's error.
        """
        if not self._ended.wait(timeout_seconds):
            raise TimeoutError(f"the reply did not end within {timeout_seconds} s")
        if self._error is not None:
            raise self._error
        assert self._finished is not None
        return self._finished


@dataclass
class _Reply:
    """One request from submission to its end."""

    request: Request
    generation: Generation
    sampler: Sampler
    submitted: float
    pending: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    reused: int = 0
    sampled: int = 0
    first_token: float | None = None

    def history(self) -> list[int]:
        """What the repetition penalty counts; a list of the whole context is made only when there is one."""
        return [] if self.request.sampling.repetition_penalty == 1.0 else [*self.request.prompt, *self.written]


@dataclass
class _Conversation:
    """A slot and the tokens whose keys and values it holds."""

    slot: int
    context: list[int]
    reply: _Reply | None = None
    used: float = 0.0


class Scheduler:
    """Replies of many conversations from one engine. Use it as a context manager, or `start` and `stop` it."""

    def __init__(self, engine: TokenEngine, options: SchedulerOptions) -> None:
        self._engine, self._options = engine, options
        self._prefixes = PrefixCache(options.prefix_cache_bytes)
        self._changed = threading.Condition()
        self._waiting: deque[_Reply] = deque()
        self._releases: set[str] = set()
        self._conversations: dict[str, _Conversation] = {}
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._pace = Pace()
        self._least_chunk = _EXACT_CHUNK if engine.exact else 1
        self._reply_seconds = _TYPICAL_REPLY_SECONDS

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Warm the engine, so that the first customer does not pay for first-run allocation, and serve."""
        self._warm()
        self._thread = threading.Thread(target=self._run, name="slm", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End every reply as cancelled and the thread with it."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def submit(self, request: Request) -> Generation:
        """Queue a reply.

        Raises:
            BusyError: `waiting` replies wait already.
            PromptTooLongError: the prompt fills the context.
            StoppedError: the scheduler is not running.
            ValueError: no prompt, or a token outside the vocabulary.
        """
        self._check(request)
        reply = _Reply(request, Generation(), Sampler(request.sampling, request.seed), time.monotonic())
        with self._changed:
            if self._stopping or self._thread is None or not self._thread.is_alive():
                raise StoppedError("the scheduler does not run; start it first")
            if len(self._waiting) >= self._options.waiting:
                turns = (len(self._waiting) + 1) / self._engine.slots
                raise BusyError(len(self._waiting), turns * self._reply_seconds)
            self._waiting.append(reply)
            self._changed.notify()
        return reply.generation

    def release(self, conversation: str) -> None:
        """The conversation is over: its slot is wiped and free, as soon as no reply of it is being written."""
        with self._changed:
            self._releases.add(conversation)
            self._changed.notify()

    def _check(self, request: Request) -> None:
        if not request.prompt:
            raise ValueError("prompt: no tokens; a reply needs something to continue")
        if not 0 <= min(request.prompt) <= max(request.prompt) < self._engine.vocabulary:
            raise ValueError(f"prompt: a token outside 0..{self._engine.vocabulary - 1}; tokenizer and model do not belong together")
        if len(request.prompt) >= self._engine.max_length:
            raise PromptTooLongError(f"a prompt of {len(request.prompt)} tokens leaves no room in a context of {self._engine.max_length}")

    def _run(self) -> None:
        how: Finish | Exception = Finish.CANCELLED
        try:
            while self._awake():
                self._tick()
        except Exception as error:  # noqa: BLE001 - a defect of ours: who waits is told, and later callers get StoppedError
            _log.exception("the scheduler failed")
            how = error
        with self._changed:
            self._stopping = True
        for reply in [_reply_of(conversation) for conversation in self._writing()] + list(self._waiting):
            self._end(reply, how)

    def _awake(self) -> bool:
        """Wait for something to do; False when it is time to stop."""
        with self._changed:
            self._changed.wait_for(lambda: self._stopping or self._waiting or self._releases or self._writing())
            return not self._stopping

    def _tick(self) -> None:
        """One Run, and what comes before and after it."""
        self._drop()
        self._release()
        self._admit()
        batch, decoding = self._batch()
        if not batch:
            return
        wanted = [conversation for conversation, tokens in batch if len(tokens) == len(_reply_of(conversation).pending)]
        began = time.perf_counter()
        try:
            logits = self._engine.step([(conversation.slot, tokens) for conversation, tokens in batch], [row.slot for row in wanted])
        except Exception as error:  # noqa: BLE001 - onnxruntime's errors share no base; the replies of this Run end, the others go on
            _log.exception("a step of the model failed")
            for conversation, _ in batch:
                self._forget(conversation, error)
            return
        self._pace.observe(decoding, sum(len(tokens) for _, tokens in batch[decoding:]), time.perf_counter() - began)
        for conversation, tokens in batch:
            conversation.context += tokens
            del _reply_of(conversation).pending[: len(tokens)]
        for row, conversation in enumerate(wanted):
            self._sample(conversation, logits[row])

    def _drop(self) -> None:
        """End what was cancelled or is late."""
        now = time.monotonic()
        with self._changed:
            for reply in [reply for reply in self._waiting if _over(reply, now)]:
                self._waiting.remove(reply)
                self._end(reply, _over(reply, now) or Finish.CANCELLED)
        for conversation in self._writing():
            finish = _over(_reply_of(conversation), now)
            if finish is not None:
                self._finish(conversation, finish)

    def _release(self) -> None:
        with self._changed:
            ended = {name for name in self._releases if self._idle(name)}
            self._releases -= ended
        for name in ended:
            conversation = self._conversations.pop(name, None)
            if conversation is not None:
                self._engine.close(conversation.slot)

    def _idle(self, name: str) -> bool:
        return name not in self._conversations or self._conversations[name].reply is None

    def _admit(self) -> None:
        """Give slots to those who wait, oldest first; one reply at a time per conversation."""
        with self._changed:
            waiting = list(self._waiting)
        for reply in waiting:
            name = reply.request.conversation
            if not self._idle(name):
                continue
            conversation = self._conversations.get(name) or self._take_slot(name)
            if conversation is None:
                return
            with self._changed:
                self._waiting.remove(reply)
            conversation.reply = reply
            self._reuse(conversation, reply)

    def _take_slot(self, name: str) -> _Conversation | None:
        """A free slot, or that of the conversation which has been silent longest; None while all are being written to."""
        if len(self._conversations) >= self._engine.slots:
            silent = [key for key, conversation in self._conversations.items() if conversation.reply is None]
            if not silent:
                return None
            oldest = min(silent, key=lambda key: self._conversations[key].used)
            self._engine.close(self._conversations.pop(oldest).slot)
        conversation = _Conversation(self._engine.open(), [])
        self._conversations[name] = conversation
        return conversation

    def _reuse(self, conversation: _Conversation, reply: _Reply) -> None:
        """Keep of the context what the prompt begins with, or take a longer beginning from the prefix cache."""
        prompt = list(reply.request.prompt)
        most = max(0, len(prompt) - self._least_chunk)  # the last token has to run: its logits are wanted
        known = min(common_length(conversation.context, prompt), most)
        cached = self._prefixes.longest(prompt[: min(reply.request.shared, most)])
        if cached is not None and cached[0] > known:
            known, rows = cached
            self._engine.write_rows(conversation.slot, rows)
        else:
            self._engine.truncate(conversation.slot, known)
        conversation.context = prompt[:known]
        reply.reused, reply.pending = known, prompt[known:]

    def _batch(self) -> tuple[list[tuple[_Conversation, list[int]]], int]:
        """The rows of the next Run, and how many of them decode; those come first."""
        writing = self._writing()
        decoding = [conversation for conversation in writing if len(_reply_of(conversation).pending) == 1]
        prefilling = [conversation for conversation in writing if len(_reply_of(conversation).pending) > 1]
        batch = [(conversation, _reply_of(conversation).pending[:1]) for conversation in decoding]
        if prefilling:
            budget = self._pace.chunk(len(decoding), self._options.max_chunk)
            size = max(budget // len(prefilling), self._least_chunk)
            batch += [(conversation, _chunk(_reply_of(conversation).pending, size, self._least_chunk)) for conversation in prefilling]
        return batch, len(decoding)

    def _sample(self, conversation: _Conversation, logits: npt.NDArray[np.float32]) -> None:
        reply = _reply_of(conversation)
        if reply.first_token is None:
            reply.first_token = time.monotonic()
            self._share(conversation, reply)
        try:
            sampled = reply.sampler.sample(logits, reply.request.guide.banned(), reply.history())
            move = reply.request.guide.accept(sampled.token, sampled.log_probability, sampled.allowed)
        except Exception as error:  # noqa: BLE001 - the guide's errors go to the thread that asked for the reply
            self._finish(conversation, error)
            return
        reply.sampled += 1
        reply.written.append(sampled.token)
        del reply.written[len(reply.written) - move.take_back :]
        reply.written += move.forced
        if move.done:
            self._finish(conversation, Finish.DONE)
        elif len(reply.written) >= reply.request.max_tokens or reply.sampled >= reply.request.max_tokens:
            self._finish(conversation, Finish.LENGTH)
        elif len(reply.request.prompt) + len(reply.written) > self._engine.max_length:
            self._finish(conversation, Finish.FULL)
        else:
            self._continue(conversation, reply, move)

    def _continue(self, conversation: _Conversation, reply: _Reply, move: Move) -> None:
        """What of prompt and reply is not in the context yet comes next; a rewritten end is rolled back first."""
        whole = len(reply.request.prompt) + len(reply.written)
        # The last token always runs: its logits are wanted. Of what was taken back, the sampled token was not in the context yet.
        known = min(len(conversation.context), whole - len(move.forced), whole - 1)
        if known < len(conversation.context):
            self._engine.truncate(conversation.slot, known)
            del conversation.context[known:]
        first_written = known - len(reply.request.prompt)
        reply.pending = reply.written[first_written:] if first_written >= 0 else [*reply.request.prompt, *reply.written][known:]

    def _share(self, conversation: _Conversation, reply: _Reply) -> None:
        shared = reply.request.prompt[: reply.request.shared]
        if shared and self._options.prefix_cache_bytes and shared not in self._prefixes:
            self._prefixes.put(shared, self._engine.read_rows(conversation.slot, len(shared)))

    def _finish(self, conversation: _Conversation, how: Finish | Exception) -> None:
        reply = _reply_of(conversation)
        conversation.reply, conversation.used = None, time.monotonic()
        self._reply_seconds += SMOOTHING * (conversation.used - reply.submitted - self._reply_seconds)
        self._end(reply, how)

    def _forget(self, conversation: _Conversation, error: Exception) -> None:
        """After a failed Run nobody knows what the slot holds."""
        name = next(key for key, value in self._conversations.items() if value is conversation)
        self._engine.close(self._conversations.pop(name).slot)
        self._end(_reply_of(conversation), error)

    @staticmethod
    def _end(reply: _Reply, how: Finish | Exception) -> None:
        if isinstance(how, Finish):
            first = None if reply.first_token is None else reply.first_token - reply.submitted
            prefilled = len(reply.request.prompt) - reply.reused if reply.first_token is not None else 0
            seconds = time.monotonic() - reply.submitted
            reply.generation._finished = Finished(how, tuple(reply.written), reply.reused, prefilled, first, seconds)
        else:
            reply.generation._error = how
        reply.generation._ended.set()
        reply.request.guide.ended()

    def _writing(self) -> list[_Conversation]:
        return [conversation for conversation in self._conversations.values() if conversation.reply is not None]

    def _warm(self) -> None:
        slot = self._engine.open()
        seconds: dict[int, list[float]] = {1: [], _WARM_TOKENS: []}
        for _ in range(_WARM_ROUNDS):
            for count, measured in seconds.items():
                self._engine.truncate(slot, 0)
                began = time.perf_counter()
                self._engine.step([(slot, [0] * count)])
                measured.append(time.perf_counter() - began)
        self._engine.close(slot)
        for count, measured in seconds.items():  # the first round allocates and would mislead
            self._pace.observe(1 if count == 1 else 0, 0 if count == 1 else count, median(measured[1:]))


def _chunk(pending: list[int], size: int, least: int) -> list[int]:
    """The next part of a prompt: `size` tokens, or all when fewer than `least` would be left."""
    return pending if len(pending) - size < least else pending[:size]


def _over(reply: _Reply, now: float) -> Finish | None:
    if reply.generation._cancelled:
        return Finish.CANCELLED
    return Finish.DEADLINE if now > reply.request.deadline else None


def _reply_of(conversation: _Conversation) -> _Reply:
    assert conversation.reply is not None
    return conversation.reply
