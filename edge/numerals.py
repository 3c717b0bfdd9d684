"""Words, signs and numbers of folded English text: digits ("1,200.50") and number words ("forty-five", "a hundred").

Knows nothing of units, money or dates. Source of the number grammar: short-scale English cardinals, as spoken.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple

_TOKEN = re.compile(r"[0-9][0-9.,]*[0-9]|[0-9]|[ap]\.m\b\.?|[a-z]+(?:'[a-z]+)*|\n|[^\s']")
_PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_POINT_OR_GROUP = re.compile(r"[0-9]{1,3}\.[0-9]{3}")
_CONTINENTAL = re.compile(r"[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]{1,2}")
_COMMA_DECIMAL = re.compile(r"[0-9]+,[0-9]{1,2}")

_SMALL = dict(
    zip(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen".split(),
        range(20),
        strict=True,
    )
)
_TENS = dict(zip("twenty thirty forty fifty sixty seventy eighty ninety".split(), range(20, 100, 10), strict=True)) | {
    "fourty": 40
}
_BELOW_HUNDRED = frozenset(_SMALL) | frozenset(_TENS)
_SCALES = {"thousand": 1000, "grand": 1000, "million": 1_000_000}

_CONTRACTIONS = {
    word.replace("'", ""): word
    for word in (
        "can't won't don't doesn't didn't isn't aren't wasn't couldn't wouldn't shouldn't haven't hasn't hadn't ain't "
        "i'm i've that's there's you're you've they're what's who's let's it'll"
    ).split()
} | {"cannot": "can't", "dunno": "don't know"}
# "ill" and "id" are words of their own; only before these verbs do they stand for "I'll" and "I'd" without apostrophe.
_AFTER_PRONOUN = frozenset(
    "pay do give try send settle clear have get make manage be need go like prefer say rather want take offer".split()
)


class Token(NamedTuple):
    """A word, sign or number with its half-open span in the folded text.

    `value` is set for numbers; None there means a vague one ("a few"). `unclear` numbers have more than one reading.
    """

    kind: Literal["word", "sign", "number"]
    text: str
    start: int
    end: int
    value: Decimal | None = None
    unclear: bool = False


def tokenise(folded: str) -> list[Token]:
    """Tokens of folded text in order, number phrases merged into one token each; O(len(folded))."""
    raw = _restore_pronouns([_raw_token(match) for match in _TOKEN.finditer(folded)])
    tokens: list[Token] = []
    index = 0
    while index < len(raw):
        found = _number_at(raw, index)
        if found is None:
            tokens.append(raw[index])
            index += 1
        else:
            token, index = found
            tokens.append(token)
    return tokens


def read_digits(text: str) -> tuple[Decimal | None, bool]:
    """Value of a digit string and whether it has another reading; (None, True) when no reading is sound."""
    if _POINT_OR_GROUP.fullmatch(text):
        return Decimal(text), True
    if _PLAIN.fullmatch(text):
        return Decimal(text), False
    if _GROUPED.fullmatch(text):
        return Decimal(text.replace(",", "")), False
    if _CONTINENTAL.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", ".")), False
    if _COMMA_DECIMAL.fullmatch(text):
        return Decimal(text.replace(",", ".")), True
    return None, True


def is_comma_decimal(text: str) -> bool:
    """True for "50,00": a decimal comma when a currency stands beside it, otherwise perhaps a list."""
    return _COMMA_DECIMAL.fullmatch(text) is not None


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The word at an index, "" for a sign, a number or an index outside."""
    return tokens[at].text if 0 <= at < len(tokens) and tokens[at].kind == "word" else ""


def sign_at(tokens: Sequence[Token], at: int) -> str:
    """The sign at an index, "" for anything else."""
    return tokens[at].text if 0 <= at < len(tokens) and tokens[at].kind == "sign" else ""


