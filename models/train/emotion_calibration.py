"""Calibration and figures of merit for independent yes/no labels. Arrays in, numbers out.

Knows logits and labels; knows nothing of models, corpora or files.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "ClassFigures",
    "PlattScaling",
    "average_precision",
    "best_threshold",
    "class_figures",
    "expected_calibration_error",
    "fit_platt",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEWTON_STEPS = 50
CALIBRATION_BINS = 15


class PlattScaling(NamedTuple):
    """p(label | z) = sigmoid(z / temperature + bias); prior is the rate of the label where it was fitted."""

    temperature: float
    bias: float
    prior: float

    def probability(self, logits: Floats) -> Floats:
        """Calibrated probability of each logit, same shape."""
        return np.exp(-np.logaddexp(0.0, -(logits / self.temperature + self.bias)))


class ClassFigures(NamedTuple):
    """One label on one test set; support counts the rows that carry it."""

    precision: float
    recall: float
    f1: float
    average_precision: float
    support: int


def fit_platt(logits: Floats, labels: Flags) -> PlattScaling:
    """Maximum-likelihood slope and bias by Newton's method (Platt 1999), logits and labels [rows].

    At the maximum the mean probability equals the rate of the label, so dividing by `prior` is consistent.

    Raises:
        ValueError: the label is constant, or larger logits do not make it likelier.
    """
    if labels.all() or not labels.any():
        raise ValueError(f"label is constant over {len(labels)} rows; calibrate on rows with and without it")
    design = np.stack([logits, np.ones_like(logits)], axis=1)
    weights = np.array([1.0, 0.0])
    for _ in range(NEWTON_STEPS):
        probability = np.exp(-np.logaddexp(0.0, -design @ weights))
        gradient = design.T @ (probability - labels)
        curvature = (design * (probability * (1 - probability))[:, None]).T @ design
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    slope, bias = float(weights[0]), float(weights[1])
    if slope <= 0.0:
        raise ValueError(f"fitted slope is {slope:.3g}; the logits do not predict the label, train longer")
    return PlattScaling(1.0 / slope, bias, float(labels.mean()))


def best_threshold(probability: Floats, labels: Flags) -> float:
    """The probability from which on saying yes gives the highest F1; both [rows]."""
    order = np.argsort(-probability, kind="stable")
    descending = probability[order]
    f1 = 2 * np.cumsum(labels[order]) / (np.arange(1, len(order) + 1) + labels.sum())
    # A threshold admits all rows of equal probability, so only the last of each run is a possible cut.
    f1[:-1][descending[:-1] == descending[1:]] = -1.0
    return float(descending[int(np.argmax(f1))])


def average_precision(score: Floats, labels: Flags) -> float:
    """Mean of the precision at each positive row in descending order of score; nan without a positive row."""
    order = np.argsort(-score, kind="stable")
    relevant = labels[order]
    if not relevant.any():
        return float("nan")
    precision = np.cumsum(relevant) / np.arange(1, len(relevant) + 1)
    return float(precision[relevant].mean())


def class_figures(probability: Floats, labels: Flags, threshold: float) -> ClassFigures:
    """Figures of one label at a threshold; precision is 0 when yes is never said."""
    said = probability >= threshold
    hits, support = int((said & labels).sum()), int(labels.sum())
    precision = hits / max(1, int(said.sum()))
    recall = hits / max(1, support)
    f1 = 2 * hits / max(1, int(said.sum()) + support)
    return ClassFigures(precision, recall, f1, average_precision(probability, labels), support)


def expected_calibration_error(probability: Floats, labels: Flags) -> float:
    """Mean gap between probability and rate over equal-width bins, weighted by rows; all labels pooled."""
    flat, truth = probability.ravel(), labels.ravel()
    bins = np.minimum((flat * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [abs(flat[bins == index].sum() - truth[bins == index].sum()) for index in range(CALIBRATION_BINS)]
    return float(sum(gaps) / len(flat))
