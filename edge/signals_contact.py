"""Words by which a customer wants no more contact, or a person instead of the machine."""

from eqnegotiator.edge.signal_words import any_of

_CONTACT = (
    r"(?:call|contact|phone|ring|text|e ?mail|message|bother|harass|disturb|write to|write|knock|hassle|chase|visit)"
)
_CONTACTING = (
    r"(?:calling|contacting|phoning|ringing|texting|e ?mailing|messaging|harassing|bothering|hounding|pestering|writing|chasing|"
    r"hassling|stalking|annoying|disturbing|knocking|visiting)"
)
_REACH = (
    r"(?:call|cal|ring|rign|phone|telephone|text|txt|message|mess?age|msg|e ?mail|mail|write|rite|contact|visit|dial|knock|bother|"
    r"approach|reach|chase|pester|bug|ping|hound|hassle|harass|disturb|robocall|speak to|talk to)"
)
_REACHING = (
    r"(?:cal+ing?|ringing?|phoning?|telephoning|texting?|mess?aging|msging|e ?mailing|mailing|writing|contacting|visiting|knocking|"
    r"bothering|bugging|pestering|pinging|hounding|hassling|harassing|harrassing|disturbing|robocalling|chasing|blowing up|"
    r"coming (?:to|round|here)|turning up|using (?:my|it|this)|slipping)"
)
_MAIL = (
    r"(?:calls?|cals|calling|rings|ringing|phone ?calls?|letters?|let+es|texts?|texting|messages?|mas+ages|mess?ages|msgs?|e ?mails?|"
    r"mail|mailings?|mailshots?|post|visits?|contact|com+unications?|reminders?|voicemails?|notices|updates|demands|knocks|paper mail|"
    r"robocalls|correspondence)"
)
_DET = (
    r"(?: of| with| to| all| any| these| the| those| this| that| your| you| more| further| sending| send| me| us| ur| bloody| damn|"
    r" bleeding| flaming| automatic| robot| direct| more of)"
)

_NO_CONTACT = (
    r"(?:dont|do not|never|nevver|must not|mustnt|may not|not|nor|shouldnt|neednt|not supposed to|cannot|wont be|no need to|"
    rf"rather you didnt|never to)(?: you| ever| please| pls| be| even| dare| to| like| just| guys)* (?:{_REACH}|{_REACHING}|rung|"
    r"called|phoned|speak to|talk to)(?: to)? (?:again|agian|ever|here|any ?more|no more|directly|direct|her|him|them|mum|mom|mr|mrs|"
    r"the (?:house|shop|office|school|landline|home)|this (?:number|phone|house|address|place)|my (?:mum|mom|dad|wife|husband|job|"
    r"work|boss|family|kids|phone|house|home|number|mother|father|sister|brother|nan|workplace)|anyone|anybody|me|us|or|"
    r"thats)(?! (?:names|stupid|a|an|by|that|mr|mrs|ms|sir|madam|love|darling|honey|liar|mate|lazy|at work|before|after|during|until|"
    r"till|in the (?:morning|evening|afternoon|night)|on (?:sundays?|saturdays?|weekends?)|tomorrow|today|now|back|wrong|about the|"
    r"if)\b)",
    r"^(?:please |no |just |pls )*(?:dont|do not|never) (?:call|ring|phone|visit|text|contact|write|message|mail)(?: please|"
    r" thats all| me| us| again)*$",
    r"(?:dont|do not|never|not to|stop|quit)(?: please| ever| just)? send(?:ing)?(?: me| us| her| him| any| more| these| those| the|"
    rf" anything| things| your| to)* (?:{_MAIL}|any ?more|again|anything|nothing|else|things|stuff)|send nothing (?:more|else)",
    r"(?:prefer|rather|like|ask|asked|asking|tell|telling|told|want|need|wish|obliged if|request) (?:that )?you (?:to |all to |would |"
    rf"lot to )?(?:stop|stopped|quit|not to|not|never|didnt|dont|leave me|leave us|stay away)(?: \w+){{0,2}} (?:{_REACH}|get in touch|"
    r"send|me alone|calling|contacting)",
    r"(?:dont|do not|no longer|not|withdraw|revoke)(?: \w+){0,2} (?:consent|permission|agree|"
    r"agreed)(?: \w+){0,3} (?:be(?:ing)? (?:called|contacted|phoned|texted|rung)|contact|call|text|phone calls|calls|your calls)",
    r"(?:dont|do not|no longer|not|never) (?:want|wanna|wish|like|care|prefer)(?: to| anything| to ever| any| you){0,3} (?:hear|"
    r"be contacted|be called|be phoned|get (?:these|any|anything|your|mail|calls|texts|letters|messages)|receive|be rung)(?! (?:a|"
    r"about my|excuses|bad)\b)|prefer not to (?:be (?:called|contacted)|get)|not (?:be|to be|being) (?:contacted|called|phoned|"
    rf"texted)(?! (?:names|a|at work)\b)|dont want (?:no more |no |any more of |any )(?:{_MAIL}|this|these|those)",
    rf"(?:wish for|prefer|want) no (?:more )?(?:further )?{_MAIL}|do not call list|prefer silence|dont come back|never come back|"
    r"not (?:come|coming) to (?:my|the|our) (?:house|door|home)|(?:no one|nobody) (?:is to |to )?comes? (?:any more )?to|(?:dont|"
    r"never|not) (?:use|dial) (?:it|this|that|this number|that number)(?: ever)? again|get in touch (?:again|any more)",
)
"""Contact forbidden: "do not write to the house", "I withdraw my consent"."""

