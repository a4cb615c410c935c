"""Words: compounds, stems, and matches across languages; scores as they are defined."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.words.analysis import Analysis
from rodedraad.index.words.compounds import LINKS, CompoundSplitter
from rodedraad.index.words.word_index import WordIndex
from rodedraad.index.words.word_writer import WordWriter
from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes
from tests.index.covered import coverage

ROOT = Path(__file__).parents[2]
LEXICON = frozenset(
    """
    bedrijf leider paard bloem boer boeren gemeenschap gemeen chap koffie chocolade fabriek land
    bouw landbouw grond ontwikkeling samenwerking samen werking amen basis gezondheid zorg drink
    """.split()
)
DOCUMENTS = [
    ("De landbouwcoöperatie exporteert koffie naar Duitsland.", "nl"),
    ("Een boer in het dorp verbouwt cacao.", "nl"),
    ("De boeren verbouwen cacao, de boeren verkopen cacao.", "nl"),
    ("Les cafés de Lima sont près de la mer.", "fr"),
    ("The farmers drink waterproof tea.", "en"),
]


def index_of(folder, passages):
    """The index of passages, each a text and its language, written into a new folder."""
    writer = WordWriter(folder, "000001", bundled_static())
    writer.add(0, passages)
    writer.finish()
    writer.close()
    return WordIndex(folder, bundled_static(), np.arange(len(passages)))


@pytest.fixture(scope="module")
def analysis():
    return Analysis(bundled_static())


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The index of a few sentences."""
    folder = tmp_path_factory.mktemp("small") / "words"
    return index_of(folder, DOCUMENTS)


@pytest.fixture(scope="module")
def corpus_passages():
    documents = [read_documents(s, read_bytes(s))[0] for s in scan(ROOT / "corpus")[0]]
    return [(p.text, d.language) for d in documents for p in split_passages(d)]


@pytest.fixture(scope="module")
def corpus_words(tmp_path_factory, corpus_passages):
    """The index of the corpus' passages."""
    folder = tmp_path_factory.mktemp("corpus") / "words"
    return index_of(folder, corpus_passages)


def passage_words(index, text, language):
    return set(index.analysis.with_parts(index.analysis.words(text), language))


# Compounds


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("koffieboer", ("koffie", "boer")),
        ("bedrijfsleider", ("bedrijf", "leider")),
        ("paardebloem", ("paard", "bloem")),
        ("paardenbloem", ("paard", "bloem")),
        ("chocoladefabriek", ("chocolade", "fabriek")),
        ("landbouwgrond", ("landbouw", "grond")),
        ("boerengemeenschap", ("boeren", "gemeenschap")),
        ("ontwikkelingssamenwerking", ("ontwikkeling", "samenwerking")),
        ("basisgezondheidszorg", ("basis", "gezondheid", "zorg")),
        ("koffie", ()),
        ("koffiexyz", ()),
        ("xyzkoffie", ()),
        ("koffies", ()),
        ("", ()),
    ],
)
def test_a_compound_is_cut_into_its_words(word, parts):
    assert CompoundSplitter(LEXICON.__contains__).parts(word) == parts


@given(st.lists(st.tuples(st.sampled_from(sorted(LEXICON)), st.sampled_from(LINKS)), max_size=4))
@settings(deadline=None, max_examples=200)
def test_what_is_put_together_comes_apart(pieces):
    word = "".join(part + link for part, link in pieces[:-1]) + "".join(p for p, _ in pieces[-1:])
    parts = CompoundSplitter(LEXICON.__contains__).parts(word)
    assert set(parts) <= LEXICON
    assert len(parts) <= max(len(pieces), 2)
    if len(pieces) >= 2:
        assert len(parts) >= 2
    assert is_made_of(word, parts)


@given(st.text("abenst", max_size=24), st.sets(st.text("abenst", min_size=2, max_size=6)))
@settings(deadline=None, max_examples=200)
def test_any_cut_gives_words_of_the_lexicon_with_links_between(word, lexicon):
    parts = CompoundSplitter(lexicon.__contains__, shortest=2).parts(word)
    assert len(parts) != 1
    assert set(parts) <= lexicon
    assert is_made_of(word, parts)


