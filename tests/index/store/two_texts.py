"""Two texts, and what is seen of an index of them."""

from rodedraad.index.search import Searcher
from rodedraad.index.store.manifest import IndexProblem

COFFEE = "De boer plukt de koffie. Hij brengt ze naar de coöperatie in het dorp."
WOOL = "De vrouwen spinnen de wol van de alpaca. Ze verkopen truien op de markt."


def generations(place):
    return sorted(path.name for path in (place / "home" / "generations").iterdir())


def answers(place):
    """What the index answers: its best passage on a question about wool."""
    searcher = Searcher.open(place / "home")
    return searcher.search(searcher.query("Wat doen de vrouwen met de wol?"), 1)[0].passage.text


def change(place):
    (place / "corpus" / "wol.txt").write_text("De vrouwen verven de wol van de lama bruin.", "utf-8")


def problem(home):
    """The first problem that reading the whole index finds; empty if there is none."""
    try:
        generation = Searcher.open(home).generation
        for number in range(generation.passages):
            generation.passage(number)
    except IndexProblem as error:
        return str(error)
    return ""
