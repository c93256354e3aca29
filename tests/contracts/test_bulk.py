"""Many rows at once: what is stored and remembered is what storing one by one would give."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from contracts.models import Budget, Term, Vendor
from contracts.services import bulk, records
from tests.factories import DAY, ContractFactory, UserFactory

pytestmark = pytest.mark.django_db


def budgets(count: int, dimension: str = "vendor") -> list[Budget]:
    return [
        Budget(
            fiscal_year=2026, dimension=dimension, key=f"{n}", currency="EUR", amount=Decimal(n + 1)
        )
        for n in range(count)
    ]


def entries(model: Any) -> list[dict[str, Any]]:
    return list(model.history.order_by("id").values())


def test_rows_come_back_with_their_keys() -> None:
    stored = bulk.insert(budgets(3), Budget)
    assert [row.pk for row in stored] == list(
        Budget.objects.order_by("pk").values_list("pk", flat=True)
    )


def test_the_first_entry_is_the_one_that_storing_a_single_row_writes() -> None:
    (alone,) = budgets(1, "category")
    records.store(alone)
    bulk.insert(budgets(1, "department"), Budget)
    one, many = entries(Budget)
    own = {"id", "history_id", "history_date", "created_at", "updated_at", "dimension"}
    assert {k: v for k, v in one.items() if k not in own} == {
        k: v for k, v in many.items() if k not in own
    }


def test_the_entry_names_author_reason_and_time() -> None:
    author = UserFactory.create()
    (row,) = bulk.insert(budgets(1), Budget, by=author, reason="Plan for 2026")
    (entry,) = entries(Budget)
    assert entry["history_user_id"] == author.pk
    assert entry["history_change_reason"] == "Plan for 2026"
    assert entry["history_date"] == row.created_at
    assert entry["history_type"] == "+"


def test_fields_without_a_history_are_left_out() -> None:
    contract = ContractFactory.create()
    (term,) = bulk.insert(
        [Term(contract=contract, seq=9, start_date=DAY, annual_value=Decimal("1.2345"))], Term
    )
    history: Any = Term.history
    entry = history.get(id=term.pk)
    assert entry.annual_value == Decimal("1.2345")
    assert not hasattr(entry, "notice_deadline")


def test_more_rows_than_a_statement_holds_each_get_one_entry() -> None:
    stored = bulk.insert(budgets(2 * bulk.KEYS + 1), Budget)
    assert sorted(entry["id"] for entry in entries(Budget)) == sorted(row.pk for row in stored)


def test_the_history_costs_one_statement_for_hundreds_of_rows() -> None:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        bulk.insert(budgets(bulk.KEYS), Budget)
    written = [q["sql"] for q in queries if "historicalbudget" in q["sql"]]
    assert len(written) == 1


def test_nothing_is_stored_where_one_row_is_refused() -> None:
    rows = [Vendor(name="Acme", normal_name="acme"), Vendor(name="ACME", normal_name="acme")]
    with pytest.raises(IntegrityError):
        bulk.insert(rows, Vendor)
    assert not Vendor.objects.exists()
    assert entries(Vendor) == []


def test_no_rows_are_no_statement() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert bulk.insert([], Budget) == []
    assert not [q for q in queries if "INSERT" in q["sql"]]
