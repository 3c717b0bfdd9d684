"""The guard: every outgoing sentence against the rules of design section 10, before anybody hears it.

Pure text checks over the delexicalised wording and its plan. A refusal names the rule; what happens then is `realise.py`'s business.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from .plan import AI_STATEMENT, CRISIS_STATEMENT, DEBT_STATEMENT, Plan
from .templates import FIXED

__all__ = ["Violation", "check_reply", "check_sentence"]


class Violation(NamedTuple):
    """A rule of design section 10 and what broke it."""

    rule: str
    detail: str


def _words(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b", re.IGNORECASE)


_NUMBERS: Final = _words(
    "zero", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen",
    "sixteen", "seventeen", "eighteen", "nineteen", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety", "hundreds?",
    "thousands?", "millions?", "dozens?", "double", "twice", "triple", "half", "halves", "thirds?", "quarters?", "per ?cent", "percentage",
    "one (?:day|week|fortnight|month|year|payment|instal?lment|dollar|pound|euro)s?", "a couple", "fortnight(?:ly)?", "weekly", "monthly", "daily (?:payments?|instal?lments?)",
    "tomorrow", "tonight", "yesterday", "(?:next|this|last) (?:week|month|year)", "(?:mon|tues|wednes|thurs|fri|satur|sun)days?",
    "january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
    "dollars?", "pounds?", "euros?", "cents?", "pence",
)  # fmt: skip
_SENTENCE_RULES: Final[tuple[tuple[str, str, re.Pattern[str]], ...]] = (
    ("G5", "arrest, prison, seizure or garnishment", _words(
        "arrest\\w*", "prison", "jail\\w*", "police", "criminal\\w*", "warrants?", "seiz\\w+", "repossess\\w*", "garnish\\w*", "bailiffs?",
        "enforcement", "evict\\w*", "foreclos\\w*", "lien")),
    ("G6", "a threat of action", _words(
        "legal action", "courts?", "su(?:e|ed|ing)", "lawsuits?", "litigat\\w*", "credit (?:score|report|rating|file|record)s?", "blacklist\\w*",
        "consequences?", "or else", "employers?", "your (?:family|neighbou?rs?|boss)", "penalt\\w+", "escalat\\w+", "disconnect\\w*", "cut(?:ting)? (?:you )?off")),
    ("G7", "a claim to be what we are not", _words(
        "lawyers?", "attorneys?", "solicitors?", "officers?", "government", "credit bureau", "i am a (?:person|human|real person)", "i'm (?:a )?(?:human|person)",
        "law firm", "(?:a|the) judge", "sheriff")),
    ("G9", "fees or interest", _words("fees?", "interest", "surcharges?", "late charges?", "extra charges?")),
    ("G10", "insult, profanity or pressure", _words(
        "stupid", "idiot\\w*", "liar\\w*", "lying", "lazy", "irresponsible", "shame on", "damn\\w*", "hell", "shit\\w*", "fuck\\w*", "bastard\\w*", "pathetic", "deadbeat\\w*",
        "last chance", "final (?:offer|warning|notice|chance)", "immediately", "urgent\\w*", "right now or", "you must", "you have to pay", "you had better",
        "act now", "no excuses?", "demand\\w*", "insist\\w*")),
    ("G11", "an accusation", _words("fraud\\w*", "steal\\w*", "thief", "theft", "crimes?", "dishonest\\w*", "disgrace\\w*")),
    ("G18", "borrowing or selling", _words("borrow\\w*", "take out a loan", "another loan", "sell (?:your|the)", "remortgage\\w*", "pawn\\w*")),
)  # fmt: skip
_DEBT: Final = _words(
    "debts?", "owe[ds]?", "owing", "balances?", "overdue", "arrears", "outstanding", "pay", "pays", "paying", "paid", "payments?", "repay\\w*", "instal?lments?",
    "creditors?", "lenders?", "loans?", "bills?", "money", "amount", "collect\\w*", "account balance",
)  # fmt: skip
_AGREED: Final = re.compile(
    r"\b(?:(?:is|are|been|was|have|has|now) (?:now |been |safely |all )?(?:agreed|recorded|confirmed|settled|arranged)|we have (?:a deal|an agreement)|agreement is)\b",
    re.IGNORECASE,
)
_CLAUSE: Final = re.compile(r"[,.;:?!]|\b(?:but|so|while|though|although|yet|however|instead|and|because|within)\b", re.IGNORECASE)
_DENIED: Final = _words(
    "cannot",
    "can ?n[o']t",
    "can not",
    "(?:not|never) (?:able|possible|offer|agree|accept|go with)",
    "unable",
    "refuse",
    "decline",
    "more than",
    "beyond",
    "further than",
)
_DENIED_AFTER: Final = re.compile(r" (?:(?:that|which) )?(?:cannot|can ?n[o']t|can not|is not|will not (?:work|do|be)|does not|would not|is (?:too|beyond))\b", re.IGNORECASE)
_GRANTED: Final = _words("(?:can|could|will|happy to|glad to|able to) (?:\\w+ )?(?:offer|do|give|agree to|go with|set|arrange|accept)")
_CREDITED: Final = re.compile(
    r"\b(?:thanks?(?: you)? for|(?:that|as|when|if|because) you (?:\w+ )?(?:suggest|propos|offer|ask|nam)\w*|"
    r"you (?:have )?(?:suggest|propos|offer|ask|nam)\w*|your (?:suggestion|proposal|offer|idea))\b",
    re.IGNORECASE,
)
_REFUSING: Final = _words(
    "cannot", "can ?n[o']t", "not", "no", "unable", "un\\w+able", "wish", "more than", "beyond", "further than", "outside", "out of", "as far",
    "too", "instead", "rather", "without", "decline", "if i could",
)  # fmt: skip
# What a small model writes when it loses the thread: a hole where a word was, a mark that floats, a sentence without start or end.
_BROKEN: Final = re.compile(r"  |\s[,.;:?!]|^[a-z]|[^.?!}:]$")
_WISHED: Final = _words("if", "wish", "as much as")
_NEGATED: Final = re.compile(r"\b(?:not|nothing|no|until|before|unless|once|if|when|neither|without)\b", re.IGNORECASE)


def check_sentence(sentence: str, plan: Plan) -> list[Violation]:
    """Check one delexicalised sentence (slots in braces) of the reply to `plan`; empty when it may be said.

    G3, G5, G6, G7, G8, G9, G10, G11, G18 of design section 10.
    """
    found = []
    wording = re.sub(r"\{[a-z_]+\}", " ", sentence)
    named = set(re.findall(r"\{([a-z_]+)\}", sentence))
    if named - set(plan.slots):
        found.append(Violation("G8", f"slots {sorted(named - set(plan.slots))} are not in the plan"))
    strange = re.search(r"[^\x20-\x7e\u2019]|[<>{}\[\]|\\_$%#]|\d", wording)
    if strange:
        found.append(Violation("G8", f"{strange[0]!r} outside a slot"))
    if quantity := _NUMBERS.search(wording):
        found.append(Violation("G8", f"the quantity {quantity[0]!r} outside a slot"))
    if plan.verified and plan.act != "accept" and (claim := _AGREED.search(wording)) and not _NEGATED.search(wording):
        found.append(Violation("G8", f"{claim[0]!r}, but nothing is agreed yet"))
    if not plan.verified and (debt := _DEBT.search(wording)):
        found.append(Violation("G3", f"{debt[0]!r} before the right party is verified"))
    if broken := _BROKEN.search(sentence.strip()):
        found.append(Violation("G8", f"not a whole sentence at {broken[0]!r}"))
    if contradiction := _contradiction(sentence, plan):
        found.append(Violation("G8", contradiction))
    for rule, what, pattern in _SENTENCE_RULES:
        if match := pattern.search(wording):
            found.append(Violation(rule, f"{what}: {match[0]!r}"))
    return found


def _contradiction(sentence: str, plan: Plan) -> str | None:
    """An offer that is denied or called the customer's own, or a refused request that is granted, in the clause that names it."""
    for match in re.finditer(r"\{(terms|amount|count|ask|due_date|each|first_date)\}", sentence):
        clause = _CLAUSE.split(sentence[: match.start()])[-1]
        if match[1] != "ask" and plan.act in ("counter", "refuse", "empathise", "inform") and _CREDITED.search(clause):
            return f"{clause.strip()!r} calls our offer the customer's"
        if match[1] == "ask":
            if _GRANTED.search(clause) and not _WISHED.search(clause) and not _DENIED.search(clause):
                return f"{clause.strip()!r} grants what the plan refuses"
        elif (_DENIED.search(clause) or _DENIED_AFTER.match(sentence[match.end() :])) and (plan.act, plan.kind) != ("ask", "yesno"):
            return f"{clause.strip()!r} denies what the plan offers"
    return None


