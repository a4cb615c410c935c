"""A document that is opened by itself, as a person reads it: from the list, by its parts, words and pages."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rodedraad.index.build import reindex
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.browser.test_documents import open_documents
from tests.ingest.readers.printed import Print, print_pages
from tests.servers import serving

LINES = "".join(f"{n} {'wol en kaas en honing ' * 60}\n" for n in range(40))  # 53 kB of few passages
CABLE = "De kabelbaan van Chachapoyas vervoert per uur twaalfhonderd reizigers."
VILLAGE = "In het dorp aan de rivier wonen boeren die koffie en cacao telen. "


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of a long text and a PDF of three pages, and its index."""
    folder = tmp_path_factory.mktemp("reading")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "lang.txt").write_text(LINES, "utf-8")
    blocks = [(1, "Peru in cijfers"), (0, VILLAGE * 60), (2, "Vervoer"), (0, CABLE), (0, VILLAGE * 60)]
    (folder / "corpus" / "verslag.pdf").write_bytes(print_pages(blocks, Print(language="nl_NL")))
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.fixture(scope="module")
def reading(folder: Path) -> Iterator[str]:
    """A server over it."""
    with serving(folder / "home", corpus=folder / "corpus") as address:
        yield address


def test_a_document_is_opened_from_the_list_leafed_through_and_searched(
    reading: str, open_page: OpenPage
) -> None:
    page = open_page(reading)
    open_documents(page)
    page.locator("a.open", has_text="lang.txt").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#source [data-opened]")
    page.wait_for_function("document.activeElement.matches('#source .text')")
    text = page.locator("#source .text")
    expect(text).to_contain_text("0 wol en kaas")
    assert len(text.inner_text()) <= 42_000
    page.locator(".leaf button").last.click()
    expect(text).to_contain_text("39 wol en kaas")
    assert "start=" in page.url
    page.fill(".find input", "2 WOL")
    page.press(".find input", "Enter")
    page.wait_for_selector("mark.chosen")
    page.wait_for_function("document.activeElement.matches('.find input')")
    expect(page.locator(".tools span").first).to_have_text("Match 4 of 4")
    page.locator(".match.previous").click()
    expect(page.locator(".tools span").first).to_have_text("Match 3 of 4")
    page.fill(".find input", "nergens")
    page.press(".find input", "Enter")
    expect(page.locator(".tools span").first).to_have_text("Not found: nergens")
    assert violations(page) == []
    page.click("#source .close")
    expect(page.locator("#library")).to_be_visible()
    page.goto(f"{reading}/?document=lang.txt&start=30000")
    page.wait_for_selector("#source [data-opened]")
    expect(page.locator("#source .text")).to_contain_text("39 wol en kaas")


def test_its_pages_are_turned_and_enlarged_and_its_file_is_saved(
    reading: str, folder: Path, open_page: OpenPage
) -> None:
    page = open_page(reading)
    open_documents(page)
    page.locator("a.open[data-document='verslag.pdf']").click()
    page.wait_for_selector("#source [data-document='verslag.pdf']")
    page.locator(".view button", has_text="Page").click()
    page.wait_for_selector(".sheet img[alt='Page 1 of Peru in cijfers']")
    page.locator(".pages .next").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet img[alt='Page 2 of Peru in cijfers']")
    page.wait_for_function("document.activeElement.matches('.pages button')")
    wide = page.locator(".paper").evaluate("paper => paper.clientWidth")
    page.get_by_role("button", name="Larger").click()
    assert page.locator(".paper").evaluate("paper => paper.clientWidth") > 1.4 * wide
    with page.expect_download() as saved:
        page.locator("a.original").click()
    assert saved.value.suggested_filename == "verslag.pdf"
    file = folder / "corpus" / "verslag.pdf"
    assert Path(saved.value.path()).read_bytes() == file.read_bytes()
    file.rename(folder / "elders.pdf")
    page.locator("a.original").click()
    expect(page.locator(".reader output.failed")).to_have_text("verslag.pdf: its file no longer exists")
    (folder / "elders.pdf").rename(file)


def test_a_quote_is_read_on_from_and_asked_about_alone_on_a_phone(reading: str, open_page: OpenPage) -> None:
    page = open_page(reading, 390, 844, color_scheme="dark")
    ask(page, CABLE)
    page.locator("blockquote a.citation").first.click()
    page.wait_for_selector("mark.chosen:has-text('Chachapoyas')")
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.click("#source .here")
    expect(page.locator(".look-in summary strong")).to_have_text("1 of 2 documents")
    page.wait_for_function("document.activeElement.matches('#question textarea')")
    open_documents(page)
    cells = page.locator("#library tbody tr").first.locator("th a.open, td:nth-of-type(4), td button")
    for cell in cells.all():
        box = cell.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= 390
    assert cells.count() == 3


def test_a_document_is_leafed_through_searched_and_turned_on_a_phone(
    reading: str, open_page: OpenPage
) -> None:
    page = open_page(reading, 390, 844, has_touch=True, is_mobile=True)

    def check() -> None:
        """What can be touched lies on the screen, and the text has most of it."""
        for control in page.locator("#source :is(a, button, input)").locator("visible=true").all():
            expect(control).to_be_in_viewport(ratio=1)
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        box = page.locator("#source :is(.text, .sheet)").locator("visible=true").bounding_box()
        assert box is not None
        assert box["height"] > 500
        assert violations(page) == []

    open_documents(page)
    page.locator("a.open[data-document='lang.txt']").tap()
    text = page.locator("#source .text")
    expect(text).to_contain_text("0 wol en kaas")
    check()
    page.get_by_role("button", name="Later text").tap()
    expect(text).to_contain_text("39 wol en kaas")
    page.fill(".find input", "2 wol")
    page.press(".find input", "Enter")
    expect(page.locator("mark.chosen")).to_be_in_viewport()
    expect(page.locator(".tools span").first).to_have_text("Match 4 of 4")
    check()
    page.locator(".match.previous").tap()
    expect(page.locator(".tools span").first).to_have_text("Match 3 of 4")
    expect(page.locator("mark.chosen")).to_be_in_viewport()
    page.locator("#source .close").tap()
    expect(page.locator("#source")).to_be_hidden()
    page.locator("a.open[data-document='verslag.pdf']").tap()
    page.get_by_role("button", name="Page", exact=True).tap()
    expect(page.locator(".sheet img[alt='Page 1 of Peru in cijfers']")).to_be_in_viewport()
    check()
    page.get_by_role("button", name="Next page").tap()
    expect(page.locator(".sheet img[alt='Page 2 of Peru in cijfers']")).to_be_in_viewport()
    page.get_by_role("button", name="Larger").tap()
    check()
    page.locator("#source .close").tap()
    expect(page.locator("#library")).to_be_visible()
