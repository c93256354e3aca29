"""What is shown for a day is what that day then does, and showing it leaves no trace."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from contracts.models import Alert, Contract, Delivery, Destination, Term
from contracts.queries.simulation import Simulated, simulate
from contracts.services import alerts, ledger
from tests import factories

FIRST = date(2026, 11, 18)
DAYS = 120

pytestmark = pytest.mark.django_db
Said = set[tuple[date, int, str, int, date, tuple[str, ...]]]


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


@pytest.fixture
def portfolio() -> None:
    """Make a frozen portfolio: owners, managers and nobody; deadlines before and after today."""
    administrator = factories.AdministratorFactory.create()
    factories.DestinationFactory.create(owner=administrator, is_active=True)
    owner, manager = factories.UserFactory.create(), factories.UserFactory.create()
    factories.DestinationFactory.create(owner=owner, address=owner.email, is_active=False)
    with_manager = factories.DepartmentFactory.create(manager=manager)
    people: list[Any] = [owner, manager, None]
    for number in range(36):
        contract = factories.ContractFactory.create(
            owner=people[number % 3],
            department=with_manager if number % 2 else None,
            renewal_kind=("auto", "auto", "manual", "fixed", "evergreen")[number % 5],
            notice_value=30,
        )
        end = FIRST + timedelta(9 * number - 40)
        start = FIRST - timedelta(400)
        factories.TermFactory.create(contract=contract, start_date=start, end_date=end)
    ledger.refresh(Contract.objects.values_list("pk", flat=True))


def simulated(on: date, until: date | None = None) -> Said:
    found = simulate(Term.objects.all(), on=on, until=until, today=on)
    return {said(message) for message in found}


def said(message: Simulated) -> Any:
    about = (message.kind, message.offset, message.anchor)
    return (message.day, message.term_id, *about, tuple(sorted(message.to)))


def done_on(day: date) -> Said:
    """Run the real plan of a day and return what it has made, then send it."""
    known = set(Delivery.objects.values_list("alert", flat=True))
    alerts.raise_due(today=day, now=at(day))
    found: dict[int, list[str]] = {}
    # A preview shows the first recipients of an alert, not whom it is taken to when nobody acts.
    made = Delivery.objects.exclude(alert__in=known).order_by("pk")
    for alert, address in made.values_list("alert", "destination__address"):
        found.setdefault(alert, [address])
    Delivery.objects.filter(state="pending").update(state="sent", sent_at=at(day))
    return {
        (day, a.term_id, a.kind, a.offset_days, a.anchor_date, tuple(sorted(found[a.pk])))
        for a in Alert.objects.filter(pk__in=found)
    }


@pytest.mark.usefixtures("portfolio")
def test_the_simulation_of_a_day_is_what_the_plan_of_that_day_does() -> None:
    seen = 0
    for days in (0, 1, 17, 40, 41, 90):
        day = FIRST + timedelta(days)
        expected = simulated(day)
        assert expected == done_on(day)
        seen += len(expected)
        assert simulated(day) == set()
    assert seen > 40


@pytest.mark.usefixtures("portfolio")
def test_the_simulation_of_months_is_what_a_daily_engine_does() -> None:
    expected = simulated(FIRST, FIRST + timedelta(DAYS))
    done: Said = set()
    for days in range(DAYS + 1):
        done |= done_on(FIRST + timedelta(days))
    assert expected == done
    assert len(done) > 100
    assert {len(to) for *_about, to in done} == {1}


@pytest.mark.usefixtures("portfolio")
def test_a_day_to_come_alone_is_its_part_of_the_months() -> None:
    months = simulate(Term.objects.all(), on=FIRST, until=FIRST + timedelta(DAYS), today=FIRST)
    by_day = [message for message in months if message.day > FIRST]
    for day in {message.day for message in by_day}:
        alone = list(simulate(Term.objects.all(), on=day, today=FIRST))
        assert alone == [message for message in by_day if message.day == day]


@pytest.mark.usefixtures("portfolio")
def test_what_was_told_for_an_earlier_day_is_not_told_again() -> None:
    done_on(FIRST)
    term = Alert.objects.filter(state="open", offset_days__gt=7)[0].term
    assert term.anchor_date is not None
    Term.objects.filter(pk=term.pk).update(anchor_date=term.anchor_date + timedelta(1))
    assert simulated(FIRST) == done_on(FIRST) == set()
    Delivery.objects.update(state="cancelled")
    Term.objects.filter(pk=term.pk).update(anchor_date=term.anchor_date + timedelta(2))
    assert {row[1] for row in simulated(FIRST)} == {term.pk}


def rows() -> list[list[dict[str, Any]]]:
    models = [
        m for label in ("accounts", "contracts") for m in apps.get_app_config(label).get_models()
    ]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


@pytest.mark.usefixtures("portfolio")
def test_a_simulation_writes_nothing() -> None:
    before = rows()
    with CaptureQueriesContext(connection) as queries:
        assert len(simulated(FIRST, FIRST + timedelta(365))) > 150
    assert {query["sql"].split()[0] for query in queries} <= {"SELECT", "DECLARE"}
    assert rows() == before
    assert Destination.objects.count() == 2


def test_a_past_day_is_history() -> None:
    with pytest.raises(ValueError, match="only today"):
        list(simulate(Term.objects.all(), on=FIRST - timedelta(1), today=FIRST))


@pytest.mark.usefixtures("portfolio")
def test_the_command_prints_who_is_told_what_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    with time_machine.travel(at(FIRST), tick=False):
        expected = simulated(FIRST, FIRST + timedelta(30))
        call_command("simulate", "--until", str(FIRST + timedelta(30)))
        lines = capsys.readouterr().out.splitlines()
        with pytest.raises(CommandError, match="to come"):
            call_command("simulate", "--on", str(FIRST - timedelta(1)))
    assert lines[-1] == f"{len(expected)} alerts; nothing was written."
    assert len(lines) == len(expected) + 1
    assert all(f"{row[0]} | {row[-1][0]} | " in "\n".join(lines) for row in expected)


@pytest.mark.usefixtures("portfolio")
def test_the_page_shows_only_what_its_reader_may_see(client: Client) -> None:
    mine = Contract.objects.filter(terms__anchor_date__gt=FIRST, department=None)[0]
    reader = factories.UserFactory.create()
    Contract.objects.filter(pk=mine.pk).update(owner=reader)
    client.force_login(reader)
    with time_machine.travel(at(FIRST), tick=False):
        address = "/admin/contracts/alert/simulation/"
        answer = client.get(address, {"on": str(FIRST), "until": str(FIRST + timedelta(364))})
        refused = client.get(address, {"on": str(FIRST - timedelta(1))})
        too_long = client.get(address, {"on": str(FIRST), "until": str(FIRST + timedelta(367))})
        assert client.get(address).status_code == 200
    assert {row.contract_id for row in answer.context["found"]} == {mine.pk}
    assert mine.title in answer.content.decode()
    assert "Only today" in refused.content.decode()
    assert "At most twelve months" in too_long.content.decode()
