"""Ask gold: the answer to each gold question, judged by the evidence that its line names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rodedraad.answering.answer import Answer
from rodedraad.answering.best_sentences import best_sentences
from rodedraad.answering.conversation import ask
from rodedraad.evaluation.gold_file import FILES, GoldItem, load_gold_items
from rodedraad.index.evidence_match import answers, covers, squash
from rodedraad.index.search import Searcher
from rodedraad.ingest.documents import Passage
from rodedraad.ingest.errors import RodeDraadError

PASSAGES_ASKED = 10


@dataclass(frozen=True, slots=True)
class Outcome:
    """A question of the gold set and what it got; all that the measures need, and a reader."""

    id: str  # the gold line's, or its place; in a conversation, with the turn behind it
    turn: int  # in its conversation, from 1; 0 for a question asked alone
    question: str
    understood_as: str
    lang: str
    kind: str  # as the gold line says, or empty
    overlap: str  # likewise
    same: str  # likewise: names the fact that other questions ask about too
    pair: str  # likewise: the id of the answerable question that differs from this one by a detail
    asks: bool  # whether it is a question; a greeting is none
    source: str  # the language of the document that the gold line names, or empty
    answerable: bool  # the sources hold an answer
    wanted: str  # the answer, or else the evidence; empty if there is none
    confidence: float
    abstained: bool
    taken_for_question: bool
    quotes: tuple[str, ...]
    answered: bool  # a quote answers
    first_answers: bool  # the best sentence answers, quoted or not
    found: tuple[str, ...]  # the passages found, best first, at most 10; each as its document and place
    relevant: tuple[str, ...]  # the passages of the corpus that cover a span
    milliseconds: float

    @property
    def ranks(self) -> tuple[int, ...]:
        """The ranks, from 1, of the passages found that cover a span."""
        return tuple(rank for rank, name in enumerate(self.found, 1) if name in self.relevant)


def evaluate(
    searcher: Searcher,
    data: Path,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> list[Outcome]:
    """Ask every question and conversation of a file of gold lines, or of a folder's two files.

    Raises RodeDraadError when there is none, when a line is no gold line, or when two have one id.
    """
    items = load_gold_items([data] if data.is_file() else [data / name for name in FILES])
    if not items:
        raise RodeDraadError(f"There is no question in {data}: name a file, or a folder with {FILES[0]}.")
    return ask_gold_items(searcher, items, progress)


def ask_gold_items(
    searcher: Searcher, items: Sequence[GoldItem], progress: Callable[[int, int], None]
) -> list[Outcome]:
    """Ask every question and conversation; raises RodeDraadError when two have one id."""
    generation = searcher.generation
    passages = (generation.passage(n)[1] for n in range(generation.passages))
    corpus = {_name(passage): squash(passage.text) for passage in passages}
    languages = {entry.path: entry.language for entry in generation.manifest.documents}
    outcomes: dict[str, Outcome] = {}
    for done, (id, line) in enumerate(items):
        progress(done, len(items))
        for outcome in _asked(searcher, id, line, corpus, languages):
            if outcome.id in outcomes:
                raise RodeDraadError(f"Two gold questions have the id {outcome.id!r}: change one.")
            outcomes[outcome.id] = outcome
    progress(len(items), len(items))
    return list(outcomes.values())


def _asked(
    searcher: Searcher, id: str, line: dict[str, Any], corpus: dict[str, str], languages: dict[str, str]
) -> Iterator[Outcome]:
    if "turns" not in line:
        yield _outcome(id, 0, line, ask(searcher, line["question"], (), PASSAGES_ASKED), corpus, languages)
        return
    before: list[Answer] = []
    for turn, gold in enumerate(line["turns"], 1):
        answer = ask(searcher, gold["question"], before, PASSAGES_ASKED)
        before.append(answer)
        yield _outcome(f"{id}/{turn}", turn, {"lang": line.get("lang"), **gold}, answer, corpus, languages)


def _outcome(
    id: str,
    turn: int,
    gold: dict[str, Any],
    answer: Answer,
    corpus: dict[str, str],
    languages: dict[str, str],
) -> Outcome:
    evidence = gold.get("evidence", []) if gold["answerable"] else []
    spans = [squash(span) for span in evidence]
    quoted = [squash(quote.text) for quote in answer.quotes]
    best = [hit.document.text[one.start : one.end] for _, hit, one in best_sentences(answer.hits)[:1]]
    return Outcome(
        id=id,
        turn=turn,
        question=answer.question,
        understood_as=answer.understood_as,
        lang=gold.get("lang") or answer.language,
        kind=gold.get("kind", ""),
        overlap=gold.get("overlap", ""),
        same=gold.get("same", ""),
        pair=gold.get("pair", ""),
        asks=gold.get("turn") != "none",
        source=languages.get(gold.get("doc", ""), ""),
        answerable=gold["answerable"],
        wanted=gold.get("answer") or " … ".join(evidence),
        confidence=answer.confidence,
        abstained=answer.abstained,
        taken_for_question=answer.kind != "not a question",
        quotes=tuple(quote.text for quote in answer.quotes),
        answered=any(answers(quote, span) for quote in quoted for span in spans),
        first_answers=any(answers(squash(text), span) for text in best for span in spans),
        found=tuple(_name(hit.passage) for hit in answer.hits[:PASSAGES_ASKED]),
        relevant=tuple(name for name, text in corpus.items() if any(covers(text, span) for span in spans)),
        milliseconds=round(answer.milliseconds, 1),
    )


def _name(passage: Passage) -> str:
    return f"{passage.document_id}:{passage.start}-{passage.end}"
