"""The compatibility runtime: graphs with plain attention, whose keys and values go in and come out longer (Optimum's decoders).

Same interface as the engine for grouped-query attention. Rows are run one after the other, and each step copies the row's cache:
slower, for architectures that have no better export. Knows tokens only. One thread owns an engine.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import onnxruntime as ort

from .engine import KvRows, Logits
from .slots import PAST, EngineError, EngineOptions, SlotEngine

__all__ = ["DenseEngine"]

_REQUIRED: Final = ("input_ids", "attention_mask")
_OPTIONAL: Final = ("position_ids",)


class DenseEngine(SlotEngine):
    """KV slots over one onnxruntime session.

    A slot's cache is one OrtValue [1, heads, tokens, head_dim] float32 per layer and side: what the last step gave out is what the next
    one takes in.
    """

    def __init__(self, session: Any, options: EngineOptions) -> None:
        inputs = {value.name: value for value in session.get_inputs()}
        self._past = [name for name in inputs if name.startswith(PAST)]
        foreign = sorted(set(inputs) - {*self._past, *_REQUIRED, *_OPTIONAL})
        missing = sorted(set(_REQUIRED) - set(inputs))
        if missing or foreign or not self._past:
            wrong = f"wants the inputs {', '.join(foreign)}" if foreign else f"lacks the inputs {', '.join(missing or [f'{PAST}*'])}"
            raise EngineError(f"the model {wrong}; export it with `eqneg model export --attention dense`")
        self._positions = "position_ids" in inputs
        shapes = {name: inputs[name].shape for name in self._past}
        for name, shape in shapes.items():
            if len(shape) != 4 or not isinstance(shape[1], int) or not isinstance(shape[3], int) or inputs[name].type != "tensor(float)":
                raise EngineError(f"{name} is {inputs[name].type} {shape}; [batch, heads, tokens, head_dim] of floats is expected")
        super().__init__(session, options)
        self.exact = False
        self._empty = [np.zeros((1, shapes[name][1], 0, shapes[name][3]), dtype=np.float32) for name in self._past]
        self._cache: list[list[Any]] = [self._values(self._empty) for _ in range(options.slots)]

    @property
    def cache_bytes(self) -> int:
        """Memory that the KV cache takes when all slots are full; it grows with what they hold."""
        return sum(self.slots * self.max_length * value.shape[1] * value.shape[3] * 4 for value in self._empty)

    def truncate(self, slot: int, length: int) -> None:
        """Forget all but the first `length` tokens; copies what is kept."""
        self._check_held(slot, length, "truncate to")
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
        wanted = self._check_step(batch, wanted)
        logits = {slot: self._append(slot, tokens) for slot, tokens in batch}
        return np.stack([logits[slot] for slot in wanted]) if wanted else np.zeros((0, self.vocabulary), dtype=np.float32)

    def read_rows(self, slot: int, length: int) -> KvRows:
        """A copy of the first `length` tokens' keys and values."""
        self._check_held(slot, length, "read")
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
            binding.bind_output(name.replace(PAST, "present."), "cpu")
        self._session.run_with_iobinding(binding)
        logits, *self._cache[slot] = binding.get_outputs()
        self._lengths[slot] = after
        row: Logits = logits.numpy()[0]
        return row

    def _wipe(self, slot: int) -> None:
        self._cache[slot] = self._values(self._empty)

    @staticmethod
    def _values(arrays: KvRows) -> list[Any]:
        return [ort.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(array)) for array in arrays]
