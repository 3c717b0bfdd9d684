"""A simulator for tests of the arena: few lines, records that depend on seed and creditor, importable in worker processes."""

from __future__ import annotations

import os
import signal

import numpy as np
from eqnegotiator.bench.arena.cell import CREDITORS, Cell
from numpy.typing import NDArray

KILLED_BY = "ARENA_FAKE_KILLED_BY"
"""Environment variable: the persona at whom the process kills itself, as a power cut would."""
_SKILL = {name: 0.1 * (len(CREDITORS) - place) / len(CREDITORS) for place, name in enumerate(CREDITORS)}


def run_cell(cell: Cell, seed: int, first: int, count: int) -> dict[str, NDArray[np.generic]]:
    if os.environ.get(KILLED_BY) == cell.persona:
        os.kill(os.getpid(), signal.SIGKILL)
    if cell.beta > 5:
        raise ArithmeticError("beta is out of hand")
    luck = np.random.default_rng((seed, first))
    reservation = luck.uniform(0.1, 0.9, count)
    ask = reservation + luck.uniform(0.05, 0.4, count)
    noise = luck.normal(0.0, 0.05, count)
    agreed = luck.uniform(size=count) < 0.75 + _SKILL[cell.creditor] * (1 + 0.3 * cell.beta)
    share = np.where(agreed, np.clip(reservation + 0.12 - _SKILL[cell.creditor] + noise, 0.0, 1.0), np.nan)
    target = np.where(luck.uniform(size=count) < 0.5, 13.0, 30.0)
    manipulated = agreed & (cell.persona in ("threatening", "cheating"))
    return {
        "agreed": agreed,
        "share": share,
        "ask": ask,
        "reservation": reservation,
        "rounds": luck.integers(1, 30, count),
        "days": target + 90.0 * share,
        "ending": np.where(agreed, 0, luck.integers(1, 4, count)),
        "recovery": np.where(agreed, 0.6 + 0.3 * reservation, 0.2),
        "welfare": np.where(agreed, 0.5 + np.nan_to_num(share) / 3, 0.3),
        "violations": (luck.uniform(size=count) < 0.001).astype(np.int64),
        "manipulation": np.where(manipulated, 0.02 + noise, np.nan),
        "target": target,
    }
