"""The chat style with a small byte-level tokenizer: what can be sampled inside braces, what is forced, what conversations share."""

from __future__ import annotations

import json

import numpy as np
import pytest
from eqnegotiator.models.bundle import Bundle, load_bundle, write_manifest
from eqnegotiator.models.chat_prompt import SHARED, chat_messages
from eqnegotiator.models.chat_style import ChatStyle
from eqnegotiator.models.engine import EngineError
from eqnegotiator.models.prompt import SLOTS, PlanPrompt
from eqnegotiator.models.scheduler import Move
from eqnegotiator.models.splice import splice
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

END = "<|im_end|>"
CHATML = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
PLAN = PlanPrompt("counter", "extension", "neutral", "proposed", ("amount", "due_date"), "Hello.", "can i pay on the third")


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("chat")
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    text = [message.content for message in chat_messages(PLAN)] + [f"You could pay {{{slot}}} by then." for slot in SLOTS] * 20
    trainer = trainers.BpeTrainer(
        vocab_size=900, special_tokens=["<|im_start|>", END], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(text, trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "chat_template.jinja").write_text(CHATML)
    (folder / "tokenizer_config.json").write_text(json.dumps({"eos_token": END}))
    write_manifest(
        folder,
        name="chat",
        version="1",
        kind="slm",
        licence="CC0-1.0",
        sources=[],
        architecture={},
        files=["tokenizer.json", "chat_template.jinja", "tokenizer_config.json"],
        created="2026-11-22",
        prompt_style="chat",
        special_tokens={"eos": END},
    )
    return load_bundle(folder, "slm")


@pytest.fixture(scope="module")
def style(bundle: Bundle) -> ChatStyle:
    return ChatStyle(bundle, vocabulary=1000, room=8000)


def feed(style: ChatStyle, plan: PlanPrompt, text: str, said: str = "") -> tuple[list[int], list[str], list[Move]]:
    """Writes `text` as a model would that samples only what is allowed; returns tokens, sentences and moves."""
    guide = style.guide(plan, said)
    written: list[int] = []
    moves: list[Move] = []
    rest = text
    while rest:
        allowed = [token for token in np.flatnonzero(~guide.banned()) if token < style.tokenizer.get_vocab_size()]
        pieces = {style.tokenizer.decode([int(token)], skip_special_tokens=False): int(token) for token in allowed}
        piece = max((piece for piece in pieces if piece and rest.startswith(piece)), key=len)
        move = guide.accept(pieces[piece], -1.0, 1.0)
        written = [*written, pieces[piece]]
        written = [*written[: len(written) - move.take_back], *move.forced]
        moves.append(move)
        rest = text[len(style.tokenizer.decode(written, skip_special_tokens=False)) :]
    moves.append(guide.accept(style.tokenizer.token_to_id(END), -1.0, 1.0))
    guide.ended()
    sentences = list(iter(guide.sentences.get, None))
    return written, sentences, moves


def test_a_reply_with_its_slots_comes_out_in_sentences(style: ChatStyle) -> None:
    text = "Thank you. You could pay {amount} by {due_date}."
    written, sentences, moves = feed(style, PLAN, text)
    assert sentences == ["Thank you.", "You could pay {amount} by {due_date}."]
    assert moves[-1].done
    # The second slot is the only one left: its name is not sampled.
    assert any(move.forced for move in moves)
    assert style.tokenizer.decode(written, skip_special_tokens=False) == text
    assert written[:-1] == style.tokenizer.encode(text[:-1]).ids


def test_inside_a_brace_only_open_slots_can_follow(style: ChatStyle) -> None:
    banned = style.mask(["amount", "ask"], "")
    allowed = {style.tokenizer.decode([int(token)]) for token in np.flatnonzero(~banned)}
    assert "a" in allowed
    assert all("amount}".startswith(piece) or "ask}".startswith(piece) for piece in allowed)
    nothing_open = style.mask([], None)
    openers = [token for token in range(1000) if "{" in style.tokenizer.decode([token], skip_special_tokens=False)]
    assert openers
    assert nothing_open[openers].all()


def test_a_slot_that_was_said_is_closed(style: ChatStyle) -> None:
    written, _, _ = feed(style, PLAN, "It is {amount} and {")
    assert style.tokenizer.decode(written) == "It is {amount} and {due_date}"
    written, _, _ = feed(style, PLAN, "It is {", said="You could pay {due_date}.")
    assert style.tokenizer.decode(written) == "It is {amount}"
    with pytest.raises(ValueError, match="empty"):  # no token that opens a brace is allowed any more
        feed(style, PLAN, "It is {amount} and {", said="You could pay by {due_date}.")


def test_digits_ends_and_control_tokens_cannot_be_sampled(style: ChatStyle) -> None:
    banned = style.guide(PLAN, "").banned()
    for token in range(style.tokenizer.get_vocab_size()):
        piece = style.tokenizer.decode([token], skip_special_tokens=False)
        if any(character.isnumeric() for character in piece) or piece == "<|im_start|>":
            assert banned[token], piece
    assert not banned[style.tokenizer.token_to_id(END)]
    assert banned[style.tokenizer.get_vocab_size() :].all()


def test_all_plans_share_the_system_prompt_and_its_examples(style: ChatStyle) -> None:
    first, second = style.prompt(PLAN, ""), style.prompt(PLAN._replace(act="ask", kind="ask", customer="something else"), "Well.")
    assert first.shared == second.shared > 100
    assert first.tokens[: first.shared] == second.tokens[: second.shared]
    shared_text = style.tokenizer.decode(list(first.tokens[: first.shared]), skip_special_tokens=False)
    assert SHARED[-1].content in shared_text
    assert "third" not in shared_text


def test_a_context_that_cannot_hold_the_prompt_is_refused(bundle: Bundle) -> None:
    with pytest.raises(EngineError, match=r"takes \d+ tokens and the model's context leaves 100 for it; raise .models. context_tokens"):
        ChatStyle(bundle, 1000, 100)


def test_a_long_speech_is_cut_to_the_room(bundle: Bundle) -> None:
    least = len(ChatStyle(bundle, 1000, 8000).prompt(PLAN._replace(previous="", customer=""), "").tokens)
    tight = ChatStyle(bundle, 1000, least + 60)
    prompt = tight.prompt(PLAN._replace(customer="please " * 500 + "help"), "")
    assert len(prompt.tokens) <= least + 60
    assert "help" in tight.tokenizer.decode(list(prompt.tokens[-200:]))


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("abc {}dué€amount."), max_size=30), st.text(st.sampled_from("abc mount}é."), min_size=1, max_size=12))
def test_a_splice_keeps_the_text_and_is_what_the_tokenizer_would_choose(style: ChatStyle, before: str, text: str) -> None:
    written = style.tokenizer.encode(before).ids
    take_back, forced = splice(style.tokenizer, written, text)
    result = [*written[: len(written) - take_back], *forced]
    assert style.tokenizer.decode(result, skip_special_tokens=False) == before + text
    if len(written) <= 8:
        assert result == style.tokenizer.encode(before + text).ids
