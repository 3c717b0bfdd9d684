"""Words of somebody who may end or hurt their life: plain, veiled, and said about somebody near. Recall comes before precision."""

from eqnegotiator.edge.signal_words import any_of

_SELF = r"(?:my ?self|me ?self|myslef|mysef|myselff|meself)"
_ANY_MORE = r"(?:any ?more|any longer|no more)"

_OTHER = r"(?:him|her|them) ?sel(?:f|ves)"
_ONESELF = rf"(?:{_SELF}|{_OTHER})"
_GONE = r"(?:dead|died|die|gone|went|disappear\w*|vanish\w*|not (?:here|around|alive)|wasnt|werent|didnt wake)"
_ALIVE = r"(?:alive|living|live|livin|exist\w*|being here|be here|be around|being around|being alive|wake up|waking up|breathing)"

_DEEDS = (
    rf"(?:kill|killing|harm|harms|harming|hang|hanging|drown|drowning|cut|cuts|cutting|hurting) {_OTHER}(?! (?:at|on the|on a|off|"
    r"shaving|falling|cooking|in a|in the|short|lifting)\b)",
    rf"harmed {_SELF}|(?:do|doing|did|done) {_ONESELF} (?:any |some )?(?:harm|damage|in)|wounds? (?:to|on) {_SELF}",
    r"cuts? on my (?:arms?|wrists?|legs?)|started (?:cutting|hurting|harming)(?! (?:down|back|costs))|cutting again",
    r"attempts? on (?:my|his|her) (?:own )?life|(?:lived|survived|came|come|been) through (?:an|one|two|my|his|her|"
    r"another)(?: \w+)? attempt|tried (?:it )?once already|nearly did it|going to do it tonight",
    r"(?:try|tries|tried|trying|attempted|wants?|wanted|wanna|going|gonna|threatens?|threatened|threatening) (?:to )?(?:end|"
    r"take) (?:my|his|her|their)(?: own)? life|takes? (?:their|ones) own life",
    r"(?:on|off|to) the (?:bridge|ledge|rail(?:way)? (?:line|tracks?)|train tracks|cliff) (?:and|thinking|tonight|again|last night)|"
    r"keep going to the (?:river|bridge|tracks|cliff)|samaritans|(?:suicide|crisis) (?:line|hotline)",
    rf"something (?:to {_ONESELF}|stupid(?! with)|drastic)|what (?:i|ill|i ll|he|she|hell|shell)(?: \w+){{0,2}} do to {_ONESELF}",
    r"die by my|(?:let me|just) die in peace|should (?:just )?die(?! (?:of|down))|want only to die|only want to die|then ill die|"
    r"my corpse|(?:sooner|rather) (?:die|not live|be in (?:the|my) (?:cemetery|grave|ground))(?! of)|(?:he|she|hes|shes|says he|"
    r"says she|told me she|told me he)(?: \w+){0,3} (?:wants to die|wishes (?:he|she) (?:was|were) dead)",
)
"""What is done, was tried or is threatened."""

_ENDING = (
    r"(?:nearly|almost|about|of|like|ill|id|if i|before i|when i|decided to|wanting to|wanted to|ready to|might|should just) (?:end|"
    r"ending|ended) (?:it|it all|things)(?! (?:here|there|with|by|properly|early|amicably|once (?:it|the)|the|this|in (?:writing|"
    r"january|february|march|april|may|june|july|august|september|october|november|december)|on the)\b)",
    r"(?:makes?|making|put(?:ting)? an) end (?:with|of|to) (?:my|his|her|this) life|(?:thinking|think|thoughts?) (?:about|of|"
    r"on) (?:the|my) (?:end|death)|my end$|(?:think|thinks|thought) (?:on|about|of) (?:death|dying)",
    r"(?:it|everything|this) (?:all )?ends? tonight|want out permanently|want (?:it|this) (?:over(?! (?:in|with|by|before)\b)|"
    r"to stop+ for good)|only (?:one )?way out",
    r"(?:dead|died) by (?:morning|the morning|tomorrow|sunday|monday|tuesday|wednesday|thursday|friday|saturday|christmas|then|"
    r"the weekend)|(?:ill|will|i ll) be dead|be dead (?:by|before|so|soon)|over my dead body soon|(?:when|once|after) im (?:dead|"
    r"in the ground|gone) (?:and|you|they|maybe|because)|when they find me|when ive gone and died|happy when im dead",
)
"""That it ends."""

