"""Words that tell who may speak for the debt: an adviser, a trustee or scheme, or somebody who is not the customer."""

from eqnegotiator.edge.signal_words import RELATIVE, any_of

_LAW = (
    r"(?:law+yers?|laywers?|lawers?|soll?i[cs]+[ie]t[eo]rs?|att?orne?ys?|barristers?|counsel|advocates?|caseworkers?|law (?:cent(?:re|"
    r"er)|firm|clinic)|legal (?:aid|team|rep\w*|counsel|advis[eo]rs?|officer|centre|office|clinic|plan)|debt (?:advis[eo]rs?|"
    r"counsell?ors?|charity|help charity|management company|helper|adviser)|money advis[eo]rs?|money advice \w+|credit counsell?ors?|"
    r"public defender|official solicitor|firm of solicitors|advis[eo]rs?|credit counsel+ing \w+|debt advice team|paralegals?|"
    r"law project|advice worker|welfare officer|legal (?:desk|project))"
)
_CHARITY = (
    r"(?:step ?change|pay ?plan|citizens? advice(?: bureau)?|national debt ?line|christians against poverty|debt ?line|money helper|"
    r"turn2us|at shelter|money advice(?: scotland| service)|macmillans? money team|age uk)"
)
_ACTS = (
    r"(?:acts?|acting|acted|act|handl(?:e|es|ing|ed)|hanldes|deal(?:s|ing)? with|dealing|deals|represents?|representing|speaks?|"
    r"speaking|answers?|writes|negotiat\w+|contest\w*|takes? care|took|taken|takes|manages?|managing|runs?|running|looks? after|"
    r"looking after|sorts?|sorting|does all|do all|doing|has (?:it|the|my|this)|have (?:it|the|my|this)|has|got (?:it|the case)|filed|"
    r"is on|are on|told me|tells me|advised|advises|says|said|proposes|put (?:in|the)|sent|posted|wrote|will|knows|needs|wants|"
    r"is helping|helping|agreed|works?|working)"
)
_REPRESENTED_WORDS = any_of(
    rf"(?:my|our) (?:\w+ )?{_LAW}|(?:his|her|the family|familys|own) (?:\w+ )?{_LAW}(?! (?:friend|bills?|fees?)\b)(?: {_ACTS}| (?:is|"
    r"are|s|who|he|she|they|and|now|please|only|to|on|for|from|at|has|in|will|can)\b|$)",
    r"(?:represented by|have|having|ive|ive got|got|has|hired|hires?|instructed|retained|appointed|through|with|using|gave me|got me|"
    rf"found|signed with|advised by)(?: a| an| my| the| me| now| your| already| own){{0,2}} (?:\w+ )?{_LAW}",
    rf"(?:a|an|the|our|this|that) (?:\w+ )?{_LAW}(?: \w+){{0,4}} (?:is |are |has |have |now |already |who |thats |he |she |they |"
    rf"all )*{_ACTS}(?! (?:me|us) (?:to court|a letter))",
    r"(?:talk|speak|write|rite|deal|call|ring|contact|ask|letters?|questions?|address\w*|goes?|sent?|send|phone|e ?mail|forward|"
    rf"contact|all)(?: \w+){{0,3}} (?:to |with |through |via )?(?:my|the|our|her|his|own|their) (?:\w+ )?{_LAW}",
    rf"^(?:got |i have |have |to |its with |no |ask |a |my |the |with )?{_LAW}(?: (?:only|has it|please|full stop|my own|represents me|"
    r"handles|deals|says|of mine|now)(?: \w+){0,4})?$",
    r"(?:act|acts|acting|acted)(?: \w+){0,1} for (?:me|us|the estate|him|her|mum|mom)(?! (?:tonight|at the theatre))|on my behalf|"
    r"represents? (?:me|us|him|her|them|my|mom|mum)|who represent|(?:am|im|are|is|were|been|being) (?:now |legally |"
    r"already )?represented|legal(?:ly)? represent(?:ed|ation)|represented by|lawyered up|(?:took|taken|take|taking|has|have) (?:on |"
    r"over )?(?:my|the|this) case|signed authority|(?:they|she|he) (?:do|does|handles?) (?:the|all|everything|my) (?:offers|talking|"
    r"letters|creditors)|authorised (?:her|him|them) to speak|(?:they|to|who|she|he|and|worker|team|\w+ counsel+or) (?:speaks?|"
    r"answers?) for me(?! now)|(?:send everything|take it up|go through|all questions|everything|deal|speak|talk|write)(?: to| with|"
    r" through)? (?:her|him|them)(?: now| instead| not me| in future| from here| about (?:it|this))|(?:my|our) (?:representative|"
    r"agent for)|the hands of|let the debt charity",
)
_NO_LAWYER = any_of(
    r"(?:no|not a|not|without|need|want|get|getting|afford|cant afford|if i had|should i (?:get|have|see|call|ask)|do i need|are you|"
    r"you a|your|youre|threaten\w*|see|find|ask|talk to|speak to|call|ringing|ring|are|be|im|is|become|was|as|dont have|havent got|"
    rf"havent|looking for|calling|hire|hiring|another|send|bring)(?: any| an?| some| your| with)* {_LAW}|(?:attorney general|"
    rf"state attorney|(?:divorce|custody) law+yer)|{_LAW} (?:on speed|by trade|friend|bills?|fees?|letter|costs)|by (?:a|your) {_LAW}"
)
"""A lawyer that the customer lacks, seeks or threatens with speaks for nobody."""
_CHARITY_ACTS = any_of(
    rf"{_CHARITY}(?: \w+){{0,4}} (?:{_ACTS}|me into)",
    rf"(?:with|through|via|by|from|at|to|ask|contact|using|on with|got) (?:\w+ )?{_CHARITY}(?! (?:the number|website))|{_CHARITY}$|"
    rf"^{_CHARITY}|(?:i|we|ive|im)(?: \w+){{0,3}} {_CHARITY}|cap handles?|cap (?:deals|acts|does|they)",
)
_CHARITY_ASKED = any_of(
    r"(?:should|shall|can|could|must|may|might|would) i|do you|would it|what is|whats|what about|how about|who is|thinking (?:of|"
    r"about)|heard of|maybe ill|number (?:for|of)|ill (?:call|ring|ask|try|speak|talk|contact|go|see)|(?:is|are) there|you (?:told|"
    r"said|mentioned)|going to (?:call|ring|ask|try|speak)|not (?:yet )?(?:been|with)|havent|before i|(?:want|wanna|might|"
    r"like) (?:to )?(?:ring|call|ask|speak)|might (?:ring|call|ask)|chat with|dont take"
)

