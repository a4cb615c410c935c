"""The page of a PDF beside the answer, as a person turns to it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from rodedraad.index.build import reindex
from tests.browser.test_access import NOTHING, violations_by_scheme
from tests.browser.test_chat import OpenPage, ask
from tests.ingest.readers.made_files import zipped
from tests.ingest.readers.printed import Print, print_pages
from tests.servers import serving

VILLAGE = "In het dorp aan de rivier wonen boeren die koffie en cacao telen. "
CABLE = "De kabelbaan van Chachapoyas vervoert per uur twaalfhonderd reizigers."
MARKET = "De overdekte markt van Cusco telt driehonderd kramen met kaas."
MUSEUM = "Het museum van Lima toont weefsels uit de graven van Paracas."
CHOSEN = "document.querySelector('mark.chosen')?.dataset.number"


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A chat over a PDF of two columns and several pages, a PDF in an archive, and a note."""
    folder = tmp_path_factory.mktemp("printed")
    (folder / "corpus").mkdir()
    blocks = [(1, "Peru in cijfers"), (0, VILLAGE * 120), (2, "Vervoer"), (0, CABLE), (0, VILLAGE * 120)]
    pages = print_pages(blocks, Print(columns=2, language="nl_NL"))
    (folder / "corpus" / "verslag.pdf").write_bytes(pages)
    (folder / "corpus" / "nota.txt").write_text(MUSEUM, "utf-8")
    packed = zipped({"map/markt.pdf": print_pages([(0, VILLAGE * 60), (0, MARKET)])})
    (folder / "corpus" / "bundel.zip").write_bytes(packed)
    reindex(folder / "corpus", folder / "home")
    with serving(folder / "home", corpus=folder / "corpus") as address:
        yield address


def turn_to_the_page(page: Page, question: str = CABLE) -> None:
    """Ask, open the quote that names the cable car, and have its page shown."""
    ask(page, question)
    page.locator("blockquote", has_text="Chachapoyas").locator("a.citation").first.click()
    page.wait_for_selector("mark.chosen:has-text('Chachapoyas')")
    page.locator(".view button", has_text="Page").click()
    page.wait_for_selector(".sheet .box")


def test_the_page_loads_and_its_mark_lies_on_it_in_view(printed: str, open_page: OpenPage) -> None:
    page = open_page(printed)
    turn_to_the_page(page)
    assert not page.locator(".source .text").is_visible()
    image = page.locator(".sheet img")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1273
    assert CABLE in (image.get_attribute("alt") or "")
    inside = page.evaluate(
        """() => {
          const sheet = document.querySelector('.sheet').getBoundingClientRect();
          const paper = document.querySelector('.sheet img').getBoundingClientRect();
          return [...document.querySelectorAll('.sheet .box')].every(box => {
            const at = box.getBoundingClientRect();
            return at.width > 20 && at.height > 4 && at.left > paper.left && at.right < paper.right
                && at.top > sheet.top && at.bottom < sheet.bottom;
          });
        }"""
    )
    assert inside


def test_the_page_of_a_pdf_in_an_archive_is_shown_with_its_mark(printed: str, open_page: OpenPage) -> None:
    page = open_page(printed)
    ask(page, MARKET)
    quote = page.locator("blockquote", has_text="Cusco").first
    expect(page.locator(".sources li, cite").first).to_contain_text("in bundel.zip")
    quote.locator("a.citation").first.click()
    expect(page.locator(".source header")).to_contain_text("bundel.zip/map/markt.pdf")
    page.locator(".view button", has_text="Page").click()
    page.wait_for_selector(".sheet .box")
    assert MARKET in (page.locator(".sheet img").get_attribute("alt") or "")


def test_the_thread_leads_to_the_margin_beside_the_mark_on_the_page(
    printed: str, open_page: OpenPage
) -> None:
    page = open_page(printed)
    turn_to_the_page(page)
    page.wait_for_function(
        """() => {
          const end = document.querySelector('#thread path').getBoundingClientRect();
          const box = document.querySelector('.sheet .box').getBoundingClientRect();
          const paper = document.querySelector('.sheet img').getBoundingClientRect();
          return Math.abs(end.right - paper.left) < 12 && end.bottom > box.top && end.top < box.bottom;
        }"""
    )
    page.keyboard.press("Escape")
    assert page.locator("#thread path").get_attribute("d") is None


def test_the_keyboard_turns_to_the_page_and_back_to_the_text(printed: str, open_page: OpenPage) -> None:
    page = open_page(printed)
    turn_to_the_page(page)
    text, sheet = page.locator(".view button").all()
    assert [b.get_attribute("aria-pressed") for b in (text, sheet)] == ["false", "true"]
    text.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".source .text")).to_be_visible()
    assert [b.get_attribute("aria-pressed") for b in (text, sheet)] == ["true", "false"]
    assert not page.locator(".sheet").is_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_selector(".sheet .box")
    page.locator("blockquote a.citation").first.click()
    assert page.evaluate("document.activeElement.className") == "sheet"


def test_a_link_opens_the_quote_and_its_page_for_someone_else(printed: str, open_page: OpenPage) -> None:
    page = open_page(printed)
    turn_to_the_page(page)
    other = open_page(page.url, locale="nl")
    other.wait_for_selector("mark.chosen:has-text('Chachapoyas')")
    other.locator(".view button", has_text="Pagina").click()
    other.wait_for_selector(".sheet img[alt^='Pagina'][alt*='Gemarkeerd:']")
    assert other.locator(".sheet .box").count() >= 1


def test_the_page_stays_in_another_language_and_a_source_without_pages_is_text(
    printed: str, open_page: OpenPage
) -> None:
    page = open_page(printed)
    turn_to_the_page(page)
    page.locator("#languages select").select_option("es")
    page.wait_for_selector(".sheet img[alt*='Resaltado:']")
    assert page.locator(".sheet .box").count() >= 1
    expect(page.locator(".view button[aria-pressed=true]")).to_have_text("Página")
    ask(page, MUSEUM)
    page.locator("blockquote", has_text="Paracas").locator("a.citation").last.click()
    page.wait_for_selector("mark.chosen:has-text('Paracas')")
    assert page.locator(".source .text").is_visible()
    assert page.locator(".view").count() == 0


def test_a_page_that_does_not_arrive_is_told_and_asked_for_again(printed: str, open_page: OpenPage) -> None:
    page = open_page(printed)
    page.route("**/page?*", lambda route: route.abort())
    ask(page, CABLE)
    page.locator("blockquote a.citation").first.click()
    page.wait_for_selector("mark.chosen")
    page.locator(".view button", has_text="Page").click()
    page.wait_for_selector(".sheet:has-text('could not be loaded')")
    page.unroute("**/page?*")
    page.locator(".view button", has_text="Page").click()
    page.wait_for_selector(".sheet img")


@pytest.mark.parametrize("width", [390, 1280])
def test_it_fits_a_phone_and_axe_finds_nothing(printed: str, open_page: OpenPage, width: int) -> None:
    page = open_page(printed, width, 844)
    turn_to_the_page(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator(".sheet img").evaluate("image => image.getBoundingClientRect().right") <= width
    top = page.evaluate("document.elementFromPoint(innerWidth * .7, 40).closest('#source, #head')?.id")
    assert top == ("source" if width == 390 else "head")
    assert page.locator("#thread").is_visible() == (width == 1280)
    assert violations_by_scheme(page) == NOTHING
