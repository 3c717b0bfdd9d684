"""The names of what the encoder tells apart, in the order of its vectors."""

from __future__ import annotations

from typing import Final

__all__ = ["EMOTIONS", "HEADS", "INTENTS", "SAFETY_INTENTS", "TACTICS"]

EMOTIONS: Final = ("joy", "sadness", "anger", "fear", "surprise", "disgust", "neutral")
INTENTS: Final = (
    "greet",
    "propose",
    "accept",
    "reject",
    "counter",
    "ask_information",
    "ask_time",
    "hardship",
    "dispute",
    "stop_contact",
    "human",
    "self_harm",
    "third_party",
    "wrong_person",
    "represented",
    "insolvency_or_breathing_space",
    "identity_answer",
    "promise",
    "abuse",
    "prompt_injection",
    "smalltalk",
    "other",
)
SAFETY_INTENTS: Final = ("self_harm", "stop_contact", "third_party", "represented", "dispute", "insolvency_or_breathing_space", "human")
"""Missing one of these costs more than hearing one too many."""
TACTICS: Final = ("none", "threatening", "cheating", "victim", "pressure", "stonewalling")
HEADS: Final = {"emotion": EMOTIONS, "intent": INTENTS, "tactic": TACTICS}
"""The heads side by side in one row of logits; emotion and intent are yes/no questions, of tactics there is exactly one."""
