"""XQuAD (Artetxe, Ruder and Yogatama 2020): paragraphs, and questions about them that people asked.

Of its subjects, every other one is learned from by tuning. Of the rest, every other one is for fitting
constants, and what remains is sealed, for figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from index.training.data import read_lines
from rodedraad.ingest.sentences import sentence_spans

READ_IN = ("nl", "en")
"""The languages in which paragraphs are read."""
ASKED_IN = ("nl", "en", "es", "de")
"""The languages in which each question is asked."""

Part = Literal["learned", "fitted", "sealed"]
PARTS: Sequence[Part] = ("learned", "fitted", "learned", "sealed")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph, and the questions about it."""

    text: str
    part: Part  # by its subject
    questions: list[tuple[str, str, tuple[str, ...]]]  # language, question, the sentences with the answer


def paragraphs(evaluation: Path, language: str) -> list[Paragraph]:
    """The paragraphs in a language, from xquad/ and xquad-answers.jsonl; no questions without an answer."""
    answers = {(a["lang"], a["id"]): a for a in read_lines(evaluation / "xquad-answers.jsonl")}
    asked = {
        (other, entry["id"]): entry["question"]
        for other in ASKED_IN
        for row in read_lines(evaluation / "xquad" / f"{other}.jsonl")
        for entry in row["questions"]
    }
    rows = read_lines(evaluation / "xquad" / f"{language}.jsonl")
    subjects = list(dict.fromkeys(row["article"] for row in rows))
    found = []
    for row in rows:
        text = row["passage"]
        sentences = sentence_spans(text)
        questions = []
        for entry in row["questions"]:
            if answer := answers.get((language, entry["id"])):
                start, end = answer["start"], answer["start"] + len(answer["answer"])
                spans = tuple(text[a:b] for a, b in sentences if a < end and start < b)
                questions += [(other, asked[other, entry["id"]], spans) for other in ASKED_IN]
        part = PARTS[subjects.index(row["article"]) % len(PARTS)]
        found.append(Paragraph(text, part, questions))
    return found
