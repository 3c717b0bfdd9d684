"""Signals in a customer's words that must stop, pause or route collecting, found by rules of high recall.

Guard rules that rest on them (design, section 10): G4 third party, G13 stop contact, G15 represented, G16 dispute, G22
insolvency and breathing space, G23 debt adviser, G24 self-harm. A missed signal harms a person and a false one costs a
hand-over, so the rules lean to recall; figures of speech that are common in this trade are excluded by name.
"""

import re

from eqnegotiator.edge.utterance import fold

SIGNALS = (
    "self_harm",
    "stop_contact",
    "represented",
    "insolvency_or_breathing_space",
    "third_party",
    "dispute",
    "human",
    "hardship",
)
"""In order of urgency; the order in which `find_signals` returns them."""

_WORDS = re.compile(r"[^a-z0-9]+")


def plain_words(text: str) -> str:
    """Folded words of any text with single spaces between them, without apostrophes ("can't" is "cant")."""
    return _WORDS.sub(" ", fold(text).text.replace("'", "")).strip()


def any_of(*rules: str) -> re.Pattern[str]:
    """A pattern that finds any of the rules as whole words."""
    return re.compile("|".join(rf"\b(?:{rule})\b" for rule in rules))


_RELATIVE = (
    r"(?:wife|husband|hubby|partner|spouse|girlfriend|boyfriend|fiancee?|mother|mum|mom|father|dad|son|daughter|"
    r"brother|"
    r"sister|flatmate|housemate|roommate|friend|neighbou?r|carer|caregiver|colleague|coworker|secretary|assistant|"
    r"boss|"
    r"employer|landlord|landlady|grandson|granddaughter|grandmother|grandfather|nan|gran|aunt|auntie|uncle|cousin|"
    r"niece|"
    r"nephew|ex|mother in law|father in law|tenant|executor|guardian)"
)
_SELF = r"(?:my ?self|me ?self|myslef|mysef|myselff|meself)"
_NOT = r"(?:dont|do not|didnt|cant|cannot|can not|never)"
_ANY_MORE = r"(?:any ?more|any longer|no more)"

