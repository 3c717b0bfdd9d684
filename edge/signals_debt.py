"""Words about the debt itself: that it is not owed, or that it cannot be paid."""

from eqnegotiator.edge.signal_words import any_of

_OWED = (
    r"(?:debt|loan|bill|account|card|contract|signature|handwriting|charge|order|invoice|fine|policy|agreement|electricity|gas|"
    r"problem debt|responsibility|meter|line|lease)"
)
_TIME = (
    r"(?:on the|in (?:full|cash|january|february|march|april|may|june|july|august|september|october|november|december|\d{4})|"
    r"on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|\d+)|back in|last (?:week|month|year|spring|summer|autumn|winter|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)|years? ago|months? ago|weeks? ago|before|"
    r"already|every (?:month|penny|cent|week|one)|two years|by (?:card|cheque|transfer|my insurance|the insurance))"
)
_PAID = r"(?:paid|payed|settled|cleared|repaid|prepaid)"

_SETTLED = (
    r"(?:already|all ?ready|allready|(?:it|that|this|bill|debt|loan|account|charge|one|which|claim|they|everything|balance) (?:was|"
    r"were|has been|have been|had been|has already been|is already|s been)|(?:its|thats) been)(?: all| already| long|"
    rf" fully)? {_PAID}(?! (?:weekly|monthly|fortnightly|by the hour|off at|out of|on (?:fridays|thursdays|the \d+)|next|late|less|"
    r"up until|until|for by|every (?:month|week|friday|two|fortnight))\b)",
    r"(?:i|ive|we|weve|he|she|they|mum|dad|insurance|husband|wife) (?:had |have |has |already |definitely |did |just |"
    rf"all ?ready )*{_PAID} (?:it(?! all)|that|this|them|em|you|both|for (?:it|that|this)(?! all)|off|the (?:lot|whole|full|bill|"
    rf"\w+ (?:one|bill|debt|fee)|\d+)|in full|all of (?:it|this|that)){{1,2}}(?: (?:off|all|back|in full|already|{_TIME})|$| and| so|"
    r" your| check| you| ive| by| with| at| when| the)",
    rf"(?:i|ive|we|weve|he|she|was|been|already) {_PAID}(?: \w+){{0,3}} {_TIME}|paid in full|^(?:no |hello |hi |but i |i )?(?:paid|"
    r"settled)(?: (?:already|paid|that|it|in)|$)|(?:i|have|we|ive) pay(?:ed)? (?:it )?all?ready|all?ready pa(?:y|id|yed)|"
    r"al?red+y pa(?:id|yed)|but i paid(?! (?:too|so|late))|ive paid(?: once)?$|^paid stop|(?:ive|i have|we have|weve|"
    r"i) paid (?:it )?off|^(?:already |all ?ready )?paid(?: (?:it|em|that|already|them|up))?$|(?:shows?|says) (?:zero|nil)|(?:bank|"
    r"statement|receipts?|slip|confirmation)(?: \w+){0,3} (?:shows?|proves?|says?)|(?:have|got|kept|ive) (?:the |my |your |"
    r"all the )?(?:receipts?|confirmation|slip|cleared letter|letter (?:saying|that says))|(?:lost|misplaced) (?:my|the|that|"
    r"our) payment|missing payment|never (?:credited|counted|recorded)",
    r"(?:i|we|ive|weve|it|was|were|been|mum|dad) (?:had |have |already |all )*(?:returned|cancel+ed|sent (?:it|that|them) back|"
    r"handed (?:it |that |them )?back|gave (?:it|that) back|closed (?:it|that|this|(?:the|my|that|this) (?:account|card))|moved out|"
    r"withdrew|dropped out)(?! (?:my (?:direct debit|subscription to|gym to|holiday)|your call|call)\b)",
)
"""Settled, returned or cancelled before."""

