"""The pages of figures: one head for all, permanent addresses, every cell a link, few statements."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from contracts.rules.vocabulary import Role
from contracts.services import demo, ledger
from metrics.web.pages import OTHERS, PAGES
from tests.contracts.pages import contract_with_term, member, signed_in, superuser
from tests.factories import (
    BudgetFactory,
    CategoryFactory,
    ChargeFactory,
    DepartmentFactory,
    FxRateFactory,
    IndexValueFactory,
    TermFactory,
    UserFactory,
    VendorFactory,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAMES = [name for name, _title in PAGES]
# Head, figures, sign-in and session together; more contracts need no more.
MOST_STATEMENTS = {"spend": 30, "retention": 18, "prices": 20, "quality": 15}


@pytest.fixture
def spring() -> object:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def client() -> Client:
    return superuser()


@pytest.fixture
def portfolio() -> None:
    """Two vendors in two currencies; one contract renewed with a higher price and more units."""
    FxRateFactory(quote="USD", rate=Decimal("1.25"), fixed_on=date(2024, 1, 1))
    sales = DepartmentFactory(name="Sales", cost_centre="1000")
    field = DepartmentFactory(name="Field sales", cost_centre="1000", parent=sales)
    field.above.add(sales)
    renewed = contract_with_term(
        title="CRM",
        vendor=VendorFactory(name="Busy & Sons"),
        category=CategoryFactory(name="CRM"),
        department=field,
        start_date=date(2025, 1, 1),
        end_date=date(2025, 12, 31),
    )
    first = renewed.terms.get()
    first.annual_value, first.unit_price, first.quantity = Decimal(1000), Decimal(100), Decimal(10)
    first.save()
    TermFactory(
        contract=renewed,
        seq=2,
        start_date=date(2026, 1, 1),
        end_date=date(2026, 12, 31),
        annual_value=Decimal(1320),
        unit_price=Decimal(110),
        quantity=Decimal(12),
    )
    ledger.refresh([renewed.pk])
    contract_with_term(
        title="in dollars", currency="USD", vendor=VendorFactory(name="Cloud"), department=sales
    )
    ChargeFactory(contract=renewed, charged_on=date(2026, 1, 15), discount=Decimal(100))
    BudgetFactory(fiscal_year=2026, dimension="total", key="", amount=Decimal(20_000))
    for month, value in ((date(2025, 12, 1), "100"), (date(2026, 2, 1), "101.5")):
        IndexValueFactory(name="Consumer prices", month=month, value=Decimal(value))


def answer(client: Client, name: str, **query: Any) -> Any:
    response = client.get(f"/metrics/{name}/", query)
    assert response.status_code == 200
    return response


def shown(client: Client, name: str, **query: Any) -> str:
    return re.sub(r"\s+", " ", answer(client, name, **query).content.decode())


def links(text: str, path: str) -> list[dict[str, list[str]]]:
    """Return what the links to a page ask for."""
    found = re.findall(r'href="([^"]+)"', text)
    return [parse_qs(urlsplit(unescape(each)).query) for each in found if each.startswith(path)]


YEAR = {"period": "custom", "from": "2026-01-01", "to": "2026-02-28"}


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_house_says_what_to_do_first(client: Client, name: str) -> None:
    assert "Nothing here yet" in shown(client, name)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("portfolio")
def test_every_page_leads_to_the_others_with_the_same_view(client: Client, name: str) -> None:
    text = shown(client, name, **YEAR, currency="USD-all")
    tabs = [unescape(each) for each in re.findall(r'<a href="(/metrics/[a-z]+/\?[^"]+)"', text)]
    assert [each.split("/")[2] for each in tabs[:6]] == [*NAMES, *dict(OTHERS)]
    assert all("from=2026-01-01" in each and "currency=USD-all" in each for each in tabs[:4])


@pytest.mark.parametrize("name", dict(OTHERS))
@pytest.mark.usefixtures("portfolio")
def test_a_page_with_a_form_of_its_own_takes_over_the_days_and_has_the_tabs(
    client: Client, name: str
) -> None:
    view = shown(client, "spend", **YEAR, as_of="2026-02-10")
    (asked,) = [each for each in links(view, f"/metrics/{name}/") if "as_of" in each]
    assert asked["as_of"] == ["2026-02-10"]
    page = answer(client, name, **{key: value[0] for key, value in asked.items()})
    assert 'value="2026-02-10"' in page.content.decode()
    assert [each["title"] for each in page.context["pages"] if each["is_here"]] == [
        dict(OTHERS)[name]
    ]


@pytest.mark.usefixtures("portfolio")
def test_retention_counts_the_silent_renewals_of_its_window(client: Client) -> None:
    found = answer(client, "retention", **YEAR).context["decisions"]
    assert (found["first"], found["last"]) == (date(2026, 1, 1), date(2026, 2, 28))
    (row,) = [
        each
        for each in links(shown(client, "retention", **YEAR), "/metrics/decisions/")
        if each.get("outcome") == ["silent"]
    ][:1]
    assert (row["first"], row["last"]) == (["2026-01-01"], ["2026-02-28"])


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("portfolio")
def test_a_permanent_address_gives_the_same_page_on_every_later_day(
    client: Client, name: str
) -> None:
    view = answer(client, name, period="last-12-months").context["view"]
    address = parse_qs(view.address)
    with time_machine.travel(NOW.replace(year=2027), tick=False):
        later = answer(superuser(), name, **{key: value[0] for key, value in address.items()})
    assert later.context["view"].question.window == view.question.window
    assert later.context["view"].as_of == NOW.date()


@pytest.mark.parametrize(
    ("asked", "field", "message"),
    [
        ({"period": "custom", "from": "2026-01-01"}, "to", "Say which day."),
        ({"period": "custom", "from": "2026-02-01", "to": "2026-01-01"}, "to", "not before"),
        ({"period": "custom", "from": "2010-01-01", "to": "2026-01-01"}, "to", "ten years"),
        ({"period": "someday"}, "period", "not one of the available choices"),
        ({"as_of": "yesterday"}, "as_of", "Enter a valid date"),
        ({"as_of": "0001-01-01"}, "as_of", "years 1950 to 2150"),
        ({"vendor": "99999"}, "vendor", "not one of the available choices"),
        ({"currency": "CHF"}, "currency", "not one of the available choices"),
    ],
)
@pytest.mark.usefixtures("portfolio")
def test_an_error_stands_at_its_field_and_no_figure_is_shown(
    client: Client, asked: dict[str, str], field: str, message: str
) -> None:
    response = answer(client, "spend", **asked)
    assert message in " ".join(response.context["form"].errors[field])
    assert "st-error" in response.content.decode()
    assert "tiles" not in response.context


@pytest.mark.usefixtures("portfolio")
def test_a_fiscal_year_starts_when_the_organisation_says(client: Client, settings: Any) -> None:
    settings.FISCAL_YEAR_START_MONTH = 4
    view = answer(client, "spend", period="last-fiscal-year").context["view"]
    assert (view.window.start, view.window.end) == (date(2024, 4, 1), date(2025, 3, 31))


@pytest.mark.parametrize("name", NAMES)
def test_a_page_asks_a_bounded_number_of_statements(
    client: Client, name: str, django_assert_max_num_queries: Any
) -> None:
    demo.load(contracts=40, seed=7, today=NOW.date())
    client.get(f"/metrics/{name}/")
    with django_assert_max_num_queries(MOST_STATEMENTS[name]) as asked:
        shown(client, name)
    few = len(asked)
    demo.load(contracts=80, seed=7, today=NOW.date())
    with django_assert_max_num_queries(MOST_STATEMENTS[name]) as asked:
        shown(client, name)
    assert len(asked) == few


@pytest.mark.parametrize("name", NAMES)
def test_the_demo_fills_every_page(client: Client, name: str) -> None:
    demo.load(contracts=40, seed=7, today=NOW.date())
    text = shown(client, name)
    assert "st-empty" not in text
    assert 'class="chart"' in text


@pytest.mark.usefixtures("portfolio")
def test_each_month_and_name_opens_its_rows(client: Client) -> None:
    found = links(shown(client, "spend", **YEAR), "/metrics/rows/")
    keys = {(each["figure"][0], each["key"][0]) for each in found}
    assert ("accrual_month", "2026-01|EUR") in keys
    assert ("accrual_vendor", "2026|Busy & Sons|EUR") in keys
    assert ("accrual_department", "2026|Sales|USD") in keys
    assert ("annualised", "EUR") in keys
    assert ("actuals_month", "2026-01|EUR") in keys
    assert ("budget_actual", "total||EUR") in keys
    assert {each["from"][0] for each in found} == {"2026-01-01"}


@pytest.mark.usefixtures("portfolio")
def test_each_movement_and_rate_opens_its_rows(client: Client) -> None:
    found = links(shown(client, "retention", **YEAR, currency="EUR"), "/metrics/rows/")
    keys = {(each["figure"][0], each["key"][0]) for each in found}
    assert ("retention_vendor_EUR", "expansion") in keys
    assert ("movements_month_EUR", "2026-01|expansion") in keys
    assert ("renewal_rates_EUR", "due") in keys
    assert ("cohorts_year_EUR", "2025|logos|0") in keys


@pytest.mark.usefixtures("portfolio")
def test_files_are_offered_with_the_same_question(client: Client) -> None:
    found = links(shown(client, "spend", **YEAR), "/metrics/export/")
    assert {each["as"][0] for each in found} == {"csv", "xlsx", "json"}
    assert {"accrued-spend", "actual-spend", "budgets"} == {each["figure"][0] for each in found}
    assert {each["to"][0] for each in found} == {"2026-02-28"}


@pytest.mark.usefixtures("portfolio")
def test_a_filter_narrows_the_figures_and_the_links(client: Client) -> None:
    sales, field = (
        DepartmentFactory._meta.model.objects.get(name=n) for n in ("Sales", "Field sales")
    )
    above = answer(client, "spend", **YEAR, department=sales.pk)
    assert {row["name"] for row in above.context["shares"][0]["rows"]} == {"Busy & Sons", "Cloud"}
    below = answer(client, "spend", **YEAR, department=field.pk)
    assert [row["name"] for row in below.context["shares"][0]["rows"]] == ["Busy & Sons"]
    found = links(below.content.decode(), "/metrics/rows/")
    assert {each["department"][0] for each in found} == {str(field.pk)}


@pytest.mark.usefixtures("portfolio")
def test_one_currency_is_left_as_it_is_and_all_are_converted_at_a_stated_rate(
    client: Client,
) -> None:
    whole = answer(client, "quality", **YEAR, currency="EUR-all")
    euros = answer(client, "quality", **YEAR, currency="EUR")
    assert whole.context["contracts"] == 2
    assert euros.context["contracts"] == 1
    assert euros.context["whole"] == Decimal("1320.00")
    assert "Converted at the rates of" in whole.content.decode()


@pytest.mark.usefixtures("portfolio")
def test_people_see_figures_of_their_own_contracts_only(client: Client) -> None:
    department = DepartmentFactory._meta.model.objects.get(name="Field sales")
    person = member(Role.VIEWER, department)
    seen = answer(signed_in(person), "quality", **YEAR)
    assert seen.context["contracts"] == 1
    assert "Cloud" not in seen.content.decode()
    stranger = signed_in(UserFactory.create())
    assert "No contract is visible to you" in shown(stranger, "spend")
    assert Client().get("/metrics/spend/").status_code == 302


@pytest.mark.usefixtures("portfolio")
def test_prices_split_the_change_and_open_the_contracts_behind_each_part(client: Client) -> None:
    response = answer(client, "prices", **YEAR, currency="EUR", part="price")
    parts = {row["key"]: row["value"] for row in response.context["split"]["rows"]}
    assert parts["price"] == Decimal("120.00")
    assert parts["volume"] == Decimal("200.00")
    opened = response.context["opened"]
    assert [row["title"] for row in opened["rows"]] == ["CRM"]
    assert sum(row["value"] for row in opened["rows"]) == opened["total"] == parts["price"]


@pytest.mark.usefixtures("portfolio")
def test_a_vendor_opens_the_renewals_that_its_rise_adds_up(client: Client) -> None:
    response = answer(client, "prices", **YEAR, currency="EUR", renewed="Busy & Sons")
    renewed = response.context["renewed"]
    assert [row["rate"] for row in renewed["rows"]] == [Decimal("0.1")]
    assert sum(row["risen"] for row in renewed["rows"]) == renewed["whole"]["risen"]
    assert answer(client, "prices", **YEAR, renewed="Nobody").context["renewed"] is None


@pytest.mark.usefixtures("portfolio")
def test_own_prices_stand_beside_the_published_index(client: Client) -> None:
    levels = answer(client, "prices", **YEAR, currency="EUR").context["levels"]
    assert [row["own"] for row in levels["rows"]] == [100.0, 110.0, 110.0]
    assert [row["published"] for row in levels["rows"]] == [100.0, None, 101.5]


@pytest.mark.usefixtures("portfolio")
def test_a_gap_opens_the_contracts_that_make_it(client: Client) -> None:
    response = answer(client, "quality", **YEAR, gap="units")
    row = next(row for row in response.context["gaps"]["rows"] if row["key"] == "units")
    opened = response.context["opened"]
    assert [each["title"] for each in opened["rows"]] == ["in dollars"]
    assert opened["count"] == row["count"] == 1
    assert opened["converted"] == row["value"]


@pytest.mark.usefixtures("portfolio")
def test_the_list_of_unmatched_charges_opens(client: Client) -> None:
    vendor = VendorFactory(name="Card")
    ChargeFactory(contract=None, vendor=vendor, charged_on=date(2026, 2, 1))
    rows = answer(client, "quality", **YEAR).context["gaps"]["rows"]
    row = next(row for row in rows if row["key"] == "charges")
    assert row["count"] == 1
    listed = client.get(row["url"])
    assert listed.status_code == 200
    assert listed.context["cl"].result_count == 1


@pytest.mark.usefixtures("portfolio")
def test_a_currency_without_a_rate_is_named_and_left_out(client: Client) -> None:
    contract_with_term(title="in francs", currency="CHF", vendor=VendorFactory(name="Alp"))
    text = shown(client, "spend", **YEAR)
    assert "Without a rate, and so left out of converted sums: CHF" in text
    opened = answer(client, "quality", **YEAR, gap="rate").context["opened"]
    assert [row["title"] for row in opened["rows"]] == ["in francs"]


@pytest.mark.usefixtures("portfolio")
def test_churn_above_seven_percent_is_flagged(client: Client) -> None:
    assert "above 7 %" not in shown(client, "retention", **YEAR)
    text = shown(client, "retention", period="custom", **{"from": "2027-01-01", "to": "2027-03-31"})
    assert "above 7 %" in text


def test_pages_are_read_never_posted(client: Client) -> None:
    assert all(client.post(f"/metrics/{name}/").status_code == 405 for name in NAMES)
