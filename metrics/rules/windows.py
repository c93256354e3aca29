"""Windows as people say them: this fiscal year, the last 12 months, the quarter to date."""

from datetime import date
from enum import StrEnum

from contracts.rules.calendar import ONE_DAY, add_months
from contracts.rules.period import Period, period_end_on_or_before

MONTHS_IN_YEAR, MONTHS_IN_QUARTER = 12, 3


class Named(StrEnum):
    """The windows that have a name; all but the finished ones end on the as-of day."""

    LAST_12_MONTHS = "last-12-months"
    FISCAL_YEAR = "fiscal-year"
    LAST_FISCAL_YEAR = "last-fiscal-year"
    QUARTER_TO_DATE = "quarter-to-date"
    YEAR_TO_DATE = "year-to-date"


def fiscal_year(day: date, start_month: int) -> Period:
    """Return the fiscal year that holds `day`, where years start in month `start_month` (1 to 12).

    Example: with April, 2026-02-10 lies in 2025-04-01 .. 2026-03-31.

    Source: C9.
    """
    start = _start_of_block(day, start_month, MONTHS_IN_YEAR)
    return Period(start, add_months(start, MONTHS_IN_YEAR) - ONE_DAY)


def fiscal_year_number(year: Period) -> int:
    """Return what a fiscal year is called: the calendar year in which it ends.

    Example: 2025-04-01 .. 2026-03-31 is 2026; a calendar year is itself.

    Source: C9.
    """
    return year.end.year


def named_window(name: Named, as_of: date, start_month: int) -> Period:
    """Return the window of a name as of a day; fiscal years start in month `start_month` (1 to 12).

    The last 12 months are whole ones, so that they are a year and every month of it can be
    compared; fiscal quarters are counted from the start of the fiscal year. No window but a
    finished one passes the as-of day: what is not over cannot have stayed.

    Source: C9, R6.
    """
    current = fiscal_year(as_of, start_month)
    if name == Named.LAST_FISCAL_YEAR:
        return fiscal_year(current.start - ONE_DAY, start_month)
    if name == Named.FISCAL_YEAR:
        return Period(current.start, as_of)
    if name == Named.QUARTER_TO_DATE:
        return Period(_start_of_block(as_of, start_month, MONTHS_IN_QUARTER), as_of)
    if name == Named.YEAR_TO_DATE:
        return Period(date(as_of.year, 1, 1), as_of)
    last = period_end_on_or_before(as_of, "month")
    return Period(add_months(last + ONE_DAY, -MONTHS_IN_YEAR), last)


def _start_of_block(day: date, start_month: int, months: int) -> date:
    """Return the first day of the block of `months` months, counted from `start_month`."""
    back = (day.month - start_month) % months
    return add_months(day.replace(day=1), -back)
