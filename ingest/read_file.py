"""Reading a file: its bytes, taken while nobody writes to it, become a document."""

import hashlib
import os
import time
from dataclasses import replace

from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Citation, Document
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.formats import reader
from rodedraad.ingest.language import language_of, language_spans
from rodedraad.ingest.lines import check_length
from rodedraad.ingest.reflow import reflow

LARGEST_FILE = 200_000_000
"""Bytes of the largest file that is read, unless a setting says otherwise."""


TICK = 20_000_000
"""Nanoseconds in which a file may change twice and show the same time: file systems round it so."""


ATTEMPTS = 50
"""How often a file that changes is read before it is given up."""


LONGEST_TITLE = 200
"""Characters within which a text's first heading is its title, if it stands first or above all others."""


def read_bytes(source: Source, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a source's file.

    Raises UnreadableDocument when they cannot be had, or are more than `largest`.
    """
    if source.trouble:
        raise UnreadableDocument(source.trouble)
    if source.size > largest:
        raise _too_large(source.size, largest)
    try:
        with open(source.path, "rb", opener=_open_at_once) as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise UnreadableDocument(f"it cannot be read ({error.strerror})") from error
    if len(data) > largest:
        raise _too_large(len(data), largest)
    return data


def _too_large(size: int, largest: int) -> UnreadableDocument:
    return UnreadableDocument(
        f"it holds {size / 1e6:,.0f} MB, more than the {largest / 1e6:,.0f} MB that are read; "
        "split it, or raise largest_file in settings.toml"
    )


def read_settled(source: Source, largest: int = LARGEST_FILE) -> tuple[Source, bytes]:
    """The bytes of a source's file, and the source as it was when exactly they were in the file.

    Raises UnreadableDocument as `read_bytes` does, and when the file keeps changing.
    """
    for _ in range(ATTEMPTS):
        data = read_bytes(source, largest)
        try:
            status = source.path.stat()
        except OSError as error:
            raise UnreadableDocument(f"it cannot be read ({error.strerror})") from error
        unmoved = (status.st_size, status.st_mtime_ns) == (source.size, source.mtime_ns)
        if unmoved and len(data) == source.size and not 0 <= time.time_ns() - source.mtime_ns < TICK:
            return source, data
        time.sleep(TICK / 1e9)
        source = replace(source, size=status.st_size, mtime_ns=status.st_mtime_ns)
    raise UnreadableDocument("it was written to while it was read; run rodedraad index again")


def _open_at_once(path: str, flags: int) -> int:
    """Open a file, without waiting for a writer should a pipe have taken its place."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_document(source: Source, data: bytes) -> Document:
    """The document in a file's bytes; raises UnreadableDocument when there is no text in them."""
    content = reader(source.path.suffix.lower())(data)
    check_length(sum(len(line.text) for line in content.lines))
    if not content.lines:
        raise UnreadableDocument("it holds no text")
    declared = source.declared_language
    language = declared or language_of(
        "\n".join(line.text for line in content.lines[:1000]), content.language
    )
    text, page_starts, headings = reflow(content.lines, language)
    own = content.citation
    if headings and headings[0].end <= LONGEST_TITLE:
        alone = all(heading.above is not None for heading in headings[1:])
        if headings[0].start == 0 or alone:
            own = own.completed_by(Citation(title=text[headings[0].start : headings[0].end]))
    return Document(
        id=source.id,
        sha256=hashlib.sha256(data).hexdigest(),
        language=language,
        citation=source.citation.completed_by(own),
        text=text,
        page_starts=page_starts if content.paged else (),
        headings=headings,
        languages=() if declared else language_spans(text, language),
        own=own,
    )
