"""Lessons: passages that are read together, and the questions that are asked about them.

They come from the articles written for this project, and from questions that people asked: XQuAD and PIAF
(Keraron et al. 2020).
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from index.training.data import read_lines, read_rows
from index.training.xquad import READ_IN, paragraphs
from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.documents import Citation, Document, Passage
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.read_file import read_bytes, read_document
from rodedraad.ingest.sentences import sentence_spans

ARTICLES = 8
"""Articles of one lesson."""
PARAGRAPHS = 24
"""Paragraphs of one lesson from XQuAD or PIAF, which have no whole articles."""
EDITED = 0.5
"""The share of the questions with a name or number that also come with another one."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Question:
    """A question, and the text that answers it."""

    text: str
    evidence: tuple[str, ...]  # verbatim spans, of which each answers; empty if there is no answer


@dataclass(frozen=True, slots=True)
class Lesson:
    """Passages, and questions about them."""

    passages: list[Passage]
    questions: list[Question]


def article_lessons(folder: Path, names: Sequence[str] = (), joined: bool = False) -> Iterator[Lesson]:
    """The articles of a folder with corpus/ and questions.jsonl, eight a lesson.

    A turn of conversations.jsonl is asked as it should be understood; with `joined`, a follow-up also as it
    was put, behind the question before it. With `names`, some questions also come with another name or
    number, and without an answer.
    """
    talks = [talk["turns"] for talk in read_lines(folder / "conversations.jsonl")]
    lines = read_lines(folder / "questions.jsonl") + [
        {**turn, "question": turn["understood_as"]}
        for turns in talks
        for turn in turns
        if turn["understood_as"]
    ]
    if joined:
        lines += [
            {**turn, "question": f"{before['question']} {turn['question']}"}
            for turns in talks
            for before, turn in pairwise(turns)
            if turn["turn"] == "follow-up"
        ]
    sources, _ = scan(folder / "corpus")
    for some in in_batches(sources, ARTICLES):
        passages = [p for s in some for p in split_passages(read_document(s, read_bytes(s)))]
        ids = {source.id for source in some}
        asked = [
            Question(line["question"], tuple(line.get("evidence", ())))
            for line in lines
            if line["doc"] in ids
        ]
        if names:
            said = " ".join(passage.text for passage in passages).casefold()
            asked += list(_edited(asked, said, names, random.Random(folder.name)))
        yield Lesson(passages, asked)


def xquad_lessons(evaluation: Path) -> Iterator[Lesson]:
    """XQuAD's paragraphs about the subjects that are learned from."""
    for language in READ_IN:
        learned = [p for p in paragraphs(evaluation, language) if p.part == "learned"]
        for some in in_batches(learned, PARAGRAPHS):
            questions = [Question(text, evidence) for p in some for _, text, evidence in p.questions]
            yield Lesson(_passages([p.text for p in some], language), questions)


def piaf_lessons(data: Path) -> Iterator[Lesson]:
    """PIAF's French paragraphs; any sentence of the right one counts, as its answers are not marked."""
    asked: dict[str, list[str]] = {}
    for question, paragraph in read_rows(data / "qa" / "piaf.fr-fr.tsv.gz"):
        asked.setdefault(paragraph, []).append(question)
    for some in in_batches(list(asked), PARAGRAPHS):
        questions = []
        for text in some:
            spans = tuple(text[start:end] for start, end in sentence_spans(text))
            questions += [Question(question, spans) for question in asked[text]]
        yield Lesson(_passages(some, "fr"), questions)


def names_of(folders: Sequence[Path]) -> list[str]:
    """The names in the questions of folders, without numbers."""
    found: set[str] = set()
    for folder in folders:
        for line in read_lines(folder / "questions.jsonl"):
            question = line["question"]
            found |= {question[start:end] for start, end in names_in(question)}
    return sorted(name for name in found if not name.isdecimal())


def names_in(question: str) -> list[tuple[int, int]]:
    """Where a question has names and numbers: words but the first, with a capital or a digit."""
    words = list(re.finditer(r"\w[\w’'-]*", question))[1:]
    return [m.span() for m in words if m[0].isdigit() or (m[0][0].isupper() and len(m[0]) > 2)]


def in_batches(items: Sequence[Item], size: int) -> list[Sequence[Item]]:
    """Runs of `size` items; the last may be shorter."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def _edited(
    questions: Sequence[Question], said: str, names: Sequence[str], order: random.Random
) -> Iterator[Question]:
    """Some answerable questions with a name or number exchanged for one that `said` does not hold."""
    for question in questions:
        places = names_in(question.text) if question.evidence else []
        if not places or order.random() > EDITED:
            continue
        start, end = order.choice(places)
        old = question.text[start:end]
        new = (
            str(max(1, int(old) + order.choice((-9, -5, -2, -1, 1, 2, 3, 7))))
            if old.isdecimal()
            else order.choice(names)
        )
        if new.casefold() not in said:
            yield Question(question.text[:start] + new + question.text[end:], ())


def _passages(texts: Sequence[str], language: str) -> list[Passage]:
    """The passages of paragraphs, each a document of its own."""
    return [
        passage
        for number, text in enumerate(texts)
        for passage in split_passages(Document(str(number), "", language, Citation(), text, ()))
    ]
