"""Masks and tries: no numeric character gets through, however it is cut into tokens; nothing but the choices is ever complete."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from eqnegotiator.models.token_bytes import TokenBytes
from eqnegotiator.models.token_mask import ChoiceTrie, digit_mask, special_mask
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer, models
from trained_tokenizers import CONTROLS, TEXTS, byte_level, metaspace, sentencepiece_like

ALL = [byte_level, sentencepiece_like, metaspace]
ALLOWED = {make: np.flatnonzero(~digit_mask(make(), make().get_vocab_size())).tolist() for make in ALL}


@pytest.mark.parametrize("make", ALL)
@given(data=st.data())
def test_allowed_tokens_never_make_a_numeric_character(make: object, data: st.DataObject) -> None:
    tokens = data.draw(st.lists(st.sampled_from(ALLOWED[make]), max_size=12))
    text = make().decode(tokens, skip_special_tokens=False)  # type: ignore[operator]
    assert not any(character.isnumeric() for character in text)


@pytest.mark.parametrize("make", [byte_level, sentencepiece_like])
def test_every_numeric_character_is_stopped_in_every_cut(make: object) -> None:
    """Each has a banned token in its byte-by-byte spelling, and so in any coarser one (the first byte decides)."""
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    banned = digit_mask(tokenizer, tokenizer.get_vocab_size())
    pieces = TokenBytes(tokenizer)
    single = {pieces.of(token): token for token in range(tokenizer.get_vocab_size()) if len(pieces.of(token) or b"") == 1}
    for point in range(sys.maxunicode + 1):
        if chr(point).isnumeric():
            assert banned[single[chr(point).encode()[:1]]], hex(point)


@pytest.mark.parametrize("make", ALL)
def test_tokens_with_digits_are_banned_and_words_are_not(make: object) -> None:
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    banned = digit_mask(tokenizer, tokenizer.get_vocab_size())
    for text in ("12", "٣", "Ⅳ", "五"):
        assert banned[tokenizer.encode(text, add_special_tokens=False).ids].any(), text
    words = tokenizer.encode("I can offer {terms}. Would that help, later", add_special_tokens=False).ids
    assert not banned[words].any()


def test_half_characters_are_banned_by_what_they_may_become() -> None:
    tokenizer = byte_level()
    banned = digit_mask(tokenizer, tokenizer.get_vocab_size())
    pieces = TokenBytes(tokenizer)
    of = {pieces.of(token): bool(banned[token]) for token in range(tokenizer.get_vocab_size())}
    assert of[b"\xd9"], "begins an Arabic-Indic digit"
    assert of[b"\xc2"], "begins a superscript or a fraction"
    assert not of[b"\xc3"], "begins Latin letters only"
    assert not of[b"\xa4"], "begins nothing"


def test_ids_without_a_token_are_banned_everywhere() -> None:
    tokenizer = byte_level()
    size = tokenizer.get_vocab_size()
    assert digit_mask(tokenizer, size + 7)[size:].all()
    assert special_mask(tokenizer, size + 7, ())[size:].all()
    assert digit_mask(tokenizer, 10).shape == (10,)


@pytest.mark.parametrize("make", [byte_level, sentencepiece_like])
def test_added_tokens_are_banned_unless_allowed_by_name(make: object) -> None:
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    banned = special_mask(tokenizer, tokenizer.get_vocab_size(), {"<|end|>"})
    assert [bool(banned[tokenizer.token_to_id(name)]) for name in CONTROLS] == [False, True, True]
    assert not banned[tokenizer.encode("I can offer\n\nthat", add_special_tokens=False).ids].any()
    assert banned.sum() <= 3


def test_an_allowed_name_that_is_no_token_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"\['<eos>'\]"):
        special_mask(byte_level(), 10, ["<eos>", "<|end|>"])


def test_a_tokenizer_without_a_decoder_has_pieces_too() -> None:
    tokenizer = Tokenizer(models.WordLevel({"one": 0, "1st": 1, "\u00bd": 2}, unk_token="one"))
    assert digit_mask(tokenizer, 4).tolist() == [False, True, True, True]


@pytest.mark.parametrize("make", ALL)
def test_every_byte_is_accounted_for(make: object) -> None:
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    pieces = TokenBytes(tokenizer)
    for text in TEXTS:
        tokens = tokenizer.encode(text, add_special_tokens=False).ids
        if tokenizer.decode(tokens, skip_special_tokens=False) == text:
            joined = b"".join(pieces.of(token) or b"" for token in tokens).decode()
            assert joined.replace("▁", " ").removeprefix(" ") == text
    assert pieces.of(tokenizer.get_vocab_size()) is None


CHOICES = ["yes", "yes please", "no", "not later", "oui"]


@pytest.mark.parametrize("make", ALL)
def test_walking_the_trie_reaches_the_choices_and_nothing_else(make: object) -> None:
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    trie = ChoiceTrie(tokenizer, CHOICES)
    found, waiting = [], [()]
    while waiting:
        prefix = waiting.pop()
        if (choice := trie.complete(prefix)) is not None:
            assert tokenizer.decode(list(prefix)) == choice
            found.append(choice)
        waiting += [(*prefix, token) for token in trie.allowed(prefix)]
    assert sorted(found) == sorted(CHOICES)


def test_a_choice_may_begin_another() -> None:
    tokenizer = byte_level()
    trie = ChoiceTrie(tokenizer, CHOICES)
    yes = tokenizer.encode("yes").ids
    assert trie.complete(yes) == "yes"
    assert trie.allowed(yes)
    assert trie.complete(yes[:-1]) is None
    assert trie.allowed(tokenizer.encode("oui").ids) == ()


def test_misused_tries_say_so() -> None:
    tokenizer = byte_level()
    with pytest.raises(ValueError, match="choices is empty"):
        ChoiceTrie(tokenizer, [])
    with pytest.raises(ValueError, match="'' has no tokens"):
        ChoiceTrie(tokenizer, ["yes", ""])
    with pytest.raises(ValueError, match="'yes' and 'yes' have the same tokens"):
        ChoiceTrie(tokenizer, ["yes", "yes"])
    with pytest.raises(ValueError, match=r"begins with the tokens \[0\]"):
        ChoiceTrie(tokenizer, CHOICES).allowed([0])
