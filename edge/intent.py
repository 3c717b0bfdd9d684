"""What a customer wants with an utterance, by rules; and the strict reading of a yes at the read-back.

Scores are 0.0 to 1.0: how strongly a rule speaks for an intent. They are no calibrated probabilities and do not sum to
one: several intents can hold at once ("no, but 150 a month" rejects, proposes and counters). `other` is what is left.
"""

import re
from typing import Literal, NamedTuple

from eqnegotiator.edge.proposal import Parsed
from eqnegotiator.edge.safety_signals import find_signals, plain_words
from eqnegotiator.edge.utterance import fold

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

Topic = Literal["balance", "who", "why", "options", "privacy", "terms", "unknown"]


class IntentReading(NamedTuple):
    """`intents` has every name of `INTENTS`; `top` is the strongest; `signals` as `find_signals` returns them."""

    intents: dict[str, float]
    top: str
    signals: list[str]


def _any(*rules: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{rule})\b" for rule in rules))


_WRONG_PERSON = _any(
    r"wrong (?:person|man|woman|guy|lady|name|house|number|address|one|individual)|mistaken identity",
    r"(?:thats|that is|this is|its|it is) not (?:me|my name|him|her|the person)$|(?:im|i am) not (?:mr|mrs|ms|miss|the person|"
    r"the account holder|that person|who you|him|her|called|named|the right)|not the (?:right )?person (?:you|to)|thats not me",
    r"(?:dont|do not) know (?:anyone|anybody|any|a|who)(?: \w+)? ?(?:called|named|by that name|of that name|with that name|that is|he is|she is)|"
    r"no ?(?:one|body)(?: here)? (?:by|of|with|called|named|here by)|never heard of (?:him|her|them|that (?:person|name)|this person)|"
    r"no longer lives? here|(?:doesnt|does not|dont) live here|you want someone else|looking for someone else|thats someone else|previous (?:tenant|owner|occup\w+)",
)
_ABUSE_AT = _any(
    r"f+u+c+k+ (?:you|off|u|this|your)|piss off|screw you|go to hell|up yours|bugger off|sod off|drop dead|kys|kill your ?self|shut (?:up|it|your)|"
    r"(?:ill|i will|im going to|gonna) (?:find|hurt|kill|smash|burn|get|break|punch|hit) (?:you|your|ya|this (?:machine|thing|box|kiosk|screen))",
    r"(?:you|youre|your|u|bloody|fucking|stupid|useless|damn|bunch of|total|absolute)(?: \w+)? (?:idiots?|morons?|scum\w*|vermin|leech(?:es)?|parasites?|bloodsuckers?|"
    r"thie(?:f|ves)|crooks?|bastards?|bitch(?:es)?|cunts?|wankers?|assholes?|arseholes?|dickheads?|pricks?|tossers?|robots?|machine|pathetic|disgusting)",
)
_PROFANITY = _any(
    r"f+u+c+k+\w*|shit\w*|bullshit|bastards?|bitch\w*|cunts?|wank\w*|assholes?|arseholes?|dickheads?|bollocks|scumbags?|motherf\w*|scum"
)
_INJECTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass|skip) (?:all |any |your |the |my |these |those |every |everything |previous |prior |above |earlier |"
    r"safety |of )*(?:instructions?|rules?|prompts?|guidelines|programming|guardrails|restrictions|directions|policies|constraints|told)\b|"
    r"\bsystem prompt\b|\byou are now (?:a|an|in|my|free|the|dan)\b|\b(?:act|behave|respond|answer) as (?:a|an|if you|my|the|though)\b|"
    r"\bpretend (?:to be|you|that you|youre|i)\b|\b(?:developer|debug|admin|god|dan|root|maintenance) mode\b|\bjailbreak\b|"
    r"\b(?:reveal|show|print|repeat|output|tell me|display)(?: me)? (?:your|the) (?:system |hidden |initial |secret |original |full )*(?:prompt|instructions|rules|text above|configuration)\b|"
    r"\bnew instructions?\b|\bend of (?:prompt|instructions)\b|\byour new (?:role|task|goal|instructions)\b|"
    r"\b(?:set|change|update|reduce|write) (?:the|my|this) (?:balance|debt|account|amount|outstanding)(?: \w+)? (?:to|as|off)\b|"
    r"\bmark (?:the|my|this|it)(?: \w+)? ?as (?:paid|settled|closed|cleared)\b|\bas an ai\b|\bsudo\b|\boutput (?:only|json|exactly)\b|"
    r"\b(?:say|repeat|reply|respond|answer) (?:exactly|only|with only|after me)\b"
)
_INJECTION_MARKS = re.compile(
    r"<\|?/?(?:im_start|im_end|system|user|assistant|endoftext|s|inst)\|?>|\[/?(?:inst|system)\]|(?:^|\n)\s*(?:system|assistant|developer)\s*:|```|\{\{|\{q\}"
)
_ASK_TIME = _any(
    r"(?:more|some|extra|little|bit more|bit of|need|enough|additional|further|give me|any) time|extension|extend|postpone|defer|delay(?: it| the| my)|"
    r"(?:wait|hold off|hold on|pause|hang on) (?:for |until |till |a |an |the |it |my |this |on )|push (?:it |the date |that )?back|put it off|"
    r"(?:a|for) (?:little |bit |while )?longer|few more (?:days|weeks|months)|not (?:ready )?yet|grace period|payment (?:holiday|break)|breathing room|"
    r"(?:pay|it) later|time to (?:pay|think|sort|get|find)|until (?:payday|pay day|i get|im paid|next|the|my)|give me (?:a|until|till|some|another|more) "
    r"(?:day|week|month|time|few|couple|chance)|cant (?:pay|do it|do anything)(?: \w+){0,2} (?:now|today|yet|right now|this week|this month)"
)
_PROMISE = _any(
    r"i (?:do )?(?:promise|swear|guarantee|commit)|you have my word|i give you my word|my word of honou?r|cross my heart|hand on heart|on my life|honest to god",
    r"(?:ill|i will|im going to|i am going to|im gonna|we will|well)(?: definitely| certainly| surely| for sure| make sure (?:i|to)| absolutely| try to| really| be)* "
    r"(?:pay|paying|send|sending|transfer|settle|clear|have (?:it|the money)|sort it|get it (?:paid|done|to you)|bring|make (?:a|the|my) payment)",
)
_PROMISE_NOT = _any(
    r"(?:wont|will not|never|not going to|cant|if) (?:i |you )?(?:pay|be paying|promise)|cant (?:promise|guarantee|commit)|ill pay (?:nothing|when i)"
)
_GREETING = re.compile(
    r"(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|morning|afternoon|evening)\b"
)
_SMALLTALK = _any(
    r"how are you|hows it going|how is it going|whats up|nice to (?:meet|talk|speak)|thanks?|thank you|thankyou|cheers|ta|bye|goodbye|good bye|see you|take care|"
    r"have a (?:nice|good|great|lovely) \w+|(?:nice|lovely|horrible|terrible) weather|lol|haha\w*|ha ha|tell me a joke|whats your name|happy (?:christmas|new year|birthday)"
)
_IDENTITY = _any(
    r"(?:my|the) (?:date of birth|dob|birthday|birth date|birth year|year of birth|post ?code|zip(?: code)?|account number|reference(?: number)?|full name|name|surname|"
    r"first name|last name|maiden name|address|social|last four|pin|password|memorable word)(?: is| was|s)|mothers maiden name is|(?:i was )?born (?:in|on)|"
    r"(?:yes )?(?:this is|speaking|thats me|i am (?:he|she|him|her)|its me)$|yes (?:this is|thats me|speaking|it is me)|ending in \d|last four(?: digits)?(?: are| is)? \d"
)
_IDENTITY_ONLY = re.compile(
    r"(?:its |it is |its in |in |um |uh |er |the year )*(?:(?:19|20)\d\d|\d{4,16}|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|(?:nineteen|twenty)(?: (?:oh|hundred|and|ten|eleven|twelve|thirteen|"
    r"fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one|two|three|four|five|six|seven|eight|nine))+|"
    r"(?:(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)(?: |$)){4,}|\d{1,2} ?(?:st|nd|rd|th)?(?: of)? ?[a-z]{3,9} (?:19|20)\d\d|\d{1,2} \d{1,2} (?:19|20)?\d\d)(?: please)?"
)

