"""EPUB: the chapters of an e-book, in the order of its spine."""

import posixpath
import re
from collections.abc import Iterator
from html.entities import html5
from urllib.parse import unquote

from lxml.etree import _Element as Element

from rodedraad.ingest.errors import DamagedPart, Reason, UnreadableDocument
from rodedraad.ingest.lines import Content, Line
from rodedraad.ingest.readers.decoding import decode
from rodedraad.ingest.readers.html import html_lines, parse_html
from rodedraad.ingest.readers.shown_pictures import shown_pictures
from rodedraad.ingest.readers.unread import listed
from rodedraad.ingest.xml_elements import attribute, child, children, dublin_core, parse_xml
from rodedraad.ingest.zip_limits import LimitedZip

_PAGES = (".xhtml", ".html", ".htm")
_AMPERSAND = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[\da-fA-F]{1,6});)(?:(\w{2,31});)?")


def read_epub(data: bytes) -> Content:
    """An e-book; chapters that are missing or damaged are named as unread.

    Raises UnreadableDocument if no chapter can be read, or one is encrypted.
    """
    archive = LimitedZip(data)
    name = _package_of(archive)
    package = _mended_xml(archive, name)
    encrypted = {
        unquote(attribute(reference, "URI") or "")
        for reference in archive.optional_xml("META-INF/encryption.xml").iter("{*}CipherReference")
    }
    lines: list[Line] = []
    pictures: list[str] = []
    missed: dict[str, UnreadableDocument] = {}
    for part in _chapters(archive, package, posixpath.dirname(name)):
        if part in encrypted:
            raise UnreadableDocument(
                "it is encrypted by its seller (DRM); only the seller's program can read it"
            )
        try:
            page = archive.read(part)
        except DamagedPart as error:
            missed[part] = error
            continue
        try:
            root = parse_html(decode(page))
        except UnreadableDocument as error:
            missed[part] = error
            continue
        if root is not None:
            lines += html_lines(root)
            pictures += _shown_in(root, part)
    if missed and not lines:
        raise next(iter(missed.values()))
    metadata = child(package, "metadata")
    citation, language = dublin_core(package if metadata is None else metadata)
    unread = Reason("its parts {parts} are missing or damaged", {"parts": listed(missed)})
    return Content(
        lines,
        citation=citation,
        language=language,
        unread=(unread,) if missed else (),
        members=tuple(shown_pictures(archive, pictures)),
    )


def _shown_in(page: Element, part: str) -> Iterator[str]:
    """The names of the pictures that a chapter shows."""
    for picture in page.iter("img", "image"):
        source = picture.get("src") or picture.get("xlink:href") or picture.get("href") or ""
        yield posixpath.normpath(posixpath.join(posixpath.dirname(part), unquote(source)))


def _package_of(archive: LimitedZip) -> str:
    """The name of the part that lists the others."""
    try:
        container = _mended_xml(archive, "META-INF/container.xml")
    except DamagedPart:
        name = ""
    else:
        name = attribute(child(container, "rootfiles", "rootfile"), "full-path") or ""
    return name if name in archive else next((each for each in archive if each.endswith(".opf")), name)


def _mended_xml(archive: LimitedZip, name: str) -> Element:
    """The root of a part, in which a bare "&" is allowed and the entities of HTML are known."""
    return parse_xml(_AMPERSAND.sub(_escaped, archive.read(name)), name, mended=True)


def _escaped(ampersand: re.Match[bytes]) -> bytes:
    character = html5.get(f"{(ampersand[1] or b'').decode('utf-8', 'replace')};", "")
    return "".join(f"&#{ord(each)};" for each in character).encode() or b"&amp;" + ampersand[0][1:]


def _chapters(archive: LimitedZip, package: Element, folder: str) -> Iterator[str]:
    """The names of the chapters in the order of the spine; of all pages if there is no spine."""
    items = {attribute(item, "id"): item for item in children(package, "manifest")}
    references = children(package, "spine")
    by_small_letters = {name.casefold(): name for name in archive}
    if not references:
        yield from (name for name in archive if name.lower().endswith(_PAGES))
    for reference in references:
        id = attribute(reference, "idref") or ""
        item = items.get(id)
        if "nav" in (attribute(item, "properties") or "").split():
            continue
        href = (attribute(item, "href") or id).partition("#")[0]
        names = [posixpath.normpath(posixpath.join(folder, each)) for each in (unquote(href), href)]
        names.append(by_small_letters.get(names[0].casefold(), names[0]))
        yield next((name for name in names if name in archive), names[0])
