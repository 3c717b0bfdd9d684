"""Parity figures against their definitions, computed the slow way; what is beyond a limit is named."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pytest
from eqnegotiator.models.engine import KvRows, Logits
from eqnegotiator.models.errors import ParityError
from eqnegotiator.models.export_request import Bits
from eqnegotiator.models.verify import LIMITS, STRUCTURE_LIMIT, Parity, check_parity, check_structure, parity, structure

VOCABULARY = 9
GOOD = Parity(0.98, 100, 1.0, 10.0, 10.01, 0.001, 0.01, 0.1, 500)


class TableEngine:
    """Logits of a token are a row of a table, plus what is wrong with the engine; slots only count."""

    def __init__(self, table: Logits, late_error: float = 0.0) -> None:
        self.slots, self.max_length, self.vocabulary = 4, 1000, VOCABULARY
        self._table, self._late_error = table, late_error
        self.contexts: list[list[int]] = []

    def open(self) -> int:
        self.contexts.append([])
        return len(self.contexts) - 1

    def close(self, slot: int) -> None:
        self.contexts[slot].append(-1)

    def length(self, slot: int) -> int:
        return len(self.contexts[slot])

    def truncate(self, slot: int, length: int) -> None:
        del self.contexts[slot][length:]

    def step(self, batch: Sequence[tuple[int, Sequence[int]]], wanted: Sequence[int] | None = None) -> Logits:
        assert wanted is None
        rows = []
        for slot, tokens in batch:
            self.contexts[slot] += tokens
            wrong = self._late_error * (len(self.contexts[slot]) > 12)
            rows.append(self._table[tokens[-1]] + wrong * np.arange(VOCABULARY))
        return np.array(rows, dtype=np.float32)

    def read_rows(self, slot: int, length: int) -> KvRows:
        raise NotImplementedError

    def write_rows(self, slot: int, rows: KvRows) -> None:
        raise NotImplementedError


def table(seed: int, spread: float = 2.0) -> Logits:
    return (spread * np.random.default_rng(seed).standard_normal((VOCABULARY, VOCABULARY))).astype(np.float32)


def sequences() -> list[list[int]]:
    return [np.random.default_rng(length).integers(0, VOCABULARY, length).tolist() for length in (20, 31, 14)]


def probabilities(row: Logits) -> list[float]:
    weights = [math.exp(float(value)) for value in row]
    return [weight / sum(weights) for weight in weights]


def test_figures_are_what_they_are_defined_to_be() -> None:
    source, export = table(1, 4.0), table(1, 4.0) + 0.4 * table(2)
    rows = sequences()
    got = parity(TableEngine(export), rows, [source[row] for row in rows])
    pairs = [(source[row[i]], export[row[i]], row[i + 1]) for row in rows for i in range(len(row) - 1)]
    count = len(pairs)
    clear = [(s, e) for s, e, _ in pairs if sorted(s)[-1] - sorted(s)[-2] >= 1.0]
    assert got.positions == count
    assert got.top1_agreement == sum(int(s.argmax() == e.argmax()) for s, e, _ in pairs) / count
    assert got.clear_positions == len(clear)
    assert got.clear_agreement == pytest.approx(sum(int(s.argmax() == e.argmax()) for s, e in clear) / len(clear))
    for figure, side in ((got.perplexity_source, 0), (got.perplexity_export, 1)):
        assert figure == pytest.approx(math.exp(-sum(math.log(probabilities(pair[side])[pair[2]]) for pair in pairs) / count), rel=1e-5)
    divergence = sum(
        p * math.log(p / q) for s, e, _ in pairs for p, q in zip(probabilities(s), probabilities(e), strict=True)
    )  # fmt: skip
    assert got.divergence_nats == pytest.approx(divergence / count, rel=1e-4)
    centred = [((s - s.mean()), (e - e.mean())) for s, e, _ in pairs]
    squares = [sum(float(((s - e) ** 2).sum()) for s, e in centred), sum(float((s**2).sum()) for s, _ in centred)]
    assert got.relative_logit_error == pytest.approx(math.sqrt(squares[0] / squares[1]), rel=1e-4)
    assert got.max_logit_error == pytest.approx(max(float(np.abs(s - e).max()) for s, e, _ in pairs), rel=1e-5)


def test_a_shift_of_all_logits_changes_nothing_that_counts() -> None:
    source, rows = table(1), sequences()
    got = parity(TableEngine(source + np.float32(3.0)), rows, [source[row] for row in rows])
    assert (got.top1_agreement, got.clear_agreement) == (1.0, 1.0)
    assert got.divergence_nats == pytest.approx(0.0, abs=1e-9)
    assert got.relative_logit_error == pytest.approx(0.0, abs=1e-6)
    check_parity(got, 8)


def test_progress_reaches_the_number_of_positions() -> None:
    source, rows, told = table(1), sequences(), []
    parity(TableEngine(source), rows, [source[row] for row in rows], lambda done, total: told.append((done, total)))
    assert told == [(done, 62) for done in range(1, 63)]


def test_structure_is_exact_for_the_same_table_and_gives_its_slots_back() -> None:
    source, rows = table(1), sequences()
    engine = TableEngine(source)
    assert structure(engine, rows, [source[row] for row in rows]) == 0.0
    assert all(context[-1] == -1 for context in engine.contexts)


@pytest.mark.parametrize("late_error", [0.01, float("nan")])
def test_structure_sees_an_error_that_only_late_positions_have(late_error: float) -> None:
    source, rows = table(1), sequences()
    error = structure(TableEngine(source, late_error), rows, [source[row] for row in rows])
    assert error > STRUCTURE_LIMIT
    with pytest.raises(ParityError, match="the unquantised graph differs from PyTorch"):
        check_structure(error)


def test_structure_within_the_limit_passes() -> None:
    check_structure(STRUCTURE_LIMIT)
    with pytest.raises(ParityError):
        check_structure(float("nan"))


@pytest.mark.parametrize("bits", [4, 8])
def test_what_is_within_the_limits_passes(bits: Bits) -> None:
    limits = LIMITS[bits]
    edge = GOOD._replace(
        clear_agreement=limits.clear_agreement,
        perplexity_export=10.0 * limits.perplexity_ratio,
        divergence_nats=limits.divergence_nats,
        relative_logit_error=limits.relative_logit_error,
    )
    check_parity(edge, bits)
    check_parity(GOOD._replace(clear_agreement=0.0, clear_positions=19), bits)


@pytest.mark.parametrize("bits", [4, 8])
@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"clear_agreement": 0.9}, "agree at 90.0% of clear positions"),
        ({"perplexity_export": 13.0}, "perplexity grows by a factor of 1.300"),
        ({"perplexity_export": float("nan")}, "perplexity grows by a factor of nan"),
        ({"divergence_nats": 0.3}, "diverge by 0.300 nats"),
        ({"relative_logit_error": 1.0}, "off by 1.00 of their norm"),
    ],
)
def test_what_is_beyond_a_limit_is_named(bits: Bits, figures: dict[str, float], message: str) -> None:
    with pytest.raises(ParityError, match=f"the {bits}-bit model is not the checkpoint: .*{message}"):
        check_parity(GOOD._replace(**figures), bits)
