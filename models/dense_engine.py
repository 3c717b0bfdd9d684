"""The compatibility runtime: graphs with plain attention, whose keys and values go in and come out longer (Optimum's decoders).

Same interface as the engine for grouped-query attention. Rows are run one after the other, and each step copies the row's cache:
slower, for architectures that have no better export. Knows tokens only. One thread owns an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime as ort

from .engine import EngineError, EngineOptions, KvRows, Logits, SlotFullError, open_session

__all__ = ["DenseEngine"]

_PAST: Final = "past_key_values."
_REQUIRED: Final = ("input_ids", "attention_mask")
_OPTIONAL: Final = ("position_ids",)


class DenseEngine:
    """KV slots over one onnxruntime session.

    A slot's cache is one OrtValue [1, heads, tokens, head_dim] float32 per layer and side: what the last step gave out is what the next
    one takes in.
    """

    def __init__(self, session: Any, options: EngineOptions) -> None:
        self._session = session
        inputs = {value.name: value for value in session.get_inputs()}
        self._past = [name for name in inputs if name.startswith(_PAST)]
        foreign = sorted(set(inputs) - {*self._past, *_REQUIRED, *_OPTIONAL})
        missing = sorted(set(_REQUIRED) - set(inputs))
        if missing or foreign or not self._past:
            wrong = f"wants the inputs {', '.join(foreign)}" if foreign else f"lacks the inputs {', '.join(missing or [f'{_PAST}*'])}"
            raise EngineError(f"the model {wrong}; export it with `eqneg model export --attention dense`")
        self._positions = "position_ids" in inputs
        shapes = {name: inputs[name].shape for name in self._past}
        for name, shape in shapes.items():
            if len(shape) != 4 or not isinstance(shape[1], int) or not isinstance(shape[3], int) or inputs[name].type != "tensor(float)":
                raise EngineError(f"{name} is {inputs[name].type} {shape}; [batch, heads, tokens, head_dim] of floats is expected")
        limit = _context_of(session)
        if not 0 <= options.max_length <= limit:
            raise EngineError(f"max_length {options.max_length}: the model has a context of {limit} tokens; choose 0 (all) to {limit}")
        self.max_length = options.max_length or limit
        self.vocabulary = int(session.get_outputs()[0].shape[-1])
        self.slots = options.slots
        self.exact = False
        self._empty = [np.zeros((1, shapes[name][1], 0, shapes[name][3]), dtype=np.float32) for name in self._past]
        self._cache: list[list[Any]] = [self._values(self._empty) for _ in range(options.slots)]
        self._lengths = [0] * options.slots
        self._open = [False] * options.slots

    @classmethod
    def from_file(cls, model: Path, options: EngineOptions) -> DenseEngine:
        """Open a model file.

        Raises:
            EngineError: the provider is not there, the model cannot be opened, or it is no dense graph of `eqneg model export`.
        """
        return cls(open_session(model, options), options)

    @property
    def cache_bytes(self) -> int:
        """Memory that the KV cache takes when all slots are full; it grows with what they hold."""
        return sum(self.slots * self.max_length * value.shape[1] * value.shape[3] * 4 for value in self._empty)

    def open(self) -> int:
        """The lowest free slot, with an empty context.

        Raises:
            EngineError: all slots are taken.
        """
        if all(self._open):
            raise EngineError(f"all {self.slots} slots are taken; close one")
        slot = self._open.index(False)
        self._open[slot] = True
        self._forget(slot)
        return slot

    def close(self, slot: int) -> None:
        """Give a slot back and let go of what it held."""
        self._check(slot)
        self._open[slot] = False
        self._forget(slot)

    def length(self, slot: int) -> int:
        """Tokens in the slot's context."""
        self._check(slot)
        return self._lengths[slot]

    def truncate(self, slot: int, length: int) -> None:
        """Forget all but the first `length` tokens; copies what is kept."""
        self._check(slot)
        if not 0 <= length <= self._lengths[slot]:
            raise EngineError(f"slot {slot} holds {self._lengths[slot]} tokens; cannot truncate to {length}")
        if length < self._lengths[slot]:
            self.write_rows(slot, self.read_rows(slot, length))

    def step(self, batch: Sequence[tuple[int, Sequence[int]]], wanted: Sequence[int] | None = None) -> Logits:
        """Append tokens to slots, one row after the other.

        Args:
            batch: (slot, tokens) per row.
            wanted: slots whose logits are needed; None = all of the batch.

        Returns:
            [len(wanted), vocabulary] logits after each wanted row's last token, in the order of `wanted`.

        Raises:
            SlotFullError: a row would not fit its context; no slot has changed.
            EngineError: a closed or repeated slot, a row without tokens, or a wanted slot outside the batch.
        """
        slots = [slot for slot, _ in batch]
        wanted = slots if wanted is None else wanted
        if len(set(slots)) != len(slots) or not batch:
            raise EngineError(f"slots {slots}: a step takes each slot once, and at least one")
        if not set(wanted) <= set(slots):
            raise EngineError(f"wanted {list(wanted)}: only slots of the batch {slots} have logits")
        for slot, tokens in batch:
            self._check(slot)
            if not tokens:
                raise EngineError(f"slot {slot}: no tokens to append")
            if self._lengths[slot] + len(tokens) > self.max_length:
                raise SlotFullError(f"slot {slot} holds {self._lengths[slot]} of {self.max_length} tokens; {len(tokens)} more do not fit")
        logits = {slot: self._append(slot, tokens) for slot, tokens in batch}
        return np.stack([logits[slot] for slot in wanted]) if wanted else np.zeros((0, self.vocabulary), dtype=np.float32)

    def read_rows(self, slot: int, length: int) -> KvRows:
        """A copy of the first `length` tokens' keys and values."""
        self._check(slot)
        if not 0 <= length <= self._lengths[slot]:
            raise EngineError(f"slot {slot} holds {self._lengths[slot]} tokens; cannot read {length}")
        return [value.numpy()[0, :, :length].copy() for value in self._cache[slot]]

    def write_rows(self, slot: int, rows: KvRows) -> None:
        """Replace the slot's context by rows that `read_rows` gave, of this or another slot."""
        self._check(slot)
        self._cache[slot] = self._values([row[np.newaxis] for row in rows])
        self._lengths[slot] = rows[0].shape[1]

    def _append(self, slot: int, tokens: Sequence[int]) -> Logits:
        held = self._lengths[slot]
        after = held + len(tokens)
        binding = self._session.io_binding()
        binding.bind_cpu_input("input_ids", np.array([tokens], dtype=np.int64))
        binding.bind_cpu_input("attention_mask", np.ones((1, after), dtype=np.int64))
        if self._positions:
            binding.bind_cpu_input("position_ids", np.arange(held, after, dtype=np.int64)[np.newaxis])
        for name, value in zip(self._past, self._cache[slot], strict=True):
            binding.bind_ortvalue_input(name, value)
        binding.bind_output("logits", "cpu")
        for name in self._past:
            binding.bind_output(name.replace(_PAST, "present."), "cpu")
        self._session.run_with_iobinding(binding)
        logits, *self._cache[slot] = binding.get_outputs()
        self._lengths[slot] = after
        row: Logits = logits.numpy()[0]
        return row

    def _forget(self, slot: int) -> None:
        self._cache[slot], self._lengths[slot] = self._values(self._empty), 0

    @staticmethod
    def _values(arrays: KvRows) -> list[Any]:
        return [ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array)) for array in arrays]

    def _check(self, slot: int) -> None:
        if not 0 <= slot < self.slots or not self._open[slot]:
            raise EngineError(f"slot {slot} is not open")


def _context_of(session: Any) -> int:
    metadata = session.get_modelmeta().custom_metadata_map
    if "max_length" not in metadata:
        raise EngineError("the model's metadata names no max_length; export it with `eqneg model export --attention dense`")
    return int(metadata["max_length"])
