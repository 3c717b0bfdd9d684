"""What was to be understood beside what was: per head, arrays of one row per utterance.

Knows labels and what the understand stage returns; knows no figures.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...edge.understand import Understanding
from ...models.encoder_labels import EMOTIONS, INTENTS, SAFETY_INTENTS, TACTICS
from ...models.train.utterance_bank import Utterance

__all__ = ["Flags", "Floats", "Head", "Heads", "heads"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class Head(NamedTuple):
    """Arrays [rows, labels], columns in the order of `names`.

    truth: the label is among those written beside the line. said: the stage says so. probability: how likely it finds that.
    """

    names: tuple[str, ...]
    truth: Flags
    said: Flags
    probability: Floats


class Heads(NamedTuple):
    """signals: the intents of which nothing may be missed, said by `Understanding.signals`, whatever spoke for them."""

    emotion: Head
    intent: Head
    tactic: Head
    signals: Head


def heads(utterances: Sequence[Utterance], understood: Sequence[Understanding], emotion_threshold: Floats) -> Heads:
    """Pair labels and results, same order; `emotion_threshold` [7], in the order of EMOTIONS: from there on an emotion is said."""
    emotion = _probability(EMOTIONS, (one.emotion for one in understood))
    intents = [utterance.intents for utterance in utterances]
    probability = _probability(INTENTS, (one.intents for one in understood))
    return Heads(
        emotion=Head(EMOTIONS, _flags(EMOTIONS, [utterance.emotions for utterance in utterances]), emotion >= emotion_threshold, emotion),
        intent=Head(INTENTS, _flags(INTENTS, intents), _flags(INTENTS, [one.said for one in understood]), probability),
        tactic=Head(
            TACTICS,
            _flags(TACTICS, [(utterance.tactic,) for utterance in utterances]),
            _flags(TACTICS, [(one.tactic,) for one in understood]),
            _probability(TACTICS, (one.tactics for one in understood)),
        ),
        signals=Head(
            SAFETY_INTENTS,
            _flags(SAFETY_INTENTS, intents),
            _flags(SAFETY_INTENTS, [one.signals for one in understood]),
            probability[:, [INTENTS.index(name) for name in SAFETY_INTENTS]],
        ),
    )


def _flags(names: Sequence[str], members: Sequence[Collection[str]]) -> Flags:
    return np.array([[name in row for name in names] for row in members])


def _probability(names: Sequence[str], rows: Iterable[Mapping[str, float]]) -> Floats:
    return np.array([[row[name] for name in names] for row in rows], dtype=np.float64)
