"""EPUB: what is damaged costs its chapter, not the book."""

import pytest

from rodedraad.ingest.errors import UnreadableDocument
from tests.ingest.readers.made_files import epub, zipped
from tests.ingest.readers.reading import read

CHAPTER = "<html><body><p>{}</p></body></html>"
CONTAINER = '<container><rootfiles><rootfile full-path="book.opf"/></rootfiles></container>'


def book(package: str, **chapters: str | bytes) -> bytes:
    parts = {f"{name}.xhtml": data for name, data in chapters.items()}
    return zipped({"META-INF/container.xml": CONTAINER, "book.opf": package, **parts})


def package(kind: str = "application/xhtml+xml", title: str = "Boek") -> str:
    items = "".join(f'<item id="{id}" href="{id}.xhtml" media-type="{kind}"/>' for id in "ab")
    return (
        f"<package><metadata><title>{title}</title></metadata><manifest>{items}</manifest>"
        '<spine><itemref idref="a"/><itemref idref="b"/></spine></package>'
    )


def test_a_chapter_that_is_no_text_is_named():
    document = read("a.epub", book(package(), a=bytes(range(256)) * 9, b=CHAPTER.format("Heel.")))
    assert document.text == "Heel."
    assert [str(reason) for reason in document.unread] == ["its parts a.xhtml are missing or damaged"]


@pytest.mark.parametrize("kind", ["text/x-oeb1-document", "application/xml", "", "tekst"])
def test_chapters_of_any_media_type_are_read(kind):
    data = book(package(kind), a=CHAPTER.format("Een."), b=CHAPTER.format("Twee."))
    assert read("a.epub", data).text == "Een.\n\nTwee."


def test_ampersands_and_entities_of_html_in_the_package_are_mended():
    data = book(package(title="Smit & Zoon: caf&eacute; &amp; bar &x"), a=CHAPTER.format("Een."))
    document = read("a.epub", data)
    assert (document.text, document.title) == ("Een.", "Smit & Zoon: café & bar &x")


def test_a_book_is_found_without_its_container_and_read_without_a_spine():
    chapter = CHAPTER.format("Een.")
    assert read("a.epub", zipped({"OPS/book.opf": package(), "OPS/a.xhtml": chapter})).text == "Een."
    without = "<package><manifest/></package>"
    assert read("a.epub", book(without, a=chapter)).text == "Een."


def test_a_book_without_any_chapter_says_what_is_missing():
    with pytest.raises(UnreadableDocument, match=r"^it is damaged: its part 'a\.xhtml' is missing$"):
        read("a.epub", book(package()))
    with pytest.raises(UnreadableDocument, match="DRM"):
        read("a.epub", epub({"a.xhtml": "x"}, encrypted="OEBPS/a.xhtml"))


def test_a_name_may_differ_in_capitals_and_the_mark_of_a_note_stays_apart_from_a_year():
    text = 'In 1911<a epub:type="noteref" href="#n">2</a> brak de dijk.'
    data = book(package().replace("a.xhtml", "A.XHTML"), a=CHAPTER.format(text), b=CHAPTER.format("Twee."))
    assert read("a.epub", data).text == "In 1911² brak de dijk.\n\nTwee."
