"""Stores: an index in a folder and one on a Milvus server do the same."""

import zipfile
from contextlib import closing
from pathlib import Path

import pytest

import rodedraad
from rodedraad.index.build import preview, reindex
from rodedraad.index.report import Report
from rodedraad.index.scope import Scope
from rodedraad.index.search import Searcher
from rodedraad.index.store.draft import Store
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.stores import store_of
from rodedraad.ingest.errors import RodeDraadError
from tests.index.conftest import VILLAGES

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_parser_process")]

MARKET = "De markt van Pacaipampa is op zondag."


def index(place: Path) -> Report:
    return reindex(place / "corpus", place / "home")


def store(place: Path) -> Store:
    return store_of(place / "home")


def asked(place: Path, question: str) -> list[str]:
    answer = rodedraad.ask(rodedraad.open_index(place / "home"), question)
    return [quote.text for quote in answer.quotes]


def write(place: Path, name: str, text: str) -> None:
    (place / "corpus" / name).write_text(text, "utf-8")


def test_before_the_first_indexing_there_is_no_index(place: Path) -> None:
    assert store(place).current() is None
    assert not store(place).exists()
    with pytest.raises(IndexProblem, match="There is no index"):
        store(place).open()
    assert preview(place / "corpus", place / "home").added == ["canchaque.txt", "montero.txt", "sondor.txt"]


def test_documents_are_found_in_every_language(place: Path) -> None:
    assert index(place).added == ["canchaque.txt", "montero.txt", "sondor.txt"]
    assert asked(place, "In welk jaar werd de brug van Sondor weggespoeld?") == [VILLAGES["sondor.txt"]]
    assert asked(place, "How many women weave blankets in Montero?") == [VILLAGES["montero.txt"]]


def test_what_did_not_change_is_not_published_again(place: Path) -> None:
    index(place)
    before = store(place).current()
    assert index(place).unchanged == ["canchaque.txt", "montero.txt", "sondor.txt"]
    assert store(place).current() == before


def test_documents_change_and_come_and_go(place: Path) -> None:
    index(place)
    write(place, "sondor.txt", "De nieuwe brug van Sondor kwam er in 2004.")
    write(place, "pacaipampa.txt", "De markt van Pacaipampa is op zondag.")
    (place / "corpus" / "montero.txt").unlink()
    (place / "corpus" / "canchaque.txt").rename(place / "corpus" / "koffie.txt")
    report = index(place)
    assert (report.added, report.changed, report.removed) == (
        ["koffie.txt", "pacaipampa.txt"],
        ["sondor.txt"],
        ["canchaque.txt", "montero.txt"],
    )
    with closing(store(place).open()) as snapshot:
        assert [entry.path for entry in snapshot.manifest.documents] == [
            "koffie.txt",
            "pacaipampa.txt",
            "sondor.txt",
        ]
        assert [snapshot.document(number)[0].text for number in range(3)] == [
            "De coöperatie van Canchaque droogt koffie op het dak van de oude school.",
            "De markt van Pacaipampa is op zondag.",
            "De nieuwe brug van Sondor kwam er in 2004.",
        ]
        assert snapshot.passages == 3
    assert asked(place, "Wanneer kwam de nieuwe brug van Sondor?") == [
        "De nieuwe brug van Sondor kwam er in 2004."
    ]
    found = Searcher.open(place / "home")
    hits = found.search(found.query("Hoeveel vrouwen weven dekens in Montero?"), 10)
    assert sorted(hit.document.id for hit in hits) == ["koffie.txt", "pacaipampa.txt", "sondor.txt"]


def test_who_has_a_state_open_goes_on_reading_it(place: Path) -> None:
    index(place)
    before = Searcher.open(place / "home")
    (place / "corpus" / "montero.txt").unlink()
    write(place, "sondor.txt", "De nieuwe brug van Sondor kwam er in 2004.")
    index(place)
    assert not before.is_current(place / "home")
    hits = before.search(before.query("Hoeveel vrouwen weven dekens in Montero?"), 3)
    assert hits[0].passage.text == VILLAGES["montero.txt"]
    assert {hit.passage.text for hit in hits} == set(VILLAGES.values())


