"""What stayed and what moved between snapshots, in the tables, on both engines."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.rules.period import Period
from metrics.queries import movements
from metrics.queries.question import Question, Unit
from metrics.queries.rates import fixing
from metrics.rules.retention import Movements
from tests.metrics.stories import ContractStory, exact, tell, term, years

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
AS_OF = date(2025, 3, 1)


def moved(unit: Unit = "contract", currency: str = "EUR", window: Period = YEAR) -> Movements:
    """Return what moved in a window."""
    return movements.by_currency(Question(window, AS_OF), unit)[currency]


def test_the_opening_is_the_day_before_the_window() -> None:
    tell(ContractStory("A", years(2023, 100)), ContractStory("B", years(2024, 70)))
    found = moved()
    assert found.opening == found.churn == 100
    assert found.closing == found.new == 70
    assert (found.units_opening, found.units_churned, found.units_new) == (1, 1, 1)


def test_a_unit_that_paid_before_comes_back_and_is_not_new() -> None:
    early, late = years(2020, 50)[0], term(2, date(2024, 5, 1), date(2025, 4, 30), 60)
    tell(ContractStory("A", (early, late)))
    assert moved().reactivation == 60
    assert moved().new == 0


def test_a_free_year_is_no_customer() -> None:
    tell(ContractStory("A", years(2023, 0, 400)), ContractStory("B", years(2023, 400, 0)))
    found = moved()
    assert (found.new, found.churn, found.expansion) == exact(400, 400, 0)
    assert (found.units_opening, found.units_closing) == (1, 1)


def test_new_and_gone_inside_the_window_is_in_neither_snapshot() -> None:
    tell(
        ContractStory("A", (term(1, date(2024, 2, 1), date(2024, 8, 31), 100),)),
        ContractStory("B", years(2023, 10, 10)),
    )
    found = moved()
    assert found.closing == found.opening == 10
    assert found.units_new == 0


def test_an_add_on_is_new_as_a_contract_and_expansion_at_its_vendor() -> None:
    tell(ContractStory("A", years(2023, 100, 100)), ContractStory("B", years(2024, 30)))
    assert moved("contract").new == 30
    assert moved("vendor").new == 0
    assert moved("vendor").expansion == 30


def test_a_consolidation_is_churn_for_contracts_and_contraction_for_their_lineage() -> None:
    old = {"A": ContractStory("A", years(2023, 100)), "B": ContractStory("B", years(2023, 100))}
    both = ContractStory("C", years(2024, 180), vendor="Other")
    tell(*old.values(), both, links=[("A", "C"), ("B", "C")])
    assert (moved("contract").churn, moved("contract").new) == exact(200, 180)
    lineage = moved("lineage")
    assert (lineage.churn, lineage.new, lineage.contraction) == exact(0, 0, 20)
    assert (lineage.units_opening, lineage.units_kept) == (1, 1)


def test_months_lead_from_the_opening_to_the_closing() -> None:
    tell(
        ContractStory("A", years(2023, 100, 120, 90)),
        ContractStory("B", (term(1, date(2024, 3, 15), date(2024, 9, 14), 60),)),
        ContractStory("C", years(2022, 40, 40, 55), cancelled=date(2024, 7, 31)),
    )
    months = list(movements.by_period(Question(YEAR, AS_OF, by="contract"))["EUR"].values())
    assert len(months) == 12
    assert months[0].opening == moved().opening
    assert months[-1].closing == moved().closing
    for before, after in pairwise(months):
        assert before.closing == after.opening
    for month in months:
        gained = month.new + month.reactivation + month.expansion
        assert month.opening + gained - month.contraction - month.churn == month.closing


def test_a_last_day_of_the_month_is_still_in_its_snapshot() -> None:
    tell(ContractStory("A", years(2024, 100), cancelled=date(2024, 7, 31)))
    months = movements.by_period(Question(YEAR, AS_OF, by="contract"))["EUR"]
    assert months["2024-07"].closing == 100
    assert months["2024-08"].churn == 100


def test_flow_follows_the_units_of_the_opening_only() -> None:
    tell(
        ContractStory("A", (*years(2023, 100), term(2, date(2024, 3, 1), date(2024, 12, 31), 90))),
        ContractStory("B", years(2024, 999), vendor="New"),
    )
    flow = movements.flows(Question(YEAR, AS_OF))["EUR"]
    assert (flow.opening, flow.drops, flow.rises) == exact(100, 100, 90)


def test_a_vendor_of_two_currencies_is_one_unit_at_one_fixing() -> None:
    tell(
        ContractStory("A", years(2023, 100, 100)),
        ContractStory("B", years(2023, 125), currency="USD"),
        ContractStory("C", years(2024, 50), currency="USD", vendor="Other"),
        rates=[
            (date(2023, 12, 29), "USD", Decimal("1.25")),
            (date(2024, 12, 31), "USD", Decimal(2)),
        ],
    )
    question = Question(YEAR, AS_OF)
    found = movements.converted(question, ["EUR", "USD"], fixing(question.opening_day))
    euros, dollars = found["EUR"].movements, found["USD"].movements
    assert (euros.opening, euros.contraction, euros.churn, euros.new) == exact(200, 100, 0, 40)
    assert (euros.units_opening, euros.units_kept, euros.units_new) == (1, 1, 1)
    assert dollars.opening == 250
    assert found["EUR"].unconverted == 0
    assert found["EUR"].fixing.fixed_on == {"USD": date(2023, 12, 29)}


def test_a_currency_without_a_rate_is_left_out_and_counted() -> None:
    tell(
        ContractStory("A", years(2023, 100, 100)),
        ContractStory("B", years(2023, 50, 50), currency="CHF", vendor="Other"),
    )
    question = Question(YEAR, AS_OF)
    found = movements.converted(question, ["EUR"], fixing(question.opening_day))["EUR"]
    assert found.movements.opening == 100
    assert found.unconverted == 1


def test_moving_to_another_currency_is_churn_in_one_and_kept_over_all() -> None:
    tell(
        ContractStory("A", years(2023, 125), currency="USD"),
        ContractStory("B", years(2024, 100)),
        rates=[(date(2023, 1, 1), "USD", Decimal("1.25"))],
    )
    assert moved("vendor", "USD").churn == 125
    question = Question(YEAR, AS_OF)
    found = movements.converted(question, ["EUR"], fixing(question.opening_day))["EUR"].movements
    assert (found.opening, found.closing, found.churn, found.new) == exact(100, 100, 0, 0)


def test_movements_of_huge_amounts_are_exact() -> None:
    huge = Decimal("99999999999999.9999")
    stories = [ContractStory(f"A{n}", years(2023, str(huge), str(huge - 1))) for n in range(1, 13)]
    tell(*stories)
    assert moved().opening == Fraction(huge) * 12
    assert moved().contraction == 12


def test_a_year_of_months_costs_one_statement() -> None:
    tell(ContractStory("A", years(2023, 100, 120)))
    with CaptureQueriesContext(connection) as caught:
        movements.by_period(Question(YEAR, AS_OF))
    assert len(caught) == 1
