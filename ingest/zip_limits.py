"""Archive: the parts of a zip file and the XML in them, read within limits."""

import io
import re
import zipfile
import zlib

from lxml import etree

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import one_line

MOST_PARTS = 50_000
LARGEST = 200_000_000  # bytes that all parts read have together when unpacked
SUSPICIOUS = 10_000_000  # bytes from which a part is looked at for its ratio
HIGHEST_RATIO = 250
"""Bytes that one byte of a part may unpack to; text seldom passes 30, and deflate's bound is 1032."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DAY = re.compile(r"\d{4}(-\d\d){0,2}")


class Archive:
    """The parts of a zip file, by name. Nothing is ever unpacked to disk."""

    def __init__(self, data: bytes) -> None:
        """Open the archive; raises UnreadableDocument where it is none, or an encrypted one."""
        if data.startswith(_OLE):
            raise UnreadableDocument(
                "it is protected by a password, or of an older kind (such as .doc) under a new name; "
                "save it anew without a password"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise UnreadableDocument("it is damaged: the archive that it should be does not open") from error
        if len(self._zip.infolist()) > MOST_PARTS:
            raise UnreadableDocument(f"it holds more than {MOST_PARTS:,} parts, as no document does")
        self._parts = {info.filename: info for info in self._zip.infolist()}
        self._read = 0

    def __contains__(self, name: str) -> bool:
        """Whether there is a part of that name."""
        return name in self._parts

    def read(self, name: str) -> bytes:
        """A part's bytes; raises UnreadableDocument when it is missing, damaged or too large."""
        info = self._parts.get(name)
        if info is None:
            raise UnreadableDocument(f"it is damaged: its part {one_line(name)[:100]!r} is missing")
        if info.flag_bits & 1:
            raise UnreadableDocument("it is encrypted; save it anew without a password")
        ratio = info.file_size / max(info.compress_size, 1)
        if self._read + info.file_size > LARGEST or (info.file_size > SUSPICIOUS and ratio > HIGHEST_RATIO):
            raise UnreadableDocument(
                f"it unpacks to {(self._read + info.file_size) / 1e6:,.0f} MB or more, as a document does not"
            )
        self._read += info.file_size
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError) as error:
            raise UnreadableDocument(f"it is damaged: its part {one_line(name)[:100]!r}") from error

    def xml(self, name: str) -> etree._Element:
        """The root of a part's XML."""
        return parse_xml(self.read(name), name)

    def optional_xml(self, name: str) -> etree._Element:
        """The root of a part's XML; an empty element where there is no such part."""
        return self.xml(name) if name in self else etree.Element("none")


def parse_xml(data: bytes, name: str) -> etree._Element:
    """The root of an XML document; nothing outside it is read and no entity of its own resolved.

    Raises UnreadableDocument where it is not well-formed, nested deeper than 256 elements (a bound
    of libxml2) or declares entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(f"it is damaged: the XML of {one_line(name)[:100]!r} is wrong") from error
    if root is None:
        raise UnreadableDocument(f"it is damaged: the XML of {one_line(name)[:100]!r} is empty")
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise UnreadableDocument("its XML declares entities, as no program that writes documents does")
    return root


def local(element: etree._Element) -> str:
    """An element's name without its namespace; empty for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element | None, name: str) -> str | None:
    """An attribute by its name without the namespace."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return None


def whole_number(text: str | None, least: int, most: int, otherwise: int) -> int:
    """The number that an attribute holds, if it lies within the bounds."""
    if text is None or not text.isdecimal() or len(text) > len(str(most)):
        return otherwise
    return int(text) if least <= int(text) <= most else otherwise


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first child of that name, and the first child of that, and so on."""
    for name in names:
        if element is None:
            return None
        element = next((each for each in element if local(each) == name), None)
    return element


def children(element: etree._Element | None, *names: str) -> list[etree._Element]:
    """The elements in the first child of that name, as `child` finds it; none where there is none."""
    found = child(element, *names)
    return [] if found is None else list(found)


def dublin_core(metadata: etree._Element) -> tuple[Citation, str | None]:
    """What elements such as dc:title say of a document, and its language as they give it."""
    found: dict[str, str] = {}
    for element in metadata.iter():
        if text := one_line("".join(element.itertext())) if len(element) == 0 else "":
            found.setdefault(local(element), text)
    date = _DAY.match(found.get("created") or found.get("creation-date") or found.get("date") or "")
    citation = Citation(
        title=found.get("title"),
        author=found.get("creator") or found.get("initial-creator"),
        publisher=found.get("publisher"),
        date=date[0] if date else None,
    )
    return citation, found.get("language")
