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
    "best_threshold",
    "class_figures",
    "expected_calibration_error",
    "fit_platt",
    "fit_softmax",
    "softmax",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NEWTON_STEPS = 50
CALIBRATION_BINS = 15
BIAS_PULL = 1e-3


class PlattScaling(NamedTuple):
    """p(label | z) = sigmoid(z / temperature + bias); prior is the rate of the label where it was fitted."""

    temperature: float
    bias: float
    prior: float

    def probability(self, logits: Floats) -> Floats:
        """Calibrated probability of each logit, same shape."""
        return _sigmoid(logits / self.temperature + self.bias)


class ClassFigures(NamedTuple):
    """One label on one test set; support counts the rows that carry it."""

    precision: float
    recall: float
    f1: float
    support: int


def fit_platt(logits: Floats, labels: Flags) -> PlattScaling:
    """Maximum-likelihood slope and bias by Newton's method with Platt's targets (Platt 1999), logits and labels [rows].

    The targets stop short of 0 and 1, by one row each, so that logits which separate the label perfectly still get a finite slope.

    Raises:
        ValueError: the label is constant, or larger logits do not make it likelier.
    """
    if labels.all() or not labels.any():
        raise ValueError(f"label is constant over {len(labels)} rows; calibrate on rows with and without it")
    positives = int(labels.sum())
    targets = np.where(labels, (positives + 1) / (positives + 2), 1 / (len(labels) - positives + 2))
    design = np.stack([logits, np.ones_like(logits)], axis=1)
    weights = np.array([1.0, 0.0])
    cost = _cross_entropy(design @ weights, targets)
    for _ in range(NEWTON_STEPS):
        probability = _sigmoid(design @ weights)
        gradient = design.T @ (probability - targets)
        curvature = (design * (probability * (1 - probability))[:, None]).T @ design
        step = np.linalg.solve(curvature, gradient)
        while _cross_entropy(design @ (weights - step), targets) > cost and np.abs(step).max() > 1e-12:
            step = step / 2
        weights = weights - step
        cost = _cross_entropy(design @ weights, targets)
        if np.abs(step).max() < 1e-10:
            break
    slope, bias = float(weights[0]), float(weights[1])
    if slope <= 0.0:
        raise ValueError(f"fitted slope is {slope:.3g}; the logits do not predict the label, train longer")
    return PlattScaling(1.0 / slope, bias, float(labels.mean()))


def best_threshold(probability: Floats, labels: Flags) -> float:
    """The probability from which on saying yes gives the highest F1; both [rows].

    It lies half way, in the log-odds, between the last row that is admitted and the first that is not.
    """
    order = np.argsort(-probability, kind="stable")
    descending = probability[order]
    f1 = 2 * np.cumsum(labels[order]) / (np.arange(1, len(order) + 1) + labels.sum())
    # A threshold admits all rows of equal probability, so only the last of each run is a possible cut.
    f1[:-1][descending[:-1] == descending[1:]] = -1.0
    last = int(np.argmax(f1))
    edges = np.clip(descending[last : last + 2], 1e-12, 1 - 1e-12)
    half_way = float(_sigmoid(np.mean(np.log(edges) - np.log1p(-edges))))
    return min(half_way, float(descending[last]))


def class_figures(said: Flags, labels: Flags) -> ClassFigures:
    """Figures of one label; precision is 0 when yes is never said."""
    hits, support = int((said & labels).sum()), int(labels.sum())
    precision = hits / max(1, int(said.sum()))
    recall = hits / max(1, support)
    f1 = 2 * hits / max(1, int(said.sum()) + support)
    return ClassFigures(precision, recall, f1, support)


def softmax(logits: Floats) -> Floats:
    """Probabilities [rows, classes] that sum to one per row."""
    return np.exp(logits - np.logaddexp.reduce(logits, axis=1, keepdims=True))


def fit_softmax(logits: Floats, labels: Flags) -> tuple[float, Floats]:
    """Maximum-likelihood temperature, and one bias per class, by Newton's method; logits and one-hot labels [rows, classes].

    The biases are fitted with a weak pull to zero, since adding a constant to all of them changes nothing.

    Raises:
        ValueError: larger logits do not make a class likelier.
    """
    rows, classes = logits.shape
    # Short of 0 and 1 for the same reason as in `fit_platt`.
    targets = (labels + 1 / rows) / (1 + classes / rows)
    weights = np.zeros(classes + 1)
    weights[0] = 1.0
    for _ in range(NEWTON_STEPS):
        probability = softmax(weights[0] * logits + weights[1:])
        residual = probability - targets
        gradient = np.concatenate([[(residual * logits).sum()], residual.sum(axis=0) + BIAS_PULL * weights[1:]])
        # Row by row the design of class c is (logit of c, unit vector of c).
        design = np.zeros((rows, classes, classes + 1))
        design[:, :, 0] = logits
        design[:, np.arange(classes), np.arange(1, classes + 1)] = 1.0
        mean = np.einsum("rc,rcp->rp", probability, design)
        curvature = np.einsum("rc,rcp,rcq->pq", probability, design, design) - mean.T @ mean
        curvature[np.arange(1, classes + 1), np.arange(1, classes + 1)] += BIAS_PULL
        step = np.linalg.solve(curvature, gradient)
        weights = weights - step
        if np.abs(step).max() < 1e-10:
            break
    if weights[0] <= 0.0:
        raise ValueError(f"fitted slope is {weights[0]:.3g}; the logits do not predict the class, train longer")
    return float(1.0 / weights[0]), weights[1:]


def expected_calibration_error(probability: Floats, labels: Flags) -> float:
    """Mean gap between probability and rate over equal-width bins, weighted by rows; all labels pooled."""
    flat, truth = probability.ravel(), labels.ravel()
    bins = np.minimum((flat * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    gaps = [abs(flat[bins == index].sum() - truth[bins == index].sum()) for index in range(CALIBRATION_BINS)]
    return float(sum(gaps) / len(flat))


def _sigmoid(log_odds: Floats) -> Floats:
    return np.exp(-np.logaddexp(0.0, -log_odds))


def _cross_entropy(log_odds: Floats, targets: Floats) -> float:
    return float((np.logaddexp(0.0, log_odds) - targets * log_odds).sum())
