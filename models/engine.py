"""The SLM runtime: plain onnxruntime over GroupQueryAttention with an in-place KV cache, many conversations in one Run.

`open() -> slot`, `step([(slot, tokens)]) -> logits`, `truncate(slot, length)`, `close(slot)`. Knows tokens only: no text, no sampling.
One thread owns an engine.

The tokens of all rows are packed end to end, so every matrix product works on real tokens only; the graph pads around attention alone
(`surgery.py`), where each row has its own length.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, Protocol

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from .memory import available_bytes
from .slots import PAST, EngineError, EngineOptions, SlotEngine, SlotFullError

__all__ = [
    "Engine",
    "EngineError",
    "EngineMemoryError",
    "EngineOptions",
    "KvRows",
    "Logits",
    "SlotFullError",
    "TokenEngine",
]

Logits = npt.NDArray[np.float32]
KvRows = list[npt.NDArray[Any]]
"""One array [kv_heads, tokens, head_dim] per layer and side."""

_INPUTS: Final = ("input_ids", "row_index", "token_index", "logits_index", "seqlens_k", "query_seqlens", "total_sequence_length")
# A Run that is one token wide takes another path through attention, with other rounding: a row's result would depend on who else is
# in the Run. Attention alone is padded, so this costs nothing that can be measured.
_LEAST_WIDTH: Final = 2
_MOST_DECODINGS: Final = 256
_KV_TYPES: Final = {"tensor(float)": np.float32, "tensor(float16)": np.float16}


class EngineMemoryError(EngineError):
    """The KV cache of all slots does not fit into memory."""


class TokenEngine(Protocol):
    """What the scheduler runs on; `Engine` and `DenseEngine` are two."""

    slots: int
    max_length: int
    vocabulary: int
    exact: bool
    """Whether a token's logits are the same to the last bit however its prompt is cut into chunks of two tokens or more."""

    def open(self) -> int: ...

    def close(self, slot: int) -> None: ...

    def length(self, slot: int) -> int: ...

    def truncate(self, slot: int, length: int) -> None: ...

    def step(self, batch: Sequence[tuple[int, Sequence[int]]], wanted: Sequence[int] | None = None) -> Logits: ...

    def read_rows(self, slot: int, length: int) -> KvRows: ...

    def write_rows(self, slot: int, rows: KvRows) -> None: ...


