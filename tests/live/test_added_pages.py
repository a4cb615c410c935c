"""Added pages: what a page of the web is saved as, and what is written of it in sources.toml."""

import time
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import pytest

from rodedraad.ingest.corpus_folder import load_sources, scan
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes
from rodedraad.live.added_pages import add_page
from rodedraad.live.web_fetch import Fetched, fetch
from rodedraad.texts.refusal import Refusal
from tests.live.sites import Site, answer, here, site

PAGE = "<title>Over de lama &amp; de wol – Peru</title><h1>Over de lama</h1><p>De lama draagt wol.</p>"


def today() -> str:
    return date.today().isoformat()


@pytest.fixture
def a_site() -> Iterator[Site]:
    with site() as found:
        yield found


def add(corpus: Path, address: str) -> str:
    return add_page(corpus, address, 1_000_000, partial(fetch, may_reach=here))


def text_of(corpus: Path, id: str) -> str:
    (source,) = [source for source in scan(corpus)[0] if source.id == id]
    return read_documents(source, read_bytes(source))[0].text


def test_a_page_is_saved_under_its_title_with_its_address(a_site: Site, tmp_path: Path) -> None:
    a_site.paths["/lama"] = answer(PAGE.encode())
    assert add(tmp_path, f"{a_site.address}/lama#wol") == "Over de lama & de wol – Peru.html"
    assert text_of(tmp_path, "Over de lama & de wol – Peru.html") == "Over de lama\n\nDe lama draagt wol."
    assert (tmp_path / "sources.toml").read_text("utf-8") == (
        f'["Over de lama & de wol – Peru.html"]\nurl = "{a_site.address}/lama"\nfetched = {today()}\n'
    )
    (source,) = scan(tmp_path)[0]
    assert (source.citation.url, source.citation.date) == (f"{a_site.address}/lama", None)
    assert sorted(path.name for path in tmp_path.iterdir()) == [source.id, "sources.toml"]


def test_a_page_of_titles_without_end_takes_no_time(tmp_path: Path) -> None:
    page = b"<title " * 100_000 + b"<title>Over de lama</title>"
    began = time.process_time()
    found = Fetched(page, "http://a.org/", "text/html")
    assert add_page(tmp_path, "http://a.org/", 1_000_000, lambda *_: found) == "Over de lama.html"
    assert time.process_time() - began < 2


def test_no_file_is_written_where_a_link_leads_out_of_the_folder(tmp_path: Path) -> None:
    corpus, elsewhere = tmp_path / "corpus", tmp_path / "elsewhere.toml"
    corpus.mkdir()
    (corpus / "sources.toml").symlink_to(elsewhere)
    found = Fetched(PAGE.encode(), "http://a.org/", "text/html")
    with pytest.raises(RodeDraadError, match="sources.toml is a link that leads out of"):
        add_page(corpus, "http://a.org/", 1_000_000, lambda *_: found)
    assert not elsewhere.exists()
    assert [path.name for path in corpus.iterdir()] == ["sources.toml"]


def test_the_same_address_again_renews_its_own_file_and_no_other(a_site: Site, tmp_path: Path) -> None:
    a_site.paths |= {"/a": answer(PAGE.encode()), "/b": answer(PAGE.encode())}
    mine = tmp_path / "Over de lama & de wol – Peru.html"
    mine.write_text("<p>Van mij.</p>")
    (tmp_path / "sources.toml").write_text(f'["{mine.name}"]\nurl = "{a_site.address}/a"\n', "utf-8")
    first, second = add(tmp_path, f"{a_site.address}/a"), add(tmp_path, f"{a_site.address}/b")
    assert (first, second) == (f"{mine.stem}-2.html", f"{mine.stem}-3.html")
    a_site.paths["/a"] = answer(b"<title>Anders</title><p>De lama draagt nu wit.")
    old = (
        (tmp_path / "sources.toml").read_text("utf-8").replace(f"fetched = {today()}", "fetched = 2020-01-01")
    )
    (tmp_path / "sources.toml").write_text(old, "utf-8")
    assert add(tmp_path, f"{a_site.address}/a") == first
    assert "draagt nu wit" in (tmp_path / first).read_text()
    assert mine.read_text() == "<p>Van mij.</p>"
    assert (tmp_path / second).read_bytes() == PAGE.encode()
    tables = tomllib.loads((tmp_path / "sources.toml").read_text("utf-8"))
    assert [str(table.get("fetched")) for table in tables.values()] == ["None", today(), "2020-01-01"]


def test_what_a_person_wrote_in_sources_toml_stays(a_site: Site, tmp_path: Path) -> None:
    written = (
        '# Van mij.\r\nexamples = [ "Wat?",   # een\r\n  "Hoe?" ]\r\n\r\n[ "a.txt" ]   # twee\r\n'
        "title = 'Wat \"daar\" staat'\r\ndate=2024-05-17\r\n# het einde, zonder regeleinde"
    )
    (tmp_path / "sources.toml").write_bytes(b"\xef\xbb\xbf" + written.encode())
    a_site.paths["/a"] = answer(PAGE.encode())
    id = add(tmp_path, f"{a_site.address}/a")
    now = (tmp_path / "sources.toml").read_bytes().decode("utf-8-sig")
    assert now.startswith(written)
    assert load_sources(tmp_path).documents == {
        "a.txt": {"title": 'Wat "daar" staat', "date": "2024-05-17"},
        id: {"url": f"{a_site.address}/a", "fetched": today()},
    }
    add(tmp_path, f"{a_site.address}/a")
    assert (tmp_path / "sources.toml").read_bytes().decode("utf-8-sig") == now