_STOP_THIS = (
    r"(?<!dont )(?<!not )(?<!cant )(?<!to )(?:stop|stopp|quit|cease|end|cancel|no more|no further|not one more|enough with|enough of|"
    rf"had enough of|cut|halt|pack in|turn off|switch off){_DET}{{0,4}} {_MAIL}(?! (?:plan|order|centre)\b)",
    r"(?<!got )(?<!had )(?<!have )(?<!received )(?<!get )(?<!was )(?<!with )(?<!see )(?<!been )(?<!theres )(?<!by )(?:no|"
    r"nor) (?:direct |more |further |phone |automatic |such )*(?:calls|calling|letters|texts|texting|messages|msgs|e ?mails|visits|"
    r"contact|post|mail|communications?|ringing|voicemails?|mailshots|correspondence)(?! (?:came|come|from|arrived|about|till|until|"
    r"before|box|address|today|yet|account|ever came|saying|telling|centre|needed|required|me)\b)",
    rf"(?:want|need|if|unless|until|till|agree|so|that|ask|prefer)(?: \w+){{0,3}} {_MAIL}(?: \w+){{0,3}} (?:stop|end|stopped|"
    rf"cease)(?! (?:me|paying|because)\b)|{_MAIL} (?:must|has to|have to|need to|needs to|to|should) (?:stop|end|cease)|"
    r"in writing when the \w+ stop|can the (?:calls|texts|letters|messages|emails) end|make the \w+ stop",
    r"(?:stop|stopp|quit|cease|leave off|no|enough|stop damn well|please no|pls no)(?: with| the| all| your| you| this| bloody| damn|"
    rf" flaming| robo){{0,3}} {_REACHING}",
    r"(?:please|pls|just|u|you|kindly|so) (?:stop|quit)(?: it| this| them| now| please){0,2}$|stop them(?: now| please|"
    r" immediately)?$|(?:please|so|and|damn you|phone|years|ages) stop it(?: now| please| immediately| at once)?$|^(?:stop|quit it|"
    r"stop it|no more|no more please|not one more)(?: please| now)?$|stop for good|it stops now|switch them off|call it off$|"
    r"no more of (?:this|them|it|those|these|your|ur)|not one more|pack in the|i reply stop|(?:please|pls|plz) stop(?: (?:it|them|"
    r"this|now))?(?! (?:the|my|asking|taking) )|stop now(?: or|$)|stop it (?:now )?(?:you|or|im)|no more please|please no more|"
    r"^no more(?: \w+){0,2}$|(?:post|letters?|email|text|writing|mail) only$|by letter alone|only (?:write|by post|by letter|"
    r"in writing)|(?:phone|text|messages?) no more|dont (?:ever )?do (?:that|this) again",
)
"""Calls and letters to end."""

