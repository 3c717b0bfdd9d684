"""What a customer wants with an utterance: the encoder's probabilities, and rules where words leave no doubt.

Several intents can hold at once ("no, but 150 a month" rejects, proposes and counters). What must not be missed (`SIGNALS`) counts as
said when either the encoder or a rule hears it; what a rule hears less well than the encoder, the encoder decides alone.
"""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from eqnegotiator.edge.confirmation import confirmation, leans_no, leans_yes, segments
from eqnegotiator.edge.proposal import Parsed
from eqnegotiator.edge.questions import is_question, question_topic
from eqnegotiator.edge.safety_signals import SIGNALS, any_of, find_signals, plain_words
from eqnegotiator.edge.utterance import fold
from eqnegotiator.models.encoder_labels import INTENTS as ENCODER_INTENTS

__all__ = ["BY_RULE", "INTENTS", "RULE_SCORE", "IntentReading", "confirmation", "question_topic", "read_intent", "rule_scores"]

RULE_SCORE: Final = 0.4
"""Rule scores below this are side remarks ("yes but ...", a greeting before the matter)."""

INTENTS = (
    "self_harm",
    "stop_contact",
    "represented",
    "insolvency_or_breathing_space",
    "wrong_person",
    "third_party",
    "dispute",
    "human",
    "prompt_injection",
    "abuse",
    "counter",
    "propose",
    "ask_information",
    "reject",
    "accept",
    "ask_time",
    "promise",
    "hardship",
    "identity_answer",
    "greet",
    "smalltalk",
    "other",
)
"""Of equal scores the earlier name is the top intent: what must stop the turn comes before what moves it on."""


BY_RULE: Final = frozenset(
    (
        "self_harm",
        "stop_contact",
        "represented",
        "insolvency_or_breathing_space",
        "third_party",
        "dispute",
        "human",
        "hardship",
        "prompt_injection",
        "propose",
    )
)
"""Intents that a rule, or the parser, can decide without the encoder."""
BY_WORD: Final = frozenset(("accept", "reject"))
"""Intents of which a bare yes or no, and nothing beside it, leaves no doubt."""
_BARE_NO_WORDS: Final = 3


class IntentReading(NamedTuple):
    """`intents` has every name of `INTENTS`; `top` is the strongest of `said`, or of all when none is; `signals` in order of urgency."""

    intents: dict[str, float]
    said: frozenset[str]
    top: str
    signals: tuple[str, ...]