_NOT_BEING = (
    r"(?:not|wont|dont|didnt|doesnt|wasnt|isnt|werent|hate|bear|stand|tired of|sick of|fed up of|enough of|without (?:me|him|"
    r"her))(?: \w+){0,4} alive",
    r"(?:dont|do not|didnt|did not|doesnt|does not|not|never|no longer|stopped|stop|cant)(?: really| even| think| i| see| myself|"
    rf" ever)*(?: plan\w*| intend\w*| expect\w*| mean\w*| want\w*| wish\w*| wanna| see myself| going)(?: to| on| for)? (?:{_ALIVE}|"
    r"be in it|last|seeing (?:the )?\w+$|(?:see|seeing) (?:the spring|christmas|tomorrow|the summer|another|my next))(?! (?:in|with|"
    r"off|at|near|next|here|under|there|all|talking|when|until|to|early|from|on (?:benefits|credit|the street|a|my|this|that|hold))\b)",
    r"(?:wont|will not|not going to|not gonna|ill not|i ll not|shall not) be (?:here|around)(?! (?:monday|friday|the weekend|this|"
    r"next|tomorrow|today|tonight|until|till|when|on|for (?:the call|a few|two|three|your|that call)|im|ill|as|because|between|from|"
    r"but|so (?:call|ring)|before|after|over|during|at (?:the weekend|home|that time))\b)",
    r"(?<!sorry for )(?<!for )(?:not being|not be|not to be) (?:here|around|in it)(?! (?:when|for the|to sign|on time|at|in time|"
    r"yesterday|earlier)\b)",
    r"(?:done|finished|through) with (?:being|life|living|this life|this world)|(?:enough|sick|tired|weary) of (?:this life|"
    r"being (?:here|alive)|life)|cant do (?:this )?life|hate (?:this|my) life and|life has no|no (?:future|tomorrow) for me|"
    r"dont want (?:a )?tomorrow|too sad to (?:live|keep going|go on)|sad to live",
    r"hop(?:e|es|ing)(?: \w+){0,2} (?:dont|wont|not|never|doesnt) (?:to )?(?:wake|waking)|(?:not|didnt|never|stopped wanting to|"
    r"without) (?:ever )?(?:wak(?:e|ing) up|get up)(?: again)?(?! (?:in time|early|for work|to the alarm|until|till|late|at)\b)|"
    r"(?:not woken up from|disappointed(?: \w+){0,3} woken? up|id not woken)|(?:god|lord|him) to take me|wish god would take me",
    r"(?:no|any|one|a|single|see|find|whats the|what is the|what)(?: \w+){0,2} (?:reason|point|use|purpose|sense|wish|wishes|"
    rf"will)(?: \w+){{0,3}} (?:to|in|of|for) (?:me )?(?:still |keep |go |continue )?(?:{_ALIVE}|livin|life$|going on$|outlast|me$|"
    r"me really)(?! (?:in|with|at|on)\b)",
    r"why (?:do i|should i|i should|would i|am i)?(?: even| still| bother)? ?(?:go on living|go on$|go on every|living|be alive|"
    r"keep living|carry on living|alive)|(?:whether|if) i (?:live|live or die|wake up)(?! (?:in|at|with|here|alone|near)\b)|"
    r"not (?:going|gonna|gone) on(?: you know| like| living)",
    r"(?:cant|cannot|dont) see myself (?:going on|being alive|getting through|here|carrying on)|(?:live|get|make it|last) (?:through|"
    r"to see|until|past|till) (?:the night|tonight|tomorrow morning|morning)|not live to|wont live (?:that|much|long|past|to)",
)
"""Not being alive, not waking up, no reason to."""

