"""The SLM engine on the bundled model: ragged rows equal rows run alone, slots are isolated, bounds are errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from eqnegotiator.models.bundle import bundled, load_bundle
from eqnegotiator.models.engine import Engine, EngineError, SlotFullError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SLOTS = 3


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.load(load_bundle(bundled("slm"), "slm"), slots=SLOTS)


@pytest.fixture(autouse=True)
def closed_afterwards(engine: Engine) -> Iterator[None]:
    yield
    for slot in range(SLOTS):
        if engine._open[slot]:
            engine.close(slot)


def alone(engine: Engine, tokens: list[int]) -> np.ndarray:
    """Logits after `tokens`, token by token in an otherwise empty engine: the slow obvious way."""
    slot = engine.open()
    for token in tokens:
        logits = engine.step([(slot, [token])])[0].copy()
    engine.close(slot)
    return logits


def close_to(a: np.ndarray, b: np.ndarray) -> bool:
    # A row alone takes the matrix-vector path, which rounds activations differently: about 1 % of the logits' scale.
    return bool(np.abs(a - b).max() <= 0.05 * np.abs(b).max())


tokens = st.lists(st.integers(6, 4095), min_size=1, max_size=24)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(tokens, min_size=1, max_size=SLOTS))
def test_rows_of_different_lengths_in_one_run_equal_rows_run_alone(engine: Engine, rows: list[list[int]]) -> None:
    expected = [alone(engine, row) for row in rows]
    slots = [engine.open() for _ in rows]
    together = engine.step(list(zip(slots, rows, strict=True))).copy()
    for slot in slots:
        engine.close(slot)
    assert all(close_to(got, want) for got, want in zip(together, expected, strict=True))


def test_prefill_of_one_slot_beside_decode_of_another(engine: Engine) -> None:
    first, second = list(range(100, 130)), list(range(900, 940))
    a, b = engine.open(), engine.open()
    engine.step([(a, first[:-1])])
    mixed = engine.step([(b, second), (a, first[-1:])]).copy()
    engine.close(a)
    engine.close(b)
    assert close_to(mixed[0], alone(engine, second))
    assert close_to(mixed[1], alone(engine, first))


def test_a_wide_prefill_beside_a_nearly_full_row(engine: Engine) -> None:
    """The padded chunk does not fit behind the long row: the two go in two Runs, in the order asked for."""
    long, short = [20 + index % 50 for index in range(engine.max_length - 4)], list(range(300, 360))
    a, b = engine.open(), engine.open()
    engine.step([(a, long)])
    mixed = engine.step([(a, [61]), (b, short)]).copy()
    assert engine.length(a) == engine.max_length - 3
    engine.close(a)
    engine.close(b)
    assert close_to(mixed[0], alone(engine, [*long, 61]))
    assert close_to(mixed[1], alone(engine, short))


def test_an_idle_row_is_left_as_it_was(engine: Engine) -> None:
    idle, busy = engine.open(), engine.open()
    engine.step([(idle, list(range(70, 110)))])
    engine.step([(busy, list(range(500, 500 + engine.max_length - 1)))])
    after = engine.step([(idle, [111])])[0].copy()
    engine.close(idle)
    engine.close(busy)
    assert close_to(after, alone(engine, [*range(70, 110), 111]))


def test_truncate_rolls_back_exactly(engine: Engine) -> None:
    slot = engine.open()
    engine.step([(slot, [10, 11, 12])])
    before = engine.step([(slot, [13])])[0].copy()
    engine.step([(slot, [99, 98, 97])])
    engine.truncate(slot, 3)
    assert engine.length(slot) == 3
    assert np.array_equal(engine.step([(slot, [13])])[0], before)


def test_a_reopened_slot_remembers_nothing(engine: Engine) -> None:
    slot = engine.open()
    fresh = engine.step([(slot, [50, 51])])[0].copy()
    engine.step([(slot, list(range(200, 240)))])
    engine.close(slot)
    again = engine.open()
    assert again == slot
    assert np.array_equal(engine.step([(again, [50, 51])])[0], fresh)


def test_a_full_slot_is_refused_and_unchanged(engine: Engine) -> None:
    slot = engine.open()
    engine.step([(slot, [7] * (engine.max_length - 1))])
    with pytest.raises(SlotFullError, match=f"holds {engine.max_length - 1} of {engine.max_length} tokens; 2 more do not fit"):
        engine.step([(slot, [7, 7])])
    assert engine.length(slot) == engine.max_length - 1
    engine.step([(slot, [7])])
    assert engine.length(slot) == engine.max_length


def test_misuse_is_named(engine: Engine) -> None:
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
    engine.close(slots[0])
    with pytest.raises(EngineError, match="is not open"):
        engine.step([(slots[0], [1])])


def test_cache_memory_is_what_is_said(engine: Engine) -> None:
    assert engine.cache_bytes == sum(value.numpy().nbytes for value in engine._cache.values())


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(EngineError, match=r"model\.onnx: onnxruntime cannot open it"):
        Engine.from_file(broken, slots=1, threads=1)


def test_the_encoder_is_no_decoder() -> None:
    with pytest.raises(EngineError, match="lacks the inputs"):
        Engine.from_file(bundled("encoder") / "model.onnx", slots=1, threads=1)
