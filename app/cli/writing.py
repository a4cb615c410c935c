"""Writing on the terminal: consent, and a sentence beneath the quotes."""

import argparse
import sys
from typing import TYPE_CHECKING

from rodedraad.cli.terminal import say, show
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.texts.phrases import phrase

if TYPE_CHECKING:
    from rodedraad.answering.answer import Answer
    from rodedraad.writing.writer import Writer


def agreed_writer(options: argparse.Namespace) -> "Writer | None":
    """The writer, if one is asked for and somebody agrees to what is sent to it.

    Raises RodeDraadError if writer.toml is wrong, or nobody agrees.
    """
    if not options.writer:
        return None
    from rodedraad.writing.writer import load_writer

    writer = load_writer(options.home)
    if writer.needs_consent and not options.agree:
        asked = phrase("writer_consent", "en", host=writer.host)
        if not (sys.stdin.isatty() and sys.stderr.isatty()):
            raise RodeDraadError(f"{asked} Agree to that with --agree.")
        say(f"{asked} [y/N]")
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            raise RodeDraadError("Nothing was sent.")
    return writer


def print_sentence(writer: "Writer", answer: "Answer") -> None:
    """Print what the writer makes of an answer, as far as the quotes support it."""
    from rodedraad.writing.written_sentence import written

    sys.stdout.flush()  # the quotes are there before the writer is asked
    sentence = written(writer, answer)
    if sentence is None:
        return
    language = answer.language
    show("")
    if sentence.claims:
        label = "writer_translated" if sentence.translated else "writer_checked"
        show(f"{phrase(label, language, model=sentence.model)}")
        for claim in sentence.claims:
            show(f"  {claim.text} {''.join(f'[{number}]' for number in claim.citations)}")
    if sentence.note:
        show(phrase(sentence.note, language, model=sentence.model))
    if failure := sentence.failure:
        show(phrase(failure.why, language, **failure.given))
