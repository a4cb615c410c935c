"""Live corpus: the state of each document, and the changes that people may make."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rodedraad.index.build import reindex
from rodedraad.index.progress import Progress
from rodedraad.ingest.errors import Reason, RodeDraadError
from rodedraad.live.live_corpus import DocumentRow, LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.background_work import progress_html
from rodedraad.page.documents_tab import found_by, library_html
from rodedraad.server.serve import Serving
from rodedraad.texts.refusal import Refusal
from tests.ingest.readers.made_files import zipped
from tests.servers import serving

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)>\"'"
NOT_A_PDF = Reason("it is damaged, or not a PDF")


@pytest.fixture
def folder(tmp_path: Path, no_parser_process: None) -> Path:
    """A folder with a corpus of two documents, one of them unreadable, and its index."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "lama.md").write_text("# Over de lama\n\nDe lama draagt wol.", "utf-8")
    (corpus / "stuk.pdf").write_bytes(b"geen pdf")
    (corpus / "beeld.heic").write_bytes(b"geen document")
    return tmp_path


def a_library(folder: Path) -> LiveCorpus:
    reindex(folder / "corpus", folder / "home")
    return LiveCorpus(folder / "corpus", LiveIndex(folder / "home"))


def states(library: LiveCorpus) -> dict[str, str]:
    return {row.id: row.state for row in library.rows()}


def test_each_document_has_a_state(folder: Path) -> None:
    library = a_library(folder)
    unread, lama = library.rows()
    assert (unread.id, unread.state, unread.reasons) == ("stuk.pdf", "unread", (NOT_A_PDF,))
    assert (lama.title, lama.language, lama.passages, lama.state) == ("Over de lama", "nl", 1, "indexed")
    assert lama.indexed is not None
    (folder / "corpus" / "lama.md").write_text("# Over de lama\n\nDe lama draagt wit.", "utf-8")
    (folder / "corpus" / "nieuw.txt").write_text("Nieuw.", "utf-8")
    assert states(library) == {"lama.md": "changed", "nieuw.txt": "new", "stuk.pdf": "unread"}
    library.remove("lama.md")
    assert states(library)["lama.md"] == "gone"
    seen: list[Progress] = []
    library.reindex(seen.append)
    assert states(library) == {"nieuw.txt": "indexed", "stuk.pdf": "unread"}
    assert Progress("Writing the index", 1, 1) in seen


def test_why_a_document_is_unread_is_known_after_an_indexing_by_another_program(folder: Path) -> None:
    library = a_library(folder)
    (folder / "corpus" / "lama.md").write_bytes(bytes(range(256)))
    reindex(folder / "corpus", folder / "home")
    assert [(row.id, row.state, row.reasons, row.passages) for row in library.rows()] == [
        ("lama.md", "unread", (Reason("it is not text"),), 1),
        ("stuk.pdf", "unread", (NOT_A_PDF,), 0),
    ]
    (folder / "corpus" / "stuk.pdf").write_bytes(b"een ander bestand")
    assert [(row.id, row.state, row.reasons) for row in library.rows()][1] == ("stuk.pdf", "new", ())


def test_the_files_inside_a_file_are_listed_beneath_it_and_go_with_it(folder: Path) -> None:
    files = {"a.txt": "De geit geeft melk.", "stuk.pdf": "x"}
    (folder / "corpus" / "a.zip").write_bytes(zipped(files))
    (folder / "corpus" / "post.zip").write_bytes(zipped({"b.zip": zipped(files), "c.txt": "De kip."}))
    library = a_library(folder)
    assert [(row.id, row.title, row.is_partial, row.only_holds_others) for row in library.rows()] == [
        ("a.zip", "a.zip", True, True),
        ("a.zip/a.txt", "a.txt", False, False),
        ("post.zip", "post.zip", True, True),
        ("post.zip/b.zip/a.txt", "a.txt", False, False),
        ("post.zip/c.txt", "c.txt", False, False),
        ("stuk.pdf", "stuk.pdf", False, False),
        ("lama.md", "Over de lama", False, False),
    ]
    html = library_html(library.rows(), "nl", True)
    assert "<caption>5 documenten, 4 passages.</caption>" in html
    assert "het deel b.zip/stuk.pdf: het is beschadigd" in html
    assert html.count('class="indexed member"') == 3
    removable = re.findall(r'data-id="([^"]*)"', html)
    assert removable == ["a.zip", "post.zip", "stuk.pdf", "lama.md"]
    for words, found in (
        ("C.TXT", ["post.zip", "post.zip/c.txt"]),
        ("post.zip/b", ["post.zip", "post.zip/b.zip/a.txt"]),
        (" over de LÁMA ", ["lama.md"]),
        ("kameel", []),
    ):
        assert [row.id for row in found_by(words, library.rows())] == found
    library.remove("a.zip/a.txt")
    assert (folder / "corpus" / "a.zip").exists()
    library.remove("a.zip")
    assert states(library)["a.zip/a.txt"] == "gone"
    assert library.reindex(lambda now: None).removed == ["a.zip/a.txt"]


