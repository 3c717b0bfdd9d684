"""Words, signs and numbers of folded English text: digits ("1,200.50") and number words ("forty-five", "a hundred").

Knows nothing of units, money or dates. Source of the number grammar: short-scale English cardinals, as spoken.
"""

import functools
import itertools
import re
from decimal import Decimal
from typing import Literal

from eqnegotiator.edge.spelling import respell
from eqnegotiator.edge.tokens import Token, word_at

_TOKEN = re.compile(r"2(?:mor+ow?|moz|day|nite|night)\b|[0-9][0-9.,]*[0-9]|[0-9]|[ap]\.m\b\.?|[a-z]+(?:'[a-z]+)*|\n|[^\s']")
MAX_TOKENS = 1_800
"""Words and signs that are read: some eight thousand characters of text, so that no message costs more."""
_CACHED_LENGTH = 24
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
_NOTES = {"tenner": 10, "tenners": 10, "fiver": 5, "fivers": 5}
MONEY_NAMES = frozenset((*_NOTES, "grand", "k"))
"""Last words of a number that make it a sum of money by themselves."""
_NUMBER_OPENERS = _BELOW_HUNDRED | frozenset(
    ("a", "an", "half", "couple", "few", "several", "hundred", *_SCALES, *_NOTES)
)
_FILLERS = frozenset("uh uhh uhm um umm er err erm errm hmm hm mm ehm".split())
_JOINED = re.compile(rf"({'|'.join(_TENS)})({'|'.join(word for word, value in _SMALL.items() if 0 < value < 10)})")
_CONTRACTIONS = {
    word.replace("'", ""): word
    for word in (
        "can't won't don't doesn't didn't isn't aren't wasn't couldn't wouldn't shouldn't haven't hasn't hadn't ain't "
        "i'm i've that's there's you're you've they're what's who's let's it'll"
    ).split()
} | {"cannot": "can't", "dunno": "don't know"}
# "ill" and "id" are words of their own; only before these verbs do they stand for "I'll" and "I'd" without apostrophe.
_AFTER_PRONOUN = frozenset(
    "pay do give try send settle clear have get make manage be need go like prefer say rather want take offer put bring transfer wire drop "
    "start stick cover finish sort let accept agree love appreciate post hand chuck stretch set use repay hold wait throw see "
    "keep count arrange".split()
)


def tokenise(folded: str) -> list[Token]:
    """Tokens of folded text in order, number phrases merged into one token each; at most `MAX_TOKENS`."""
    raw = _restore_pronouns([token for match in itertools.islice(_TOKEN.finditer(folded), MAX_TOKENS) for token in _raw_tokens(match)])
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


def is_spoken_pair(number: Token) -> bool:
    """True for "two fifty": 250 as a sum of money, otherwise without a sound reading."""
    return number.unclear and number.value is not None and number.text[0].isalpha()


def is_comma_decimal(text: str) -> bool:
    """True for "50,00": a decimal comma when a currency stands beside it, otherwise perhaps a list."""
    return _COMMA_DECIMAL.fullmatch(text) is not None


def small_number(word: str) -> int | None:
    """Value of a number word below one hundred that is a single word, else None."""
    return _SMALL.get(word, _TENS.get(word))


def _raw_tokens(match: re.Match[str]) -> tuple[Token, ...]:
    """One token, none for a filler, or two for number words run together ("thirtyfive")."""
    text, start, end = match.group(), match.start(), match.end()
    kind, words, value, unclear = _read(text) if len(text) <= _CACHED_LENGTH else _read.__wrapped__(text)
    if len(words) == 1:
        return (Token(kind, words[0], start, end, value, unclear),)
    if not words:
        return ()
    middle = start + len(words[0])
    return Token("word", words[0], start, middle), Token("word", words[1], middle, end)


@functools.lru_cache(maxsize=4096)
def _read(text: str) -> tuple[Literal["word", "sign", "number"], tuple[str, ...], Decimal | None, bool]:
    """Kind, words, value and whether that is unclear, of one piece of folded text."""
    if text[0].isdigit() and not text[-1].isalpha():
        return ("number", (text,), *read_digits(text))
    if not (text[0].isalnum() and text.isascii()):
        return "sign", (text,), None, False
    bare = text.replace(".", "")
    word = _CONTRACTIONS.get(bare) or respell(bare)
    if word in _FILLERS:
        return "word", (), None, False
    joined = _JOINED.fullmatch(word)
    return "word", ((joined[1], joined[2]) if joined is not None and word == text else (word,)), None, False


