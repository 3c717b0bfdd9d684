"""Fixed sentences: the fallback wording of every plan, and the replies that are never left to a model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

__all__ = ["FALLBACK", "FIXED", "fill", "plain_wording"]

FALLBACK: Final[Mapping[tuple[str, str], str]] = {
    ("greet", "verify"): "Before we talk, I need to check who I am speaking with. {question}",
    ("verify", "retry"): "That did not match what I have here. {question}",
    ("verify", "remind"): "I cannot go into anything before a short identity check. {question}",
    ("disclose", "open"): "The account with {creditor} has {balance} outstanding. What could you manage, and by when?",
    ("ask", "open"): "What could you manage, and by when?",
    (
        "ask",
        "unclear",
    ): "I did not catch the amount or the date. Could you say it again, as a date or as an amount and how often?",
    ("ask", "amount"): "How much could you manage at a time?",
    ("ask", "date"): "By when could you pay?",
    ("ask", "yesno"): "I need a clear yes or no before anything is agreed. The plan would be {terms}. Do you agree?",
    ("inform", "terms"): "The offer at the moment is {terms}.",
    ("inform", "time"): "There is no rush. While we talk, I can offer {terms}.",
    ("inform", "wait"): "Thank you. Shall we look at what could work for you?",
    ("inform", "balance"): "You have {balance} outstanding with {creditor}. What could work for you?",
    ("inform", "who"): "I am an automated assistant working for {creditor}. A person can take over whenever you want.",
    (
        "inform",
        "why",
    ): "The account with {creditor} is overdue by {days_overdue}, and I would like to find something that fits.",
    ("inform", "options"): "We can look at more time, or at paying in parts. Which would suit you better?",
    ("inform", "privacy"): "What you say stays on this device and is kept only as the record of this conversation.",
    ("inform", "unknown"): "I do not know that and will not guess. A colleague can answer it for you.",
    ("counter", "extension"): "You could pay {amount} by {due_date}. Would that work for you?",
    (
        "counter",
        "instalments",
    ): "You could make {count} payments of {each}, one every {every}, starting on {first_date}. Would that work for you?",
    (
        "counter",
        "settlement",
    ): "If you pay {amount} by {due_date}, the remaining {discount} is waived. It is your choice.",
    (
        "counter",
        "pause",
    ): "Payments can rest for {days}, until {due_date}. The balance stays the same, and we talk again then.",
    ("confirm", "any"): "To check that I have it right: {terms}. Do you agree?",
    ("accept", "any"): "Thank you. It is agreed and recorded: {terms}.",
    ("refuse", "ask"): "I am sorry, {ask} is more than I can agree to. What I can offer is {terms}.",
    ("refuse", "plain"): "I am sorry, I cannot go further than that. What I can offer is {terms}.",
    (
        "refuse",
        "abuse",
    ): "I would like us to keep this respectful. A colleague is available if you prefer. How would you like to go on?",
    ("empathise", "terms"): "Let us keep it manageable: I can offer {terms}. Would that be possible for you?",
    ("empathise", "open"): "What would feel manageable for you?",
    ("handoff", "human"): "I am passing you to a colleague now.",
    (
        "handoff",
        "hardship",
    ): "A colleague who can do more in difficult circumstances will take over. Nothing is asked of you until then.",
    ("handoff", "dispute"): "We stop asking for payment while a colleague checks this.",
    (
        "handoff",
        "limit",
    ): "We have not found terms that fit, so a colleague will look at it with you. Thank you for your patience.",
    ("handoff", "represented"): "A colleague will take this up with the person who acts for you. We stop here.",
    ("close", "goodbye"): "Nothing has been agreed, and you can come back when it suits you. Take care.",
}
"""Wording of a plan when the model's was refused or is late; states the same slots."""

FIXED: Final[Mapping[tuple[str, str], str]] = {
    (
        "close",
        "stop_contact",
    ): "I have recorded that you do not want to be contacted, and I stop here.",
    ("close", "third_party"): "Thank you. I can only speak with the person concerned, so I stop here.",
    ("close", "done"): "Your agreement stands as recorded: {terms}. Nothing more is needed today.",
    ("handoff", "unverified"): "I could not confirm who I am speaking with, so I stop here. A colleague will help you.",
    ("handoff", "waiting"): "A colleague will take it from here. You do not need to do anything now.",
    ("handoff", "max_turns"): "Thank you for your patience. A colleague will go on from here with you.",
    (
        "handoff",
        "insolvency",
    ): "Thank you for telling me. We stop asking for payment now, and a colleague will take this up.",
    ("handoff", "abuse"): "I stop here. A colleague can go on from here with you when you are ready.",
    (
        "handoff",
        "agreed",
    ): "Thank you for telling me. The agreement stays as it is for now, and a colleague will look at it with you.",
    (
        "verify",
        "who",
    ): "I am an automated AI assistant, not a person. I cannot say more before I know that I speak with the right person. {question}",
    (
        "verify",
        "why",
    ): "I ask this so that nothing personal is told to anyone else. If you would rather speak with a person, just say so. {question}",
    (
        "inform",
        "discount",
    ): "I cannot take anything off the balance here. I can look at more time, or at paying in parts. A colleague can tell you more.",
    (
        "inform",
        "consequences",
    ): "I do not decide anything of that kind, and I make no threats. What I can do is look for a repayment that you can manage, and "
    "nothing is added to it. A colleague can answer the rest.",
    (
        "inform",
        "borrowing",
    ): "Please do not borrow, or sell anything you need, to pay this. We can look at what is possible as things are, and a "
    "colleague can help too.",
    ("inform", "hold"): "Take all the time you need. Nothing is agreed until you say yes. Just go on when you are ready.",
    (
        "inform",
        "simple",
    ): "In simple words: you can pay later, or you can pay in small parts. Tell me a date, or tell me how much and how often. A "
    "person can help you too.",
    (
        "ask",
        "spare",
    ): "Your essentials come first. After rent, food and bills, roughly how much is left in a month, if anything? If you would rather "
    "not say, tell me what feels manageable.",
    ("counter", "terms"): "What I can offer is {terms}. Would that work for you?",
}
"""Replies whose wording is not left to a model: each is a promise or a legal act, or has a form the model does not know."""


def plain_wording(act: str, kind: str, slots: Mapping[str, str]) -> str:
    """The fixed wording of a plan, whatever the model made of it; empty where legal sentences are the whole reply."""
    wording = FIXED.get((act, kind), FALLBACK.get((act, kind), ""))
    return fill(wording, slots)


def fill(text: str, slots: Mapping[str, str]) -> str:
    """Put the phrases into a delexicalised text; a capital at a sentence's start stays one.

    Raises:
        KeyError: the text has a slot that the plan does not.
    """

    def phrase(match: re.Match[str]) -> str:
        value = slots[match[1]]
        opens = match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".?!"
        return value[:1].upper() + value[1:] if opens else value

    filled = re.sub(r"\{([a-z_]+)\}", phrase, text)
    # A phrase that ends a sentence with its own mark ("...?") swallows the wording's.
    return re.sub(r"([?!.])\.", r"\1", filled)
