"""Questions in a customer's words and what they are about."""

import re
from typing import Literal

from eqnegotiator.edge.confirmation import segments
from eqnegotiator.edge.safety_signals import any_of, plain_words
from eqnegotiator.edge.utterance import fold

Topic = Literal["balance", "who", "why", "options", "privacy", "terms", "consequences", "unknown"]

_QUESTION_START = re.compile(
    r"(?:and |so |but |well |ok |okay |sorry |excuse me |wait |please |hi |hello |hey |yes |no |um |uh )*(?:what|"
    r"whats|why|whys|who|whos|whose|whom|how|hows|when|whens|where|wheres|"
    r"which|(?:can|could|would|will|may|do|does|did|is|are|am|was|were|have|has|had|should|shall|must) (?:i|we|you|"
    r"it|this|that|they|he|she|there|the|my|your|a|an|any|anyone)|"
    r"isnt|arent|dont you|cant (?:i|we|you)|tell me (?!a joke)|explain|(?:i )?(?:want|would like|id like|"
    r"need) to (?:know|understand|ask)|i (?:was )?wonder\w*)\b"
)
_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    (
        "privacy",
        any_of(
            r"record(?:ed|ing|s)?|my (?:data|information|details|conversation|voice)|privacy|gdpr|confidential|"
            r"(?:who|anyone) (?:else )?(?:can |will )?(?:see|hear|know|read)s?|"
            r"shar(?:e|ed|ing)|stor(?:e|ed|ing)|listening|how long (?:do|will) you keep|delete (?:my|this)|"
            r"did you get my (?:number|details|name|address)"
        ),
    ),
    (
        "balance",
        any_of(
            r"how much (?:do|did|have|is|am|are|was|will|would|does|money|exactly|more|left)(?: \w+){0,3}? (?:owe|"
            r"owed|owing|left|balance|due|outstanding|remaining|debt|bill|pay|it|that|in total|total)|"
            r"(?:my|the|current|outstanding|remaining|total) (?:balance|total|amount|figure)|what (?:do|did|"
            r"am) i (?:still )?ow\w+|what is (?:owed|outstanding|due|left)|whats (?:owed|outstanding|left|due|"
            r"the total)|"
            r"how much$|how much now|how much is (?:it|that|this)"
        ),
    ),
    (
        "consequences",
        any_of(
            r"interest|fees?|charges?|credit (?:score|rating|file|report|history)|courts?|legal\w*|bailiffs?|"
            r"enforcement|what (?:happens|will happen|would happen)|penalt\w*|consequences?|in trouble|police|"
            r"garnish\w*|jail|prison|arrest\w*|sue|take my|miss a payment|lose my|default"
        ),
    ),
    (
        "terms",
        any_of(r"due date|when (?:is|do|does|must|will|would|should)|deadline|contract|terms|conditions"),
    ),
    (
        "why",
        any_of(
            r"why|how come|what(?:s| is| was)? (?:this|it|the debt|that|this debt|this bill)"
            r"(?: \w+){0,3}? (?:for|about|regarding)|"
            r"what for|the reason|come from|what(?:s| is) (?:this|the debt|this debt)$"
        ),
    ),
    (
        "who",
        any_of(
            r"who|whos|whose|whom|(?:which|what) (?:company|bank|creditor|lender|firm)|are you (?:an? |the |really |"
            r"even )*(?:real|human|ai|robot|bot|person|machine|computer|program|\w*gpt|siri|alexa|alive|legit\w*|scam|police|lawyer|"
            r"bailiff|from|allowed|licensed)|is this (?:an? |really )*(?:scam|real|legit\w*|joke|fraud|ai|robot|bot|"
            r"recording|automated)|where are you (?:calling )?(?:from)?|original creditor|"
            r"am i (?:talking|speaking)|what are you|your name"
        ),
    ),
    (
        "options",
        any_of(
            r"options?|choices?|what (?:can|could|should|else) (?:i|we|you)|how (?:can|could|do|should|would) (?:i|"
            r"we) (?:pay|settle|make|set|sort|clear)|(?:can|could|may) (?:i|we|you)|payment plan|"
            r"instal?ments?|discounts?|settle\w*|help|is there (?:a|an|any)|are there|alternatives?|possible|accept|"
            r"do you (?:take|offer|do|have)|spread|plan|way to pay|by (?:card|cash|cheque)|card|cash"
        ),
    ),
)


def is_question(text: str) -> bool:
    """Whether the text asks something, by its mark or, in speech without marks, by its opening words."""
    folded = fold(text).text
    return "?" in folded or any(_QUESTION_START.match(segment) for segment in segments(folded))


def question_topic(text: str) -> Topic | None:
    """What a question is about, "unknown" when no rule speaks; None when the text is no question."""
    if not is_question(text):
        return None
    words = plain_words(text)
    return next((topic for topic, rule in _TOPICS if rule.search(words)), "unknown")