_SELF_HARM = any_of(
    rf"(?:kil+|kil+ing|kill?ed|hang|hanging|drown|drowning|harm|harming|unalive|top|off|shoot|stab|poison) {_SELF}"
    r"(?! in the foot)",
    rf"(?:hurt|hurting|cut|cutting) {_SELF}(?! (?:at work|on the|playing|lifting|falling|off|a|in a|in the|short|"
    rf"badly at)\b)",
    r"s+u+i+c+i+d\w*|sucid\w*|suicde\w*|suisid\w*|suacid\w*|suiside\w*|sewerslide|unaliv\w*",
    r"self ?harm\w*",
    r"(?<!\d )kms",
    r"(?:want|wants|wanna|wanted|wanting|wish|wished|going|gonna|rather|ready|prefer|hope|hoping|deserve|like|need|"
    r"better|"
    r"about|plan|planning|might as well|may as well|try|trying|just)(?: i| to| id| could| would| should| just|"
    r" really|"
    r" simply| please| rather| off| all){0,6} (?:die|be dead|not exist|cease to exist|stop existing|not be alive|"
    r"disappear "
    r"forever|not wake up|never wake up|stop living|be gone forever)(?! (?:of|from|laughing|with) "
    r"(?:shame|embarrassment|laughter|boredom|shock|curiosity|laughing|you|excitement))",
    r"(?:thinking|thoughts|thought|think|talk|talking) (?:about|of) (?:ending|dying|death|killing|being dead|"
    r"taking my)",
    r"wish(?:ed)?(?: that)? i(?: was| were| had| would| could|d)?(?: just| never){0,6} (?:dead|die|not alive|"
    r"gone forever|been born|"
    r"not wake up|not here any ?more)|wish(?:ed)?(?: that)? i (?:wasnt|werent|hadnt been|wouldnt)(?: be| ever){0,6} "
    r"(?:alive|here any ?more|born|wake up|waking up)",
    r"(?:better|best) (?:off )?(?:dead|without me(?: here| around| alive)?|if i (?:was|were|wasnt|werent) "
    r"(?:dead|gone|not here|here|alive|around))|(?:worth|worthy) more dead|might as well be dead|may as well be dead|"
    r"should be dead|rather be dead|id be dead",
    r"(?:end|ending|ended|finish|finishing|take|taking|took) (?:my|me|this|my own|own) (?:own )?life|(?:end|"
    r"ending) it all|"
    r"(?<!my )(?<!your )(?:end|ending) everything|end it (?:tonight|today|now|for good|once and for all)|(?:want|"
    r"going|gonna|wanna|about|as well)"
    r"(?: to| just){0,6} end it(?! (?:here|there|with you|with this|on the|by|early|amicably))|just end it$|"
    r"want (?:it|this|everything) all to (?:end|stop|be over)|"
    r"want everything to (?:end|stop|be over)",
    rf"do {_SELF} in|do(?:ing)? something (?:stupid|silly|drastic|terrible) to {_SELF}|throw {_SELF} (?:off|"
    rf"in front|under|out)",
    r"(?:no|any|a single|much|see the|the) (?:reason|point|will|wish|purpose)(?: left)?(?: to| in| for| of)? (?:me )?"
    r"(?:live|living|life|stay alive|being alive|exist|existing|being here|going on|go on|carry on|carrying on)",
    r"nothing (?:left )?to live for|nothing to carry on for|no reason to (?:be here|wake up)",
    rf"(?:dont|do not|didnt|no longer|never)(?: really| even)? (?:want|wanna|wish|care)(?: to| if i)? (?:be alive|"
    rf"live|exist|wake up|"
    rf"go on living|carry on living|continue living|go on {_ANY_MORE}|carry on {_ANY_MORE}|go on with life|"
    rf"be here {_ANY_MORE}|be around {_ANY_MORE}|be in this world|die|be on this earth|live or die)"
    r"(?! (?:in|with|on|off|at|there|near|here|next|at home)\b)",
    rf"(?:cant|cannot|can not|couldnt|dont want to) (?:go on|carry on|keep on|continue|keep)(?: living| with (?:my |"
    rf"this )?life| "
    rf"{_ANY_MORE}$| like this {_ANY_MORE}| existing|$)",
    r"(?:isnt|is not|aint|not|hardly|no longer) worth (?:living|being alive|staying alive)|tired of (?:living|life|"
    r"being "
    r"alive|existing)|(?:sick|fed up) of (?:living|life|being alive)|(?:done|finished|through) with (?:life|living)|"
    r"had enough of "
    r"(?:life|living)",
    r"over ?dos(?:e|ing|ed)|(?:take|taking|took|swallow) (?:all|too many|a load of|a bunch of|a lot of|my)(?: of|"
    r" the| my){0,6} "
    r"(?:pills|tablets|meds)(?: and| to end|$)",
    r"jump(?:ing)? (?:off|from|out of) (?:a|the|this|my)(?: \w+)? (?:bridge|roof|building|cliff|balcony|window|"
    r"floor)|"
    r"jump(?:ing)? off (?:a|the) (?:bridge|roof|building|cliff)|(?:jump|jumping|step|walk|walking|throw \w+|"
    r"lie) (?:in front of|under|into) "
    r"(?:a|the) (?:train|bus|car|truck|lorry|traffic|tube|sea)|drive (?:my car |the car )?(?:off|into) (?:a|"
    r"the) (?:bridge|cliff|wall|tree|river)",
    r"(?:slit|slitting|cut|cutting) my (?:wrists?|throat|arms?)|(?:noose|rope) (?:round|around) my neck|"
    r"put a bullet in|"
    r"goodbye cruel world|blow my (?:brains|head) (?:out|off)|gun to my (?:own )?head",
    r"wont be (?:around|here|alive) (?:much longer|for (?:much )?long(?:er)?|any ?more)|not be (?:around|here|"
    r"alive) much longer",
    r"(?:please|someone|somebody|might as well|may as well|you should|go ahead and)(?: just)? kill me",
    r"^just kill me",
    # Spanish, French, German, Italian, Portuguese, Polish: whoever says it in their own language is helped too.
    r"quiero (?:morir(?:me)?|matarme)|quitarme la vida|no quiero (?:seguir )?vivi(?:r|endo)|veux (?:mourir|me tuer)|me suicider|en finir avec la vie|"
    r"(?:will|mochte) (?:sterben|tot sein|nicht mehr leben)|mich umbringen|bringe mich um|voglio (?:morire|uccidermi)|"
    r"quero (?:morrer|me matar)|chce (?:umrzec|sie zabic)|zabije sie",
)
_CONTACT = (
    r"(?:call|contact|phone|ring|text|e ?mail|message|bother|harass|disturb|write to|write|knock|hassle|chase|visit)"
)
_CONTACTING = (
    r"(?:calling|contacting|phoning|ringing|texting|e ?mailing|messaging|harassing|bothering|hounding|pestering|"
    r"writing|"
    r"chasing|hassling|stalking|annoying|disturbing|knocking|visiting)"
)
_STOP_CONTACT = any_of(
    rf"(?:stop|quit|cease|no more|sick of you|enough of you|fed up with you|tired of you)(?: all|"
    rf" with)? {_CONTACTING}",
    r"stop (?:all |these |the |your |any |this |sending ){1,4}(?:calls?|contact|letters?|messages?|texts?|e ?mails?|"
    r"communications?|"
    r"harassment|phone calls)",
    rf"(?:dont|do not|never|not to|shouldnt|wont you not)(?: you)?(?: dare| ever| you|"
    rf" even){{0,6}} {_CONTACT} (?:me|us|my|this|here)"
    r"(?! (?:names|stupid|a|an|by|that|mr|mrs|ms|sir|love|darling|honey|liar|mate|lazy|at work|before|after|during|"
    r"until|"
    r"till|in the (?:morning|evening|afternoon|night)|on (?:sundays?|saturdays?|weekends?)|tomorrow|today|now|"
    r"back)\b)",
    rf"(?:dont|do not) (?:want|wish|like) (?:you|anyone|them|your company|any of you)?(?: people| guys|"
    rf" lot){{0,6}} ?(?:to )?(?:{_CONTACT}|"
    rf"{_CONTACTING}|be contacted|be called|hear from you|speak to you again|talk to you again|any (?:more |"
    rf"further )?(?:calls|"
    r"contact|letters|messages|texts|e ?mails))",
    r"(?:leave|let) (?:me|us|my family)(?: the \w+)? (?:alone|be(?: in peace)?$|in peace)|get off my (?:back|case)|"
    r"go away and leave",
    r"(?:take|remove|delete|get|wipe|strike|erase)(?: me| us| my (?:phone )?(?:number|name|details|e ?mail)|"
    r" this number)(?: off| from| out of your|$)",
    r"opt(?:ing|ed)? (?:me )?out|unsubscribe|lose my number|block(?:ing)? (?:you|your number)",
    r"cease(?: and desist| contact| all| any| communication| immediately| now|$)|desist|"
    r"^(?:please )?stop(?: please)?$|"
    r"^(?:please )?cease",
    r"no (?:more|further) (?:calls?|contact|messages?|letters?|e ?mails?|texts?|phone calls)|"
    r"never (?:want to )?hear from you",
    rf"no longer (?:want|wish) to be {_CONTACT}ed|not (?:want|wish) to be (?:contacted|called)|(?:dont|do not|"
    rf"no longer) consent to (?:being )?(?:contact|calls)",
    r"harass(?:ment|ing) (?:me|us)|this is harassment",
)