_WITHOUT_ME = (
    r"(?:better|happier|easier|kinder|kindest|lighter|free|freer|relieved|fine|manage|breathe|best|cope|relief)(?: off|"
    r" for)?(?: \w+){0,4} (?:if|when|once|without|that|i|im|he|hed|she|shed)(?: i| me| he| she| just| was| were| am| had|"
    rf" is){{0,4}} {_GONE}",
    r"if i (?:just )?(?:(?:wasnt|werent|was not|were not|didnt) (?:even )?(?:here|around|alive|in it|there tomorrow|in the world|"
    r"wake up)|(?:was|were) (?:dead|gone)|disappeared|vanished)(?! (?:for the|when|at home|to|from|today)\b)",
    r"(?:nobody|no ?one|who|not a soul|world|people)d?(?: would| will| wont| d| even| really| ever| not){0,4} (?:miss me|(?:care|"
    r"notice|cry|mourn)(?: \w+)? (?:if (?:i|im)|when i)(?: was| were| wasnt| werent| m| just| am){0,2} (?:gone|dead|died|there|around|"
    r"here|disappeared|not))|nobodyd (?:miss|cry|notice|care)|(?:wont|not) (?:even )?miss me",
    r"(?:nothing but|only|just) a (?:burden|weight|cost)(?: on| to|$)|(?:burd[eo]n|weight) (?:on|to) (?:every|all|them)\w*|(?:life|"
    r"world|kids|manage|happier) without me (?:here|alive|in it)|(?:world|everyone|family)(?: \w+){0,4} (?:easier|lighter|better|"
    r"happier) without|(?:world|earth) has no place|no place (?:left )?for me in|nobody needs (?:me|you) to",
    r"(?:be|stay|staying|live|leave|leaving|step off|out of|not) (?:even )?(?:on |off |in |of )?this (?:earth|world)|sh(?:oul|"
    r"u)dn?t? (?:not )?be (?:here|alive)$|sh(?:oul|u)d not be here|disappear(?:ed)? (?:for (?:good|ever)|forever|and not come back|"
    r"from (?:life|the world))",
    r"(?:gone|go|going|be) (?:with|to join|to be with|and be with) (?:him|her|my (?:wife|husband|mum|mom|dad|son|daughter|mother|"
    r"father)) (?:again|now|in heaven|soon)|be with the angels|wish id gone with|ready to go to (?:him|her)|life insurance (?:would|"
    r"will|could|pays?|is worth|covers?)|(?:worth|for) is my life insurance|worth more (?:dead|to them dead)",
)
"""That others are better off, or would not notice."""

_FAREWELL = (
    r"(?:goodbye|farewell|suicide) (?:letters?|notes?)|(?:saying|said|say|made) (?:all )?my goodbyes|(?:been saying|keep saying|said|"
    r"rang to say|called to say|calling to say|ringing to say|wanted to say) goodbye(?! and thank)|(?:written|wrote|"
    r"left)(?: \w+){0,2} (?:notes?|letters?)(?: \w+){0,4} (?:for after|for the kids|for my (?:kids|sons?|daughters?|wife|husband|"
    r"sister|mum))|goodbye (?:everyone|world|everybody)",
    r"tell (?:my|the) (?:kids|children|family|wife|husband|mum|mom|dad|girls|boys|son|daughter|sister|brother) (?:that )?(?:i (?:love|"
    r"loved|tried|am sorry|was sorry)|im sorry)|(?:goodbye|tell them)(?: \w+){0,3} sorry",
    r"(?:chosen|picked|set) the day|made (?:my|up my) (?:peace|mind to (?:go|leave|die|not)|mind not to)|at peace with (?:going|dying|"
    r"it)|(?:gave|giving|given) away (?:his|her|my) (?:watch|things|dog|cat|ring)|(?:ill|i ll|will) be gone (?:soon|by|before)|"
    r"(?:wont|not|isnt|aint) (?:be )?(?:a|any) (?:next (?:month|week|year)|coming year|tomorrow) for me|there (?:wont|"
    r"isnt) (?:be )?a (?:next|coming) (?:month|year)",
)
"""Goodbyes and things put in order."""

