"""A Chromium for the tests, and a chat server over an index of the corpus."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import Any, Literal
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.pages import log_in, wait_until_open
from tests.servers import PATIENCE, chat_server

expect.set_options(timeout=1000 * PATIENCE)

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",
    "--renderer-process-limit=1",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
Hold = Callable[[type, str], Event]
ColorScheme = Literal["light", "dark"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without a Chromium the browser tests are skipped by name, unless REQUIRE_BROWSER is set."""
    if any(map(shutil.which, PROGRAMS)) or os.environ.get("REQUIRE_BROWSER"):
        return
    for item in items:
        if "browser" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason="no Chromium is installed"))


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    assert program, "REQUIRE_BROWSER is set, and there is no Chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def address(corpus: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    mine = shutil.copytree(home, tmp_path_factory.mktemp("chat") / "home")
    with chat_server(corpus, mine) as address:
        yield address


def _set_locale(page: Page, locale: str) -> None:
    """Give a page the language of a session of that locale, without making one for each locale."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setLocaleOverride", {"locale": locale})
    session.send("Emulation.setUserAgentOverride", {"userAgent": "", "acceptLanguage": locale})


class Profiles:
    """Sessions of the browser, by their settings, each used by one test at a time and then by the next.

    A session keeps the scripts of the page, fetched and compiled, which take most of the time that a new one
    needs to show it; what else a test leaves in it is cleared before the next.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._unused: dict[str, list[BrowserContext]] = {}

    def take(self, address: str, **settings: Any) -> BrowserContext:
        """A session without cookies, permissions, and stored data of the server at the address."""
        kept = self._unused.setdefault(repr(settings), [])
        context = kept.pop() if kept else self._browser.new_context(**settings)
        context.set_default_timeout(1000 * PATIENCE)
        keeper = context.pages[0] if context.pages else context.new_page()  # the process of its site lives on
        keeper.goto(urljoin(address, "/health"))
        context.clear_cookies()
        context.clear_permissions()
        stored = {"origin": urljoin(address, "/").rstrip("/"), "storageTypes": "all"}
        session = context.new_cdp_session(keeper)
        session.send("Storage.clearDataForOrigin", stored)
        session.detach()
        return context

    def give_back(self, context: BrowserContext, **settings: Any) -> None:
        """Close the pages that a test opened; the session is then free for the next."""
        for page in context.pages[1:]:
            page.close()
        self._unused[repr(settings)].append(context)


@pytest.fixture(scope="package")
def profiles(browser: Browser) -> Profiles:
    return Profiles(browser)


@pytest.fixture
def open_page(profiles: Profiles, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens a page on a server, in a session of its own, logs in, and waits until it can be asked.

    How each page looks in the end is kept in the folder that SCREENSHOTS names, if it is set.
    """
    taken: list[tuple[BrowserContext, dict[str, Any]]] = []

    def open_page(
        address: str,
        width: int = 1280,
        height: int = 800,
        user: tuple[str, str] | None = None,
        color_scheme: ColorScheme | None = None,
        locale: str | None = None,
        **settings: Any,
    ) -> Page:
        context = profiles.take(address, **settings)
        taken.append((context, settings))
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=color_scheme)
        if locale:
            _set_locale(page, locale)
        page.goto(address)
        if user:
            log_in(page, *user)
        wait_until_open(page)
        return page

    yield open_page
    for number, (context, settings) in enumerate(taken, 1):
        if folder := os.environ.get("SCREENSHOTS"):
            name = re.sub(r"[^\w-]+", "-", f"{request.node.name}-{number}")
            context.pages[1].screenshot(path=Path(folder) / f"{name}.png")
        profiles.give_back(context, **settings)


@pytest.fixture
def hold(monkeypatch: pytest.MonkeyPatch) -> Hold:
    """Stops a method that takes `progress` at its first report, until the event that is given is set."""

    def hold(owner: type, name: str) -> Event:
        go_on, work = Event(), getattr(owner, name)

        def held(self: Any, progress: Callable[..., None]) -> Any:
            def report(*now: Any) -> None:
                progress(*now)
                assert go_on.wait(PATIENCE), f"{name} was held for too long"

            return work(self, report)

        monkeypatch.setattr(owner, name, held)
        return go_on

    return hold
