"""A plan in, finished sentences out: prompt style and scheduler put together.

Many threads may ask at the same time; the scheduler mixes their replies. Knows nothing of what the slots mean.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple, Protocol, Self

from .bundle import Bundle
from .chat_style import ChatStyle
from .engine import EngineOptions
from .engines import open_bundle
from .plan_style import PlanStyle, Prompt
from .prompt import PlanPrompt
from .sampling import Sampling
from .scheduler import BusyError, Finish, Request, Scheduler, SchedulerOptions
from .sentence_guide import DeadEndError, SentenceGuide

__all__ = ["BusyError", "DeadEndError", "DeadlineError", "SentenceModel", "SentenceModelOptions"]

MAX_REPLY_TOKENS: Final = 96
# The scheduler keeps deadlines; this is for the case that its thread is gone.
_GRACE_SECONDS: Final = 5.0


class DeadlineError(Exception):
    """The reply was not complete when its time was up, or the service is stopping."""


class SentenceModelOptions(NamedTuple):
    """How replies are written; see the parts."""

    engine: EngineOptions = EngineOptions()
    scheduler: SchedulerOptions = SchedulerOptions()
    sampling: Sampling = Sampling()


class Style(Protocol):
    """How a plan is put to a model."""

    def prompt(self, plan: PlanPrompt, said: str) -> Prompt: ...

    def guide(self, plan: PlanPrompt, said: str) -> SentenceGuide: ...


class SentenceModel:
    """A bundle that words plans. Use it as a context manager, or `start` and `stop` it."""

    def __init__(self, bundle: Bundle, options: SentenceModelOptions) -> None:
        engine = open_bundle(bundle, options.engine)
        style = ChatStyle if bundle.manifest.prompt_style == "chat" else PlanStyle
        self._style: Style = style(bundle, engine.vocabulary, engine.max_length - MAX_REPLY_TOKENS)
        self._scheduler = Scheduler(engine, options.scheduler)
        self._sampling = options.sampling

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Warm the engine and serve."""
        self._scheduler.start()

    def stop(self) -> None:
        """End replies in progress (their readers get DeadlineError)."""
        self._scheduler.stop()

    def release(self, conversation: str) -> None:
        """The conversation is over; what the model knew of it is wiped."""
        self._scheduler.release(conversation)

    def sentences(self, plan: PlanPrompt, *, conversation: str, seed: Sequence[int], said: str, deadline: float) -> Iterator[str]:
        """Write the reply to `plan`, one sentence at a time; to stop reading is to cancel.

        Only the plan's slots can be written, each once, and no digits.

        Args:
            conversation: whose reply it is; what the model knows of it is kept until `release`.
            seed: the entropy of the sampler.
            said: what of the reply has been said already (delexicalised); the model goes on behind it.
            deadline: on `time.monotonic`.

        Raises:
            DeadlineError: the time or the token budget was up before the end of the reply.
            DeadEndError: most of what the model wanted to say next is forbidden, or a sentence is none that people would say.
            BusyError: too many replies wait already.
        """
        prompt, guide = self._style.prompt(plan, said), self._style.guide(plan, said)
        request = Request(conversation, prompt.tokens, guide, self._sampling, seed, MAX_REPLY_TOKENS, deadline, prompt.shared)
        generation = self._scheduler.submit(request)
        try:
            yield from _until_none(guide.sentences, deadline)
            finished = generation.result(timeout_seconds=0)
        finally:
            generation.cancel()
        if finished.finish is not Finish.DONE:
            raise DeadlineError(f"the reply ended early: {finished.finish.value} after {len(finished.tokens)} tokens")


def _until_none(sentences: queue.SimpleQueue[str | None], deadline: float) -> Iterator[str]:
    while True:
        try:
            sentence = sentences.get(timeout=max(0.0, deadline - time.monotonic()) + _GRACE_SECONDS)
        except queue.Empty:
            raise DeadlineError("the model has not answered in time") from None
        if sentence is None:
            return
        yield sentence
