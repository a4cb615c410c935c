"""Form fields: what the fields of a form on a web page show."""

from lxml import etree

from rodedraad.ingest.readers.symbol_fonts import TICKED, UNTICKED

_TYPED = frozenset("text number date email tel url time month week datetime-local".split())
_SWITCH = "toggle"  # in the names of boxes that open a menu
_AROUND = ("li", "p", "td", "label")


def field_value(field: etree._Element) -> str:
    """What was typed or chosen in a field, or its box, ticked or not; empty for other fields."""
    if field.tag == "textarea":
        return field.text or ""
    if field.tag == "select":
        chosen = (option for option in field.iter("option") if option.get("selected") is not None)
        return ", ".join("".join(option.itertext()).strip() for option in chosen)
    kind = (field.get("type") or "text").lower()
    if kind in ("checkbox", "radio") and _is_shown(field):
        return UNTICKED if field.get("checked") is None else TICKED
    return field.get("value") or "" if kind in _TYPED else ""


def _is_shown(box: etree._Element) -> bool:
    """Whether a box is in a text, and is not hidden in a menu that it opens."""
    names = f"{box.get('class') or ''} {box.get('id') or ''} {box.get('role') or ''}"
    in_text = next(box.iterancestors(*_AROUND), None) is not None
    return in_text and _SWITCH not in names and "switch" not in names