_NEVER_MADE = (
    r"(?:never|nevver|not once|not ever)(?: \w+){0,1} (?:took|taken|take out|signed?|order(?:ed)?|open(?:ed)?(?! an envelope)|"
    r"borrow(?:ed)?|bought|buy|authori[sz]ed?|guaranteed?|joined?|applied|made (?:this|that|the|any)|used (?:it|that|this|the|your|"
    r"data)|got (?:a laptop|the (?:goods|money|sofa|phone)|what)|had (?:(?:a|an|any|your|that|this) (?:\w+ )?(?:account|loan|card|"
    r"contract|dealings|gym|membership|sofa|agreement|tv|subscription|policy|catalogue|laptop|phone|tablet)|dealings)|received (?:the|"
    r"any) (?:goods|sofa|money|order|item)|delivered|been connected|rented|broke any|set foot|lived (?:there|at|in)|been (?:to|"
    r"a customer|near|west|further)|owed? (?:you|it|this|that|them)|agreed to (?:it|this|any|pay for)|borrowed|cancel+ed)(?! (?:(?:a|"
    r"the|your|my) (?:day off|holiday|letter|envelope|post|email|text|day|chance|choice|job|penny)|so|this (?:bad|hard|low|worried|"
    r"broke)|late|anyone|to (?:this|a) plan|texts?|calls?)\b)",
    r"(?:didnt|did not|havent|have not) (?:even )?(?:take (?:out|this|that|any|a loan)|taken out|sign(?:ed)? (?:anything|for|that|"
    r"this|it|any)|order(?:ed)? |open(?:ed)? (?:it|this|that|any|an)|borrow|buy (?:it|this|that|any)|bought|make (?:this|that|any|"
    r"the) (?:call|order|purchase|charge)|authori[sz]e|have (?:a|an|any) (?:account|card|loan|contract|tv|car|phone) )",
    r"(?:was|were|is) (?:never|not) (?:delivered|given the|connected|mine|provided|agreed|told there|owed|finished|authori[sz]ed|"
    r"fitted|done|in (?:the country|england))|no (?:sofa|goods|such (?:loan|account|debt|order))(?: ever)?|didnt (?:work|happen|"
    r"come)(?: for| and|$)|(?:goods|sofa|it|parcel|order|laptop) never (?:came|arrived|turned up)",
    r"i (?:own|have) no (?:card|loan|contract|debt)|know nothing (?:about|of) (?:this|that|any|it)|not (?:the|a) guarantor|"
    r"under warranty|(?:was|were) in (?:the (?:army|navy|coma)|a coma|jail|prison|spain|hospital) (?:when|then|that|from|this)|"
    r"only (?:seventeen|sixteen|17|16|twelve) when",
)
"""Never ordered, signed, delivered."""

