"""Proposals: two hand-written tables, month ends, spans, delexicalisation, and laws for generated and arbitrary text."""

import datetime
import importlib.util
import json
import sys
import time
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from eqnegotiator.edge.calendar_days import MAX_DAYS, add_months
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

_DATA = Path(__file__).resolve().parents[2] / "bench" / "data" / "proposals.jsonl"
LINES = [json.loads(line) for line in _DATA.read_text("utf-8").splitlines()]
KNOWN_MISSES = frozenset(
    (
        "It's 480 pounds, not 840. You've got it wrong.",
        "every payday friday i.e. every week 18 bucks",
        "fifty days and not a day less",
        "maybe like a hundred bucks every payday, which is every two weeks",
        "ten or so, maybe fifteen, pounds a week, one of the two",
        "what do you want, 20 a week? fine",
    )
)


def _normal(proposal: dict[str, object] | None, today: str) -> dict[str, object] | None:
    """Fields that are set; today as a date and as no days are one thing."""
    if proposal is None:
        return None
    fields = {name: value for name, value in proposal.items() if value is not None and value is not False}
    if fields.get("date") == today:
        del fields["date"]
        fields["days"] = 0
    if "fraction" in fields:
        fields["fraction"] = round(float(str(fields["fraction"])), 4)
    return fields


def _read(line: dict[str, str]) -> dict[str, object] | None:
    proposal = parse_proposal(line["text"], datetime.date.fromisoformat(line["today"])).proposal
    return _normal(None if proposal is None else msgspec.to_builtins(proposal), line["today"])


def test_lines_of_the_proposal_set() -> None:
    missed = {line["text"] for line in LINES if _read(line) != _normal(line["proposal"], line["today"])}
    assert len(LINES) >= 1200
    assert len({line["text"] for line in LINES}) == len(LINES)
    assert missed == KNOWN_MISSES, "\n".join(sorted(missed ^ KNOWN_MISSES))


def test_an_ambiguous_line_gets_no_wrong_value() -> None:
    wrong = []
    for line in LINES:
        expected, found = _normal(line["proposal"], line["today"]), _read(line)
        if expected is not None and expected.get("ambiguous") and found is not None:
            wrong += [(line["text"], found) for name in found if name != "ambiguous" and found[name] != expected.get(name)]
    assert not wrong


def test_proposals_of_the_table() -> None:
    missed = []
    for text, expected in PROPOSALS:
        proposal = parse_proposal(text, TODAY).proposal
        found = None if proposal is None else _normal(msgspec.to_builtins(proposal), "")
        if found != _normal(expected, ""):
            missed.append((text, found))
    assert not missed


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


_FRACTIONS = {"half": 0.5, "a third": 1 / 3, "two thirds": 2 / 3, "a quarter": 0.25, "three quarters": 0.75, "a fifth": 0.2}
_RHYTHM_WORDS = {
    "week": ["a week", "per week", "weekly", "every week", "each week"],
    "2weeks": ["every two weeks", "a fortnight", "fortnightly", "every other week", "biweekly"],
    "month": ["a month", "per month", "monthly", "every month", "each month"],
}
_ADJECTIVES = {"week": "weekly", "2weeks": "fortnightly", "month": "monthly"}
_LENGTHS = {"week": ("weeks", 1), "2weeks": ("weeks", 2), "month": ("months", 1)}


def _number(draw: st.DrawFn, number: int) -> str:
    return draw(st.sampled_from([str(number), _in_words(number)]))


def _money(draw: st.DrawFn) -> tuple[str, str]:
    """(amount on the wire, in words): pounds in words, or pounds and pence in digits."""
    if draw(st.booleans()):
        pounds = draw(st.integers(1, 9999))
        return f"{pounds}.00", f"{_in_words(pounds)} {draw(st.sampled_from(['pounds', 'dollars', 'quid', 'euros']))}"
    value = Decimal(draw(st.integers(1, 10**7))) / 100
    return f"{value:.2f}", draw(st.sampled_from(["${:,.2f}", "\u00a3{:.2f}", "{:,.2f} pounds", "{:.2f} dollars"])).format(value)


