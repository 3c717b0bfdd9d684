"""Proposals: the hand-written table, month ends, spans, delexicalisation, and laws for generated and arbitrary text."""

import datetime
import importlib.util
import time
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from eqnegotiator.edge.dates import MAX_DAYS, add_months
from eqnegotiator.edge.proposal import Proposal, delexicalise, parse_proposal
from eqnegotiator.edge.utterance import MAX_CHARACTERS
from hypothesis import given, settings
from hypothesis import strategies as st

_spec = importlib.util.spec_from_file_location("data_proposals", Path(__file__).with_name("data_proposals.py"))
assert _spec is not None
assert _spec.loader is not None
_data = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_data)
PROPOSALS, TODAY = _data.PROPOSALS, _data.TODAY


@pytest.mark.parametrize(("text", "expected"), PROPOSALS)
def test_proposal_of_utterance(text: str, expected: dict[str, object] | None) -> None:
    proposal = parse_proposal(text, TODAY).proposal
    if expected is None:
        assert proposal is None
    else:
        expected = dict(expected)
        assert proposal is not None
        assert proposal.fraction == pytest.approx(expected.pop("fraction", None))
        assert msgspec.structs.replace(proposal, fraction=None) == Proposal(**expected)  # type: ignore[arg-type]


def test_table_is_large_and_has_no_duplicates() -> None:
    texts = [text for text, _ in PROPOSALS]
    assert len(texts) == len(set(texts))
    assert len(texts) >= 200


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: f"  {text} ", lambda text: f"well, {text}"])
def test_case_and_surroundings_do_not_matter(change) -> None:
    for text, expected in PROPOSALS:
        if text and expected is not None and not text.startswith(("no", "50, sorry", "100 days instead")):
            assert parse_proposal(change(text), TODAY).proposal == parse_proposal(text, TODAY).proposal, text


@pytest.mark.parametrize(
    ("today", "months", "expected"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2027-01-31", 13, "2028-02-29"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-03-11", 0, "2026-03-11"),
    ],
)
def test_a_month_is_a_calendar_month_clamped_at_month_ends(today: str, months: int, expected: str) -> None:
    day = datetime.date.fromisoformat(today)
    assert add_months(day, months).isoformat() == expected
    proposal = parse_proposal(f"I can pay in {months} months", day).proposal
    assert proposal is not None
    assert proposal.days == (datetime.date.fromisoformat(expected) - day).days


def test_a_date_without_a_year_is_today_or_later() -> None:
    for text, expected in (("on 11 March", "2026-03-11"), ("on 10 March", "2027-03-10"), ("29 February", "2028-02-29")):
        proposal = parse_proposal(text, TODAY).proposal
        assert proposal is not None
        assert proposal.date == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I can\u2019t do $300 a month, but 150 in two weeks is ok", "I can\u2019t do {q}, but {q} in {q} is ok"),
        ("half now, the rest on Friday", "{q} now, the rest on {q}"),
        ("I\u2019m 62 and I lost my job two months ago", "I\u2019m {q} and I lost my job {q} ago"),
        ("call me after 5", "call me after {q}"),
        ("½ now 😀 the rest in 3 weeks", "{q} now 😀 the rest in {q}"),
        ("Ⅳ weeks? no, \uff0450 a month", "Ⅳ weeks? no, {q}"),
        ("yes please", "yes please"),
    ],
)
def test_delexicalise_replaces_every_quantity(text: str, expected: str) -> None:
    assert delexicalise(text, parse_proposal(text, TODAY).spans) == expected


_UNITS = {"day": "days", "week": "weeks"}
_RHYTHMS = {"week": ["a week", "per week", "weekly", "every week"], "month": ["a month", "monthly", "each month"]}
_RHYTHMS["2weeks"] = ["every two weeks", "fortnightly", "every other week", "a fortnight"]
_OPENINGS = st.sampled_from(
    ["", "i can pay ", "I could manage ", "How about ", "ok, what about ", "yes but can i pay "]
)


def _amount_text(cents: int, style: str) -> str:
    value = Decimal(cents) / 100
    return {
        "sign": f"${value:,.2f}",
        "pound": f"£{value:.2f}",
        "word": f"{value:.2f} dollars",
        "grouped": f"{value:,.2f} pounds",
    }[style]


@given(
    cents=st.integers(1, 10**11),
    style=st.sampled_from(["sign", "pound", "word", "grouped"]),
    every=st.sampled_from(["week", "2weeks", "month"]),
    form=st.integers(0, 2),
    opening=_OPENINGS,
)
def test_amount_and_rhythm_round_trip(cents: int, style: str, every: str, form: int, opening: str) -> None:
    text = f"{opening}{_amount_text(cents, style)} {_RHYTHMS[every][form]}"
    assert parse_proposal(text, TODAY).proposal == Proposal(amount=f"{Decimal(cents) / 100:.2f}", every=every)  # type: ignore[arg-type]


