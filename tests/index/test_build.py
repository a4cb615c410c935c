"""Build: only what changed is read, embedded and written, and nothing is lost."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from rodedraad.index.build import preview, reindex
from rodedraad.index.encoders.base import Embedding
from rodedraad.index.search import Searcher
from rodedraad.index.states import is_outdated
from rodedraad.index.store.check import index_problems
from rodedraad.index.store.passage_segments import PassageSegmentWriter, read_passages
from rodedraad.index.store.publishing import open_current
from rodedraad.index.store.records import PASSAGES_FOLDER
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import RodeDraadError

pytestmark = pytest.mark.usefixtures("no_parser_process")

MODEL = Path(__file__).parents[2] / "index" / "model"
COFFEE = "De boer plukt de koffie. Hij brengt ze naar de coöperatie in het dorp.\n"
WOOL = "De vrouwen spinnen de wol van de alpaca. Ze verkopen truien op de markt.\n"
BINARY = bytes(range(256)) * 20


@pytest.fixture
def two_texts(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "koffie.txt").write_text(COFFEE, "utf-8")
    (folder / "wol.txt").write_text(WOOL, "utf-8")
    return folder


@pytest.fixture
def new_home(tmp_path):
    return tmp_path / "home"


def published(home):
    return (home / "CURRENT").read_text()


def texts(home):
    """Each document's reading text, by its id."""
    generation = open_current(home)
    entries = generation.manifest.documents
    return {e.path: generation.document(n)[0].text for n, e in enumerate(entries)}


def mark_vectors(home):
    """Give every passage of an index a vector that no model makes; the number of passages."""
    generation = open_current(home)
    manifest, folder = generation.manifest, generation.folder / PASSAGES_FOLDER
    marks = np.eye(generation.passages, manifest.dimension, dtype=np.float32)
    writer = PassageSegmentWriter(folder, "marked", manifest.dimension)
    entries = []
    for number, entry in enumerate(manifest.documents):
        text, passages = read_passages(folder, entry.record, manifest.dimension)
        own = marks[generation.first_passage(number) :]
        marked = [
            replace(passage, embedding=Embedding(mark)) for passage, mark in zip(passages, own, strict=False)
        ]
        record = writer.append(text, marked)
        entries.append(replace(entry, record=record))
    files = {name: facts for name, facts in manifest.files.items() if not name.startswith(PASSAGES_FOLDER)}
    files |= {f"{PASSAGES_FOLDER}/{name}": facts for name, facts in writer.finish().items()}
    writer.close()
    (generation.folder / "manifest.json").unlink()
    replace(manifest, documents=tuple(entries), files=files).save(generation.folder)
    return len(marks)


def marks(home, id):
    """For each passage of a document the mark it carries, or None if it was embedded again."""
    generation = open_current(home)
    number = [entry.path for entry in generation.manifest.documents].index(id)
    first, count = generation.first_passage(number), generation.manifest.documents[number].passages
    rows = generation.vectors().rows(first, count)
    return [int(row.argmax()) if row.max() == 1 else None for row in rows]


def paragraphs(*numbers):
    """A paragraph for each number, each a passage of its own."""
    return "\n\n".join(f"Dorp {n} heeft {n} huizen. " + "Er wonen veel boeren. " * 22 for n in numbers)


def test_a_first_indexing_adds_every_document(two_texts, new_home):
    report = reindex(two_texts, new_home)
    assert report.added == ["koffie.txt", "wol.txt"]
    assert (report.changed, report.removed, report.unchanged) == ([], [], [])
    assert report.failed == {}
    assert report.passages == 2
    assert texts(new_home) == {"koffie.txt": COFFEE.strip(), "wol.txt": WOOL.strip()}


def test_nothing_changed_publishes_nothing(two_texts, new_home):
    reindex(two_texts, new_home)
    report = reindex(two_texts, new_home)
    assert report.unchanged == ["koffie.txt", "wol.txt"]
    assert (report.added, report.changed, report.removed) == ([], [], [])
    assert report.passages == 2
    assert published(new_home) == "000001\n"
    assert [path.name for path in (new_home / "generations").iterdir()] == ["000001"]


