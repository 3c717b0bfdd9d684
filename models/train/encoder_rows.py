"""Rows for training: text, context and labels of all heads, where a corpus may leave heads unlabelled.

Knows corpora, the utterance bank and how speech and haste distort writing; knows nothing of tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..encoder_input import Turn
from ..encoder_labels import EMOTIONS, HEADS, INTENTS, TACTICS
from .emotion_corpus import Corpus
from .utterance_bank import Pattern, Utterance, expand

__all__ = ["COLUMNS", "LABELS", "Rows", "bank_rows", "distorted", "emotion_rows", "joined", "rows_of", "taken"]

LABELS = tuple((head, name) for head, names in HEADS.items() for name in names)
COLUMNS = {head: slice(start, start + len(names)) for start, (head, names) in zip((0, 7, 29), HEADS.items(), strict=True)}
FAMILY_WORDINGS, LINE_WORDINGS = 1, 2
"""How often an epoch has a line of a template family, in a random wording, and a single line, differently distorted."""
CONTEXT_DROPPED, CONTEXT_LENT = 0.25, 0.3
TRANSCRIPT_SHARE, TYPO_SHARE = 0.2, 0.15


class Rows(NamedTuple):
    """`labels` and `known` are [rows, 35], columns in the order of LABELS; what is not known counts for no loss."""

    texts: list[str]
    contexts: list[tuple[Turn, ...]]
    labels: NDArray[np.float32]
    known: NDArray[np.float32]


def emotion_rows(corpus: Corpus) -> Rows:
    """A corpus that labels emotions only."""
    labels = np.zeros((len(corpus.texts), len(LABELS)), dtype=np.float32)
    known = np.zeros_like(labels)
    labels[:, COLUMNS["emotion"]] = corpus.labels
    known[:, COLUMNS["emotion"]] = 1.0
    return Rows(list(corpus.texts), [()] * len(corpus.texts), labels, known)


def rows_of(utterances: Sequence[Utterance]) -> Rows:
    """Utterances labelled for all heads."""
    labels = np.zeros((len(utterances), len(LABELS)), dtype=np.float32)
    for row, utterance in enumerate(utterances):
        for head, said, names in (
            ("emotion", utterance.emotions, EMOTIONS),
            ("intent", utterance.intents, INTENTS),
            ("tactic", (utterance.tactic,), TACTICS),
        ):
            labels[row, [COLUMNS[head].start + names.index(name) for name in said]] = 1.0
    return Rows([one.text for one in utterances], [one.context for one in utterances], labels, np.ones_like(labels))


def bank_rows(patterns: Sequence[Pattern], generator: np.random.Generator) -> Rows:
    """One epoch of the bank: fresh wordings, some of them distorted, contexts dropped and lent.

    Where the tactic is none, a context is left out at times, and lines without one get what an agent said elsewhere, so that
    a context by itself tells nothing.
    """
    agent_turns = [turn for pattern in patterns for turn in expand(pattern, generator).context if turn.speaker == "agent"]
    utterances = []
    for pattern in patterns:
        single = pattern.family == pattern.text
        for _ in range(LINE_WORDINGS if single else FAMILY_WORDINGS):
            said = expand(pattern, generator)
            context = said.context
            if context and said.tactic == "none" and generator.random() < CONTEXT_DROPPED:
                context = ()
            elif not context and agent_turns and generator.random() < CONTEXT_LENT:
                context = (agent_turns[int(generator.integers(len(agent_turns)))],)
            utterances.append(replace(said, text=distorted(said.text, generator), context=context))
    return rows_of(utterances)


def distorted(text: str, generator: np.random.Generator) -> str:
    """The text as typed, or as a speech recogniser writes it (no marks), or with a slip of the fingers in a word."""
    draw = generator.random()
    if draw < TRANSCRIPT_SHARE:
        kept = "".join(letter for letter in text.lower() if letter.isalnum() or letter in " '£$%/")
        return " ".join(kept.split()) or text
    if draw < TRANSCRIPT_SHARE + TYPO_SHARE:
        words = text.split(" ")
        long_words = [index for index, word in enumerate(words) if word.isalpha() and len(word) > 3]
        if long_words:
            index = long_words[int(generator.integers(len(long_words)))]
            words[index] = _slip(words[index], generator)
            return " ".join(words)
    return text


def joined(parts: Sequence[Rows]) -> Rows:
    """Rows of several corpora, one behind the other."""
    return Rows(
        [text for part in parts for text in part.texts],
        [context for part in parts for context in part.contexts],
        np.concatenate([part.labels for part in parts]),
        np.concatenate([part.known for part in parts]),
    )


def taken(rows: Rows, chosen: Sequence[int]) -> Rows:
    """The rows with these numbers, in their order."""
    return Rows([rows.texts[row] for row in chosen], [rows.contexts[row] for row in chosen], rows.labels[chosen], rows.known[chosen])


def _slip(word: str, generator: np.random.Generator) -> str:
    """A letter left out, doubled, or swapped with the next."""
    at = int(generator.integers(1, len(word) - 1))
    kind = int(generator.integers(3))
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + word[at] + word[at:]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
