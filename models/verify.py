"""Is the exported model the checkpoint? Logits of both on the same conversations, twice: unquantised (strictly) and quantised (by loss).

A wrong graph and a coarse weight look alike in a quantised model, and a checkpoint of near-uniform logits agrees with anything. So:
`structure` compares the unquantised graph, in rows of different lengths, with PyTorch to a thousandth of the logits' scale; `parity`
then measures what the quantisation costs, by figures that mean something for peaked and for flat logits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from .engine import TokenEngine
from .errors import ParityError
from .export_request import Bits

__all__ = [
    "LIMITS",
    "STRUCTURE_LIMIT",
    "Limits",
    "Parity",
    "Reference",
    "check_parity",
    "check_structure",
    "parity",
    "reference_logits",
    "structure",
]

Logits = npt.NDArray[np.float32]
Progress = Callable[[int, int], None]
STRUCTURE_LIMIT: Final = 1e-3
"""Largest logit difference of the unquantised graph, as a share of the largest centred logit."""
_CLEAR_MARGIN_NATS: Final = 1.0
_LEAST_CLEAR_POSITIONS: Final = 20
_STEPS: Final = (1, 3, 1, 2, 1)


class Parity(NamedTuple):
    """How far the exported model is from its source on the same token sequences; positions: how many were compared.

    top1_agreement: share of positions where both rank the same token first.
    clear_positions, clear_agreement: of these, where the source's first token is at least e times as likely as its second:
        how many there are, and the share of them where both rank the same first (1 where there is none).
    perplexity_source, perplexity_export: on the tokens of the sequences.
    divergence_nats: mean Kullback-Leibler divergence of the export's next-token distribution from the source's.
    relative_logit_error: ||x - y|| / ||x||, x and y the source's and the export's logits, each row centred (softmax does not see
        the mean).
    max_logit_error: largest difference of a logit.
    """

    top1_agreement: float
    clear_positions: int
    clear_agreement: float
    perplexity_source: float
    perplexity_export: float
    divergence_nats: float
    relative_logit_error: float
    max_logit_error: float
    positions: int


class Reference(NamedTuple):
    """What the checkpoint computes. logits: [tokens, vocabulary] float32 per sequence. parameters: how many it has, tied ones once."""

    logits: list[Logits]
    parameters: int


class Limits(NamedTuple):
    """What a quantisation may cost, as fields of Parity.

    perplexity_ratio: export / source. relative_logit_error only catches a broken model whose logits are too flat for the others
    to notice: a broken one has 1 and more, and many random layers in 4 bits have 0.6.
    """

    clear_agreement: float
    perplexity_ratio: float
    divergence_nats: float
    relative_logit_error: float


LIMITS: Final[Mapping[Bits, Limits]] = MappingProxyType(
    {
        8: Limits(clear_agreement=0.99, perplexity_ratio=1.02, divergence_nats=0.02, relative_logit_error=0.2),
        4: Limits(clear_agreement=0.93, perplexity_ratio=1.25, divergence_nats=0.25, relative_logit_error=0.8),
    }
)


def reference_logits(source: Path, sequences: Sequence[Sequence[int]]) -> Reference:
    """Run the checkpoint by PyTorch in float32. Needs the `export` extra."""
    import torch
    from transformers import AutoModelForCausalLM

    # The plain form of attention: it alone applies soft-capping, and it is what the others approximate.
    model = AutoModelForCausalLM.from_pretrained(source, dtype=torch.float32, attn_implementation="eager", trust_remote_code=False)
    model.train(mode=False)
    with torch.no_grad():
        logits = [model(torch.tensor([list(sequence)]), use_cache=False).logits[0].numpy() for sequence in sequences]
    return Reference(logits, sum(parameter.numel() for parameter in model.parameters()))


def structure(engine: TokenEngine, sequences: Sequence[Sequence[int]], reference: Sequence[Logits]) -> float:
    """Largest difference of a logit in a ragged run, as a share of the source's largest centred logit.

    All sequences are prefilled in one step to different lengths, go on by chunks of one to three tokens side by side, and the
    first is rolled back and taken again. Every sequence has at least 12 tokens.
    """
    slots = [engine.open() for _ in sequences]
    worst = 0.0

    def step(rows: Sequence[tuple[int, int, int]]) -> None:
        """(which sequence, from, to) per row."""
        nonlocal worst
        logits = engine.step([(slots[index], sequences[index][start:stop]) for index, start, stop in rows])
        for got, (index, _, stop) in zip(logits, rows, strict=True):
            want = reference[index][stop - 1]
            error = float(np.abs(got - want).max() / np.abs(want - want.mean()).max())
            worst = max(worst, error if np.isfinite(error) else float("inf"))

    at = [max(1, len(sequence) - sum(_STEPS) - index) for index, sequence in enumerate(sequences)]
    step([(index, 0, stop) for index, stop in enumerate(at)])
    for count in _STEPS:
        rows = [(index, start, min(len(sequences[index]), start + 1 + (count + index) % 3)) for index, start in enumerate(at)]
        rows = [row for row in rows if row[1] < row[2]]
        if not rows:
            break
        step(rows)
        for index, _, stop in rows:
            at[index] = stop
    back = max(1, at[0] - 4)
    engine.truncate(slots[0], back)
    step([(0, back, back + 1)])
    for slot in slots:
        engine.close(slot)
    return worst


def check_structure(error: float) -> None:
    """
    Raises:
        ParityError: the graph is not the checkpoint's.
    """
    if not error <= STRUCTURE_LIMIT:
        raise ParityError(
            f"the unquantised graph differs from PyTorch by {error:.2g} of the logits' scale, {STRUCTURE_LIMIT:g} is allowed: the exporter "
            "gets this architecture wrong; no bundle was written. Try --attention dense"
        )


def parity(
    engine: TokenEngine, sequences: Sequence[Sequence[int]], reference: Sequence[Logits], progress: Progress | None = None
) -> Parity:
    """Decode the sequences token by token, as a reply is decoded, and compare every position that has a next token."""
    agree = clear = clear_agree = positions = 0
    loss_source = loss_export = divergence = error_square = norm_square = worst = 0.0
    total = sum(len(sequence) - 1 for sequence in sequences)
    for sequence, expected in zip(sequences, reference, strict=True):
        slot = engine.open()
        for position, token in enumerate(sequence[:-1]):
            want = expected[position].astype(np.float64)
            got = engine.step([(slot, [token])])[0].astype(np.float64)
            following = sequence[position + 1]
            log_want, log_got = _log_softmax(want), _log_softmax(got)
            loss_source -= log_want[following]
            loss_export -= log_got[following]
            divergence += float(np.exp(log_want) @ (log_want - log_got))
            same = int(got.argmax() == want.argmax())
            second, first = np.partition(want, -2)[-2:]
            agree += same
            if first - second >= _CLEAR_MARGIN_NATS:
                clear += 1
                clear_agree += same
            error_square += float(np.square((got - got.mean()) - (want - want.mean())).sum())
            norm_square += float(np.square(want - want.mean()).sum())
            worst = max(worst, float(np.abs(got - want).max()))
            positions += 1
            if progress is not None:
                progress(positions, total)
        engine.close(slot)
    return Parity(
        top1_agreement=agree / positions,
        clear_positions=clear,
        clear_agreement=clear_agree / clear if clear else 1.0,
        perplexity_source=float(np.exp(loss_source / positions)),
        perplexity_export=float(np.exp(loss_export / positions)),
        divergence_nats=divergence / positions,
        relative_logit_error=float(np.sqrt(error_square / norm_square)),
        max_logit_error=worst,
        positions=positions,
    )


def check_parity(measured: Parity, bits: Bits) -> None:
    """
    Raises:
        ParityError: the quantisation costs more than LIMITS allow; every figure that is beyond is named.
    """
    limits = LIMITS[bits]
    ratio = measured.perplexity_export / measured.perplexity_source
    beyond = []
    # A handful of clear positions says nothing about a share.
    if measured.clear_positions >= _LEAST_CLEAR_POSITIONS and not measured.clear_agreement >= limits.clear_agreement:
        beyond.append(f"first tokens agree at {measured.clear_agreement:.1%} of clear positions, {limits.clear_agreement:.0%} is asked")
    if not ratio <= limits.perplexity_ratio:
        beyond.append(f"perplexity grows by a factor of {ratio:.3f}, {limits.perplexity_ratio:g} is allowed")
    if not measured.divergence_nats <= limits.divergence_nats:
        beyond.append(f"distributions diverge by {measured.divergence_nats:.3f} nats, {limits.divergence_nats:g} are allowed")
    if not measured.relative_logit_error <= limits.relative_logit_error:
        beyond.append(f"logits are off by {measured.relative_logit_error:.2f} of their norm, {limits.relative_logit_error:g} is allowed")
    if beyond:
        way_out = "Try --bits 8 or a smaller --block" if bits == 4 else "Try a smaller --block"
        raise ParityError(f"the {bits}-bit model is not the checkpoint: {'; '.join(beyond)}. {way_out}; no bundle was written")


def _log_softmax(logits: npt.NDArray[np.float64]) -> Any:
    shifted = logits - logits.max()
    return shifted - np.log(np.exp(shifted).sum())
