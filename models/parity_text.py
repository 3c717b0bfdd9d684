"""What an export is verified on: conversations of the kind that the appliance leads.

User and assistant take turns; some chat templates refuse any other order.
"""

from __future__ import annotations

from typing import Final

__all__ = ["CONVERSATIONS"]


def _conversation(*turns: str) -> list[dict[str, str]]:
    return [{"role": ("user", "assistant")[index % 2], "content": turn} for index, turn in enumerate(turns)]


CONVERSATIONS: Final = (
    _conversation(
        "I lost my job in March and I can't pay the whole amount now. What can we do?",
        "I'm sorry to hear that. We can spread the balance over several months; each payment stays small. Would a monthly plan help?",
        "Maybe. I could manage something at the end of each month, after my benefits arrive.",
        "That works. Let us set the payments for the last day of the month, and look at the plan again when you have found work.",
    ),
    _conversation(
        "Why do you keep calling me? I told you people already that the bill is wrong.",
        "I understand that this is frustrating. I will record a dispute, and we will check the bill before anything else.",
        "Good. The meter was read twice in the same week.",
        "Thank you, I have noted that. You will get a written answer, and nothing is due on this part until then.",
    ),
    _conversation(
        "Hello, is this about my credit card?",
        "Hello. I am an automated assistant. Before I can talk about an account I have to be sure that I speak with the right person.",
        "Sure, go ahead.",
        "Thank you. Please tell me the year in which you were born.",
    ),
    _conversation(
        "My mother died and the funeral cost everything we had saved.",
        "I am very sorry for your loss. Nothing has to be decided today. We can pause the account, and a colleague can call you.",
        "A pause would be a relief.",
        "Then I will note a pause. You will receive a letter with the date on which it ends, and no fees are added until then.",
    ),
    _conversation(
        "If I pay half of it today, will you forget the rest?",
        "I cannot promise that, but I can tell you what your creditor allows. A first payment today would shorten the plan considerably.",
        "Then tell me what the smallest first payment is.",
        "Any amount that leaves you enough for rent, food and heating is fine. What could you pay without borrowing?",
    ),
    _conversation(
        "I want to speak to a human being, not to a machine.",
        "Of course. I will hand this conversation to a person. Please wait a moment, or leave a number at which they can reach you.",
        "I'd rather wait here.",
        "Thank you for your patience. Everything that you have told me so far goes with the conversation, so you need not repeat it.",
    ),
)
"""Six conversations of four turns."""
