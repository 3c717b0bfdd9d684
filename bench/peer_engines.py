"""One way to drive each engine: forget, take a prompt, give greedy tokens one at a time. No text, and no wrapper that costs it time."""

from __future__ import annotations

import ctypes
import json
import queue
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from ..models.engine import Engine, EngineOptions
from ..models.sampling import Sampling
from ..models.scheduler import Move, Request, Scheduler, SchedulerOptions

__all__ = ["OPENERS", "Opening", "Runner"]

Logits = npt.NDArray[np.float32]
_DEADLINE_SECONDS: Final = 600.0


class Opening(NamedTuple):
    """What to open and how. `spin`: of ours only; the others wait busily as they please. context: tokens of the KV cache."""

    path: Path
    threads: int
    spin: bool
    context: int


class Runner(Protocol):
    """A loaded model."""

    def prefill(self, prompt: Sequence[int]) -> int:
        """Forget everything, run the prompt and give the likeliest next token."""

    def decode(self, token: int, count: int) -> list[int]:
        """Go on behind the prompt and `token`: the next `count` likeliest tokens."""

    def logits(self, prompt: Sequence[int]) -> Logits:
        """[vocabulary] after the prompt."""


class _Ours:
    """The engine alone."""

    def __init__(self, opening: Opening) -> None:
        options = EngineOptions(slots=1, threads=opening.threads, spin=opening.spin, max_length=opening.context)
        self._engine = Engine.from_file(opening.path / "model.onnx", options)
        self._slot = self._engine.open()

    def prefill(self, prompt: Sequence[int]) -> int:
        return int(self.logits(prompt).argmax())

    def decode(self, token: int, count: int) -> list[int]:
        tokens = []
        for _ in range(count):
            token = int(self._engine.step([(self._slot, [token])])[0].argmax())
            tokens.append(token)
        return tokens

    def logits(self, prompt: Sequence[int]) -> Logits:
        self._engine.truncate(self._slot, 0)
        row: Logits = self._engine.step([(self._slot, prompt)])[0]
        return row


class _Handover:
    """A guide that hands each token over as it is sampled."""

    def __init__(self, most: int) -> None:
        self._left = most
        self.tokens: queue.SimpleQueue[int] = queue.SimpleQueue()

    def banned(self) -> None:
        return None

    def accept(self, token: int, log_probability: float, allowed: float) -> Move:
        self.tokens.put(token)
        self._left -= 1
        return Move(done=self._left == 0)

    def ended(self) -> None:
        pass


class _OursScheduled:
    """The engine under its scheduler, sampler included, as the appliance uses it."""

    def __init__(self, opening: Opening) -> None:
        options = EngineOptions(slots=1, threads=opening.threads, spin=opening.spin, max_length=opening.context)
        self._engine = Engine.from_file(opening.path / "model.onnx", options)
        self._scheduler = Scheduler(self._engine, SchedulerOptions(prefix_cache_bytes=0))
        self._scheduler.start()
        self._prompt: Sequence[int] = ()
        self._conversation = 0

    def prefill(self, prompt: Sequence[int]) -> int:
        # A conversation of its own: what is known of the last one would be reused.
        self._conversation += 1
        self._prompt = prompt
        return self._tokens(prompt, 1)[0]

    def decode(self, token: int, count: int) -> list[int]:
        return self._tokens([*self._prompt, token], count)

    def logits(self, prompt: Sequence[int]) -> Logits:
        raise NotImplementedError("logits stay with the scheduler; ask the engine alone")

    def _tokens(self, prompt: Sequence[int], count: int) -> list[int]:
        guide = _Handover(count)
        deadline = time.monotonic() + _DEADLINE_SECONDS
        request = Request(f"{self._conversation}", prompt, guide, Sampling(temperature=0.0), (0,), count, deadline)
        self._scheduler.submit(request).result()
        return [guide.tokens.get() for _ in range(count)]


class _LlamaCpp:
    """llama.cpp through the C interface that llama-cpp-python binds: its own Python layer would cost it a few percent."""

    def __init__(self, opening: Opening) -> None:
        import llama_cpp

        self._library: Any = llama_cpp
        self._quiet = llama_cpp.llama_log_callback(lambda *_: None)
        llama_cpp.llama_log_set(self._quiet, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        self._model = llama_cpp.llama_model_load_from_file(str(opening.path).encode(), llama_cpp.llama_model_default_params())
        if not self._model:
            raise RuntimeError(f"llama.cpp cannot open {opening.path}")
        parameters = llama_cpp.llama_context_default_params()
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = opening.context
        parameters.n_threads = parameters.n_threads_batch = opening.threads
        self._context = llama_cpp.llama_init_from_model(self._model, parameters)
        self._vocabulary = llama_cpp.llama_vocab_n_tokens(llama_cpp.llama_model_get_vocab(self._model))

    def prefill(self, prompt: Sequence[int]) -> int:
        return int(self.logits(prompt).argmax())

    def decode(self, token: int, count: int) -> list[int]:
        tokens = []
        for _ in range(count):
            token = int(self._run([token]).argmax())
            tokens.append(token)
        return tokens

    def logits(self, prompt: Sequence[int]) -> Logits:
        self._library.llama_memory_clear(self._library.llama_get_memory(self._context), False)
        return self._run(prompt)

    def _run(self, tokens: Sequence[int]) -> Logits:
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        status = self._library.llama_decode(self._context, self._library.llama_batch_get_one(array, len(tokens)))
        if status != 0:
            raise RuntimeError(f"llama_decode returned {status}")
        pointer = self._library.llama_get_logits_ith(self._context, -1)
        return np.ctypeslib.as_array(pointer, shape=(self._vocabulary,))


class _GenAi:
    """onnxruntime-genai. It samples within the library, so no logits are copied out."""

    def __init__(self, opening: Opening) -> None:
        import onnxruntime_genai

        self._library: Any = onnxruntime_genai
        config = onnxruntime_genai.Config(str(opening.path))
        threads = {"model": {"decoder": {"session_options": {"intra_op_num_threads": opening.threads}}}}
        config.overlay(json.dumps(threads))
        self._model = onnxruntime_genai.Model(config)
        self._context = opening.context
        self._generator: Any = None

    def prefill(self, prompt: Sequence[int]) -> int:
        self._start(prompt)
        return self._next()

    def decode(self, token: int, count: int) -> list[int]:
        return [self._next() for _ in range(count)]

    def logits(self, prompt: Sequence[int]) -> Logits:
        self._start(prompt)
        row: Logits = np.asarray(self._generator.get_logits(), dtype=np.float32).reshape(-1)
        return row

    def _start(self, prompt: Sequence[int]) -> None:
        parameters = self._library.GeneratorParams(self._model)
        parameters.set_search_options(max_length=self._context, do_sample=False)
        self._generator = self._library.Generator(self._model, parameters)
        self._generator.append_tokens(np.array(prompt, dtype=np.int32))

    def _next(self) -> int:
        self._generator.generate_next_token()
        return int(self._generator.get_next_tokens()[0])


OPENERS: Final[dict[str, Callable[[Opening], Runner]]] = {
    "ours": _Ours,
    "ours scheduled": _OursScheduled,
    "llama.cpp": _LlamaCpp,
    "genai": _GenAi,
}
