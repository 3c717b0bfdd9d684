"""Small tokenizers, trained on the spot: byte-level (as GPT-2, Qwen, Llama-3 have) and SentencePiece-like (Gemma, Phi-3)."""

from __future__ import annotations

import functools
import json

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

TEXTS = [
    "I can offer {terms}. Would that help? We could look at it again later.",
    "Ich kann das schaffen, schöne Grüße aus Köln. Ça va très bien, merci à tous!",
    "أستطيع أن أدفع قليلا كل شهر، شكرا جزيلا لك",
    "मैं हर महीने थोड़ा भुगतान कर सकता हूँ, धन्यवाद।",
    "Good 👍🏽 family 👨‍👩‍👧‍👦 flag 🇩🇪 heart ❤️ tears 😢😢😢",
    "e\u0301 o\u0308 n\u0303 combining, 每月付款可以吗",
    "12 34 ٣٤ ५६ ¼ Ⅳ \uff13 五",
]
CONTROLS = ["<|end|>", "<|user|>", "</s>"]


@functools.cache
def byte_level() -> Tokenizer:
    """BPE over bytes; merges cross the borders of characters."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=500,
        show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        special_tokens=CONTROLS[:2],
    )
    tokenizer.train_from_iterator(TEXTS * 4, trainer)
    tokenizer.add_tokens([AddedToken("</s>", special=False), AddedToken("\n\n", special=False)])
    return tokenizer


@functools.cache
def sentencepiece_like() -> Tokenizer:
    """BPE over characters with `▁` for spaces; what it lacks comes as `<0xNN>`; the decoder drops the first space."""
    trained = Tokenizer(models.BPE(unk_token="<unk>"))
    trained.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trainer = trainers.BpeTrainer(vocab_size=300, limit_alphabet=60, show_progress=False, special_tokens=["<unk>", *CONTROLS[:2]])
    trained.train_from_iterator(TEXTS * 4, trainer)
    model = json.loads(trained.to_str())["model"]
    vocabulary: dict[str, int] = model["vocab"]
    for byte in range(256):
        vocabulary[f"<0x{byte:02X}>"] = len(vocabulary)
    merges = [tuple(merge) for merge in model["merges"]]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges, unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = trained.normalizer
    tokenizer.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(content=" ", left=1, right=0)]
    )
    tokenizer.add_special_tokens(["<unk>", *CONTROLS[:2]])
    tokenizer.add_tokens([AddedToken("</s>", special=False)])
    return tokenizer


@functools.cache
def metaspace() -> Tokenizer:
    """Whole words with `▁` before them; the decoder drops it from the first."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(prepend_scheme="always")
    tokenizer.train_from_iterator(TEXTS * 4, trainers.BpeTrainer(vocab_size=400, show_progress=False, special_tokens=CONTROLS[:2]))
    return tokenizer
