"""Headers and footers: those that a file holds apart from its text, each of them once."""

import re
from collections.abc import Iterable
from dataclasses import replace

from rodedraad.ingest.lines import Line

_PAGE_NUMBER = re.compile(
    r"(?i)\W*(p(ag|\.)?|pagina|page|blad(zijde)?|seite|página)?\W*\d*\W*((van|of|de|sur|von)\W*\d*)?\W*"
)


def with_headers_and_footers(
    headers: Iterable[Line], body: list[Line], footers: Iterable[Line]
) -> list[Line]:
    """The lines of a text, and those of its headers and footers that are not in it already.

    Page numbers are left out. In a text without headings, as of a letter, the headers come first; else
    they come after it, so that they are under none of its first headings.
    """
    seen = {line.text for line in body}
    above, below = (_unseen(lines, seen) for lines in (headers, footers))
    if any(line.level for line in body):
        return [*body, *above, *below]
    return [*above, *body, *below]


def _unseen(lines: Iterable[Line], seen: set[str]) -> list[Line]:
    found = []
    for line in lines:
        if line.text not in seen and not _PAGE_NUMBER.fullmatch(line.text):
            seen.add(line.text)
            found.append(replace(line, level=0))
    return found