_WRONG_SUM = (
    r"over ?charg\w+|(?:double|twice) (?:charg|bill)\w+|double (?:charge|billing)|(?:charged|billed|counted|taken|took|charge|billing|"
    r"counting)(?: \w+){0,4} (?:twice|double|two times|three times|four times|too much|wrongly|in error)|(?:charged|billed|billing|"
    r"charging|charge) (?:me|us|him|her)? ?for (?:a|an|the|two|three|something|stuff|things|work|goods|services|months?|\w+ months|"
    r"units|someone)(?! (?:late|missed) (?:payment|fee)s?\b)",
    r"(?:shouldnt|should not|shud not|ought not)(?: \w+){0,2} be (?:there|on|in)|(?:shouldnt|should not|shud not|ought not|oughtnt|"
    r"cant|cannot|isnt|is not|arent|wasnt|not)(?: \w+){0,2} (?:be (?:charged|owed|right|correct|mine|that much|me|us|so (?:much|"
    r"high))|what i owe|owed|due(?! (?:till|until|yet|on|next))|valid|legal|enforceable|right (?:at all|that)|accurate)(?! (?:to|now|"
    r"with me)\b)",
    r"(?:doesnt|does not|dont|do not|didnt) (?:match|add up|tally|agree with (?:my|the) (?:records|receipts|figures|statement))|"
    r"nothing (?:is )?(?:owing|owed|outstanding|due)|nothings owed|owe (?:you )?(?:nothing|nowt|zero|nought|nil|less|half)|(?:is|are|"
    r"was|be) (?:not |never )?in error|(?:out|off) by (?:a mile|fifty|\d+|half)|miscalculated|adds? up to|it ought to be|decimal|"
    r"swapped (?:two )?digits|where did (?:the )?\d+ come|(?:added|piled on) by (?:crooks|you)|(?:whose|what|which) (?:sofa|tablet|"
    r"loan|order|debt|gym|account) (?:is|was|are|would)",
    r"(?:wrong|incorrect|inaccurate|mistaken) (?:bill|meter|price|account|charge|reading|house for|figure|entry|amount|sum|balance|"
    r"person charged|everything)|(?:bill|balance|charge|entry|figure|amount|fee|total|default|reading|number|sum|interest|sums?|"
    r"account|statement)s?(?: \w+){0,3} (?:is |are |was |were |s |plain |all |just |looks? |seems? )*(?:all |completely |plain |"
    r"totally |so )?(?:wrong|incorrect|false|mistaken|unlawful|illegal|invalid|a mistake|an error|bogus)(?! (?:with|to do|of me|"
    r"number|for me|time)\b)|(?:your|the|a|some) (?:records?|system|bank|figures?|sums|maths|books?) (?:is|are|s) (?:all )?wrong|"
    r"there(?:s| is| has been| must be| been) (?:a|an|some) (?:\w+ )?(?:mistake|error|mix ?up)|(?:got to be|must be|has to be|"
    r"gotta be) (?:a|an|some) (?:\w+ )?(?:mistake|error|mix ?up|misunderstanding)|thats wrong|^(?:its (?:all )?wrong|all wrong|"
    r"wrong all wrong)|rong sum|(?:amount|sum|figure|bill|balance|charge|total|reading)s? (?:is |are |was |"
    r"must be )?(?:\w+ )?(?:rubbish|nonsense|bogus|inflated|a fantasy|not right)|(?:bogus|phantom|fake|made up|invented|"
    r"trumped up) (?:debt|bill|charge|fee|claim)|(?:invented|made up) (?:this|that|it|\d+)|never heard of (?:this|that|"
    r"your) (?:company|bank|debt|firm|loan)|(?:balance|amount|total|bill|it) should be (?:zero|nothing|nil|\d+|a|two|three|four|five)|"
    r"i make it \d+|(?:agree|accept) (?:with |w )?(?:the|that|this) (?:amount|figure|sum|balance) (?:but|is|you)|not legit|(?:was|"
    r"been|were) waived|count(?:ed)? (?:it )?two times|wrong readings?|(?:charged|billed) (?:me|us|for) (?!interest)|it is mistake|"
    r"same mistake|by mistake (?:you|they|it)|mix(?:ed)? (?:me|us) up",
    r"(?:refund|reverse|correct) (?:the|that|this|those|my|these) (?:\w+ ){0,2}(?:charges?|fees?|default|entry|interest)(?! (?:and|if|"
    r"then) (?:i|ill))|(?:charge|fee|debt)s? (?:is|are|was) (?:unlawful|illegal|void|unfair)|(?:unlawful|illegal) (?:charge|fee|debt)|"
    r"(?:contest|contesting|contested|contests)",
)
"""The sum is wrong."""

_SOMEBODY_ELSE = (
    r"(?:aint|isnt|not|never|cant be|no way|none of|arent|wasnt|neither)(?: \w+){0,1} (?:thats |that |this |of |it |them |em |is |"
    rf"are |even |actually )*(?:mine|ours|(?:my|our) {_OWED})(?! (?:to (?:discuss|tell|give)|anymore to)\b)",
    r"(?:someone|somebody|some man|some other|another (?:man|woman|person|customer)|anybody|"
    r"stranger)(?: else)?s?(?: \w+){0,3} (?:opened|used my|using my|took (?:it|this|that|out)|signed|forged|ran (?:it|that|up)|stole)|"
    r"(?:someone|somebody)s? elses? (?:\w+ )?(?:debt|bill|meter|reading|did|order|account|loan|opened|used|made)|forged|id theft|"
    r"stole my (?:id|card|details|name|wallet|purse)|stolen (?:id|card|identity)|impersonat\w*|in my name (?:without|but|and i)|"
    r"without (?:me knowing|my knowledge|asking me)|(?:ran|run|racked) (?:it|that|this|them) up|cloned",
    r"(?:its|thats|it was|was|that was) my (?:ex|exs|exes|twins?|landlords?|tenants?|neighbou?rs?|bros?)s? (?:debt|bill|loan|account|"
    r"card|problem|he|she|who)|my (?:ex|twin|tenants?|landlord)s? (?:ran|took|opened|used|signed|debt|bill|loan|pays the|account)|"
    r"next doors (?:meter|reading|units)|neighbou?rs meter",
    r"(?:dont|do not|didnt|cant) (?:even )?recogni[sz]e (?:this|that|the|it|any|your|a)|(?:it|that|this) (?:wasnt|"
    r"was not) me who (?:signed|bought|opened|took|ordered)|(?:i|we) (?:dont|do not|wont|did not|didnt|"
    r"do no) (?:\w+ )?owe(?:d)? (?:it|this|that|you|any|the|anything|a|them|nothing|\d+)|no debt (?:with|to|here)|(?:show|send|need|"
    r"want|got|see) (?:me )?(?:some |the |any )?(?:proof|evidence)",
)
"""Somebody else made or used it."""

