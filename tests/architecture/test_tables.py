"""Every table of ours can be made in a test, seen by staff and read by programs, or says why not."""

import inspect

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model
from django.urls import URLResolver, get_resolver

from tests import factories

OUR_APPS = ("accounts", "contracts", "metrics")


def tables() -> list[type[Model]]:
    """Return our tables; the history tables and many-to-many tables belong to them."""
    return [
        model
        for label in OUR_APPS
        for model in apps.get_app_config(label).get_models()
        if not model.__name__.startswith("Historical")
    ]


def factory_classes() -> list[type[factories.Factory]]:
    classes = [found for _name, found in inspect.getmembers(factories, inspect.isclass)]
    return [c for c in classes if issubclass(c, factories.Factory) and c is not factories.Factory]


def test_every_table_has_a_factory() -> None:
    made = {found._meta.model for found in factory_classes()}
    assert [table.__name__ for table in tables() if table not in made] == []


@pytest.mark.django_db
@pytest.mark.parametrize("found", factory_classes(), ids=lambda found: found.__name__)
def test_every_factory_makes_valid_rows_twice(found: type[factories.Factory]) -> None:
    rows: list[Model] = found.create_batch(2)
    for row in rows:
        empty = {f.name for f in row._meta.fields if getattr(row, f.attname) in f.empty_values}
        row.full_clean(exclude=empty)
        assert str(row)


# Tables that staff do not see on a page of their own, and why not.
WITHOUT_ADMIN: dict[str, str] = {
    "AlertReading": "marks in a person's own inbox, shown there",
    "KeyDate": "days that follow from the terms; coverage shows the next of each contract",
    "LedgerEntry": "day numbers that follow from the terms; check_ledger adds them up again",
    "SpendStep": "sums of the ledger entries; check_ledger adds them up again",
    "TermOutcome": "follows from the terms; price changes and terms have their pages",
}
# Tables that programs do not read, and why not.
WITHOUT_API: dict[str, str] = {
    "AlertReading": "marks in a person's own inbox: is_unread of /inbox/",
    "LedgerEntry": "day numbers that follow from the terms; figures are under /metrics/",
    "KeyDate": "days that follow from terms and documents; alerts name them",
    "SpendStep": "sums of the ledger entries; figures are under /metrics/",
    "TermOutcome": "follows from the terms; figures are under /metrics/",
    "CalendarFeed": "its address is shown once, to the person who makes it in the admin",
    "DeliveryAction": "who sent a message again or took it back: on the page of the delivery",
    "ImportMapping": "belongs to the upload page",
    "ImportRun": "belongs to the upload page",
}


def tables_in_the_admin() -> set[type[Model]]:
    """Return what is registered or edited inside another table's page."""
    registered = admin.site._registry
    inside = {inline.model for page in registered.values() for inline in page.inlines}
    return set(registered) | inside


def tables_in_the_api() -> set[type[Model]]:
    """Return what the API's views name as their table."""
    seen: set[type[Model]] = set()
    patterns = list(get_resolver().url_patterns)
    while patterns:
        pattern = patterns.pop()
        if isinstance(pattern, URLResolver):
            patterns += pattern.url_patterns
            continue
        model = getattr(getattr(pattern.callback, "cls", None), "model", None)
        if model is not None:
            seen.add(model)
    return seen


def test_staff_see_every_table_or_it_says_why_not() -> None:
    missing = {table.__name__ for table in tables()} - {t.__name__ for t in tables_in_the_admin()}
    assert missing == set(WITHOUT_ADMIN)


def test_programs_see_every_table_or_it_says_why_not() -> None:
    missing = {table.__name__ for table in tables()} - {t.__name__ for t in tables_in_the_api()}
    assert missing == set(WITHOUT_API)
