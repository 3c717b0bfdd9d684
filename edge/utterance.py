"""Bounding and folding of what a customer said, so that matching sees one spelling.

Knows nothing of meaning. `normalise` keeps case and is what the encoder reads; `fold` is lower case, without accents,
typographic quotes or invisible characters, and remembers where each folded character came from.
"""

import functools
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

MAX_CHARACTERS = 16_384
"""Longer text is cut: no terminal message is longer (wire contract, 16 KiB), and matching stays bounded."""

_QUOTES_AND_DASHES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u00b4\u2032\u0060\uff07", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u00ab\u00bb\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2044": "/",
    }
)


class Folded(NamedTuple):
    """`text` is the folded text; `origin[i]` is the index in the original text of its i-th character."""

    text: str
    origin: Sequence[int]

    def span_in_original(self, start: int, end: int) -> tuple[int, int]:
        """Original half-open span of the folded half-open span `start..end` (`start < end`)."""
        return self.origin[start], self.origin[end - 1] + 1


@functools.lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    """What one character folds to: none, one or several."""
    character = character.translate(_QUOTES_AND_DASHES)
    decomposed = unicodedata.normalize("NFKD", character)
    folded = decomposed.translate(_QUOTES_AND_DASHES).lower()
    parts = "".join(part for part in folded if unicodedata.category(part) not in ("Mn", "Cf"))
    # A space in front keeps "1" and a vulgar half apart: "1" + "1/2" must not read as 11/2.
    vulgar = unicodedata.category(character) == "No" and len(decomposed) > 1
    return f" {parts}" if vulgar else parts


def normalise(text: str) -> str:
    """Text cut to `MAX_CHARACTERS`, NFKC-normalised, with plain quotes and dashes; case kept."""
    return unicodedata.normalize("NFKC", text[:MAX_CHARACTERS].translate(_QUOTES_AND_DASHES)).translate(
        _QUOTES_AND_DASHES
    )


def fold(text: str) -> Folded:
    """Fold for matching: compatibility forms decomposed, accents and invisible characters dropped, lower case."""
    bounded = text[:MAX_CHARACTERS]
    if bounded.isascii():
        return Folded(bounded.lower(), range(len(bounded)))
    parts = [_fold_character(character) for character in bounded]
    origin = [index for index, part in enumerate(parts) for _ in part]
    return Folded("".join(parts)[:MAX_CHARACTERS], origin[:MAX_CHARACTERS])
