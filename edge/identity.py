"""Right-party verification: does what was said answer the account's question? Fails closed (G3)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

__all__ = ["matches"]

# A long utterance that happens to hold the answer is not an answer; nor is a list of guesses.
_MAX_WORDS: Final = 12
# Words that make the answer somebody else's, one of several, or denied.
_NOT_AN_ANSWER: Final = frozenset(
    "not isnt wasnt never or maybe he hes she shes they theyre his her hers him their someone wife husband partner son daughter mother "
    "father mum mom dad brother sister friend".split()
)
_FILLER: Final = frozenset(
    "a an and answer am actually called er hello hi i id im in is it its just me my name no ok okay please sorry sure thanks thank "
    "the that thats this um uh was well yes yeah you address born city code first last live maiden number of on postcode street "
    "surname town zip".split()
)
_UNITS: Final = dict(zip("one two three four five six seven eight nine".split(), range(1, 10), strict=True))
_TEENS: Final = dict(
    zip("ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(), range(10, 20), strict=True)
)
_TENS: Final = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True))
_ZEROS: Final = frozenset(("zero", "oh", "o"))
_SCALES: Final = {"hundred": 2, "thousand": 3}


def matches(said: str, answer: str) -> bool:
    """True when `said` gives `answer`, is short, and speaks of nobody else.

    A numeric answer may be spelled ("nineteen eighty-one", "1 9 8 1") and stands among any words but those of a denial or of another
    person; a second number beside it is a guess. Any other answer stands among filler words and numbers only.
    """
    wanted, words = _words(answer), _words(said)
    others = {word.removesuffix("s") for word in words} | set(words)  # "my wife's is 1981"
    if not wanted or len(words) > max(_MAX_WORDS, 2 * len(wanted)) or _NOT_AN_ANSWER & others - set(wanted):
        return False
    target = "".join(wanted)
    if target.isdecimal():
        return set(_numbers(words)) == {target}
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            if "".join(words[start:end]) == target:
                return all(word in _FILLER or word.isdecimal() for word in words[:start] + words[end:])
    return False


def _numbers(words: Sequence[str]) -> list[str]:
    """Digit strings of the words, neighbouring numbers read as one: "nineteen eighty one" is "1981", "two thousand and five" is "2005"."""
    found: list[str] = []
    run, pad = "", 0
    for index, word in enumerate((*words, "")):
        digits = _digits(word, words[index - 1] if index else "", bool(run))
        if digits is not None:
            run = run[:-1] + digits if _completes(word, words[index - 1] if index else "") else run + digits.zfill(pad)
            pad = 0
        elif word in _SCALES and run:
            pad = _SCALES[word]
        elif not (word == "and" and pad):
            if run:
                found.append(run + "0" * pad)
            run, pad = "", 0
    return found


def _digits(word: str, before: str, inside: bool) -> str | None:
    if word.isdecimal():
        return "".join(str(unicodedata.decimal(digit)) for digit in word)
    if word in _ZEROS:
        return "0" if inside or before in _UNITS else None
    for table in (_UNITS, _TEENS, _TENS):
        if word in table:
            return str(table[word])
    return None


def _completes(word: str, before: str) -> bool:
    """ "eighty" + "one": the unit takes the place of the zero."""
    return word in _UNITS and before in _TENS


def _words(text: str) -> list[str]:
    folded = re.sub(r"['\u2019]", "", unicodedata.normalize("NFKC", text).casefold())
    return re.findall(r"[^\W_]+", folded)
