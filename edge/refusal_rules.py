"""Patterns by which a clause refuses, mocks or makes unreal what is in it.

Patterns read skeletons: a clause in lower case with single spaces, each quantity a marker such as `<amount>`. Gaps are
bounded, so that the longest message is read in linear time.
"""

import re

from eqnegotiator.edge.fact_rules import EXPENSE

_NEGATION = (
    r"(?:can't|can not|couldn't|could not|won't|will not|wouldn't|would not|don't|do not|not able to|unable to|not|"
    r"nothing|isn't)"
)
_FILLER = r"(?: (?:at least|the|about|around|like|maybe|perhaps|roughly|at|some time|after|probably)){0,4}"
# "I can't pay until Friday" offers Friday, "I can't do more than 50" offers 50: a limit, not a refusal.
LIMIT = re.compile(
    rf"\b{_NEGATION}((?: [^\s,]+){{0,6}}?) (?:until|till|before|sooner than|earlier than|quicker than|faster than|"
    rf"(?:any )?more than|over|above|past|beyond|higher than|less than|later than|fewer than|longer than){_FILLER} (?=<)"
)
NEGATION_MARK = re.compile("n't|not|unable")
NO_LIMIT = re.compile(
    r"\b(?:no|not (?:a|one) (?:penny|cent|pound|dollar|day|week|minute)) "
    r"(?:more|less|later|sooner|earlier|fewer|longer) than\b"
)
NEUTRAL = re.compile(
    r"\b(?:(?:can't|couldn't|won't|wouldn't|don't|isn't|aren't) (?:i|we|you|it|there|that)|"
    r"(?:i (?:don't )?suppose|any chance) you (?:couldn't|can't|wouldn't)|"
    r"or (?:you get |you'll get |it's )?(?:nothing|forget it|no deal|none)(?: ever| at all| later)?|"
    r"(?:on|by|before|from|until|till|after|come|at|this|the same day)(?: my| next| this| the)* (?:payday|pay day|pension day|"
    r"giro day|wage day)(?! <)|"
    r"of (?:what|everything|all)(?: that)? (?:i|we)(?: still)? owe(?: you)?|why not|why (?:don't|"
    r"can't)|"
    r"if not|(?:don't|wouldn't) mind|no problem|not (?:a|an) (?:problem|issue)|not a (?:day|penny|cent|pound|dollar|week|minute) (?:less|"
    r"more|later|longer)|take it or leave it|not only|don't worry|not to worry|"
    r"(?:don't know|not sure|no idea)(?= (?:but|maybe|perhaps|how about|what about|say|<))|can't promise(?! .*any ?more)|"
    r"don't have a "
    r"problem with|if i can't|if that's not|if it's not|no more|don't hesitate|not bad|not much but|after (?:(?:my|"
    r"the|all|and|paying|"
    rf"{EXPENSE}) ){{0,6}}{EXPENSE})\b"
)
NEGATORS = re.compile(
    r"\S+n't|not|never|unable|refuse|refusing|nor|neither|none|without|hardly|doubt|wish|nowhere|nothing|struggle|"
    r"struggling|impossible|unrealistic|unreasonable|unaffordable|ridiculous|outrageous|joke"
)
TOO_MUCH = re.compile(
    r"\btoo (?!much trouble)(?:soon|early|much|long|high|short|many|steep|quick|fast|tight|expensive|big|far|hard|"
    r"late|"
    r"low|little|small|close)\b|\bnot enough\b|\bout of the question\b|\bno (?:way|chance|good)\b|\bno (?:payment|money|deal|"
    r"plan)\b(?! (?:until|till|before|left|strings|after))|\bif only\b|"
    r"\b(?:would|will|'d|'ll) (?:leave|leaves|ruin|cripple|kill|finish|break|bankrupt) (?:me|us)\b|\bleaves? (?:me|us) with (?:nothing|no|"
    r"only|less|just|barely|under|<)|"
    r"^anything (?:over|above|more than|beyond|higher than)\b|\b(?:would|'d|will) mean (?:no|not|going|losing|i|we)\b|"
    r"\bif i (?:had|won|was|were)(?! (?:\w+ ){0,3}<(?:duration|date))\b|\bif i could$|\bmore than i (?:can|could|have|earn|make)\b|"
    r"\bbeyond (?:me|my)\b"
)
BACKWARD = re.compile(
    r"(?:well |sorry |but |and |no |honestly |really )*(?:(?:that's|that is|that|it's|it is|this is|which is|is)"
    r"(?: (?:just|really|simply|way|far|a bit|still|also|much))*(?: too (?:soon|early|much|long|high|short|steep|"
    r"quick|"
    r"fast|tight|hard|low)| impossible| not (?:possible|enough|realistic|doable|on|ok|okay|fair|feasible|happening)|"
    r" unrealistic| unreasonable| ridiculous| a joke| out of the question)|(?:that|it|this) (?:won't|doesn't|can't|"
    r"wouldn't) work|i (?:just |really |simply )?(?:can't|can not|couldn't|won't|don't)(?: (?:do|afford|manage|pay|"
    r"make|"
    r"accept|have|agree to|do it))?(?: (?:that|it|this|that much|so much))?|no way|no chance|not possible|"
    r"impossible|too (?:soon|much|early|high|quick)|(?:that's |it's |is |that |now )*off the table(?: now)?|"
    r"(?:you|you're|are you|you must|must|got to|have to|you've got to|be|you have to|having|pull|pulling|my|a|the|other|leg|it|"
    r"mad|is this) ?(?:be )?(?:joking|kidding|serious|having a laugh|mad|a joke|dreaming)|forget (?:it|that|about it)|"
    r"(?:that's )?(?:just )?not happening|dream on|no deal|(?:but )?(?:i|we) (?:can't|couldn't)(?: anymore| any more| now)?|"
    r"where (?:would|will|am|do|could|can) i (?:supposed to |going to )?(?:get|find)(?: that| it)?(?: from)?|for what|what for|"
    r"which (?:was|is) it|which one|(?:you've got |you have |that's |it's |you're |you are )(?:it |that |just |simply |all )*(?:wrong|"
    r"incorrect|not right|mistaken)|i (?:nearly|almost) (?:fell|choked|fainted|died).*|(?:he|she|they|it) (?:won't|didn't|can't|never did|"
    r"hasn't|haven't)|<number> what|"
    r"(?:i|we)'ll have (?:finished|done|had)\b.*|nope|nah|no|no thanks|(?:that's |it's |is )?no (?:good|use)|i take (?:it|that) back|"
    r"i've changed my mind|changed my mind|(?:that|it) (?:was|is) before)(?: (?:for me|to me|for us|to us|i'm afraid|at all|sorry|mate|"
    r"right))*"
)
REFUSED_BEFORE = re.compile(r"(?:^| )(?:no to|instead of|rather than|than|as opposed to|and not|or not)(?: the| your)?$")
ASTONISHED = re.compile(
    r"^(?:oh |well |and |i say |no )*(?:whoa|wow|blimey|what|wot|huh|hang on|goodness(?: me)?|gosh|good (?:grief|lord|god|"
    r"gracious|heavens)|"
    r"crikey|jesus|christ|seriously|really|get away|give over|bloody hell|hell|my (?:god|word)|omg|wtf|what the \w+)$"
)
"""A cry before or behind a sum that is only repeated in disbelief ("Whoa, 9k?")."""
DISBELIEVED = re.compile(
    r"^(?:oh |well |and |but |so )*(?:how (?:did|on earth|come|much)\b.*|since when\b.*|why\b.*|who\b.*|where\b.*|what for|"
    r"what's (?:the|that)\b.*|"
    r"which ones?|on your bike|that's (?:insane|crazy|mad|nuts|a lot)|(?:it|that) (?:was|were)\b.*|i (?:thought|never)\b.*|no|"
    r"nope|not (?:one|a)\b.*)$"
)
"""What follows such a sum ("900? How did it climb that high?")."""
JOKE = re.compile(
    r"\bpigs (?:will|might|can|could)? ?fly\b|\byeah right\b|\boh sure\b|\bin your dreams\b|"
    r"\bdream on\b|\bhell freezes\b|\bwin(?:ning)? the lottery\b|\bmy (?:yacht|butler|private jet|mansion|money tree)\b|"
    r"\bof never\b|\bhow about never\b|\bwhen i(?:'m| am) dead\b|\bover my dead body\b|\bmonopoly money\b"
)
LAUGHED = re.compile(r"\b(?:lol|lmao|rofl|ha+ha\w*|good one|as if)\b")
UNREAL = re.compile(r"\bif (?:only )?(?:i|we) (?:had|won|was|were|could win)\b(?! (?:\w+ ){0,3}<(?:duration|date))")
# "If you take 300 on Friday I can't eat" warns, it does not offer.
MOCKING = re.compile(r"\b(?:having a laugh|joking|kidding|having me on|taking the mick(?:ey)?|taking the piss)\b")
IF_TAKEN = re.compile(r"(?:and |but |so )*(?:if|when|once) (?:you|they) (?:take|took|charge|collect|debit|try to take)\b")
