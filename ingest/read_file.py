"""Read a file: its bytes, read while no program writes to it, and the document in them."""

import hashlib
import os
import time
from dataclasses import replace

from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Citation, Document
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.formats import reader
from rodedraad.ingest.language import language_of, language_spans
from rodedraad.ingest.lines import check_length, one_line
from rodedraad.ingest.reflow import reflow
from rodedraad.ingest.regular_file import open_regular
from rodedraad.ingest.zip_limits import counted_together

LARGEST_FILE = 200_000_000
"""Bytes of the largest file that is read, unless `largest_file` is set."""

TICK, COARSE_TICK = 20_000_000, 2_000_000_000
"""Nanoseconds to which file systems round times: a second change within them may go unnoticed.

The coarse one is FAT's; it is assumed of every time in whole seconds.
"""

PATIENCE = 5.0
"""Seconds after which a file that keeps changing is reported."""

LONGEST_TITLE = 200
"""The most characters of a first heading that is taken for the title.

It must be at the start of the text, or have all other headings under it. A file that holds other files is
not named for the first of these.
"""


def read_bytes(source: Source, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a source's file.

    Raises UnreadableDocument if they cannot be read, are more than `largest`, or lie outside the corpus.
    """
    return _read(source, largest)[0]


def _read(source: Source, largest: int) -> tuple[bytes, os.stat_result]:
    """The bytes of a source's file, and its status after they were read."""
    if source.trouble:
        raise UnreadableDocument.of(source.trouble)
    if source.size > largest:
        raise _too_large(source.size, largest)
    try:
        with open_regular(source.path, beneath=source.corpus) as file:
            data = file.read(largest + 1)
            status = os.fstat(file.fileno())
    except OSError as error:
        raise UnreadableDocument("it cannot be read ({error})", error=error.strerror or str(error)) from error
    if len(data) > largest:
        raise _too_large(len(data), largest)
    return data, status


def _too_large(size: int, largest: int) -> UnreadableDocument:
    return UnreadableDocument(
        "it holds {megabytes} MB, more than the {most} MB that are read; "
        "split it, or raise largest_file in settings.toml",
        megabytes=f"{size / 1e6:,.0f}",
        most=f"{largest / 1e6:,.0f}",
    )


def read_settled(source: Source, largest: int = LARGEST_FILE) -> tuple[Source, bytes]:
    """The bytes of a source's file, and the source with the size and time that the file then had.

    Raises UnreadableDocument as `read_bytes` does, and if the file keeps changing.
    """
    until = time.monotonic() + PATIENCE
    while True:
        data, status = _read(source, largest)
        found = replace(source, size=status.st_size, mtime_ns=status.st_mtime_ns)
        wait = _unsettled(found.mtime_ns)
        if not wait and found == source and len(data) == source.size:
            return source, data
        if time.monotonic() > until:
            raise UnreadableDocument("it kept changing while it was read; run rodedraad index again")
        time.sleep((wait or TICK) / 1e9)
        source = found


def _unsettled(mtime_ns: int) -> int:
    """The nanoseconds for which another change may still get the same modification time."""
    tick = TICK if mtime_ns % 1_000_000_000 else COARSE_TICK
    age = time.time_ns() - mtime_ns
    return tick - age if abs(age) < tick else 0  # some systems round up


def read_document(source: Source, data: bytes) -> Document:
    """The document in a file's bytes; raises UnreadableDocument if they hold no text."""
    with counted_together():
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
    if content.titled and headings and headings[0].end <= LONGEST_TITLE:
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
        unread=content.unread,
        page_labels=content.page_labels,
        recognised=tuple(page + 1 for page in content.recognised),
    )


def reason_of(error: Exception) -> Reason:
    """Why a file is not read, from what its reader raised."""
    if isinstance(error, UnreadableDocument):
        return error.reason
    if isinstance(error, RecursionError):
        return Reason("its parts are nested too deeply")
    found = one_line(f"{type(error).__name__}: {error}"[:300])
    return Reason("its reader failed on it ({error})", {"error": found})
