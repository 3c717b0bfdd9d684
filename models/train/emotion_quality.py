"""Calibrates the quantised encoder and measures it against labels and against the model it was quantised from.

Knows the bundle as the appliance runs it and the development corpora; knows nothing of training or export.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..bundle import BundleError
from ..encoder import Encoder
from .emotion_calibration import (
    PlattScaling,
    best_threshold,
    class_figures,
    expected_calibration_error,
    fit_platt,
)
from .emotion_corpus import EMOTIONS, Split

__all__ = ["ParityError", "measure"]

log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Topical-Chat is by far the largest development set; the mixture for calibration follows that of training instead.
CALIBRATION_ROWS = {"topicalchat": 1000}
# What the bundle promises about quantisation. The largest single difference is a tail event; the decision rate and
# the macro F1 are what a user notices.
PARITY_MEAN_DIFFERENCE = 0.02
PARITY_AGREEMENT = 0.97
PARITY_F1_DROP = 0.01


class ParityError(BundleError):
    """The int8 graph differs too much from the fp32 model; nothing was written."""


def measure(
    split: Split, seed: int, encoder: Encoder, fp32_logits: Callable[[list[str]], Floats]
) -> tuple[list[PlattScaling], dict[str, Any]]:
    """Calibrate on one half of each development corpus, take the figures on the other half.

    Args:
        split: the corpora, of which the development parts are used.
        seed: of the halves.
        encoder: carries the identity calibration, so its log-odds are the int8 logits.
        fp32_logits: texts to logits [texts, 7] of the model before quantisation.

    Returns:
        One scaling per emotion, and the figures as the manifest shows them.

    Raises:
        ParityError: int8 and fp32 disagree beyond the constants above.
    """
    generator = np.random.default_rng([seed, 2])
    fit_logits, fit_labels = [], []
    halves: dict[str, tuple[Floats, Floats, Flags]] = {}
    for corpus in split.dev:
        order = generator.permutation(len(corpus.texts))
        fit, test = order[: len(order) // 2], order[len(order) // 2 :]
        fit_part = corpus.take(fit[: CALIBRATION_ROWS.get(corpus.name, len(fit))])
        test_part = corpus.take(test)
        fit_logits.append(_int8_logits(encoder, fit_part.texts))
        fit_labels.append(fit_part.labels > 0)
        halves[corpus.name] = (
            _int8_logits(encoder, test_part.texts),
            fp32_logits(test_part.texts),
            test_part.labels > 0,
        )
        log.info("measured %s", corpus.name)
    logits, labels = np.concatenate(fit_logits), np.concatenate(fit_labels)
    scaling = [fit_platt(logits[:, column], labels[:, column]) for column in range(len(EMOTIONS))]
    fitted = _probability(scaling, logits)
    threshold = [best_threshold(fitted[:, column], labels[:, column]) for column in range(len(EMOTIONS))]
    quality: dict[str, Any] = {
        "method": "int8 graph; calibrated and thresholds chosen on one half of each development corpus "
        "(Topical-Chat: 1000 rows), figures from the other half, which nothing was fitted to",
        "calibration_rows": len(labels),
        "corpora": {name: _figures(_probability(scaling, int8), truth, threshold) for name, (int8, _, truth) in halves.items()},
    }
    quality["parity"] = _parity(scaling, threshold, list(halves.values()))
    return scaling, quality


def _int8_logits(encoder: Encoder, texts: list[str]) -> Floats:
    """[texts, 7]; one text at a time as at run time, because dynamic int8 scales depend on what shares the batch."""
    probability = np.array([encoder.emotions(text).probability for text in texts])
    logits: Floats = np.log(probability) - np.log1p(-probability)
    return logits


def _probability(scaling: list[PlattScaling], logits: Floats) -> Floats:
    return np.stack([platt.probability(logits[:, column]) for column, platt in enumerate(scaling)], axis=1)


def _figures(probability: Floats, labels: Flags, threshold: list[float]) -> dict[str, Any]:
    classes = {name: class_figures(probability[:, column], labels[:, column], threshold[column]) for column, name in enumerate(EMOTIONS)}
    top = probability.argmax(axis=1)
    return {
        "rows": len(labels),
        "macro_f1": round(float(np.mean([figures.f1 for figures in classes.values()])), 4),
        "macro_average_precision": round(float(np.mean([figures.average_precision for figures in classes.values()])), 4),
        "top_1_among_labels": round(float(labels[np.arange(len(labels)), top].mean()), 4),
        "expected_calibration_error": round(expected_calibration_error(probability, labels), 4),
        "classes": {
            name: {
                "threshold": round(threshold[column], 4),
                **{field: round(value, 4) for field, value in classes[name]._asdict().items()},
            }
            for column, name in enumerate(EMOTIONS)
        },
    }


def _parity(scaling: list[PlattScaling], threshold: list[float], halves: list[tuple[Floats, Floats, Flags]]) -> dict[str, float]:
    int8, fp32 = (_probability(scaling, np.concatenate([half[side] for half in halves])) for side in (0, 1))
    labels = np.concatenate([half[2] for half in halves])
    difference = np.abs(int8 - fp32)
    record = {
        "rows": len(labels),
        "max_abs_difference": round(float(difference.max()), 4),
        "mean_abs_difference": round(float(difference.mean()), 5),
        "threshold_agreement": round(float(((int8 >= threshold) == (fp32 >= threshold)).mean()), 4),
        "macro_f1_int8": _figures(int8, labels, threshold)["macro_f1"],
        "macro_f1_fp32": _figures(fp32, labels, threshold)["macro_f1"],
    }
    log.info("parity %s", record)
    if (
        record["mean_abs_difference"] > PARITY_MEAN_DIFFERENCE
        or record["threshold_agreement"] < PARITY_AGREEMENT
        or record["macro_f1_int8"] < record["macro_f1_fp32"] - PARITY_F1_DROP
    ):
        raise ParityError(
            f"int8 against fp32: {record}; allowed are a mean difference of {PARITY_MEAN_DIFFERENCE}, an agreement of "
            f"{PARITY_AGREEMENT} and a macro F1 drop of {PARITY_F1_DROP}. Quantise fewer operators"
        )
    return record
