"""Sentences: the spans of the sentences, headings and list items of a reading text."""

import re
from collections.abc import Iterator

from rodedraad.ingest.documents import Span

_BLOCK = re.compile(r"[^\n]+")
_MARKER = re.compile(r"(?:[•·▪◦●*–-]|\d{1,2}[.)])\s+")
_END = re.compile(r"""(?<![.!?…])[.!?…]+["'”’»)\]]*\s+(?=["'“‘„«(\[¿¡–—-]*\s?(?P<next>[^\W_]))""")
_LAST_WORD = re.compile(r"[\w.]*$")
_LONGEST_WORD = 20  # characters searched for an abbreviation; none is longer
_STOP = re.compile(r"""[.!?…:;]["'”’»)\]]*(?:\s|$)""")
_ABBREVIATIONS = frozenset(
    """
    a.u.b art blz bv bijv ca d.w.z dhr dr drs e.a e.d enz etc excl fig i.p.v incl ing ir jl km
    m.a.w m.b.t max mevr min mr nr o.a o.l.v p pag prof resp s.v.p st t.a.v t.o.v tel v.d vgl vnl
    vs zgn e.g i.e mrs ms jr sr cf al vol no fig eq approx dept est inc ltd
    av chap env ex m mme mlle éd réf p.ex pp
    sra dra ud uds p.ej núm pág ee.uu
    abs bzw d.h evtl hr frau ggf u.a usw vgl z.b nr
    """.split()
)

HEADING_LENGTH = 90
"""A block of at most this many characters without a full stop or the like is a heading."""

LABEL_WORDS = 3
"""A block of at most this many words is a label, such as "Bronnen:" or "AIDER: www.aider.com.pe."."""


def sentence_spans(text: str) -> list[Span]:
    """The spans of the sentences in `text`, in order; headings and list items count as sentences.

    No span contains a line break, starts or ends with white space, or overlaps another. The marks of
    list items ("•", "2.") are between the spans.
    """
    return [span for block in _BLOCK.finditer(text) for span in _in_block(text, *block.span())]


def is_heading(sentence: str) -> bool:
    """Whether a span of `sentence_spans` is a heading or a label, and not a sentence."""
    if len(sentence.split()) <= LABEL_WORDS:
        return True
    return len(sentence) <= HEADING_LENGTH and not _STOP.search(sentence)


def _in_block(text: str, start: int, end: int) -> Iterator[Span]:
    if marker := _MARKER.match(text, start, end):
        start = marker.end()
    for match in _END.finditer(text, start, end):
        if _ends_sentence(text, start, match):
            yield from _trimmed(text, start, match.end())
            start = match.end()
    yield from _trimmed(text, start, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end


def _ends_sentence(text: str, start: int, match: re.Match[str]) -> bool:
    dot = match.start()
    if match["next"].islower():
        return False
    if text[dot : dot + 2] != ". ":
        return True
    word = _LAST_WORD.search(text, max(start, dot - _LONGEST_WORD), dot)
    last = word[0].casefold() if word else ""
    is_initial = len(last) == 1 and last.isalpha()
    return not (is_initial or last in _ABBREVIATIONS)
