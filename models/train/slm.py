"""Train the bundled SLM from scratch: `python -P -m eqnegotiator.models.train.slm --corpora DIR --work DIR`.

Stages, each resumable: text -> BPE tokenizer -> token cache -> train (checkpoints) -> Hugging Face folder for `export`.
The model is a Llama (GQA, tied embedding). General dialogue comes from openly licensed corpora (a small share of every batch,
so that customers' own words are no strangers); the domain comes from `corpus.py`.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from eqnegotiator.models.prompt import BOS, EOS, PAD, SPEAKER_AGENT, SPEAKER_CUSTOMER, render, special_tokens
from eqnegotiator.models.train.corpus import samples
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast

VOCABULARY: Final = 4096
CONTEXT: Final = 256
DOMAIN_SAMPLES: Final = 120_000
GENERAL_SHARE: Final = 0.12
# The reply is what the model is for; what people said before it is learnt too, at a lower weight.
WEIGHT_REPLY: Final = 1.0
WEIGHT_CONTEXT: Final = 0.15
_GENERAL: Final = ("p4g.jsonl", "casino_train.jsonl", "taskmaster4.jsonl", "sgd_train.jsonl", "cucom_ecommerce.jsonl")
_AGENT_ROLES: Final = {"agent", "assistant", "persuader", "system", "SYSTEM", "mturk_agent_1"}


def general_text(corpora: Path, limit: int, seed: int) -> list[str]:
    """Windows of openly licensed dialogues as `<s><customer>...<agent>...</s>`, at most `limit`."""
    rng = random.Random(seed)
    windows = []
    for name in _GENERAL:
        with (corpora / "dialogue" / name).open(encoding="utf-8") as lines:
            for line in lines:
                turns = json.loads(line)["turns"]
                for start in range(0, max(1, len(turns) - 2), 4):
                    spoken = (
                        (SPEAKER_AGENT if turn["role"] in _AGENT_ROLES else SPEAKER_CUSTOMER) + turn["text"].strip()
                        for turn in turns[start : start + 3]
                    )
                    windows.append(BOS + "".join(spoken) + EOS)
    rng.shuffle(windows)
    return [window for window in windows if len(window) < 600][:limit]


def train_tokenizer(texts: Iterator[str]) -> Tokenizer:
    """Byte-level BPE whose first ids are the style's special tokens."""
    tokenizer = Tokenizer(models.BPE())
    # Digits stand alone, so that banning them at the sampler takes no words away.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=special_tokens(), initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def encode_domain(tokenizer: Tokenizer, count: int, seed: int, *, held_out: bool) -> list[tuple[np.ndarray, int]]:
    """`count` samples as (ids, index where the reply starts)."""
    drawn = list(islice(samples(seed, held_out=held_out), count))
    prompts = tokenizer.encode_batch([render(sample.plan) for sample in drawn])
    replies = tokenizer.encode_batch([sample.reply + EOS for sample in drawn])
    return [
        (np.array(prompt.ids + reply.ids, dtype=np.int32)[:CONTEXT], len(prompt.ids))
        for prompt, reply in zip(prompts, replies, strict=True)
    ]


