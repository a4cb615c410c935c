"""Check the articles: evidence is verbatim, ids hold together, and no gold question is in them.

    python -m index.training.check_articles

Prints what is wrong, one line each, then how the questions, the turns of conversations and the messages are
spread over languages and kinds. The exit code is 1 if anything is wrong.
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from index.training.data import ARTICLES, read_lines
from rodedraad.evaluation.gold_file import FILES, GOLD
from rodedraad.index.evidence_match import squash

ARTICLE_PARTS = ("learned", "held", "fitted", "sealed")
SHARED_RUN = 8
"""Words in a row that a question may not share with a gold question; shorter runs are stock phrases."""


def main() -> int:
    """Check every set; the exit code."""
    gold = {run for question in _gold_questions() for run in _runs(question)}
    problems, counts = [], Counter[tuple[str, ...]]()
    for folder in (folder for part in ARTICLE_PARTS for folder in sorted((ARTICLES / part).iterdir())):
        lines = read_lines(folder / "questions.jsonl")
        turns = [turn for talk in read_lines(folder / "conversations.jsonl") for turn in talk["turns"]]
        problems += [
            f"{folder.parent.name}/{folder.name}: {problem}" for problem in set_problems(folder, gold)
        ]
        part = folder.parent.name
        counts.update((part, "questions", str(line["lang"])) for line in lines)
        counts.update((part, "questions", str(line.get("style", "style not given"))) for line in lines)
        counts.update((part, "answerable" if line["answerable"] else "unanswerable") for line in lines)
        counts.update((part, "minimal pairs") for line in lines if "pair" in line)
        counts.update((part, "turns", str(turn["turn"])) for turn in turns)
    for message in read_lines(ARTICLES / "messages.jsonl"):
        counts["messages", str(message["lang"]), "question" if message["question"] else "no question"] += 1
    for problem in problems:
        print(problem)
    for names, count in sorted(counts.items()):
        print(f"{count:>6}  {', '.join(names)}")
    return int(bool(problems))


def set_problems(folder: Path, gold: set[tuple[str, ...]]) -> Iterator[str]:
    """What is wrong with the questions and conversations of a set; `gold` are runs of words to avoid."""
    documents = {file.name: squash(file.read_text("utf-8")) for file in (folder / "corpus").iterdir()}
    lines = read_lines(folder / "questions.jsonl")
    known = {line["id"]: line for line in lines if "id" in line}
    if len(known) < sum("id" in line for line in lines):
        yield "two questions have one id"
    asked = [(str(line.get("id", number)), line) for number, line in enumerate(lines, 1)]
    for talk in read_lines(folder / "conversations.jsonl"):
        asked += [(f"{talk['id']}/{number}", turn) for number, turn in enumerate(talk["turns"], 1)]
    for id, line in asked:
        evidence = line.get("evidence", [])
        if line["answerable"] != bool(evidence):
            yield f"{id}: answerable, and the evidence says otherwise"
        if any(squash(span) not in documents.get(line["doc"], "") for span in evidence):
            yield f"{id}: the evidence is not in {line['doc']}"
        if "pair" in line and not known.get(line["pair"], {}).get("answerable"):
            yield f"{id}: its pair {line['pair']} is no answerable question"
        if gold & set(_runs(line["question"])):
            yield f"{id}: {SHARED_RUN} words in a row are a gold question's"


def _gold_questions() -> Iterator[str]:
    for name in FILES:
        for line in read_lines(GOLD / name):
            yield from (turn["question"] for turn in line.get("turns", [line]))


def _runs(question: str) -> Iterator[tuple[str, ...]]:
    words = [squash(word) for word in question.split()]
    return (tuple(words[start : start + SHARED_RUN]) for start in range(len(words) - SHARED_RUN + 1))


if __name__ == "__main__":
    sys.exit(main())
