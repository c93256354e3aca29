"""Rows end where the asker's rights end, and so do the totals over them."""

from datetime import date
from decimal import Decimal

import pytest

from contracts.models import Contract, Department
from contracts.rules.period import Period
from contracts.rules.vocabulary import Role
from metrics.queries.figures import figures
from metrics.queries.focus import commitments
from metrics.queries.narrowing import Narrowing
from metrics.queries.question import Question, Scope
from metrics.queries.rows import cells, rows_of
from tests import factories
from tests.contracts.pages import member
from tests.metrics.opening import differences
from tests.metrics.stories import ContractStory, charge, tell, years

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


@pytest.fixture
def portfolio() -> dict[str, Contract]:
    for name in ("IT", "Sales", "Department"):
        factories.DepartmentFactory.create(name=name)
    rows = tell(
        ContractStory("Hidden", years(2023, 100, 120), vendor="Acme", department="Sales"),
        ContractStory("Open", years(2023, 10, 12), vendor="Acme", department="IT"),
        ContractStory("Dollars", years(2023, 7, 9), vendor="Bell", currency="USD"),
        links=[("Hidden", "Open")],
        rates=[(date(2023, 12, 29), "USD", Decimal("1.25"))],
    )
    for row in rows.values():
        charge(row, date(2024, 2, 1), 5)
    return rows


@pytest.fixture
def question(portfolio: dict[str, Contract]) -> Question:
    reader = member(Role.VIEWER, Department.objects.get(name="IT"))
    return Question(YEAR, date(2024, 11, 1), "lineage", scope=Scope.of(reader))


def test_no_row_of_any_cell_names_what_one_may_not_see(question: Question) -> None:
    opened = [rows_of(question, cell.figure, cell.key) for cell in cells(figures(question))]
    assert len(opened) > 100
    texts = {str(value) for each in opened for row in each.rows for value in row.values}
    assert "Open" in texts
    assert texts & {"Hidden", "Dollars", "Bell"} == set()


def test_the_rows_one_sees_add_up_to_the_figures_one_sees(question: Question) -> None:
    for cell in cells(figures(question)):
        assert list(differences(cell, rows_of(question, cell.figure, cell.key))) == []


def test_a_charge_of_a_foreign_contract_does_not_name_it(
    portfolio: dict[str, Contract], question: Question
) -> None:
    own = Department.objects.get(name="IT")
    factories.ChargeFactory.create(
        contract=portfolio["Hidden"],
        department=own,
        charged_on=date(2024, 3, 1),
        currency="EUR",
        gross=Decimal(3),
    )
    opened = rows_of(question, "actuals_month", "2024-03|EUR")
    (row,) = opened.rows
    assert row.values[opened.places["contract"]] == ""
    bought = rows_of(question, "purchases", "repeat_purchase_ratio")
    assert "Hidden" not in {row.values[0] for row in bought.rows}


def test_a_lineage_is_shown_by_a_contract_that_one_sees(question: Question) -> None:
    (row,) = rows_of(question, "retention_lineage_EUR", "opening").rows
    assert row.values[0] == "Open"


def test_commitments_end_where_rights_end(question: Question) -> None:
    table = commitments(question)
    assert {row[10] for row in table.rows} == {"Open"}


def test_a_narrowed_question_opens_to_the_rows_of_its_part(
    portfolio: dict[str, Contract],
) -> None:
    reader = factories.AdministratorFactory.create()
    for narrowing, in_force, charged in (
        (Narrowing(), "132.00", "10.00"),
        (Narrowing(department=Department.objects.get(name="IT")), "12.00", "5.00"),
        (Narrowing(vendor=portfolio["Dollars"].vendor), "0.00", "0.00"),
        (Narrowing(category=portfolio["Open"].category), "132.00", "10.00"),
        (Narrowing(currency="USD"), "0.00", "0.00"),
    ):
        asked = Question(YEAR, YEAR.end, scope=narrowing.scope(reader))
        assert rows_of(asked, "annualised", "EUR").printed == in_force
        assert rows_of(asked, "actuals_year", "2024|EUR").printed == charged
