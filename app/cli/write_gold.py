"""Write gold: helps a person write gold questions over their own corpus, in the terminal."""

import random
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from textwrap import fill
from typing import Any

from rodedraad.answering.answer import LONGEST_QUESTION
from rodedraad.answering.citation_formats import reference
from rodedraad.cli.terminal import show
from rodedraad.evaluation.gold_file import add_line, load_gold
from rodedraad.index.evidence_match import squash
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.documents import Document, Passage
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.language import LANGUAGES, detect_language

WELCOME = """\
Passages of your documents follow. For each, write a question that somebody might ask who has not
read it, preferably in words of your own; then choose the sentences that answer it. Questions that
a passage nearly answers, and no document does, are as useful: they show whether they are refused.
Each question is saved to {path} at once. An empty line skips a passage; Ctrl-D or Ctrl-C ends.
"""


LINE_WIDTH = 96  # characters


def write_gold(generation: Snapshot, path: Path) -> None:
    """Propose passages, ask for questions, and add them to a file of gold lines, until the person ends it.

    Raises RodeDraadError when the file holds anything else, or cannot be written.
    """
    gold = load_gold(path)
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    written = 0
    try:
        path.open("ab").close()  # so that an error comes now, not after the first question
        print(WELCOME.format(path=path))
        for document, passage in _proposed(generation, gold):
            if line := _asked(document, passage):
                line = {"id": _free_id(gold), **line}
                gold.append(line)
                add_line(path, line)
                written += 1
        print("Every passage has been shown.")
    except OSError as error:
        raise RodeDraadError(f"{path} cannot be written ({error.strerror}).") from error
    except (EOFError, KeyboardInterrupt):
        print()
    print(f"{written} questions added; {path} now holds {len(gold)}. Try: rodedraad eval --data {path}")


def _proposed(generation: Snapshot, gold: list[dict[str, Any]]) -> Iterator[tuple[Document, Passage]]:
    """Passages that no question in `gold` is about, the document with the fewest questions first.

    `gold` may grow meanwhile. Within a document the order is random, the same each time.
    """
    entries = generation.manifest.documents
    waiting = {}
    for number, entry in enumerate(entries):
        first = generation.first_passage(number)
        waiting[entry.path] = list(range(first, first + entry.passages))
        random.Random(entry.path).shuffle(waiting[entry.path])
    shown: Counter[str] = Counter()
    while any(waiting.values()):
        asked = Counter(turn.get("doc") for line in gold for turn in line.get("turns", [line]))
        left = [id for id, numbers in waiting.items() if numbers]
        id = min(left, key=lambda document: (asked[document], shown[document]))
        document, passage = generation.passage(waiting[id].pop())
        spans = {s for line in gold for t in line.get("turns", [line]) for s in t.get("evidence", ())}
        text = squash(passage.text)
        if not any(squash(span) in text for span in spans):
            shown[id] += 1
            yield document, passage


def _asked(document: Document, passage: Passage) -> dict[str, Any] | None:
    """The gold line that a person writes about a passage; None to pass on."""
    sentences = [document.text[start:end] for start, end in passage.sentences] or [passage.text]
    show(f"— {reference(document, passage.start)}\n")
    for number, sentence in enumerate(sentences, 1):
        lead = f"{number:>4}  "
        show(fill(sentence, LINE_WIDTH, initial_indent=lead, subsequent_indent=" " * len(lead)))
    print()
    while question := " ".join(input("Question (empty: next passage): ").split()):
        if not squash(question) or len(question) > LONGEST_QUESTION:
            print(f"A question has words in it, and {LONGEST_QUESTION:,} characters at most.")
            continue
        language = _language(detect_language(question))
        answering = _answering(len(sentences))
        line = {"lang": language, "question": question, "answerable": bool(answering), "doc": document.id}
        return line | ({"evidence": [sentences[n - 1] for n in answering]} if answering else {})
    print()
    return None


def _language(guess: str) -> str:
    while True:
        language = input(f"Its language ({', '.join(LANGUAGES)}) [{guess}]: ").strip().lower() or guess
        if re.fullmatch("[a-z]{2,3}", language):
            return language
        print("Give a code of two or three letters.")


def _answering(count: int) -> list[int]:
    """The numbers of the sentences that answer; empty where nothing in the corpus does."""
    while True:
        given = input("Which sentences answer it, each by itself, such as 2 or 1,3 (0: no document does)? ")
        if re.fullmatch(r"\s*[0-9]{1,4}([\s,]+[0-9]{1,4})*\s*", given):
            numbers = sorted({int(n) for n in re.findall("[0-9]+", given)})
            if numbers == [0] or all(1 <= n <= count for n in numbers):
                print()
                return [n for n in numbers if n]
        print(f"Give numbers from 1 to {count}, or 0.")


def _free_id(gold: list[dict[str, Any]]) -> str:
    taken = {str(line.get("id")) for line in gold}
    number = len(gold) + 1
    while f"q{number:03}" in taken:
        number += 1
    return f"q{number:03}"
