"""Office math: the formulas of Word and PowerPoint, written in a line."""

from collections.abc import Iterable

from lxml.etree import _Element as Element

from rodedraad.ingest.xml_elements import attribute, child, local


def math_text(element: Element | None) -> str:
    """A formula in a line, such as "(a+b)/2"; what has no such form keeps its letters in order."""
    if element is None:
        return ""
    match local(element):
        case "t":
            return element.text or ""
        case "f":
            return f"{_group(child(element, 'num'))}/{_group(child(element, 'den'))}"
        case "sSup" | "sSub" | "sSubSup":
            return math_text(child(element, "e")) + _scripts(element)
        case "rad":
            return f"{math_text(child(element, 'deg'))}√{_group(child(element, 'e'))}"
        case "nary":
            sign = attribute(child(element, "naryPr", "chr"), "val") or "∫"
            return f"{sign}{_scripts(element)} {math_text(child(element, 'e'))}"
        case "d":
            begin, between, end = (
                _sign(element, name, usual)
                for name, usual in (("begChr", "("), ("sepChr", "|"), ("endChr", ")"))
            )
            return begin + between.join(map(math_text, element.iterchildren("{*}e"))) + end
        case "func":
            return f"{math_text(child(element, 'fName'))} {math_text(child(element, 'e'))}"
        case "m":
            return "; ".join(_joined(row, ", ") for row in element.iterchildren("{*}mr"))
        case "rPr" | "ctrlPr":
            return ""
    return _joined(element)


def _joined(parts: Iterable[Element], between: str = "") -> str:
    return between.join(filter(None, map(math_text, parts)))


def _group(element: Element | None) -> str:
    text = math_text(element)
    return text if len(text) == 1 or text.isdecimal() else f"({text})"


def _scripts(element: Element) -> str:
    below, above = child(element, "sub"), child(element, "sup")
    return (f"_{_group(below)}" if math_text(below) else "") + (
        f"^{_group(above)}" if math_text(above) else ""
    )


def _sign(element: Element, name: str, usual: str) -> str:
    found = child(element, "dPr", name)
    return usual if found is None else attribute(found, "val") or ""