_QUESTION_START = re.compile(
    r"(?:and |so |but |well |ok |okay |sorry |excuse me |wait |please |hi |hello |hey |yes |no |um |uh )*(?:what|whats|why|whys|who|whos|whose|whom|how|hows|when|whens|where|wheres|"
    r"which|(?:can|could|would|will|may|do|does|did|is|are|am|was|were|have|has|had|should|shall|must) (?:i|we|you|it|this|that|they|he|she|there|the|my|your|a|an|any|anyone)|"
    r"isnt|arent|dont you|cant (?:i|we|you)|tell me (?!a joke)|explain|(?:i )?(?:want|would like|id like|need) to (?:know|understand|ask)|i (?:was )?wonder\w*)\b"
)
_PROPOSING_QUESTION = re.compile(
    r"(?:and |so |but |well |ok |okay |sorry |please |hi |hello |yes |no )*(?:(?:can|could|would|may|will|is|cant) (?:i|we|you|it|that|\d|\w+ (?:days?|weeks?|months?|a month|a week))|"
    r"how about|what about|what if|would|what (?:do|would) you say)\b"
)

_YES = (
    r"(?:yes|yeah|yea|yep|yup|yas|ya|aye|ok|okay|okey|okie|sure|agreed|agree|i agree|deal|done|absolutely|definitely|certainly|of course|correct|confirmed|confirm|"
    r"i (?:do )?confirm|i (?:do )?accept|accepted|i (?:do )?agree|perfect|go ahead|please do|do it|lets do (?:it|that|this)|go for it|sign me up|book it(?: in)?|"
    r"ill (?:take|do) (?:it|that|this)|i (?:can|could|will) (?:do|manage|afford|live with|accept|agree to) (?:it|that|this)|i can do that|thats? (?:is )?(?:all )?(?:right|correct|fine|good|great|perfect|"
    r"ok|okay|it|agreed|fair|acceptable|doable|reasonable|possible|alright|lovely|brilliant)|that (?:works|will work|would work|suits me|sounds (?:good|fine|great|right|fair|ok|okay|reasonable|perfect)|"
    r"would be (?:fine|great|good|ok|okay|perfect))|(?:it )?works(?: for me)?|sounds (?:good|fine|great|right|fair|ok|okay|reasonable|perfect|like a plan)|(?:im|i am) (?:happy|fine|ok|okay|good) with "
    r"(?:that|it|this)|happy (?:with|to do) that|(?:fine|good|ok|okay|alright) (?:by|with|for) me|alright|all right|all good|fine|fair enough|very well|no problem|no worries|not a problem|"
    r"yes i (?:do|am|can|will|would|understand and agree)|you can do that|that is (?:right|correct|fine|good|ok|okay|acceptable)|its fine|its ok|it is fine|i said yes|"
    r"go on then|i understand and (?:i )?agree|lets go(?: with (?:that|it))?|ill go with that|affirmative|positive|i do|i will)"
)
_FILLER = (
    r"(?:please|thanks|thank you|then|mate|sir|madam|love|maam|oh|ah|well|very much|for me|with me|to that|to this|to it|it|that|so|now|"
    r"really|just|much|totally|completely|all|exactly|and|cheers|great|good|brilliant|lovely|perfect|ta|the plan|the agreement|the terms|to the plan|to the terms|to these terms|on)"
)
_STARTS_YES = re.compile(rf"(?:{_FILLER} )*{_YES}\b")
_MAX_YES_WORDS = 12  # more words are no plain yes; it also bounds the backtracking of the full match
_CLEAR_YES = re.compile(rf"(?:{_FILLER} )*{_YES}(?: (?:{_YES}|{_FILLER}))*")
_WEAK_ALONE = frozenset(("it", "that", "i do", "i will", "done", "all good"))

