"""Chat templates: messages to the text that an instruct model was trained to read, by the template that its publisher ships.

Renders as Hugging Face transformers does (the tests compare), without transformers. Knows nothing of tokens or of what is said.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final, NamedTuple, NoReturn

from jinja2 import TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from .bundle import Bundle

__all__ = ["ChatTemplate", "ChatTemplateError", "Message"]

TEMPLATE_FILE: Final = "chat_template.jinja"
CONFIG_FILE: Final = "tokenizer_config.json"
MAX_CHARACTERS: Final = 262_144
_NAMED: Final = ("bos_token", "eos_token", "unk_token", "pad_token")
_PROBE: Final = "system role probe"
# What expressions of a template may raise beside Jinja's own errors: it is a program, and runs on whatever it is given.
_FAILURES: Final = (
    TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError, MemoryError,
)  # fmt: skip


class ChatTemplateError(Exception):
    """The template is missing, is no Jinja, or refuses or fails on the messages; the message says which and where."""


class Message(NamedTuple):
    """One turn of a chat. `role`: system, user or assistant."""

    role: str
    content: str


class ChatTemplate:
    """A compiled template.

    special_tokens: values of bos_token, eos_token and the like, which templates name.
    now: the clock of templates that state the date (`strftime_now`).
    origin: what errors call the template.

    Raises:
        ChatTemplateError: the source is no Jinja template.
    """

    def __init__(
        self,
        source: str,
        special_tokens: Mapping[str, str],
        *,
        now: Callable[[], datetime] = datetime.now,
        origin: str = "chat template",
    ) -> None:
        self._origin = origin
        self._special_tokens = dict(special_tokens)
        environment = _Environment(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols])
        environment.filters["tojson"] = _tojson
        environment.globals["raise_exception"] = _raise_exception
        environment.globals["strftime_now"] = lambda style: now().strftime(style)
        try:
            self._template = environment.from_string(source)
        except TemplateError as error:
            line = f", line {error.lineno}" if hasattr(error, "lineno") else ""
            raise ChatTemplateError(f"{origin}{line}: {error}; restore the publisher's template") from error
        except RecursionError as error:
            raise ChatTemplateError(f"{origin}: nested too deeply; restore the publisher's template") from error
        self.has_system_role = self._shows_system_role()
        """Whether the template has a place for a system message; where it has none, `render` puts it before the first user message."""

    @classmethod
    def load(cls, bundle: Bundle, *, now: Callable[[], datetime] = datetime.now) -> ChatTemplate:
        """The template of a verified bundle: chat_template.jinja, else the one in tokenizer_config.json, with that file's special tokens.

        A bundle without tokenizer_config.json names its special tokens in the manifest.

        Raises:
            ChatTemplateError: there is no template, or a file cannot be read.
        """
        listed = {entry.path for entry in bundle.manifest.files}
        config = _read_config(bundle.file(CONFIG_FILE)) if CONFIG_FILE in listed else {}
        tokens = {f"{role}_token": text for role, text in bundle.manifest.special_tokens.items()}
        tokens |= {name: text for name in _NAMED if (text := _token_text(config.get(name))) is not None}
        if TEMPLATE_FILE in listed:
            path = bundle.file(TEMPLATE_FILE)
            return cls(_read_text(path), tokens, now=now, origin=str(path))
        source = _default_template(config.get("chat_template"))
        if source is None:
            raise ChatTemplateError(
                f"{bundle.folder} lists no {TEMPLATE_FILE}, and no {CONFIG_FILE} with a chat_template; export an instruct model"
            )
        return cls(source, tokens, now=now, origin=f"{bundle.folder / CONFIG_FILE}: chat_template")

    def render(self, messages: Sequence[Message], add_generation_prompt: bool) -> str:
        """The text of the messages; with the beginning of the reply, if `add_generation_prompt`.

        Raises:
            ChatTemplateError: the template refuses the messages, fails, or writes more than MAX_CHARACTERS.
        """
        return self._render(list(messages) if self.has_system_role else _folded(messages), add_generation_prompt)

    def _render(self, messages: list[Message], add_generation_prompt: bool) -> str:
        written: list[str] = []
        length = 0
        try:
            for piece in self._template.generate(
                messages=[message._asdict() for message in messages],
                add_generation_prompt=add_generation_prompt,
                tools=None,
                documents=None,
                **self._special_tokens,
            ):
                length += len(piece)
                if length > MAX_CHARACTERS:
                    raise ChatTemplateError(f"{self._origin}: writes more than {MAX_CHARACTERS} characters; shorten the messages")
                written.append(piece)
        except _FAILURES as error:
            roles = ", ".join(message.role for message in messages)
            raise ChatTemplateError(f"{self._origin} fails on messages of {roles or 'nobody'}: {type(error).__name__}: {error}") from error
        return "".join(written)

    def _shows_system_role(self) -> bool:
        """Try it: some templates refuse a system message, some leave it out without a word."""
        try:
            return _PROBE in self._render([Message("system", _PROBE), Message("user", "-")], False)
        except ChatTemplateError:
            return False


class _Environment(ImmutableSandboxedEnvironment):
    """The sandbox, in which `*` and `**` cannot make what fills the memory in one step."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        for sequence, count in ((left, right), (right, left)):
            if operator == "*" and isinstance(sequence, str | list | tuple) and len(sequence) * count > MAX_CHARACTERS:
                raise OverflowError(f"a sequence repeated to more than {MAX_CHARACTERS} elements")
        if operator == "**" and abs(right) > 64:
            raise OverflowError(f"a power with the exponent {right}")
        return super().call_binop(context, operator, left, right)


class _Generation(Extension):
    """`{% generation %}`, which marks the replies to train on; for reading it means nothing."""

    tags = {"generation"}  # noqa: RUF012 (Jinja's interface)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


def _folded(messages: Sequence[Message]) -> list[Message]:
    """System messages put before the first user message, a blank line between them."""
    system = [message.content for message in messages if message.role == "system"]
    others = [message for message in messages if message.role != "system"]
    first = next((index for index, message in enumerate(others) if message.role == "user"), None)
    if system and first is None:
        raise ChatTemplateError("the template has no system role, and there is no user message to put the system message before")
    if system and first is not None:
        others[first] = Message("user", "\n\n".join([*system, others[first].content]))
    return others


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ChatTemplateError(f"{path}: {error}; restore the bundle") from error


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config = json.loads(_read_text(path))
    except json.JSONDecodeError as error:
        raise ChatTemplateError(f"{path} is not JSON: {error}; restore the bundle") from error
    if not isinstance(config, dict):
        raise ChatTemplateError(f"{path}: is a JSON {type(config).__name__}, an object is needed; restore the bundle")
    return config


def _default_template(value: object) -> str | None:
    """A string, or a list of named ones of which `default` is for talking (others are for tools and documents)."""
    if isinstance(value, list):
        value = next((entry.get("template") for entry in value if isinstance(entry, dict) and entry.get("name") == "default"), None)
    return value if isinstance(value, str) else None


def _token_text(value: object) -> str | None:
    """A special token is written as its text or as an object with the text in `content`."""
    if isinstance(value, dict):
        value = value.get("content")
    return value if isinstance(value, str) else None


def _tojson(
    value: Any, ensure_ascii: bool = False, indent: int | None = None, separators: tuple[str, str] | None = None, sort_keys: bool = False
) -> str:
    """Plain JSON; Jinja's own filter escapes what HTML would read."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)
