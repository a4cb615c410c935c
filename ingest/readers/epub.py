"""EPUB: the chapters of an e-book, in the order of its spine."""

import posixpath
from urllib.parse import unquote

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Content, Line
from rodedraad.ingest.readers.decoding import decode
from rodedraad.ingest.readers.html import html_lines, parse_html
from rodedraad.ingest.xml_elements import attribute, child, children, dublin_core
from rodedraad.ingest.zip_limits import LimitedZip

_CHAPTERS = ("application/xhtml+xml", "text/html")


def read_epub(data: bytes) -> Content:
    """An e-book; raises UnreadableDocument if its chapters are missing or encrypted."""
    archive = LimitedZip(data)
    container = archive.xml("META-INF/container.xml")
    name = attribute(child(container, "rootfiles", "rootfile"), "full-path") or ""
    package = archive.xml(name)
    folder = posixpath.dirname(name)
    items = {attribute(item, "id"): item for item in children(package, "manifest")}
    encrypted = {
        unquote(attribute(reference, "URI") or "")
        for reference in archive.optional_xml("META-INF/encryption.xml").iter("{*}CipherReference")
    }
    lines: list[Line] = []
    for reference in children(package, "spine"):
        item = items.get(attribute(reference, "idref"))
        kind, properties = attribute(item, "media-type"), attribute(item, "properties") or ""
        if kind not in _CHAPTERS or "nav" in properties.split():
            continue
        part = posixpath.normpath(posixpath.join(folder, unquote(attribute(item, "href") or "")))
        if part in encrypted:
            raise UnreadableDocument(
                "it is encrypted by its seller (DRM); only the seller's program can read it"
            )
        root = parse_html(decode(archive.read(part)))
        if root is not None:
            lines += html_lines(root)
    metadata = child(package, "metadata")
    if metadata is None:
        return Content(lines)
    citation, language = dublin_core(metadata)
    return Content(lines, citation=citation, language=language)
