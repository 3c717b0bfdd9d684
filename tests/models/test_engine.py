"""The SLM engine on the bundled model: ragged rows equal rows run alone, slots are isolated, bounds are errors."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from eqnegotiator.models import engine as engine_module
from eqnegotiator.models.bundle import bundled, load_bundle
from eqnegotiator.models.engine import Engine, EngineError, EngineMemoryError, EngineOptions, SlotFullError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SLOTS = 3
MODEL = load_bundle(bundled("slm"), "slm").file("model.onnx")


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine.from_file(MODEL, EngineOptions(slots=SLOTS))


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


def whole(engine: Engine, tokens: list[int]) -> np.ndarray:
    """Logits after `tokens` in one Run of their own."""
    slot = engine.open()
    logits = engine.step([(slot, tokens)])[0].copy()
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


def test_only_the_wanted_rows_have_logits(engine: Engine) -> None:
    rows = {engine.open(): tokens for tokens in ([40, 41], [50, 51, 52], [60, 61])}
    wanted = list(rows)[::-2]
    got = engine.step(list(rows.items()), wanted).copy()
    for slot in rows:
        engine.close(slot)
    assert got.shape == (2, engine.vocabulary)
    assert all(np.array_equal(row, whole(engine, rows[slot])) for row, slot in zip(got, wanted, strict=True))
    slot = engine.open()
    assert engine.step([(slot, [70, 71])], []).shape == (0, engine.vocabulary)
    assert engine.length(slot) == 2
    with pytest.raises(EngineError, match=r"wanted \[2\]: only slots of the batch \[0\]"):
        engine.step([(slot, [72])], [2])


def test_a_row_does_not_depend_on_who_else_is_in_the_run(engine: Engine) -> None:
    """Bit by bit: an eight-bit model is the same whether a conversation is alone or beside prefill, as long as its chunks are the same."""
    numbers = np.random.default_rng(5)
    for _ in range(20):
        prompt, answer = numbers.integers(100, 4000, 20).tolist(), numbers.integers(100, 4000, 6).tolist()
        slot = engine.open()
        alone = [engine.step([(slot, prompt)])[0].copy(), *(engine.step([(slot, [token])])[0].copy() for token in answer)]
        engine.close(slot)
        first, second = engine.open(), engine.open()
        cut = int(numbers.integers(2, 19))
        engine.step([(second, prompt[:cut])], [])
        beside = [engine.step([(first, numbers.integers(100, 4000, 9).tolist()), (second, prompt[cut:])])[1].copy()]
        for token in answer:
            width = int(numbers.integers(1, 6))
            beside.append(engine.step([(first, numbers.integers(100, 4000, width).tolist()), (second, [token])])[1].copy())
        engine.close(first)
        engine.close(second)
        assert all(np.array_equal(one, other) for one, other in zip(alone, beside, strict=True))


def test_copied_rows_are_a_context(engine: Engine) -> None:
    source = engine.open()
    engine.step([(source, list(range(300, 320)))])
    rows = engine.read_rows(source, 12)
    target = engine.open()
    engine.write_rows(target, rows)
    assert engine.length(target) == 12
    engine.truncate(source, 12)
    both = engine.step([(source, [312, 313]), (target, [312, 313])])
    assert np.array_equal(both[0], both[1])
    with pytest.raises(EngineError, match="cannot read 99"):
        engine.read_rows(source, 99)


def test_a_closed_slot_holds_nothing_of_a_person(engine: Engine) -> None:
    slot = engine.open()
    engine.step([(slot, list(range(300, 340)))])
    assert any(array.any() for array in engine._cache._arrays.values())
    engine.close(slot)
    assert not any(array[slot].any() for array in engine._cache._arrays.values())
    slot = engine.open()
    engine.step([(slot, list(range(300, 340)))])
    engine.truncate(slot, 3)
    engine.close(slot)
    assert not any(array[slot].any() for array in engine._cache._arrays.values()), "nor what was rolled back"


def test_cache_memory_is_what_is_said(engine: Engine) -> None:
    assert engine.cache_bytes == sum(array.nbytes for array in engine._cache._arrays.values())


def test_a_cache_that_does_not_fit_is_refused_before_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine_module, "available_bytes", lambda: 1 << 20)
    with pytest.raises(EngineMemoryError, match=r"4 slots of 256 tokens takes 6 MiB, 1 MiB are free; lower \[models\] slots"):
        Engine.from_file(MODEL, EngineOptions(slots=4))


def test_a_shorter_context_takes_less_and_ends_earlier() -> None:
    short = Engine.from_file(MODEL, EngineOptions(max_length=40))
    slot = short.open()
    short.step([(slot, list(range(100, 140)))])
    with pytest.raises(SlotFullError, match="holds 40 of 40"):
        short.step([(slot, [1])])
    with pytest.raises(EngineError, match=r"max_length 999: the model has a context of 256"):
        Engine.from_file(MODEL, EngineOptions(max_length=999))


@pytest.mark.parametrize("provider", ["cuda", "tensorrt"])
def test_a_provider_that_is_not_there_is_never_replaced(provider: str) -> None:
    with pytest.raises(EngineError, match=f"provider {provider}: this onnxruntime has no .*set .models. provider to cpu"):
        Engine.from_file(MODEL, EngineOptions(provider=provider))
    with pytest.raises(EngineError, match="'tpu' is unknown"):
        Engine.from_file(MODEL, EngineOptions(provider="tpu"))


def test_a_file_that_is_no_model_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(EngineError, match=r"model\.onnx: onnxruntime cannot open it"):
        Engine.from_file(broken, EngineOptions())


def test_the_encoder_is_no_decoder() -> None:
    with pytest.raises(EngineError, match="lacks the inputs"):
        Engine.from_file(bundled("encoder") / "model.onnx", EngineOptions())
