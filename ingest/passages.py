"""Passages: splits a document into the pieces that search finds, between sentences."""

from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise

from rodedraad.ingest.documents import Document, Heading, Passage, Span
from rodedraad.ingest.sentences import is_heading, sentence_spans

PASSAGE_SIZE = 600
"""The most characters of a passage, unless `passage_size` is set."""

# Control characters do not occur in a reading text: they mark where a passage may end.
_PARAGRAPH, _SENTENCE, _HEADING = "\x1d", "\x1e", "\x1f"


def split_passages(document: Document, size: int = PASSAGE_SIZE) -> list[Passage]:
    """The document's passages in order, of at most `size` characters, without overlap.

    A passage ends at the end of a sentence, preferably of a paragraph; a heading stays with the text
    under it if both fit. Only a sentence that, with the white space before it, is longer than `size`
    is split, between two words.
    """
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    sentences = _with_whole_headings(sentence_spans(document.text), document.headings)
    splitter = RecursiveCharacterTextSplitter(
        separators=[_PARAGRAPH, _SENTENCE, _HEADING, " ", ""],
        chunk_size=size,
        chunk_overlap=0,
        add_start_index=True,
    )
    starts = [start for start, _ in sentences]
    passages = []
    for chunk in splitter.create_documents([_marked(document, sentences)]):
        start = chunk.metadata["start_index"]
        end = start + len(chunk.page_content)
        inside = sentences[max(bisect_left(starts, start) - 1, 0) : bisect_left(starts, end)]
        spans = ((max(s, start), min(e, end)) for s, e in inside if e > start)
        passages.append(document.passage(start, end, spans))
    return passages


def _with_whole_headings(sentences: Sequence[Span], headings: Sequence[Heading]) -> list[Span]:
    """The spans, with those in the same heading joined to one."""
    whole: list[Span] = []
    ends = [heading.end for heading in headings]
    for start, end in sentences:
        place = bisect_left(ends, end)
        if whole and place < len(ends) and headings[place].start <= whole[-1][0]:
            start = whole.pop()[0]
        whole.append((start, end))
    return whole


def _marked(document: Document, sentences: list[Span]) -> str:
    """The text with a mark at the end of each sentence, in place of white space: offsets stay valid."""
    text = document.text
    marked = list(text)
    headings = {heading.end for heading in document.headings}
    for (start, end), (following, _) in pairwise(sentences):
        if end in headings or is_heading(text[start:end]):
            marked[end] = _HEADING
        else:
            marked[end] = _PARAGRAPH if "\n\n" in text[end:following] else _SENTENCE
    return "".join(marked)
