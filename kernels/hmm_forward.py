"""Forward passes over a packed hidden Markov chain, in linear arithmetic and, where that could underflow, in logarithms.

A packed chain is one C-ordered array [1 + K + R, K]: row 0 is P(S_1), rows 1..K are the transition rows, row 1 + K + r is the likelihood
of observation r in each state. For symbols, R counts the symbols (or pairs of input and symbol); for soft evidence each step is an
observation of its own. So every pass below serves both, compiles once, and unboxes one array.

Linear arithmetic is exact to rounding as long as no positive number in it is below `SMALL`: then a belief times a transition times a
likelihood is at least 1e-300. Whoever packs a chain says whether it holds smaller positive numbers (`extreme`); the passes watch the
beliefs, and start the sequence again in logarithms when one gets there.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from math import exp, log
from typing import Final

import numpy as np
from numba.core.dispatcher import Dispatcher

from ._arrays import FloatArray, IntArray
from ._jit import jit
from .status import Status

SMALL: Final = 1e-100
"""Positive numbers below this make a chain extreme."""

_OK: Final = int(Status.OK)
_IMPOSSIBLE: Final = int(Status.IMPOSSIBLE_EVIDENCE)
_UNDERFLOW: Final = -1
_RESCALE_BELOW: Final = 1e-30


@jit
def _log_likelihood(chain: FloatArray, rows: IntArray) -> float:
    """Return log p(x_1..x_T); NaN when a row is out of range, the evidence impossible, or logarithms are needed."""
    states = chain.shape[1]
    if states == 4:
        return _log_likelihood_of_four(chain, rows)
    first = 1 + states
    observations = chain.shape[0] - first
    weights, ahead = np.empty(states), np.empty(states)
    log_scale, total = 0.0, 1.0
    for state in range(states):
        ahead[state] = chain[0, state]
    for step in range(rows.shape[0]):
        row = rows[step]
        if row < 0 or row >= observations:
            return np.nan
        total, smallest = 0.0, 1.0
        for state in range(states):
            weight = ahead[state] * chain[first + row, state]
            weights[state] = weight
            total += weight
            smallest = weight if weight < smallest else smallest
        # A division and a logarithm cost more than the step: scale only when the weights have become small.
        if smallest < SMALL or total < _RESCALE_BELOW:
            if total == 0.0:
                return np.nan
            log_scale += log(total)
            for state in range(states):
                weights[state] /= total
                if 0.0 < weights[state] < SMALL:
                    return np.nan
            total = 1.0
        _advance(chain, weights, ahead)
    return log_scale + log(total)


@jit
def _log_likelihood_of_four(chain: FloatArray, rows: IntArray) -> float:
    """As `_log_likelihood` for four states, the paper's number, kept in registers: half the time per step."""
    observations = chain.shape[0] - 5
    a, b, c, d = chain[0, 0], chain[0, 1], chain[0, 2], chain[0, 3]
    log_scale, total = 0.0, 1.0
    for step in range(rows.shape[0]):
        row = rows[step]
        if row < 0 or row >= observations:
            return np.nan
        w, x, y, z = a * chain[5 + row, 0], b * chain[5 + row, 1], c * chain[5 + row, 2], d * chain[5 + row, 3]
        total = (w + x) + (y + z)
        if w < SMALL or x < SMALL or y < SMALL or z < SMALL or total < _RESCALE_BELOW:
            if total == 0.0:
                return np.nan
            log_scale += log(total)
            w, x, y, z = w / total, x / total, y / total, z / total
            if 0.0 < w < SMALL or 0.0 < x < SMALL or 0.0 < y < SMALL or 0.0 < z < SMALL:
                return np.nan
            total = 1.0
        a = (w * chain[1, 0] + x * chain[2, 0]) + (y * chain[3, 0] + z * chain[4, 0])
        b = (w * chain[1, 1] + x * chain[2, 1]) + (y * chain[3, 1] + z * chain[4, 1])
        c = (w * chain[1, 2] + x * chain[2, 2]) + (y * chain[3, 2] + z * chain[4, 2])
        d = (w * chain[1, 3] + x * chain[2, 3]) + (y * chain[3, 3] + z * chain[4, 3])
    return log_scale + log(total)


