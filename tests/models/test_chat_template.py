"""Chat templates: the formats in use render as transformers renders them; a broken template is named and never half used."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from eqnegotiator.models.bundle import Bundle, load_bundle, write_manifest
from eqnegotiator.models.chat_template import MAX_CHARACTERS, ChatTemplate, ChatTemplateError, Message
from hypothesis import given
from hypothesis import strategies as st

TOKENS = {"bos_token": "<bos>", "eos_token": "<eos>"}
# Written for these tests, in the shapes of the published ones.
CHATML = """\
{%- if messages[0]['role'] == 'system' %}
    {{- '<|im_start|>system\\n' + messages[0]['content'] + '<|im_end|>\\n' }}
{%- else %}
    {{- '<|im_start|>system\\nBe helpful.<|im_end|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- if message.role != 'system' or not loop.first %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>' + '\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""
LLAMA3 = """\
{{- bos_token }}
{%- if messages[0].role == 'system' %}
    {%- set system_message = messages[0].content | trim %}
    {%- set messages = messages[1:] %}
{%- else %}
    {%- set system_message = '' %}
{%- endif %}
{{- '<|start_header_id|>system<|end_header_id|>\\n\\nToday: ' + strftime_now('%Y') + '\\n\\n' + system_message + '<|eot_id|>' }}
{%- for message in messages %}
    {%- if message.role not in ['user', 'assistant'] %}{% continue %}{% endif %}
    {{- '<|start_header_id|>' + message['role'] + '<|end_header_id|>\\n\\n' + message['content'] | trim + '<|eot_id|>' }}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|start_header_id|>assistant<|end_header_id|>\\n\\n' }}{%- endif %}
"""
GEMMA = """\
{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}\
{% for message in messages %}
    {% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}
        {{ raise_exception('Roles must alternate') }}
    {% endif %}
{% set role = 'model' if message['role'] == 'assistant' else message['role'] %}
{{ '<start_of_turn>' + role + '\\n' + message['content'] | trim + '<end_of_turn>\\n' }}{% endfor %}
{% if add_generation_prompt %}{{ '<start_of_turn>model\\n' }}{% endif %}
"""
PHI3 = """\
{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}\
{{ '<|system|>\\n' + message['content'] + '<|end|>\\n' }}\
{% elif message['role'] == 'user' %}{{ '<|user|>\\n' + message['content'] + '<|end|>\\n' }}\
{% elif message['role'] == 'assistant' %}{% generation %}{{ '<|assistant|>\\n' + message['content'] + '<|end|>\\n' }}{% endgeneration %}\
{% endif %}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\\n' }}{% else %}{{ eos_token }}{% endif %}
"""
PHI3_SILENT = PHI3.replace("message['role'] == 'system'", "message['role'] == 'nobody'")
SMOLLM = """\
{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}\
{{ '<|im_start|>system\\nYou are SmolLM<|im_end|>\\n' }}{% endif %}
{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{% endfor %}
{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}
{# #}{{ {'tools': tools, 'é': '<&'} | tojson }}
"""
TEMPLATES = {"chatml": CHATML, "llama3": LLAMA3, "gemma": GEMMA, "phi3": PHI3, "phi3_silent": PHI3_SILENT, "smollm": SMOLLM}
USER = Message("user", " I lost my job {{ 1 + 1 }} \n")
TALK = [USER, Message("assistant", "I am sorry."), Message("user", "What now?")]
SYSTEM = Message("system", "Be kind.")

_TRANSFORMERS = """
import json, sys
from tokenizers import Tokenizer, models
from transformers import PreTrainedTokenizerFast
cases = json.load(sys.stdin)
tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.WordLevel({"a": 0})), bos_token="<bos>", eos_token="<eos>")
print(json.dumps([
    tokenizer.apply_chat_template(messages, chat_template=template, tokenize=False, add_generation_prompt=prompt)
    for template, messages, prompt in cases
]))
"""


def test_every_format_renders_as_transformers_does() -> None:
    cases: list[tuple[str, list[Message], bool]] = []
    for name, template in TEMPLATES.items():
        talks = [[USER], TALK] if name in ("gemma", "phi3_silent") else [[USER], TALK, [SYSTEM, USER], [SYSTEM, *TALK]]
        cases += [(template, talk, prompt) for talk in talks for prompt in (True, False)]
    # Gemma and the silent one: ours has put the system message where theirs is given it.
    folded = [Message("user", f"{SYSTEM.content}\n\n{USER.content}"), *TALK[1:]]
    theirs = [(template, [message._asdict() for message in talk], prompt) for template, talk, prompt in cases]
    theirs += [(template, [message._asdict() for message in folded], True) for template in (GEMMA, PHI3_SILENT)]
    ours = [ChatTemplate(template, TOKENS).render(talk, prompt) for template, talk, prompt in cases]
    ours += [ChatTemplate(template, TOKENS).render([SYSTEM, *TALK], True) for template in (GEMMA, PHI3_SILENT)]
    done = subprocess.run(
        [sys.executable, "-P", "-c", _TRANSFORMERS], input=json.dumps(theirs), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert ours == json.loads(done.stdout)


def test_chatml_is_what_the_format_says() -> None:
    got = ChatTemplate(CHATML, TOKENS).render([SYSTEM, Message("user", "Hi")], True)
    assert got == "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize(("name", "expected"), [(name, name not in ("gemma", "phi3_silent")) for name in TEMPLATES])
def test_a_system_message_is_never_lost(name: str, expected: bool) -> None:
    template = ChatTemplate(TEMPLATES[name], TOKENS)
    assert template.has_system_role is expected
    text = template.render([SYSTEM, *TALK], True)
    assert text.count("Be kind.") == 1
    assert text.index("Be kind.") < text.index("I lost my job")


def test_a_system_message_alone_has_nowhere_to_go() -> None:
    with pytest.raises(ChatTemplateError, match="no user message"):
        ChatTemplate(GEMMA, TOKENS).render([SYSTEM], True)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_said_is_data_and_no_template(text: str) -> None:
    got = ChatTemplate(CHATML, TOKENS).render([SYSTEM, Message("user", text)], False)
    assert got == f"<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\n{text}<|im_end|>\n"


def test_the_clock_is_the_callers() -> None:
    template = ChatTemplate("{{ strftime_now('%d %b %Y') }}", TOKENS, now=lambda: datetime(2031, 2, 3))
    assert template.render([USER], True) == "03 Feb 2031"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{% if %}", "kiosk, line 1"),
        ("a\n{% for x in y %}", "kiosk, line 2"),
        ("{% unknown %}", "kiosk, line 1: .*unknown tag"),
    ],
)
def test_no_template_at_all_is_refused_at_once(source: str, message: str) -> None:
    with pytest.raises(ChatTemplateError, match=message):
        ChatTemplate(source, TOKENS, origin="kiosk")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{{ raise_exception('no such role') }}", "TemplateError: no such role"),
        ("{{ messages[0].content.nothing.more }}", "UndefinedError"),
        ("{{ messages[7]['role'] + 1 }}", "UndefinedError"),
        ("{{ 'a' + 1 }}", "TypeError"),
        ("{{ 1 // 0 }}", "ZeroDivisionError"),
        ("{{ messages.append(1) }}", "SecurityError"),
        ("{{ messages.__class__.__mro__ }}", "SecurityError"),
        ("{{ 'a' * 10 ** 9 }}", "OverflowError: a sequence"),
        ("{{ 10 ** 9 * [1] }}", "OverflowError: a sequence"),
        ("{{ 9 ** (9 ** 9) }}", "OverflowError: a power"),
        ("{% for a in range(99999) %}{{ 'abcdefgh' }}{% endfor %}", f"more than {MAX_CHARACTERS} characters"),
        ("{% for a in range(999999999) %}{% endfor %}", "OverflowError: Range too big"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "RecursionError"),
    ],
)
def test_a_template_that_fails_is_named(source: str, message: str) -> None:
    template = ChatTemplate(source, TOKENS, origin="kiosk")
    with pytest.raises(ChatTemplateError, match=f"kiosk.*{message}"):
        template.render([USER], True)


