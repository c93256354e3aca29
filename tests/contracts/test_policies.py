"""A policy's scope decides which contracts it is for, on the way from the table to the alert (R9)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from contracts.models import Alert, AlertPolicy, Contract, Term
from contracts.queries.audit import breaches_in
from contracts.queries.coverage import coverage
from contracts.queries.policies import escalation_days_of
from contracts.queries.simulation import simulate
from contracts.services import alerts, ledger, records
from tests import factories

TODAY = date(2026, 11, 18)
NOW = datetime.combine(TODAY, time(9), tzinfo=UTC)

pytestmark = pytest.mark.django_db
Scope = Callable[[Contract], dict[str, Any]]


def add(days: int = 50, value: int = 12000, **values: Any) -> Contract:
    """Add a contract that ends so many days from today, in its own tree of departments."""
    if "department" not in values:
        top = factories.DepartmentFactory.create()
        values["department"] = factories.DepartmentFactory.create(parent=top)
    if "category" not in values:
        above = factories.CategoryFactory.create()
        values["category"] = factories.CategoryFactory.create(parent=above)
    owner = values.pop("owner", None) or factories.UserFactory.create()
    values = {"renewal_kind": "manual", "owner": owner} | values
    contract = factories.ContractFactory.create(**values)
    factories.TermFactory.create(
        contract=contract,
        start_date=TODAY - timedelta(300),
        end_date=TODAY + timedelta(days),
        annual_value=Decimal(value),
    )
    ledger.refresh([contract.pk])
    return contract


def policy(name: str, offsets: list[int], **scope: Any) -> AlertPolicy:
    return records.store(AlertPolicy(name=name, offsets=offsets, **scope))


def open_offset(contract: Contract) -> int:
    return Alert.objects.get(term__contract=contract, state="open").offset_days


SCOPES: dict[str, Scope] = {
    "vendor": lambda c: {"vendor": c.vendor},
    "department": lambda c: {"department": c.department},
    "department above": lambda c: {"department": c.department and c.department.parent},
    "category": lambda c: {"category": c.category},
    "category above": lambda c: {"category": c.category and c.category.parent},
    "least value": lambda _c: {"minimum_value": Decimal(12000), "minimum_currency": "EUR"},
    "least value elsewhere": lambda _c: {
        "minimum_value": Decimal(12960),
        "minimum_currency": "USD",
    },
    "kind": lambda _c: {"kinds": ["term_end"], "minimum_value": 1, "minimum_currency": "EUR"},
}


@pytest.mark.parametrize("name", SCOPES)
def test_a_policy_is_for_the_contracts_in_its_scope_alone(name: str) -> None:
    factories.FxRateFactory.create(quote="USD", rate=Decimal("1.08"))
    inside = add()
    outside = add(value=11999)
    if name == "kind":
        Contract.objects.filter(pk=outside.pk).update(renewal_kind="auto", notice_value=0)
        ledger.refresh([outside.pk])
    policy("narrow", [70, 55], **SCOPES[name](inside))
    alerts.raise_due(today=TODAY, now=NOW)
    assert (open_offset(inside), open_offset(outside)) == (55, 60)
    assert not breaches_in([inside.pk, outside.pk], today=TODAY).contracts


def test_a_value_without_a_known_rate_never_reaches_the_least_one() -> None:
    contract = add(value=10**9, currency="JPY")
    policy("large", [55], minimum_value=Decimal(1), minimum_currency="EUR")
    alerts.raise_due(today=TODAY, now=NOW)
    assert open_offset(contract) == 60


def test_plan_audit_coverage_and_preview_follow_the_same_policy() -> None:
    chance = Random(5)
    owner = factories.UserFactory.create()
    contracts = [add(days, owner=owner, value=5000 * (days % 4)) for days in range(20, 80, 6)]
    some = contracts[::3]
    for number, contract in enumerate(some):
        scope = SCOPES[chance.choice(["vendor", "department", "department above", "category"])]
        policy(f"of {number}", [66 + number, 21 + number], **scope(contract))
    policy("large", [62, 42], minimum_value=Decimal(10000), minimum_currency="EUR")
    shown = {
        message.term_id: message.offset
        for message in simulate(Term.objects.all(), on=TODAY, today=TODAY)
    }
    alerts.raise_due(today=TODAY, now=NOW)
    assert shown == dict(Alert.objects.filter(state="open").values_list("term", "offset_days"))
    assert not breaches_in([contract.pk for contract in contracts], today=TODAY).contracts
    named = {row.contract_id: row for row in coverage(Contract.objects.all(), today=TODAY)}
    assert {named[contract.pk].policy for contract in some} == {"of 0", "of 1", "of 2", "of 3"}
    assert {row.policy for row in named.values()} >= {"", "large"}
    for pk, day in sorted((row.contract_id, row.next_on) for row in named.values() if row.next_on):
        Alert.objects.all().delete()
        alerts.raise_due(today=day - timedelta(1), now=NOW)
        before = Alert.objects.filter(term__contract=pk).count()
        alerts.raise_due(today=day, now=NOW)
        assert Alert.objects.filter(term__contract=pk).count() > before


def test_a_changed_policy_counts_from_the_next_plan_on() -> None:
    contract = add()
    alerts.raise_due(today=TODAY, now=NOW)
    made = policy("general", [55])
    alerts.raise_due(today=TODAY, now=NOW)
    assert open_offset(contract) == 55
    made.is_active = False
    records.store(made)
    alerts.raise_due(today=TODAY, now=NOW)
    assert open_offset(contract) == 55


def test_larger_sums_are_escalated_earlier(settings: Any) -> None:
    small, large = add(value=9999), add(value=10000)
    settings.ALERT_ESCALATION_DAYS = 9
    assert escalation_days_of([small.pk]) == {small.pk: 9}
    least = {"minimum_value": Decimal(10000), "minimum_currency": "EUR"}
    policy("large", [60], escalation_days=2, **least)
    assert escalation_days_of([small.pk, large.pk]) == {small.pk: 9, large.pk: 2}


@pytest.mark.parametrize(
    "values",
    [
        {"kinds": ["nothing"]},
        {"kinds": ["term_end", "term_end"]},
        {"kinds": "term_end"},
        {"minimum_value": Decimal(1)},
        {"minimum_currency": "EUR"},
        {"minimum_value": Decimal(-1), "minimum_currency": "EUR"},
        {"escalation_days": 0},
    ],
)
def test_a_policy_that_makes_no_sense_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        policy("odd", [30], **values)


def test_the_form_offers_kinds_by_name_and_explains_the_order(client: Client) -> None:
    client.force_login(factories.AdministratorFactory.create())
    page = client.get("/admin/contracts/alertpolicy/add/").content.decode()
    assert "one alone applies" in page
    assert 'value="true_up_report"' in page
    sent = {
        "name": "Large",
        "kinds": ["notice_deadline", "term_end"],
        "offsets": "[180, 90]",
        "minimum_value": "100000",
        "minimum_currency": "EUR",
        "escalation_days": "3",
        "is_active": "on",
    }
    assert client.post("/admin/contracts/alertpolicy/add/", sent).status_code == 302
    made = AlertPolicy.objects.get()
    assert (made.kinds, made.minimum_value) == (["notice_deadline", "term_end"], Decimal(100000))
    row = client.get("/admin/contracts/alertpolicy/").content.decode()
    assert "from" in row
    assert "a year" in row