_NUMBER_AWAY = (
    r"(?:lose|delete|delet|remove|removed|erase|scratch|strike|wipe|forget|cross|bin|take)(?: of| out| off| all| of my)?(?: my| this|"
    r" that| our| the| his| her){1,2}(?: \w+)? (?:number|details|mobile|landline|e ?mail|phone number|address|name)(?: (?:off|out|"
    r"from|completely|again|right now|now|rite|permanently|and|please|gone|pls|your|of)|$)(?! (?:on the|to)\b)",
    r"(?:delete|erase|remove|unlist|block) me(?! (?:a|to)\b)|cross (?:me|my name) (?:out|off)|(?:want|need) my (?:number|name|"
    r"details) (?:gone|off|removed|deleted)|call list (?:so|to)|off (?:your|the|that) (?:call(?:ing)? |mailing |contact )?list|"
    r"take (?:this number|this address|me) off please|lose (?:this|my) number|take my \w+ (?:e ?mail|number|address|mobile) off|"
    r"leave me (?:out|off) (?:of )?your|leave my number",
)
"""A number or name to be struck off."""

_KEEP_AWAY = (
    r"(?:leave|let) (?:me|us|my \w+|her|him|them)(?: the \w+)? (?:alone|be|grieve|in peace)(?! (?:if|in|done|to|sure|honest|able|late|"
    r"with)\b)",
    r"(?:stay|keep|clear)(?: him| them| it| her| that| those)? (?:away|off|out)(?: from| of)? (?:me|us|my|our|here)|keep off$|"
    r"stay away$|stay off(?: it)?$|(?:off|get off) my (?:phone|doorstep|property|back and)",
    r"if (?:you|u|it|anyone|anybody|he|they|that phone|one of you)(?: \w+){0,3} (?:call|cal|ring|rings|phone|text|write|comes?|knock|"
    r"knocks|contact|contacts|turns up|message)s?(?: \w+){0,3} (?:again|once more|one more time|agian)|(?:next|one more|another|"
    r"1 more) (?:phone )?(?:call|text|letter|ring|knock|voicemail|visit|message)(?: \w+){0,8} (?:police|court|lawyer|solicitor|judge|"
    r"sue|report|ombudsman|complaint|harassment|bill|post|ico|regulator)",
    r"(?:^|so |or |and )(?:ring|call|text|phone|send|contact)(?: \w+){1,3} (?:again|once more|one more time) (?:and|or|n|i)|(?:never|"
    r"not) (?:ring|call|contact|send|speak to|write|phone)(?: \w+){1,4} again|stalking|(?:upset|hurt) (?:her|him|me) enough",
)
"""Keep away, or else."""

STOP_CONTACT = any_of(
    *_NO_CONTACT,
    *_STOP_THIS,
    *_NUMBER_AWAY,
    *_KEEP_AWAY,
    rf"(?:stop|quit|cease|no more|sick of you|enough of you|fed up with you|tired of you)(?: all| with)? {_CONTACTING}",
    r"stop (?:all |these |the |your |any |this |sending ){1,4}(?:calls?|contact|letters?|messages?|texts?|e ?mails?|communications?|"
    r"harassment|phone calls)",
    rf"(?:dont|do not|never|not to|shouldnt|wont you not)(?: you)?(?: dare| ever| you| even){{0,6}} {_CONTACT} (?:me|us|my|this|"
    r"here)(?! (?:names|stupid|a|an|by|that|mr|mrs|ms|sir|love|darling|honey|liar|mate|lazy|at work|before|after|during|until|till|"
    r"in the (?:morning|evening|afternoon|night)|on (?:sundays?|saturdays?|weekends?)|tomorrow|today|now|back)\b)",
    r"(?:dont|do not) (?:want|wish|like) (?:you|anyone|them|your company|any of you)?(?: people| guys|"
    rf" lot){{0,6}} ?(?:to )?(?:{_CONTACT}|{_CONTACTING}|be contacted|be called|hear from you|speak to you again|talk to you again|"
    r"any (?:more |further )?(?:calls|contact|letters|messages|texts|e ?mails))",
    r"(?:leave|let) (?:me|us|my family)(?: the \w+)? (?:alone|be(?: in peace)?$|in peace)|go away and leave",
    r"(?:take|remove|delete|wipe|strike|erase)(?: me(?! off the \w+ plan)| us| my (?:phone )?(?:number|name|details|e ?mail)|"
    r" this number)(?: off| from| out of your|$)",
    r"opt(?:ing|ed)? (?:me )?out|unsubscribe|lose my number|block(?:ing)? (?:you|your number)",
    r"cease(?: and desist| contact| all| any| communication| immediately| now|$)|desist|^(?:please )?stop(?: please)?$|"
    r"^(?:please )?cease",
    r"no (?:more|further) (?:calls?|contact|messages?|letters?|e ?mails?|texts?|phone calls)|never (?:want to )?hear from you",
    rf"no longer (?:want|wish) to be {_CONTACT}ed|not (?:want|wish) to be (?:contacted|called)|(?:dont|do not|"
    r"no longer) consent to (?:being )?(?:contact|calls)",
    r"harass(?:ment|ing) (?:me|us)|this is harassment",
)

