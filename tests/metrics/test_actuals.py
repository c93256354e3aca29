"""Charges, returns, purchases and budgets, in the tables, on both engines."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from contracts.models import Charge
from contracts.rules.period import Period
from metrics.queries import actuals, budgets, figures
from metrics.queries.question import Question, Unit
from metrics.rules.purchases import LOYAL_MORE_THAN, Buyers, units_with_more_than
from tests.factories import BudgetFactory, ChargeFactory, VendorFactory
from tests.metrics.stories import ContractStory, charge, exact, tell, years

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
QUESTION = Question(YEAR, date(2025, 3, 1))


def test_net_is_gross_less_discount_allowance_and_credit() -> None:
    (contract,) = tell(ContractStory("A", years(2024, 1))).values()
    deductions = {"discount": Decimal(20), "allowance": Decimal(5), "credit": Decimal(90)}
    charge(contract, YEAR.start, 100, **deductions)
    (found,) = actuals.charged(YEAR, "year")
    assert (found.gross, found.deductions, found.credit, found.net) == exact(100, 25, 90, -15)


def test_both_ends_of_the_window_are_charged_and_nothing_beyond() -> None:
    (contract,) = tell(ContractStory("A", years(2024, 1))).values()
    for day in (YEAR.start, YEAR.end, YEAR.start - timedelta(days=1), YEAR.end + timedelta(days=1)):
        charge(contract, day, 1)
    assert {row.label: row.charges for row in actuals.charged(YEAR)} == {"2024-01": 1, "2024-12": 1}


def test_a_charge_without_a_contract_belongs_to_the_vendor_it_names() -> None:
    ChargeFactory.create(
        contract=None, vendor=VendorFactory.create(name="Acme"), charged_on=YEAR.start
    )
    (found,) = actuals.charged(YEAR, "year", "vendor")
    assert found.name == "Acme"
    assert found.gross == 1000


def test_a_charge_without_a_vendor_belongs_to_its_contracts() -> None:
    (contract,) = tell(ContractStory("A", years(2024, 1), vendor="Acme")).values()
    charge(contract, YEAR.start, 10)
    assert Charge.objects.get().vendor is None
    assert [row.name for row in actuals.charged(YEAR, "year", "vendor")] == ["Acme"]


def test_returns_are_counted_and_added_apart() -> None:
    (contract,) = tell(ContractStory("A", years(2024, 1))).values()
    charge(contract, YEAR.start, 100)
    charge(contract, YEAR.start, 300, credit=Decimal(40))
    assert actuals.returned(YEAR) == actuals.Returns(2, 1, Fraction(400), Fraction(40))


def test_without_charges_every_rate_of_them_is_undefined() -> None:
    found = figures.actual_spend(QUESTION) | figures.purchases(QUESTION)
    assert found["return_rate"] == {"by_count": None, "by_value": None}
    assert found["purchases"]["repeat_purchase_ratio"] is None
    assert found["purchases"]["time_between"] == {"mean_of_means": None, "pooled": None}


def test_units_buy_on_days_and_not_by_the_number_of_charges() -> None:
    rows = tell(
        ContractStory("A", years(2024, 1), vendor="Often"),
        ContractStory("B", years(2024, 1), vendor="Once"),
        ContractStory("C", years(2024, 1), vendor="Never"),
    )
    for day in (0, 7, 21, 21):
        charge(rows["A"], YEAR.start + timedelta(days=day), 10)
    charge(rows["B"], YEAR.start, 10)
    charge(rows["B"], YEAR.start, 10)
    charge(rows["C"], YEAR.start, 0)
    buyers = actuals.purchases(QUESTION)
    assert buyers == [Buyers(1, 1, 0), Buyers(3, 1, 21)]
    assert figures.purchases(QUESTION)["purchases"] == {
        "repeat_purchase_ratio": "0.500000",
        "loyal_customer_rate": "0.000000",
        "time_between": {"mean_of_means": "10.500000", "pooled": "10.500000"},
    }


def test_the_mean_of_means_is_not_the_pooled_mean() -> None:
    rows = tell(
        ContractStory("A", years(2024, 1), vendor="A"),
        ContractStory("B", years(2024, 1), vendor="B"),
    )
    for day in range(0, 50, 10):
        charge(rows["A"], YEAR.start + timedelta(days=day), 1)
    for day in (0, 100):
        charge(rows["B"], YEAR.start + timedelta(days=day), 1)
    between = figures.purchases(QUESTION)["purchases"]["time_between"]
    assert between == {"mean_of_means": "55.000000", "pooled": "28.000000"}


@pytest.mark.parametrize(("days", "loyal"), [(4, 0), (5, 1)])
def test_loyal_means_more_than_four_purchases(days: int, loyal: int) -> None:
    (contract,) = tell(ContractStory("A", years(2024, 1))).values()
    for day in range(days):
        charge(contract, YEAR.start + timedelta(days=day), 1)
    assert units_with_more_than(LOYAL_MORE_THAN, actuals.purchases(QUESTION)) == loyal


@pytest.mark.parametrize(("by", "units"), [("vendor", 1), ("contract", 3), ("lineage", 2)])
def test_buyers_are_counted_by_the_unit_that_is_asked_for(by: Unit, units: int) -> None:
    rows = tell(*(ContractStory(name, years(2024, 1)) for name in "ABC"), links=[("A", "B")])
    for row in rows.values():
        charge(row, YEAR.start, 1)
    question = Question(YEAR, QUESTION.as_of, by)
    assert sum(each.units for each in actuals.purchases(question)) == units


def test_budgets_are_held_against_their_own_name_and_currency() -> None:
    told = ContractStory("A", years(2024, 100), vendor="Acme", department="IT")
    (contract,) = tell(told).values()
    charge(contract, YEAR.start, 120)
    BudgetFactory.create(fiscal_year=2024, dimension="vendor", key="Acme", amount=100)
    BudgetFactory.create(fiscal_year=2024, dimension="department", key="IT", amount=0)
    BudgetFactory.create(fiscal_year=2024, dimension="total", key="", amount=80)
    BudgetFactory.create(fiscal_year=2024, dimension="total", key="", currency="USD", amount=80)
    BudgetFactory.create(fiscal_year=2023, dimension="total", key="", amount=80)
    found = figures.budget_lines(QUESTION)
    actual = [(line["actual"], line["variance"], line["pct"]) for line in found["budget_actual"]]
    assert actual == [
        ("120.00", "20.00", "0.200000"),
        ("120.00", "120.00", None),
        ("120.00", "40.00", "0.500000"),
        ("0.00", "-80.00", "-1.000000"),
    ]
    assert [line["actual"] for line in found["budget_accrual"]][:3] == ["100.00"] * 3


def test_a_budget_without_spending_stands_alone() -> None:
    BudgetFactory.create(fiscal_year=2024, dimension="vendor", key="Nobody", amount=10)
    (line,) = budgets.against(2024, {})
    assert (line.actual, line.variance) == exact(0, -10)
    assert line.ratio == -1
