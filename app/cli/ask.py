"""The command ask: a question, or a file of questions, on the terminal."""

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rodedraad.cli.index import open_index
from rodedraad.cli.terminal import say, show
from rodedraad.cli.writing import agreed_writer, print_sentence
from rodedraad.ingest.data_file import json_line, parse_json
from rodedraad.ingest.errors import RodeDraadError

if TYPE_CHECKING:
    from rodedraad.answering.answer import Answer
    from rodedraad.index.scope import Scope
    from rodedraad.writing.writer import Writer


def ask(options: argparse.Namespace) -> int:
    """Answer a question, or each line of a file."""
    if (options.question is None) == (options.batch is None):
        raise RodeDraadError('Ask a question, rodedraad ask "…", or name a file with --batch.')
    from rodedraad.index.scope import Scope

    writer = agreed_writer(options)
    scope = Scope(tuple(options.documents), tuple(options.language), options.date_from, options.date_to)
    if options.batch is not None:
        return _ask_batch(options, scope, writer)
    from rodedraad.answering import conversation

    searcher = open_index(options)
    answer = conversation.ask(searcher, options.question, passages=options.passages, scope=scope)
    if options.json:
        print(json_line({"id": None, "turns": [_turn(answer, options, writer)]}))
    else:
        _print_answer(answer)
        if writer:
            print_sentence(writer, answer)
    return 0


def _turn(
    answer: "Answer", options: argparse.Namespace, writer: "Writer | None", before: Sequence[str] = ()
) -> dict[str, Any]:
    """An answer as JSON, with a sentence if a writer is asked for one."""
    from rodedraad.answering.json_format import turn_as_json

    turn = turn_as_json(answer, options.passages)
    if writer:
        from rodedraad.writing.written_sentence import sentence_as_json, written

        turn["sentence"] = sentence_as_json(written(writer, answer, before))
    return turn


def _ask_batch(options: argparse.Namespace, scope: "Scope", writer: "Writer | None") -> int:
    """One JSON line out for each line in; a line that cannot be answered gets an error."""
    from rodedraad.answering import conversation

    failed = False
    with _lines(options.batch) as lines:
        searcher = open_index(options)
        searcher.chosen(scope)
        for at, line in enumerate(lines, 1):
            if not line.strip():
                continue
            result: dict[str, Any] = {"id": None}
            try:
                item = parse_json(line)
                result["id"] = item.get("id")
                before: list[Answer] = []
                for turn in item.get("turns", [item]):
                    before.append(
                        conversation.ask(searcher, turn["question"], before, options.passages, scope)
                    )
                asked = [answer.question for answer in before]
                result["turns"] = [
                    _turn(answer, options, writer, asked[:number]) for number, answer in enumerate(before)
                ]
            except (ValueError, KeyError, TypeError, AttributeError):
                result["error"] = (
                    f"Line {at} is not a question: it must be a JSON object with a question or a list of "
                    "turns."
                )
            except RodeDraadError as error:
                result["error"] = str(error)
            if "error" in result:
                failed = True
                say(f"rodedraad: line {at}: {result['error']}")
            print(json_line(result), flush=True)
    return 2 if failed else 0


@contextmanager
def _lines(name: str) -> Iterator[Iterable[str]]:
    if name == "-":
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
        yield sys.stdin
        return
    try:
        file = open(name, encoding="utf-8", errors="replace")
    except OSError as error:
        raise RodeDraadError(f"{name} cannot be read ({error.strerror}).") from error
    with file:
        yield file


def _print_answer(answer: "Answer") -> None:
    from rodedraad.answering.citation_formats import reference
    from rodedraad.answering.place import opening
    from rodedraad.texts.phrases import phrase
    from rodedraad.texts.scope_words import scope_in_words

    language = answer.language
    if answer.scope:
        show(phrase("looked_in", language, scope=scope_in_words(answer.scope, language)), end="\n\n")
    if answer.kind == "not a question":
        show(phrase("no_question", language))
        show("\n".join(f"  {title}" for title in answer.documents))
        return
    if answer.abstained:
        show(phrase("no_answer", language))
        if answer.hits:
            show(phrase("nearest", language), end="\n\n")
        for hit in answer.hits[:3]:
            show(f"  {opening(hit.passage.text)}\n  ({reference(hit.document, hit.passage.start)})\n")
        return
    for quote in answer.quotes:
        numbers = " ".join(f"[{one.citation}]" for one in (quote, *quote.also))
        show(f"{numbers} “{quote.text}”\n")
    show(phrase("sources", language))
    for quote in answer.cited:
        show(f"[{quote.citation}] {reference(quote.document, quote.start)}")
