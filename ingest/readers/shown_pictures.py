"""Shown pictures: those that a text shows in place, each a member whose text is recognised."""

from collections.abc import Iterable, Iterator
from functools import partial
from posixpath import basename

from rodedraad.ingest.formats import PICTURES, suffix_of
from rodedraad.ingest.lines import Member
from rodedraad.ingest.zip_limits import LimitedZip


def shown_pictures(archive: LimitedZip, parts: Iterable[str], folder: str = "") -> Iterator[Member]:
    """The parts of an archive that are pictures of a kind that is read, once each.

    `folder`: where they are shown, such as "slide 3/".
    """
    for part in dict.fromkeys(parts):
        if part in archive and part.lower().endswith(PICTURES):
            name = folder + basename(part)
            yield Member(name, suffix_of(name, ""), partial(archive.read, part), shown=True)
