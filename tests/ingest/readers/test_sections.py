"""Sections: a passage is found by the heading above it, and in its own language, and says where it is."""

import pytest

from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher

FILLER = "De mensen van het dorp verkopen hun oogst op de markt en bouwen samen een school. " * 12
FRENCH = (
    "Les femmes du village tricotent des pulls avec la laine de leurs alpagas, et les vendent au marché. "
    "Elles ont fondé une coopérative qui compte aujourd’hui soixante membres."
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sections")
    (folder / "corpus").mkdir()
    sections = "\n\n".join(
        f"## {name}\n\n{FILLER}\n\nEr wonen {count} mensen." for name, count in TOWNS.items()
    )
    (folder / "corpus" / "dorpen.md").write_text(f"# Dorpen in Peru\n\n{sections}", "utf-8")
    (folder / "corpus" / "wol.md").write_text(f"# Wol\n\n{FILLER}\n\n{FRENCH}\n\n{FILLER}", "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


TOWNS = {"Chachapoyas": 370, "Huancavelica": 740, "Moyobamba": 1110}


@pytest.fixture(scope="module")
def town_searcher(folder):
    return Searcher.open(folder / "home")


@pytest.mark.parametrize("town", TOWNS)
def test_a_passage_is_found_by_the_heading_that_it_stands_under(town_searcher, town):
    hits = town_searcher.search(town_searcher.query(f"Hoeveel mensen wonen er in {town}?"), 3)
    assert hits[0].passage.section == ("Dorpen in Peru", town)
    last = [hit.passage for hit in hits if hit.passage.section[-1] == town][-1]
    assert not last.text.startswith(town)
    assert last.searched == f"{town}\n{last.text}"


def test_words_count_in_the_language_of_the_passage(town_searcher):
    (hit,) = town_searcher.search(
        town_searcher.query("Combien de membres compte la coopérative des femmes ?"), 1
    )
    assert "soixante membres" in hit.passage.text
    assert (hit.document.language, hit.passage.language) == ("nl", "fr")
    assert hit.signals["bm25"] > 0


def test_a_citation_names_the_section(folder, capsys):
    question = ["ask", "Hoeveel mensen wonen er in Huancavelica?"]
    folders = ["--corpus", str(folder / "corpus"), "--home", str(folder / "home")]
    assert main([*question, *folders]) == 0
    assert "Dorpen in Peru, § Huancavelica" in capsys.readouterr().out
    assert main([*question, "--json", *folders]) == 0
    assert '"section": ["Dorpen in Peru", "Huancavelica"]' in capsys.readouterr().out
