"""Page route: files are given to be saved by those who may, and choices are made among the documents."""

import os
import sys
import tracemalloc
from contextlib import suppress
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from rodedraad.index.build import reindex
from rodedraad.server.passwords import Passwords, add_user
from rodedraad.server.serve import Serving
from tests.ingest.readers.made_files import zipped
from tests.servers import serving, until

HOSTILE = "<html><body><script>alert(1)</script><p>De boer plukt koffie.</p></body></html>"

LARGE = 150_000_000  # bytes


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus with a page in a folder, a note in English, and a file that is not indexed."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "corpus" / "wéb").mkdir(parents=True)
    (folder / "corpus" / "wéb" / "bo\"er's.html").write_text(HOSTILE, "utf-8")
    (folder / "corpus" / "note.md").write_text("---\ndate: 2016\n---\nThe farmer sells his coffee.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    (folder / "corpus" / "later.txt").write_text("Niet in de index.", "utf-8")
    return folder


def test_a_file_is_saved_and_never_shown(folder: Path) -> None:
    with serving(folder / "home", corpus=folder / "corpus") as address:
        got = httpx.get(f"{address}/file", params={"document": "wéb/bo\"er's.html"})
        assert (got.status_code, got.text) == (200, HOSTILE)
        assert got.headers["content-disposition"] == "attachment; filename*=UTF-8''bo%22er%27s.html"
        assert got.headers["content-type"] == "application/octet-stream"
        assert got.headers["x-content-type-options"] == "nosniff"
        assert got.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        for id in ("later.txt", "../home/CURRENT", "sources.toml", "/etc/passwd", "wéb", "", "\0"):
            assert httpx.get(f"{address}/file", params={"document": id}).status_code == 404, id
        assert httpx.get(f"{address}/file").status_code == 422
        elsewhere = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
        assert httpx.get(f"{address}/file?document=note.md", headers=elsewhere).status_code == 403
        page = httpx.get(f"{address}/page?document=note.md&page=1")
        assert "no longer in the documents" in page.text


def test_a_file_in_a_file_is_saved_by_itself_or_else_with_the_file_around_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    note, mail = "De boer plukt koffie in mei.", EmailMessage()
    mail["From"], mail["Subject"] = "an@example.org", "Oogst"
    mail.set_content("De cacao is geoogst.")
    mail.add_attachment(note, filename="blad.txt")
    mailbox = b"From an@example.org Tue Mar  3 10:00:00 2026\n" + bytes(mail) + b"\n"
    (corpus / "bundel.zip").write_bytes(zipped({"map/brief.txt": note, "post.mbox": mailbox}))
    reindex(corpus, tmp_path / "home")
    with serving(tmp_path / "home", corpus=corpus) as address:

        def got(id: str) -> httpx.Response:
            headers = {"Accept-Language": "nl"}
            return httpx.get(f"{address}/file", params={"document": id}, headers=headers)

        for id, name, data in (
            ("bundel.zip/map/brief.txt", "brief.txt", note.encode()),
            ("bundel.zip/post.mbox/Oogst.eml/blad.txt", "blad.txt", f"{note}\n".encode()),
            ("bundel.zip/post.mbox/Oogst.eml", "post.mbox", mailbox),
            ("bundel.zip", "bundel.zip", (corpus / "bundel.zip").read_bytes()),
        ):
            assert (got(id).status_code, got(id).content) == (200, data), id
            assert got(id).headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
        (corpus / "bundel.zip").write_bytes(zipped({"ander.txt": note}))
        assert (got("bundel.zip/map/brief.txt").status_code, got("bundel.zip/map/brief.txt").json()) == (
            404,
            {"detail": "bundel.zip/map/brief.txt: het bestand bestaat niet meer"},
        )
        assert got("bundel.zip/ander.txt").json() == {"detail": "Dit document staat niet meer in de index."}


@pytest.fixture
def large(tmp_path: Path) -> tuple[Path, Path]:
    """A corpus whose document has become large since it was indexed, and the home of its index."""
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    (corpus / "note.md").write_text("De boer plukt koffie.", "utf-8")
    reindex(corpus, home)
    os.truncate(corpus / "note.md", LARGE)
    return corpus, home


def test_a_large_file_is_given_in_pieces(large: tuple[Path, Path]) -> None:
    corpus, home = large
    received = 0
    with serving(home, corpus=corpus) as address:
        tracemalloc.start()
        try:
            with httpx.stream("GET", f"{address}/file?document=note.md") as got:
                assert (got.status_code, got.headers["content-length"]) == (200, str(LARGE))
                for piece in got.iter_bytes():
                    received += len(piece)
            assert received == LARGE
            assert tracemalloc.get_traced_memory()[1] < LARGE / 10
        finally:
            tracemalloc.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="which files are open is told by Linux")