def test_a_new_title_in_sources_toml_is_a_change(folder: Path) -> None:
    library = a_library(folder)
    (folder / "corpus" / "sources.toml").write_text('["lama.md"]\ntitle = "De lama"\n', "utf-8")
    assert states(library) == {"lama.md": "changed", "stuk.pdf": "unread"}
    library.reindex(lambda now: None)
    assert [row.title for row in library.rows()] == ["stuk.pdf", "De lama"]


def test_a_read_date_stays_when_another_document_changes(folder: Path) -> None:
    library = a_library(folder)
    before = library.rows()[1].indexed
    (folder / "corpus" / "nieuw.txt").write_text("Nieuw is dit document.", "utf-8")
    library.reindex(lambda now: None)
    after = {row.id: row.indexed for row in library.rows()}
    assert after["lama.md"] == before
    assert after["nieuw.txt"] > before  # type: ignore[operator]


def upload_in_a_free_place_and_a_taken_one(library: LiveCorpus, folder: Path, tmp_path: Path) -> Path:
    """Add a file under a name that is free, and under one that is not; the file."""
    file = tmp_path / "upload"
    file.write_text("De vicuña is klein.", "utf-8")
    library.add(file, "vicuña.txt")
    assert (folder / "corpus" / "vicuña.txt").read_text("utf-8") == "De vicuña is klein."
    with pytest.raises(Refusal, match="refused_known"):
        library.add(file, "lama.md")
    assert "draagt wol" in (folder / "corpus" / "lama.md").read_text("utf-8")
    return file


def test_a_document_is_taken_in_whole_and_never_in_anothers_place(folder: Path, tmp_path: Path) -> None:
    library = a_library(folder)
    upload_in_a_free_place_and_a_taken_one(library, folder, tmp_path)
    assert sorted(path.name for path in (folder / "corpus").iterdir()) == [
        "beeld.heic", "lama.md", "stuk.pdf", "vicuña.txt",
    ]  # fmt: skip


def test_without_hard_links_a_document_is_added_and_none_replaced(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as FAT answers

    library = a_library(folder)
    monkeypatch.setattr(os, "link", refuse)
    file = upload_in_a_free_place_and_a_taken_one(library, folder, tmp_path)

    def fail(*_: object) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(RodeDraadError, match=r"alpaca\.txt cannot be written \(Input/output error\)"):
        library.add(file, "alpaca.txt")
    assert sorted(path.name for path in (folder / "corpus").iterdir()) == [
        "beeld.heic", "lama.md", "stuk.pdf", "vicuña.txt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("a.exe", "refused_kind"),
        ("sources.toml", "refused_kind"),
        ("a", "refused_kind"),
        ("", "refused_kind"),
        (".txt", "refused_kind"),
        (".verborgen.txt", "refused_name"),
        ("~$brief.docx", "refused_name"),
        ("../a.txt", "refused_name"),
        ("..\\a.txt", "refused_name"),
        ("a\n.txt", "refused_name"),
        ("a" * 300 + ".txt", "refused_name"),
    ],
)
def test_what_is_no_document_is_refused(folder: Path, tmp_path: Path, name: str, why: str) -> None:
    library = a_library(folder)
    file = tmp_path / "upload"
    file.write_text("Tekst.")
    with pytest.raises(Refusal, match=why):
        library.add(file, name)
    assert len(list((folder / "corpus").iterdir())) == 3