_STAFF = (
    r"(?:human(?: being)?|(?:real|actual|live|proper|human) (?:person|human|agent|one|people|adviser|advisor|someone)|person|someone|"
    r"somebody|agent|representative|rep|operator|manager|supervisor|advis[eo]r|member of staff|your boss|customer service|people)"
)
_REAL = r"(?:real|reel|actual|live|living|proper|human|genuine|flesh and blood)"
_PERSON = (
    r"(?:humans?|humen|hooman|hum+an|persons?|persn|perso|agents?|operators?|representatives?|reps?|managers?|supervisors?|"
    r"advis[eo]rs?|colleagues?|employee|clerk|worker|team leader|gaffer|superviser|staff|lady|gentleman|woman|boss|specialist|someone|"
    r"somebody|sombody|sum ?one|any1)"
)
_STRICT = (
    r"(?:human|humans|humen|hooman|person|persn|agent|operator|representative|rep|manager|supervisor|superviser|advis[eo]r|colleague|"
    r"member of (?:your )?staff|staff member|team leader|clerk|employee|gaffer|human being|person in charge)"
)
_A = r"(?: an?| the| your| some| another| one of your| one of the| any| ur| my)"

_PERSON_ASKED = (
    r"(?:put|pass|switch|transfer|connect|fetch|bring|hand|get|give|giv|send|find)(?: me| us)?(?: on| through| thru| over|"
    rf" straight through)?(?: to| with)?{_A}? (?:\w+ )?{_STRICT}(?! (?:to pay|number|fee|to blame|in my family|of mine))",
    r"(?:put|connect|transfer|switch|hand)(?: me| us)? (?:on|through|thru|over|straight through)? ?(?:to|"
    rf"with)?{_A}? ?(?:\w+ )?(?:someone|somebody|sombody|people|desk|team|department|billing|complaints|disputes)|"
    r"(?:just )?put me (?:through|on(?: to|$))|connect me|fetch (?:me )?(?:someone|somebody)|put (?:someone|somebody|anyone) on|"
    r"get me (?:someone|somebody|your|a|out of this menu)(?! (?:to court|in trouble|wrong|into))",
    r"(?:want|need|(?<!talk )(?<!talk just )(?<!sound )(?<!speak )like|prefer|have|wish|require|choose|take|after|rather(?: have)?|"
    rf"sooner(?: have)?|love|demand|want to have)(?: for| just| only| it with){{0,2}}{_A} (?!wrong |different )(?:\w+ )?(?:human|humen|"
    r"person|persn|agent|operator|representative|supervisor|superviser|manager|advis[eo]r|member of staff|colleague|clerk|human being|"
    r"real one|lady|team leader)(?! (?:fee|who (?:lives|owes)|like me|of my word|account|number|loan|at work|here with me)\b)",
    r"(?:can|could|would|may|might|will|cant|have|let|lets|so|please|pls|that|which)(?: you have| i have|"
    rf" you let){{0,1}}{_A}? ?(?:\w+ )?{_PERSON}(?: \w+){{0,3}} (?:call|calls|ring|phone|talk|speak|help|look|contact|take|confirm|"
    r"read|listen|explain|go over|walk|pick up|fix|deals?|check|come on|close|finish|sign|initial)(?! (?:my|the) (?:pay|"
    r"rent))(?! (?:pay|paying)\b)",
    r"(?:speak|speek|talk|tlk|chat|deal|discuss|discussed|explain|go (?:over|through)|do|say|tell|agree|arrange|finish|describe|"
    rf"confide|sort|arranged|go|corrected|question|it|this)(?: \w+){{0,2}} (?:to|with|by|from){_A}{{0,2}} (?:\w+ )?(?:{_STRICT}|"
    r"someone (?:real|senior|human|else there)|somebody (?:real|senior|human|with)|complaints)(?! (?:called|named|who (?:called|rang|"
    r"visited)|last|yesterday|on (?:monday|tuesday)|of (?:mine|my)|at (?:my|the) bank|about my benefits|and (?:she|he) (?:said|"
    r"told))\b)",
    r"(?:is|isnt|are|arent|do you have|have you got|got|theres got to be|no|nobody)(?: there)?(?: \w+){0,2} (?:person|human|humans|"
    r"real|people|somebody|someone|anybody|anyone|colleague|lady|gent|woman|man|soul|gaffer|bod|advis[eo]r|manager|dude|"
    r"staff)(?: \w+){0,3} (?:i can|i could|i may|talk|speak|chat|help|take|around|available|awake|there|who can|who could|who would|"
    r"whod|in the|at the|to (?:talk|speak)|see|deal)(?! (?:is|are) (?:called|named))",
    r"is (?:there )?(?:an? |any ?)(?:person|human|one real|body real|real \w+|body there|one there|actual \w+)|is (?:anyone|anybody|"
    r"any1) (?:real|there|human)|(?:anyone|any1|anybody|somebody|someone) (?:real|human)(?: there)?|(?:are there|any) humans",
    r"(?:want|need|like|wish|have|try|trying|got|let me|can i|could i|may i|rather|sooner)(?: to)?(?: \w+){0,2} (?:talk|speak|speek|"
    r"chat)(?: \w+){0,2} (?:to|with) (?:someone|somebody|sombody|sum ?one|people|another|one of)",
)
"""A person asked for, with a verb."""

