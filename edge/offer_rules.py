"""Patterns by which a clause offers what is in it, asks for it, wishes it or promises what the clause before named.

They read skeletons, as `refusal_rules` do.
"""

import re

WISHED = re.compile(
    r"^(?:while|whilst|although|though)\b|"
    r"\b(?:hoping|hoped|initially|originally|ideally|was thinking|would have liked|prefer|preferred)\b"
)
ASKED_FOR = re.compile(
    r"\b(?:aim|ask|look|go|push|hop|request|wait|hold (?:on|off)|settl|apply|opt)(?:e|ed|ing)? for$|"
    r"(?:put|mark|sign) (?:me|us) (?:down|up) for$"
)
FORBEARANCE = re.compile(
    r"\b(?:pause|paused|hold|freeze|wait|break|holiday|defer|postpone|extend|extended|extension|delay|suspend|park|skip|"
    r"stand still|halt|stop|breather|prolong|slack|"
    r"leave it|put it off|breathing|more time|back off|grace)\b"
)
PRICED = re.compile(
    r"^(?:well |ok |okay |so |then |and |just |only |about |roughly |around |maybe |say |from <date> |yes |yeah )*<(?:amount|number|"
    r"fraction)> "
    r"(?:<every>|<now> .*<(?:amount|number)> <every>)(?! (?:i |is what |is (?:taking|killing|more|half|all my|nearly)|is the (?!most|best|"
    r"max|limit)|for (?:my|the|our) |goes |comes |was |in \w+$))"
)
RATE_OFFERED = re.compile(r"^(?!.*\b(?:gets?|got|getting|earns?|earning|makes?|receives?|takes?|taking|spends?|costs?|"
    r"owe|owed|lose|losing|live|living|"
    r"bring|brings|charges?|pays|cut|went|was(?! thinking| hoping)|were|been|used|work|works|drink|smoke|has|had|lost|claim|gone|goes|"
    r"going up|each way|food|he|she|they|"
    r"your|you)\b).*\b(?:i|i'm|i'd|i'll|i've|we|we're|we'd|we'll|let's|could|can|would|will)\b.*<(?:amount|number)> <every>")