def test_a_file_without_content_or_too_large_is_refused(folder: Path, tmp_path: Path) -> None:
    library = a_library(folder)
    (folder / "home" / "settings.toml").write_text("largest_file = 1")
    file = tmp_path / "upload"
    for content, why in ((b"", "refused_empty"), (b"x" * 1_000_001, "refused_size")):
        file.write_bytes(content)
        with pytest.raises(Refusal, match=why):
            library.add(file, "a.txt")


@given(st.text())
def test_only_a_document_of_the_library_can_be_removed(
    tmp_path_factory: pytest.TempPathFactory, id: str
) -> None:
    corpus = tmp_path_factory.getbasetemp() / "kept"
    (corpus / "map").mkdir(parents=True, exist_ok=True)
    (corpus / "a.txt").write_text("Blijft.")
    (corpus.parent / "b.txt").write_text("Blijft.")
    library = LiveCorpus(corpus, None)  # type: ignore[arg-type]
    for name in (id, f"../{id}", "../b.txt", "map", "/etc/passwd"):
        library.remove(name)
    assert (corpus / "a.txt").exists()
    assert (corpus.parent / "b.txt").exists()


def test_a_folder_named_as_a_document_is_not_removed(folder: Path) -> None:
    (folder / "corpus" / "map.txt").symlink_to(folder)
    library = LiveCorpus(folder / "corpus", None)  # type: ignore[arg-type]
    library.remove("map.txt")
    assert not (folder / "corpus" / "map.txt").is_symlink()
    assert (folder / "corpus" / "lama.md").exists()
    (folder / "corpus" / "pijp.txt").mkdir()
    library.remove("pijp.txt")
    assert (folder / "corpus" / "pijp.txt").is_dir()


def test_no_character_of_a_document_is_markup() -> None:
    row = DocumentRow(
        id=HOSTILE, title=HOSTILE + "t", language="nl", state="unread", reasons=(Reason(HOSTILE),)
    )
    html = library_html([row], "nl", True)
    assert "<img" not in html
    assert html.count("&lt;img src=x onerror=alert(1)&gt;&#34;&#39;") == 6
    assert "<img" not in progress_html(Progress(HOSTILE, 1, 2), "nl")


@pytest.fixture
def upload(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The address of a server, and what a browser posts after an upload, without the files."""
    reindex(folder / "corpus", folder / "home")
    with serving(folder / "home", corpus=folder / "corpus") as address:
        config = httpx.get(f"{address}/config").json()
        part = next(p["id"] for p in config["components"] if p["props"].get("elem_id") == "upload")
        event = next(e["id"] for e in config["dependencies"] if [part, "upload"] in e["targets"])
        yield address, {"fn_index": event, "session_hash": "abc"}


def test_a_forged_upload_can_neither_read_nor_delete_a_file_of_the_machine(
    upload: tuple[str, dict[str, Any]], folder: Path
) -> None:
    address, body = upload
    secret = folder / "geheim.txt"
    secret.write_text("geheim")
    copy = folder / "README.md"
    shutil.copyfile("README.md", copy)
    for path in (secret, copy, Path("/etc/hosts")):
        data = [[{"path": str(path), "meta": {"_type": "gradio.FileData"}}]]
        httpx.post(f"{address}/gradio_api/run/predict", json={**body, "data": data})
        assert path.exists(), path
    assert not (folder / "corpus" / "geheim.txt").exists()
    assert not (folder / "corpus" / "README.md").exists()


def test_who_comes_over_the_network_without_a_password_cannot_change_anything(folder: Path) -> None:
    reindex(folder / "corpus", folder / "home")
    with serving(folder / "home", Serving(host="0.0.0.0"), folder / "corpus") as address:
        parts = [p["props"].get("elem_id") for p in httpx.get(f"{address}/config").json()["components"]]
        assert "library" in parts
        assert {"upload", "reindex", "page-to-add", "add-page"}.isdisjoint(parts)
        files = {"files": ("a.txt", b"x" * 2_000_000)}
        assert httpx.post(f"{address}/gradio_api/upload", files=files).status_code == 403


def test_nothing_is_written_where_the_folder_is_gone(folder: Path, tmp_path: Path) -> None:
    library = a_library(folder)
    file = tmp_path / "upload"
    file.write_text("Tekst.")
    shutil.rmtree(folder / "corpus")
    with pytest.raises(RodeDraadError, match=r"a\.txt cannot be written"):
        library.add(file, "a.txt")
