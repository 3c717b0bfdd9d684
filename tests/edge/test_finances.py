"""Income, outgoings and what is left, as customers say them: what is read, and what is nobody's figure."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from eqnegotiator.edge.affordability import Statement, disposable_income, is_settled
from eqnegotiator.edge.finances import read_finances, restated
from hypothesis import given, settings
from hypothesis import strategies as st

TODAY = date(2026, 11, 22)
READ = {
    "I bring home 1400 a month and rent is 800": ["wages 1400.00", "housing 800.00"],
    "after bills I've got about 60 left": ["spare 60.00"],
    "on universal credit, 393 a month": ["benefits 393.00"],
    "my rent is £650 and food is 200 a month": ["housing 650.00", "food 200.00"],
    "I earn 350 a week": ["wages 1516.66"],
    "I get paid 350 every week": ["wages 1516.66"],
    "we get 1,200 pension": ["pensions 1200.00"],
    "my pension is 800": ["pensions 800.00"],
    "I've got 60 quid spare": ["spare 60.00"],
    "i have 80 left over at the end of the month": ["spare 80.00"],
    "housing benefit 500 a month": ["benefits 500.00"],
    "I pay 120 a month on electric and gas": ["utilities 120.00"],
    "petrol costs me 40 a week": ["transport 173.34"],
    "I make $2k a month": ["wages 2000.00"],
    "my car loan is 210 monthly": ["other_debts 210.00"],
    "there's maybe 50 to spare each month": ["spare 50.00"],
    "I only have 20 pounds a week to live on": ["other 86.66"],
    "childcare is 600 a month": ["care 600.00"],
    "I get 200 a fortnight from the jobseekers": ["benefits 433.33"],
    "my salary is 24000 a year": ["wages 2000.00"],
    "rent 700, food 250, bus 60, wages 1300 a month": ["housing 700.00", "food 250.00", "transport 60.00", "wages 1300.00"],
    "what's left is about 45 a month": ["spare 45.00"],
    "I lost my job and get 393 a month now": ["other 393.00"],
    "after everything is paid I have maybe 90": ["spare 90.00"],
    "by the end of the month I'm left with 30": ["spare 30.00"],
    "I can't spare more than 25 a month": ["spare 25.00"],
    "my outgoings are 1350 a month": ["outgoings_total 1350.00"],
    "60 a week left over": ["spare 260.00"],
    "we live on 900 a month and the mortgage takes 650": ["other 900.00", "housing 650.00"],
    "I have nothing left after the bills": ["spare 0.00"],
    "not a penny left": ["spare 0.00"],
    "I don't have any money left": ["spare 0.00"],
}
NOT_READ = (
    "I could do 60 a month", "I can pay 300 a month", "300 a month", "half now", "I used to earn 2000 a month", "my electric bill is 1200",
    "if I earned 2000 a month I would pay", "I earn 12 an hour", "my husband earns 1500 a month", "I have 400 left to pay", "nothing", "60",
    "I've paid 100 a month", "I owe 300 a month on rent", "I have 2 kids in nursery", "can you wait until I get 500 on the 28th",
    "the rest is 600", "I have 30 days left", "you get 400 from me", "I can't pay anything", "the loan is 15700", "I don't get 500 a month",
)  # fmt: skip
ANSWERS = {
    "60": "60.00", "about 60": "60.00", "maybe 60 a month": "60.00", "I have about £60": "60.00", "60 a week": "260.00", "nothing": "0.00",
    "nothing really": "0.00", "well, nothing at all": "0.00", "60 left": "60.00", "fifty or so": "50.00",
}  # fmt: skip


def read(text: str, *, asked: bool = False) -> list[str]:
    return [f"{figure.category or figure.side} {figure.monthly}" for figure in read_finances(text, TODAY, asked=asked).figures]


@pytest.mark.parametrize(("text", "figures"), READ.items())
def test_what_is_stated_is_read(text: str, figures: list[str]) -> None:
    assert read(text) == figures


@pytest.mark.parametrize("text", NOT_READ)
def test_offers_debts_the_past_and_other_people_are_not_read(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(("text", "spare"), ANSWERS.items())
def test_the_answer_to_our_question_needs_no_word_for_it(text: str, spare: str) -> None:
    assert read(text, asked=True) == [f"spare {spare}"]


@pytest.mark.parametrize("text", ["could I do 300 a month?", "not much", "I don't know", "1981 was better", "300 days", "no"])
def test_what_is_no_answer_is_not_taken_for_one(text: str) -> None:
    assert read(text, asked=True) == []


def test_spans_are_those_of_the_text_as_received() -> None:
    text = "My RENT is \u00a3650, I\u2019ve got 60 left."
    assert [text[slice(*figure.span)] for figure in read_finances(text, TODAY).figures] == ["\u00a3650", "60"]


def test_what_states_means_is_cut_from_what_may_be_a_proposal() -> None:
    assert read_finances("after bills I've 60 left, so could I do 50 a month", TODAY).rest == "., so could i do 50 a month"
    assert "spare 25" in read_finances("I can spare 25 a month", TODAY).rest, "this is an offer too"


def test_what_is_said_later_replaces_what_was_said_before() -> None:
    statement = Statement(income_total=Decimal(2000), outgoings_total=Decimal(1500))
    said = []
    told = "I earn 1400 a month", "sorry, I earn 1300 a month", "rent is 1600", "I've got about 60 left", "no, 40 left", "I lost my job"
    for text in told:
        statement = restated(statement, read_finances(text, TODAY))
        said.append(str(disposable_income(statement)))
    assert said == ["0", "0", "0", "60.00", "40.00", "40.00"]
    assert is_settled(statement)


def test_who_loses_their_work_loses_the_wages_that_were_known() -> None:
    statement = restated(Statement(income_total=Decimal(2000)), read_finances("I lost my job and get 393 a month now", TODAY))
    assert disposable_income(statement) == Decimal("393.00")


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*READ, *NOT_READ, "and", ",", "left", "nothing", "\u00a3", "60", "<m>"]), max_size=8), st.booleans())
def test_any_words_are_read_without_an_error_and_figures_are_never_negative(words: list[str], asked: bool) -> None:
    text = " ".join(words)
    finances = read_finances(text, TODAY, asked=asked)
    for figure in finances.figures:
        assert figure.monthly >= 0
        assert 0 <= figure.span[0] < figure.span[1] <= len(text)
    spare = disposable_income(restated(Statement(), finances))
    assert spare is None or spare >= 0
