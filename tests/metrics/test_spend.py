"""What contracts cost, in the tables, on both engines."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Contract, LedgerEntry
from contracts.rules.period import Period
from contracts.services import ledger, records
from metrics.queries import spend
from metrics.queries.question import Dimension
from metrics.queries.spend import Spend
from tests.factories import ContractFactory, LedgerEntryFactory, TermFactory
from tests.metrics.stories import ContractStory, TermStory, tell, term, years

pytestmark = pytest.mark.django_db

YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))


def by_label(rows: list[Spend]) -> dict[str, Fraction]:
    return {row.label: row.value for row in rows}


def by_currency(rows: list[Spend]) -> dict[str, Fraction]:
    return {row.currency: row.value for row in rows}


def test_a_year_costs_its_annual_value_in_a_leap_year_and_in_a_common_one() -> None:
    tell(ContractStory("A", years(2023, "1000.01", "1000.01")))
    two = Period(date(2023, 1, 1), date(2024, 12, 31))
    exact = Fraction("1000.01")
    assert by_label(spend.accrued_spend(two, "year")) == {"2023": exact, "2024": exact}


def test_months_add_up_to_the_year_before_any_rounding() -> None:
    tell(ContractStory("A", years(2023, "99.99", "123.45")), ContractStory("B", years(2024, 7)))
    months = spend.accrued_spend(YEAR, "month")
    assert len(months) == 12
    assert spend.coarser(months, YEAR, "year") == spend.accrued_spend(YEAR, "year")
    assert spend.coarser(months, YEAR, "quarter") == spend.accrued_spend(YEAR, "quarter")


def test_a_window_counts_both_of_its_ends() -> None:
    tell(ContractStory("A", years(2024, 366)))
    three = Period(date(2024, 2, 28), date(2024, 3, 1))
    assert by_label(spend.accrued_spend(three, "month")) == {"2024-02": 2, "2024-03": 1}


def test_the_later_term_wins_where_an_early_renewal_overlaps() -> None:
    old = term(1, date(2024, 1, 1), date(2024, 12, 31), 366)
    new = term(2, date(2024, 7, 1), date(2025, 6, 30), 730)
    tell(ContractStory("A", (old, new)))
    assert by_label(spend.accrued_spend(YEAR, "year")) == {"2024": 182 + 184 * 2}
    assert [row.value for row in spend.annualised_spend([("", date(2024, 8, 1))])] == [730]


def test_the_day_of_cancellation_is_the_last_day_that_costs() -> None:
    tell(ContractStory("A", years(2024, 366), cancelled=date(2024, 1, 10)))
    assert by_label(spend.accrued_spend(YEAR, "year")) == {"2024": 10}
    days = [("on", date(2024, 1, 10)), ("after", date(2024, 1, 11))]
    assert by_label(spend.annualised_spend(days)) == {"on": 366}


def test_currencies_are_never_mixed() -> None:
    tell(ContractStory("A", years(2024, 100)), ContractStory("B", years(2024, 7), currency="USD"))
    assert by_currency(spend.accrued_spend(YEAR, "year")) == {"EUR": 100, "USD": 7}
    assert spend.currencies() == ["EUR", "USD"]


@pytest.mark.parametrize("dimension", ["vendor", "category", "department"])
def test_spend_is_told_apart_by_name(dimension: Dimension) -> None:
    tell(
        ContractStory("A", years(2024, 100), vendor="V1", category="C1", department="D1"),
        ContractStory("B", years(2024, 7), vendor="V2", category="C2", department="D2"),
    )
    rows = spend.accrued_spend(YEAR, "year", dimension)
    letter = dimension[0].upper()
    assert {row.name: row.value for row in rows} == {f"{letter}1": 100, f"{letter}2": 7}


def test_a_contract_without_a_category_is_counted_under_no_name() -> None:
    rows = tell(ContractStory("A", years(2024, 100)))
    rows["A"].category = None
    records.store(rows["A"])
    assert [row.name for row in spend.accrued_spend(YEAR, "year", "category")] == [""]


def test_what_costs_nothing_has_no_row() -> None:
    tell(ContractStory("A", years(2024, 0)))
    assert spend.accrued_spend(YEAR) == []
    assert spend.annualised_spend([("", YEAR.end)]) == []


def test_a_draft_is_counted_nowhere() -> None:
    tell(ContractStory("A", years(2024, 100)))
    Contract.objects.update(is_draft=True)
    ledger.refresh(Contract.objects.values_list("pk", flat=True))
    assert spend.accrued_spend(YEAR) == []
    assert spend.annualised_spend([("", YEAR.end)]) == []
    assert spend.committed(date(2024, 6, 30)) == []
    assert spend.total_contract_value() == []
    assert spend.currencies() == []


def test_committed_are_the_days_after_the_day_in_contracts_signed_by_then() -> None:
    told = years(2024, 366)
    tell(
        ContractStory("A", told, signed=date(2024, 1, 31)),
        ContractStory("B", told, signed=date(2024, 2, 1)),
        ContractStory("C", told, currency="USD"),
        ContractStory("D", told, currency="GBP", cancelled=date(2024, 2, 5)),
    )
    found = by_currency(spend.committed(date(2024, 1, 31)))
    assert found == {"EUR": 335, "USD": 335, "GBP": 5}
    assert by_currency(spend.committed(date(2024, 12, 31))) == {}


def test_a_term_without_an_end_commits_to_nothing_but_costs_every_day() -> None:
    rows = tell(ContractStory("A", ()))
    evergreen = TermFactory.create(
        contract=rows["A"], start_date=date(2024, 1, 1), end_date=None, annual_value=Decimal(366)
    )
    LedgerEntryFactory.create(term=evergreen, year_days=366)
    assert spend.committed(date(2024, 1, 31)) == []
    assert spend.total_contract_value() == []
    january = Period(date(2024, 1, 1), date(2024, 1, 31))
    assert by_label(spend.accrued_spend(january)) == {"2024-01": 31}
    agreed = spend.agreed_spend(january, date(2023, 12, 31))
    assert [row.name == spend.BOUND for row in agreed] == [False]


def test_total_contract_value_ignores_cancellation_and_counts_part_years() -> None:
    tell(
        ContractStory(
            "A",
            (term(1, date(2023, 1, 1), date(2025, 3, 14), 365),),
            cancelled=date(2023, 6, 30),
        )
    )
    assert by_currency(spend.total_contract_value()) == {"EUR": 365 * 2 + 73}


def test_sums_beyond_64_bits_are_exact() -> None:
    huge = Decimal("99999999999999.9999")
    terms = tuple(TermStory(n, date(2023 + n, 1, 1), date(2023 + n, 12, 31), huge) for n in (1, 2))
    names = [f"A{number}" for number in range(12)]
    tell(*(ContractStory(name, terms) for name in names))
    exact = Fraction(huge) * 12
    assert by_label(spend.accrued_spend(YEAR, "year")) == {"2024": exact}
    assert [row.value for row in spend.annualised_spend([("", YEAR.end)])] == [exact]
    assert by_currency(spend.total_contract_value()) == {"EUR": exact * 2}


def test_a_series_costs_one_statement_whatever_its_length() -> None:
    tell(ContractStory("A", years(2020, 1, 2, 3, 4, 5)))
    long = Period(date(2019, 1, 1), date(2026, 12, 31))
    with CaptureQueriesContext(connection) as caught:
        assert len(spend.accrued_spend(long, "month")) == 60
        spend.annualised_spend([(str(n), long.start + timedelta(days=30 * n)) for n in range(60)])
    assert len(caught) == 2


def test_the_history_is_asked_and_not_the_terms() -> None:
    contract = ContractFactory.create()
    entry = LedgerEntryFactory.create(
        term__contract=contract, first_day=YEAR.start.toordinal(), year_days=365
    )
    assert LedgerEntry.objects.get() == entry
    assert by_label(spend.accrued_spend(YEAR, "year")) == {"2024": 12000}
