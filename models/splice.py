"""Forced text behind sampled tokens, in the tokens that the tokenizer itself would have chosen.

A model that reads "amo" + "unt}" where it has learnt "amount" + "}" goes on badly: at the seam the words are tokenised again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tokenizers import Tokenizer

from .prefix_cache import common_length

__all__ = ["splice"]

_WINDOW: Final = 8
_BROKEN: Final = "\ufffd"


def splice(tokenizer: Tokenizer, written: Sequence[int], text: str) -> tuple[int, list[int]]:
    """How to append `text` to the tokens of a reply.

    Args:
        written: tokens of the reply so far; the last few are looked at.
        text: what is to stand behind them.

    Returns:
        (how many of the last tokens to take back, tokens to append). Decoded, the result is the old text and `text`.
    """
    tail = list(written[-_WINDOW:])
    seam = _decode(tokenizer, tail)
    while _BROKEN in seam:  # the window begins within a character
        del tail[0]
        seam = _decode(tokenizer, tail)
    retokenised: list[int] = tokenizer.encode(seam + text, add_special_tokens=False).ids
    kept = common_length(tail, retokenised)
    if _decode(tokenizer, retokenised) != seam + text:
        # A tokenizer that adds a space of its own: the seam stays as it is.
        return 0, tokenizer.encode(text, add_special_tokens=False).ids
    return len(tail) - kept, retokenised[kept:]


def _decode(tokenizer: Tokenizer, tokens: list[int]) -> str:
    text: str = tokenizer.decode(tokens, skip_special_tokens=False)
    return text
