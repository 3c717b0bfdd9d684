"""From sampled tokens to finished sentences: what every prompt style's guide does.

Runs on the scheduler's thread; the thread that asked for the reply takes the sentences out of the queue.
"""

from __future__ import annotations

import queue
from typing import Final

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .scheduler import Move
from .text_stream import SentenceStream, TextStream
from .wording import Wordings

__all__ = ["DeadEndError", "SentenceGuide"]

_LEAST_ALLOWED: Final = 0.3


class DeadEndError(Exception):
    """The model was about to say what the mask forbids; what it would say instead is rarely a sentence."""


class SentenceGuide:
    """Follows one reply and hands over each sentence as it is finished.

    banned: [vocabulary] True = must not be sampled; this guide's own, it changes as slots are used.
    ends: tokens that end a reply. wordings: three-word sequences that people would say, where the bundle has them.
    sentences: finished sentences, then None.
    """

    def __init__(self, tokenizer: Tokenizer, banned: npt.NDArray[np.bool_], ends: frozenset[int], wordings: Wordings | None) -> None:
        self.sentences: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._banned, self._ends, self._wordings = banned, ends, wordings
        self._text = TextStream(tokenizer)
        self._finished = SentenceStream()

    def banned(self) -> npt.NDArray[np.bool_]:
        """The mask for the next token."""
        return self._banned

    def accept(self, token: int, log_probability: float, allowed: float) -> Move:
        """Take a token.

        Raises:
            DeadEndError: most of what the model wanted to say is forbidden, or a sentence is none that people would say.
        """
        if allowed < _LEAST_ALLOWED:
            raise DeadEndError(f"{1 - allowed:.0%} of the next token's probability is on forbidden tokens")
        if token in self._ends:
            self._say(self._finished.push(self._text.flush()))
            rest = self._finished.flush()
            if rest:
                self._say([rest])
            return Move(done=True)
        return self.follow(token)

    def follow(self, token: int) -> Move:
        """Take a token that does not end the reply. A style overrides this where tokens mean more than their text."""
        self.write(token)
        return Move()

    def write(self, token: int) -> str:
        """Add the token to the reply; returns the text that it made visible."""
        text = self._text.push(token)
        self.write_text(text)
        return text

    def write_text(self, text: str) -> None:
        """Add text whose tokens are forced."""
        self._say(self._finished.push(text))

    def ended(self) -> None:
        """No more sentences come."""
        self.sentences.put(None)

    def _say(self, sentences: list[str]) -> None:
        for sentence in sentences:
            strange = self._wordings.strange(sentence) if self._wordings is not None else None
            if strange is not None:
                raise DeadEndError(f"nobody wrote {strange!r}")
            self.sentences.put(sentence)
