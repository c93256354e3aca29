"""Looking back holds nobody up, waits for nobody, and leaves the real tables alone."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from django.db import connection, transaction

from contracts.models import Contract, Vendor
from contracts.rules.period import Period
from contracts.services import ledger
from metrics.queries.belief import as_believed
from metrics.queries.catalogue import METRICS
from metrics.queries.figures import figures
from metrics.queries.question import Question
from metrics.queries.rows import rows_of
from metrics.queries.snapshot import one_snapshot
from tests.metrics.stories import ContractStory, tell, years

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

DAY = date(2100, 1, 1)
YEAR = Period(date(2024, 1, 1), date(2024, 12, 31))
QUESTION = Question(YEAR, date(2024, 12, 31), believed_on=DAY)
SECONDS = 30
# Every lock of this session on a table that is not temporary and that holds up a writer.
HELD = """
SELECT c.relname, l.mode FROM pg_locks l
JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE l.pid = pg_backend_pid() AND n.nspname = 'public' AND l.mode <> 'AccessShareLock'
"""


def spent() -> str:
    """Return a figure as believed, as a door asks for it."""
    try:
        with one_snapshot(DAY):
            answer = METRICS["annualised-spend"].answer(QUESTION)
            opened = rows_of(QUESTION, "annualised", "EUR")
        assert opened.printed == answer["figures"]["annualised"]["EUR"]
        return str(opened.printed)
    finally:
        connection.close()


def test_who_looks_back_does_not_wait_for_a_writer() -> None:
    tell(ContractStory("A", years(2024, 100)))
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        # Both the write lock of SQLite and locks on the rows are held meanwhile.
        tell(ContractStory("B", years(2024, 11)))
        ledger.refresh(Contract.objects.values_list("pk", flat=True))
        assert pool.submit(spent).result(SECONDS) == "100.00"
    assert spent() == "111.00"


def test_a_writer_does_not_wait_for_who_looks_back() -> None:
    tell(ContractStory("A", years(2024, 100)))
    is_inside, has_written = threading.Event(), threading.Event()

    def look_back() -> tuple[str, str]:
        try:
            with one_snapshot(DAY), as_believed(DAY):
                before = figures(Question(YEAR, date(2024, 12, 31)))["annualised"]["EUR"]
                is_inside.set()
                assert has_written.wait(SECONDS)
                return before, figures(Question(YEAR, date(2024, 12, 31)))["annualised"]["EUR"]
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        reader = pool.submit(look_back)
        assert is_inside.wait(SECONDS) or reader.result(0)
        tell(ContractStory("B", years(2024, 11)))
        has_written.set()
        assert reader.result(SECONDS) == ("100.00", "100.00")
    assert figures(QUESTION)["annualised"]["EUR"] == "111.00"


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite locks no single tables")
def test_no_real_table_is_locked() -> None:
    tell(ContractStory("A", years(2024, 100)))
    with one_snapshot(DAY), as_believed(DAY), connection.cursor() as cursor:
        cursor.execute(HELD)
        assert cursor.fetchall() == []


def test_transactions_of_writers_stay_what_they_were() -> None:
    tell(ContractStory("A", years(2024, 100)))
    assert spent() == figures(QUESTION)["annualised"]["EUR"]
    with transaction.atomic():
        Vendor.objects.create(name="Other", normal_name="other")
    assert Vendor.objects.filter(name="Other").exists()
    if connection.vendor == "sqlite":
        assert connection.transaction_mode == "IMMEDIATE"  # type: ignore[attr-defined]  # SQLite's
