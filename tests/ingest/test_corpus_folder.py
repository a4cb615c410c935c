"""Corpus folder: its documents, what sources.toml gives for them, and their language."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest

from rodedraad.ingest.corpus_folder import Source, find_source, load_sources, scan
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.ingest.language import LANGUAGES, detect_language, language_spans
from rodedraad.ingest.read_file import read_bytes, read_document

CORPUS = Path(__file__).parents[2] / "corpus"
GOLD = Path(__file__).parents[2] / "app/evaluation/gold"


def squash(text: str) -> str:
    return "".join(filter(str.isalnum, text.lower()))


def sources_of(corpus: Path) -> dict[str, Source]:
    return {source.id: source for source in scan(corpus)[0]}


def only_source(corpus: Path) -> Source:
    (source,) = scan(corpus)[0]
    return source


# The corpus


@pytest.mark.parametrize(
    ("name", "sha256"),
    [
        (
            "vijf-projecten-in-peru.txt",
            "27a1e48878754f68aa6326f3f62e3e678048cfda5b3703f68ad37f89505843b3",
        ),
        (
            "50-jaar-ontwikkelingssamenwerking-in-peru.txt",
            "d1ea99aa3e01a4fbea8af924a1e78ec82bf08b97c9c57f4f198945f6bf4ec548",
        ),
        (
            "peru-partnerland.txt",
            "576ac639165d211b859e86dc5b89b50e10cf56614f67c6e26020b35cb76190ea",
        ),
    ],
)
def test_the_corpus_is_byte_for_byte_as_given(name: str, sha256: str) -> None:
    source = sources_of(CORPUS)[name]
    data = read_bytes(source)
    assert hashlib.sha256(data).hexdigest() == sha256
    assert read_document(source, data).sha256 == sha256
    assert source.size == len(data)


def test_the_corpus_holds_three_dutch_texts_and_nothing_else() -> None:
    sources, others = scan(CORPUS)
    assert [source.id for source in sources] == [
        "50-jaar-ontwikkelingssamenwerking-in-peru.txt",
        "peru-partnerland.txt",
        "vijf-projecten-in-peru.txt",
    ]
    assert others == []
    for source in sources:
        data = read_bytes(source)
        assert read_document(source, data).language == "nl"
        assert detect_language(data.decode("utf-8")) == "nl"


def test_a_citation_of_the_corpus_gives_what_the_text_gives() -> None:
    sources = sources_of(CORPUS)
    assert sources["50-jaar-ontwikkelingssamenwerking-in-peru.txt"].citation == Citation(
        title="50 jaar ontwikkelingssamenwerking in Peru", author="Noémie Nyst", date="2015-12-01"
    )
    assert sources["peru-partnerland.txt"].citation == Citation(title="Peru")
    projects = sources["vijf-projecten-in-peru.txt"]
    assert projects.citation == Citation()
    assert read_document(projects, read_bytes(projects)).title == "vijf-projecten-in-peru.txt"


def test_the_example_questions_of_the_corpus() -> None:
    examples = load_sources(CORPUS).examples
    assert "How does Red Social formalise miners?" in examples
    assert {detect_language(example) for example in examples} == {"nl", "en", "fr", "es"}


def gold(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / name).read_text("utf-8").splitlines()]


def test_all_evidence_is_in_the_reading_texts() -> None:
    texts = {s.id: squash(read_document(s, read_bytes(s)).text) for s in scan(CORPUS)[0]}
    turns = gold("questions.jsonl")
    for conversation in gold("conversations.jsonl"):
        turns += conversation["turns"]
    spans = [(turn["doc"], span) for turn in turns for span in turn.get("evidence") or ()]
    assert len(spans) > 150
    assert [(doc, span) for doc, span in spans if squash(span) not in texts[doc]] == []


# A corpus folder


def test_scan_finds_what_can_be_read_and_names_the_rest(tmp_path: Path) -> None:
    for name in (
        "b.txt",
        "a.MD",
        "foto.jpg",
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
    assert others == ["README", "foto.jpg", "map/sources.toml"]


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
    (tmp_path / name).with_suffix(".jpg").write_bytes(b"")
    plain = tmp_path / shown
    plain.parent.mkdir(exist_ok=True)
    plain.write_text("Een zin.")  # the same characters, and no other file's id
    sources, others = scan(tmp_path)
    assert {source.id: bool(source.trouble) for source in sources} == {shown: True, shown[2:]: False}
    assert "rename it" in str(next(source.trouble for source in sources if source.trouble))
    assert others == [f"{shown[:-4]}.jpg"]


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
    assert deep.trouble == "its folders are nested too deeply; move them up"
    assert deep.id.startswith("./map-0/map-1/mmm")
    assert len(deep.id) < 210


def test_one_source_is_found_without_a_scan_as_a_scan_finds_it(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    (corpus / "map" / "diep").mkdir(parents=True)
    for name in ("a.MD", "map/b c.txt", "map/diep/…d.txt", "geheim\n.txt", "map/plaatje.jpg"):
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
        "", ".", "a", "b.txt", "map", "map/", "a.txt/", "a.txt/b.txt", "plaatje.jpg", "sources.toml",
        ".verborgen.txt", ".map/a.txt", "./a.txt", "../buiten.txt", "map/../a.txt", "map//b.txt", "/a.txt",
        "link/b.txt", "map.txt", "a.txt\0", "a\n.txt", "x" * 300 + ".txt", "/".join(["m"] * 60) + "/a.txt",
    ],
)  # fmt: skip
def test_a_path_that_a_scan_does_not_list_is_not_found(tmp_path: Path, id: str) -> None:
    corpus = tmp_path / "corpus"
    for folder in ("map", ".map", "map.txt", "m/" * 59):
        (corpus / folder).mkdir(parents=True)
    for name in (
        "a.txt", "map/b.txt", ".map/a.txt", ".verborgen.txt", "plaatje.jpg", "sources.toml", "a\n.txt",
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


# sources.toml


def test_every_field_of_sources_toml_reaches_the_source(tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "a.txt").write_text("Een zin.")
    (tmp_path / "sources.toml").write_text(
        """
        examples = ["Wat is goud?"]
        ["map/a.txt"]
        title = "Goud"
        author = "Noémie Nyst"
        publisher = "Glo.be"
        date = 2015-12-01
        url = "https://example.org"
        language = "es"
        ["niet-meer-hier.txt"]
        date = "december 2015"
        """,
        "utf-8",
    )
    source = only_source(tmp_path)
    assert source.citation == Citation(
        title="Goud",
        author="Noémie Nyst",
        publisher="Glo.be",
        date="2015-12-01",
        url="https://example.org",
    )
    assert source.declared_language == "es"
    document = read_document(source, b"Een zin in het Nederlands.")
    assert (document.language, document.title) == ("es", "Goud")
    said = load_sources(tmp_path)
    assert said.examples == ("Wat is goud?",)
    assert said.documents["niet-meer-hier.txt"] == {"date": "december 2015"}


def test_without_sources_toml_there_is_no_metadata(tmp_path: Path) -> None:
    said = load_sources(tmp_path)
    assert (said.documents, said.examples) == ({}, ())


def test_a_byte_order_mark_before_sources_toml_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_bytes(b'\xef\xbb\xbf["a.txt"]\ntitle = "A"\n')
    assert load_sources(tmp_path).documents == {"a.txt": {"title": "A"}}


@pytest.mark.parametrize(
    ("toml", "message"),
    [
        (b'["a.txt"\ntitle = 1', r"sources\.toml is not valid TOML \(.*line 1.*\)\. Correct it\."),
        (b'["a.txt"]\ntitle = "\xe9"', r"sources\.toml is not valid TOML \(.*utf-8.*\)\. Correct it"),
        (b'["a.txt"]\n["a.txt"]', r"sources\.toml is not valid TOML"),
        (b'examples = "Wat?"', r"sources\.toml: examples must be a list of questions\."),
        (b'examples = ["Wat?", 1]', r"sources\.toml: examples must be a list of questions\."),
        (b'"a.txt" = "A"', r'sources\.toml: a\.txt must be a table, \["a\.txt"\], with fields'),
        (
            b'["a.txt"]\ntitel = "A"',
            r"sources\.toml gives 'a\.txt' the field 'titel'\. Known are: title, author, "
            r"publisher, date, url, language\.",
        ),
        (b'[a.txt]\ntitle = "A"', r"sources\.toml gives 'a' the field 'txt'"),
        (b'["a.txt"]\ndate = 2015', r"sources\.toml: date of 'a\.txt' must be text or a date"),
        (b'["a.txt"]\ntitle = ["A"]', r"sources\.toml: title of 'a\.txt' must be text or a date"),
        (
            b'["a.txt"]\nlanguage = "Dutch"',
            r"sources\.toml: the language of 'a\.txt' must be one of nl, en, fr, es, de\.",
        ),
        (b'["a.txt"]\nlanguage = 2015-12-01', r"the language of 'a\.txt' must be one of nl, en"),
    ],
)
def test_what_is_wrong_in_sources_toml_is_reported(tmp_path: Path, toml: bytes, message: str) -> None:
    (tmp_path / "a.txt").write_text("Een zin.")
    (tmp_path / "sources.toml").write_bytes(toml)
    with pytest.raises(RodeDraadError, match=message):
        scan(tmp_path)


def test_a_sources_toml_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    (tmp_path / "sources.toml").mkdir()
    with pytest.raises(RodeDraadError, match=r"sources\.toml cannot be read \(.+\)"):
        load_sources(tmp_path)


# A file


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
        read_document(source, read_bytes(source))


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
    document = read_document(source, read_bytes(source))
    assert document.text == "De eerste bladzijde.\n\nDe tweede van de coöperatie."
    assert document.page_starts == (0, 22)
    assert document.sha256 == hashlib.sha256(read_bytes(source)).hexdigest()
    assert (document.id, document.language, document.title) == ("a.txt", "nl", "a.txt")


def test_a_markdown_file_becomes_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"---\nx: y\n---\n# Gold\n\nThe *miners* of\nPeru.\n\n- one\n")
    document = read_document(only_source(tmp_path), (tmp_path / "a.md").read_bytes())
    assert document.text == "Gold\n\nThe miners of Peru.\n\n• one"
    assert document.page_starts == ()


# Language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("De vrouwen breien truien van de wol van hun alpaca's.", "nl"),
        ("The women knit sweaters from the wool of their alpacas.", "en"),
        ("Les femmes tricotent des pulls avec la laine de leurs alpagas.", "fr"),
        ("Las mujeres tejen suéteres con la lana de sus alpacas.", "es"),
        ("Die Frauen stricken Pullover aus der Wolle ihrer Alpakas.", "de"),
    ],
)
def test_the_language_of_a_sentence_is_known(text: str, language: str) -> None:
    assert detect_language(text) == language


def test_the_languages_of_a_text_begin_where_their_paragraphs_do() -> None:
    dutch = "De vrouwen breien truien van de wol van hun alpaca’s. " * 4
    french = "Les femmes tricotent des pulls avec la laine de leurs alpagas. " * 4
    text = f"{dutch.strip()}\n\n{french.strip()}\nEncore une ligne.\n\n{dutch.strip()}"
    spans = language_spans(text, "nl")
    assert spans == ((0, "nl"), (text.index("Les femmes"), "fr"), (text.rindex("\n\nDe ") + 2, "nl"))


@pytest.mark.parametrize("text", ["", " \n", "12345", "日本語のテキスト", "a" * 2_000_000])
def test_any_text_gets_a_language_that_we_speak(text: str) -> None:
    assert detect_language(text) in LANGUAGES
