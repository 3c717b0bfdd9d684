"""A checkpoint's tokenizer as a bundle carries it: tokenizer.json, its chat template and the tokens that end a reply."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from .checkpoint import Checkpoint
from .errors import TokenizerError
from .parity_text import CONVERSATIONS

__all__ = ["ChatTokenizer", "load_chat_tokenizer", "parity_sequences"]

CHAT_TEMPLATE_FILE: Final = "chat_template.jinja"
TOKENIZER_FILE: Final = "tokenizer.json"
TOKENIZER_CONFIG_FILE: Final = "tokenizer_config.json"
_TOKENS_PER_SEQUENCE: Final = 160


class ChatTokenizer(NamedTuple):
    """A loaded tokenizer.

    fast: the `transformers` object. template: the chat template's text. special_tokens: bos, eos, eos_2, ... to their text.
    """

    fast: Any
    template: str
    special_tokens: dict[str, str]

    def save(self, checkpoint: Checkpoint, folder: Path) -> list[str]:
        """Write its files into a bundle folder; returns their names."""
        self.fast.backend_tokenizer.save(str(folder / TOKENIZER_FILE))
        (folder / CHAT_TEMPLATE_FILE).write_text(self.template, encoding="utf-8")
        files = [TOKENIZER_FILE, CHAT_TEMPLATE_FILE]
        if (checkpoint.folder / TOKENIZER_CONFIG_FILE).is_file():
            shutil.copyfile(checkpoint.folder / TOKENIZER_CONFIG_FILE, folder / TOKENIZER_CONFIG_FILE)
            files.append(TOKENIZER_CONFIG_FILE)
        return files


def load_chat_tokenizer(checkpoint: Checkpoint, template: Path | None = None) -> ChatTokenizer:
    """Load the tokenizer; a slow one is converted where `transformers` can.

    Args:
        checkpoint: where its files lie.
        template: a chat template to use instead of the checkpoint's.

    Raises:
        TokenizerError: no tokenizer, only a slow one, no chat template, or no end token.
    """
    from transformers import AutoTokenizer

    loader: Any = AutoTokenizer
    try:
        fast = loader.from_pretrained(checkpoint.folder, use_fast=True, trust_remote_code=False)
    except Exception as error:  # transformers raises whatever it stumbles over in the files
        raise TokenizerError(
            f"{checkpoint.origin}: its tokenizer cannot be loaded: {str(error).strip().partition(chr(10))[0]}; add a {TOKENIZER_FILE}"
        ) from error
    if not fast.is_fast:
        raise TokenizerError(
            f"{checkpoint.origin}: {type(fast).__name__} is a slow tokenizer, which does not run here; convert it to {TOKENIZER_FILE}"
        )
    text = template.read_text(encoding="utf-8") if template is not None else fast.chat_template
    if isinstance(text, dict):
        text = text.get("default")
    if not text:
        raise TokenizerError(
            f"{checkpoint.origin}: it has no chat template, so it is a base model; choose its instruct version or pass --chat-template FILE"
        )
    fast.chat_template = text
    ends = _end_tokens(checkpoint, fast)
    if not ends:
        raise TokenizerError(f"{checkpoint.origin}: no end token in generation_config.json, config.json or the tokenizer; add eos_token")
    special = {"eos" if index == 0 else f"eos_{index + 1}": token for index, token in enumerate(ends)}
    if fast.bos_token is not None:
        special = {"bos": fast.bos_token} | special
    return ChatTokenizer(fast, text, special)


def parity_sequences(tokenizer: ChatTokenizer, context: int, tokenizer_file: Path) -> list[list[int]]:
    """The conversations of parity_text.py under the chat template, as token ids of at most 160 each.

    Args:
        tokenizer: renders and tokenises them.
        context: tokens that the model holds.
        tokenizer_file: the bundle's tokenizer.json, which must give the same ids.

    Raises:
        TokenizerError: the template refuses a plain conversation, or the two tokenizers differ.
    """
    from jinja2 import TemplateError
    from tokenizers import Tokenizer

    bundled = Tokenizer.from_file(str(tokenizer_file))
    sequences = []
    for conversation in CONVERSATIONS:
        try:
            text = tokenizer.fast.apply_chat_template(conversation, tokenize=False)
        except TemplateError as error:
            raise TokenizerError(
                f"the chat template refuses a plain conversation: {error}; pass another by --chat-template FILE"
            ) from error
        ids = tokenizer.fast(text, add_special_tokens=False)["input_ids"]
        if bundled.encode(text, add_special_tokens=False).ids != ids:
            raise TokenizerError(f"{TOKENIZER_FILE} splits {text[:40]!r} in another way than the checkpoint's tokenizer; report this model")
        sequences.append([int(token) for token in ids[: min(context, _TOKENS_PER_SEQUENCE)]])
    return sequences


def _end_tokens(checkpoint: Checkpoint, fast: Any) -> Sequence[str]:
    """Texts of the tokens that end a reply, the tokenizer's own first: it is the one that the chat template writes."""
    path = checkpoint.folder / "generation_config.json"
    generation = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    named = generation.get("eos_token_id", checkpoint.config.get("eos_token_id"))
    ids = named if isinstance(named, list) else [] if named is None else [named]
    texts = [fast.convert_ids_to_tokens(int(token)) for token in ids]
    return list(dict.fromkeys(text for text in (fast.eos_token, *texts) if text))
