"""`manage.py setup` prepares an empty database once and changes nothing afterwards."""

from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command

from saas_tracker.accounts.models import User

pytestmark = pytest.mark.django_db


def setup(**options: object) -> str:
    said = StringIO()
    call_command("setup", email="chief@tracker.example", stdout=said, **options)
    return said.getvalue()


def every_row() -> dict[str, list[tuple[object, ...]]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
    }


def test_the_first_administrator_signs_in_with_the_password_that_was_printed() -> None:
    password = setup(demo=False).partition("Password")[2].split()[0]
    user = User.objects.get()
    assert user.email == "chief@tracker.example"
    assert user.is_superuser
    assert user.check_password(password)
    assert len(password) >= 16


def test_two_installations_have_different_passwords() -> None:
    first = setup(demo=False)
    User.objects.all().delete()
    assert setup(demo=False) != first


def test_a_second_setup_changes_no_row_and_prints_no_password() -> None:
    setup(demo=False)
    before = every_row()
    assert "Password" not in setup(demo=False)
    assert every_row() == before


def test_somebody_who_has_an_account_is_never_joined_by_a_generated_administrator() -> None:
    User.objects.create_user("ann@tracker.example", "secret")
    assert "Password" not in setup(demo=False)
    assert User.objects.count() == 1
