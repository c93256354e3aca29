"""Renewal rates and price effects period by period, from the row that is kept of each term."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from contracts.models import Contract
from contracts.rules.period import Period
from contracts.services import ledger
from metrics.queries import dashboard, prices, renewals, spend
from metrics.queries.prices import Effects
from metrics.queries.question import Dimension, Question, Scope
from metrics.rules.renewals import Renewals
from tests.factories import ContractFactory, TermFactory
from tests.metrics.stories import ContractStory, exact, tell, term, years

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
AS_OF = date(2025, 6, 1)
EVERY_CONTRACT = Scope(contracts=Contract.objects.all())
NO_CONTRACT = Scope(contracts=Contract.objects.none())


def priced(*points: tuple[str, str] | None, currency: str = "EUR") -> Contract:
    """Return a contract with terms of half a year from 2024 on: (unit price, quantity) of each."""
    contract: Contract = ContractFactory.create(currency=currency)
    start = date(2024, 1, 1)
    for seq, point in enumerate(points, 1):
        end = date(start.year, *((6, 30) if start.month == 1 else (12, 31)))
        known: dict[str, Any] = {"annual_value": Decimal(1000 * seq)}
        if point is not None:
            price, quantity = map(Decimal, point)
            value = (price * quantity).quantize(Decimal("0.0001"))
            known = {"unit_price": price, "quantity": quantity, "annual_value": value}
        TermFactory.create(contract=contract, seq=seq, start_date=start, end_date=end, **known)
        start = end + timedelta(days=1)
    ledger.refresh([contract.pk])
    return contract


def test_each_term_counts_in_the_quarter_of_its_contractual_end() -> None:
    tell(
        ContractStory("A", (term(1, date(2023, 4, 1), date(2024, 3, 31), 100),)),
        ContractStory(
            "B",
            (
                term(1, date(2023, 4, 2), date(2024, 4, 1), 200),
                term(2, date(2024, 4, 2), date(2025, 4, 1), 150),
            ),
        ),
        ContractStory("C", years(2024, 50), currency="USD"),
    )
    found = renewals.rates_by_period(Question(YEAR, AS_OF))
    assert found == {
        "EUR": {
            "2024-Q1": Renewals(1, 0, 0, *exact(100, 0, 0)),
            "2024-Q2": Renewals(1, 1, 0, *exact(200, 150, 150)),
        },
        "USD": {"2024-Q4": Renewals(1, 0, 0, *exact(50, 0, 0))},
    }


def test_what_is_late_or_open_is_so_in_its_own_month() -> None:
    late = term(2, date(2024, 6, 1), date(2025, 5, 31), 90)
    tell(
        ContractStory("A", (term(1, date(2023, 4, 1), date(2024, 3, 31), 100), late)),
        ContractStory("B", (term(1, date(2024, 1, 1), date(2024, 12, 20), 70),)),
        ContractStory("C", years(2024, 30), cancelled=date(2024, 12, 31)),
    )
    question = Question(YEAR, date(2025, 1, 10))
    assert renewals.rates_by_period(question, "month")["EUR"] == {
        "2024-03": Renewals(1, 0, 0, *exact(100, 0, 0)),
        "2024-12": Renewals(1, 0, 1, *exact(30, 0, 0)),
    }
    patient = Question(YEAR, date(2025, 1, 10), grace=61)
    assert renewals.rates_by_period(patient, "month")["EUR"]["2024-03"].renewed == 1


def test_a_window_cuts_the_months_at_its_ends() -> None:
    tell(*(ContractStory(f"A{day}", (_ending(day),)) for day in (14, 15, 16)))
    from_the_middle = Period(date(2024, 3, 15), date(2024, 4, 30))
    found = renewals.rates_by_period(Question(from_the_middle, AS_OF))
    assert {label: tally.due for label, tally in found["EUR"].items()} == {"2024-Q1": 2}


def _ending(day: int) -> Any:
    return term(1, date(2023, 3, 20), date(2024, 3, day), 10)


def test_the_quarters_add_up_to_the_window_and_rights_leave_contracts_out() -> None:
    tell(*(ContractStory(f"A{n}", years(2022, 100 + n, 90, 95 - n)) for n in range(4)))
    window = Period(date(2022, 1, 1), date(2024, 12, 31))
    question = Question(window, AS_OF)
    quarters = renewals.rates_by_period(question)["EUR"].values()
    assert sum(quarters, Renewals()) == renewals.rates(question)["EUR"]
    scoped = Question(window, AS_OF, scope=NO_CONTRACT)
    assert renewals.rates_by_period(scoped) == {}


def test_price_and_volume_add_up_to_the_change_in_the_quarter_of_the_renewal() -> None:
    priced(("100", "10"), ("130", "7"))
    priced(None, None)
    priced(("1", "1"), ("2", "1"), currency="USD")
    assert prices.effects(YEAR) == {
        "EUR": {"2024-Q3": Effects(2, 1, *exact(910, 210, -300))},
        "USD": {"2024-Q3": Effects(1, 1, *exact(1, 1, 0))},
    }
    assert prices.effects(YEAR)["EUR"]["2024-Q3"].other == 1000
    assert prices.effects(YEAR, scope=NO_CONTRACT) == {}


def test_effects_are_exact_beyond_the_places_of_money() -> None:
    contract = priced(("1.0001", "3.3333"), ("1.3333", "2.7777"))
    found = prices.effects(YEAR, "month")["EUR"]["2024-07"]
    assert found.price == Fraction("0.3332") * Fraction("2.7777")
    assert found.volume == Fraction("-0.5556") * Fraction("1.0001")
    (row,) = prices.price_rows()
    assert row.split is not None
    assert (row.split.price_effect, row.split.volume_effect) == (found.price, found.volume)
    assert ledger.check([contract.pk]) == []


def test_effects_of_a_window_are_those_of_the_rows_that_begin_in_it() -> None:
    for number in range(1, 6):
        priced(("100", "10"), (f"{100 + number}.5", "9"), (f"{120 - number}", "12.5"))
    for window in (YEAR, Period(date(2024, 7, 2), date(2025, 3, 3))):
        rows = [row for row in prices.price_rows() if window.contains(row.date)]
        splits = [row.split for row in rows if row.split is not None]
        whole = prices.effects(window, "year")["EUR"].values()
        assert sum(each.price for each in whole) == sum(s.price_effect for s in splits)
        assert sum(each.volume for each in whole) == sum(s.volume_effect for s in splits)
        assert sum(each.change for each in whole) == sum(row.value_change for row in rows)


def test_several_names_at_once_say_what_each_says_alone() -> None:
    tell(
        ContractStory("A", years(2024, 100), vendor="Ada", category="Ops"),
        ContractStory("B", years(2024, 50), vendor="Bell", category="Ops", currency="USD"),
        ContractStory("C", years(2024, 7), vendor="Ada", category="CRM", department="IT"),
    )
    names: tuple[Dimension, ...] = ("vendor", "category", "department")
    for scope in (Scope(), EVERY_CONTRACT):
        found = spend.annualised_by(names, YEAR.end, scope)
        for name in names:
            assert found[name] == spend.annualised_spend([("", YEAR.end)], name, scope)
    each = dashboard.spend_by_each(("vendor",), YEAR.end, "EUR")["vendor"]
    assert each == dashboard.spend_by("vendor", YEAR.end, "EUR")
    assert [part.name for part in each] == ["Ada", "Bell"]


def test_spend_is_that_of_any_day_not_of_months_alone() -> None:
    tell(ContractStory("A", (term(1, date(2024, 1, 10), date(2024, 2, 9), 366),)))
    days = [date(2024, 1, 9), date(2024, 1, 10), date(2024, 1, 31), date(2024, 2, 9)]
    asked = [(day.isoformat(), day) for day in (*days, date(2024, 2, 10))]
    assert [row.label for row in spend.annualised_spend(asked)] == [
        "2024-01-10",
        "2024-01-31",
        "2024-02-09",
    ]
    partly = Period(date(2024, 1, 15), date(2024, 2, 2))
    assert [row.value for row in spend.accrued_spend(partly)] == [17, 2]
    assert spend.accrued_spend(partly, scope=EVERY_CONTRACT) == spend.accrued_spend(partly)
    assert [row.value for row in spend.committed(date(2024, 2, 4))] == [5]