def check_reply(wording: str, text: str, plan: Plan, *, profile: str) -> list[Violation]:
    """Check the whole reply: `wording` with slots, `text` as it will be sent (legal sentences included).

    G1, G2, G8, G13, G24 of design section 10.
    """
    found = []
    missing = [slot for slot in plan.slots if f"{{{slot}}}" not in wording]
    if missing:
        found.append(Violation("G8", f"the reply does not state {', '.join(missing)}"))
    if (plan.act == "greet" or AI_STATEMENT in plan.legal) and not text.startswith(AI_STATEMENT):
        found.append(Violation("G1", "the first message does not begin by saying that it is an AI"))
    # Where the terminal has verified already, the first reply is both messages: who speaks, then what it is about.
    if plan.act == "disclose" and not text.removeprefix(f"{AI_STATEMENT} ").startswith(DEBT_STATEMENT):
        found.append(Violation("G2", "the first message after verification does not begin by saying that it is about a debt"))
    if plan.act == "confirm" and "?" not in wording and not re.search(r"\byes\b.*\bno\b", wording, re.IGNORECASE):
        found.append(Violation("G8", "a read-back that asks for no answer"))
    if (plan.act, plan.kind) == ("refuse", "ask") and not missing and not _REFUSING.search(wording):
        found.append(Violation("G8", "a refusal that does not refuse"))
    if plan.kind == "stop_contact" and wording != FIXED["close", "stop_contact"]:
        found.append(Violation("G13", "only the acknowledgement may follow a wish not to be contacted"))
    if plan.kind == "crisis" and text != CRISIS_STATEMENT[profile]:
        found.append(Violation("G24", "only the crisis text may follow a self-harm signal"))
    return found


def quantities_outside_plan(text: str, plan: Plan) -> list[str]:
    """Digit runs of a finished reply that stand in no slot value or legal sentence; empty for every reply that may be sent (G8)."""
    for known in sorted([*plan.legal, *plan.slots.values()], key=len, reverse=True):
        text = text.replace(known, " ").replace(known[:1].upper() + known[1:], " ")
    return re.findall(r"\d[\d.,/-]*", text)
