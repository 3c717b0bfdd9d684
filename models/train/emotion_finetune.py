"""Fine-tunes a BERT-class encoder with one linear multi-label head. CPU, seeded, resumable.

Knows rows and tokens; knows nothing of corpora, calibration or ONNX.
"""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

__all__ = ["FineTuning", "Segment", "TrainingRun", "fine_tune", "logits_of"]

log = logging.getLogger(__name__)
Rows = tuple[list[str], NDArray[np.float32]]
BUCKET_BATCHES = 50


@dataclass(frozen=True)
class FineTuning:
    """Training settings; rates are peak values after warm-up."""

    epochs: int = 2
    max_steps: int = 1400
    """Steps after which training ends, even within an epoch; the rate decays to zero there."""
    batch_rows: int = 48
    max_tokens: int = 64
    encoder_rate: float = 1.2e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    warmup_fraction: float = 0.06
    checkpoint_steps: int = 200
    max_positive_weight: float = 4.0
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


def fine_tune(
    model: Any, tokenizer: Any, rows_of_epoch: Callable[[int], Rows], settings: FineTuning, checkpoint: Path
) -> TrainingRun:
    """Train `model` in place.

    The loss is binary cross-entropy per label, positives weighted by sqrt(negatives / positives) up to
    `max_positive_weight`; calibration afterwards takes the shift in the log-odds out again. Word embeddings stay
    frozen: most corpus words are rare, and words that training never sees keep a place consistent with those it does.

    A checkpoint is written every `checkpoint_steps` and at the end; an existing one at `checkpoint` is resumed. Batch
    order depends on the seed and the epoch alone, so a resumed run continues the same sequence.
    """
    torch.manual_seed(settings.seed)
    torch.set_num_threads(settings.threads)
    torch.set_flush_denormal(True)
    model.bert.embeddings.word_embeddings.requires_grad_(False)
    epochs = [rows_of_epoch(epoch) for epoch in range(settings.epochs)]
    total = min(settings.max_steps, sum(math.ceil(len(texts) / settings.batch_rows) for texts, _ in epochs))
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
    weight = _positive_weight(epochs[0][1], settings.max_positive_weight)
    for step, (texts, labels) in enumerate(_batches(epochs, tokenizer, settings), 1):
        if step <= start:
            continue
        encoded = tokenizer(texts, padding=True, truncation=True, max_length=settings.max_tokens, return_tensors="pt")
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            model(**encoded).logits, torch.from_numpy(labels), pos_weight=weight
        )
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
        if step == total:
            break
    return TrainingRun(total, time.monotonic() - began, segments)


def logits_of(model: Any, tokenizer: Any, texts: list[str], max_tokens: int) -> NDArray[np.float64]:
    """Logits [texts, labels] of the model in evaluation mode, batched by length."""
    model.eval()
    order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    logits = np.empty((len(texts), model.config.num_labels))
    with torch.inference_mode():
        for start in range(0, len(order), 64):
            rows = order[start : start + 64]
            encoded = tokenizer(
                [texts[row] for row in rows], padding=True, truncation=True, max_length=max_tokens, return_tensors="pt"
            )
            logits[rows] = model(**encoded).logits.double().numpy()
    return logits


def _batches(epochs: list[Rows], tokenizer: Any, settings: FineTuning) -> Iterator[Rows]:
    """Shuffled rows, sorted by length within pools of BUCKET_BATCHES batches to keep padding small."""
    for epoch, (texts, labels) in enumerate(epochs):
        generator = np.random.default_rng([settings.seed, epoch, 1])
        length = np.array(
            [len(ids) for ids in tokenizer(texts, truncation=True, max_length=settings.max_tokens)["input_ids"]]
        )
        order = generator.permutation(len(texts))
        pool = BUCKET_BATCHES * settings.batch_rows
        batches = []
        for start in range(0, len(order), pool):
            rows = order[start : start + pool]
            rows = rows[np.argsort(length[rows], kind="stable")]
            batches += [rows[at : at + settings.batch_rows] for at in range(0, len(rows), settings.batch_rows)]
        for index in generator.permutation(len(batches)):
            yield [texts[row] for row in batches[index]], labels[batches[index]]


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


def _positive_weight(labels: NDArray[np.float32], ceiling: float) -> torch.Tensor:
    share = labels.mean(axis=0)
    return torch.from_numpy(np.clip(np.sqrt((1 - share) / share), 1.0, ceiling).astype(np.float32))


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