@jit
def _advance(chain: FloatArray, weights: FloatArray, ahead: FloatArray) -> None:
    """Write `weights` [K] after one transition to `ahead` [K]."""
    states = chain.shape[1]
    blocks = states - states % 4
    # Four targets at a time fill a vector register; a sum over sources alone may not be reordered into one.
    for target in range(0, blocks, 4):
        first, second, third, fourth = 0.0, 0.0, 0.0, 0.0
        for source in range(states):
            weight = weights[source]
            first += weight * chain[1 + source, target]
            second += weight * chain[1 + source, target + 1]
            third += weight * chain[1 + source, target + 2]
            fourth += weight * chain[1 + source, target + 3]
        ahead[target] = first
        ahead[target + 1] = second
        ahead[target + 2] = third
        ahead[target + 3] = fourth
    for target in range(blocks, states):
        mass = 0.0
        for source in range(states):
            mass += weights[source] * chain[1 + source, target]
        ahead[target] = mass


@jit
def _forward(
    chain: FloatArray,
    extreme: bool,
    rows: IntArray,
    start: int,
    stop: int,
    origin: int,
    filtered: FloatArray,
    predicted: FloatArray,
    ahead: FloatArray,
) -> tuple[int, int, float, bool]:
    """Filter observations `start`..`stop` - 1, one sequence; step t goes to row t - `origin` of `filtered` and `predicted` [.., K].

    `ahead` [K] becomes the belief after one more transition. Return (status, step from `start` that failed, log-likelihood, whether the
    three arrays hold logarithms).
    """
    if not extreme:
        status, failed, log_likelihood = _forward_linear(chain, rows, start, stop, origin, filtered, predicted, ahead)
        if status != _UNDERFLOW:
            return status, failed, log_likelihood, False
    status, failed, log_likelihood = _forward_logs(_logs(chain), rows, start, stop, origin, filtered, predicted, ahead)
    return status, failed, log_likelihood, True


@jit
def _forward_linear(
    chain: FloatArray,
    rows: IntArray,
    start: int,
    stop: int,
    origin: int,
    filtered: FloatArray,
    predicted: FloatArray,
    ahead: FloatArray,
) -> tuple[int, int, float]:
    """As `_forward`, or _UNDERFLOW as soon as a belief is below `SMALL`."""
    states = chain.shape[1]
    log_scale, product = 0.0, 1.0
    for state in range(states):
        ahead[state] = chain[0, state]
    for step in range(start, stop):
        place = step - origin
        row = 1 + states + rows[step]
        total = 0.0
        for state in range(states):
            predicted[place, state] = ahead[state]
            value = ahead[state] * chain[row, state]
            filtered[place, state] = value
            total += value
        if total == 0.0:
            return _IMPOSSIBLE, step - start, -np.inf
        for state in range(states):
            filtered[place, state] /= total
            if 0.0 < filtered[place, state] < SMALL:
                return _UNDERFLOW, step - start, -np.inf
        _advance(chain, filtered[place], ahead)
        # One logarithm for many steps.
        if total < _RESCALE_BELOW:
            log_scale += log(total)
            continue
        product *= total
        if product < _RESCALE_BELOW:
            log_scale += log(product)
            product = 1.0
    return _OK, stop - start, log_scale + log(product)


@jit
def _forward_logs(
    logs: FloatArray,
    rows: IntArray,
    start: int,
    stop: int,
    origin: int,
    filtered: FloatArray,
    predicted: FloatArray,
    ahead: FloatArray,
) -> tuple[int, int, float]:
    """As `_forward`, given the logarithms of the chain; writes logarithms."""
    states = logs.shape[1]
    terms = np.empty(states)
    log_likelihood = 0.0
    for state in range(states):
        ahead[state] = logs[0, state]
    for step in range(start, stop):
        place = step - origin
        row = 1 + states + rows[step]
        for state in range(states):
            predicted[place, state] = ahead[state]
            filtered[place, state] = ahead[state] + logs[row, state]
        total = _log_sum(filtered[place])
        if total == -np.inf:
            return _IMPOSSIBLE, step - start, -np.inf
        log_likelihood += total
        for state in range(states):
            filtered[place, state] -= total
        for target in range(states):
            for source in range(states):
                terms[source] = filtered[place, source] + logs[1 + source, target]
            ahead[target] = _log_sum(terms)
    return _OK, stop - start, log_likelihood


