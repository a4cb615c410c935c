"""sources.toml: what it gives for documents, and what is wrong in it."""

import sys
from pathlib import Path

import pytest

from rodedraad.ingest.corpus_folder import Example, Source, load_sources, scan
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.read_documents import read_documents


def only_source(corpus: Path) -> Source:
    (source,) = scan(corpus)[0]
    return source


def test_every_field_of_sources_toml_reaches_the_source(tmp_path: Path) -> None:
    (tmp_path / "map").mkdir()
    (tmp_path / "map" / "a.txt").write_text("Een zin.")
    (tmp_path / "sources.toml").write_text(
        """
        examples = ["Wat is goud?", {question = "Wie delft het?", quote = "De gravers"}]
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
    document = read_documents(source, b"Een zin in het Nederlands.")[0]
    assert (document.language, document.title) == ("es", "Goud")
    said = load_sources(tmp_path)
    assert said.examples == (Example("Wat is goud?"), Example("Wie delft het?", "De gravers"))
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
        (b'examples = ["Wat?", 1]', r"sources\.toml: an example is a question, or has a question and"),
        (b'examples = [{quote = "Wat?"}]', r"sources\.toml: an example is a question, or has a question and"),
        (b"examples = [{question = 1}]", r"sources\.toml: the question and the quote of an example must be"),
        (b'"a.txt" = "A"', r'sources\.toml: a\.txt must be a table, \["a\.txt"\], with fields'),
        (
            b'["a.txt"]\ntitel = "A"',
            r"sources\.toml gives 'a\.txt' the field 'titel'\. Known are: title, author, "
            r"publisher, date, url, language, fetched\.",
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


@pytest.mark.skipif(sys.platform == "darwin", reason="both forms are the same name there")
def test_a_name_meets_its_file_in_either_unicode_form(tmp_path: Path) -> None:
    composed, decomposed = "caf\u00e9/nin\u0303o.txt", "cafe\u0301/ni\u00f1o.txt"
    for name, given in ((composed, decomposed), (decomposed, composed)):
        corpus = tmp_path / ascii(name).replace("/", "")
        (corpus / name).parent.mkdir(parents=True)
        (corpus / name).write_text("Een zin.")
        (corpus / "sources.toml").write_text(f'["{given}"]\ntitle = "Kind"\nlanguage = "es"\n', "utf-8")
        source = only_source(corpus)
        assert (source.id, source.citation.title, source.declared_language) == (name, "Kind", "es")


@pytest.mark.skipif(sys.platform == "darwin", reason="both forms are the same name there")
def test_of_two_files_whose_names_look_the_same_each_has_its_own_table(tmp_path: Path) -> None:
    for name in ("\u00e9.txt", "e\u0301.txt"):
        (tmp_path / name).write_text("Een zin.")
    (tmp_path / "sources.toml").write_text('["\u00e9.txt"]\ntitle = "Een"\n', "utf-8")
    assert {s.id: s.citation.title for s in scan(tmp_path)[0]} == {"\u00e9.txt": "Een", "e\u0301.txt": None}
