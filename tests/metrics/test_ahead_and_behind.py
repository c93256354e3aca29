"""Forecasts of the next year and cohorts of the past ones, in the tables, on both engines."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from contracts.rules.period import Period
from metrics.queries import cohorts, forecast
from metrics.queries.question import Question
from tests.factories import LedgerEntryFactory, TermFactory
from tests.metrics.stories import ContractStory, exact, tell, term, years

pytestmark = pytest.mark.django_db

AS_OF = date(2024, 6, 30)
HALF = term(1, date(2024, 1, 1), date(2024, 12, 31), 366)


def totals(as_of: date = AS_OF) -> dict[str, Fraction]:
    """Return what each forecast comes to over its year."""
    found = forecast.forecasts(as_of)
    return {name: sum((row.value for row in rows), Fraction(0)) for name, rows in found.items()}


def test_what_renews_by_itself_goes_on_at_its_price_or_with_its_cap() -> None:
    tell(ContractStory("A", (HALF,), cap=Decimal(10)))
    rest, more = Fraction(184), Fraction(366 * 181, 365)
    assert totals() == {
        "committed": rest,
        "flat": rest + more,
        "uplift": rest + more * Fraction("1.1"),
    }


def test_what_does_not_renew_by_itself_is_not_assumed_to() -> None:
    tell(
        ContractStory("manual", (HALF,), auto=False),
        ContractStory("cancelled", (HALF,), cancelled=date(2024, 12, 31)),
        ContractStory("lapsed", years(2023, 365)),
    )
    found = totals()
    assert found["flat"] == found["committed"] == 368


def test_a_contract_signed_later_is_not_known_yet() -> None:
    tell(ContractStory("A", (HALF,), signed=date(2024, 7, 1)))
    assert totals() == {"committed": 0, "flat": 0, "uplift": 0}
    assert totals(date(2024, 7, 1))["committed"] == 183


def test_short_terms_grow_with_each_renewal() -> None:
    month = term(1, date(2024, 6, 1), date(2024, 6, 30), 365)
    tell(ContractStory("A", (month,), cap=Decimal(100)))
    found = forecast.forecasts(AS_OF)
    june = {row.label: row.value for row in found["uplift"]}
    assert june["2024-07"] == 30 * 2 + 4
    assert [row.label for row in found["committed"]] == []


def test_contracts_that_renew_alike_are_added_before_they_are_looked_at() -> None:
    tell(*(ContractStory(f"A{number}", (HALF,)) for number in range(20)))
    (found,) = forecast.renewing(AS_OF, date(2025, 6, 30))
    assert found.annual_value == 20 * 366


def test_a_term_without_an_end_goes_on_but_is_not_committed() -> None:
    rows = tell(ContractStory("A", ()))
    evergreen = TermFactory.create(
        contract=rows["A"], start_date=date(2024, 1, 1), end_date=None, annual_value=366
    )
    LedgerEntryFactory.create(
        term=evergreen, last_day=date(2024, 12, 31).toordinal(), year_days=366
    )
    found = totals()
    assert (found["committed"], found["flat"]) == exact(0, 184)


def cohorts_of(as_of: date, currency: str = "EUR") -> dict[int, cohorts.Cohort]:
    """Return the cohorts of contracts by year."""
    question = Question(Period(as_of, as_of), as_of, "contract")
    return {cohort.year: cohort for cohort in cohorts.by_year(question)[currency]}


def test_a_cohort_is_followed_through_the_years_that_are_over() -> None:
    tell(
        ContractStory("A", years(2021, 100, 150, 0)),
        ContractStory("B", (*years(2021, 100), term(2, date(2023, 5, 1), date(2024, 4, 30), 80))),
    )
    found = cohorts_of(date(2023, 12, 30))[2021]
    assert (found.size, found.logos) == (2, (Fraction(1), Fraction(1, 2)))
    assert found.value == (Fraction(1), Fraction(3, 4))
    later = cohorts_of(date(2023, 12, 31))[2021]
    assert later.logos[2] == Fraction(1, 2)
    assert later.value[2] == Fraction(80, 200)


def test_a_cohort_begins_with_the_first_day_that_costs_something() -> None:
    tell(ContractStory("A", years(2021, 0, 50)))
    assert list(cohorts_of(date(2024, 1, 1))) == [2022]


def test_a_cohort_worth_nothing_at_its_first_years_end_has_no_value() -> None:
    tell(ContractStory("A", (term(1, date(2021, 2, 1), date(2021, 5, 31), 10),)))
    found = cohorts_of(date(2022, 12, 31))[2021]
    assert found.value == (None, None)
    assert found.logos == exact(1, 0)


def test_who_pays_after_the_day_is_in_no_cohort_yet() -> None:
    tell(ContractStory("A", years(2021, 1)), ContractStory("B", years(2025, 1)))
    assert list(cohorts_of(date(2024, 6, 30))) == [2021]