_DISPUTED = any_of(
    *_SETTLED,
    *_NEVER_MADE,
    *_WRONG_SUM,
    *_SOMEBODY_ELSE,
    r"(?:not|isnt|aint|never|wasnt|nor is it|neither is it) (?:mine|ours|my (?:debt|account|bill|loan|card|signature|problem debt))",
    r"(?:already|long since|have|ive|i|we) (?:already |just )?(?:paid|settled|cleared|sent)(?: you| for| off){0,6} (?:that|this|it|"
    r"in full|everything|the (?:bill|debt|balance|lot|whole|full|account|loan)|all of (?:it|this|that)|off)|(?:already|been|was|"
    r"were) (?:paid|settled|cleared)(?: off| in full|$| already| last| by| years| months| weeks)|already (?:paid|settled|cleared)|"
    r"paid (?:it|this|that)? ?(?:off )?already|(?:debt|bill|account|loan|balance) (?:is|was|has been) paid",
    r"(?:dont|do not|didnt|never|cant possibly) (?:actually |even |really )?(?:owe|owed)|owe (?:you )?(?:nothing|nowt)|not owe|"
    r"what debt|no debt|i have no (?:debt|account|loan) with",
    r"(?:wrong|incorrect|inflated) (?:amount|balance|figure|total|bill|sum)|(?:mistake|error) (?:on|in|with) (?:my|the|your)|"
    r"theres been a mistake|(?:is|must be|has to be) (?:a|some) (?:mistake|error|mix up)|that isnt right|thats not right|"
    r"thats not correct|thats incorrect|overcharged|double charged",
    r"(?:never|didnt|did not|havent|have not|havent ever|never ever) (?:take|took|taken|sign|signed|order|ordered|open|opened|borrow|"
    r"borrowed|agree|agreed|apply|applied|buy|bought|authori[sz]e|authori[sz]ed|use|used)(?: out| for| up| to){0,6} (?:a|an|any|"
    r"anything|that|this|it|the|your|money|for)|never had (?:a|an|any) (?:account|loan|card|contract|dealings|phone)",
    r"disput(?:e|es|ed|ing)|contest(?:ing)? (?:this|that|the|it)|challeng(?:e|ing) (?:this|that|the|it)|prove (?:it|that|i|this|"
    r"the debt)|proof of (?!insurance|address|income|id)|validat(?:e|ion)(?: notice| letter| of)?(?: the| this| my)? debt|"
    r"debt validation",
    r"fraud(?:ulent\w*|sters?)?(?! incident)|identity (?:theft|fraud|stolen)|stole my (?:identity|card|details)|(?:statute|"
    r"time) barred|statute of limitations",
    r"not (?:responsible|liable) for|dont (?:even )?(?:recogni[sz]e|know anything about|know about) (?:this|that|the|it|any)|"
    r"nothing to do with me|not (?:my|mine)(?: to pay)?$|someone else(?:s)? (?:debt|account|took|used)",
)