_ADVISER = (
    r"(?:lawyers?|solicitors?|attorneys?|barristers?|legal (?:team|rep\w*|counsel|advis[eo]rs?)|"
    r"debt (?:advis[eo]rs?|counsell?ors?|"
    r"charity|help charity|management company|agency|helper)|insolvency practitioner|trustee|money advis[eo]rs?|"
    r"credit counsell?ors?)"
)
_CHARITY = (
    r"(?:step ?change|pay ?plan|citizens? advice(?: bureau)?|national debt ?line|christians against poverty|"
    r"debt ?line|"
    r"debt management plan|dmp|money helper|turn2us)"
)
_REPRESENTED = any_of(
    rf"(?:my|our) {_ADVISER}",
    rf"(?:represented by|have|ive got|i got|hired|instructed|retained|appointed|got|through|with|working with|"
    rf"using)(?: a| an| my| the)? {_ADVISER}"
    r"(?: now| handling| dealing| who| already| and|$)",
    rf"(?:a|an|the) {_ADVISER} (?:is|are|has|who is|thats)? ?(?:handl|deal|represent|act|look|manag|help|sort|"
    rf"tak)\w*",
    r"(?:legally|legal) represent(?:ed|ation)|represented by",
)
_CHARITY_RULE = any_of(_CHARITY)
_CHARITY_ASKED = any_of(
    r"(?:should|shall|can|could|must|may|might) i|do you|would it|what is|whats|what about|who is|thinking (?:of|"
    r"about)|heard of|"
    r"maybe ill|number (?:for|of)"
)