_AFRAID_OF_ONESELF = (
    rf"(?:scared|frightened|afraid|terrified|frightening) (?:of |for |by )?{_SELF}(?! (?:to|into|by|with debt))|(?:dont|do not|cant|"
    rf"cannot|didnt) trust {_ONESELF}(?! (?:with (?:money|a|my|the)|to|not|on (?:this|the))\b)|(?:dont|do not|not|isnt|"
    r"cant)(?: \w+)? (?:feel |be |keep \w+ )?safe (?:with (?:my|me|him|her) ?self|on my own|from myself|by myself|alone|tonight)|"
    r"unsafe (?:with myself|tonight|alone)",
    r"(?:scared|frightened|afraid|terrified) (?:of )?what (?:ill|i ll|i might|i may|i could|i will|im going to|hell|he might|shell|"
    r"she might) do(?! (?:for (?:money|food|rent|work)|about|without|next|if i (?:lose|cant))\b)",
    r"(?:dark|bad|those|suicidal|scary|horrible) thou?g?h?ts? (?:in my head|at night|again|are back|about (?:not|ending|dying))|"
    r"thoughts (?:i have at night|are back|of (?:not|ending|dying))|helping it along",
)
"""Fear of one's own hand."""

_MEANS = (
    r"(?:counted|counting|saved|saving|stockpil\w+|hoard\w*|enough|bottle of|box of|swallow\w*|handful of|take all|took all|"
    r"taking all)(?: up| of| out| the| my| all| these| those){0,3} (?:pills|tablets|meds|paracetamol|painkillers|sleeping (?:pills|"
    r"tablets)|insulin)(?! (?:for the|from the pharmacy))",
    r"(?:pills|tablets|paracetamol|razor|blades?|noose|rope|gun|shotgun|knife)(?: \w+){0,3} (?:ready|beside me|next to me|in (?:the|"
    r"my) (?:drawer|garage|hand|car|shed|loft)|on the table)",
    r"(?:stood|standing|sat|sitting|walked|stand|sit|walk|drove) (?:on|at|by|to|up to|out to) the (?:\w+ )?(?:bridge|"
    r"edge(?! of the bed)|tracks|cliffs?|roof|ledge|railway|river)|(?:in front of|under) (?:a|the) (?:train|lorry|truck|tube)|"
    r"throw(?:ing)? (?:my|him|her)self|(?:slit|slash|slitting|cut|cutting) (?:my|his|her) wrists?|(?:string|top|stringing) (?:my|him|"
    r"her)self|do (?:him|her)self in",
)
"""The means at hand."""

_TIRED_OF_LIFE = (
    r"(?:end|stop|ending) (?:my|the|this|all this|all the) (?:pain|suffering|misery)|pain to (?:stop|end)|out of my misery|(?:sleep|"
    r"asleep|close my eyes)(?: \w+){0,3} (?:forever|for good|and (?:not|never)|never (?:wake|get))|never (?:been )?born|not been born|"
    r"im (?:just |only )?a waste of|(?:lost|no|losing|lose)(?: the| my| any| all)? will to (?:live|go on)|(?:give|given|giving|"
    r"gave) up on (?:life|living)",
    r"(?:cant|cannot|couldnt|dont want to) (?:face|bear|stand) (?:another|one more|tomorrow|the next|waking|life|living|"
    r"being here)(?! (?:call|letter|bill|conversation))|(?:cant|cannot) live (?:like this|with this|any ?more|with it|with myself|"
    r"any longer)|(?:dont|do not|no longer) (?:want to|wanna) (?:carry on|go on|continue|keep going)(?! (?:with|paying|this|talking|"
    r"arguing|like))|why (?:i should|should i|do i) (?:live|go on|carry on|bother living)|(?:live|stay|get up|wake up|left|"
    r"carry on) for (?:any ?more)?$",
    r"(?:death|dying|being dead|not existing|not being alive|be dead)(?: would| is| seems| looks| sounds| be| feels|"
    r" might){1,3} (?:a relief|easier|better|kinder|the only|my only|peaceful|nice|good|so bad)|only (?:being dead|death|dying)|"
    r"(?:bad|easier|peaceful|better|nicer) to (?:be dead|die|not exist)|not existing$|better off (?:gone|dead|burying)|"
    r"itll all be over|all be over (?:soon|for me)|by the time you (?:read|get|see) this|(?:if|long as) im (?:still|even) (?:alive|"
    r"here|around)(?! (?:on the|in the (?:shop|office)))|before i die\b(?! of)|six feet under",
    r"(?:wont|stop|stopped|not) be(?:ing)? (?:a|your|anyones|anybodys|their|this|my family) (?:problem|burden)|(?:such|being|just|"
    r"only|nothing but) a burd[eo]n|deserve to (?:die|be dead)|(?:dont|do not) deserve to (?:live|be here|be alive|breathe)|(?:want|"
    r"wanna|wish|like|love|rather|ready) (?:to |i could )?(?:just )?(?:vanish|disappear)(?! from (?:your|the) (?:list|system|screen))|"
    r"(?:when|once|after) im (?:gone|dead|not here|no longer here)(?! (?:from|on|to|for)\b)|stopped wanting to (?:be|live|wake)|"
    r"(?:not|didnt|dont|never|wont) (?:plan|intend|expect|mean)(?:ning)? (?:on|to) (?:be|being) (?:around|here|alive)|(?:see|"
    r"seeing) me reaching",
    r"(?:he|she|hes|shes|son|daughter|husband|wife|mum|dad|brother|sister|friend|partner|flatmate|roommate)(?: \w+){0,4} (?:suicidal|"
    r"wants? to die|wanting to die|wants to end (?:it|things)|end (?:his|her) (?:own )?life|hurt (?:him|her)self|"
    r"doesnt want to (?:live|be here)|be better off (?:gone|dead)|rather be dead)",
)
"""Tired of life, of oneself, of waking."""

