"""The amounts of the landing page, within what the reader may see."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, Department
from contracts.rules.period import Period
from metrics.queries import actuals, dashboard, spend
from metrics.queries.catalogue import METRICS
from metrics.queries.figures import figures
from metrics.queries.question import Question, Scope
from tests.factories import AdministratorFactory, MembershipFactory, UserFactory
from tests.metrics.stories import ContractStory, charge, tell, term, years

pytestmark = pytest.mark.django_db

ON = date(2024, 6, 30)
QUESTION = Question(Period(date(2024, 1, 1), date(2024, 12, 31)), ON)


@pytest.fixture
def portfolio() -> dict[str, Contract]:
    return tell(
        ContractStory("A", years(2023, 100, 120), vendor="Acme", department="IT"),
        ContractStory("B", years(2024, 60), vendor="Bell", department="Sales", currency="USD"),
        ContractStory("C", years(2024, 5), vendor="Cray", department="Sales", currency="CHF"),
        rates=[(date(2024, 6, 28), "USD", Decimal("1.2"))],
    )


def test_the_curve_has_a_point_for_each_month_and_ends_today(
    portfolio: dict[str, Contract],
) -> None:
    points = dashboard.annualised_by_month(ON, "EUR", months=8)
    assert [point.month for point in points][:2] == ["2023-11", "2023-12"]
    assert points[-1].day == ON
    assert points[0].money.by_currency == {"EUR": Decimal("100.00")}
    last = points[-1].money
    assert last.by_currency == {"CHF": Decimal(5), "EUR": Decimal(120), "USD": Decimal(60)}
    assert (last.converted, last.unconverted) == (Decimal("170.00"), frozenset({"CHF"}))


def test_a_month_without_spend_is_a_point_at_zero() -> None:
    points = dashboard.annualised_by_month(ON, "EUR")
    assert len(points) == 24
    assert {point.money.converted for point in points} == {Decimal("0.00")}


def test_an_unfinished_month_is_measured_today(portfolio: dict[str, Contract]) -> None:
    points = dashboard.annualised_by_month(date(2024, 1, 15), "EUR", months=2)
    assert [(point.month, point.day) for point in points] == [
        ("2023-12", date(2023, 12, 31)),
        ("2024-01", date(2024, 1, 15)),
    ]


def test_the_largest_name_comes_first(portfolio: dict[str, Contract]) -> None:
    slices = dashboard.spend_by("vendor", ON, "EUR")
    assert [(each.name, each.money.converted) for each in slices] == [
        ("Acme", Decimal("120.00")),
        ("Bell", Decimal("50.00")),
        ("Cray", Decimal("0.00")),
    ]


def test_the_headline_says_what_runs_what_is_bound_and_what_must_be_decided(
    portfolio: dict[str, Contract],
) -> None:
    tell(ContractStory("D", (term(1, date(2024, 1, 1), date(2024, 10, 28), 36),), vendor="Dot"))
    found = dashboard.headline(ON, "EUR")
    assert found.annualised.converted == Decimal("206.00")
    assert found.at_stake.by_currency == {"EUR": Decimal(36)}
    assert found.decisions == 1
    assert found.committed.by_currency["USD"] == Decimal("30.16")
    assert found.fixing.fixed_on == {"USD": date(2024, 6, 28)}
    assert found.fixing.sources == {"told"}


def member(department: str) -> Any:
    """Return a person who sees one department."""
    person = UserFactory.create()
    MembershipFactory.create(user=person, department=Department.objects.get(name=department))
    return person


@pytest.fixture
def _closed(portfolio: dict[str, Contract]) -> None:
    """Close the departments: each is below itself."""
    for department in Department.objects.all():
        department.below.add(department)


@pytest.mark.usefixtures("_closed")
def test_a_person_sees_the_spend_of_their_departments_only() -> None:
    scope = Scope.of(member("Sales"))
    assert spend.currencies(scope) == ["CHF", "USD"]
    assert [each.name for each in dashboard.spend_by("vendor", ON, "EUR", scope)] == [
        "Bell",
        "Cray",
    ]
    assert dashboard.headline(ON, "EUR", scope).annualised.by_currency.keys() == {"CHF", "USD"}


@pytest.mark.usefixtures("_closed")
def test_every_family_of_figures_keeps_to_what_a_person_may_see(
    portfolio: dict[str, Contract],
) -> None:
    for contract in portfolio.values():
        charge(contract, date(2024, 2, 2), 7)
    scope = Scope.of(member("Sales"))
    mine = figures(Question(QUESTION.window, ON, "vendor", 30, scope))
    text = str(mine)
    assert "Bell" in text
    assert "Acme" not in text
    assert mine["actuals_year"].keys() == {"2024|CHF", "2024|USD"}
    assert mine["forecast_flat"]
    assert not any(key.endswith("EUR") for key in mine["forecast_flat"])


@pytest.mark.usefixtures("_closed")
def test_a_person_without_a_role_sees_nothing() -> None:
    scope = Scope.of(UserFactory.create())
    assert dashboard.spend_by("vendor", ON, "EUR", scope) == []
    assert actuals.charged(QUESTION.window, scope=scope) == []
    assert dashboard.headline(ON, "EUR", scope).annualised.by_currency == {}


def test_a_closed_account_sees_nothing(portfolio: dict[str, Contract]) -> None:
    scope = Scope.of(AdministratorFactory.create(is_active=False))
    found = figures(Question(QUESTION.window, ON, scope=scope))
    assert found["accrual_month"] == found["actuals_month"] == found["tcv"] == {}


def test_an_administrator_sees_everything_without_a_filter(portfolio: dict[str, Contract]) -> None:
    assert Scope.of(AdministratorFactory.create()) == Scope()


@pytest.mark.parametrize("name", METRICS)
def test_each_family_answers_with_its_definition_and_its_question(
    name: str, portfolio: dict[str, Contract]
) -> None:
    metric = METRICS[name]
    assert str(metric.title)
    assert str(metric.definition)
    assert str(metric.variant)
    answer = metric.answer(QUESTION)
    assert answer["as_of"] == "2024-06-30"
    assert answer["window"] == ["2024-01-01", "2024-12-31"]
    assert answer["figures"]


def test_the_catalogue_leaves_no_figure_out(portfolio: dict[str, Contract]) -> None:
    told = {
        key
        for metric in METRICS.values()
        # A family of its own, not in the figures file.
        if metric.name != "silent-renewals"
        for key in metric.answer(QUESTION)["figures"]
    }
    assert told == figures(QUESTION).keys() - {"window", "as_of", "by", "grace"}


def test_the_same_question_has_the_same_answer(portfolio: dict[str, Contract]) -> None:
    assert figures(QUESTION) == figures(QUESTION)


def test_figures_take_a_fixed_number_of_statements(portfolio: dict[str, Contract]) -> None:
    with CaptureQueriesContext(connection) as few:
        figures(QUESTION)
    tell(*(ContractStory(f"X{n}", years(2022, 1, 2, 3), vendor=f"V{n}") for n in range(30)))
    with CaptureQueriesContext(connection) as many:
        figures(QUESTION)
    assert len(many) == len(few)
    assert len(few) < 45