_INSOLVENCY = any_of(
    r"bankrup\w*|bankrup?tcy|insolven\w*|ivas?|individual voluntary|debt relief order|dro|chapter (?:7|13|seven|"
    r"thirteen)|"
    r"sequestrat\w*|trust deed|moratorium|debt respite|administration order|receivership|liquidat(?:ion|ed)",
    r"(?<!some )(?<!bit of )(?<!little )(?<!more )breathing space|breathing space (?:scheme|moratorium|application|"
    r"period)",
)

_OTHERS_FAILED = re.compile(
    r"\b(?:clients?|customers?|suppliers?|tenants?|employers?|buyers?)(?: (?:has|have|had|just|recently|declared|"
    r"filed|for|"
    r"going|went|declaring|filing|is|are|recent|sudden)){0,4} (?:bankrupt\w*|insolven\w*)"
)
"""The failure of someone else is no insolvency of the customer."""

_THIRD_PARTY = any_of(
    rf"(?:im|i am|this is|its|it is|youre (?:talking|speaking) (?:to|with)|you are (?:talking|speaking) (?:to|with)|"
    rf"were|we are)"
    rf"(?: just| actually| only)? (?:his|her|their|hers|the account holders|the debtors|mrs? \w+s|"
    rf"\w+s)(?: \w+)? {_RELATIVE}",
    rf"(?:im|i am|this is|its)(?: just| only)? the {_RELATIVE}(?! of (?:a|an|one|two|three|four|five|\d|my|young))",
    r"(?:im|i am|this is)(?: just| only)? an? (?:friend|relative|carer|neighbou?r|colleague|family member|"
    r"family friend|"
    r"flatmate|housemate) of",
    rf"(?:his|her|their) {_RELATIVE} (?:speaking|here|talking|calling)",
    rf"(?:its|it is|thats|that is|this is) my {_RELATIVE}s (?:account|debt|loan|bill|card|name|phone|number|problem)",
    r"(?:he|she|they)(?: is| are|re|s)? ?(?:not|isnt|arent) (?:here|in|home|available|at home|around|living here|"
    r"with us)"
    r"(?: right now| at the moment| today| any ?more)?|(?:hes|shes|he is|she is|theyre) not (?:here|in|home|"
    r"available|at home|around)",
    r"(?:hes|shes|he is|she is|he has|she has|they have|they|he|she) (?:out|at work|in (?:the )?hospital|away|dead|"
    r"passed|died|deceased|"
    r"asleep|abroad|in prison|moved)",
    r"(?:he|she|they)(?: does| do)? ?(?:doesnt|dont|not|no longer) lives? here|(?:he|she|they) moved",
    rf"my {_RELATIVE} (?:isnt|is not|s not|is) (?:here|in|home|available|out|at work|away|asleep)(?! to help)",
    r"(?:calling|speaking|talking|answering|asking|paying|acting|writing|here|ringing|phoning) (?:on behalf of|"
    r"for (?:my|him|her|them|a friend|mr|mrs))|"
    r"on (?:his|her|their|my \w+s|someone elses) behalf|on behalf of (?:my|him|her|them|mr|mrs|the|"
    r"someone)(?! (?:\w+ )?(?:business|company|firm|shop))",
    r"power of attorney|(?:his|her|their) (?:carer|appointee|executor|guardian)|executor of|im (?:not )?the executor",
    r"ill (?:get|fetch|pass you (?:to|over to)|tell|give) (?:him|her|them)(?: for you| now| the message| a message)?|"
    r"(?:take|leave) a message for (?:him|her|them)|he cant come to the phone|she cant come to the phone",
)

