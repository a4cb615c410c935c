"""Members: the files inside a file are documents of their own, which come and go with it."""

import os
from email.message import EmailMessage
from pathlib import Path
from threading import Event

import pytest

from rodedraad.cli import main
from rodedraad.index.build import preview, reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.files.segments import SegmentWriter
from rodedraad.index.progress import Progress
from rodedraad.index.report import Report
from rodedraad.index.states import is_outdated, states_of
from rodedraad.index.store import waiting_documents
from rodedraad.index.store.check import index_problems
from rodedraad.index.store.publishing import open_current
from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.live.live_index import LiveIndex
from rodedraad.server.http_api import Programs
from tests.ingest.readers.made_files import GOOD_PDF, zipped

pytestmark = pytest.mark.usefixtures("no_parser_process")

GOAT, LLAMA = "De geit geeft elke dag twee liter melk.", "The llama carries the wool of the village."
FILES: dict[str, str | bytes] = {"map/a.txt": GOAT, "b.txt": LLAMA, "stuk.pdf": b"geen pdf"}
BROKEN = "its part stuk.pdf: it is damaged, or not a PDF"


def a_mail() -> bytes:
    message = EmailMessage()
    message["Subject"] = "Verslag"
    message.set_content("De vergadering is dinsdag in het café.")
    message.add_attachment(GOOD_PDF, "application", "pdf", filename="brief.pdf")
    return bytes(message)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A corpus of an archive, a mail and a text, and its index."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    (tmp_path / "corpus" / "bundel.zip").write_bytes(zipped(FILES))
    (tmp_path / "corpus" / "mail.eml").write_bytes(a_mail())
    (tmp_path / "corpus" / "wol.txt").write_text("De boeren verkopen wol.", "utf-8")
    index(tmp_path)
    return tmp_path


def index(place: Path, repair: bool = False) -> Report:
    """Re-index; afterwards the index is sound, and as the corpus is."""
    report = reindex(place / "corpus", place / "home", repair=repair)
    assert index_problems(place / "home") == []
    assert not is_outdated(open_current(place / "home"), place / "corpus")
    return report


def texts(place: Path) -> dict[str, str]:
    """The first 20 characters of each document that is indexed, by id."""
    generation = open_current(place / "home")
    entries = enumerate(generation.manifest.documents)
    return {e.path: generation.document(n)[0].text[:20] for n, e in entries if e.passages}


OLD = {
    "bundel.zip/b.txt": "The llama carries th",
    "bundel.zip/map/a.txt": "De geit geeft elke d",
    "mail.eml": "Verslag\n\nDe vergader",
    "mail.eml/brief.pdf": "De boeren aan de riv",
    "wol.txt": "De boeren verkopen w",
}


