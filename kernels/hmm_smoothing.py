"""Passes that look back: smoothing, fixed-lag smoothing and sampling of state paths, over a packed chain (`hmm_forward`).

All of them rest on the reversed chain P(S_t = i | S_t+1 = j, x_1..x_t) = filtered_t(i) transition(i, j) / predicted_t+1(j), whose entries
are probabilities: nothing can overflow, and what underflows is smaller than 1e-300 in absolute terms.
"""

from __future__ import annotations

from math import exp, log
from typing import Final

import numpy as np

from ._arrays import FloatArray, IntArray
from ._jit import jit
from .hmm_forward import _forward
from .status import Status

_OK: Final = int(Status.OK)


@jit
def _step_back(
    chain: FloatArray,
    in_logs: bool,
    filtered: FloatArray,
    predicted: FloatArray,
    now: int,
    belief: FloatArray,
    transitions: FloatArray,
    work: FloatArray,
) -> None:
    """Turn `belief` [K] about S_now+1 into the same about S_now, in place; add the probability of each move to `transitions` [K, K].

    `filtered` and `predicted` [.., K] are of the forward pass, logarithms if `in_logs`; `work` [K] is a work array.
    """
    states = chain.shape[1]
    for target in range(states):
        work[target] = belief[target]
        if not in_logs and belief[target] > 0.0:
            work[target] = belief[target] / predicted[now + 1, target]
    for source in range(states):
        mass, weight = 0.0, filtered[now, source]
        for target in range(states):
            joint = 0.0
            if not in_logs:
                joint = weight * chain[1 + source, target] * work[target]
            elif work[target] > 0.0 and chain[1 + source, target] > 0.0:
                joint = work[target] * exp(weight + log(chain[1 + source, target]) - predicted[now + 1, target])
            transitions[source, target] += joint
            mass += joint
        belief[source] = mass


@jit
def _smooth(
    chain: FloatArray,
    extreme: bool,
    rows: IntArray,
    offsets: IntArray,
    smoothed: FloatArray,
    transitions: FloatArray,
    log_likelihoods: FloatArray,
) -> tuple[int, int, int]:
    """Fill `smoothed` [T, K] and `log_likelihoods` [N]; add to `transitions` [K, K]. Return (status, sequence, step) of a failure."""
    states = chain.shape[1]
    # The forward pass leaves the filter where the result goes.
    filtered, predicted = smoothed, np.empty_like(smoothed)
    belief, work = np.empty(states), np.empty(states)
    for sequence in range(offsets.shape[0] - 1):
        start, stop = offsets[sequence], offsets[sequence + 1]
        status, step, log_likelihood, in_logs = _forward(chain, extreme, rows, start, stop, 0, filtered, predicted, work)
        if status != _OK:
            return status, sequence, step
        log_likelihoods[sequence] = log_likelihood
        for now in range(stop - 1, start - 1, -1):
            if now == stop - 1:
                _last_belief(in_logs, filtered, now, belief)
            else:
                _step_back(chain, in_logs, filtered, predicted, now, belief, transitions, work)
            for state in range(states):
                smoothed[now, state] = belief[state]
    return _OK, 0, 0


@jit
def _last_belief(in_logs: bool, filtered: FloatArray, last: int, belief: FloatArray) -> None:
    """Where looking back begins: copy row `last` of `filtered` to `belief` [K], out of logarithms."""
    for state in range(belief.shape[0]):
        belief[state] = exp(filtered[last, state]) if in_logs else filtered[last, state]


@jit
def _smooth_fixed_lag(
    chain: FloatArray, extreme: bool, rows: IntArray, offsets: IntArray, lag: int, smoothed: FloatArray
) -> tuple[int, int, int]:
    """Fill `smoothed` [T, K] with p(S_t | x_1..x_min(t + lag, T)). Return (status, sequence, step) of a failure."""
    states = chain.shape[1]
    filtered, predicted = np.empty_like(smoothed), np.empty_like(smoothed)
    belief, work, unused = np.empty(states), np.empty(states), np.zeros((states, states))
    for sequence in range(offsets.shape[0] - 1):
        start, stop = offsets[sequence], offsets[sequence + 1]
        status, step, _, in_logs = _forward(chain, extreme, rows, start, stop, 0, filtered, predicted, work)
        if status != _OK:
            return status, sequence, step
        for last in range(start, stop):
            oldest = max(last - lag, start)
            for now in range(last, oldest - 1, -1):
                if now == last:
                    _last_belief(in_logs, filtered, now, belief)
                else:
                    _step_back(chain, in_logs, filtered, predicted, now, belief, unused, work)
                # Before the end only the step `lag` ago is final; the last observation settles all that are left.
                if last - now == lag or last == stop - 1:
                    for state in range(states):
                        smoothed[now, state] = belief[state]
    return _OK, 0, 0


@jit
def _reverse(chain: FloatArray, in_logs: bool, filtered: FloatArray, predicted: FloatArray, now: int, target: int, out: FloatArray) -> None:
    """Write P(S_now = . | S_now+1 = `target`, x_1..x_now) to `out` [K]; the target must be reachable. Arrays as for `_step_back`."""
    for source in range(chain.shape[1]):
        out[source] = 0.0
        arc = chain[1 + source, target]
        if arc > 0.0 and in_logs:
            out[source] = exp(filtered[now, source] + log(arc) - predicted[now + 1, target])
        elif arc > 0.0:
            out[source] = filtered[now, source] * arc / predicted[now + 1, target]


@jit
def _sample_paths(
    chain: FloatArray, extreme: bool, rows: IntArray, offsets: IntArray, uniforms: FloatArray, paths: IntArray
) -> tuple[int, int, int]:
    """Fill `paths` [draws, T] with states from p(S_1..S_T | x_1..x_T), one of `uniforms` [draws, T] each, in [0, 1).

    Return (status, sequence, step) of a failure.
    """
    states = chain.shape[1]
    filtered, predicted = np.empty((rows.shape[0], states)), np.empty((rows.shape[0], states))
    column = np.empty(states)
    for sequence in range(offsets.shape[0] - 1):
        start, stop = offsets[sequence], offsets[sequence + 1]
        status, step, _, in_logs = _forward(chain, extreme, rows, start, stop, 0, filtered, predicted, column)
        if status != _OK:
            return status, sequence, step
        for draw in range(paths.shape[0]):
            for now in range(stop - 1, start - 1, -1):
                if now == stop - 1:
                    _last_belief(in_logs, filtered, now, column)
                else:
                    _reverse(chain, in_logs, filtered, predicted, now, paths[draw, now + 1], column)
                paths[draw, now] = _pick(column, uniforms[draw, now])
    return _OK, 0, 0


@jit
def _pick(weights: FloatArray, uniform: float) -> int:
    """The index that a uniform number in [0, 1) falls on; never one of weight zero."""
    total = 0.0
    for weight in weights:
        total += weight
    left = uniform * total
    chosen = -1
    for index in range(weights.shape[0]):
        if weights[index] > 0.0:
            chosen = index
            left -= weights[index]
            if left < 0.0:
                break
    return chosen
