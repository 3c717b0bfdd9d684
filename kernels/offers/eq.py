"""Ours: a belief over what the customer can keep and how they negotiate, and the exact best concession under it.

Types are pairs (reservation, pattern): the least share they can keep, as a part of their first ask, and how they move from the ask
towards it. Asks after the first and stated finances condition the belief (Bayes); refusals are the state of the programme
(`screening`). What an agreed share is worth is half the creditor's recovery and half the customer's welfare (`promise`), and a little for
the creditor's wish, so that a promise which would be broken is worth little, however hard it was bargained for: the policy looks for
what the person can keep.

Offers are parts of the first ask, so nothing beyond what was asked for is offered before HORIZON offers were refused: then the end of the
mandate is. The programme is solved again when the belief has moved. Constants are the creditor's model of customers: assumptions, declared.
"""

from __future__ import annotations

from math import exp
from typing import Final

import numpy as np

from .._arrays import FloatArray
from .._jit import jit
from ..bargaining import STOP
from ..concession import BOULWARE, CONCEDER, STUCK
from ..promise import HANDOFF_RECOVERY, HANDOFF_WELFARE, LEFT_RECOVERY, LEFT_WELFARE, recovery, welfare
from ..screening import solve_screening

__all__ = ["HORIZON", "eq"]

HORIZON: Final = 8
"""Offers after which nobody is worn down further."""
_PARTS: Final = np.linspace(1.0, 0.3, 15)
"""Offers, as parts of the first ask, gentlest first."""
_RATIOS: Final = np.linspace(1.0, 0.35, 8)
"""Reservations, as parts of the first ask."""
_BETAS: Final = np.array([STUCK, BOULWARE, CONCEDER])
_KINDS: Final = _RATIOS.size * _BETAS.size
_PATIENCE: Final = 0.25
"""Share of those for whom an offer is good enough who take it in a round although they hoped for more."""
_OVERCOMMIT: Final = 0.03
"""Share of those who cannot afford an offer who take it in a round all the same; fewer, the further it is from what they can keep."""
_WISH: Final = 0.2
"""What an offer gains for staying at the creditor's wish instead of going all the way to the ask, beside recovery and welfare."""
_NEGLIGIBLE: Final = 0.002
"""Types less likely than this are left out of the programme."""
_SOFTNESS: Final = 0.02
_HAZARD: Final = 0.005
_ASK_NOISE: Final = 0.04
_STATED_NOISE: Final = 0.06
_STRAY: Final = 0.1
_ASSUMED_ASK: Final = 0.6
_LEAST_ASK, _MOST_ASK = 0.05, 2.0
_MOVED: Final = 0.15
"""Total variation of the belief from which on the programme is solved again."""


