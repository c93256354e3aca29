"""Deadlines met, missed and slept through, by worked examples."""

from datetime import date
from fractions import Fraction

import pytest

from metrics.rules.decisions import (
    Decision,
    Decisions,
    decision,
    on_time_rate,
    on_time_rate_by_value,
    silent_share,
)

DEADLINE = date(2026, 3, 31)
LATER = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("decided_on", "as_of", "auto", "found"),
    [
        (DEADLINE, LATER, True, Decision.DECIDED),
        (date(2026, 4, 1), LATER, True, Decision.LATE),
        (None, LATER, True, Decision.SILENT),
        (None, LATER, False, Decision.LAPSED),
        (None, DEADLINE, True, Decision.OPEN),
        (None, date(2026, 4, 1), True, Decision.SILENT),
        (date(2026, 5, 1), date(2026, 4, 15), True, Decision.SILENT),
        (date(2026, 3, 30), date(2026, 3, 29), True, Decision.OPEN),
        (date(2026, 1, 1), date(2026, 2, 1), True, Decision.DECIDED),
    ],
)
def test_a_deadline_is_judged_by_what_was_known(
    decided_on: date | None, as_of: date, auto: bool, found: Decision
) -> None:
    assert decision(DEADLINE, decided_on, as_of=as_of, auto=auto) == found


def test_a_renewal_recorded_long_after_without_a_day_is_neither_met_nor_missed() -> None:
    entered = date(2027, 1, 1)
    asked = {"as_of": date(2027, 2, 1), "auto": True}
    assert decision(DEADLINE, entered, undated=True, **asked) == Decision.UNDATED  # type: ignore[arg-type]  # by name


def test_rates_are_taken_over_what_was_due() -> None:
    count = {Decision.DECIDED: 6, Decision.LATE: 1, Decision.SILENT: 2, Decision.LAPSED: 1}
    value = {Decision.DECIDED: Fraction(300), Decision.SILENT: Fraction(100)}
    found = Decisions(count | {Decision.OPEN: 5, Decision.UNDATED: 3}, value)
    assert found.due == 10
    assert on_time_rate(found) == Fraction(3, 5)
    assert on_time_rate_by_value(found) == Fraction(3, 4)
    assert silent_share(found) == Fraction(1, 4)


def test_nothing_due_has_no_rate() -> None:
    assert on_time_rate(Decisions({Decision.OPEN: 2})) is None
    assert on_time_rate_by_value(Decisions()) is silent_share(Decisions()) is None