def batches(
    domain: list[tuple[np.ndarray, int]], general: list[np.ndarray], tokens_per_batch: int, seed: int
) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Endless length-bucketed batches: ids [B, T] (padded) and loss weights [B, T] (weight of predicting that token)."""
    rng = random.Random(seed)
    pad = 0
    while True:
        pool = [(ids, start) for ids, start in rng.sample(domain, min(8192, len(domain)))]
        pool += [(ids, -1) for ids in rng.sample(general, min(int(len(pool) * GENERAL_SHARE), len(general)))]
        pool.sort(key=lambda item: len(item[0]))
        groups: list[list[tuple[np.ndarray, int]]] = [[]]
        for item in pool:
            if (len(groups[-1]) + 1) * len(item[0]) > tokens_per_batch:
                groups.append([])
            groups[-1].append(item)
        rng.shuffle(groups)
        for group in groups:
            longest = max(len(ids) for ids, _ in group)
            ids = np.full((len(group), longest), pad, dtype=np.int64)
            weights = np.zeros((len(group), longest), dtype=np.float32)
            for row, (tokens, start) in enumerate(group):
                ids[row, : len(tokens)] = tokens
                weights[row, 1 : len(tokens)] = WEIGHT_CONTEXT
                if start >= 0:
                    weights[row, start : len(tokens)] = WEIGHT_REPLY
            yield torch.from_numpy(ids), torch.from_numpy(weights)


def build_model() -> LlamaForCausalLM:
    """5.8 M parameters: 6 layers, 256 wide, 4 query and 2 key-value heads, tied embedding."""
    config = LlamaConfig(
        vocab_size=VOCABULARY, hidden_size=256, intermediate_size=768, num_hidden_layers=6, num_attention_heads=4, num_key_value_heads=2,
        head_dim=64, max_position_embeddings=CONTEXT, rms_norm_eps=1e-5, rope_theta=10000.0, tie_word_embeddings=True,
        pad_token_id=0, bos_token_id=1, eos_token_id=2, attention_bias=False, initializer_range=0.03,
    )  # fmt: skip
    return LlamaForCausalLM(config)


def loss_of(model: LlamaForCausalLM, ids: torch.Tensor, weights: torch.Tensor) -> torch.Tensor:
    """Weighted cross-entropy per token. Right padding needs no mask under causal attention: nothing real looks at it."""
    logits = model(input_ids=ids, use_cache=False).logits[:, :-1]
    losses = torch.nn.functional.cross_entropy(logits.reshape(-1, logits.size(-1)), ids[:, 1:].reshape(-1), reduction="none")
    weight = weights[:, 1:].reshape(-1)
    return (losses * weight).sum() / weight.sum()


def learning_rate(step: int, steps: int, peak: float) -> float:
    """Warm up for 100 steps, hold, then decay over the last 40 % (so a run can be extended before it decays)."""
    if step < 100:
        return peak * (step + 1) / 100
    decay_from = int(steps * 0.6)
    if step < decay_from:
        return peak
    done = (step - decay_from) / max(1, steps - decay_from)
    return peak * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))


@torch.no_grad()
def validate(model: LlamaForCausalLM, held: list[tuple[np.ndarray, int]]) -> float:
    """Perplexity of the replies to plans whose wordings are all held out."""
    model.eval()
    total = count = 0.0
    for start in range(0, len(held), 64):
        group = held[start : start + 64]
        longest = max(len(ids) for ids, _ in group)
        ids = np.zeros((len(group), longest), dtype=np.int64)
        weights = np.zeros((len(group), longest), dtype=np.float32)
        for row, (item, reply_at) in enumerate(group):
            ids[row, : len(item)], weights[row, reply_at : len(item)] = item, 1.0
        loss = loss_of(model, torch.from_numpy(ids), torch.from_numpy(weights))
        total, count = total + loss.item() * weights.sum(), count + weights.sum()
    model.train()
    return math.exp(total / count)


def train(work: Path, corpora: Path, steps: int, tokens_per_batch: int, peak: float, seed: int) -> None:
    """Train, with a checkpoint every 200 steps; continues from the newest one."""
    work.mkdir(parents=True, exist_ok=True)
    tokenizer_file = work / "tokenizer.json"
    if not tokenizer_file.exists():
        drawn = (render(sample.plan) + sample.reply for sample in islice(samples(seed, held_out=False), 60_000))
        dialogue = general_text(corpora, 12_000, seed)
        train_tokenizer(text for source in (drawn, dialogue) for text in source).save(str(tokenizer_file))
    tokenizer = Tokenizer.from_file(str(tokenizer_file))
    domain = encode_domain(tokenizer, DOMAIN_SAMPLES, seed, held_out=False)
    held = encode_domain(tokenizer, 600, seed + 1, held_out=True)
    general = [np.array(item.ids[:CONTEXT], dtype=np.int32) for item in tokenizer.encode_batch(general_text(corpora, 40_000, seed))]

    torch.manual_seed(seed)
    model = build_model()
    decayed = [p for p in model.parameters() if p.dim() >= 2]
    others = [p for p in model.parameters() if p.dim() < 2]
    optimizer = torch.optim.AdamW(
        [{"params": decayed, "weight_decay": 0.05}, {"params": others, "weight_decay": 0.0}], lr=peak, betas=(0.9, 0.98), eps=1e-9
    )
    first, spent = 0, 0.0
    checkpoint_file = work / "checkpoint.pt"
    if checkpoint_file.exists():
        state = torch.load(checkpoint_file, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        first, spent = state["step"], state["seconds"]
    # A resumed run draws fresh batches rather than replaying the ones it has seen.
    stream = batches(domain, general, tokens_per_batch, seed + first)
    parameters = sum(p.numel() for p in model.parameters())
    print(json.dumps({"parameters": parameters, "domain": len(domain), "general": len(general), "from_step": first}), flush=True)
    started, tokens = time.monotonic(), 0
    for step in range(first, steps):
        ids, weights = next(stream)
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak)
        loss = loss_of(model, ids, weights)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        tokens += ids.numel()
        if step % 50 == 0:
            print(
                json.dumps(
                    {"step": step, "loss": round(loss.item(), 4), "tokens_per_second": round(tokens / (time.monotonic() - started))}
                ),
                flush=True,
            )
        if (step + 1) % 200 == 0 or step + 1 == steps:
            seconds = spent + time.monotonic() - started
            print(
                json.dumps({"step": step + 1, "held_out_perplexity": round(validate(model, held), 3), "seconds": round(seconds)}),
                flush=True,
            )
            _save(checkpoint_file, {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1, "seconds": seconds})
    write_hugging_face(work / "hf", model, tokenizer_file)
    perplexity = validate(model, held)
    (work / "training.json").write_text(json.dumps({
        "parameters": parameters, "steps": steps, "tokens_per_batch": tokens_per_batch, "peak_learning_rate": peak, "seed": seed,
        "seconds": round(spent + time.monotonic() - started), "held_out_perplexity": round(perplexity, 3),
        "held_out": "plans and customer utterances whose wordings (one line in ten of every section) are in no training sample",
    }, indent=2))  # fmt: skip


def _save(path: Path, state: dict[str, Any]) -> None:
    partial = path.with_suffix(".partial")
    torch.save(state, partial)
    partial.replace(path)


def write_hugging_face(folder: Path, model: LlamaForCausalLM, tokenizer_file: Path) -> None:
    """The model and its tokenizer as `transformers` loads them."""
    model.save_pretrained(folder)
    PreTrainedTokenizerFast(tokenizer_file=str(tokenizer_file), pad_token=PAD, bos_token=BOS, eos_token=EOS).save_pretrained(folder)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpora", type=Path, required=True, help="unpacked corpora.tar.xz")
    parser.add_argument("--work", type=Path, required=True, help="checkpoints and the result, outside the repository")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--tokens-per-batch", type=int, default=4096)
    parser.add_argument("--peak-learning-rate", type=float, default=2e-3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    train(arguments.work, arguments.corpora, arguments.steps, arguments.tokens_per_batch, arguments.peak_learning_rate, arguments.seed)


if __name__ == "__main__":
    main()
