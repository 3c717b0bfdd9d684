"""Word lists and patterns by which `clauses` splits an utterance and judges its quantities.

Patterns read skeletons: a clause in lower case with single spaces, each quantity a marker such as `<amount>`. Gaps are
bounded, so that the longest message is read in linear time.
"""

import re

PRONOUNS = frozenset("i i'm i've i'd i'll we we're we've we'd we'll".split())
MODALS = frozenset("can could may might would will shall should can't couldn't won't wouldn't do did don't".split())
# After these the pronoun belongs to the clause that is already open ("I don't think I can ...").
HOLDS_CLAUSE = MODALS | frozenset(
    "if what when that as think believe sure doubt wish hope way know whether all most best is how until till before "
    "after once unless than let where which why least while whilst although though".split()
)
BREAKS = frozenset('.!?;,\n()":')
CONJUNCTIONS = frozenset("but so because however although though cos cuz except then whereas while whilst".split())
CONCEDING = frozenset(("while", "whilst", "although", "though"))
NO_PARTICLE_UNLESS = frozenset(
    "more less later sooner earlier longer fewer way problem problems chance point good worries idea job money".split()
)
STARTERS = (
    ("how", "about"),
    ("what", "about"),
    ("what", "if"),
    ("maybe",),
    ("perhaps",),
    ("give", "me"),
    ("let", "me"),
    ("let's",),
    ("make", "it"),
    ("that's",),
    ("you", "said"),
    ("you", "want"),
    ("you", "told"),
    ("you", "asked"),
)

_NEGATION = (
    r"(?:can't|can not|couldn't|could not|won't|will not|wouldn't|would not|don't|do not|not able to|unable to|not|"
    r"nothing|isn't)"
)
_FILLER = r"(?: (?:at least|the|about|around|like|maybe|perhaps|roughly|at|some time|after|probably)){0,4}"
# "I can't pay until Friday" offers Friday, "I can't do more than 50" offers 50: a limit, not a refusal.
LIMIT = re.compile(
    rf"\b{_NEGATION}((?: [^\s,]+){{0,6}}?) (?:until|till|before|sooner than|earlier than|quicker than|faster than|"
    rf"(?:any )?more than|over|above|beyond|higher than|less than|later than|fewer than|longer than){_FILLER} (?=<)"
)
NO_LIMIT = re.compile(r"\bno (?:more|less|later|sooner|earlier|fewer|longer) than\b")
_EXPENSE = (
    r"(?:rent|mortgage|bills?|childcare|electricity|electric|gas|food|groceries|shopping|council tax|petrol|fuel|"
    r"phone|"
    r"insurance|nursery|school|medicine|medication|prescriptions?|wages?|salary|income|pension|benefits?|fees?|car|"
    r"universal credit|child support|maintenance|utilities|tax|taxes|credit card|loan)"
)
NEUTRAL = re.compile(
    r"\b(?:(?:can't|couldn't|won't|wouldn't|don't|isn't|aren't) (?:i|we|you|it|there|that)|why not|why (?:don't|"
    r"can't)|"
    r"if not|(?:don't|wouldn't) mind|no problem|not (?:a|an) (?:problem|issue)|not only|don't worry|not to worry|"
    r"(?:don't know|not sure|no idea)(?= (?:but|maybe|perhaps|how about|what about|say|<))|can't promise|"
    r"don't have a "
    r"problem with|if i can't|if that's not|if it's not|no more|don't hesitate|not bad|not much but|after (?:(?:my|"
    r"the|all|and|paying|"
    rf"{_EXPENSE}) ){{0,6}}{_EXPENSE})\b"
)
NEGATORS = re.compile(
    r"\S+n't|not|never|unable|refuse|refusing|nor|neither|none|without|hardly|doubt|wish|nowhere|nothing|struggle|"
    r"struggling|impossible|unrealistic|unreasonable|unaffordable|ridiculous|outrageous|joke"
)
FORWARD_ONLY = frozenset(("without", "nothing", "nor", "none", "wish"))
SUBORDINATORS = frozenset("as since when if until till unless after before while and that who or so".split())
REFUSING_VERBS = frozenset("do afford manage pay make accept have agree meet".split())
TOO_MUCH = re.compile(
    r"\btoo (?!much trouble)(?:soon|early|much|long|high|short|many|steep|quick|fast|tight|expensive|big|far|hard|"
    r"late|"
    r"low|little|small|close)\b|\bnot enough\b|\bout of the question\b|\bno (?:way|chance|good)\b|\bif only\b|"
    r"\bif i (?:had|won|was|were)\b|\bif i could$|\bmore than i (?:can|could|have|earn|make)\b|\bbeyond (?:me|my)\b"
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
    r"impossible|too (?:soon|much|early|high|quick))(?: (?:for me|for us|i'm afraid|at all|sorry|mate|right))*"
)

