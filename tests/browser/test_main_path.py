"""The main path of a person in a real browser: sign in, import, read a proof, renew, see what changed."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from contracts.models import Contract
from contracts.services import demo
from saas_tracker.accounts.models import User
from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAYS = 150
ONE_WINDOW = [("desktop", "light")]


@pytest.fixture
def register(tmp_path: Path) -> Path:
    """Write a register of two contracts; the first must be decided within 120 days."""
    end = date.today() + timedelta(days=DAYS)
    start = end - timedelta(days=364)
    path = tmp_path / "register.csv"
    path.write_text(
        "vendor,title,currency,start,end,annual value,notice,renewal,renewal_months\n"
        f"Northwind Software,Northwind Desk,EUR,{start},{end},24000,60,auto,12\n"
        f"Contoso GmbH,Contoso Cloud,EUR,{start},{end + timedelta(days=400)},9000,30,auto,12\n"
    )
    return path


def imported(watched: Watched, register: Path) -> None:
    page = watched.page
    page.get_by_role("link", name="Import a file").first.click()
    page.set_input_files("input[type=file]", register)
    watched.shot("import-upload")
    page.get_by_role("button", name="Check the file").click()
    expect(page.locator("#id_column_vendor")).to_have_value("vendor")
    watched.shot("import-columns")
    page.get_by_role("button", name="Check the file").click()
    expect(page.get_by_role("button", name="Import")).to_be_visible()
    assert not Contract.objects.exists(), "a dry run writes nothing"
    watched.shot("import-checked")
    page.get_by_role("button", name="Import").click()
    expect(page.get_by_text("The file is imported.")).to_be_visible()
    watched.shot("import-done")


def renewed(watched: Watched, price: str) -> None:
    page = watched.page
    page.locator("[data-move=renew]").click()
    expect(page.locator("#id_annual_value")).to_have_value("24000")
    page.fill("#id_annual_value", price)
    watched.shot("renew")
    page.get_by_role("button", name="Renew").click()
    expect(page.get_by_text("The contract was renewed")).to_be_visible()


def test_from_a_file_to_a_renewal_that_the_dashboard_shows(
    watched: Watched, administrator: User, register: Path
) -> None:
    page = watched.page
    watched.open("/admin/login/")
    watched.shot("sign-in")
    watched.sign_in(administrator)
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    watched.shot("dashboard-empty")
    imported(watched, register)

    watched.open("/admin/?within=120")
    attention = page.locator("#attention")
    expect(attention.get_by_role("link", name="Northwind Desk")).to_be_visible()
    expect(attention.get_by_role("link", name="Contoso Cloud")).to_have_count(0)
    expect(page.locator(".st-tile-figure").first).to_have_text("€33K")
    watched.shot("dashboard-before")

    attention.get_by_role("link", name="Northwind Desk").click()
    proof = page.locator("#proof")
    expect(proof).to_contain_text("The contract asks for notice of 60 days.")
    expect(proof).to_contain_text(
        re.compile(r"60 full days lie between the notice and \d+ \w+ \d+")
    )
    expect(proof).to_contain_text("decide by")
    watched.shot("contract")

    renewed(watched, "26400")
    expect(page.locator(".st-timeline")).to_contain_text("+10.0%")
    watched.shot("contract-renewed")

    watched.open("/admin/?within=120")
    expect(page.locator("#attention")).not_to_contain_text("Northwind Desk")
    expect(page.locator("#attention")).to_contain_text("Nothing must be decided within 120 days.")
    watched.shot("dashboard-after")
    assert Contract.objects.get(title="Northwind Desk").terms.count() == 2


def test_every_page_of_a_full_portfolio_draws_without_a_complaint(
    watched: Watched, administrator: User
) -> None:
    demo.load(contracts=40, seed=7, today=date.today())
    watched.sign_in(administrator)
    contract = Contract.objects.filter(terms__is_open=True).order_by("pk").first()
    assert contract is not None
    term = contract.terms.order_by("-seq").first()
    pages = {
        "dashboard": "/admin/",
        "contracts": "/admin/contracts/contract/",
        "contract-full": f"/admin/contracts/contract/{contract.pk}/change/",
        "contract-terms": f"/admin/contracts/contract/{contract.pk}/change/#terms",
        "contract-history": f"/admin/contracts/contract/{contract.pk}/history/",
        "cancel": f"/admin/contracts/contract/{contract.pk}/cancel/",
        "term": f"/admin/contracts/term/{term.pk if term else 0}/change/",
        "vendor": f"/admin/contracts/vendor/{contract.vendor_id}/change/",
        "flags": "/admin/contracts/priceflag/",
        "charges": "/admin/contracts/charge/",
        "forecast": "/metrics/forecast/",
        "decisions": "/metrics/decisions/",
        "outbox": "/admin/contracts/delivery/outbox/",
        "token": "/admin/accounts/apitoken/add/",
        "person": f"/admin/accounts/user/{administrator.pk}/change/",
        "password": "/admin/password_change/",
    }
    for name, path in pages.items():
        watched.open(path)
        watched.shot(name)


@pytest.mark.parametrize("watched", ONE_WINDOW, indirect=True)
def test_the_charts_are_drawn_and_their_figures_can_be_read(
    watched: Watched, administrator: User
) -> None:
    demo.load(contracts=30, seed=7, today=date.today())
    watched.sign_in(administrator)
    page = watched.page
    page.wait_for_load_state("load")
    drawn = page.evaluate(
        """[...document.querySelectorAll('canvas.chart')].map(canvas => {
            const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
            return data.some(value => value > 0);
        })"""
    )
    assert drawn == [True, True, True]
    figures = page.get_by_text("The figures of this chart").first
    figures.click()
    expect(page.locator("details[open] table tbody tr")).to_have_count(24)


@pytest.mark.parametrize("watched", ONE_WINDOW, indirect=True)
def test_the_page_of_a_chosen_colour_stays_so(watched: Watched, administrator: User) -> None:
    watched.sign_in(administrator)
    page = watched.page
    page.evaluate("localStorage.setItem('adminTheme', '\"dark\"')")
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
    background = page.evaluate(
        "getComputedStyle(document.querySelector('.st-card')).backgroundColor"
    )
    assert background != "rgb(255, 255, 255)"