def _limit(kind: int, step: int) -> float:
    """What a type asks for before our offer `step`, as a part of the first ask."""
    beta = _BETAS[kind % _BETAS.size]
    conceded = (step / (2 * HORIZON - 2)) ** (1.0 / beta) if beta > 0.0 and step > 0 else 0.0
    return float(1.0 - conceded * (1.0 - _RATIOS[kind // _BETAS.size]))


def _acceptance() -> FloatArray:
    """[HORIZON, kinds, parts] probability of having taken such an offer by then."""
    table = np.empty((HORIZON, _KINDS, _PARTS.size))
    for kind in range(_KINDS):
        reservation = _RATIOS[kind // _BETAS.size]
        for action, part in enumerate(_PARTS):
            affordable = part >= reservation - 1e-9
            tired = _PATIENCE if affordable else _OVERCOMMIT * max(0.0, 2.0 * part / reservation - 1.0)
            for step in range(HORIZON):
                wants = 1.0 / (1.0 + np.exp((_limit(kind, step + 1) - part) / _SOFTNESS - 2.0))
                table[step, kind, action] = max(wants, 1.0 - (1.0 - tired) ** (step + 1))
    return np.minimum.accumulate(np.maximum.accumulate(table, axis=0), axis=2)


_ACCEPT: Final = _acceptance()
_LIMITS: Final = np.array([[_limit(kind, step) for kind in range(_KINDS)] for step in range(HORIZON)])
_HAZARDS: Final = np.full(_KINDS, _HAZARD)
_LEFT: Final = np.full(_KINDS, 0.5 * (LEFT_RECOVERY + LEFT_WELFARE))
_HANDOFF: Final = np.full(_KINDS, 0.5 * (HANDOFF_RECOVERY + HANDOFF_WELFARE))

# Layout of the memory: the belief now, the belief that was solved for, the offers, and whether there is a solution.
_SOLVED: Final = _KINDS
_TABLE: Final = 2 * _KINDS
_STATES: Final = _PARTS.size + 1
_READY: Final = _TABLE + HORIZON * _STATES


@jit
def _likelihood(distance: float, noise: float) -> float:
    """Of a number that misses what was meant by `distance`, or is anything at all; up to a factor."""
    return (1.0 - _STRAY) * exp(-0.5 * (distance / noise) ** 2) + _STRAY * noise


@jit
def _solve(memory: FloatArray, first: float) -> None:
    """Fill the table of offers in `memory` for the belief in it."""
    payoff = np.empty((_KINDS, _PARTS.size))
    for kind in range(0, _KINDS, _BETAS.size):
        reservation = first * _RATIOS[kind // _BETAS.size]
        for action in range(_PARTS.size):
            share = min(1.0, first * _PARTS[action])
            worth = 0.5 * (recovery(share, reservation) + welfare(share, reservation)) + _WISH * (1.0 - _PARTS[action])
            for pattern in range(_BETAS.size):
                payoff[kind + pattern, action] = worth
    value, remaining = np.empty((HORIZON + 1, _STATES)), np.empty((HORIZON + 1, _STATES))
    offer, threshold = np.empty((HORIZON, _STATES), dtype=np.int64), np.empty((HORIZON, _STATES), dtype=np.int64)
    belief = np.empty(_KINDS)
    for kind in range(_KINDS):
        belief[kind] = memory[kind] if memory[kind] >= _NEGLIGIBLE else 0.0
    belief /= belief.sum()
    solve_screening(belief, _ACCEPT, payoff, _HAZARDS, _LEFT, _HANDOFF, 1.0, value, offer, threshold, remaining)
    for step in range(HORIZON):
        for last in range(_STATES):
            memory[_TABLE + step * _STATES + last] = offer[step, last]
    memory[_SOLVED : _SOLVED + _KINDS] = memory[:_KINDS]
    memory[_READY] = 1.0


@jit
def _hear(memory: FloatArray, step: int, asks: FloatArray, first: float, stated: float) -> None:
    """Condition the belief in `memory` on what was said before this offer."""
    if step == 0:
        for kind in range(_KINDS):
            memory[kind] = 1.0
            if stated == stated:
                memory[kind] = _likelihood(first * _RATIOS[kind // _BETAS.size] - stated, _STATED_NOISE)
    elif asks[step] == asks[step]:
        for kind in range(_KINDS):
            memory[kind] *= _likelihood(asks[step] / first - _LIMITS[step, kind], _ASK_NOISE)
    total = memory[:_KINDS].sum()
    for kind in range(_KINDS):
        memory[kind] /= total


@jit
def eq(memory: FloatArray, step: int, rounds: int, asks: FloatArray, said: FloatArray, stated: float) -> float:
    """See `Policy`. Where the programme says stop, the end of the mandate is offered: the last word before a person takes over."""
    if step >= min(HORIZON, rounds - 1):
        return 1.0
    first = _ASSUMED_ASK
    for index in range(step + 1):
        if asks[index] == asks[index]:
            first = min(max(asks[index], _LEAST_ASK), _MOST_ASK)
            break
    _hear(memory, step, asks, first, stated)
    moved = 0.0
    for kind in range(_KINDS):
        moved += 0.5 * abs(memory[kind] - memory[_SOLVED + kind])
    if memory[_READY] == 0.0 or moved > _MOVED:
        _solve(memory, first)
    # The hardest offer that is no harder than the last one; none was made yet: all are open.
    last = _PARTS.size
    if step > 0:
        while last > 1 and first * _PARTS[last - 1] < said[step - 1] - 1e-9:
            last -= 1
        last = min(last, _PARTS.size) - 1 if last == _PARTS.size else last - 1
    action = int(memory[_TABLE + step * _STATES + last])
    return 1.0 if action == STOP else min(1.0, first * _PARTS[action])
