"""The documents tab, as a person uses it: dropping files in, removing them, asking meanwhile."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, Page, expect

from rodedraad.index.build import reindex
from rodedraad.index.progress import READING, Progress
from rodedraad.index.store.progress_file import told_to_others
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.page import documents_tab
from tests.browser.conftest import Hold
from tests.browser.test_access import violations
from tests.browser.test_chat import OpenPage, ask
from tests.servers import serving

CABLE = "Wat kost een kaartje voor de kabelbaan van Chachapoyas?"


@pytest.fixture(scope="module")
def folder(corpus: Path, home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus and its index, for this module alone."""
    folder = tmp_path_factory.mktemp("library")
    shutil.copytree(corpus, folder / "corpus")
    shutil.copytree(home, folder / "home")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.fixture(scope="module")
def library(folder: Path) -> Iterator[str]:
    """A server over it."""
    with serving(folder / "home", corpus=folder / "corpus") as address:
        yield address


def open_documents(page: Page) -> None:
    page.get_by_role("tab", name="Documents").click()
    page.wait_for_selector("#library tbody tr")


def test_a_document_dropped_in_answers_and_taken_out_no_longer_does(
    library: str, open_page: OpenPage
) -> None:
    page = open_page(library)
    open_documents(page)
    expect(page.locator("#library caption")).to_contain_text("3 documents, 60 passages.")
    files = [
        {"name": "kabelbaan.md", "mimeType": "text/markdown",
         "buffer": b"# Kabelbaan\n\nEen kaartje voor de kabelbaan van Chachapoyas kost twintig sol."},
        {"name": "stuk.pdf", "mimeType": "application/pdf", "buffer": b"geen pdf"},
        {"name": "leeg.txt", "mimeType": "text/plain", "buffer": b""},
    ]  # fmt: skip
    page.set_input_files("#upload input[type=file]", files)  # type: ignore[arg-type]
    page.wait_for_selector("#doing:has-text('Index updated: 1 added, 0 changed, 0 removed, 1 unreadable.')")
    assert page.locator("#doing .refused").inner_text() == "leeg.txt: this file is empty."
    row = page.locator("#library tr.unread")
    assert row.locator("th").inner_text() == "stuk.pdf"
    assert "it is damaged, or not a PDF" in row.inner_text()
    assert violations(page) == []
    page.get_by_role("tab", name="Ask").click()
    ask(page, CABLE)
    assert "kost twintig sol" in page.locator(".turn blockquote").first.inner_text()
    open_documents(page)
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Remove: kabelbaan.md").click()
    expect(page.locator("#library tbody tr")).to_have_count(5)
    said = []
    page.once("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    page.get_by_role("button", name="Remove: kabelbaan.md").click()
    page.wait_for_selector("#doing:has-text('1 removed')")
    assert said == ["Remove kabelbaan.md? This also deletes the file."]
    expect(page.locator("#library tbody tr")).to_have_count(4)
    page.get_by_role("tab", name="Ask").click()
    page.click("#new")
    page.wait_for_selector(".turn", state="detached")
    ask(page, CABLE)
    assert "twintig sol" not in page.locator(".turn").inner_text()


def test_a_file_that_is_refused_starts_no_indexing(library: str, folder: Path, open_page: OpenPage) -> None:
    page = open_page(library)
    open_documents(page)
    (folder / "corpus" / "ezel.txt").write_text("De ezel draagt water.", "utf-8")
    file: FilePayload = {"name": "leeg.txt", "mimeType": "text/plain", "buffer": b""}
    page.set_input_files("#upload input[type=file]", [file])
    expect(page.locator("#library tr.new th")).to_have_text("ezel.txt")  # the last thing that is shown again
    assert page.locator("#doing").inner_text() == "leeg.txt: this file is empty."
    (folder / "corpus" / "ezel.txt").unlink()


def test_the_chat_answers_while_a_document_is_read(library: str, open_page: OpenPage, hold: Hold) -> None:
    go_on = hold(LiveCorpus, "reindex")
    reader, asker = open_page(library), open_page(library)
    open_documents(reader)
    text = "\n\n".join(f"Zin {n} gaat over de wol van lama {n} in dorp {n * 7}." for n in range(40))
    file: FilePayload = {"name": "lang.txt", "mimeType": "text/plain", "buffer": text.encode()}
    reader.set_input_files("#upload input[type=file]", [file])
    reader.wait_for_selector("#doing label:has-text('Reading and processing documents') progress")
    ask(asker, "Hoeveel gezinnen werken in de koffiesector?")
    assert reader.locator("#doing progress").count() == 1, "the re-index was over before the answer came"
    assert "gezinnen" in asker.locator(".turn blockquote").first.inner_text()
    go_on.set()
    reader.wait_for_selector("#doing:has-text('Index updated: 1 added')")


def test_a_document_dropped_in_while_another_is_read_is_read_next(
    library: str, open_page: OpenPage, hold: Hold
) -> None:
    go_on = hold(LiveCorpus, "reindex")
    page = open_page(library)
    open_documents(page)
    first, second = (
        FilePayload(name=name, mimeType="text/plain", buffer=f"In {name} staat wol.".encode())
        for name in ("eerst.txt", "dan.txt")
    )
    page.set_input_files("#upload input[type=file]", [first])
    page.wait_for_selector("#doing label:has-text('Reading and processing documents') progress")
    with page.expect_response("**/run/predict"):  # it is added
        page.set_input_files("#upload input[type=file]", [second])
    page.wait_for_timeout(500)
    go_on.set()
    expect(page.locator("#library tr.indexed", has_text="dan.txt")).to_have_count(1)
    expect(page.locator("#library tr.new")).to_have_count(0)


def test_an_indexing_is_stopped_on_the_page_and_seen_on_another(
    library: str, folder: Path, open_page: OpenPage
) -> None:
    page, other = open_page(library, 390, 844), open_page(library)
    open_documents(page)
    text = "".join(f"De {n}e kaas rijpt {n * 7} dagen in de kelder.\n\n" for n in range(20_000))
    file: FilePayload = {"name": "kaas.txt", "mimeType": "text/plain", "buffer": text.encode()}
    page.set_input_files("#upload input[type=file]", [file])
    page.wait_for_selector("#doing label:has-text('Reading and processing documents 0/')")
    open_documents(other)
    expect(other.locator("#doing label")).to_contain_text(re.compile(r"documents \d/\d .*since \d"))
    assert violations(page) == []
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#cancel")).to_have_count(0)
    expect(page.locator("#doing")).to_contain_text(re.compile(r"Stopped: 0 added, .* \d not read yet"))
    expect(page.locator("#library tr.new th")).to_have_text("kaas.txt")
    expect(other.locator("#doing label")).to_have_count(0)
    (folder / "corpus" / "kaas.txt").write_text("De kaas rijpt in de kelder.", "utf-8")
    page.get_by_role("button", name="Update the index").click()
    expect(page.locator("#doing")).to_contain_text("Index updated: 1 added")


def test_an_indexing_by_another_process_is_seen_and_its_documents_appear(
    library: str, folder: Path, open_page: OpenPage
) -> None:
    page = open_page(library)
    with told_to_others(folder / "home", lambda now: None) as tell:
        tell(Progress(READING, 3, 20, 65.0))
        open_documents(page)
        expect(page.locator("#doing label")).to_contain_text("documents 3/20 · 1:05 left · since ")
        expect(page.locator("#cancel")).to_have_count(0)
        count = page.locator("#library tbody tr").count()
        (folder / "corpus" / "geit.txt").write_text("De geit geeft melk.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    expect(page.locator("#library tbody tr")).to_have_count(count + 1)
    expect(page.locator("#doing label")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_a_document_that_is_not_listed_is_found_opened_and_removed(
    library: str, folder: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    file = folder / "corpus" / "wol" / "Zürich.txt"
    file.parent.mkdir(exist_ok=True)
    file.write_text("In de stad is een markt voor wol.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    monkeypatch.setattr(documents_tab, "MOST_ROWS_SHOWN", 2)
    page = open_page(library, width, 844)
    open_documents(page)
    rows = page.locator("#library tbody tr")
    expect(page.locator("#library caption")).to_contain_text("Showing the first 2. Search above for others.")
    expect(rows).to_have_count(2)
    find = page.locator("#documents").get_by_label("Find a document or folder")
    find.focus()
    page.keyboard.type("WOL/zurich")
    expect(rows).to_have_count(1)
    expect(page.locator("#found [role=status]")).to_contain_text(re.compile(r"1 of \d+ documents"))
    expect(page.locator("#library caption")).to_contain_text(re.compile(r"1 of \d+ documents"))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#source .text")).to_have_text("In de stad is een markt voor wol.")
    page.click("#source .close")
    expect(find).to_have_value("WOL/zurich")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Remove: wol/Zürich.txt").click()
    expect(page.locator("#doing")).to_contain_text("1 removed")
    expect(rows).to_have_count(0)
    assert not file.exists()
    find.fill("")
    expect(rows).to_have_count(2)
    expect(page.locator("#found")).to_have_text("")


def test_the_table_is_told_in_the_language_chosen(library: str, open_page: OpenPage) -> None:
    page = open_page(library, 390, 844)
    open_documents(page)
    page.locator("#languages select").select_option("nl")
    expect(page.locator("#library caption")).to_contain_text("documenten")
    expect(page.get_by_role("tab", name="Documenten")).to_be_visible()
    expect(page.locator("#documents").get_by_label("Zoek een document of map")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page) == []