_WRONG_PERSON = any_of(
    r"wrong (?:person|man|woman|guy|lady|name|house|number|address|one|individual)|mistaken identity",
    r"(?:thats|that is|this is|its|it is) not (?:me|my name|him|her|the person)$|(?:im|i am) not (?:mr|mrs|ms|miss|"
    r"the person|"
    r"the account holder|that person|who you|him|her|called|named|the right)|not the (?:right )?person (?:you|to)|"
    r"thats not me",
    r"(?:dont|do not) know (?:anyone|anybody|any|a|who)(?: \w+)? ?(?:called|named|by that name|of that name|"
    r"with that name|that is|he is|she is)|"
    r"no ?(?:one|body)(?: here)? (?:by|of|with|called|named|here by)|never heard of (?:him|her|them|that (?:person|"
    r"name)|this person)|"
    r"no longer lives? here|(?:doesnt|does not|dont) live here|you want someone else|looking for someone else|"
    r"thats someone else|previous (?:tenant|owner|occup\w+)",
)
_ABUSE_AT = any_of(
    r"f+u+c+k+ (?:you|off|u|this|your)|piss off|screw you|go to hell|up yours|bugger off|sod off|drop dead|kys|"
    r"kill your ?self|shut (?:up|it|your)|"
    r"(?:ill|i will|im going to|gonna) (?:find|hurt|kill|smash|burn|get|break|punch|hit) (?:you|your|ya|"
    r"this (?:machine|thing|box|kiosk|screen))",
    r"(?:you|youre|your|u|bloody|fucking|stupid|useless|damn|bunch of|total|absolute)(?: \w+)? (?:idiots?|morons?|"
    r"scum\w*|vermin|leech(?:es)?|parasites?|bloodsuckers?|"
    r"thie(?:f|ves)|crooks?|bastards?|bitch(?:es)?|cunts?|wankers?|assholes?|arseholes?|dickheads?|pricks?|tossers?|"
    r"pathetic|disgusting)|(?:bloody|fucking|stupid|useless|damn|dumb)(?: \w+)? (?:robots?|bots?|machines?|computers?)",
)
_PROFANITY = any_of(
    r"f+u+c+k+\w*|shit\w*|bullshit|bastards?|bitch\w*|cunts?|wank\w*|assholes?|arseholes?|dickheads?|bollocks|"
    r"scumbags?|motherf\w*|scum"
)
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip) (?:all |any |your |the |my |these |those |every |"
    r"everything |previous |prior |above |earlier |"
    r"safety |of )*(?:instructions?|rules?|prompts?|guidelines|programming|guardrails|restrictions|directions|"
    r"policies|constraints|told)\b|"
    r"\bsystem prompt\b|\byou are now (?:a|an|in|my|free|the|dan)\b|\b(?:act|behave|respond|answer) as (?:a|an|"
    r"if you|my|the|though)\b|"
    r"\bpretend (?:to be|you|that you|youre|i)\b|\b(?:developer|debug|admin|god|dan|root|maintenance) mode\b|"
    r"\bjailbreak\b|"
    r"\b(?:reveal|show|print|repeat|output|tell me|display)(?: me)? (?:your|the) (?:system |hidden |initial |"
    r"secret |original |full )*(?:prompt|instructions|rules|text above|configuration)\b|"
    r"\bnew instructions?\b|\bend of (?:prompt|instructions)\b|\byour new (?:role|task|goal|instructions)\b|"
    r"\b(?:set|change|update|reduce|write) (?:the|my|this) (?:balance|debt|account|amount|"
    r"outstanding)(?: \w+)? (?:to|as|off)\b|"
    r"\bmark (?:the|my|this|it)(?: \w+)? ?as (?:paid|settled|closed|cleared)\b|\bas an ai\b|\bsudo\b|"
    r"\boutput (?:only|json|exactly)\b|"
    r"\b(?:say|repeat|reply|respond|answer) (?:exactly|only|with only|after me)\b"
)
_INJECTION_MARKS = re.compile(
    r"<\|?/?(?:im_start|im_end|system|user|assistant|endoftext|s|inst)\|?>|\[/?(?:inst|system)\]|(?:^|"
    r"\n)\s*(?:system|assistant|developer)\s*:|```|\{\{|\{q\}"
)
_ASK_TIME = any_of(
    r"(?:more|some|extra|little|bit more|bit of|need|enough|additional|further|give me|any) time|extension|extend|"
    r"postpone|defer|delay(?: it| the| my)|"
    r"(?:wait|hold off|hold on|pause|hang on) (?:for |until |till |a |an |the |it |my |this |on )|push (?:it |"
    r"the date |that )?back|put it off|"
    r"(?:a|for) (?:little |bit |while )?longer|few more (?:days|weeks|months)|not (?:ready )?yet|grace period|"
    r"payment (?:holiday|break)|breathing room|"
    r"(?:pay|it) later|later date|"
    r"^later(?: please)?$|time to (?:pay|think|sort|get|find)|until (?:payday|pay day|i get|im paid|next|the|my)|"
    r"give me (?:a|until|till|some|another|more) "
    r"(?:day|week|month|time|few|couple|chance)|cant (?:pay|do it|do anything)(?: \w+){0,2} (?:now|today|yet|"
    r"right now|this week|this month)"
)
_PROMISE = any_of(
    r"i (?:do )?(?:promise|swear|guarantee|commit)|you have my word|i give you my word|my word of honou?r|"
    r"cross my heart|hand on heart|on my life|honest to god",
    r"(?:ill|i will|im going to|i am going to|im gonna|we will|well)(?: definitely| certainly| surely| for sure|"
    r" make sure (?:i|to)| absolutely| try to| really| be)* "
    r"(?:pay|paying|send|sending|transfer|settle|clear|have (?:it|the money)|sort it|get it (?:paid|done|to you)|"
    r"bring|make (?:a|the|my) payment)",
)
_PROMISE_NOT = any_of(
    r"(?:wont|will not|never|not going to|cant|if) (?:i |you )?(?:pay|be paying|promise)|cant (?:promise|guarantee|"
    r"commit)|ill pay (?:nothing|when i)"
)
_GREETING = re.compile(
    r"(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|morning|afternoon|evening)\b"
)
_SMALLTALK = any_of(
    r"how are you|hows it going|how is it going|whats up|nice to (?:meet|talk|speak)|thanks?|thank you|thankyou|"
    r"cheers|ta|bye|goodbye|good bye|see you|take care|"
    r"have a (?:nice|good|great|lovely) \w+|(?:nice|lovely|horrible|terrible) weather|lol|haha\w*|ha ha|"
    r"tell me a joke|whats your name|happy (?:christmas|new year|birthday)"
)
_IDENTITY = any_of(
    r"(?:my|the) (?:date of birth|dob|birthday|birth date|birth year|year of birth|post ?code|zip(?: code)?|"
    r"account number|reference(?: number)?|full name|name|surname|"
    r"first name|last name|maiden name|address|social|last four|pin|password|memorable word)(?: is| was|s)|"
    r"mothers maiden name is|(?:i was )?born (?:in|on)|"
    r"(?:yes )?(?:this is|speaking|thats me|i am (?:he|she|him|her)|its me)$|yes (?:this is|thats me|speaking|"
    r"it is me)|ending in \d|last four(?: digits)?(?: are| is)? \d"
)
_IDENTITY_ONLY = re.compile(
    r"(?:its |it is |its in |in |um |uh |er |the year )*(?:(?:19|20)\d\d|\d{4,16}|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|"
    r"(?:nineteen|twenty)(?: (?:oh|hundred|and|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|"
    r"one|two|three|four|five|six|seven|eight|nine))+|"
    r"(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)(?: |$)){4,}|\d{1,2} ?(?:st|nd|rd|"
    r"th)?(?: of)? ?[a-z]{3,9} (?:19|20)\d\d|\d{1,2} \d{1,2} (?:19|20)?\d\d)(?: please)?"
)

