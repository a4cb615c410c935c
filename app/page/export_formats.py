"""Export formats: answers with their sources, for other programs and for printing."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from rodedraad.answering.citation_formats import bibtex, literal, ris, single_spaced
from rodedraad.answering.place import Place
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.page.kept_turns import Cited, Turn, found_in
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import phrase
from rodedraad.texts.scope_words import scope_in_words

ExportFormat = Callable[[Sequence[Turn], Snapshot, str], str]
"""A format: it writes answers in a language; the snapshot describes the documents that they cite."""


def talk_as_plain(turns: Sequence[Turn], _: Snapshot, language: str) -> str:
    """Plain text: each question, its quotes between quotation marks, their sources."""
    return "\n\n\n".join("\n\n".join(_blocks(turn, language, "", "“{}”", str)) for turn in turns) + "\n"


def talk_as_markdown(turns: Sequence[Turn], _: Snapshot, language: str) -> str:
    """Markdown: each question a heading, its quotes block quotations; every character of them literal."""
    return "\n\n".join("\n\n".join(_blocks(turn, language, "## ", "> {}", literal)) for turn in turns) + "\n"


def _blocks(
    turn: Turn, language: str, heading: str, quotation: str, write: Callable[[str], str]
) -> list[str]:
    """A question and what it got, as paragraphs."""
    asked = [heading + write(turn.question)]
    if turn.scope:
        chosen = scope_in_words(turn.scope, language)
        asked.append(write(phrase("looked_in", language, scope=chosen)))
    if turn.understood_as != turn.question:
        asked.append(write(f"{phrase('understood_as', language)} {turn.understood_as}"))
    if turn.abstained:
        return [*asked, *([write(phrase("no_answer", language))] if turn.cited else [])]
    quotes = [
        f"{quotation.format(write(single_spaced(quote.text)))} {write(_numbers(turn, quote))}"
        for quote in turn.quoted
    ]
    sources = [f"- {write(f'[{one.number}] {single_spaced(one.reference)}')}" for one in turn.cited]
    return [*asked, *quotes, write(phrase("sources", language)), "\n".join(sources)]


def _numbers(turn: Turn, quote: Cited) -> str:
    return " ".join(f"[{one.number}]" for one in (quote, *turn.same_as(quote)))


def talk_as_html(turns: Sequence[Turn], _: Snapshot, language: str) -> str:
    """A page of its own, which word processors take too."""
    return render("page/export.html", turns=turns, language=language)


def _entries(write: Callable[[Place], str]) -> ExportFormat:
    """An entry for each place that the answers cite and the documents still hold."""

    def entries(turns: Sequence[Turn], generation: Snapshot, _: str) -> str:
        cited = [one for turn in turns if not turn.abstained for one in turn.cited]
        return "\n\n".join(dict.fromkeys(map(write, found_in(generation, cited)))) + "\n"

    return entries


EXPORT_FORMATS: Final[Mapping[str, ExportFormat]] = {
    "plain": talk_as_plain,
    "markdown": talk_as_markdown,
    "html": talk_as_html,
    "bibtex": _entries(bibtex),
    "ris": _entries(ris),
}
"""The formats by name."""
