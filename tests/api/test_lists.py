"""Lists: bounded pages, known parameters, and nothing of what one may not see."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import django_filters
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from contracts import models
from contracts.api.filters import DaysFilter, FlagFilter, IdFilter
from contracts.api.rows import reader_of
from contracts.api.urls import RESOURCES
from contracts.services import ledger
from tests import factories
from tests.api.conftest import World, rows_of

QUERY_COUNTS = Path(__file__).with_name("query_counts.json")
# Every signed-in person reads these, or only administrators do.
SHARED = {
    "vendors", "vendor-aliases", "products", "categories", "fx-rates", "budgets", "index-values",
    "departments",
    "memberships", "alert-policies", "heartbeats", "holds",
}  # fmt: skip
FILTERED = sorted(name for name, each in RESOURCES.items() if hasattr(each, "filterset_class"))


def path_of(resource: str) -> str:
    return reverse(f"api:{resource}-list")


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.json()
    return [row["id"] for row in answer.json()["results"]]


def rows_of_more(world: World) -> None:
    """Add one more row to every table, in the home department."""
    below = models.Department.objects.get(name="Below")
    below.name = f"Below {below.pk}"
    below.save()
    rows_of(world)


def sample(filter_: django_filters.Filter) -> Any:
    """Return a valid value for a filter."""
    if isinstance(filter_, IdFilter | DaysFilter):
        return 1
    if isinstance(filter_, FlagFilter):
        return "true"
    if isinstance(filter_, django_filters.ChoiceFilter):
        return filter_.extra["choices"][0][0]
    if isinstance(filter_, django_filters.IsoDateTimeFilter):
        return "2026-01-01T00:00:00Z"
    return "2026-01-01" if isinstance(filter_, django_filters.DateFilter) else "EUR"


@pytest.mark.parametrize("resource", FILTERED)
def test_every_filter_takes_its_values_and_refuses_others(
    world: World, administrator: APIClient, resource: str
) -> None:
    for name, filter_ in RESOURCES[resource].filterset_class.base_filters.items():
        answer = administrator.get(path_of(resource), {name: sample(filter_)})
        assert answer.status_code == 200, (name, answer.json())
        if type(filter_) is not django_filters.CharFilter:
            wrong = administrator.get(path_of(resource), {name: "\u2603"})
            assert wrong.status_code == 400, name
            assert wrong.json()["errors"][0]["pointer"] == f"/{name}"


@pytest.mark.parametrize("resource", sorted(RESOURCES))
def test_every_ordering_works_both_ways(
    world: World, administrator: APIClient, resource: str
) -> None:
    for name in RESOURCES[resource].ordering_fields:
        public = name if isinstance(name, str) else name[0]
        for sign in ("", "-"):
            answer = administrator.get(path_of(resource), {"ordering": f"{sign}{public}"})
            assert answer.status_code == 200, answer.json()


@pytest.mark.parametrize("resource", sorted(RESOURCES))
def test_every_search_works(world: World, administrator: APIClient, resource: str) -> None:
    searchable = hasattr(RESOURCES[resource], "search_fields")
    answer = administrator.get(path_of(resource), {"search": 'a "b c", d'})
    assert answer.status_code == (200 if searchable else 400)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"page_size": 201}, "out_of_bounds"),
        ({"page_size": 0}, "out_of_bounds"),
        ({"page_size": "all"}, "out_of_bounds"),
        ({"page_size": "²"}, "out_of_bounds"),
        ({"limit": 5}, "unknown_parameter"),
        ({"vendor__note": "x"}, "unknown_parameter"),
        ({"owner__password": "x"}, "unknown_parameter"),
        ({"ordering": "owner__password"}, "unknown_ordering"),
        ({"search": "x" * 201}, "too_long"),
        ({"search": "\x00"}, "null_characters_not_allowed"),
        ({"vendor": 2**63}, "max_value"),
        ({"decide_within": 99_999}, "max_value"),
    ],
    ids=str,
)
def test_what_a_list_does_not_read_is_an_error(
    administrator: APIClient, query: dict[str, Any], code: str
) -> None:
    answer = administrator.get(path_of("contracts"), query)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize(
    ("instant", "code"),
    [
        ("6440-02-24T11:06:58+22:08", 200),
        ("2026-01-01T00:00:00-23:59", 200),
        ("0001-01-01T00:00:00+10:00", 400),
        ("9999-12-31T23:59:59-10:00", 400),
    ],
)
def test_an_instant_of_any_offset_is_compared_in_utc(
    administrator: APIClient, instant: str, code: int
) -> None:
    answer = administrator.get(path_of("contracts"), {"updated_at_gte": instant})
    assert answer.status_code == code


@pytest.mark.parametrize("page", ["0", "2", "x", "9" * 40])
def test_a_page_that_is_not_there_is_not_found(administrator: APIClient, page: str) -> None:
    assert administrator.get(path_of("contracts"), {"page": page}).status_code == 404


def test_pages_hold_every_row_once(administrator: APIClient) -> None:
    factories.VendorFactory.create_batch(205)
    assert len(ids(administrator.get(path_of("vendors")))) == 50
    assert len(ids(administrator.get(path_of("vendors"), {"page_size": 200}))) == 200
    found, address = [], f"{path_of('vendors')}?page_size=60&ordering=-name"
    while address:
        answer = administrator.get(address)
        found += ids(answer)
        address = answer.json()["next"]
    assert len(found) == len(set(found)) == answer.json()["count"]


def test_a_search_reads_names_references_and_aliases(
    world: World, administrator: APIClient
) -> None:
    contract = world.rows["contracts"]
    contract.external_reference = "REF-77"
    contract.save()
    factories.VendorAliasFactory.create(vendor=contract.vendor, name="Zweitname AG")
    for words in ("ref-77", "zweitname", contract.title.lower()):
        found = ids(administrator.get(path_of("contracts"), {"search": words}))
        assert contract.pk in found
    assert ids(administrator.get(path_of("contracts"), {"search": "nothing-of-this"})) == []


def test_contracts_are_found_by_what_must_be_decided(
    world: World, administrator: APIClient, time_machine: Any
) -> None:
    time_machine.move_to("2026-09-01")
    contract = world.rows["contracts"]
    ledger.refresh([contract.pk])
    asked = {"decide_within": 31}
    assert ids(administrator.get(path_of("contracts"), asked)) == [contract.pk]
    assert ids(administrator.get(path_of("contracts"), {"decide_within": 20})) == []
    assert contract.pk in ids(administrator.get(path_of("contracts"), {"open": "true"}))
    assert contract.pk not in ids(administrator.get(path_of("contracts"), {"open": "false"}))
    active = {"active_on": date(2026, 5, 5).isoformat()}
    assert contract.pk in ids(administrator.get(path_of("contracts"), active))


def test_a_list_shows_the_state_it_is_filtered_by(world: World, administrator: APIClient) -> None:
    rows = administrator.get(path_of("contracts")).json()["results"]
    assert len({row["state"] for row in rows}) >= 2
    for row in rows:
        found = ids(administrator.get(path_of("contracts"), {"state": row["state"]}))
        assert row["id"] in found


# What is unread is no column of an alert: tests/api/test_inbox.py looks at it.
@pytest.mark.parametrize("resource", sorted(set(RESOURCES) - {"inbox"}))
def test_a_row_looks_as_its_serializer_says(
    world: World, administrator: APIClient, resource: str
) -> None:
    """The fast path from SQL and the serializer's own representation are one."""
    viewset = RESOURCES[resource]
    instance = viewset.model._default_manager.get(pk=world.rows[resource].pk)
    slow = viewset.serializer_class(instance)
    reader = reader_of(viewset.serializer_class)
    fast = reader.read(viewset.model._default_manager.filter(pk=instance.pk))[0]
    fields = {name: slow.fields[name] for name in reader.names}
    shown = {name: represented(field, instance) for name, field in fields.items()}
    assert fast == shown


