"""The landing page: every figure on it leads to the rows behind it, and every block has an empty form."""

import json
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from contracts.services import ledger
from tests.contracts.pages import contract_with_term, page, superuser
from tests.factories import (
    CategoryFactory,
    FxRateFactory,
    HeartbeatFactory,
    TermFactory,
    VendorFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = NOW.date()


@pytest.fixture
def spring() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return superuser()


@pytest.fixture
def portfolio() -> None:
    """Seven contracts of three vendors in two currencies; one renewed at a higher price last month."""
    FxRateFactory(quote="USD", rate=Decimal("1.25"), fixed_on=TODAY - timedelta(days=1))
    crm, chat = CategoryFactory(name="CRM"), CategoryFactory(name="Chat")
    vendor = VendorFactory(name="Busy & Sons")
    for days in (20, 50, 80, 110):
        contract_with_term(
            title=f"ends in {days}",
            vendor=vendor,
            category=crm,
            renewal_kind="manual",
            notice_value=None,
            start_date=date(2025, 6, 1),
            end_date=TODAY + timedelta(days=days),
        )
    contract_with_term(title="in dollars", category=chat, currency="USD")
    contract_with_term(title="nameless")
    dearer = contract_with_term(
        title="dearer", start_date=date(2025, 2, 1), end_date=date(2026, 1, 31)
    )
    TermFactory(
        contract=dearer,
        seq=2,
        start_date=date(2026, 2, 1),
        end_date=date(2027, 1, 31),
        annual_value=Decimal("15000"),
    )
    ledger.refresh([dearer.pk])


def shown(client: Client, **query: Any) -> Any:
    response = client.get(page("index", **query))
    assert response.status_code == 200
    return response


def rows_behind(client: Client, address: str) -> int:
    return int(client.get(address).context["cl"].result_count)


@pytest.mark.parametrize("window", [30, 60, 90, 120])
def test_the_count_of_a_window_is_the_length_of_the_list_behind_it(
    client: Client, portfolio: None, window: int
) -> None:
    response = shown(client, within=window)
    stake = response.context["stake"]
    assert stake.count == window // 30
    assert len(response.context["attention"].decisions) == stake.count
    assert rows_behind(client, page("contracts_contract_changelist", decide=window)) == stake.count


def test_every_link_of_the_page_opens(client: Client, portfolio: None) -> None:
    text = shown(client).content.decode()
    main = text[text.index('id="main"') :]
    addresses = {
        found.replace("&amp;", "&")
        for found in re.findall(r'href="(/admin/[^"]*|\?[^"]*)"', main)
        if "logout" not in found
    }
    assert len(addresses) > 20
    for address in sorted(addresses):
        whole = page("index") + address if address.startswith("?") else address
        assert client.get(whole).status_code == 200, address


def test_the_rows_behind_each_share_add_up_to_it(client: Client, portfolio: None) -> None:
    by_category, by_vendor = shown(client).context["shares"]
    assert {row.name: row.money.converted for row in by_category["rows"]} == {
        "CRM": Decimal("48000.00"),
        "Chat": Decimal("9600.00"),
        "None": Decimal("27000.00"),
    }
    for row in (*by_category["rows"], *by_vendor["rows"]):
        contracts = client.get(row.page).context["cl"].result_list
        total = sum(each.value for each in contracts)
        assert total == sum(row.money.by_currency.values()), row.name
    assert sum(row.percent for row in by_vendor["rows"]) == pytest.approx(100)


def test_the_headline_is_the_sum_of_the_contracts_in_force(client: Client, portfolio: None) -> None:
    context = shown(client).context
    assert context["headline"].annualised.by_currency == {
        "EUR": Decimal("75000.00"),
        "USD": Decimal("12000.00"),
    }
    assert context["headline"].annualised.converted == Decimal("84600.00")
    assert rows_behind(client, context["in_force_page"]) == 7


def test_the_rows_behind_each_month_add_up_to_it(client: Client, portfolio: None) -> None:
    points = shown(client).context["months"]
    for point in points[::4] + points[-2:]:
        address = page("contracts_contract_changelist", on=point.day.isoformat())
        rows = client.get(address).context["cl"].result_list
        assert sum(row.value for row in rows) == sum(point.money.by_currency.values()), point.month


def test_a_day_that_is_none_filters_nothing(client: Client, portfolio: None) -> None:
    assert rows_behind(client, page("contracts_contract_changelist", on="2026-02-31")) == 7


def test_charts_are_data_in_attributes_and_end_today(client: Client, portfolio: None) -> None:
    response = shown(client)
    line = json.loads(response.context["months_chart"]["data"])
    assert len(line["labels"]) == len(line["datasets"][0]["data"]) == 24
    assert (line["labels"][-1], line["datasets"][0]["data"][-1]) == ("2026-03", 84600.0)
    inline = re.findall(r"<script(?![^>]*\bsrc=)[^>]*>\s*\S", response.content.decode())
    assert inline == []


def test_a_chart_of_many_vendors_sums_up_the_small_ones(client: Client) -> None:
    for number in range(12):
        contract_with_term(annual_value=Decimal(1000 * (number + 1)))
    vendors = shown(client).context["shares"][1]
    bars = json.loads(vendors["chart"]["data"])
    assert bars["labels"][-1] == "All others"
    assert sum(bars["datasets"][0]["data"]) == 78000
    assert len(vendors["rows"]) == 12, "the table behind the chart names everybody"


def test_a_price_increase_of_the_quarter_is_shown(client: Client, portfolio: None) -> None:
    response = shown(client)
    assert [flag.term.contract.title for flag in response.context["flags"]] == ["dearer"]
    assert "+25.0%" in response.content.decode()
    assert rows_behind(client, response.context["flags_page"]) == 1
    with time_machine.travel(NOW + timedelta(days=200), tick=False):
        later = superuser()
        assert rows_behind(later, shown(later).context["flags_page"]) == 0


def test_gaps_lead_to_lists_of_the_same_length(client: Client, portfolio: None) -> None:
    gaps = shown(client).context["gaps"]
    assert {str(gap.name): gap.count for gap in gaps} == {"No owner": 7, "No category": 2}
    for gap in gaps:
        assert rows_behind(client, gap.page) == gap.count


def test_an_empty_installation_says_what_to_do_first(client: Client) -> None:
    text = shown(client).content.decode()
    assert "Nothing here yet" in text
    assert page("contracts_contract_add") in text
    assert "/contracts/import/" in text


def test_a_quiet_portfolio_says_so(client: Client) -> None:
    contract_with_term(end_date=date(2028, 12, 31))
    text = shown(client).content.decode()
    assert "Nothing must be decided within 90 days." in text
    assert "No price rose without a word in the last quarter." in text
    assert "No exchange rates are recorded" in text


def test_a_scan_that_stopped_is_said_at_the_top(client: Client) -> None:
    assert "The scan for due alerts is not running." in shown(client).content.decode()
    for job in ("plan", "pump"):
        HeartbeatFactory(job=job, started_at=NOW, finished_at=NOW - timedelta(minutes=1))
    assert "is not running" not in shown(client).content.decode()


def test_an_unknown_window_is_the_usual_one(client: Client, portfolio: None) -> None:
    assert shown(client, within="soon").context["window"] == 90


def test_names_are_escaped(client: Client) -> None:
    vendor = VendorFactory(name="<script>alert(1)</script>")
    contract_with_term(vendor=vendor, title="</canvas><b>x", end_date=TODAY + timedelta(days=150))
    text = shown(client).content.decode()
    assert "<script>alert(1)" not in text
    assert "</canvas><b>x" not in text
