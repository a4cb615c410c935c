"""Library: the documents of a corpus folder, and what sources.toml says of them."""

import hashlib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from ingest.documents import Citation, Document
from ingest.errors import RodeDraadError, UnreadableDocument
from ingest.formats import READERS
from ingest.language import LANGUAGES, detect_language
from ingest.reflow import reflow

SOURCES_FILE = "sources.toml"
_CITATION_FIELDS = tuple(field.name for field in fields(Citation))


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus, as a look at the folder finds it."""

    id: str  # path relative to the corpus, with forward slashes
    path: Path
    size: int  # bytes
    mtime_ns: int
    declared_language: str | None  # as sources.toml gives it
    citation: Citation


def scan(corpus: Path) -> tuple[list[Source], list[str]]:
    """The readable kinds of files under a corpus folder, by id, and the ids of all other files.

    Hidden files and sources.toml are passed over. Raises RodeDraadError when the folder is
    missing or sources.toml is wrong.
    """
    if not corpus.is_dir():
        raise RodeDraadError(
            f"There is no folder {corpus}. Make it and put documents in it, or name another with --corpus."
        )
    described = load_sources(corpus).described
    sources, others = [], []
    for path in sorted(_files(corpus)):
        id = path.relative_to(corpus).as_posix()
        if path.suffix.lower() not in READERS:
            others.append(id)
            continue
        given = described.get(id, {})
        status = path.stat()
        sources.append(
            Source(
                id=id,
                path=path,
                size=status.st_size,
                mtime_ns=status.st_mtime_ns,
                declared_language=given.get("language"),
                citation=Citation(**{name: given.get(name) for name in _CITATION_FIELDS}),
            )
        )
    return sources, others


def _files(corpus: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(corpus):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            path = Path(folder, name)
            if not name.startswith(".") and path != corpus / SOURCES_FILE and path.is_file():
                yield path


@dataclass(frozen=True, slots=True)
class Sources:
    """What sources.toml says: of each file, by id, and questions worth asking as examples."""

    described: Mapping[str, Mapping[str, str]]
    examples: tuple[str, ...]


def load_sources(corpus: Path) -> Sources:
    """Read sources.toml in a corpus folder; without the file, nothing is said.

    Raises RodeDraadError naming what is wrong in it.
    """
    path = corpus / SOURCES_FILE
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return Sources({}, ())
    except OSError as error:
        raise RodeDraadError(f"{path} cannot be read ({error.strerror}).") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise RodeDraadError(f"{path} is not valid TOML ({error}). Mend it.") from error
    examples = tables.pop("examples", [])
    if not (isinstance(examples, list) and all(isinstance(e, str) for e in examples)):
        raise RodeDraadError(f"{path}: examples must be a list of questions.")
    return Sources({id: _described(path, id, table) for id, table in tables.items()}, tuple(examples))


def _described(path: Path, id: str, table: Any) -> dict[str, str]:
    known = (*_CITATION_FIELDS, "language")
    if not isinstance(table, dict):
        raise RodeDraadError(f'{path}: {id} must be a table, ["{id}"], with fields under it.')
    for name, value in table.items():
        if name not in known:
            raise RodeDraadError(f"{path} gives {id!r} the field {name!r}. Known are: {', '.join(known)}.")
        if not isinstance(value, str | date):
            raise RodeDraadError(f"{path}: {name} of {id!r} must be text or a date.")
    if table.get("language", "nl") not in LANGUAGES:
        raise RodeDraadError(f"{path}: the language of {id!r} must be one of {', '.join(LANGUAGES)}.")
    return {name: str(value) for name, value in table.items()}


def read_bytes(source: Source) -> bytes:
    """The bytes of a source's file; raises UnreadableDocument when they cannot be had."""
    try:
        return source.path.read_bytes()
    except OSError as error:
        raise UnreadableDocument(f"it cannot be read ({error.strerror})") from error


def read_document(source: Source, data: bytes) -> Document:
    """The document in a file's bytes; raises UnreadableDocument when there is no text in them."""
    pages = READERS[source.path.suffix.lower()](data)
    language = source.declared_language or detect_language("\n".join(pages))
    text, page_starts = reflow(pages, language)
    if not text:
        raise UnreadableDocument("it holds no text")
    return Document(
        id=source.id,
        sha256=hashlib.sha256(data).hexdigest(),
        language=language,
        citation=source.citation,
        text=text,
        page_starts=page_starts,
    )
