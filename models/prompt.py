"""Prompt style `plan`: how a planned act becomes the token string that the bundled model continues.

    <s><act:counter><kind:extension><tone:joy><sit:proposed>{amount}{due_date}<agent>previous reply<customer>utterance<agent>reply</s>

Quantities never appear: the customer's are replaced by `{q}`, ours by slots such as `{due_date}`, one token each. Training and run time
build the string with the same function, so the two cannot drift apart. Knows nothing of sessions or money.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

__all__ = [
    "BOS",
    "CUSTOMER_QUANTITY",
    "EOS",
    "PAD",
    "SLOTS",
    "SPEAKER_AGENT",
    "SPEAKER_CUSTOMER",
    "PlanPrompt",
    "control",
    "plain",
    "render",
    "shortened",
    "slots_in",
    "special_tokens",
]

PAD: Final = "<pad>"
BOS: Final = "<s>"
EOS: Final = "</s>"
SPEAKER_AGENT: Final = "<agent>"
SPEAKER_CUSTOMER: Final = "<customer>"
CUSTOMER_QUANTITY: Final = "{q}"

SLOTS: Final = (
    "amount", "ask", "balance", "count", "creditor", "days", "days_overdue", "discount", "due_date", "each", "every", "first_date",
    "question", "terms",
)  # fmt: skip
ACTS: Final = (
    "greet", "verify", "disclose", "ask", "inform", "counter", "accept", "confirm", "empathise", "refuse", "handoff", "close",
)  # fmt: skip
KINDS: Final = (
    "abuse", "amount", "any", "ask", "balance", "date", "dispute", "extension", "goodbye", "hardship", "human", "instalments", "limit",
    "open", "options", "pause", "plain", "privacy", "remind", "represented", "retry", "settlement", "terms", "time", "unclear",
    "unknown", "verify", "wait", "who", "why", "yesno",
)  # fmt: skip
TONES: Final = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
SITUATIONS: Final = (
    "abuse", "accepted", "afraid", "angry", "answered", "asked_info", "asked_time", "cant_pay", "disputed", "goodbye", "hardship",
    "none", "not_verified", "proposed", "rejected", "represented", "sad", "smalltalk", "unclear", "verified", "wants_human",
)  # fmt: skip


class PlanPrompt(NamedTuple):
    """What is to be said, to whom it answers.

    slots: names of the slots that the reply must contain, no others are possible.
    previous: the agent's last reply and customer: the customer's last utterance, both without quantities; may be empty.
    """

    act: str
    kind: str
    tone: str
    situation: str
    slots: tuple[str, ...]
    previous: str
    customer: str


def control(field: str, value: str) -> str:
    """The special token that carries one field of the plan."""
    return f"<{field}:{value}>"


def special_tokens() -> list[str]:
    """Every special token of the style, in the order of their ids."""
    tokens = [PAD, BOS, EOS, SPEAKER_AGENT, SPEAKER_CUSTOMER, CUSTOMER_QUANTITY]
    tokens += [f"{{{slot}}}" for slot in SLOTS]
    for field, values in (("act", ACTS), ("kind", KINDS), ("tone", TONES), ("sit", SITUATIONS)):
        tokens += [control(field, value) for value in values]
    return tokens


def render(plan: PlanPrompt) -> str:
    """The prompt up to and including the speaker token after which the model writes the reply.

    Raises:
        ValueError: a field has a value that the style has no token for.
    """
    fields = (
        ("act", plan.act, ACTS),
        ("kind", plan.kind, KINDS),
        ("tone", plan.tone, TONES),
        ("sit", plan.situation, SITUATIONS),
    )
    for field, value, known in fields:
        if value not in known:
            raise ValueError(f"{field} {value!r} has no token in the plan style; known: {', '.join(known)}")
    unknown = sorted(set(plan.slots) - set(SLOTS))
    if unknown:
        raise ValueError(f"slots {unknown} have no token in the plan style; known: {', '.join(SLOTS)}")
    head = BOS + "".join(control(field, value) for field, value, _ in fields) + "".join(f"{{{slot}}}" for slot in sorted(plan.slots))
    return head + _spoken(SPEAKER_AGENT, plan.previous) + _spoken(SPEAKER_CUSTOMER, plan.customer) + SPEAKER_AGENT


def slots_in(text: str) -> set[str]:
    """Names of the slots that a delexicalised text contains."""
    return {slot for slot in SLOTS if f"{{{slot}}}" in text}


def plain(text: str, forbidden: Iterable[str]) -> str:
    """`text` with every special token of the style taken out, so that what a person typed can never act as control."""
    for token in forbidden:
        text = text.replace(token, " ")
    return text


def shortened(plan: PlanPrompt) -> PlanPrompt:
    """The plan with less of what people said: our own last reply goes first, then the customer's words from their beginning."""
    customer = plan.customer if plan.previous else plan.customer[len(plan.customer) // 4 + 1 :]
    return plan._replace(previous="", customer=customer)


def _spoken(speaker: str, text: str) -> str:
    return speaker + text if text else ""