_HEDGE = _any(
    r"but|if|unless|maybe|perhaps|i guess|guess so|i suppose|suppose so|i think|think so|not sure|unsure|dont know|dunno|depends|probably|possibly|might|kind of|sort of|"
    r"whatever|hmm+|wait|hang on|hold on|let me (?:think|see|check)|except|however|although|though|only|as long as|provided|what|why|how|when|who|until|instead|later|"
    r"i hope|hopefully|try|no idea|i mean|both|either|mostly|almost|nearly|first"
)
_NEGATIVE = _any(
    r"no|nope|nah|naw|never|not|dont|wont|cant|cannot|didnt|isnt|doesnt|wouldnt|couldnt|wrong|incorrect|refuse|reject|decline|cancel|stop|disagree|forget it|no way|impossible|"
    r"unacceptable|change it|negative"
)
_NEGATED_YES = re.compile(r"\b(?:no problem|no worries|not a problem|dont mind|wouldnt mind|no objections?|no issues?|cant complain|why not|not bad)\b")
_REJECTING = _any(
    r"no way|nope|nah|naw|never|not a chance|no chance|no deal|forget (?:it|that)|(?:i )?(?:refuse|reject|decline|disagree)|impossible|unacceptable|unreasonable|unrealistic|ridiculous|rubbish|a joke|"
    r"out of the question|(?:too|way too) (?:much|soon|high|long|early|steep|quick|fast|expensive|short|tight|hard|many)|not (?:ok|okay|good|happy|acceptable|possible|going to|"
    r"gonna|interested|willing|fair|doable|agreeing|agreed|right|correct|enough|accepting|paying|doing|realistic|on|having)|"
    r"(?:dont|wont|cant|cannot|can not|do not|will not|would not|wouldnt|couldnt|not)(?: really| possibly| even| just| think i can| think i could| ever)* (?:accept|agree|do (?:that|it|this|\d+|\w+ a)|pay|afford|manage|work|like (?:that|it|this)|want (?:that|"
    r"it|this|to)|take (?:it|that)|go for|consent|have (?:that|it)|meet (?:that|it))|(?:that|it|this) (?:doesnt|wont|wouldnt|cant|isnt going to) (?:work|help|do|happen|be)|not (?:\w+ )?(?:days|weeks|months)"
)
_YES_WORD = re.compile(r"(?<!not )(?<!never )\b(?:yes|yeah|yep|yup|sure|agreed)\b")
_SPLIT = re.compile(r"[.,;!?\n]+|\s-+\s|\bbut\b|\bhowever\b|\bthough\b")