_FIRST_PERSON_WORDS = (
    r"(?<!thing to )(?<!love )die(?! (?:of|for|from|laughing|down|out|with|hard|to (?:get|finish|know|see))\b)(?! hard)|(?:i|im|ill|"
    r"me|be|being|was|better|were) dead(?! (?:broke|tired|haha|wow|lol|set|serious|sure|proud|keen|certain|right|and buried|in a|"
    r"against|on my feet|chuffed|happy)\b)|"
    r"(?<!christ )(?<!you )(?<!glad to be )(?<!good to be )(?<!happy to be )(?<!who is )(?<!blessed to be )(?<!was )(?<!somebody "
    r")(?<!someone )(?<!anyone )(?<!anybody )(?<!hes )(?<!shes )(?<!eat me )(?<!and )alive(?! (?:with|and kicking|and well|"
    r"and laughing)\b)",
    r"burd[eo]n(?:ing)?(?! of proof)|life insurance|(?:hurt|hurting|trust|scared of|hate|safe with|do to|harm|harming|"
    r"end) (?:my ?self|meself|him ?self|her ?self)(?! (?:falling|playing|lifting|at work|on (?:a|the)|with (?:money|a card)|"
    r"for (?:taking|signing|missing|it))\b)",
    r"(?:point|reason|use|tired|sick|done|worth|stop|keep|go on|carry on|bear|purpose)(?: (?!agent)\w+){0,3} (?:living|livin|live|"
    r"life|exist\w*)(?! (?:here|in|at|with|on|person|agent|off|near|next|there|costs?|wage)\b)|(?:dont|not|never|wont|"
    r"no longer)(?: (?:want|wish|going|like|care|deserve|plan|intend|expect|think i can|think i will|to|wanna)){1,3} live(?! (?:in|"
    r"here|there|at|with|on|near|next|off|under|alone)\b)",
    r"(?:not|dont|wont|stopped|never|shouldnt|wasnt|werent|isnt)(?: (?!for|to see)\w+){0,3} (?:be|being|wasnt|werent) (?:here|"
    r"around)(?! (?:on|next|this|monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|today|until|till|im|when|because|"
    r"as|but|for the|in the (?:morning|afternoon)|at)\b)|(?:may|might) not be (?:here|around|alive)(?! (?:on|next|this|tomorrow|today|"
    r"until|till|when|at|for)\b)|(?:nobody|no one|noone|who)(?: (?:would|will|d|even|really|is|going|to)){0,4} (?:miss|notice|mourn|"
    r"cry)(?: (?:me|if|for me|when)|$)",
)
"""Words that a debtor seldom uses in another sense."""