def test_a_file_is_closed_when_who_saves_it_leaves(large: tuple[Path, Path]) -> None:
    corpus, home = large

    def is_open() -> bool:
        files = []
        for one in Path("/proc/self/fd").iterdir():
            with suppress(OSError):  # closed meanwhile
                files.append(one.readlink())
        return corpus / "note.md" in files

    with serving(home, corpus=corpus) as address:
        with httpx.stream("GET", f"{address}/file?document=note.md") as got:
            next(got.iter_raw())
            assert is_open()
        until(lambda: not is_open())
        assert httpx.get(f"{address}/health").status_code == 200


def test_files_are_kept_from_a_network_without_passwords(folder: Path, tmp_path: Path) -> None:
    with serving(folder / "home", Serving(host="0.0.0.0"), corpus=folder / "corpus") as address:
        assert httpx.get(f"{address}/file?document=note.md").status_code == 403
    add_user(tmp_path / "people", "an", "met de trein")
    rules = Serving(host="0.0.0.0", passwords=Passwords(tmp_path / "people"))
    with serving(folder / "home", rules, corpus=folder / "corpus") as address:
        assert httpx.get(f"{address}/file?document=note.md").status_code == 401
        got = httpx.get(f"{address}/file?document=note.md", auth=("an", "met de trein"))
        assert got.status_code == 200


def test_what_is_chosen_is_counted_and_what_is_looked_for_is_listed(folder: Path) -> None:
    with serving(folder / "home", corpus=folder / "corpus") as address:

        def choices(**chosen: object) -> dict[str, object]:
            got = httpx.post(f"{address}/choices", json=chosen)
            assert got.status_code == 200
            return dict(got.json())

        assert choices()["told"] == "2 of 2 documents"
        assert choices(languages=["en"])["count"] == 1
        assert choices(documents=["wéb/"], languages=["en"])["told"] == (
            "No document is within this choice. Choose other documents, or search in all."
        )
        rows = str(choices(find="WEB", documents=["wéb/"])["rows"])
        assert 'value="wéb/" checked>' in rows
        assert "note.md" not in rows
        for wrong in ({"languages": ["it"]}, {"date_from": "nooit"}, {"documents": ["a"] * 201}):
            assert httpx.post(f"{address}/choices", json=wrong).status_code == 400
        assert httpx.post(f"{address}/choices", json={"folder": "a"}).status_code == 422


def test_a_program_chooses_what_is_searched(folder: Path) -> None:
    with serving(folder / "home", corpus=folder / "corpus") as address:

        def ask(**chosen: object) -> httpx.Response:
            return httpx.post(f"{address}/api/ask", json={"question": "Wat plukt de boer?", **chosen})

        turn = ask(documents=["*.md"], date_from="2016").json()
        assert {passage["document"] for passage in turn["passages"]} == {"note.md"}
        assert turn["scope"] == {
            "documents": ["*.md"], "languages": [], "date_from": "2016", "date_to": "",
        }  # fmt: skip
        assert ask(documents=["goud"]).status_code == 400
        assert ask(documents=["goud"]).json() == {
            "detail": "There is no document or folder 'goud' in the index."
        }
        assert ask(document="note.md").status_code == 422
        chosen = {"question": "boer", "documents": ["wéb/", "note.md"], "languages": "en"}
        found = httpx.get(f"{address}/api/search", params=chosen).json()
        assert [passage["document"] for passage in found] == ["note.md"]
        listed = httpx.get(f"{address}/api/documents").json()
        assert [(one["title"], one["date"]) for one in listed] == [
            ("note.md", "2016"),
            ("wéb/bo\"er's.html", None),
        ]


def test_glosses_are_given_in_the_language_of_the_page(folder: Path) -> None:
    with serving(folder / "home", corpus=folder / "corpus") as address:
        asked = {"document": "note.md", "start": "0", "end": "500"}

        def got(language: str, **changed: str) -> httpx.Response:
            headers = {"Accept-Language": language}
            return httpx.get(f"{address}/gloss", params={**asked, **changed}, headers=headers)

        assert got("fr").json()["coffee"][0] == "café"
        assert got("en").json() == got("fr", document="gone.md").json() == {}
        for changed in ({"start": "-1"}, {"end": "9" * 30}, {"start": "x"}):
            assert got("fr", **changed).status_code == 422
