"""Wording a plan: the model writes, code fills the slots, the guard hears every sentence before the customer does.

A refused sentence gets two more tries; then the fixed template of the *same* plan follows (named outcome `guard_template`).
Sentences that were said stay said: what comes after continues them, so the deltas of a reply always add up to its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final, Literal, NamedTuple, Protocol, TypeAlias

from ..models.generate import BusyError, DeadEndError, DeadlineError
from ..models.prompt import PlanPrompt, slots_in
from .guard import Violation, check_reply, check_sentence, quantities_outside_plan
from .plan import Plan
from .templates import FALLBACK, FIXED, fill

__all__ = ["Said", "SentenceSource", "realise"]

Outcome: TypeAlias = Literal["fixed", "model", "model_retry", "guard_template", "late_template", "busy_template"]
_ATTEMPTS: Final = 3
_MAX_SENTENCES: Final = 4


class SentenceSource(Protocol):
    """A model that words plans, for several threads at once; `models.generate.SentenceModel` is one."""

    def sentences(self, plan: PlanPrompt, *, conversation: str, seed: Sequence[int], said: str, deadline: float) -> Iterator[str]:
        """Delexicalised sentences of the reply, behind what was `said`."""

    def release(self, conversation: str) -> None:
        """The conversation is over; nothing of it stays in the model's memory."""

    def stop(self) -> None:
        """No more replies are wanted."""


class Said(NamedTuple):
    """A finished reply. `wording`: all but the legal sentences, with slots; `text`: as sent; `refused`: what the guard refused before."""

    text: str
    wording: str
    outcome: Outcome
    refused: tuple[Violation, ...]


def realise(
    plan: Plan,
    model: SentenceSource,
    *,
    conversation: str,
    previous: str,
    customer: str,
    profile: str,
    seed: Sequence[int],
    deadline: float,
    emit: Callable[[str], None],
) -> Said:
    """Word a plan and hand each sentence to `emit` as soon as the guard has passed it.

    Args:
        conversation: whose reply it is.
        previous: our last wording and customer: the customer's utterance, both without quantities.
        seed: entropy of the sampler; the same seed and plan give the same reply.
        deadline: on `time.monotonic`; when it passes, the template finishes the reply (`late_template`), as it does when too many
            replies wait for the model (`busy_template`).
    """
    reply = _Reply(plan, profile, emit)
    for sentence in plan.legal:
        reply.say_fixed(sentence)
    fixed = FIXED.get((plan.act, plan.kind))
    if fixed is not None:
        reply.say(fixed)
    if (plan.act, plan.kind) not in FALLBACK:  # fixed, or the legal sentences are the whole reply (crisis text)
        return reply.finished("fixed")
    outcome: Outcome = "guard_template"
    for attempt in range(_ATTEMPTS):
        try:
            prompt, tries = plan.prompt(previous, customer), [*seed, attempt]
            complete = reply.write(
                model.sentences(prompt, conversation=conversation, seed=tries, said=reply.wording, deadline=deadline)
            )
        except DeadEndError as error:
            reply.lost(str(error))
            complete = False
        except DeadlineError:
            outcome = "late_template"
            break
        except BusyError:
            outcome = "busy_template"
            break
        if complete:
            return reply.finished("model" if attempt == 0 else "model_retry")
    reply.say(FALLBACK[plan.act, plan.kind])
    return reply.finished(outcome)


class _Reply:
    """The reply as it grows."""

    def __init__(self, plan: Plan, profile: str, emit: Callable[[str], None]) -> None:
        self._plan, self._profile, self._emit = plan, profile, emit
        self._sentences: list[str] = []
        self._written = 0
        self._refused: list[Violation] = []
        self.wording = ""

    def say_fixed(self, sentence: str) -> None:
        self._sentences.append(sentence)
        self._emit(sentence)

    def say(self, wording: str) -> None:
        self.wording = f"{self.wording} {wording}".strip()
        self.say_fixed(fill(wording, self._plan.slots))

    def write(self, sentences: Iterator[str]) -> bool:
        """Say what the model writes until the guard refuses; True when the reply is complete and states the plan.

        Sentences with slots are held until every slot of the plan is in, so that a retry never has to mend a half-stated offer.
        """
        held: list[str] = []
        for sentence in sentences:
            refused = check_sentence(sentence, self._plan)
            if self._written >= _MAX_SENTENCES:
                refused.append(Violation("G10", f"more than {_MAX_SENTENCES} sentences"))
            if refused:
                self._refused += refused
                return False
            self._written += 1
            held.append(sentence)
            stated = slots_in(" ".join([self.wording, *held]))
            if not slots_in(" ".join(held)) or stated >= set(self._plan.slots):
                for ready in held:
                    self.say(ready)
                held = []
        wording = " ".join([self.wording, *held]).strip()
        missing = check_reply(wording, " ".join(self._sentences), self._plan, profile=self._profile)
        self._refused += missing
        return not missing

    def lost(self, why: str) -> None:
        """Note that the model could not go on."""
        self._refused.append(Violation("wording", why))

    def finished(self, outcome: Outcome) -> Said:
        """The reply, checked as a whole; a violation here is a defect of ours, since every part has been checked."""
        text = " ".join(self._sentences)
        broken = check_reply(self.wording, text, self._plan, profile=self._profile)
        if broken or quantities_outside_plan(text, self._plan):
            raise AssertionError(f"reply to {self._plan.act}/{self._plan.kind} breaks {broken or 'G8'}: {text!r}")
        return Said(text, self.wording, outcome, tuple(self._refused))
