"""Futures of monthly charges, and the back-test beside them."""

from datetime import date

import pytest

from contracts.rules.period import Period
from metrics.rules import forecast_charges as charges
from metrics.rules.forecast_backtest import Drawn, cells, months_after, origins, score
from metrics.rules.forecast_draws import Band, band


def test_the_level_is_the_mean_of_three_months() -> None:
    assert charges.levels([3, 6, 9, 12]) == [6, 9]
    assert charges.flat([3, 6, 9, 12], 2) == [9, 9]


def test_a_series_that_never_moved_stays() -> None:
    rows = charges.futures([500] * 12, 12, 1, 50)
    assert {month for row in rows for month in row} == {500}


def test_a_series_that_always_grew_goes_on_growing() -> None:
    series = [round(1000 * 1.1**n) for n in range(24)]
    totals = band(sum(row) for row in charges.futures(series, 12, 1, 200))
    assert totals.p50 > 1.5 * sum(charges.flat(series, 12))
    assert totals.p10 > sum(charges.flat(series, 12))


def test_a_series_that_went_up_and_down_mostly_stays() -> None:
    series = [800, 1200] * 12
    totals = band(sum(row) for row in charges.futures(series, 12, 1, 200))
    assert 0.7 * 12_000 < totals.p10 <= totals.p50 < totals.p90 < 1.4 * 12_000


def test_credits_beyond_charges_are_drawn_as_they_were() -> None:
    series = [100, -900, 100, 50, 60, 70]
    rows = charges.futures(series, 6, 1, 40)
    assert {month for row in rows for month in row} <= set(series)


def test_less_than_six_months_say_nothing() -> None:
    with pytest.raises(ValueError, match="6 months"):
        charges.futures([1] * 5, 12, 1, 10)


def test_the_same_seed_gives_the_same_months() -> None:
    series = [100, 130, 90, 160, 150, 210, 190]
    assert charges.futures(series, 36, 9, 5) == charges.futures(series, 36, 9, 5)
    assert charges.futures(series, 36, 9, 5) != charges.futures(series, 36, 8, 5)


def test_the_past_days_are_a_year_ago_and_the_quarters_before() -> None:
    assert origins(date(2026, 11, 21)) == [
        date(2025, 9, 30),
        date(2025, 6, 30),
        date(2025, 3, 31),
        date(2024, 12, 31),
    ]
    assert origins(date(2013, 12, 31))[0] == date(2012, 12, 31)


def test_the_months_after_a_day_end_with_a_month() -> None:
    assert months_after(date(2026, 1, 31), 12) == Period(date(2026, 2, 1), date(2027, 1, 31))
    assert months_after(date(2026, 11, 21), 12) == Period(date(2026, 11, 22), date(2027, 10, 31))


def test_a_forecast_is_held_against_the_quarters_that_came() -> None:
    futures = [[level] * 12 for level in range(1, 11)]
    came = {"EUR": [5] * 9 + [40] * 3}
    rows = cells(date(2024, 12, 31), {"EUR": Drawn([6] * 12, futures)}, came)
    assert [row.quarter for row in rows] == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    assert rows[0][3:] == (Band(3, 15, 27), 18, 15)
    assert [row.held for row in rows] == [True, True, True, False]
    found = score(rows)
    assert (found.cells, found.held) == (4, 3)
    assert found.loss is not None
    assert found.ratio is not None
    # By hand: 3 quarters lose (.1*12 + 0 + .1*12)/3, the last (.1*117 + .5*105 + .9*93)/3.
    assert found.loss * 4 == pytest.approx(3 * 0.8 + (11.7 + 52.5 + 83.7) / 3)


def test_a_currency_of_which_nothing_came_and_nothing_was_said_is_no_test() -> None:
    assert cells(date(2024, 12, 31), {"EUR": Drawn([0] * 12, [[0] * 12])}, {}) == []
    assert score([]).share is None