def test_added_changed_and_removed_documents_are_told_apart(two_texts, new_home):
    (two_texts / "goud.txt").write_text("De mijnwerkers zoeken goud.", "utf-8")
    reindex(two_texts, new_home)
    (two_texts / "sub").mkdir()
    (two_texts / "sub" / "nieuw.md").write_text("# Kaas\n\nDe kaas rijpt in de kelder.", "utf-8")
    (two_texts / "wol.txt").write_text("De wol is van de lama.", "utf-8")
    (two_texts / "goud.txt").unlink()
    report = reindex(two_texts, new_home)
    assert report.added == ["sub/nieuw.md"]
    assert report.changed == ["wol.txt"]
    assert report.removed == ["goud.txt"]
    assert report.unchanged == ["koffie.txt"]
    assert texts(new_home) == {
        "koffie.txt": COFFEE.strip(),
        "sub/nieuw.md": "Kaas\n\nDe kaas rijpt in de kelder.",
        "wol.txt": "De wol is van de lama.",
    }


def test_a_touched_document_is_unchanged(two_texts, new_home):
    reindex(two_texts, new_home)
    mark_vectors(new_home)
    os.utime(two_texts / "wol.txt", ns=(1, 1))
    assert is_outdated(open_current(new_home), two_texts)
    report = reindex(two_texts, new_home)
    assert report.unchanged == ["koffie.txt", "wol.txt"]
    assert report.changed == []
    assert marks(new_home, "wol.txt") == [1]
    assert not is_outdated(open_current(new_home), two_texts)


def test_a_change_that_keeps_the_size_is_seen(two_texts, new_home):
    reindex(two_texts, new_home)
    (two_texts / "wol.txt").write_text(WOOL.replace("wol", "wok"), "utf-8")
    os.utime(two_texts / "wol.txt", ns=(1, 1))
    assert reindex(two_texts, new_home).changed == ["wol.txt"]
    assert "de wok van" in texts(new_home)["wol.txt"]


def test_a_renamed_document_keeps_its_vectors(two_texts, new_home):
    reindex(two_texts, new_home)
    mark_vectors(new_home)
    (two_texts / "wol.txt").rename(two_texts / "alpaca.txt")
    report = reindex(two_texts, new_home)
    assert (report.added, report.removed) == (["alpaca.txt"], ["wol.txt"])
    assert marks(new_home, "alpaca.txt") == [1]
    assert marks(new_home, "koffie.txt") == [0]


def test_a_document_renamed_over_another_changes_that(two_texts, new_home):
    reindex(two_texts, new_home)
    mark_vectors(new_home)
    (two_texts / "wol.txt").rename(two_texts / "koffie.txt")
    for report in (preview(two_texts, new_home), reindex(two_texts, new_home)):
        assert (report.added, report.changed, report.removed) == ([], ["koffie.txt"], ["wol.txt"])
        assert report.unchanged == []
    assert texts(new_home) == {"koffie.txt": WOOL.strip()}
    assert marks(new_home, "koffie.txt") == [1]


def test_two_copies_of_a_document_that_is_gone_are_two_documents(two_texts, new_home):
    reindex(two_texts, new_home)
    mark_vectors(new_home)
    shutil.copy(two_texts / "wol.txt", two_texts / "alpaca.txt")
    (two_texts / "wol.txt").rename(two_texts / "lama.txt")
    for report in (preview(two_texts, new_home), reindex(two_texts, new_home)):
        assert (report.added, report.removed) == (["alpaca.txt", "lama.txt"], ["wol.txt"])
    assert marks(new_home, "alpaca.txt") == marks(new_home, "lama.txt") == [1]
    assert index_problems(new_home) == []


def test_the_same_bytes_in_two_files_are_two_documents(two_texts, new_home):
    (two_texts / "wol2.txt").write_text(WOOL, "utf-8")
    report = reindex(two_texts, new_home)
    assert report.passages == 3
    searcher = Searcher.open(new_home)
    hits = searcher.search(searcher.query("Wat doen de vrouwen met de wol?"), 2)
    assert sorted(hit.document.id for hit in hits) == ["wol.txt", "wol2.txt"]


