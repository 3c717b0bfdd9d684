"""Streams: pieces join to the whole, never half a character, never the beginning of a stop sequence."""

from __future__ import annotations

from collections.abc import Sequence

import naive
import pytest
from eqnegotiator.models.text_stream import SentenceStream, TextStream
from eqnegotiator.models.wording import sentences_of
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer
from trained_tokenizers import TEXTS, byte_level, metaspace, sentencepiece_like

ALL = [byte_level, sentencepiece_like, metaspace]
WORDS = sorted({word for text in TEXTS for word in text.split()})
PHRASES = [*WORDS, "👩‍🚀", "ñandú", "ζ", "漢字", "🇫🇷", "\u0928\u093f", "\U0001d518", " ", ""]
SPEECH = st.lists(st.sampled_from(PHRASES), max_size=8).map(" ".join)


def streamed(tokenizer: Tokenizer, tokens: Sequence[int], stop: Sequence[str] = ()) -> tuple[list[str], TextStream]:
    stream = TextStream(tokenizer, stop)
    pieces = [stream.push(token) for token in tokens]
    return [*pieces, stream.flush()], stream


@pytest.mark.parametrize("make", ALL)
@given(text=SPEECH)
def test_pieces_join_to_the_whole_and_hold_whole_characters(make: object, text: str) -> None:
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    tokens = tokenizer.encode(text, add_special_tokens=False).ids
    whole = tokenizer.decode(tokens, skip_special_tokens=False)
    pieces, stream = streamed(tokenizer, tokens)
    assert "".join(pieces) == whole == stream.text
    assert "\ufffd" not in whole or "\ufffd" in text
    for end in range(1, len(tokens)):
        assert whole.startswith("".join(pieces[:end]))


@given(st.data())
def test_any_tokens_of_a_byte_vocabulary_join_to_the_whole(data: st.DataObject) -> None:
    tokenizer = byte_level()
    tokens = data.draw(st.lists(st.integers(0, tokenizer.get_vocab_size() - 1), max_size=12))
    pieces, _ = streamed(tokenizer, tokens)
    assert "".join(pieces) == tokenizer.decode(tokens, skip_special_tokens=False)


@pytest.mark.parametrize("make", ALL)
@given(text=SPEECH)
def test_at_most_one_character_is_held_back(make: object, text: str) -> None:
    """What has been shown is all but the character that is being written."""
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    tokens = tokenizer.encode(text, add_special_tokens=False).ids
    stream = TextStream(tokenizer)
    for end, token in enumerate(tokens, 1):
        stream.push(token)
        so_far = tokenizer.decode(tokens[:end], skip_special_tokens=False)
        if not so_far.endswith("\ufffd"):
            assert stream.text == so_far


def test_a_character_the_vocabulary_lacks_appears_with_its_last_byte() -> None:
    tokenizer = sentencepiece_like()
    tokens = [tokenizer.token_to_id(f"<0x{byte:02X}>") for byte in "😀é".encode()]
    stream = TextStream(tokenizer)
    assert [stream.push(token) for token in tokens] == ["", "", "", "😀", "", "é"]


@pytest.mark.parametrize("tail", [b"\xf0\x9f", b"\x80" * 9, b"\xc3"])
def test_bytes_that_make_no_character_are_shown_as_such_and_do_no_harm(tail: bytes) -> None:
    tokenizer = sentencepiece_like()
    tokens = [tokenizer.token_to_id(f"<0x{byte:02X}>") for byte in "😀".encode() + tail] + tokenizer.encode("help").ids
    pieces, _ = streamed(tokenizer, tokens)
    assert "".join(pieces) == "😀" + "\ufffd" * len(tail) + " help"
    pieces, _ = streamed(tokenizer, tokens[: 4 + len(tail)])
    assert "".join(pieces) == "😀" + "\ufffd" * len(tail)


class CountingTokenizer:
    """Passes everything on, and remembers the longest sequence it had to decode."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenizer = tokenizer
        self.decoder = tokenizer.decoder
        self.longest = 0

    def id_to_token(self, token: int) -> str | None:
        return self._tokenizer.id_to_token(token)

    def decode(self, tokens: list[int], *, skip_special_tokens: bool) -> str:
        self.longest = max(self.longest, len(tokens))
        return self._tokenizer.decode(tokens, skip_special_tokens=skip_special_tokens)


@pytest.mark.parametrize("make", ALL)
def test_work_per_token_is_bounded(make: object) -> None:
    tokenizer = CountingTokenizer(make())  # type: ignore[operator]
    tokens = make().encode(" ".join(TEXTS) * 5).ids + make().encode("😀" * 50).ids  # type: ignore[operator]
    streamed(tokenizer, tokens)  # type: ignore[arg-type]
    assert tokenizer.longest <= 8


STOPS = st.lists(st.text("abc", min_size=1, max_size=4), max_size=3)


@given(st.lists(st.text("abcd ", max_size=4), max_size=8), STOPS)
def test_stop_sequences_cut_where_the_first_is_complete(chunks: list[str], stop: list[str]) -> None:
    text = "".join(chunks)
    expected, stopped = naive.cut_at_stop(text, stop)
    stream = TextStream(byte_level(), stop)
    for chunk in chunks:
        for token in byte_level().encode(chunk).ids:
            stream.push(token)
            assert expected.startswith(stream.text)
            waiting = naive.longest_beginning(stream._held, stop)
            assert waiting == len(stream._held), "nothing is held back that cannot be the beginning of a stop sequence"
    stream.flush()
    assert (stream.text, stream.stopped) == (expected, stopped)


def test_a_stopped_stream_stays_silent() -> None:
    tokenizer = byte_level()
    stream = TextStream(tokenizer, ["\n\nUser:"])
    shown = [stream.push(token) for token in tokenizer.encode("Fine.\n\nUser: and now more").ids]
    assert "".join(shown) == "Fine." == stream.text
    assert stream.stopped
    assert (stream.push(tokenizer.encode("x").ids[0]), stream.flush()) == ("", "")


@pytest.mark.parametrize("make", ALL)
def test_misuse_is_named(make: object) -> None:
    tokenizer: Tokenizer = make()  # type: ignore[operator]
    with pytest.raises(ValueError, match="empty text"):
        TextStream(tokenizer, ["x", ""])
    with pytest.raises(ValueError, match=f"token {tokenizer.get_vocab_size()} is not in the tokenizer"):
        TextStream(tokenizer).push(tokenizer.get_vocab_size())


@given(st.lists(st.text("aB. ?!\n\u0301", max_size=5), max_size=8))
def test_sentences_do_not_depend_on_how_the_text_is_cut(chunks: list[str]) -> None:
    stream = SentenceStream()
    sentences = [sentence for chunk in chunks for sentence in stream.push(chunk)]
    assert [*sentences, stream.flush()] == sentences_of("".join(chunks))
    assert stream.flush() == ""


def test_a_sentence_is_out_when_the_next_begins() -> None:
    stream = SentenceStream()
    assert stream.push("I can offer {terms}. ") == []
    assert stream.push("W") == ["I can offer {terms}."]
    assert stream.push("ould that help? Or not? I") == ["Would that help?", "Or not?"]
    assert stream.flush() == "I"
