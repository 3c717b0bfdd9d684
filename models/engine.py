"""The SLM runtime: plain onnxruntime over GroupQueryAttention with an in-place KV cache, rows of different lengths in one Run.

`open() -> slot`, `step([(slot, tokens)]) -> logits`, `truncate(slot, length)`, `close(slot)`. Knows tokens only: no text, no sampling.
One thread owns an engine.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import numpy as np
import numpy.typing as npt
import onnxruntime as ort

from .bundle import Bundle

__all__ = ["Engine", "EngineError", "SlotFullError"]


class EngineError(Exception):
    """The engine was asked for something that it cannot do; the message says what would be right."""


class SlotFullError(EngineError):
    """A slot's context is used up."""


class Engine:
    """KV slots over one onnxruntime session.

    The cache is one array per layer and side, [slots, kv_heads, max_length, head_dim] float32, bound as `past_*` and as `present_*`:
    GroupQueryAttention then writes in place. Nothing is copied between steps, and a roll-back is a smaller length.
    """

    def __init__(self, session: Any, slots: int) -> None:
        self._session = session
        inputs = {value.name: value for value in session.get_inputs()}
        missing = sorted({"input_ids", "seqlens_k", "total_sequence_length", "query_seqlens"} - set(inputs))
        if missing:
            raise EngineError(f"the model lacks the inputs {', '.join(missing)}; export it with eqnegotiator.models.export")
        past = [name for name in inputs if name.startswith("past_key_values.")]
        _, self._heads, _, self._head_dim = inputs[past[0]].shape
        self.max_length = _max_length(session)
        self.vocabulary = int(session.get_outputs()[0].shape[-1])
        self.slots = slots
        self._cache = {
            name: ort.OrtValue.ortvalue_from_numpy(np.zeros((slots, self._heads, self.max_length, self._head_dim), np.float32))
            for name in past
        }
        self._lengths = np.zeros(slots, dtype=np.int32)
        self._open = np.zeros(slots, dtype=np.bool_)
        self._logits = np.zeros((slots, self.vocabulary), dtype=np.float32)

    @classmethod
    def load(cls, bundle: Bundle, *, slots: int = 1, threads: int = 1) -> Engine:
        """Open the model of a verified bundle.

        Raises:
            EngineError: the model cannot be opened or is not a ragged GroupQueryAttention graph.
        """
        return cls.from_file(bundle.folder / "model.onnx", slots=slots, threads=threads)

    @classmethod
    def from_file(cls, model: Path, *, slots: int, threads: int) -> Engine:
        """Open a model file. `threads` are intra-op threads; they sleep between Runs instead of spinning."""
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # The arena keeps what prefill once needed for ever; the appliance has a memory limit.
        options.enable_cpu_mem_arena = False
        try:
            session = ort.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        except Exception as error:  # onnxruntime raises its own types, which share no base but Exception
            raise EngineError(f"{model}: onnxruntime cannot open it: {error}") from error
        return cls(session, slots)

    @property
    def cache_bytes(self) -> int:
        """Memory of the KV cache of all slots."""
        return int(len(self._cache) * self.slots * self._heads * self.max_length * self._head_dim * 4)

    def open(self) -> int:
        """A free slot with an empty context.

        Raises:
            EngineError: all slots are taken.
        """
        free = np.flatnonzero(~self._open)
        if not free.size:
            raise EngineError(f"all {self.slots} slots are taken; close one")
        slot = int(free[0])
        self._open[slot], self._lengths[slot] = True, 0
        return slot

    def close(self, slot: int) -> None:
        """Give a slot back."""
        self._check(slot)
        self._open[slot] = False

    def length(self, slot: int) -> int:
        """Tokens in the slot's context."""
        self._check(slot)
        return int(self._lengths[slot])

    def truncate(self, slot: int, length: int) -> None:
        """Forget all but the first `length` tokens; costs nothing."""
        self._check(slot)
        if not 0 <= length <= self._lengths[slot]:
            raise EngineError(f"slot {slot} holds {self._lengths[slot]} tokens; cannot truncate to {length}")
        self._lengths[slot] = length

    def step(self, batch: Sequence[tuple[int, Sequence[int]]]) -> npt.NDArray[np.float32]:
        """Append tokens to slots in one Run (prefill and decode may mix).

        Returns:
            [len(batch), vocabulary] logits after each row's last token, in the order of the batch.

        Raises:
            SlotFullError: a row would not fit its context; no slot has changed.
            EngineError: a closed or repeated slot, or a row without tokens.
        """
        slots = [slot for slot, _ in batch]
        if len(set(slots)) != len(slots) or not batch:
            raise EngineError(f"slots {slots}: a step takes each slot once, and at least one")
        width = 0
        for slot, tokens in batch:
            self._check(slot)
            if not tokens:
                raise EngineError(f"slot {slot}: no tokens to append")
            if self._lengths[slot] + len(tokens) > self.max_length:
                raise SlotFullError(f"slot {slot} holds {self._lengths[slot]} of {self.max_length} tokens; {len(tokens)} more do not fit")
            width = max(width, len(tokens))
        late = [row for row in batch if self._lengths[row[0]] + width > self.max_length]
        # GroupQueryAttention wants room for the padded chunk in every row it works on: rows that have none go in a Run of their own.
        self._append([row for row in batch if row not in late], width)
        logits = self._logits[slots]
        if late:
            logits[[slots.index(slot) for slot, _ in late]] = self.step(late)
        return logits

    def _append(self, batch: Sequence[tuple[int, Sequence[int]]], width: int) -> None:
        ids = np.zeros((self.slots, width), dtype=np.int64)
        queries = np.zeros(self.slots, dtype=np.int32)
        after = np.ones(self.slots, dtype=np.int32)  # an idle row counts as short: nothing of it is read or written
        for slot, tokens in batch:
            ids[slot, : len(tokens)] = tokens
            queries[slot] = len(tokens)
            after[slot] = self._lengths[slot] + len(tokens)
        self._run(ids, queries, after - 1)
        self._lengths += queries

    def _run(self, ids: npt.NDArray[np.int64], queries: npt.NDArray[np.int32], seqlens_k: npt.NDArray[np.int32]) -> None:
        binding = self._session.io_binding()
        binding.bind_cpu_input("input_ids", ids)
        binding.bind_cpu_input("query_seqlens", queries)
        binding.bind_cpu_input("seqlens_k", seqlens_k)
        binding.bind_cpu_input("total_sequence_length", np.array(self.max_length, dtype=np.int32))
        for name, value in self._cache.items():
            binding.bind_ortvalue_input(name, value)
            binding.bind_ortvalue_output(name.replace("past_key_values.", "present."), value)
        binding.bind_output("logits", "cpu", 0, np.float32, self._logits.shape, self._logits.ctypes.data)
        self._session.run_with_iobinding(binding)

    def _check(self, slot: int) -> None:
        if not 0 <= slot < self.slots or not self._open[slot]:
            raise EngineError(f"slot {slot} is not open")


def _max_length(session: Any) -> int:
    """The context that the rotary cache was built for, from the model's metadata."""
    metadata = session.get_modelmeta().custom_metadata_map
    if "max_length" not in metadata:
        raise EngineError("the model's metadata names no max_length; export it with eqnegotiator.models.export")
    return int(metadata["max_length"])