class Engine(SlotEngine):
    """KV slots over one onnxruntime session.

    The cache is one array per layer and side, [slots, kv_heads, max_length, head_dim], bound as `past_*` and as `present_*`:
    GroupQueryAttention then writes in place. Nothing is copied between steps, a roll-back is a smaller length, and a Run binds only the
    range of slots that it works on.
    """

    def __init__(self, session: Any, options: EngineOptions) -> None:
        inputs = {value.name: value for value in session.get_inputs()}
        missing = sorted(set(_INPUTS) - set(inputs))
        if missing:
            raise EngineError(f"the model lacks the inputs {', '.join(missing)}; export it with `eqneg model export`")
        super().__init__(session, options)
        self.exact = True
        past = [value for name, value in inputs.items() if name.startswith(PAST)]
        heads_and_dims = {value.name: (value.shape[1], value.shape[3]) for value in past}
        shapes = {name: (options.slots, heads, self.max_length, dim) for name, (heads, dim) in heads_and_dims.items()}
        types = {value.name: np.dtype(_KV_TYPES[value.type]) for value in past}
        self.cache_bytes = sum(int(np.prod(shape)) * types[name].itemsize for name, shape in shapes.items())
        _check_memory(self.cache_bytes, options.slots, self.max_length)
        self._cache = _Cache(shapes, types, options.provider)
        self._decodings: dict[tuple[int, ...], _Decoding] = {}
        self._total_length = np.array(self.max_length, dtype=np.int32)
        self._logits = np.zeros((options.slots, self.vocabulary), dtype=np.float32)

    def truncate(self, slot: int, length: int) -> None:
        """Forget all but the first `length` tokens; costs nothing."""
        self._check_held(slot, length, "truncate to")
        self._lengths[slot] = length

    def step(self, batch: Sequence[tuple[int, Sequence[int]]], wanted: Sequence[int] | None = None) -> Logits:
        """Append tokens to slots in one Run (prefill and decode may mix).

        Args:
            batch: (slot, tokens) per row.
            wanted: slots whose logits are needed; None = all of the batch. A chunk in the middle of a prompt needs none.

        Returns:
            [len(wanted), vocabulary] logits after each wanted row's last token, in the order of `wanted`; a view that the next step
            overwrites.

        Raises:
            SlotFullError: a row would not fit its context; no slot has changed.
            EngineError: a closed or repeated slot, a row without tokens, or a wanted slot outside the batch.
        """
        wanted = self._check_step(batch, wanted)
        width = max(_LEAST_WIDTH, *(len(tokens) for _, tokens in batch))
        # GroupQueryAttention wants room for the padded chunk in every row it works on: rows that have none go in a Run of their own.
        late = [row for row in batch if self._lengths[row[0]] + width > self.max_length]
        if not late:
            return self._run(batch, wanted, width)
        if len(late) == len(batch):  # each row writes the last token of its context
            return self._run(batch, wanted, 1)
        tight = {slot for slot, _ in late}
        logits = np.empty((len(wanted), self.vocabulary), dtype=np.float32)
        for rows in ([row for row in batch if row[0] not in tight], late):
            here = [slot for slot in wanted if any(slot == row[0] for row in rows)]
            logits[[wanted.index(slot) for slot in here]] = self.step(rows, here)
        return logits

    def read_rows(self, slot: int, length: int) -> KvRows:
        """A copy of the first `length` tokens' keys and values. Only on cpu."""
        self._check_held(slot, length, "read")
        return self._cache.read(slot, length)

    def write_rows(self, slot: int, rows: KvRows) -> None:
        """Replace the slot's context by rows that `read_rows` gave, of this or another slot."""
        self._check(slot)
        self._lengths[slot] = self._cache.write(slot, rows)

    def _run(self, batch: Sequence[tuple[int, Sequence[int]]], wanted: Sequence[int], width: int) -> Logits:
        slots = tuple(slot for slot, _ in batch)
        if width == _LEAST_WIDTH and len(wanted) == len(slots) and all(len(tokens) == 1 for _, tokens in batch):
            logits = self._decode(slots, [tokens[0] for _, tokens in batch])
            return logits if tuple(wanted) == slots else logits[[slots.index(slot) for slot in wanted]]
        first, rows = min(slots), max(slots) - min(slots) + 1
        seqlens_k = np.zeros(rows, dtype=np.int32)  # an idle row between two others counts as short: nothing of it is read or written
        packed: list[int] = []
        last: dict[int, int] = {}
        for slot, tokens in batch:
            seqlens_k[slot - first] = self._lengths[slot] + len(tokens) - 1
            packed += tokens
            last[slot] = len(packed) - 1
        # The head needs at least one row to work on.
        picked = [last[slot] for slot in wanted] or [0]
        logits = self._logits[: len(picked)]
        binding = self._session.io_binding()
        self._cache.bind(binding, first, rows)
        feeds = _layout([(slot - first, len(tokens)) for slot, tokens in batch], rows, width, picked) | {
            "input_ids": np.array([packed], dtype=np.int64),
            "seqlens_k": seqlens_k,
            "total_sequence_length": self._total_length,
        }
        _bind(binding, feeds, logits)
        self._session.run_with_iobinding(binding)
        for slot, tokens in batch:
            self._lengths[slot] += len(tokens)
        return logits[: len(wanted)]

    def _decode(self, slots: tuple[int, ...], tokens: list[int]) -> Logits:
        """One token for each slot: everything but the tokens and the lengths stays bound from step to step."""
        if slots not in self._decodings:
            if len(self._decodings) >= _MOST_DECODINGS:
                self._decodings.clear()
            self._decodings[slots] = self._bind_decoding(slots)
        decoding = self._decodings[slots]
        decoding.input_ids[0] = tokens
        for slot, row in zip(slots, decoding.rows, strict=True):
            decoding.seqlens_k[row] = self._lengths[slot]
            self._lengths[slot] += 1
        self._session.run_with_iobinding(decoding.binding)
        return decoding.logits

    def _bind_decoding(self, slots: tuple[int, ...]) -> _Decoding:
        first, rows = min(slots), max(slots) - min(slots) + 1
        placed = [slot - first for slot in slots]
        input_ids, seqlens_k = np.zeros((1, len(slots)), dtype=np.int64), np.zeros(rows, dtype=np.int32)
        logits = self._logits[: len(slots)]
        feeds = _layout([(row, 1) for row in placed], rows, _LEAST_WIDTH, list(range(len(slots)))) | {
            "input_ids": input_ids,
            "seqlens_k": seqlens_k,
            "total_sequence_length": self._total_length,
        }
        binding = self._session.io_binding()
        self._cache.bind(binding, first, rows)
        _bind(binding, feeds, logits)
        return _Decoding(binding, feeds, placed, input_ids, seqlens_k, logits)

    def _wipe(self, slot: int) -> None:
        self._cache.wipe(slot)