def is_made_of(word, parts):
    """Whether a word is its parts in order, with nothing but links between."""
    ends = {len(parts[0])} if parts and word.startswith(parts[0]) else set()
    for part in parts[1:]:
        starts = {end + len(link) for end in ends for link in LINKS if word.startswith(link, end)}
        ends = {start + len(part) for start in starts if word.startswith(part, start)}
    return not parts or len(word) in ends


def test_compounds_are_cut_with_the_words_of_the_bundled_model(analysis):
    cut = analysis.with_parts(["koffieboeren", "drinkwater", "dorp"], "nl")
    assert cut == ["koffieboeren", "koffie", "boeren", "drinkwater", "drink", "water", "dorp"]


@pytest.mark.parametrize("language", ["en", "fr", "es", "xx"])
def test_words_of_other_languages_are_not_cut(analysis, language):
    assert analysis.with_parts(["waterproof", "drinkwater"], language) == [
        "waterproof",
        "drinkwater",
    ]


# Analysis


def test_words_are_folded_and_single_letters_left_out(analysis):
    assert analysis.words("Coöperatie É. Müller's 32 à 5 cafés!") == [
        "cooperatie",
        "muller",
        "32",
        "5",
        "cafes",
    ]


def test_a_word_of_absurd_length_is_left_out(analysis):
    assert analysis.words("koffie " + "x" * 5_000 + " thee") == ["koffie", "thee"]


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=100)
def test_any_text_becomes_words_without_white_space(analysis, text):
    for word in analysis.words(text):
        assert word.split() == [word]
        assert len(analysis.stem(word, "nl").split()) == 1


def test_inflections_share_a_stem(analysis):
    assert analysis.stem("boeren", "nl") == analysis.stem("boer", "nl")
    assert analysis.stem("farmers", "en") == analysis.stem("farmer", "en")
    assert analysis.stem("femmes", "fr") == analysis.stem("femme", "fr")
    assert analysis.stem("montanas", "es") == analysis.stem("montana", "es")
    assert analysis.stem("word", "xx") == "word"


# BM25


def found(ranking):
    return [number for number, _ in ranking]


def test_a_stem_finds_its_inflections(small):
    assert sorted(found(small.search_bm25("boer", "nl", 10))) == [1, 2]
    assert sorted(found(small.search_bm25("BOEREN?", "nl", 10))) == [1, 2]
    assert found(small.search_bm25("farmer", "en", 10)) == [4]


def test_accents_make_no_difference(small):
    assert found(small.search_bm25("cafe pres", "fr", 10)) == [3]
    assert found(small.search_bm25("café près", "fr", 10)) == [3]


def test_a_part_finds_its_compound_and_a_compound_its_part(small):
    assert found(small.search_bm25("landbouw", "nl", 10)) == [0]
    assert found(small.search_bm25("koffieboeren", "nl", 1)) == [0]
    assert small.search_bm25("water", "en", 10) == []  # of waterproof, which is English


def test_a_word_that_comes_back_counts_for_more(small):
    assert found(small.search_bm25("cacao", "nl", 10)) == [2, 1]


def test_bm25_is_a_share_of_the_highest_score(small, corpus_words):
    for index, question in (
        (small, "cacao boeren"),
        (corpus_words, "de boeren in Peru"),
        (small, ""),
    ):
        for _, score in index.search_bm25(question, "nl", 100):
            assert 0 < score <= 1


@given(st.lists(st.sampled_from("de boer boeren cacao koffie dorp in xqz".split()), max_size=30))
@settings(deadline=None, max_examples=50)
def test_bm25_lies_between_0_and_1_and_falls(small, words):
    scores = [score for _, score in small.search_bm25(" ".join(words), "nl", 10)]
    assert all(0 < score <= 1 for score in scores)
    assert scores == sorted(scores, reverse=True)


# Matches and coverage


def test_a_dutch_text_is_reached_by_english_words(corpus_words):
    [miners, women] = corpus_words.match("miners, women!")
    assert miners.text == "miners"
    assert {"mijnwerkers", "mijnbouw", "mijnen"} <= miners.matches.keys()
    assert "vrouwen" in women.matches
    assert "vrouwen" not in miners.matches


