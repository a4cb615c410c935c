"""Records: a document's reading text and passages, as stored in a segment."""

import json
from dataclasses import asdict
from pathlib import Path

from rodedraad.index.encoders.base import Embedding
from rodedraad.index.files.segments import DamagedFile, read_record
from rodedraad.index.store.manifest import Entry, damaged
from rodedraad.index.store.passage_segments import read_passages
from rodedraad.ingest.documents import Citation, Document, Heading, Passage

PASSAGES_FOLDER, WORDS_FOLDER = "passages", "words"
"""The folders of a generation: segments of documents, and the word index."""


def pack_text(document: Document, passages: list[Passage]) -> bytes:
    """A document's reading text and passages as bytes."""
    content = {
        "text": document.text,
        "page_starts": document.page_starts,
        "page_labels": document.page_labels,
        "recognised": document.recognised,
        "headings": [[h.start, h.end, h.above] for h in document.headings],
        "languages": document.languages,
        "citation": asdict(document.own),
        "passages": [[p.start, p.end, p.sentences] for p in passages],
    }
    return json.dumps(content, ensure_ascii=False).encode()


def unpack_text(data: bytes, entry: Entry) -> tuple[Document, list[Passage]]:
    """The document and passages in the bytes that `pack_text` made."""
    content = json.loads(data)
    own = Citation(**content["citation"])
    document = Document(
        id=entry.path,
        sha256=entry.sha256,
        language=entry.language,
        citation=entry.citation.completed_by(own),
        text=content["text"],
        page_starts=tuple(content["page_starts"]),
        page_labels=tuple(content["page_labels"]),
        recognised=tuple(content["recognised"]),
        headings=tuple(Heading(*heading) for heading in content["headings"]),
        languages=tuple((offset, language) for offset, language in content["languages"]),
        own=own,
        unread=entry.unread,
        member=entry.member,
    )
    passages = [
        document.passage(start, end, ((s, e) for s, e in sentences))
        for start, end, sentences in content["passages"]
    ]
    return document, passages


def read_document(folder: Path, entry: Entry, dimension: int) -> tuple[Document, list[Passage]]:
    """An entry's document and its passages; `folder` is the generation's.

    Raises IndexProblem if its text or its vectors, of the given dimension, are damaged.
    """
    try:
        data, _ = read_record(folder / PASSAGES_FOLDER, entry.record, dimension)
    except DamagedFile as error:
        raise damaged(error.path) from error
    return unpack_text(data, entry)


def read_entry(folder: Path, entry: Entry, dimension: int) -> tuple[Document, list[Passage], list[Embedding]]:
    """An entry's document, its passages, and what is stored of each; raises IndexProblem on any damage."""
    try:
        data, stored = read_passages(folder / PASSAGES_FOLDER, entry.record, dimension)
    except DamagedFile as error:
        raise damaged(error.path) from error
    return *unpack_text(data, entry), [passage.embedding for passage in stored]
