"""Random hidden Markov models and what they show, for the tests of the kernels."""

from __future__ import annotations

from typing import Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt
from eqnegotiator.kernels.hmm_model import HiddenMarkovModel
from hmmlearn.hmm import CategoricalHMM
from hypothesis import strategies as st

COMPILED: Final = not numba.config.DISABLE_JIT  # type: ignore[attr-defined]
"""Whether bodies are compiled; as plain Python they get less to do."""

Array = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Instance(NamedTuple):
    """A model, and sequences drawn from it: every one of them is possible."""

    model: HiddenMarkovModel
    symbols: Integers
    """[T] all sequences end to end."""
    evidence: Array
    """[T, E] the symbols heard through noise, on a scale of each step's own."""
    inputs: Integers | None
    """[T] where the model has inputs."""
    lengths: Integers
    """[N]."""

    def likelihoods(self, *, soft: bool) -> list[list[float]]:
        """[T][K] for the references."""
        states = range(self.model.state_count)
        tensor = self.model.emission.reshape(len(states), -1, self.model.symbol_count)
        inputs = np.zeros(len(self.symbols), dtype=np.int64) if self.inputs is None else self.inputs
        weights = self.evidence if soft else np.eye(self.model.symbol_count)[self.symbols]
        return [[float(tensor[state, chosen] @ row) for state in states] for chosen, row in zip(inputs, weights, strict=True)]

    def observed(self, *, soft: bool) -> Array | Integers:
        """What the model is given."""
        return self.evidence if soft else self.symbols


def instance(
    seed: int, states: int, symbols: int, lengths: tuple[int, ...], *, inputs: int | None = None, concentration: float = 1.0
) -> Instance:
    """A low concentration gives models that are nearly, or exactly, zero in many places."""
    generator = np.random.default_rng(seed)

    def rows(size: int, *shape: int) -> Array:
        return np.asarray(generator.dirichlet(np.full(size, concentration), size=shape))

    emission = rows(symbols, states) if inputs is None else rows(symbols, states, inputs)
    model = HiddenMarkovModel(rows(states), rows(states, states), emission)
    total = sum(lengths)
    chosen = None if inputs is None else generator.integers(0, inputs, total)
    shown = np.empty(total, dtype=np.int64)
    starts = set(np.cumsum((0, *lengths)).tolist())
    state = 0
    for step in range(total):
        state = int(generator.choice(states, p=model.initial if step in starts else model.transition[state]))
        chances = model.emission[state] if chosen is None else model.emission[state, chosen[step]]
        shown[step] = generator.choice(symbols, p=chances)
    noise = generator.dirichlet(np.ones(symbols), size=total)
    evidence = (0.5 * np.eye(symbols)[shown] + 0.5 * noise) * 10.0 ** generator.uniform(-5, 5, (total, 1))
    return Instance(model, shown, evidence, chosen, np.array(lengths))


def from_seed(seed: int, *, longest: int) -> Instance:
    """All kinds by turns: tiny and larger, flat and nearly deterministic; no inputs."""
    generator = np.random.default_rng(seed)
    lengths = tuple(int(n) for n in generator.integers(1, longest + 1, int(generator.integers(1, 4))))
    return instance(
        seed,
        states=int(generator.integers(1, 6)),
        symbols=int(generator.integers(1, 8)),
        lengths=lengths,
        concentration=(1.0, 0.2, 0.02, 20.0)[seed % 4],
    )


def peer(model: HiddenMarkovModel) -> CategoricalHMM:
    """The same model in hmmlearn, which knows no inputs."""
    twin = CategoricalHMM(model.state_count, init_params="", params="ste")
    twin.startprob_, twin.transmat_, twin.emissionprob_ = model.initial, model.transition, model.emission
    twin.n_features = model.symbol_count
    return twin


small_instances = st.builds(
    instance,
    seed=st.integers(0, 2**32 - 1),
    states=st.integers(1, 3),
    symbols=st.integers(1, 4),
    lengths=st.tuples(st.integers(1, 5)),
    inputs=st.sampled_from([None, 1, 3]),
    concentration=st.sampled_from([1.0, 0.1, 0.01]),
)
"""One sequence, short enough for references that enumerate every path."""
