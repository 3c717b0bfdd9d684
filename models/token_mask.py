"""Which tokens may be sampled: masks over the vocabulary, and tries for replies that are one of a few.

A mask is bool [V], True for what is banned. V is the width of the logits, which models pad beyond their tokenizer: ids that stand for no
token are banned in every mask.
"""

from __future__ import annotations

import functools
import re
import sys
from collections.abc import Collection, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .token_bytes import TokenBytes

__all__ = ["ChoiceTrie", "digit_mask", "special_mask"]

Mask = npt.NDArray[np.bool_]
_ASCII_DIGIT: Final = re.compile(rb"[0-9]")


def digit_mask(tokenizer: Tokenizer, vocabulary: int) -> Mask:
    """Ban every token from which a numeric character (`str.isnumeric`: digits, fractions, numerals of all scripts) can come.

    A character may be spread over tokens. Its first byte then lies in a token that ends in the beginning of the character. So a token
    is banned when it holds a numeric character, or when its last bytes begin one; then none can be completed. Tokens that only continue
    a character stay allowed: without such a beginning they are harmless, and the text before the first sampled token is whole characters.
    What is lost with the beginnings are some rare characters that share them, such as emoji written byte by byte.
    """
    pieces = TokenBytes(tokenizer)
    return np.fromiter((_may_be_numeric(pieces.of(token)) for token in range(vocabulary)), np.bool_, vocabulary)


def special_mask(tokenizer: Tokenizer, vocabulary: int, allowed: Collection[str]) -> Mask:
    """Ban every special token and every other added one that is more than white space, but for those `allowed` by name.

    Tokenizer files do not agree on which control tokens they call special, so none that was added to the learnt vocabulary passes unnamed.

    Raises:
        ValueError: a name in `allowed` is no token.
    """
    unknown = sorted(name for name in allowed if tokenizer.token_to_id(name) is None)
    if unknown:
        raise ValueError(f"allowed names {unknown}, which the tokenizer does not have")
    banned = np.fromiter((tokenizer.id_to_token(token) is None for token in range(vocabulary)), np.bool_, vocabulary)
    for token, added in tokenizer.get_added_tokens_decoder().items():
        if token < vocabulary and (added.special or added.content.strip()):
            banned[token] = added.content not in allowed
    return banned


class ChoiceTrie:
    """Replies that are one of a few strings, as the token sequences that the tokenizer writes them with.

    Raises:
        ValueError: there are no choices, one is empty, or two have the same tokens.
    """

    def __init__(self, tokenizer: Tokenizer, choices: Sequence[str]) -> None:
        self._next: dict[tuple[int, ...], list[int]] = {}
        self._complete: dict[tuple[int, ...], str] = {}
        if not choices:
            raise ValueError("choices is empty; at least one is needed")
        for choice in choices:
            tokens = tuple(tokenizer.encode(choice, add_special_tokens=False).ids)
            if not tokens:
                raise ValueError(f"the choice {choice!r} has no tokens")
            if tokens in self._complete:
                raise ValueError(f"the choices {self._complete[tokens]!r} and {choice!r} have the same tokens {list(tokens)}")
            self._complete[tokens] = choice
            for length, token in enumerate(tokens):
                following = self._next.setdefault(tokens[:length], [])
                if token not in following:
                    following.append(token)

    def allowed(self, prefix_tokens: Sequence[int]) -> tuple[int, ...]:
        """Tokens that may follow, ascending; none behind a choice that no other goes on from.

        Raises:
            ValueError: no choice begins with the prefix.
        """
        prefix = tuple(prefix_tokens)
        if prefix not in self._next and prefix not in self._complete:
            raise ValueError(f"no choice begins with the tokens {list(prefix)}; take each from `allowed`")
        return tuple(sorted(self._next.get(prefix, ())))

    def complete(self, prefix_tokens: Sequence[int]) -> str | None:
        """The choice that these tokens are, None when they are none or only its beginning."""
        return self._complete.get(tuple(prefix_tokens))


def _may_be_numeric(piece: bytes | None) -> bool:
    if piece is None:
        return True
    if piece.isascii():  # nearly all are
        return _ASCII_DIGIT.search(piece) is not None
    if any(character.isnumeric() for character in piece.decode(errors="replace")):
        return True
    return any(piece[-length:] in _numeric_beginnings() for length in (1, 2, 3))


@functools.cache
def _numeric_beginnings() -> frozenset[bytes]:
    """Every proper beginning of the UTF-8 of a numeric character."""
    numeric = [chr(point).encode() for point in range(sys.maxunicode + 1) if chr(point).isnumeric()]
    return frozenset(character[:length] for character in numeric for length in range(1, len(character)))
