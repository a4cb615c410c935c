"""Corpus folder: the documents in it, and how each is read."""

import hashlib
import os
from pathlib import Path

import pytest

from rodedraad.ingest.corpus_folder import Source, find_source, scan
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes


def sources_of(corpus: Path) -> dict[str, Source]:
    return {source.id: source for source in scan(corpus)[0]}


def only_source(corpus: Path) -> Source:
    (source,) = scan(corpus)[0]
    return source


def test_scan_finds_what_can_be_read_and_names_the_rest(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a.MD",
        "foto.heic",
        "README",
        ".verborgen.txt",
        "sources.toml",
        "map/c.Txt",
        "map/sources.toml",
        "map/diep/d.md",
        ".git/e.txt",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    sources, others = scan(tmp_path)
    assert [source.id for source in sources] == ["a.MD", "b.txt", "map/c.Txt", "map/diep/d.md"]
    assert others == ["README", "foto.heic", "map/sources.toml"]


@pytest.mark.parametrize(
    "name",
    [
        *("~$rief.docx", "~$.txt", "~WRL0001.tmp", "~wrd0003.TMP", ".~lock.brief.odt#", "._brief.pdf"),
        *("Thumbs.db", "thumbs.db", "desktop.ini", ".DS_Store", "Icon\r"),
        *("brief.txt~", "#brief.txt#", ".brief.txt.swp", "map/~$rief.xlsx"),
    ],
)
def test_what_programs_leave_beside_documents_is_passed_over_in_silence(tmp_path: Path, name: str) -> None:
    (tmp_path / "map").mkdir()
    (tmp_path / name).write_text("An")
    (tmp_path / "a~b.txt").write_text("Een zin.")
    sources, others = scan(tmp_path)
    assert ([source.id for source in sources], others) == (["a~b.txt"], [])
    assert find_source(tmp_path, name) is None


def test_scan_passes_over_a_folder_under_the_name_of_a_document(tmp_path: Path) -> None:
    (tmp_path / "map.txt").mkdir()
    assert scan(tmp_path) == ([], [])


def test_a_source_has_the_size_and_time_of_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"co\xc3\xb6peratie")
    os.utime(tmp_path / "a.txt", ns=(1, 1_500_000_000_000_000_000))
    assert only_source(tmp_path) == Source(
        id="a.txt",
        path=tmp_path / "a.txt",
        size=11,
        mtime_ns=1_500_000_000_000_000_000,
        declared_language=None,
        citation=Citation(),
    )


@pytest.mark.parametrize("make", [False, True], ids=["missing", "a file"])
def test_a_corpus_that_is_no_folder_is_reported_missing(tmp_path: Path, make: bool) -> None:
    corpus = tmp_path / "corpus"
    if make:
        corpus.write_text("")
    with pytest.raises(RodeDraadError, match=r"There is no folder .*corpus\. .*--corpus"):
        scan(corpus)


def test_an_empty_corpus_holds_nothing(tmp_path: Path) -> None:
    assert scan(tmp_path) == ([], [])


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\nb.txt", "./a\\nb.txt"),
        ("a\tb.txt", "./a\\tb.txt"),
        ("a\u2028b.txt", "./a\\u2028b.txt"),
        ("a\x1b[31mb.txt", "./a\\x1b[31mb.txt"),
        ("a\u202etxt.exe.txt", "./a\\u202etxt.exe.txt"),
        ("a\udcffb.txt", "./a\\udcffb.txt"),
        ("map\n/b.txt", "./map\\n/b.txt"),
    ],
)
def test_a_name_that_does_not_show_is_written_out_and_not_read(tmp_path: Path, name: str, shown: str) -> None:
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("Een zin.")
    (tmp_path / name).with_suffix(".heic").write_bytes(b"")
    plain = tmp_path / shown
    plain.parent.mkdir(exist_ok=True)
    plain.write_text("Een zin.")  # the same characters, and no other file's id
    sources, others = scan(tmp_path)
    assert {source.id: bool(source.trouble) for source in sources} == {shown: True, shown[2:]: False}
    assert "rename it" in str(next(source.trouble for source in sources if source.trouble))
    assert others == [f"{shown[:-4]}.heic"]