def test_a_copy_of_an_indexed_document_is_not_embedded_and_leaves_the_published_files_alone(
    two_texts, new_home
):
    reindex(two_texts, new_home)
    mark_vectors(new_home)
    generation = open_current(new_home)  # a reader
    files = {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in generation.folder.rglob("*") if p.is_file()}
    (two_texts / "wol2.txt").write_text(WOOL, "utf-8")
    assert reindex(two_texts, new_home).added == ["wol2.txt"]
    assert {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in files} == files
    assert marks(new_home, "wol2.txt") == marks(new_home, "wol.txt") == [1]


def test_vectors_of_unchanged_passages_are_used_again(two_texts, new_home):
    (two_texts / "dorpen.txt").write_text(paragraphs(1, 2, 3, 4), "utf-8")
    reindex(two_texts, new_home)
    assert mark_vectors(new_home) == 6  # dorpen.txt comes first
    (two_texts / "dorpen.txt").write_text(paragraphs(1, 5, 3, 4, 6), "utf-8")
    assert reindex(two_texts, new_home).changed == ["dorpen.txt"]
    assert marks(new_home, "dorpen.txt") == [0, None, 2, 3, None]
    assert marks(new_home, "koffie.txt") == [4]
    assert marks(new_home, "wol.txt") == [5]


def test_new_passages_get_the_vectors_of_a_first_indexing(two_texts, new_home, tmp_path):
    (two_texts / "dorpen.txt").write_text(paragraphs(1, 2, 3), "utf-8")
    reindex(two_texts, new_home)
    (two_texts / "dorpen.txt").write_text(paragraphs(4, 2, 5, 1), "utf-8")
    reindex(two_texts, new_home)
    reindex(two_texts, tmp_path / "fresh")
    again, fresh = open_current(new_home), open_current(tmp_path / "fresh")
    assert again.passages == 6
    assert np.array_equal(again.vectors().rows(0, 6), fresh.vectors().rows(0, 6))


def test_another_model_embeds_everything_again(two_texts, new_home, tmp_path):
    reindex(two_texts, new_home)
    mark_vectors(new_home)
    shutil.copytree(MODEL, tmp_path / "model")
    (new_home / "settings.toml").write_text(
        f"model = '{tmp_path / 'model'}'\npassage_prefix = 'passage: '\n", "utf-8"
    )
    report = reindex(two_texts, new_home)
    assert report.changed == ["koffie.txt", "wol.txt"]
    assert marks(new_home, "koffie.txt") == [None]
    assert marks(new_home, "wol.txt") == [None]
    assert open_current(new_home).manifest.model == str(tmp_path / "model")


def test_another_passage_size_splits_everything_again(two_texts, new_home):
    (two_texts / "dorpen.txt").write_text(paragraphs(1, 2), "utf-8")
    assert reindex(two_texts, new_home).passages == 4
    (new_home / "settings.toml").write_text("passage_size = 300", "utf-8")
    report = reindex(two_texts, new_home)
    assert report.changed == ["dorpen.txt", "koffie.txt", "wol.txt"]
    assert report.passages == 6
    assert reindex(two_texts, new_home).unchanged == ["dorpen.txt", "koffie.txt", "wol.txt"]


@pytest.mark.parametrize("limit", ["largest_file = 300", "parse_seconds = 60", "parse_megabytes = 900"])
def test_another_limit_publishes_nothing(two_texts, new_home, limit):
    reindex(two_texts, new_home)
    (new_home / "settings.toml").write_text(limit, "utf-8")
    assert reindex(two_texts, new_home).unchanged == ["koffie.txt", "wol.txt"]
    assert published(new_home) == "000001\n"


def test_a_document_that_was_too_large_is_read_when_the_limit_is_raised(two_texts, new_home):
    new_home.mkdir()
    (new_home / "settings.toml").write_text("largest_file = 1", "utf-8")
    (two_texts / "groot.txt").write_text("De wol is wit.\n" + " " * 1_000_000, "utf-8")
    assert "more than the 1 MB that are read" in reindex(two_texts, new_home).failed["groot.txt"]
    (new_home / "settings.toml").write_text("largest_file = 2", "utf-8")
    assert reindex(two_texts, new_home).added == ["groot.txt"]
    assert texts(new_home)["groot.txt"] == "De wol is wit."


