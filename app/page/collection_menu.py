"""Collection menu: which collection the page is of, and the way to the others."""

from collections.abc import Sequence
from dataclasses import dataclass

from rodedraad.texts.html_templates import render


@dataclass(frozen=True, slots=True)
class CollectionMenu:
    """The collections of a server by name, and that of a page."""

    names: Sequence[str]
    chosen: str

    def html(self, language: str) -> str:
        """The menu; empty where there is nothing to choose."""
        return render("page/collections.html", names=self.names, chosen=self.chosen, language=language)
