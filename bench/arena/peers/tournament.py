"""Every agent against the same opponents in the same scenarios, as creditor and as debtor. Knows no NegMAS, and not how a move is found.

The opponents are the peers. Our policies meet each of them, and so does every peer, itself included; scenario i is the same for all, and so
is who moves first in it. An agent's figures in a scenario are its means over opponents and roles; intervals are over scenarios.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..code_version import code_version
from ..statistics import Interval, grouped, intervals, paired
from .domains import Scenario, SideName, scenario
from .figures import FIGURES, Judge, Worth
from .games import Game, Games, Played
from .host import Host, Player
from .share_policy import SharePolicy

__all__ = ["OURS", "Entrant", "Plan", "document", "entrants", "play"]

FloatArray = NDArray[np.float64]

OURS: Final = "ours:"
"""What the names of our entrants begin with."""
_KNOWING: Final = "+utilities"
"""What the names of those end with who may read the other side's utilities."""


class Entrant(NamedTuple):
    """One of our policies under one rule of information."""

    policy: str
    known: bool
    """It may read the other side's utilities, as the peers from the ANL 2024 league may."""

    @property
    def name(self) -> str:
        """How it is called beside the peers."""
        return f"{OURS}{self.policy}{_KNOWING * self.known}"


class Plan(NamedTuple):
    """What is played."""

    domains: tuple[str, ...]
    ours: tuple[Entrant, ...]
    peers: tuple[str, ...]
    seed: int
    scenarios: int
    """Of each domain."""


def entrants(policies: Sequence[str]) -> tuple[Entrant, ...]:
    """Each policy, learning the other side's utilities and reading them."""
    return tuple(Entrant(policy, known) for policy in policies for known in (False, True))


def play(plan: Plan, host: Host, games: Games) -> dict[str, FloatArray]:
    """Play what is not in `games` yet.

    Returns:
        Domain to [agents, opponents, roles, scenarios, figures]: agents are ours and then the peers, opponents the peers, roles creditor
        and debtor, figures as in `FIGURES`.

    Raises:
        HostError: the other process failed.
    """
    return {domain: _domain(plan, domain, host, games) for domain in plan.domains}


def _domain(plan: Plan, domain: str, host: Host, games: Games) -> FloatArray:
    agents = [one.name for one in plan.ours] + list(plan.peers)
    known = {one.name: one for one in plan.ours}
    found = np.full((len(agents), len(plan.peers), 2, plan.scenarios, len(FIGURES)), np.nan)
    for number in range(plan.scenarios):
        one = scenario(domain, plan.seed, number)
        judge = Judge(one)
        for creditor, debtor in _pairs(agents, plan.peers):
            played = _game(one, plan.seed, creditor, debtor, known, host, games)
            worth = judge.worth(played.outcome)
            if debtor in plan.peers:
                found[agents.index(creditor), plan.peers.index(debtor), 0, number] = _figures(worth, worth.creditor)
            if creditor in plan.peers:
                found[agents.index(debtor), plan.peers.index(creditor), 1, number] = _figures(worth, worth.debtor)
        if sys.stderr.isatty():
            print(f"\r{domain}: {number + 1} of {plan.scenarios} scenarios", end="\n" * (number + 1 == plan.scenarios), file=sys.stderr)
    return found


def _pairs(agents: Sequence[str], peers: Sequence[str]) -> Iterator[tuple[str, str]]:
    """(creditor, debtor), at least one of whom is a peer."""
    return ((creditor, debtor) for creditor, debtor in product(agents, agents) if creditor in peers or debtor in peers)


def _figures(worth: Worth, advantage: float) -> tuple[float, ...]:
    return advantage, worth.agreed, worth.nash, worth.pareto


def _game(one: Scenario, seed: int, creditor: str, debtor: str, known: dict[str, Entrant], host: Host, games: Games) -> Played:
    version = code_version(SharePolicy.__module__) if creditor in known or debtor in known else ""
    game = Game(one.domain, seed, one.number, creditor, debtor, version)
    played = games.get(game)
    if played is None:
        result = host.play(one, _player(one, "creditor", creditor, known), _player(one, "debtor", debtor, known), one.number)
        played = Played(result.outcome, result.ending, result.error)
        games.put(game, played)
    return played


def _player(one: Scenario, side: SideName, name: str, known: dict[str, Entrant]) -> str | Player:
    """A name of the other process stays a name."""
    return SharePolicy(one, side, known[name].policy, known=known[name].known) if name in known else name


def document(plan: Plan, found: dict[str, FloatArray]) -> dict[str, Any]:
    """Means, 95 % intervals and differences as plain numbers; differences are ours minus theirs, scenario by scenario."""
    return {"seed": plan.seed, "scenarios": plan.scenarios, "domains": {domain: _report(plan, values) for domain, values in found.items()}}


def _report(plan: Plan, values: FloatArray) -> dict[str, Any]:
    agents = [one.name for one in plan.ours] + list(plan.peers)
    rows = _means(values, (1, 2))
    apart = _means(values, (2,))
    ours = range(len(plan.ours))
    return {
        "agents": {
            name: _plain(intervals(grouped(rows[place]), seed=plan.seed))
            | {"against": {peer: _against(apart[place, other]) for other, peer in enumerate(plan.peers)}}
            for place, name in enumerate(agents)
        },
        "ahead": {
            agents[place]: {
                peer: _plain(intervals(paired(rows[place], rows[len(plan.ours) + other]), seed=plan.seed))
                for other, peer in enumerate(plan.peers)
            }
            for place in ours
        },
    }


def _means(values: FloatArray, axes: tuple[int, ...]) -> FloatArray:
    """Means over axes of what is defined; nan where nothing is."""
    number = np.isfinite(values).sum(axis=axes)
    total = np.where(np.isfinite(values), values, 0.0).sum(axis=axes)
    return np.asarray(np.divide(total, number, out=np.full(total.shape, np.nan), where=number > 0))


def _against(values: FloatArray) -> dict[str, float | None]:
    """Means over scenarios [scenarios, figures]."""
    return dict(zip(FIGURES, map(_number, _means(values, (0,))), strict=True))


def _plain(found: Interval) -> dict[str, Any]:
    return {
        figure: {
            "mean": _number(found.mean[column]), "low": _number(found.low[column]), "high": _number(found.high[column]),
            "p": _number(found.p[column]), "scenarios": int(found.number[column]),
        }
        for column, figure in enumerate(FIGURES)
    }  # fmt: skip


def _number(value: float) -> float | None:
    """JSON has no nan."""
    return float(value) if np.isfinite(value) else None
