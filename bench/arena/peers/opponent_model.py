"""What the other side wants: its utilities where they are not known, and how far it will go. Knows no offer policy.

Utilities: every issue is opposed and what one side loses along an issue the other wins; how much the other side cares for an issue is
learnt from how rarely it gives way there. Hypotheses are weights of the issues; each offer counts against those under which many outcomes
would have been better for whoever made it (after Hindriks and Tykhonov, AAMAS 2008, without their assumption of a known concession).

How far: most hypotheses are pairs (reservation r, exponent k) of a time-dependent tactic (Faratin, Sierra and Jennings 1998), which wants
1 - (1 - r) t^k at time t.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ENDGAME", "ConcessionBelief", "PreferenceModel"]

FloatArray = NDArray[np.float64]

_HYPOTHESES: Final = 400
_SHARPNESS: Final = 6.0
_RESERVATIONS: Final = np.linspace(0.0, 0.9, 19)
_EXPONENTS: Final = np.array([0.15, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0])
_TAKER: Final = -1.0
_LATE: Final = -2.0
"""Stand for the firm kinds in place of an exponent."""
ENDGAME: Final = 4
"""Steps before the end from which on firm takers may take what they were offered."""
_MARGIN: Final = 0.1
"""What they want above their reservation."""
_REFUSED: Final = 0.05
"""Likelihood that somebody refuses what they should have accepted."""
_NOISE: Final = 0.03
_STRAY: Final = 0.02
"""Likelihood of an offer that no tactic explains."""


class PreferenceModel:
    """Utilities of the other side for every outcome, from its offers.

    worth: our utility of each value of each issue.
    """

    def __init__(self, worth: tuple[FloatArray, ...]) -> None:
        # The seed is fixed: the same offers must always be read in the same way.
        weights = np.random.default_rng(0).dirichlet(np.ones(len(worth)), size=_HYPOTHESES if len(worth) > 1 else 1)
        grids = np.meshgrid(*[_opposed(issue) for issue in worth], indexing="ij")
        self._values = weights @ np.array([grid.ravel() for grid in grids])
        self._log = np.zeros(len(weights))
        self._seen: set[int] = set()

    def hear(self, outcome: int) -> None:
        """An offer of the other side; repeated ones tell nothing new."""
        if outcome not in self._seen:
            self._seen.add(outcome)
            better = (self._values > self._values[:, outcome : outcome + 1]).mean(axis=1)
            self._log -= _SHARPNESS * better

    @property
    def utilities(self) -> FloatArray:
        """[outcomes] expected utility, from 0 to 1."""
        belief = np.exp(self._log - self._log.max())
        return np.asarray((belief / belief.sum()) @ self._values)


def _opposed(issue: FloatArray) -> FloatArray:
    spread = issue.max() - issue.min()
    return (issue.max() - issue) / spread if spread > 0.0 else np.zeros_like(issue)


class ConcessionBelief:
    """Belief over how far the other side goes, from the utilities that offers have for it.

    Three kinds of hypotheses: a tactic with an exponent; somebody firm who takes up the best they were offered shortly before the end, if
    it is a margin above their reservation; somebody firm who takes anything above their reservation, but only in the very last step.

    steps: of the negotiation.
    """

    def __init__(self, steps: int) -> None:
        self._steps = steps
        kinds = np.concatenate([_EXPONENTS, [_TAKER, _LATE]])
        self._reservation, self._exponent = (grid.ravel() for grid in np.meshgrid(_RESERVATIONS, kinds, indexing="ij"))
        self.probability: FloatArray = np.full(self._reservation.size, 1.0 / self._reservation.size)

    @property
    def conceding(self) -> NDArray[np.bool_]:
        """[hypotheses] whether their last offer is near their reservation."""
        return np.asarray(self._exponent > 0.0)

    def condition(self, heard: Sequence[tuple[int, float]], refused: Sequence[tuple[int, float]]) -> None:
        """The belief after (step, utility for them) of their offers and of ours that they refused; starts from the prior each time."""
        log = np.zeros(self._reservation.size)
        lowest = 1.0
        for step, offered in heard:
            distance = (offered - self.wanted(step, offers=True)) / _NOISE
            log += np.log(np.exp(-0.5 * np.square(distance)) + _STRAY)
            lowest = min(lowest, offered)
        for step, offered in refused:
            log[self.wanted(step) < offered - _NOISE] += np.log(_REFUSED)
        # Nobody offers less than their reservation; the margin is what a model of their utilities may be wrong by.
        log[self._reservation > lowest + _NOISE] += np.log(_REFUSED**4)
        belief = np.exp(log - log.max())
        self.probability = belief / belief.sum()

    def wanted(self, step: int, *, offers: bool = False, last_word: bool = False) -> FloatArray:
        """[hypotheses] utility that they want for themselves in a step, to agree or in their own offers.

        Args:
            last_word: the offer of that step is the last that can be accepted at all.
        """
        time = (step + 1.0) / (self._steps + 1.0)
        tactic = 1.0 - (1.0 - self._reservation) * time ** np.maximum(self._exponent, _EXPONENTS[0])
        taker = np.where((step >= self._steps - ENDGAME) & (not offers) & (not last_word), self._reservation + _MARGIN, 1.0)
        late = np.where(last_word, self._reservation, 1.0)
        return np.asarray(np.where(self.conceding, tactic, np.where(self._exponent == _TAKER, taker, late)))