QUOTED = re.compile(
    r"\b(?:you|they|he|she|it|letter|email|colleague|lady|man|guy|someone|website|notice|bill|council|landlord|bank|"
    r"agent|court)(?:'ve|'re|'d| guys| people| have| had| are| were| just| keep| already| all| even| only|"
    r" both){0,4} "
    r"(?:said|say|says|saying|told|asked|asking|ask|asks|want|wants|wanted|wanting|offered|demand|demands|demanded|"
    r"expect|expected|promised|agreed|gave|suggest|suggested|suggesting|proposed?|proposing|looking|aiming|pushing|"
    r"offering|mentioned|quoted|insist|insisted|claim|claimed|charge|"
    r"charged|sent|threatened|need|needs)\b(?! to)|\byour (?:offer|proposal|demand|suggestion|letter|terms|deadline|"
    r"idea|email|message)\b|\b(?:the|this|that) (?:current |original |first )?(?:offer|proposal|deadline|"
    r"demand) of\b|"
    r"\bappreciate (?:the |your )?(?:offer|proposal|<)|\bi (?:was|got|been) (?:told|asked|offered|promised|given|"
    r"quoted)\b|\basking (?:me|us)\b|"
    r"\bdid you (?:say|just say|mean)\b|\bpays? me\b|\bowes? me\b|\bowed\b"
)
QUOTED_AFTER = re.compile(
    r"(<\w+>) (?:that |which )?(?:you|they)(?:'ve|'re| have| are| just)? (?:said|mentioned|offered|asked|want|wanted|"
    r"suggested|proposed|quoted|gave|need|demanded|told)(?: me| for| us)*(?= |$)"
)
ASKING = re.compile(
    r"(?:and |so |but |well |ok |okay |sorry |wait |yes |no |please )*(?:what happens|what will happen|"
    r"what'll happen|"
    r"why|how (?:much|long|many|do|does|did|come|will|soon|often|is|am|are|on earth)|when (?:is|was|did|do|does|"
    r"will|are)|who|"
    r"where|(?:do|did) (?:i|we) (?:really |still |only |actually )?(?:have|need|owe|get|got)|must i|am i|"
    r"is (?:it|that|this)(?! (?:possible|ok|okay|alright|all right|fine|acceptable|doable|feasible|allowed))|was|"
    r"were|did|"
    r"does (?:it|that|this)|has|what(?:'s| is| was| are| did)|what (?:do|does)(?! you (?:say|think|reckon))|"
    r"what (?:should|shall|must)|what would(?! you)|which(?! is| means))\b"
)
FACT = re.compile(
    rf"\bpay (?:the |my |our |for |for my |off my )?{_EXPENSE}\b(?! by instal)|\bsettle down\b|\bdue (?!to\b|"
    rf"date to\b)|"
    r"\balready (?:paid|paying|pay|sent|gave|made)\b|\bused to\b|\bhow are you\b|\bare you doing\b|"
    r"\ball (?:for|(?:i|we) (?:need|needed|require|want|wanted))\b"
)
_LOCAL_SOFT = r"(?: (?:only|about|around|just|like|roughly|over|nearly|almost|the|a|an|at|under|maybe|now|up to)){0,4}"
OTHER_BEFORE = re.compile(
    r"(?:^| )(?:(?:get|got|gets|getting|been) paid|(?<!if i )paid(?: you| them| it| off)?|missed|lost|last|past|"
    r"since|aged|"
    rf"years? is|born|born (?:in|on)|due|sick|ill){_LOCAL_SOFT}$"
)
OTHER_SUM_BEFORE = re.compile(
    r"(?:^| )(?:earn|earns|earning|(?<!can )(?<!could )(?<!would )(?:i|we|he|she|who|husband|wife|partner) (?:only |"
    r"just |"
    r"currently )?makes?|bring home|brings? in|take home|receive|receives|spend|spends|spending|costs?|lose|losing|"
    r"borrow|borrowed|i owe|owe you|owe|owing|charged?|charging|"
    rf"(?:balance|debt|total|{_EXPENSE})(?: payment)?(?: is| of| was| are| were| costs?| comes to| at| for|"
    rf" went up by)?|"
    r"out of|of (?:the|my|that|your)|<fraction> of|a fee of|interest of)"
    rf"{_LOCAL_SOFT}$"
)
REFUSED_BEFORE = re.compile(r"(?:^| )(?:instead of|rather than|than|as opposed to|and not|or not)(?: the| your)?$")
OTHER_AFTER = re.compile(
    r"(?:<\w+> )*(?:ago|late|overdue|old|behind|past due|in arrears|earlier|previous(?:ly)?|"
    rf"(?:goes |gone |just )?(?:for|on|in|to) (?:the |my |our )?{_EXPENSE}\b|(?:of )?(?:my )?{_EXPENSE}\b|interest\b|"
    r"to (?:another|other|a different|my (?:landlord|ex|mum|mom|dad))|behind on|notice\b|is (?:my|the|your) "
    rf"(?:{_EXPENSE}|balance|debt))"
)
WISHED = re.compile(
    r"^(?:while|whilst|although|though)\b|"
    r"\b(?:hoping|hoped|initially|originally|ideally|was thinking|would have liked|prefer|preferred)\b"
)
ASKED_FOR = re.compile(r"\b(?:aim|ask|look|go|push|hop|request|wait|hold (?:on|off)|settl|apply|opt)(?:e|ed|ing)? for$")
FORBEARANCE = re.compile(
    r"\b(?:pause|paused|hold|freeze|wait|break|holiday|defer|postpone|extend|extended|extension|delay|suspend|"
    r"leave it|put it off|breathing|more time|back off|grace)\b"
)

