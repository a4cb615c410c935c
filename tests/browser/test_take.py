"""Answers and conversations taken along: copied, saved and printed."""

from pathlib import Path

import pypdfium2 as pdfium
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from rodedraad.server.serve import Serving
from rodedraad.writing.writer import Writer
from tests.browser.test_chat import OpenPage, ask
from tests.browser.test_documents import open_documents
from tests.servers import serving

COFFEE, QUOTE = "Hoeveel gezinnen werken er in de koffiesector?", "225.000 gezinnen werkzaam"
QUESTIONS = (
    COFFEE,
    "Who won the world cup of 1998?",
    "Sinds wanneer steunt het TDC het project van Royal Knit?",
    "Hoe formaliseert Red Social mijnwerkers?",
    "Wat is cacao blanco?",
)
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


def on_paper(page: Page) -> str:
    """The text of the printed page, its lines joined."""
    with pdfium.PdfDocument(page.pdf()) as pdf:
        return " ".join(" ".join(sheet.get_textpage().get_text_bounded() for sheet in pdf).split())


def test_all_that_was_asked_and_quoted_is_printed_from_any_tab_and_no_controls(
    home: Path, open_page: OpenPage
) -> None:
    writer = Writer("http://127.0.0.1:9/v1", "small", 20)
    with serving(home, Serving(writer=writer)) as address:
        page = open_page(address)
        for question in QUESTIONS:
            ask(page, question)
        expect(page.locator("#scope summary")).to_be_visible()
        expect(page.locator("#writer label")).to_be_visible()
        texts = page.locator(".turn :is(blockquote:not(.nearest), .nearest p, .sources li)").all_inner_texts()
        assert len(texts) > len(QUESTIONS)
        papers = [on_paper(page)]
        open_documents(page)
        papers.append(on_paper(page))
        for printed in papers:
            for text in (*QUESTIONS, *texts):
                assert " ".join(text.split()) in printed
            for control in ("Search in", "all documents", "Also answer in a sentence", "60 passages"):
                assert control not in printed
