"""Older kinds: files that are not read are reported with what to do, unless their name is wrong."""

import pytest

from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.errors import UnreadableDocument
from tests.ingest.readers.made_files import docx, paragraph
from tests.ingest.readers.reading import read

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.doc", "save it as .docx"),
        ("a.xls", "save it as .xlsx"),
        ("a.ppt", "save it as .pptx"),
        ("a.wps", "save it as .docx"),
        ("a.pages", "export it there as Word"),
        ("a.numbers", "export it there as Excel"),
        ("a.key", "export it there as PowerPoint"),
        ("a.mobi", "convert it to .epub"),
        ("a.azw3", "convert it to .epub"),
        ("a.djvu", "convert it to .pdf"),
    ],
)
@pytest.mark.parametrize("data", [OLE, b"PK\3\4half", b""])
def test_the_report_says_how_to_save_it(name, advice, data):
    with pytest.raises(UnreadableDocument, match=f"^it .*{advice}"):
        read(name, data)


def test_a_file_of_another_kind_than_its_name_says_is_read():
    assert read("a.doc", rb"{\rtf1 Rijke tekst.\par}").text == "Rijke tekst."
    assert read("a.doc", docx(paragraph("Een zin."))).text == "Een zin."
    page = b"<html><body><table><tr><td>Naam</td><td>Jan de Vries</td></tr></table></body></html>"
    assert read("a.xls", page).text == "Naam | Jan de Vries"


def test_they_are_found_in_the_folder_as_documents(tmp_path):
    for name in ("oud.doc", "foto.raw"):
        (tmp_path / name).write_bytes(OLE)
    sources, others = scan(tmp_path)
    assert ([source.id for source in sources], others) == (["oud.doc"], ["foto.raw"])
