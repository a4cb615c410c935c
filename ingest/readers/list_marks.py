"""List marks: the bullets, numbers and letters of the lists on a web page."""

import re
from collections.abc import Mapping

from lxml import etree

from rodedraad.ingest.readers.numbering import printed
from rodedraad.ingest.xml_elements import whole_number

_ALPHABET = 26  # browsers differ in what follows z
_STYLE = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(lower|upper)-(alpha|latin|roman)", re.I)
_FORM = re.compile(
    r"\.([\w-]+)\s*>\s*li:before\s*\{\s*content:\s*"
    r"\"([^\"\\]{0,5})\"\s*counter\([\w-]+,\s*([a-z-]+)\)\s*\"([^\"\\]{1,5})\""
)
_KINDS = {
    "decimal": "1",
    "lower-latin": "a",
    "lower-alpha": "a",
    "upper-latin": "A",
    "upper-alpha": "A",
    "lower-roman": "i",
    "upper-roman": "I",
}

MarkForm = tuple[str, str, str]
"""How the number of an item is shown: what is before it, its kind as in the attribute type, what is after."""


def forms_of_marks(root: etree._Element) -> dict[str, MarkForm]:
    """The forms that the style elements of a page give to numbers, by the class of the list.

    Google Docs writes them so.
    """
    css = "\n".join(style.text or "" for style in root.iter("style"))
    found = _FORM.findall(css) if "li:before" in css else ()
    return {name: (before, _KINDS[kind], after) for name, before, kind, after in found if kind in _KINDS}


def _kind_of(style: str) -> str:
    """What the style of a list says of its numbers, as its type would."""
    if not (found := _STYLE.search(style)):
        return "1"
    letter = "i" if found[2].lower() == "roman" else "a"
    return letter.upper() if found[1].lower() == "upper" else letter


class ListMarks:
    """A list, and the number of its next item."""

    def __init__(self, element: etree._Element, forms: Mapping[str, MarkForm]) -> None:
        """Begin with the first item; `forms`: those of marks, by the classes of lists."""
        classes = (element.get("class") or "").split()
        self._form = next((forms[name] for name in classes if name in forms), None)
        self._ordered = element.tag == "ol"
        self._kind = (
            self._form[1] if self._form else element.get("type") or _kind_of(element.get("style") or "")
        )
        reverse = element.get("reversed") is not None
        self._step = -1 if reverse else 1
        first = sum(item.tag == "li" for item in element) if reverse else 1
        self._number = whole_number(element.get("start"), 0, 99_999, otherwise=first)

    def next_mark(self, item: etree._Element) -> str:
        """The mark of an item: its number or letter in an ordered list, else a bullet."""
        if not self._ordered:
            return "• "
        number = whole_number(item.get("value"), 0, 99_999, otherwise=self._number)
        self._number = number + self._step
        before, _, after = self._form or ("", "", ". ")
        is_printed = self._kind in ("i", "I") or (self._kind in ("a", "A") and number <= _ALPHABET)
        return f"{before}{printed(number, self._kind) if is_printed else number}{after}"
