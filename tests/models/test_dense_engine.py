"""The engine for dense attention on an exported GPT-2: what the other engine promises, this one keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from eqnegotiator.models.bundle import bundled, load_bundle
from eqnegotiator.models.dense_engine import DenseEngine
from eqnegotiator.models.engine import Engine, EngineError, EngineOptions, SlotFullError
from eqnegotiator.models.engines import open_bundle
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.timeout(600)
SLOTS = 3


@pytest.fixture(scope="module")
def engine(exported: Path) -> DenseEngine:
    opened = open_bundle(load_bundle(exported / "gpt2", "slm"), EngineOptions(slots=SLOTS))
    assert isinstance(opened, DenseEngine)
    return opened


@pytest.fixture(autouse=True)
def closed_afterwards(engine: DenseEngine) -> Iterator[None]:
    yield
    for slot in range(SLOTS):
        if engine._open[slot]:
            engine.close(slot)


def alone(engine: DenseEngine, tokens: list[int]) -> np.ndarray:
    """Logits after `tokens`, token by token in an otherwise empty engine: the slow obvious way."""
    slot = engine.open()
    for token in tokens:
        logits = engine.step([(slot, [token])])[0].copy()
    engine.close(slot)
    return logits


def close_to(a: np.ndarray, b: np.ndarray) -> bool:
    # A row alone takes the matrix-vector path, which rounds activations differently.
    return bool(np.abs(a - b).max() <= 0.05 * np.abs(b).max())


tokens = st.lists(st.integers(5, 511), min_size=1, max_size=24)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tokens, min_size=1, max_size=SLOTS))
def test_rows_of_different_lengths_in_one_step_equal_rows_run_alone(engine: DenseEngine, rows: list[list[int]]) -> None:
    expected = [alone(engine, row) for row in rows]
    slots = [engine.open() for _ in rows]
    together = engine.step(list(zip(slots, rows, strict=True)))
    for slot in slots:
        engine.close(slot)
    assert all(close_to(got, want) for got, want in zip(together, expected, strict=True))


def test_prefill_of_one_slot_beside_decode_of_another(engine: DenseEngine) -> None:
    first, second = list(range(100, 130)), list(range(400, 440))
    a, b = engine.open(), engine.open()
    engine.step([(a, first[:-1])])
    mixed = engine.step([(b, second), (a, first[-1:])])
    engine.close(a)
    engine.close(b)
    assert close_to(mixed[0], alone(engine, second))
    assert close_to(mixed[1], alone(engine, first))


def test_only_wanted_logits_come_back_in_the_order_wanted(engine: DenseEngine) -> None:
    a, b = engine.open(), engine.open()
    both = engine.step([(a, [20, 21]), (b, [30])])
    engine.truncate(a, 0)
    engine.truncate(b, 0)
    turned = engine.step([(a, [20, 21]), (b, [30])], [b, a])
    assert np.array_equal(turned, both[::-1])
    assert engine.step([(a, [22])], []).shape == (0, engine.vocabulary)
    with pytest.raises(EngineError, match="only slots of the batch"):
        engine.step([(a, [23])], [b])


def test_truncate_rolls_back_exactly(engine: DenseEngine) -> None:
    slot = engine.open()
    engine.step([(slot, [10, 11, 12])])
    before = engine.step([(slot, [13])])[0].copy()
    engine.step([(slot, [99, 98, 97])])
    engine.truncate(slot, 3)
    assert engine.length(slot) == 3
    assert np.array_equal(engine.step([(slot, [13])])[0], before)


def test_rows_read_from_one_slot_continue_in_another(engine: DenseEngine) -> None:
    first, second = engine.open(), engine.open()
    engine.step([(first, [10, 11, 12])])
    rows = engine.read_rows(first, 3)
    want = engine.step([(first, [13])])[0].copy()
    engine.write_rows(second, rows)
    assert engine.length(second) == 3
    assert np.array_equal(engine.step([(second, [13])])[0], want)


def test_a_reopened_slot_remembers_nothing(engine: DenseEngine) -> None:
    slot = engine.open()
    fresh = engine.step([(slot, [50, 51])])[0].copy()
    engine.step([(slot, list(range(200, 240)))])
    engine.close(slot)
    again = engine.open()
    assert again == slot
    assert engine.length(again) == 0
    assert np.array_equal(engine.step([(again, [50, 51])])[0], fresh)


def test_a_full_slot_is_refused_and_nothing_changes(engine: DenseEngine) -> None:
    slot, other = engine.open(), engine.open()
    engine.step([(slot, [7] * (engine.max_length - 1))])
    with pytest.raises(SlotFullError, match=f"holds {engine.max_length - 1} of {engine.max_length} tokens; 2 more do not fit"):
        engine.step([(other, [7]), (slot, [7, 7])])
    assert (engine.length(slot), engine.length(other)) == (engine.max_length - 1, 0)
    engine.step([(slot, [7])])
    assert engine.length(slot) == engine.max_length


def test_misuse_is_named(engine: DenseEngine) -> None:
    slots = [engine.open() for _ in range(SLOTS)]
    with pytest.raises(EngineError, match="all 3 slots are taken"):
        engine.open()
    with pytest.raises(EngineError, match="takes each slot once"):
        engine.step([(slots[0], [1]), (slots[0], [2])])
    with pytest.raises(EngineError, match="no tokens"):
        engine.step([(slots[0], [])])
    with pytest.raises(EngineError, match="at least one"):
        engine.step([])
    with pytest.raises(EngineError, match="cannot truncate to 5"):
        engine.truncate(slots[0], 5)
    with pytest.raises(EngineError, match="cannot read 1"):
        engine.read_rows(slots[0], 1)
    engine.close(slots[0])
    with pytest.raises(EngineError, match="is not open"):
        engine.step([(slots[0], [1])])


def test_the_context_can_be_smaller_and_not_larger(exported: Path) -> None:
    model = exported / "gpt2" / "model.onnx"
    assert DenseEngine.from_file(model, EngineOptions(max_length=40)).max_length == 40
    with pytest.raises(EngineError, match="a context of 256 tokens"):
        DenseEngine.from_file(model, EngineOptions(max_length=257))


def test_cache_memory_is_what_full_slots_take(engine: DenseEngine) -> None:
    slot = engine.open()
    engine.step([(slot, [7] * engine.max_length)])
    assert engine.cache_bytes == SLOTS * sum(rows.nbytes for rows in engine.read_rows(slot, engine.max_length))


def test_a_graph_of_the_other_kind_is_refused(exported: Path) -> None:
    with pytest.raises(EngineError, match="wants the inputs"):
        DenseEngine.from_file(bundled("slm") / "model.onnx", EngineOptions())
    with pytest.raises(EngineError, match="lacks the inputs"):
        Engine.from_file(exported / "gpt2" / "model.onnx", EngineOptions())


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(EngineError, match=r"model\.onnx: onnxruntime cannot open it"):
        DenseEngine.from_file(broken, EngineOptions())
