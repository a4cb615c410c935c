"""Archive: a zip file of documents is one document, with a section for each file in it."""

import io
import zipfile

import pytest

from rodedraad.answering.citation_formats import reference
from rodedraad.ingest import lines, zip_limits
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.readers import enclosed
from tests.ingest.readers.made_files import GOOD_PDF, SENTENCE, changed_zip, docx, paragraph, zipped
from tests.ingest.readers.reading import headings, read


def reasons(data: bytes) -> list[str]:
    return [str(reason) for reason in read("a.zip", data).unread]


def test_the_files_of_an_archive_are_sections_by_name():
    document = read(
        "a.zip",
        zipped(
            {
                "map/brief.md": "# Aanhef\n\nDe lama draagt wol.",
                "map/": "",
                "brief.pdf": GOOD_PDF,
                "__MACOSX/map/._brief.md": "x",
                ".DS_Store": "x",
                "~$brief.docx": "x",
                "brief.docx": docx(paragraph("De brug kost 37 euro.")),
            }
        ),
    )
    assert document.text == (
        "brief.docx\n\nDe brug kost 37 euro.\n\n"
        f"brief.pdf\n\n{SENTENCE.strip()}\n\n"
        "map/brief.md\n\nAanhef\n\nDe lama draagt wol."
    )
    assert document.unread == ()
    assert reference(document, document.text.index("lama")) == "a.zip, § map/brief.md › Aanhef"


def test_archives_and_messages_in_an_archive_are_read():
    inner = zipped({"brief.txt": "De lama draagt wol.", "stuk.pdf": b"x", "foto.heic": b"x"})
    data = zipped({"a.zip": inner, "b.eml": "Subject: Kort\n\nDe tekst."})
    document = read("a.zip", data)
    assert headings(document) == ["a.zip", "brief.txt", "b.eml", "Kort"]
    assert document.section_at(document.text.index("lama")) == ("a.zip", "brief.txt")
    assert reasons(data) == [
        "its part a.zip/stuk.pdf: it is damaged, or not a PDF",
        "its part a.zip: its parts foto.heic are of kinds that are not read",
    ]


def test_a_reason_in_a_reason_can_be_translated():
    dutch = {"its part {within}: {why}": "{within} erin: {why}", "it is damaged, or not a PDF": "het is stuk"}
    (reason,) = read("a.zip", zipped({"a.txt": "Een.", "{stuk}.pdf": b"x"})).unread
    assert reason.told(lambda text: dutch[text]) == "{stuk}.pdf erin: het is stuk"
    assert str(reason) == "its part {stuk}.pdf: it is damaged, or not a PDF"


def test_two_files_of_one_name_are_both_read():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.txt", "Een.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "Twee.")
    assert read("a.zip", file.getvalue()).text == "a.txt\n\nEen.\n\na.txt\n\nTwee."


def test_names_are_read_in_the_code_page_that_they_were_written_in():
    for written, flagged in (("café.txt".encode(), 0), ("café.txt".encode("cp437"), 0)):
        data = zipped({"x" * len(written) + ".txt": "De tekst."}).replace(
            b"x" * len(written) + b".txt", written + b".txt"
        )
        assert headings(read("a.zip", data)) == ["café.txt.txt"], flagged


def test_archives_in_archives_end_at_a_depth():
    data = zipped({"a.txt": "Diep."})
    for _ in range(enclosed.DEEPEST + 1):
        data = zipped({"a.zip": data, "b.txt": "Een tekst."})
    assert reasons(data) == [
        "its part a.zip/a.zip/a.zip/a.zip/a.zip/a.zip: it lies inside 5 other files; unpack them"
    ]


def test_what_archives_in_an_archive_unpack_to_is_counted_together(monkeypatch):
    monkeypatch.setattr(zip_limits, "LARGEST", 8_000_000)
    inner = zipped({f"{n}.txt": b"x" * 1_000_000 for n in range(3)})
    found = reasons(zipped({"0.txt": "Een.", **{f"{n}.zip": inner for n in range(1, 4)}}))
    assert found == [
        "its part 3.zip/1.txt: it unpacks to 8 MB or more; no document does",
        "its part 3.zip/2.txt: it unpacks to 8 MB or more; no document does",
    ]


def test_the_texts_in_an_archive_are_counted_together(monkeypatch):
    monkeypatch.setattr(lines, "LONGEST_TEXT", 50)
    data = {f"{n}.txt": "De lama draagt wol." for n in range(2)}
    assert len(read("a.zip", zipped(data)).headings) == 2
    with pytest.raises(UnreadableDocument, match="it holds more than 50 characters of text; split it"):
        read("a.zip", zipped({**data, "3.txt": "De lama draagt wol."}))


def test_a_file_that_cannot_be_unpacked_is_named():
    data = zipped({"a.txt": "Een tekst.", "b.txt": "Nog een tekst."}, zipfile.ZIP_STORED)
    assert reasons(data.replace(b"Nog een", b"Nog geen"[:7])) == [
        "its part b.txt: it is damaged: its part 'b.txt'"
    ]


def test_an_archive_without_a_readable_file_tells_why():
    for data, why in (
        (changed_zip(b"PK\x01\x02", 8, b"\x01", zipped({"a.txt": "x"})), "its part a.txt: it is encrypted; "),
        (zipped({"a.heic": "x"}), "its parts a.heic are of kinds that are not read"),
        (zipped({"stuk.pdf": "x", "a.heic": "x"}), "its part stuk.pdf: it is damaged, or not a PDF"),
        (zipped({}), "it holds no text"),
        (b"PK", "it is damaged: it cannot be opened as a zip file"),
    ):
        with pytest.raises(UnreadableDocument) as refused:
            read("a.zip", data)
        assert str(refused.value).startswith(why)
