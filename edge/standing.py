"""Which quantities of an utterance the customer offers, by what its clauses say and by what stands around them.

`clause_standing` judges a clause by itself; here an answer, a cry or a promise in one clause settles another.
"""

from collections.abc import Sequence

from eqnegotiator.edge import clause_words as vocabulary
from eqnegotiator.edge import fact_rules as facts
from eqnegotiator.edge import offer_rules as offers
from eqnegotiator.edge import refusal_rules as refusals
from eqnegotiator.edge.clause_standing import Standing, is_fragment, judge_clause, negated
from eqnegotiator.edge.clauses import Clause
from eqnegotiator.edge.quantity import Quantity


def judge(clauses: Sequence[Clause]) -> list[tuple[Quantity, Standing]]:
    """Every quantity with its standing, in order; O(total clause length)."""
    judged: list[list[tuple[Quantity, Standing]]] = []
    question = described = unreal = taking = -1
    said = "\n".join(clause.skeleton for clause in clauses)
    joking = refusals.JOKE.search(said) is not None
    echoes = _echoes(clauses)
    for at, clause in enumerate(clauses):
        remark = clause.skeleton.replace(" <now>", "")
        void = all(quantity.kind == "now" or quantity.state == "void" for quantity in clause.quantities)
        if judged and clause.quantities and void and refusals.BACKWARD.fullmatch(remark):
            _look_back(clause._replace(skeleton=remark), judged)
            judged.append([(quantity, Standing.OTHER) for quantity in clause.quantities])
        elif clause.quantities:
            standings = judge_clause(clause)
            if unreal == clause.sentence:
                standings = [Standing.REFUSED] * len(standings)
            if clause.skeleton.startswith("it's <") and judged and clause.sentence == described:
                standings = [Standing.UNSAID] * len(standings)
            if at in echoes:
                standings = [Standing.REFUSED] * len(standings)
            if not {Standing.OFFERED, Standing.WISHED} & set(standings):
                described = clause.sentence
            if joking or (question == clause.sentence and clause.asked and is_fragment(clause.skeleton)):
                standings = [Standing.OTHER] * len(standings)
            if judged:
                _follow_up(clause, judged, standings)
                _pay_from(clause, judged, standings)
            judged.append(list(zip(clause.quantities, standings, strict=True)))
        elif judged:
            if taking == clause.sentence and negated(clause.skeleton):
                judged[-1] = [(quantity, Standing.REFUSED) for quantity, _ in judged[-1]]
            _look_back(clause, judged)
        if not clause.quantities and refusals.MOCKING.search(clause.skeleton):
            unreal = clause.sentence
        if refusals.IF_TAKEN.match(clause.skeleton):
            taking = clause.sentence
        if refusals.UNREAL.search(clause.skeleton):
            unreal = clause.sentence
        if facts.ASKING.match(clause.skeleton):
            question = clause.sentence
    pairs = [pair for clause in judged for pair in clause]
    if _is_not_about_paying(pairs, said):
        return [(quantity, Standing.OTHER) for quantity, _ in pairs]
    # "I hoped for 90 days, could we do 100?": a wish stands only when nothing of its kind is offered beside it.
    offered = {quantity.kind for quantity, standing in pairs if standing is Standing.OFFERED}
    timed = any(standing is Standing.OFFERED and quantity.kind in ("date", "duration", "now") for quantity, standing in pairs)
    pairs = [
        (quantity, Standing.OFFERED if standing is Standing.UNSAID and quantity.kind == "whole" and timed else standing)
        for quantity, standing in pairs
    ]
    return [
        (quantity, (Standing.REFUSED if offered & {quantity.kind, "number"} else Standing.OFFERED))
        if standing is Standing.WISHED
        else (quantity, Standing.OTHER if standing is Standing.UNSAID else standing)
        for quantity, standing in pairs
    ]


def _echoes(clauses: Sequence[Clause]) -> frozenset[int]:
    """Which clauses only repeat a sum in disbelief: "Nine hundred? By Sunday?! No, ninety"."""
    echoes: set[int] = set()
    for at in range(len(clauses) - 1, -1, -1):
        clause, behind = clauses[at], clauses[at + 1] if at + 1 < len(clauses) else None
        if not (clause.quantities and clause.asked and set(clause.skeleton.split()) <= vocabulary.REPEATED):
            continue
        before = clauses[at - 1].skeleton if at else ""
        remark = behind.skeleton if behind is not None and not behind.quantities and behind.sentence != clause.sentence else ""
        doubted = refusals.ASTONISHED.match(remark) or refusals.DISBELIEVED.match(remark)
        taken = behind is not None and (offers.PROMISE.match(behind.skeleton) or offers.DECIDED.match(behind.skeleton))
        if (clause.echoed and not taken) or at + 1 in echoes or doubted or refusals.ASTONISHED.match(before):
            echoes.add(at)
    return frozenset(echoes)