_HOPELESS = (
    r"(?:see|theres|there is) no (?:way out|future|other way)(?! (?:of|in) (?:this|the|my) (?:contract|plan|job))|(?:had enough|tired|"
    r"sick) of (?:it all|everything|all of it|fighting|being (?:here|me))(?! you)|(?:no|any|much|wheres the|see the|see a|"
    r"isnt a) point(?: \w+)? (?:any ?more|in (?:anything|me|it all|going)|to (?:anything|me|it all))|(?:nobody|no one) (?:needs|wants|"
    r"loves) me|easiest way out|way to end it",
    r"(?:wont|not)(?: \w+){0,5} after (?:tonight|the weekend)|my last (?:words|night|letter|day on)|last thing i (?:ever )?do before|"
    r"(?:might|may|could|gonna|going to|about to) do something(?! (?:about|with|for|else|nice|legal|to (?:pay|help|raise|"
    r"earn)))(?: (?:bad|silly|daft|terrible|to|i|tonight|awful|she|he)|$)|finish(?:ing)? (?:my ?self|me off|it all)|(?:off|over) (?:a|"
    r"the) (?:balcony|roof|bridge|edge|cliff|railing)|see (?:him|her|my \w+) (?:again )?(?:in heaven|on the other side)|meet my maker|"
    r"find my body|read about me in|my (?:kids|children|family|girls|boys|wife)(?: \w+){0,3} (?:get over (?:it|me)|without me)|"
    r"(?:wish|want|wanted) (?:it|this) (?:was|were|all|to be) (?:all )?(?:over|to (?:end|stop))|how many (?:tablets|pills)",
)
"""Hope given up."""

