"""Cases of learning and evolution in games, and of strategies as machines. Peer: nashpy's replicator dynamics (an adaptive integrator)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from ...kernels import automata, replicator
from ...kernels.bimatrix import BimatrixGame
from ...kernels.regret import regret_matching, regret_matching_self_play
from .case import Case, Peer, largest_difference
from .peers import peer

__all__ = ["FAMILY", "cases"]

FAMILY: Final = "dynamics"

_STEPS: Final = 1000
_STEP: Final = 0.01
_CYCLE: Final = np.array([[0.0, -1.0, 2.0], [2.0, 0.0, -1.0], [-1.0, 2.0, 0.0]])
"""Rock, paper, scissors, with larger gains than losses: never at rest on the way to the middle."""
_START: Final = np.array([0.6, 0.3, 0.1])
_OTHER_START: Final = np.array([0.2, 0.3, 0.5])


def cases(*, quick: bool) -> Iterator[Case]:
    """All, one at a time."""
    steps = 100 if quick else _STEPS
    yield from _evolution(steps)
    actions = 7
    generator = np.random.default_rng(50)
    game = BimatrixGame(generator.random((actions, actions)), generator.random((actions, actions)))
    vectors = generator.random((steps, actions))
    yield Case(FAMILY, "regret_matching", {"n": actions, "rounds": steps}, partial(regret_matching, vectors), unit="round", units=steps)
    play = partial(regret_matching_self_play, game, steps)
    yield Case(FAMILY, "regret_matching_self_play", {"n": actions, "rounds": steps}, play, unit="round", units=steps)
    dilemma = BimatrixGame([[3, 0], [5, 1]], [[3, 5], [0, 1]])
    pavlov, grim = automata.win_stay_lose_shift(dilemma.row_payoffs, 2.0), automata.GRIM
    machines = partial(automata.play_machines, pavlov, grim, steps)
    yield Case(FAMILY, "play_machines", {"rounds": steps}, machines, unit="round", units=steps)
    yield Case(FAMILY, "long_run_payoffs", {"n": 2}, partial(automata.long_run_payoffs, dilemma, pavlov, grim))


def _evolution(steps: int) -> Iterator[Case]:
    times = np.arange(steps + 1) * _STEP
    theirs = peer("nashpy").Game(_CYCLE, _CYCLE.T)
    size = {"n": len(_START), "steps": steps}
    one = partial(replicator.evolve, _CYCLE, _START, steps=steps, step=_STEP)
    there = partial(theirs.replicator_dynamics, y0=_START, timepoints=times)
    yield Case(
        FAMILY,
        "evolve",
        size,
        one,
        (Peer("nashpy replicator_dynamics", there),),
        unit="step",
        units=steps,
        difference=largest_difference("evolve", one().path, there(), 1e-5),
    )
    pair = partial(replicator.evolve_pair, BimatrixGame(_CYCLE, _CYCLE.T), _START, _OTHER_START, steps=steps, step=_STEP)
    both = partial(theirs.asymmetric_replicator_dynamics, x0=_START, y0=_OTHER_START, timepoints=times)
    paths = pair()
    yield Case(
        FAMILY,
        "evolve_pair",
        size,
        pair,
        (Peer("nashpy asymmetric_replicator_dynamics", both),),
        unit="step",
        units=steps,
        difference=largest_difference("evolve_pair", [paths.row_path, paths.column_path], both(), 1e-5),
    )
    generations = {"n": len(_START), "generations": steps}
    alone = partial(replicator.evolve_generations, _CYCLE, _START, generations=steps, background=9.0)
    yield Case(FAMILY, "evolve_generations", generations, alone, unit="generation", units=steps)
    game = BimatrixGame(_CYCLE, _CYCLE.T)
    two = partial(replicator.evolve_pair_generations, game, _START, _OTHER_START, generations=steps, background=9.0)
    yield Case(FAMILY, "evolve_pair_generations", generations, two, unit="generation", units=steps)