def _is_not_about_paying(pairs: Sequence[tuple[Quantity, Standing]], said: str) -> bool:
    """Whether the only thing that is offered is a time, and the words give it another purpose: to think, to call, a past payment."""
    offered = {quantity.kind for quantity, standing in pairs if standing in (Standing.OFFERED, Standing.WISHED)}
    # "Try me after six": a bare number is a time of day behind such a word.
    times = {"date", "duration", "now", "whole"} | ({"number"} if facts.CLOCKED.sub("", said).count("<number>") == 0 else set())
    if offered and offered <= {"whole", "now"}:
        return "\n" in said and offers.PAYS.search(said) is None
    if not offered or offered - times:
        return False
    if offers.DEFERRING.search(said) and not offers.PAYS.search(said):
        return True
    return not offers.COMING.search(said) and offers.DONE.search(said) is not None


def _look_back(clause: Clause, judged: list[list[tuple[Quantity, Standing]]]) -> None:
    """A clause without quantities that refuses the last ones ("too soon"), or promises them ("I'll pay then")."""
    if refusals.BACKWARD.fullmatch(clause.skeleton):
        judged[-1] = [
            (quantity, standing if standing in (Standing.OTHER, Standing.UNSAID) else Standing.REFUSED)
            for quantity, standing in judged[-1]
        ]
    elif offers.OWN_OFFER.match(clause.skeleton):
        judged[-1] = [(quantity, Standing.OFFERED) for quantity, _ in judged[-1]]
    elif offers.DECIDED.match(clause.skeleton) and not negated(clause.skeleton):
        judged[-1] = [(quantity, _promised(quantity, standing, "any")) for quantity, standing in judged[-1]]
    elif offers.PAID_FROM.search(clause.skeleton) and not negated(clause.skeleton):
        judged[-1] = [(quantity, _handed_over(quantity, standing)) for quantity, standing in judged[-1]]
    elif offers.THEN_DONE.match(clause.skeleton):
        judged[-1] = [(quantity, _promised(quantity, standing, "then")) for quantity, standing in judged[-1]]
    elif offers.PROMISE.match(clause.skeleton) and not negated(clause.skeleton):
        scope = "then" if offers.THEN.search(clause.skeleton) else "time"
        judged[-1] = [(quantity, _promised(quantity, standing, scope)) for quantity, standing in judged[-1]]


def _follow_up(clause: Clause, judged: list[list[tuple[Quantity, Standing]]], standings: Sequence[Standing]) -> None:
    """ "Payday is the 28th, I'll pay 50 then": the offer takes its time from the clause before."""
    timed = any(quantity.kind in ("date", "duration") for quantity in clause.quantities)
    linked = offers.THEN_LAST.search(clause.skeleton) or (offers.THEN.match(clause.skeleton) and offers.PROMISE.match(clause.skeleton))
    if Standing.OFFERED in standings and not timed and linked:
        judged[-1] = [(quantity, _promised(quantity, standing, "then")) for quantity, standing in judged[-1]]


def _pay_from(clause: Clause, judged: list[list[tuple[Quantity, Standing]]], standings: Sequence[Standing]) -> None:
    """ "I've 300 saved, you can have that today": the sum of the clause before is what is paid."""
    sums = any(quantity.kind in ("amount", "number", "fraction") for quantity in clause.quantities)
    if Standing.OFFERED in standings and not sums and offers.PAID_FROM.search(clause.skeleton):
        judged[-1] = [(quantity, _handed_over(quantity, standing)) for quantity, standing in judged[-1]]


def _handed_over(quantity: Quantity, standing: Standing) -> Standing:
    sums = quantity.kind in ("amount", "number") and quantity.state != "void"
    return Standing.OFFERED if sums and standing in (Standing.UNSAID, Standing.OTHER) else standing


def _promised(quantity: Quantity, standing: Standing, scope: str) -> Standing:
    timed = quantity.kind in ("date", "duration")
    if standing is Standing.UNSAID and (timed or scope == "any"):
        return Standing.OFFERED
    # "I get paid on the 28th, I'll pay then"; a duration that is taken out lies in the past ("two months ago").
    named = standing is Standing.OTHER and quantity.kind == "date" and quantity.state != "void"
    return Standing.OFFERED if named and scope == "then" else standing
