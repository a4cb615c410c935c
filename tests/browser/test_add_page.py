"""Adding a page of the web on the documents tab: it answers, or the reason why it is not there is shown."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import expect

from rodedraad.index.build import reindex
from rodedraad.live.web_fetch import fetch
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.browser.test_documents import open_documents
from tests.live.sites import Site, answer, here, site
from tests.servers import serving

PAGE = "<title>Kabelbaan</title><p>Een kaartje voor de kabelbaan van Chachapoyas kost twintig sol.</p>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def places(folder: Path) -> Iterator[tuple[str, Site]]:
    """The address of a server over a small corpus, and a site that it may fetch from."""
    (folder / "corpus").mkdir()
    (folder / "corpus" / "lama.txt").write_text("De lama draagt wol in de bergen van Peru.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    get = partial(fetch, may_reach=here)
    with site() as found, serving(folder / "home", corpus=folder / "corpus", fetch=get) as address:
        found.paths["/kabelbaan"] = answer(PAGE.encode())
        yield address, found


def test_a_page_that_was_added_answers(places: tuple[str, Site], open_page: OpenPage) -> None:
    address, found = places
    page = open_page(address)
    open_documents(page)
    field = page.get_by_label("Add a web page by its address")
    field.fill(f"{found.address}/kabelbaan")
    field.press("Enter")
    page.wait_for_selector("#doing:has-text('Index updated: 1 added, 0 changed, 0 removed, 0 unreadable.')")
    expect(page.locator("#doing")).to_contain_text("Added: Kabelbaan.html")
    expect(field).to_have_value("")
    expect(page.locator("#library")).to_contain_text("Kabelbaan.html")
    assert violations(page) == []
    field.fill(f"{found.address}/kabelbaan")
    page.get_by_role("button", name="Add", exact=True).click()
    page.wait_for_selector("#doing:has-text('0 added')")
    assert len(found.asked) == 2
    page.get_by_role("tab", name="Ask").click()
    ask(page, "Wat kost een kaartje voor de kabelbaan van Chachapoyas?")
    assert "twintig sol" in page.locator(".turn blockquote").first.inner_text()


def test_why_a_page_is_not_added_is_told_in_the_language_chosen(
    places: tuple[str, Site], folder: Path, open_page: OpenPage
) -> None:
    address, found = places
    page = open_page(address, 390, 844)
    page.locator("#languages select").select_option("nl")
    page.get_by_role("tab", name="Documenten").click()
    page.wait_for_selector("#library tbody tr")
    (folder / "corpus" / "ezel.txt").write_text("De ezel draagt water.", "utf-8")
    field = page.get_by_label("Webpagina toevoegen met het adres")
    for wrong, why in (
        ("http://10.0.0.1/<b>x", "http://10.0.0.1/<b>x: dit adres leidt naar deze computer"),
        (f"{found.address}/niets", "de site antwoordt met een fout (status 404)."),
        ("geen adres", "dit is niet het adres van een webpagina."),
    ):
        field.fill(wrong)
        field.press("Enter")
        expect(page.locator("#doing .refused")).to_contain_text(why)
        expect(field).to_have_value(wrong)
        expect(page.locator("#library tr.new th")).to_have_text("ezel.txt")  # for nothing was indexed
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
