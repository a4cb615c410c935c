"""PDF pane: what the source pane gets for a place in a PDF, and its message when it gets no page."""

import base64
import io
import re
import shutil
import zlib
from collections.abc import Iterator
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest
from PIL import Image

from rodedraad.answering.place import Place
from rodedraad.index.build import reindex
from rodedraad.ingest.documents import Document
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.pdf_pane import PdfView
from rodedraad.page.permalink import permalink_of
from rodedraad.page.source_pane import is_printed, source_html
from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.ingest.readers.made_files import SHOWN, deflated, pdf, zipped
from tests.ingest.readers.printed import print_pages
from tests.servers import serving

SENTENCE = "De kabelbaan van Chachapoyas vervoert per uur twaalfhonderd reizigers."
LONG = "In het dorp aan de rivier wonen boeren die koffie en cacao telen. " * 400
BOX = re.compile(r'<span class="box" style="(?:(?:left|top|width|height):\d+\.\d\d%;?){4}"></span>')


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with a PDF of several pages and a note, and its index."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "corpus").mkdir()
    file = folder / "corpus" / "verslag <1>.pdf"
    file.write_bytes(print_pages([(1, "Peru & cijfers"), (0, SENTENCE), (0, LONG)]))
    (folder / "corpus" / "nota.txt").write_text("Het museum is gratis voor kinderen.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.fixture
def folder(prepared: Path, tmp_path: Path) -> Path:
    """A copy of them for one test."""
    return shutil.copytree(prepared, tmp_path / "folder")


@pytest.fixture
def view(folder: Path) -> PdfView:
    index = LiveIndex(folder / "home")
    return PdfView(index, LiveCorpus(folder / "corpus", index))


def document(folder: Path, id: str = "verslag <1>.pdf") -> Document:
    generation = LiveIndex(folder / "home").searcher().generation
    return generation.document([entry.path for entry in generation.manifest.documents].index(id))[0]


def query(document: Document, start: int, end: int) -> dict[str, str]:
    return dict(parse_qsl(permalink_of(Place(1, document, start, end))[1:]))


def sentence(folder: Path) -> dict[str, str]:
    found = document(folder)
    start = found.text.index(SENTENCE)
    return query(found, start, start + len(SENTENCE))


def test_the_page_comes_with_its_quote_marked_and_told(view: PdfView, folder: Path) -> None:
    html = view.html(sentence(folder), "en")
    (png,) = re.findall(r'src="data:image/png;base64,([^"]+)"', html)
    assert Image.open(io.BytesIO(base64.b64decode(png))).size == (1273, 1801)
    assert len(BOX.findall(html)) == 1
    (alternative,) = re.findall(r'alt="([^"]*)"', html)
    assert unescape(alternative) == f"Page 1 of Peru & cijfers. Highlighted: {SENTENCE}"
    assert "<p>" not in html
    (folder / "corpus" / "verslag <1>.pdf").unlink()
    assert view.html(sentence(folder), "en") == html  # it was kept


def test_of_a_quote_over_two_pages_the_part_on_the_first_is_marked(view: PdfView, folder: Path) -> None:
    found = document(folder)
    turn = found.page_starts[1]
    html = view.html(query(found, turn - 66, turn + 66), "fr")
    assert "La citation continue à la page suivante." in html
    assert 1 <= len(BOX.findall(html)) <= 2
    after = view.html(query(found, turn, turn + 66), "fr")
    assert "<p>" not in after
    assert "Page 2 de Peru" in after


def test_a_file_that_changed_or_went_is_told_and_not_shown(view: PdfView, folder: Path) -> None:
    asked, file = sentence(folder), folder / "corpus" / "verslag <1>.pdf"
    kept = file.read_bytes()
    file.write_bytes(print_pages([(0, SENTENCE)]))
    assert view.html(asked, "nl") == (
        "<p>Het bestand is gewijzigd sinds het is geïndexeerd. Werk de index bij om deze pagina te zien.</p>"
    )
    file.unlink()
    assert view.html(asked, "en") == "<p>This page cannot be shown: its file no longer exists.</p>"
    file.write_bytes(kept)
    assert "<img" in view.html(asked, "en")


def test_the_page_of_a_pdf_in_a_mail_in_an_archive_is_shown(folder: Path) -> None:
    message = EmailMessage()
    message["Subject"] = "Post"
    pages = print_pages([(0, LONG), (0, SENTENCE)])
    message.add_attachment(pages, "application", "pdf", filename="verslag.pdf")
    file, files = folder / "corpus" / "a.zip", {"post.eml": bytes(message), "stuk.pdf": b"x"}
    file.write_bytes(zipped(files))
    reindex(folder / "corpus", folder / "home")
    found = document(folder, "a.zip/post.eml/verslag.pdf")
    start = found.text.index(SENTENCE)
    place = Place(1, found, start, start + len(SENTENCE))
    assert (is_printed(place), place.page) == (True, len(found.page_starts))
    assert f" · p. {place.page} · a.zip/post.eml/verslag.pdf</p>" in source_html([place])
    index = LiveIndex(folder / "home")
    view = PdfView(index, LiveCorpus(folder / "corpus", index))
    html = view.html(query(found, place.start, place.end), "en")
    assert len(BOX.findall(html)) == 1
    assert f'alt="Page {place.page} of verslag.pdf. Highlighted: {SENTENCE}"' in html
    file.write_bytes(zipped({**files, "a.txt": "Een."}))
    told = PdfView(index, LiveCorpus(folder / "corpus", index)).html(query(found, start, place.end), "en")
    assert told.startswith("<p>The file has changed since it was indexed.")


@pytest.mark.slow
def test_a_readable_text_beside_a_picture_that_is_a_bomb_is_told_not_drawn(folder: Path) -> None:
    packed = zlib.compress(deflated(b"\0", 900_000_000), 9)
    picture = (
        b"<</Type/XObject/Subtype/Image/Width 17000/Height 17000/BitsPerComponent 8/ColorSpace/DeviceRGB"
        b"/Filter[/FlateDecode/FlateDecode/ASCIIHexDecode]/Length %d>>stream\n" % len(packed)
    )
    bomb = pdf(SHOWN + b" q 400 0 0 400 50 100 cm /X Do Q", more=(picture + packed + b"\nendstream",))
    (folder / "corpus" / "bom.pdf").write_bytes(bomb)
    (folder / "home" / "settings.toml").write_text("parse_megabytes = 600\n", "utf-8")
    reindex(folder / "corpus", folder / "home")
    index = LiveIndex(folder / "home")
    found = document(folder, "bom.pdf")
    html = PdfView(index, LiveCorpus(folder / "corpus", index)).html(query(found, 0, len(found.text)), "es")
    assert html.startswith("<p>No se puede mostrar esta página: su lectura se interrumpió")
    assert "necesita más de 600 MB de memoria" in html


def test_only_what_a_link_names_is_shown(view: PdfView, folder: Path) -> None:
    gone = "<p>The quote that this link points to is no longer in the documents.</p>"
    note = document(folder, "nota.txt")
    asked = sentence(folder)
    for forged in (
        {},
        query(note, 0, len(note.text)),
        {**asked, "document": "../corpus/verslag <1>.pdf"},
        {**asked, "document": str(folder / "corpus" / "verslag <1>.pdf")},
        {**asked, "check": "0" * 12},
        {**asked, "start": "-1"},
    ):
        assert view.html(forged, "en") == gone


def test_the_switch_is_offered_for_a_pdf_alone(folder: Path) -> None:
    found, note = document(folder), document(folder, "nota.txt")
    printed = Place(1, found, 0, 4)
    assert is_printed(printed)
    html = source_html([printed], language="es")
    assert [unescape(name) for name in re.findall(r'data-view="\w+"[^>]*>([^<]*)<', html)] == [
        "Texto",
        "Página",
    ]
    assert 'aria-label="Vista"' in html
    assert not is_printed(Place(1, note, 0, 4))
    assert "data-view" not in source_html([Place(1, note, 0, 4)])


@pytest.fixture
def locked(folder: Path) -> Iterator[str]:
    add_user(folder / "users", "ann", "a long password")
    with serving(
        folder / "home", Serving(passwords=Passwords(folder / "users")), folder / "corpus"
    ) as address:
        yield address


def test_the_page_is_for_those_with_a_password(locked: str, folder: Path) -> None:
    asked = sentence(folder)
    assert httpx.get(f"{locked}/page", params=asked).status_code == 401
    page = httpx.get(
        f"{locked}/page", params=asked, auth=("ann", "a long password"), headers={"Accept-Language": "nl"}
    )
    assert page.status_code == 200
    assert page.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert 'alt="Pagina 1 van Peru &amp; cijfers. Gemarkeerd: ' in page.text
