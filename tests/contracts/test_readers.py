"""People read messages by a clock and in a language of their own (R11)."""

import pytest

from contracts.models import Delivery
from contracts.rules.vocabulary import Rhythm
from contracts.services import readers
from saas_tracker.accounts.models import User
from tests.contracts.pages import page, signed_in
from tests.contracts.test_preferences import at, choose, in_days, plan
from tests.recovery.portfolio import add_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> User:
    return User.objects.create_user("owner@tracker.example")


def test_everybody_sets_their_own_clock_and_language_and_what_waits_follows(owner: User) -> None:
    choose(owner, rhythm=Rhythm.DAILY.value, hour=8)
    add_terms(1, anchor=in_days(100), owner=owner)
    plan()
    assert Delivery.objects.get(alert__isnull=False).next_at == at(19)
    client = signed_in(owner)
    form = {"rhythm": "daily", "weekday": "0", "hour": "8"}
    form |= {"expected_version": str(owner.notification_preference.version)}
    form |= {"time_zone": "America/New_York", "locale": "en"}
    address = page("contracts_notifications")
    assert client.post(address, form).status_code == 302
    owner.refresh_from_db()
    assert (owner.time_zone, owner.locale) == ("America/New_York", "en")
    assert owner.history.latest().history_user == owner
    assert "America/New_York" in client.get(address).content.decode()
    plan()
    assert Delivery.objects.get(alert__isnull=False).next_at == at(18, 13), "8 o'clock in New York"


def test_a_changed_clock_takes_nothing_back_that_an_administrator_changed_meanwhile(
    owner: User,
) -> None:
    seen = User.objects.get(pk=owner.pk)
    User.objects.update(name="Ada")
    preference = choose(owner, hour=8)
    changed = {"time_zone": "Asia/Kolkata", "locale": ""}
    readers.choose(preference, **changed, expected_version=None, by=seen)
    owner.refresh_from_db()
    assert (owner.name, owner.time_zone) == ("Ada", "Asia/Kolkata")
    entries = owner.history.count()
    readers.choose(preference, **changed, expected_version=None, by=seen)
    assert owner.history.count() == entries
