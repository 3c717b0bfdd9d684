"""One spelling for the words that name time and money: slips of one letter ("satuday", "munth") and texting forms.

Knows nothing of grammar. Only the words below are ever repaired, so that no other word can turn into one of them except
by a single slip; English words that lie that close are listed and left alone.
"""

import functools

_TARGETS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays thursdays fridays saturdays "
    "sundays january february april august september october november "
    "december three seven eight eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty "
    "thirty forty fifty sixty seventy eighty ninety hundred thousand week weeks month months fortnight weekly monthly "
    "fortnightly dollar dollars pound pounds euros payment payments instalment instalments installment installments "
    "tomorrow tonight today percent quarter christmas deposit upfront afford manage twentieth thirtieth "
    "extension remaining remainder tenner friday's starting another every other please balance settle instead possible pause "
    "spread agree offer accept immediately fortnight quick".split()
)
_REAL_WORDS = frozenset(
    "there their these those tree threw throw mouth mouths mount mounts moths sunny sundry monday's matches mooch "
    "dollhouse found bound sound round wound hound pounce pouch euro afforded managed manager manages tender tenders tenners fivers "
    "tenker tanner termer tinner sever severn seventh seventieth eighth eighths eights weight height freight sixth "
    "sixtieth fifth fifties forties forth fourth forties party thirst thirsty thirties twenties nineties eighties "
    "sixties nineteenth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth eleventh twelfth hundreds "
    "thousands thousandth hundredth weakly weeds weeps weeny meekly quarters quarted quartet octobers deposits deposed "
    "repayment apparent prepayment percents percept peasant pleased pleases tomorrows tonights todays extensions "
    "balanced balances starring stating starling staring starving stirring smarting others otter mother brother "
    "bother ether outer ever very evert everts anthem augusts apron aprils sister fright flight toady monthlies "
    "payments' parent patient pavement placement instalments' moneys money moment pond ponds found pounded bonds pint "
    "points point poured plead pleas leases dollar's dollars' dolls collar collars fist fifty-fifty nifty lofty "
    "softly safety worth north south moths ninth nineth twelves elevens sevens seventy-seven seventies twentieth "
    "remained remains reminder retaining regaining seen steven sven fort forts forte footy moth monte mont monty thee "
    "augusta auguste augusto startling emery evening events event passable paused pauses pauper cause clause spreads settled "
    "settles settler "
    "nettle kettle steady stead spreed agreed agrees offers offered officer differ except expect excepts accepts accepted quit "
    "quiet quicker "
    "squick prick offend offset osier setter settee possibly impossible agreeing greed acre agee homestead steadied paste paws spared "
    "repossible quack quilt quirk quicken offed over order outer degree".split()
)
_FORMS = {
    **dict.fromkeys(("wensday", "wendsday", "wenesday", "wednsday", "wedensday", "wedensdays"), "wednesday"),
    **dict.fromkeys(("fortnite", "fornight", "fortnigt"), "fortnight"),
    **dict.fromkeys(("tmrw", "tmw", "tmoro", "tmorrow", "tomoz", "tomoro", "2moro", "2morrow", "2morro", "2moz"), "tomorrow"),
    **dict.fromkeys(("tommorow", "tomorow", "tommorrow", "tomorro"), "tomorrow"),
    **dict.fromkeys(("2nite", "2night", "tonite"), "tonight"),
    **dict.fromkeys(("chrimbo", "crimbo", "xmas", "chrismas", "cristmas"), "christmas"),
    **dict.fromkeys(("febuary", "febuaury"), "february"),
    **dict.fromkeys(("mnth", "munth", "mth", "mounth"), "month"),
    **dict.fromkeys(("mnths", "mths", "munths"), "months"),
    **dict.fromkeys(("pls", "plz", "plse"), "please"),
    **dict.fromkeys(("fourty", "foruty"), "forty"),
    **dict.fromkeys(("u", "ya", "yous"), "you"),
    **dict.fromkeys(("percents", "pct"), "percent"),
    **dict.fromkeys(("weeke", "wek"), "week"),
    **dict.fromkeys(("paye", "payy", "pey"), "pay"),
    **dict.fromkeys(("evry", "evrey", "eery", "evr"), "every"),
    **dict.fromkeys(("insted", "insead"), "instead"),
    **dict.fromkeys(("puase", "pasue", "pawse"), "pause"),
    **dict.fromkeys(("setle", "settel"), "settle"),
    **dict.fromkeys(("posible", "possable"), "possible"),
    **dict.fromkeys(("paymnt", "paymt", "pymt", "pmt"), "payment"),
    **dict.fromkeys(("paymnts", "pymts"), "payments"),
    **dict.fromkeys(("alrite", "alright"), "alright"),
    **{f"{verb}in": f"{verb}ing" for verb in "pay think send giv offer ask hop com go tak do gett putt look start mak try hav".split()},
    "agre": "agree",
    "spred": "spread",
    "n": "and",
    "il": "i'll",
    "gimme": "give me",
    "lemme": "let me",
    "tak": "take",
    "leev": "leave",
    "leav": "leave",
    "yh": "yeah",
    "thats": "that's",
    "2day": "today",
    "til": "till",
    "untill": "until",
    "untl": "until",
    "bout": "about",
    "abt": "about",
    "gonna": "going to",
    "wanna": "want to",
    "gotta": "have to",
    "imma": "i'll",
    "hav": "have",
    "giv": "give",
    "cud": "could",
    "wud": "would",
    "payed": "paid",
    "twelvemonth": "year",
    "its": "it's",
    "ov": "of",
    "hows": "how",
    "how's": "how",
    "ure": "you're",
    "ur": "your",
    "euro's": "euros",
    "day's": "days",
    "week's": "weeks",
    "month's": "months",
    "year's": "years",
    "fortnight's": "fortnight",
}
_SHORTEST = 5


def _deletions(word: str) -> list[str]:
    return [word[:at] + word[at + 1 :] for at in range(len(word))]


_LONG = frozenset(word for word in _TARGETS if len(word) >= _SHORTEST)
_BY_DELETION: dict[str, tuple[str, ...]] = {}
for _word in sorted(_LONG):
    for _shorter in _deletions(_word):
        _BY_DELETION[_shorter] = (*_BY_DELETION.get(_shorter, ()), _word)


@functools.lru_cache(maxsize=4096)
def respell(word: str) -> str:
    """The usual form of a lower-case word; itself when it is none of ours. O(len(word)**2), words are cut at 20 letters.

    A slip is one letter added, left out, changed or swapped with its neighbour, behind the right first letter.
    """
    if word in _FORMS:
        return _FORMS[word]
    if not _SHORTEST - 1 <= len(word) <= 20 or word in _TARGETS or word in _REAL_WORDS:
        return word
    deleted = _deletions(word)
    near = [*_BY_DELETION.get(word, ()), *(shorter for shorter in deleted if shorter in _LONG)]
    near += [target for shorter in deleted for target in _BY_DELETION.get(shorter, ()) if _one_slip(word, target)]
    found = {target for target in near if target[0] == word[0]}
    return found.pop() if len(found) == 1 else word


def _one_slip(word: str, target: str) -> bool:
    """Whether two words of one length differ by one letter or by two neighbours swapped."""
    if len(word) != len(target):
        return False
    differing = [at for at in range(len(word)) if word[at] != target[at]]
    if len(differing) == 1:
        return True
    return (
        len(differing) == 2
        and differing[1] == differing[0] + 1
        and word[differing[0]] == target[differing[1]]
        and word[differing[1]] == target[differing[0]]
    )
