"""Agreement and refusal in a customer's words, and the strict reading of the answer to a read-back.

An agreement is committed only on an explicit yes (design, section 2): what is not plainly one is asked again.
"""

import re
from typing import Literal

from eqnegotiator.edge.safety_signals import any_of, plain_words
from eqnegotiator.edge.utterance import fold

_YES = (
    r"(?:yes|yeah|yea|yep|yup|yas|ya|aye|ok|okay|okey|okie|sure|agreed|agree|i agree|deal|done|absolutely|"
    r"definitely|certainly|of course|correct|confirmed|confirm|"
    r"i (?:do )?confirm|i (?:do )?accept|accepted|i (?:do )?agree|perfect|go ahead|please do|do it|lets do (?:it|"
    r"that|this)|go for it|sign me up|book it(?: in)?|"
    r"ill (?:take|do) (?:it|that|this)|i (?:can|could|will) (?:do|manage|afford|live with|accept|agree to) (?:it|"
    r"that|this)|i can do that|thats? (?:is )?(?:all )?(?:right|correct|fine|good|great|perfect|"
    r"ok|okay|it|agreed|fair|acceptable|doable|reasonable|possible|alright|lovely|brilliant)|that (?:works|"
    r"will work|would work|suits me|sounds (?:good|fine|great|right|fair|ok|okay|reasonable|perfect)|"
    r"would be (?:fine|great|good|ok|okay|perfect))|(?:it )?works(?: for me)?|sounds (?:good|fine|great|right|fair|"
    r"ok|okay|reasonable|perfect|like a plan)|(?:im|i am) (?:happy|fine|ok|okay|good) with "
    r"(?:that|it|this)|happy (?:with|to do) that|(?:fine|good|ok|okay|alright) (?:by|with|for) me|alright|all right|"
    r"all good|fine|fair enough|very well|no problem|no worries|not a problem|"
    r"yes i (?:do|am|can|will|would|understand and agree)|you can do that|that is (?:right|correct|fine|good|ok|"
    r"okay|acceptable)|its fine|its ok|it is fine|i said yes|"
    r"go on then|i understand and (?:i )?agree|lets go(?: with (?:that|it))?|ill go with that|affirmative|positive|"
    r"i do|i will)"
)
_FILLER = (
    r"(?:please|thanks|thank you|then|mate|sir|madam|love|maam|oh|ah|well|very much|for me|with me|to that|to this|"
    r"to it|it|that|so|now|"
    r"really|just|much|totally|completely|all|exactly|and|cheers|great|good|brilliant|lovely|perfect|ta|the plan|"
    r"the agreement|the terms|to the plan|to the terms|to these terms|on)"
)
_STARTS_YES = re.compile(rf"(?:{_FILLER} )*{_YES}\b")
_MAX_YES_WORDS = 12  # more words are no plain yes; it also bounds the backtracking of the full match
_CLEAR_YES = re.compile(rf"(?:{_FILLER} )*{_YES}(?: (?:{_YES}|{_FILLER}))*")
_WEAK_ALONE = frozenset(("it", "that", "i do", "i will", "done", "all good"))

_HEDGE = any_of(
    r"but|if|unless|maybe|perhaps|i guess|guess so|i suppose|suppose so|i think|think so|not sure|unsure|dont know|"
    r"dunno|depends|probably|possibly|might|kind of|sort of|"
    r"whatever|hmm+|wait|hang on|hold on|let me (?:think|see|check)|except|however|although|though|only|as long as|"
    r"provided|what|why|how|when|who|until|instead|later|"
    r"i hope|hopefully|try|no idea|i mean|both|either|mostly|almost|nearly|first"
)
_NEGATIVE = any_of(
    r"no|nope|nah|naw|never|not|dont|wont|cant|cannot|didnt|isnt|doesnt|wouldnt|couldnt|wrong|incorrect|refuse|"
    r"reject|decline|cancel|stop|disagree|forget it|no way|impossible|"
    r"unacceptable|change it|negative"
)
_NEGATED_YES = re.compile(
    r"\b(?:no problem|no worries|not a problem|dont mind|wouldnt mind|no objections?|no issues?|"
    r"cant complain|why not|not bad)\b"
)
_REJECTING = any_of(
    r"no way|nope|nah|naw|never|not a chance|no chance|no deal|forget (?:it|that)|(?:i )?(?:refuse|reject|decline|"
    r"disagree)|impossible|unacceptable|unreasonable|unrealistic|ridiculous|rubbish|a joke|"
    r"out of the question|(?:too|way too) (?:much|soon|high|long|early|steep|quick|fast|expensive|short|tight|hard|"
    r"many)|not (?:ok|okay|good|happy|acceptable|possible|going to|"
    r"gonna|interested|willing|fair|doable|agreeing|agreed|right|correct|enough|accepting|paying|doing|realistic|on|"
    r"having)|"
    r"(?:dont|wont|cant|cannot|can not|do not|will not|would not|wouldnt|couldnt|not)(?: really| possibly| even|"
    r" just| think i can| think i could| ever)* (?:accept|agree|do (?:that|it|this|\d+|\w+ a)|pay|afford|manage|"
    r"work|like (?:that|it|this)|want (?:that|"
    r"it|this|to)|take (?:it|that)|go for|consent|have (?:that|it)|meet (?:that|it))|(?:that|it|this) (?:doesnt|"
    r"wont|wouldnt|cant|isnt going to) (?:work|help|do|happen|be)|not (?:\w+ )?(?:days|weeks|months)"
)
_YES_WORD = re.compile(r"(?<!not )(?<!never )\b(?:yes|yeah|yep|yup|sure|agreed)\b")
_SPLIT = re.compile(r"[.,;!?\n]+|\s-+\s|\bbut\b|\bhowever\b|\bthough\b")


def segments(text: str) -> list[str]:
    return [words for part in _SPLIT.split(fold(text).text) if (words := plain_words(part))]


def leans_yes(segment: str) -> bool:
    positive = _NEGATED_YES.sub("yes", segment)
    if _NEGATIVE.search(positive) or re.search(r"\b(?:not sure|unsure|maybe|i guess|dont know)\b", positive):
        return False
    return _STARTS_YES.match(positive) is not None and positive not in _WEAK_ALONE


def leans_no(segment: str) -> bool:
    negative = _NEGATED_YES.sub("yes", segment)
    if re.search(r"\bnot sure|dont know|dunno\b", negative) and not _REJECTING.search(negative):
        return False
    if re.match(r"(?:what|why|how|when|if|who|which|where|unless)\b", negative):
        return False
    # "cant i", "why dont you", "no more than" are no refusals.
    negative = re.sub(
        r"\b(?:cant|couldnt|wont|dont|isnt) (?:i|we|you|it|there)\b|\bno (?:more|less|later) than\b", " ", negative
    )
    return re.match(
        r"(?:well |oh |um |uh |sorry |hm+ )*no\b(?! (?:idea|money|job|one|thanks to))", negative
    ) is not None or (_REJECTING.search(negative) is not None)


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
        agrees = (
            len(positive.split()) <= _MAX_YES_WORDS
            and _CLEAR_YES.fullmatch(positive) is not None
            and positive not in _WEAK_ALONE
        )
        return "yes" if agrees else "unclear"
    parts = segments(text)
    if any(leans_yes(segment) for segment in parts) or _YES_WORD.search(positive):
        return "unclear"
    refuses = any(leans_no(segment) for segment in parts) or (
        _NEGATIVE.search(positive) is not None and not _HEDGE.search(positive)
    )
    return "no" if refuses else "unclear"