_DISPUTE = any_of(
    r"(?:not|isnt|aint|never|wasnt|nor is it|neither is it) (?:mine|ours|my (?:debt|account|bill|loan|card|"
    r"signature|problem debt))",
    r"(?:already|long since|have|ive|i|we) (?:already |just )?(?:paid|settled|cleared|sent)(?: you| for|"
    r" off){0,6} (?:that|this|it|in full|everything|the (?:bill|"
    r"debt|balance|lot|whole|full|account|loan)|all of (?:it|this|that)|off)|(?:already|been|was|were) (?:paid|"
    r"settled|cleared)(?: off| in full|$| already| last| by| years| months| weeks)|"
    r"already (?:paid|settled|cleared)|paid (?:it|this|that)? ?(?:off )?already|(?:debt|bill|account|loan|"
    r"balance) (?:is|was|has been) paid",
    r"(?:dont|do not|didnt|never|cant possibly) (?:actually |even |really )?(?:owe|owed)|owe (?:you )?(?:nothing|"
    r"nowt)|not owe|"
    r"what debt|no debt|i have no (?:debt|account|loan) with",
    r"(?:amount|balance|bill|figures?|total|debt|charges?|number|sum|record|records|statement|calculation)(?: here|"
    r" there| you have| youve got)? "
    r"(?:is|isnt|looks|seems|are|arent|cant be|cannot be|must be) (?:all |completely |totally |just |"
    r"not ){0,6}(?:wrong|incorrect|right|correct|mistaken|accurate|a mistake|an error)",
    r"(?:wrong|incorrect|inflated) (?:amount|balance|figure|total|bill|sum)|(?:mistake|error) (?:on|in|with) (?:my|"
    r"the|your)|theres been a mistake|"
    r"(?:is|must be|has to be) (?:a|some) (?:mistake|error|mix up)|your mistake|that isnt right|thats not right|"
    r"thats not correct|thats incorrect|overcharged|double charged",
    r"(?:never|didnt|did not|havent|have not|havent ever|never ever) (?:take|took|taken|sign|signed|order|ordered|"
    r"open|opened|borrow|borrowed|agree|"
    r"agreed|apply|applied|buy|bought|authori[sz]e|authori[sz]ed|use|used|ask|asked)(?: out| for| up| to){0,6} (?:a|"
    r"an|any|anything|that|this|it|the|your|"
    r"money|for)|never had (?:a|an|any) (?:account|loan|card|contract|dealings|phone)",
    r"disput(?:e|es|ed|ing)|contest(?:ing)? (?:this|that|the|it)|challeng(?:e|ing) (?:this|that|the|it)|prove (?:it|"
    r"that|i|this|the debt)|"
    r"proof (?:of (?!insurance)|that)|validat(?:e|ion)(?: notice| letter| of)?(?: the| this| my)? debt|"
    r"debt validation",
    r"fraud(?:ulent\w*|sters?)?(?! incident)|identity (?:theft|fraud|stolen)|stole my (?:identity|card|details)|"
    r"(?:statute|time) barred|statute of limitations",
    r"not (?:responsible|liable) for|dont (?:even )?(?:recogni[sz]e|know anything about|know about) (?:this|that|"
    r"the|it|any)|nothing to do with me|"
    r"not (?:my|mine)(?: to pay)?$|someone else(?:s)? (?:debt|account|took|used)",
)

