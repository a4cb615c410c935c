"""Waiting documents: new documents are embedded many at once, and then written."""

from collections.abc import Callable, Sequence
from itertools import chain
from threading import Event

from rodedraad.index.encoders.base import BATCH, Embedder, Embedding
from rodedraad.index.progress import Cancelled
from rodedraad.index.store.draft import Draft, NewDocument
from rodedraad.index.store.embedding_journal import EmbeddingJournal

EMBEDDED_AT_ONCE = 64
"""Passages that are embedded between two looks at whether the work is cancelled."""


class WaitingDocuments:
    """The documents of a draft that are not written yet."""

    def __init__(
        self,
        draft: Draft,
        embedder: Embedder,
        journal: EmbeddingJournal,
        advance: Callable[[int, int], None],
        cancelled: Event,
    ) -> None:
        """Nothing waits yet.

        `advance` receives the numbers of files and of their bytes finished since its last call. When
        `cancelled` is set, embedding raises Cancelled.
        """
        self._draft, self._embedder, self._journal = draft, embedder, journal
        self._advance, self._cancelled = advance, cancelled
        self._waiting: list[Sequence[NewDocument]] = []  # the documents of each file
        self._unknown = 0  # passages of those waiting that are not embedded yet

    def add(self, documents: Sequence[NewDocument]) -> None:
        """Add the documents of a file; they may wait until there are enough passages to embed.

        All are written or, if the work is cancelled, none.
        """
        self._waiting.append(documents)
        self._unknown += sum(
            passage.searched not in new.known for new in documents for passage in new.passages
        )
        if self._unknown >= BATCH:
            self.write()

    def write(self) -> None:
        """Embed and write the documents that wait."""
        known = self._embeddings()
        for new in chain.from_iterable(self._waiting):
            self._draft.write(new, known)
        self._advance(len(self._waiting), 0)
        self._waiting, self._unknown = [], 0

    def _embeddings(self) -> dict[str, Embedding]:
        """The embedding of each passage that waits: known, from the journal, or computed now."""
        waiting = list(chain.from_iterable(self._waiting))
        known: dict[str, Embedding] = {}
        for new in waiting:
            known |= new.known
        texts = dict.fromkeys(passage.searched for new in waiting for passage in new.passages)
        for text in texts.keys() - known.keys():
            if embedding := self._journal.get(text):
                known[text] = embedding
        unknown = [text for text in texts if text not in known]
        order = sorted(range(len(unknown)), key=lambda place: (place // BATCH, len(unknown[place])))
        unknown = [unknown[place] for place in order]  # those of one length together: little is padded
        size = sum(documents[0].source.size for documents in self._waiting)
        reported = 0
        for start in range(0, len(unknown), EMBEDDED_AT_ONCE):
            if self._cancelled.is_set():
                raise Cancelled
            batch = unknown[start : start + EMBEDDED_AT_ONCE]
            embeddings = self._embedder.embeddings(batch)
            self._journal.add(batch, embeddings)
            known |= zip(batch, embeddings, strict=True)
            done = size * (start + len(batch)) // len(unknown)
            self._advance(0, done - reported)
            reported = done
        self._advance(0, size - reported)
        return known