def test_the_title_of_each_document_is_known_without_reading_it(two_texts, new_home):
    (two_texts / "kaas.md").write_text("# Kaas uit het dorp\n\nDe kaas rijpt in de kelder.", "utf-8")
    reindex(two_texts, new_home)

    def titles():
        return [entry.title for entry in open_current(new_home).manifest.documents]

    assert titles() == ["Kaas uit het dorp", "koffie.txt", "wol.txt"]
    (two_texts / "kaas.md").rename(two_texts / "zuivel.md")
    (two_texts / "sources.toml").write_text('["wol.txt"]\ntitle = "Wol"\n', "utf-8")
    reindex(two_texts, new_home)
    assert titles() == ["koffie.txt", "Wol", "Kaas uit het dorp"]
    generation = open_current(new_home)
    assert [generation.document(number)[0].title for number in range(3)] == titles()


def test_sources_toml_changes_the_citation_and_no_text(two_texts, new_home):
    reindex(two_texts, new_home)
    mark_vectors(new_home)
    before = texts(new_home)
    (two_texts / "sources.toml").write_text('["wol.txt"]\ntitle = "Wol"\ndate = 2015-12-01\n', "utf-8")
    report = reindex(two_texts, new_home)
    assert report.unchanged == ["koffie.txt", "wol.txt"]
    generation = open_current(new_home)
    assert generation.document(1)[0].citation == Citation(title="Wol", date="2015-12-01")
    assert generation.document(1)[0].title == "Wol"
    assert generation.document(0)[0].title == "koffie.txt"
    assert texts(new_home) == before
    assert marks(new_home, "wol.txt") == [1]


def test_a_language_in_sources_toml_is_believed(two_texts, new_home):
    reindex(two_texts, new_home)
    assert open_current(new_home).document(1)[0].language == "nl"
    (two_texts / "sources.toml").write_text('["wol.txt"]\nlanguage = "de"\n', "utf-8")
    assert reindex(two_texts, new_home).changed == ["wol.txt"]
    assert open_current(new_home).document(1)[0].language == "de"


# Documents that cannot be read


def test_a_document_that_goes_bad_keeps_its_last_good_version(two_texts, new_home):
    reindex(two_texts, new_home)
    (two_texts / "wol.txt").write_bytes(BINARY)
    (two_texts / "nieuw.txt").write_text("De kaas rijpt in de kelder.", "utf-8")
    report = reindex(two_texts, new_home)
    assert report.failed == {"wol.txt": "it is not text"}
    assert report.added == ["nieuw.txt"]
    assert (report.removed, report.changed) == ([], [])
    assert texts(new_home)["wol.txt"] == WOOL.strip()
    assert not is_outdated(open_current(new_home), two_texts)
    last = published(new_home)
    assert reindex(two_texts, new_home).failed == {"wol.txt": "it is not text"}
    assert published(new_home) == last
    (two_texts / "wol.txt").write_text("De wol is weer leesbaar.", "utf-8")
    assert is_outdated(open_current(new_home), two_texts)
    assert reindex(two_texts, new_home).changed == ["wol.txt"]
    assert texts(new_home)["wol.txt"] == "De wol is weer leesbaar."


def test_a_document_that_never_could_be_read_is_reported_and_the_rest_indexed(two_texts, new_home):
    (two_texts / "leeg.txt").write_text(" \n\n ", "utf-8")
    (two_texts / "beeld.md").write_bytes(BINARY)
    (two_texts / "foto.heic").write_bytes(BINARY)
    report = reindex(two_texts, new_home)
    assert report.failed == {"beeld.md": "it is not text", "leeg.txt": "it holds no text"}
    assert report.passed_over == ["foto.heic"]
    assert list(texts(new_home)) == ["koffie.txt", "wol.txt"]
    assert not is_outdated(open_current(new_home), two_texts)