_STAFF = (
    r"(?:human(?: being)?|(?:real|actual|live|proper|human) (?:person|human|agent|one|people|adviser|advisor|"
    r"someone)|person|someone|"
    r"somebody|agent|representative|rep|operator|manager|supervisor|advis[eo]r|member of staff|your boss|"
    r"customer service|people)"
)
_HUMAN = any_of(
    rf"(?:speak|talk|chat|connect(?:ed)?|transfer(?:red)?|through|pass me|hand me|switch me|refer me|"
    rf"escalate)(?: me)?"
    rf"(?: to| with| over to| on to| through to){{1,3}} (?:an? |the |your |some |another |actual |real )*{_STAFF}",
    r"(?:get|give|find|fetch|bring|put|need|want|prefer|like|send) (?:me )?(?:on )?(?:an? |the |your |some |"
    r"with ){0,6}(?:human(?: being)?|(?:real|actual|live|proper) "
    r"(?:person|human|agent|one)|manager|supervisor|operator|representative|agent|advis[eo]r|person to)",
    r"(?:is|are) there (?:an? |any )?(?:real |actual |live )?(?:human|person|people|agent|someone|somebody|"
    r"staff)(?: here| i can| available| to talk| around|$)",
    r"(?:human|real person|agent|operator|representative|manager|supervisor|advisor|adviser) (?:please|now)|"
    r"^(?:an? |the )?(?:human|agent|operator|representative|"
    r"supervisor|manager|real person|person)$",
    r"(?:get|give|find|need|want)(?: me)? a (?:person|somebody|someone)(?! (?:who|that|like))",
    # A language that this appliance does not speak: a person may.
    r"(?:dont|do not|cant|cannot) (?:speak|understand|read) (?:\w+ )?english|no english|english (?:is )?(?:not|isnt) (?:very )?(?:good|my)|"
    r"no hablo|hablar con (?:una persona|alguien)|espanol|ne parle pas|parler a (?:une personne|quelqu ?un)|kein englisch|"
    r"mit (?:einem menschen|jemandem) sprechen|non parlo|nao falo|nie mowie",
    r"not (?:to |with )?an? (?:robot|machine|bot|computer|ai)|(?:hate|dont like|dont trust|sick of|dont want|refuse|"
    r"wont|not)(?: to)?(?: speak| talk| speaking| talking|"
    r" deal| dealing| chat){0,6}(?: to| with){0,6} (?:an? |the |this |you )?(?:robots?|machines?|bots?|computers?|"
    r"ai)",
)

