"""Money is exact on both engines, in every way it goes in and out."""

import random
from collections.abc import Iterator
from decimal import Decimal
from itertools import islice

import pytest
from django.apps.registry import Apps
from django.db import connection, models, transaction
from django.db.models import F, Max

from contracts.models import FxRate
from contracts.models.fields import ExactSum, MoneyField, joined
from tests.factories import TermFactory

ROWS = 1_000_000


class Amount(models.Model):
    """A table of nothing but amounts, made for the sum below."""

    amount = MoneyField()

    class Meta:
        app_label = "contracts"
        # A registry of its own: no other test comes across this table.
        apps = Apps()
        db_table = "test_amount"


@pytest.fixture
def amounts(db: None) -> Iterator[type[Amount]]:
    """Return the table, filled and emptied by its test."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_amount (id integer PRIMARY KEY, amount bigint NOT NULL)")
    yield Amount
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_amount")


def fifteen_digits(seed: int) -> Iterator[int]:
    """Yield amounts of 15 digits before the point and 4 after, as ten-thousandths, either sign."""
    source = random.Random(seed)
    while True:
        yield source.randrange(10**17, 10**18) * source.choice((1, 1, 1, -1))


def test_a_million_amounts_of_fifteen_digits_sum_exactly(amounts: type[Amount]) -> None:
    source, total, number = fifteen_digits(7), 0, 0
    with connection.cursor() as cursor:
        while number < ROWS:
            chunk = [(number + i, value) for i, value in enumerate(islice(source, 100_000))]
            cursor.executemany("INSERT INTO test_amount (id, amount) VALUES (%s, %s)", chunk)
            number += len(chunk)
            total += sum(value for _, value in chunk)
    found = amounts._default_manager.aggregate(total=ExactSum("amount"))["total"]
    assert found == Decimal(total).scaleb(-4)
    assert abs(total) > 2**63, "the sum must not fit into 64 bits, or this test shows nothing"


def test_an_amount_comes_back_digit_by_digit(amounts: type[Amount]) -> None:
    for text in ("0.0001", "-0.0001", "12345678901234.5678", "0", "99999999999999.9999"):
        row = amounts._default_manager.create(id=1, amount=Decimal(text))
        row.refresh_from_db()
        assert row.amount == Decimal(text)
        row.delete()


def test_digits_beyond_the_scale_are_refused_not_rounded(amounts: type[Amount]) -> None:
    with pytest.raises(ValueError, match="more than 4 decimal places"), transaction.atomic():
        amounts._default_manager.create(id=1, amount=Decimal("0.00005"))


def test_amounts_compare_and_order_by_value(amounts: type[Amount]) -> None:
    rows = amounts._default_manager
    for number, text in enumerate(("9.5", "10", "-3", "100.0001")):
        rows.create(id=number, amount=Decimal(text))
    assert list(rows.filter(amount__gt=Decimal("9.5")).values_list("id", flat=True)) == [1, 3]
    assert list(rows.order_by("amount").values_list("id", flat=True)) == [2, 0, 1, 3]
    assert rows.filter(amount=Decimal("10.00")).count() == 1
    assert rows.filter(amount__in=["10", "-3"]).count() == 2
    assert rows.aggregate(top=Max("amount"))["top"] == Decimal("100.0001")


def test_a_sum_over_nothing_is_none(amounts: type[Amount]) -> None:
    assert amounts._default_manager.aggregate(total=ExactSum("amount"))["total"] is None


def test_a_sum_is_exact_per_group_and_with_a_filter(amounts: type[Amount]) -> None:
    rows = amounts._default_manager
    for number, text in enumerate(("1.1", "2.2", "-0.3", "5")):
        rows.create(id=number, amount=Decimal(text))
    grouped = rows.annotate(half=F("id") / 2).values("half").annotate(total=ExactSum("amount"))
    found = {row["half"]: row["total"] for row in grouped}
    assert found == {0: Decimal("3.3"), 1: Decimal("4.7")}
    partly = rows.aggregate(total=ExactSum("amount", filter=models.Q(amount__gt=0)))
    assert partly["total"] == Decimal("8.3")


def test_halves_join_for_negative_sums() -> None:
    assert joined("-3:-5") == -3_000_000_005
    assert joined("7") == 7
    assert joined(Decimal(8)) == 8


@pytest.mark.django_db
def test_the_whole_number_of_ten_thousandths_is_what_the_table_holds() -> None:
    term = TermFactory.create(annual_value=Decimal("1234.5600"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT annual_value FROM contracts_term WHERE id = %s", [term.pk])
        assert cursor.fetchone() == (12_345_600,)


@pytest.mark.django_db
def test_rates_keep_eight_places() -> None:
    rate = FxRate.objects.create(
        fixed_on="2024-01-02", quote="USD", rate=Decimal("1.09876543"), source="test"
    )
    rate.refresh_from_db()
    assert rate.rate == Decimal("1.09876543")
