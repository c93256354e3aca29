"""What a message says: the facts that a decision needs, in text and in HTML."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from contracts.models import Contract, Delivery, Department, Term
from contracts.rules.messages import Message
from contracts.services import alerts, ledger, notices
from saas_tracker.accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def at(day: date) -> datetime:
    return datetime.combine(day, time(9), tzinfo=UTC)


def contract(**values: Any) -> Contract:
    """Return a contract for the year 2026 with 90 days of notice: send by 30 September, a Wednesday."""
    owner = User.objects.create_user("owner@tracker.example", name="Olive Owner")
    made: Contract = factories.ContractFactory.create(
        **{
            "title": "Sales Cloud",
            "vendor": factories.VendorFactory.create(name="Salesforce"),
            "department": factories.DepartmentFactory.create(name="Sales"),
            "owner": owner,
            "external_reference": "C-17",
            **values,
        }
    )
    factories.TermFactory.create(contract=made, annual_value=Decimal("120000"))
    ledger.refresh([made.pk])
    return made


def message(day: date) -> Message:
    alerts.raise_due(today=day, now=at(day))
    delivery = Delivery.objects.get(state="pending")
    return notices.compose(notices.parcel(delivery.pk), now=at(day))


def test_a_notice_says_what_it_costs_until_when_and_what_to_do() -> None:
    made = contract()
    said = message(date(2026, 9, 1))
    assert said.subject == (
        "30 days left: notice of Sales Cloud (Salesforce) by Thursday, 1 October 2026"
    )
    for text in (said.text, said.html):
        assert "Sales Cloud renews by itself on Friday, 1 January 2027" in text
        assert "€120,000.00 a year" in text
        assert "C-17" in text
        assert "passed" not in text
        assert "Friday, 2 October 2026" in text
        assert "90 full days lie between the notice and 1 Jan 2027" in text
        assert "renews on Friday, 1 January 2027 for 12 months: €120,000.00" in text
        assert f"http://tracker.example/admin/contracts/contract/{made.pk}/change/" in text
        assert "You receive this because you own this contract." in text
        assert str(Delivery.objects.get().dedup_key) in text


def test_the_last_safe_day_is_the_anchor_that_the_term_stores() -> None:
    contract()
    day = Term.objects.get().send_by
    assert day == date(2026, 10, 1)
    assert "Last safe day to send notice: Thursday, 1 October 2026" in message(day).text


@pytest.mark.parametrize(
    ("day", "subject"),
    [
        (date(2026, 9, 30), "1 day left: notice of Sales Cloud (Salesforce)"),
        (date(2026, 10, 1), "Today: last safe day for notice of Sales Cloud (Salesforce)"),
        (
            date(2026, 10, 2),
            "LATE, 1 day: the last safe day for notice of Sales Cloud (Salesforce) was",
        ),
    ],
)
def test_the_subject_counts_down(day: date, subject: str) -> None:
    contract()
    assert message(day).subject.startswith(subject)


def test_a_day_to_decide_by_that_passed_is_marked() -> None:
    contract()
    said = message(date(2026, 9, 30))
    assert "Decide by: Thursday, 17 September 2026 (passed)" in said.text
    assert "(passed)" in said.html


def test_a_missed_day_says_whether_the_contract_s_own_deadline_is_still_ahead() -> None:
    contract()
    said = message(date(2026, 10, 2))
    assert "Notice sent today may still arrive in time" in said.text
    assert "If nobody acts" not in said.text
    late = notices.compose(notices.parcel(Delivery.objects.get().pk), now=at(date(2026, 10, 3)))
    assert "has passed as well" in late.text


def test_the_end_of_a_term_that_does_not_renew_says_so() -> None:
    contract(renewal_kind="fixed", notice_value=None)
    said = message(date(2026, 12, 1))
    assert said.subject == (
        "30 days left: Sales Cloud (Salesforce) ends on Thursday, 31 December 2026"
    )
    assert "It does not renew by itself." in said.text
    assert "Why this day" not in said.text
    assert "The service stops after Thursday, 31 December 2026" in said.text


def test_an_end_that_passed_says_so() -> None:
    contract(renewal_kind="manual", notice_value=None)
    said = message(date(2027, 1, 4))
    assert (
        said.subject
        == "ENDED, 4 days late: Sales Cloud (Salesforce) ran until Thursday, 31 December 2026"
    )
    assert "neither a renewal nor a cancellation is recorded" in said.text


def test_names_are_text_not_markup_and_cannot_break_a_line() -> None:
    contract(title="A <b>bold</b>\r\nBcc: thief & co")
    said = message(date(2026, 9, 1))
    assert "A &lt;b&gt;bold&lt;/b&gt;" in said.html
    assert "A <b>bold</b>" in said.text
    assert "A <b>bold</b> Bcc: thief & co" in said.subject
    assert "\n" not in said.subject


def test_every_reader_learns_why_they_are_told() -> None:
    contract(owner=None)
    factories.AdministratorFactory.create(email="admin@tracker.example")
    assert "as an administrator" in message(date(2026, 9, 1)).text
    manager = factories.UserFactory.create(email="manager@tracker.example")
    Department.objects.update(manager=manager)
    Delivery.objects.all().delete()
    assert "because you manage Sales" in message(date(2026, 9, 1)).text


@pytest.mark.parametrize("locale", ["", "en", "xx-typo", "de"])
def test_a_language_that_is_not_there_never_stops_a_message(locale: str) -> None:
    contract()
    User.objects.update(locale=locale)
    said = message(date(2026, 9, 1))
    written = "Thursday, October 1, 2026" if locale == "en" else "Thursday, 1 October 2026"
    assert written in said.text


def test_days_are_counted_in_the_zone_of_the_organisation(settings: Any) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    contract()
    alerts.raise_due(today=date(2026, 9, 1), now=at(date(2026, 9, 1)))
    evening = datetime(2026, 9, 1, 13, tzinfo=UTC)
    said = notices.compose(notices.parcel(Delivery.objects.get().pk), now=evening)
    assert said.subject.startswith("29 days left")
    assert evening.date() + timedelta(days=30) == date(2026, 10, 1)


def test_amounts_are_written_in_their_own_currency() -> None:
    contract(currency="JPY", renewal_months=36)
    said = message(date(2026, 9, 1))
    assert "JP¥120,000 a year" in said.text
    assert "for 36 months: JP¥360,000" in said.text


def test_a_message_costs_few_statements(django_assert_max_num_queries: Any) -> None:
    contract()
    day = date(2026, 9, 1)
    alerts.raise_due(today=day, now=at(day))
    with django_assert_max_num_queries(4):
        notices.compose(notices.parcel(Delivery.objects.get().pk), now=at(day))
