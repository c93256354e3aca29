"""Calendar feeds: what stands in them, how it moves, and who sees what."""

from datetime import UTC, date, datetime, timedelta
from time import process_time

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from contracts.models import Contract, Department, Membership, Term
from contracts.rules.vocabulary import RenewalKind, Role
from contracts.services import bulk, ledger, records, renewals
from saas_tracker.accounts.models import User
from tests.contracts.feeding import address, by_kind, day_of, events, titles
from tests.contracts.pages import contract_with_term, member
from tests.factories import (
    AdministratorFactory,
    ContractFactory,
    DepartmentFactory,
    TermFactory,
    UserFactory,
    VendorFactory,
)

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, 0, 0, 400_000, tzinfo=UTC)
ORGANISATION = None


@pytest.fixture
def reader() -> User:
    return member(Role.VIEWER, ORGANISATION)


@pytest.fixture
def contract() -> Contract:
    vendor = VendorFactory.create(name="Acme")
    return contract_with_term(title="CRM", vendor=vendor, notice_value=3, notice_unit="months")


# What stands in a feed.


def test_a_renewing_term_gives_the_days_to_decide_to_send_and_the_deadline(
    reader: User, contract: Contract
) -> None:
    found = events(address(reader))
    assert {summary: day_of(event) for summary, event in found.items()} == {
        "Decide: CRM (Acme)": date(2026, 9, 15),
        "Send notice: CRM (Acme)": date(2026, 9, 29),
        "Notice deadline: CRM (Acme)": date(2026, 9, 30),
    }


def test_an_event_says_what_to_do_and_leads_to_the_contract(
    reader: User, contract: Contract
) -> None:
    event = events(address(reader))["Send notice: CRM (Acme)"]
    link = f"http://tracker.example/admin/contracts/contract/{contract.pk}/change/"
    assert str(event["url"]) == link
    text = str(event["description"])
    assert text.splitlines()[0] == (
        "Send notice today at the latest, or it renews by itself. Way of notice: E-mail."
    )
    assert "Last safe day to send notice: 29 Sept 2026" in text
    assert "Last day of the term: 31 Dec 2026" in text
    assert text.endswith(link)
    triggers = [alarm["trigger"].dt for alarm in event.walk("VALARM")]
    assert [(datetime(2026, 9, 29) + ahead).date() for ahead in triggers] == [
        date(2026, 9, 22),
        date(2026, 9, 28),
    ]


def test_no_price_and_no_person_leaves_with_a_feed(reader: User) -> None:
    owner = UserFactory.create(name="Ada Quiet", email="ada.quiet@tracker.example")
    contract_with_term(owner=owner, annual_value=98765, note="confidential", department=None)
    text = Client().get(address(reader)).content.decode().replace("\r\n ", "")
    for kept in ("98765", "98,765", "Ada", "ada.quiet", "confidential"):
        assert kept not in text


@pytest.mark.parametrize("kind", [RenewalKind.FIXED, RenewalKind.MANUAL])
def test_a_term_that_just_ends_gives_its_last_day_alone(reader: User, kind: RenewalKind) -> None:
    contract_with_term(title="Audit", vendor=VendorFactory(name="Acme"), renewal_kind=kind.value)
    found = events(address(reader))
    assert {summary: day_of(event) for summary, event in found.items()} == {
        "Last day of service: Audit (Acme)": date(2026, 12, 31)
    }


def test_an_evergreen_contract_and_a_draft_give_nothing(reader: User) -> None:
    contract_with_term(renewal_kind=RenewalKind.EVERGREEN.value, end_date=None)
    contract_with_term(is_draft=True)
    assert events(address(reader)) == {}


def test_commas_line_breaks_and_emoji_survive(reader: User) -> None:
    title = "Büro, \\IT; \u201cZürich\u201d 🎉 " + "sehr lang " * 15 + "Ende"
    contract_with_term(title=title, vendor=VendorFactory(name="Ä, B; C"))
    at = address(reader, name="Müller, Söhne; 🎉")
    response = Client().get(at)
    assert max(map(len, response.content.split(b"\r\n"))) <= 75
    assert f"Decide: {title} (Ä, B; C)" in events(at)
    assert r"X-WR-CALNAME:Müller\, Söhne\; 🎉" in response.content.decode()


def test_the_feed_speaks_its_owners_language_not_that_of_the_program(
    reader: User, contract: Contract
) -> None:
    at = address(reader)
    british = Client().get(at, headers={"accept-language": "en-us"}).content
    assert b"29 Sept 2026" in british.replace(b"\r\n ", b"")
    User.objects.filter(pk=reader.pk).update(locale="en")
    american = Client().get(at, headers={"accept-language": "en-gb"}).content
    assert rb"Sep 29\, 2026" in american.replace(b"\r\n ", b"")


# How it moves.


def test_a_moved_deadline_moves_its_event_and_never_makes_a_second(
    reader: User, contract: Contract
) -> None:
    at = address(reader)
    before = events(at)
    contract.refresh_from_db()
    contract.notice_value = 4
    records.store(contract)
    after = events(at)
    assert set(after) == set(before)
    for summary, event in after.items():
        assert event["uid"] == before[summary]["uid"]
        assert event["sequence"] > before[summary]["sequence"]
        assert event["last-modified"].dt >= before[summary]["last-modified"].dt
        assert day_of(event) < day_of(before[summary])