def test_a_scope_is_kept(place: Path) -> None:
    index(place)
    searcher = Searcher.open(place / "home")
    query = searcher.query("Hoeveel vrouwen weven dekens in Montero?")
    hits = searcher.search(query, 5, scope=Scope(documents=("sondor.txt", "canchaque.txt")))
    assert sorted(hit.document.id for hit in hits) == ["canchaque.txt", "sondor.txt"]


def test_scores_are_those_of_every_store(place: Path) -> None:
    index(place)
    searcher = Searcher.open(place / "home")
    found = searcher.search(searcher.query("Which village dries coffee on a roof?"), 3)
    reindex(place / "corpus", place / "folder")
    other = Searcher.open(place / "folder")
    expected = other.search(other.query("Which village dries coffee on a roof?"), 3)
    assert [hit.document.id for hit in found] == [hit.document.id for hit in expected]
    for hit, same in zip(found, expected, strict=True):
        assert hit.signals == pytest.approx(same.signals, abs=1e-5)
        assert hit.words == same.words


def test_a_file_that_cannot_be_read_is_told_again(place: Path) -> None:
    (place / "corpus" / "stuk.pdf").write_bytes(b"%PDF-1.7 half")
    first = index(place)
    assert list(first.failed) == ["stuk.pdf"]
    assert list(index(place).failed) == ["stuk.pdf"]
    with closing(store(place).open()) as snapshot:
        assert [file.path for file in snapshot.manifest.unread] == ["stuk.pdf"]


def test_files_that_hold_others_are_kept_with_them(place: Path) -> None:
    for comment in (b"first", b"second"):  # with the second, the archive alone is written again
        with zipfile.ZipFile(place / "corpus" / "post.zip", "w") as archive:
            archive.comment = comment
            archive.writestr("markt.txt", MARKET)
            archive.writestr("school.txt", "De school van Frias kreeg een nieuw dak.")
        index(place)
    for text in ("In Montero weven zestig vrouwen.", "In Montero weven tachtig vrouwen."):
        write(place, "montero.txt", text)
        assert index(place).changed == ["montero.txt"]
        assert store(place).problems() == []
    assert asked(place, "Op welke dag is de markt van Pacaipampa?") == [
        "De markt van Pacaipampa is op zondag."
    ]
    (place / "corpus" / "post.zip").unlink()
    assert index(place).removed == ["post.zip/markt.txt", "post.zip/school.txt"]
    assert store(place).problems() == []


def test_an_indexing_of_nothing_leaves_what_was_published(place: Path) -> None:
    index(place)
    before = store(place).current()
    for path in (place / "corpus").iterdir():
        path.unlink()
    with pytest.raises(RodeDraadError, match="There is no document"):
        index(place)
    assert store(place).current() == before


def test_a_sound_index_has_no_problems_and_repair_leaves_it(place: Path) -> None:
    index(place)
    before = store(place).current()
    assert store(place).problems() == []
    reindex(place / "corpus", place / "home", repair=True)
    assert store(place).current() == before


def test_while_one_writes_another_is_refused(place: Path) -> None:
    index(place)
    with store(place).writing(), pytest.raises(RodeDraadError, match="Another process is indexing into"):
        index(place)
    write(place, "pacaipampa.txt", "De markt van Pacaipampa is op zondag.")
    assert index(place).added == ["pacaipampa.txt"]


def test_another_size_of_passages_splits_the_same_documents_again(place: Path) -> None:
    write(place, "lang.txt", "De markt van Pacaipampa is op zondag. " * 40)
    index(place)
    with closing(store(place).open()) as snapshot:
        before = snapshot.passages
    with (place / "home" / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write("passage_size = 200\n")
    assert "lang.txt" in index(place).changed
    with closing(store(place).open()) as snapshot:
        assert snapshot.passages > before
        assert store(place).problems() == []
    assert asked(place, "In welk jaar werd de brug van Sondor weggespoeld?") == [VILLAGES["sondor.txt"]]
