"""Records: a document's reading text and passages as they are kept on disk."""

import json
from dataclasses import asdict
from pathlib import Path

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.files.safe_files import crc32_of
from rodedraad.index.files.segments import DamagedFile, read_record
from rodedraad.index.store.manifest import Entry, Files, damaged
from rodedraad.ingest.documents import Citation, Document, Heading, Passage

PASSAGES, WORDS = "passages", "words"

SMALL_FILE = 1 << 16
"""Bytes of a file whose checksum costs no more than a look at its size."""


def pack_text(document: Document, passages: list[Passage]) -> bytes:
    """A document's reading text and passages, as a record keeps them."""
    content = {
        "text": document.text,
        "page_starts": document.page_starts,
        "headings": [[h.start, h.end, h.above] for h in document.headings],
        "languages": document.languages,
        "citation": asdict(document.own),
        "passages": [[p.start, p.end, p.sentences] for p in passages],
    }
    return json.dumps(content, ensure_ascii=False).encode()


def unpack_text(data: bytes, entry: Entry) -> tuple[Document, list[Passage]]:
    """What `pack_text` was given."""
    content = json.loads(data)
    own = Citation(**content["citation"])
    document = Document(
        id=entry.path,
        sha256=entry.sha256,
        language=entry.language,
        citation=entry.citation.completed_by(own),
        text=content["text"],
        page_starts=tuple(content["page_starts"]),
        headings=tuple(Heading(*heading) for heading in content["headings"]),
        languages=tuple((offset, language) for offset, language in content["languages"]),
        own=own,
    )
    passages = [
        document.passage(start, end, ((s, e) for s, e in sentences))
        for start, end, sentences in content["passages"]
    ]
    return document, passages


def read_entry(folder: Path, entry: Entry, dimension: int) -> tuple[Document, list[Passage], Vectors]:
    """An entry's document, passages, and their vectors, float32[passages, dimension].

    Raises IndexProblem if what is on disk is not what was written.
    """
    try:
        data, vectors = read_record(folder / PASSAGES, entry.record, dimension)
    except DamagedFile as error:
        raise damaged(error.path) from error
    return *unpack_text(data, entry), vectors


def damaged_files(folder: Path, files: Files, checksums: bool) -> list[str]:
    """Those of the files that are missing, or of another size or checksum.

    Without `checksums`, only those of small files are compared.
    """

    def is_sound(name: str) -> bool:
        size, crc32 = files[name]
        try:
            if (folder / name).stat().st_size != size:
                return False
            return not (checksums or size <= SMALL_FILE) or crc32_of(folder / name) == crc32
        except OSError:
            return False

    return [name for name in sorted(files) if not is_sound(name)]
