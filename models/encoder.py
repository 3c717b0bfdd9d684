"""The utterance encoder at run time: onnxruntime, tokenizers and numpy, one pass per utterance for emotion, intent and tactic.

Knows text and probabilities; knows nothing of dispositions, sessions or how the model was trained.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from .bundle import Bundle, BundleError, BundleKindError
from .encoder_input import EncoderInput, Turn
from .encoder_labels import EMOTIONS, HEADS, INTENTS, TACTICS

# onnxruntime reads it when it is imported; nothing leaves the device.
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort

__all__ = [
    "EMOTIONS",
    "EVIDENCE_CEILING",
    "EVIDENCE_FLOOR",
    "INTENTS",
    "TACTICS",
    "EmotionEvidence",
    "EmptyTextError",
    "Encoder",
    "EncoderBundleError",
    "Reading",
    "Turn",
]

EVIDENCE_FLOOR: Final = -2.5
"""Lowest log-likelihood: one utterance makes no emotion less likely than e**-2.5 (0.08) of its prior."""
EVIDENCE_CEILING: Final = 2.5
INPUTS: Final = ("input_ids", "attention_mask", "token_type_ids")


class EncoderBundleError(BundleError):
    """The bundle verifies but is not an utterance encoder; the message names the field."""


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


class Reading(NamedTuple):
    """What one pass says about an utterance.

    emotion: evidence and probability per emotion.
    intent: [22] float64 in (0, 1), in the order of INTENTS: the calibrated probability that it is among the intents.
    tactic: [6] float64 that sum to one, in the order of TACTICS.
    """

    emotion: EmotionEvidence
    intent: NDArray[np.float64]
    tactic: NDArray[np.float64]


class Encoder:
    """A verified encoder bundle, loaded. Safe to call from several threads: a run keeps no state.

    emotion_threshold, intent_threshold: [7] and [22], the probability from which on a label is said to hold; chosen for the best F1
    on held-out text, lower for what must not be missed.
    """

    def __init__(self, bundle: Bundle, threads: int = 1) -> None:
        """Load the ONNX graph and the tokenizer.

        Args:
            bundle: a verified bundle of kind `encoder`.
            threads: cores that one pass may use.

        Raises:
            BundleKindError: the bundle is not an encoder.
            EncoderBundleError: labels, calibration or graph are not those of an utterance encoder.
        """
        manifest = bundle.manifest
        if manifest.kind != "encoder":
            raise BundleKindError(f"{bundle.folder}: kind is {manifest.kind!r}, 'encoder' is needed here")
        self._columns = {head: _columns(bundle, head) for head in HEADS}
        self._temperature = {head: _calibration(bundle, head, "temperature") for head in HEADS}
        self._bias = {head: _calibration(bundle, head, "bias") for head in HEADS}
        self._log_prior = np.log(_calibration(bundle, "emotion", "prior"))
        self.emotion_threshold = _calibration(bundle, "emotion", "threshold")
        self.intent_threshold = _calibration(bundle, "intent", "threshold")
        try:
            self._input = EncoderInput(Tokenizer.from_file(str(bundle.file("tokenizer.json"))))
        except ValueError as error:
            raise EncoderBundleError(f"{bundle.folder}: {error}; export the bundle again") from error
        self._session = ort.InferenceSession(
            str(bundle.file("model.onnx")), _session_options(threads), providers=["CPUExecutionProvider"]
        )
        self._inputs = [entry.name for entry in self._session.get_inputs()]
        if not {"input_ids", "attention_mask"} <= set(self._inputs) <= set(INPUTS):
            raise EncoderBundleError(f"{bundle.folder}: model.onnx takes {self._inputs}, expected {list(INPUTS)}")

    def read(self, text: str, context: Sequence[Turn] = ()) -> Reading:
        """Emotion, intent and tactic in `text`, given the turns before it, oldest first.

        The first `encoder_input.MAX_TOKENS` tokens of the text are read, and the end of each of the last two turns.

        The network gives one logit z_e per emotion, trained as an independent yes/no question, since one utterance may
        carry several. Platt scaling per emotion turns it into a calibrated probability p_e = sigmoid(z_e / T_e + b_e),
        fitted on held-out text where emotion e occurs with the rate pi_e. By Bayes' rule

            p(text | e) = p(e | text) p(text) / p(e)   so   log p(text | e) = log p_e - log pi_e + constant,

        where the constant log p(text) is the same for all e and cancels when a filter normalises. Dividing by pi_e
        takes the frequency of the emotion in the corpora out again: the filter brings its own prior. The result
        is clipped, so that no single utterance, however odd or hostile, can rule a state out or decide it alone.

        The emotion to show or to count is the argmax of `probability`. That of `log_likelihood` favours rare emotions,
        as it should without a prior: an angry sentence speaks for disgust too, of which little else does.

        Intents are scaled likewise; tactics exclude each other and share one softmax.

        Raises:
            EmptyTextError: `text` is empty, or white space and control characters only.
        """
        if not text.strip() or not self._input.words(text):
            raise EmptyTextError(f"text {text!r} has no words; do not ask what it says")
        logits = self.logits(text, context)
        scaled = {head: logits[self._columns[head]] / self._temperature[head] + self._bias[head] for head in HEADS}
        log_probability = -np.logaddexp(0.0, -scaled["emotion"])
        evidence = np.clip(log_probability - self._log_prior, EVIDENCE_FLOOR, EVIDENCE_CEILING)
        tactic = np.exp(scaled["tactic"] - np.logaddexp.reduce(scaled["tactic"]))
        intent = np.exp(-np.logaddexp(0.0, -scaled["intent"]))
        return Reading(EmotionEvidence(evidence, np.exp(log_probability)), intent, tactic)

    def logits(self, text: str, context: Sequence[Turn]) -> NDArray[np.float64]:
        """[35] float64, in the order of the manifest."""
        tokens = self._input.tokens(text, context)
        ids = np.array([tokens.ids], dtype=np.int64)
        feed = {
            "input_ids": ids,
            "attention_mask": np.ones_like(ids),
            "token_type_ids": np.array([tokens.types], dtype=np.int64),
        }
        outputs = self._session.run(["logits"], {name: feed[name] for name in self._inputs})
        row: NDArray[np.float64] = np.asarray(outputs[0], dtype=np.float64)[0]
        return row


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


def _columns(bundle: Bundle, head: str) -> list[int]:
    """Output column of each label of the head; the heads of the manifest lie side by side in the logits."""
    labels = bundle.manifest.labels
    if set(labels.get(head, [])) != set(HEADS[head]):
        raise EncoderBundleError(f"{bundle.folder}: labels.{head} is {labels.get(head)}, expected the names {list(HEADS[head])}")
    columns = [(name, label) for name, members in labels.items() for label in members]
    return [columns.index((head, label)) for label in HEADS[head]]


def _calibration(bundle: Bundle, head: str, parameter: str) -> NDArray[np.float64]:
    """Values of `<head>.<label>.<parameter>`, in the order of the head; all but biases must be positive."""
    values = []
    for label in HEADS[head]:
        key = f"{head}.{label}.{parameter}"
        value = bundle.manifest.calibration.get(key)
        if value is None or not np.isfinite(value) or (parameter != "bias" and value <= 0.0):
            raise EncoderBundleError(f"{bundle.folder}: calibration {key} is {value}; export the bundle again")
        values.append(value)
    return np.array(values)
