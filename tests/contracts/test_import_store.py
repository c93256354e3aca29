"""Many rows are written at once as if each had been saved: ids, stamps, derived columns, history."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from contracts.models import Charge, Contract, FxRate, Term, Vendor
from contracts.services import import_store
from tests.factories import AdministratorFactory, ContractFactory, VendorFactory

pytestmark = pytest.mark.django_db


def vendors(count: int) -> list[Vendor]:
    return [Vendor(name=f"Müller {n} GmbH") for n in range(count)]


def stored(row: Any) -> dict[str, Any]:
    """Return what the table holds of a row."""
    found: dict[str, Any] = type(row).objects.filter(pk=row.pk).values().get()
    return found


def test_rows_get_rising_ids_that_later_rows_do_not_take() -> None:
    before = VendorFactory()
    made = vendors(import_store.BATCH + 3)
    import_store.create(Vendor, made, None)
    ids = [vendor.pk for vendor in made]
    assert ids == sorted(set(ids))
    assert before.pk < ids[0]
    assert VendorFactory().pk > ids[-1]
    assert [stored(vendor)["name"] for vendor in made[-3:]] == [v.name for v in made[-3:]]


def test_an_id_that_was_given_away_is_never_given_again() -> None:
    first = vendors(2)
    import_store.create(Vendor, first, None)
    Vendor.objects.filter(pk=first[-1].pk).delete()
    (second,) = made = [Vendor(name="Second")]
    import_store.create(Vendor, made, None)
    assert second.pk > first[-1].pk


def test_columns_that_follow_from_others_are_filled() -> None:
    made = vendors(1)
    import_store.create(Vendor, made, None)
    by_hand = Vendor(name="Müller 1 GmbH")
    by_hand.save()
    row, expected = stored(made[0]), stored(by_hand)
    assert row["normal_name"] == "muller 0"
    assert row["name_key"] == "müller 0 gmbh"
    assert row["created_at"] is not None
    assert row["updated_at"] is not None
    assert row.keys() == expected.keys()
    assert {name for name in row if (row[name] is None) != (expected[name] is None)} == set()


def rows_of_every_kind() -> list[Any]:
    contract = ContractFactory()
    return [
        Contract(
            title="Platform",
            vendor=contract.vendor,
            department=contract.department,
            currency="EUR",
            cap_kind="fixed",
            cap_pct=Decimal("5.25"),
            signed_on=date(2025, 1, 1),
            tags=["a", "b"],
        ),
        Term(
            contract=contract,
            seq=2,
            start_date=date(2025, 1, 1),
            annual_value=Decimal("1234.5678"),
            quantity=Decimal("2.5"),
        ),
        Charge(
            source="x",
            external_id="1",
            contract=contract,
            charged_on=date(2025, 1, 1),
            currency="EUR",
            gross=Decimal("0.0001"),
        ),
    ]


def test_the_first_entry_of_the_history_is_the_row_as_it_was_written() -> None:
    editor = AdministratorFactory()
    for row in rows_of_every_kind():
        import_store.create(type(row), [row], editor)
        entry = row.history.get()
        assert (entry.history_type, entry.history_user) == ("+", editor)
        for field in entry.tracked_fields:
            value = getattr(entry, field.attname)
            assert value == stored(row)[field.attname], field.name
        assert entry.history_date == stored(row)["updated_at"]


def test_what_was_written_reads_back_as_what_was_meant() -> None:
    for row in rows_of_every_kind():
        import_store.create(type(row), [row], None)
        again = type(row).objects.get(pk=row.pk)
        for field in row._meta.concrete_fields:
            if field.name not in ("created_at", "updated_at"):
                assert getattr(again, field.attname) == getattr(row, field.attname), field.name


def test_a_table_without_history_is_written_too() -> None:
    rate = FxRate(fixed_on=date(2025, 1, 1), quote="USD", rate=Decimal("1.08"), source="x")
    import_store.create(FxRate, [rate], None)
    assert FxRate.objects.get().rate == Decimal("1.08")


def test_a_change_counts_the_version_up_and_stamps_it() -> None:
    contract = ContractFactory()
    before = stored(contract)
    contract.title = "New"
    import_store.update(Contract, [contract], ["title"], None)
    after = stored(contract)
    assert (after["title"], after["version"]) == ("New", before["version"] + 1)
    assert after["updated_at"] > before["updated_at"]
    assert contract.history.latest().title == "New"


def test_nothing_to_write_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        import_store.create(Vendor, [], None)
        import_store.update(Vendor, [], ["name"], None)
