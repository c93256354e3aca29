"""An owner is told, answers from the message and from the inbox, and sees the inbox empty."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Locator, expect
from pytest_django.live_server_helper import LiveServer

from contracts.models import Alert, Contract
from contracts.queries import outbox
from contracts.queries.outbox import OutboxMessage
from contracts.services import ledger
from saas_tracker.accounts.models import User
from tests import factories
from tests.browser.conftest import Watched
from tests.factories import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TITLES = ("Northwind Desk", "Contoso Cloud", "Fabrikam Mail", "Tailspin Backup")


@pytest.fixture
def owner() -> User:
    made: User = factories.UserFactory.create(email="olga@tracker.example", name="Olga Owner")
    return made


@pytest.fixture
def letters(
    owner: User, settings: Any, tmp_path: Path, live_server: LiveServer
) -> dict[str, OutboxMessage]:
    """Run the engine over four contracts of the owner; return its letters by contract."""
    settings.BASE_URL = live_server.url
    settings.OUTBOX_DIR = settings.EMAIL_FILE_PATH = tmp_path / "outbox"
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    sales = factories.DepartmentFactory.create(name="Sales")
    for number, title in enumerate(TITLES):
        end = date.today() + timedelta(days=130 + 9 * number)
        vendor = factories.VendorFactory.create(name=title.split()[0])
        contract = factories.ContractFactory.create(
            owner=owner, department=sales, title=title, vendor=vendor, notice_value=60
        )
        start = end - timedelta(days=364)
        value = 24000 - 5000 * number
        factories.TermFactory.create(
            contract=contract, start_date=start, end_date=end, annual_value=value
        )
    ledger.refresh(Contract.objects.values_list("pk", flat=True))
    call_command("tick", verbosity=0)
    found = outbox.latest()
    return {title: next(each for each in found if title in each.subject) for title in TITLES}


def read(watched: Watched, letter: OutboxMessage) -> str:
    """Look at a letter as a mail program shows it; return the link under a word of it."""
    (watched.shots / "letter.txt").write_text(f"{letter.subject}\n\n{letter.text}")
    program = watched.page.context.new_page()
    program.set_content(letter.html)
    program.screenshot(path=watched.shots / "letter.png", full_page=True)
    text = letter.text.splitlines()
    address = text[text.index("Acknowledge") + 1]
    assert program.get_by_role("link", name="Acknowledge").get_attribute("href") == address
    program.close()
    return address


def row(watched: Watched, title: str) -> Locator:
    return watched.page.locator("tr[data-alert]").filter(has_text=title)


def acknowledged_from_the_letter(watched: Watched, address: str, owner: User) -> None:
    page = watched.page
    page.goto(address)
    page.fill("#id_username", owner.email)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    expect(page.locator("#answer")).to_contain_text("Northwind Desk")
    watched.shot("answer")
    assert Alert.objects.filter(state="open").count() == 4, "looking changes nothing"
    page.locator("#answer").get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_text("The alert is acknowledged.")).to_be_visible()
    watched.shot("inbox-after-letter")
    page.goto(address)
    expect(page.get_by_text("Done already: acknowledged by Olga Owner.")).to_be_visible()
    watched.shot("answer-again")


def snoozed(watched: Watched, title: str) -> None:
    row(watched, title).get_by_role("button", name="Snooze").click()
    expect(watched.page.get_by_role("button", name="1 week")).to_be_visible()
    watched.shot("snooze")
    watched.page.get_by_role("button", name="1 week").click()
    expect(watched.page.get_by_text("1 alert rests until")).to_be_visible()
    expect(row(watched, title)).to_have_count(0)


def decided(watched: Watched, title: str, move: str) -> None:
    page = watched.page
    row(watched, title).get_by_text("Decide").click()
    watched.shot(f"decide-{move.lower()}")
    row(watched, title).get_by_role("link", name=move).click()
    if move == "Cancel":
        page.fill("#id_reason", "Replaced by another one")
    page.get_by_role("button", name=move, exact=True).click()
    page.wait_for_url("**/contracts/inbox/")
    expect(row(watched, title)).to_have_count(0)


def test_from_the_letter_to_an_empty_inbox(
    watched: Watched, owner: User, letters: dict[str, OutboxMessage]
) -> None:
    page = watched.page
    address = read(watched, letters["Northwind Desk"])
    acknowledged_from_the_letter(watched, address, owner)
    watched.open("/contracts/inbox/")
    expect(page.locator("tr[data-alert]")).to_have_count(3)
    expect(page.locator("#unread")).to_have_text("3 unread")
    watched.shot("inbox")
    row(watched, "Fabrikam Mail").get_by_role("link", name="Fabrikam Mail").click()
    expect(page.locator("#proof")).to_be_visible()
    watched.open("/contracts/inbox/")
    expect(page.locator("#unread")).to_have_text("2 unread")
    snoozed(watched, "Contoso Cloud")
    decided(watched, "Fabrikam Mail", "Renew")
    decided(watched, "Tailspin Backup", "Cancel")
    expect(page.get_by_text("Nothing needs you.")).to_be_visible()
    watched.shot("inbox-empty")
    for tab, count in (("Snoozed", 1), ("Done", 3)):
        page.get_by_role("link", name=tab).click()
        expect(page.locator("tr[data-alert]")).to_have_count(count)
        watched.shot(f"inbox-{tab.lower()}")
    states = {a.term.contract.title: a.state for a in Alert.objects.exclude(state="superseded")}
    assert states == dict(
        zip(TITLES, ("acknowledged", "snoozed", "resolved", "resolved"), strict=True)
    )


def test_the_page_of_an_alert_and_of_a_link_that_is_not_ones_own(
    watched: Watched, owner: User, administrator: User, letters: dict[str, OutboxMessage]
) -> None:
    watched.sign_in(administrator)
    alert = Alert.objects.filter(state="open").first()
    assert alert is not None
    watched.open(f"/admin/contracts/alert/{alert.pk}/change/")
    watched.shot("alert")
    watched.page.goto(read(watched, letters["Northwind Desk"]))
    expect(watched.page.get_by_text("sent to somebody else")).to_be_visible()
    watched.shot("answer-not-yours")
    assert {each for each in watched.complaints if "403" not in each} == set()
    watched.complaints.clear()
