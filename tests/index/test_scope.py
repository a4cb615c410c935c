"""Scope: candidates are proposed within what was chosen, however well other documents score."""

from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.scope import NothingInScope, Scope, period
from rodedraad.index.search import Searcher
from rodedraad.ingest.errors import RodeDraadError

QUESTION = "Hoeveel kost een kaartje voor de kabelbaan?"
DATES = {"2015/a.md": "2015-03-01", "2015/b.md": "2015", "2016/c.md": "2016-06", "2016/d.md": ""}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    """A thousand passages that name what is asked, and twelve in a folder that do not."""
    folder = tmp_path_factory.mktemp("many")
    (folder / "corpus" / "wol").mkdir(parents=True)
    about = [f"Een kaartje voor de kabelbaan van dorp {n} kost {n} sol." for n in range(300)]
    for part in range(3):
        (folder / "corpus" / f"kabelbaan-{part}.md").write_text("\n\n# Kabelbaan\n\n".join(about), "utf-8")
    for n in range(12):
        text = f"De vrouwen van dorp {n} verven hun wol met planten."
        (folder / "corpus" / "wol" / f"{n}.md").write_text(text, "utf-8")
    english = "The women of the village dye their wool with plants."
    (folder / "corpus" / "wol" / "wool.md").write_text(english, "utf-8")
    reindex(folder / "corpus", folder / "home")
    return Searcher.open(folder / "home")


def found(searcher: Searcher, **scope: tuple[str, ...]) -> set[str]:
    hits = searcher.search(searcher.query(QUESTION), 10, scope=Scope(**scope))  # type: ignore[arg-type]
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    return {hit.document.id for hit in hits}


@pytest.mark.slow
def test_ten_passages_of_the_chosen_are_found_though_hundreds_score_higher(many: Searcher) -> None:
    assert all(id.startswith("kabelbaan") for id in found(many))
    hits = many.search(many.query(QUESTION), 30, scope=Scope(("wol",)))
    assert len(hits) == 13
    assert {hit.document.id.split("/")[0] for hit in hits} == {"wol"}
    assert [bool(hit.sentences) for hit in hits] == [True] * 10 + [False] * 3
    best = many.search(many.query(QUESTION), 1)[0]
    [same] = many.search(many.query(QUESTION), 1, scope=Scope((best.document.id,)))
    assert (same.passage, same.signals["bm25"]) == (best.passage, best.signals["bm25"])


def test_a_document_a_folder_a_pattern_and_a_language_are_chosen(many: Searcher) -> None:
    assert found(many, documents=("wol/3.md",)) == {"wol/3.md"}
    assert found(many, documents=("wol/3.md", "wol/4.md")) == {"wol/3.md", "wol/4.md"}
    assert found(many, documents=("wol/",), languages=("en",)) == {"wol/wool.md"}
    assert found(many, documents=("*/1?.md",)) == {"wol/10.md", "wol/11.md"}
    assert found(many, languages=("en",)) == {"wol/wool.md"}


def test_a_choice_that_admits_nothing_says_so(many: Searcher) -> None:
    for scope in (Scope(("goud",)), Scope(("wol", "goud")), Scope(languages=("fr",)), Scope(("kabelbaan",))):
        with pytest.raises(NothingInScope):
            many.search(many.query(QUESTION), 10, scope=scope)
    with pytest.raises(NothingInScope, match=r"There is no document or folder 'goud' in the index\."):
        many.chosen(Scope(("goud",)))
    with pytest.raises(NothingInScope, match="No document matches what was chosen: wol; fr; from 2015."):
        many.chosen(Scope(("wol",), ("fr",), "2015"))


@pytest.mark.parametrize(
    ("scope", "chosen"),
    [
        (Scope(date_from="2015"), ["2015/a.md", "2015/b.md", "2016/c.md"]),
        (Scope(date_from="2015-04"), ["2015/b.md", "2016/c.md"]),
        (Scope(date_to="2015"), ["2015/a.md", "2015/b.md"]),
        (Scope(date_to="2015-03-01"), ["2015/a.md", "2015/b.md"]),
        (Scope(date_from="2016-06-30", date_to="2016-07"), ["2016/c.md"]),
        (Scope(("2016",), date_from="2015"), ["2016/c.md"]),
    ],
)
def test_dates_are_compared_as_periods_and_who_has_none_is_left_out(
    dated: Searcher, scope: Scope, chosen: list[str]
) -> None:
    assert [entry.path for entry in dated.chosen(scope)] == chosen


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Searcher:
    folder = tmp_path_factory.mktemp("dated")
    for id, date in DATES.items():
        (folder / "corpus" / id).parent.mkdir(parents=True, exist_ok=True)
        front = f"---\ndate: {date}\n---\n" if id.startswith("2015") else ""
        (folder / "corpus" / id).write_text(f"{front}De boer plukt koffie.", "utf-8")
    (folder / "corpus" / "sources.toml").write_text('["2016/c.md"]\ndate = "2016-06"\n', "utf-8")
    reindex(folder / "corpus", folder / "home")
    return Searcher.open(folder / "home")


@pytest.mark.parametrize(
    "given",
    [
        {"languages": ("it",)},
        {"date_from": "gisteren"},
        {"date_to": "2015-13"},
        {"date_to": "2015-02-30"},
        {"documents": ("a",) * 201},
        {"documents": ("a" * 3001,)},
    ],
)
def test_what_cannot_be_chosen_is_refused(given: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(RodeDraadError):
        Scope(**given)  # type: ignore[arg-type]


def test_a_name_matches_in_either_unicode_form_and_brackets_are_no_pattern(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "cafe\u0301 [1].md").write_text("De boer plukt koffie.", "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    searcher = Searcher.open(tmp_path / "home")
    for name in ("caf\u00e9 [1].md", "./caf\u00e9 [1].md", "caf\u00e9 [*].md"):
        assert len(searcher.chosen(Scope((name,)))) == 1


def test_a_period_is_the_days_that_a_date_names() -> None:
    assert period("2015") == ("2015-01-01", "2015-12-31")
    assert period("2015-12-01T10:00:00Z") == ("2015-12-01", "2015-12-01")
    assert period("december 2015") is period(None) is period("20151") is None