def bundle(folder: Path, files: dict[str, Any], special_tokens: dict[str, str] | None = None) -> Bundle:
    for name, content in files.items():
        (folder / name).write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    write_manifest(
        folder, name="sample", version="1", kind="slm", licence="MIT", sources=[], architecture={}, files=list(files),
        created="2026-01-02", prompt_style="chat", special_tokens=special_tokens,
    )  # fmt: skip
    return load_bundle(folder)


ECHO = "{{ bos_token }}|{{ messages[0].content }}|{{ eos_token }}"


@pytest.mark.parametrize(
    ("files", "special_tokens", "expected"),
    [
        ({"chat_template.jinja": ECHO, "tokenizer_config.json": {"bos_token": "<b>", "eos_token": {"content": "<e>"}}}, None, "<b>|Hi|<e>"),
        ({"tokenizer_config.json": {"bos_token": None, "eos_token": "<e>", "chat_template": ECHO}}, None, "|Hi|<e>"),
        ({"chat_template.jinja": ECHO, "tokenizer_config.json": {"chat_template": "other"}}, {"eos": "<m>"}, "|Hi|<m>"),
        ({"chat_template.jinja": ECHO}, {"bos": "<m>", "eos": "<n>"}, "<m>|Hi|<n>"),
        (
            {"tokenizer_config.json": {"chat_template": [{"name": "rag", "template": "x"}, {"name": "default", "template": ECHO}]}},
            None,
            "|Hi|",
        ),
    ],
)
def test_template_and_tokens_come_from_the_bundle(
    tmp_path: Path, files: dict[str, Any], special_tokens: dict[str, str] | None, expected: str
) -> None:
    template = ChatTemplate.load(bundle(tmp_path, files, special_tokens))
    assert template.render([Message("user", "Hi")], True) == expected


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"model.onnx": "x"}, r"lists no chat_template\.jinja"),
        ({"tokenizer_config.json": {"chat_template": [{"name": "rag", "template": "x"}]}}, r"lists no chat_template\.jinja"),
        ({"tokenizer_config.json": "{"}, r"tokenizer_config\.json is not JSON"),
        ({"tokenizer_config.json": []}, r"tokenizer_config\.json: is a JSON list"),
        ({"chat_template.jinja": "{% if %}"}, r"chat_template\.jinja, line 1"),
    ],
)
def test_a_bundle_without_a_template_is_named(tmp_path: Path, files: dict[str, Any], message: str) -> None:
    with pytest.raises(ChatTemplateError, match=message):
        ChatTemplate.load(bundle(tmp_path, files))


def test_a_template_that_is_not_listed_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text(ECHO, encoding="utf-8")
    with pytest.raises(ChatTemplateError, match="lists no"):
        ChatTemplate.load(bundle(tmp_path, {"model.onnx": "x"}))
