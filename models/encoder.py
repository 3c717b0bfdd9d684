"""The emotion encoder at run time: onnxruntime, tokenizers and numpy, one pass per utterance.

Knows text and log-likelihoods; knows nothing of dispositions, sessions or how the model was trained.
"""

from __future__ import annotations

import os
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from .bundle import Bundle, BundleError, BundleKindError

# onnxruntime reads it when it is imported; nothing leaves the device.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort

__all__ = [
    "EMOTIONS",
    "EVIDENCE_CEILING",
    "EVIDENCE_FLOOR",
    "MAX_TOKENS",
    "EmotionEvidence",
    "EmptyTextError",
    "Encoder",
    "EncoderBundleError",
]

EMOTIONS: Final = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
MAX_TOKENS: Final = 128
EVIDENCE_FLOOR: Final = -2.5
"""Lowest log-likelihood: one utterance makes no emotion less likely than e**-2.5 (0.08) of its prior."""
EVIDENCE_CEILING: Final = 2.5
INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


class EncoderBundleError(BundleError):
    """The bundle verifies but is not an emotion encoder; the message names the field."""


class EmptyTextError(ValueError):
    """There is no text to read an emotion from. An empty transcript is for the caller to handle, not `neutral`."""


class EmotionEvidence(NamedTuple):
    """What one utterance says about the emotion behind it; both arrays in the order of EMOTIONS.

    log_likelihood: [7] float64, log p(text | e) up to a constant that is the same for all e, within
        [EVIDENCE_FLOOR, EVIDENCE_CEILING]. Zero means: the text says nothing about e.
    probability: [7] float64 in (0, 1), p(e among the labels | text), calibrated. They do not sum to one:
        an utterance may carry two emotions, or hardly any.
    """

    log_likelihood: NDArray[np.float64]
    probability: NDArray[np.float64]


class Encoder:
    """A verified encoder bundle, loaded. Safe to call from several threads: a run keeps no state."""

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        """Load the ONNX graph and the tokenizer.

        Args:
            bundle: a verified bundle of kind `encoder`.
            threads: cores that one pass may use.

        Raises:
            BundleKindError: the bundle is not an encoder.
            EncoderBundleError: labels, calibration or graph are not those of an emotion encoder.
        """
        manifest = bundle.manifest
        if manifest.kind != "encoder":
            raise BundleKindError(f"{bundle.folder}: kind is {manifest.kind!r}, 'encoder' is needed here")
        self._columns = _emotion_columns(bundle)
        self._temperature = _calibration(bundle, "temperature")
        self._bias = _calibration(bundle, "bias")
        self._log_prior = np.log(_calibration(bundle, "prior"))
        self._tokenizer = Tokenizer.from_file(str(bundle.file("tokenizer.json")))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(MAX_TOKENS)
        self._session = ort.InferenceSession(
            str(bundle.file("model.onnx")), _session_options(threads), providers=["CPUExecutionProvider"]
        )
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        if not {"input_ids", "attention_mask"} <= set(self._inputs) <= set(INPUTS):
            raise EncoderBundleError(f"{bundle.folder}: model.onnx takes {self._inputs}, expected {list(INPUTS)}")

    def emotions(self, text: str) -> EmotionEvidence:
        """Evidence in `text`, of which the first MAX_TOKENS tokens are read.

        The network gives one logit z_e per emotion, trained as an independent yes/no question, since one utterance may
        carry several. Platt scaling per emotion turns it into a calibrated probability p_e = sigmoid(z_e / T_e + b_e),
        fitted on held-out text where emotion e occurs with the rate pi_e. By Bayes' rule

            p(text | e) = p(e | text) p(text) / p(e)   so   log p(text | e) = log p_e - log pi_e + constant,

        where the constant log p(text) is the same for all e and cancels when a filter normalises. Dividing by pi_e
        takes the frequency of the emotion in the corpora out again: the filter brings its own prior. The result
        is clipped, so that no single utterance, however odd or hostile, can rule a state out or decide it alone.

        The emotion to show or to count is the argmax of `probability`. That of `log_likelihood` favours rare emotions,
        as it should without a prior: an angry sentence speaks for disgust too, of which little else does.

        Raises:
            EmptyTextError: `text` is empty, or white space and control characters only.
        """
        if not text.strip():
            raise EmptyTextError(f"text {text!r} has no words; do not ask for its emotion")
        logits = self._logits(text)
        scaled = logits / self._temperature + self._bias
        log_probability = -np.logaddexp(0.0, -scaled)
        evidence = np.clip(log_probability - self._log_prior, EVIDENCE_FLOOR, EVIDENCE_CEILING)
        return EmotionEvidence(evidence, np.exp(log_probability))

    def _logits(self, text: str) -> NDArray[np.float64]:
        """[7] float64, in the order of EMOTIONS."""
        encoding = self._tokenizer.encode(text)
        if len(encoding.ids) <= self._tokenizer.num_special_tokens_to_add(False):
            raise EmptyTextError(f"text {text!r} has no words; do not ask for its emotion")
        ids = np.array([encoding.ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        outputs = self._session.run(["logits"], {name: feed[name] for name in self._inputs})
        return np.asarray(outputs[0], dtype=np.float64)[0, self._columns]


def _session_options(threads: int) -> ort.SessionOptions:
    """One short pass now and then beside the SLM: no spinning between passes, no arena kept at its peak."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return options


def _emotion_columns(bundle: Bundle) -> list[int]:
    """Output column of each of EMOTIONS; the heads of the manifest lie side by side in the logits."""
    labels = bundle.manifest.labels
    if set(labels.get("emotion", [])) != set(EMOTIONS):
        raise EncoderBundleError(
            f"{bundle.folder}: labels.emotion is {labels.get('emotion')}, expected the names {list(EMOTIONS)}"
        )
    columns = [(head, name) for head, names in labels.items() for name in names]
    return [columns.index(("emotion", name)) for name in EMOTIONS]


def _calibration(bundle: Bundle, parameter: str) -> NDArray[np.float64]:
    """[7] values of `emotion.<name>.<parameter>`; temperatures and priors must be positive."""
    values = []
    for name in EMOTIONS:
        key = f"emotion.{name}.{parameter}"
        value = bundle.manifest.calibration.get(key)
        if value is None or not np.isfinite(value) or (parameter != "bias" and value <= 0.0):
            raise EncoderBundleError(f"{bundle.folder}: calibration {key} is {value}; export the bundle again")
        values.append(value)
    return np.array(values)
