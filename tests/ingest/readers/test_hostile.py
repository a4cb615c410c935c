"""Hostile files: each gets its message or its text, and the good files beside them are indexed."""

import io
import os
import re
from contextlib import redirect_stderr
from html.parser import HTMLParser
from pathlib import Path

import pytest

from rodedraad.answering.citation_formats import FORMATS
from rodedraad.answering.place import Place
from rodedraad.cli import main
from rodedraad.index import build
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.store.publishing import open_current
from rodedraad.page.source_pane import source_html
from tests.ingest.readers.hostile import ACCENTS, FILES, NO_FILES, Expected, Holds, Refused

GOOD = {f"goed-{n}.txt": f"In dorp {n} staat een school voor {n * 37} kinderen.".encode() for n in range(9)}
SETTINGS = f"model = '{BUNDLED_MODEL}'\nparse_seconds = 60\nparse_megabytes = 600\n"
"""The table of token vectors takes a second for all that is read, the transformer forty."""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes, devices and names"),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus of all hostile files among good ones, and a home, indexed."""
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "corpus").mkdir()
    (folder / "home").mkdir()
    (folder / "home" / "settings.toml").write_text(SETTINGS)
    for name, data in GOOD.items():
        (folder / "corpus" / name).write_bytes(data)
    for name, (make, _) in FILES.items():
        (folder / "corpus" / name).write_bytes(make())
    for name, (put, _) in NO_FILES.items():
        put(folder / "corpus" / name)
    return folder


@pytest.fixture(scope="module")
def told(folder):
    """What the command line printed of indexing, and the report that it printed."""
    reports = []

    def reindex_and_keep(*arguments):
        reports.append(reindex(*arguments))
        return reports[-1]

    with pytest.MonkeyPatch.context() as patched, redirect_stderr(io.StringIO()) as err:
        patched.setattr(build, "reindex", reindex_and_keep)
        assert main(["index", "--corpus", str(folder / "corpus"), "--home", str(folder / "home")]) == 0
    [report] = reports
    return report, err.getvalue()


@pytest.fixture(scope="module")
def indexed(told, folder):
    """What indexing reported, and the documents by their id."""
    generation = open_current(folder / "home")
    entries = enumerate(generation.manifest.documents)
    documents = {entry.path: generation.document(n)[0] for n, entry in entries if entry.passages}
    return told[0], documents


def shown(name: str) -> str:
    """The id of what is not read for its name or its depth."""
    if name == "deep":
        return "./deep/diep"
    return f"./{ascii(name)[1:-1]}" if re.search(r"[\n\x1b\u202e\udcff]", name) else name


def test_there_are_more_than_sixty():
    assert len(FILES) + len(NO_FILES) > 60


@pytest.mark.parametrize("name", [*FILES, *NO_FILES], ids=ascii)
def test_a_hostile_file_gets_one_clear_message_or_becomes_its_text(indexed, name):
    report, documents = indexed
    expected: Expected = {**FILES, **NO_FILES}[name][1]
    if isinstance(expected, Holds):
        assert report.failed.get(name) is None
        assert any(expected.text in d.text for d in documents.values() if d.file == name)
        return
    (message,) = (why for id, why in report.failed.items() if id.startswith(shown(name)))
    assert re.search(expected.why, message), message
    assert len(message) < 200
    assert message.isprintable()
    assert name not in documents


def test_the_good_files_are_indexed(indexed):
    report, documents = indexed
    assert {name: documents[name].text for name in GOOD} == {n: d.decode() for n, d in GOOD.items()}
    refused = [n for n, (_, expected) in {**FILES, **NO_FILES}.items() if isinstance(expected, Refused)]
    assert len(report.failed) == len(refused)


def test_no_id_leads_upwards(indexed):
    _, documents = indexed
    steps = {step for id in documents for step in id.split("/")}
    assert steps.isdisjoint(("", ".", ".."))
    assert {"path-trick.zip/etc/passwd.txt", "path-trick.zip/etc/x.txt"} <= documents.keys()


def test_no_reading_text_and_no_name_holds_what_does_not_show(indexed):
    report, documents = indexed
    for text in (*(d.text for d in documents.values()), *documents, *report.failed, *report.passed_over):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)
    for document in documents.values():
        assert document.title.isprintable()


class Tags(HTMLParser):
    """The tags and attributes of a page, as a browser finds them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links |= {value or "" for name, value in attrs if name == "href"}


def test_nothing_hostile_reaches_the_page_as_html(indexed):
    _, documents = indexed
    for document in documents.values():
        text = document.text[:2000]
        html = source_html([Place(1, document, 0, min(len(text), 100))])
        found = Tags(html)
        ours = "article header div span button details summary h2 p mark a form input output"
        assert found.tags <= set(ours.split())
        assert all(re.fullmatch(r"file\?document=[\w.%/-]+", link) for link in found.links)
        assert not {name for name in found.attributes if name.startswith("on")}
        assert not found.attributes & {"src", "style", "srcdoc", "action", "formaction"}
        for write in FORMATS.values():
            assert "\x1b" not in write(Place(1, document, 0, 20))


def test_the_command_line_says_each_in_a_line(told, indexed):
    report, documents = indexed
    lines = told[1].splitlines()
    assert sum(line.startswith("  not indexed: ") for line in lines) == len(report.failed)
    assert all(line.isprintable() for line in lines)
    assert f"{len(documents)} added" in told[1]


def test_a_file_that_takes_too_long_is_left_and_the_others_stay(tmp_path):
    (tmp_path / "corpus").mkdir()
    for name, data in GOOD.items():
        (tmp_path / "corpus" / name).write_bytes(data)
    reindex(tmp_path / "corpus", tmp_path / "home")
    (tmp_path / "corpus" / "accents.txt").write_bytes(ACCENTS)
    (tmp_path / "home" / "settings.toml").write_text("parse_seconds = 5")
    report = reindex(tmp_path / "corpus", tmp_path / "home")
    assert list(report.failed) == ["accents.txt"]
    assert report.failed["accents.txt"].startswith("it took more than 5 seconds to read; split it")
    assert report.unchanged == sorted(GOOD)
