"""What follows from the terms stands beside them, and can be worked out again."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from contracts.models import Contract, ContractLink, LedgerEntry, PriceChange, PriceFlag, Term
from contracts.models.terms import DERIVED_FIELDS
from contracts.services import ledger, records
from tests.factories import ContractFactory, TermFactory, VendorFactory

pytestmark = pytest.mark.django_db


def with_terms(*terms: dict[str, Any], **contract_values: Any) -> Contract:
    """Return a contract with these terms, numbered from 1, and everything that follows from them."""
    contract: Contract = ContractFactory.create(**contract_values)
    for seq, values in enumerate(terms, 1):
        TermFactory.create(contract=contract, **{"seq": seq, **values})
    ledger.refresh([contract.pk])
    return contract


def year(number: int, **values: Any) -> dict[str, Any]:
    """Return the values of a term of one calendar year."""
    return {"start_date": date(number, 1, 1), "end_date": date(number, 12, 31), **values}


def entries(contract: Contract) -> list[tuple[date, date, int]]:
    """Return the runs of days of a contract as days."""
    rows = contract.ledger.order_by("first_day").values_list("first_day", "last_day", "year_days")
    return [(date.fromordinal(a), date.fromordinal(b), days) for a, b, days in rows]


def test_a_term_keeps_its_deadline_and_the_steps_that_led_to_it() -> None:
    contract = with_terms(year(2026), notice_value=3, notice_unit="months")
    term = contract.terms.get()
    assert term.notice_deadline == date(2026, 9, 30)
    assert term.send_by == date(2026, 9, 29)
    assert term.decide_by == date(2026, 9, 15)
    assert [step["rule"] for step in term.proof] == ["R3", "R3", "R5", "R3", "R8", "R8"]
    assert term.anchor_date == term.send_by
    assert term.is_open


def test_the_vendors_holidays_pull_the_day_to_send_back() -> None:
    contract = with_terms(
        {"start_date": date(2026, 1, 1), "end_date": date(2027, 1, 6)},
        vendor=VendorFactory.create(calendar="DE-BY"),
        notice_value=0,
    )
    assert contract.terms.get().send_by == date(2027, 1, 4), "6 January is a holiday in Bavaria"


def test_only_the_last_standing_term_awaits_a_decision() -> None:
    contract = with_terms(year(2025), year(2026))
    assert list(contract.terms.values_list("seq", "is_open")) == [(1, False), (2, True)]


@pytest.mark.parametrize(
    "values",
    [
        {"cancelled_on": date(2026, 6, 30)},
        {"notice_given_on": date(2026, 3, 1)},
        {"is_draft": True},
        {"renewal_kind": "evergreen"},
    ],
)
def test_a_decided_or_endless_contract_awaits_nothing(values: dict[str, Any]) -> None:
    assert not with_terms(year(2026), **values).terms.get().is_open


def test_a_contract_that_another_one_continues_awaits_nothing_until_the_link_goes() -> None:
    contract = with_terms(year(2026))
    link = records.store(
        ContractLink(from_contract=contract, to_contract=with_terms(year(2027)), kind="currency")
    )
    assert not contract.terms.get().is_open
    records.remove(link)
    assert contract.terms.get().is_open


def test_notice_after_the_deadline_leaves_the_term_open() -> None:
    assert with_terms(year(2026), notice_given_on=date(2026, 12, 30)).terms.get().is_open


def test_a_day_belongs_to_the_highest_number_in_force() -> None:
    contract = with_terms(
        year(2025), {"start_date": date(2025, 7, 1), "end_date": date(2026, 6, 30)}
    )
    assert entries(contract) == [
        (date(2025, 1, 1), date(2025, 6, 30), 365),
        (date(2025, 7, 1), date(2026, 6, 30), 365),
    ]


def test_a_leap_year_costs_by_366_days() -> None:
    contract = with_terms({"start_date": date(2023, 3, 1), "end_date": date(2025, 2, 28)})
    assert [days for *_, days in entries(contract)] == [366, 365]


def test_a_cancelled_contract_is_in_force_on_its_last_day_and_later_terms_are_void() -> None:
    contract = with_terms(year(2025), year(2026), cancelled_on=date(2025, 3, 31))
    assert entries(contract) == [(date(2025, 1, 1), date(2025, 3, 31), 365)]
    assert list(contract.terms.values_list("is_void", flat=True)) == [False, True]


def test_an_evergreen_term_runs_on() -> None:
    contract = with_terms({"end_date": None}, renewal_kind="evergreen")
    assert entries(contract)[-1][1] == date(2100, 12, 31)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (date(2024, 1, 1), date(2026, 12, 31), (3, 0, 365)),
        (date(2024, 1, 1), date(2024, 6, 30), (0, 182, 366)),
        (date(2023, 7, 1), date(2025, 12, 31), (2, 184, 365)),
    ],
)
def test_a_term_knows_its_whole_years_and_the_rest(
    start: date, end: date, expected: tuple[int, int, int]
) -> None:
    term = with_terms({"start_date": start, "end_date": end}).terms.get()
    assert (term.whole_years, term.part_days, term.part_year_days) == expected


def test_a_renewal_is_compared_like_for_like() -> None:
    contract = with_terms(
        year(2025, quantity=10, unit_price=1000, annual_value=10_000),
        year(2026, quantity=7, unit_price=1300, annual_value=9_100),
    )
    change = contract.price_changes.get()
    assert change.unit_pct == Decimal(30)
    assert (change.price_effect, change.volume_effect) == (Decimal(2100), Decimal(-3000))
    assert change.price_effect + change.volume_effect == change.value_after - change.value_before
    flags = PriceFlag.objects.order_by("kind").values_list("kind", "severity", "amount")
    assert list(flags) == [
        ("hidden_increase", "medium", Decimal(2100)),
        ("increase", "high", Decimal(2100)),
    ]


def test_effects_beyond_four_places_still_add_up() -> None:
    contract = with_terms(
        year(2025, quantity=Decimal("3.3333"), unit_price=Decimal("1.0001")),
        year(2026, quantity=Decimal("2.7777"), unit_price=Decimal("1.3333")),
    )
    change = contract.price_changes.get()
    exact = Decimal("2.7777") * Decimal("1.3333") - Decimal("3.3333") * Decimal("1.0001")
    assert change.price_effect + change.volume_effect == exact.quantize(Decimal("0.0001"))


@pytest.mark.parametrize(("after", "breached"), [("105.00", False), ("105.01", True)])
def test_a_fixed_cap_is_compared_exactly(after: str, breached: bool) -> None:
    contract = with_terms(
        year(2025, quantity=1, unit_price=100, annual_value=100),
        year(2026, quantity=1, unit_price=Decimal(after), annual_value=Decimal(after)),
        cap_kind="fixed",
        cap_pct=5,
    )
    flags = PriceFlag.objects.filter(term__contract=contract, kind="cap_breach")
    assert flags.exists() is breached


def test_the_thresholds_of_a_flag_are_a_setting(settings: Any) -> None:
    settings.PRICE_FLAG_THRESHOLDS = [15, 16, 17, 18]
    with_terms(year(2025, annual_value=100), year(2026, annual_value=110))
    assert not PriceFlag.objects.exists()


def test_a_flag_keeps_the_state_that_people_gave_it() -> None:
    contract = with_terms(year(2025, annual_value=100), year(2026, annual_value=110))
    PriceFlag.objects.update(state="disputed")
    Term.objects.filter(contract=contract, seq=2).update(annual_value=Decimal(125))
    ledger.refresh([contract.pk])
    flag = PriceFlag.objects.get()
    assert (flag.state, flag.measured_pct, flag.severity) == ("disputed", 25, "high")


def test_a_flag_goes_when_its_reason_goes() -> None:
    contract = with_terms(year(2025, annual_value=100), year(2026, annual_value=110))
    Term.objects.filter(contract=contract, seq=2).update(annual_value=Decimal(100))
    ledger.refresh([contract.pk])
    assert not PriceFlag.objects.exists()


def test_a_second_refresh_writes_nothing(django_assert_num_queries: Callable[..., Any]) -> None:
    contract = with_terms(year(2025, annual_value=100), year(2026, annual_value=110))
    before = list(LedgerEntry.objects.values_list("pk", flat=True))
    # Savepoint and release, terms, links, documents, contracts, entries, changes, outcomes, flags,
    # key dates.
    with django_assert_num_queries(11):
        ledger.refresh([contract.pk])
    assert list(LedgerEntry.objects.values_list("pk", flat=True)) == before


def test_more_terms_than_one_statement_names_are_kept_alike(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    prices = (1, 2, 4, 8, 16)
    contract = with_terms(
        *(year(2020 + p, annual_value=p, unit_price=p, quantity=1) for p in prices)
    )
    flags = set(PriceFlag.objects.values_list("pk", flat=True))
    assert len(flags) == 4
    monkeypatch.setattr(ledger, "NAMED", 2)
    ledger.refresh([contract.pk])
    assert ledger.check() == []
    assert set(PriceFlag.objects.values_list("pk", flat=True)) == flags


def test_no_look_joins_tables_whose_size_a_database_may_not_know_yet(
    django_assert_max_num_queries: Callable[..., Any],
) -> None:
    contract = with_terms(year(2025, annual_value=100), year(2026, annual_value=110))
    with django_assert_max_num_queries(20) as captured:
        ledger.refresh([contract.pk])
    joined = [query["sql"] for query in captured if " JOIN " in query["sql"]]
    assert ["contracts_vendor" in sql and sql.count(" JOIN ") == 1 for sql in joined] == [True]


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        ("UPDATE contracts_term SET notice_deadline = '2020-01-01'", "notice_deadline"),
        ("UPDATE contracts_ledgerentry SET last_day = last_day + 1", "entries"),
        ("DELETE FROM contracts_ledgerentry", "missing"),
        ("UPDATE contracts_pricechange SET price_effect = 1", "changes"),
        ("UPDATE contracts_termoutcome SET gap = 7", "outcomes"),
        ("DELETE FROM contracts_termoutcome", "missing"),
        ("UPDATE contracts_priceflag SET amount = 1", "flags"),
    ],
)
def test_the_check_names_what_was_damaged_and_refresh_mends_it(damage: str, word: str) -> None:
    contract = with_terms(year(2025, annual_value=100), year(2026, annual_value=110))
    assert ledger.check() == []
    with connection.cursor() as cursor:
        cursor.execute(damage)
    assert any(word in line for line in ledger.check())
    ledger.refresh([contract.pk])
    assert ledger.check() == []


def test_every_derived_column_is_written_by_the_one_statement() -> None:
    written = [line.split(" = ")[0] for line in ledger.SET_DATES.replace(",", "\n").split("\n")]
    assert [name.strip() for name in written if name.strip() in DERIVED_FIELDS] == list(
        DERIVED_FIELDS
    )


terms = st.lists(
    st.tuples(st.integers(0, 900), st.integers(0, 800), st.integers(0, 10**6), st.integers(0, 50)),
    min_size=1,
    max_size=5,
)


class RandomHistories(TestCase):
    """Whatever the terms are, the ledger is what a day-by-day look finds."""

    @settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
    @given(terms, st.none() | st.integers(0, 1500))
    def test_each_day_has_the_highest_term_in_force_and_its_value(
        self, drawn: list[tuple[int, int, int, int]], cancelled: int | None
    ) -> None:
        epoch = date(2023, 1, 1)
        cancelled_on = None if cancelled is None else epoch + timedelta(cancelled)
        rows: list[dict[str, Any]] = [
            {
                "start_date": epoch + timedelta(start),
                "end_date": epoch + timedelta(start + length),
                "annual_value": Decimal(cents) / 100,
                "quantity": quantity,
            }
            for start, length, cents, quantity in drawn
        ]
        contract = with_terms(*rows, cancelled_on=cancelled_on)
        found = {
            day: (entry.term.seq, entry.annual_value)
            for entry in contract.ledger.select_related("term")
            for day in range(entry.first_day, entry.last_day + 1)
        }
        expected = {}
        for seq, row in enumerate(rows, 1):
            last = min(row["end_date"], cancelled_on or row["end_date"])
            for day in range(row["start_date"].toordinal(), last.toordinal() + 1):
                expected[day] = (seq, row["annual_value"])
        assert found == expected
        assert ledger.check([contract.pk]) == []
        assert PriceChange.objects.filter(contract=contract).count() == max(
            0, sum(not t.is_void for t in contract.terms.all()) - 1
        )
