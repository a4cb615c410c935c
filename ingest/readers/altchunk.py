"""AltChunk: files of other kinds that a Word file holds as a part of its text."""

from email import message_from_bytes
from email.message import Message

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.formats import reader
from rodedraad.ingest.lines import Line
from rodedraad.ingest.readers.decoding import decode
from rodedraad.ingest.readers.html import html_lines, parse_html
from rodedraad.ingest.readers.older import kind_of

_HEAD = 2_000  # bytes in which an archive of a web page says that it is one


def chunk_lines(data: bytes) -> list[Line]:
    """The lines of such a part: a web page or an archive of one, rich text, Word, or plain text.

    Raises UnreadableDocument if it is none of these.
    """
    if b"mime-version:" in data[:_HEAD].lower():
        data = _page_of(message_from_bytes(data))
    kind = kind_of(data)
    if kind == ".html" or (kind is None and data.lstrip().startswith(b"<")):
        root = parse_html(decode(data))
        return [] if root is None else html_lines(root)
    return reader(kind or ".txt")(data).lines


def _page_of(message: Message) -> bytes:
    """The web page in an archive of one."""
    for part in message.walk():
        if part.get_content_type() == "text/html":
            found = part.get_payload(decode=True)
            return found if isinstance(found, bytes) else b""
    raise UnreadableDocument("it holds no web page")
