"""Answered examples: each is asked once of a generation, and only those that are answered are suggested."""

import shutil
from pathlib import Path

import pytest

from rodedraad.answering.conversation import ask
from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from rodedraad.index.stores import store_of
from rodedraad.ingest.corpus_folder import Example, load_sources
from rodedraad.live.answered_examples import FILE, ask_examples, is_answered, kept_examples
from rodedraad.live.live_corpus import LiveCorpus
from rodedraad.live.live_index import LiveIndex
from rodedraad.page.welcome import suggested
from tests.servers import until

BEGAN = "In de zomer van 1965 begon de Belgische Ontwikkelingssamenwerking met haar werk in Peru."
COCOA = "In 2006 exporteerde Cepicafe voor het eerst 32 ton cacao, in 2014 was dat al 700 ton."
WOMEN = (
    "Bovendien kunnen de vrouwen dit weef- en breiwerk thuis doen, waardoor ze een eigen inkomen verwerven "
    "zonder dat ze hun huishouden in de steek moeten laten."
)
GROWERS = "Coopagros is een coöperatie van aardappelboeren met 266 producenten."
COFFEE = (
    "In de koffiesector in Peru zijn 225.000 gezinnen werkzaam die 425.000 hectare bewerken, zonder meer "
    "dus een strategische sector waarin producenten investeren."
)
KNIT = (
    "Sinds 2012 steunt TDC hier een project van Royal Knit, een Peruviaans familiebedrijf dat het als haar "
    "missie ziet om indígenas op te leiden in traditionele weef- en breitechnieken en daarna de kans te "
    "geven mee te werken aan haar collecties."
)
ANSWERED = {
    "nl": {
        "Wanneer begon de Belgische Ontwikkelingssamenwerking in Peru?": BEGAN,
        "Hoeveel ton cacao exporteerde Cepicafe in 2014?": COCOA,
        "Hoe komen vrouwen aan een eigen inkomen?": WOMEN,
    },
    "en": {
        "When did Belgian development cooperation in Peru begin?": BEGAN,
        "How many tonnes of cocoa did Cepicafe export in 2014?": COCOA,
        "How do women earn an income of their own?": WOMEN,
    },
    "fr": {
        "Combien de producteurs compte la coopérative Coopagros ?": GROWERS,
        "Quand la coopération belge au développement a-t-elle commencé au Pérou ?": BEGAN,
        "Combien de familles travaillent dans le secteur du café ?": COFFEE,
    },
    "es": {
        "¿Cuándo empezó la cooperación belga en el Perú?": BEGAN,
        "¿Cuántos productores tiene Coopagros?": GROWERS,
        "¿Desde cuándo apoya el TDC el proyecto de Royal Knit?": KNIT,
    },
    "de": {
        "Wann begann die belgische Entwicklungszusammenarbeit in Peru?": BEGAN,
        "Wie viele Tonnen Kakao exportierte Cepicafe 2014?": COCOA,
        "Wie kommen Frauen zu einem eigenen Einkommen?": WOMEN,
    },
}


@pytest.mark.slow
def test_each_example_that_ships_gets_its_quote(searcher: Searcher, home: Path, corpus: Path) -> None:
    examples = load_sources(corpus).examples
    expected = {question for questions in ANSWERED.values() for question in questions}
    assert {example.question for example in examples} == expected
    assert ask_examples(corpus, home, lambda: searcher) == dict.fromkeys(examples, True)
    index = LiveIndex(home)
    for language, questions in ANSWERED.items():
        assert suggested(index, language) == list(questions)
        for question, quote in questions.items():
            assert quote in " ".join(ask(searcher, question).quotes[0].text.split())


@pytest.mark.parametrize(
    ("example", "answered"),
    [
        (Example("How many families work in the coffee sector?", "225.000 gezinnen"), True),
        (Example("How many families work in the coffee sector?", "850 families"), False),
        (Example("How many families work in the coffee sector?"), True),
        (Example("How many hectares of coffee are there in Bolivia?"), False),
        (Example("Hello!"), False),
        (Example("?"), False),
    ],
)
def test_an_example_is_answered_if_it_gets_the_quote_that_is_meant(
    searcher: Searcher, example: Example, answered: bool
) -> None:
    assert is_answered(searcher, example) is answered


