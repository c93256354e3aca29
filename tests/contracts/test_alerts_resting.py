"""What somebody let rest stays silent until its day, then comes back under an id of its own (R9)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from contracts.models import Alert, Delivery, Term
from contracts.queries.audit import breaches_in
from contracts.queries.simulation import simulate
from contracts.services import alerts, ledger
from saas_tracker.accounts.models import User
from tests import factories
from tests.recovery.portfolio import add_terms

# A Wednesday far from holidays.
TODAY = date(2026, 11, 18)

pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def plan(day: int = 0) -> alerts.PlanSummary:
    return alerts.raise_due(today=in_days(day), now=at(in_days(day)))


def states(term: int) -> dict[int, str]:
    rows = Alert.objects.filter(term=term).exclude(reason="collapsed").order_by("-offset_days")
    return {a.offset_days: f"{a.state} {a.reason}".strip() for a in rows}


def rest(until: int, by: User, day: int = 0) -> int:
    waiting = Alert.objects.filter(state="open").values_list("pk", flat=True)
    today = in_days(day)
    return alerts.snooze(list(waiting), until=in_days(until), by=by, today=today, now=at(today))


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


@pytest.fixture
def term(owner: User) -> int:
    """Return a term whose anchor is 40 days ahead, with its alert of 60 days sent."""
    found = add_terms(1, anchor=in_days(40), owner=owner)[0]
    plan()
    Delivery.objects.update(state="sent", sent_at=at(TODAY))
    return found


def test_what_rests_is_silent_until_its_day_and_then_said_anew(term: int, owner: User) -> None:
    assert rest(20, owner) == 1
    for day in range(20):
        assert plan(day).addressed == 0, day
    assert states(term) == {60: "snoozed", 30: "superseded snoozed"}
    assert plan(20).addressed == 1
    assert states(term) == {60: "superseded nearer", 30: "superseded snoozed", 20: "open"}
    said = Delivery.objects.order_by("pk").values_list("dedup_key", flat=True)
    assert len(set(said)) == 2
    assert plan(20) == alerts.PlanSummary(0, 0, 0, 0)
    plan(26)
    assert states(term)[14] == "open"
    assert states(term)[20] == "superseded nearer"


@pytest.mark.parametrize("days", [20, 21, 25, 26, 33, 39, 41, 60])
def test_an_outage_ends_in_the_alert_that_a_daily_engine_has(
    term: int, owner: User, days: int
) -> None:
    rest(20, owner)
    plan(days)
    after_outage = Alert.objects.get(term=term, state="open").offset_days
    Alert.objects.all().delete()
    plan()
    Delivery.objects.update(state="sent", sent_at=at(TODAY))
    rest(20, owner)
    for day in range(1, days + 1):
        plan(day)
    assert after_outage == Alert.objects.get(term=term, state="open").offset_days
    assert (
        breaches_in([Term.objects.get(pk=term).contract_id], today=in_days(days)).missing == set()
    )


def test_back_before_a_weekend_the_nearer_alert_that_fell_due_meanwhile_is_open(
    owner: User,
) -> None:
    # Seven days before is the Sunday, so it is due on the Friday; the rest ends on the Saturday.
    term = add_terms(1, anchor=in_days(11), owner=owner)[0]
    plan()
    rest(3, owner)
    plan(2)
    assert states(term) == {14: "snoozed", 7: "superseded snoozed"}
    plan(3)
    assert states(term)[7] == "open"
    assert Alert.objects.filter(state="open").count() == 1


def test_it_may_rest_until_the_day_itself_and_not_a_day_longer(term: int, owner: User) -> None:
    with pytest.raises(ValidationError, match="never rests past"):
        rest(41, owner)
    rest(40, owner)
    plan(39)
    assert not Alert.objects.filter(state="open").exists()
    plan(40)
    assert states(term)[0] == "open"
    plan(41)
    assert states(term)[-1] == "open"


def test_an_alert_about_a_day_that_passed_never_rests(owner: User) -> None:
    add_terms(1, anchor=in_days(-2), owner=owner)
    plan()
    with pytest.raises(ValidationError):
        rest(5, owner)
    assert Alert.objects.get(state="open").snoozed_until is None


def test_a_rest_does_not_end_in_an_alert_that_went_out_already(owner: User) -> None:
    # Sixty days before is the Saturday, and said on the Friday.
    add_terms(1, anchor=in_days(63), owner=owner)
    plan(2)
    Delivery.objects.update(state="sent", sent_at=at(TODAY))
    with pytest.raises(ValidationError, match="choose another day"):
        rest(3, owner, day=2)
    assert rest(4, owner, day=2) == 1


def test_it_may_rest_twice(term: int, owner: User) -> None:
    rest(8, owner)
    plan(8)
    assert states(term)[32] == "open"
    rest(15, owner, day=8)
    plan(14)
    assert not Alert.objects.filter(state="open").exists()
    plan(15)
    assert states(term)[25] == "open"


def test_a_moved_day_ends_the_rest(term: int, owner: User) -> None:
    rest(20, owner)
    Term.objects.filter(pk=term).update(anchor_date=in_days(50))
    assert plan(1).settled == 1
    moved = Alert.objects.get(anchor_date=in_days(40), offset_days=60)
    assert (moved.state, moved.reason, moved.snoozed_until) == ("superseded", "moved", None)
    assert Alert.objects.get(state="open").anchor_date == in_days(50)


def test_a_decision_ends_the_rest(term: int, owner: User) -> None:
    rest(20, owner)
    Term.objects.filter(pk=term).update(is_open=False)
    assert alerts.settle(now=at(TODAY)) == 1
    assert states(term) == {60: "resolved decided"}
    assert plan(20).raised == 0


def test_two_kinds_of_a_term_rest_apart(term: int, owner: User) -> None:
    found = Term.objects.get(pk=term)
    found.key_dates.create(kind="window_opens", date=in_days(10))
    rest(20, owner)
    plan(1)
    assert list(Alert.objects.filter(state="open").values_list("kind", "offset_days")) == [
        ("window_opens", 14)
    ]


@pytest.mark.usefixtures("term")
def test_a_preview_shows_the_day_on_which_it_comes_back(owner: User) -> None:
    rest(20, owner)
    found = simulate(Term.objects.all(), on=TODAY, until=in_days(42), today=TODAY)
    shown = [(each.day, each.offset) for each in found]
    assert shown == [
        (in_days(20), 20),
        (in_days(26), 14),
        (in_days(33), 7),
        # The day before is a Sunday: it is said on the Friday.
        (in_days(37), 1),
        (in_days(41), -1),
        (in_days(42), -2),
    ]
    assert [each.offset for each in simulate(Term.objects.all(), on=in_days(20), today=TODAY)] == [
        20
    ]


@pytest.mark.parametrize("is_sent", [True, False])
def test_woken_after_a_nearer_one_fell_due_only_the_nearer_one_is_open_and_told_once(
    owner: User, is_sent: bool
) -> None:
    contract = factories.ContractFactory.create(owner=owner)
    term = factories.TermFactory.create(contract=contract, end_date=in_days(500)).pk
    ledger.refresh([contract.pk])
    anchor = Term.objects.values_list("anchor_date", flat=True).get(pk=term)
    assert anchor is not None
    first = (anchor - TODAY).days - 85
    plan(first)
    if is_sent:
        Delivery.objects.update(state="sent", sent_at=at(in_days(first)))
    rest(first + 40, owner, first)
    plan(first + 25)
    assert states(term) == {90: "snoozed", 60: "superseded snoozed"}
    alerts.wake([Alert.objects.get(offset_days=90).pk], by=owner, now=at(in_days(first + 26)))
    plan(first + 26)
    assert states(term) == {90: "superseded nearer", 60: "open"}
    assert plan(first + 26) == alerts.PlanSummary(0, 0, 0, 0)
    waiting = Delivery.objects.filter(state="pending")
    assert [each.subject_alert.offset_days for each in waiting] == [60]
    assert Delivery.objects.filter(alert__offset_days=60).count() == 1
    found = breaches_in([contract.pk], today=in_days(first + 26))
    assert not found.contracts | found.silent