def test_folders_too_deep_in_one_another_are_named_in_short(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Een zin.")
    here = os.open(tmp_path, os.O_RDONLY)
    for level in range(60):  # a path longer than the system takes
        name = f"map-{level}" if level < 2 else "m" * 90
        os.mkdir(name, dir_fd=here)
        inner = os.open(name, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    (tmp_path / "map-0" / "b.txt").write_text("Een zin.")
    sources, _ = scan(tmp_path)
    assert [source.id for source in sources if not source.trouble] == ["a.txt", "map-0/b.txt"]
    (deep,) = (source for source in sources if source.trouble)
    assert str(deep.trouble) == "its folders are nested too deeply; move them up"
    assert deep.id.startswith("./map-0/map-1/mmm")
    assert len(deep.id) < 210


def test_one_source_is_found_without_a_scan_as_a_scan_finds_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "map" / "diep").mkdir(parents=True)
    for name in ("a.MD", "map/b c.txt", "map/diep/…d.txt", "geheim\n.txt", "map/plaatje.heic"):
        (corpus / name).write_text("Een zin.")
    (tmp_path / "buiten.txt").write_text("Een zin.")
    (corpus / "uit.txt").symlink_to(tmp_path / "buiten.txt")
    (corpus / "in.txt").symlink_to(corpus / "a.MD")
    (corpus / "kapot.txt").symlink_to(corpus / "niets.txt")
    (corpus / "map.txt").symlink_to(corpus / "map")
    sources, _ = scan(corpus)
    assert [source.id for source in sources] == [
        "a.MD", "./geheim\\n.txt", "in.txt", "kapot.txt", "map/b c.txt", "map/diep/…d.txt",
        "map.txt", "uit.txt",
    ]  # fmt: skip
    assert [find_source(corpus, source.id) for source in sources] == sources
    assert [s.id for s in sources if s.trouble] == ["./geheim\\n.txt", "kapot.txt", "map.txt", "uit.txt"]


@pytest.mark.parametrize(
    "id",
    [
        "", ".", "a", "b.txt", "map", "map/", "a.txt/", "a.txt/b.txt", "plaatje.heic", "sources.toml",
        ".verborgen.txt", ".map/a.txt", "./a.txt", "../buiten.txt", "map/../a.txt", "map//b.txt", "/a.txt",
        "link/b.txt", "map.txt", "a.txt\0", "a\n.txt", "x" * 300 + ".txt", "/".join(["m"] * 60) + "/a.txt",
    ],
)  # fmt: skip
def test_a_path_that_a_scan_does_not_list_is_not_found(tmp_path: Path, id: str) -> None:
    corpus = tmp_path / "corpus"
    for folder in ("map", ".map", "map.txt", "m/" * 59):
        (corpus / folder).mkdir(parents=True)
    for name in (
        "a.txt", "map/b.txt", ".map/a.txt", ".verborgen.txt", "plaatje.heic", "sources.toml", "a\n.txt",
        "m/" * 59 + "a.txt",
    ):  # fmt: skip
        (corpus / name).write_text("")
    (corpus / "link").symlink_to(corpus / "map")
    (tmp_path / "buiten.txt").write_text("Een zin.")
    assert id not in sources_of(corpus)
    assert find_source(corpus, id) is None
    assert find_source(corpus, str(corpus / "a.txt")) is None


def test_in_a_corpus_that_is_gone_no_source_is_found(tmp_path: Path) -> None:
    assert find_source(tmp_path / "corpus", "a.txt") is None


def test_a_file_that_grew_past_the_limit_is_not_read_in_part(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Een zin.")
    source = only_source(tmp_path)
    source.path.write_text("Een zin. " * 100)
    with pytest.raises(UnreadableDocument, match="more than the 0 MB that are read"):
        read_bytes(source, 100)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "it holds no text"),
        (b" \n\t\r\n\x0c \xc2\xa0", "it holds no text"),
        (b"\xef\xbb\xbf", "it holds no text"),
        (b"\xc2\xad\n\xc2\xad", "it holds no text"),
        (b"\x00" * 1000, "it is not text"),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n\x00\x01\x02", "it is not text"),
    ],
    ids=["empty", "white space", "only a mark", "soft hyphens", "nuls", "pdf"],
)
@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_a_file_without_text_is_unreadable(tmp_path: Path, name: str, data: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(data)
    source = only_source(tmp_path)
    with pytest.raises(UnreadableDocument, match=message):
        read_documents(source, read_bytes(source))[0]


def test_a_file_that_is_gone_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Een zin.")
    source = only_source(tmp_path)
    source.path.unlink()
    with pytest.raises(UnreadableDocument, match=r"it cannot be read \(No such file"):
        read_bytes(source)


def test_a_file_that_became_a_folder_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("Een zin.")
    source = only_source(tmp_path)
    source.path.unlink()
    source.path.mkdir()
    with pytest.raises(UnreadableDocument, match=r"it cannot be read \(Is a directory"):
        read_bytes(source)


def test_a_text_file_of_pages_becomes_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"De eerste bladzijde.\n\x0cDe tweede van de co\xf6peratie.\n")
    source = only_source(tmp_path)
    document = read_documents(source, read_bytes(source))[0]
    assert document.text == "De eerste bladzijde.\n\nDe tweede van de coöperatie."
    assert document.page_starts == (0, 22)
    assert document.sha256 == hashlib.sha256(read_bytes(source)).hexdigest()
    assert (document.id, document.language, document.title) == ("a.txt", "nl", "a.txt")


def test_a_markdown_file_becomes_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"---\nx: y\n---\n# Gold\n\nThe *miners* of\nPeru.\n\n- one\n")
    document = read_documents(only_source(tmp_path), (tmp_path / "a.md").read_bytes())[0]
    assert document.text == "x: y\n\nGold\n\nThe miners of Peru.\n\n• one"
    assert document.page_starts == ()
