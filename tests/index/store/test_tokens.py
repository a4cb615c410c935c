"""Tokens: what late interaction reads of a passage is stored, checked, kept, and gone with its document."""

import shutil
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import bundled_contextual
from rodedraad.index.encoders.onnx_transformer import ContextualEmbedder
from rodedraad.index.search import Searcher
from rodedraad.index.store.check import index_problems
from rodedraad.index.store.checksums import SMALL_FILE
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.store.publishing import current, open_current
from tests.index.store.two_texts import WOOL, answers, change

pytestmark = pytest.mark.usefixtures("no_parser_process")


def stored(home: Path) -> dict[str, list[bytes]]:
    """The tokens of each document's passages, by its id."""
    generation = open_current(home)
    return {
        entry.path: [
            generation.tokens(number)
            for number in range(generation.first_passage(at), generation.first_passage(at) + entry.passages)
        ]
        for at, entry in enumerate(generation.manifest.documents)
    }


def test_the_tokens_of_every_passage_are_stored(place: Path) -> None:
    texts = {name: (place / "corpus" / name).read_text("utf-8") for name in ("koffie.txt", "wol.txt")}
    expected = {name: [bundled_contextual().embeddings([text])[0].tokens] for name, text in texts.items()}
    found = stored(place / "home")
    assert {name: [len(t) for t in tokens] for name, tokens in found.items()} == {
        name: [len(t) for t in tokens] for name, tokens in expected.items()
    }
    assert all(len(tokens) > 300 for [tokens] in found.values())


def test_a_question_reads_no_passage_with_the_transformer(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searcher = Searcher.open(place / "home")
    monkeypatch.setattr(ContextualEmbedder, "embeddings", None)
    hits = searcher.search(searcher.query("Wat doen de vrouwen met de wol?"), 2)
    assert hits[0].passage.text == WOOL
    assert all(hit.signals["interaction"] > 0 for hit in hits)


def test_what_did_not_change_is_read_from_the_index_and_what_is_gone_goes(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, read = stored(place / "home"), []
    real = ContextualEmbedder.embeddings

    def embeddings(self, texts):
        read.extend(texts)
        return real(self, texts)

    monkeypatch.setattr(ContextualEmbedder, "embeddings", embeddings)
    change(place)
    reindex(place / "corpus", place / "home")
    assert read == ["De vrouwen verven de wol van de lama bruin."]
    after = stored(place / "home")
    assert after["koffie.txt"] == before["koffie.txt"]
    assert after["wol.txt"] != before["wol.txt"]
    (place / "corpus" / "wol.txt").unlink()
    reindex(place / "corpus", place / "home")
    assert stored(place / "home") == {"koffie.txt": before["koffie.txt"]}
    assert len(read) == 1


@pytest.fixture(scope="module")
def larger(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two texts and a longer one, whose tokens are too many to be compared at opening."""
    folder = tmp_path_factory.mktemp("larger") / "place"
    shutil.copytree(built, folder)
    story = "\n\n".join(
        f"In dorp {n} wonen {n} boeren. " + "Ze telen thee en rijst. " * 15 for n in range(25)
    )
    (folder / "corpus" / "thee.txt").write_text(story, "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def ask_for_every_passage(home: Path) -> None:
    searcher = Searcher.open(home)
    for number in range(searcher.generation.passages):
        searcher.search(searcher.query(searcher.generation.passage(number)[1].text), 1)


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["tokens", "places"])
def test_damage_is_named_before_an_answer_and_mended(larger: Path, tmp_path: Path, suffix: str) -> None:
    place = Path(shutil.copytree(larger, tmp_path / "place"))
    home = place / "home"
    path = max(current(home).glob(f"passages/*.{suffix}"), key=lambda path: path.stat().st_size)
    assert suffix == "places" or path.stat().st_size > SMALL_FILE
    flip(path)
    with pytest.raises(IndexProblem) as caught:
        ask_for_every_passage(home)
    assert str(path) in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad check --repair")
    problems = index_problems(home)
    assert problems[0] == f"The file {path} is damaged or missing."
    assert "The text, the vectors or the tokens of thee.txt are damaged." in problems
    report = reindex(place / "corpus", home, repair=True)
    assert report.changed == ["thee.txt"]
    assert index_problems(home) == []
    assert answers(place) == WOOL


@pytest.mark.parametrize("suffix", ["tokens", "places"])
def test_a_missing_file_is_named_and_mended(place: Path, suffix: str) -> None:
    [path] = current(place / "home").glob(f"passages/*.{suffix}")
    path.unlink()
    with pytest.raises(IndexProblem) as caught:
        Searcher.open(place / "home")
    assert f"{path} is damaged or missing" in str(caught.value)
    assert index_problems(place / "home")[0] == f"The file {path} is damaged or missing."
    reindex(place / "corpus", place / "home", repair=True)
    assert index_problems(place / "home") == []
    assert answers(place) == WOOL
