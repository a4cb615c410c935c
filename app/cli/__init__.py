"""The command line: rodedraad index | add | check | ask | chat | eval | bench."""

import argparse
import re
import sys
from importlib import import_module
from pathlib import Path

from rodedraad.cli.terminal import say
from rodedraad.ingest.errors import RodeDraadError

EPILOG = """\
examples:
  rodedraad ask "How many families work in the coffee sector?"
  rodedraad index --corpus ~/reports --home ~/reports-index
  rodedraad chat --port 8080
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code is 0, or 2 after a message to standard error."""
    options = parser().parse_args(arguments)
    try:
        if options.store:
            import_module("rodedraad.index.stores").choose_store(options.home, options.store)
        run = getattr(import_module(f"rodedraad.cli.{options.module}"), options.function)
        return int(run(options))
    except RodeDraadError as error:
        say(f"rodedraad: {error}")
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output went away: nothing is left to say
        return 0


def parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
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
    common.add_argument(
        "--store",
        metavar="ADDRESS",
        help="Milvus server that holds the index in place of that folder: milvus://HOST:PORT/NAME",
    )
    parser = argparse.ArgumentParser(
        prog="rodedraad",
        description="Ask your documents, and get verbatim quotes with citations.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and exit")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, module: str, function: str, help: str) -> argparse.ArgumentParser:
        added = commands.add_parser(
            name, parents=[common], help=help, description=help[0].upper() + help[1:] + "."
        )
        added.set_defaults(module=module, function=function)
        return added

    index = command("index", "index", "index", "bring the index up to date with the documents")
    index.add_argument("--dry-run", action="store_true", help="report what would be done, and do nothing")
    index.add_argument(
        "--watch", action="store_true", help="keep running, and update when the folder changes"
    )

    add = command("add", "add", "add", "fetch pages of the web, save them as documents, and index them")
    add.add_argument("address", nargs="+", metavar="URL", help="address of a page: https://…")

    verify = command("check", "index", "check", "verify every checksum, count and offset of the index")
    verify.add_argument(
        "--repair",
        action="store_true",
        help="read every document, and rebuild what is damaged or differs from it",
    )

    ask = command("ask", "ask", "ask", "answer a question, or a file of questions")
    ask.add_argument("question", nargs="?", help="the question, in nl, en, fr, es or de")
    ask.add_argument("--json", action="store_true", help="print the answer as a line of JSON")
    ask.add_argument("--batch", metavar="FILE", help="answer the JSON lines of FILE (- for stdin)")
    ask.add_argument("--passages", type=_count, default=10, metavar="N", help="passages in the JSON (10)")
    ask.add_argument(
        "--documents",
        action="append",
        default=[],
        metavar="NAME",
        help="search only this document or folder, or a pattern such as 'reports/*.pdf'; may be repeated",
    )
    ask.add_argument(
        "--language",
        action="append",
        default=[],
        metavar="CODE",
        help="search only documents in this language (nl, en, fr, es or de); may be repeated",
    )
    ask.add_argument(
        "--from",
        dest="date_from",
        default="",
        metavar="DATE",
        help="search only documents of this day, month or year, or later",
    )
    ask.add_argument(
        "--to",
        dest="date_to",
        default="",
        metavar="DATE",
        help="search only documents of this day, month or year, or earlier",
    )

    _add_writer(ask)

    chat = command("chat", "chat", "chat", "serve the chat to a browser, after bringing the index up to date")
    chat.add_argument("--port", type=_port, default=7860, help="port (7860)")
    chat.add_argument(
        "--collection",
        type=_collection,
        action="append",
        default=[],
        metavar="NAME=DIR",
        help="in place of --corpus: serve this folder under this name, with an index of its own in --home; "
        "may be repeated",
    )
    chat.add_argument(
        "--host",
        default="127.0.0.1",
        metavar="ADDRESS",
        help="address to serve (127.0.0.1: this machine only); 0.0.0.0 for every address",
    )
    chat.add_argument(
        "--root-path",
        type=_root_path,
        default="",
        metavar="PATH",
        help="path, or whole address, under which a proxy shows the page",
    )
    chat.add_argument("--auth", type=Path, metavar="FILE", help="let in only the users in this password file")
    chat.add_argument("--add-user", metavar="NAME", help="ask for a password, add the user, and stop")
    chat.add_argument(
        "--remove-user", metavar="NAME", help="remove the user and their conversations, and stop"
    )
    chat.add_argument("--role", choices=["read", "change"], help="what the added user may do (change)")
    chat.add_argument(
        "--keep-talks",
        action="store_true",
        help="with --auth: keep the conversations of each user in the index folder, for all their browsers",
    )
    chat.add_argument(
        "--log", type=Path, metavar="FILE", help="write a JSON line for each request (-: stderr)"
    )
    chat.add_argument("--log-questions", action="store_true", help="include the text of questions in the log")

    chat.add_argument(
        "--writer", action="store_true", help="offer a sentence by the language model of writer.toml"
    )

    evaluate = command(
        "eval", "evaluate", "evaluate_answers", "ask the gold questions and print how many answers are right"
    )
    for option, metavar, what in (
        ("--data", "PATH", "file of questions, or folder with questions.jsonl and conversations.jsonl"),
        ("--save", "FILE", "save the run, with the result of each question"),
        ("--against", "FILE", "compare with a saved run"),
        ("--report", "FILE", "write an HTML page with plots and every question"),
        ("--trec", "FOLDER", "write a run and qrels for trec_eval and the like"),
        ("--make", "FILE", "help to write questions about the corpus, and add them to FILE"),
    ):
        evaluate.add_argument(option, type=Path, metavar=metavar, help=what)
    evaluate.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="SIGNAL",
        help="switch a signal off: coverage, dense, bm25, nearness, before, interaction, sentence, expansion "
        "or verified; may be repeated",
    )
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")

    _add_writer(evaluate)

    bench = command("bench", "evaluate", "bench", "measure how well a model finds answers")
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


def _add_writer(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--writer", action="store_true", help="also ask the language model of writer.toml for a sentence"
    )
    command.add_argument(
        "--agree", action="store_true", help="agree that questions and quotes are sent to its address"
    )


class _Version(argparse.Action):
    """Prints the installed version; importlib.metadata is imported for this alone."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> None:
        from importlib.metadata import version

        parser.exit(message=f"rodedraad {version('rodedraad')}\n")


def _count(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 1000:
        raise argparse.ArgumentTypeError("must be between 0 and 1000")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 65535:
        raise argparse.ArgumentTypeError("must be between 1 and 65535")
    return number


def _collection(text: str) -> tuple[str, Path]:
    name, equals, folder = text.partition("=")
    if not (name and equals and folder):
        raise argparse.ArgumentTypeError("must be like reports=/home/an/reports")
    return name, Path(folder).expanduser()


def _root_path(text: str) -> str:
    if not re.fullmatch(r"(https?://[^/?#\s]+)?(/[^?#\s]*)?", text):
        raise argparse.ArgumentTypeError("must be like /documents or https://example.org/documents")
    return text.rstrip("/")
