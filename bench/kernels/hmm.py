"""Cases of the hidden Markov model: T steps, K states, E symbols. Peer: hmmlearn's CategoricalHMM, in both of its implementations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Final, NamedTuple

import numpy as np

from ...kernels import hmm
from ...kernels._arrays import FloatArray, IntArray
from ...kernels.hmm_forward import _filter_sequences, _log_likelihoods, _logs
from ...kernels.hmm_learning import _expect, baum_welch, expected_counts
from ...kernels.hmm_model import HiddenMarkovModel
from ...kernels.hmm_online import OnlineStatistics
from ...kernels.hmm_smoothing import _smooth
from ...kernels.hmm_statistics import pack
from ...kernels.hmm_viterbi import _decode
from ...kernels.markov_chain import stationary_distribution
from .case import Body, Case, Peer, largest_difference
from .peers import peer

__all__ = ["FAMILY", "SYMBOLS", "cases", "learning_case"]

FAMILY: Final = "hmm"
SYMBOLS: Final = 49
"""Pairs of a debtor's and a creditor's emotion."""
STEPS: Final = 30
"""Turns of a dialogue, at most."""
STATES: Final = 4

_BODY_STEPS: Final = 4096
_PAIR: Final = "state pair"


class _Data(NamedTuple):
    model: HiddenMarkovModel
    symbols: IntArray
    """[N * T]."""
    steps: int
    lengths: IntArray
    """[N]."""

    @property
    def first(self) -> IntArray:
        """[T] the first sequence."""
        return self.symbols[: self.steps].copy()

    @property
    def offsets(self) -> IntArray:
        """[N + 1]."""
        return np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(self.lengths)])


def cases(*, quick: bool) -> Iterator[Case]:
    """All, one at a time: building one makes its data and compares the answers."""
    sizes = [(STEPS, STATES)]
    if not quick:
        sizes = [(steps, STATES) for steps in (1, 3, 10, STEPS, 100, 300, 1000)] + [(STEPS, states) for states in (2, 3, 5, 8, 16, 32)]
    for steps, states in sizes:
        yield from _passes(_draw(states, SYMBOLS, steps, max(1, _BODY_STEPS // steps)))
    yield learning_case(10 if quick else 100, 5 if quick else 50)
    yield from _verbs(_draw(STATES, SYMBOLS, STEPS, 1))


def _draw(states: int, symbols: int, steps: int, sequences: int, seed: int = 20) -> _Data:
    """A random model with every probability positive, and sequences drawn from it."""
    generator = np.random.default_rng((seed, states, steps))
    initial, transition = generator.dirichlet(np.ones(states)), generator.dirichlet(np.ones(states), states)
    emission = generator.dirichlet(np.ones(symbols), states)
    shown = np.empty((sequences, steps), dtype=np.int64)
    for row in shown:
        state = generator.choice(states, p=initial)
        for step in range(steps):
            row[step] = generator.choice(symbols, p=emission[state])
            state = generator.choice(states, p=transition[state])
    lengths = np.full(sequences, steps)
    return _Data(HiddenMarkovModel(initial, transition, emission), shown.reshape(-1), steps, lengths)


def _hmmlearn(model: HiddenMarkovModel, implementation: str, **options: object) -> Any:
    """The same model over there."""
    theirs = peer("hmmlearn.hmm").CategoricalHMM(
        n_components=model.state_count, n_features=model.symbol_count, implementation=implementation, init_params="", **options
    )
    theirs.startprob_, theirs.transmat_, theirs.emissionprob_ = model.initial.copy(), model.transition.copy(), model.emission.copy()
    return theirs


def _peers(data: _Data, method: str) -> tuple[Peer, ...]:
    column = data.first[:, np.newaxis]
    return tuple(
        Peer(f"hmmlearn {method} ({kind})", partial(getattr(_hmmlearn(data.model, kind), method), column)) for kind in ("log", "scaling")
    )


def _passes(data: _Data) -> Iterator[Case]:
    model, first, offsets = data.model, data.first, data.offsets
    states, count = model.state_count, len(data.lengths)
    size = {"T": data.steps, "K": states, "E": model.symbol_count}
    values = pack(model.initial, model.transition, model.emission)
    theirs, column = _hmmlearn(model, "log"), first[:, np.newaxis]
    by_sequence, shape = np.empty(count), (data.symbols.size, states)
    inner, outer = np.empty(shape), np.empty(shape)

    def case(name: str, call: Callable[[], object], body: Callable[[], object], method: str | None, difference: float | None) -> Case:
        peers = () if method is None else _peers(data, method)
        return Case(FAMILY, name, size, call, peers, Body(body, count), _PAIR, data.steps * states**2, difference)

    yield case(
        "log_likelihood",
        partial(model.log_likelihood, first),
        partial(_log_likelihoods, values, False, data.symbols, offsets, by_sequence),
        "score",
        largest_difference("log_likelihood", model.log_likelihood(first), theirs.score(column), 1e-8),
    )
    yield case(
        "filter",
        partial(model.filter, first),
        partial(_filter_sequences, values, False, data.symbols, offsets, inner, outer, np.empty((count, states)), by_sequence),
        None,
        None,
    )
    yield case(
        "smooth",
        partial(model.smooth, first),
        partial(_smooth, values, False, data.symbols, offsets, inner, np.zeros((states, states)), by_sequence),
        "predict_proba",
        largest_difference("smooth", model.smooth(first).smoothed, theirs.predict_proba(column), 1e-10),
    )
    yield case(
        "decode",
        partial(model.decode, first),
        partial(_decode, _logs(values), data.symbols, offsets, np.empty(data.symbols.size, dtype=np.int64), by_sequence),
        "decode",
        largest_difference("decode", model.decode(first).log_joints[0], theirs.decode(column)[0], 1e-8),
    )


def learning_case(sequences: int, iterations: int) -> Case:
    """Baum-Welch from a random start: as many updates here and there, log-likelihoods compared before the first and after each."""
    data, start = _draw(STATES, SYMBOLS, STEPS, sequences), _draw(STATES, SYMBOLS, 1, 1, seed=21).model
    column, lengths = data.symbols[:, np.newaxis], data.lengths.tolist()

    def theirs(implementation: str) -> Any:
        # A tolerance that no gain is below: both do all updates.
        options: dict[str, object] = {"n_iter": iterations, "tol": -np.inf, "params": "ste"}
        return _hmmlearn(start, implementation, **options).fit(column, lengths)

    ours = partial(baum_welch, start, data.symbols, lengths=data.lengths, tolerance=0.0, max_iterations=iterations)
    fitted = theirs("log")
    their_path = [*fitted.monitor_.history, fitted.score(column, lengths)]
    difference = largest_difference("baum_welch", ours().objectives, their_path, 1e-4)
    passes, total = iterations + 1, data.symbols.size
    chain = pack(start.initial, start.transition, start.emission)
    counts, log_likelihoods = np.zeros_like(chain), np.empty(sequences)

    def body() -> None:
        for _ in range(passes):
            _expect(chain, False, data.symbols, data.offsets, counts, log_likelihoods)

    return Case(
        FAMILY,
        "baum_welch",
        {"N": sequences, "T": STEPS, "K": STATES, "E": SYMBOLS, "updates": iterations},
        ours,
        tuple(Peer(f"hmmlearn fit ({kind})", partial(theirs, kind)) for kind in ("log", "scaling")),
        Body(body, 1),
        _PAIR,
        passes * total * STATES**2,
        difference,
    )


def _verbs(data: _Data) -> Iterator[Case]:
    """What has no peer, or one elsewhere."""
    model, first = data.model, data.first
    belief, evidence = model.initial, np.linspace(0.5, 1.5, model.symbol_count)
    likelihood = hmm.soft_likelihood(evidence, model.emission)
    soft: FloatArray = np.tile(evidence, (data.steps, 1))
    one, whole = {"K": STATES, "E": SYMBOLS}, {"T": data.steps, "K": STATES, "E": SYMBOLS}
    gth, chain = peer("quantecon").gth_solve, model.transition.copy()
    yield Case(FAMILY, "predict", one, partial(hmm.predict, belief, model.transition))
    yield Case(FAMILY, "condition", one, partial(hmm.condition, belief, likelihood))
    yield Case(FAMILY, "soft_likelihood", one, partial(hmm.soft_likelihood, evidence, model.emission))
    yield Case(FAMILY, "filter_step", one, partial(hmm.filter_step, belief, model.transition, model.emission, evidence))
    yield Case(FAMILY, "filter, soft evidence", whole, partial(model.filter, soft))
    yield Case(FAMILY, "smooth_fixed_lag, lag 5", whole, partial(model.smooth_fixed_lag, first, 5))
    yield Case(FAMILY, "sample_posterior, 100 draws", whole, partial(model.sample_posterior, first, 100, 0))
    yield Case(FAMILY, "forecast, 10 steps", one, partial(model.forecast, belief, 10))
    yield Case(FAMILY, "expected_counts", whole, partial(expected_counts, model, first))
    yield Case(FAMILY, "OnlineStatistics.observed", one, partial(OnlineStatistics.start(model).observed, model, 7))
    yield Case(FAMILY, "HiddenMarkovModel()", one, partial(HiddenMarkovModel, model.initial, model.transition, model.emission))
    yield Case(
        FAMILY,
        "stationary_distribution",
        one,
        partial(stationary_distribution, chain),
        (Peer("quantecon gth_solve", partial(gth, chain)),),
        difference=largest_difference("stationary_distribution", stationary_distribution(chain), gth(chain), 1e-12),
    )
