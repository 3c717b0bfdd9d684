"""Emotion corpora: rows of text with a multi-hot label vector, split so that no text is on both sides.

Knows the three corpora and their files; knows nothing of tokens, tensors or training.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

__all__ = ["EMOTIONS", "Corpus", "Split", "epoch_rows", "load_split"]

EMOTIONS = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
MAJORITY = ("joy", "neutral")
# Rows that carry only a majority label are sampled anew each epoch at these rates, so that the rare emotions weigh more
# and every majority row still has a chance to be seen. Topical-Chat has one label per turn and is mostly small talk.
MAJORITY_RATE = {"goemotions": 0.5, "xed": 0.5, "topicalchat": 0.25}
XED_DEV_FRACTION = 0.1


@dataclass(frozen=True)
class Corpus:
    """Texts of one corpus and their labels, [rows, 7] in {0, 1}, columns in the order of EMOTIONS."""

    name: str
    texts: list[str]
    labels: NDArray[np.float32]

    def take(self, rows: NDArray[np.int64]) -> Corpus:
        """The corpus reduced to these row numbers, in their order."""
        return Corpus(self.name, [self.texts[row] for row in rows], self.labels[rows])


@dataclass(frozen=True)
class Split:
    """Training and development parts; equal names are the same corpus."""

    train: list[Corpus]
    dev: list[Corpus]


def load_split(folder: Path, seed: int) -> Split:
    """Read `emotion7/*.jsonl` under `folder` and split it.

    Development: goemotions_dev, a seeded tenth of XED, topicalchat_test_freq. A training text whose normalised form
    occurs in any development part is dropped, and repeated training texts are kept once.

    Raises:
        OSError: a corpus file cannot be read.
        ValueError: a row lacks a known label; the message names the file and the line.
    """
    source = folder / "emotion7"
    xed = _read("xed", source / "xed_train.jsonl")
    order = np.random.default_rng(seed).permutation(len(xed.texts))
    held_out = int(len(order) * XED_DEV_FRACTION)
    dev = [
        _read("goemotions", source / "goemotions_dev.jsonl"),
        xed.take(np.sort(order[:held_out])),
        _read("topicalchat", source / "topicalchat_test_freq.jsonl"),
    ]
    seen = {_normalise(text) for corpus in dev for text in corpus.texts}
    train = [
        _read("goemotions", source / "goemotions_train.jsonl"),
        xed.take(np.sort(order[held_out:])),
        _read("topicalchat", source / "topicalchat_valid_freq.jsonl"),
        _read("topicalchat", source / "topicalchat_valid_rare.jsonl"),
    ]
    return Split([_without(corpus, seen) for corpus in train], dev)


def epoch_rows(split: Split, seed: int, epoch: int) -> tuple[list[str], NDArray[np.float32]]:
    """Texts and labels [rows, 7] of one epoch: every row with a rare label, a fresh sample of the others."""
    generator = np.random.default_rng([seed, epoch])
    majority = [EMOTIONS.index(name) for name in MAJORITY]
    texts: list[str] = []
    labels = []
    for corpus in split.train:
        rare = np.delete(corpus.labels, majority, axis=1).max(axis=1) > 0
        kept = rare | (generator.random(len(corpus.texts)) < MAJORITY_RATE[corpus.name])
        sample = corpus.take(np.flatnonzero(kept))
        texts += sample.texts
        labels.append(sample.labels)
    return texts, np.concatenate(labels)


def _read(name: str, path: Path) -> Corpus:
    texts, labels = [], []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            row = json.loads(line)
            vector = [float(emotion in row["labels"]) for emotion in EMOTIONS]
            if sum(vector) != len(set(row["labels"])) or not any(vector):
                raise ValueError(f"{path}:{number}: labels {row['labels']!r} are not among {EMOTIONS}")
            texts.append(row["text"])
            labels.append(vector)
    return Corpus(name, texts, np.asarray(labels, dtype=np.float32))


def _normalise(text: str) -> str:
    return " ".join(text.lower().split())


def _without(corpus: Corpus, seen: set[str]) -> Corpus:
    """Rows whose normalised text is new; each kept text is added to `seen`."""
    rows = []
    for row, text in enumerate(corpus.texts):
        key = _normalise(text)
        if key not in seen:
            seen.add(key)
            rows.append(row)
    return corpus.take(np.asarray(rows, dtype=np.int64))
