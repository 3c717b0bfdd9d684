"""A debtor with words: the person of the numeric fidelity, who says what it wants and hears terms and tone.

Knows nothing of the appliance.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Final, Literal, NamedTuple, TypeAlias

import numpy as np

from ...kernels.tables import EMOTIONS
from .assumptions import ROUNDS, TOLERANCE_DAYS
from .cell import PATTERNS, PERSONAS, Cell
from .debtor_lines import COLOURS, LINES, MANNERS, TACTICS, Thing
from .people import first_state, is_silent, leaving, luck, next_ask, next_feeling, next_state, taking, traits, warmth
from .scenarios import Scenarios

__all__ = ["Debtor", "Decision", "Person"]

Decision: TypeAlias = Literal["take", "leave", "go on"]

_NEUTRAL: Final = EMOTIONS.index("neutral")
_BALANCE: Final = (900.0, 0.7)
"""Median and log deviation of the balances, as in the generated scenarios; only the scale of the amounts that are said."""
_HALF_MONTH: Final = 15.0
_TACTIC_RATE: Final = 0.5
_WORDS: Final = 100
"""The first purpose of luck that belongs to words (`people.luck`)."""
_BALANCE_LUCK, _YEAR_LUCK, _TACTIC_LUCK, _COLOUR_LUCK, _LINES_LUCK = range(_WORDS, _WORDS + 5)


class Person(NamedTuple):
    """Debtor `number` of a cell and seed. Shares as in `scenarios.Scenarios`, with the lies of a cheating persona in them.

    stated: None where nothing of the finances is told. balance: whole dollars. year: of birth.
    """

    cell: Cell
    seed: int
    number: int
    tactic: bool
    target_days: float
    latest_days: float
    first_ask: float
    reservation: float
    stated: float | None
    patience: float
    overcommit: float
    hazard: float
    balance: int
    year: int

    @classmethod
    def of(cls, cell: Cell, world: Scenarios, row: int, seed: int, index: int, *, tactic: bool) -> Person:
        """The person in `row` of the scenarios; `tactic` False: without what only a tactical persona does."""
        patience, overcommit, hazard, factor = traits(PERSONAS.index(cell.persona), tactic, seed, index)
        median, deviation = _BALANCE
        normal = NormalDist().inv_cdf(min(max(luck(seed, index, _BALANCE_LUCK, 0), 1e-6), 1.0 - 1e-6))
        stated = float(world.stated[row]) * factor
        return cls(
            cell, seed, index, tactic, float(world.target_days[row]), float(world.latest_days[row]), float(world.first_ask[row]) * factor,
            float(world.reservation[row]), None if np.isnan(stated) else stated, patience, overcommit, hazard,
            max(60, round(median * np.exp(deviation * normal))), 1950 + int(55 * luck(seed, index, _YEAR_LUCK, 0)),
        )  # fmt: skip

    @property
    def span_days(self) -> float:
        """Days between the shares 0 and 1."""
        return self.latest_days - self.target_days

    def days(self, share: float) -> int:
        """Whole mean days of a share."""
        return max(1, round(self.target_days + share * self.span_days))

    def monthly(self, share: float) -> int:
        """Whole dollars a month, from two weeks on, whose mean days are those of the share (`scenarios.draw_scenarios`).

        Never more than what they state is left in a month.
        """
        gentlest = share if self.stated is None else max(share, self.stated)
        return max(1, min(self.balance, round(self.balance * _HALF_MONTH / self.days(gentlest))))


class Debtor:
    """What the person does, round by round. `ask` and `wanted` are shares.

    wanted: what a read-back must not fall short of: the ask, or the offer that was taken.
    """

    def __init__(self, person: Person) -> None:
        self.person = person
        self.ask = self.wanted = person.first_ask
        self._tolerance = TOLERANCE_DAYS / person.span_days
        self._persona, self._pattern = PERSONAS.index(person.cell.persona), PATTERNS.index(person.cell.pattern)
        self._manner = MANNERS[person.cell.persona]
        self._state = first_state(person.seed, person.number)
        self._feeling = self._shown = _NEUTRAL
        self._warm, self._still, self._round, self._lines = 0.0, 0, 0, 0
        self._said = np.zeros(ROUNDS)
        self._offered = self._silent = False

    def identity(self) -> str:
        """The answer to the identity question."""
        return self._line("identity")

    def speaks(self, round_: int) -> str:
        """The message of a round: feeling, tactic and finances beside the ask, or what a stonewalling persona says instead."""
        person, before = self.person, self.ask
        self._round = round_
        if round_ > 0:
            self._state = next_state(self._state, person.seed, person.number, round_)
            self.ask = self._asked_in(round_)
        self.wanted = self.ask
        self._feeling = next_feeling(self._persona, self._state, self._shown, person.seed, person.number, round_)
        self._silent = is_silent(self._persona, person.tactic, person.seed, person.number, round_)
        if self._silent:
            return self._drawn(TACTICS["stonewalling"], _TACTIC_LUCK)
        parts = [self._drawn(COLOURS[EMOTIONS[self._feeling]], _COLOUR_LUCK), self._pressure()]
        if round_ == 0 and person.stated is not None:
            parts.append(self._line("spare"))
        if self._offered:
            parts.append(self._line("refuse"))
        monthly = person.stated is not None
        same = round_ > 0 and self._quantity(self.ask) == self._quantity(before)
        thing: Thing = ("repeat_monthly" if monthly else "repeat") if same else ("monthly" if monthly else "days")
        return " ".join([*filter(None, parts), self._line(thing)])

    def answers(self, question: str) -> str | None:
        """What is said to a question of the creditor, by its kind; None: nothing new, the person stays silent."""
        if self._silent:
            return None
        if question == "spare":
            return self._line("private" if self.person.stated is None else "spare")
        return self._line("days" if self.person.stated is None else "monthly")

    def hears(self, share: float | None, shown: int) -> Decision:
        """What the person does about an offer of `share` in the tone `shown`; None: no offer was made, which nobody leaves for."""
        person, last = self.person, self._said[self._round - 1] if self._round > 0 else 0.0
        self._shown = shown
        self._warm = warmth(person.cell.beta, self._feeling, shown)
        if share is None:
            self._said[self._round] = last
            return "go on"
        self._offered = True
        self._still = self._still + 1 if self._round > 0 and share <= last else 0
        self._said[self._round] = share
        following = self._asked_in(self._round + 1) if self._round + 1 < ROUNDS else self.ask
        takes = taking(share, following, person.reservation, self._tolerance, person.patience, person.overcommit, self._warm)
        if luck(person.seed, person.number, 12, self._round) < takes:
            self.wanted = share
            return "take"
        leaves = leaving(person.hazard, self._still, self._warm)
        return "leave" if luck(person.seed, person.number, 13, self._round) < leaves else "go on"

    def agrees(self, share: float) -> bool:
        """Whether terms that are read back are what was meant."""
        return share >= self.wanted - self._tolerance

    def says(self, thing: Literal["accept", "yes", "no", "leave"]) -> str:
        """A line without quantities."""
        return self._line(thing)

    def _asked_in(self, round_: int) -> float:
        person = self.person
        return next_ask(
            self._pattern, round_, person.first_ask, person.reservation, self.ask, self._said, self._warm, person.seed, person.number
        )

    def _pressure(self) -> str:
        """A line of the persona's tactic: in the first round, and now and then."""
        person = self.person
        now = self._round == 0 or luck(person.seed, person.number, _TACTIC_LUCK, self._round) < _TACTIC_RATE
        tactical = person.tactic and person.cell.persona in TACTICS and person.cell.persona != "stonewalling"
        return self._drawn(TACTICS[person.cell.persona], _TACTIC_LUCK) if now and tactical else ""

    def _quantity(self, share: float) -> int:
        return self.person.days(share) if self.person.stated is None else self.person.monthly(share)

    def _line(self, thing: Thing) -> str:
        person = self.person
        spare = person.monthly(person.stated) if person.stated is not None else 0
        line = self._drawn(LINES[thing][self._manner], _LINES_LUCK)
        return line.format(year=person.year, days=person.days(self.ask), amount=person.monthly(self.ask), spare=spare)

    def _drawn(self, lines: tuple[str, ...], purpose: int) -> str:
        """One of the lines; empty where there is none."""
        self._lines += 1
        chance = luck(self.person.seed, self.person.number, purpose, _WORDS + self._lines)
        return lines[int(chance * len(lines))] if lines else ""
