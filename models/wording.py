"""Word sequences that people wrote: a sentence passes when every three neighbouring words of it stand together in a phrase bank.

A small model now and then joins two wordings into no sentence. This catches it without a second model: the bundle carries the
hashes of all trigrams of its phrase banks, sentence ends and commas counted as words. Knows nothing of plans or rules.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["FILE_NAME", "SENTENCE_END", "Wordings", "sentences_of"]

FILE_NAME: Final = "wordings.npy"
_START: Final = "<"
_END: Final = ">"
_WORD: Final = re.compile(r"\{\w+\}|[\w']+|[.,:;?]")
SENTENCE_END: Final = re.compile(r"(?<=[.?!])\s+(?=\S)")


class Wordings:
    """The trigrams of the phrase banks that a bundle was trained on."""

    def __init__(self, hashes: npt.NDArray[np.uint64]) -> None:
        self._known = frozenset(hashes.tolist())

    @classmethod
    def load(cls, path: Path) -> Wordings:
        """Read what `save` wrote."""
        return cls(np.load(path, allow_pickle=False))

    @classmethod
    def of(cls, texts: Iterable[str]) -> Wordings:
        """The trigrams of all sentences of the texts."""
        hashes = {_hash(trigram) for text in texts for sentence in sentences_of(text) for trigram in _trigrams(sentence)}
        return cls(np.array(sorted(hashes), dtype=np.uint64))

    def save(self, path: Path) -> None:
        """Write the sorted hashes as a numpy file."""
        np.save(path, np.array(sorted(self._known), dtype=np.uint64))

    def strange(self, sentence: str) -> str | None:
        """The first three words of the sentence that nobody wrote together; None when there are none."""
        return next((trigram for trigram in _trigrams(sentence) if _hash(trigram) not in self._known), None)


def sentences_of(text: str) -> list[str]:
    """The sentences of a text."""
    return SENTENCE_END.split(text.strip())


def _trigrams(sentence: str) -> Iterator[str]:
    words = [_START, *_WORD.findall(sentence.lower().replace("\u2019", "'")), _END]
    for start in range(len(words) - 2):
        yield " ".join(words[start : start + 3])


def _hash(trigram: str) -> int:
    return int.from_bytes(hashlib.blake2b(trigram.encode(), digest_size=8).digest(), "big")
