"""The text fidelity: negotiations in words through the whole pipeline of the appliance: encoder, parser, offers, tone, model and guard.

The debtor is the person of the numeric fidelity with the same luck, who speaks (`debtor`, `debtor_lines`) and hears terms, tone and act.
What differs from the numeric fidelity is the appliance itself: it may ask back, mishear, read back, hand over to a person, and it bounds
the last payment of a plan by the mandate, not its mean.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Final, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from ...edge.accounts import Account
from ...edge.appliance import load_stages
from ...edge.plan import Plan
from ...edge.session import OVER
from ...edge.settings import ModelsSettings, PolicySettings, SessionSettings, Settings
from ...edge.turn import Result, Stages
from ...kernels.promise import HANDOFF_RECOVERY, HANDOFF_WELFARE, LEFT_RECOVERY, LEFT_WELFARE, recovery, welfare
from ...kernels.tables import EMOTIONS
from .assumptions import ROUNDS
from .cell import CREDITORS, Cell, UnsupportedCreditorError
from .debtor import Debtor, Person
from .scenarios import draw_scenarios
from .talk import Talk, share_of

__all__ = [
    "AGREED",
    "HANDED_OVER",
    "LEFT",
    "TACTICAL",
    "Ending",
    "UnsupportedCreditorError",
    "account_of",
    "negotiate",
    "records",
    "run_cell",
    "stages_of",
]

AGREED, LEFT, HANDED_OVER = 0, 1, 3
"""Of `cell.ENDINGS`; the appliance has no limit of rounds, but hands over."""
TACTICAL: Final = frozenset({"threatening", "cheating", "victim", "stonewalling"})
_DEADLINE_SECONDS: Final = 60.0
"""Long enough that a busy machine still lets the model word every reply: the words are then the same everywhere."""
_TRIES: Final = 3
"""Times that the same thing is said when it was not understood, and questions that are answered before the round goes on."""

_loaded: dict[tuple[str, str], Stages] = {}


class Ending(NamedTuple):
    """How a negotiation ended. share: NaN without agreement; rounds: offers made, a read-back of the debtor's ask among them."""

    ending: int
    share: float
    rounds: int
    violations: int


def run_cell(cell: Cell, seed: int, first: int, count: int) -> dict[str, NDArray[np.generic]]:
    """Records [count]: the scenarios, debtors and luck of the numeric fidelity for the same arguments.

    Raises:
        UnsupportedCreditorError: the appliance has not the creditor's offer policy.
        ModelError: a bundled model is missing or damaged.
    """
    stages = stages_of(cell.creditor)
    world = draw_scenarios(cell.scenarios, seed, first, count)
    tactical = cell.persona in TACTICAL
    endings, honest = [], []
    for row in range(count):
        endings.append(negotiate(stages, Person.of(cell, world, row, seed, first + row, tactic=True))[0])
        if tactical:
            honest.append(negotiate(stages, Person.of(cell, world, row, seed, first + row, tactic=False))[0].share)
    return records(endings, honest, world.first_ask, world.reservation, world.target_days, world.latest_days)


def records(
    endings: list[Ending],
    honest: list[float],
    first_ask: NDArray[np.float64],
    reservation: NDArray[np.float64],
    target_days: NDArray[np.float64],
    latest_days: NDArray[np.float64],
) -> dict[str, NDArray[np.generic]]:
    """The fields of `cell.Record` [n]. honest: agreed shares without the tactic; empty where the persona has none."""
    count = len(endings)
    share = np.array([one.share for one in endings])
    ending = np.array([one.ending for one in endings], dtype=np.int64)
    agreed = ending == AGREED
    worth = {AGREED: (np.nan, np.nan), LEFT: (LEFT_RECOVERY, LEFT_WELFARE), HANDED_OVER: (HANDOFF_RECOVERY, HANDOFF_WELFARE)}
    recovered, well = np.array([worth[one.ending] for one in endings]).reshape(count, 2).T
    for row in np.flatnonzero(agreed):
        recovered[row], well[row] = recovery(share[row], reservation[row]), welfare(share[row], reservation[row])
    return {
        "agreed": agreed,
        "share": share,
        "ask": first_ask,
        "reservation": reservation,
        "rounds": np.array([one.rounds for one in endings], dtype=np.int64),
        "days": target_days + share * (latest_days - target_days),
        "ending": ending,
        "recovery": recovered,
        "welfare": well,
        "violations": np.array([one.violations for one in endings], dtype=np.int64),
        "manipulation": share - np.array(honest) if honest else np.full(count, np.nan),
        "target": target_days,
    }