_INSOLVENCY = any_of(
    r"bankrup\w*|insolven\w*|ivas?|i v a|individual vol[a-z]*|volu?[an]tary ar+ang\w*|debt (?:relief|respite|solution|agreement|"
    r"arrangement scheme)(?: orders?| scheme)?|dros?|ch(?:apter)? ?(?:7|13|seven|thirteen)|part ix|sequestrat\w*|trust deed|"
    r"moratorium|adminis?trati?on order|receivership|official receiver|liquidat(?:ion|ed)|protected trust|minimal asset|bk (?:filed|"
    r"case)|filed (?:for )?(?:bk|the thirteen|my thirteen|ch)|(?:petition|case) (?:was )?filed|filed the petition|pre ?petition",
    r"(?:automatic|court) stay|the stay (?:is|applies)|theres a stay|(?:de(?:bt|t)) man(?:age|eg)\w* (?:plan|programme|program|"
    r"company|arrangement)|dmps?|debt plan|(?:my|the) trustee(?: (?:has|called|said|in|is|told|pays|claims|comes))",
    r"(?<!some )(?<!bit of )(?<!little )(?<!more )(?<!need )(?<!any )(?<!want )(?:a )?bre?a?thing space(?! (?:please$|to think|"
    r"would be|before|between)\b)",
)
_OTHERS_FAILED = any_of(
    r"(?:clients?|customers?|suppliers?|tenants?|employers?|buyers?|company|firm|boss|shop|works?|landlord|builder|airline|"
    r"they)(?: (?:has|have|had|just|recently|declared|filed|for|going|went|declaring|filing|is|are|recent|sudden|i worked for|"
    r"worked)){0,4} (?:into )?(?:bankrupt\w*|insolven\w*|liquidat\w*|receivership)",
    r"(?:make|making|makes|made|drive|driving|drove|send|push|pushing|bankrupting|want|leave) (?:me|us|him|her|people|"
    r"families)(?: all| go| into)? bankrupt\w*|bankrupting|(?:morally|emotionally|you|your (?:company|firm|bank)) (?:are |is |go |"
    r"should go |will go )?bankrupt",
    r"(?:what is|whats|what are|what does|how does|how do|would|should i|could i|can i|do i|dont want|avoid|instead of|rather than|"
    r"before i|if i|might|may|thinking (?:of|about)|considering|heard (?:of|about)|ill|i will|ill have to|id|have to|not|never|no|nor|"
    r"without|threaten\w*|close to|near|nearly|edge of|verge of|brink of|end up|facing|or)(?: \w+){0,4} (?:bankrup\w*|insolven\w*|"
    r"ivas?|dros?|debt relief orders?|chapter (?:7|13|seven|thirteen)|debt management plans?|dmps?|debt plan)|(?:what is|whats|"
    r"what about|how does|should i|could i|can i|such as|about|have no|get|ask for|asks for|ring for|ask for a|health|for a|"
    r"could use(?: some)?) breathing space",
    r"(?:bankrup\w*|iva|debt plan|dmp)(?: \w+){0,3} (?:ended|finished|was way before|years ago|long (?:over|since)|and dropped)|"
    r"chapter (?:7|13|seven|thirteen) of (?:a|my|the)|(?:team|mate|friend|neighbours?|neighbour been made|cousin|"
    r"playing monopoly)(?: \w+){0,4} (?:bankrup\w*|iva)|refused my (?:iva|dro|dmp)|(?:bankrupts?|bankrupted) (?:me|of me)|"
    r"(?:difference|diff|such as|what means|does it cover|how long does|will the|is an|asks? for|ring a|to stay out of|end in|"
    r"about going)(?: \w+){0,5} (?:bankrup\w*|ivas?|dros?|dmps?|breathing space|sequestration)|bankrupt of me|is an? (?:iva|dro|"
    r"dmp) better|were bankrupt in|was bankrupt in|did go bankrupt",
)
"""The failure of someone else, a question or a fear is no insolvency of the customer."""

