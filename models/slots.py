"""What every engine keeps of its slots: which are open, how much each holds, and whether a step may be taken.

Knows the onnxruntime session and its settings; how keys and values are kept is the engine's business.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")

import onnxruntime as ort

__all__ = ["PAST", "EngineError", "EngineOptions", "SlotEngine", "SlotFullError"]

PAST: Final = "past_key_values."
"""What the names of a graph's cache inputs begin with."""
_SPIN_MICROSECONDS: Final = 2000
_PROVIDERS: Final = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider", "tensorrt": "TensorrtExecutionProvider"}


class EngineError(Exception):
    """The engine was asked for something that it cannot do; the message says what would be right."""


class SlotFullError(EngineError):
    """A slot's context is used up."""


class EngineOptions(NamedTuple):
    """How an engine runs.

    slots: conversations whose KV is held at the same time.
    threads: intra-op threads. spin: whether they wait busily between operators (faster, costs power while a reply is written).
    max_length: tokens of context per slot; 0 takes all that the model allows.
    provider: cpu, cuda or tensorrt.
    """

    slots: int = 1
    threads: int = 1
    spin: bool = False
    max_length: int = 0
    provider: str = "cpu"


class SlotEngine:
    """Slots over one onnxruntime session; an engine adds `step` and what it keeps."""

    def __init__(self, session: Any, options: EngineOptions) -> None:
        self._session = session
        limit = _context_of(session)
        if not 0 <= options.max_length <= limit:
            raise EngineError(f"max_length {options.max_length}: the model has a context of {limit} tokens; choose 0 (all) to {limit}")
        self.max_length = options.max_length or limit
        self.vocabulary = int(session.get_outputs()[0].shape[-1])
        self.slots = options.slots
        self._lengths = [0] * options.slots
        self._open = [False] * options.slots

    @classmethod
    def from_file(cls, model: Path, options: EngineOptions) -> Self:
        """Open a model file.

        Raises:
            EngineError: the provider is not there, the model cannot be opened, or its graph is not one for this engine; also when
                what the slots keep does not fit into memory.
        """
        return cls(_open_session(model, options), options)

    def open(self) -> int:
        """The lowest free slot, with an empty context: open slots stay close together, and so do the rows of a Run.

        Raises:
            EngineError: all slots are taken.
        """
        if all(self._open):
            raise EngineError(f"all {self.slots} slots are taken; close one")
        slot = self._open.index(False)
        self._open[slot], self._lengths[slot] = True, 0
        return slot

    def close(self, slot: int) -> None:
        """Give a slot back and wipe what it held: nothing a person said stays in memory."""
        self._check(slot)
        self._wipe(slot)
        self._open[slot], self._lengths[slot] = False, 0

    def length(self, slot: int) -> int:
        """Tokens in the slot's context."""
        self._check(slot)
        return self._lengths[slot]

    def _wipe(self, slot: int) -> None:
        """Let go of all that the slot's cache holds."""
        raise NotImplementedError

    def _check(self, slot: int) -> None:
        if not 0 <= slot < self.slots or not self._open[slot]:
            raise EngineError(f"slot {slot} is not open")

    def _check_held(self, slot: int, length: int, purpose: str) -> None:
        """The slot is open and holds at least `length` tokens."""
        self._check(slot)
        if not 0 <= length <= self._lengths[slot]:
            raise EngineError(f"slot {slot} holds {self._lengths[slot]} tokens; cannot {purpose} {length}")

    def _check_step(self, batch: Sequence[tuple[int, Sequence[int]]], wanted: Sequence[int] | None) -> Sequence[int]:
        """The slots whose logits are wanted, when the step may be taken as a whole."""
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
        return wanted


def _open_session(model: Path, options: EngineOptions) -> Any:
    """An onnxruntime session on exactly the provider that was asked for.

    Raises:
        EngineError: the provider is not in this build of onnxruntime or did not start, or the model cannot be opened.
    """
    if options.provider not in _PROVIDERS:
        raise EngineError(f"provider {options.provider!r} is unknown; choose one of {', '.join(_PROVIDERS)}")
    provider = _PROVIDERS[options.provider]
    available = ort.get_available_providers()
    if provider not in available:
        raise EngineError(
            f"provider {options.provider}: this onnxruntime has no {provider} (it has {', '.join(available)}); "
            "install a build that has, or set [models] provider to cpu"
        )
    settings = ort.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    settings.add_session_config_entry("session.intra_op.allow_spinning", "1" if options.spin else "0")
    # Long enough to be awake for the next token, short enough to cost nothing between replies.
    settings.add_session_config_entry("session.intra_op.spin_duration_us", str(_SPIN_MICROSECONDS))
    providers = [provider] if options.provider != "tensorrt" else [provider, _PROVIDERS["cuda"]]
    try:
        session = ort.InferenceSession(str(model), settings, providers=providers)
    except Exception as error:  # onnxruntime raises its own types, which share no base but Exception
        raise EngineError(f"{model}: onnxruntime cannot open it: {error}") from error
    started = session.get_providers()[0]
    if started != provider:
        raise EngineError(f"provider {options.provider}: onnxruntime fell back to {started}; see its log, or set [models] provider to cpu")
    return session


def _context_of(session: Any) -> int:
    """The context that the rotary cache was built for, from the model's metadata."""
    metadata = session.get_modelmeta().custom_metadata_map
    if "max_length" not in metadata:
        raise EngineError("the model's metadata names no max_length; export it with `eqneg model export`")
    return int(metadata["max_length"])