def _restore_pronouns(raw: list[Token]) -> list[Token]:
    for index, token in enumerate(raw[:-1]):
        if token.text in ("ill", "id") and raw[index + 1].text in _AFTER_PRONOUN:
            raw[index] = token._replace(text="i'll" if token.text == "ill" else "i'd")
    return raw


def _number_at(raw: list[Token], index: int) -> tuple[Token, int] | None:
    first = raw[index]
    if first.kind == "number":
        return _spaced_group(raw, index) or _scaled(raw, index, index + 1, first.value, first.unclear)
    if first.kind != "word" or first.text not in _NUMBER_OPENERS:
        return None
    at = index + 1 if first.text in ("a", "an") else index
    head = word_at(raw, at)
    if head == "couple":
        after = at + 2 if word_at(raw, at + 1) == "of" else at + 1
        return _scaled(raw, index, after, Decimal(2), False)
    if head in ("few", "several"):
        return _scaled(raw, index, at + 1, None, True)
    if head == "half" or first.text == "half":
        named = at + 1 + (word_at(raw, at + 1) in ("a", "of"))
        scale = _SCALES.get(word_at(raw, named))
        return _number(raw, index, named + 1, Decimal(scale) / 2) if scale and (named > at + 1 or at > index) else None
    if head in _NOTES:
        return _number(raw, index, at + 1, Decimal(_NOTES[head]))
    if at > index and head != "hundred" and head not in _SCALES:
        return None
    return _spelled_digits(raw, at) or _number_words(raw, index, at)


def _spaced_group(raw: list[Token], index: int) -> tuple[Token, int] | None:
    """ "1 200" is one number; longer runs of digit groups are telephone numbers."""
    if index + 1 >= len(raw) or not (len(raw[index].text) <= 2 and raw[index].text.isdigit() and raw[index].text[0] != "0"):
        return None
    group, beside = raw[index + 1], (raw[index - 1] if index else None, raw[index + 2] if index + 2 < len(raw) else None)
    if len(group.text) != 3 or not group.text.isdigit() or group.start != raw[index].end + 1:
        return None
    if any(token is not None and (token.kind == "number" or token.text in ("/", "-")) for token in beside):
        return None
    return _number(raw, index, index + 2, Decimal(raw[index].text + group.text))


def _spelled_digits(raw: list[Token], index: int) -> tuple[Token, int] | None:
    """ "five zero", also to confirm a number just said ("fifty, five zero"); three digits and more name something."""
    tens = _TENS.get(word_at(raw, index))
    start = index if tens is None else index + 1
    start += tens is not None and start < len(raw) and raw[start].text in (",", ".")
    end = start
    while end - start < 3 and word_at(raw, end) in _SMALL and _SMALL[word_at(raw, end)] < 10:
        end += 1
    if end - start != 2 or _SMALL.get(word_at(raw, index - 1), 10) < 10:
        return None
    value = _SMALL[word_at(raw, start)] * 10 + _SMALL[word_at(raw, start + 1)]
    if value < 10 or (tens is not None and tens != value):
        return None
    if tens is not None and end < len(raw) and raw[end].text in (",", ".") and word_at(raw, end + 1) in ("a", "per", "pounds", "dollars"):
        end += 1
    return _number(raw, index, end, Decimal(value))


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
    if at >= len(raw) or raw[at].kind != "word":
        return _number(raw, index, at, value, unclear)
    if raw[at].text == "and" and word_at(raw, at + 1) == "a" and word_at(raw, at + 2) == "half" and value is not None:
        value, at = value + Decimal("0.5"), at + 3
    scale = word_at(raw, at)
    if scale in ("hundred", *_SCALES, *_NOTES):
        value = value * (_SCALES.get(scale) or _NOTES.get(scale, 100)) if value is not None else None
        at += 1
    elif scale == "k" and (raw[at - 1].end == raw[at].start or raw[at - 1].kind == "word"):
        value = value * 1000 if value is not None else None
        at += 1
    return _number(raw, index, at, value, unclear)


def _number(raw: list[Token], index: int, at: int, value: Decimal | None, unclear: bool = False) -> tuple[Token, int]:
    if at == index + 1 and raw[index].kind == "number":
        return raw[index], at
    text = raw[index].text if at == index + 1 else " ".join(token.text for token in raw[index:at])
    return Token("number", text, raw[index].start, raw[at - 1].end, value, unclear), at
