"""The likeliest path of states (Viterbi 1967), over the logarithms of a packed chain (`hmm_forward`)."""

from __future__ import annotations

from typing import Final

import numpy as np

from ._arrays import FloatArray, IntArray
from ._jit import jit
from .status import Status

_OK: Final = int(Status.OK)
_IMPOSSIBLE: Final = int(Status.IMPOSSIBLE_EVIDENCE)


@jit
def _decode(
    logs: FloatArray, rows: IntArray, offsets: IntArray, states_out: IntArray, log_joints: FloatArray
) -> tuple[int, int, int]:
    """Fill `states_out` [T] and `log_joints` [N]. Return (status, sequence, step) of a failure.

    Among equals the lowest state wins: first for the last step of a sequence, then for each predecessor, backwards.
    """
    states = logs.shape[1]
    pointers = np.empty((rows.shape[0], states), dtype=np.int64)
    score = np.empty((2, states))
    for sequence in range(offsets.shape[0] - 1):
        start, stop = offsets[sequence], offsets[sequence + 1]
        log_joints[sequence] = 0.0
        if stop == start:
            continue
        now = 0
        for step in range(start, stop):
            row = 1 + states + rows[step]
            possible = False
            for target in range(states):
                best, value = 0, logs[0, target]
                if step > start:
                    value = -np.inf
                    for source in range(states):
                        candidate = score[1 - now, source] + logs[1 + source, target]
                        better = candidate > value
                        best = source if better else best
                        value = candidate if better else value
                pointers[step, target] = best
                score[now, target] = value + logs[row, target]
                possible = possible or score[now, target] > -np.inf
            if not possible:
                return _IMPOSSIBLE, sequence, step - start
            now = 1 - now
        state = 0
        for candidate_state in range(1, states):
            if score[1 - now, candidate_state] > score[1 - now, state]:
                state = candidate_state
        log_joints[sequence] = score[1 - now, state]
        for step in range(stop - 1, start - 1, -1):
            states_out[step] = state
            state = pointers[step, state]
    return _OK, 0, 0
