"""XML elements: the XML in a file, parsed safely, and its elements by names without a namespace."""

import io
import re
from collections.abc import Iterator

from lxml import etree

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import DamagedPart, UnreadableDocument
from rodedraad.ingest.lines import one_line

_DAY = re.compile(r"\d{4}(-\d\d){0,2}")


def parse_xml(data: bytes, name: str, mended: bool = False) -> etree._Element:
    """The root of an XML document; no entity is resolved and no other file read.

    `name` is the document's, for messages; `mended`: what is not well-formed is left out. Raises
    DamagedPart if it is not well-formed or nested deeper than 256 elements (libxml2's limit),
    UnreadableDocument if it declares entities.
    """
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
        recover=mended,
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _invalid(name) from error
    if root is None:
        raise DamagedPart("it is damaged: the XML of {part} is empty", part=repr(one_line(name)[:100]))
    dtd = root.getroottree().docinfo.internalDTD
    if dtd is not None and any(True for _ in dtd.iterentities()):
        raise _entities()
    return root


def large_xml(data: bytes, name: str, *names: str) -> Iterator[etree._Element]:
    """The elements with these names in an XML document, one after another, without holding them all.

    Each is emptied when the next is taken. `name` and the errors are as of `parse_xml`.
    """
    if b"<!ENTITY" in data:
        raise _entities()
    try:
        for _, element in etree.iterparse(
            io.BytesIO(data),
            tag=["{*}" + each for each in names],
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            remove_comments=True,
            remove_pis=True,
        ):
            yield element
            element.clear()
            while element.getprevious() is not None and (parent := element.getparent()) is not None:
                del parent[0]
    except (etree.XMLSyntaxError, ValueError) as error:
        raise _invalid(name) from error


def _entities() -> UnreadableDocument:
    return UnreadableDocument("its XML declares entities, which may be an attack")


def _invalid(name: str) -> DamagedPart:
    return DamagedPart("it is damaged: the XML of {part} is invalid", part=repr(one_line(name)[:100]))


def local(element: etree._Element) -> str:
    """An element's name without its namespace; empty for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def attribute(element: etree._Element | None, name: str) -> str | None:
    """The value of an attribute, given its name without the namespace; None if there is none."""
    if element is not None:
        for key, value in element.attrib.items():
            if str(key).rpartition("}")[2] == name:
                return str(value)
    return None


def whole_number(text: str | None, least: int, most: int, otherwise: int) -> int:
    """The number in an attribute's value; `otherwise` if it is none, or out of bounds."""
    if text is None or not text.isdecimal() or len(text) > len(str(most)):
        return otherwise
    return int(text) if least <= int(text) <= most else otherwise


def child(element: etree._Element | None, *names: str) -> etree._Element | None:
    """The first child with the first name, then its first child with the second name, and so on."""
    for name in names:
        if element is None:
            return None
        element = next((each for each in element if local(each) == name), None)
    return element


def children(element: etree._Element | None, *names: str) -> list[etree._Element]:
    """The children of the element that `child` finds; empty if it finds none."""
    found = child(element, *names)
    return [] if found is None else list(found)


def dublin_core(metadata: etree._Element) -> tuple[Citation, str | None]:
    """The citation in elements such as dc:title, and the language as they give it."""
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
