"""Answers and conversations taken along: copied, saved and printed."""

from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.test_chat import OpenPage, ask

COFFEE, QUOTE = "Hoeveel gezinnen werken er in de koffiesector?", "225.000 gezinnen werkzaam"
CLIPBOARD = """async type => (await (await navigator.clipboard.read())[0].getType(type)).text()"""


def copied(page: Page, name: str, type: str = "text/plain") -> str:
    copy = page.locator(".turn .copy").first
    copy.locator("summary").click()
    copy.get_by_role("button", name=name, exact=True).click()
    expect(copy.locator("summary")).to_have_text("Copied")
    expect(copy.locator("summary")).to_have_text("Copy")
    return str(page.evaluate(CLIPBOARD, type))


def test_an_answer_is_copied_with_its_citations(address: str, open_page: OpenPage) -> None:
    page = open_page(address)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    ask(page, COFFEE)
    plain = copied(page, "Text")
    assert plain.startswith(f"{COFFEE}\n\n“")
    assert QUOTE in plain
    assert "- [1] " in plain
    assert copied(page, "Markdown").startswith(f"## {COFFEE}\n\n> ")
    rich = copied(page, "Rich text", "text/html")
    assert "<blockquote" in rich
    assert QUOTE in rich
    assert copied(page, "BibTeX").startswith("@misc{")
    assert copied(page, "RIS").startswith("TY  - ")


def test_a_conversation_is_saved_and_printed(address: str, open_page: OpenPage, tmp_path: Path) -> None:
    page = open_page(address, color_scheme="dark")
    ask(page, COFFEE)
    ask(page, "Who won the world cup of 1998?")
    for form, end, begins in (("markdown", "md", f"## {COFFEE}"), ("html", "html", "<!doctype html>")):
        page.click("#take-open")
        assert Axe().run(page).response["violations"] == []
        with page.expect_download() as download:
            page.click(f"#take [data-form={form}]")
        assert download.value.suggested_filename.endswith(f".{end}")
        download.value.save_as(tmp_path / form)
        text = (tmp_path / form).read_text("utf-8")
        assert text.startswith(begins)
        assert "Who won the world cup of 1998?" in text
    page.emulate_media(media="print")
    for part in ("#right", "#ask", "#menus", ".votes", ".turn .copy"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".turn .sources").first).to_be_visible()
    shown = page.evaluate(
        """() => [...document.querySelectorAll('.turn')].map(turn => [
          turn.getBoundingClientRect().height > 100, getComputedStyle(turn.querySelector('h2')).color,
          getComputedStyle(document.querySelector('#conversation')).overflowY])"""
    )
    assert shown == [[True, "rgb(0, 0, 0)", "visible"]] * 2
