"""Random checkpoints of real architectures, two layers deep, with a tokenizer trained on the spot. Run with `python -P` only (ADR 0001).

Weights are drawn wide, so that the logits are as far apart as a trained model's: near-uniform ones would agree with anything.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from eqnegotiator.models.parity_text import CONVERSATIONS
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    AutoModelForCausalLM,
    Gemma2Config,
    Gemma3TextConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    OPTConfig,
    Phi3Config,
    PretrainedConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
    Qwen3Config,
    SmolLM3Config,
)

VOCABULARY = 512
SPECIAL = ("<pad>", "<s>", "</s>", "<|im_start|>", "<|im_end|>")
PAD, BOS, EOS, IM_START, IM_END = range(len(SPECIAL))
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n{{ message['content'] }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
_COMMON: dict[str, Any] = {
    "vocab_size": VOCABULARY, "hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "max_position_embeddings": 256,
    "initializer_range": 0.15, "bos_token_id": BOS, "eos_token_id": [IM_END, EOS], "pad_token_id": PAD,
}  # fmt: skip
_GROUPED = _COMMON | {"num_key_value_heads": 2, "intermediate_size": 128}
_LLAMA3_ROPE = {
    "rope_type": "llama3", "factor": 4.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 64,
}  # fmt: skip
_LONG_ROPE = {
    "type": "longrope", "short_factor": [1.0 + 0.1 * i for i in range(8)], "long_factor": [2.0 + i for i in range(8)],
}  # fmt: skip
_FINAL_NORMS = ("model.norm.weight", "transformer.ln_f.weight", "gpt_neox.final_layer_norm.weight", "model.decoder.final_layer_norm.weight")
_GEMMA = _GROUPED | {"head_dim": 32, "query_pre_attn_scalar": 24, "sliding_window": 24}

CHECKPOINTS: dict[str, Callable[[], PretrainedConfig]] = {
    "llama": lambda: LlamaConfig(**_GROUPED, tie_word_embeddings=False, rope_scaling=_LLAMA3_ROPE),
    "qwen2": lambda: Qwen2Config(**_GROUPED, tie_word_embeddings=True, use_sliding_window=False, sliding_window=16),
    "qwen3": lambda: Qwen3Config(**_GROUPED, head_dim=32, tie_word_embeddings=True),
    "gemma2": lambda: Gemma2Config(**_GEMMA, final_logit_softcapping=10.0, attn_logit_softcapping=20.0),
    "gemma3": lambda: Gemma3TextConfig(
        **(_GEMMA | {"num_hidden_layers": 6}), sliding_window_pattern=6, rope_local_base_freq=5000.0, rope_theta=100000.0
    ),
    "smollm3": lambda: SmolLM3Config(**(_GROUPED | {"num_hidden_layers": 4}), no_rope_layer_interval=2, use_sliding_window=False),
    "phi3": lambda: Phi3Config(**_GROUPED, sliding_window=40, original_max_position_embeddings=256),
    "phi3_long": lambda: Phi3Config(**_GROUPED, sliding_window=None, original_max_position_embeddings=128, rope_scaling=_LONG_ROPE),
    "gpt2": lambda: GPT2Config(
        vocab_size=VOCABULARY, n_embd=64, n_layer=2, n_head=4, n_positions=256, initializer_range=0.15, bos_token_id=BOS, eos_token_id=EOS
    ),
    "gpt_neox": lambda: GPTNeoXConfig(**_COMMON, intermediate_size=128, tie_word_embeddings=False),
    "opt": lambda: OPTConfig(
        vocab_size=VOCABULARY, hidden_size=64, word_embed_proj_dim=64, num_hidden_layers=2, num_attention_heads=4, ffn_dim=128,
        max_position_embeddings=256, init_std=0.15, bos_token_id=BOS, eos_token_id=EOS, pad_token_id=PAD,
    ),
}  # fmt: skip


def write_checkpoint(folder: Path, family: str, *, licence: str | None = "apache-2.0", **changes: Any) -> Path:
    """A Hugging Face folder of one family: weights, configuration, tokenizer, chat template and, with a licence, a model card.

    changes: of the configuration.
    """
    torch.manual_seed(0)
    config = CHECKPOINTS[family]()
    for key, value in changes.items():
        setattr(config, key, value)
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # Norms at exactly one and biases at exactly zero would hide a graph that forgets them.
            if "norm" in name or "ln_" in name or name.endswith("bias"):
                parameter.add_(0.1 * torch.randn_like(parameter))
            if name in _FINAL_NORMS:
                parameter.add_(1.5)
    model.save_pretrained(folder)
    write_tokenizer(folder)
    if licence is not None:
        (folder / "README.md").write_text(f"---\nlicense: {licence}\n---\n# {family}\nRandom weights.\n", encoding="utf-8")
    return folder


def write_tokenizer(folder: Path) -> None:
    """A small byte-level BPE, saved as Hugging Face saves one."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    texts = [message["content"] for conversation in CONVERSATIONS for message in conversation]
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=list(SPECIAL), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, bos_token="<s>", eos_token="<|im_end|>", pad_token="<pad>")
    fast.chat_template = CHAT_TEMPLATE
    fast.save_pretrained(folder)


def edit_json(path: Path, **changes: Any) -> None:
    """Change keys of a JSON file; `...` removes one."""
    document = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({key: value for key, value in document.items() if value is not ...}), encoding="utf-8")
