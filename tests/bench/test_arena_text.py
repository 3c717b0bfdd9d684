"""The text arena: lines that the appliance understands, the people of the numeric arena, checked replies, lawful records."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import arena_stages
import msgspec
import numpy as np
import pytest
from eqnegotiator.bench.arena import numeric, text
from eqnegotiator.bench.arena.assumptions import ROUNDS
from eqnegotiator.bench.arena.cell import CREDITORS, PATTERNS, PERSONAS, Cell, check_records
from eqnegotiator.bench.arena.debtor import Debtor, Person
from eqnegotiator.bench.arena.debtor_lines import COLOURS, LINES, MANNERS, TACTICS
from eqnegotiator.bench.arena.scenarios import draw_scenarios
from eqnegotiator.bench.arena.talk import TODAY, Talk, share_of, violations
from eqnegotiator.edge.confirmation import confirmation
from eqnegotiator.edge.finances import read_finances
from eqnegotiator.edge.identity import matches
from eqnegotiator.edge.proposal import Proposal, parse_proposal
from eqnegotiator.edge.remarks import find_remarks
from eqnegotiator.edge.safety_signals import find_signals
from eqnegotiator.edge.turn import Stages
from eqnegotiator.kernels.tables import EMOTIONS

NEUTRAL = EMOTIONS.index("neutral")
SAID = [(thing, line) for thing, manners in LINES.items() for lines in manners.values() for line in lines]
FILLED = {"year": 1981, "days": 75, "amount": 140, "spare": 160}


@pytest.fixture(scope="module")
def stages() -> Stages:
    return text.stages_of("eq")


@pytest.fixture(scope="module")
def quick(stages: Stages) -> Stages:
    return arena_stages.quick(stages)


def person(persona: str = "vanilla", pattern: str = "conceder", **changed: object) -> Person:
    """Somebody who asks for half of the way in days, can keep a fifth of it, and takes every offer that can be kept."""
    cell = Cell("eq", persona, pattern, 0.0, "generated")
    one = Person.of(cell, draw_scenarios("generated", 3, 0, 1), 0, 3, 0, tactic=True)
    known = {"first_ask": 0.5, "reservation": 0.2, "stated": None, "patience": 1.0, "overcommit": 0.0, "hazard": 0.0, "balance": 900}
    return one._replace(**known | changed)  # type: ignore[arg-type]


# --- lines


def test_everybody_has_six_wordings_for_everything() -> None:
    assert set(MANNERS) == set(PERSONAS)
    for manners in LINES.values():
        assert set(manners) == set(MANNERS.values())
        assert min(len(set(lines)) for lines in manners.values()) >= 6
    assert set(COLOURS) == set(EMOTIONS)
    assert min(len(set(lines)) for lines in [*COLOURS.values(), *TACTICS.values()] if lines) >= 6


@pytest.mark.parametrize(("thing", "line"), SAID)
def test_every_line_means_what_it_is_said_for(thing: str, line: str) -> None:
    said = line.format(**FILLED)
    proposal = parse_proposal(said, TODAY).proposal
    assert not find_signals(said)
    match thing:
        case "identity":
            assert matches(said, "1981")
        case "days" | "repeat":
            assert proposal in (Proposal(days=75), Proposal(days=75, fraction=1.0))
        case "monthly" | "repeat_monthly":
            assert proposal == Proposal(days=14, amount="140.00", every="month")
        case "spare":
            found = read_finances(said, TODAY)
            assert [(one.side, one.monthly) for one in found.figures] == [("spare", Decimal("160.00"))]
            rest = read_finances(f"{said} I could pay $140 a month, starting in two weeks.", TODAY).rest
            assert parse_proposal(rest, TODAY).proposal == Proposal(days=14, amount="140.00", every="month")
        case "yes" | "no":
            assert confirmation(said) == thing
        case "leave":
            assert "farewell" in find_remarks(said)
        case "accept" | "refuse" | "private":
            assert proposal is None
        case _:
            pytest.fail(f"{thing}: no test says what it means")


def test_colours_and_tactics_carry_no_quantity_and_no_signal() -> None:
    lines = [line for lines in [*COLOURS.values(), *TACTICS.values()] for line in lines]
    understood = []
    for line in lines:
        assert not find_signals(line)
        proposal = parse_proposal(line, TODAY).proposal
        assert proposal is None or proposal == Proposal(fraction=1.0)  # "everything", which says nothing beside an ask
        asked = parse_proposal(f"{line} I would need 75 days for this.", TODAY).proposal
        understood.append(asked is not None and asked.days == 75)
    assert np.mean(understood) > 0.9


# --- people


@pytest.mark.parametrize("scenarios", ["crad", "generated"])
def test_people_are_those_of_the_numeric_arena(quick: Stages, monkeypatch: pytest.MonkeyPatch, scenarios: str) -> None:
    monkeypatch.setattr(text, "stages_of", lambda creditor: quick)
    cell = Cell("eq", "vanilla", "stuck", 0.0, scenarios)
    ours, theirs = text.run_cell(cell, 4, 0, 6), numeric.run_cell(cell, 4, 0, 6)
    for name in ("ask", "reservation", "target"):
        np.testing.assert_array_equal(ours[name], theirs[name])


def test_a_liar_asks_for_more_and_never_more_a_month_than_is_stated() -> None:
    world = draw_scenarios("generated", 1, 0, 40)
    cell = Cell("eq", "cheating", "stuck", 0.0, "generated")
    asks = [[Person.of(cell, world, row, 1, row, tactic=tactic).first_ask for row in range(40)] for tactic in (True, False)]
    stretched = np.divide(*asks)
    assert set(np.round(stretched, 9)) == {1.0, 1.4}
    one = person(stated=0.3)
    assert one.monthly(0.1) == one.monthly(0.3) > one.monthly(0.5)


def test_a_debtor_takes_what_is_as_good_as_the_next_ask_and_leaves_only_for_an_offer() -> None:
    debtor = Debtor(person(patience=0.0, hazard=1.0))
    assert "days" in debtor.speaks(0)
    assert debtor.hears(None, NEUTRAL) == "go on"
    debtor.speaks(1)
    assert debtor.hears(0.15, NEUTRAL) == "leave"
    debtor.speaks(2)
    assert debtor.hears(0.5, NEUTRAL) == "take"
    assert debtor.agrees(0.5)
    assert not debtor.agrees(0.4)


def test_stonewalling_names_no_ask_and_answers_nothing() -> None:
    debtor = Debtor(person("stonewalling"))
    debtor.speaks(0)
    spoken = [debtor.speaks(round_) for round_ in range(1, ROUNDS)]
    silent = [line for line in spoken if line in TACTICS["stonewalling"]]
    assert 0.3 * len(spoken) < len(silent) < len(spoken)
    honest = Debtor(person("stonewalling", tactic=False))
    assert not {honest.speaks(round_) for round_ in range(ROUNDS)} & set(TACTICS["stonewalling"])


# --- negotiations


def test_an_ask_within_the_mandate_is_agreed(quick: Stages) -> None:
    ending, talk = text.negotiate(quick, person(first_ask=0.0, reservation=0.0))
    assert ending == text.Ending(text.AGREED, 0.0, 1, 0)
    assert talk.session.agreed is not None
    assert talk.session.agreed.due_date == date(2026, 12, 23)


def test_an_offer_that_is_taken_is_agreed_at_its_share(quick: Stages) -> None:
    one = person(first_ask=0.9, pattern="stuck")
    ending, talk = text.negotiate(quick, one)
    offers = [reply.plan.terms for reply in talk.replies if reply.plan.act in ("counter", "refuse")]
    assert ending.ending == text.AGREED
    assert offers[-1] == talk.session.agreed
    assert ending.share == pytest.approx(share_of(offers[-1], one.target_days, one.latest_days))
    assert 0.2 <= ending.share < 0.9
    assert ending.rounds == len(offers)


def test_who_walks_away_has_agreed_nothing(quick: Stages) -> None:
    ending, talk = text.negotiate(quick, person(first_ask=0.9, pattern="stuck", patience=0.0, hazard=1.0))
    assert ending.ending == text.LEFT
    assert np.isnan(ending.share)
    assert talk.session.state == "ended"


def test_finances_are_told_and_bound_the_offers(quick: Stages) -> None:
    one = person(first_ask=0.4, stated=0.2, reservation=0.2)
    _, talk = text.negotiate(quick, one)
    assert talk.session.statement is not None
    assert talk.session.statement.spare == one.monthly(0.2)
    offered = [reply.plan.terms for reply in talk.replies if reply.plan.terms is not None]
    assert {terms.kind for terms in offered} == {"instalments"}


@pytest.mark.parametrize(("persona", "pattern", "scenarios"), [("victim", "boulware", "crad"), ("stonewalling", "random", "generated")])
def test_records_in_the_models_words_are_lawful(stages: Stages, persona: str, pattern: str, scenarios: str) -> None:
    assert pattern in PATTERNS
    cell, count = Cell("eq", persona, pattern, 0.5, scenarios), 2
    records = text.run_cell(cell, 8, 0, count)
    check_records(records, count)
    assert not records["violations"].any()
    agreed, share = records["agreed"].astype(bool), records["share"]
    assert (np.isnan(share) == ~agreed).all()
    assert ((share[agreed] >= 0.0) & (share[agreed] <= 1.0)).all()
    assert np.isin(records["ending"], [text.AGREED, text.LEFT, text.HANDED_OVER]).all()


def test_the_same_seed_gives_the_same_records_and_words(stages: Stages) -> None:
    cell = Cell("eq", "angry", "conceder", 1.0, "generated")
    world = draw_scenarios("generated", 6, 0, 1)
    played = [text.negotiate(stages, Person.of(cell, world, 0, 6, 0, tactic=True)) for _ in range(2)]
    assert played[0][0] == played[1][0]
    assert [reply.said.text for reply in played[0][1].replies] == [reply.said.text for reply in played[1][1].replies]


def test_what_reached_the_text_though_it_must_not_is_counted(quick: Stages) -> None:
    account = text.account_of(person())
    talk = Talk(quick, account, "0" * 32)
    talk.start()
    talk.say(f"I was born in {account.verify_answer}.")
    reply = talk.say("I need 100 days.")
    assert talk.violations == []
    assert reply.plan.terms is not None
    told = reply._replace(said=reply.said._replace(text=f"{reply.said.text} Or 12 days."))
    assert any("12" in found for found in violations(told, account, [told.said.text]))
    threat = reply._replace(said=reply.said._replace(wording="We will take legal action. {terms}."))
    assert any(found.startswith("G6") for found in violations(threat, account, [reply.said.text]))
    late = msgspec.structs.replace(reply.plan.terms, days=999)
    outside = reply._replace(plan=msgspec.structs.replace(reply.plan, terms=late))
    assert any(found.startswith("mandate") for found in violations(outside, account, [reply.said.text]))


def test_a_creditor_that_the_appliance_has_not_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CREDITORS, "odd", ("eq", "no such policy"))
    with pytest.raises(ValueError, match="no such policy"):
        text.run_cell(Cell("odd", "vanilla", "stuck", 0.0, "crad"), 0, 0, 1)