_PERSON_WORDS = (
    rf"(?<!are you a )(?<!are you )(?<!is this a )(?<!this a )(?<!you a )(?<!im a )(?<!i am a )(?<!like a ){_REAL} (?:\w+ )?(?:person|"
    r"persn|human|man|woman|voice|agent|advis[eo]r|rep|worker|clerk|someone|soul|employee|member of staff|manager|human being|dude|"
    r"colleague|human voice)(?! (?:like me|with (?:bills|feelings|kids|a family)|like you)\b)",
    r"^(?:(?:no|not|you|a|an|the|only|please|zero|uh|um|yes|just|get|your|need|want|now|ok|one|hello|hi|agent|operator|human|argh|i|"
    r"would|like|is|there|yo|oh) ){0,6}(?:human|humen|hooman|agent|operator|person|representative|manager|supervisor)(?: (?:please|"
    r"pls|now|i said|damn it|right now|immediately|asap|thanks|thank you|ten seconds|agent|human|this is \w+|in the next minute|"
    r"stop \w+|or \w+))*(?: (?:or|no|dammit|damn|ffs)(?: \w+){0,12})?$",
    r"(?:agent|operator|human|representative|person|manager|supervisor|colleague|persn) (?:please|pls|plz)(?! (?:dont|stop|leave))|"
    r"(?:agent|operator|human|person|manager|representative) (?:right now|now|immediately|in the next|i said|on the line)",
    r"(?:to|with|by|have|get|me|rather) (?:one|some|any) of your (?:people|staff|colleagues|advis[eo]rs|folks|team)(?! (?:was|were|"
    r"called|rang|said|told|has|have|came|sent|already))|(?:somebody|someone|one|anyone) (?:with a (?:pulse|brain|conscience|heart)|"
    r"with (?:authority|some authority|some say)|senior|in charge|who can (?:decide|approve|actually|explain|help|see)|real|human|"
    r"on your team)|in the flesh|flesh and blood|human (?:voice|touch)|member of staff|staff member|"
    r"(?<!for )(?<!where )(?<!to )(?<!not )a person(?! (?:in your|on|can still|like|nobody|is meant|could|to live|who))|(?:someone|"
    r"somebody) (?:in accounts|in the office|from the office|who speaks)|put through to|(?:by fetching|prefers|just|need) a human|"
    r"no robots? a|person and not|not (?:you|to you|with you) (?:a|only|but)? ?(?:human|person|man|agent)|team leader",
    r"(?:dont|do not|cant|cannot|wont|not|refuse|instead of|rather than|fed up|sick of|tired of|no more|hate|im not|not going|"
    r"find it \w+|can not|who)(?: \w+){0,3} (?:talk|talking|speak|speaking|discuss|discussing|deal|dealing|chat|chatting|say|explain|"
    r"tell|typing|type|confide|cry|do|with|to)(?: \w+){0,3} (?:to|with) (?:an? |the |this |that |your |some |bloody |"
    r"stupid ){0,2}(?:\w+ )?(?:robots?|machines?|bots?|computers?|recordings?|ai|chatbot|gadget|toaster|box|software|screen|"
    r"language model|tin voice)|(?:enough with|no more) (?:the |this )?robots?|not (?:to |with |a |the )*(?:robot|machine|bot|"
    r"computer)s?$|not a (?:bot|robot|machine|computer)",
    r"(?:your|a|the) (?:manager|supervisor|gaffer|team leader|superviser|director) (?:please|on|now|thank|thanks)|get your (?:boss|"
    r"manager|supervisor|gaffer)|(?:^|no |and |so )manager(?: now| please|$)|live (?:agent|rep|person|operator|advis[eo]r)|"
    r"escalate (?:me|this|it)|(?:complaints|fraud|bereavement|disputes|vulnerable customers|billing|housing) (?:desk|team|"
    r"department)(?! (?:said|told|has|have|already|agreed|sent))",
)
"""Words that stand only where a person is asked for."""

