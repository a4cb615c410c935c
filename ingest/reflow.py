"""Reflow: turns the lines of a file into its reading text, with paragraphs and headings.

Text extracted from a PDF has hard line breaks, hyphens at line ends, and no paragraph marks. Text
copied from a web page has one line for each paragraph, and remnants of the site's navigation.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from rodedraad.ingest.documents import Heading
from rodedraad.ingest.hyphens import before_join
from rodedraad.ingest.lines import Line, clean
from rodedraad.ingest.running_heads import without_running_heads

_WORD = re.compile(r"\w+(?:-\w+)*")
_LIST_ITEM = re.compile(r"(?:[•·▪◦●*–-]|\d{1,2}[.)])\s+\S")
_LETTERED_ITEM = re.compile(r"(?:\(\w{1,6}\)|[A-Za-z]{1,6}[.)]|\d+(?:\.\d+)+\.?)\s+\S")
_LETTER = re.compile(r"\(?([a-z])[.)]\s+\S")
_LABEL = re.compile(r"[A-ZÀ-Þ][\w.-]*(?: [\w.-]+){0,2}: \S")
_DASH_OR_NUMBER = re.compile(r"[-–\d]")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_NEXT_SENTENCE = re.compile(r"(?<=\w\w)[.!?…]+[\"'”’»)]*\s+(?=[\"'“‘„«(]?[A-ZÀ-Þ])")
_NAVIGATION = re.compile(
    r"""(?ix)
    (imprimer|imprimir|print(en|\ this\ page)?|afdrukken|drucken)
    | (partager|compartir|share|delen|teilen)
    | (terug\ naar|retour\ (à|au)|back\ to|volver\ al?|zurück\ zu[mr]?)
      \ ((het|la|le|l[’']|the|el)\ ?)?
      (dossier|overzicht|lijst|begin|boven|home|startpagina|inhoud|zoekresultaten
      |sommaire|liste|accueil|haut|résultats|overview|list|top|contents|search|results
      |índice|lista|inicio|resultados|übersicht|liste|anfang|startseite)
    | (in\ dezelfde\ categorie|dans\ la\ même\ catégorie|in\ the\ same\ category
      |en\ la\ misma\ categoría)\b.*
    | (\S+\ [-–]\ )?(página\ en\ (castellano|español)|(page|version)\ (en\ )?français(e)?
      |english\ (page|version)|nederlandse\ (pagina|versie))
    """
)

FULL_LINE = 0.95
"""A line of a hard-wrapped text is full when its next word would pass this share of the width.

Characters differ in width, so lines of equal printed width differ by some five per cent.
"""

FEWEST_REMNANTS = 3
"""The fewest lines at the end of a text that are remnants of a web page if all read like its navigation."""

HEADING = 0.6
"""A line that ends before this share of the width, and not at the end of a sentence, is a heading."""

HARD_WRAPPED = 0.4
"""The share of full lines from which a text counts as hard-wrapped.

Measured on the corpus: 0.67 in the text from a PDF, at most 0.11 in the two from web pages.
"""

LONGEST_END = 9
"""The most characters of a full stop with the brackets and quotation marks after it."""

NARROWEST, WIDEST = 30, 150
"""Characters in a full line of a hard-wrapped text: lists have fewer, unwrapped paragraphs more."""

VERSE = 0.7
"""The share of lines that begin with a capital from which a text is verse or a list.

Measured on the corpus: 0.23 in the text from a PDF.
"""


class ReadingText(NamedTuple):
    """A reading text, and the positions of its pages and headings."""

    text: str
    page_starts: tuple[int, ...]  # offset of each page's first character
    headings: tuple[Heading, ...]


def reflow(lines: Sequence[Line], language: str) -> ReadingText:
    """The reading text of a file's lines.

    An empty line separates paragraphs, a line break the items of a list. `language` (ISO 639-1)
    decides which hyphens are removed.
    """
    if not lines:
        return ReadingText("", (), ())
    lines = _beside_paragraphs(lines)
    vocabulary = Counter(_WORD.findall("\n".join(line.text for line in lines).casefold()))
    parts, offset, block, begun = [], 0, lines[0], 0
    starts = [0] * (block.page + 1)
    outline = _Outline()
    for before, line in pairwise(lines):
        if separator := _separator(block, before, line):
            parts.append(before.text + separator)
            outline.add(block, begun, offset + len(before.text))
            block, begun = line, offset + len(parts[-1])
        else:
            parts.append(before_join(before.text, line.text, vocabulary, language))
        offset += len(parts[-1])
        starts += [offset] * (line.page + 1 - len(starts))
    parts.append(lines[-1].text)
    outline.add(block, begun, offset + len(parts[-1]))
    return ReadingText("".join(parts), tuple(starts), tuple(outline.headings))


class _Outline:
    """The headings so far, and those that the next line is under."""

    def __init__(self) -> None:
        self.headings: list[Heading] = []
        self._open: list[tuple[int, int]] = []  # level and index of each, outermost first

    def add(self, block: Line, start: int, end: int) -> None:
        if not block.level:
            return
        while self._open and self._open[-1][0] >= block.level:
            self._open.pop()
        self.headings.append(Heading(start, end, self._open[-1][1] if self._open else None))
        self._open.append((block.level, len(self.headings) - 1))


def _beside_paragraphs(lines: Sequence[Line]) -> Sequence[Line]:
    """The lines, with those aside moved out of the sentence that they would part.

    They go before the paragraph that runs on at their place, or else between two sentences of their page.
    """
    if not any(line.aside for line in lines):
        return lines
    body: list[Line] = []
    moved: dict[int, list[Line]] = {}  # by the index of the line that they go before
    begins = [True]  # whether a paragraph begins with the line of that index
    following = [line for line in lines if not line.aside]
    block = following[0] if following else lines[0]
    passed = 0
    for line in lines:
        if not line.aside:
            body.append(line)
            passed += 1
            after = following[passed] if passed < len(following) else None
            begins.append(after is None or bool(_separator(block, line, after)))
            block = after if after is not None and begins[-1] else block
            continue
        place = _last_begin(body, begins, line.page)
        if place is None and (split := _last_sentence(body, line.page)):
            place, offset = split
            text = body[place].text
            first, rest = (
                replace(body[place], text=text[:offset].rstrip()),
                replace(body[place], text=text[offset:]),
            )
            body[place : place + 1] = [first, rest]
            begins.insert(place := place + 1, True)
        moved.setdefault(len(body) if place is None else place, []).append(line)
    return [
        line for place in range(len(body) + 1) for line in (*moved.get(place, ()), *body[place : place + 1])
    ]


def _last_begin(body: Sequence[Line], begins: Sequence[bool], page: int) -> int | None:
    """The last place of a page where a paragraph begins, but for the start of the document."""
    place = len(body)
    while not begins[place] and place and body[place - 1].page == page:
        place -= 1
    return place if begins[place] and (place or not body) else None


def _last_sentence(body: Sequence[Line], page: int) -> tuple[int, int] | None:
    """The index of the last line of a page in which a sentence begins, and where in its text."""
    for place in range(len(body) - 1, -1, -1):
        if body[place].page != page:
            return None
        if starts := [found.end() for found in _NEXT_SENTENCE.finditer(body[place].text)]:
            return place, starts[-1]
    return None


def text_lines(pages: Sequence[str]) -> list[Line]:
    """The lines of raw text, one string for each page, without running heads and a site's navigation."""
    lines = without_running_heads(list(_lines(pages)))
    width = _width(lines)
    if not width:  # in hard-wrapped prose, a line may look like navigation
        return _without_navigation(lines)
    usual = Counter(line.gap for line in lines[1:]).most_common(1)[0][0]
    indented = sum(line.indented for line in lines)
    indents = 0 < indented < len(lines) // 5
    return [
        replace(line, width=width, gap=max(line.gap - usual, 0), indented=line.indented and indents)
        for line in lines
    ]


def _without_navigation(lines: list[Line]) -> list[Line]:
    """The lines without the remnants of a web page's navigation at its end: one such line may be text."""
    end = len(lines)
    while end and _NAVIGATION.fullmatch(lines[end - 1].text):
        end -= 1
    return lines[:end] if len(lines) - end >= FEWEST_REMNANTS else lines


def _lines(pages: Sequence[str]) -> Iterator[Line]:
    gap = 0
    for number, page in enumerate(pages):
        for raw in clean(page).split("\n"):
            if text := " ".join(raw.split()):
                yield Line(text, number, gap, raw[0].isspace())
                gap = 0
            else:
                gap += 1


def _width(lines: Sequence[Line]) -> int:
    """The characters of a full line of a hard-wrapped text; 0 if each line is a paragraph."""
    width = sorted(len(line.text) for line in lines)[len(lines) * 98 // 100] if lines else 0
    full = sum(_is_full(before, line, FULL_LINE * width) for before, line in pairwise(lines))
    capitals = sum(line.text[0].isupper() for line in lines)
    if (
        not NARROWEST <= width <= WIDEST
        or full < max(HARD_WRAPPED * (len(lines) - 1), 1)
        or capitals > VERSE * len(lines)
    ):
        return 0
    return width


def _separator(block: Line, before: Line, line: Line) -> str:
    """The line breaks between two lines in the reading text; empty if they are joined.

    `block` is the first line of the paragraph or list item that `before` belongs to.
    """
    if before.level or line.level:
        close = not line.gap or (line.gap == 1 and _is_full(before, line, FULL_LINE * before.width))
        return "" if before.level == line.level and line.width and close else "\n\n"
    in_list = _LIST_ITEM.match(block.text)
    if not (in_list or line.width or line.gap):  # the file itself says that the list goes on
        in_list = _LETTERED_ITEM.match(block.text)
    ended = _SENTENCE_END.search(before.text, max(len(before.text) - LONGEST_END, 0))
    same_page = line.page == before.page
    if before.aside != line.aside or bool(before.width) != bool(line.width):
        return "\n\n"
    if _LIST_ITEM.match(line.text):
        runs_on = (
            _DASH_OR_NUMBER.match(line.text)
            and not (in_list or ended or line.gap)
            and _is_full(before, line, FULL_LINE * before.width)
        )
        if not (line.width and runs_on):
            return "\n" if in_list else "\n\n"
    if not line.width:
        return "\n" if same_page and not line.gap else "\n\n"
    letter, above = _LETTER.match(line.text), _LETTER.match(block.text)
    if letter and above and ord(letter[1]) == ord(above[1]) + 1:
        return "\n"
    if _LABEL.match(line.text) and _LABEL.match(block.text) and same_page and not line.gap:
        return "\n"
    if line.text[0].islower() and not ended:
        return ""  # the sentence continues, whatever the layout
    if line.gap and (same_page or ended):
        return "\n\n"
    if line.indented and not in_list:
        return "\n\n"
    share = FULL_LINE if ended else HEADING
    return "" if _is_full(before, line, share * before.width) else "\n\n"


def _is_full(before: Line, line: Line, width: float) -> bool:
    first_word = line.text.split(" ", 1)[0]
    return len(before.text) + 1 + len(first_word) > width
