"""What the encoder reads: one utterance, and behind it the two turns before it. Used in training and at run time alike.

Knows tokens; knows nothing of labels or networks.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from tokenizers import Tokenizer

__all__ = ["CONTEXT_TURNS", "MAX_TOKENS", "TURN_TOKENS", "EncoderInput", "Tokens", "Turn"]

MAX_TOKENS: Final = 128
"""Tokens of the utterance that are read, its two marks included."""
TURN_TOKENS: Final = 24
"""Tokens of an earlier turn that are read: its last ones, where the question or the offer stands."""
CONTEXT_TURNS: Final = 2

Speaker = Literal["agent", "customer"]


class Turn(NamedTuple):
    """Something said before the utterance."""

    speaker: Speaker
    text: str


class Tokens(NamedTuple):
    """Token numbers and, per token, 0 for the utterance and 1 for what was said before."""

    ids: list[int]
    types: list[int]


class EncoderInput:
    """Text to tokens: `[CLS] utterance [SEP]`, with a context `[CLS] utterance [SEP] agent: ... customer: ... [SEP]`."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        """Take a BERT-class tokenizer over; its padding and truncation are switched off.

        Raises:
            ValueError: it does not mark the beginning and the end of a text with one token each.
        """
        tokenizer.no_padding()
        tokenizer.no_truncation()
        empty = tokenizer.encode("").ids
        if len(empty) != 2:
            raise ValueError(f"tokenizer marks a text with {len(empty)} tokens, expected one before and one behind")
        self._tokenizer = tokenizer
        self._begin, self._end = empty

    def words(self, text: str) -> list[int]:
        """Tokens of the text alone; empty when there is nothing in it that a model could read."""
        ids: list[int] = self._tokenizer.encode(text, add_special_tokens=False).ids
        return ids

    def tokens(self, text: str, context: Sequence[Turn] = ()) -> Tokens:
        """Tokens of `text` and of the last CONTEXT_TURNS turns of `context`, oldest first; at most
        MAX_TOKENS + CONTEXT_TURNS * TURN_TOKENS + 1."""
        ids = [self._begin, *self.words(text)[: MAX_TOKENS - 2], self._end]
        before: list[int] = []
        for turn in context[-CONTEXT_TURNS:]:
            mark = self.words(f"{turn.speaker}:")
            before += mark + self.words(turn.text)[-(TURN_TOKENS - len(mark)) :]
        if before:
            before.append(self._end)
        return Tokens(ids + before, [0] * len(ids) + [1] * len(before))
