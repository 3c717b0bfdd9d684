"""Prompt style `plan`: the bundled model continues a string of control tokens, and slots are single tokens of its vocabulary."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .bundle import Bundle
from .prompt import CUSTOMER_QUANTITY, EOS, SLOTS, PlanPrompt, plain, render, shortened, special_tokens
from .scheduler import Move
from .sentence_guide import SentenceGuide
from .token_mask import digit_mask
from .wording import FILE_NAME, Wordings

__all__ = ["PlanStyle", "Prompt"]

# What the model was trained to read; of a longer speech the end matters most.
_HISTORY_WORDS: Final = 40


class Prompt(NamedTuple):
    """Token ids before the reply, of which the first `shared` are the same for every plan."""

    tokens: tuple[int, ...]
    shared: int


class PlanStyle:
    """Plans as token strings; only the plan's slots can be written, each once, and no digits.

    vocabulary: columns of the model's logits. room: tokens that a prompt may take.
    """

    def __init__(self, bundle: Bundle, vocabulary: int, room: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(bundle.file("tokenizer.json")))
        self._room = room
        self._eos = self._id(EOS)
        self._slots = {slot: self._id(f"{{{slot}}}") for slot in SLOTS}
        self._controls = special_tokens()
        self._banned = digit_mask(self._tokenizer, vocabulary)
        self._banned[[self._id(name) for name in self._controls]] = True
        self._banned[self._eos] = False
        listed = any(entry.path == FILE_NAME for entry in bundle.manifest.files)
        self._wordings = Wordings.load(bundle.file(FILE_NAME)) if listed else None

    def prompt(self, plan: PlanPrompt, said: str) -> Prompt:
        """The plan and what of the reply has been said; what people said is cut from the left until it fits."""
        controls = [token for token in self._controls if token != CUSTOMER_QUANTITY]
        previous, customer = (" ".join(text.split()[-_HISTORY_WORDS:]) for text in (plan.previous, plain(plan.customer, controls)))
        plan = plan._replace(previous=previous, customer=customer)
        while True:
            # No space behind what was said: the model's words bring their own.
            tokens = tuple(self._tokenizer.encode(render(plan) + said).ids)
            if len(tokens) <= self._room or not (plan.previous or plan.customer):
                return Prompt(tokens, 0)
            plan = shortened(plan)

    def guide(self, plan: PlanPrompt, said: str) -> SentenceGuide:
        """A guide for one reply to `plan`."""
        banned = self._banned.copy()
        for name in plan.slots:
            if f"{{{name}}}" not in said:
                banned[self._slots[name]] = False
        return _PlanGuide(self._tokenizer, banned, frozenset({self._eos}), self._wordings, frozenset(self._slots.values()))

    def _id(self, token: str) -> int:
        found: int | None = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"the tokenizer has no {token!r}; the bundle is not of prompt style plan")
        return found


class _PlanGuide(SentenceGuide):
    """A slot that was written cannot be written again."""

    def __init__(
        self,
        tokenizer: Tokenizer,
        banned: npt.NDArray[np.bool_],
        ends: frozenset[int],
        wordings: Wordings | None,
        slots: frozenset[int],
    ) -> None:
        super().__init__(tokenizer, banned, ends, wordings)
        self._slots = slots

    def follow(self, token: int) -> Move:
        if token in self._slots:
            self._banned[token] = True
        return super().follow(token)
