"""The plan of one reply: what is said is decided here, how it is worded is left to the model."""

from __future__ import annotations

from typing import Final

import msgspec

from ..models.prompt import PlanPrompt
from .messages import Act, Terms

__all__ = ["AI_STATEMENT", "CRISIS_STATEMENT", "DEBT_STATEMENT", "Plan"]

AI_STATEMENT: Final = "Hello, I am an automated AI assistant, not a person."
DEBT_STATEMENT: Final = "Thank you. This is an attempt to collect a debt, and any information you give will be used for that purpose."
CRISIS_STATEMENT: Final[dict[str, str]] = {
    "us": (
        "I am so glad you told me, and nothing about this account matters right now. Please call or text 988, the Suicide and Crisis "
        "Lifeline, at any hour, or 911 if you are in danger. I have stopped here and I am asking a colleague to come to you now."
    ),
    "uk": (
        "I am so glad you told me, and nothing about this account matters right now. Please call Samaritans on 116 123, at any hour and "
        "free, or 999 if you are in danger. I have stopped here and I am asking a colleague to come to you now."
    ),
    "eu": (
        "I am so glad you told me, and nothing about this account matters right now. Please call 112 if you are in danger; they can also "
        "connect you with a crisis line. I have stopped here and I am asking a colleague to come to you now."
    ),
}


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that fixes a reply but its wording.

    kind: which form of the act (prompt style `plan`), or a form that has fixed text only (`templates.FIXED`).
    slots: name -> the phrase that fills it; the reply states each of them and no other quantity (G8).
    legal: sentences said word for word and first: what the law wants, or the whole reply of a crisis or in another language.
    verified: the right party is at the terminal, so the debt may be spoken of (G3).
    """

    act: Act
    kind: str
    situation: str = "none"
    tone: str = "neutral"
    slots: dict[str, str] = {}
    legal: tuple[str, ...] = ()
    verified: bool = True
    terms: Terms | None = None

    def prompt(self, previous: str, customer: str) -> PlanPrompt:
        """The plan as the model sees it: slot names, never their values."""
        return PlanPrompt(self.act, self.kind, self.tone, self.situation, tuple(sorted(self.slots)), previous, customer)
