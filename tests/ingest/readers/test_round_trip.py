"""Round trip: the corpus printed in two columns, with broken words and running heads, and read back."""

from difflib import SequenceMatcher

import pytest

from rodedraad.evaluation.ask_gold import evaluate
from rodedraad.evaluation.compare_runs import compare
from rodedraad.evaluation.gold_file import GOLD
from rodedraad.evaluation.run_file import Run
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from rodedraad.ingest.sentences import sentence_spans
from tests.ingest.readers.article import blocks_of, reading_texts
from tests.ingest.readers.printed import Print, print_pages
from tests.ingest.readers.reading import read

LEVELS = {"title": 1, "heading": 2, "paragraph": 0, "item": 0}


def printed(text: str, how: Print) -> bytes:
    blocks = [(LEVELS[b.kind], f"• {b.text}" if b.kind == "item" else b.text) for b in blocks_of(text)]
    return print_pages(blocks, how)


def sentences(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text)]


@pytest.mark.parametrize("columns", [1, 2])
@pytest.mark.parametrize("language", ["nl_NL", None], ids=["hyphens", "no hyphens"])
def test_the_sentences_come_back_letter_for_letter(columns: int, language: str | None) -> None:
    same = total = extra = 0
    for name, text in reading_texts().items():
        head = f"Glo.be – {name}"
        document = read("a.pdf", printed(text, Print(columns, head, language=language)))
        expected = [sentence for block in blocks_of(text) for sentence in sentences(block.text)]
        found = sentences(document.text)
        found.remove(head)
        matching = SequenceMatcher(None, expected, found, autojunk=False).get_matching_blocks()
        same += sum(block.size for block in matching)
        total += len(expected)
        extra += len(found) - sum(block.size for block in matching)
    assert total == 201
    assert same >= 0.99 * total
    assert extra <= 2


@pytest.mark.slow
def test_the_printed_corpus_answers_as_the_text_does(outcomes, tmp_path) -> None:
    (tmp_path / "corpus").mkdir()
    for name, text in reading_texts().items():
        how = Print(2, f"Glo.be – {name}", language="nl_NL")
        (tmp_path / "corpus" / f"{name}.pdf").write_bytes(printed(text, how))
    reindex(tmp_path / "corpus", tmp_path / "home")
    of_text = Run("", {}, tuple(outcomes))
    of_pages = Run("", {}, tuple(evaluate(Searcher.open(tmp_path / "home"), GOLD)))
    changes = {c.measure: c for c in compare(of_text, of_pages).changes if c.group == "all"}
    for measure in ("success@1", "success@3", "quote accuracy", "answerable refused"):
        change = changes[measure]
        assert abs(change.after - change.before) <= 0.05, measure
        assert change.p > 0.05, measure