RESTATED = re.compile(
    r"^(?:no |but |like |as |and |so |well |what |listen |look |sorry )*(?:i|we) (?:just |already |clearly |keep |only )?(?:said|say|"
    r"saying|"
    r"meant|mean|asked for|told (?:you|them|him|her|(?:your|the) \w+))\b"
)
_SUM = r"<(?:amount|number|fraction)"
_HANDED_OVER = (
    rf"(?:wir(?:e|ing)|mail(?:ing)?|zelle|venmo|post(?:ing)?|chip(?:ping)?|sling|bung|hand(?:ing)?|pass(?:ing)?|put(?:ting)? together|"
    rf"scraping|finding|sending|giving|getting|bringing|putting|covering|borrow|putting forward|put forward|take care of)"
    rf"(?: you| us| in| up to| the| my| an?| all){{0,3}} {_SUM}|put(?:ting)? {_SUM}> (?:on|in|into|towards|to)\b|"
    r"(?:comes?|coming|goes|going|lands?|landing|reach(?:es)?|heads?|heading) (?:(?:over |out )?to you\b|your way|with you|"
    r"you(?= on| by| <)|"
    r"across|coming out)|fetch you|hand (?:that |it |this |them )?over|you can count on|to your account|into your account"
)
"""Ways of paying that name no payment."""
_MOVED = (
    r"hold(?: it| everything| this| that| all| the \w+)* (?:until|till|for)|stop(?: it| everything)? (?:until|till)|"
    r"skip|coming out on|arrange|park (?:it|this|that|the)|stand still|breather|bit of slack|halt|prolong|pick (?:it |this )?up again|"
    r"(?:shift|switch|change|moved?|pushed|shifted|switched|put)(?: it| this| that| me| them| back| my| the| payments?|"
    r" (?:due )?date| on)* "
    r"(?:to|till|until)(?: the)? <|leave (?:it|this|that|the \w+) (?:till|until)|due date"
)
"""Ways of asking for a later day."""
_CLOSED = (
    r"settles|(?:closes?|finish(?:es|ed)?) (?:it|this|the|off|<)|and (?:it's|that's|we're|you're|we are) (?:closed|done|square|"
    r"finished|quits|even)|(?:shot|rid) of|in one (?:go|hit|payment)|one (?:hit|payment|time)|"
    rf"{_SUM}> (?:by autopay|on trust|on the spot|up for grabs|from (?:me|us)|instead)|(?:take|accept|agree to|yes to)(?: my| the| a)? <|"
    rf"add {_SUM}|<\w+> (?:enough|any (?:use|good))|is (?:coming|on its way|ready|yours|going)|(?:says?|to|they'd|she'd|"
    rf"he'd) (?:to )?(?:offer|propose)|is (?:the (?:highest|whole|lot)|nearer|realistic|where)|"
    r"if (?:i|we)(?: just| only)? (?:paid|pay|give|send|did|sent|gave|put|made|offered|came (?:in |up )?with|come (?:in |"
    r"up )?with|dropped off|brought)"
    r"(?= |$)"
)
"""Ways of naming the price at which the matter ends, and of asking what a payment would bring."""
CUE = re.compile(
    rf"(?:\b|(?=<))(?:{_HANDED_OVER}|{_MOVED}|{_CLOSED}|"
    r"pay|paying|repay|repaying|payments?|repayments?|instal?ments?|settle|settling|afford|spare|split|spread|"
    r"commit|extension|extend|postpone|defer|pause|freeze|delay|transfer|deposit|contribute|scrape together|"
    r"set aside|"
    r"put (?:down|in|aside|towards?|it off)|(?:more|some|extra|longer|enough|little|bit) time|hold off|"
    r"payment holiday|payment plan|"
    r"clear (?:it|the|this|my|that|all|everything|<)|(?:give|get|send|have|bring|hand) (?:you|it|the money|the rest|"
    r"the "
    r"cash|the funds|the full)|you (?:can|could|will|would|'ll)? ?(?:have|get|take|give)|you'll (?:have|get)|"
    r"how about|how (?:does|would|do) <\w+>(?: <\w+>)? (?:sound|work|suit|look)|"
    r"what about|what if|(?:i|we|be) able to|works|(?:would|will|could|can|might|does|do|<\w+>) work(?= for| with| better|$)|"
    r"work for (?:me|you|us|both)|suits?|any chance|is there a way|(?:you|they)'ll see(?= <(?:amount|number)>)|(?:put|move|push) (?:it|"
    r"this|that) (?:back|to)|as (?:high|much|low|far) as|be (?:comfortable|happy) with|(?:come|go|goes|comes) out|^(?:yes |ok |"
    r"and )*(?:will|going to|can|could) (?:pay|clear|settle|send|sort|transfer|do)|hold (?:fire|on|off|tight)|bear with me|tell (?:your|"
    r"them|him|her|the) \w+|how <|(?:knock|bring|drop|cut|reduce|lower|get) (?:it|that|this|the \w+)(?: down)? to|(?:knock|chip|"
    r"pay) <\w+>(?: <every>)? off|have (?:it|this|that|everything|<whole>|the \w+) (?:cleared|paid|sorted|settled|done|off)|(?:is|"
    r"be) plenty|cover (?:it|this|that|everything)|(?:will|would|'ll|should) do(?: it| me| nicely| fine)?|put (?:on|towards|to|into) (?:it|"
    r"this|that|the)|direct debit|standing order|my (?:final |last |only )?answer|telling you|(?:due |payment )?date (?:be |to |move|"
    r"moved|changed|pushed)|is all (?:i|we) (?:need|ask|want)|"
    r"settlement|for you|be (?:ready|there|with you|"
    r"yours|paid|in your|sent|transferred|sorted|settled|cleared)|push (?:it|this|that|the)|put me down|sign me up|set (?:me|it|this|that) "
    r"up|(?:see|get|have) (?:the|your) money|cheques?|(?:come|go|going|drop|stretch|raise it|up it) (?:up |down |back )?to|"
    r"(?:cover|find|bring|throw|chuck|stump up|rustle up|scrape|post|promise|guarantee|swear|knock out|bung) (?:you )?(?:a |another |"
    r"at least |about "
    r"|around )*<|would (?:suit|help|be)|is (?:ok|okay|fine|acceptable|enough|alright|what i|all i|possible|doable|"
    r"realistic|manageable|better|good|all|what|the (?:most|best|max|maximum|least|earliest)|my (?:best|limit|max|"
    r"final))|be (?:ok|okay|fine|acceptable|all right|possible|doable|enough|better|acceptable|alright|good)|(?:do|manage|sort|"
    r"get) (?:it|that|this|"
    r"<)|my (?:offer|best|limit|maximum|max)|(?:best|most|earliest|soonest|least) (?:i|we)|agree(?:d)? (?:to|on)|"
    r"propos\w+|suggest\w*|request\w*|schedule|discuss|structure|appreciate|allow\w*|secure|aim\w*|meet|open to|"
    r"compromise|consider|extending|timeline|finish (?:it|paying)|sorted by|(?:until|till) (?:it's|it is|its|that's|"
    r"all|the \w+ is|i'm|i am|we're|everything's))\b"
)
_NEAR_WORDS = (
    r"(?: (?:about|around|at|least|like|maybe|another|an|extra|a|the|more|time|until|till|to|have|be|it|all|up|"
    r"longer|"
    r"something|say|you|us|give|me|of|over|roughly|probably|for|by|in|with|just|only|full|minimum|please|within|on|after|"
    r"from|as|that|perhaps|even|nice|round|take|wait|go|make|out|off|hopefully|still|between|next|another|and|first|these|those|"
    r"some)){0,8} <"
)
NEAR_CUE = re.compile(
    rf"(?:^| )(?:need|needed|needing|give (?:me|us)|giving me|allow me|allow us|allowing me|allowing us|look(?:ing)? at|"
    rf"let me|grant me|want|like|prefer|require|offer|"
    r"offering|do|doing|manage|managing|make it|call it|say|try|take|accept|accepting|consider|go|going|wait|have|"
    r"looking (?:for|at)|ask(?:ing)? (?:for|you)|push|hold|move|stretch|send|get|start|starting|works? with|can|could|"
    r"would|i'll|i'd|might|will|it'll|should|hoping|be|take|takes me|all (?:i|we)(?:'ve)? (?:got|have) is|i mean|thinking|agree|"
    rf"leave|begin|break|breaking|chop|set up|put|raise|lower|drop|reduce|increase|come up with|live with){_NEAR_WORDS}"
)
PROMISE = re.compile(
    r"^(?:and |so |then |well |ok |okay |but |yes |yeah |that's when |it's when |which is when |that is when |after that |"
    r"once that's done |so then )*"
    r"(?:(?:i|we|you|it|he|she|they)(?:'ll| will| can| could| would|'d| shall| should| might| may|'m going to| am going to)|let me|let us|"
    r"going to|will|you get|"
    r"i(?: can)? pay|(?:i|we) (?:hope|plan|intend|want|promise|aim) to|(?:that's|is) when (?:i|we|you)(?:'ll| will| can| could)?)"
    r"(?: (?:then|definitely|finally|probably|be able to|ring|call|phone|come|in|to|and|just|also|surely|easily|even|get|be|go|make|"
    r"gladly|happily|have))*"
    r" (?:pay|settle|clear|sort|send|transfer|paid|have (?:it|the|your|that)|see (?:the|your|it)|get (?:it|the|your|yours|paid|that|this)|"
    r"yours|get|do (?:it|that|this|something)|deal with|put|make (?:the|a|that) payment|pay(?:ing)?|it|the money|start|yours|able to)\b|"
    r"(?:then |so )?(?:you get|you'll (?:have|get)|you can have) (?:the )?<whole>"
)
OWN_OFFER = re.compile(r"^(?:and |so |but )*(?:that's|that is|it's|this is) (?:my |the )*(?:final |best |last )?(?:offer|proposal|plan)\b")
HEADED = re.compile(
    r"^(?:(?:no|yes|so|and|but|just|only|then|ok|okay|well|right|look|that's|it's|here's|final|about|at least|a|like|say|maybe|please|"
    r"now|whatever|more|from <date>|by <date>|on <date>|<date>) )*(?:<amount>|<number>(?= (?:(?:by|on|from|before|"
    r"in) )?<(?:every|date|duration|now)>))"
    r"(?!.*\b(?:is|are|am|was|were|isn't|has|had|have|'ve|for|goes?|went|gone|comes?|came|left|short|down|worth|extra|gets?|got|"
    r"costs?|spent|paid|pays|"
    r"he|she|they|them|you|your|you're|my|our|his|her|their|what|which|who|how|of|to|too|than|interest|discount|fees?|fine|"
    r"bills?|tax|rent|wages?|"
    r"salary|income|benefits?|pension|credit|owed|owing|outstanding|more|less|not|never|no|way|high|higher|much|says?|said|lost|"
    r"stolen|missing|"
    r"wrong|[a-z]{3,}ed|charge|lol|ha+ha\w*|insane|mad|joke|just for|alone|already|last|yesterday|ago|a pop|an hour|hour|night|"
    r"day|head|person|behind|since|used|"
    r"and change|difference|old|new|note|notes|back|off)\b)"
)
"""A clause that opens with a sum, behind words that say nothing, and then states no fact about it."""
THEN_DONE = re.compile(
    r"^(?:so |and |then |but |shall |could |can |we |i |let's |i'd |i'll |would |it |say |make |just |please |maybe |do |pay |be |on )*"
    r"(?:then|that day|the same day|do that|do it)$"
)
"""Only that it is done then: the clause before named when."""
THEN = re.compile(r"\b(?:then|that day|that date|after that|afterwards|that week|straight after|out of (?:that|it)|with that)\b")
ACCEPTED_TERMS = re.compile(
    r"(?:told|asked|wants?|authorised|instructed)(?: me| us)? to (?:offer|propose|tell you|give you|pay)\b|(?:says?|"
    r"said) (?:to offer|tell you)\b|"
    r"says? <\w+>(?: <\w+>)? (?:from|for you)\b|they'd (?:offer|propose)\b|"
    r"(?:you|they) (?:said|offered|suggested|proposed|gave|mentioned|asked for|want|wanted)(?: me| us)? (?:is|are|would be|sounds?|works?|"
    r"suits?|will do)\b"
    r"(?! (?:too|not|impossible|ridiculous|a joke))"
)
PAID_FROM = re.compile(
    r"\b(?:send|pass|transfer|hand|put) it (?:over|across|on|through|to you|straight)\b|"
    r"\b(?:have|pay|send|give|take)(?: you)? (?:that|those|this)\b(?! (?:day|date|week|month|time|friday|much))|"
    r"\b(?:settle|close|clear|finish) (?:it|this) for (?:that|those)\b|"
    r"\b(?:that|it|this|those)(?:'s| is| can| could| will|'ll)*(?: all)? (?:go(?:ing)? to you|come to you|coming to you|yours|for you)\b|"
    r"\bput (?:it|that|the lot|<whole>) (?:towards|on|in|into) (?:this|it|that|the)\b|\bi'd send you\b"
)
THEN_LAST = re.compile(r"\b(?:then|that day|after that|afterwards|out of that|out of it|from that)$")
SPENT_ON_US = re.compile(r"(?:\S+ ){0,3}and (?:pay|give|send) (?:you )?(?:that|it|those)\b")
DECIDED = re.compile(
    r"^(?:and |so |but )*(?:(?:that's|that is|it's|this is|that'll be) (?:my |the |all |what |as |me |a |your )*(?:lot\b|offer|proposal|"
    r"plan|limit|best|final|most|"
    r"done|i can|i'm|i am|i'll|we can|high as|far as|firm|deal)|take it or leave it|(?:that|it|this) (?:works|suits|would work|is fine|"
    r"is ok|sounds good)(?: for me)?|you (?:have|got) my word|i promise|promise|deal)\b"
)
PAYS = re.compile(
    r"\b(?:pay|paying|payments?|repay\w*|settle|settled|clear|cleared|send|sending|transfer|money|instal?ments?|cash|due|"
    r"extension|extend|afford|"
    r"direct debit|standing order|debit|deposit|have it|get it|plan|pause|freeze|paid)\b"
)
"""Words that make a bare time one of paying."""
DEFERRING = re.compile(
    r"\b(?:to (?:think|decide|check|consider|look|go (?:over|through)|mull|talk|speak|read|discuss|ask (?:my|her|him|them|the|a)|"
    r"run it|show|chat|take (?:that|it|this) in)|"
    r"(?<!i )think|decide|decided|decisions?|sleep on|let you know|(?:get|come|be) back to you|(?:ring|call|phone|try|catch|ask|"
    r"tell|text|email|write) "
    r"(?:me|you|us|again|back|in)|chat|talk|speak|spoke|(?<!final )(?<!last )(?<!my )answer|"
    r"do this|finish this|picked? this up|go over|leave me|let me be|rush|budget|spreadsheet|sums|homework|shift|meeting|driving|at work|"
    r"on a bus|get my head|before i (?:say|sign|agree|answer|commit))\b"
)
"""Time for a decision, a talk or the day's business, not for paying."""
DONE = re.compile(
    r"^paid\b|\b(?:i|we|he|she|they|husband|wife|'ve|have|already|just) (?:paid|sent)\b|\bpaid (?:it|that)\b|"
    r"\bit (?:did|was)\b|"
    r"\b(?:was|were|been|is) (?:paid|charged|booked|cashed|twice|wrong)\b|\b(?:receipt|statement|bank shows|don't owe|isn't owed)\b"
)
"""A payment that was made, so that a bare time is its."""
COMING = re.compile(r"'(?:ll|d)\b|\b(?:will|can|could|would|going to|rest|remainder|remaining|other half|need|give|want|wait|please)\b")
PAYING_NOW = re.compile(
    r"\b(?:pay|paying|repay|settle|clear|sort|send|cover|transfer)(?: \S+){0,3} <(?:now|whole)>|"
    r"\b(?:do|get|have)(?: (?:it|this|that|you|everything|the \w+))+ <now>|"
    r"\b(?:do|get|have)(?: \S+){0,3} <whole>"
)
