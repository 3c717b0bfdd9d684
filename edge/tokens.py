"""The record of one word, sign or number, and how to look at one in a list of them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Literal, NamedTuple


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


def word_at(tokens: Sequence[Token], at: int) -> str:
    """The word at an index, "" for a sign, a number or an index outside."""
    if 0 <= at < len(tokens):
        token = tokens[at]
        return token[1] if token[0] == "word" else ""
    return ""


def sign_at(tokens: Sequence[Token], at: int) -> str:
    """The sign at an index, "" for anything else."""
    return tokens[at].text if 0 <= at < len(tokens) and tokens[at].kind == "sign" else ""


def touches(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing stands between the token at an index and the one before it."""
    return 0 < at < len(tokens) and tokens[at - 1].end == tokens[at].start