_PROPOSING_QUESTION = re.compile(
    r"(?:and |so |but |well |ok |okay |sorry |please |hi |hello |yes |no )*(?:(?:can|could|would|may|will|is|"
    r"cant) (?:i|we|you|it|that|\d|\w+ (?:days?|weeks?|months?|a month|a week))|"
    r"how about|what about|what if|would|what (?:do|would) you say)\b"
)


def read_intent(text: str, parsed: Parsed, probability: Sequence[float], threshold: Sequence[float]) -> IntentReading:
    """Intents of the text, given what `parse_proposal` found in it and what the encoder heard; O(len(text)).

    Args:
        probability: [22] of the encoder, in the order of `models.encoder_labels.INTENTS`.
        threshold: [22] from where on the encoder's word counts.
    """
    ruled = rule_scores(text, parsed)
    heard = dict(zip(ENCODER_INTENTS, map(float, probability), strict=True))
    said = {name for name, least in zip(ENCODER_INTENTS, threshold, strict=True) if heard[name] >= least}
    sure = {name for name in BY_RULE if ruled[name] >= RULE_SCORE} | {name for name in BY_WORD if ruled[name] == 1.0}
    said |= sure
    intents = {name: max(heard[name], ruled[name]) if name in sure else heard[name] for name in INTENTS}
    top = max((name for name in INTENTS if name in said), key=intents.__getitem__, default=max(INTENTS, key=intents.__getitem__))
    return IntentReading(intents, frozenset(said), top, tuple(name for name in SIGNALS if name in said))


def rule_scores(text: str, parsed: Parsed) -> dict[str, float]:
    """How strongly rules speak for each of `INTENTS`, 0.0 to 1.0; no calibrated probabilities."""
    words, parts, signals = plain_words(text), segments(text), find_signals(text)
    scores = dict.fromkeys(INTENTS, 0.0)
    strength = {"hardship": 0.6, "dispute": 0.95, "human": 0.95, "third_party": 0.95}
    scores |= {name: strength.get(name, 1.0) for name in signals}
    accepts, rejects = any(map(leans_yes, parts)), any(map(leans_no, parts))
    qualified = re.search(r"\b(?:but|however|instead|rather|unless|if|as long as|provided)\b", words) is not None
    if _WRONG_PERSON.search(words):
        scores["wrong_person"] = 0.95
    if _INJECTION.search(words) or _INJECTION_MARKS.search(fold(text).text):
        scores["prompt_injection"] = 0.95
    if _ABUSE_AT.search(words):
        scores["abuse"] = 0.9
    elif _PROFANITY.search(words):
        scores["abuse"] = 0.5
    if parsed.proposal is not None:
        scores["propose"] = 0.85 if not parsed.proposal.ambiguous else 0.7
        if rejects or qualified:
            scores["counter"] = 0.95 if not parsed.proposal.ambiguous else 0.85
    elif (
        qualified
        and (accepts or rejects)
        and re.search(r"\b(?:less|lower|smaller|longer|more|later|different|reduce)\b", words)
    ):
        scores["counter"] = 0.6
    if accepts:
        scores["accept"] = 0.3 if rejects or qualified else (0.8 if parsed.proposal is None else 0.5)
    if rejects:
        scores["reject"] = 0.4 if accepts else (0.8 if parsed.proposal is None else 0.6)
    answer = confirmation(text)
    if answer == "yes":
        scores["accept"] = 1.0
    elif answer == "no" and not signals and len(words.split()) <= _BARE_NO_WORDS:
        scores["reject"] = 1.0
    proposing = parsed.proposal is not None and _PROPOSING_QUESTION.match(words) is not None
    if is_question(text) and not proposing and "how are you" not in words:
        scores["ask_information"] = 0.82 if parsed.proposal is None else 0.4
    if _ASK_TIME.search(words):
        scores["ask_time"] = 0.85 if parsed.proposal is None else 0.5
    if _PROMISE.search(words) and not _PROMISE_NOT.search(words):
        scores["promise"] = 0.7
    if _IDENTITY_ONLY.fullmatch(words):
        scores["identity_answer"] = 0.9
    elif _IDENTITY.search(words):
        scores["identity_answer"] = 0.7
    if _GREETING.match(words):
        scores["greet"] = 0.7 if len(words.split()) <= 4 else 0.4
    if _SMALLTALK.search(words):
        scores["smalltalk"] = 0.6 if len(words.split()) <= 6 else 0.3
    scores["other"] = round(1.0 - max(scores.values()), 2)
    return scores
