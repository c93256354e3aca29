"""Pytest plugin: a real Chromium for tests marked `browser`, or a loud word that there is none."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Chromium refuses its sandbox to root; every page these tests open is our own.
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage"]
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"


def chromium() -> str | None:
    """Return the browser: named by `CHROMIUM`, else the first found on the path."""
    found = (shutil.which(name) for name in NAMES)
    return os.environ.get("CHROMIUM") or next((path for path in found if path), None)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the refusal to go on without a browser."""
    parser.getgroup("services").addoption(
        "--require-browser", action="store_true", help="fail where no Chromium is found"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser, unless one was required."""
    if chromium() is not None:
        return
    if config.getoption("require_browser"):
        pytest.exit("no Chromium: install one or set CHROMIUM=/path/to/it", returncode=4)
    for item in items:
        if item.get_closest_marker("browser") is not None:
            item.add_marker(pytest.mark.skip(reason="no Chromium was found"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly what a machine without a browser did not test."""
    skipped = terminalreporter.stats.get("skipped", [])
    missed = [report for report in skipped if "no Chromium was found" in str(report.longrepr)]
    if missed:
        terminalreporter.section("NO BROWSER", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(missed)} browser tests were NOT run: no Chromium was found. "
            "Install one, or set CHROMIUM=/path/to/it."
        )


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start one Chromium for all browser tests."""
    # Playwright keeps an event loop in this thread; the ORM would refuse to work beside it.
    os.environ[UNSAFE] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield started
        started.close()
    del os.environ[UNSAFE]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of a browser that has no cookies yet."""
    context = browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()
