"""Which cells there are, what a key means, and what opening one costs."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Budget, Contract
from contracts.rules.period import Period
from metrics.queries.catalogue import METRICS
from metrics.queries.figures import figures
from metrics.queries.question import Question
from metrics.queries.rows import cells, family_of, metric_of, rows_of
from metrics.queries.rows_opened import UnknownFigureError, UnknownKeyError
from tests.metrics.opening import opened_all
from tests.metrics.stories import ContractStory, charge, tell, term, years

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
QUESTION = Question(YEAR, date(2024, 12, 31))
FREE_OF_ROWS = {"window", "as_of", "by", "grace", "fixing"}
MOST_STATEMENTS = 3


@pytest.fixture
def portfolio() -> dict[str, Contract]:
    rows = tell(
        ContractStory("A", years(2023, 100, 120), vendor="Acme|Co", category="CRM"),
        ContractStory("B", years(2023, 365), vendor="Bell", category="CRM", auto=False),
        ContractStory("C", years(2023, 50, 60), vendor="Bell", currency="USD", notice=30),
        rates=[(date(2023, 12, 29), "USD", Decimal("1.25"))],
    )
    charge(rows["A"], date(2024, 2, 29), 40, discount=Decimal(5), allowance=Decimal(1))
    charge(rows["A"], date(2024, 3, 1), 60, credit=Decimal("2.50"))
    charge(rows["C"], date(2024, 3, 1), 7)
    plans = (("vendor", "Acme|Co"), ("category", "CRM"), ("total", ""))
    for dimension, key in plans:
        Budget.objects.create(
            fiscal_year=2024, dimension=dimension, key=key, currency="EUR", amount=Decimal(100)
        )
    return rows


def column(opened: Any, name: str) -> list[Any]:
    return [row.values[opened.places[name]] for row in opened.rows]


def test_every_family_of_the_answer_can_be_opened(portfolio: dict[str, Contract]) -> None:
    asked = Question(YEAR, date(2024, 11, 1))
    total, right, wrong = opened_all(asked)
    assert wrong == []
    assert total == right
    assert set(figures(asked)) - FREE_OF_ROWS <= set(total)


def test_a_row_of_accrual_is_a_run_of_days_with_its_cost(portfolio: dict[str, Contract]) -> None:
    opened = rows_of(QUESTION, "accrual_month", "2024-02|EUR")
    (row,) = opened.rows
    days = date(2024, 2, 1), date(2024, 2, 29), 29
    cost = Fraction(120) * 29 / 366
    assert row.values == ("A", "Acme|Co", 2, *days, Fraction(120), 366, cost)
    assert row.target == ("contract", portfolio["A"].pk)
    assert (opened.printed, opened.unit) == ("9.51", "EUR")
    assert opened.definition == METRICS["accrued-spend"].definition


def test_a_name_may_hold_the_bar_that_joins_a_key(portfolio: dict[str, Contract]) -> None:
    assert rows_of(QUESTION, "accrual_vendor", "2024|Acme|Co|EUR").printed == "120.00"
    assert rows_of(QUESTION, "actuals_vendor", "2024|Acme|Co|EUR|gross").printed == "100.00"
    assert rows_of(QUESTION, "budget_actual", "vendor|Acme|Co|EUR|pct").printed == "-0.085000"


def test_a_retention_row_says_what_became_of_its_unit(portfolio: dict[str, Contract]) -> None:
    opened = rows_of(QUESTION, "retention_contract_EUR", "GRR")
    became = dict(zip(column(opened, "contract"), column(opened, "became"), strict=True))
    assert became == {"A": "expanded", "B": "lost"}
    assert opened.printed == "0.215054"
    assert opened.measure.formula == "(opening - contraction - churn) / opening"


def test_a_converted_cell_names_the_fixing_it_stands_on(portfolio: dict[str, Contract]) -> None:
    opened = rows_of(QUESTION, "retention_vendor_all_const_EUR", "opening")
    assert opened.printed == "505.00"
    assert opened.fixing is not None
    assert opened.fixing.on == date(2023, 12, 31)
    assert opened.fixing.fixed_on == {"USD": date(2023, 12, 29)}


def test_what_has_no_rate_is_counted_beside_the_rows(portfolio: dict[str, Contract]) -> None:
    tell(ContractStory("D", years(2023, 10, 10), vendor="Dee", currency="CHF"))
    tell(ContractStory("E", years(2024, 10), vendor="Eve", currency="CHF"))
    tell(ContractStory("F", years(2023, 10), vendor="Fox", currency="CHF"))
    for unit in ("vendor", "contract"):
        opened = rows_of(QUESTION, f"retention_{unit}_all_const_EUR", "unconverted")
        assert opened.printed == 3
    assert figures(QUESTION)["retention_vendor_all_const_EUR"]["unconverted"] == 3


def test_a_price_change_opens_to_the_two_terms(portfolio: dict[str, Contract]) -> None:
    opened = rows_of(QUESTION, "price_changes", "A|2|value_pct")
    assert column(opened, "term") == [1, 2]
    assert opened.printed == "0.200000"


def test_contracts_of_one_title_open_together(portfolio: dict[str, Contract]) -> None:
    Contract.objects.filter(pk=portfolio["A"].pk).update(external_reference="", title="Same")
    Contract.objects.filter(pk=portfolio["C"].pk).update(external_reference="", title="Same")
    opened = rows_of(QUESTION, "price_changes", "Same|2|av0")
    assert opened.printed == "150.00"


def test_the_whole_calendar_opens_without_a_key(portfolio: dict[str, Contract]) -> None:
    asked = Question(YEAR, date(2024, 11, 1))
    assert rows_of(asked, "renewal_calendar", "").printed == 2
    (row,) = rows_of(asked, "renewal_calendar", "C|2").rows
    (listed,) = [each for each in figures(asked)["renewal_calendar"] if each[1] == "C"]
    assert [row.values[0].isoformat(), row.values[1], row.values[3]] == listed[:3]  # type: ignore[union-attr]


def test_a_budget_line_opens_to_its_plan_and_what_was_spent(
    portfolio: dict[str, Contract],
) -> None:
    opened = rows_of(QUESTION, "budget_actual", "total||EUR|variance")
    assert column(opened, "budget") == [100, 0, 0]
    assert opened.printed == "-8.50"
    assert opened.rows[0].target == ("budget", Budget.objects.get(dimension="total").pk)


def test_a_good_key_without_rows_opens_to_nothing_at_zero(portfolio: dict[str, Contract]) -> None:
    opened = rows_of(QUESTION, "accrual_month", "2024-02|JPY")
    assert (opened.rows, opened.printed) == ((), "0.00")
    assert rows_of(QUESTION, "retention_vendor_JPY", "GRR").printed is None


@pytest.mark.parametrize("figure", ["", "happiness", "accrual_week", "retention_vendor_EURO"])
def test_an_unknown_family_is_refused(figure: str) -> None:
    with pytest.raises(UnknownFigureError):
        rows_of(QUESTION, figure, "2024-01|EUR")


@pytest.mark.parametrize(
    ("figure", "key"),
    [
        ("accrual_month", ""),
        ("accrual_month", "2023-12|EUR"),
        ("accrual_month", "2024-01"),
        ("accrual_month", "2024-01|EURO"),
        ("accrual_vendor", "2024|EUR"),
        ("annualised", "EUR|x"),
        ("retention_vendor_EUR", "happiness"),
        ("retention_vendor_EUR", "unconverted"),
        ("movements_month_EUR", "2023-12|churn"),
        ("movements_month_EUR", "2024-01|happiness"),
        ("renewal_rates_EUR", ""),
        ("cohorts_year_EUR", "2024|logos"),
        ("cohorts_year_EUR", "2024|logos|1"),
        ("cohorts_year_EUR", "2024|size|0"),
        ("cohorts_year_EUR", "never|size"),
        ("cohorts_year_EUR", "\u00b2|size"),
        ("purchases", "time_between"),
        ("return_rate", "by_colour"),
        ("price_changes", "A|one"),
        ("price_changes", "nobody|2"),
        ("renewal_calendar", "nobody|2"),
        ("budget_actual", "vendor|nobody|EUR"),
        ("forecast_flat", "2024-12|EUR"),
        ("fixing", "EUR"),
    ],
)
def test_an_unknown_key_is_refused(portfolio: dict[str, Contract], figure: str, key: str) -> None:
    with pytest.raises(UnknownKeyError):
        rows_of(QUESTION, figure, key)


def test_opening_a_cell_takes_as_few_statements_whatever_the_size(
    portfolio: dict[str, Contract],
) -> None:
    for n in range(5):
        tell(ContractStory(f"X{n}", years(2023, 10, 11, 12), vendor=f"V{n}"))
    for cell in cells(figures(QUESTION)):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            rows_of(QUESTION, cell.figure, cell.key)
        assert len(asked) <= MOST_STATEMENTS, cell


def test_every_family_belongs_to_a_metric() -> None:
    assert metric_of("cohorts_year_EUR").name == "cohorts"
    assert family_of("renewal_rates_all_const_USD")[1]["base"] == "USD"
    assert family_of("renewal_rates_nolinks_USD")[1]["currency"] == "USD"


def test_values_beyond_64_bits_per_unit_open_exactly() -> None:
    huge = "92233720368547.7580"
    tell(
        ContractStory("A", (term(1, date(2023, 1, 1), date(2024, 12, 31), huge),), vendor="Big"),
        ContractStory("B", (term(1, date(2023, 1, 1), date(2024, 12, 31), huge),), vendor="Big"),
    )
    for name in ("contract", "vendor"):
        opened = rows_of(QUESTION, f"retention_{name}_EUR", "opening")
        assert opened.value == 2 * Fraction(huge)
