"""Alerts about the days of a contract besides its decision: raised, told, settled, audited."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from contracts.models import Alert, Contract, Delivery, Document, KeyDate, Term
from contracts.queries.audit import breaches_in
from contracts.queries.coverage import coverage
from contracts.queries.simulation import simulate
from contracts.rules.vocabulary import AlertKind
from contracts.services import alerts, deliveries, ledger, records, renewals
from contracts.services.notices import compose, parcel
from saas_tracker.accounts.models import User
from tests import factories

TODAY = date(2026, 11, 18)

pytestmark = pytest.mark.django_db


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def plan(day: date = TODAY) -> alerts.PlanSummary:
    return alerts.raise_due(today=day, now=at(day))


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


def add(owner: User, end: date | None = None, start: date | None = None, **values: Any) -> Contract:
    contract = factories.ContractFactory.create(owner=owner, **values)
    first = start or in_days(-400)
    factories.TermFactory.create(contract=contract, start_date=first, end_date=end)
    ledger.refresh([contract.pk])
    return contract


def days_of(contract: Contract, kind: AlertKind) -> list[date]:
    found = KeyDate.objects.filter(term__contract=contract, kind=kind).order_by("date")
    return list(found.values_list("date", flat=True))


def open_alerts(kind: AlertKind) -> list[tuple[date, int]]:
    found = Alert.objects.filter(kind=kind, state="open").order_by("anchor_date")
    return list(found.values_list("anchor_date", "offset_days"))


def clean(contract: Contract, day: date = TODAY) -> None:
    assert not breaches_in([contract.pk], today=day).contracts
    assert ledger.check() == []


def test_the_opening_of_the_notice_window_is_announced(owner: User) -> None:
    contract = add(owner, in_days(150), notice_value=90, window_opens_value=140)
    opens = in_days(11)
    assert days_of(contract, AlertKind.WINDOW_OPENS) == [opens]
    plan()
    assert open_alerts(AlertKind.WINDOW_OPENS) == [(opens, 14)]
    plan(opens)
    plan(opens + timedelta(31))
    assert open_alerts(AlertKind.WINDOW_OPENS) == [(opens, 0)]
    clean(contract, opens + timedelta(31))
    plan(opens + timedelta(32))
    passed = Alert.objects.get(kind="window_opens", offset_days=0)
    assert (passed.state, passed.reason) == ("resolved", "passed")
    clean(contract, opens + timedelta(32))


def test_a_decision_settles_what_only_matters_until_then(owner: User) -> None:
    end = in_days(100)
    contract = add(owner, end, notice_value=90, window_opens_value=110, announcement_days=95)
    plan()
    kinds = set(Alert.objects.filter(state="open").values_list("kind", flat=True))
    assert kinds == {"notice_deadline", "window_opens", "price_announcement"}
    renewals.give_notice(contract, given_on=in_days(3))
    alerts.settle(now=at(TODAY), contract_ids=[contract.pk])
    left = set(Alert.objects.exclude(reason="collapsed").values_list("state", "reason"))
    assert left == {("resolved", "decided")}
    assert not Delivery.objects.filter(state="pending").exists()
    clean(contract)


def test_true_up_reports_are_said_until_somebody_has_seen_that_one_is_late(owner: User) -> None:
    contract = add(owner, in_days(700), start=in_days(-330), true_up_months=12)
    first = days_of(contract, AlertKind.TRUE_UP_REPORT)[0]
    assert first == in_days(-330) + timedelta(365 - 30)
    plan()
    assert open_alerts(AlertKind.TRUE_UP_REPORT) == [(first, 7)]
    late = first + timedelta(2)
    plan(late)
    assert open_alerts(AlertKind.TRUE_UP_REPORT) == [(first, -2)]
    alert = Alert.objects.get(kind="true_up_report", state="open")
    alerts.acknowledge([alert.pk], by=owner, now=at(late))
    assert plan(first + timedelta(10)).raised == 0
    clean(contract, first + timedelta(10))


def test_a_renewal_leaves_the_reports_of_the_old_term_and_adds_those_of_the_next(
    owner: User,
) -> None:
    contract = add(owner, in_days(20), start=in_days(-345), true_up_months=12, notice_value=0)
    before = days_of(contract, AlertKind.TRUE_UP_REPORT)
    assert len(before) == 1
    proposal = renewals.propose(contract)
    renewals.renew(contract, proposal=proposal)
    after = days_of(contract, AlertKind.TRUE_UP_REPORT)
    assert after[0] == before[0]
    assert len(after) == 2
    plan()
    clean(contract)


def test_a_contract_without_an_end_is_reviewed_every_six_months(owner: User) -> None:
    contract = add(owner, None, start=date(2024, 8, 31), renewal_kind="evergreen")
    reviews = days_of(contract, AlertKind.EVERGREEN_REVIEW)
    assert reviews[:3] == [date(2025, 2, 28), date(2025, 8, 31), date(2026, 2, 28)]
    assert reviews[-1].year == 2100
    [row] = coverage(Contract.objects.all(), today=TODAY)
    assert (row.kind, row.anchor, row.word) == ("evergreen_review", date(2027, 2, 28), "")
    # Fourteen days before is a Sunday: it goes out on the Friday.
    assert row.next_on == date(2027, 2, 12)
    plan(row.next_on)
    assert open_alerts(AlertKind.EVERGREEN_REVIEW) == [(date(2027, 2, 28), 14)]
    renewals.cancel(contract, last_day=date(2027, 3, 31), reason="unused")
    alerts.settle(now=at(TODAY))
    assert open_alerts(AlertKind.EVERGREEN_REVIEW) == []
    assert days_of(contract, AlertKind.EVERGREEN_REVIEW) == []
    clean(contract, row.next_on)


def test_a_document_with_another_day_settles_its_alert_at_once(owner: User) -> None:
    contract = add(owner, in_days(900))
    paper = records.store(
        Document(contract=contract, title="ISO certificate", expires_on=in_days(20))
    )
    plan()
    assert open_alerts(AlertKind.DOCUMENT_EXPIRY) == [(in_days(20), 30)]
    paper.expires_on = in_days(400)
    records.store(paper)
    assert open_alerts(AlertKind.DOCUMENT_EXPIRY) == []
    assert not Delivery.objects.filter(state="pending").exists()
    clean(contract)


def test_a_document_is_named_before_it_runs_out_until_its_day_changes(owner: User) -> None:
    contract = add(owner, in_days(900))
    paper = records.store(
        Document(contract=contract, title="ISO certificate", expires_on=in_days(40))
    )
    plan()
    assert open_alerts(AlertKind.DOCUMENT_EXPIRY) == [(in_days(40), 60)]
    plan(in_days(43))
    assert open_alerts(AlertKind.DOCUMENT_EXPIRY) == [(in_days(40), -3)]
    clean(contract, in_days(43))
    paper.expires_on = in_days(440)
    records.store(paper)
    plan(in_days(44))
    assert open_alerts(AlertKind.DOCUMENT_EXPIRY) == []
    records.remove(paper)
    assert days_of(contract, AlertKind.DOCUMENT_EXPIRY) == []
    clean(contract, in_days(44))


def test_the_alert_about_a_document_survives_a_renewal(owner: User) -> None:
    contract = add(owner, in_days(20), notice_value=0)
    records.store(Document(contract=contract, title="Insurance", expires_on=in_days(25)))
    plan()
    before = Alert.objects.get(kind="document_expiry", state="open").pk
    renewals.renew(contract, proposal=renewals.propose(contract))
    plan()
    assert Alert.objects.get(kind="document_expiry", state="open").pk == before


@pytest.mark.parametrize(
    "values", [{"is_draft": True}, {"cancelled_on": TODAY - timedelta(200)}], ids=["draft", "over"]
)
def test_what_is_not_agreed_or_over_has_no_days_ahead(owner: User, values: dict[str, Any]) -> None:
    contract = add(owner, None, renewal_kind="evergreen", true_up_months=12, **values)
    factories.DocumentFactory.create(contract=contract, expires_on=in_days(9))
    ledger.refresh([contract.pk])
    assert not KeyDate.objects.filter(date__gt=TODAY).exists()


def test_the_audit_puts_lost_and_invented_days_right(owner: User) -> None:
    contract = add(owner, None, renewal_kind="evergreen", start=in_days(-180))
    KeyDate.objects.filter(date__lt=in_days(400)).delete()
    KeyDate.objects.create(term=contract.terms.get(), kind="true_up_report", date=in_days(7))
    assert breaches_in([contract.pk], today=TODAY).wrong_days == {contract.pk}
    assert len(ledger.check()) > 2
    ledger.refresh([contract.pk])
    plan()
    clean(contract)


def test_both_computations_find_the_same_key_dates(owner: User) -> None:
    chance = Random(19)
    for _ in range(60):
        start = in_days(-chance.randrange(900))
        contract = factories.ContractFactory.create(
            owner=owner,
            renewal_kind=chance.choice(["auto", "manual", "fixed", "evergreen"]),
            notice_value=chance.choice([None, 30, 90]),
            window_opens_value=chance.choice([None, 120]),
            announcement_days=chance.choice([None, 0, 60]),
            true_up_months=chance.choice([None, 3, 12]),
            true_up_report_days=chance.choice([None, 0, 100]),
            notice_given_on=chance.choice([None, None, in_days(-30)]),
            cancelled_on=chance.choice([None, None, in_days(100)]),
        )
        for seq in range(chance.randrange(1, 4)):
            end = start + timedelta(chance.randrange(100, 800))
            is_endless = chance.random() < 0.2
            factories.TermFactory.create(
                contract=contract,
                seq=seq + 1,
                start_date=start,
                end_date=None if is_endless else end,
            )
            start = end + timedelta(chance.choice([1, 1, -50]))
        if chance.random() < 0.5:
            factories.DocumentFactory.create(
                contract=contract, expires_on=in_days(chance.randrange(300))
            )
    ids = list(Contract.objects.values_list("pk", flat=True))
    ledger.refresh(ids)
    assert breaches_in(ids, today=TODAY).wrong_days == set()
    assert set(KeyDate.objects.values_list("kind", flat=True)) == {
        kind.value for kind in AlertKind if kind.value not in ("notice_deadline", "term_end")
    }
    expected = {
        (each.term_id, each.kind, each.anchor, each.offset)
        for each in simulate(Term.objects.all(), on=TODAY, today=TODAY)
    }
    plan()
    raised = Alert.objects.filter(state="open")
    assert expected == set(raised.values_list("term", "kind", "anchor_date", "offset_days"))
    assert breaches_in(ids, today=TODAY).contracts == set()


@pytest.mark.parametrize("kind", AlertKind)
@pytest.mark.parametrize("days", [9, 0, -1, -10])
def test_each_kind_has_words_for_before_on_and_after_its_day(
    owner: User, kind: AlertKind, days: int
) -> None:
    contract = add(owner, in_days(200), notice_value=90, title="Figma <Org>")
    anchor = in_days(days)
    factories.DocumentFactory.create(contract=contract, title="ISO", expires_on=anchor)
    alert = factories.AlertFactory.create(
        term=contract.terms.get(), kind=kind.value, anchor_date=anchor, offset_days=days
    )
    place = factories.DestinationFactory.create(owner=owner)
    delivery = factories.DeliveryFactory.create(alert=alert, destination=place)
    message = compose(parcel(delivery.pk), now=at(TODAY))
    for text in (message.subject, message.text, message.html):
        assert "-10" not in text
        assert "-1 day" not in text
    assert "Figma <Org>" in message.text
    assert "Figma &lt;Org&gt;" in message.html
    repeated = kind.value in ("notice_deadline", "term_end", "true_up_report", "document_expiry")
    if days == -10 and repeated:
        assert "10 days" in message.subject
        assert "late" in message.html
    if kind == AlertKind.DOCUMENT_EXPIRY:
        assert "ISO" in message.text


def test_a_key_date_is_told_by_mail(owner: User) -> None:
    contract = add(owner, in_days(900))
    records.store(Document(contract=contract, title="Insurance", expires_on=in_days(7)))
    plan()
    deliveries.deliver_due(clock=lambda: at(TODAY), jitter=lambda: 0)
    [letter] = mail.outbox
    assert "runs out" in letter.subject
    assert "Insurance" in letter.body


def test_people_keep_documents_on_the_page_of_the_contract(client: Client, owner: User) -> None:
    contract = add(owner, in_days(900))
    client.force_login(factories.AdministratorFactory.create())
    assert (
        "Where it is kept"
        in client.get(f"/admin/contracts/document/add/?contract={contract.pk}").content.decode()
    )
    sent = {
        "contract": contract.pk,
        "title": "DPA",
        "kind": "data_processing",
        "expires_on": in_days(60),
    }
    assert client.post("/admin/contracts/document/add/", sent).status_code == 302
    assert days_of(contract, AlertKind.DOCUMENT_EXPIRY) == [in_days(60)]
    assert client.get("/admin/contracts/document/").status_code == 200
    page = client.get(f"/admin/contracts/contract/{contract.pk}/change/").content.decode()
    assert "DPA" in page