def test_nothing_readable_is_one_clear_error_and_the_old_index_stays(two_texts, new_home, tmp_path):
    reindex(two_texts, new_home)
    other = tmp_path / "other"
    other.mkdir()
    (other / "leeg.txt").write_text(" ", "utf-8")
    (other / "beeld.txt").write_bytes(BINARY)
    with pytest.raises(RodeDraadError) as caught:
        reindex(other, new_home)
    assert str(caught.value) == (
        f"No document in {other} can be read:\n  beeld.txt: it is not text\n  leeg.txt: it holds no text"
    )
    assert published(new_home) == "000001\n"
    assert list(texts(new_home)) == ["koffie.txt", "wol.txt"]


def test_an_empty_or_missing_corpus_is_one_clear_error(tmp_path, new_home):
    (tmp_path / "empty").mkdir()
    with pytest.raises(RodeDraadError, match=r"There is no document in .*empty\. Put"):
        reindex(tmp_path / "empty", new_home)
    with pytest.raises(RodeDraadError, match=r"There is no folder .*nowhere\. Make it"):
        reindex(tmp_path / "nowhere", new_home)
    assert not new_home.exists()


def test_a_text_without_a_word_can_be_indexed_and_asked(tmp_path, new_home):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("!!! … ???", "utf-8")
    assert reindex(tmp_path / "corpus", new_home).passages == 1
    searcher = Searcher.open(new_home)
    [hit] = searcher.search(searcher.query("Wat?"), 3)
    assert hit.passage.text == "!!! … ???"


@pytest.mark.skipif(os.name == "nt", reason="file names are Unicode there")
def test_a_file_name_that_is_no_unicode_is_listed_and_the_others_are_indexed(two_texts, new_home):
    (two_texts / os.fsdecode(b"caf\xe9.txt")).write_text("De koffie is klaar.", "utf-8")
    report = reindex(two_texts, new_home)
    assert report.added == ["koffie.txt", "wol.txt"]
    assert list(report.failed) == ["./caf\\udce9.txt"]
    assert "rename it" in report.failed["./caf\\udce9.txt"]
    assert published(new_home) == "000001\n"
    assert len(reindex(two_texts, new_home).unchanged) == 2
    assert published(new_home) == "000001\n"


# Is it outdated?


def test_an_index_is_outdated_when_a_file_comes_goes_or_changes(two_texts, new_home):
    reindex(two_texts, new_home)
    generation = open_current(new_home)
    assert not is_outdated(generation, two_texts)
    (two_texts / "nieuw.txt").write_text("De kaas.", "utf-8")
    assert is_outdated(generation, two_texts)
    (two_texts / "nieuw.txt").unlink()
    assert not is_outdated(generation, two_texts)
    (two_texts / "foto.heic").write_bytes(BINARY)  # of a kind that is not read
    assert not is_outdated(generation, two_texts)
    (two_texts / "wol.txt").write_text("De wol.", "utf-8")
    assert is_outdated(generation, two_texts)
    (two_texts / "wol.txt").unlink()
    assert is_outdated(generation, two_texts)


def test_an_index_is_outdated_when_sources_toml_changes(two_texts, new_home):
    reindex(two_texts, new_home)
    (two_texts / "sources.toml").write_text('["wol.txt"]\ntitle = "Wol"\n', "utf-8")
    assert is_outdated(open_current(new_home), two_texts)
    reindex(two_texts, new_home)
    assert not is_outdated(open_current(new_home), two_texts)
    (two_texts / "sources.toml").write_text('["wol.txt"]\ntitle = "Wol"\nlanguage = "de"\n', "utf-8")
    assert is_outdated(open_current(new_home), two_texts)


def test_without_its_corpus_an_index_is_not_outdated(two_texts, new_home):
    reindex(two_texts, new_home)
    shutil.rmtree(two_texts)
    assert not is_outdated(open_current(new_home), two_texts)


def test_progress_reaches_its_total_at_every_stage(two_texts, new_home):
    calls = []
    reindex(two_texts, new_home, calls.append)
    last = {now.step: (now.done, now.total) for now in calls}
    assert last == {
        "Reading and embedding": (2, 2),  # documents
        "Writing the index": (1, 1),
    }


# Runs that were cut off
