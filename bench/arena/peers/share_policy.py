"""Our offer policies in any negotiation: shares become outcomes, and the end of the time is played out. Knows no NegMAS.

How far to concede is up to a policy of `kernels.offers`: share 0 is our best outcome, share 1 our reservation. This file adds what those
policies leave to their caller in a negotiation with other issues than days and with a deadline that both sides know:

- which outcome: of all that are worth the wanted level to us, the one that is worth most to the other side, preferably a new one;
- a goal that no offer goes below before the end, and the offers of the end (`endgame`);
- an answer to those who move only when we do (MiCRO, de Jonge 2022): one new offer for each of theirs;
- acceptance: what is at least as good as our next offer (AC_next, Baarslag et al. 2013), and in the end what is worth more than going on.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from ....kernels.offers import MEMORY, POLICIES
from .domains import Scenario, Side, SideName, utilities
from .endgame import LastOffers, last_offers
from .host import Accept, Move, Offer
from .opponent_model import ENDGAME, ConcessionBelief, PreferenceModel

__all__ = ["SharePolicy"]

FloatArray = NDArray[np.float64]

_STILL: Final = 3
"""Repeated offers at the start that show whether the other side moves by itself."""
_PROBES: Final = 3
"""New offers after that which show whether it moves when we do."""
_ROUNDING: Final = 1e-9


class SharePolicy:
    """One side of one negotiation.

    Args:
        scenario: of which only our own utilities and reservation are read, and the other side's utilities where they are `known`.
        side: which one we are.
        policy: name of an offer policy of `kernels.offers`.
        known: whether the other side's utilities may be read, as in the ANL 2024 league; else they are learnt from its offers.
    """

    def __init__(self, scenario: Scenario, side: SideName, policy: str, *, known: bool) -> None:
        both = utilities(scenario)
        ours: Side = getattr(scenario, side)
        self._own: FloatArray = getattr(both, side)
        self._shape = scenario.shape
        self._reservation = ours.reservation
        self._best = float(self._own.max())
        self._steps = scenario.steps
        self._last_word = scenario.first == side
        self._model = None if known else PreferenceModel(ours.worth)
        self._other: FloatArray = self._model.utilities if self._model else both.debtor if side == "creditor" else both.creditor
        self._belief = ConcessionBelief(scenario.steps)
        self._next_share = POLICIES[policy]
        self._memory = np.zeros(MEMORY)
        self._asks = np.full(self._steps, np.nan)
        self._said = np.full(self._steps, np.nan)
        self._heard: list[tuple[int, int]] = []
        self._offered: list[tuple[int, int]] = []
        self._level = self._best

    def move(self, step: int, offer: tuple[int, ...] | None) -> Move:
        """Accept, or the next offer."""
        asked = None if offer is None else int(np.ravel_multi_index(offer, self._shape))
        if asked is not None:
            self._hear(step, asked)
        ending = step >= self._steps - ENDGAME
        last = self._last_offers(max(step, self._steps - ENDGAME))
        mine = self._outcome(min(self._level, float(self._own[last.outcome]))) if ending else self._proposal(step, last)
        if asked is not None and self._good(step, float(self._own[asked]), mine, last if ending else None):
            return Accept()
        self._level = min(self._level, float(self._own[mine]))
        self._said[step] = self._share(float(self._own[mine]))
        self._offered.append((step, mine))
        return Offer(tuple(int(value) for value in np.unravel_index(mine, self._shape)))

    def _good(self, step: int, taken: float, mine: int, last: LastOffers | None) -> bool:
        """Whether to accept an offer worth `taken` instead of offering `mine`."""
        if taken <= self._reservation + _ROUNDING:
            return False
        if step == self._steps - 1 and not self._last_word:
            return True
        if taken >= self._own[mine] - _ROUNDING:
            return True
        return last is not None and taken - self._reservation >= last.value

    def _hear(self, step: int, asked: int) -> None:
        self._asks[step] = self._share(float(self._own[asked]))
        self._heard.append((step, asked))
        if self._model is not None:
            self._model.hear(asked)
            self._other = self._model.utilities
        # Whoever moves second speaks in the same step, else in the one before.
        lag = 1 if self._last_word else 0
        heard = [(place - lag, float(self._other[outcome])) for place, outcome in self._heard]
        self._belief.condition(heard, [(place, float(self._other[outcome])) for place, outcome in self._offered])

    def _share(self, utility: float) -> float:
        room = self._best - self._reservation
        return (self._best - utility) / room if room > _ROUNDING else 1.0

    def _last_offers(self, step: int) -> LastOffers:
        return last_offers(self._own, self._other, self._reservation, self._belief, step, self._steps, last_word=self._last_word)

    def _proposal(self, step: int, last: LastOffers) -> int:
        """The next offer before the end."""
        rounds = max(1, self._steps - ENDGAME)
        share = float(self._next_share(self._memory, step, rounds, self._asks[:rounds], self._said[:rounds], np.nan))
        share = min(1.0, max(share, float(np.nanmax(self._said[:step], initial=0.0))))
        goal = max(self._reservation, float(self._own[last.outcome]))
        level = max(goal, self._best - share * (self._best - self._reservation))
        if self._exchanging():
            level = min(level, self._next_level())
        return self._outcome(min(self._level, level))

    def _exchanging(self) -> bool:
        """Whether the other side seems to give a new offer for each of ours and only then, and a new one of ours is due."""
        sent, received = (len({outcome for _, outcome in made}) for made in (self._offered, self._heard))
        if len(self._offered) < _STILL:
            return False
        moved_alone = received > sent + 1
        return not moved_alone and (sent <= received or sent <= _PROBES)

    def _next_level(self) -> float:
        """Our best outcome that was not offered yet, as long as it is above the reservation."""
        offered = {outcome for _, outcome in self._offered}
        left = [float(value) for outcome, value in enumerate(self._own) if outcome not in offered and value > self._reservation]
        return max(left, default=self._level)

    def _outcome(self, level: float) -> int:
        """Best for the other side of what is worth `level` to us; before the end a new one if there is one: some concede for those only."""
        enough = np.flatnonzero(self._own >= level - _ROUNDING)
        if len(self._offered) < self._steps - ENDGAME:
            offered = {outcome for _, outcome in self._offered}
            new = [outcome for outcome in enough.tolist() if outcome not in offered]
            enough = np.array(new) if new else enough
        return int(enough[np.lexsort((self._own[enough], self._other[enough]))[-1]])
