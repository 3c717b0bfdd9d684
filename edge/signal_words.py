"""Words of a customer without marks, and how a rule finds whole words in them. Knows nothing of what a signal means."""

import re

from eqnegotiator.edge.utterance import fold

_WORDS = re.compile(r"[^a-z0-9]+")


def plain_words(text: str) -> str:
    """Folded words of any text with single spaces between them, without apostrophes ("can't" is "cant")."""
    return _WORDS.sub(" ", fold(text).text.replace("'", "")).strip()


def any_of(*rules: str) -> re.Pattern[str]:
    """A pattern that finds any of the rules as whole words."""
    return re.compile(rf"\b(?:{'|'.join(rules)})\b")


RELATIVE = (
    r"(?:wife|husband|husbend|hubby|missus|partner|spouse|girlfriend|boyfriend|fiancee?|fella|mother|mum|mom|mama|mam|father|dad|papa|"
    r"son|daughter|brother|sister|flatmate|housemate|roommate|lodger|friend|best mate|neighbou?r|carer|caregiver|support worker|"
    r"social worker|home help|nurse|interpreter|bookkeeper|colleague|coworker|secretary|assistant|boss|employer|landlord|landlady|"
    r"grandson|granddaughter|grandmother|grandfather|grandma|grandad|grandpa|granny|nan|nana|gran|aunt|auntie|uncle|cousin|niece|"
    r"nephew|ex|stepfather|stepmother|stepson|stepdaughter|mother in law|father in law|brother in law|sister in law|son in law|"
    r"daughter in law|tenant|executor|guardian|probation officer)"
)
"""Somebody near a customer, or who looks after one."""