def touches(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing stands between the token at an index and the one before it."""
    return 0 < at < len(tokens) and tokens[at - 1].end == tokens[at].start


def small_number(word: str) -> int | None:
    """Value of a number word below one hundred that is a single word, else None."""
    return _SMALL.get(word, _TENS.get(word))


def _raw_token(match: re.Match[str]) -> Token:
    text, start, end = match.group(), match.start(), match.end()
    if text[0].isdigit():
        value, unclear = read_digits(text)
        return Token("number", text, start, end, value, unclear)
    if text[0].isalpha() and text.isascii():
        bare = text.replace(".", "")
        return Token("word", _CONTRACTIONS.get(bare, bare), start, end)
    return Token("sign", text, start, end)


def _restore_pronouns(raw: list[Token]) -> list[Token]:
    for index, token in enumerate(raw[:-1]):
        if token.text in ("ill", "id") and raw[index + 1].text in _AFTER_PRONOUN:
            raw[index] = token._replace(text="i'll" if token.text == "ill" else "i'd")
    return raw


def _number_at(raw: list[Token], index: int) -> tuple[Token, int] | None:
    first = raw[index]
    if first.kind == "number":
        return _scaled(raw, index, index + 1, first.value, first.unclear)
    if first.kind != "word":
        return None
    at = index + 1 if first.text in ("a", "an") else index
    head = word_at(raw, at)
    if head == "couple":
        after = at + 2 if word_at(raw, at + 1) == "of" else at + 1
        return _scaled(raw, index, after, Decimal(2), False)
    if head in ("few", "several"):
        return _scaled(raw, index, at + 1, None, True)
    if at > index and head != "hundred" and head not in _SCALES:
        return None
    return _number_words(raw, index, at)


def _number_words(raw: list[Token], index: int, at: int) -> tuple[Token, int] | None:
    total, group, last, unclear = 0, 0, "", False
    while at < len(raw):
        word = word_at(raw, at)
        joined = at
        if last and (
            (raw[at].text == "-" and last == "tens")
            or (word == "and" and last in ("hundred", "scale") and word_at(raw, at + 1) in _BELOW_HUNDRED)
        ):
            joined, word = at + 1, word_at(raw, at + 1)
        if word in _SMALL or word in _TENS:
            value = _SMALL.get(word, _TENS.get(word, 0))
            size = "tens" if word in _TENS else ("teen" if value > 9 else "unit")
            if last in ("", "hundred", "scale") or (last == "tens" and size == "unit" and value > 0):
                group += value
            elif joined == at and value > 9 and 0 < group < 100 and total == 0:
                # "one fifty" is 150 or 1.50; "twenty twenty seven" a year.
                group, unclear = group * 100 + value, True
            else:
                break
            last = size
        elif word == "hundred" and joined == at and group < 100 and last not in ("hundred",):
            group, last = (group if last not in ("", "scale") else group or 1) * 100, "hundred"
        elif word in _SCALES and joined == at and last != "scale":
            total, group, last = total + (group if last else 1) * _SCALES[word], 0, "scale"
        else:
            break
        at = joined + 1
    if not last:
        return None
    return _scaled(raw, index, at, Decimal(total + group), unclear)


def _scaled(raw: list[Token], index: int, at: int, value: Decimal | None, unclear: bool) -> tuple[Token, int] | None:
    if [word_at(raw, at + step) for step in range(3)] == ["and", "a", "half"] and value is not None:
        value, at = value + Decimal("0.5"), at + 3
    scale = word_at(raw, at)
    if scale in ("hundred", *_SCALES):
        value = value * _SCALES.get(scale, 100) if value is not None else None
        at += 1
    elif scale == "k" and raw[at - 1].end == raw[at].start:
        value = value * 1000 if value is not None else None
        at += 1
    text = raw[index].text if at == index + 1 else " ".join(token.text for token in raw[index:at])
    return Token("number", text, raw[index].start, raw[at - 1].end, value, unclear), at
