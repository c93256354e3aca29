"""Every contract has an alert to come or says why not."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client

from contracts.models import Alert, Contract, LedgerEntry, Term
from contracts.queries.coverage import Covered, coverage, share
from contracts.services import alerts, ledger
from saas_tracker.accounts.models import User
from tests import factories

TODAY = date(2026, 11, 18)

pytestmark = pytest.mark.django_db


def add(end: int | None, **values: Any) -> Contract:
    """Add a contract whose term ends so many days from today."""
    contract = factories.ContractFactory.create(**({"renewal_kind": "manual"} | values))
    factories.TermFactory.create(
        contract=contract,
        start_date=TODAY - timedelta(600),
        end_date=None if end is None else TODAY + timedelta(end),
    )
    ledger.refresh([contract.pk])
    return contract


def covered(contract: Contract) -> Covered:
    [row] = coverage(Contract.objects.filter(pk=contract.pk), today=TODAY)
    return row


@pytest.fixture
def owner() -> User:
    return factories.UserFactory.create()


@pytest.mark.parametrize(
    ("end", "next_in"), [(200, 79), (120, 30), (100, 9), (1, 2), (0, 1), (-1, 1), (-5, 5)], ids=str
)
def test_the_next_alert_is_the_first_after_today(owner: User, end: int, next_in: int) -> None:
    row = covered(add(end, owner=owner))
    assert (row.word, row.to, row.channel) == ("", (owner.email,), "email")
    assert row.next_on == TODAY + timedelta(next_in)


def test_the_named_day_is_the_day_on_which_the_plan_raises_the_alert(owner: User) -> None:
    contracts = [add(end, owner=owner) for end in (200, 121, 100, 64, 15, 3)]
    for contract in contracts:
        Alert.objects.all().delete()
        day = covered(contract).next_on
        assert day is not None
        alerts.raise_due(today=day - timedelta(1), now=at(day))
        own = contract.terms.get().alerts
        before = own.count()
        alerts.raise_due(today=day, now=at(day))
        assert own.count() > before


@pytest.mark.parametrize(
    ("end", "values", "reason"),
    [
        (None, {"notice_given_on": TODAY - timedelta(9)}, "evergreen"),
        (90, {"renewal_kind": "evergreen"}, "evergreen"),
        (90, {"cancelled_on": TODAY + timedelta(90)}, "cancelled"),
        (90, {"notice_given_on": TODAY - timedelta(9)}, "notice was given"),
        (-31, {}, "its day has passed"),
    ],
)
def test_a_contract_without_an_alert_says_why(
    owner: User, end: int | None, values: dict[str, Any], reason: str
) -> None:
    row = covered(add(end, owner=owner, **values))
    assert reason in str(row.reason)
    assert (row.is_gap, row.next_on, row.to) == (False, None, ())


def test_what_is_over_or_only_a_draft_is_not_listed(owner: User) -> None:
    for end, values in (
        (-32, {}),
        (90, {"is_draft": True}),
        (90, {"cancelled_on": TODAY - timedelta(1)}),
    ):
        add(end, owner=owner, **values)
    assert list(coverage(Contract.objects.all(), today=TODAY)) == []


def test_a_contract_that_nobody_hears_of_or_whose_days_are_wrong_is_a_gap(owner: User) -> None:
    nobody, differs = add(90, department=None), add(90, owner=owner)
    Term.objects.filter(contract=differs).update(anchor_date=TODAY)
    LedgerEntry.objects.all().delete()
    assert [covered(c).word for c in (nobody, differs)] == ["nobody", "differs"]
    assert covered(nobody).is_gap
    assert "NO ALERT" in str(covered(differs).reason)


def test_the_share_is_never_rounded_up_to_all() -> None:
    assert [share(*pair) for pair in ((0, 0), (9999, 10000), (3, 3))] == [
        "100.0 %",
        "99.9 %",
        "100.0 %",
    ]


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def test_the_command_prints_the_share_and_fails_below_all(
    owner: User, capsys: pytest.CaptureFixture[str]
) -> None:
    add(90, owner=owner, title="Heard"), add(90, renewal_kind="evergreen", title="Endless")
    with time_machine.travel(at(TODAY), tick=False):
        call_command("coverage")
        everything = capsys.readouterr().out
        call_command("coverage", "--without-alert")
        without = capsys.readouterr().out
        add(90, department=None)
        with pytest.raises(CommandError, match=r"2 of 3 .* 66\.6 %"):
            call_command("coverage")
    assert "2 of 2 contracts have an alert or a reason: 100.0 %" in everything
    assert f"Heard | 2026-12-18 email: {owner.email}" in everything
    assert "Heard" not in without
    assert "Endless | evergreen" in without


def test_the_page_shows_what_its_reader_may_see_and_filters(client: Client, owner: User) -> None:
    endless = {"renewal_kind": "evergreen", "title": "Endless"}
    add(90, owner=owner, title="Heard"), add(90, owner=owner, **endless)
    add(90, owner=factories.UserFactory.create(), title="Foreign")
    client.force_login(owner)
    address = "/admin/contracts/alert/coverage/"
    with time_machine.travel(at(TODAY), tick=False):
        whole, part = client.get(address), client.get(address, {"only": "without"})
    assert [row.title for row in whole.context["page"]] == ["Heard", "Endless"]
    assert [row.title for row in part.context["page"]] == ["Endless"]
    assert "Foreign" not in whole.content.decode()
    assert "100.0 %" in whole.content.decode()
