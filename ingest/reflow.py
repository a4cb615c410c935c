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

from ingest.hyphens import join_hyphenated

_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\u00ad\u200b\u2060\ufeff\ud800-\udfff]")
_LINE_END = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_LIST_ITEM = re.compile(r"(?:[•·▪◦●*–-]|\d{1,2}[.)])\s+\S")
_SENTENCE_END = re.compile(r"[.!?…:;][\"'”’»)\]]*$")
_NAVIGATION = re.compile(
    r"""(?ix)
    (imprimer|imprimir|print(en|\ this\ page)?|afdrukken|drucken)
    | (partager|compartir|share|delen|teilen)
    | (terug\ naar|retour\ (à|au|aux)|back\ to|volver\ a[l]?|zurück\ zu[mr]?)\ .{1,40}
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
    lines = [line for line in _lines(pages) if not _NAVIGATION.fullmatch(line.text)]
    if not lines:
        return "", ()
    wrap = _Wrap.of(lines)
    vocabulary = Counter(
        word.casefold() for line in lines for word in re.findall(r"\w+(?:-\w+)*", line.text)
    )
    text = lines[0].text
    starts = [0] * (lines[0].page + 1)
    for before, line in pairwise(lines):
        if separator := wrap.separator(before, line):
            text += separator
            offset = len(text)
            text += line.text
        else:
            text, offset = join_hyphenated(text, line.text, vocabulary, language)
        starts += [offset] * (line.page + 1 - len(starts))
    return text, tuple(starts) if len(pages) > 1 else ()


def _lines(pages: Sequence[str]) -> Iterator[_Line]:
    gap = 0
    for number, page in enumerate(pages):
        clean = _CONTROL.sub("", unicodedata.normalize("NFC", _LINE_END.sub("\n", page)))
        for raw in clean.split("\n"):
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
        width = sorted(len(line.text) for line in lines)[len(lines) * 98 // 100]
        full = sum(_is_full(before, line, FULL_LINE * width) for before, line in pairwise(lines))
        if width > 150 or full < max(HARD_WRAPPED * (len(lines) - 1), 1):
            return cls(0, 0, False)
        gap = Counter(line.gap for line in lines[1:]).most_common(1)[0][0]
        indented = sum(line.indented for line in lines)
        return cls(width, gap, 0 < indented < len(lines) // 5)

    def separator(self, before: _Line, line: _Line) -> str:
        """What stands between two lines of the reading text; empty where they are one."""
        if _LIST_ITEM.match(line.text) and not _runs_on(before, line):
            return "\n" if _LIST_ITEM.match(before.text) else "\n\n"
        if not self.width:
            return "\n\n" if line.gap else "\n"
        if _runs_on(before, line):
            return ""
        if line.gap > self.gap or (self.indents and line.indented):
            return "\n\n"
        ended = _SENTENCE_END.search(before.text)
        share = FULL_LINE if ended else HEADING
        return "" if _is_full(before, line, share * self.width) else "\n\n"


def _is_full(before: _Line, line: _Line, width: float) -> bool:
    first_word = line.text.split(" ", 1)[0]
    return len(before.text) + 1 + len(first_word) > width


def _runs_on(before: _Line, line: _Line) -> bool:
    """Whether a sentence runs on over the line's end, however the lines are set."""
    return line.text[0].islower() and not _SENTENCE_END.search(before.text)
