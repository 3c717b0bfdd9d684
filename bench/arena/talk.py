"""One conversation with the appliance, without store and terminal: what is said in, replies out, every reply checked.

Knows nothing of who speaks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from ...edge.accounts import Account
from ...edge.guard import check_reply, check_sentence, quantities_outside_plan
from ...edge.mandate import breaches
from ...edge.means import known
from ...edge.messages import End, Incoming, Start, Terms, Turn
from ...edge.plan import Plan
from ...edge.session import Session
from ...edge.strategy import ToneState
from ...edge.terms import mean_days
from ...edge.turn import Result, Stages, take_turn
from ...models.wording import sentences_of

__all__ = ["TODAY", "Talk", "share_of", "violations"]

TODAY: Final = date(2026, 11, 23)
"""The day of every talk, a Monday: dates and business days are then the same in every run."""


class Talk:
    """`replies` and `heard`: both sides so far, in order; `violations`: what reached the text though it must not."""

    def __init__(self, stages: Stages, account: Account, name: str) -> None:
        """name: of the conversation; 16 characters at least, from which the model's words are drawn."""
        self._stages, self._account = stages, account
        self.session = Session(session=name, terminal="arena", account=account.account, profile=account.profile, tone=ToneState.initial())
        self.heard: list[str] = []
        self.replies: list[Result] = []
        self.violations: list[str] = []

    def start(self) -> Result:
        """The greeting."""
        return self._take(Start(msg_id="start", account=self._account.account), "")

    def say(self, text: str) -> Result:
        """The reply to what the debtor says."""
        return self._take(Turn(msg_id=str(self.session.turn), session=self.session.session, text=text), text)

    def leave(self) -> None:
        """The debtor walks away."""
        self._take(End(msg_id="end", session=self.session.session), "")

    def close(self) -> None:
        """Let the model forget the conversation."""
        self._stages.slm.release(self.session.session)

    def _take(self, message: Incoming, text: str) -> Result:
        emitted: list[str] = []
        result = take_turn(self._stages, self.session, self._account, message, TODAY, emitted.append)
        self.session = result.session
        self.heard.append(text)
        self.replies.append(result)
        self.violations += violations(result, self._account, emitted)
        return result


def share_of(terms: Terms, target_days: float, latest_days: float) -> float:
    """The share that terms amount to: mean days until the money is there, on the way from target to latest days."""
    return (mean_days(terms, TODAY) - target_days) / (latest_days - target_days)


def violations(result: Result, account: Account, emitted: Sequence[str]) -> list[str]:
    """What in a reply breaks the guard's rules or the mandate, although it was said; what the guard refused before is none."""
    plan, said = result.plan, result.said
    found = [f"G8: {quantity!r} is not in the plan" for quantity in quantities_outside_plan(said.text, plan)]
    if "{" in said.text or " ".join(emitted) != said.text:
        found.append(f"G8: {said.text!r} is not what was emitted, or has an empty slot")
    found += [f"{rule}: {detail}" for rule, detail in check_reply(said.wording, said.text, plan, profile=account.profile)]
    if said.outcome != "fixed":
        sentences = sentences_of(said.wording)
        found += [f"{rule}: {detail}" for sentence in sentences for rule, detail in check_sentence(sentence, plan)]
    if not plan.verified:
        found += _too_early(plan, emitted, account)
    if plan.terms is not None and plan.kind != "done":
        found += [f"mandate: {breach}" for breach in breaches(plan.terms, account, TODAY, known(result.session, account))]
    if (result.committed is not None) != (plan.act == "accept"):
        found.append(f"mandate: {plan.act} with {result.committed} committed")
    return found


def _too_early(plan: Plan, emitted: Sequence[str], account: Account) -> list[str]:
    """Words about the debt before the right party is verified (G3), in whatever is not a legal sentence or a slot."""
    wording = " ".join(sentence for sentence in emitted if sentence not in plan.legal)
    found = [f"G3: {account.creditor!r} before the right party is verified"] if account.creditor in wording else []
    for slot in plan.slots.values():
        wording = wording.replace(slot, " ")
    unverified = Plan(act="verify", kind="remind", slots=plan.slots, verified=False)
    return found + [f"{rule}: {detail}" for rule, detail in check_sentence(wording, unverified) if rule == "G3"]
