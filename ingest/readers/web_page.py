"""Web pages: the main text of a page, and what it says of itself."""

import codecs
import re
from base64 import b64decode
from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote

from lxml import etree

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.lines import Content, Member, one_line
from rodedraad.ingest.readers.decoding import decode
from rodedraad.ingest.readers.html import html_lines, parse_html
from rodedraad.ingest.readers.page_furniture import page_furniture

_CHARSET = re.compile(
    rb"""<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*["']?\s*([\w-]{2,30})""", re.I
)

_PICTURE = re.compile(r"\s*data:image/(png|jpeg|jpg|tiff)[^,]{0,100};base64,", re.I)

MOST_FRAMES_NAMED = 20
"""The most pages in frames that a message names."""


def read_web_page(data: bytes) -> Content:
    """A web page: its main text, without navigation and other page furniture."""
    import trafilatura

    root = parse_html(_decode(data))
    if root is None:
        return Content([])
    metadata = trafilatura.extract_metadata(root, extensive=False)
    lines = html_lines(root, without=page_furniture(root))
    titles = [line.text for line in lines if line.level == 1]
    frames = list(_frames(root))
    if frames and not lines:
        raise UnreadableDocument.of(frames[0])
    return Content(
        lines=lines,
        citation=Citation(
            title=titles[0] if len(titles) == 1 else _line(metadata.title),
            author=_line(metadata.author),
            publisher=_line(metadata.sitename),
            date=_line(metadata.date),
        ),
        language=root.get("lang"),
        unread=tuple(frames),
        members=tuple(_pictures(root)),
    )


def _pictures(root: etree._Element) -> Iterator[Member]:
    """The pictures that are inside the page itself (RFC 2397), and not beside it."""
    for number, picture in enumerate(root.iter("img"), 1):
        if found := _PICTURE.match(picture.get("src") or ""):
            yield Member(f"picture {number}.{found[1]}", f".{found[1]}", partial(_decoded, found), shown=True)


def _decoded(found: re.Match[str]) -> bytes:
    try:
        return b64decode(unquote(found.string[found.end() :]))
    except ValueError as error:
        raise UnreadableDocument("it is damaged, or not a picture") from error


def _frames(root: etree._Element) -> Iterator[Reason]:
    """The reason that a page of frames is not read whole."""
    pages = [one_line(frame.get("src") or "")[:100] for frame in root.iter("frame")]
    if pages:
        names = ", ".join(filter(None, pages[:MOST_FRAMES_NAMED]))
        yield Reason("its frames show other pages, {pages}; add those too", {"pages": names})


def _line(value: str | None) -> str | None:
    return one_line(value or "") or None


def _decode(data: bytes) -> str:
    if declared := _CHARSET.search(data[:2048]):
        name = declared[1].decode("ascii").casefold()
        try:
            codec = codecs.lookup({"iso-8859-1": "cp1252", "latin1": "cp1252"}.get(name, name))
            if codec.name.startswith(("cp", "iso8859", "windows", "koi8", "mac")):
                return data.decode(codec.name)
        except (LookupError, UnicodeDecodeError):
            pass
    return decode(data)
