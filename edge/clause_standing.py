"""What one clause by itself says of its quantities: offered, wished, refused, or about something else.

Positive evidence is required: a clause offers what is in it only with an offering verb or when it is a bare fragment
("300 a month please").
"""

from collections.abc import Sequence
from enum import Enum

from eqnegotiator.edge import clause_words as vocabulary
from eqnegotiator.edge import fact_rules as facts
from eqnegotiator.edge import offer_rules as offers
from eqnegotiator.edge import refusal_rules as refusals
from eqnegotiator.edge.clauses import Clause
from eqnegotiator.edge.quantity import Quantity

_OFFERING = (offers.CUE, offers.ACCEPTED_TERMS, offers.NEAR_CUE, offers.HEADED, offers.RESTATED)
_PRICING = (offers.PRICED, offers.RATE_OFFERED)


class Standing(Enum):
    """What the customer does with a quantity.

    Settled before `judge` returns: `UNSAID` (nothing for or against it in its own clause) and `WISHED` ("I hoped for").
    """

    OFFERED = "offered"
    UNSAID = "unsaid"
    WISHED = "wished"
    REFUSED = "refused"
    OTHER = "other"


def negated(skeleton: str) -> bool:
    return any(refusals.NEGATORS.fullmatch(word) for word in refusals.NEUTRAL.sub(" ", skeleton).split())


def judge_clause(clause: Clause) -> list[Standing]:
    skeleton = refusals.NO_LIMIT.sub("by", clause.skeleton)
    if refusals.NEGATION_MARK.search(skeleton):
        skeleton = refusals.LIMIT.sub(r"can\1 by ", skeleton)
    skeleton = refusals.NEUTRAL.sub(" ", skeleton)
    count = len(clause.quantities)
    if count > 1 and not offers.ACCEPTED_TERMS.search(skeleton) and facts.SAID_MARK.search(skeleton):
        # "100 days instead of the 40 you mentioned": only the quantity beside it is theirs.
        skeleton = facts.QUOTED_AFTER.sub(r"rather than \1", skeleton)
    if facts.RAISED_FROM.fullmatch(skeleton) or (clause.asked and skeleton.startswith("that's <")):
        return [Standing.OTHER] * count
    if facts.QUOTED.search(skeleton) and not offers.ACCEPTED_TERMS.search(skeleton):
        return [Standing.REFUSED] * count
    if facts.ASKING.match(skeleton) or facts.FACT.search(skeleton):
        return [Standing.OTHER] * count
    if refusals.TOO_MUCH.search(skeleton):
        return [Standing.REFUSED] * count
    laughed = refusals.LAUGHED.search(skeleton) is not None
    accepted = is_fragment(skeleton) or any(pattern.search(skeleton) for pattern in _OFFERING)
    accepted = accepted or (not laughed and any(pattern.search(skeleton) for pattern in _PRICING))
    if all(quantity.kind in ("now", "whole") for quantity in clause.quantities):
        accepted = (offers.PAYING_NOW.search(skeleton) or offers.PROMISE.match(skeleton)) is not None
    offered = Standing.WISHED if offers.WISHED.search(skeleton) else Standing.OFFERED
    standings = [offered if accepted else Standing.UNSAID] * count
    _apply_negation(skeleton, standings)
    _apply_neighbours(skeleton, clause.quantities, standings)
    return standings


def is_fragment(skeleton: str) -> bool:
    """Only quantities and function words, perhaps with an occasion behind ("60 a week when I get my wages")."""
    before = ""
    for word in skeleton.split():
        if word in ("when", "once") and skeleton.startswith("<") and before != "is":
            return True
        if word not in vocabulary.FUNCTION_WORDS and not word.startswith("<"):
            return False
        before = word
    return True


def _apply_negation(skeleton: str, standings: list[Standing]) -> None:
    """A negator refuses what follows it in its clause; with nothing behind it, what stands before it."""
    words = skeleton.split()
    markers = [index for index, word in enumerate(words) if word.startswith("<")]
    negator = next((index for index, word in enumerate(words) if refusals.NEGATORS.fullmatch(word)), None)
    if negator is None:
        return
    first = sum(marker < negator for marker in markers)
    if first == len(markers):
        between = words[markers[-1] + 1 : negator]
        following = words[negator + 1 : negator + 2]
        subject = any(word in vocabulary.PRONOUNS for word in between if word != "ago")
        if words[negator] in vocabulary.FORWARD_ONLY or vocabulary.SUBORDINATORS & set(between):
            return
        if subject and following and following[0] not in vocabulary.REFUSING_VERBS:
            return
        first = 0
    for index in range(first, len(standings)):
        standings[index] = Standing.REFUSED


def _apply_neighbours(skeleton: str, quantities: Sequence[Quantity], standings: list[Standing]) -> None:
    """Take out quantities whose own neighbours say what they are: an income, a rent, an age, a past event."""
    window = 80  # characters: the longest neighbour rule, so that the cost stays linear
    # A duration behind "for" is offered only as the length of a plan or as time asked for.
    lasting = offers.FORBEARANCE.search(skeleton) is not None or any(quantity.kind == "every" for quantity in quantities)
    previous_start, previous_end, previous_out, is_sum = 0, 0, Standing.OFFERED, False
    for index, marker in enumerate(facts.MARKER.finditer(skeleton)):
        left = skeleton[max(previous_start, marker.start() - window) : marker.start()].rstrip()
        right = skeleton[marker.end() : marker.end() + window].lstrip()
        between = skeleton[previous_end : marker.start()].split()
        kind = quantities[index].kind
        chained = (
            previous_out in (Standing.REFUSED, Standing.OTHER, Standing.UNSAID)
            and (kind == "every" or (kind in ("date", "duration", "now") and not is_sum))
            and all(word in ("in", "on", "by", "for", "the") for word in between if word != "ago")
        )
        found, is_sum = standings[index], False
        if kind in ("number", "amount") and offers.SPENT_ON_US.match(right):
            previous_start, previous_end, previous_out = marker.start(), marker.end(), Standing.OFFERED
            standings[index] = Standing.OFFERED
            continue
        if chained:
            found = previous_out
        elif kind in ("amount", "number", "fraction", "count") and facts.OTHER_SUM_BEFORE.search(left):
            found, is_sum = Standing.OTHER, True
        elif refusals.REFUSED_BEFORE.search(left):
            found = Standing.REFUSED
        elif (
            facts.OTHER_BEFORE.search(left)
            or (kind in ("amount", "number", "fraction") and facts.OTHER_SUM_AFTER.match(right))
            or facts.OTHER_AFTER.match(right)
            or (kind == "duration" and left.endswith(" for") and not (lasting or offers.ASKED_FOR.search(left)))
            or (
                kind == "number"
                and facts.AGED.search(left)
            )
        ):
            found = Standing.OTHER
        standings[index] = found
        previous_start, previous_end, previous_out = marker.start(), marker.end(), found
