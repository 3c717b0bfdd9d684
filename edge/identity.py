"""Right-party verification: does what was said answer the account's question? Fails closed (G3)."""

from __future__ import annotations

import re
import unicodedata

__all__ = ["matches"]

# A long utterance that happens to hold the answer is not an answer; nor is a list of guesses.
_MAX_WORDS = 12


def matches(said: str, answer: str) -> bool:
    """True when `said` contains `answer` as whole words, is short, and offers no second candidate of the same form."""
    wanted = _words(answer)
    words = _words(said)
    if not wanted or len(words) > max(_MAX_WORDS, 2 * len(wanted)):
        return False
    length = len(wanted)
    found = any(words[start : start + length] == wanted for start in range(len(words) - length + 1))
    if wanted[0].isdigit():
        candidates = {word for word in words if word.isdigit()}
        return found and candidates <= set(wanted)
    return found


def _words(text: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return re.findall(r"[^\W_]+", folded)
