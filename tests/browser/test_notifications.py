"""How and when people are told, seen in a browser: own page, failing places, a hold, messages sent again."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.models import Delivery, Destination, Hold, NotificationPreference
from saas_tracker.accounts.models import User
from tests import factories
from tests.browser.conftest import Watched
from tests.contracts.pages import contract_with_term

NOW = datetime.now(UTC)

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def failed(administrator: User) -> Delivery:
    """Return a message that failed, to a destination that fails, while sending is held."""
    contract = contract_with_term(title="Figma Enterprise", owner=administrator)
    alert = factories.AlertFactory.create(term=contract.terms.get())
    place: Destination = factories.DestinationFactory.create(
        owner=administrator,
        kind="slack",
        address="hooks.slack.com",
        failing_since=NOW - timedelta(days=2),
        marked_at=NOW - timedelta(days=1),
        last_failure="HTTP 404",
    )
    factories.HeartbeatFactory.create(job="plan", finished_at=NOW)
    factories.HeartbeatFactory.create(job="pump", finished_at=NOW)
    Hold.objects.create(
        reason="mass",
        since=NOW,
        today=NOW.date(),
        alerts=4120,
        releases_at=NOW + timedelta(minutes=24),
    )
    row: Delivery = factories.DeliveryFactory.create(
        alert=alert, destination=place, state="failed", attempts=4, last_error="HTTP 404"
    )
    return row


def test_a_person_chooses_when_to_be_told(watched: Watched, administrator: User) -> None:
    watched.sign_in(administrator)
    watched.open("/admin/contracts/notificationpreference/mine/")
    watched.shot("notifications")
    page = watched.page
    page.select_option("#id_rhythm", "weekly")
    page.select_option("#id_weekday", "4")
    page.get_by_label("Saturday").check()
    page.get_by_label("Sunday").check()
    page.get_by_role("button", name="Save").click()
    page.wait_for_load_state("load")
    assert page.get_by_text("Saved.").is_visible()
    chosen = NotificationPreference.objects.get(user=administrator)
    assert (chosen.rhythm, chosen.weekday, chosen.quiet_days) == ("weekly", 4, [5, 6])
    watched.shot("notifications-saved")


def test_what_is_held_is_let_go_and_what_failed_is_sent_again(
    watched: Watched, administrator: User, failed: Delivery
) -> None:
    watched.sign_in(administrator)
    watched.shot("dashboard-held")
    page = watched.page
    page.get_by_role("button", name="Send now").click()
    page.wait_for_load_state("load")
    assert page.get_by_text("Sending is held.").count() == 0
    for name in ("hold", "destination", "delivery"):
        watched.open(f"/admin/contracts/{name}/")
        watched.shot(f"{name}-list")
    page.check(f'input[name="_selected_action"][value="{failed.pk}"]')
    page.select_option('select[name="action"]', "resend")
    page.locator('button[name="index"]').first.click()
    page.wait_for_load_state("load")
    watched.shot("resend-asked")
    page.get_by_role("button", name="Send again").click()
    page.wait_for_load_state("load")
    failed.refresh_from_db()
    assert failed.state == "pending"
    watched.open(f"/admin/contracts/delivery/{failed.pk}/change/")
    watched.shot("delivery")
    watched.open(f"/admin/contracts/destination/{failed.destination_id}/change/")
    watched.shot("destination")
