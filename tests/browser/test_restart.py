"""A page that is open while the server restarts."""

import shutil
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.pages import wait_until_open
from tests.browser.test_chat import OpenPage, ask
from tests.conftest import CORPUS
from tests.servers import chat_server, free_port


@pytest.mark.slow
def test_what_was_typed_stays_and_can_be_asked(home: Path, tmp_path: Path, open_page: OpenPage) -> None:
    own = Path(shutil.copytree(home, tmp_path / "home"))
    port = free_port()
    with chat_server(CORPUS, own, port=port) as address:
        page = open_page(address)
        ask(page, "Wat doet Royal Knit?")
        box = page.locator("#question textarea")
        box.fill("Hoeveel gezinnen werken er")
    box.press_sequentially(" in de koffiesector?")  # while nobody serves the page
    box.press("Enter")
    with chat_server(CORPUS, own, port=port):
        page.wait_for_function("performance.getEntriesByType('navigation')[0].type === 'reload'")
        wait_until_open(page)
        expect(page.locator(".turn .question")).to_have_text("Wat doet Royal Knit?")
        expect(box).to_have_value("Hoeveel gezinnen werken er in de koffiesector?")
        box.press("Enter")
        page.wait_for_selector(".turn blockquote:has-text('225.000 gezinnen')")
        expect(box).to_have_value("")
        page.reload()
        wait_until_open(page)
        expect(box).to_have_value("")  # what was asked is not typed again
