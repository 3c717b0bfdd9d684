"""Words by which a customer's income, outgoings and spare money are told; patterns over the clause skeletons of `finances`.

In a skeleton a sum is `<m>`, a rhythm `<e>`, and everything else is its folded word.
"""

from __future__ import annotations

import re
from typing import Final

from .affordability import Income, Outgoing


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")


INCOME: Final[tuple[tuple[Income, re.Pattern[str]], ...]] = (
    ("benefits", _words(
        "universal credit", "benefits?", "uc", "pip", "esa", "jsa", "job ?seekers?", "unemployment", "disability", "dole", "food stamps",
        "(?:carers?|living|attendance) allowance", "(?:tax|pension) credits?", "snap", "ssi", "ssdi", "social security", "welfare")),
    ("pensions", _words("pensions?")),
    ("wages", _words(
        "wages?", "salary", "bring(?:ing)? home", "take ?home", "taking home", "earn(?:ing|s)?", "(?:get|getting|am|are|i'm|we're) paid",
        "pay ?che(?:ck|que)s?", "pay packet", "my pay", "my job", "i make", "we make")),
    ("other", _words("income", "(?:live|living) on", "com(?:e|es|ing) in", "get", "getting", "receive")),
)  # fmt: skip
# Verbs that say nothing without a rhythm: "I get 500 on the 28th" may be once.
ONCE: Final = _words("get", "getting", "receive", "i make", "we make")
OUTGOINGS: Final[tuple[tuple[Outgoing, re.Pattern[str]], ...]] = (
    ("other_debts", _words("loans?", "credit cards?", "klarna", "catalogues?", "car (?:finance|payments?)", "overdraft")),
    ("care", _words("child ?care", "nursery", "day ?care", "medications?", "medicines?", "prescriptions?", "carers?", "school")),
    ("housing", _words("rent", "mortgage", "council tax", "property tax", "ground rent")),
    ("food", _words("food", "groceries", "grocery", "shopping", "nappies", "diapers", "formula")),
    ("transport", _words("petrol", "fuel", "bus", "train", "fares?", "transport", "travel", "commut\\w+", "car insurance", "parking")),
    ("utilities", _words(
        "electric(?:ity)?", "gas", "water", "energy", "heating", "utilities", "phone", "mobile", "internet", "broadband", "wifi",
        "bills")),
    ("other", _words("insurance", "clothes", "subscriptions?", "union", "pets?")),
)  # fmt: skip
TOTAL: Final = _words("outgoings", "expenses", "living costs", "all (?:of )?my bills", "costs? me in total")
# What may be the very debt that is talked about, unless it recurs.
MAYBE_DEBT: Final = frozenset({"utilities", "other_debts"})
PAYS: Final = _words("pay", "paying", "spend", "spending", "costs?", "goes on", "go on")
UNREAL: Final = _words(
    "don't", "doesn't", "didn't", "isn't", "aren't", "not", "no", "never", "used", "if", "was", "were", "had", "lost", "would", "could",
    "should", "will", "[a-z]+'ll", "going", "gonna", "until", "stopped", "went", "instead", "ago", "last", "next", "spent", "earned",
    "another", "extra",
)  # fmt: skip
NOT_THEIRS: Final = _words(
    "you", "your", "he", "she", "they", "his", "her", "their", "husband", "wife", "partner", "mum", "mom", "dad", "boyfriend",
    "girlfriend", "owe", "owed", "owing", "debts?", "arrears", "balance", "deposit", "behind",
)  # fmt: skip
OFFER: Final = re.compile(
    r"\b(?:can|can't|could|may|might|able to|willing to|want to|i'd|we'd|let me) (?:\w+ ){0,2}?"
    r"(?:pay|do|give|manage|offer|afford|send|put|stretch|spare)\b"
    r"|\b(?:pay|paying|payments?) (?:you|off|it|this|that|back|of)\b|\b(?:how|what) about\b|\binstal?lments?\b"
)
HEDGES: Final = (
    r"(?:(?:is|are|of|about|around|only|just|maybe|roughly|comes to|at|with|like|probably|perhaps|a|the|me|us|over|month|<e>) )*"
)
SPARE_BEFORE: Final = re.compile(
    rf"(?:(?:^|[ ])(?:left|spare|leftover|disposable(?: income)?|surplus) |\bleaves? (?:me |us )){HEDGES}$"
    r"|\bcan't (?:spare|afford|pay) more than (?:about )?$"
)
SPARE_BEHIND: Final = re.compile(
    r"^(?:<e> )?(?:\w+ ){0,2}?(?:left(?! (?:to pay|on\b|owing|of))|spare|leftover|to spare|remaining|disposable)\b"
)
AFTER: Final = _words(
    "(?:after|once|when) (?:\\w+ ){0,3}?(?:bills|everything|essentials|outgoings|expenses|necessities|rent)"
)
# "On universal credit, 393 a month": a sum of its own is what the clause before it names.
BARE: Final = re.compile(rf"{HEDGES}(?:it's |that's |i get )?<m>(?: <e>)?")
HAVE: Final = _words("have", "got", "i've", "we've", "there's", "there is", "it's", "i'm left")
NOTHING_LEFT: Final = re.compile(
    r"\b(?:nothing|no money|not a (?:penny|cent|dime)|nowt|zero) (?:\w+ )?(?:left|spare|leftover|to spare)\b"
    r"|\b(?:don't|haven't) (?:have |got )?(?:any(?:thing| money)?|a (?:penny|cent|dime)) (?:left|spare|to spare|over)\b"
    r"|\bcan't spare (?:anything|a (?:penny|cent|dime))\b"
)
OUT_OF_WORK: Final = _words(
    "lost (?:my|our) jobs?", "laid off", "redundant", "unemployed", "out of work", "sacked", "fired", "let go",
    "(?:no|without a|without any) (?:job|work|income)", "(?:stopped|not) working",
)  # fmt: skip
ANSWER: Final = re.compile(
    rf"(?:(?:i|have|i've|got|think|it's|yeah|yes|well|i'd|say|something|honestly|um|i'm|left) |{HEDGES[:-1]})*<m>"
    r"(?: (?:<e>|or so|maybe|i|think|if|that|at|the|most|max|tops|left|a|month|probably|each|every))*"
)
ANSWER_NOTHING: Final = re.compile(
    r"(?:(?:well|honestly|um|there's|i|have|i've|got|absolutely|really|basically) )*"
    r"(?:nothing|none|zero|nil|nada|nowt|not a (?:penny|cent|dime))"
    r"(?: (?:at all|really|left|to be honest|to spare|spare|right now))*"
)
