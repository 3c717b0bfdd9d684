"""Payment dates: bank holidays as they were kept, no payment on one, the cadence recognised again."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from eqnegotiator.edge.business_days import PROFILES, Profile, bank_holidays, is_business_day, next_business_day, previous_business_day
from eqnegotiator.edge.schedules import Cadence, Every, cadence_of, on_business_days, payment_day, schedule
from hypothesis import given
from hypothesis import strategies as st

TODAY = date(2026, 11, 22)
FAR = date(2040, 12, 31)
# As published: Federal Reserve (US), gov.uk (England and Wales), ECB (T2).
KEPT: dict[tuple[Profile, int], str] = {
    ("us", 2026): "01-01 01-19 02-16 05-25 06-19 07-04 09-07 10-12 11-11 11-26 12-25",
    ("us", 2027): "01-01 01-18 02-15 05-31 06-19 07-05 09-06 10-11 11-11 11-25 12-25",
    ("uk", 2026): "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-28",
    ("uk", 2027): "01-01 03-26 03-29 05-03 05-31 08-30 12-27 12-28",
    ("uk", 2028): "01-03 04-14 04-17 05-01 05-29 08-28 12-25 12-26",
    ("eu", 2026): "01-01 04-03 04-06 05-01 12-25 12-26",
}
profiles = st.sampled_from(PROFILES)
dates = st.dates(date(2024, 1, 1), date(2035, 12, 31))
rhythms: st.SearchStrategy[Every] = st.sampled_from(["week", "2weeks", "month"])


@pytest.mark.parametrize(("key", "kept"), KEPT.items(), ids=lambda value: str(value))
def test_bank_holidays_are_those_that_were_published(key: tuple[Profile, int], kept: str) -> None:
    profile, year = key
    assert sorted(f"{day:%m-%d}" for day in bank_holidays(year, profile)) == kept.split()


@given(dates, profiles)
def test_the_next_and_the_previous_business_day_are_the_nearest(day: date, profile: Profile) -> None:
    later, earlier = next_business_day(day, profile), previous_business_day(day, profile)
    assert is_business_day(later, profile)
    assert is_business_day(earlier, profile)
    between = [earlier + timedelta(days=step) for step in range(1, (later - earlier).days)]
    assert not any(is_business_day(other, profile) for other in between)
    assert (later == day) == (earlier == day) == is_business_day(day, profile)


@given(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200), profiles)
def test_a_payment_day_is_a_business_day_within_the_mandate_and_monotone(first: int, second: int, extra: int, profile: Profile) -> None:
    near, far = sorted((TODAY + timedelta(days=first), TODAY + timedelta(days=second)))
    latest = far + timedelta(days=extra)
    made = [payment_day(day, profile, TODAY, latest) for day in (near, far)]
    assert made[0] <= made[1] <= latest
    for day in made:
        none_left = not any(is_business_day(TODAY + timedelta(days=step), profile) for step in range(1, (latest - TODAY).days + 1))
        assert is_business_day(day, profile) or day == TODAY or none_left


def test_a_payment_stays_within_the_mandate_and_today_is_today() -> None:
    saturday = date(2027, 2, 20)
    assert payment_day(saturday, "us", TODAY, FAR) == date(2027, 2, 22)
    assert payment_day(saturday, "us", TODAY, saturday) == date(2027, 2, 19)
    assert payment_day(TODAY, "us", TODAY, FAR) == TODAY
    assert payment_day(saturday, "us", TODAY, date(2027, 1, 1)) == date(2027, 2, 22), "outside the mandate anyway"


@given(st.integers(1, 60), rhythms, st.integers(2, 30), profiles)
def test_no_payment_is_on_a_holiday_and_none_crosses_into_the_next_month(first: int, every: Every, count: int, profile: Profile) -> None:
    planned = schedule(TODAY + timedelta(days=first), every, count)
    made = on_business_days(planned, profile, TODAY, FAR)
    assert made == sorted(set(made))
    for day, other in zip(planned, made, strict=True):
        assert is_business_day(other, profile)
        assert abs((other - day).days) <= 5
        assert other.month == day.month or day < next_business_day(TODAY + timedelta(days=1), profile)


@given(st.integers(1, 60), rhythms, st.integers(3, 30), profiles)
def test_the_cadence_of_a_plan_is_known_again(first: int, every: Every, count: int, profile: Profile) -> None:
    planned = schedule(TODAY + timedelta(days=first), every, count)
    made = on_business_days(planned, profile, TODAY, FAR)
    found = cadence_of(made)
    assert found is not None
    assert found.every == every
    if planned == made:
        assert not found.moved


def test_an_irregular_plan_has_no_cadence() -> None:
    assert cadence_of([date(2027, 3, day) for day in (1, 8, 16)]) is None
    assert cadence_of([date(2027, 3, 1), date(2027, 4, 1)]) is None
    assert cadence_of([date(2027, 3, 1), date(2027, 4, 1), date(2027, 5, 3)]) == Cadence("month", moved=True)
