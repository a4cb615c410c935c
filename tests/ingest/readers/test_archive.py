"""Archive: a zip file is read as a folder: each file in it is a document of its own."""

import io
import zipfile
from email.message import EmailMessage

import pytest

from rodedraad.answering.citation_formats import reference
from rodedraad.ingest import deadline, lines, read_documents, zip_limits
from rodedraad.ingest.errors import UnreadableDocument
from tests.ingest.readers.made_files import GOOD_PDF, SENTENCE, changed_zip, docx, paragraph, zipped
from tests.ingest.readers.reading import read, read_inside


def reasons(data: bytes) -> list[str]:
    return [str(reason) for reason in read("a.zip", data).unread]


def ids(data: bytes) -> list[str]:
    return list(read_inside("a.zip", data))


def test_the_files_of_an_archive_are_documents_by_their_paths():
    data = zipped(
        {
            "map/brief.md": "# Aanhef\n\nDe lama draagt wol.",
            "map/": "",
            "brief.pdf": GOOD_PDF,
            "__MACOSX/map/._brief.md": "x",
            ".DS_Store": "x",
            "~$brief.docx": "x",
            "Thumbs.db": "x",
            "brief.docx": docx(paragraph("The bridge across the river cost the village 37 euros.")),
        }
    )
    found = read_inside("post/a.zip", data)
    word, pdf, letter = found.values()
    assert list(found) == ["post/a.zip/brief.docx", "post/a.zip/brief.pdf", "post/a.zip/map/brief.md"]
    assert (word.title, word.language, word.text[:10]) == ("brief.docx", "en", "The bridge")
    assert (pdf.title, pdf.page_starts, pdf.text) == ("brief.pdf", (0,), SENTENCE.strip())
    assert (letter.title, letter.language, letter.member) == ("Aanhef", "nl", ("map/brief.md",))
    assert reference(pdf, 0) == "brief.pdf, p. 1, in post/a.zip"
    own = read("post/a.zip", data)
    assert (own.id, own.text, own.language, own.unread) == ("post/a.zip", "", "", ())


def test_archives_and_messages_in_an_archive_are_folders_too():
    inner = zipped({"brief.txt": "De lama draagt wol.", "stuk.pdf": b"x", "foto.heic": b"x"})
    data = zipped({"a.zip": inner, "b.eml": "Subject: Kort\n\nDe tekst."})
    found = read_inside("a.zip", data)
    assert list(found) == ["a.zip/a.zip/brief.txt", "a.zip/b.eml"]
    lama = found["a.zip/a.zip/brief.txt"]
    assert (lama.member, lama.container, lama.file) == (("a.zip", "brief.txt"), "a.zip/a.zip", "a.zip")
    assert reference(lama, 0) == "brief.txt, in a.zip/a.zip"
    assert reasons(data) == [
        "its part a.zip/stuk.pdf: it is damaged, or not a PDF",
        "its parts a.zip/foto.heic are of kinds that are not read",
    ]


def test_a_reason_in_a_reason_can_be_translated():
    dutch = {"its part {within}: {why}": "{within} erin: {why}", "it is damaged, or not a PDF": "het is stuk"}
    (reason,) = read("a.zip", zipped({"a.txt": "Een.", "{stuk}.pdf": b"x"})).unread
    assert reason.told(lambda text: dutch[text]) == "{stuk}.pdf erin: het is stuk"
    assert str(reason) == "its part {stuk}.pdf: it is damaged, or not a PDF"


def test_no_two_files_have_the_same_id():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("b.zip", zipped({"c.txt": "Een."}))
        archive.writestr("b.zip/c.txt", "Twee.")
        archive.writestr("a.txt", "Drie.")
        archive.writestr("map/../a.txt", "Vier.")
        with pytest.warns(UserWarning, match="Duplicate name"):
            archive.writestr("a.txt", "Vijf.")
    assert {id: document.text for id, document in read_inside("a.zip", file.getvalue()).items()} == {
        "a.zip/a.txt": "Drie.",
        "a.zip/a (2).txt": "Vijf.",
        "a.zip/b.zip/c.txt": "Een.",
        "a.zip/b.zip_c.txt": "Twee.",
        "a.zip/map/a.txt": "Vier.",
    }


def test_names_are_read_in_the_code_page_that_they_were_written_in():
    for written, flagged in (("café.txt".encode(), 0), ("café.txt".encode("cp437"), 0)):
        data = zipped({"x" * len(written) + ".txt": "De tekst."}).replace(
            b"x" * len(written) + b".txt", written + b".txt"
        )
        assert ids(data) == ["a.zip/café.txt.txt"], flagged
    assert ids(zipped({"xx.txt": "De tekst."}).replace(b"xx.txt", "Ãß.txt".encode("cp850"))) == [
        "a.zip/Ãß.txt"
    ]