def represented(field: Any, instance: Any) -> Any:
    """Return what DRF itself shows for a field."""
    try:
        value = field.get_attribute(instance)
    except AttributeError:  # a relation on the way is empty
        return None
    return None if value is None else field.to_representation(value)


@pytest.mark.parametrize("resource", sorted(set(RESOURCES) - SHARED))
def test_a_foreign_row_changes_no_byte_of_a_list(
    world: World, as_role: Callable[[str], APIClient], resource: str
) -> None:
    """Whatever a stranger asks, the answer is the same whether foreign rows exist or not."""
    viewset, stranger = RESOURCES[resource], as_role("foreign")
    names = [n if isinstance(n, str) else n[0] for n in viewset.ordering_fields]
    questions: list[dict[str, Any]] = [{}, *({"ordering": name} for name in names)]
    questions += [{"search": "1"}] if hasattr(viewset, "search_fields") else []
    pk = world.rows["contracts"].pk
    questions += [{"contract": pk}] if "contract" in viewset.filterset_class.base_filters else []
    with_rows = [stranger.get(path_of(resource), each).content for each in questions]
    rows_of_more(world)
    again = [stranger.get(path_of(resource), each).content for each in questions]
    assert with_rows == again
    assert json.loads(again[0])["count"] == 0


@pytest.mark.parametrize("role", ["administrator", "editor"])
def test_a_list_asks_as_many_statements_as_written_down(
    world: World, as_role: Callable[[str], APIClient], role: str
) -> None:
    """Pins the statements of each list: one more row is not one more statement."""
    client = as_role(role)
    before = statements(client)
    rows_of_more(world)
    assert statements(client) == before == json.loads(QUERY_COUNTS.read_text())[role]


def statements(client: APIClient) -> dict[str, int]:
    counted = {}
    for resource in sorted(RESOURCES):
        with CaptureQueriesContext(connection) as captured:
            client.get(path_of(resource))
        counted[resource] = len(captured)
    return counted
