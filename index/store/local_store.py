"""Local store: an index in a folder of this machine."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rodedraad.index.encoders.base import Embedder
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.store.draft import Draft, NewDraft
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.publishing import current, open_current, writing
from rodedraad.index.store.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class LocalStore:
    """The generations in the folder `home`: a `Store`."""

    home: Path

    def __str__(self) -> str:
        """The folder."""
        return str(self.home)

    def current(self) -> str | None:
        """As `Store.current`."""
        folder = current(self.home)
        return folder.name if folder else None

    def open(self) -> Generation:
        """As `Store.open`."""
        return open_current(self.home)

    @contextmanager
    def writing(self) -> Iterator[NewDraft]:
        """As `Store.writing`."""
        from rodedraad.index.store.generation_writer import GenerationWriter

        with writing(self.home) as new_folder:

            def new_draft(
                last: Snapshot | None, damaged: Collection[str], embedder: Embedder, static: StaticEmbedder
            ) -> Draft:
                assert last is None or isinstance(last, Generation)
                return GenerationWriter(self.home, new_folder(), last, damaged, embedder.dimension, static)

            yield new_draft

    def problems(self) -> list[str]:
        """As `Store.problems`."""
        from rodedraad.index.store.check import index_problems

        return index_problems(self.home)

    def exists(self) -> bool:
        """As `Store.exists`."""
        return (self.home / "generations").is_dir()
