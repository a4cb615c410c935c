"""Reflow: raw text becomes the reading text, as the printed page said it.

Text taken from a PDF has hard line breaks, hyphens at line ends and no marked paragraphs.
Text taken from a web page has a line a paragraph, and remains of the site's navigation.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingest.hyphens import before_join

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_LIST_ITEM = re.compile(r"(?:[•·▪◦●*–-]|\d{1,2}[.)])\s+\S")
_DASH_OR_NUMBER = re.compile(r"[-–\d]")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
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

HEADING = 0.6
"""A line that stops before this share of the width with no sentence's end is a heading."""

HARD_WRAPPED = 0.4
"""The share of full lines from which a text counts as hard-wrapped.

Measured on the corpus: 0.67 in the text taken from a PDF, at most 0.11 in the two web pages.
"""

NARROWEST, WIDEST = 30, 150
"""Characters in a full line of a hard-wrapped text: a list's are fewer, a paragraph's more."""

VERSE = 0.7
"""The share of lines with a capital first from which a text is verse or a list.

Measured on the corpus: 0.23 in the text taken from a PDF.
"""


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    page: int
    gap: int  # blank lines before it
    indented: bool


def reflow(pages: Sequence[str], language: str) -> tuple[str, tuple[int, ...]]:
    """The reading text of raw pages, and the offset at which each page starts in it.

    Paragraphs are set apart by an empty line, the lines of a list by a line break. A document
    of a single page has no page starts. `language` (ISO 639-1) decides how hyphens are mended.
    """
    lines = list(_lines(pages))
    wrap = _Wrap.of(lines)
    if not wrap.width:  # a hard-wrapped line may read like navigation and be prose
        lines = [line for line in lines if not _NAVIGATION.fullmatch(line.text)]
    if not lines:
        return "", ()
    vocabulary = Counter(word.casefold() for line in lines for word in re.findall(r"\w+(?:-\w+)*", line.text))
    parts, offset, block = [], 0, lines[0]
    starts = [0] * (block.page + 1)
    for before, line in pairwise(lines):
        if separator := wrap.separator(block, before, line):
            parts.append(before.text + separator)
            block = line
        else:
            parts.append(before_join(before.text, line.text, vocabulary, language))
        offset += len(parts[-1])
        starts += [offset] * (line.page + 1 - len(starts))
    return "".join(parts) + lines[-1].text, tuple(starts) if len(pages) > 1 else ()


def _lines(pages: Sequence[str]) -> Iterator[_Line]:
    gap = 0
    for number, page in enumerate(pages):
        clean = unicodedata.normalize("NFC", _CONTROL.sub("", _LINE_END.sub("\n", page)))
        for raw in clean.splitlines():
            if text := " ".join(raw.split()):
                yield _Line(text, number, gap, raw[0].isspace())
                gap = 0
            else:
                gap += 1


@dataclass(frozen=True, slots=True)
class _Wrap:
    """How a text breaks its lines, and so where its paragraphs end."""

    width: int  # characters of the longest lines; 0 where a line is a paragraph
    gap: int  # blank lines between two lines of a paragraph
    indents: bool  # whether an indented line starts something new

    @classmethod
    def of(cls, lines: Sequence[_Line]) -> "_Wrap":
        width = sorted(len(line.text) for line in lines)[len(lines) * 98 // 100] if lines else 0
        full = sum(_is_full(before, line, FULL_LINE * width) for before, line in pairwise(lines))
        capitals = sum(line.text[0].isupper() for line in lines)
        if (
            not NARROWEST <= width <= WIDEST
            or full < max(HARD_WRAPPED * (len(lines) - 1), 1)
            or capitals > VERSE * len(lines)
        ):
            return cls(0, 0, False)
        gap = Counter(line.gap for line in lines[1:]).most_common(1)[0][0]
        indented = sum(line.indented for line in lines)
        return cls(width, gap, 0 < indented < len(lines) // 5)

    def separator(self, block: _Line, before: _Line, line: _Line) -> str:
        """What stands between two lines of the reading text; empty where they are one.

        `block` is the first line of the paragraph or list item that `before` belongs to.
        """
        in_list = _LIST_ITEM.match(block.text)
        ended = _SENTENCE_END.search(before.text)
        same_page = line.page == before.page
        if _LIST_ITEM.match(line.text):
            runs_on = (
                _DASH_OR_NUMBER.match(line.text)
                and not (in_list or ended or line.gap > self.gap)
                and _is_full(before, line, FULL_LINE * self.width)
            )
            if not (self.width and runs_on):
                return "\n" if in_list else "\n\n"
        if not self.width:
            return "\n" if same_page and not line.gap else "\n\n"
        if line.text[0].islower() and not ended:
            return ""  # a sentence runs on, however the lines are set
        if line.gap > self.gap and (same_page or ended):
            return "\n\n"
        if self.indents and line.indented and not in_list:
            return "\n\n"
        share = FULL_LINE if ended else HEADING
        return "" if _is_full(before, line, share * self.width) else "\n\n"


def _is_full(before: _Line, line: _Line, width: float) -> bool:
    first_word = line.text.split(" ", 1)[0]
    return len(before.text) + 1 + len(first_word) > width
