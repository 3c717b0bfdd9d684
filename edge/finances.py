"""What a customer says of their own income, outgoings and what is left: read into figures a month, nothing guessed.

A figure needs a word that names it ("rent", "wages", "left") in its own clause; what is past, conditional, somebody else's, about the debt
or an offer is not read. Knows nothing of accounts. Weeks count 52 to the year, as on a standard financial statement.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_DOWN, ROUND_UP, Decimal
from typing import Final, Literal, NamedTuple, TypeAlias

import msgspec
from eqnegotiator.edge.numerals import tokenise
from eqnegotiator.edge.quantities import find_quantities
from eqnegotiator.edge.quantity import Quantity
from eqnegotiator.edge.tokens import Token

from . import finance_words as rules
from .affordability import Income, Outgoing, Statement
from .schedules import CENT
from .utterance import fold

__all__ = ["Figure", "Finances", "read_finances", "restated"]

Side: TypeAlias = Literal["income", "outgoings", "outgoings_total", "spare"]


class Figure(NamedTuple):
    """One stated sum. category: one of `affordability.INCOME` or `OUTGOINGS`, empty for the sides that have none.

    monthly: rounded to the cent, against the customer's paying more (income and spare down, outgoings up). span: of its words in the text.
    """

    side: Side
    category: str
    monthly: Decimal
    span: tuple[int, int]


class Finances(NamedTuple):
    """What one utterance says. out_of_work: the wages known before have ended.

    rest: the folded words without the clauses that only state figures: what is left may hold a proposal.
    """

    figures: tuple[Figure, ...]
    out_of_work: bool
    rest: str


_BREAKS: Final = frozenset(",.;:!?\n")
_BREAKING_WORDS: Final = frozenset("and but so then plus because cos cause while which although though".split())
_WORTH_A_NUMBER: Final = frozenset("left spare remaining to pension pensions benefit benefits salary wages income a".split())
_YEAR: Final = re.compile(r"^(?:(?:a|per|each|every) (?:year|annum)|annually|yearly|p\.?a\b)")
_ODD_PERIOD: Final = re.compile(r"^(?:(?:a|an|per|each|every) (?:hour|day|night|shift|quarter)|hourly|daily|quarterly)")
_PER_YEAR: Final = {"week": 52, "2weeks": 26, "month": 12, "year": 1}


class _Clause(NamedTuple):
    """`skeleton`: words, a sum as `<m>`, a rhythm as `<e>`; `sums`: the quantity of each `<m>`; `start`, `end`: in the folded text."""

    skeleton: str
    sums: tuple[Quantity, ...]
    every: str | None
    start: int
    end: int


def read_finances(text: str, today: date, *, asked: bool = False) -> Finances:
    """The figures that the text states, in order; O(len(text)).

    asked: the customer was just asked what is left in a month, so that a bare figure, or "nothing", is the answer.
    """
    folded = fold(text)
    tokens = tokenise(folded.text)
    clauses = _clauses(tokens, find_quantities(tokens, today))
    figures: list[Figure] = []
    claimed: list[tuple[int, int]] = []
    rhythm, context, heading = None, "", ""
    for clause in clauses:
        context = f"{context} {clause.skeleton}"
        rhythm = clause.every or rhythm
        if heading and rules.BARE.fullmatch(clause.skeleton):
            clause = clause._replace(skeleton=f"{heading} {clause.skeleton}")
        heading = "" if clause.sums else clause.skeleton
        parts = clause.skeleton.split("<m>")
        for index, amount in enumerate(clause.sums):
            named = _named(parts[index], parts[index + 1], clause, context, single=len(clause.sums) == 1, inherits=rhythm is not None)
            if named is None or amount.value is None:
                continue
            behind = parts[index + 1].strip()
            period = "year" if _YEAR.match(behind) else rhythm or "month"
            span = folded.span_in_original(tokens[amount.first].start, tokens[amount.last - 1].end)
            figures.append(Figure(*named, _monthly(amount.value, period, named[0]), span))
            if not rules.OFFER.search(clause.skeleton):
                claimed.append((clause.start, clause.end))
    whole = " ".join(clause.skeleton for clause in clauses)
    if not figures and asked and rules.ANSWER.fullmatch(whole):
        amount = next(clause.sums[0] for clause in clauses if clause.sums)
        span = folded.span_in_original(tokens[amount.first].start, tokens[amount.last - 1].end)
        figures.append(Figure("spare", "", _monthly(amount.value or Decimal(0), rhythm or "month", "spare"), span))
        # "60 a month" is what is left and an offer of it; "60" is no more than the answer.
        claimed += [] if rhythm else [(0, len(folded.text))]
    nothing = rules.NOTHING_LEFT.search(whole) or (asked and rules.ANSWER_NOTHING.fullmatch(whole))
    if not figures and nothing and not rules.NOT_THEIRS.search(whole):
        figures.append(Figure("spare", "", Decimal("0.00"), (0, len(text))))
    return Finances(tuple(figures), rules.OUT_OF_WORK.search(whole) is not None, _without(folded.text, claimed))


def restated(statement: Statement, said: Finances) -> Statement:
    """The statement after what was said: each figure replaces the one before it.

    Any stated income replaces the total that the account gave. What is left after essentials settles everything that was known before it.
    """
    income, outgoings = dict(statement.income), dict(statement.outgoings)
    income_total, outgoings_total, spare = statement.income_total, statement.outgoings_total, statement.spare
    if said.out_of_work:
        income.pop("wages", None)
        income_total = None
    for figure in said.figures:
        if figure.side == "spare":
            income, outgoings, income_total, outgoings_total, spare = {}, {}, None, None, figure.monthly
        elif figure.side == "outgoings_total":
            outgoings_total = figure.monthly
        elif figure.side == "outgoings":
            outgoings[msgspec.convert(figure.category, Outgoing)] = figure.monthly
        else:
            income[msgspec.convert(figure.category, Income)] = figure.monthly
            income_total = None
    return Statement(income, outgoings, income_total, outgoings_total, spare)


def _named(before: str, behind: str, clause: _Clause, context: str, *, single: bool, inherits: bool) -> tuple[Side, str] | None:
    """Which figure a sum is, by the words before and behind it in its clause; None when they do not say."""
    words, behind = clause.skeleton, behind.strip() if single else ""
    if rules.NOT_THEIRS.search(words) or _ODD_PERIOD.match(behind):
        return None
    if rules.SPARE_BEFORE.search(before) or rules.SPARE_BEHIND.match(behind):
        return None if re.search(r"\b(?:if|would|had|was)\b", words) else ("spare", "")
    if rules.UNREAL.search(words) or rules.OFFER.search(words):
        return None
    if rules.AFTER.search(context) and rules.HAVE.search(before) and not any(rule.search(behind) for _, rule in rules.OUTGOINGS):
        return ("spare", "")
    if rules.TOTAL.search(before) or rules.TOTAL.search(behind):
        return ("outgoings_total", "")
    near = behind if re.match(r"(?:<e> )?(?:for|on|in|from|of|out|as)?", behind) else ""
    recurs, pays = clause.every is not None or _YEAR.match(behind) is not None, rules.PAYS.search(before)
    income = None if pays else _category(rules.INCOME[:3], before, near) or _category(rules.INCOME[3:], before, near)
    outgoing = None if income in ("wages", "benefits", "pensions") else _category(rules.OUTGOINGS, before, near)
    if outgoing is not None and not (outgoing in rules.MAYBE_DEBT and not (recurs or (inherits and "bill" not in words.split()))):
        return ("outgoings", outgoing)
    if income is None or outgoing is not None:
        return None
    found = income in ("benefits", "pensions") or recurs or not (rules.ONCE.search(before) or rules.ONCE.search(near))
    return ("income", income) if found else None


def _category(table: Sequence[tuple[str, re.Pattern[str]]], before: str, behind: str) -> str | None:
    """The category whose word stands nearest before the sum, else the first behind it."""
    last = {index: [match.start() for match in rule.finditer(before)] for index, (_, rule) in enumerate(table)}
    found = [(starts[-1], -index) for index, starts in last.items() if starts]
    if found:
        return table[-max(found)[1]][0]
    ahead = [(match.start(), index) for index, (_, rule) in enumerate(table) if (match := rule.search(behind))]
    return table[min(ahead)[1]][0] if ahead else None


def _monthly(value: Decimal, period: str, side: Side) -> Decimal:
    rounding = ROUND_UP if side in ("outgoings", "outgoings_total") else ROUND_DOWN
    return (value * _PER_YEAR[period] / 12).quantize(CENT, rounding=rounding)


def _clauses(tokens: Sequence[Token], quantities: Sequence[Quantity]) -> list[_Clause]:
    by_first = {quantity.first: quantity for quantity in quantities}
    clauses: list[_Clause] = []
    words: list[str] = []
    sums: list[Quantity] = []
    every, index, opened = None, 0, 0
    while index <= len(tokens):
        ends = index == len(tokens) or tokens[index].text in _BREAKS or (index not in by_first and _breaks(tokens, index))
        if ends:
            if words:
                clauses.append(_Clause(" ".join(words), tuple(sums), every, tokens[opened].start, tokens[index - 1].end))
            words, sums, every, opened = [], [], None, index + 1
            index += 1
            continue
        quantity = by_first.get(index)
        if quantity is not None and (value := _sum(quantity, tokens)) is not None:
            words.append("<m>")
            sums.append(quantity._replace(value=value))
            index = quantity.last
        elif quantity is not None and quantity.kind == "every" and quantity.every is not None:
            words.append("<e>")
            every, index = quantity.every, quantity.last
        else:
            words.append(tokens[index].text.removesuffix("'s") if tokens[index].text not in ("it's", "there's") else tokens[index].text)
            index += 1
    return clauses


def _breaks(tokens: Sequence[Token], index: int) -> bool:
    return tokens[index].text in _BREAKING_WORDS and not (index and tokens[index - 1].text == "or")  # "sixty or so"


def _sum(quantity: Quantity, tokens: Sequence[Token]) -> Decimal | None:
    """The money of a quantity; a number that the proposal parser leaves alone counts only before a word that makes it money."""
    if quantity.kind not in ("amount", "number") or quantity.state == "unclear":
        return None
    if quantity.state == "clear":
        return quantity.value
    token = tokens[quantity.first]
    behind = tokens[quantity.last].text if quantity.last < len(tokens) else ""
    plain = quantity.kind == "number" and not token.unclear and token.kind == "number"
    return token.value if plain and behind in _WORTH_A_NUMBER else None


def _without(text: str, claimed: Sequence[tuple[int, int]]) -> str:
    for start, end in sorted(set(claimed), reverse=True):
        text = f"{text[:start]}.{text[end:]}"
    return text