WOOL, MILK = "Wat draagt de lama?", "Wat geeft de geit?"
GOLD = "Hoeveel ton goud is er in Bolivia?"


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A corpus of one document with three examples, and the home of its index."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "lama.txt").write_text("De lama draagt wol.", "utf-8")
    given = f'examples = [{{ question = "{WOOL}", quote = "wol" }}, "{MILK}", "{GOLD}"]'
    (corpus / "sources.toml").write_text(given, "utf-8")
    return corpus, tmp_path / "home"


def unused() -> Searcher:
    raise AssertionError("the examples are asked again")


@pytest.mark.usefixtures("no_parser_process")
def test_what_is_known_of_a_generation_is_not_asked_again(folders: tuple[Path, Path]) -> None:
    corpus, home = folders
    reindex(corpus, home)
    kept = {Example(WOOL, "wol"): True, Example(MILK): False, Example(GOLD): False}
    assert ask_examples(corpus, home, lambda: Searcher.open(home)) == kept
    assert ask_examples(corpus, home, unused) == kept_examples(home, "000001") == kept
    assert kept_examples(home, "000002") == {}
    (corpus / "sources.toml").write_text(f'examples = ["{GOLD}", "{WOOL}"]', "utf-8")
    kept = {Example(GOLD): False, Example(WOOL): True}
    assert ask_examples(corpus, home, lambda: Searcher.open(home)) == kept
    for damaged in (b"", b"[]", b'{"generation": "000001", "examples": [1]}'):
        (home / FILE).write_bytes(damaged)
        assert kept_examples(home, "000001") == {}
        assert ask_examples(corpus, home, lambda: Searcher.open(home)) == kept
    (corpus / "sources.toml").unlink()
    assert ask_examples(corpus, home, lambda: Searcher.open(home)) == {}


@pytest.mark.usefixtures("no_parser_process")
def test_without_examples_no_index_is_opened_and_nothing_is_kept(folders: tuple[Path, Path]) -> None:
    corpus, home = folders
    (corpus / "sources.toml").unlink()
    reindex(corpus, home)
    assert ask_examples(corpus, home, unused) == {}
    assert not (home / FILE).exists()


@pytest.mark.usefixtures("no_parser_process")
def test_index_asks_the_examples_and_tells_which_are_not_answered(
    folders: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    corpus, home = folders
    assert main(["index", "--corpus", str(corpus), "--home", str(home)]) == 0
    told = [f"  not answered, so not shown as an example: {one}" for one in (MILK, GOLD)]
    assert capsys.readouterr().err.splitlines()[-2:] == told
    assert suggested(LiveIndex(home), "nl") == [WOOL]


@pytest.mark.usefixtures("no_parser_process")
def test_a_running_server_asks_them_of_each_generation_before_anybody_sees_them(
    folders: tuple[Path, Path],
) -> None:
    corpus, home = folders
    reindex(corpus, home)
    index = LiveIndex(home)
    assert suggested(index, "nl") == []
    index.follow(LiveCorpus(corpus, index).ask_examples)
    until(lambda: suggested(index, "nl") == [WOOL])
    (corpus / "geit.txt").write_text("De geit geeft melk.", "utf-8")
    reindex(corpus, home)
    index.renew()
    assert suggested(index, "nl") in ([], [WOOL, MILK])  # they may be asked by now
    until(lambda: suggested(index, "nl") == [WOOL, MILK])


@pytest.mark.usefixtures("no_parser_process")
def test_the_file_is_no_document_where_the_documents_are_in_the_home(folders: tuple[Path, Path]) -> None:
    corpus, _ = folders
    assert main(["index", "--corpus", str(corpus), "--home", str(corpus)]) == 0
    assert (corpus / FILE).exists()
    report = reindex(corpus, corpus)
    assert (report.unchanged, report.added) == (["lama.txt"], [])


def test_examples_of_other_languages_fill_up_and_wrong_ones_are_left_out(
    home: Path, searcher: Searcher, tmp_path: Path
) -> None:
    mine = shutil.copytree(home, tmp_path / "home")
    dutch, english = (
        "Hoeveel gezinnen werken er in de koffiesector?",
        "How many families work in the coffee sector?",
    )
    given = f'examples = ["{dutch}", "Hoeveel hectare koffie is er in Bolivia?", "{english}"]'
    (tmp_path / "sources.toml").write_text(given, "utf-8")
    ask_examples(tmp_path, mine, lambda: searcher)
    assert store_of(mine).current() == searcher.generation.id
    index = LiveIndex(mine)
    assert suggested(index, "en") == [english, dutch]
    assert suggested(index, "nl") == [dutch, english]