_HARDSHIP = any_of(
    r"(?:lost|losing|lose) (?:my|our|his|her|the) (?:job|work|home|house|business|income|flat|baby|wife|husband|mum|"
    r"mom|dad|son|daughter|partner|mother|father|brother|sister)|"
    r"unemploy\w*|jobless|laid off|redundan\w*|furlough\w*|out of (?:work|a job)|between jobs|no (?:job|work|income|"
    r"money|wages|savings|food|heating)|sacked|got fired|been fired|"
    r"business (?:failed|closed|went under|is failing|collapsed)|dont have (?:a job|any money|the money|money|work|"
    r"any income)|havent got (?:any money|a job|the money|a penny)",
    r"(?:cant|cannot|can not|couldnt|unable to|struggle to|struggling to|not able to|barely|hardly|"
    r"no way i can)(?: even| really| possibly| able){0,6} (?:pay|afford|cope|eat|feed|"
    r"manage|make ends meet|cover|survive|keep up|heat|buy food|get by|put food|live on)|struggling|skint|"
    r"flat broke|(?:im|i am|were|we are|totally|completely|so) broke|"
    r"broke (?:right now|at the moment)|nothing to eat|(?:cant|cannot) eat|hungry|no food|penniless|hard up|strapped|cash strapped|on the breadline|"
    r"living (?:hand to mouth|paycheck to paycheck)|make ends meet|money is (?:really )?tight",
    r"(?:on|my|only get|living on|just get|get|receive|claim) (?:disability |jobseekers? |sickness )?benefits?|universal credit|"
    r"food ?banks?|food stamps|disability (?:allowance|payments?|pension)|ssi|pip|"
    r"state pension|sick pay|zero hours|hours (?:were |have been |got |been )?(?:cut|reduced)|cut my hours|(?:pay|"
    r"wage|salary) cut",
    r"(?:been|am|im|was|very|so|seriously|mentally|terminally|fell|feeling|critically|too|became|got|is|really|hes|"
    r"shes) (?:ill|sick|unwell|poorly)(?! of)|illness|cancer|stroke|chemo\w*|"
    r"hospital\w*|surgery|operation|disab\w*|depress\w*|anxi(?:ety|ous)|mental health|breakdown|panic attacks?|ptsd|"
    r"dementia|injur(?:y|ed)|chronic|long covid|wheelchair|medical bills?",
    r"divorc\w*|separat(?:ed|ion) from|split up|bereave\w*|funeral|(?:died|passed away)|widow\w*|miscarr\w*|"
    r"pregnan\w*|newborn|new baby|"
    r"evict\w*|homeless|sofa surfing|single (?:mum|mom|mother|parent|dad|father)|domestic (?:abuse|violence)|"
    r"abusive|gambl\w*|addict\w*|flood(?:ed)?|house fire",
    r"behind on (?:my|the|everything|rent|all)|choose between|heat or eat|hard(?:ship| times?)|(?:rough|bad|tough|"
    r"hard|difficult|rotten) (?:time|times|patch|situation|spot|period|year|month)|"
    r"desperate|overwhelm\w*|cant (?:cope|take (?:it|this|any more)|sleep|do this)(?: any ?more)?|"
    r"nothing left(?! to live)|at (?:my|the) (?:wits|breaking|limit)(?: end| point)?|drowning in|"
    r"at the end of my (?:rope|tether)|no (?:way out|one to help)|vulnerable|feed my (?:kids|children|family)",
)


def find_signals(text: str) -> list[str]:
    """Names of the signals in the text, most urgent first; O(len(text))."""
    words = plain_words(text)
    found = {
        "self_harm": _SELF_HARM.search(words) is not None,
        "stop_contact": _STOP_CONTACT.search(words) is not None,
        "represented": _REPRESENTED.search(words) is not None
        or (_CHARITY_RULE.search(words) is not None and not _CHARITY_ASKED.search(words)),
        "insolvency_or_breathing_space": _INSOLVENCY.search(_OTHERS_FAILED.sub(" ", words)) is not None,
        "third_party": _THIRD_PARTY.search(words) is not None,
        "dispute": _DISPUTE.search(words) is not None,
        "human": _HUMAN.search(words) is not None,
        "hardship": _HARDSHIP.search(words) is not None,
    }
    return [name for name in SIGNALS if found[name]]
