"""What a customer says beside the proposal: a farewell, a plea for a moment, a feeling named, a wish the mandate does not know.

Read from words alone, never from inferred emotions (design section 2, principle 2), so a remark may steer the talk.
"""

import re
from typing import Literal

from eqnegotiator.edge.safety_signals import any_of, plain_words

__all__ = ["Remark", "find_remarks"]

Remark = Literal[
    "farewell", "wait", "borrowing", "discount", "pause", "simpler", "in_parts", "better", "threatened", "cannot_pay", "regret",
    "afraid", "sad",
]
_MOMENT = r"(?:minute|min|moment|second|sec|bit|while)"

_REMARKS: tuple[tuple[Remark, re.Pattern[str]], ...] = (
    (
        "farewell",
        any_of(
            r"good ?bye|bye(?: bye)?|see you(?: later| soon)?|"
            r"(?:have|need|got|gotta|must)(?: to)? (?:go|leave|run)(?: now| sorry)?$",
            r"(?:not|isnt) a (?:good|great|convenient) (?:time|moment)|cant (?:talk|speak)(?: (?:right )?now| at the moment| today|$)",
            r"(?:call|try|ask)(?: me)?(?: back| again)? (?:tomorrow|later|another (?:time|day))|"
            r"(?:get|come) back (?:to you|later|tomorrow|another)",
            r"(?:some|an)other (?:time|day)",
        ),
    ),
    (
        "wait",
        any_of(
            rf"(?:one|just a|give me a|wait a|hold on a|hang on a) {_MOMENT}|^(?:ok |well |please )?(?:wait|hang on|hold on)(?: please)?$",
            r"bear with me|let me (?:think|check|see|look|find|ask|get my)|need to think|think (?:about it|it over|this over)",
        ),
    ),
    (
        "borrowing",
        any_of(
            r"borrow(?:ing)?|loan shark|payday (?:loan|lender)s?|(?:take|taking|get|getting) (?:out )?(?:a|another) loan|"
            r"on (?:a|my) credit card",
            r"remortgag\w+|sell(?:ing)? (?:my|the|our)|pawn\w*",
        ),
    ),
    (
        "discount",
        any_of(
            r"(?:write|writing|written) (?:\w+ ){0,3}?off|waiv\w+|discounts?|call it quits|settle(?: it| this)? (?:for|at)",
            r"(?:forgive|cancel|drop|wipe) (?:out )?(?:the|my|it|some|part|half)(?: rest| debt| balance|$)|(?:knock|take) (?:\w+ ){1,3}off",
            r"(?:reduce|lower|cut) (?:the|my) (?:debt|balance|bill|total)",
        ),
    ),
    (
        "pause",
        any_of(
            r"(?:pause|freeze|suspend) (?:it|this|(?:the|my) (?:account|payments?|plan))|(?:payment|repayment) (?:holiday|break|pause)",
            r"(?:a )?(?:break|pause|rest) (?:from|in|of) (?:the |my )?(?:payments?|paying)|forbearance",
            r"put (?:it|this|(?:the|my) (?:account|payments?)) on hold",
        ),
    ),
    (
        "simpler",
        any_of(
            r"(?:dont|do not|cant|cannot|didnt) (?:really |quite |even )?(?:understand|follow|get it)|confus(?:ed|ing)|simpler|more simply",
            r"plain english|what do you mean|what does (?:that|this|it) mean|(?:cant|cannot) read|(?:say|explain|repeat) (?:that|it|this)",
            r"^(?:pardon|come again)",
        ),
    ),
    (
        "in_parts",
        any_of(
            r"in parts|instal?lments?|(?:payment|monthly|weekly) plan|(?:spread|split) (?:it|the|this|that)|bit by bit|part payments?",
            r"(?:smaller|small|lower|little) (?:amounts?|payments?|sums?|bits)|(?:monthly|weekly|fortnightly) payments?",
        ),
    ),
    (
        "better",
        any_of(
            r"(?:best|most|latest|longest|lowest|least|maximum|minimum) (?:\w+ ){0,3}?(?:you|offer|date|time|limit|amount)|your limit",
            r"(?:final|last|best|better|different|other|another) (?:offer|deal)|do (?:any )?better|do more than that|"
            r"anything (?:better|else|longer|lower)|go (?:any )?(?:further|lower|longer)",
        ),
    ),
    (
        "threatened",
        any_of(
            r"courts?|bailiffs?|prison|jail|arrest(?:ed)?|police|su(?:e|ing) me|repossess\w*|in trouble|"
            r"(?:come|coming) to my (?:house|home|door)"
        ),
    ),
    (
        "cannot_pay",
        any_of(
            r"(?:cant|cannot|can not|unable to|couldnt|wont be able to) (?:\w+ ){0,2}?(?:pay|afford|manage)|"
            r"(?:no|out of|any) money|broke|skint"
        ),
    ),
    (
        "regret",
        any_of(
            r"changed? my mind|cancel|undo|made a mistake|take (?:it|that) back|didnt mean|not what i|(?:too|so) (?:much|soon|high|early)",
            r"(?:cant|cannot|can not|wont be able to) (?:\w+ ){0,2}?(?:pay|afford|manage|do|keep|make)|"
            r"(?:dont|do not) (?:agree|want) (?:to )?(?:that|it|this)",
        ),
    ),
    ("afraid", any_of(r"scared|afraid|frighten\w*|terrified|worr(?:y|ied|ying)|nervous|panick\w*|dread\w*|fear\w*")),
    (
        "sad",
        any_of(
            r"stress\w*|upset|crying|in tears|ashamed|embarrass\w*|exhausted|hopeless|miserable|heartbroken|"
            r"feel(?:ing)? (?:so |really )?(?:low|down|awful|terrible)"
        ),
    ),
)  # fmt: skip
_NOT_IN_PARTS = re.compile(r"\b(?:dont|do not|not|no|cant|cannot|never|wont)\b")


def find_remarks(text: str) -> frozenset[Remark]:
    """The remarks in the text; O(len(text))."""
    words = plain_words(text)
    found = {name for name, rule in _REMARKS if rule.search(words)}
    if _NOT_IN_PARTS.search(words):
        found.discard("in_parts")
    return frozenset(found)