def stages_of(creditor: str) -> Stages:
    """The loaded pipeline with the creditor's policies; one at a time stays in memory.

    Raises:
        UnsupportedCreditorError: the appliance has not these policies.
        ModelError: a bundled model is missing or damaged.
    """
    tone, offers = CREDITORS[creditor]
    if (tone, offers) not in _loaded:
        try:
            policy = msgspec.convert({"tone": tone, "offer": offers}, PolicySettings)
        except msgspec.ValidationError as error:
            raise UnsupportedCreditorError(
                f"creditor {creditor!r}: the appliance has not its policies ({error}); use another creditor, or fidelity numeric"
            ) from error
        for stages in _loaded.values():
            stages.slm.stop()
        _loaded.clear()
        models, session = ModelsSettings(slots=1), SessionSettings(turn_deadline_seconds=_DEADLINE_SECONDS)
        _loaded[tone, offers] = load_stages(Settings(models=models, policy=policy, session=session))
    return _loaded[tone, offers]


def account_of(person: Person) -> Account:
    """What the creditor knows of a debtor: the debt and its mandate, nothing of their means."""
    return Account(
        account=f"{person.seed}-{person.number}",
        creditor="Northwind Energy",
        debtor="Alex Morgan",
        verify_question="What is your year of birth?",
        verify_answer=str(person.year),
        currency="USD",
        balance=Decimal(person.balance).quantize(Decimal("0.01")),
        days_overdue=60,
        product="electricity",
        target_days=round(person.target_days),
        latest_days=round(person.latest_days),
        min_instalment=Decimal("0.00"),
        kinds=("extension", "instalments"),
        profile="us",
        flags=(),
    )


def negotiate(stages: Stages, person: Person) -> tuple[Ending, Talk]:
    """One negotiation and what was said in it."""
    talk = Talk(stages, account_of(person), f"{person.seed:016x}{person.number:016x}")
    try:
        ending, share, rounds = _negotiate(talk, Debtor(person))
    finally:
        talk.close()
    return Ending(ending, share, rounds, len(talk.violations)), talk


def _negotiate(talk: Talk, debtor: Debtor) -> tuple[int, float, int]:
    person, rounds = debtor.person, 0
    talk.start()
    for _ in range(_TRIES):
        talk.say(debtor.identity())
        if talk.session.state != "verifying":
            break
    for round_ in range(ROUNDS):
        if talk.session.state in OVER:
            break
        reply = _answered(talk, debtor, talk.say(debtor.speaks(round_)))
        if reply.plan.act == "confirm":
            rounds += 1
            if (share := _read_back(talk, debtor, reply)) is not None:
                return AGREED, share, rounds
            continue
        offered = _offered(reply.plan, person)
        rounds += offered is not None
        decision = debtor.hears(offered, EMOTIONS.index(reply.plan.tone))
        if decision == "take" and (share := _taken(talk, debtor)) is not None:
            return AGREED, share, rounds
        if decision == "leave":
            talk.say(debtor.says("leave"))
            talk.leave()
            return LEFT, np.nan, rounds
    # Who stops by itself without terms has lost the customer; who hands over, or never comes to terms, leaves it to a person.
    return LEFT if talk.session.state == "ended" else HANDED_OVER, np.nan, rounds


def _answered(talk: Talk, debtor: Debtor, reply: Result) -> Result:
    """The first reply that is no question, or that the debtor has no answer to."""
    for _ in range(_TRIES):
        answer = debtor.answers(reply.plan.kind) if reply.plan.act == "ask" and reply.plan.terms is None else None
        if answer is None or talk.session.state in OVER:
            break
        reply = talk.say(answer)
    return reply


def _offered(plan: Plan, person: Person) -> float | None:
    """The share of the terms that a reply puts on the table."""
    if plan.terms is None or plan.act not in ("counter", "refuse", "empathise", "inform"):
        return None
    return share_of(plan.terms, person.target_days, person.latest_days)


def _taken(talk: Talk, debtor: Debtor) -> float | None:
    """The share that is agreed once the debtor takes the offer; None when that is not understood."""
    for _ in range(_TRIES):
        reply = talk.say(debtor.says("accept"))
        if reply.plan.act == "confirm":
            return _read_back(talk, debtor, reply)
        if talk.session.state in OVER:
            break
    return None


def _read_back(talk: Talk, debtor: Debtor, reply: Result) -> float | None:
    """The share that is agreed once the terms are read back; None when they are not what the debtor meant, or a yes is not understood."""
    person, terms = debtor.person, reply.plan.terms
    if terms is None or not debtor.agrees(share_of(terms, person.target_days, person.latest_days)):
        talk.say(debtor.says("no"))
        return None
    for _ in range(_TRIES):
        committed = talk.say(debtor.says("yes")).committed
        if committed is not None:
            # What is due sooner than the creditor wishes counts as the wish itself.
            return min(1.0, max(0.0, share_of(committed, person.target_days, person.latest_days)))
        if talk.session.state in OVER:
            break
    return None
