"""Figures of one answer come from one state of the tables, and hold no writer up."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction
from django.db.utils import InternalError, OperationalError

from contracts.models import Vendor
from contracts.rules.period import Period
from metrics.queries.figures import figures
from metrics.queries.question import Question
from metrics.queries.snapshot import one_snapshot
from tests.metrics.stories import ContractStory, tell, years

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

QUESTION = Question(Period(date(2024, 1, 1), date(2024, 12, 31)), date(2024, 12, 31))
SECONDS = 30


def test_what_is_written_meanwhile_is_not_read_and_nobody_waits() -> None:
    tell(ContractStory("A", years(2024, 100)))
    has_read, has_written = threading.Event(), threading.Event()

    def read() -> tuple[str, str]:
        try:
            with one_snapshot():
                before = figures(QUESTION)["annualised"]["EUR"]
                has_read.set()
                assert has_written.wait(SECONDS)
                return before, figures(QUESTION)["annualised"]["EUR"]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(read)
        assert has_read.wait(SECONDS) or reader.result(0)
        # The reader is still inside: a write lock of its would stop this one.
        tell(ContractStory("B", years(2024, 11)))
        has_written.set()
        assert reader.result(SECONDS) == ("100.00", "100.00")
    assert figures(QUESTION)["annualised"]["EUR"] == "111.00"


def test_transactions_of_writers_stay_what_they_were() -> None:
    with one_snapshot():
        Vendor.objects.count()
    with transaction.atomic():
        Vendor.objects.create(name="Acme", normal_name="acme")
    assert Vendor.objects.count() == 1
    if connection.vendor == "sqlite":
        assert connection.transaction_mode == "IMMEDIATE"  # type: ignore[attr-defined]  # SQLite's


def test_inside_an_open_transaction_it_changes_nothing() -> None:
    with transaction.atomic(), one_snapshot():
        Vendor.objects.create(name="Acme", normal_name="acme")
    assert Vendor.objects.count() == 1


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no read-only transaction")
def test_nothing_can_be_written_from_a_snapshot() -> None:
    with pytest.raises((InternalError, OperationalError)), one_snapshot():
        Vendor.objects.create(name="Acme", normal_name="acme")
