"""Sets: questions from which the encoder has not learned, for fitting constants and for figures.

Three kinds of text, each in a part that is fitted on and one that is sealed: magazine articles with a title
(articles/held), other genres (articles/fitted, articles/sealed), and paragraphs with questions that people
asked (the half of XQuAD that tuning leaves alone), in Dutch and in English. People's questions are also
asked where the paragraph that answers is left out.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from index.training.data import ARTICLES
from index.training.xquad import READ_IN, Part, paragraphs
from rodedraad.evaluation.gold_file import FILES, GOLD, load_gold_items
from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher

CORPUS = Path(__file__).parents[2] / "corpus"
SEALED_MAGAZINE = ("7", "8", "9")


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """A corpus, and the questions and conversations about it."""

    kind: str
    name: str
    corpus: dict[str, bytes]  # file name → content
    talks: list[list[dict[str, Any]]]  # the turns of each, as gold lines; most have one

    @contextmanager
    def opened(self) -> Iterator[Searcher]:
        """A searcher over an index of the corpus."""
        with TemporaryDirectory() as scratch:
            corpus, home = Path(scratch, "corpus"), Path(scratch, "home")
            corpus.mkdir()
            for name, content in self.corpus.items():
                (corpus / name).write_bytes(content)
            reindex(corpus, home)
            yield Searcher.open(home)


def question_sets(part: Part, evaluation: Path) -> Iterator[QuestionSet]:
    """Every set of a part, fitted or sealed; `evaluation` holds xquad/ and xquad-answers.jsonl."""
    for folder in sorted((ARTICLES / "held").iterdir()):
        if (folder.name in SEALED_MAGAZINE) == (part == "sealed"):
            yield _articles("magazine", folder)
    for folder in sorted((ARTICLES / part).iterdir()):
        yield _articles("genres", folder)
    for language in READ_IN:
        yield from _people(part, language, evaluation)


def gold_set() -> QuestionSet:
    """The gold questions and conversations, which nothing is fitted on."""
    return _articles("gold", GOLD, CORPUS)


def _articles(kind: str, folder: Path, corpus: Path | None = None) -> QuestionSet:
    files = {file.name: file.read_bytes() for file in (corpus or folder / "corpus").iterdir()}
    talks = [line.get("turns", [line]) for _, line in load_gold_items([folder / name for name in FILES])]
    return QuestionSet(kind, f"{kind} {folder.name}", files, talks)


def _people(part: Part, language: str, evaluation: Path) -> Iterator[QuestionSet]:
    """XQuAD's paragraphs in a language, each a document, and the questions about the subjects of a part."""
    files, whole, without = {}, [], []
    for number, paragraph in enumerate(paragraphs(evaluation, language)):
        name = f"{number:03}.txt"
        files[name] = paragraph.text.encode()
        if paragraph.part == part:
            for asked_in, question, evidence in paragraph.questions:
                line = {"question": question, "lang": asked_in, "doc": name}
                whole.append([{**line, "answerable": True, "evidence": list(evidence)}])
                if number % 2:
                    without.append([{**line, "answerable": False, "evidence": []}])
    yield QuestionSet("people", f"people {language}", files, whole)
    rest = {name: content for number, (name, content) in enumerate(files.items()) if not number % 2}
    yield QuestionSet("people", f"people {language}, withheld", rest, without)
