"""Fine-tunes the encoder network on labelled rows. CPU, seeded, resumable.

Knows rows and tokens; knows nothing of corpora, calibration or ONNX.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from ..encoder_input import EncoderInput, Tokens, Turn
from .encoder_rows import COLUMNS, Rows

__all__ = ["FineTuning", "Segment", "TrainingRun", "fine_tune", "logits_of"]

log = logging.getLogger(__name__)
BUCKET_BATCHES = 50


@dataclass(frozen=True)
class FineTuning:
    """Training settings; rates are peak values after warm-up, from which they fall to zero at the end."""

    batch_rows: int = 32
    encoder_rate: float = 1.5e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_fraction: float = 0.06
    checkpoint_steps: int = 200
    threads: int = 2
    seed: int = 7


class Segment(NamedTuple):
    """A stretch of training between two starts of the program; a resumed run may plan otherwise than the first did."""

    first_step: int
    planned_steps: int
    threads: int


class TrainingRun(NamedTuple):
    """What was done: steps, wall-clock seconds over all segments, and the segments."""

    steps: int
    seconds: float
    segments: list[Segment]


def fine_tune(model: Any, encoder_input: EncoderInput, epochs: Sequence[Rows], settings: FineTuning, checkpoint: Path) -> TrainingRun:
    """Train `model` in place on `epochs`, one after the other.

    The loss of a row is the binary cross-entropy of each emotion and intent that is known, plus the cross-entropy of the tactic.

    A checkpoint is written every `checkpoint_steps` and at the end; an existing one at `checkpoint` is resumed. Batch
    order depends on the seed and the epoch alone, so a resumed run continues the same sequence.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)
    total = sum(math.ceil(len(rows.texts) / settings.batch_rows) for rows in epochs)
    optimizer = _optimizer(model, settings)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, total, settings.warmup_fraction))
    start, seconds, segments = 0, 0.0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        schedule.load_state_dict(state["schedule"])
        torch.set_rng_state(state["random"])
        start, seconds = state["step"], state["seconds"]
        segments = [Segment(*segment) for segment in state["segments"]]
        log.info("resumed at step %d of %d", start, total)
    if start >= total:
        return TrainingRun(start, seconds, segments)
    segments.append(Segment(start + 1, total, settings.threads))

    model.train()
    began, average = time.monotonic() - seconds, math.nan
    for step, (tokens, labels, known) in enumerate(_batches(epochs, encoder_input, settings), 1):
        if step <= start:
            continue
        loss = _loss(model(**_padded(tokens)), torch.from_numpy(labels), torch.from_numpy(known))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
        average = loss.item() if math.isnan(average) else 0.98 * average + 0.02 * loss.item()
        if step % 50 == 0:
            log.info("step %d of %d, loss %.4f, %.0f s", step, total, average, time.monotonic() - began)
        if step % settings.checkpoint_steps == 0 or step == total:
            run = TrainingRun(step, time.monotonic() - began, segments)
            _save(checkpoint, model, optimizer, schedule, run)
    return TrainingRun(total, time.monotonic() - began, segments)


def logits_of(
    model: Any, encoder_input: EncoderInput, texts: Sequence[str], contexts: Sequence[tuple[Turn, ...]]
) -> NDArray[np.float64]:
    """Logits [texts, labels] of the model in evaluation mode, batched by length."""
    model.eval()
    rows = [encoder_input.tokens(text, context) for text, context in zip(texts, contexts, strict=True)]
    order = sorted(range(len(rows)), key=lambda row: len(rows[row].ids))
    logits = np.empty((len(rows), model.classifier.out_features))
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            batch = order[start : start + 64]
            logits[batch] = model(**_padded([rows[row] for row in batch])).double().numpy()
    return logits


def _loss(logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    """Summed over the decisions of a row and divided by the number of emotions, so that its size does not depend on the heads."""
    tactic = COLUMNS["tactic"]
    yes_or_no = torch.nn.functional.binary_cross_entropy_with_logits(
        logits[:, : tactic.start], labels[:, : tactic.start], weight=known[:, : tactic.start], reduction="sum"
    )
    one_of = torch.nn.functional.cross_entropy(logits[:, tactic], labels[:, tactic], reduction="none")
    return (yes_or_no + (one_of * known[:, tactic.start]).sum()) / (len(logits) * tactic.start)


def _padded(rows: Sequence[Tokens]) -> dict[str, torch.Tensor]:
    longest = max(len(row.ids) for row in rows)
    fill = {"input_ids": [row.ids for row in rows], "token_type_ids": [row.types for row in rows]}
    fill["attention_mask"] = [[1] * len(row.ids) for row in rows]
    return {name: torch.tensor([line + [0] * (longest - len(line)) for line in lines]) for name, lines in fill.items()}


def _batches(
    epochs: Sequence[Rows], encoder_input: EncoderInput, settings: FineTuning
) -> Iterator[tuple[list[Tokens], NDArray[np.float32], NDArray[np.float32]]]:
    """Shuffled rows, sorted by length within pools of BUCKET_BATCHES batches to keep padding small."""
    for epoch, rows in enumerate(epochs):
        generator = np.random.default_rng([settings.seed, epoch, 1])
        tokens = [encoder_input.tokens(text, context) for text, context in zip(rows.texts, rows.contexts, strict=True)]
        length = np.array([len(row.ids) for row in tokens])
        order = generator.permutation(len(tokens))
        pool = BUCKET_BATCHES * settings.batch_rows
        batches = []
        for start in range(0, len(order), pool):
            chosen = order[start : start + pool]
            chosen = chosen[np.argsort(length[chosen], kind="stable")]
            batches += [chosen[at : at + settings.batch_rows] for at in range(0, len(chosen), settings.batch_rows)]
        for index in generator.permutation(len(batches)):
            batch = batches[index]
            yield [tokens[row] for row in batch], rows.labels[batch], rows.known[batch]


def _optimizer(model: Any, settings: FineTuning) -> torch.optim.AdamW:
    head = {"classifier.weight", "classifier.bias"}
    trained = [(name, weight) for name, weight in model.named_parameters() if weight.requires_grad]
    return torch.optim.AdamW(
        [
            {"params": [weight for name, weight in trained if name not in head], "lr": settings.encoder_rate},
            {"params": [weight for name, weight in trained if name in head], "lr": settings.head_rate},
        ],
        weight_decay=settings.weight_decay,
    )


def _rate(step: int, total: int, warmup_fraction: float) -> float:
    warmup = max(1, int(total * warmup_fraction))
    return min(1.0, (step + 1) / warmup) * max(0.0, (total - step) / (total - warmup) if step > warmup else 1.0)


def _save(path: Path, model: Any, optimizer: Any, schedule: Any, run: TrainingRun) -> None:
    """Write beside, then rename: an interrupted save leaves the previous checkpoint whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".partial")
    torch.save(
        {
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
            "random": torch.get_rng_state(),
            "step": run.steps,
            "seconds": run.seconds,
            "segments": [tuple(segment) for segment in run.segments],
        },
        partial,
    )
    partial.replace(path)
