"""AltChunk: files of other kinds that a Word file holds as a part of its text."""

import posixpath
from email import message_from_bytes
from email.message import Message

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.formats import reader
from rodedraad.ingest.lines import Line
from rodedraad.ingest.readers.html import html_lines, parse_html
from rodedraad.ingest.readers.text import decode

_PAGES = frozenset([".html", ".htm", ".xhtml", ".xht", ".xml"])
_ARCHIVES = frozenset([".mht", ".mhtml", ".eml"])
_OTHERS = frozenset([".txt", ".rtf"])


def chunk_lines(data: bytes, name: str) -> list[Line]:
    """The lines of such a part; raises UnreadableDocument if it is of no kind that is read."""
    suffix = posixpath.splitext(name)[1].lower()
    if suffix in _ARCHIVES:
        page = _page_of(message_from_bytes(data))
    elif suffix in _PAGES:
        page = data
    elif suffix in _OTHERS:
        return reader(suffix)(data).lines
    else:
        raise UnreadableDocument("it is of another kind")
    root = parse_html(decode(page))
    return [] if root is None else html_lines(root)


def _page_of(message: Message) -> bytes:
    """The web page in an archive of one."""
    for part in message.walk():
        if part.get_content_type() == "text/html":
            found = part.get_payload(decode=True)
            return found if isinstance(found, bytes) else b""
    raise UnreadableDocument("it holds no web page")