def _segments(text: str) -> list[str]:
    return [words for part in _SPLIT.split(fold(text).text) if (words := plain_words(part))]


def _leans_yes(segment: str) -> bool:
    positive = _NEGATED_YES.sub("yes", segment)
    if _NEGATIVE.search(positive) or re.search(r"\b(?:not sure|unsure|maybe|i guess|dont know)\b", positive):
        return False
    return _STARTS_YES.match(positive) is not None and positive not in _WEAK_ALONE


def _leans_no(segment: str) -> bool:
    negative = _NEGATED_YES.sub("yes", segment)
    if re.search(r"\bnot sure|dont know|dunno\b", negative) and not _REJECTING.search(negative):
        return False
    if re.match(r"(?:what|why|how|when|if|who|which|where|unless)\b", negative):
        return False
    # "cant i", "why dont you", "no more than" are no refusals.
    negative = re.sub(r"\b(?:cant|couldnt|wont|dont|isnt) (?:i|we|you|it|there)\b|\bno (?:more|less|later) than\b", " ", negative)
    return re.match(r"(?:well |oh |um |uh |sorry |hm+ )*no\b(?! (?:idea|money|job|one|thanks to))", negative) is not None or (
        _REJECTING.search(negative) is not None
    )


def confirmation(text: str) -> Literal["yes", "no", "unclear"]:
    """Reading of an answer to a read-back. "yes" only for an unconditional yes made of nothing but agreeing words.

    Conditions, hedges, questions, quantities and anything that is not understood are "unclear"; so is a mix.
    """
    folded = fold(text).text
    if "?" in folded:
        return "unclear"
    words = plain_words(folded)
    positive = _NEGATED_YES.sub("yes", words)
    if not _HEDGE.search(positive) and not _NEGATIVE.search(positive):
        agrees = len(positive.split()) <= _MAX_YES_WORDS and _CLEAR_YES.fullmatch(positive) is not None and positive not in _WEAK_ALONE
        return "yes" if agrees else "unclear"
    segments = _segments(text)
    if any(_leans_yes(segment) for segment in segments) or _YES_WORD.search(positive):
        return "unclear"
    refuses = any(_leans_no(segment) for segment in segments) or (
        _NEGATIVE.search(positive) is not None and not _HEDGE.search(positive)
    )
    return "no" if refuses else "unclear"


def is_question(text: str) -> bool:
    """Whether the text asks something, by its mark or, in speech without marks, by its opening words."""
    folded = fold(text).text
    return "?" in folded or any(_QUESTION_START.match(segment) for segment in _segments(folded))