def test_a_day_that_moves_with_the_holidays_is_a_change_although_nobody_edits(
    settings: Settings,
) -> None:
    with time_machine.travel(NOW, tick=False):
        contract = contract_with_term(notice_value=7, notice_unit="months")
        at = address(AdministratorFactory.create())
        before = by_kind(events(at))["Decide"]
    settings.HOME_CALENDAR = "DE"
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        ledger.refresh([contract.pk])
    after = by_kind(events(at))["Decide"]
    # Whit Monday lies between, and is no working day.
    assert day_of(before) - day_of(after) >= timedelta(days=1)
    assert after["uid"] == before["uid"]
    assert after["sequence"] == before["sequence"] + 3600
    assert after["dtstamp"].dt == before["dtstamp"].dt + timedelta(hours=1)


@pytest.mark.parametrize("what", ["contract", "vendor"])
def test_a_new_name_changes_the_event_and_not_its_identity(
    what: str, reader: User, contract: Contract
) -> None:
    at = address(reader)
    before = events(at)["Decide: CRM (Acme)"]
    if what == "contract":
        contract.title = "Sales"
        records.store(contract)
        after = events(at)["Decide: Sales (Acme)"]
    else:
        contract.vendor.name = "Apex"
        records.store(contract.vendor)
        after = events(at)["Decide: CRM (Apex)"]
    assert after["uid"] == before["uid"]
    assert after["sequence"] > before["sequence"]


def test_the_same_rows_give_the_same_bytes(reader: User, contract: Contract) -> None:
    contract_with_term()
    first, second = Client().get(address(reader)), Client().get(address(reader))
    assert first.content == second.content
    assert first["ETag"] == second["ETag"]


def test_the_events_of_a_cancelled_contract_are_gone(reader: User, contract: Contract) -> None:
    at = address(reader)
    assert titles(at) == {"CRM"}
    renewals.cancel(contract, last_day=date(2026, 12, 31), reason="", by=reader)
    assert titles(at) == set()


def test_a_renewal_puts_the_next_term_in_the_place_of_the_last(
    reader: User, contract: Contract
) -> None:
    at = address(reader)
    before = events(at)
    renewals.renew(contract, proposal=renewals.propose(contract), by=reader)
    after = events(at)
    assert set(after) == set(before)
    assert {str(e["uid"]) for e in after.values()}.isdisjoint(
        {str(e["uid"]) for e in before.values()}
    )
    assert day_of(after["Notice deadline: CRM (Acme)"]) == date(2027, 9, 30)


def test_a_notice_that_was_given_ends_the_events(reader: User, contract: Contract) -> None:
    at = address(reader)
    renewals.give_notice(contract, given_on=date(2026, 6, 1), by=reader)
    assert events(at) == {}


# Who sees what.


def test_a_feed_shows_what_its_owner_sees(contract: Contract) -> None:
    ours = DepartmentFactory(name="Ours")
    contract_with_term(title="of ours", department=ours)
    person = member(Role.VIEWER, ours)
    contract_with_term(title="mine elsewhere", owner=person)
    assert titles(address(person)) == {"of ours", "mine elsewhere"}
    assert titles(address(AdministratorFactory())) == {"of ours", "mine elsewhere", "CRM"}
    assert titles(address(UserFactory())) == set()


def test_a_feed_of_a_department_holds_it_and_those_below_alone(contract: Contract) -> None:
    above = records.store(Department(name="Above"))
    below = records.store(Department(name="Below", parent=above))
    contract_with_term(title="above", department=above)
    contract_with_term(title="below", department=below)
    person = member(Role.VIEWER, ORGANISATION)
    assert titles(address(person, department=above)) == {"above", "below"}
    assert titles(address(person, department=below)) == {"below"}


def test_a_feed_of_a_foreign_department_is_empty_but_for_ones_own() -> None:
    theirs = DepartmentFactory()
    contract_with_term(title="theirs", department=theirs)
    person = member(Role.EDITOR, DepartmentFactory())
    assert titles(address(person, department=theirs)) == set()


def test_a_feed_of_own_contracts_leaves_out_what_others_decide(reader: User) -> None:
    contract_with_term(title="mine", owner=reader)
    contract_with_term(title="somebody's")
    assert titles(address(reader, is_own_only=True)) == {"mine"}
    assert titles(address(reader)) == {"mine", "somebody's"}


def test_a_lost_membership_empties_the_feed_at_once(contract: Contract) -> None:
    person = member(Role.ADMINISTRATOR, ORGANISATION)
    at = address(person)
    assert titles(at) == {"CRM"}
    Membership.objects.filter(user=person).delete()
    assert titles(at) == set()


# How long it takes.


def test_five_thousand_terms_are_written_within_two_seconds(reader: User) -> None:
    vendor, department = VendorFactory.create(), DepartmentFactory.create()
    shared = {"vendor": vendor, "department": department}
    contracts = bulk.insert(
        [ContractFactory.build(title=f"Contract, number {n}", **shared) for n in range(5000)],
        Contract,
    )
    bulk.insert([TermFactory.build(contract=contract) for contract in contracts], Term)
    ledger.refresh(contract.pk for contract in contracts)
    at, client = address(reader), Client()
    with CaptureQueriesContext(connection) as statements:
        # Not the clock on the wall: what else the machine does is not the feed's.
        started = process_time()
        response = client.get(at)
        seconds = process_time() - started
    assert response.content.count(b"BEGIN:VEVENT\r\n") == 15_000
    assert len(statements) <= 4
    assert seconds < 2, f"{seconds:.2f} s"
