"""Lessons: passages that are read together, and the questions that are asked about them.

They come from the articles written for this project, and from questions that people asked: XQuAD and PIAF
(Keraron et al. 2020).
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from index.training.data import read_lines, read_pairs
from index.training.xquad import READ_IN, paragraphs
from rodedraad.ingest.corpus_folder import scan
from rodedraad.ingest.documents import Citation, Document, Passage
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.read_documents import read_documents
from rodedraad.ingest.read_file import read_bytes
from rodedraad.ingest.sentences import sentence_spans

LESSON_ARTICLES = 8
"""Articles of one lesson."""
LESSON_PARAGRAPHS = 24
"""Paragraphs of one lesson from XQuAD or PIAF, which have no whole articles."""
EDITED = 0.5
"""The share of the questions with a name or number that also come with another one."""
BORROWED = 0.3
"""Questions of other lessons that ask a lesson's own names for what it does not give, for each of its own."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class LessonQuestion:
    """A question, and the text that answers it."""

    text: str
    evidence: tuple[str, ...]  # verbatim spans, of which each answers; empty if there is no answer


@dataclass(frozen=True, slots=True)
class Lesson:
    """Passages, and questions about them."""

    documents: dict[str, Document]  # by their ids
    passages: list[Passage]
    questions: list[LessonQuestion]


def article_lessons(folder: Path, names: Sequence[str] = (), joined: bool = False) -> Iterator[Lesson]:
    """The articles of a folder with corpus/ and questions.jsonl, eight a lesson.

    A turn of conversations.jsonl is asked as it should be understood; with `joined`, a follow-up also as it
    was asked, after the question before it. With `names`, near misses are added, as in `with_near_misses`.
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
    questions = [(line, LessonQuestion(line["question"], tuple(line.get("evidence", ())))) for line in lines]
    sources, _ = scan(folder / "corpus")
    for some in in_batches(sources, LESSON_ARTICLES):
        documents = [document for s in some for document in read_documents(s, read_bytes(s))]
        ids = {source.id for source in some}
        asked = [question for line, question in questions if line["doc"] in ids]
        others = [question for line, question in questions if line["doc"] not in ids]
        lesson = _lesson(documents, asked)
        yield with_near_misses(lesson, names, others, random.Random(folder.name)) if names else lesson


def xquad_lessons(evaluation: Path, names: Sequence[str] = ()) -> Iterator[Lesson]:
    """XQuAD's paragraphs about the subjects that are learned from; `names` as in `article_lessons`."""
    for language in READ_IN:
        learned = [p for p in paragraphs(evaluation, language) if p.part == "learned"]
        asked = {
            p.text: [LessonQuestion(text, evidence) for _, text, evidence in p.questions] for p in learned
        }
        yield from _of_paragraphs(asked, language, names)


def piaf_lessons(data: Path, names: Sequence[str] = ()) -> Iterator[Lesson]:
    """PIAF's French paragraphs; `names` as in `article_lessons`.

    Any sentence of the right paragraph counts, as its answers are not marked.
    """
    asked: dict[str, list[LessonQuestion]] = {}
    for question, text in read_pairs(data / "qa" / "piaf.fr-fr.tsv.gz"):
        spans = tuple(text[start:end] for start, end in sentence_spans(text))
        asked.setdefault(text, []).append(LessonQuestion(question, spans))
    yield from _of_paragraphs(asked, "fr", names)


def _of_paragraphs(
    asked: Mapping[str, Sequence[LessonQuestion]], language: str, names: Sequence[str]
) -> Iterator[Lesson]:
    """The lessons of paragraphs, each with its questions."""
    for number, some in enumerate(in_batches(list(asked), LESSON_PARAGRAPHS)):
        documents = [Document(str(n), "", language, Citation(), text, ()) for n, text in enumerate(some)]
        lesson = _lesson(documents, [question for text in some for question in asked[text]])
        others = [question for text, questions in asked.items() if text not in some for question in questions]
        yield with_near_misses(lesson, names, others, random.Random(number)) if names else lesson


def with_near_misses(
    lesson: Lesson, names: Sequence[str], others: Sequence[LessonQuestion], order: random.Random
) -> Lesson:
    """A lesson with questions added that it nearly answers.

    Some of its questions come again with another number, or another of `names`; some questions of `others`
    come with a name from its own questions, of which they ask what it does not give.
    """
    said = " ".join(passage.text for passage in lesson.passages).casefold()
    missed = [*_edited(lesson.questions, said, names, order), *_borrowed(lesson.questions, others, order)]
    return replace(lesson, questions=[*lesson.questions, *missed])


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
    questions: Sequence[LessonQuestion], said: str, names: Sequence[str], order: random.Random
) -> Iterator[LessonQuestion]:
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
            yield LessonQuestion(question.text[:start] + new + question.text[end:], ())


def _borrowed(
    questions: Sequence[LessonQuestion], others: Sequence[LessonQuestion], order: random.Random
) -> Iterator[LessonQuestion]:
    """Some of the other questions, about a name in these questions instead of their own."""
    own = [q.text[start:end] for q in questions for start, end in names_in(q.text)]
    own = [name for name in own if not name.isdecimal()]
    for other in order.sample(others, min(round(BORROWED * len(questions)), len(others))):
        places = [(start, end) for start, end in names_in(other.text) if not other.text[start].isdigit()]
        if own and places:
            start, end = order.choice(places)
            yield LessonQuestion(other.text[:start] + order.choice(own) + other.text[end:], ())


def _lesson(documents: Sequence[Document], questions: list[LessonQuestion]) -> Lesson:
    """A lesson of documents with their passages."""
    passages = [passage for document in documents for passage in split_passages(document)]
    return Lesson({document.id: document for document in documents}, passages, questions)
