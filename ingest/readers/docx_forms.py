"""Word forms: the boxes and choices of a form, and text that is struck out or hidden."""

from lxml.etree import _Element as Element

from rodedraad.ingest.readers.symbol_fonts import TICKED, UNTICKED
from rodedraad.ingest.xml_elements import attribute, child, local, whole_number

_LEFT_OUT = frozenset(["strike", "dstrike", "vanish"])
_MOST_CHOICES = 999


def is_left_out(properties: Element) -> bool:
    """Whether the properties of a run strike it out or hide it."""
    return any(local(each) in _LEFT_OUT and is_on(each) for each in properties)


def box_of(control: Element) -> str | None:
    """The box that a content control is, ticked or not; None for other controls."""
    box = child(control, "sdtPr", "checkbox")
    if box is None:
        return None
    return TICKED if is_on(child(box, "checked"), otherwise=False) else UNTICKED


def form_field(character: Element) -> str:
    """What the first character of a field shows: a box, or the choice from a list; else nothing."""
    data = child(character, "ffData")
    box, choices = child(data, "checkBox"), child(data, "ddList")
    if box is not None:
        checked = child(box, "checked")
        ticked = is_on(child(box, "default") if checked is None else checked, otherwise=False)
        return TICKED if ticked else UNTICKED
    if choices is not None:
        chosen = child(choices, "result")
        number = attribute(child(choices, "default") if chosen is None else chosen, "val")
        entries = [attribute(entry, "val") or "" for entry in choices if local(entry) == "listEntry"]
        return entries[n] if (n := whole_number(number, 0, _MOST_CHOICES, otherwise=0)) < len(entries) else ""
    return ""


def is_on(switch: Element | None, otherwise: bool = True) -> bool:
    """Whether a property is on; `otherwise` if it is absent."""
    return otherwise if switch is None else (attribute(switch, "val") or "1") not in ("0", "false", "off")
