"""Days of the year that people name: Christmas Eve, Thanksgiving, Black Friday, Easter Monday.

Knows nothing of tokens. Easter by the anonymous Gregorian computus (Meeus, Astronomical Algorithms, 1991, chapter 8).
"""

import datetime

_FIXED = {
    "christmas": (12, 25),
    "christmas day": (12, 25),
    "christmas eve": (12, 24),
    "boxing day": (12, 26),
    "new year": (1, 1),
    "new years": (1, 1),
    "new year day": (1, 1),
    "new years day": (1, 1),
    "new year eve": (12, 31),
    "new years eve": (12, 31),
    "nye": (12, 31),
    "hogmanay": (12, 31),
    "st patricks day": (3, 17),
    "saint patricks day": (3, 17),
    "st patricks": (3, 17),
    "paddys day": (3, 17),
    "valentines": (2, 14),
    "valentines day": (2, 14),
    "halloween": (10, 31),
    "bonfire night": (11, 5),
    "independence day": (7, 4),
    "veterans day": (11, 11),
    "groundhog day": (2, 2),
}
_MOVED = ("thanksgiving", "thanksgiving day", "black friday", "cyber monday", "labor day", "memorial day")
_EASTER = {"good friday": -2, "easter": 0, "easter sunday": 0, "easter monday": 1}
_NAMES = frozenset((*_FIXED, *_MOVED, *_EASTER))
OPENERS = frozenset(name.split()[0] for name in _NAMES) | frozenset(("valentine's", "paddy's", "year's"))
"""First words of the names, as a writer may spell them."""
LONGEST_NAME = 3
"""Words in the longest name."""


def next_holiday(name: str, today: datetime.date) -> datetime.date | None:
    """Its next day on or after today; None for any other name. Apostrophes are ignored."""
    name = name.replace("'", "")
    if name not in _NAMES:
        return None
    for year in range(today.year, min(today.year + 2, datetime.MAXYEAR + 1)):
        day = _in_year(name, year)
        if day >= today:
            return day
    return None


def _in_year(name: str, year: int) -> datetime.date:
    if name in _FIXED:
        return datetime.date(year, *_FIXED[name])
    if name in _EASTER:
        return easter(year) + datetime.timedelta(_EASTER[name])
    if name == "labor day":
        return nth_weekday(year, 9, 0, 1)
    if name == "memorial day":
        return nth_weekday(year, 6, 0, 1) - datetime.timedelta(7)
    after_thanksgiving = {"black friday": 1, "cyber monday": 4}.get(name, 0)
    return nth_weekday(year, 11, 3, 4) + datetime.timedelta(after_thanksgiving)


def nth_weekday(year: int, month: int, weekday: int, count: int) -> datetime.date:
    """The `count`-th (from 1) `weekday` (Monday 0) of a month; one past the last falls into the next."""
    first = datetime.date(year, month, 1)
    return first + datetime.timedelta((weekday - first.weekday()) % 7 + 7 * (count - 1))


def easter(year: int) -> datetime.date:
    """Easter Sunday of the Western churches."""
    century, in_century = divmod(year, 100)
    epact = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (in_century // 4) - epact - in_century % 4) % 7
    late = (year % 19 + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * late + 114, 31)
    return datetime.date(year, month, day + 1)
