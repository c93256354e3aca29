"""What the pages add up: every part makes its whole exactly, whichever way it is cut."""

from collections import defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis.extra.django import TestCase

from contracts.models import Budget
from contracts.rules.period import Period, periods
from contracts.services import demo
from metrics.queries import movements, spend
from metrics.queries.amounts import Base
from metrics.queries.budget_report import budget_report
from metrics.queries.price_report import price_report
from metrics.queries.quality_report import GAPS, lacking, quality_report
from metrics.queries.question import Question, Unit
from metrics.queries.rates import fixing
from metrics.queries.retention_report import retention_report
from metrics.queries.spend_report import spend_report
from metrics.rules.retention import AMOUNTS, Movements
from tests.metrics.stories import Story, write
from tests.metrics.test_random_histories import stories

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
WINDOW = Period(date(2025, 3, 1), date(2026, 2, 28))
QUESTION = Question(WINDOW, TODAY)
YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def portfolio() -> None:
    demo.load(contracts=60, seed=7, today=TODAY)


def base(currency: str = "EUR", on: date = TODAY) -> Base:
    return Base(currency, fixing(on))


@pytest.mark.usefixtures("portfolio")
def test_the_parts_of_spend_add_up_to_it_whichever_way_it_is_cut() -> None:
    report = spend_report(QUESTION, base())
    assert report.total is not None
    whole = report.total.exact
    assert whole > 0
    assert sum(month.accrued.exact for month in report.months if month.accrued) == whole
    for shares in report.shares.values():
        assert sum(share.line.exact for share in shares) == whole
        assert sum(share.share or 0 for share in shares) == 1
    for centre in report.shares["cost_centre"]:
        assert sum(line.exact for line in centre.members) == centre.line.exact


@pytest.mark.usefixtures("portfolio")
def test_gross_less_its_deductions_is_net() -> None:
    report = spend_report(QUESTION, base())
    for charged in report.charged:
        for part in charged.parts:
            assert part.gross - part.discount - part.allowance - part.credit == part.net
    whole = report.charged_in_all.amounts
    deducted = whole["discount"] + whole["allowance"] + whole["credit"]
    assert abs(whole["gross"] - deducted - whole["net"]) <= Decimal("0.02")


@pytest.mark.usefixtures("portfolio")
def test_a_plan_is_held_against_what_its_year_costs() -> None:
    report = budget_report(QUESTION, YEAR, base(), None)
    total = next(line for line in report.lines if line.dimension == "total")
    planned = Budget.objects.get(fiscal_year=2026, dimension="total").amount
    assert total.budget == planned
    agreed = spend.accrued_spend(YEAR, "year")
    exact = base().exact({row.currency: row.value for row in agreed})
    assert abs(Fraction(total.agreed) - exact) < Fraction(1, 100)
    assert total.left == total.budget - total.agreed
    assert report.months[-1].budget == planned
    assert [month.actual for month in report.months][3:] == [None] * 9
    levels = [month.expected for month in report.months]
    assert levels == sorted(levels)


@pytest.mark.usefixtures("portfolio")
def test_budgets_of_another_currency_stay_out_of_a_view_of_one() -> None:
    assert budget_report(QUESTION, YEAR, base("USD"), "USD").lines == ()
    assert budget_report(QUESTION, YEAR, base("EUR"), "EUR").lines


@pytest.mark.parametrize("by", ["vendor", "contract", "lineage"])
@pytest.mark.usefixtures("portfolio")
def test_months_of_movements_are_what_each_month_alone_says(by: Unit) -> None:
    question = replace(QUESTION, by=by)
    report = retention_report(question, base("EUR", question.opening_day))
    assert len(report.periods) == 12
    for name, part in periods(WINDOW, "month"):
        alone = movements.converted(
            replace(question, window=part), ["EUR"], report.base.at, question.by
        )
        assert alone["EUR"].movements == report.periods[name]


@pytest.mark.usefixtures("portfolio")
def test_one_month_closes_where_the_next_opens() -> None:
    report = retention_report(QUESTION, base("EUR", QUESTION.opening_day))
    months = list(report.periods.values())
    assert months[0].opening == report.moves.opening
    assert months[-1].closing == report.moves.closing
    for before, after in pairwise(months):
        assert before.closing == after.opening


@pytest.mark.usefixtures("portfolio")
def test_a_long_window_is_shown_by_quarters() -> None:
    long = replace(QUESTION, window=Period(date(2022, 1, 1), date(2025, 12, 31)))
    report = retention_report(long, base())
    assert list(report.periods)[:2] == ["2022-Q1", "2022-Q2"]


@pytest.mark.usefixtures("portfolio")
def test_the_vendors_add_up_to_the_rise_of_all() -> None:
    report = price_report(QUESTION, base("EUR", QUESTION.opening_day), base())
    assert report.whole.renewed == sum(vendor.renewed for vendor in report.vendors)
    assert report.whole.rate == report.whole.risen / report.whole.renewed
    rates = [vendor.rate or 0 for vendor in report.vendors]
    assert rates == sorted(rates, reverse=True)


@pytest.mark.usefixtures("portfolio")
def test_each_gap_is_the_sum_of_the_contracts_it_lists() -> None:
    report = quality_report(QUESTION, base())
    for gap in report.gaps:
        if gap.key in GAPS:
            found: dict[str, Fraction] = defaultdict(Fraction)
            for row in lacking(QUESTION, gap.key, base()):
                found[row.currency] += row.value
            assert found == gap.amounts, gap.key
    assert {gap.key for gap in report.gaps if gap.count} >= {"owner", "units", "charges"}


def adds_up(moves: Movements) -> bool:
    opening, new, back, more, less, churn, closing = (getattr(moves, name) for name in AMOUNTS)
    return bool(opening + new + back + more - less - churn == closing)


class RandomHistories(TestCase):
    """Portfolios nobody would think of."""

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
        derandomize=True,
    )
    @given(stories())
    def test_the_parts_make_the_change_of_the_bill(self, story: Story) -> None:
        write(story)
        window = Period(date(2023, 7, 1), date(2024, 6, 30))
        question = Question(window, date(2024, 7, 15))
        start, end = base("EUR", question.opening_day), base("EUR", window.end)
        report = price_report(question, start, end)
        assert report.opening + report.parts.total == report.closing
        assert sum((each.parts for each in report.contracts), report.standing) == report.parts
        assert all(adds_up(moves) for moves in retention_report(question, end).periods.values())
