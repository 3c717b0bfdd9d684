"""Clauses of an utterance: its words as skeletons in which each quantity is a marker such as `<amount>`.

Knows nothing of what a clause does with its quantities: `standing` judges that.
"""

from collections.abc import Sequence
from typing import NamedTuple

from eqnegotiator.edge import clause_words as vocabulary
from eqnegotiator.edge.quantity import Quantity
from eqnegotiator.edge.tokens import Token

_ENDS = frozenset(".!?\n")


class Clause(NamedTuple):
    """`skeleton` is the clause's words with one marker per quantity; `quantities` are those, in the same order.

    `sentence` numbers the sentences of the utterance from 0; `ending` is the run of marks behind it ("." or "?!").
    """

    skeleton: str
    quantities: tuple[Quantity, ...]
    sentence: int
    ending: str = ""

    @property
    def asked(self) -> bool:
        return "?" in self.ending

    @property
    def echoed(self) -> bool:
        """Asked with more than one mark ("900?!"): what is repeated in disbelief."""
        return self.asked and len(self.ending.replace("\n", "").replace(".", "")) > 1


def split_clauses(tokens: Sequence[Token], quantities: Sequence[Quantity]) -> list[Clause]:
    """Clauses of the utterance in order; every quantity is in exactly one."""
    clauses: list[Clause] = []
    words: list[str] = []
    held: list[Quantity] = []
    sentence = 0

    def close() -> None:
        if words:
            clauses.append(Clause(" ".join(words), tuple(held), sentence))
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
            if token.text in vocabulary.BREAKS or spaced:
                close()
            if token.text in _ENDS:
                ending = _marks(tokens, index)
                _mark_ending(clauses, sentence, ending)
                index += len(ending) - 1
                sentence += 1
        else:
            if _starts_clause(tokens, index, words):
                close()
            if token.text not in vocabulary.CONJUNCTIONS or token.text in vocabulary.KEPT:
                words.append(token.text)
            if token.text in ("nope", "nah") or (token.text == "no" and _text(tokens, index + 1) not in vocabulary.NO_PARTICLE_UNLESS):
                close()
        index += 1
    close()
    return clauses


def _marks(tokens: Sequence[Token], at: int) -> str:
    end = at + 1
    while end < len(tokens) and tokens[end].text in _ENDS:
        end += 1
    return "".join(token.text for token in tokens[at:end])


def _mark_ending(clauses: list[Clause], sentence: int, ending: str) -> None:
    for index in range(len(clauses) - 1, -1, -1):
        if clauses[index].sentence != sentence:
            break
        clauses[index] = clauses[index]._replace(ending=ending)


def _text(tokens: Sequence[Token], index: int) -> str:
    return tokens[index].text if index < len(tokens) else ""


def _starts_clause(tokens: Sequence[Token], index: int, words: list[str]) -> bool:
    word = tokens[index].text
    if word not in vocabulary.MAY_START:
        return False
    following = _text(tokens, index + 1)
    if word in vocabulary.CONJUNCTIONS:
        # "I'll pay 50 then": at the end it is no new clause but the time just named.
        return word != "then" or (index + 1 < len(tokens) and tokens[index + 1].kind != "sign")
    before = words[-1] if words else ""
    if word in vocabulary.PRONOUNS:
        if before.startswith("<") and following in ("can", "could") and {"got", "have"} & set(words[:3]):
            return False  # "I've got 200 I can give you"
        if before == "as" and words[-2:-1] and words[-2] not in ("soon", "much", "long", "far", "well", "high", "low"):
            return True
        refusing = following in ("can't", "couldn't") and _text(tokens, index + 2) in ("", *vocabulary.REFUSING_VERBS, *vocabulary.BREAKS)
        return before not in vocabulary.HOLDS_CLAUSE and not (before.startswith("<") and refusing)
    if word in ("can", "could", "may", "would", "will", "shall") and following in ("i", "we", "you"):
        return before not in ("where", "how", "what", "when", "why")
    if before in vocabulary.HOLDS_STARTER and (word, before) != ("that's", "and"):
        return False
    return any(second in ("", following) for second in vocabulary.STARTERS_OF.get(word, ()))
