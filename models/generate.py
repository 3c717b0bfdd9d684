"""Sentences from the SLM: sample under a token mask, decode, cut at sentence ends.

Knows text and tokens; knows nothing of what the slots mean.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .bundle import Bundle
from .engine import Engine
from .prompt import CUSTOMER_QUANTITY, EOS, SLOTS, PlanPrompt, plain, render, special_tokens
from .wording import FILE_NAME, SENTENCE_END, Wordings

__all__ = ["DeadEndError", "DeadlineError", "SentenceModel"]

MAX_REPLY_TOKENS: Final = 96
# What the model was trained to read; of a longer speech the end matters most.
_HISTORY_WORDS: Final = 40
_TOP: Final = 64
_LEAST_ALLOWED: Final = 0.3


class DeadlineError(Exception):
    """The reply was not complete when its time was up."""


class DeadEndError(Exception):
    """The model was about to say what the mask forbids; what it would say instead is rarely a sentence."""


class SentenceModel:
    """The bundled `plan` model: a plan in, delexicalised sentences out.

    temperature, top_p: nucleus sampling; the same seed gives the same reply.
    """

    def __init__(self, bundle: Bundle, *, threads: int = 1, temperature: float = 0.6, top_p: float = 0.9) -> None:
        self._engine = Engine.load(bundle, slots=1, threads=threads)
        self._tokenizer = Tokenizer.from_file(str(bundle.folder / "tokenizer.json"))
        self._temperature, self._top_p = temperature, top_p
        self._eos = self._id(EOS)
        self._slots = {slot: self._id(f"{{{slot}}}") for slot in SLOTS}
        self._controls = special_tokens()
        self._banned = self._always_banned()
        listed = any(entry.path == FILE_NAME for entry in bundle.manifest.files)
        self._wordings = Wordings.load(bundle.file(FILE_NAME)) if listed else None

    def warm(self) -> None:
        """Run once, so that the first customer does not pay for first-run allocation."""
        slot = self._engine.open()
        self._engine.step([(slot, [self._eos] * 32)])
        self._engine.step([(slot, [self._eos])])
        self._engine.close(slot)

    def sentences(self, plan: PlanPrompt, *, seed: Sequence[int], said: str, deadline: float) -> Iterator[str]:
        """Write the reply to `plan`, one sentence at a time.

        Only the plan's slots can be sampled, each once, and no digits.

        Args:
            seed: the entropy of the sampler.
            said: what of the reply has been said already (delexicalised); the model goes on behind it.
            deadline: on `time.monotonic`.

        Raises:
            DeadlineError: the time or the token budget was up before the end of the reply.
            DeadEndError: most of what the model wanted to say next is forbidden, or a sentence is none that people would say
                (the bundle's wordings, where it has them).
        """
        rng = np.random.default_rng(list(seed))
        tokens = self._encode(plan, said)
        mask = self._banned.copy()
        for name in plan.slots:
            if f"{{{name}}}" not in said:
                mask[self._slots[name]] = False
        slot = self._engine.open()
        try:
            for sentence in self._decode(slot, tokens, mask, rng, deadline):
                self._check(sentence)
                yield sentence
        finally:
            self._engine.close(slot)

    def _decode(
        self, slot: int, tokens: list[int], mask: npt.NDArray[np.bool_], rng: np.random.Generator, deadline: float
    ) -> Iterator[str]:
        written: list[int] = []
        given = 0
        for _ in range(MAX_REPLY_TOKENS):
            if time.monotonic() > deadline:
                raise DeadlineError("the reply's time was up")
            token = self._sample(self._engine.step([(slot, tokens)])[0], mask, rng)
            if token == self._eos:
                rest = self._text(written)[given:].strip()
                if rest:
                    yield rest
                return
            if token in self._slots.values():
                mask[token] = True
            written.append(token)
            tokens = [token]
            text = self._text(written)
            end = SENTENCE_END.search(text, given)
            if end:
                yield text[given : end.start()].strip()
                given = end.end()
        raise DeadlineError(f"the reply did not end within {MAX_REPLY_TOKENS} tokens")

    def _check(self, sentence: str) -> None:
        strange = self._wordings.strange(sentence) if self._wordings is not None else None
        if strange is not None:
            raise DeadEndError(f"nobody wrote {strange!r}")

    def _sample(self, logits: npt.NDArray[np.float32], mask: npt.NDArray[np.bool_], rng: np.random.Generator) -> int:
        weights = np.exp(logits.astype(np.float64) - logits.max())
        allowed = weights[~mask].sum() / weights.sum()
        if allowed < _LEAST_ALLOWED:
            raise DeadEndError(f"{1 - allowed:.0%} of the next token's probability is on forbidden tokens")
        scaled = np.where(mask, -np.inf, logits.astype(np.float64)) / self._temperature
        top = np.argpartition(-scaled, _TOP)[:_TOP]
        order = top[np.argsort(-scaled[top])]
        weights = np.exp(scaled[order] - scaled[order[0]])
        weights /= weights.sum()
        kept = int(np.searchsorted(np.cumsum(weights), self._top_p)) + 1
        nucleus = weights[:kept] / weights[:kept].sum()
        return int(order[rng.choice(len(nucleus), p=nucleus)])

    def _encode(self, plan: PlanPrompt, said: str) -> list[int]:
        """Token ids of the prompt; what people said is cut from the left until prompt and reply fit the context."""
        controls = [token for token in self._controls if token != CUSTOMER_QUANTITY]
        previous, customer = (" ".join(text.split()[-_HISTORY_WORDS:]) for text in (plan.previous, plain(plan.customer, controls)))
        room = self._engine.max_length - MAX_REPLY_TOKENS
        while True:
            # No space behind what was said: the model's words bring their own.
            text = render(plan._replace(previous=previous, customer=customer)) + said
            ids: list[int] = self._tokenizer.encode(text).ids
            if len(ids) <= room or not (previous or customer):
                return ids
            # Our own last reply goes first.
            previous, customer = "", customer if previous else customer[len(customer) // 4 + 1 :]

    def _text(self, tokens: Sequence[int]) -> str:
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=False)
        return text

    def _always_banned(self) -> npt.NDArray[np.bool_]:
        """[vocabulary] True for every special token but the end, and for every token with a digit in it."""
        banned = np.zeros(self._engine.vocabulary, dtype=np.bool_)
        for token in range(self._engine.vocabulary):
            piece = self._tokenizer.decode([token], skip_special_tokens=False)
            banned[token] = any(character.isnumeric() for character in piece)
        for name in self._controls:
            banned[self._id(name)] = True
        banned[self._eos] = False
        return banned

    def _id(self, token: str) -> int:
        found: int | None = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"the tokenizer has no {token!r}; the bundle is not of prompt style plan")
        return found
