"""Prompt style `chat`: any instruct model, asked through its own chat template; placeholders are text that code completes.

As soon as the model opens a brace, only what is left of the plan's slots can follow, and when one slot is left the rest of its name is not
sampled but forced.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

from .bundle import Bundle
from .chat_prompt import SHARED, chat_messages
from .chat_template import ChatTemplate
from .engine import EngineError
from .plan_style import Prompt
from .prefix_cache import common_length
from .prompt import PlanPrompt, shortened, slots_in
from .scheduler import Move
from .sentence_guide import SentenceGuide
from .splice import splice
from .token_mask import digit_mask, special_mask

__all__ = ["ChatStyle"]

_BRACES: Final = "{}"
_LEAST_PLAN: Final = PlanPrompt("counter", "instalments", "neutral", "proposed", ("count", "each", "every", "first_date"), "", "")


class ChatStyle:
    """Plans as chat messages behind one system prompt and its examples, whose keys and values all conversations share.

    vocabulary: columns of the model's logits. room: tokens that a prompt may take.

    Raises:
        EngineError: the prompt does not fit.
        ChatTemplateError: the bundle's template is missing or wrong.
    """

    def __init__(self, bundle: Bundle, vocabulary: int, room: int) -> None:
        self._tokenizer = Tokenizer.from_file(str(bundle.file("tokenizer.json")))
        self._template = ChatTemplate.load(bundle)
        self._room = room
        self._shared = self._template.render(SHARED, add_generation_prompt=False)
        special = bundle.manifest.special_tokens
        self._ends = frozenset(self._id(text) for role, text in special.items() if role.startswith("eos"))
        self._pieces = [self._tokenizer.decode([token], skip_special_tokens=False) for token in range(vocabulary)]
        self._banned = digit_mask(self._tokenizer, vocabulary) | special_mask(self._tokenizer, vocabulary, allowed=())
        self._banned[[token for token, piece in enumerate(self._pieces) if any(brace in piece for brace in _BRACES)]] = True
        self._banned[list(self._ends)] = False
        # A brace may be opened by a token of its own or one that brings the space before it.
        self._opening = [token for token, piece in enumerate(self._pieces) if piece.strip() == "{" and piece[-1] == "{"]
        if len(least := self.prompt(_LEAST_PLAN, "").tokens) > room:
            raise EngineError(
                f"the prompt of style chat takes {len(least)} tokens and the model's context leaves {room} for it; raise [models] "
                "context_tokens, or choose a model with a longer context"
            )
        self._by_piece: dict[str, int] = {}
        for token, piece in enumerate(self._pieces):
            self._by_piece.setdefault(piece, token)

    def prompt(self, plan: PlanPrompt, said: str) -> Prompt:
        """The messages as the model's template renders them, and what of the reply has been said; long speeches lose their beginning."""
        while True:
            rendered = self._template.render(chat_messages(plan), add_generation_prompt=True)
            encoded = self._tokenizer.encode(rendered + said, add_special_tokens=False)
            if len(encoded.ids) <= self._room or not (plan.previous or plan.customer):
                return Prompt(tuple(encoded.ids), _tokens_within(encoded.offsets, common_length(rendered, self._shared)))
            plan = shortened(plan)

    def guide(self, plan: PlanPrompt, said: str) -> SentenceGuide:
        """A guide for one reply to `plan`."""
        return _ChatGuide(self, [slot for slot in plan.slots if slot not in slots_in(said)])

    def mask(self, open_slots: Sequence[str], name: str | None) -> npt.NDArray[np.bool_]:
        """[vocabulary] what must not come next. `name`: what stands behind an open brace, None outside of braces."""
        if name is None:
            banned = self._banned.copy()
            if open_slots:
                banned[self._opening] = False
            return banned
        banned = np.ones(len(self._pieces), dtype=np.bool_)
        for rest in _rests(open_slots, name):
            for length in range(1, len(rest) + 1):
                token = self._by_piece.get(rest[:length])
                if token is not None:
                    banned[token] = False
        return banned

    @property
    def tokenizer(self) -> Tokenizer:
        """The bundle's own."""
        return self._tokenizer

    @property
    def ends(self) -> frozenset[int]:
        """Tokens that end a reply."""
        return self._ends

    def _id(self, token: str) -> int:
        found: int | None = self._tokenizer.token_to_id(token)
        if found is None:
            raise ValueError(f"the tokenizer has no {token!r}, which the manifest names as an end token; export the bundle again")
        return found


class _ChatGuide(SentenceGuide):
    """Braces hold the name of a slot that is still open, each slot once."""

    def __init__(self, style: ChatStyle, open_slots: list[str]) -> None:
        super().__init__(style.tokenizer, style.mask(open_slots, None), style.ends, None)
        self._style, self._open = style, open_slots
        self._written: list[int] = []
        self._inside: str | None = None

    def follow(self, token: int) -> Move:
        self._written.append(token)
        piece = self.write(token)
        if self._inside is None and "{" not in piece:
            return Move()
        self._inside = piece.rpartition("{")[2] if self._inside is None else self._inside + piece
        rests = _rests(self._open, self._inside)
        if len(rests) == 1 and rests[0]:
            return self._complete(rests[0])
        return self._closed(self._inside.removesuffix("}")) if rests == [""] else self._masked(Move())

    def _complete(self, rest: str) -> Move:
        """Only one name is possible: write it instead of sampling it, in the tokens that the model would read it in."""
        assert self._inside is not None
        take_back, forced = splice(self._style.tokenizer, self._written, rest)
        self._written = [*self._written[: len(self._written) - take_back], *forced]
        self.write_text(rest)
        closed = self._closed((self._inside + rest).removesuffix("}"))
        return Move(take_back=take_back, forced=tuple(forced), done=closed.done)

    def _closed(self, name: str) -> Move:
        self._open = [slot for slot in self._open if slot != name]
        self._inside = None
        return self._masked(Move())

    def _masked(self, move: Move) -> Move:
        self._banned = self._style.mask(self._open, self._inside)
        return move


def _rests(open_slots: Sequence[str], name: str) -> list[str]:
    """What can follow `name` inside the brace."""
    return [f"{slot}}}"[len(name) :] for slot in open_slots if f"{slot}}}".startswith(name)]


def _tokens_within(offsets: Sequence[tuple[int, int]], characters: int) -> int:
    """Tokens that end within the first `characters`."""
    count = 0
    for _, end in offsets:
        if end > characters:
            break
        count += 1
    return count
