"""Days of the calendar: months from an anchor, last days, working days (R1, R2, R5)."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

import holidays
from holidays.version import __version__ as _data_version

ONE_DAY = timedelta(days=1)
SATURDAY_AND_SUNDAY = frozenset({5, 6})
HOLIDAY_DATA_VERSION: str = _data_version

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def is_leap_year(year: int) -> bool:
    """Say whether the year has a 29 February.

    Source: R2.
    """
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def last_day_of_month(day: date) -> date:
    """Return the last day of the month that holds `day`.

    Source: R2, R6.
    """
    return day.replace(day=_month_length(day.year, day.month))


def add_months(anchor: date, months: int) -> date:
    """Return the day `months` calendar months after the anchor (before it, if negative).

    Promise: the day of the month is the anchor's, clipped to the last day of a shorter month.
    Always pass the original anchor: a chain of results drifts. Raises OverflowError outside
    the years 1 to 9999. Example: 2024-10-31 + 4 months is 2025-02-28.

    Source: R2.
    """
    year, month0 = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise OverflowError(f"{anchor} and {months} months is outside the calendar")
    return date(year, month0 + 1, min(anchor.day, _month_length(year, month0 + 1)))


def term_end(start: date, months: int) -> date:
    """Return the last day of service of a term of `months` months, included.

    Raises ValueError for less than one month. Example: 2020-08-01 and 36 months is 2023-07-31.

    Source: R1.
    """
    if months < 1:
        raise ValueError("a term lasts at least one month")
    return add_months(start, months) - ONE_DAY


class BusinessCalendar:
    """The working days that several countries share: a day off in one is a day off.

    `codes` are the calendars in use ("DE", "DE-BY"), `warnings` the codes that no calendar is
    known for (of those only the weekends count, or the country without its region).

    Source: R4, R5.
    """

    def __init__(self, countries: tuple[str, ...]) -> None:
        """Build the union of the calendars named; an empty tuple means weekends only."""
        known: list[tuple[str, str | None]] = []
        warnings: list[str] = []
        for code in dict.fromkeys(code.strip().upper() for code in countries if code.strip()):
            place, complete = _find_place(code)
            if place and place not in known:
                known.append(place)
            if not complete:
                warnings.append(code)
        self._places = tuple(known)
        self._years: dict[int, dict[date, str]] = {}
        self.codes = tuple("-".join(filter(None, place)) for place in known)
        self.warnings = tuple(warnings)
        self.weekend = _weekend_of(self._places)

    def is_business_day(self, day: date) -> bool:
        """Say whether people work on this day in all of the calendars."""
        return day.weekday() not in self.weekend and day not in self._holidays(day.year)

    def is_weekend(self, day: date) -> bool:
        """Say whether the day is a weekend day in one of the calendars."""
        return day.weekday() in self.weekend

    def holiday_name(self, day: date) -> str | None:
        """Return the name of the holiday on this day, in English where there is one."""
        return self._holidays(day.year).get(day)

    def roll_back(self, day: date) -> date:
        """Return the day itself if it is a business day, else the nearest one before it.

        Source: R4, R13.
        """
        while not self.is_business_day(day):
            day -= ONE_DAY
        return day

    def days_off_back_from(self, day: date) -> Iterator[date]:
        """Yield the days that `roll_back` steps over, the latest first.

        Source: R4.
        """
        while not self.is_business_day(day):
            yield day
            day -= ONE_DAY

    def business_days_before(self, day: date, count: int) -> date:
        """Count back `count` business days; the day itself is not counted.

        Promise: the result is a business day before `day`; for a count of 0 it is `day` as given.
        Raises ValueError for a negative count. Example: Thursday 2026-12-24, 5 days is 2026-12-17.

        Source: R5.
        """
        return self._count(day, count, -ONE_DAY)

    def business_days_after(self, day: date, count: int) -> date:
        """Count forward `count` business days; the day itself is not counted.

        Promise and errors as `business_days_before`, in the other direction.

        Source: R5, R6.
        """
        return self._count(day, count, ONE_DAY)

    def _count(self, day: date, count: int, step: timedelta) -> date:
        if count < 0:
            raise ValueError("business days are counted from zero up")
        while count:
            day += step
            count -= self.is_business_day(day)
        return day

    def _holidays(self, year: int) -> dict[date, str]:
        days = self._years.get(year)
        if days is None:
            days = self._years[year] = _holidays_of(self._places, year)
        return days


@lru_cache(maxsize=1024)
def business_calendar(countries: tuple[str, ...]) -> BusinessCalendar:
    """Return the calendar of the vendor's and the buyer's places, one object per set of codes.

    `countries` are codes such as "DE", "DE-BY", "US-CA"; blank codes are left out. An unknown code
    counts weekends only and stands in `warnings`. Holidays are worked out year by year when asked.

    Source: R5.
    """
    return BusinessCalendar(countries)


def _month_length(year: int, month: int) -> int:
    return 29 if month == 2 and is_leap_year(year) else _LENGTHS[month - 1]


@lru_cache(maxsize=1)
def _regions() -> dict[str, list[str]]:
    return holidays.list_supported_countries(include_aliases=True)


def _find_place(code: str) -> tuple[tuple[str, str | None] | None, bool]:
    country, _, region = code.partition("-")
    regions = _regions().get(country)
    if regions is None or len(country) != 2:
        return None, False
    if not region:
        return (country, None), True
    match = next((known for known in regions if known.upper() == region), None)
    return (country, match), match is not None


def _weekend_of(places: tuple[tuple[str, str | None], ...]) -> frozenset[int]:
    days: set[int] = set()
    for country, region in places:
        days |= holidays.country_holidays(country, subdiv=region).weekend
    return frozenset(days) or SATURDAY_AND_SUNDAY


def _holidays_of(places: tuple[tuple[str, str | None], ...], year: int) -> dict[date, str]:
    days: dict[date, str] = {}
    for country, region in places:
        for day, name in _one_year(country, region, year).items():
            days.setdefault(day, name)
    return days


@lru_cache(maxsize=4096)
def _one_year(country: str, region: str | None, year: int) -> dict[date, str]:
    language = _english(country)
    return dict(
        holidays.country_holidays(
            country, subdiv=region, years=year, expand=False, language=language
        )
    )


@lru_cache(maxsize=512)
def _english(country: str) -> str | None:
    languages = getattr(holidays.country_holidays(country), "supported_languages", ())
    return next((name for name in ("en_US", "en_GB", "en") if name in languages), None)