def test_each_is_a_document_and_is_counted_as_one(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert texts(place) == OLD
    entries = {entry.path: entry for entry in open_current(place / "home").manifest.documents}
    llama, goat, pdf = (
        entries[f] for f in ("bundel.zip/b.txt", "bundel.zip/map/a.txt", "mail.eml/brief.pdf")
    )
    assert (llama.language, goat.language) == ("en", "nl")
    assert (goat.file, goat.member, goat.title) == ("bundel.zip", ("map/a.txt",), "map/a.txt")
    assert (pdf.file, pdf.title) == ("mail.eml", "brief.pdf")
    assert main(["index", "--corpus", str(place / "corpus"), "--home", str(place / "home")]) == 0
    said = capsys.readouterr().err
    assert "documents: 5 unchanged." in said
    assert f"  indexed in part: bundel.zip: {BROKEN}\n" in said


def test_programs_read_it_by_its_id(place: Path) -> None:
    programs = Programs(LiveIndex(place / "home"))
    listed = {document["document"]: document for document in programs.list_documents()}
    assert list(listed) == ["bundel.zip", *OLD]
    assert listed["bundel.zip"] == {
        "document": "bundel.zip", "title": "bundel.zip", "date": None, "language": "", "passages": 0,
        "unread": [BROKEN],
    }  # fmt: skip
    read = programs.read_document("mail.eml/brief.pdf", 0, 20)
    assert (read["title"], read["page"], read["text"]) == ("brief.pdf", 1, OLD["mail.eml/brief.pdf"])
    assert programs.read_document("bundel.zip", 0, 0)["text"] == ""


def test_only_what_changed_inside_a_file_is_a_change(place: Path) -> None:
    before = {entry.path: entry.read_at for entry in open_current(place / "home").manifest.documents}
    files = {**FILES, "map/a.txt": "De geit is ziek.", "c.txt": "De kip is nieuw."}
    (place / "corpus" / "bundel.zip").write_bytes(zipped(files))
    report = index(place)
    assert (report.added, report.changed, report.removed) == (
        ["bundel.zip/c.txt"], ["bundel.zip/map/a.txt"], [],
    )  # fmt: skip
    assert report.unchanged == ["bundel.zip/b.txt", "mail.eml", "mail.eml/brief.pdf", "wol.txt"]
    assert texts(place) == {
        **OLD, "bundel.zip/map/a.txt": "De geit is ziek.", "bundel.zip/c.txt": "De kip is nieuw.",
    }  # fmt: skip
    after = {entry.path: entry.read_at for entry in open_current(place / "home").manifest.documents}
    assert after["bundel.zip/b.txt"] == before["bundel.zip/b.txt"]
    (place / "corpus" / "bundel.zip").write_bytes(zipped({"b.txt": LLAMA}))
    report = index(place)
    assert (report.added, report.changed, report.partial) == ([], [], {})
    assert report.removed == ["bundel.zip/c.txt", "bundel.zip/map/a.txt"]


def test_a_file_that_is_touched_or_renamed_is_not_read_again(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ParserPool, "read_documents", None)
    os.utime(place / "corpus" / "bundel.zip", ns=(1, 1))
    assert index(place).unchanged == list(OLD)
    (place / "corpus" / "bundel.zip").rename(place / "corpus" / "archief.zip")
    report = index(place)
    assert report.added == ["archief.zip/b.txt", "archief.zip/map/a.txt"]
    assert report.removed == ["bundel.zip/b.txt", "bundel.zip/map/a.txt"]
    assert report.partial == {"archief.zip": [BROKEN]}
    (place / "corpus" / "kopie.zip").write_bytes((place / "corpus" / "archief.zip").read_bytes())
    assert index(place).added == ["kopie.zip/b.txt", "kopie.zip/map/a.txt"]
    (place / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\npassage_size = 100\n", "utf-8")
    assert index(place).partial == {"archief.zip": [BROKEN], "kopie.zip": [BROKEN]}
    assert len(texts(place)) == 7


def test_a_file_that_goes_or_cannot_be_read_takes_or_keeps_its_documents(place: Path) -> None:
    (place / "corpus" / "bundel.zip").write_bytes(b"geen archief")
    (place / "corpus" / "mail.eml").unlink()
    report = index(place)
    assert report.failed == {"bundel.zip": "it is damaged: it cannot be opened as a zip file"}
    assert report.removed == ["mail.eml", "mail.eml/brief.pdf"]
    assert list(texts(place)) == ["bundel.zip/b.txt", "bundel.zip/map/a.txt", "wol.txt"]
    states = states_of(open_current(place / "home").manifest, scan(place / "corpus")[0])
    assert set(states) == {"bundel.zip", "bundel.zip/b.txt", "bundel.zip/map/a.txt", "wol.txt"}
    assert states["bundel.zip/b.txt"] == "unread"
    (place / "corpus" / "bundel.zip").unlink()
    (place / "corpus" / "bundel.zip").mkdir()
    (place / "corpus" / "bundel.zip" / "b.txt").write_text("Een map van die naam.", "utf-8")
    assert index(place).removed == ["bundel.zip/map/a.txt"]
    assert texts(place)["bundel.zip/b.txt"] == "Een map van die naam"


def test_sources_toml_describes_a_file_or_a_member(place: Path) -> None:
    (place / "corpus" / "sources.toml").write_text(
        '["mail.eml"]\ntitle = "De mail"\n'
        '["bundel.zip/map/a.txt"]\ntitle = "De geit"\nauthor = "A. Boer"\n'
        '["bundel.zip/b.txt"]\nlanguage = "fr"\n',
        "utf-8",
    )
    states = states_of(open_current(place / "home").manifest, scan(place / "corpus")[0])
    assert [id for id, state in states.items() if state == "changed"] == [
        "bundel.zip/b.txt", "bundel.zip/map/a.txt", "mail.eml",
    ]  # fmt: skip
    index(place)
    generation = open_current(place / "home")
    found = {e.path: generation.document(n)[0] for n, e in enumerate(generation.manifest.documents)}
    assert (found["mail.eml"].title, found["mail.eml/brief.pdf"].title) == ("De mail", "brief.pdf")
    goat = found["bundel.zip/map/a.txt"]
    assert (goat.title, goat.citation.author, goat.language) == ("De geit", "A. Boer", "nl")
    assert found["bundel.zip/b.txt"].language == "fr"
    (place / "corpus" / "sources.toml").write_text('["bundel.zip/map/a.txt"]\nlanguage = "nl"\n', "utf-8")
    assert index(place).changed == ["bundel.zip/b.txt"]


def test_repairing_reads_a_file_again_of_which_a_member_was_not_read(place: Path) -> None:
    report = index(place, repair=True)
    assert (report.unchanged, report.partial) == (list(OLD), {"bundel.zip": [BROKEN]})


def test_a_preview_names_the_file_that_changed(place: Path) -> None:
    (place / "corpus" / "bundel.zip").write_bytes(zipped({"b.txt": LLAMA}))
    (place / "corpus" / "wol.txt").unlink()
    report = preview(place / "corpus", place / "home")
    assert (report.added, report.changed, report.removed) == ([], ["bundel.zip"], ["wol.txt"])
    assert report.unchanged == ["mail.eml", "mail.eml/brief.pdf"]


def test_a_fault_between_members_publishes_none_of_them(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "corpus" / "bundel.zip").write_bytes(
        zipped({f"{n}.txt": f"Dorp {n} ligt hoog." for n in range(9)})
    )
    append, written = SegmentWriter.append, []

    def fail_on_the_third(writer: SegmentWriter, text: bytes, vectors: object) -> object:
        written.append(text)
        if b"Dorp 3" in text:
            raise OSError(5, "Input/output error")
        return append(writer, text, vectors)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(SegmentWriter, "append", fail_on_the_third)
        with pytest.raises(RodeDraadError, match="cannot be written"):
            reindex(place / "corpus", place / "home")
    assert len(written) > 3
    assert texts(place) == OLD
    assert index(place).added == [f"bundel.zip/{n}.txt" for n in range(9)]


def test_a_stop_between_members_publishes_none_of_them(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting_documents, "EMBEDDED_AT_ONCE", 1)
    cancelled, files = Event(), {f"{n}.txt": f"Dorp {n} ligt hoog. " * 9 for n in range(9)}
    (place / "corpus" / "bundel.zip").write_bytes(zipped(files))
    embed = waiting_documents.WaitingDocuments._embeddings

    def stop_soon(waiting: waiting_documents.WaitingDocuments) -> object:
        advance = waiting._advance
        monkeypatch.setattr(waiting, "_advance", lambda *done: (advance(*done), cancelled.set()))
        return embed(waiting)

    with monkeypatch.context() as patched:
        patched.setattr(waiting_documents.WaitingDocuments, "_embeddings", stop_soon)
        report = reindex(place / "corpus", place / "home", _ignore, cancelled=cancelled)
    assert report.waiting == ["bundel.zip"]
    assert texts(place) == OLD
    assert index(place).added == [f"bundel.zip/{n}.txt" for n in range(9)]


def _ignore(now: Progress) -> None: ...
