"""A signed-in browser that reports what no page of ours may do."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from saas_tracker.accounts.models import User
from tests.factories import PASSWORD, AdministratorFactory

SIZES = {
    "desktop": (1280, 900),
    "wide": (1440, 900),
    "tablet": (820, 1180),
    "phone": (375, 812),
    "small": (390, 844),
}
OWN_SCHEMES = ("data:", "blob:", "about:")


@dataclass
class Watched:
    """A page, and everything that went wrong on it."""

    page: Page
    base: str
    shots: Path
    complaints: list[str] = field(default_factory=list)

    def listen(self) -> "Watched":
        page = self.page
        page.on("console", lambda each: self._hear(each.type, each.text))
        page.on("pageerror", lambda each: self._hear("error", str(each)))
        page.on("request", lambda each: self._see(each.url))
        page.on("response", lambda each: self._answered(each.url, each.status))
        return self

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def sign_in(self, user: User) -> None:
        self.open("/admin/login/")
        self.page.fill("#id_username", user.email)
        self.page.fill("#id_password", PASSWORD)
        self.page.click("button[type=submit]")
        self.page.wait_for_url(f"{self.base}/admin/")

    def shot(self, name: str) -> None:
        """Keep a picture, and see that nothing stands out to the right."""
        self.page.wait_for_load_state("load")
        self.page.evaluate("document.fonts.ready")
        self.page.screenshot(path=self.shots / f"{name}.png", full_page=True)
        wide, window = self.page.evaluate(
            "[document.documentElement.scrollWidth, window.innerWidth]"
        )
        if wide > window:
            self.complaints.append(f"{name} is {wide} pixels wide in a window of {window}")

    def _hear(self, kind: str, text: str) -> None:
        if kind in ("error", "warning"):
            self.complaints.append(f"{self.page.url}: {text}")

    def _see(self, url: str) -> None:
        if not url.startswith((self.base, *OWN_SCHEMES)):
            self.complaints.append(f"asked elsewhere: {url}")

    def _answered(self, url: str, status: int) -> None:
        if status >= 400:
            self.complaints.append(f"{status} for {url}")


@pytest.fixture(scope="session")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("screenshots")


@pytest.fixture(
    params=[("desktop", "light"), ("desktop", "dark"), ("phone", "light")], ids="-".join
)
def watched(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, shots: Path
) -> Iterator[Watched]:
    """Return a browser of each size and colour; a complaint fails the test at its end."""
    size, colour = request.param
    width, height = SIZES[size]
    folder = shots / f"{size}-{colour}"
    folder.mkdir(exist_ok=True)
    context = browser.new_context(
        locale="en-GB", viewport={"width": width, "height": height}, color_scheme=colour
    )
    found = Watched(context.new_page(), live_server.url, folder).listen()
    yield found
    context.close()
    assert found.complaints == []


@pytest.fixture
def administrator() -> User:
    return AdministratorFactory(name="Ada Admin")
