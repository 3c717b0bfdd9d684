"""Figures of heads: per class and macro, calibration, safety, confusion. Arrays in, numbers out."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ...models.train.label_calibration import CALIBRATION_BINS, ClassFigures, class_figures, expected_calibration_error
from .heads import Flags, Floats, Head

__all__ = [
    "NOTHING",
    "Calibration",
    "Confusion",
    "HeadFigures",
    "Reliability",
    "Safety",
    "SignalFigures",
    "calibration",
    "confusion",
    "head_figures",
    "reliability",
    "safety",
]

NOTHING: Final = "(nothing)"
"""Column of a confusion matrix: no label was said."""


class HeadFigures(NamedTuple):
    """macro_f1: mean of the classes' F1, each counting the same."""

    macro_f1: float
    classes: dict[str, ClassFigures]


class Calibration(NamedTuple):
    """Expected calibration error: mean gap between probability and rate over 15 bins of equal width, weighted by rows."""

    pooled: float
    labels: dict[str, float]


class Reliability(NamedTuple):
    """Per bin of equal width [15]: mean probability, rate of the label (both NaN where the bin is empty), rows."""

    probability: Floats
    rate: Floats
    rows: NDArray[np.int64]


class Confusion(NamedTuple):
    """counts [true labels, said labels]: rows with exactly one true label, by the likeliest of the labels that were said.

    columns: the labels, and NOTHING behind them where it occurs.
    """

    names: tuple[str, ...]
    columns: tuple[str, ...]
    counts: NDArray[np.int64]


class SignalFigures(NamedTuple):
    """One signal. missed: rows that carry it and do not raise it.

    recall: share of the rows with it that raise it. false_alarm_rate: share of the rows without any signal that raise it.
    """

    recall: float
    false_alarm_rate: float
    support: int
    missed: list[int]


class Safety(NamedTuple):
    """calm_rows: rows that carry none of the signals. false_alarms: those of them that raise one, whichever it is."""

    signals: dict[str, SignalFigures]
    calm_rows: int
    false_alarms: list[int]


def head_figures(head: Head) -> HeadFigures:
    """Precision, recall, F1 and support of each label."""
    classes = {name: class_figures(head.said[:, column], head.truth[:, column]) for column, name in enumerate(head.names)}
    return HeadFigures(float(np.mean([figures.f1 for figures in classes.values()])), classes)


def calibration(head: Head) -> Calibration:
    """Calibration error of all labels pooled, and of each."""
    labels = {
        name: expected_calibration_error(head.probability[:, column], head.truth[:, column]) for column, name in enumerate(head.names)
    }
    return Calibration(expected_calibration_error(head.probability, head.truth), labels)


def reliability(probability: Floats, truth: Flags) -> Reliability:
    """The bins behind `expected_calibration_error`, arrays of any but the same shape."""
    flat = probability.ravel()
    bins = np.minimum((flat * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    rows = np.bincount(bins, minlength=CALIBRATION_BINS)
    sums = [np.bincount(bins, weights=values.ravel(), minlength=CALIBRATION_BINS) for values in (flat, truth)]
    means = [np.divide(total, rows, out=np.full(CALIBRATION_BINS, np.nan), where=rows > 0) for total in sums]
    return Reliability(means[0], means[1], rows)


def confusion(head: Head) -> Confusion:
    """Rows with several true labels are left out: a label that is right beside another one is no confusion."""
    one = head.truth.sum(axis=1) == 1
    truth, said = head.truth[one].argmax(axis=1), head.said[one]
    size = len(head.names)
    top = np.where(said.any(axis=1), np.where(said, head.probability[one], -1.0).argmax(axis=1), size)
    counts = np.zeros((size, size + 1), dtype=np.int64)
    np.add.at(counts, (truth, top), 1)
    if counts[:, size].any():
        return Confusion(head.names, (*head.names, NOTHING), counts)
    return Confusion(head.names, head.names, counts[:, :size])


def safety(head: Head) -> Safety:
    """Recall and false alarms of each signal."""
    calm = ~head.truth.any(axis=1)
    signals = {}
    for column, name in enumerate(head.names):
        truth, said = head.truth[:, column], head.said[:, column]
        alarm_rate = int((said & calm).sum()) / max(1, int(calm.sum()))
        recall, support = class_figures(said, truth).recall, int(truth.sum())
        signals[name] = SignalFigures(recall, alarm_rate, support, np.flatnonzero(truth & ~said).tolist())
    return Safety(signals, int(calm.sum()), np.flatnonzero(calm & head.said.any(axis=1)).tolist())
