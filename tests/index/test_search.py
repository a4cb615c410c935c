"""Search: ranked passages, true to their documents, each score the sum of its signals."""

import json
import math
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL, load_embedder
from rodedraad.index.ranking import PASSAGE, weighted
from rodedraad.index.search import Searcher
from rodedraad.index.settings import Settings
from rodedraad.index.store.manifest import IndexProblem
from tests.index.covered import coverage

pytestmark = pytest.mark.usefixtures("no_parser_process")

ROOT = Path(__file__).parents[2]
QUESTIONS = [
    "How does Red Social formalise miners?",
    "Wat verdient een dorp aan zijn bos?",
    "Que font les femmes avec la laine des alpagas ?",
    "¿Cómo ayuda Bélgica a la sanidad peruana?",
    "Wie hilft Belgien den Bergleuten?",
    "mijnbouw",
    "?!",
    "qzxvkjw",
]


@pytest.fixture
def villages(tmp_path):
    """The index of a small corpus: one Dutch document, one English."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "dorp.txt").write_text("De boeren in het dorp verkopen hun koffie.", "utf-8")
    (corpus / "shop.txt").write_text("The shop in town sells the villagers' honey.", "utf-8")
    home = tmp_path / "home"
    reindex(corpus, home)
    return home


def gold_questions():
    lines = (ROOT / "app/evaluation/gold/questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_hit_is_true_to_its_document(searcher, question):
    hits = searcher.search(searcher.query(question), 1000)
    assert len(hits) == searcher.generation.passages
    assert len({(hit.document.id, hit.passage.start) for hit in hits}) == len(hits)
    for hit in hits:
        passage = hit.passage
        assert hit.document.text[passage.start : passage.end] == passage.text
        assert passage.document_id == hit.document.id


@pytest.mark.parametrize("question", QUESTIONS)
def test_hits_are_ranked_by_the_weighted_sum_of_their_signals(searcher, question):
    hits = searcher.search(searcher.query(question), 10)
    assert [hit.rank for hit in hits] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        assert set(hit.signals) == set(PASSAGE)
        by_hand = sum(PASSAGE[name] * hit.signals[name] for name in PASSAGE)
        assert hit.score == pytest.approx(by_hand)
        assert 0 <= hit.signals["coverage"] <= 1.00001
        assert 0 <= hit.signals["bm25"] <= 1
        assert -1.00001 <= hit.signals["dense"] <= 1.00001


def test_signals_are_what_they_are_called(searcher):
    query = searcher.query("How does Red Social formalise miners?")
    embedder = load_embedder(Settings())
    for hit in searcher.search(query, 20):
        words = searcher._words.analysis
        own = set(words.with_parts(words.words(hit.passage.text), hit.passage.language))
        cosine = float(embedder.passages([hit.passage.text])[0] @ query.vector[0])
        assert hit.signals["dense"] == pytest.approx(cosine, abs=1e-3)
        assert hit.signals["coverage"] == pytest.approx(coverage(query.words, own), abs=1e-5)
        assert hit.signals["nearness"] == 0.0


def test_the_weights_are_applied():
    signals = {"coverage": 0.5, "dense": 0.25, "bm25": 1.0, "nearness": 0.0}
    assert weighted(signals, PASSAGE) == pytest.approx(
        0.5 * PASSAGE["coverage"] + 0.25 * PASSAGE["dense"] + PASSAGE["bm25"]
    )
    assert weighted({"coverage": 1.0}, PASSAGE) == PASSAGE["coverage"]


def test_questions_in_other_languages_find_the_dutch_passage(searcher):
    [hit] = searcher.search(searcher.query("How does Red Social formalise miners?"), 1)
    assert "Red Social" in hit.passage.text
    [hit] = searcher.search(searcher.query("Since when has the Cepicafe cooperative existed?"), 1)
    assert "bestaat sinds 1995" in hit.passage.text


def test_bm25_counts_only_within_a_language(villages):
    searcher = Searcher.open(villages)
    dutch = searcher.query("Wat verkopen de boeren in het dorp?")
    assert dutch.language == "nl"
    bm25 = {hit.document.id: hit.signals["bm25"] for hit in searcher.search(dutch, 2)}
    assert bm25["dorp.txt"] > 0.1
    assert bm25["shop.txt"] == 0.0  # though both hold the word "in"
    english = searcher.query("What does the shop in town sell to the villagers?")
    assert english.language == "en"
    bm25 = {hit.document.id: hit.signals["bm25"] for hit in searcher.search(english, 2)}
    assert bm25["shop.txt"] > 0.1
    assert bm25["dorp.txt"] == 0.0


def test_nearness_prefers_the_neighbours_of_a_passage(searcher):
    query = searcher.query("Hoeveel gezinnen?")
    plain = searcher.search(query, 1000)
    talk = plain[-1].passage
    near = searcher.search(query, 1000, [talk])
    before = {(h.document.id, h.passage.start): h for h in plain}
    for hit in near:
        unmoved = before[hit.document.id, hit.passage.start]
        if bool(hit.sentences) != bool(unmoved.sentences):
            continue
        gained = hit.score - unmoved.score
        gained -= PASSAGE["before"] * (hit.signals["before"] - unmoved.signals["before"])
        distance = abs(hit.passage.start - talk.start)
        expected = math.exp(-distance / 800) if hit.document.id == talk.document_id else 0.0
        assert hit.signals["nearness"] == pytest.approx(expected)
        assert gained == pytest.approx(PASSAGE["nearness"] * expected)
    [same] = [hit for hit in near if hit.passage == talk]
    assert same.signals["nearness"] == 1.0
    assert same.rank < plain[-1].rank


def test_the_passages_before_one_that_name_its_subject_count_for_it(tmp_path):
    named = "De coöperatie Zonnedauw kreeg in mei een nieuw gebouw aan de haven van Lier. " * 7
    told = "Ze verkoopt haar honing aan winkels in twaalf steden en aan een fabriek van koekjes. " * 6
    other = "De trein rijdt elk uur naar de hoofdstad, ook op zondag en op feestdagen in de winter. " * 6
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "een.txt").write_text(f"{named}\n\n{told}", "utf-8")
    (tmp_path / "corpus" / "twee.txt").write_text(f"{other}\n\n{told.replace('honing', 'jam')}", "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    searcher = Searcher.open(tmp_path / "home")
    hits = searcher.search(searcher.query("Aan wie verkoopt Zonnedauw?"), 10)
    before = {hit.passage.text[:20]: hit.signals["before"] for hit in hits}
    assert before["Ze verkoopt haar hon"] > 0.03 > before["Ze verkoopt haar jam"]
    assert before["De coöperatie Zonned"] == 0.0
    without = Searcher.open(tmp_path / "home", {"before"})
    assert {hit.signals["before"] for hit in without.search(without.query("Wie?"), 10)} == {0.0}


def test_of_several_passages_the_nearest_decides(searcher):
    query = searcher.query("Hoeveel gezinnen?")
    count = searcher.generation.passages
    first, last = (searcher.generation.passage(number)[1] for number in (0, count - 1))
    assert first.document_id != last.document_id
    hits = searcher.search(query, count, [first, last])
    signals = {hit.passage: hit.signals["nearness"] for hit in hits}
    assert signals[first] == 1.0
    assert signals[last] == 1.0


def test_k_bounds_the_hits_and_keeps_their_order(searcher):
    query = searcher.query("mijnbouw")
    assert searcher.search(query, 0) == []
    assert searcher.search(query, 3) == searcher.search(query, 30)[:3]


def test_the_ten_best_are_read_and_no_others(searcher):
    hits = searcher.search(searcher.query("Hoeveel hectare koffie telen de gezinnen?"), 30)
    assert all(hit.sentences and hit.signals["interaction"] > 0 for hit in hits[:10])
    assert not any(hit.sentences or hit.signals["interaction"] for hit in hits[10:])


def test_the_sentences_of_a_hit_are_its_passages(searcher):
    for hit in searcher.search(searcher.query("Wat doet de ngo in het noorden?"), 10):
        spans = [(sentence.start, sentence.end) for sentence in hit.sentences]
        assert spans == list(hit.passage.sentences)
        assert hit.signals["sentence"] == max(sentence.score for sentence in hit.sentences)


def test_without_interaction_nothing_is_compared_token_by_token(home):
    searcher = Searcher.open(home, {"interaction"})
    for hit in searcher.search(searcher.query("Hoeveel hectare koffie telen de gezinnen?"), 10):
        assert hit.signals["interaction"] == 0.0
        assert not hit.met.any()


def test_a_corpus_of_one_passage_can_be_searched(tmp_path):
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "a.txt").write_text("De boer plukt koffie.", "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    searcher = Searcher.open(tmp_path / "home")
    [hit] = searcher.search(searcher.query("Wat plukt de boer?"), 10)
    assert hit.rank == 1
    assert hit.passage.text == "De boer plukt koffie."
    held, absent = math.log(4 / 3), math.log(4)  # how rare a word is that 1 of 1 holds, or none
    assert hit.signals["coverage"] == pytest.approx(3 * held / (3 * held + absent))
    [hit] = searcher.search(searcher.query("?!"), 10)
    assert hit.signals["coverage"] == 0.0


def test_threads_get_the_same_hits_as_one(searcher):
    questions = gold_questions()[:24]

    def ask(question):
        return searcher.search(searcher.query(question), 5)

    alone = [ask(question) for question in questions]
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(ask, questions * 3))
    assert together == alone * 3


def test_a_searcher_knows_whether_it_is_current(villages):
    searcher = Searcher.open(villages)
    assert searcher.is_current(villages)
    (villages.parent / "corpus" / "nieuw.txt").write_text("De kaas rijpt.", "utf-8")
    reindex(villages.parent / "corpus", villages)
    assert not searcher.is_current(villages)
    assert Searcher.open(villages).is_current(villages)


# An index made otherwise


def test_without_an_index_it_is_said_how_to_make_one(tmp_path):
    with pytest.raises(IndexProblem, match=r"There is no index in .* yet\. Run: rodedraad index"):
        Searcher.open(tmp_path)


def test_an_index_of_another_model_is_refused(villages, tmp_path):
    shutil.copytree(BUNDLED_MODEL, tmp_path / "model")
    (villages / "settings.toml").write_text(f"model = '{tmp_path / 'model'}'", "utf-8")
    with pytest.raises(IndexProblem) as caught:
        Searcher.open(villages)
    assert str(caught.value) == (
        "The index was made by the model 'bundled', and settings.toml now names "
        f"'{tmp_path / 'model'}'. Run: rodedraad index"
    )
    reindex(villages.parent / "corpus", villages)
    searcher = Searcher.open(villages)
    [hit] = searcher.search(searcher.query("Wat verkopen de boeren?"), 1)
    assert hit.document.id == "dorp.txt"
    (villages / "settings.toml").unlink()
    with pytest.raises(IndexProblem, match=r"settings\.toml now names 'bundled'\. Run: rodedraad"):
        Searcher.open(villages)


def test_an_index_of_other_prefixes_is_refused(villages, tmp_path):
    shutil.copytree(BUNDLED_MODEL, tmp_path / "model")
    model = f"model = '{tmp_path / 'model'}'\n"
    (villages / "settings.toml").write_text(model, "utf-8")
    reindex(villages.parent / "corpus", villages)
    (villages / "settings.toml").write_text(model + "query_prefix = 'query: '\n", "utf-8")
    with pytest.raises(IndexProblem) as caught:
        Searcher.open(villages)
    assert "made by another version of the model" in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad index")


def test_another_passage_size_waits_for_the_next_indexing(villages):
    (villages / "settings.toml").write_text("passage_size = 300", "utf-8")
    searcher = Searcher.open(villages)
    assert searcher.search(searcher.query("koffie"), 1)[0].document.id == "dorp.txt"


def test_a_hit_tells_which_words_of_the_question_its_passage_holds(searcher):
    query = searcher.query("How many families live from coffee?")
    words = next(hit.words for hit in searcher.search(query, 10) if "225.000 gezinnen" in hit.passage.text)
    assert words["coffee"] == "koffie"
    assert words["families"] == "gezinnen"
    assert "from" not in words