def test_a_word_of_the_corpus_matches_itself_best(corpus_words):
    [word] = corpus_words.match("mijnbouw")
    assert word.matches["mijnbouw"] == pytest.approx(1.0, abs=1e-5)
    assert max(word.matches, key=word.matches.get) == "mijnbouw"


def test_matches_lie_between_0_and_1_and_the_rare_count_for_more(corpus_words):
    words = corpus_words.match("Hoe helpt België de vrouwen van alpacaboeren in Peru aan quinoa?")
    assert all(0 < weight <= 1 for word in words for weight in word.matches.values())
    rarity = {word.text: word.rarity for word in words}
    assert rarity["quinoa"] > rarity["peru"] > 0
    assert rarity["de"] < rarity["vrouwen"]


def test_each_different_word_is_matched_once(corpus_words):
    assert [word.text for word in corpus_words.match("Peru, Peru en PERU")] == ["peru", "en"]


def gold_questions():
    lines = (ROOT / "app/evaluation/gold/questions.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["question"] for line in lines]


def assert_coverage_is_as_defined(index, passages, question):
    words = index.match(question)
    expected = {
        number: covered
        for number, (text, language) in enumerate(passages)
        if (covered := coverage(words, passage_words(index, text, language)))
    }
    ranking = index.search_coverage(words, len(passages))
    assert dict(ranking) == pytest.approx(expected, abs=1e-5)
    assert [score for _, score in ranking] == sorted((s for _, s in ranking), reverse=True)
    odd = np.arange(1, len(passages), 2)
    of_odd = {number: covered for number, covered in expected.items() if number % 2}
    assert dict(index.coverage(words, odd)) == pytest.approx(of_odd, abs=1e-5)


def test_the_index_ranks_by_coverage_as_it_is_defined(corpus_words, corpus_passages):
    questions = gold_questions()
    assert len(questions) > 50
    for question in questions:
        assert_coverage_is_as_defined(corpus_words, corpus_passages, question)


@given(st.text(max_size=80))
@settings(deadline=None, max_examples=40)
def test_any_text_as_a_question_gets_its_coverage(small, text):
    assert_coverage_is_as_defined(small, DOCUMENTS, text)


def test_k_bounds_the_ranking(corpus_words):
    words = corpus_words.match("Wat doet België in Peru?")
    assert len(corpus_words.search_coverage(words, 7)) == 7
    assert corpus_words.search_coverage(words, 0) == []
    assert len(corpus_words.search_bm25("Wat doet België in Peru?", "nl", 7)) == 7
    assert corpus_words.search_bm25("Wat doet België in Peru?", "nl", 0) == []


@pytest.mark.parametrize("question", ["", "?!… — «»", "🦙🦙", "a b c"])
def test_a_question_without_words_finds_nothing(corpus_words, question):
    assert corpus_words.match(question) == []
    assert corpus_words.search_coverage(corpus_words.match(question), 10) == []
    assert corpus_words.search_bm25(question, "nl", 10) == []


def test_an_unknown_word_counts_against_the_coverage(corpus_words):
    [unknown, wool] = corpus_words.match("qzxvkjw alpacawol")
    assert not unknown.matches or max(unknown.matches.values()) < 0.9
    both = dict(corpus_words.search_coverage([unknown, wool], 100))
    alone = dict(corpus_words.search_coverage([wool], 100))
    assert max(both.values()) < max(alone.values())
    assert corpus_words.search_bm25("qzxvkjw", "nl", 10) == []


def test_a_question_of_2000_words_is_answered(corpus_words, corpus_passages):
    words = (" ".join(text for text, _ in corpus_passages).split() * 2)[:2_000]
    question = " ".join(words)
    assert_coverage_is_as_defined(corpus_words, corpus_passages, question)
    assert all(0 < score <= 1 for _, score in corpus_words.search_bm25(question, "nl", 100))


def test_an_index_of_no_words_finds_nothing(tmp_path):
    index = index_of(tmp_path / "words", [("!!!", "nl")])
    assert index.match("koffie") == []
    assert index.search_bm25("koffie", "nl", 10) == []
