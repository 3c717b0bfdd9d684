"""Text out of tokens as they come: whole characters, nothing that may turn out to be a stop sequence, whole sentences.

Work per token does not depend on how much has been said. Knows nothing of what the text means.
"""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Final, Protocol

from tokenizers import Tokenizer

from .token_bytes import TokenBytes
from .wording import SENTENCE_END

__all__ = ["SentenceStream", "TextStream"]

_BROKEN: Final = "\ufffd"
# Of a character's at most four bytes, three can be waiting for the last.
_MOST_PENDING: Final = 4


class TextStream:
    """The text of a reply, token by token. All that `push` and `flush` return joins to the decoded whole, up to the first stop sequence.

    stop: texts that end the reply and are not part of it.

    Raises:
        ValueError: a stop sequence is empty.
    """

    def __init__(self, tokenizer: Tokenizer, stop: Sequence[str] = ()) -> None:
        if "" in stop:
            raise ValueError("stop holds an empty text, which every reply begins with; leave it out")
        pieces = TokenBytes(tokenizer)
        self._characters: _Characters = _ByteCharacters(pieces) if pieces.whole else _WindowCharacters(tokenizer)
        self._stop = tuple(stop)
        self._held = ""
        self._shown: list[str] = []
        self.stopped = False
        """Whether a stop sequence has come; what is pushed after it is not shown."""

    @property
    def text(self) -> str:
        """All that was given out."""
        return "".join(self._shown)

    def push(self, token: int) -> str:
        """New text that is safe to show: whole characters that no later token can change or make a stop sequence of.

        Raises:
            ValueError: the tokenizer has no such token.
        """
        return "" if self.stopped else self._show(self._characters.push(token))

    def flush(self) -> str:
        """What was held back, at the end of the reply; half a character becomes U+FFFD."""
        if self.stopped:
            return ""
        shown = self._show(self._characters.end())
        rest, self._held = self._held, ""
        self._shown.append(rest)
        return shown + rest

    def _show(self, new: str) -> str:
        text = self._held + new
        # The one that is complete first counts, so that it does not matter how the text was cut into tokens.
        found = min(((at + len(stop), at) for stop in self._stop if (at := text.find(stop)) >= 0), default=None)
        if found is not None:
            self.stopped = True
            shown, self._held = text[: found[1]], ""
        else:
            held = max((_overlap(text, stop) for stop in self._stop), default=0)
            shown, self._held = text[: len(text) - held], text[len(text) - held :]
        self._shown.append(shown)
        return shown


class SentenceStream:
    """Sentences out of a text that comes in pieces, cut where `wording.SENTENCE_END` cuts the whole."""

    def __init__(self) -> None:
        self._rest = ""

    def push(self, text: str) -> list[str]:
        """Sentences that are complete now: the next one has begun behind each."""
        *complete, self._rest = SENTENCE_END.split((self._rest + text).lstrip())
        return complete

    def flush(self) -> str:
        """What stands behind the last complete sentence, at the end of the text; may be empty."""
        rest, self._rest = self._rest.rstrip(), ""
        return rest


class _Characters(Protocol):
    def push(self, token: int) -> str:
        """Whole characters that this token completes."""

    def end(self) -> str:
        """What is left of a character that was never completed."""


class _ByteCharacters:
    """For vocabularies that write bytes: decoding is joining them, and a character may begin and end in the midst of tokens."""

    def __init__(self, pieces: TokenBytes) -> None:
        self._pieces = pieces
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def push(self, token: int) -> str:
        piece = self._pieces.of(token)
        if piece is None:
            raise ValueError(f"token {token} is not in the tokenizer; ban it in the mask")
        return self._decoder.decode(piece)

    def end(self) -> str:
        return self._decoder.decode(b"", final=True)


class _WindowCharacters:
    """For all others: decode the last shown tokens with and without the new ones; the difference is new.

    The shown tokens keep the decoder from treating the new ones as the start of the text (where it drops a space). A character that the
    vocabulary lacks comes as one token a byte, with U+FFFD until the last. Bytes that never make a character give one U+FFFD each; what was
    shown before them stays, where decoding everything at once would take whole characters beside them back.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self._window: list[int] = []
        self._window_text = ""
        self._pending: list[int] = []

    def push(self, token: int) -> str:
        if self._tokenizer.id_to_token(token) is None:
            raise ValueError(f"token {token} is not in the tokenizer; ban it in the mask")
        self._pending.append(token)
        text = self._decode(self._window + self._pending)
        if text.endswith(_BROKEN) and len(self._pending) < _MOST_PENDING:
            return ""
        return self._shift(text)

    def end(self) -> str:
        return self._shift(self._decode(self._window + self._pending)) if self._pending else ""

    def _shift(self, text: str) -> str:
        new = text[len(self._window_text) :] if text.startswith(self._window_text) else self._decode(self._pending)
        self._window, self._pending = self._pending, []
        self._window_text = self._decode(self._window)
        return new

    def _decode(self, tokens: list[int]) -> str:
        text: str = self._tokenizer.decode(tokens, skip_special_tokens=False)
        return text


def _overlap(text: str, stop: str) -> int:
    """Length of the longest end of `text` that `stop` begins with."""
    return next((length for length in range(min(len(stop) - 1, len(text)), 0, -1) if text.endswith(stop[:length])), 0)
