"""The inbox of a program's owner, and the days an alert may rest."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from contracts.models import Alert
from contracts.services import alerts, ledger
from saas_tracker.accounts import tokens
from saas_tracker.accounts.models import User
from tests import factories
from tests.api.conftest import token_client

# The alert of 60 days before 2026-10-01 is open.
TODAY = date(2026, 8, 3)
INBOX = "/api/v1/inbox/"


@pytest.fixture
def owner(time_machine: Any, db: None) -> User:
    """Return the owner of two contracts, each with an open alert."""
    time_machine.move_to(datetime(2026, 8, 3, 9, tzinfo=UTC), tick=False)
    user = factories.UserFactory.create()
    for title in ("Desk", "Cloud"):
        term = factories.TermFactory.create(contract__owner=user, contract__title=title)
        ledger.refresh([term.contract_id])
    alerts.raise_due(today=TODAY, now=datetime(2026, 8, 3, 9, tzinfo=UTC))
    return user


@pytest.fixture
def program(owner: User) -> APIClient:
    return token_client(owner, *tokens.Scope)


def rows(program: APIClient, **query: str) -> list[dict[str, Any]]:
    answer = program.get(INBOX, query)
    assert answer.status_code == 200, answer.json()
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def snoozed(program: APIClient, pk: int, until: date | str) -> Any:
    return program.post(f"/api/v1/alerts/{pk}/snooze/", {"until": str(until)}, format="json")


def test_the_inbox_holds_what_was_taken_to_its_owner_and_counts_what_is_unread(
    program: APIClient,
) -> None:
    answer = program.get(INBOX).json()
    assert (answer["count"], answer["unread"]) == (2, 2)
    assert {row["contract_title"] for row in answer["results"]} == {"Desk", "Cloud"}
    assert all(row["is_unread"] for row in answer["results"])
    assert {row["level"] for row in answer["results"]} == {0}


def test_reading_lowers_the_count_and_repeating_it_changes_nothing(program: APIClient) -> None:
    first, second = rows(program)
    for _ in range(2):
        answer = program.post(f"{INBOX}read/", {"alerts": [first["id"]]}, format="json")
        assert answer.json() == {"unread": 1}
    assert [row["id"] for row in rows(program, unread="true")] == [second["id"]]
    assert [row["id"] for row in rows(program, unread="false")] == [first["id"]]


def test_nobody_marks_an_alert_that_they_do_not_see(owner: User) -> None:
    stranger = token_client(factories.UserFactory.create(), *tokens.Scope)
    pks = list(Alert.objects.values_list("pk", flat=True))
    answer = stranger.post(f"{INBOX}read/", {"alerts": pks}, format="json")
    assert (answer.status_code, answer.json()) == (200, {"unread": 0})
    assert stranger.get(INBOX).json()["count"] == 0
    assert not Alert.objects.filter(readings__isnull=False).exists()


def test_an_alert_rests_until_its_day_and_is_woken(program: APIClient) -> None:
    alert = rows(program)[0]
    answer = snoozed(program, alert["id"], TODAY + timedelta(days=7))
    assert (answer.status_code, answer.json()["state"]) == (200, "snoozed")
    assert answer.json()["snoozed_until"] == "2026-08-10"
    assert len(rows(program)) == 1
    assert [row["id"] for row in rows(program, state="snoozed")] == [alert["id"]]
    woken = program.post(f"/api/v1/alerts/{alert['id']}/wake/", format="json")
    assert (woken.json()["state"], woken.json()["snoozed_until"]) == ("open", None)


@pytest.mark.parametrize(
    ("until", "code", "pointer"),
    [
        (date(2026, 10, 2), "snooze_past_anchor", ""),
        (TODAY, "snooze_not_ahead", ""),
        ("soon", "invalid", "/until"),
    ],
)
def test_a_day_that_is_refused_has_a_code_of_its_own(
    program: APIClient, until: Any, code: str, pointer: str
) -> None:
    alert = rows(program)[0]
    answer = snoozed(program, alert["id"], until)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["code"], error["pointer"]) == (code, pointer)
    assert len(rows(program)) == 2


def test_a_decision_over_the_api_empties_the_inbox_at_once(program: APIClient) -> None:
    for row in rows(program):
        path = f"/api/v1/contracts/{row['contract']}/give-notice/"
        assert program.post(path, {"given_on": "2026-08-03"}, format="json").status_code == 200
    assert program.get(INBOX).json()["count"] == 0
    assert {row["state"] for row in rows(program, state="resolved")} == {"resolved"}
