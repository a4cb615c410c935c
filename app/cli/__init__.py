"""The command line: rodedraad index | check | ask | chat | eval | bench."""

import argparse
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rodedraad.ingest.errors import RodeDraadError

if TYPE_CHECKING:
    from rodedraad.answering.answer import Answer
    from rodedraad.index.build import Report
    from rodedraad.index.search import Searcher

QUIET, PATIENCE, LOOK = 500, 10_000, 30_000
"""Milliseconds: without a change before a re-index, of changes without a pause, and until a look unasked."""

EPILOG = """\
examples:
  rodedraad ask "How does Red Social formalise miners?"
  rodedraad index --corpus ~/reports --home ~/reports-index
  rodedraad chat --port 8080
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code is 0, or 2 after a message to standard error."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except RodeDraadError as error:
        print(f"rodedraad: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing is left to say
        return 0


def _parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--corpus",
        type=Path,
        default=Path("corpus"),
        metavar="DIR",
        help="folder of documents (corpus)",
    )
    common.add_argument(
        "--home",
        type=Path,
        default=Path(".rodedraad"),
        metavar="DIR",
        help="folder of the index (.rodedraad)",
    )
    parser = argparse.ArgumentParser(
        prog="rodedraad",
        description="Ask your documents, and get verbatim quotes with citations.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[Any], int], help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, parents=[common], help=help, description=help[0].upper() + help[1:] + "."
        )
        added.set_defaults(run=run)
        return added

    index = command("index", _index, "bring the index up to date with the documents")
    index.add_argument("--dry-run", action="store_true", help="say what would be done, and do nothing")
    index.add_argument("--watch", action="store_true", help="stay, and do it again when the folder changes")

    verify = command("check", _check, "verify every checksum, count and offset of the index")
    verify.add_argument("--repair", action="store_true", help="make what is damaged anew from the documents")

    ask = command("ask", _ask, "answer a question, or a file of questions")
    ask.add_argument("question", nargs="?", help="the question, in nl, en, fr, es or de")
    ask.add_argument("--json", action="store_true", help="print the answer as a line of JSON")
    ask.add_argument("--batch", metavar="FILE", help="answer the JSON lines of FILE (- for stdin)")
    ask.add_argument("--passages", type=_count, default=10, metavar="N", help="passages in the JSON (10)")

    chat = command("chat", _chat, "serve the chat to a browser, after bringing the index up to date")
    chat.add_argument("--port", type=_port, default=7860, help="port (7860)")
    chat.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to open (127.0.0.1); 0.0.0.0: all"
    )
    chat.add_argument(
        "--root-path",
        type=_root_path,
        default="",
        metavar="PATH",
        help="path, or whole address, under which a proxy shows the page",
    )
    chat.add_argument(
        "--auth", type=Path, metavar="FILE", help="let in the people of this password file only"
    )
    chat.add_argument("--add-user", metavar="NAME", help="ask for a password, add it to the file, and end")
    chat.add_argument(
        "--log", type=Path, metavar="FILE", help="write a JSON line for each request (-: stderr)"
    )
    chat.add_argument("--log-questions", action="store_true", help="with the text of the questions")

    evaluate = command("eval", _eval, "ask the gold questions and print how many answers are right")
    for option, metavar, what in (
        ("--data", "PATH", "file of gold lines, or folder with questions.jsonl and conversations.jsonl"),
        ("--save", "FILE", "keep the run, with what each question got"),
        ("--against", "FILE", "compare with a run that was kept"),
        ("--report", "FILE", "write an HTML page with plots and every question"),
        ("--make", "FILE", "help to write gold lines over the corpus, and add them to FILE"),
    ):
        evaluate.add_argument(option, type=Path, metavar=metavar, help=what)
    evaluate.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="SIGNAL",
        help="switch a signal off: coverage, dense, bm25, nearness, interaction, sentence or expansion; "
        "may be repeated",
    )
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")

    bench = command("bench", _bench, "measure what a model is worth for retrieval")
    bench.add_argument("what", choices=["model"], help="what to measure")
    bench.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        required=True,
        help="folder with xquad/, flores/ or questions.jsonl",
    )
    bench.add_argument("--model", default="", metavar="NAME", help="name or folder (bundled)")
    bench.add_argument("--json", action="store_true", help="print the figures as JSON")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 1000:
        raise argparse.ArgumentTypeError("must lie between 0 and 1000")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("must lie between 1 and 65535")
    return number


def _root_path(text: str) -> str:
    if not re.fullmatch(r"(https?://[^/?#\s]+)?(/[^?#\s]*)?", text):
        raise argparse.ArgumentTypeError("must be such as /documents or https://example.org/documents")
    return text.rstrip("/")


def _index(options: argparse.Namespace) -> int:
    if options.dry_run:
        from rodedraad.index.build import preview

        report = preview(options.corpus, options.home)
        for doing, ids in (
            ("add", report.added),
            ("change", report.changed),
            ("remove", report.removed),
        ):
            for id in ids:
                _say(f"  would {doing}: {id}")
        _summarise(f"{options.home} would get", report)
        return 0
    _reindex(options)
    if options.watch:
        _watch(options)
    return 0


def _watch(options: argparse.Namespace) -> None:
    """Index again whenever the folder has changed and then been quiet; until interrupted."""
    from watchfiles import watch

    from rodedraad.index.build import is_outdated
    from rodedraad.index.store.publishing import open_current

    _say(f"Watching {options.corpus}. Stop with Ctrl+C.")
    # Now and then it is looked at unasked: network folders tell of no changes.
    for _ in watch(options.corpus, step=QUIET, debounce=PATIENCE, rust_timeout=LOOK, yield_on_timeout=True):
        try:
            with closing(open_current(options.home)) as generation:
                outdated = is_outdated(generation, options.corpus)
            if outdated:
                _reindex(options)
        except RodeDraadError as error:
            _say(f"rodedraad: {error}")


def _reindex(options: argparse.Namespace, repair: bool = False) -> "Report":
    from rodedraad.index.build import reindex

    with _progress() as progress:
        report = reindex(options.corpus, options.home, progress, _say, repair)
    for name in report.damaged:
        _say(f"  damaged, made anew: {name}")
    _summarise(f"{options.home}: {report.passages} passages;", report)
    return report


def _summarise(beginning: str, report: "Report") -> None:
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": len(report.unchanged),
        "failed": len(report.failed),
    }
    summary = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    _say(f"{beginning} documents: {summary}.")
    for id, reason in report.failed.items():
        _say(f"  not indexed: {id}: {reason}")
    for id in report.passed_over:
        _say(f"  passed over, not a kind of file that is read: {id}")


def _check(options: argparse.Namespace) -> int:
    from rodedraad.index.store.check import check
    from rodedraad.index.store.manifest import IndexProblem
    from rodedraad.index.store.publishing import current, open_current

    try:
        problems = check(options.home)
    except IndexProblem as error:
        if not (options.home / "generations").is_dir():
            raise  # there is no index
        problems = [str(error)]
    for problem in problems:
        _say(problem)
    if problems and not options.repair:
        _say("To make it anew from the documents: rodedraad check --repair")
        return 2
    if problems:
        _reindex(options, repair=True)
        if problems := check(options.home):
            raise IndexProblem("It could not be repaired:" + "".join(f"\n  {p}" for p in problems))
    with closing(open_current(options.home)) as generation:
        _say(
            f"{current(options.home)} is sound: {len(generation.manifest.documents)} documents, "
            f"{generation.passages} passages, {len(generation.manifest.files)} files."
        )
    return 0


def _open(options: argparse.Namespace, without: Sequence[str] = ()) -> "Searcher":
    """The index, without some of its signals; made first where there is none."""
    from rodedraad.index.build import is_outdated
    from rodedraad.index.search import Searcher
    from rodedraad.index.store.publishing import current

    if current(options.home) is None:
        _reindex(options)
    searcher = Searcher(options.home, without)
    if is_outdated(searcher.generation, options.corpus):
        _say(f"{options.corpus} has changed since it was indexed. To catch up: rodedraad index")
    return searcher


def _ask(options: argparse.Namespace) -> int:
    if (options.question is None) == (options.batch is None):
        raise RodeDraadError('Ask a question, rodedraad ask "…", or name a file with --batch.')
    if options.batch is not None:
        return _ask_batch(options)
    from rodedraad.answering.conversation import ask
    from rodedraad.answering.json_format import turn_as_json

    answer = ask(_open(options), options.question, passages=options.passages)
    if options.json:
        print(json.dumps({"id": None, "turns": [turn_as_json(answer, options.passages)]}, ensure_ascii=False))
    else:
        _print_answer(answer)
    return 0


def _ask_batch(options: argparse.Namespace) -> int:
    """One JSON line out for each line in; a line that cannot be answered gets an error."""
    from rodedraad.answering.conversation import ask
    from rodedraad.answering.json_format import turn_as_json

    failed = False
    with _lines(options.batch) as lines:
        searcher = _open(options)
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            result: dict[str, Any] = {"id": None}
            try:
                item = json.loads(line)
                result["id"] = item.get("id")
                before: list[Answer] = []
                for turn in item.get("turns", [item]):
                    before.append(ask(searcher, turn["question"], before, options.passages))
                result["turns"] = [turn_as_json(answer, options.passages) for answer in before]
            except (ValueError, KeyError, TypeError, AttributeError):
                result["error"] = (
                    f"Line {number} is no question: it must be a JSON object with a question or "
                    "a list of turns."
                )
            except RodeDraadError as error:
                result["error"] = str(error)
            if "error" in result:
                failed = True
                _say(f"rodedraad: line {number}: {result['error']}")
            print(json.dumps(result, ensure_ascii=False), flush=True)
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
    from rodedraad.texts.phrases import phrase

    language = answer.language
    if answer.abstained:
        print(phrase("no_answer", language))
        if answer.hits:
            print(phrase("nearest", language), end="\n\n")
        for hit in answer.hits[:3]:
            print(f"  {hit.passage.text}\n  ({reference(hit.document, hit.passage.start)})\n")
        return
    for quote in answer.quotes:
        numbers = " ".join(f"[{one.citation}]" for one in (quote, *quote.also))
        print(f"{numbers} “{quote.text}”\n")
    print(phrase("sources", language))
    for quote in answer.cited:
        print(f"[{quote.citation}] {reference(quote.document, quote.start)}")


def _chat(options: argparse.Namespace) -> int:
    if options.add_user is not None:
        return _add_user(options)
    from rodedraad.live.json_log import start_log
    from rodedraad.server.passwords import Passwords
    from rodedraad.server.serve import Serving, serve, take_port

    passwords = Passwords(options.auth) if options.auth else None
    take_port(options.host, options.port)
    start_log(options.log, options.log_questions)
    report = _reindex(options)
    serving = Serving(options.host, options.port, options.root_path, passwords)
    serve(options.corpus, options.home, report.failed, serving)
    return 0


def _add_user(options: argparse.Namespace) -> int:
    from getpass import getpass

    from rodedraad.server.passwords import add_user

    if not options.auth:
        raise RodeDraadError(f"Name the password file too: --auth FILE --add-user {options.add_user}")
    if sys.stdin.isatty():
        password = getpass("Password: ")
        if getpass("Once more: ") != password:
            raise RodeDraadError("The two differ; nothing was changed.")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    add_user(options.auth, options.add_user, password)
    print(f"{options.add_user} can log in, by {options.auth}.")
    return 0


def _eval(options: argparse.Namespace) -> int:
    if options.make:
        from rodedraad.cli.write_gold import write_gold

        write_gold(_open(options).generation, options.make)
        return 0
    from rodedraad.cli.evaluate import run_evaluation

    searcher = _open(options, options.without)
    with _progress() as progress:
        run_evaluation(searcher, options, progress)
    return 0


def _bench(options: argparse.Namespace) -> int:
    from rodedraad.evaluation.model_benchmark import bench_model

    with _progress() as progress:
        figures = bench_model(options.data, options.corpus, options.model, progress)
    if options.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))
    else:
        for name, value in figures.items():
            print(f"{name:<40} {value:.3f}" if value <= 1 else f"{name:<40} {value:,.0f}")
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr)


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """A progress bar on standard error, for as long as the block runs."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
    from rich.progress import TimeRemainingColumn as Remaining

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), Remaining())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:
        tasks: dict[str, Any] = {}

        def show(doing: str, done: int, total: int) -> None:
            if doing not in tasks:
                tasks[doing] = bars.add_task(doing)
            bars.update(tasks[doing], completed=done, total=total)

        yield show


if __name__ == "__main__":
    sys.exit(main())