SELF_HARM = any_of(
    *_DEEDS,
    *_ENDING,
    *_NOT_BEING,
    *_WITHOUT_ME,
    *_FAREWELL,
    *_AFRAID_OF_ONESELF,
    *_MEANS,
    *_TIRED_OF_LIFE,
    *_FIRST_PERSON_WORDS,
    *_HOPELESS,
    rf"(?:kil+|kil+ing|kill?ed|hang|hanging|drown|drowning|harm|harming|unalive|top|off|shoot|stab|poison) {_SELF}(?! in the foot)",
    rf"(?:hurt|hurting|cut|cutting) {_SELF}(?! (?:at work|on the|playing|lifting|falling|off|a|in a|in the|short|badly at)\b)",
    r"s+u+i+c+i+d\w*|sucid\w*|suicde\w*|suisid\w*|suacid\w*|suiside\w*|sewerslide|unaliv\w*",
    r"self ?harm\w*",
    r"(?<!\d )kms",
    r"(?:want|wants|wanna|wanted|wanting|wish|wished|going|gonna|rather|ready|prefer|hope|hoping|deserve|like|need|better|about|plan|"
    r"planning|might as well|may as well|try|trying|just)(?: i| to| id| could| would| should| just| really| simply| please| rather|"
    r" off| all){0,6} (?:die|be dead|not exist|cease to exist|stop existing|not be alive|disappear forever|not wake up|never wake up|"
    r"stop living|be gone forever)(?! (?:of|from|laughing|with) (?:shame|embarrassment|laughter|boredom|shock|curiosity|laughing|you|"
    r"excitement))",
    r"(?:thinking|thoughts|thought|think|talk|talking) (?:about|of) (?:ending|dying|death|killing|being dead|taking my)",
    r"wish(?:ed)?(?: that)? i(?: was| were| had| would| could|d)?(?: just| never){0,6} (?:dead|die|not alive|gone forever|been born|"
    r"not wake up|not here any ?more)|wish(?:ed)?(?: that)? i (?:wasnt|werent|hadnt been|wouldnt)(?: be| ever){0,6} (?:alive|"
    r"here any ?more|born|wake up|waking up)",
    r"(?:better|best) (?:off )?(?:dead|without me(?: here| around| alive)?|if i (?:was|were|wasnt|werent) (?:dead|gone|not here|here|"
    r"alive|around))|(?:worth|worthy) more dead|might as well be dead|may as well be dead|should be dead|rather be dead|id be dead",
    r"(?:end|ending|ended|finish|finishing|take|taking|took) (?:my|me|this|my own|own) (?:own )?life|(?:end|ending) it all|"
    r"(?<!my )(?<!your )(?:end|ending) everything|end it (?:tonight|today|now|for good|once and for all)|(?:want|going|gonna|wanna|"
    r"about|as well)(?: to| just){0,6} end it(?! (?:here|there|with you|with this|on the|by|early|amicably))|just end it$|want (?:it|"
    r"this|everything) all to (?:end|stop|be over)|want everything to (?:end|stop|be over)",
    rf"do {_SELF} in|do(?:ing)? something (?:stupid|silly|drastic|terrible) to {_SELF}|throw {_SELF} (?:off|in front|under|out)",
    r"(?:no|any|a single|much|see the|the) (?:reason|point|will|wish|purpose)(?: left)?(?: to| in| for| of)? (?:me )?(?:live|living|"
    r"life|stay alive|being alive|exist|existing|being here|going on|go on|carry on|carrying on)",
    r"nothing (?:left )?to live for|nothing to carry on for|no reason to (?:be here|wake up)",
    r"(?:dont|do not|didnt|no longer|never)(?: really| even)? (?:want|wanna|wish|care)(?: to| if i)? (?:be alive|live|exist|wake up|"
    rf"go on living|carry on living|continue living|go on {_ANY_MORE}|carry on {_ANY_MORE}|go on with life|be here {_ANY_MORE}|"
    rf"be around {_ANY_MORE}|be in this world|die|be on this earth|live or die)(?! (?:in|with|on|off|at|there|near|here|next|"
    r"at home)\b)",
    r"(?:cant|cannot|can not|couldnt|dont want to) (?:go on|carry on|keep on|continue|keep)(?: living| with (?:my |this )?life|"
    rf" {_ANY_MORE}$| like this {_ANY_MORE}| existing|$)",
    r"(?:isnt|is not|aint|not|hardly|no longer) worth (?:living|being alive|staying alive)|tired of (?:living|life|being alive|"
    r"existing)|(?:sick|fed up) of (?:living|life|being alive)|(?:done|finished|through) with (?:life|living)|had enough of (?:life|"
    r"living)",
    r"over ?dos(?:e|ing|ed)|(?:take|taking|took|swallow) (?:all|too many|a load of|a bunch of|a lot of|my)(?: of| the|"
    r" my){0,6} (?:pills|tablets|meds)(?: and| to end|$)",
    r"jump(?:ing)? (?:off|from|out of) (?:a|the|this|my)(?: \w+)? (?:bridge|roof|building|cliff|balcony|window|floor)|"
    r"jump(?:ing)? off (?:a|the) (?:bridge|roof|building|cliff)|(?:jump|jumping|step|walk|walking|throw \w+|lie) (?:in front of|under|"
    r"into) (?:a|the) (?:train|bus|car|truck|lorry|traffic|tube|sea)|drive (?:my car |the car )?(?:off|into) (?:a|the) (?:bridge|"
    r"cliff|wall|tree|river)",
    r"(?:slit|slitting|cut|cutting) my (?:wrists?|throat|arms?)|(?:noose|rope) (?:round|around) my neck|put a bullet in|"
    r"goodbye cruel world|blow my (?:brains|head) (?:out|off)|gun to my (?:own )?head",
    r"wont be (?:around|here|alive) (?:much longer|for (?:much )?long(?:er)?|any ?more)|not be (?:around|here|alive) much longer",
    r"(?:please|someone|somebody|might as well|may as well|you should|go ahead and)(?: just)? kill me",
    r"^just kill me",
    # Spanish, French, German, Italian, Portuguese, Polish: whoever says it in their own language is helped too.
    r"quiero (?:morir(?:me)?|matarme)|quitarme la vida|no quiero (?:seguir )?vivi(?:r|endo)|veux (?:mourir|me tuer)|me suicider|"
    r"en finir avec la vie|(?:will|mochte) (?:sterben|tot sein|nicht mehr leben)|mich umbringen|bringe mich um|voglio (?:morire|"
    r"uccidermi)|quero (?:morrer|me matar)|chce (?:umrzec|sie zabic)|zabije sie",
)

_DEVICE_DIES = any_of(
    r"(?:phone|mobile|battery|laptop|tablet|computer|boiler|engine|car|signal)s?(?: is| has| was| just)? (?:\w+ ){0,2}(?:die|dying|"
    r"died|dead)"
)


def self_harm(words: str) -> bool:
    """Whether plain words tell of it; what a phone does at one per cent is left out."""
    return SELF_HARM.search(_DEVICE_DIES.sub(" ", words)) is not None
