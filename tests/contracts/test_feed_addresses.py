"""The address of a calendar feed: to whom it opens, where it is kept, what programs and people are told."""

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from contracts.models import CalendarFeed, Contract
from contracts.rules.vocabulary import Role
from contracts.services import feeds, records
from saas_tracker.accounts.models import User
from tests.contracts.feeding import address, titles
from tests.contracts.pages import contract_with_term, member, page, signed_in, superuser
from tests.factories import (
    AdministratorFactory,
    CalendarFeedFactory,
    DepartmentFactory,
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


def test_an_address_that_opens_nothing_says_nothing_about_why(contract: Contract) -> None:
    gone, left = superuser_feed(), superuser_feed()
    feeds.revoke(gone[0], now=NOW)
    User.objects.filter(pk=left[0].owner_id).update(is_active=False)
    answers = [
        Client().get(f"/contracts/feeds/{secret}.ics")
        for secret in (gone[1], left[1], "cf_unknown", "x" * 5000)
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def superuser_feed() -> tuple[CalendarFeed, str]:
    return feeds.open_feed(AdministratorFactory.create(), name="all")


def test_every_refusal_costs_the_same_one_statement(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    feed, secret = superuser_feed()
    feeds.revoke(feed, now=NOW)
    for tried in (secret, "cf_unknown"):
        with django_assert_num_queries(1):
            Client().get(f"/contracts/feeds/{tried}.ics")


def test_the_secret_is_stored_nowhere(reader: User) -> None:
    feed, secret = feeds.open_feed(reader, name="mine", by=reader)
    Client().get(f"/contracts/feeds/{secret}.ics")
    rows = [*CalendarFeed.objects.values(), *feed.history.values()]
    assert secret not in str(rows)
    assert feed.secret_hash not in str(list(feed.history.values()))
    assert len(secret) >= 43


def test_two_feeds_have_two_secrets(reader: User) -> None:
    assert len({feeds.open_feed(reader, name="same")[1] for _ in range(20)}) == 20


def test_a_feed_needs_a_name(reader: User) -> None:
    with pytest.raises(ValidationError):
        feeds.open_feed(reader, name="")
    assert not CalendarFeed.objects.exists()


def test_a_second_revocation_keeps_the_first_instant(reader: User) -> None:
    feed, _secret = feeds.open_feed(reader, name="mine")
    feeds.revoke(feed, now=NOW, by=reader)
    feeds.revoke(feed, now=NOW + timedelta(days=1), by=reader)
    feed.refresh_from_db()
    assert feed.revoked_at == NOW
    assert [entry.history_type for entry in feed.history.all()] == ["~", "+"]
    assert feed.history.first().history_user == reader


def test_a_feed_goes_with_its_department_instead_of_showing_more(reader: User) -> None:
    department = DepartmentFactory.create()
    at = address(reader, department=department)
    records.remove(department)
    assert Client().get(at).status_code == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_a_feed_is_only_read(method: str, reader: User) -> None:
    assert getattr(Client(), method)(address(reader)).status_code == 405


@pytest.fixture
def log() -> Iterator[StringIO]:
    """Yield what an installation would write into its log."""
    written = StringIO()
    consoles = [each for each in logging.getLogger().handlers if each.get_name() == "console"]
    [console] = consoles
    assert isinstance(console, logging.StreamHandler)
    before = console.setStream(written)
    yield written
    console.setStream(before)


def test_the_address_is_in_no_log(log: StringIO, reader: User) -> None:
    feed, secret = feeds.open_feed(reader, name="mine")
    feeds.revoke(feed, now=NOW)
    at = f"/contracts/feeds/{secret}.ics"
    Client().get(at)
    Client().post(f"{at}?from=elsewhere")
    logging.getLogger("django.server").info('"%s" %s', f"GET {at} HTTP/1.1", 200)
    said = log.getvalue()
    assert said.count("/contracts/feeds/…") == 3
    assert secret not in said
    logging.getLogger("elsewhere").warning("%d of %s", 3, "/contracts/contract/7/")
    assert "3 of /contracts/contract/7/" in log.getvalue()


def test_a_program_is_told_the_type_and_that_nobody_else_may_keep_it(reader: User) -> None:
    response = Client().get(address(reader))
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert "private" in response["Cache-Control"]
    assert "Set-Cookie" not in response.headers
    assert response.cookies == {}


def test_a_program_that_has_it_already_gets_no_body(reader: User, contract: Contract) -> None:
    at = address(reader)
    first = Client().get(at)
    for condition in (
        {"if-none-match": first["ETag"]},
        {"if-modified-since": first["Last-Modified"]},
    ):
        again = Client().get(at, headers=condition)
        assert (again.status_code, again.content) == (304, b"")
        assert again["ETag"] == first["ETag"]


def test_an_event_that_is_gone_is_news_by_tag_and_by_time(reader: User, contract: Contract) -> None:
    contract_with_term(title="stays")
    at = address(reader)
    first = Client().get(at)
    # The rows that remain are as old as before: only the feed itself can know.
    Contract.objects.get(pk=contract.pk).delete()
    for condition in (
        {"if-none-match": first["ETag"]},
        {"if-modified-since": first["Last-Modified"]},
    ):
        again = Client().get(at, headers=condition)
        assert again.status_code == 200
        assert again["Last-Modified"] != first["Last-Modified"]


def test_two_changes_within_one_second_are_told_apart() -> None:
    feed = CalendarFeedFactory.create()
    instants = []
    for tag in ("one", "two", "three"):
        instants.append(feeds.mark_read(feed, content_tag=tag, now=NOW))
        feed.refresh_from_db()
    whole = NOW.replace(microsecond=0)
    assert instants == [whole + timedelta(seconds=step) for step in range(3)]
    assert feeds.mark_read(feed, content_tag="three", now=NOW + timedelta(days=1)) == instants[-1]


def test_reading_is_noted_at_most_once_a_minute() -> None:
    feed = CalendarFeedFactory.create()
    writes = []
    for seconds in (0, 30, 61):
        with CaptureQueriesContext(
            connection,
        ) as statements:
            feeds.mark_read(feed, content_tag="same", now=NOW + timedelta(seconds=seconds))
        writes.append(len(statements))
        feed.refresh_from_db()
    assert writes == [1, 0, 1]
    assert feed.last_used_at == NOW + timedelta(seconds=61)


def test_a_head_request_answers_without_a_body(reader: User, contract: Contract) -> None:
    at = address(reader)
    response = Client().head(at)
    assert (response.status_code, response.content) == (200, b"")
    assert response["ETag"] == Client().get(at)["ETag"]


# The pages.


def test_the_address_is_shown_once_and_never_again(reader: User, contract: Contract) -> None:
    client = signed_in(reader)
    response = client.post(page("contracts_calendarfeed_add"), {"name": "Mine", "department": ""})
    feed, shown = CalendarFeed.objects.get(), response.context["address"]
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert shown.startswith("http://tracker.example/contracts/feeds/cf_")
    assert shown in response.content.decode()
    assert response.context["subscribe"] == shown.replace("http:", "webcal:")
    assert (feed.owner, feed.name, feed.department) == (reader, "Mine", None)
    assert feed.history.get().history_user == reader
    assert titles(shown.removeprefix("http://tracker.example")) == {"CRM"}
    for at in ("changelist", "change", "history"):
        args = () if at == "changelist" else (feed.pk,)
        again = client.get(page(f"contracts_calendarfeed_{at}", *args))
        assert again.status_code == 200
        assert "/contracts/feeds/" not in again.content.decode()


def test_people_see_their_own_feeds_and_administrators_all(reader: User) -> None:
    mine, theirs = CalendarFeedFactory(owner=reader), CalendarFeedFactory()

    def listed(client: Client) -> set[CalendarFeed]:
        shown = client.get(page("contracts_calendarfeed_changelist"))
        return set(shown.context["cl"].result_list)

    assert listed(signed_in(reader)) == {mine}
    assert listed(superuser()) == {mine, theirs}
    foreign = page("contracts_calendarfeed_change", theirs.pk)
    assert signed_in(reader).get(foreign).status_code == 302


def test_only_ones_own_feed_is_revoked(reader: User) -> None:
    mine, secret = feeds.open_feed(reader, name="mine")
    theirs = CalendarFeedFactory()
    data = {"action": "revoke", "_selected_action": [mine.pk, theirs.pk]}
    signed_in(reader).post(page("contracts_calendarfeed_changelist"), data)
    mine.refresh_from_db()
    theirs.refresh_from_db()
    assert (mine.revoked_at is not None, theirs.revoked_at) == (True, None)
    assert Client().get(f"/contracts/feeds/{secret}.ics").status_code == 404
    listed = signed_in(reader).get(page("contracts_calendarfeed_changelist"))
    assert "Revoked" in listed.content.decode()


def test_a_feed_is_offered_for_departments_that_one_reads() -> None:
    ours, _theirs = DepartmentFactory(name="Ours"), DepartmentFactory(name="Theirs")

    def offered(user: User) -> set[str]:
        form = signed_in(user).get(page("contracts_calendarfeed_add")).context["adminform"].form
        return {row.name for row in form.fields["department"].queryset}

    assert offered(member(Role.VIEWER, ours)) == {"Ours"}
    assert offered(member(Role.VIEWER, ORGANISATION)) == {"Ours", "Theirs"}
    assert offered(UserFactory()) == set()


def test_a_feed_is_neither_changed_nor_deleted(reader: User) -> None:
    feed = CalendarFeedFactory(owner=reader)
    client = signed_in(reader)
    change = client.post(page("contracts_calendarfeed_change", feed.pk), {"name": "other"})
    delete = client.post(page("contracts_calendarfeed_delete", feed.pk), {"post": "yes"})
    assert (change.status_code, delete.status_code) == (403, 403)
    feed.refresh_from_db()
    assert feed.name == "decisions"