CUE = re.compile(
    r"\b(?:pay|paying|repay|repaying|payments?|repayments?|instal?ments?|settle|settling|afford|spare|split|spread|"
    r"commit|extension|extend|postpone|defer|pause|freeze|delay|transfer|deposit|contribute|scrape together|"
    r"set aside|"
    r"put (?:down|in|aside|towards?|it off)|(?:more|some|extra|longer|enough|little|bit) time|hold off|"
    r"payment holiday|payment plan|"
    r"clear (?:it|the|this|my|that|all|everything|<)|(?:give|get|send|have|bring|hand) (?:you|it|the money|the rest|"
    r"the "
    r"cash|the funds|the full)|you (?:can|could|will|would|'ll)? ?(?:have|get|take|give)|you'll (?:have|get)|"
    r"how about|"
    r"what about|what if|(?:i|we|be) able to|works?|suits?|would (?:suit|help|be)|is (?:ok|okay|fine|possible|doable|"
    r"realistic|manageable|better|good|all|what|the (?:most|best|max|maximum|least|earliest)|my (?:best|limit|max|"
    r"final))|be (?:ok|okay|fine|possible|doable|enough|better|acceptable|alright|good)|(?:do|manage|sort|"
    r"get) (?:it|that|this|"
    r"<)|my (?:offer|best|limit|maximum|max)|(?:best|most|earliest|soonest|least) (?:i|we)|agree(?:d)? (?:to|on)|"
    r"propos\w+|suggest\w*|request\w*|schedule|discuss|structure|appreciate|allow\w*|secure|aim\w*|meet|open to|"
    r"compromise|consider|extending|timeline|finish (?:it|paying)|sorted by|(?:until|till) (?:it's|it is|its|that's|"
    r"all|the \w+ is|i'm|i am|we're|everything's))\b"
)
_NEAR_WORDS = (
    r"(?: (?:about|around|at|least|like|maybe|another|an|extra|a|the|more|time|until|till|to|have|be|it|all|up|"
    r"longer|"
    r"something|say|you|us|give|me|of|over|roughly|probably|for|by|in|with|just|only|full|minimum|please|within|on|"
    r"from|as|that|perhaps|take|wait|go|make|out|off|hopefully|still|between|next|another|and|first|these|those|"
    r"some)){0,8} <"
)
NEAR_CUE = re.compile(
    rf"(?:^| )(?:needs?|needed|needing|give me|giving me|allow me|allow us|allowing me|allowing us|look(?:ing)? at|"
    rf"let me|grant me|want|like|prefer|require|offer|"
    r"offering|do|doing|manage|managing|make it|call it|say|try|take|accept|accepting|consider|go|going|wait|have|"
    r"looking (?:for|at)|ask(?:ing)? (?:for|you)|push|move|stretch|send|get|start|starting|works? with|can|could|"
    r"would|i'll|i'd|might|will|it'll|should|hoping|be|takes?|i mean|thinking|agree|"
    rf"set up|put|raise|lower|drop|reduce|increase|come up with|live with){_NEAR_WORDS}"
)
FUNCTION_WORDS = frozenset(
    "a the week of in on by now then and rest please pls plz ok okay maybe perhaps about around instead starting start "
    "from for with it that this me my i at most least max maximum min minimum tops only just up to yes yeah yep "
    "no sure right well um uh er erm hmm like or so say mate love sir madam pal man thanks thank you remainder "
    "remaining balance other half total altogether within before until till after every each first next again "
    "more extra another actually sorry roughly approximately probably hopefully possibly best possible if is per "
    "be as soon latest earliest over into off end rather while whilst although though down plus follow followed "
    "beginning one way between make made going time ish hi hello hey cash money today towards toward not later "
    "than sooner better fine deal done agreed great perfect final what how could can would lump sum initial "
    "deposit payment payments instalments installments i'd we we'd your number".split()
)
PAYING_NOW = re.compile(r"\b(?:pay|paying|repay|settle|clear|do|sort|send|get|have)(?: \S+){0,3} <(?:now|whole)>")
MARKER = re.compile(r"<\w+>")
