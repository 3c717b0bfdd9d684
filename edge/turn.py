"""The turn, stage by stage. Read this file first.

    terminal -> decode -> inbox (disk) -> session -> understand -> belief (HMM) -> tone (game) -> offer -> realise (SLM)
             -> guard -> store (one transaction: session, reply, outbox) -> reply

The adapter decodes and fills the inbox, `appliance.py` loads the session and commits the outcome; what lies between is here, free of I/O.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from typing import Final, NamedTuple

import msgspec
import numpy as np

from ..models.encoder import EmptyTextError
from ..models.encoder_input import CONTEXT_TURNS
from ..models.encoder_input import Turn as Heard
from . import moves, strategy
from .accounts import Account
from .messages import Action, End, Incoming, Start, Terms
from .moves import Limits, Move
from .plan import Plan
from .proposal import delexicalise
from .realise import Said, SentenceSource, realise
from .session import Session
from .templates import plain_wording
from .tone_tables import PUBLISHED, ToneTables
from .understand import Encoder, Understanding, understand

__all__ = ["Result", "Stages", "take_turn"]

MAX_BEFORE: Final = 400
"""Characters of the customer's words that are kept for the next turn: more than the encoder reads of them."""


class Stages(NamedTuple):
    """What the stages need: models, policy and bounds. The tables are those of the session."""

    encoder: Encoder
    slm: SentenceSource
    tone_policy: str
    seed: int
    limits: Limits
    deadline_seconds: float
    tables: ToneTables = PUBLISHED


class Result(NamedTuple):
    """What a turn comes to: the session after it, the reply, and what the journal is told."""

    session: Session
    plan: Plan
    said: Said
    heard: Understanding | None
    committed: Terms | None
    stage_seconds: dict[str, float]


def take_turn(stages: Stages, session: Session, account: Account, message: Incoming, today: date, emit: Callable[[str], None]) -> Result:
    """Answer one message of a terminal. `emit` gets each sentence of the reply as soon as it may be said."""
    clock = _Clock()
    deadline = time.monotonic() + stages.deadline_seconds
    heard = hear(stages, session, message, today)
    clock.lap("understand")
    session = believe(stages, session, heard)
    clock.lap("belief")
    session, plan, committed = decide(stages, session, account, message, heard, today)
    clock.lap("offer")
    session, plan = set_tone(stages, session, account, plan)
    clock.lap("tone")
    said = word(stages, session, plan, heard, deadline, emit)
    clock.lap("realise")
    session = remember(session, heard, plan, said)
    return Result(session, plan, said, heard, committed, clock.seconds)


def hear(stages: Stages, session: Session, message: Incoming, today: date) -> Understanding | None:
    """understand: evidence for emotions, intents, safety signals and the proposal; None when nothing was said."""
    if isinstance(message, Start | End):
        return None
    try:
        return understand(message.text, today, stages.encoder, session.before)
    except EmptyTextError:  # blank, or marks and invisible characters only
        return None


def believe(stages: Stages, session: Session, heard: Understanding | None) -> Session:
    """belief: one step of the forward filter (eq. 2-3) on soft evidence."""
    session = msgspec.structs.replace(session, turn=session.turn + 1)
    if heard is None:
        return session
    return msgspec.structs.replace(session, tone=strategy.observe(session.tone, likelihoods(heard), stages.tables))


def likelihoods(heard: Understanding) -> tuple[float, ...]:
    """[7] likelihood of the utterance under each emotion, normalised."""
    logs = np.asarray(heard.emotion_log_likelihood, dtype=np.float64)
    weights = np.exp(logs - logs.max())
    return tuple((weights / weights.sum()).tolist())


def decide(stages: Stages, session: Session, account: Account, message: Incoming, heard: Understanding | None, today: date) -> Move:
    """offer: the planned act and its terms within the mandate. Emotions are not among the arguments that count (principle 2)."""
    if isinstance(message, End):
        return moves.end(session)
    if isinstance(message, Start):
        return moves.greet(session, account, message.verify.answer if message.verify else None, stages.limits)
    if heard is None:
        return moves.silence(session, account, today)
    return moves.answer_turn(session, account, heard, today, stages.limits)


def set_tone(stages: Stages, session: Session, account: Account, plan: Plan) -> tuple[Session, Plan]:
    """tone: the policy picks an agent emotion under the ethics mask."""
    tone_state, tone = strategy.choose(
        stages.tone_policy,
        session.tone,
        distressed=session.hardship or session.asked_kind == moves.CRISIS,
        vulnerable="vulnerable" in account.flags,
        seed=stages.seed,
        tables=stages.tables,
    )
    return msgspec.structs.replace(session, tone=tone_state), msgspec.structs.replace(plan, tone=tone.name)


def word(
    stages: Stages,
    session: Session,
    plan: Plan,
    heard: Understanding | None,
    deadline: float,
    emit: Callable[[str], None],
) -> Said:
    """realise and guard: sentences for the plan, each checked before it is emitted."""
    customer = delexicalise(heard.text, heard.spans) if heard is not None else ""
    return realise(
        plan,
        stages.slm,
        conversation=session.session,
        previous=session.last_wording,
        customer=customer,
        profile=session.profile,
        seed=(stages.seed, int.from_bytes(session.session.encode()[-8:], "big"), session.turn),
        deadline=deadline,
        emit=emit,
    )


def remember(session: Session, heard: Understanding | None, plan: Plan, said: Said) -> Session:
    """What the next turn is told of this one: our wording for the prompt, both sides for the encoder.

    The encoder gets the plan's fixed wording: the words that a tone chose must not change what is heard next, and with it the terms
    (principle 2).
    """
    ours = Heard("agent", plain_wording(plan.act, plan.kind, plan.slots))
    theirs = (Heard("customer", heard.text[-MAX_BEFORE:]),) if heard is not None else ()
    before = (*session.before, *theirs, ours)[-CONTEXT_TURNS:]
    return msgspec.structs.replace(session, last_wording=said.wording, before=before)


def actions(session: Session) -> tuple[Action, ...]:
    """Buttons for a kiosk; pressing one sends its label as the text of a turn."""
    human, stop = Action(id="human", label="Talk to a person"), Action(id="stop", label="Stop contacting me")
    if session.state == "confirming":
        return (Action(id="yes", label="Yes"), Action(id="no", label="No"), human)
    if session.state == "open":
        offered = (Action(id="accept", label="Yes, that works"), Action(id="time", label="I need more time")) if session.offered else ()
        return (*offered, human, stop)
    return (human, stop) if session.state == "verifying" else ()


class _Clock:
    """Seconds per stage."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = now - self._last
        self._last = now
