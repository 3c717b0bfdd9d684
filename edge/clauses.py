"""Which quantities of an utterance the customer offers, and which are refused, quoted, past or about something else.

Words are split into clauses; a clause becomes a skeleton in which each quantity is a marker such as `<amount>`, and the
rules below read skeletons. Positive evidence is required: a clause offers what is in it only with an offering verb or
when it is a bare fragment ("300 a month please").
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from eqnegotiator.edge.numerals import Token
from eqnegotiator.edge.quantities import Quantity


class Standing(Enum):
    """What the customer does with a quantity; `WISHED` ("I was hoping for") is settled before `judge` returns."""

    OFFERED = "offered"
    WISHED = "wished"
    REFUSED = "refused"
    OTHER = "other"


class Clause(NamedTuple):
    """`skeleton` is the clause's words with one marker per quantity; `quantities` are those, in the same order."""

    skeleton: str
    quantities: tuple[Quantity, ...]


_PRONOUNS = frozenset("i i'm i've i'd i'll we we're we've we'd we'll".split())
_MODALS = frozenset("can could may might would will shall should can't couldn't won't wouldn't do did don't".split())
# After these the pronoun belongs to the clause that is already open ("I don't think I can ...").
_HOLDS_CLAUSE = _MODALS | frozenset(
    "if what when that as think believe sure doubt wish hope way know whether all most best is how until till before "
    "after once unless than let where which why least while whilst although though".split()
)
_BREAKS = frozenset(".!?;,\n()\":")
_CONJUNCTIONS = frozenset("but so because however although though cos cuz except then whereas while whilst".split())
_CONCEDING = frozenset(("while", "whilst", "although", "though"))
_NO_PARTICLE_UNLESS = frozenset(
    "more less later sooner earlier longer fewer way problem problems chance point good worries idea job money".split()
)
_STARTERS = (
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
_LIMIT = re.compile(
    rf"\b{_NEGATION}((?: [^\s,]+){{0,6}}?) (?:until|till|before|sooner than|earlier than|quicker than|faster than|"
    rf"(?:any )?more than|over|above|beyond|higher than|less than|later than|fewer than|longer than){_FILLER} (?=<)"
)
_NO_LIMIT = re.compile(r"\bno (?:more|less|later|sooner|earlier|fewer|longer) than\b")
_EXPENSE = (
    r"(?:rent|mortgage|bills?|childcare|electricity|electric|gas|food|groceries|shopping|council tax|petrol|fuel|phone|"
    r"insurance|nursery|school|medicine|medication|prescriptions?|wages?|salary|income|pension|benefits?|fees?|car|"
    r"universal credit|child support|maintenance|utilities|tax|taxes|credit card|loan)"
)
_NEUTRAL = re.compile(
    r"\b(?:(?:can't|couldn't|won't|wouldn't|don't|isn't|aren't) (?:i|we|you|it|there|that)|why not|why (?:don't|can't)|"
    r"if not|(?:don't|wouldn't) mind|no problem|not (?:a|an) (?:problem|issue)|not only|don't worry|not to worry|"
    r"(?:don't know|not sure|no idea)(?= (?:but|maybe|perhaps|how about|what about|say|<))|can't promise|don't have a "
    r"problem with|if i can't|if that's not|if it's not|no more|don't hesitate|not bad|not much but|after (?:(?:my|the|all|and|paying|"
    rf"{_EXPENSE}) ){{0,6}}{_EXPENSE})\b"
)
_NEGATORS = re.compile(
    r"\S+n't|not|never|unable|refuse|refusing|nor|neither|none|without|hardly|doubt|wish|nowhere|nothing|struggle|"
    r"struggling|impossible|unrealistic|unreasonable|unaffordable|ridiculous|outrageous|joke"
)
_FORWARD_ONLY = frozenset(("without", "nothing", "nor", "none", "wish"))
_SUBORDINATORS = frozenset("as since when if until till unless after before while and that who or so".split())
_REFUSING_VERBS = frozenset("do afford manage pay make accept have agree meet".split())
_TOO_MUCH = re.compile(
    r"\btoo (?!much trouble)(?:soon|early|much|long|high|short|many|steep|quick|fast|tight|expensive|big|far|hard|late|"
    r"low|little|small|close)\b|\bnot enough\b|\bout of the question\b|\bno (?:way|chance|good)\b|\bif only\b|"
    r"\bif i (?:had|won|was|were)\b|\bif i could$|\bmore than i (?:can|could|have|earn|make)\b|\bbeyond (?:me|my)\b"
)
_BACKWARD = re.compile(
    r"(?:well |sorry |but |and |no |honestly |really )*(?:(?:that's|that is|that|it's|it is|this is|which is|is)"
    r"(?: (?:just|really|simply|way|far|a bit|still|also|much))*(?: too (?:soon|early|much|long|high|short|steep|quick|"
    r"fast|tight|hard|low)| impossible| not (?:possible|enough|realistic|doable|on|ok|okay|fair|feasible|happening)|"
    r" unrealistic| unreasonable| ridiculous| a joke| out of the question)|(?:that|it|this) (?:won't|doesn't|can't|"
    r"wouldn't) work|i (?:just |really |simply )?(?:can't|can not|couldn't|won't|don't)(?: (?:do|afford|manage|pay|make|"
    r"accept|have|agree to|do it))?(?: (?:that|it|this|that much|so much))?|no way|no chance|not possible|"
    r"impossible|too (?:soon|much|early|high|quick))(?: (?:for me|for us|i'm afraid|at all|sorry|mate|right))*"
)

_QUOTED = re.compile(
    r"\b(?:you|they|he|she|it|letter|email|colleague|lady|man|guy|someone|website|notice|bill|council|landlord|bank|"
    r"agent|court)(?:'ve|'re|'d| guys| people| have| had| are| were| just| keep| already| all| even| only| both){0,4} "
    r"(?:said|say|says|saying|told|asked|asking|ask|asks|want|wants|wanted|wanting|offered|demand|demands|demanded|"
    r"expect|expected|promised|agreed|gave|suggest|suggested|suggesting|proposed?|proposing|looking|aiming|pushing|"
    r"offering|mentioned|quoted|insist|insisted|claim|claimed|charge|"
    r"charged|sent|threatened|need|needs)\b(?! to)|\byour (?:offer|proposal|demand|suggestion|letter|terms|deadline|"
    r"idea|email|message)\b|\b(?:the|this|that) (?:current |original |first )?(?:offer|proposal|deadline|demand) of\b|"
    r"\bappreciate (?:the |your )?(?:offer|proposal|<)|\bi (?:was|got|been) (?:told|asked|offered|promised|given|quoted)\b|\basking (?:me|us)\b|"
    r"\bdid you (?:say|just say|mean)\b|\bpays? me\b|\bowes? me\b|\bowed\b"
)
_QUOTED_AFTER = re.compile(
    r"(<\w+>) (?:that |which )?(?:you|they)(?:'ve|'re| have| are| just)? (?:said|mentioned|offered|asked|want|wanted|"
    r"suggested|proposed|quoted|gave|need|demanded|told)(?: me| for| us)*(?= |$)"
)
_ASKING = re.compile(
    r"(?:and |so |but |well |ok |okay |sorry |wait |yes |no |please )*(?:what happens|what will happen|what'll happen|"
    r"why|how (?:much|long|many|do|does|did|come|will|soon|often|is|am|are|on earth)|when (?:is|was|did|do|does|will|are)|who|"
    r"where|(?:do|did) (?:i|we) (?:really |still |only |actually )?(?:have|need|owe|get|got)|must i|am i|"
    r"is (?:it|that|this)(?! (?:possible|ok|okay|alright|all right|fine|acceptable|doable|feasible|allowed))|was|were|did|"
    r"does (?:it|that|this)|has|what(?:'s| is| was| are| did)|what (?:do|does)(?! you (?:say|think|reckon))|what (?:should|shall|must)|which(?! is| means))\b"
)
_FACT = re.compile(
    rf"\bpay (?:the |my |our |for |for my |off my )?{_EXPENSE}\b(?! by instal)|\bsettle down\b|\bdue (?!to\b|date to\b)|"
    r"\balready (?:paid|paying|pay|sent|gave|made)\b|\bused to\b|\bhow are you\b|\bare you doing\b|"
    r"\ball (?:for|(?:i|we) (?:need|needed|require|want|wanted))\b"
)
_LOCAL_SOFT = r"(?: (?:only|about|around|just|like|roughly|over|nearly|almost|the|a|an|at|under|maybe|now|up to)){0,4}"
_OTHER_BEFORE = re.compile(
    r"(?:^| )(?:(?:get|got|gets|getting|been) paid|(?<!if i )paid(?: you| them| it| off)?|missed|lost|last|past|since|aged|"
    rf"years? is|born|born (?:in|on)|due|sick|ill){_LOCAL_SOFT}$"
)
_OTHER_SUM_BEFORE = re.compile(
    r"(?:^| )(?:earn|earns|earning|(?<!can )(?<!could )(?<!would )(?:i|we|he|she|who|husband|wife|partner) (?:only |just |"
    r"currently )?makes?|bring home|brings? in|take home|receive|receives|spend|spends|spending|costs?|lose|losing|"
    r"borrow|borrowed|i owe|owe you|owe|owing|charged?|charging|"
    rf"(?:balance|debt|total|{_EXPENSE})(?: payment)?(?: is| of| was| are| were| costs?| comes to| at| for| went up by)?|"
    r"out of|of (?:the|my|that|your)|<fraction> of|a fee of|interest of)"
    rf"{_LOCAL_SOFT}$"
)
_REFUSED_BEFORE = re.compile(r"(?:^| )(?:instead of|rather than|than|as opposed to|and not|or not)(?: the| your)?$")
_OTHER_AFTER = re.compile(
    r"(?:<\w+> )*(?:ago|late|overdue|old|behind|past due|in arrears|earlier|previous(?:ly)?|"
    rf"(?:goes |gone |just )?(?:for|on|in|to) (?:the |my |our )?{_EXPENSE}\b|(?:of )?(?:my )?{_EXPENSE}\b|interest\b|"
    r"to (?:another|other|a different|my (?:landlord|ex|mum|mom|dad))|behind on|notice\b|is (?:my|the|your) "
    rf"(?:{_EXPENSE}|balance|debt))"
)
_WISHED = re.compile(r"^(?:while|whilst|although|though)\b|\b(?:hoping|hoped|initially|originally|ideally|was thinking|would have liked|prefer|preferred)\b")
_ASKED_FOR = re.compile(r"\b(?:aim|ask|look|go|push|hop|request|wait|hold (?:on|off)|settl|apply|opt)(?:e|ed|ing)? for$")
_FORBEARANCE = re.compile(
    r"\b(?:pause|paused|hold|freeze|wait|break|holiday|defer|postpone|extend|extended|extension|delay|suspend|"
    r"leave it|put it off|breathing|more time|back off|grace)\b"
)

_CUE = re.compile(
    r"\b(?:pay|paying|repay|repaying|payments?|repayments?|instal?ments?|settle|settling|afford|spare|split|spread|"
    r"commit|extension|extend|postpone|defer|pause|freeze|delay|transfer|deposit|contribute|scrape together|set aside|"
    r"put (?:down|in|aside|towards?|it off)|(?:more|some|extra|longer|enough|little|bit) time|hold off|payment holiday|payment plan|"
    r"clear (?:it|the|this|my|that|all|everything|<)|(?:give|get|send|have|bring|hand) (?:you|it|the money|the rest|the "
    r"cash|the funds|the full)|you (?:can|could|will|would|'ll)? ?(?:have|get|take|give)|you'll (?:have|get)|how about|"
    r"what about|what if|(?:i|we|be) able to|works?|suits?|would (?:suit|help|be)|is (?:ok|okay|fine|possible|doable|"
    r"realistic|manageable|better|good|all|what|the (?:most|best|max|maximum|least|earliest)|my (?:best|limit|max|"
    r"final))|be (?:ok|okay|fine|possible|doable|enough|better|acceptable|alright|good)|(?:do|manage|sort|get) (?:it|that|this|"
    r"<)|my (?:offer|best|limit|maximum|max)|(?:best|most|earliest|soonest|least) (?:i|we)|agree(?:d)? (?:to|on)|"
    r"propos\w+|suggest\w*|request\w*|schedule|discuss|structure|appreciate|allow\w*|secure|aim\w*|meet|open to|compromise|consider|extending|timeline|finish (?:it|paying)|sorted by|(?:until|till) (?:it's|it is|its|that's|all|the \w+ is|i'm|i am|we're|everything's))\b"
)
_NEAR_WORDS = (
    r"(?: (?:about|around|at|least|like|maybe|another|an|extra|a|the|more|time|until|till|to|have|be|it|all|up|longer|"
    r"something|say|you|us|give|me|of|over|roughly|probably|for|by|in|with|just|only|full|minimum|please|within|on|"
    r"from|as|that|perhaps|take|wait|go|make|out|off|hopefully|still|between|next|another|and|first|these|those|some)){0,8} <"
)
_NEAR_CUE = re.compile(
    rf"(?:^| )(?:needs?|needed|needing|give me|giving me|allow me|allow us|allowing me|allowing us|look(?:ing)? at|let me|grant me|want|like|prefer|require|offer|"
    r"offering|do|doing|manage|managing|make it|call it|say|try|take|accept|accepting|consider|go|going|wait|have|"
    r"looking (?:for|at)|ask(?:ing)? (?:for|you)|push|move|stretch|send|get|start|starting|works? with|can|could|"
    r"would|i'll|i'd|might|will|it'll|should|hoping|be|takes?|i mean|thinking|agree|"
    rf"set up|put|raise|lower|drop|reduce|increase|come up with|live with){_NEAR_WORDS}"
)
_FUNCTION_WORDS = frozenset(
    "a the of in on by now then and rest please pls plz ok okay maybe perhaps about around instead starting start from for with it "
    "that this me my i at most least max maximum min minimum tops only just up to yes yeah yep no sure right well um uh "
    "er erm hmm like or so say mate love sir madam pal man thanks thank you remainder remaining balance other half "
    "total altogether within before until till after every each first next again more extra another actually sorry "
    "roughly approximately probably hopefully possibly best possible if is per be as soon latest earliest over into off end "
    "rather while whilst although though down plus follow followed beginning one way between make made going time ish is and hi hello hey cash money today "
    "towards toward not later than sooner better fine deal done agreed great perfect final what how could can would "
    "half lump sum initial deposit payment payments instalments installments i'd we we'd between your number".split()
)
_PAYING_NOW = re.compile(r"\b(?:pay|paying|repay|settle|clear|do|sort|send|get|have)(?: \S+){0,3} <(?:now|whole)>")
_MARKER = re.compile(r"<\w+>")


def split_clauses(tokens: Sequence[Token], quantities: Sequence[Quantity]) -> list[Clause]:
    """Clauses of the utterance in order; every quantity is in exactly one."""
    clauses: list[Clause] = []
    words: list[str] = []
    held: list[Quantity] = []

    def close() -> None:
        if words:
            clauses.append(Clause(" ".join(words), tuple(held)))
            words.clear()
            held.clear()

    by_first = {quantity.first: quantity for quantity in quantities}
    index = 0
    while index < len(tokens):
        quantity = by_first.get(index)
        if quantity is not None:
            words.append(f"<{quantity.kind}>")
            held.append(quantity)
            index = quantity.last
            continue
        token = tokens[index]
        if token.kind == "sign":
            spaced = token.text == "-" and 0 < index and tokens[index - 1].end < token.start
            if token.text in _BREAKS or spaced:
                close()
        else:
            if _starts_clause(tokens, index, words):
                close()
            if token.text not in _CONJUNCTIONS or token.text in _CONCEDING:
                words.append(token.text)
            if token.text == "no" and _text(tokens, index + 1) not in _NO_PARTICLE_UNLESS:
                close()
        index += 1
    close()
    return clauses


def _text(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""


def _starts_clause(tokens: Sequence[Token], index: int, words: list[str]) -> bool:
    word, following = tokens[index].text, _text(tokens, index + 1)
    if word in _CONJUNCTIONS:
        return True
    before = words[-1] if words else ""
    if word in _PRONOUNS:
        if before == "as" and words[-2:-1] and words[-2] not in ("soon", "much", "long", "far", "well", "high", "low"):
            return True
        return before not in _HOLDS_CLAUSE and not (before.startswith("<") and following in ("can't", "couldn't"))
    if word in ("can", "could", "may", "would", "will", "shall") and following in ("i", "we", "you"):
        return True
    held_by = (*_MODALS, "to", "you", "i'll", "i'd", "not", "i", "we", "and", "if", "please")
    return before not in held_by and any(
        tuple(_text(tokens, index + step) for step in range(len(starter))) == starter for starter in _STARTERS
    )


def judge(clauses: Sequence[Clause]) -> list[tuple[Quantity, Standing]]:
    """Every quantity with its standing, in order; O(total clause length)."""
    judged: list[list[tuple[Quantity, Standing]]] = []
    for clause in clauses:
        if not clause.quantities:
            if judged and _BACKWARD.fullmatch(clause.skeleton):
                judged[-1] = [
                    (quantity, standing if standing is Standing.OTHER else Standing.REFUSED)
                    for quantity, standing in judged[-1]
                ]
            continue
        judged.append(list(zip(clause.quantities, _standings(clause), strict=True)))
    pairs = [pair for clause in judged for pair in clause]
    # "I hoped for 90 days, could we do 100?": a wish stands only when nothing of its kind is offered beside it.
    offered = {quantity.kind for quantity, standing in pairs if standing is Standing.OFFERED}
    return [
        (quantity, (Standing.REFUSED if offered & {quantity.kind, "number"} else Standing.OFFERED))
        if standing is Standing.WISHED
        else (quantity, standing)
        for quantity, standing in pairs
    ]


def _standings(clause: Clause) -> list[Standing]:
    skeleton = _NO_LIMIT.sub("by", clause.skeleton)
    skeleton = _NEUTRAL.sub(" ", _LIMIT.sub(r"can\1 by ", skeleton))
    count = len(clause.quantities)
    if count > 1:
        # "100 days instead of the 40 you mentioned": only the quantity beside it is theirs.
        skeleton = _QUOTED_AFTER.sub(r"rather than \1", skeleton)
    if _QUOTED.search(skeleton):
        return [Standing.REFUSED] * count
    if _ASKING.match(skeleton) or _FACT.search(skeleton):
        return [Standing.OTHER] * count
    if _TOO_MUCH.search(skeleton):
        return [Standing.REFUSED] * count
    accepted = _is_fragment(skeleton) or _CUE.search(skeleton) is not None or _NEAR_CUE.search(skeleton) is not None
    if all(quantity.kind in ("now", "whole") for quantity in clause.quantities):
        accepted = _PAYING_NOW.search(skeleton) is not None
    offered = Standing.WISHED if _WISHED.search(skeleton) else Standing.OFFERED
    standings = [offered if accepted else Standing.OTHER] * count
    _apply_negation(skeleton, standings)
    _apply_neighbours(skeleton, clause.quantities, standings)
    return standings


def _is_fragment(skeleton: str) -> bool:
    return all(word in _FUNCTION_WORDS or word.startswith("<") for word in skeleton.split())


def _apply_negation(skeleton: str, standings: list[Standing]) -> None:
    """A negator refuses what follows it in its clause; with nothing behind it, what stands before it."""
    words = skeleton.split()
    markers = [index for index, word in enumerate(words) if word.startswith("<")]
    negator = next((index for index, word in enumerate(words) if _NEGATORS.fullmatch(word)), None)
    if negator is None:
        return
    first = sum(marker < negator for marker in markers)
    if first == len(markers):
        between = words[markers[-1] + 1 : negator]
        following = words[negator + 1 : negator + 2]
        subject = any(word in _PRONOUNS for word in between if word != "ago")
        if words[negator] in _FORWARD_ONLY or _SUBORDINATORS & set(between):
            return
        if subject and following and following[0] not in _REFUSING_VERBS:
            return
        first = 0
    for index in range(first, len(standings)):
        standings[index] = Standing.REFUSED


def _apply_neighbours(skeleton: str, quantities: Sequence[Quantity], standings: list[Standing]) -> None:
    """Take out quantities whose own neighbours say what they are: an income, a rent, an age, a past event."""
    window = 80  # characters: the longest neighbour rule, so that the cost stays linear
    # A duration behind "for" is offered only as the length of a plan or as time asked for.
    lasting = _FORBEARANCE.search(skeleton) is not None or any(quantity.kind == "every" for quantity in quantities)
    previous_end, previous_out, is_sum = 0, Standing.OFFERED, False
    for index, marker in enumerate(_MARKER.finditer(skeleton)):
        left = skeleton[max(0, marker.start() - window) : marker.start()].rstrip()
        right = skeleton[marker.end() : marker.end() + window].lstrip()
        between = skeleton[previous_end : marker.start()].split()
        kind = quantities[index].kind
        chained = (
            previous_out in (Standing.REFUSED, Standing.OTHER)
            and (kind == "every" or (kind in ("date", "duration", "now") and not is_sum))
            and all(word in ("in", "on", "by", "for", "the") for word in between if word != "ago")
        )
        found, is_sum = standings[index], False
        if chained:
            found = previous_out
        elif kind in ("amount", "number", "fraction", "count") and _OTHER_SUM_BEFORE.search(left):
            found, is_sum = Standing.OTHER, True
        elif _REFUSED_BEFORE.search(left):
            found = Standing.REFUSED
        elif (
            _OTHER_BEFORE.search(left)
            or _OTHER_AFTER.match(right)
            or (kind == "duration" and left.endswith(" for") and not (lasting or _ASKED_FOR.search(left)))
            or (kind == "number" and re.search(r"(?:^| )(?:i'm|i am|he's|she's|is aged|call me (?:at|after|before))$", left))
        ):
            found = Standing.OTHER
        standings[index] = found
        previous_end, previous_out = marker.end(), found
