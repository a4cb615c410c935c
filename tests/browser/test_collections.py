"""The menu of collections: a page for each, whose conversations, choices and documents are its own."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rodedraad.server.serve import Serving
from tests.browser.pages import wait_until_open
from tests.browser.test_chat import OpenPage, ask
from tests.server.test_collections import ASKED, PERU, QUOTED, SHED, opened, root
from tests.servers import free_port, listening

__all__ = ["root"]


@pytest.fixture(scope="module")
def several(root: Path) -> Iterator[str]:
    with listening(opened(root, root / "home"), root / "home", Serving(port=free_port())) as address:
        yield address


def shoot(page: Page, name: str) -> None:
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


def switch(page: Page, name: str) -> None:
    """Choose a collection by the keyboard."""
    page.locator("#collection").focus()
    page.keyboard.press("Enter")
    page.locator("#collections a", has_text=name).wait_for()
    assert Axe().run(page).response["violations"] == []
    while not page.evaluate("name => document.activeElement.textContent === name", name):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#collection")).to_have_accessible_name(f"Collectie: {name}")
    wait_until_open(page)


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_a_talk_stays_with_its_collection(several: str, open_page: OpenPage, width: int, scheme: str) -> None:
    page = open_page(several, width, 844, color_scheme=scheme, locale="nl")
    expect(page).to_have_title(f"{PERU} · Rode Draad")
    ask(page, ASKED[PERU])
    page.fill("#question textarea", "En waar")
    page.locator("#scope summary").click()
    page.locator("#scope .found input").first.click()
    page.keyboard.press("Escape")
    expect(page.locator("#scope strong")).to_have_text("1 van 3 documenten")
    shoot(page, f"collection-{width}-{scheme}")
    switch(page, SHED)
    expect(page.locator(".welcome")).to_be_visible()
    expect(page.locator("#about")).to_contain_text("Eén document")
    ask(page, ASKED[SHED])
    expect(page.locator(".turn blockquote")).to_contain_text(QUOTED[SHED])
    shoot(page, f"other-collection-{width}-{scheme}")
    page.reload()
    wait_until_open(page)
    expect(page.locator(".turn .question")).to_have_text(ASKED[SHED])
    page.locator("a.citation").first.click()
    expect(page.locator("#source h2")).to_have_text("schuur.txt")
    link = page.url
    if width < 760:
        page.locator("#source .close").click()
    page.get_by_role("tab", name="Documenten").click()
    expect(page.locator("#library tbody th")).to_have_text(re.compile("schuur"))
    switch(page, PERU)
    expect(page.locator(".turn .question")).to_have_text(ASKED[PERU])
    expect(page.locator("#question textarea")).to_have_value("En waar")
    expect(page.locator("#scope strong")).to_have_text("1 van 3 documenten")
    other = page.context.new_page()
    other.set_viewport_size({"width": width, "height": 844})
    other.emulate_media(color_scheme=scheme)
    other.goto(link)
    expect(other.locator("mark.chosen")).to_contain_text(QUOTED[SHED])


def test_the_language_is_chosen_for_all_collections(several: str, open_page: OpenPage) -> None:
    page = open_page(several)
    page.locator("#languages select").select_option("nl")
    expect(page.locator("#collection")).to_have_accessible_name(f"Collectie: {PERU}")
    switch(page, SHED)
    expect(page.locator("#new")).to_have_text("Nieuw gesprek")


def test_a_collection_alone_has_no_menu(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    expect(page.locator("#menus .icons")).to_be_visible()
    assert page.locator("#collection").count() == 0
    expect(page).to_have_title("Rode Draad")