def _time(draw: st.DrawFn, *, ahead: int) -> tuple[dict[str, object], str]:
    """({"days" or "date"}, in words), at least `ahead` days from today."""
    days = draw(st.integers(ahead, 400))
    if draw(st.booleans()):
        units = [(days, "day")] + [(days // size, unit) for size, unit in ((7, "week"), (14, "fortnight")) if days and days % size == 0]
        count, unit = draw(st.sampled_from(units))
        return {"days": days}, f"in {_number(draw, count)} {unit}{'' if count == 1 else 's'}" if days else "in 0 days"
    day = TODAY + datetime.timedelta(days)
    style = draw(st.sampled_from(["by %Y-%m-%d", "on %d %B %Y", "on %B %d, %Y", "by the %dth of %b %Y"]))
    return {"date": day.isoformat()}, day.strftime(style)


@st.composite
def _rendered(draw: st.DrawFn) -> tuple[Proposal, str]:
    """A proposal of each shape that the wire can carry, and words for it."""
    shape = draw(st.sampled_from(["time", "sum", "plan", "counted", "part", "deposit", "down", "split", "rhythm", "whole"]))
    fields: dict[str, object] = {}
    amount, spoken = _money(draw)
    every = draw(st.sampled_from(["week", "2weeks", "month"]))
    rhythm = draw(st.sampled_from(_RHYTHM_WORDS[every]))
    count = draw(st.integers(2, 60))
    if shape == "time":
        fields, words = _time(draw, ahead=0)
    elif shape == "sum":
        fields, when = _time(draw, ahead=1) if draw(st.booleans()) else ({}, "")
        fields, words = {"amount": amount, **fields}, f"{spoken} {when}".strip()
    elif shape == "plan":
        unit, step = _LENGTHS[every]
        fields, words = {"amount": amount, "every": every}, f"{spoken} {rhythm}"
        if draw(st.booleans()):
            fields["count"], words = count, f"{words} for {_number(draw, count * step)} {unit}"
    elif shape == "counted":
        fields = {"count": count, "amount": amount}
        words = draw(st.sampled_from(["{} payments of {}", "{} instalments of {}", "{} lots of {}"]))
        words = words.format(_number(draw, count), spoken)
        if draw(st.booleans()):
            fields["every"], words = every, f"{_number(draw, count)} {_ADJECTIVES[every]} payments of {spoken}"
    elif shape == "part":
        name = draw(st.sampled_from(sorted(_FRACTIONS)))
        percent = draw(st.integers(1, 99))
        fraction, name = draw(st.sampled_from([(_FRACTIONS[name], name), (percent / 100, f"{_number(draw, percent)} percent")]))
        fields, when = _time(draw, ahead=1)
        words = draw(st.sampled_from([f"{name} {when}", f"{name} now and the rest {when}", f"{name} upfront, the remainder {when}"]))
        fields["fraction"] = fraction
    elif shape == "deposit":
        first, deposit = _money(draw)
        fields = {"first_amount": first, "amount": amount, "every": every}
        words = draw(st.sampled_from(["{} now and then {} {}", "{} up front, then {} {}", "{} down and {} {}"]))
        words = words.format(deposit, spoken, rhythm)
    elif shape == "down":
        fields, when = _time(draw, ahead=1)
        fields["first_amount"], words = amount, f"{spoken} now and the rest {when}"
    elif shape == "split":
        fields, words = {"count": count}, f"in {_number(draw, count)} {draw(st.sampled_from(['payments', 'instalments', 'parts']))}"
    elif shape == "rhythm":
        fields, words = {"every": every}, f"pay {_ADJECTIVES[every]}"
    else:
        fields, when = _time(draw, ahead=1)
        fields["fraction"], words = 1.0, draw(st.sampled_from([f"pay it all {when}", f"pay in full {when}", f"pay all of it {when}"]))
    opening = draw(st.sampled_from(["I can ", "ok, we could ", "could I ", "I'd like to "]))
    if shape not in ("rhythm", "whole"):
        opening = draw(st.sampled_from(["", f"{opening}pay ", "How about ", "what about "]))
    return Proposal(**fields), opening + words + draw(st.sampled_from(["", ".", " please", "?"]))  # type: ignore[arg-type]


@given(rendered=_rendered())
@settings(max_examples=150)
def test_a_proposal_put_in_words_is_read_back(rendered: tuple[Proposal, str]) -> None:
    proposal, text = rendered
    found = parse_proposal(text, TODAY).proposal
    assert found is not None
    assert found.fraction == pytest.approx(proposal.fraction)
    assert msgspec.structs.replace(found, fraction=proposal.fraction) == proposal


def test_every_value_has_a_span() -> None:
    for line in LINES:
        parsed = parse_proposal(line["text"], datetime.date.fromisoformat(line["today"]))
        values = msgspec.to_builtins(parsed.proposal) if parsed.proposal else {}
        said = {name for name in ("date", "amount", "count", "first_amount") if values.get(name)}
        assert parsed.spans or not said, line["text"]


_REFUSALS = ["i can't do {}", "{} is too much for me", "you said {}", "not {}", "i can not pay {}", "{} isn't possible"]


@given(
    amount=st.integers(1, 9999), refusal=st.sampled_from(_REFUSALS), every=st.sampled_from(["a week", "a month", ""])
)
def test_refused_is_never_a_proposal(amount: int, refusal: str, every: str) -> None:
    assert parse_proposal(refusal.format(f"${amount} {every}".strip()), TODAY).proposal is None


_VOCABULARY = sorted({word for text, _ in PROPOSALS for word in text.split()})


@given(text=st.one_of(st.text(max_size=300), st.lists(st.sampled_from(_VOCABULARY), max_size=30).map(" ".join)))
@settings(max_examples=120)
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


_SEPARATORS = st.sampled_from([" ", "", "  ", ",", ", ", ".", "...", "-", "/", "\n", "\u00a0", "\u200b", " \u2014 "])
_ODD = st.sampled_from(
    ["\u00bd", "\ud800", "\x00", "\u0663", "\u2167", "\uff15\uff10", "e\u0301", "\U0001f600", "1,2,3", "0.0.0", "1e9", "%", "$", "9" * 40]
)


@given(
    pieces=st.lists(st.one_of(st.sampled_from(_VOCABULARY), _ODD, st.text(max_size=8), st.integers().map(str)), max_size=120),
    separator=_SEPARATORS,
    times=st.integers(1, 40),
)
@settings(max_examples=50)
def test_no_text_raises(pieces: list[str], separator: str, times: int) -> None:
    text = (separator.join(pieces) * times)[: MAX_CHARACTERS + 10]
    spans = parse_proposal(text, TODAY).spans
    assert all(0 <= start < end <= len(text) for start, end in spans)


_UNITS_OF_NOISE = [
    "a ",
    "300 ",
    "300 a month ",
    "for 3 weeks ",
    "i can't pay until ",
    "the day after ",
    "3 weeks and 2 days after ",
    "1,",
    "1-",
    "15/01 ",
    "have ",
    "not ",
    "can not ",
    "one two ",
    "two hundred and ",
    "\u00bd",
    "9",
    "\x00",
    "\ud800",
    "?",
]


def _calls(text: str) -> int:
    """Function calls, Python's and C's, that reading the text takes."""
    count = 0

    def note(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(note)
    try:
        parse_proposal(text, TODAY)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", _UNITS_OF_NOISE)
def test_operations_grow_with_the_length_of_the_text(unit: str) -> None:
    short, long = ((unit * size)[:size] for size in (1000, 4000))
    parse_proposal(long, TODAY)  # fills the caches
    assert _calls(long) <= 5 * _calls(short) + 500  # quadratic growth is sixteenfold


@pytest.mark.parametrize("unit", _UNITS_OF_NOISE)
def test_time_grows_with_the_length_of_the_text(unit: str) -> None:
    """Patterns backtrack inside one call, so processor time is compared too: fourfold text, at most ninefold time."""

    def seconds(text: str) -> float:
        best = float("inf")
        for _ in range(4):
            started = time.process_time()
            parse_proposal(text, TODAY)
            best = min(best, time.process_time() - started)
        return best

    short, long = ((unit * size)[:size] for size in (2000, 8000))
    assert seconds(long) <= 9 * seconds(short) + 0.005