@pytest.mark.parametrize(
    ("path", "head", "name"),
    [
        ("/jaar/verslag%202024.pdf?x=1", "Content-Type: application/pdf", "verslag 2024.pdf"),
        ("/verslag.pdf", "Content-Type: text/html", "verslag.html"),
        ("/verslag.txt", "Content-Type: application/octet-stream", "verslag.txt"),
        ("/README.md", "Content-Type: text/plain; charset=utf-8", "README.md"),
        ("/verslag.TXT", "X: y", "verslag.txt"),
        ("/", "Content-Type: text/plain", "127.0.0.1.txt"),
        ("/..%2f..%2f.ssh", "Content-Type: text/plain", "ssh.txt"),
        ("/CON%3a%00%1b%5b31m%E2%80%AE", "Content-Type: text/plain", "CON 31m.txt"),
        ("/" + "%C3%A9" * 300, "Content-Type: text/plain", "é" * 60 + ".txt"),
        ("/sources.toml", "Content-Type: text/plain", "sources.toml.txt"),
    ],
)  # fmt: skip
def test_the_name_fits_the_content(a_site: Site, tmp_path: Path, path: str, head: str, name: str) -> None:
    a_site.paths[path] = answer(b"Tekst.", head)
    assert add(tmp_path, a_site.address + path) == name
    assert (tmp_path / name).read_bytes() == b"Tekst."


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("", "a.html"), (" .. / ", "a.html"), ("../../x", "x.html"), ("~$lock", "lock.html"),
        ("<b>", "a.html"), ("a\nb\x00c", "a bc.html"), ("&#x202e;lmth", "lmth.html"),
    ],
)  # fmt: skip
def test_a_title_makes_a_plain_name(a_site: Site, tmp_path: Path, title: str, name: str) -> None:
    a_site.paths["/a"] = answer(f"<title>{title}</title><p>Tekst.".encode())
    assert add(tmp_path, f"{a_site.address}/a") == name


@pytest.mark.parametrize(
    ("told", "body", "shown"),
    [
        ("; charset=iso-8859-2", "<p>Łódź ż".encode("iso-8859-2"), "Łódź ż"),
        ("; charset=koi8-r", "<p>Перу и лама".encode("koi8-r"), "Перу и лама"),
        ("; charset=utf-8", "<p>Het café".encode("cp1252"), "Het café"),
        ("; charset=no-such", "<p>Het café".encode(), "Het café"),
        ("; charset=utf-16", b"<p>Het caf\xc3\xa9", "Het café"),
        ("", "<p>Het café".encode("cp1252"), "Het café"),
        ("; charset=utf-8", '<meta charset="windows-1252"><p>Het café'.encode("cp1252"), "Het café"),
    ],
)  # fmt: skip
def test_the_character_set_that_the_site_tells_is_kept(
    a_site: Site, tmp_path: Path, told: str, body: bytes, shown: str
) -> None:
    a_site.paths["/a"] = answer(body, f"Content-Type: text/html{told}")
    assert text_of(tmp_path, add(tmp_path, f"{a_site.address}/a")) == shown


def test_what_cannot_be_read_is_refused_and_nothing_is_written(a_site: Site, tmp_path: Path) -> None:
    a_site.paths |= {
        "/a.html": answer(b"x", "Content-Type: image/png"),
        "/b": answer(b"x", "Content-Type: application/octet-stream"),
        "/c": answer(b""),
    }
    for path, why in (("/a.html", "refused_media"), ("/b", "refused_media"), ("/c", "refused_empty")):
        with pytest.raises(Refusal, match=why):
            add(tmp_path, a_site.address + path)
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_fetched_where_it_could_not_be_recorded(a_site: Site, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text("geen toml")
    with pytest.raises(RodeDraadError, match="is not valid TOML"):
        add(tmp_path, f"{a_site.address}/a")
    assert a_site.asked == []


def test_a_folder_that_is_gone_and_a_link_elsewhere_are_told(tmp_path: Path) -> None:
    def found(address: str, largest: int) -> Fetched:
        return Fetched(b"Tekst.", address, "text/plain")

    with pytest.raises(RodeDraadError, match="The page cannot be written in .*gone"):
        add_page(tmp_path / "gone", "https://example.org/a", 1000, found)
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    outside = tmp_path / "outside.txt"
    outside.write_text("Van mij.")
    (corpus / "sources.toml").write_text(
        '["../outside.txt"]\nurl = "https://example.org/a"\nfetched = 2020-01-01\n'
    )
    assert add_page(corpus, "https://example.org/a", 1000, found) == "a.txt"
    assert outside.read_text() == "Van mij."