_LATE = r"(?: late| dear| own| poor| elderly| deaf| old| little| big| ex)?"
_ABSENT = (
    r"(?:asleep|sleeping|in (?:the )?(?:bath|shower|yard|hospital|garden|ward|bed|prison|jail|class|surgery|rehab|bathroom|loo|a coma|"
    r"coma|theatre)|in (?:a|the) (?:locked )?(?:ward|home|meeting|hospice)|busy|occupied|(?:sitting |sat |right |is )?(?:next to|"
    r"beside|with) me|nodding|shaking (?:his|her)|out|away|deaf|abroad|at (?:work|school)|lying down|on (?:shift|nights|holiday)|dead|"
    r"deceased|gone out|not well|too ill|not up)"
)
_THIRD_WORDS = any_of(
    r"(?:im|i am|this is|its|it is|thats|were|we are|no|uh|um|hi|hello|actually|is it|here is|talking to|speaking to|"
    r"youve got)(?: just| actually| only| not him| his)? (?!its |savings |anybodys )(?:his|her|their|hers|the account holders|"
    rf"the debtors|mrs? \w+|ms \w+|\w+s|\w+ \w+s){_LATE} {RELATIVE}(?! (?:has|was|is|asked me) (?:ill|died))(?! (?:who|that) owes)",
    r"(?:im|i am|this is|its|youve got|it is)(?: just| only| actually)? (?:(?:the|only the|just the) (?!(?:new )?(?:tenant|"
    r"carer for my|landlord|landlady|boss))|an? (?=(?:close |family |good )?(?:friend|neighbou?r|relative|social worker|"
    rf"support worker|colleague|flatmate|housemate|caregiver|nurse|interpreter)\b))(?:\w+ )?{RELATIVE}(?! of (?:a|an|one|two|three|"
    r"four|five|\d|my|young)\b)(?! (?:and (?:i|we)|myself|now|with \w+ kids|on benefits|too|by trade))",
    rf"(?:i am|im) (?!tenant|guardian|ex\b){RELATIVE}(?: of| he| she| from| and he| and she|$)|"
    rf"^(?:\w+ ){{0,3}}{RELATIVE}(?<!tenant) (?:here|speaking|talking)|^(?:no |the |his |her |my |to |from |from the )*(?:his|her|the|"
    rf"their) {RELATIVE}(?: he| she| \w+ \w+ hasnt|$)|\b(?:his|her|their) {RELATIVE} (?:speaking|here|talking|calling|now)",
    r"(?:calling|call|ringing|ring|writing|phoning|texting|type|typing|speaking|speak|answering|answer|talking|talk|interpret\w*|"
    r"translat\w+|here|help|helping|doing it|pay|paying|said|act|acting)(?: in)?(?: on behalf of| for| about| with)? (?:my|our|a|his|"
    rf"her|the){_LATE} (?:\w+ )?{RELATIVE}s?(?: account| bill| card| loan| debt| she| he| with| out| because| whos| who|$| and (?:she|"
    r"he))(?! (?:helps|help) me)",
    r"(?:calling|ringing|writing|phoning|texting|typing|speaking|speak|answering) (?:for|on behalf of) (?:my|our|a|"
    rf"the){_LATE} (?:\w+ )?{RELATIVE}\b|(?:calling|ringing|writing|phoning) about (?:my|our){_LATE} {RELATIVE}\b",
    r"(?:calling|ringing|writing|phoning|texting|typing|type|speaking|speak|answering|talking|talk|translat\w+|interpret\w*|acting|"
    r"ring|here) (?:for|on behalf of) (?:her|him|them|mr|mrs|ms|someone|somebody|a (?:friend|client|neighbou?r|customer)|"
    r"our client)(?! (?:own|company|business|firm|boss|account|bill|call|third|second|number|debt|last|first|right|wrong|same|"
    r"reason)\b)",
    rf"(?:its|thats|it is|that is|this is|it was|owner is) (?:my|our){_LATE} (?!exs? ){RELATIVE}s? ?(?:account|debt|loan|bill|card|"
    r"name|phone|number|problem|contract|mobile|thing|not mine|you want|i just|im calling|who|he|she|whos|\w+ly$)|(?:his|her|their|"
    r"my \w+s) (?:account|debt|bill|card|loan|name) not (?:mine|me)|(?:on|to|for|and|it was|its|access|"
    rf"im on) my{_LATE} (?!exs ){RELATIVE}s (?:account|debt|bill|loan|card|arrears|behalf|contract)|(?:account|card|bill|loan|contract|"
    rf"dryer) is (?:my|in my|under my) {RELATIVE}s?|(?:is|was) in (?:his|her|my \w+s) name",
    rf"(?:he|she|mum|mom|dad|my {RELATIVE}|{RELATIVE})(?: has| had| s| just| also)? (?:(?:asked|ask|wants|wanted|authorised|sent|told|"
    r"said) (?:me|you) to|(?:handed|gave|passed) me the phone|(?:said|told me) (?:you|i) can|lets? me)(?: (?:phone|card|letter|text|"
    rf"ring|call|ask|offer|write|tell|speak|pay|talk|find|message|say))?|(?:she|he|mum|mom|my mum|my mom|my dad|my {RELATIVE}) (?:says|"
    r"say|said) (?:yes to|no to|ok|okay|fine|it is|thats|to tell|fifteen)|(?:he|she) (?:wants to know|cant come to|wont come to|"
    r"isnt able to|is not able to|doesnt speak|cant speak|cant talk|dont speak)",
    r"(?<!when )(?<!if )(?:hes|shes|he is|she is|mum is|dad is|mums|dads|mom is|moms|grandmother|lady is)(?: just| still| only|"
    rf" only just| at present| now)? {_ABSENT}|my {RELATIVE} (?:is|isnt|s|cant|cannot) (?:not )?(?:here(?! to help)|in|home|available|"
    rf"at home|asleep|away|abroad|come to)|my {RELATIVE}s (?:here|away|asleep|abroad|out)|(?:he|she)(?:s not| is not| isnt| not|"
    r" no) (?:here|in|home|available|at home|around|living here)(?! (?:for me|to help))|(?:he|she|they)(?: does| do)? ?(?:doesnt|dont|"
    r"not|no longer) lives? here|(?:hes|shes|he is|she is|theyre) not (?:here|in|home|available|around|coming to)|^(?:sorry |no |"
    r"im afraid |oh )*(?:he|she|they)(?: has| have)? (?:passed|died|moved)(?! (?:on the|me))|(?:he|she) passed away|(?:wife|husband|"
    r"mum|dad) (?:no|not) home",
    rf"(?:late|deceased) (?:{RELATIVE})s? (?:account|card|bill|loan|debt|estate|mail|post|phone)|(?:his|her|\w+s|this) (?:account|bill|"
    r"estate|debt|card|one)(?: \w+){0,2} mine now|(?:liable|responsible|pay) for (?:his|hers|her debt|her bill)|(?:im|i am|"
    r"as) the (?:executor|administrator)|executor (?:of|for)|who pays (?:this|his|her)|texting my late",
    r"(?:power of attorney|poa|appointee|deputyship|letter of authority|consent from (?:him|her))|(?:look|looks|looking) after (?:mr|"
    r"mrs|my \w+s (?:bills|money|account|affairs|post))|(?:do|does|handle|manage|mind|keep) (?:her|his|my mums|my dads) (?:money|"
    r"books|bills|paperwork|post|affairs|finances)|of the account holder|not the customer|account holders (?:wife|husband|son|"
    r"daughter|mother|father|carer)|on (?:his|her|their|someone elses) behalf|on behalf of (?:my|him|her|them|mr|mrs|the|someone|"
    r"a)(?! (?:\w+ )?(?:business|company|firm|shop))",
    r"(?:she|he|mum|dad|mom|gran|nan|shed|hed)(?: would| can| could| will| might| ll)?(?: only| just)? (?:manage (?:\d+|a|to pay)|"
    r"can pay|could do \d+|would like \d+|could pay|offers)|(?:he|she)ll (?:speak|talk|do the talking|listen)|talk(?:ing)? for (?:him|"
    r"her)|my clients? (?:agrees|cant|can|will|wants|is|does)|(?:hes|shes|he is|she is) my (?:wife|husband|partner|mother|mum|mom|"
    r"father|dad|son|daughter|brother|sister|nan|gran|grandma|grandad|aunt|uncle|neighbour|flatmate|roommate)|im (?:just |"
    r"only )?(?:her|his) \w+(?:$| she| he)|(?:leave|call|calling|upset|bully|bullying|billing|harassing|ring|phone|shout at|hounding|"
    r"scaring|text) (?:my|our) (?:wife|husband|partner|mother|mum|mom|father|dad|son|daughter|brother|sister|nan|gran|grandma|grandad|"
    r"aunt|uncle|neighbour|flatmate|roommate)(?! (?:out|instead|will|and i))|(?:died|passed away|dead)(?: \w+){0,7} (?:his account|"
    r"her account|the account|(?:his|her|\w+) (?:bill|debt)|what (?:do|happens|must|should|now)|who (?:pays|handles|deals)|"
    r"he had a contract)|my (?:late )?(?:wife|husband|partner|mother|mum|mom|father|dad|son|daughter|brother|sister|nan|gran|grandma|"
    r"grandad|aunt|uncle|neighbour|flatmate|roommate)(?: \w+)? (?:has your|is the account holder|is the one|pays those|deals with all|"
    r"got your)|ill pass you over|hold on ill get (?:him|her)|(?:wife|husband|mum|dad|mom)ll (?:hold|talk|speak)|ill (?:fetch|"
    r"pass you (?:to|over to)|tell|put) (?:him|her|them)(?: on| for you| now| the message| a message|$)|(?:take|"
    r"leave) a message for (?:him|her|them)|(?:is|im|i) (?:here )?(?:interpreting|translating) (?:for)|(?:handed|passed|gave) (?:me|"
    r"you) (?:the|his|her) phone|(?:social worker|support worker|probation officer|carer|chaplain|nurse|case manager) (?:here|"
    r"calling)|its (?:his|her) (?:account|card|debt|loan|bill)|(?:yeah|yes|no) thats my \w+ (?:she|he|im|on)|^(?:yes |no |um |"
    r"well )?(?:mum|mom|gran|nan) (?:says|agrees|cant talk|wants|is|has)|(?:her|his|mums|dads|\w+s) (?:carer|nurse|boss|landlord|"
    r"interpreter)$",
)


def represented(words: str) -> bool:
    """Whether plain words name somebody who acts for the customer."""
    if _REPRESENTED_WORDS.search(_NO_LAWYER.sub(" ", words)) is not None:
        return True
    return _CHARITY_ACTS.search(words) is not None and _CHARITY_ASKED.search(words) is None


def insolvent(words: str) -> bool:
    """Whether plain words tell of the customer's own insolvency, debt scheme or breathing space."""
    return _INSOLVENCY.search(_OTHERS_FAILED.sub(" ", words)) is not None


def third_party(words: str) -> bool:
    """Whether plain words show that somebody else than the customer speaks."""
    return _THIRD_WORDS.search(words) is not None
