"""Rows, files, pages and addresses of a question as it was believed: all of the same past state."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import StringIO
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from contracts.models import (
    Alert,
    Contract,
    ContractLink,
    Document,
    LedgerEntry,
    Term,
    Vendor,
)
from contracts.rules.period import Period
from contracts.services import alerts, ledger, records, spend_steps
from metrics.queries.belief import as_believed
from metrics.queries.figures import figures
from metrics.queries.question import Question
from metrics.queries.rows import cells, rows_of
from metrics.web.addresses import export_address, rows_address
from tests.contracts.pages import superuser
from tests.factories import (
    AdministratorFactory,
    AlertFactory,
    ContractLinkFactory,
    DocumentFactory,
    FxRateFactory,
)
from tests.metrics.opening import differences, opened_all
from tests.metrics.stories import ContractStory, charge, tell, years
from tests.metrics.test_pages import NAMES, links

pytestmark = pytest.mark.django_db
ENTERED = "2025-03-03T10:00:00+00:00"
CORRECTED = "2025-05-10T10:00:00+00:00"
LATER = "2026-02-01T10:00:00+00:00"
BELIEVED = date(2025, 5, 9)
QUESTION = Question(Period(date(2024, 1, 1), date(2024, 12, 31)), BELIEVED, believed_on=BELIEVED)
NOW = replace(QUESTION, believed_on=None)
DAYS = {"from": "2024-01-01", "to": "2024-12-31", "as_of": "2025-05-09"}


@pytest.fixture(autouse=True)
def corrected() -> Iterator[None]:
    """Three contracts; later one is worth more, one is renamed, one is gone, another has come."""
    with time_machine.travel(ENTERED, tick=False) as clock:
        rows = tell(
            ContractStory("A", years(2023, 100, 120), vendor="Acme"),
            ContractStory("B", years(2023, 50, 40), vendor="Bell"),
            ContractStory("C", years(2024, 10), vendor="Bell", currency="USD"),
        )
        FxRateFactory.create(quote="USD", rate=Decimal("1.25"), fixed_on=date(2023, 1, 1))
        charge(rows["A"], date(2024, 3, 1), 30)
        clock.move_to(CORRECTED)
        term = Term.objects.get(contract=rows["A"], seq=2)
        term.history.create(**_entry(term, datetime.fromisoformat(ENTERED)))
        term.annual_value = Decimal(999)
        records.store(term)
        records.remove(Contract.objects.get(pk=_recorded(rows["C"]).pk))
        tell(ContractStory("D", years(2024, 7), vendor="Acme"))
        clock.move_to(LATER)
        yield


def _entry(row: Any, at: datetime) -> dict[str, Any]:
    """Return a row as an entry of its history that was made at an instant."""
    tracked = (field.attname for field in type(row).history.model.tracked_fields)
    values = {name: getattr(row, name) for name in tracked}
    return values | {"history_date": at, "history_type": "+"}


def _recorded(contract: Contract) -> Contract:
    """Give a contract and its terms the history that services would have given them."""
    at = datetime.fromisoformat(ENTERED)
    contract.history.create(**_entry(contract, at))
    for term in contract.terms.all():
        term.history.create(**_entry(term, at))
    return contract


@pytest.fixture
def client() -> Client:
    return superuser()


@pytest.fixture
def api() -> APIClient:
    found = APIClient()
    found.force_authenticate(AdministratorFactory.create())
    return found


def test_the_past_state_differs_from_what_is_recorded_now() -> None:
    assert figures(QUESTION)["accrual_year"] == {"2024|EUR": "160.00", "2024|USD": "10.00"}
    assert figures(NOW)["accrual_year"] == {"2024|EUR": "1046.00"}


def test_the_rows_of_every_cell_add_up_to_it_inside_a_belief() -> None:
    with as_believed(BELIEVED):
        total, _right, wrong = opened_all(NOW)
    assert wrong == []
    assert total.total() > 300


def test_a_cell_of_each_family_opens_to_the_rows_of_that_day() -> None:
    random, found = Random(1), figures(QUESTION)
    by_figure: dict[str, list[Any]] = {}
    for cell in cells(found):
        by_figure.setdefault(cell.figure, []).append(cell)
    assert len(by_figure) > 20
    for several in by_figure.values():
        cell = random.choice(several)
        assert list(differences(cell, rows_of(QUESTION, cell.figure, cell.key))) == []


def test_the_rows_are_those_of_that_day_and_not_of_now() -> None:
    then = rows_of(QUESTION, "accrual_year", "2024|EUR")
    now = rows_of(NOW, "accrual_year", "2024|EUR")
    assert (then.printed, now.printed) == ("160.00", "1046.00")
    assert sorted(str(row.values[0]) for row in then.rows) == ["A", "B"]


def test_what_is_kept_beside_the_terms_follows_from_the_terms_of_that_day() -> None:
    """Key dates, outcomes and sums too, without a difference; afterwards everything is as it was."""
    with as_believed(BELIEVED):
        assert ledger.check() == []
        assert spend_steps.check() == []
        assert Term.objects.count() == 5
    assert ledger.check() == []
    assert Term.objects.count() == 5 - 1 + 1


def test_only_contracts_that_were_different_are_worked_out_again() -> None:
    with as_believed(BELIEVED):
        again = keys_in("believed_changed")
        names = {
            each.external_reference or each.title for each in Contract.objects.filter(pk__in=again)
        }
        kept = Contract.objects.exclude(pk__in=again)
        assert LedgerEntry.objects.filter(contract__in=kept).exists()
    assert names == {"A", "C"}


@pytest.mark.parametrize("model", [Term, ContractLink, Document, Vendor])
def test_whatever_the_derivation_reads_makes_a_contract_different(model: Any) -> None:
    """A row that came, went or changed since: each of them counts for its contract alone."""
    one, other = Contract.objects.filter(cancelled_on=None).order_by("pk")[:2]
    row: Any = {
        Term: lambda: one.terms.order_by("seq")[0],
        ContractLink: lambda: ContractLinkFactory.build(from_contract=one, to_contract=other),
        Document: lambda: DocumentFactory.build(contract=one, expires_on=date(2026, 3, 1)),
        Vendor: lambda: one.vendor,
    }[model]()
    if model is Vendor:
        row.calendar = "DE-BY"
    if model is Term:
        row.list_price = Decimal(5)
    records.store(row)
    yesterday = date(2026, 1, 31)
    with as_believed(yesterday):
        again = keys_in("believed_changed")
        assert ledger.check() == []
    assert one.pk in again
    with as_believed(date(2026, 2, 2)):
        assert one.pk not in keys_in("believed_changed")
        assert ledger.check() == []


def keys_in(table: str) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {connection.ops.quote_name(table)}")
        return {pk for (pk,) in cursor.fetchall()}


def test_no_alert_is_there_to_be_set_aside_from_the_past() -> None:
    alert = AlertFactory.create(term=Term.objects.order_by("pk")[0], anchor_date=date(2024, 1, 1))
    with as_believed(BELIEVED):
        assert not Alert.objects.exists()
        assert alerts.settle(now=datetime.fromisoformat(LATER)) == 0
    alert.refresh_from_db()
    assert alert.state == "open"


def test_a_question_may_be_asked_again_and_again_in_one_transaction() -> None:
    first = figures(QUESTION)
    ContractLink.objects.all().delete()
    assert figures(QUESTION) == first


def test_addresses_of_rows_and_files_carry_the_day_of_belief() -> None:
    assert rows_address(QUESTION, "accrual_year", "2024|EUR").endswith("&believed_on=2025-05-09")
    assert "believed_on" not in rows_address(NOW, "accrual_year", "2024|EUR")
    assert "&believed_on=2025-05-09&as=csv" in export_address(QUESTION, "retention", "csv")


def test_the_page_of_rows_says_the_day_and_keeps_it_in_its_links(client: Client) -> None:
    response = client.get(rows_address(QUESTION, "accrual_year", "2024|EUR"))
    text = response.content.decode()
    assert response.context["opened"].printed == "160.00"
    assert "As believed on" in text
    assert all("believed_on=2025-05-09" in each["url"] for each in response.context["exports"])
    now = client.get(rows_address(NOW, "accrual_year", "2024|EUR"))
    assert now.context["opened"].printed == "1046.00"
    assert "As believed on" not in now.content.decode()


def test_a_day_of_belief_that_is_no_day_is_refused(client: Client) -> None:
    address = rows_address(NOW, "accrual_year", "2024|EUR")
    assert client.get(f"{address}&believed_on=then").status_code == 400


def test_a_file_has_the_figures_of_that_day_and_says_so(client: Client) -> None:
    response = client.get(export_address(QUESTION, "accrual_year", "csv"))
    lines = list(csv.reader(StringIO(response.content.decode("utf-8-sig"))))
    assert ["believed_on", "2025-05-09"] in lines
    values = {line[1]: line[2] for line in lines if line[:1] == ["accrual_year"]}
    assert values == {"2024|EUR": "160.00", "2024|USD": "10.00"}
    (address,) = (line[3] for line in lines if line[:2] == ["accrual_year", "2024|EUR"])
    opened = client.get(address)
    assert opened.context["opened"].printed == "160.00"


@pytest.mark.parametrize("name", NAMES)
def test_every_page_and_what_it_links_to_looks_at_that_day(client: Client, name: str) -> None:
    asked = {"period": "custom", **DAYS, "currency": "EUR", "believed_on": "2025-05-09"}
    response = client.get(f"/metrics/{name}/", asked)
    text = response.content.decode()
    assert "What had been recorded by the end of" in text
    view = response.context["view"]
    assert (view.question.believed_on, view.as_of) == (BELIEVED, BELIEVED)
    assert parse_qs(view.address)["believed_on"] == ["2025-05-09"]
    opened = [*links(text, "/metrics/rows/"), *links(text, "/metrics/export/")]
    assert {each["believed_on"][0] for each in opened} <= {"2025-05-09"}


def test_the_tiles_of_spend_are_those_of_that_day(client: Client) -> None:
    asked = {"period": "custom", **DAYS, "currency": "EUR"}
    now = client.get("/metrics/spend/", asked).context["tiles"]
    then = client.get("/metrics/spend/", asked | {"believed_on": "2025-05-09"}).context["tiles"]
    assert (then[0]["value"], now[0]["value"]) == (160, 1046)


def test_a_view_of_the_past_is_as_of_that_day_unless_it_says_more(client: Client) -> None:
    view = client.get("/metrics/spend/", {"believed_on": "2025-05-09"}).context["view"]
    assert view.as_of == BELIEVED
    assert view.window.end <= BELIEVED + timedelta(days=31)


def test_the_api_opens_a_believed_cell_from_its_own_address(api: APIClient) -> None:
    family = reverse("api-metrics:figures", args=["accrued-spend"])
    answer = api.get(family, DAYS | {"believed_on": "2025-05-09"}).json()
    value = answer["figures"]["accrual_year"]["2024|EUR"]
    address = answer["rows"].format(figure="accrual_year", key="2024|EUR")
    rows = api.get(address).json()
    assert (rows["value"], rows["believed_on"], value) == ("160.00", "2025-05-09", "160.00")
    assert sum(Decimal(row["cost"]) for row in rows["results"]) == Decimal(160)
    assert parse_qs(urlsplit(rows["page"]).query)["believed_on"] == ["2025-05-09"]


def test_pages_of_price_changes_and_commitments_are_those_of_that_day(api: APIClient) -> None:
    asked = DAYS | {"believed_on": "2025-05-09"}
    changes = reverse("api-metrics:figures", args=["price-changes"])
    then, now = (
        {
            each["contract"]: each["av1"]
            for each in api.get(changes, days).json()["figures"]["price_changes"]
        }
        for days in (asked, DAYS)
    )
    assert (then["A"], now["A"]) == ("120.00", "999.00")
    terms = "/api/v1/metrics/focus-contract-commitments/"
    assert [api.get(terms, days).json()["count"] for days in (asked, DAYS)] == [5, 5]
    costs = [str(api.get(terms, days).json()["rows"]) for days in (asked, DAYS)]
    assert "999" in costs[1]
    assert "999" not in costs[0]
