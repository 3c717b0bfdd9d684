"""Word lists by which an utterance is split into clauses and a bare fragment is told from a sentence."""

PRONOUNS = frozenset("i i'm i've i'd i'll we we're we've we'd we'll".split())
MODALS = frozenset("can could may might would will shall should can't couldn't won't wouldn't do did don't".split())
# After these the pronoun belongs to the clause that is already open ("I don't think I can ...").
HOLDS_CLAUSE = MODALS | frozenset(
    "if what when that as think believe sure doubt wish hope way know whether all most best is how until till before "
    "after once unless than let where which why least while whilst although though says said states told am whenever like "
    "everything because".split()
)
BREAKS = frozenset('.!?;,\n()":')
CONJUNCTIONS = frozenset("but so because however although though cos cuz except then whereas while whilst".split())
KEPT = frozenset(("so", "while", "whilst", "although", "though", "then"))
"""Conjunctions that rules ask for: they stay in the skeleton."""
NO_PARTICLE_UNLESS = frozenset(
    "more less later sooner earlier longer fewer way problem problems chance point good worries idea job money "
    "to strings questions fuss bother interest fees matter penny one longer doubt".split()
)
STARTERS_OF: dict[str, tuple[str, ...]] = {
    "how": ("about",),
    "what": ("about", "if"),
    "maybe": ("",),
    "perhaps": ("",),
    "give": ("me", "us"),
    "let": ("me",),
    "let's": ("",),
    "make": ("it",),
    "that's": ("",),
    "you": ("said", "want", "told", "asked"),
    "you'll": ("",),
    "you've": ("got",),
    "you'd": ("",),
}
"""First words that open a clause, to the words that must follow; an empty one means any."""
HOLDS_STARTER = MODALS | frozenset("to what that as you i'll i'd not i we and if please".split())
_ASKING_MODALS = frozenset("can could may would will shall".split())
MAY_START = PRONOUNS | CONJUNCTIONS | _ASKING_MODALS | frozenset(STARTERS_OF)
FORWARD_ONLY = frozenset(("without", "nothing", "nor", "none", "wish"))
SUBORDINATORS = frozenset("as since when if until till unless after before while and that who or so".split())
REFUSING_VERBS = frozenset("do afford manage pay make accept have agree meet".split())
FUNCTION_WORDS = frozenset(
    "a the week of in on by now then and rest please pls plz ok okay maybe perhaps about around instead starting start "
    "from for with it that this me my i at most least max maximum min minimum tops only just up to yes yeah yep "
    "no sure right well um uh er erm hmm like or so say mate love sir madam pal man thanks thank you remainder "
    "remaining balance other half total altogether within before until till after every each first next again "
    "more extra another actually sorry roughly approximately probably hopefully possibly best possible if is per "
    "be as soon latest earliest over into off end rather while whilst although though down plus follow followed "
    "sometime close business morning afternoon evening noon lunchtime night early "
    "somewhere something anything either apiece both it's that's acceptable alright as full final offer settlement "
    "settle promise cheers guaranteed swear word into too also still look listen nothing out left what's plenty "
    "via cash card bank transfer cheque "
    "debit ta guys so instead split over spread tell you "
    "beginning one way between make made going time ish hi hello hey cash money today towards toward not later "
    "than sooner better fine deal done agreed great perfect final what how could can would lump sum initial "
    "deposit payment payments instalments installments i'd we we'd your number tho happily gladly "
    "straight away same soonest think reckon guess says suggest propose settles upfront sadly lads guv boss once never minute second "
    "heavy heart joint account firm period stop give".split()
)
REPEATED = frozenset(
    "<amount> <number> <duration> <date> <every> <count> <fraction> <now> by on in for a the and only just what oh no".split()
)
"""All that stands in a clause that repeats a sum or a time in disbelief."""
