"""The appliance: loads what a turn needs, takes the turn, commits its outcome in one transaction.

Knows the store and the models; knows no transport. `daemon.py` calls it from its worker threads, `chat.py` directly.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from ..kernels import tables
from ..models.bundle import Bundle, BundleError, Kind, Manifest, bundled, load_bundle
from ..models.catalogue import Catalogue
from ..models.chat_template import ChatTemplateError
from ..models.encoder import Encoder
from ..models.engine import EngineError, EngineOptions
from ..models.errors import CatalogueError
from ..models.generate import SentenceModel, SentenceModelOptions
from ..models.scheduler import SchedulerOptions
from . import language, strategy
from .accounts import Account, decode_account
from .errors import ModelError, StoreError, WireError
from .learned import decode_learned, lesson, teaches
from .messages import Delta, End, Incoming, Reply, Start, decode, encode, error_message
from .metrics import GUARD, GUARD_TEMPLATE
from .moves import Limits
from .records import AgreementRow, Answer, InboxItem, JournalLine, Learn, Outcome, SessionRow
from .session import OVER, Session, decode_session, encode_session
from .settings import Settings
from .store import Store
from .tone_state import ToneState
from .tone_tables import PUBLISHED, ToneTables
from .turn import Result, Stages, actions, likelihoods, take_turn

__all__ = ["Appliance", "check_bundles", "check_learned", "load_encoder", "load_slm", "load_stages", "slm_bundle"]

_DAY_SECONDS: Final = 86_400.0
_FAILED_VERIFICATION: Final = "verification_failed"
_FAILED_TALKS_A_DAY: Final = 3
# Ids are derived, not drawn: a turn that is taken again after a crash gets the same session and reply ids.
_NAMESPACE: Final = uuid.UUID("6f1f6f0e-2b0a-4c5e-9f3b-8f1d7f5b4a10")


def load_stages(settings: Settings) -> Stages:
    """Load and warm the models and kernels, so that the first customer waits for nothing.

    Raises:
        ModelError: a bundle is missing, damaged or of the wrong kind.
        strategy.UnknownPolicyError: `policy.tone` names no policy.
    """
    if settings.policy.tone not in strategy.POLICIES:
        raise strategy.UnknownPolicyError(settings.policy.tone)
    encoder = load_encoder(settings)
    slm = load_slm(settings)
    strategy.warm((settings.policy.tone,))
    language.warm()
    limits = Limits(settings.session.max_turns, settings.session.verify_attempts)
    return Stages(encoder, slm, settings.policy.tone, settings.policy.seed, limits, settings.session.turn_deadline_seconds)


def load_slm(settings: Settings) -> SentenceModel:
    """Load and start the language model alone.

    Raises:
        ModelError: the bundle is missing, damaged, of the wrong kind or does not fit into memory.
    """
    models = settings.models
    options = SentenceModelOptions(
        engine=EngineOptions(models.slots, models.threads, models.spin, models.context_tokens, models.provider),
        scheduler=SchedulerOptions(prefix_cache_bytes=models.prefix_cache_mib * 2**20 if models.provider == "cpu" else 0),
    )
    try:
        slm = SentenceModel(slm_bundle(settings), options)
    except (EngineError, ChatTemplateError) as error:
        raise ModelError(f"{error}; reinstall the bundle or name another one under [models]") from error
    slm.start()
    return slm


def load_encoder(settings: Settings) -> Encoder:
    """Load and warm the encoder alone.

    Raises:
        ModelError: the bundle is missing, damaged or of the wrong kind.
    """
    encoder = Encoder(_bundle(settings.models.encoder, "encoder"), threads=settings.models.threads)
    encoder.read("hello")
    return encoder


def check_bundles(settings: Settings) -> dict[str, Manifest]:
    """The manifests of both bundles, every file of which has been verified.

    Raises:
        ModelError: as `load_encoder`.
    """
    return {
        "encoder": _bundle(settings.models.encoder, "encoder").manifest,
        "slm": slm_bundle(settings).manifest,
    }


def check_learned(store: Store) -> str:
    """The version of the tables that a session would start under now; empty for the published ones.

    Raises:
        LearnedError: what the store has learnt cannot be used.
    """
    row = store.learned()
    return PUBLISHED.version if row is None else decode_learned(row.data, "learnt policy in the store").version


class Appliance:
    """Takes messages from the inbox, each to its committed outcome; several threads may call it, one per terminal."""

    def __init__(self, settings: Settings, store: Store, stages: Stages) -> None:
        """Raises `LearnedError` as `check_learned`, before a customer meets it."""
        check_learned(store)
        self._settings, self._store, self._stages = settings, store, stages
        self._next_purge = 0.0

    def process(self, item: InboxItem, emit: Callable[[str, Delta], None]) -> None:
        """Answer one message and commit the outcome. A message that cannot be answered gets its error; nothing is left pending."""
        now = time.time()
        try:
            message = decode(item.kind, item.payload)
            outcome = self._answer(item, message, now, emit)
        except WireError as error:
            refused = WireError(error.code, error.message, in_reply_to=item.msg_id, retryable=error.retryable)
            line = JournalLine(None, None, "refused", msgspec.json.encode({"code": error.code, "message": error.message}))
            outcome = Outcome(answers=(Answer("error", encode(error_message(refused))),), journal=(line,))
        self._store.commit(item.id, outcome, now)
        if outcome.session is not None and outcome.session.state == "ended":
            self._stages.slm.release(outcome.session.session)

    def expire(self, now: float, served: Collection[str] = ()) -> int:
        """End the sessions that nobody answers any more, and tell the terminal; once a day erase what is too old (G27).

        served: terminals whose message is being answered; their sessions are left alone.
        """
        if now >= self._next_purge:
            self._next_purge = now + _DAY_SECONDS
            self._store.purge(now - self._settings.store.retention_days * _DAY_SECONDS)
        expired = [row for row in self._store.expired(now) if row.terminal not in served]
        for row in expired:
            session = msgspec.structs.replace(decode_session(row.data), state="ended", pending=None)
            told = WireError(
                "session_timeout",
                f"session {row.session} was ended after {self._settings.session.idle_timeout_seconds:g} s of silence",
            )
            line = JournalLine(row.session, session.turn, "timeout", b"{}")
            told_answer = Answer("error", encode(error_message(told)))
            learn = self._lesson(decode_session(row.data), session)
            self._store.close_session(self._row(session, now), (told_answer,), (line,), now, learn)
            self._stages.slm.release(row.session)
        return len(expired)

    def _answer(self, item: InboxItem, message: Incoming, now: float, emit: Callable[[str, Delta], None]) -> Outcome:
        session, account = self._open(item, message, now) if isinstance(message, Start) else self._resume(item, message)
        sequence = 0

        def stream(sentence: str) -> None:
            nonlocal sequence
            emit(item.terminal, Delta(in_reply_to=item.msg_id, session=session.session, seq=sequence, text=sentence))
            sequence += 1

        today = date.fromtimestamp(item.received_at)
        stages = self._stages._replace(tables=self._tables(session.tables))
        result = take_turn(stages, session, account, message, today, stream)
        reply = self._reply(item, result)
        self._count(result)
        agreement = None
        if result.committed is not None:
            agreement = AgreementRow(session.session, account.account, msgspec.json.encode(result.committed), now)
        return Outcome(
            session=self._row(result.session, now),
            answers=(Answer("reply", encode(reply)),),
            journal=(_journal_line(result, message), *_failed_verification(result, account)),
            agreement=agreement,
            learn=self._lesson(session, result.session),
        )

    def _open(self, item: InboxItem, message: Start, now: float) -> tuple[Session, Account]:
        account = self._account(message.account)
        tried = self._store.count_journal(_FAILED_VERIFICATION, account.account.encode(), now - _DAY_SECONDS)
        locked = tried >= _FAILED_TALKS_A_DAY * self._settings.session.verify_attempts
        session = Session(
            # Who has failed that often today, over however many sessions, is not asked again: a person takes over (G3).
            attempts=2 * self._settings.session.verify_attempts if locked else 0,
            session=uuid.uuid5(_NAMESPACE, f"session/{item.terminal}/{item.msg_id}").hex,
            terminal=item.terminal,
            account=account.account,
            profile=account.profile,
            tone=ToneState.initial(),
            tables=check_learned(self._store),
        )
        return session, account

    def _resume(self, item: InboxItem, message: Incoming) -> tuple[Session, Account]:
        assert not isinstance(message, Start)
        row = self._store.session(message.session)
        # A session belongs to its terminal: the same error for both, so that ids cannot be probed from another one.
        if row is None or row.terminal != item.terminal:
            raise WireError("unknown_session", f"session {message.session!r} is not known on this terminal; start a new one")
        session = decode_session(row.data)
        if session.state == "ended" and not isinstance(message, End):
            raise WireError("session_ended", f"session {message.session!r} is over; start a new one")
        return session, self._account(session.account)

    def _tables(self, version: str) -> ToneTables:
        if version == PUBLISHED.version:
            return PUBLISHED
        row = self._store.learned(version)
        if row is None:
            raise StoreError(f"learnt policy {version} of a running session is not in the store any more; start a new session")
        return decode_learned(row.data, f"learnt policy {version} in the store").tables()

    def _lesson(self, before: Session, after: Session) -> Learn | None:
        """What the store is to learn, once for each dialogue: at the moment when nothing is left to negotiate."""
        over = after.state in OVER and before.state not in OVER
        return lesson(after.tone) if self._settings.policy.learn and over and teaches(after.tone) else None

    def _account(self, reference: str) -> Account:
        data = self._store.account(reference)
        if data is None:
            raise WireError(
                "unknown_account",
                f"account {reference!r} is not on this appliance; import it with `eqneg accounts import`",
            )
        return decode_account(data)

    def _reply(self, item: InboxItem, result: Result) -> Reply:
        session = result.session
        return Reply(
            msg_id=uuid.uuid5(_NAMESPACE, f"reply/{item.terminal}/{item.msg_id}").hex,
            in_reply_to=item.msg_id,
            session=session.session,
            turn=session.turn,
            text=result.said.text,
            act=result.plan.act,
            state=session.state,
            tone=result.plan.tone,
            terms=result.plan.terms,
            actions=actions(session),
        )

    def _row(self, session: Session, now: float) -> SessionRow:
        expires_at = now + self._settings.session.idle_timeout_seconds
        return SessionRow(session.session, session.terminal, session.account, session.state, encode_session(session), expires_at)

    @staticmethod
    def _count(result: Result) -> None:
        for violation in result.said.refused:
            GUARD.labels(rule=violation.rule).inc()
        if result.said.outcome in ("guard_template", "late_template", "busy_template"):
            GUARD_TEMPLATE.inc()


def _failed_verification(result: Result, account: Account) -> list[JournalLine]:
    if (result.plan.act, result.plan.kind) not in (("verify", "retry"), ("handoff", "unverified")):
        return []
    return [JournalLine(result.session.session, result.session.turn, _FAILED_VERIFICATION, account.account.encode())]


def _journal_line(result: Result, message: Incoming) -> JournalLine:
    """What an auditor needs to see why this was said: evidence, belief, plan, wording's origin, latencies."""
    heard, plan = result.heard, result.plan
    entry: dict[str, Any] = {
        "act": plan.act, "kind": plan.kind, "situation": plan.situation, "tone": plan.tone, "slots": plan.slots, "terms": plan.terms,
        "state": result.session.state, "text": result.said.text, "outcome": result.said.outcome,
        "refused": [f"{violation.rule}: {violation.detail}" for violation in result.said.refused],
        "belief": dict(zip(tables.DISPOSITIONS, result.session.tone.belief, strict=True)),
        "tables": result.session.tables, "stage_seconds": result.stage_seconds,
    }  # fmt: skip
    if heard is not None:
        entry["heard"] = {
            "text": heard.text, "language": heard.language, "intents": heard.intents, "tactics": heard.tactics, "signals": heard.signals,
            "proposal": heard.proposal, "emotion": heard.emotion,
            "likelihood": dict(zip(tables.EMOTIONS, likelihoods(heard), strict=True)),
        }  # fmt: skip
    if isinstance(message, End):
        entry["reason"] = message.reason
    return JournalLine(result.session.session, result.session.turn, "turn", msgspec.json.encode(entry))


def slm_bundle(settings: Settings) -> Bundle:
    """The language model that the settings name, every file of which has been verified.

    Raises:
        ModelError: the bundle is missing, damaged or of the wrong kind, or none is selected.
    """
    if settings.models.slm != "selected":
        return _bundle(settings.models.slm, "slm")
    try:
        folder = Catalogue(settings.models_folder).selected_folder()
    except CatalogueError as error:
        raise ModelError(f"models.slm = selected: {error}") from error
    return _bundle(str(folder), "slm")


def _bundle(name: str, kind: Kind) -> Bundle:
    try:
        return load_bundle(bundled(kind) if name == "bundled" else Path(name), kind)
    except BundleError as error:
        raise ModelError(f"{error}; reinstall the bundle or name another one under [models]") from error
