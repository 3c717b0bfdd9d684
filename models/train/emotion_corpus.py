"""Emotion corpora: rows of text with a multi-hot label vector, no text both in training and in what figures are taken on.

Knows the corpora and their files; knows nothing of tokens, tensors or training.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..encoder_labels import EMOTIONS

__all__ = ["Corpus", "EmotionCorpora", "load_emotion_corpora", "sample_majority"]

MAJORITY = ("joy", "neutral")


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
class EmotionCorpora:
    """What is trained on; `test` is what thresholds and figures come from; `elsewhere` is a corpus that training never saw."""

    train: Corpus
    test: Corpus
    elsewhere: Corpus


def load_emotion_corpora(folder: Path) -> EmotionCorpora:
    """Read GoEmotions (train, development) and XED under `folder`/emotion7.

    Training texts are kept once, and only when their normalised form is not among the development texts. XED, lines of film
    subtitles labelled by other rules, is not trained on and shows how far the reading carries.

    Raises:
        OSError: a corpus file cannot be read.
        ValueError: a row lacks a known label; the message names the file and the line.
    """
    source = folder / "emotion7"
    test = _read("goemotions", source / "goemotions_dev.jsonl")
    train = _read("goemotions", source / "goemotions_train.jsonl")
    return EmotionCorpora(_without(train, {_normalise(text) for text in test.texts}), test, _read("xed", source / "xed_train.jsonl"))


def sample_majority(corpus: Corpus, rate: float, generator: np.random.Generator) -> Corpus:
    """Every row with a rare emotion, and of the rows with joy or neutral alone the share `rate`, drawn anew at each call."""
    majority = [EMOTIONS.index(name) for name in MAJORITY]
    rare = np.delete(corpus.labels, majority, axis=1).max(axis=1) > 0
    return corpus.take(np.flatnonzero(rare | (generator.random(len(corpus.texts)) < rate)))


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