class _Decoding(NamedTuple):
    """A Run of one token for each of some slots, bound. `feeds` keeps the bound arrays alive."""

    binding: Any
    feeds: dict[str, npt.NDArray[Any]]
    rows: list[int]
    input_ids: npt.NDArray[np.int64]
    seqlens_k: npt.NDArray[np.int32]
    logits: Logits


def _layout(parts: Sequence[tuple[int, int]], rows: int, width: int, picked: Sequence[int]) -> dict[str, npt.NDArray[Any]]:
    """Where tokens stand: `parts` is (row, tokens) in the order in which they are packed, `picked` the packed tokens with logits."""
    queries = np.zeros(rows, dtype=np.int32)
    row_index = np.zeros((rows, width, 2), dtype=np.int64)
    token_index = np.empty((1, sum(count for _, count in parts), 2), dtype=np.int64)
    start = 0
    for row, count in parts:
        queries[row] = count
        row_index[row, :count, 1] = range(start, start + count)
        token_index[0, start : start + count, 0] = row
        token_index[0, start : start + count, 1] = range(count)
        start += count
    logits_index = np.array([(0, token) for token in picked], dtype=np.int64)
    return {"query_seqlens": queries, "row_index": row_index, "token_index": token_index, "logits_index": logits_index}


def _bind(binding: Any, feeds: Mapping[str, npt.NDArray[Any]], logits: Logits) -> None:
    for name, value in feeds.items():
        binding.bind_cpu_input(name, value)
    binding.bind_output("logits", "cpu", 0, np.float32, logits.shape, logits.ctypes.data)


class _Cache:
    """Keys and values of all slots, on the device that works on them."""

    def __init__(self, shapes: Mapping[str, tuple[int, ...]], types: dict[str, Any], provider: str) -> None:
        self._shapes, self._types = shapes, types
        self._device = "cpu" if provider == "cpu" else "cuda"
        self._arrays: dict[str, npt.NDArray[Any]] = {}
        self._values: dict[str, Any] = {}
        for name, shape in shapes.items():
            if self._device == "cpu":
                self._arrays[name] = np.zeros(shape, dtype=types[name])
            else:
                self._values[name] = ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, dtype=types[name]), self._device, 0)

    def bind(self, binding: Any, first: int, rows: int) -> None:
        for name, shape in self._shapes.items():
            part = (rows, *shape[1:])
            offset = first * int(np.prod(shape[1:])) * self._types[name].itemsize
            start = self._arrays[name].ctypes.data if self._device == "cpu" else self._values[name].data_ptr()
            binding.bind_input(name, self._device, 0, self._types[name], part, start + offset)
            present = name.replace(PAST, "present.")
            binding.bind_output(present, self._device, 0, self._types[name], part, start + offset)

    def read(self, slot: int, length: int) -> KvRows:
        self._only_on_cpu()
        return [array[slot, :, :length].copy() for array in self._arrays.values()]

    def write(self, slot: int, rows: KvRows) -> int:
        self._only_on_cpu()
        for array, row in zip(self._arrays.values(), rows, strict=True):
            array[slot, :, : row.shape[1]] = row
        length: int = rows[0].shape[1]
        return length

    def wipe(self, slot: int) -> None:
        for array in self._arrays.values():
            array[slot] = 0

    def _only_on_cpu(self) -> None:
        if self._device != "cpu":
            raise EngineError(f"rows on {self._device} cannot be copied; set the prefix cache to 0 bytes there")


def _check_memory(cache_bytes: int, slots: int, max_length: int) -> None:
    available = available_bytes()
    if available is not None and cache_bytes > available:
        raise EngineMemoryError(
            f"the KV cache of {slots} slots of {max_length} tokens takes {cache_bytes / 2**20:.0f} MiB, "
            f"{available / 2**20:.0f} MiB are free; lower [models] slots or [models] context_tokens"
        )
