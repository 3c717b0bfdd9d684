"""What a token stands for, in bytes: a token of a byte-level or byte-fallback vocabulary may hold half a character."""

from __future__ import annotations

import functools
import json
import re
from typing import Any, Final

from tokenizers import Tokenizer

__all__ = ["TokenBytes"]

_BYTE_PIECE: Final = re.compile(r"<0x([0-9A-F]{2})>")


class TokenBytes:
    """The bytes of every token of a tokenizer, before its decoder's handling of spaces.

    whole: decoding is nothing but joining these bytes (byte-level vocabularies: GPT-2, Llama-3, Qwen).
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        steps = set(_steps(json.loads(tokenizer.decoder.__getstate__()))) if tokenizer.decoder is not None else set()
        self._byte_level = "ByteLevel" in steps
        self._byte_fallback = "ByteFallback" in steps
        self.whole = self._byte_level and steps <= {"ByteLevel", "Fuse"}

    def of(self, token: int) -> bytes | None:
        """Bytes of the token; None when the tokenizer has no such id."""
        piece: str | None = self._tokenizer.id_to_token(token)
        if piece is None:
            return None
        if self._byte_level:
            try:
                return bytes(_byte_of_letter()[letter] for letter in piece)
            except KeyError:  # an added token: stands for its own text
                return piece.encode()
        if self._byte_fallback and (match := _BYTE_PIECE.fullmatch(piece)):
            return bytes([int(match[1], 16)])
        return piece.encode()


def _steps(decoder: dict[str, Any]) -> list[str]:
    if decoder["type"] == "Sequence":
        return [name for inner in decoder["decoders"] for name in _steps(inner)]
    return [decoder["type"]]


@functools.cache
def _byte_of_letter() -> dict[str, int]:
    """The letters that byte-level vocabularies write bytes with: printable Latin-1 as itself, the rest from U+0100 on, in order (GPT-2)."""
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(0x100) if byte not in set(printable)]
    return {chr(byte): byte for byte in printable} | {chr(0x100 + place): byte for place, byte in enumerate(others)}