HUMAN = any_of(
    *_PERSON_ASKED,
    *_PERSON_WORDS,
    r"(?:speak|talk|chat|connect(?:ed)?|transfer(?:red)?|through|pass me|hand me|switch me|refer me|escalate)(?: me)?(?: to| with|"
    rf" over to| on to| through to){{1,3}} (?:an? |the |your |some |another |actual |real )*{_STAFF}",
    r"(?:get|give|find|fetch|bring|put|need|want|prefer|(?<!talk )(?<!just )like|send) (?:me )?(?:on )?(?:an? |the |your |some |"
    r"with ){0,6}(?:human(?: being)?|(?:real|actual|live|proper) (?:person|human|agent|one)|manager|supervisor|operator|"
    r"representative|agent|advis[eo]r|person to)",
    r"(?:is|are) there (?:an? |any )?(?:real |actual |live )?(?:human|person|people|agent|someone|somebody|staff)(?: here| i can|"
    r" available| to talk| around|$)",
    r"(?:human|real person|agent|operator|representative|manager|supervisor|advisor|adviser) (?:please|now)|^(?:an? |the )?(?:human|"
    r"agent|operator|representative|supervisor|manager|real person|person)$",
    r"(?:get|give|find|need|want)(?: me)? a (?:person|somebody|someone)(?! (?:who|that|like))",
    # A language that this appliance does not speak: a person may.
    r"(?:dont|do not|cant|cannot) (?:speak|understand|read) (?:\w+ )?english|no english|english (?:is )?(?:not|"
    r"isnt) (?:very )?(?:good|my)|no hablo|hablar con (?:una persona|alguien)|espanol|ne parle pas|parler a (?:une personne|"
    r"quelqu ?un)|kein englisch|mit (?:einem menschen|jemandem) sprechen|non parlo|nao falo|nie mowie",
    r"not (?:to |with )?an? (?:robot|machine|bot|computer|ai)|(?:hate|dont like|dont trust|sick of|dont want|refuse|wont|"
    r"not)(?: to)?(?: speak| talk| speaking| talking| deal| dealing| chat){0,6}(?: to| with){0,6} (?:an? |the |this |you )?(?:robots?|"
    r"machines?|bots?|computers?|ai)",
)