@given(count=st.integers(2, 500), unit=st.sampled_from(["day", "week"]), opening=_OPENINGS)
def test_duration_round_trip(count: int, unit: str, opening: str) -> None:
    text = f"{opening}in {count} {_UNITS[unit]}"
    assert parse_proposal(text, TODAY).proposal == Proposal(days=count * (7 if unit == "week" else 1))


_WORDS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
_WORDS += "eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()


def _in_words(number: int) -> str:
    if number < 20:
        return _WORDS.split()[number - 1]
    if number < 100:
        return _TENS[number // 10 - 2] + (f"-{_in_words(number % 10)}" if number % 10 else "")
    for size, name in ((1000, "thousand"), (100, "hundred")):
        if number >= size:
            rest = number % size
            joint = " and " if 0 < rest < 100 else " "
            return (f"{_in_words(number // size)} {name}" + (joint + _in_words(rest) if rest else "")).strip()
    raise AssertionError(number)


@given(number=st.integers(1, 99_999))
def test_number_words_round_trip(number: int) -> None:
    assert parse_proposal(f"i can pay {_in_words(number)} dollars", TODAY).proposal == Proposal(amount=f"{number}.00")


@given(
    today=st.dates(datetime.date(2000, 1, 1), datetime.date(2080, 1, 1)),
    ahead=st.integers(0, MAX_DAYS),
    style=st.sampled_from(["%Y-%m-%d", "%d %B %Y", "%B %d, %Y", "the %dth of %b %Y"]),
)
def test_date_round_trip(today: datetime.date, ahead: int, style: str) -> None:
    day = today + datetime.timedelta(ahead)
    assert parse_proposal(f"by {day.strftime(style)}", today).proposal == Proposal(date=day.isoformat())


@given(first=st.integers(1, 999), amount=st.integers(1, 999), every=st.sampled_from(["week", "month"]))
def test_first_amount_round_trip(first: int, amount: int, every: str) -> None:
    proposal = parse_proposal(f"${first} now and then ${amount} a {every}", TODAY).proposal
    assert proposal == Proposal(first_amount=f"{first}.00", amount=f"{amount}.00", every=every)  # type: ignore[arg-type]


_REFUSALS = ["i can't do {}", "{} is too much for me", "you said {}", "not {}", "i can not pay {}", "{} isn't possible"]


@given(
    amount=st.integers(1, 9999), refusal=st.sampled_from(_REFUSALS), every=st.sampled_from(["a week", "a month", ""])
)
def test_refused_is_never_a_proposal(amount: int, refusal: str, every: str) -> None:
    assert parse_proposal(refusal.format(f"${amount} {every}".strip()), TODAY).proposal is None


_VOCABULARY = sorted({word for text, _ in PROPOSALS for word in text.split()})


@given(text=st.one_of(st.text(max_size=300), st.lists(st.sampled_from(_VOCABULARY), max_size=30).map(" ".join)))
@settings(max_examples=300)
def test_laws_for_any_text(text: str) -> None:
    proposal, spans = parse_proposal(text, TODAY)
    flat = [bound for span in spans for bound in span]
    assert flat == sorted(flat)
    assert all(start < end <= len(text) for start, end in spans)
    assert delexicalise(text, ()) == text
    assert delexicalise(text, spans).count("{q}") == text.count("{q}") + len(spans) or "{" in text or "}" in text
    if proposal is not None:
        assert proposal != Proposal()
        assert proposal.days is None or 0 <= proposal.days <= MAX_DAYS
        assert proposal.date is None or datetime.date.fromisoformat(proposal.date) >= TODAY
        assert proposal.days is None or proposal.date is None
        assert proposal.fraction is None or 0 < proposal.fraction <= 1
        assert proposal.count is None or proposal.count >= 1
        for amount in (proposal.amount, proposal.first_amount):
            assert amount is None or (Decimal(amount) > 0 and Decimal(amount).as_tuple().exponent == -2)
        assert msgspec.convert(msgspec.to_builtins(proposal), Proposal) == proposal


@given(
    offered=st.sampled_from([text for text, expected in PROPOSALS if expected and not expected.get("ambiguous")]),
    said=st.sampled_from(["my rent is 700 a month. ", "I'm 62 years old. ", "I lost my job two months ago. "]),
)
def test_a_fact_in_front_changes_nothing(offered: str, said: str) -> None:
    assert parse_proposal(said + offered, TODAY).proposal == parse_proposal(offered, TODAY).proposal


@pytest.mark.parametrize(
    "unit",
    [
        "a ",
        "300 ",
        "300 a month ",
        "for 3 weeks ",
        "i can't pay until ",
        "1,",
        "1-",
        "15/01 ",
        "have ",
        "not ",
        "½",
        "9",
        "\x00",
        "\ud800",
    ],
)
def test_longest_text_is_read_in_bounded_time(unit: str) -> None:
    text = (unit * MAX_CHARACTERS)[:MAX_CHARACTERS]
    started = time.perf_counter()
    parse_proposal(text, TODAY)
    # Quadratic behaviour takes minutes at this length; the bound leaves room for a loaded machine.
    assert time.perf_counter() - started < 8
