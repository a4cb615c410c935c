"""Check: verifies every checksum, count and offset of the published generation."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.encoders.bundled import bundled_static
from rodedraad.index.store.checksums import damaged_files
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import Entry, IndexProblem
from rodedraad.index.store.publishing import open_current
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.ingest.documents import Document, Passage

UNIT = 1e-3
"""How far the length of a vector may be from 1; rounding in float32 stays below."""


def index_problems(home: Path) -> list[str]:
    """The problems of the index in `home`, a sentence each; empty if there are none.

    Raises IndexProblem if there is no index, or if it cannot be opened.
    """
    generation = open_current(home)
    try:
        return list(_problems(generation))
    finally:
        generation.close()


def _problems(generation: Generation) -> Iterator[str]:
    folder, manifest = generation.folder, generation.manifest
    broken = damaged_files(folder, manifest.files, checksums=True)
    for name in broken:
        yield f"The file {folder / name} is damaged or missing."
    for entry in manifest.documents:
        yield from document_problems(generation, entry)
    if not broken:
        try:
            generation.words(bundled_static())
        except IndexProblem as error:
            yield str(error)


def document_problems(snapshot: Snapshot, entry: Entry) -> list[str]:
    """The problems of a document, a sentence each; empty if there are none."""
    try:
        document, passages, embeddings = snapshot.stored(entry)
    except IndexProblem:
        return [f"The text, the vectors or the tokens of {entry.path} are damaged."]
    return list(_mismatches(entry, document, passages, embeddings))


def _mismatches(
    entry: Entry, document: Document, passages: list[Passage], embeddings: list[Embedding]
) -> Iterator[str]:
    if len(passages) != entry.passages:
        yield f"{entry.path} has {len(passages)} passages, and vectors for {entry.passages}."
    end = 0
    for passage in passages:
        if not end <= passage.start < passage.end <= len(document.text):
            yield f"A passage of {entry.path} is outside its text or overlaps another, at {passage.start}."
        if any(not passage.start <= s < e <= passage.end for s, e in passage.sentences):
            yield f"A sentence of {entry.path} is outside its passage, at {passage.start}."
        end = passage.end
    lengths = np.array([np.linalg.norm(embedding.vector) for embedding in embeddings])
    if not np.all((np.abs(lengths - 1) < UNIT) | (lengths == 0)):
        yield f"The vectors of {entry.path} are not of unit length."
