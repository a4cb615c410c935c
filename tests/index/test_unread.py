"""Unread parts: what of a document could not be read is kept with it, and reported by every command."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.index.build import preview, reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.store.publishing import open_current
from rodedraad.ingest.errors import Reason
from rodedraad.ingest.lines import Content
from rodedraad.ingest.readers import recognition
from rodedraad.ingest.readers import text as text_reader
from rodedraad.ingest.readers.pdf import SCANNED
from rodedraad.ingest.reasons import within
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.documents_tab import library_html
from rodedraad.server.http_api import Programs

PAGES = Reason("its pages {pages} hold no text, only pictures", {"pages": "2–4"})
TOLD = "its pages 2–4 hold no text, only pictures"


@pytest.fixture
def place(tmp_path: Path, no_parser_process: None, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of three texts, one read in part and one not at all, and its index."""
    read_text = text_reader.read_text

    def read(data: bytes) -> Content:
        content = read_text(data)
        return replace(content, unread=(PAGES,)) if b"scan" in data else content

    monkeypatch.setattr(text_reader, "read_text", read)
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    home.mkdir()
    (home / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    (corpus / "brief.txt").write_text("Dit is een scan van een brief. Hij is kort.", "utf-8")
    (corpus / "stuk.txt").write_bytes(bytes(range(256)))
    (corpus / "wol.txt").write_text("De boeren verkopen wol.", "utf-8")
    report = reindex(corpus, home)
    assert report.partial == {"brief.txt": [TOLD]}
    assert report.failed == {"stuk.txt": "it is not text"}
    return tmp_path


def folders(place: Path) -> list[str]:
    return ["--corpus", str(place / "corpus"), "--home", str(place / "home")]


def unread(place: Path) -> dict[str, tuple[Reason, ...]]:
    """What is unread of each document, by its id: the same in its entry and in the document."""
    generation = open_current(place / "home")
    entries = generation.manifest.documents
    assert [generation.document(n)[0].unread for n in range(len(entries))] == [e.unread for e in entries]
    return {entry.path: entry.unread for entry in entries}


def test_it_stays_with_a_document_that_is_unchanged_touched_renamed_or_split_again(place: Path) -> None:
    corpus, home = place / "corpus", place / "home"
    assert unread(place) == {"brief.txt": (PAGES,), "wol.txt": ()}
    assert reindex(corpus, home).partial == {"brief.txt": [TOLD]}
    os.utime(corpus / "brief.txt", ns=(1, 1))
    assert reindex(corpus, home).partial == {"brief.txt": [TOLD]}
    (corpus / "brief.txt").rename(corpus / "post.txt")
    assert reindex(corpus, home).partial == {"post.txt": [TOLD]}
    (home / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\npassage_size = 100\n", "utf-8")
    assert reindex(corpus, home).partial == {"post.txt": [TOLD]}
    assert unread(place) == {"post.txt": (PAGES,), "wol.txt": ()}
    (corpus / "post.txt").write_text("Dit is een leesbare brief.", "utf-8")
    assert reindex(corpus, home).partial == {}
    assert unread(place) == {"post.txt": (), "wol.txt": ()}


def test_repairing_reads_it_again(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = text_reader.read_text
    monkeypatch.setattr(text_reader, "read_text", lambda data: replace(read(data), unread=()))
    assert reindex(place / "corpus", place / "home").partial == {"brief.txt": [TOLD]}
    report = reindex(place / "corpus", place / "home", repair=True)
    assert (report.changed, report.unchanged, report.partial) == (["brief.txt"], ["wol.txt"], {})
    assert unread(place) == {"brief.txt": (), "wol.txt": ()}


def test_what_awaits_recognition_is_read_again_once_that_is_installed(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus, home, read = place / "corpus", place / "home", text_reader.read_text
    scanned = within("foto.png", Reason(SCANNED, {"pages": "2"}))
    monkeypatch.setattr(recognition, "can_recognise", lambda: False)
    monkeypatch.setattr(text_reader, "read_text", lambda data: replace(read(data), unread=(scanned,)))
    (corpus / "brief.txt").write_text("Dit is een andere brief.", "utf-8")
    assert reindex(corpus, home).changed == ["brief.txt"]
    monkeypatch.setattr(text_reader, "read_text", read)
    assert reindex(corpus, home).changed == []
    monkeypatch.setattr(recognition, "can_recognise", lambda: True)
    assert preview(corpus, home).changed == ["brief.txt"]
    report = reindex(corpus, home)
    assert (report.changed, report.unchanged, report.partial) == (["brief.txt"], ["wol.txt"], {})
    assert reindex(corpus, home).changed == []


def test_every_command_tells_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["index"], ["index", "--dry-run"], ["check"]):
        capsys.readouterr()
        assert main([*command, *folders(place)]) == 0
        err = capsys.readouterr().err
        assert "  not indexed: stuk.txt: it is not text\n" in err, command
        assert f"  indexed in part: brief.txt: {TOLD}\n" in err, command
    assert preview(place / "corpus", place / "home").partial == {"brief.txt": [TOLD]}


def test_programs_and_the_page_tell_it(place: Path) -> None:
    index = LiveIndex(place / "home")
    assert Programs(index).list_documents() == [
        {"document": "brief.txt", "title": "brief.txt", "date": None, "language": "nl", "passages": 1,
         "unread": [TOLD]},
        {"document": "wol.txt", "title": "wol.txt", "date": None, "language": "nl", "passages": 1,
         "unread": []},
    ]  # fmt: skip
    rows = LiveCorpus(place / "corpus", index).rows()
    assert [(row.id, row.state, row.is_partial) for row in rows] == [
        ("brief.txt", "indexed", True),
        ("stuk.txt", "unread", False),
        ("wol.txt", "indexed", False),
    ]
    html = library_html(rows, "en", False)
    assert f"<td>Indexed in part<small>{TOLD}</small></td>" in html
    assert "<td>Unreadable<small>it is not text</small></td>" in html