_NOT_DISPUTED = any_of(
    r"(?:dont|do not|not|never|no|wont|cant)(?: \w+)? (?:disput\w*|contest\w*)|(?:border|hedge|some|that) dispute|(?:in|your|"
    r"the) fraud(?: team| people)?|anxious about fraud|identity theft (?:case|form)|(?:when|once|after|until|till|the day|minute|"
    r"see that|so|then|can i|could i|if)(?: \w+){0,2} (?:is |its |be |been )?(?:all )?(?:paid|cleared|settled)(?: off)?|(?:thought|"
    r"sure|saying|say|think) (?:it was|its|not it is|it is|a bills?|the bills?) wrong|(?:getting|get|got|had|reading|done|go|"
    r"went) it wrong|bills? wrong your|never heard of any|never asked for|(?:havent|not|nobodys|just|hasnt) been paid|"
    r"never agreed to that its|its mine and|(?:is|are|was) (?:not|never) wrong"
)


def disputed(words: str) -> bool:
    """Whether plain words deny the debt or its sum; a denial of the dispute itself is left out."""
    return _DISPUTED.search(_NOT_DISPUTED.sub(" ", words)) is not None

HARDSHIP = any_of(
    r"(?:lost|losing|lose) (?:my|our|his|her|the) (?:job|work|home|house|business|income|flat|baby|wife|husband|mum|mom|dad|son|"
    r"daughter|partner|mother|father|brother|sister)|unemploy\w*|jobless|laid off|redundan\w*|furlough\w*|out of (?:work|a job)|"
    r"between jobs|no (?:job|work|income|money|wages|savings|food|heating)|sacked|got fired|been fired|business (?:failed|closed|"
    r"went under|is failing|collapsed)|dont have (?:a job|any money|the money|money|work|any income)|havent got (?:any money|a job|"
    r"the money|a penny)",
    r"(?:cant|cannot|can not|couldnt|unable to|struggle to|struggling to|not able to|barely|hardly|no way i can)(?: even| really|"
    r" possibly| able){0,6} (?:pay|afford|cope|eat|feed|manage|make ends meet|cover|survive|keep up|heat|buy food|get by|put food|"
    r"live on)|struggling|skint|flat broke|(?:im|i am|were|we are|totally|completely|so) broke|broke (?:right now|at the moment)|"
    r"nothing to eat|(?:cant|cannot) eat|hungry|no food|penniless|hard up|strapped|cash strapped|on the breadline|"
    r"living (?:hand to mouth|paycheck to paycheck)|make ends meet|money is (?:really )?tight",
    r"(?:on|my|only get|living on|just get|get|receive|claim) (?:disability |jobseekers? |sickness )?benefits?|universal credit|"
    r"food ?banks?|food stamps|disability (?:allowance|payments?|pension)|ssi|pip|state pension|sick pay|zero hours|hours (?:were |"
    r"have been |got |been )?(?:cut|reduced)|cut my hours|(?:pay|wage|salary) cut",
    r"(?:been|am|im|was|very|so|seriously|mentally|terminally|fell|feeling|critically|too|became|got|is|really|hes|shes) (?:ill|sick|"
    r"unwell|poorly)(?! of)|illness|cancer|stroke|chemo\w*|hospital\w*|surgery|operation|disab\w*|depress\w*|anxi(?:ety|ous)|"
    r"mental health|breakdown|panic attacks?|ptsd|dementia|injur(?:y|ed)|chronic|long covid|wheelchair|medical bills?",
    r"divorc\w*|separat(?:ed|ion) from|split up|bereave\w*|funeral|(?:died|passed away)|widow\w*|miscarr\w*|pregnan\w*|newborn|"
    r"new baby|evict\w*|homeless|sofa surfing|single (?:mum|mom|mother|parent|dad|father)|domestic (?:abuse|violence)|abusive|"
    r"gambl\w*|addict\w*|flood(?:ed)?|house fire",
    r"behind on (?:my|the|everything|rent|all)|choose between|heat or eat|hard(?:ship| times?)|(?:rough|bad|tough|hard|difficult|"
    r"rotten) (?:time|times|patch|situation|spot|period|year|month)|desperate|overwhelm\w*|cant (?:cope|take (?:it|this|any more)|"
    r"sleep|do this)(?: any ?more)?|nothing left(?! to live)|at (?:my|the) (?:wits|breaking|limit)(?: end| point)?|drowning in|"
    r"at the end of my (?:rope|tether)|no (?:way out|one to help)|vulnerable|feed my (?:kids|children|family)",
)
