"""The pages of figures in a real browser: filter, drill down, take away, print, and who can read them."""

import re
from collections.abc import Callable
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from contracts.services import demo
from saas_tracker.accounts.models import User
from tests.browser.accessibility import look
from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ONE_WINDOW = [("wide", "light")]
WINDOWS = [(size, colour) for size in ("wide", "tablet", "small") for colour in ("light", "dark")]
PAGES = {
    "spend": "/metrics/spend/",
    "retention": "/metrics/retention/",
    "prices": "/metrics/prices/?part=price",
    "quality": "/metrics/quality/?gap=units",
    "error": "/metrics/spend/?as_of=someday",
}
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"
DRAWN = """[...document.querySelectorAll('canvas.chart')].map(canvas => {
    const {data} = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.some(value => value > 0);
})"""


@pytest.fixture
def figures(watched: Watched, administrator: User) -> Watched:
    demo.load(contracts=40, seed=7, today=date.today())
    watched.sign_in(administrator)
    return watched


def asked(address: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query)


@pytest.mark.parametrize("watched", WINDOWS, indirect=True, ids="-".join)
def test_every_page_is_drawn_fits_and_can_be_read_by_everybody(
    figures: Watched, record_property: Callable[[str, object], None]
) -> None:
    page, checks = figures.page, 0
    for name, path in PAGES.items():
        figures.open(path)
        figures.shot(f"figures-{name}")
        drawn = page.evaluate(DRAWN)
        assert all(drawn), name
        assert bool(drawn) is (name != "error")
        page.evaluate(OPEN_ALL)
        found = look(page)
        assert found.faults == [], name
        checks += found.checks
        figures.shot(f"figures-{name}-open")
    assert checks > 2_000
    record_property("accessibility_checks", checks)


@pytest.mark.parametrize("watched", ONE_WINDOW, indirect=True)
def test_a_filter_is_chosen_and_stays_in_the_address(figures: Watched) -> None:
    page = figures.page
    figures.open("/metrics/spend/")
    page.locator("#id_period").select_option("fiscal-year")
    page.locator("#id_department").select_option(label="Engineering")
    page.locator("#id_currency").select_option("USD-all")
    page.get_by_role("button", name="Show").click()
    expect(page.locator("#id_department")).to_have_value(re.compile(r"\d+"))
    assert asked(page.url)["period"] == ["fiscal-year"]
    expect(page.locator(".st-tile-figure").first).to_contain_text("US$")
    page.locator(".st-pages").get_by_role("link", name="Retention").click()
    expect(page).to_have_url(re.compile("/metrics/retention/.*department="))
    assert asked(page.url)["from"] == [f"{date.today().year}-01-01"]


@pytest.mark.parametrize("watched", ONE_WINDOW, indirect=True)
def test_errors_are_read_out_at_their_field(figures: Watched) -> None:
    page = figures.page
    figures.open("/metrics/spend/")
    page.locator("#id_period").select_option("custom")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("alert").first).to_have_text("Say which day.")
    expect(page.locator(".st-tile")).to_have_count(0)


def test_a_cell_and_a_point_open_the_same_rows(figures: Watched) -> None:
    page = figures.page
    figures.open("/metrics/spend/?currency=EUR")
    page.get_by_text("The figures of these charts").click()
    cell = page.locator("#trend tbody tr").first.locator("a[href^='/metrics/rows/']").first
    target = str(cell.get_attribute("href"))
    assert asked(target)["figure"] == ["accrual_month"]
    assert asked(target)["key"][0].endswith("|EUR")
    opened = clicked_point(page, 0)
    assert asked(opened) == asked(target)


def clicked_point(page: Page, index: int) -> str:
    """Click a bar of the first chart and return where it leads."""
    canvas = page.locator("canvas.chart").first
    place = page.evaluate(
        """index => {
            const point = Chart.getChart(document.querySelector('canvas.chart')).getDatasetMeta(0).data[index];
            return {x: point.x, y: (point.y + point.base) / 2};
        }""",
        index,
    )
    page.route("**/metrics/rows/**", lambda route: route.fulfill(status=200, body="rows"))
    with page.expect_navigation():
        canvas.click(position=place)
    return page.url


@pytest.mark.parametrize("watched", ONE_WINDOW, indirect=True)
def test_files_are_offered_beside_each_chart(figures: Watched) -> None:
    for path in ("/metrics/spend/", "/metrics/retention/", "/metrics/prices/"):
        figures.open(path)
        files = figures.page.locator("a[href^='/metrics/export/']")
        forms = [asked(str(each.get_attribute("href")))["as"][0] for each in files.all()]
        assert set(forms) == {"csv", "xlsx", "json"}
        assert len(forms) % 3 == 0


@pytest.mark.parametrize("watched", [("wide", "dark")], indirect=True)
def test_paper_is_white_and_shows_no_form(figures: Watched) -> None:
    page = figures.page
    for name, path in PAGES.items():
        figures.open(path)
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator(".st-view")).to_be_hidden()
        expect(page.locator("#nav-sidebar")).to_be_hidden()
        colours = page.evaluate(
            """[...document.querySelectorAll('.st-card')].map(
                each => getComputedStyle(each).backgroundColor)"""
        )
        assert set(colours) <= {"rgb(255, 255, 255)"}
        assert len(page.pdf()) > (1_000 if name == "error" else 10_000)
        page.emulate_media(media="screen", color_scheme="dark")


@pytest.mark.parametrize("watched", ONE_WINDOW, indirect=True)
def test_the_keys_reach_the_filters_the_tables_and_their_links(figures: Watched) -> None:
    page = figures.page
    figures.open("/metrics/quality/?gap=owner")
    page.locator("#id_period").focus()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.closest('.st-scroll, form, a')?.tagName"))
    assert {"FORM", "DIV", "A"} <= reached


@pytest.mark.parametrize("watched", ONE_WINDOW, indirect=True)
def test_the_look_finds_what_is_wrong(figures: Watched) -> None:
    figures.open("/metrics/quality/")
    figures.page.evaluate(
        """() => {
            const main = document.querySelector('main');
            main.insertAdjacentHTML('beforeend', '<h5 id="gaps">deep</h5><input><canvas></canvas>'
                + '<table><tr><th>bare</th></tr></table><a href="#"></a>');
            main.lastElementChild.previousElementSibling.className = 'st-note';
            document.documentElement.style.setProperty('--st-soft', '#bbb');
        }"""
    )
    faults = " ".join(look(figures.page).faults)
    for fault in (
        "skips a level",
        "no label",
        "no scope",
        "says nothing",
        "no name",
        "twice",
        "contrast",
    ):
        assert fault in faults