def test_archives_in_archives_end_at_a_depth():
    data = zipped({"a.txt": "Diep."})
    for _ in range(read_documents.DEEPEST_MEMBER + 1):
        data = zipped({"a.zip": data, "b.txt": "Een tekst."})
    assert reasons(data) == [
        "its part a.zip/a.zip/a.zip/a.zip/a.zip/a.zip: it lies inside 5 other files; unpack them",
        "its part a.zip/a.zip/a.zip/a.zip/a.zip/b.txt: it lies inside 5 other files; unpack them",
    ]
    assert len(ids(data)) == 5


def test_what_archives_in_an_archive_unpack_to_is_counted_together(monkeypatch):
    monkeypatch.setattr(zip_limits, "MOST_UNPACKED", 8_000_000)
    inner = zipped({f"{n}.txt": b"x" * 1_000_000 for n in range(3)})
    found = reasons(zipped({"0.txt": "Een.", **{f"{n}.zip": inner for n in range(1, 4)}}))
    assert found == [
        "its part 3.zip/1.txt: it unpacks to 8 MB or more; no document does",
        "its part 3.zip/2.txt: it unpacks to 8 MB or more; no document does",
    ]


def test_the_texts_in_an_archive_are_counted_together(monkeypatch):
    monkeypatch.setattr(read_documents, "LONGEST_TEXT", 50)
    data = zipped({f"{n}.txt": "De lama draagt wol." for n in range(5)})
    assert ids(data) == ["a.zip/0.txt", "a.zip/1.txt"]
    assert reasons(data)[1:] == [
        "its part 3.txt: it lies after 50,000 other parts, or 50 characters in them; unpack them",
        "its part 4.txt: it lies after 50,000 other parts, or 50 characters in them; unpack them",
    ]
    monkeypatch.setattr(lines, "LONGEST_TEXT", 10)
    with pytest.raises(UnreadableDocument, match=r"^its part 0\.txt: it holds more than 10 characters"):
        read("a.zip", data)


def test_the_parts_of_archives_in_an_archive_are_counted_together(monkeypatch):
    monkeypatch.setattr(read_documents, "MOST_PARTS", 6)
    inner = zipped({f"{n}.txt": "Een." for n in range(4)})
    data = zipped({f"{n}.zip": inner for n in range(3)})
    assert ids(data) == [*(f"a.zip/0.zip/{n}.txt" for n in range(4))]
    assert len(reasons(data)) == 5


def test_files_are_named_for_which_no_time_is_left():
    data = zipped({f"{n}.txt": "De lama draagt wol." for n in range(3)})
    deadline.set_deadline(60)
    try:
        assert len(ids(data)) == 3
        deadline.set_deadline(0)
        with pytest.raises(
            UnreadableDocument, match=r"^its part 0\.txt: it lies after parts that took too long"
        ):
            read("a.zip", data)
    finally:
        deadline.set_deadline(float("inf"))


def test_a_file_that_cannot_be_unpacked_is_named():
    data = zipped({"a.txt": "Een tekst.", "b.txt": "Nog een tekst."}, zipfile.ZIP_STORED)
    data = data.replace(b"Nog een", b"Nog geen"[:7])
    assert reasons(data) == ["its part b.txt: it is damaged: its part 'b.txt'"]
    assert ids(data) == ["a.zip/a.txt"]


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


def test_a_file_in_an_archive_is_found_again_by_its_names():
    inner = zipped({"map/brief.pdf": GOOD_PDF})
    message = EmailMessage()
    message["Subject"] = "Post"
    message.add_attachment(inner, "application", "zip", filename="b.zip")
    data = zipped({"post.eml": bytes(message), "a.txt": "Een."})
    assert ids(data)[-1] == "a.zip/post.eml/b.zip/map/brief.pdf"
    names = ["post.eml", "b.zip", "map/brief.pdf"]
    assert read_documents.read_member(".zip", data, names) == (GOOD_PDF, 3)
    with pytest.raises(UnreadableDocument, match="its file no longer exists"):
        read_documents.read_member(".zip", data, ["post.eml", "weg.pdf"])


def test_of_a_message_in_a_mailbox_the_mailbox_is_found_again_and_what_is_attached_itself():
    message = EmailMessage()
    message["From"], message["Subject"] = "an@example.org", "Oogst"
    message.set_content("De cacao is geoogst.")
    message.add_attachment(GOOD_PDF, "application", "pdf", filename="brief.pdf")
    mailbox = b"From an@example.org Tue Mar  3 10:00:00 2026\n" + bytes(message) + b"\n"
    data = zipped({"post.mbox": mailbox})
    assert ids(data) == ["a.zip/post.mbox/Oogst.eml", "a.zip/post.mbox/Oogst.eml/brief.pdf"]
    names = ["post.mbox", "Oogst.eml", "brief.pdf"]
    assert read_documents.read_member(".zip", data, names[:2]) == (mailbox, 1)
    assert read_documents.read_member(".zip", data, names) == (GOOD_PDF, 3)
