"""Right-party verification: what answers the question, what is a guess, a denial or somebody else's answer."""

from __future__ import annotations

import pytest
from eqnegotiator.edge.identity import matches
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("1981", "1981"),
        ("I was born in 1981.", "1981"),
        ("no, it's 1981", "1981"),
        ("\uff11\uff19\uff18\uff11", "1981"),
        ("\u0661\u0669\u0668\u0661", "1981"),
        ("nineteen eighty-one", "1981"),
        ("one nine eight one", "1981"),
        ("1 9 8 1", "1981"),
        ("19 81", "1981"),
        ("nineteen oh five", "1905"),
        ("nineteen hundred", "1900"),
        ("two thousand and five", "2005"),
        ("two thousand nineteen", "2019"),
        ("19/01/1981", "19 01 1981"),
        ("it's Rex", "Rex"),
        ("o'brien", "O\u2019Brien"),
        ("sw1a1aa please", "SW1A 1AA"),
    ],
)
def test_an_answer_however_it_is_said(said: str, answer: str) -> None:
    assert matches(said, answer)


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("", "1981"),
        ("1979 or 1981", "1981"),
        ("1979 1980 1981 1982", "1981"),
        ("I was not born in 1981", "1981"),
        ("he was born in 1981", "1981"),
        ("my wife's is 1981", "1981"),
        ("maybe 1981", "1981"),
        ("81", "1981"),
        ("19811", "1981"),
        ("{answer}", "1981"),
        ("Rex Fido Bella", "Rex"),
        ("Rex or Fido", "Rex"),
        ("1981 " + "and so on " * 10, "1981"),
        ("9" * 16_000, "1981"),
        ("1981", " "),
    ],
)
def test_guesses_denials_and_other_peoples_answers_fail(said: str, answer: str) -> None:
    assert not matches(said, answer)


@given(st.integers(1900, 2015), st.integers(1900, 2015))
def test_only_the_year_itself_matches(said: int, wanted: int) -> None:
    assert matches(f"I was born in {said}", str(wanted)) == (said == wanted)


@given(st.text(max_size=60).filter(lambda text: not any(map(str.isnumeric, text))))
def test_text_without_a_number_never_answers_a_number(text: str) -> None:
    assert not matches(text, "1981")
