"""A Hugging Face checkpoint of a shape with random weights: `python -P -m eqnegotiator.bench.random_checkpoint SHAPE FOLDER` (ADR 0001)."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

import torch
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM

from ..models.bundle import bundled
from .peer_shapes import SHAPES, Shape

_CLASSES: Final = {"llama": (LlamaConfig, LlamaForCausalLM), "qwen2": (Qwen2Config, Qwen2ForCausalLM)}
_TEMPLATE: Final = (
    "{% for message in messages %}<s>{{ message['role'] }}\n{{ message['content'] }}</s>\n{% endfor %}"
    "{% if add_generation_prompt %}<s>assistant\n{% endif %}"
)
_CARD: Final = "---\nlicense: apache-2.0\n---\nRandom weights, to measure speed with.\n"


def write(shape: Shape, folder: Path) -> None:
    """Weights in bfloat16, the bundled model's tokenizer and a chat template, so that every exporter finds what it looks for."""
    configuration: Any
    model: Any
    configuration, model = _CLASSES[shape.type]
    torch.manual_seed(0)
    config = configuration(
        num_hidden_layers=shape.layers, hidden_size=shape.hidden, num_attention_heads=shape.heads, num_key_value_heads=shape.kv_heads,
        intermediate_size=shape.intermediate, vocab_size=shape.vocabulary, rope_theta=shape.rope_theta, rms_norm_eps=1e-6,
        max_position_embeddings=shape.context, tie_word_embeddings=True, bos_token_id=1, eos_token_id=2, pad_token_id=0,
    )  # fmt: skip
    model(config).to(torch.bfloat16).save_pretrained(folder)
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call,unused-ignore]
        tokenizer_file=str(bundled("slm") / "tokenizer.json"), bos_token="<s>", eos_token="</s>", pad_token="<pad>"
    )
    tokenizer.chat_template = _TEMPLATE
    tokenizer.save_pretrained(folder)
    (folder / "README.md").write_text(_CARD, encoding="utf-8")


if __name__ == "__main__":
    write(SHAPES[sys.argv[1]], Path(sys.argv[2]))
