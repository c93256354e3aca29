"""Which alerts are raised, which make way, and who is told (R9, R10, R11, R13)."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.test.utils import override_settings

from contracts.models import Alert, AlertPolicy, Delivery, Destination, Term
from contracts.rules.vocabulary import DeliveryState, Role
from contracts.services import addressing, alerts, ledger, renewals
from saas_tracker.accounts.models import User
from tests import factories
from tests.recovery.portfolio import add_terms

# A Wednesday far from holidays.
TODAY = date(2026, 11, 18)
COLLAPSED = "superseded collapsed"

pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def plan(day: date = TODAY) -> alerts.PlanSummary:
    return alerts.raise_due(today=day, now=at(day))


def in_days(days: int) -> date:
    return TODAY + timedelta(days=days)


def open_offsets(term: int) -> list[int]:
    found = Alert.objects.filter(term=term, state="open").order_by("offset_days")
    return list(found.values_list("offset_days", flat=True))


def states(term: int) -> dict[int, str]:
    rows = Alert.objects.filter(term=term).order_by("-offset_days")
    return {a.offset_days: f"{a.state} {a.reason}".strip() for a in rows}


def move(term: int, anchor: date) -> None:
    Term.objects.filter(pk=term).update(anchor_date=anchor)


def send_all(now: datetime) -> None:
    Delivery.objects.filter(state="pending").update(state=DeliveryState.SENT, sent_at=now)


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


@pytest.fixture
def term(owner: User) -> int:
    """Return a term whose anchor is 100 days ahead."""
    return add_terms(1, anchor=in_days(100), owner=owner)[0]


def test_an_alert_is_raised_from_its_day_on(owner: User) -> None:
    early, due = add_terms(2, anchor=in_days(121), owner=owner)
    move(due, in_days(120))
    assert plan().raised == 1
    assert (open_offsets(early), open_offsets(due)) == ([], [120])


def test_a_second_run_finds_everything_in_place(term: int) -> None:
    plan()
    rows = list(Alert.objects.values_list()), list(Delivery.objects.values_list())
    assert plan() == alerts.PlanSummary(0, 0, 0, 0)
    assert rows == (list(Alert.objects.values_list()), list(Delivery.objects.values_list()))


def test_of_several_due_at_once_only_the_nearest_is_open(owner: User) -> None:
    term = add_terms(1, anchor=in_days(20), owner=owner)[0]
    plan()
    collapsed = "superseded collapsed"
    assert states(term) == {120: collapsed, 90: collapsed, 60: collapsed, 30: "open"}
    assert Delivery.objects.get().subject_alert.offset_days == 30


def test_a_nearer_alert_takes_the_place_of_the_one_before(term: int) -> None:
    plan()
    plan(in_days(10))
    assert states(term) == {120: "superseded nearer", 90: "open"}
    waiting = dict(Delivery.objects.values_list("alert__offset_days", "state"))
    assert waiting == {120: "cancelled", 90: "pending"}


def test_a_passed_day_raises_late_alerts_daily_then_weekly_and_no_normal_one(owner: User) -> None:
    term = add_terms(1, anchor=in_days(-1), owner=owner)[0]
    days = range(24)
    found = []
    for day in days:
        plan(in_days(day))
        found.append(open_offsets(term))
    assert found == [[-1], [-2], *[[-3]] * 7, *[[-10]] * 7, *[[-17]] * 7, [-24]]
    assert states(term)[-10] == "superseded nearer"


def test_after_an_outage_only_the_newest_late_alert_is_open(owner: User) -> None:
    term = add_terms(1, anchor=in_days(-1), owner=owner)[0]
    plan()
    plan(in_days(20))
    assert states(term) == {120: COLLAPSED, 90: COLLAPSED, 60: COLLAPSED, 30: COLLAPSED} | {
        14: COLLAPSED,
        7: COLLAPSED,
        1: COLLAPSED,
        -1: "superseded nearer",
        -17: "open",
    }
    assert plan(in_days(20)) == alerts.PlanSummary(0, 0, 0, 0)


def test_who_has_seen_that_a_day_passed_is_not_told_again(owner: User) -> None:
    term = add_terms(1, anchor=in_days(-1), owner=owner)[0]
    plan()
    alerts.acknowledge(Alert.objects.values_list("pk", flat=True)[:9], by=owner, now=at(TODAY))
    for day in (1, 2, 9, 16, 60):
        assert plan(in_days(day)).raised == 0
    assert open_offsets(term) == []


def test_an_acknowledged_normal_alert_does_not_keep_a_late_one_away(owner: User) -> None:
    term = add_terms(1, anchor=TODAY, owner=owner)[0]
    plan()
    alerts.acknowledge([Alert.objects.get(state="open").pk], by=owner, now=at(TODAY))
    plan(in_days(1))
    assert open_offsets(term) == [-1]


def test_a_day_that_passed_long_ago_is_history(owner: User) -> None:
    missed, history = add_terms(2, anchor=in_days(-400), owner=owner)
    move(history, in_days(-401))
    plan()
    assert (open_offsets(missed), open_offsets(history)) == ([-395], [])


@pytest.mark.parametrize(("ended", "told"), [(-31, [-87]), (-32, [])])
def test_a_term_that_ended_a_month_ago_is_history_too(
    owner: User, ended: int, told: list[int]
) -> None:
    term = add_terms(1, anchor=in_days(-90), owner=owner)[0]
    Term.objects.filter(pk=term).update(end_date=in_days(ended))
    plan()
    assert open_offsets(term) == told


def test_three_days_of_outage_lose_nothing(owner: User) -> None:
    terms = add_terms(40, anchor=in_days(119), owner=owner, days_apart=1)
    plan()
    plan(in_days(3))
    after_outage = set(Alert.objects.filter(state="open").values_list("term", "offset_days"))
    Alert.objects.all().delete()
    for day in range(4):
        plan(in_days(day))
    assert after_outage == set(
        Alert.objects.filter(state="open").values_list("term", "offset_days")
    )
    # The third day is a Saturday: what falls on the Sunday after it has gone out as well (R13).
    assert {term for term, _ in after_outage} == set(terms[:6])


@pytest.mark.parametrize(
    ("due_day", "goes_out"),
    [
        (date(2026, 11, 21), date(2026, 11, 20)),
        (date(2026, 11, 22), date(2026, 11, 20)),
        (date(2026, 12, 25), date(2026, 12, 24)),
        (date(2026, 11, 23), date(2026, 11, 23)),
    ],
    ids=["Saturday", "Sunday", "Christmas Day", "Monday"],
)
@override_settings(HOME_CALENDAR="DE")
def test_a_day_off_moves_an_alert_to_the_working_day_before(
    owner: User, due_day: date, goes_out: date
) -> None:
    term = add_terms(1, anchor=due_day + timedelta(days=120), owner=owner)[0]
    plan(goes_out - timedelta(days=1))
    assert open_offsets(term) == []
    plan(goes_out)
    assert Alert.objects.get(term=term).due_on == goes_out


def test_of_several_general_policies_the_first_by_name_applies_alone(term: int) -> None:
    AlertPolicy.objects.create(name="long", offsets=[150, 110])
    AlertPolicy.objects.create(name="short", offsets=[100])
    AlertPolicy.objects.create(name="asleep", offsets=[105], is_active=False)
    plan()
    assert states(term) == {150: COLLAPSED, 110: "open"}


@override_settings(ALERT_OFFSETS=[101])
def test_without_a_policy_the_offsets_are_those_of_the_settings(term: int) -> None:
    plan()
    assert open_offsets(term) == [101]


def test_a_moved_anchor_sets_the_old_alert_aside_and_raises_the_new_one(term: int) -> None:
    plan()
    move(term, in_days(80))
    assert plan().settled == 1
    rows = set(Alert.objects.values_list("anchor_date", "offset_days", "state", "reason"))
    assert (in_days(100), 120, "superseded", "moved") in rows
    assert (in_days(80), 90, "open", "") in rows
    by_anchor = dict(Delivery.objects.values_list("alert__anchor_date", "state"))
    assert by_anchor == {in_days(100): "cancelled", in_days(80): "pending"}


def test_an_anchor_that_moves_back_opens_its_alert_again(term: int) -> None:
    plan()
    move(term, in_days(80))
    plan()
    move(term, in_days(100))
    plan()
    alert = Alert.objects.get(term=term, state="open")
    assert (alert.anchor_date, alert.offset_days, alert.reason) == (in_days(100), 120, "")
    assert Delivery.objects.get(alert=alert).state == "pending"


def test_an_alert_sent_for_a_slightly_earlier_day_is_not_sent_again(term: int) -> None:
    plan()
    send_all(at(TODAY))
    move(term, in_days(101))
    plan()
    alert = Alert.objects.get(term=term, state="open")
    assert (alert.anchor_date, alert.reason) == (in_days(101), "told")
    assert not alert.deliveries.exists()


def test_an_alert_sent_for_a_later_day_is_sent_again_for_an_earlier_one(term: int) -> None:
    plan()
    send_all(at(TODAY))
    move(term, in_days(99))
    plan()
    assert Delivery.objects.get(state="pending").subject_alert.anchor_date == in_days(99)


def test_alerts_sent_a_year_ago_do_not_silence_those_of_this_year(term: int) -> None:
    plan()
    send_all(at(TODAY))
    move(term, in_days(100 + 365))
    plan(in_days(365))
    assert Delivery.objects.get(state="pending").subject_alert.anchor_date == in_days(465)


def test_a_decision_resolves_the_open_alert_and_cancels_its_message(owner: User) -> None:
    contract = factories.ContractFactory.create(owner=owner, notice_value=90)
    factories.TermFactory.create(contract=contract)
    ledger.refresh([contract.pk])
    day = date(2026, 8, 3)
    plan(day)
    assert Alert.objects.get(state="open").anchor_date == date(2026, 10, 1)
    renewals.give_notice(contract, given_on=day)
    assert alerts.settle(now=at(day), contract_ids=[contract.pk]) == 0, "it is settled already"
    assert set(Alert.objects.filter(offset_days=60).values_list("state", "reason")) == {
        ("resolved", "decided")
    }
    assert Delivery.objects.get().state == "cancelled"
    assert plan(in_days(1)).raised == 0


def test_settling_leaves_the_contracts_alone_that_were_not_named(owner: User) -> None:
    terms = add_terms(2, anchor=in_days(100), owner=owner)
    plan()
    Term.objects.update(is_open=False)
    contract = Term.objects.get(pk=terms[0]).contract_id
    assert alerts.settle(now=at(TODAY), contract_ids=[contract]) == 1
    assert Alert.objects.get(state="open").term_id == terms[1]


def test_an_acknowledged_alert_is_not_sent_and_says_by_whom(term: int, owner: User) -> None:
    plan()
    alert = Alert.objects.get()
    assert alerts.acknowledge([alert.pk], by=owner, now=at(TODAY)) == 1
    alert.refresh_from_db()
    assert (alert.state, alert.acknowledged_by) == ("acknowledged", owner)
    assert alert.acknowledged_at == at(TODAY)
    assert Delivery.objects.get().state == "cancelled"
    assert alert.history.latest().history_user == owner
    assert alerts.acknowledge([alert.pk], by=None, now=at(TODAY)) == 0
    plan()
    assert open_offsets(term) == []


def test_an_acknowledgement_is_no_decision_the_next_alert_comes(term: int, owner: User) -> None:
    plan()
    alerts.acknowledge(Alert.objects.values_list("pk", flat=True), by=owner, now=at(TODAY))
    plan(in_days(10))
    assert states(term) == {120: "acknowledged", 90: "open"}


def recipients(of: int) -> set[str]:
    rows = Delivery.objects.filter(alert__term=of)
    return set(rows.values_list("destination__address", flat=True))


@pytest.mark.parametrize(
    ("active", "told"),
    [
        (["owner", "manager", "admin"], {"owner@tracker.example"}),
        (["manager", "admin"], {"manager@tracker.example"}),
        (["admin"], {"admin@tracker.example", "organisation@tracker.example"}),
    ],
)
def test_the_nearest_person_who_is_still_here_is_told(
    owner: User, active: Sequence[str], told: set[str]
) -> None:
    people = {
        name: factories.UserFactory.create(email=f"{name}@tracker.example") for name in ("manager",)
    }
    people |= {
        "owner": owner,
        "admin": factories.AdministratorFactory.create(email="admin@tracker.example"),
    }
    everywhere = factories.UserFactory.create(email="organisation@tracker.example")
    role = Role.ADMINISTRATOR.value
    factories.MembershipFactory.create(user=everywhere, department=None, role=role)
    factories.MembershipFactory.create(role=role)
    department = factories.DepartmentFactory.create(manager=people["manager"])
    for name, person in people.items():
        User.objects.filter(pk=person.pk).update(is_active=name in active)
    term = add_terms(1, anchor=in_days(100), owner=owner)[0]
    contract = Term.objects.get(pk=term).contract
    type(contract).objects.update(department=department)
    plan()
    assert recipients(term) == told


def test_an_alert_that_nobody_can_be_told_is_counted_and_told_later() -> None:
    term = add_terms(1, anchor=in_days(100), owner=None)[0]
    assert plan().without_recipient == 1
    factories.AdministratorFactory.create(email="admin@tracker.example")
    assert plan().without_recipient == 0
    assert recipients(term) == {"admin@tracker.example"}


def test_somebody_who_switched_their_address_off_is_passed_over(term: int, owner: User) -> None:
    factories.AdministratorFactory.create(email="admin@tracker.example")
    Destination.objects.create(owner=owner, address=owner.email, is_active=False)
    plan()
    assert recipients(term) == {"admin@tracker.example"}


def test_the_id_of_a_message_follows_from_what_it_says(term: int) -> None:
    plan()
    before = Delivery.objects.get().dedup_key
    Delivery.objects.all().delete()
    Destination.objects.all().delete()
    plan()
    assert Delivery.objects.get().dedup_key == before


def test_many_alerts_are_addressed_in_batches(owner: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addressing, "BATCH", 7)
    add_terms(30, anchor=in_days(100), owner=owner)
    assert plan().addressed == 30
    assert Delivery.objects.values("alert").distinct().count() == 30


def test_many_moved_anchors_are_settled_in_batches(
    owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "BATCH", 7)
    add_terms(30, anchor=in_days(100), owner=owner)
    plan()
    Term.objects.update(anchor_date=in_days(99))
    assert plan() == alerts.PlanSummary(30, 30, 30, 0)


def test_the_number_of_statements_does_not_depend_on_the_number_of_terms(
    owner: User, django_assert_max_num_queries: Any
) -> None:
    add_terms(300, anchor=in_days(100), owner=owner)
    with django_assert_max_num_queries(70):
        plan()
