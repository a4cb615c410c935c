"""Word styles: which paragraphs are headings, and which are numbered."""

from collections.abc import Iterable, Iterator
from functools import cache

from lxml.etree import _Element as Element

from rodedraad.ingest.lines import HEADING_LEVELS
from rodedraad.ingest.readers.docx_numbering import Numbering
from rodedraad.ingest.readers.numbering import LEVELS
from rodedraad.ingest.xml_elements import attribute, child, whole_number

_DEEPEST = 9  # styles, each based on the next

_NO_LIST = "0"


class Styles:
    """The paragraph styles of a Word file, and the numbers of its paragraphs."""

    def __init__(self, styles: Iterable[Element], numbering: Element) -> None:
        """Take the styles of styles.xml, and the root of numbering.xml."""
        self._styles = {attribute(style, "styleId"): style for style in styles}
        self._numbering = Numbering(numbering, self._styles)
        self._level_of_style = cache(self._find_level)
        self._list_of_style = cache(self._find_list)

    def level(self, paragraph: Element) -> int:
        """The heading level by style or outline; 1 for the title, 0 for other paragraphs."""
        properties = child(paragraph, "pPr")
        level = self._level_of_style(_style_of(properties))
        own = child(properties, "outlineLvl")
        return level if own is None or level == 1 else _outline(own)

    def mark(self, paragraph: Element) -> str:
        """Count the paragraph if it is numbered; its number or bullet, or nothing."""
        properties = child(paragraph, "pPr")
        own = child(properties, "numPr")
        list, level = attribute(child(own, "numId"), "val"), attribute(child(own, "ilvl"), "val")
        if list is None:
            list, of_style = self._list_of_style(_style_of(properties))
            level = level or of_style
        if list is None or list == _NO_LIST:
            return ""
        return self._numbering.mark(list, whole_number(level, 0, LEVELS - 2, otherwise=0))

    def _chain(self, style: str | None) -> Iterator[Element]:
        """The style, and those that it is based on."""
        for _ in range(_DEEPEST):
            found = self._styles.get(style)
            if found is None:
                return
            yield found
            style = attribute(child(found, "basedOn"), "val")

    def _find_level(self, style: str | None) -> int:
        for number, found in enumerate(self._chain(style)):
            name = (attribute(child(found, "name"), "val") or "").casefold()
            if number == 0 and name == "title":
                return 1
            if number == 0 and name.startswith("heading"):
                return (
                    whole_number(name[7:].strip(), 1, HEADING_LEVELS, HEADING_LEVELS if name[7:] else 1) + 1
                )
            outline = child(found, "pPr", "outlineLvl")
            if outline is not None:
                return _outline(outline)
        return 0

    def _find_list(self, style: str | None) -> tuple[str | None, str | None]:
        """The list of a style, and the level in it."""
        list = level = None
        chain = [*self._chain(style)]
        for found in chain:
            numbered = child(found, "pPr", "numPr")
            level = level or attribute(child(numbered, "ilvl"), "val")
            list = attribute(child(numbered, "numId"), "val")
            if list is not None:
                break
        if list is not None:
            for found in chain:
                named = self._numbering.level_of(list, attribute(found, "styleId"))
                if named is not None:
                    return list, str(named)
        return list, level


def _style_of(properties: Element | None) -> str | None:
    return attribute(child(properties, "pStyle"), "val")


def _outline(outline: Element) -> int:
    level = whole_number(attribute(outline, "val"), 0, HEADING_LEVELS - 1, otherwise=-1)
    return level + 2 if level >= 0 else 0
