"""What tests of the admin share: signing in, and sending a form back as a browser would."""

from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from contracts.models import Contract, Department
from contracts.rules.vocabulary import Role
from contracts.services import ledger
from saas_tracker.accounts.models import User
from tests.factories import (
    AdministratorFactory,
    ContractFactory,
    MembershipFactory,
    TermFactory,
    UserFactory,
)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def superuser() -> Client:
    return signed_in(AdministratorFactory())


def member(role: Role, department: Department | None) -> User:
    """Return a person with one role; no department is the whole organisation."""
    return MembershipFactory(user=UserFactory(), role=role.value, department=department).user


def contract_with_term(**values: Any) -> Contract:
    """Return a contract of the year around today's notice, with what follows from its term."""
    days = {name: values.pop(name) for name in ("start_date", "end_date") if name in values}
    money = {"annual_value": values.pop("annual_value")} if "annual_value" in values else {}
    contract = ContractFactory(**values)
    TermFactory(contract=contract, **days, **money)
    ledger.refresh([contract.pk])
    return contract


def page(name: str, *args: Any, **query: Any) -> str:
    return reverse(f"admin:{name}", args=args, query=query or None)


def filled(response: Any) -> dict[str, Any]:
    """Return what a browser would send back if nobody changed anything."""
    forms = [response.context["adminform"].form]
    for inline in response.context["inline_admin_formsets"]:
        forms += [inline.formset.management_form, *inline.formset.initial_forms]
    data: dict[str, Any] = {}
    for form in forms:
        for bound in form:
            value = bound.value()
            data[bound.html_name] = _sent(value)
    return {name: value for name, value in data.items() if value is not None}


def _sent(value: Any) -> Any:
    if value is None or value is False:
        return None
    if value is True:
        return "on"
    return value.isoformat() if isinstance(value, date) else str(value)
