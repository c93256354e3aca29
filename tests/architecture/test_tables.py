"""Every table of ours can be made in a test, seen by staff and read by programs, or says why not."""

import inspect

import pytest
from django.apps import apps
from django.db.models import Model
from factory.django import DjangoModelFactory

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


def factory_classes() -> list[type[DjangoModelFactory]]:
    classes = [found for _name, found in inspect.getmembers(factories, inspect.isclass)]
    return [c for c in classes if issubclass(c, DjangoModelFactory) and c is not DjangoModelFactory]


def test_every_table_has_a_factory() -> None:
    made = {found._meta.model for found in factory_classes()}
    assert [table.__name__ for table in tables() if table not in made] == []


@pytest.mark.django_db
@pytest.mark.parametrize("found", factory_classes(), ids=lambda found: found.__name__)
def test_every_factory_makes_valid_rows_twice(found: type[DjangoModelFactory]) -> None:
    rows: list[Model] = found.create_batch(2)
    for row in rows:
        empty = {f.name for f in row._meta.fields if getattr(row, f.attname) in f.empty_values}
        row.full_clean(exclude=empty)
        assert str(row)
