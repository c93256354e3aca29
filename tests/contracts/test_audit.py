"""The auditor finds what is seeded, puts it right, and tells people and watchdogs."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db.models import Q
from django.test import Client
from pytest_django import Settings

from contracts import tasks
from contracts.channels.heartbeat import ping
from contracts.models import Alert, Contract, Delivery, Destination, Heartbeat, Term
from contracts.rules import terms
from contracts.rules.vocabulary import AlertKind
from contracts.services import addressing, alert_sql, alerts, audits, heartbeats, ledger, planning
from saas_tracker.accounts.models import User
from tests import factories

TODAY = date(2026, 11, 18)
ENTERED = datetime(2026, 11, 18, 8, tzinfo=UTC)
NOW = ENTERED + timedelta(hours=1)

pytestmark = pytest.mark.django_db
Breach = Callable[[Any], object]


@pytest.fixture
def portfolio() -> list[Contract]:
    """Return contracts of each kind, planned and addressed, an hour before the audit."""
    with time_machine.travel(ENTERED, tick=False):
        owner = factories.AdministratorFactory.create(email="admin@tracker.example")
        vendor = factories.VendorFactory.create()
        kinds = ["auto"] * 6 + ["manual", "fixed", "evergreen"]
        found = [
            factories.ContractFactory.create(
                owner=owner, vendor=vendor, department=None, renewal_kind=kind
            )
            for kind in kinds
        ]
        for number, contract in enumerate(found):
            days = timedelta(100 + 9 * number if contract.renewal_kind == "auto" else 25)
            factories.TermFactory.create(
                contract=contract,
                start_date=TODAY - timedelta(300),
                end_date=None if contract.renewal_kind == "evergreen" else TODAY + days,
            )
        ledger.refresh(contract.pk for contract in found)
        alerts.raise_due(today=TODAY, now=ENTERED)
    return found


def audit(now: datetime = NOW) -> audits.AuditReport:
    """Send what an hour of running senders would have sent, then look."""
    waited = now - timedelta(hours=1)
    due = Q(state="pending", next_at__lte=waited) | Q(state="leased", lease_until__lte=waited)
    Delivery.objects.filter(due).update(state="sent", lease=None)
    return audits.audit(today=TODAY, now=now)


def differing(report: audits.AuditReport) -> dict[str, int]:
    skipped = {"contracts", "breaches", "ping_failed"}
    return {kind: n for kind, n in asdict(report).items() if n and kind not in skipped}


def first_open() -> Any:
    return Alert.objects.filter(state="open").order_by("pk").first()


def waiting_terms() -> Any:
    return Term.objects.filter(is_open=True).order_by("pk")


def state(**values: Any) -> Callable[[Any], object]:
    return lambda _patch: Alert.objects.filter(pk=first_open().pk).update(**values)


def of_first_term(**values: Any) -> Callable[[Any], object]:
    return lambda _patch: Term.objects.filter(pk=waiting_terms()[0].pk).update(**values)


def forget_alerts(_patch: Any) -> None:
    Alert.objects.filter(term=waiting_terms()[0]).delete()


def forget_deliveries(_patch: Any) -> None:
    first_open().deliveries.all().delete()


def speak_of_another_day(patch: Any) -> None:
    forget_deliveries(patch)
    Alert.objects.filter(pk=first_open().pk).update(anchor_date=TODAY + timedelta(400))


def speak_of_another_day_when_told(_patch: Any) -> None:
    Alert.objects.filter(pk=first_open().pk).update(anchor_date=TODAY + timedelta(400))


def leave_waiting(_patch: Any) -> None:
    Delivery.objects.filter(alert=first_open()).update(
        state="pending", next_at=NOW - timedelta(minutes=16)
    )


def never_come_back(_patch: Any) -> None:
    lease = {"lease": "0" * 32, "lease_until": NOW - timedelta(minutes=16)}
    Delivery.objects.filter(alert=first_open()).update(state="leased", **lease)


def edit_past_the_services(_patch: Any) -> None:
    Contract.objects.filter(terms=waiting_terms()[0]).update(notice_value=30)


def decide_past_the_services(_patch: Any) -> None:
    Contract.objects.filter(terms=waiting_terms()[0]).update(cancelled_on=TODAY + timedelta(5))


def plan_anew() -> None:
    Alert.objects.all().delete()
    ledger.refresh(Contract.objects.values_list("pk", flat=True))
    alerts.raise_due(today=TODAY, now=ENTERED)
    Term.objects.update(updated_at=ENTERED)


def raise_nothing(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alert_sql, "raise_planned", lambda *_args, **_kwargs: 0)
    plan_anew()


def address_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(addressing, "address_open", lambda **_kwargs: addressing.Addressed())
    plan_anew()


def forget_an_offset(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(planning, "offsets_of", lambda *_args: (120, 60))
    plan_anew()


def plan_yesterday(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(alerts, "plan_of", lambda day: planning.plan_of(day - timedelta(45)))
    plan_anew()


def count_to_the_end(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        terms, "alert_anchor", lambda _kind, end, _dates: end and (AlertKind.TERM_END, end)
    )
    plan_anew()


BREACHES: dict[str, tuple[Breach, str]] = {
    "all alerts of a term are gone": (forget_alerts, "missing"),
    "an alert was closed by hand": (state(state="superseded", reason="nearer"), "missing"),
    "an alert is about another day": (
        speak_of_another_day,
        "missing, unexpected",
    ),
    "an alert that was told is about another day": (
        speak_of_another_day_when_told,
        "missing, unexpected",
    ),
    "all deliveries of an alert are gone": (forget_deliveries, "silent"),
    "a message waits past its time": (leave_waiting, "overdue"),
    "a sender never came back": (never_come_back, "overdue"),
    "the stored day to send by was moved": (of_first_term(send_by=TODAY), "wrong_days"),
    "the anchor was moved": (
        of_first_term(anchor_date=TODAY + timedelta(300)),
        "wrong_days",
    ),
    "the anchor is gone": (of_first_term(anchor_date=None), "without_anchor"),
    "the term is marked as decided": (of_first_term(is_open=False), "wrong_days"),
    "the clause changed past the services": (edit_past_the_services, "wrong_days"),
    "cancelled past the services": (decide_past_the_services, "unexpected, wrong_days"),
    "the planner raises nothing": (raise_nothing, "missing"),
    "the planner tells nobody": (address_nobody, "silent"),
    "the planner forgot an offset": (forget_an_offset, "missing"),
    "the planner is days late": (plan_yesterday, "missing"),
    "the planner counts to the wrong day": (count_to_the_end, "missing"),
}
# Those that break the code are found again and again, the others are put right.
BROKEN_CODE = {name for name in BREACHES if name.startswith("the planner")}


@pytest.mark.usefixtures("portfolio")
@pytest.mark.parametrize("name", BREACHES)
def test_a_seeded_breach_is_found_and_put_right(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    breach, kinds = BREACHES[name]
    assert audit().breaches == 0
    breach(monkeypatch)
    report = audits.audit(today=TODAY, now=NOW)
    assert set(kinds.split(", ")) <= set(differing(report)), differing(report)
    later = NOW + timedelta(hours=1)
    if name in BROKEN_CODE:
        assert audit(later).breaches > 0
        monkeypatch.undo()
        audit(later)
    assert audit(later + timedelta(hours=1)).breaches == 0
    assert ledger.check() == []


@pytest.mark.usefixtures("portfolio")
def test_all_seeded_breaches_are_found_in_one_run_each(capsys: pytest.CaptureFixture[str]) -> None:
    found = []
    for name, (breach, _kinds) in BREACHES.items():
        with pytest.MonkeyPatch.context() as patch:
            breach(patch)
            found += [name] if audits.audit(today=TODAY, now=NOW).breaches else []
        audit(NOW + timedelta(hours=1))
        assert audit(NOW + timedelta(hours=2)).breaches == 0
        Term.objects.update(updated_at=ENTERED)
    with capsys.disabled():
        line = f"seeded breaches of alerts: {len(found)} of {len(BREACHES)} found"
        sys.stdout.write(f"\n{line}\n")
    assert found == list(BREACHES)
    assert len(BREACHES) >= 10


def test_an_audit_of_a_healthy_portfolio_finds_and_changes_nothing(
    portfolio: list[Contract],
) -> None:
    audit()
    rows = [list(m.objects.order_by("pk").values()) for m in (Term, Alert, Delivery, Heartbeat)]
    report = audit()
    assert (report.contracts, differing(report)) == (len(portfolio), {})
    assert Alert.objects.filter(state="open").count() >= 6
    assert rows == [
        list(m.objects.order_by("pk").values()) for m in (Term, Alert, Delivery, Heartbeat)
    ]


@pytest.mark.usefixtures("portfolio")
def test_what_was_acknowledged_or_has_nobody_to_hear_it_is_no_breach() -> None:
    alerts.acknowledge([first_open().pk], by=User.objects.get(), now=ENTERED)
    assert audit().breaches == 0
    Delivery.objects.update(state="cancelled")
    User.objects.update(is_active=False)
    assert audit().breaches == 0


@pytest.mark.usefixtures("portfolio")
def test_a_failed_message_is_a_breach_only_while_somebody_else_could_be_told() -> None:
    Delivery.objects.update(state="failed")
    assert differing(audit()) == {}
    someone = factories.UserFactory.create()
    Contract.objects.update(owner=someone)
    assert differing(audit())["silent"] > 5


@pytest.mark.usefixtures("portfolio")
def test_what_was_touched_a_moment_ago_is_left_to_the_planner() -> None:
    term = waiting_terms()[0]
    forget_alerts(None)
    Term.objects.filter(pk=term.pk).update(updated_at=NOW - timedelta(minutes=14))
    assert audit().breaches == 0
    Term.objects.filter(pk=term.pk).update(updated_at=NOW - timedelta(minutes=15))
    assert differing(audit()) == {"missing": 1}


def healthz(now: datetime) -> tuple[int, str]:
    with time_machine.travel(now, tick=False):
        for job in (tasks.plan, tasks.pump):
            heartbeats.run(job.name.rpartition(".")[2], lambda: 0, today=TODAY, clock=lambda: now)
        answer = Client().get("/healthz")
    return answer.status_code, answer.json()["status"]


@pytest.mark.usefixtures("portfolio")
def test_health_is_red_after_a_breach_and_green_after_the_next_audit() -> None:
    def ring(now: datetime) -> None:
        Delivery.objects.filter(state="pending").update(state="sent")
        with time_machine.travel(now, tick=False):
            tasks.audit()

    ring(NOW)
    assert healthz(NOW) == (200, "ok")
    forget_alerts(None)
    ring(NOW + timedelta(hours=1))
    assert healthz(NOW + timedelta(hours=1)) == (503, "audit")
    assert Heartbeat.objects.get(job="audit").saw["missing"] == 1
    ring(NOW + timedelta(hours=2))
    assert healthz(NOW + timedelta(hours=2)) == (200, "ok")
    assert healthz(NOW + timedelta(minutes=270)) == (200, "ok")
    assert healthz(NOW + timedelta(minutes=271)) == (503, "stale")


@pytest.mark.usefixtures("portfolio")
def test_administrators_are_told_once_a_day() -> None:
    audit()
    assert mail.outbox == []
    for _ in range(2):
        forget_alerts(None)
        assert audit().missing == 1
    [letter] = mail.outbox
    assert letter.to == ["admin@tracker.example"]
    assert "missing: 1" in letter.body
    forget_alerts(None)
    audits.audit(today=TODAY + timedelta(1), now=NOW + timedelta(1))
    assert len(mail.outbox) == 2


@pytest.mark.usefixtures("portfolio")
def test_a_refused_mail_to_administrators_does_not_stop_the_audit() -> None:
    Destination.objects.update(address="two\nlines@tracker.example")
    forget_alerts(None)
    assert audit().missing == 1
    assert Heartbeat.objects.get(job="audit_mail").saw == {"changed": 0}
    assert audit().breaches == 0


@pytest.fixture
def watchdog() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a listener and what it has heard; /500 and /moved answer so."""
    heard: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            codes = {"/500": 500, "/moved": 302}
            self.send_response(codes.get(self.path, 200))
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Listener)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.usefixtures("portfolio")
def test_a_watchdog_hears_of_each_audit_that_found_nothing(
    watchdog: tuple[str, list[str]], settings: Settings
) -> None:
    address, heard = watchdog
    settings.HEARTBEAT_URL = f"{address}/alive"
    assert (audit().ping_failed, heard) == (0, [])
    assert healthz(NOW) == (200, "ok")
    assert (audit().ping_failed, heard) == (0, ["/alive"])
    forget_alerts(None)
    assert (audit().missing, heard) == (1, ["/alive"])
    audit()
    assert heard == ["/alive", "/alive"]


@pytest.mark.usefixtures("portfolio")
def test_a_watchdog_that_cannot_be_reached_is_shown_and_stops_nothing(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.HEARTBEAT_URL = "http://127.0.0.1:9/secret"
    healthz(NOW)
    report = audit()
    assert (report.ping_failed, report.breaches) == (1, 0)
    assert "URLError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("path", "heard", "problem"),
    [("/ok", 1, ""), ("/500", 1, "HTTPError: 500"), ("/moved", 1, "HTTPError: 302")],
)
def test_a_watchdog_answers_for_itself(
    watchdog: tuple[str, list[str]], path: str, heard: int, problem: str
) -> None:
    assert (ping(watchdog[0] + path), len(watchdog[1])) == (problem, heard)


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://x.example/", "x", ""])
def test_only_http_addresses_are_fetched(address: str) -> None:
    assert ping(address) == "neither http nor https"
