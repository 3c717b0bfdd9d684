"""Calibrates the int8 encoder and takes the figures of its manifest, each on text that nothing was fitted to.

Knows the encoder at run time and labelled rows; knows nothing of training.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..bundle import BundleError
from ..encoder_labels import EMOTIONS, HEADS, INTENTS, SAFETY_INTENTS, TACTICS
from .encoder_rows import COLUMNS, Rows
from .label_calibration import (
    PlattScaling,
    best_threshold,
    class_figures,
    expected_calibration_error,
    fit_platt,
    fit_softmax,
    softmax,
)

__all__ = ["Measured", "ParityError", "calibrate", "check_parity", "emotion_figures", "measured", "own_figures"]

log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# What the bundle promises about quantisation. The largest single difference is a tail event; the decision rate and
# the macro F1 are what a user notices.
PARITY_MEAN_DIFFERENCE: Final = 0.02
PARITY_AGREEMENT: Final = 0.97
PARITY_F1_DROP: Final = 0.01
SAFETY_FALSE_ALARMS: Final = 0.005
"""Share of the other held-out lines that may carry a false alarm when the threshold of a safety intent is lowered."""
LEAST_SAFETY_THRESHOLD: Final = 0.15
"""Below this it would be noise that ends a talk."""


class ParityError(BundleError):
    """The int8 graph differs too much from the fp32 model; nothing was written."""


class Measured(NamedTuple):
    """Logits [rows, 35] of rows as the appliance computes them, one at a time, and what they should say."""

    rows: Rows
    logits: Floats

    def head(self, name: str) -> tuple[Floats, Flags]:
        """Logits and labels of one head."""
        return self.logits[:, COLUMNS[name]], self.rows.labels[:, COLUMNS[name]] > 0


def calibrate(general: Measured, own: Measured) -> dict[str, float]:
    """Calibration of all heads, by `<head>.<label>.<parameter>`.

    Emotions are scaled on `general` and `own` together, drawn to equal size, and their thresholds are those of `own`: the
    appliance hears debt, but evidence must also be honest about everything else. Intents and tactics are fitted on `own`.
    """
    calibration: dict[str, float] = {}
    size = min(len(general.logits), len(own.logits))
    general_logits, general_labels = general.head("emotion")
    own_logits, own_labels = own.head("emotion")
    logits, labels = np.concatenate([general_logits[:size], own_logits]), np.concatenate([general_labels[:size], own_labels])
    for column, name in enumerate(EMOTIONS):
        scaling = fit_platt(logits[:, column], labels[:, column])
        threshold = best_threshold(scaling.probability(own_logits[:, column]), own_labels[:, column])
        calibration |= _named("emotion", name, scaling._asdict() | {"threshold": threshold})
    intent_logits, intent_labels = own.head("intent")
    for column, name in enumerate(INTENTS):
        truth = intent_labels[:, column]
        scaling = fit_platt(intent_logits[:, column], truth)
        probability = scaling.probability(intent_logits[:, column])
        threshold = best_threshold(probability, truth)
        if name in SAFETY_INTENTS:
            allowed = float(np.quantile(probability[~truth], 1.0 - SAFETY_FALSE_ALARMS))
            threshold = min(threshold, max(allowed, LEAST_SAFETY_THRESHOLD))
        calibration |= _named("intent", name, {"temperature": scaling.temperature, "bias": scaling.bias, "threshold": threshold})
    temperature, biases = fit_softmax(*own.head("tactic"))
    for name, bias in zip(TACTICS, biases, strict=True):
        calibration |= _named("tactic", name, {"temperature": temperature, "bias": float(bias)})
    return calibration


def emotion_figures(measured: Measured, calibration: dict[str, float], generator: np.random.Generator) -> dict[str, Any]:
    """Figures of the emotion head on a foreign corpus: thresholds come from one half and are used on the other, both ways round."""
    logits, labels = measured.head("emotion")
    probability = _probability("emotion", calibration, logits)
    order = generator.permutation(len(labels))
    said = np.empty_like(labels)
    for fit, test in ((order[::2], order[1::2]), (order[1::2], order[::2])):
        thresholds = [best_threshold(probability[fit, column], labels[fit, column]) for column in range(len(EMOTIONS))]
        said[test] = probability[test] >= thresholds
    error = round(expected_calibration_error(probability, labels), 4)
    return {"rows": len(labels)} | _figures(EMOTIONS, said, labels) | {"expected_calibration_error": error}


def own_figures(measured: Measured, calibration: dict[str, float]) -> dict[str, Any]:
    """Figures of all heads with the calibration and the thresholds of the manifest."""
    figures: dict[str, Any] = {"rows": len(measured.logits)}
    for head in ("emotion", "intent"):
        logits, labels = measured.head(head)
        probability = _probability(head, calibration, logits)
        thresholds = [calibration[f"{head}.{name}.threshold"] for name in HEADS[head]]
        figures[head] = _figures(HEADS[head], probability >= thresholds, labels)
        figures[head]["expected_calibration_error"] = round(expected_calibration_error(probability, labels), 4)
    logits, labels = measured.head("tactic")
    chosen = _tactic(calibration, logits).argmax(axis=1)
    figures["tactic"] = _figures(TACTICS, np.arange(len(TACTICS)) == chosen[:, None], labels)
    return figures


def check_parity(int8: Floats, fp32: Floats, measured: Measured, calibration: dict[str, float]) -> dict[str, float]:
    """Compare int8 and fp32 logits [rows, 35] of the same rows in what they lead to.

    Raises:
        ParityError: they disagree beyond the constants above.
    """
    sides, decisions = [], []
    for logits in (int8, fp32):
        probability = np.concatenate([_probability(head, calibration, logits[:, COLUMNS[head]]) for head in ("emotion", "intent")], axis=1)
        thresholds = [calibration[f"{head}.{name}.threshold"] for head in ("emotion", "intent") for name in HEADS[head]]
        sides.append(probability)
        decisions.append(probability >= thresholds)
    figures = [own_figures(measured._replace(logits=logits), calibration) for logits in (int8, fp32)]
    difference = np.abs(sides[0] - sides[1])
    record = {
        "rows": len(int8),
        "max_abs_difference": round(float(difference.max()), 4),
        "mean_abs_difference": round(float(difference.mean()), 5),
        "threshold_agreement": round(float((decisions[0] == decisions[1]).mean()), 4),
    }
    drop = 0.0
    for head in HEADS:
        for name, side in zip(("int8", "fp32"), figures, strict=True):
            record[f"{head}_macro_f1_{name}"] = side[head]["macro_f1"]
        drop = max(drop, record[f"{head}_macro_f1_fp32"] - record[f"{head}_macro_f1_int8"])
    log.info("parity %s", record)
    if record["mean_abs_difference"] > PARITY_MEAN_DIFFERENCE or record["threshold_agreement"] < PARITY_AGREEMENT or drop > PARITY_F1_DROP:
        raise ParityError(
            f"int8 against fp32: {record}; allowed are a mean difference of {PARITY_MEAN_DIFFERENCE}, an agreement of "
            f"{PARITY_AGREEMENT} and a macro F1 drop of {PARITY_F1_DROP}. Quantise fewer operators"
        )
    return record


def measured(rows: Rows, logits_of: Callable[[str, Sequence[Any]], Floats]) -> Measured:
    """Run the encoder over rows, one at a time as at run time, because dynamic int8 scales depend on what shares the batch."""
    return Measured(rows, np.array([logits_of(text, context) for text, context in zip(rows.texts, rows.contexts, strict=True)]))


def _named(head: str, label: str, parameters: dict[str, float]) -> dict[str, float]:
    return {f"{head}.{label}.{parameter}": value for parameter, value in parameters.items()}


def _probability(head: str, calibration: dict[str, float], logits: Floats) -> Floats:
    scalings = [
        PlattScaling(calibration[f"{head}.{name}.temperature"], calibration[f"{head}.{name}.bias"], 1.0) for name in HEADS[head]
    ]
    return np.stack([scaling.probability(logits[:, column]) for column, scaling in enumerate(scalings)], axis=1)


def _tactic(calibration: dict[str, float], logits: Floats) -> Floats:
    biases = np.array([calibration[f"tactic.{name}.bias"] for name in TACTICS])
    return softmax(logits / calibration["tactic.none.temperature"] + biases)


def _figures(names: Sequence[str], said: Flags, labels: Flags) -> dict[str, Any]:
    classes = {name: class_figures(said[:, column], labels[:, column]) for column, name in enumerate(names)}
    return {
        "macro_f1": round(float(np.mean([figures.f1 for figures in classes.values()])), 4),
        "classes": {name: {field: round(value, 4) for field, value in figures._asdict().items()} for name, figures in classes.items()},
    }
