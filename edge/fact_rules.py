"""Patterns by which a quantity is a fact, somebody else's words or a question, and no offer.

They read skeletons, as `refusal_rules` do.
"""

import re

EXPENSE = (
    r"(?:rent|mortgage|bills?|childcare|electricity|electric|gas|food|groceries|shopping|council tax|petrol|fuel|"
    r"phone|"
    r"insurance|nursery|court fine|fine|parking|overdraft|car loan|payday loan|student loan|other debts?|other loan|klarna|sky|netflix|"
    r"broadband|vet|dentist|school|medicine|medication|prescriptions?|wages?|salary|income|pension|benefits?|fees?|car|"
    r"universal credit|child support|maintenance|utilities|tax|taxes|credit card|loan)"
)
QUOTED = re.compile(
    r"\b(?<!if )(?:you|they|he|she|it|letter|email|colleague|lady|man|guy|someone|website|notice|bill|council|landlord|bank|"
    r"agent|court)(?:'ve|'re|'d| guys| people| have| had| are| were| just| keep| already| all| even| only|"
    r" both){0,4} "
    r"(?:said|say|says|saying|told|asked|asking|ask|asks|want|wants|wanted|wanting|offered|demand|demands|demanded|"
    r"expect|expected|promised|agreed|gave|suggest|suggested|suggesting|proposed?|proposing|looking|aiming|pushing|"
    r"offering|mentioned|quoted|insist|insisted|claim|claimed|charge|"
    r"charged|sent|threatened|need|needs)\b(?! (?:to|yes|ok|okay)\b)|\byour (?:offer|proposal|demand|suggestion|letter|terms|deadline|"
    r"idea|email|message)\b|\b(?:the|this|that) (?:current |original |first )?(?:offer|proposal|deadline|"
    r"demand) of\b|"
    r"\b(?!i\b|we\b)[a-z']+ (?:says|states|shows|reads|stated)\b|\bsupposed to\b|\b(?:am i|i'm|is|are|was|were|she's|he's|they're|"
    r"i was) meant to\b|"
    r"\b(?:should|would|could|might|must) have (?:paid|been|sent|given|done|had|gone|told|taken|[a-z]+ed)\b|\b(?:they|he|she|"
    r"it) (?:takes?|took|pays?|costs?|gets?)\b|\bthere (?:was|were|is|are)\b(?! (?:any|a) (?:chance|way))|"
    r"\b(?:bill|balance|debt|amount|total|charge|fee|it(?= should be <)) should(?:'ve| have)? be(?:en)?\b|"
    r"\b(?:she|he|they|someone|brother|sister|mum|dad|ex|mother|father|boss|friend) (?:promised|lent|gave|owes|took|sent)\b|"
    r"\bappreciate (?:the |your )?(?:offer|proposal|<)|\bi (?:was|got|been) (?:told|asked|offered|promised|given|"
    r"quoted)\b|\basking (?:me|us)\b|"
    r"\bdid you (?:say|just say|mean)\b|\bpays? me\b|\bowes? me\b|\bowed\b|\bwhat (?:you|they) (?:said|want|wanted|asked|told|quoted|"
    r"offered|say)\b|"
    r"\byou (?:have|'ve got|got) <(?:duration|date|number)>(?! to (?:say|answer|decide|agree|accept))|\b(?:the|these|your|those|"
    r"his|her) \w+ (?:want|wants|expect|expects|demand|"
    r"demands|took|takes?)\b(?= <| \w+ <)|"
    r"\b(?!i\b|we\b|i've\b|just\b|already\b|have\b|as\b|like\b|what\b)[a-z']+ said\b"
)
SAID_MARK = re.compile("you|they")
QUOTED_AFTER = re.compile(
    r"(<\w+>) (?:that |which )?(?:you|they)(?:'ve|'re| have| are| just)? (?:said|mentioned|offered|asked|want|wanted|"
    r"suggested|proposed|quoted|gave|need|demanded|told)(?: me| for| us)*(?= |$)"
)
ASKING = re.compile(
    r"(?:and |so |but |well )*(?:is|are) there (?:a |an |any )?(?:discount|penalty|penalties|charge|fee|reduction|reward)(?! if)|"
    r"(?:and |so |but |well |ok |okay |sorry |wait |yes |no |please )*(?:what happens|what will happen|"
    r"what'll happen|"
    r"why|how (?:much|long|many|do|does(?! <)|did|come|will|soon|often|is|am|are|on earth)|when (?:is|was|did|do|does|"
    r"will|are)|who|"
    r"where|(?:do|did) (?:i|we) (?:really |still |only |actually )?(?:have|need|owe|get|got)|must i|am i|(?:can|could|would|do) (?:you|"
    r"i) (?:please |just )?(?:tell me|explain|confirm|check|know)|"
    r"is (?:it|that|this)(?! (?:possible|ok|okay|alright|all right|fine|acceptable|doable|feasible|allowed))|was|"
    r"were|did|is <\w+> (?:the|your|a) (?:longest|most|latest|minimum|maximum|max|min|least|shortest|limit|deadline|due|highest|"
    r"lowest|earliest|only|final|correct|right)(?: \w+)?(?! i\b)|"
    r"does (?:it|that|this)|has|what(?:'s| is| was| are| did)|what (?:do|does)(?! you (?:say|think|reckon))|"
    r"what (?:should|shall|must)|what would(?! you)|which(?! is| means))\b"
)
FACT = re.compile(
    rf"\bpay(?:ing)? (?:the |my |our |for |for my |off my )?{EXPENSE}\b(?! by instal)|\bsettle down\b|\bdue (?!to\b|"
    rf"date (?:to|move|be)\b)|"
    r"\bpay(?:ing)?(?: back)? (?:my|his|her|our|their) (?!debt|balance|account|bill|arrears|share|half|part|way|first|last|next|"
    r"dues|instal|full|whole|card|whatever|monthly|weekly|own)\w+|\b(?:he|she|they|work|job|boss) pays? us\b|"
    r"\b(?:i'm|i am|we're|he's|she's) on <(?:amount|number)>|\bmy (?!husband|wife|partner|mum|mom|dad|brother|sister|son|daughter|"
    r"boyfriend|girlfriend)\w+ (?:gets?|earns?|costs?|needs?|takes?|comes? to)(?= <)|"
    r"(?<!offer )(?<!gave you )(?<!limit )\b(?:was|were) <(?:amount|number)>|^(?:and |but |"
    r"so )*i(?:'ve| have)(?: got)? <duration>|<\w+> is what (?:i|we|you) (?:owe|owed|earn|make|get(?! from)|spend)\b|"
    r"\b(?:i|we)'ll have (?:finished|done|been|had|[a-z]+ed)\b(?! it)|\bi was (?:paying|on|earning|making|getting|charged)\b|\b(?:freeze|"
    r"stop|waive|pause|drop) (?:the |my |your |any )?(?:interest|"
    r"fees?|charges?)(?: \w+){0,2} <|(?<!i )(?<!we )\b(?:take|knock|get|shave) <(?:amount|number)> off\b(?! my (?:card|account|bank))|"
    r"<\w+> what$|^(?:it's|today is) <date>(?: <date>| today)|"
    r"^<date> is <date>$|^that's (?:only|just|another|over|nearly|barely|not even|less than|under) <|"
    r"\b(?:reduce|cut|lower|slash|shave|halve|discount)(?: \w+){0,2} by <|\bwrit(?:e|ing) off(?: \w+){0,2} <|\b(?:give|lend|gave|lent|"
    r"send|sent|refund|credit|"
    r"owe|owes) me(?: back)?(?: the| my| a)? <amount>|\bwant (?:my|that|the) <amount>|<\w+> back\b(?! to| on)|"
    r"(?<!the )\bhours?(?: a week)?$|"
    r"\bbeen (?:off|out|in|on|without|waiting|sober|clean|unemployed|paying)\b|\bcall(?:ed|ing)? (?:me )?(?:back )?(?:on|in|at|next|after|"
    r"by) <|"
    r"\balready (?:paid|paying|pay|sent|gave|made)\b|\bused to\b|\bhow are you\b|\bare you doing\b|"
    r"(?<!is )\ball (?:for|(?:i|we) (?:need|needed|require|want|wanted))\b"
)
_LOCAL_SOFT = r"(?: (?:only|about|around|just|like|roughly|over|nearly|almost|the|a|an|at|under|maybe|now|up to)){0,4}"
OTHER_BEFORE = re.compile(
    r"(?:^| )(?:(?:get|got|gets|getting|been) paid(?: again)?|(?<!if i )paid(?: you| them| it| off)?|missed|lost|"
    r"(?<!my )(?<!pay the )(?<!clear the )last|past|"
    r"since|aged|"
    rf"years? is|born|born (?:in|on)|due|sick|ill){_LOCAL_SOFT}$"
)
OTHER_SUM_BEFORE = re.compile(
    r"(?:^| )(?:earn|earns|earning|(?:i|we) (?:only |just )?get|(?<!can )(?<!could )(?<!would )(?:i|we|he|she|who|husband|wife|"
    r"partner) (?:only |"
    r"just |"
    r"currently )?makes?|bring home|brings? in|take home|receive|receives|spend|spends|spending|costs?|lose|losing|"
    r"borrow|borrowed|i owe|owe you|owe|owing|charged?|charging|"
    rf"(?:balance|debt|total|{EXPENSE})(?: payment)?(?: is| of| was| are| were| costs?| comes to| at| for|"
    rf" went up by)?|"
    r"(?:costs?|benefits?|bills?|wages?|it all|pay) comes? to|(?:sick|disability|maternity|mat|holiday) pay(?: now)?(?: which)? is|"
    r"survive on|live (?:on|with|off)|all but|(?:i'm|we're) down|out of|of (?:the|my|that|your)|<fraction> of|a fee of|interest of)"
    rf"{_LOCAL_SOFT}$"
)
OTHER_AFTER = re.compile(
    r"(?:<\w+> )*(?:ago|late\b|overdue|old|behind|past due|in arrears|earlier|previous(?:ly)?|to (?:appeal|respond|answer|reply|complain|"
    r"decide|move out|vacate)\b|of (?!extra|more|grace|time|breathing|payments?|instal)[a-z]+ (?:left|to go)|left\b|"
    r"interest\b|"
    r"to (?:another|other|a different|my (?:landlord|ex|mum|mom|dad))|"
    r"in (?:my|the|our) account|behind on|notice\b|is (?:my|the|your) "
    rf"(?:{EXPENSE}|balance|debt))"
)
OTHER_SUM_AFTER = re.compile(
    r"<every> (?:down|short|worse off)\b|(?:<\w+> )*(?:"
    r"(?:to|for|on|in|towards) (?:the|my|our|a|his|her|their|another) (?!debt|balance|account|bill|arrears|loan|card|rest|remainder|"
    r"total|amount|end|start|next|first|time|nose|dot|button|half|lump|row|one|phone|app|website|full|whole|moment|meantime|debit|office|"
    r"shop|"
    r"payment|year|month|week|lot|minimum|capital|principal|agreement|plan|deposit|settlement|last|new|same|foreseeable|spot|table|"
    r"collections?|overdue|outstanding|old|<)\w+"
    rf"|(?:goes |gone |just )?(?:for|on|in|to) (?:the |my |our )?{EXPENSE}\b|(?:of )?(?:my )?{EXPENSE}\b|of (?:work|repairs|food|"
    rf"shopping|stuff|insulin|medicine)\b)"
)
CLOCKED = re.compile(r"\b(?:at|after|around|before|till|until|half|past|than) <number>")
AGED = re.compile(r"(?:^| )(?:i'm|i am|he's|she's|is aged|call me (?:at|after|before))$")
RAISED_FROM = re.compile(r"(?:up |down )?from <(?:number|amount)>")
MARKER = re.compile(r"<\w+>")
