"""Which quantities of an utterance the customer offers, and which are refused, quoted, past or about something else.

Words are split into clauses; a clause becomes a skeleton in which each quantity is a marker such as `<amount>`, and the
rules below read skeletons. Positive evidence is required: a clause offers what is in it only with an offering verb or
when it is a bare fragment ("300 a month please").
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from eqnegotiator.edge import clause_rules as rules
from eqnegotiator.edge.numerals import Token
from eqnegotiator.edge.quantity import Quantity


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
            spaced = token.text == "-" and index > 0 and tokens[index - 1].end < token.start
            if token.text in rules.BREAKS or spaced:
                close()
        else:
            if _starts_clause(tokens, index, words):
                close()
            if token.text not in rules.CONJUNCTIONS or token.text in rules.CONCEDING:
                words.append(token.text)
            if token.text == "no" and _text(tokens, index + 1) not in rules.NO_PARTICLE_UNLESS:
                close()
        index += 1
    close()
    return clauses


def _text(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""


def _starts_clause(tokens: Sequence[Token], index: int, words: list[str]) -> bool:
    word, following = tokens[index].text, _text(tokens, index + 1)
    if word in rules.CONJUNCTIONS:
        return True
    before = words[-1] if words else ""
    if word in rules.PRONOUNS:
        if before.startswith("<") and following in ("can", "could") and {"got", "have"} & set(words[:3]):
            return False  # "I've got 200 I can give you"
        if before == "as" and words[-2:-1] and words[-2] not in ("soon", "much", "long", "far", "well", "high", "low"):
            return True
        return before not in rules.HOLDS_CLAUSE and not (before.startswith("<") and following in ("can't", "couldn't"))
    if word in ("can", "could", "may", "would", "will", "shall") and following in ("i", "we", "you"):
        return True
    held_by = (*rules.MODALS, "to", "you", "i'll", "i'd", "not", "i", "we", "and", "if", "please")
    return before not in held_by and any(
        tuple(_text(tokens, index + step) for step in range(len(starter))) == starter for starter in rules.STARTERS
    )


def judge(clauses: Sequence[Clause]) -> list[tuple[Quantity, Standing]]:
    """Every quantity with its standing, in order; O(total clause length)."""
    judged: list[list[tuple[Quantity, Standing]]] = []
    for clause in clauses:
        if not clause.quantities:
            if judged and rules.BACKWARD.fullmatch(clause.skeleton):
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
    skeleton = rules.NO_LIMIT.sub("by", clause.skeleton)
    skeleton = rules.NEUTRAL.sub(" ", rules.LIMIT.sub(r"can\1 by ", skeleton))
    count = len(clause.quantities)
    if count > 1:
        # "100 days instead of the 40 you mentioned": only the quantity beside it is theirs.
        skeleton = rules.QUOTED_AFTER.sub(r"rather than \1", skeleton)
    if rules.QUOTED.search(skeleton):
        return [Standing.REFUSED] * count
    if rules.ASKING.match(skeleton) or rules.FACT.search(skeleton):
        return [Standing.OTHER] * count
    if rules.TOO_MUCH.search(skeleton):
        return [Standing.REFUSED] * count
    accepted = (
        _is_fragment(skeleton) or rules.CUE.search(skeleton) is not None or rules.NEAR_CUE.search(skeleton) is not None
    )
    if all(quantity.kind in ("now", "whole") for quantity in clause.quantities):
        accepted = rules.PAYING_NOW.search(skeleton) is not None
    offered = Standing.WISHED if rules.WISHED.search(skeleton) else Standing.OFFERED
    standings = [offered if accepted else Standing.OTHER] * count
    _apply_negation(skeleton, standings)
    _apply_neighbours(skeleton, clause.quantities, standings)
    return standings


def _is_fragment(skeleton: str) -> bool:
    return all(word in rules.FUNCTION_WORDS or word.startswith("<") for word in skeleton.split())


def _apply_negation(skeleton: str, standings: list[Standing]) -> None:
    """A negator refuses what follows it in its clause; with nothing behind it, what stands before it."""
    words = skeleton.split()
    markers = [index for index, word in enumerate(words) if word.startswith("<")]
    negator = next((index for index, word in enumerate(words) if rules.NEGATORS.fullmatch(word)), None)
    if negator is None:
        return
    first = sum(marker < negator for marker in markers)
    if first == len(markers):
        between = words[markers[-1] + 1 : negator]
        following = words[negator + 1 : negator + 2]
        subject = any(word in rules.PRONOUNS for word in between if word != "ago")
        if words[negator] in rules.FORWARD_ONLY or rules.SUBORDINATORS & set(between):
            return
        if subject and following and following[0] not in rules.REFUSING_VERBS:
            return
        first = 0
    for index in range(first, len(standings)):
        standings[index] = Standing.REFUSED


def _apply_neighbours(skeleton: str, quantities: Sequence[Quantity], standings: list[Standing]) -> None:
    """Take out quantities whose own neighbours say what they are: an income, a rent, an age, a past event."""
    window = 80  # characters: the longest neighbour rule, so that the cost stays linear
    # A duration behind "for" is offered only as the length of a plan or as time asked for.
    lasting = rules.FORBEARANCE.search(skeleton) is not None or any(quantity.kind == "every" for quantity in quantities)
    previous_end, previous_out, is_sum = 0, Standing.OFFERED, False
    for index, marker in enumerate(rules.MARKER.finditer(skeleton)):
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
        elif kind in ("amount", "number", "fraction", "count") and rules.OTHER_SUM_BEFORE.search(left):
            found, is_sum = Standing.OTHER, True
        elif rules.REFUSED_BEFORE.search(left):
            found = Standing.REFUSED
        elif (
            rules.OTHER_BEFORE.search(left)
            or rules.OTHER_AFTER.match(right)
            or (kind == "duration" and left.endswith(" for") and not (lasting or rules.ASKED_FOR.search(left)))
            or (
                kind == "number"
                and re.search(r"(?:^| )(?:i'm|i am|he's|she's|is aged|call me (?:at|after|before))$", left)
            )
        ):
            found = Standing.OTHER
        standings[index] = found
        previous_end, previous_out = marker.end(), found
