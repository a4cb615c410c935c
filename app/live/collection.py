"""Collection: a folder of documents and its index; of several in one server, each has a name."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rodedraad.ingest.errors import RodeDraadError

COLLECTIONS = "collections"
"""The folder in a server's home that holds the homes of its collections, and the path of their pages."""

LONGEST_COLLECTION_NAME = 40  # characters


@dataclass(frozen=True, slots=True)
class Collection:
    """A collection, not yet opened."""

    corpus: Path  # folder of documents
    home: Path  # folder of the index
    name: str = ""  # empty where a server has one alone


def named_collections(named: Sequence[tuple[str, Path]], home: Path) -> list[Collection]:
    """The collections of a server, whose own home is `home`, by their names and folders of documents.

    A name is a folder in `home` and a part of an address. Raises RodeDraadError for a name that cannot be so,
    for one that is given twice, for a folder that is missing, and for two homes that are one.
    """
    found: list[Collection] = []
    for given, corpus in named:
        name = unicodedata.normalize("NFC", given)
        if not re.fullmatch(r"\w([\w .,'’&()+-]*[\w)])?", name) or len(name) > LONGEST_COLLECTION_NAME:
            raise RodeDraadError(
                f"{given!r} cannot name a collection. A name begins with a letter or digit, and has at most "
                f"{LONGEST_COLLECTION_NAME} characters: letters, digits, spaces and . , - _ & + ' ( )"
            )
        if not corpus.is_dir():
            raise RodeDraadError(f"The collection {name} has no documents: there is no folder {corpus}.")
        one = Collection(corpus, home / COLLECTIONS / name, name)
        for other in found:
            if other.name.casefold() == name.casefold():
                raise RodeDraadError(f"Two collections are named {name}. Give each a name of its own.")
            if other.home.resolve() == one.home.resolve():
                raise RodeDraadError(
                    f"The collections {other.name} and {name} have one home, {one.home.resolve()}. "
                    "Give each a folder of its own there."
                )
        found.append(one)
    return found