_TOPICS: tuple[tuple[Topic, re.Pattern[str]], ...] = (
    (
        "privacy",
        _any(
            r"record(?:ed|ing|s)?|my (?:data|information|details|conversation|voice)|privacy|gdpr|confidential|(?:who|anyone) (?:else )?(?:can |will )?(?:see|hear|know|read)s?|"
            r"shar(?:e|ed|ing)|stor(?:e|ed|ing)|listening|how long (?:do|will) you keep|delete (?:my|this)|did you get my (?:number|details|name|address)"
        ),
    ),
    (
        "balance",
        _any(
            r"how much (?:do|did|have|is|am|are|was|will|would|does|money|exactly|more|left)(?: \w+){0,3}? (?:owe|owed|owing|left|balance|due|outstanding|remaining|debt|bill|pay|it|that|in total|total)|"
            r"(?:my|the|current|outstanding|remaining|total) (?:balance|total|amount|figure)|what (?:do|did|am) i (?:still )?ow\w+|what is (?:owed|outstanding|due|left)|whats (?:owed|outstanding|left|due|the total)|"
            r"how much$|how much now|how much is (?:it|that|this)"
        ),
    ),
    (
        "terms",
        _any(
            r"interest|fees?|charges?|credit (?:score|rating|file|report|history)|courts?|legal\w*|bailiffs?|enforcement|what (?:happens|will happen|would happen)|penalt\w*|due date|"
            r"when (?:is|do|does|must|will|would|should)|deadline|contract|terms|conditions|consequences?|garnish\w*|jail|prison|arrest\w*|sue|take my|miss a payment|lose my|default"
        ),
    ),
    ("why", _any(r"why|how come|what(?:s| is| was)? (?:this|it|the debt|that|this debt|this bill)(?: \w+){0,3}? (?:for|about|regarding)|what for|the reason|come from|what(?:s| is) (?:this|the debt|this debt)$")),
    (
        "who",
        _any(
            r"who|whos|whose|whom|(?:which|what) (?:company|bank|creditor|lender|firm)|are you (?:an? |the |really |even )*(?:real|human|ai|robot|bot|person|machine|computer|legit\w*|scam|police|lawyer|"
            r"bailiff|from|allowed|licensed)|is this (?:an? |really )*(?:scam|real|legit\w*|joke|fraud|ai|robot|bot|recording|automated)|where are you (?:calling )?(?:from)?|original creditor|"
            r"am i (?:talking|speaking)|what are you|your name"
        ),
    ),
    (
        "options",
        _any(
            r"options?|choices?|what (?:can|could|should|else) (?:i|we|you)|how (?:can|could|do|should|would) (?:i|we) (?:pay|settle|make|set|sort|clear)|(?:can|could|may) (?:i|we|you)|payment plan|"
            r"instal?ments?|discounts?|settle\w*|help|is there (?:a|an|any)|are there|alternatives?|possible|accept|do you (?:take|offer|do|have)|spread|plan|way to pay|by (?:card|cash|cheque)|card|cash"
        ),
    ),
)


def question_topic(text: str) -> Topic | None:
    """What a question is about, "unknown" when no rule speaks; None when the text is no question."""
    if not is_question(text):
        return None
    words = plain_words(text)
    return next((topic for topic, rule in _TOPICS if rule.search(words)), "unknown")


def read_intent(text: str, parsed: Parsed) -> IntentReading:
    """Intents of the text, given what `parse_proposal` found in it; O(len(text))."""
    words, segments, signals = plain_words(text), _segments(text), find_signals(text)
    scores = dict.fromkeys(INTENTS, 0.0)
    strength = {"hardship": 0.6, "dispute": 0.95, "human": 0.95, "third_party": 0.95}
    scores |= {name: strength.get(name, 1.0) for name in signals}
    accepts, rejects = any(map(_leans_yes, segments)), any(map(_leans_no, segments))
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
    elif qualified and (accepts or rejects) and re.search(r"\b(?:less|lower|smaller|longer|more|later|different|reduce)\b", words):
        scores["counter"] = 0.6
    if accepts:
        scores["accept"] = 0.3 if rejects or qualified else (0.8 if parsed.proposal is None else 0.5)
    if rejects:
        scores["reject"] = 0.4 if accepts else (0.8 if parsed.proposal is None else 0.6)
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
    top = max(INTENTS, key=lambda name: scores[name])
    return IntentReading(scores, top, signals)