@jit
def _filter_sequences(
    chain: FloatArray,
    extreme: bool,
    rows: IntArray,
    offsets: IntArray,
    filtered: FloatArray,
    predicted: FloatArray,
    ahead: FloatArray,
    log_likelihoods: FloatArray,
) -> tuple[int, int, int]:
    """Fill `filtered`, `predicted` [T, K], `ahead` [N, K] and `log_likelihoods` [N]. Return (status, sequence, step) of a failure."""
    for sequence in range(offsets.shape[0] - 1):
        start, stop = offsets[sequence], offsets[sequence + 1]
        status, step, log_likelihood, in_logs = _forward(
            chain, extreme, rows, start, stop, 0, filtered, predicted, ahead[sequence]
        )
        if status != _OK:
            return status, sequence, step
        log_likelihoods[sequence] = log_likelihood
        if in_logs:
            _exponentiate(filtered[start:stop])
            _exponentiate(predicted[start:stop])
            _exponentiate(ahead[sequence : sequence + 1])
    return _OK, 0, 0


@jit
def _log_likelihoods(
    chain: FloatArray, extreme: bool, rows: IntArray, offsets: IntArray, log_likelihoods: FloatArray
) -> tuple[int, int, int]:
    """Fill `log_likelihoods` [N]. Return (status, sequence, step) of a failure. Rows must be in range."""
    states = chain.shape[1]
    ahead = np.empty(states)
    for sequence in range(offsets.shape[0] - 1):
        start, stop = offsets[sequence], offsets[sequence + 1]
        value = np.nan
        if not extreme:
            value = _log_likelihood(chain, rows[start:stop])
        if np.isnan(value):
            lattice = np.empty((2, stop - start, states))
            status, step, value, _ = _forward(chain, extreme, rows, start, stop, start, lattice[0], lattice[1], ahead)
            if status != _OK:
                return status, sequence, step
        log_likelihoods[sequence] = value
    return _OK, 0, 0


@jit
def _evidence_rows(chain: FloatArray, evidence: FloatArray, inputs: IntArray, out: FloatArray, log_scales: FloatArray) -> bool:
    """Pack soft evidence [T, E]: `out` [1 + K + T, K] is the head of `chain` and one likelihood row per step, its largest entry one.

    `log_scales` [T] is the logarithm of what each row was divided by (zero for a row of zeros, which the passes find). Return whether a
    positive entry is below `SMALL`.
    """
    states, symbols = chain.shape[1], evidence.shape[1]
    first = 1 + states
    for row in range(first):
        for state in range(states):
            out[row, state] = chain[row, state]
    extreme = False
    for step in range(evidence.shape[0]):
        strongest = 0.0
        for symbol in range(symbols):
            strongest = max(strongest, evidence[step, symbol])
        log_scales[step] = 0.0
        for state in range(states):
            out[first + step, state] = 0.0
        if strongest == 0.0:
            continue
        largest = 0.0
        for symbol in range(symbols):
            # Relative to the strongest: tiny but possible evidence must not underflow into "impossible".
            weight = evidence[step, symbol] / strongest
            row = first + inputs[step] * symbols + symbol
            for state in range(states):
                out[first + step, state] += weight * chain[row, state]
        for state in range(states):
            largest = max(largest, out[first + step, state])
        if largest == 0.0:
            continue
        log_scales[step] = log(strongest) + log(largest)
        for state in range(states):
            out[first + step, state] /= largest
            extreme = extreme or 0.0 < out[first + step, state] < SMALL
    return extreme


@jit
def _logs(values: FloatArray) -> FloatArray:
    """Logarithms of a non-negative array [m, n], zero giving -inf."""
    out = np.empty_like(values)
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            out[row, column] = log(values[row, column]) if values[row, column] > 0.0 else -np.inf
    return out


@jit
def _log_sum(terms: FloatArray) -> float:
    """log sum exp of `terms`."""
    largest = -np.inf
    for term in terms:
        largest = max(largest, term)
    if largest == -np.inf:
        return largest
    total = 0.0
    for term in terms:
        total += exp(term - largest)
    return largest + log(total)


@jit
def _exponentiate(values: FloatArray) -> None:
    """exp of each entry of `values` [m, n], in place."""
    for row in range(values.shape[0]):
        for column in range(values.shape[1]):
            values[row, column] = exp(values[row, column])


@cache
def in_place_log_likelihood() -> Callable[[FloatArray, IntArray], float] | None:
    """`_log_likelihood`, refusing with TypeError every array that it would have to be compiled for again; None without a compiler.

    The dispatcher looks at its arguments anyway: leaving the check to it halves the cost of a call from Python.
    """
    if not isinstance(_log_likelihood, Dispatcher):
        return None
    _log_likelihood(np.ones((3, 1)), np.zeros(1, dtype=np.int64))
    _log_likelihood.disable_compile()
    return _log_likelihood
