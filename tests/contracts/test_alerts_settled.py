"""A decision ends its alerts in the same transaction, whoever writes it (R11)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from contracts.models import Alert, Contract, Delivery, Term
from contracts.services import alerts, ledger, records, renewals
from contracts.services.renewals import NextTerm
from tests import factories

DAY = date(2026, 8, 3)
NOW = datetime(2026, 8, 3, 9, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract() -> Contract:
    """Return a contract whose alert of 60 days before 2026-10-01 waits to be sent."""
    made: Contract = factories.ContractFactory.create(owner=factories.UserFactory.create())
    factories.TermFactory.create(contract=made)
    ledger.refresh([made.pk])
    alerts.raise_due(today=DAY, now=NOW)
    assert Alert.objects.get(state="open").anchor_date == date(2026, 10, 1)
    return made


def renew(contract: Contract) -> Any:
    return renewals.renew(contract, proposal=renewals.propose(contract))


def give_notice(contract: Contract) -> Any:
    return renewals.give_notice(contract, given_on=DAY)


def cancel(contract: Contract) -> Any:
    return renewals.cancel(contract, last_day=date(2026, 12, 31), reason="replaced")


@pytest.mark.parametrize("decide", [renew, give_notice, cancel])
def test_a_decision_resolves_the_alert_and_cancels_its_message_at_once(
    contract: Contract, decide: Callable[[Contract], Any]
) -> None:
    decide(contract)
    told = Alert.objects.exclude(reason="collapsed").values_list("state", "reason")
    assert list(told) == [("resolved", "decided")]
    assert Delivery.objects.get().state == "cancelled"


def test_a_deadline_that_moves_sets_its_alert_aside_at_once(contract: Contract) -> None:
    contract.notice_value = 30
    records.store(contract)
    assert list(Alert.objects.exclude(reason="collapsed").values_list("state", "reason")) == [
        ("superseded", "moved")
    ]
    assert Delivery.objects.get().state == "cancelled"
    alerts.raise_due(today=DAY, now=NOW)
    assert Alert.objects.get(state="open").anchor_date == date(2026, 11, 30)


def test_a_change_that_moves_no_day_leaves_the_alert_alone(contract: Contract) -> None:
    contract.note = "Call them in September."
    records.store(contract)
    assert Alert.objects.filter(state="open").count() == 1
    assert Delivery.objects.get().state == "pending"


def test_a_decision_that_is_refused_changes_no_alert(contract: Contract) -> None:
    proposal = NextTerm(date(2026, 1, 1), date(2025, 1, 1), Term.objects.get().annual_value)
    with pytest.raises(ValidationError):
        renewals.renew(contract, proposal=proposal)
    assert Alert.objects.filter(state="open").count() == 1


def test_another_contract_keeps_its_alert(contract: Contract) -> None:
    other = factories.ContractFactory.create(owner=contract.owner)
    factories.TermFactory.create(contract=other)
    ledger.refresh([other.pk])
    alerts.raise_due(today=DAY, now=NOW)
    give_notice(contract)
    assert Alert.objects.get(state="open").term.contract == other


def test_a_woken_alert_is_open_again_and_says_who_woke_it(contract: Contract) -> None:
    alert = Alert.objects.get(state="open")
    until = DAY + timedelta(days=7)
    alerts.snooze([alert.pk], until=until, by=contract.owner, today=DAY, now=NOW)
    assert Delivery.objects.get().state == "cancelled"
    later = NOW + timedelta(days=1)
    assert alerts.wake([alert.pk], by=contract.owner, now=later) == 1
    assert alerts.wake([alert.pk], by=contract.owner, now=later) == 0
    alert.refresh_from_db()
    assert (alert.state, alert.snoozed_until, alert.level_since) == ("open", None, later)
    assert alert.history.latest().history_user == contract.owner
    alerts.raise_due(today=DAY, now=later)
    assert Delivery.objects.get().state == "pending", "what was never sent goes out after all"


def test_waking_leaves_what_does_not_rest_alone(contract: Contract) -> None:
    alert = Alert.objects.get(state="open")
    alerts.acknowledge([alert.pk], by=contract.owner, now=NOW)
    assert alerts.wake([alert.pk], by=contract.owner, now=NOW) == 0
    alert.refresh_from_db()
    assert alert.state == "acknowledged"
