"""Library: the documents of a corpus folder, and what sources.toml says of them."""

import hashlib
import os
import re
import stat
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from pathlib import Path
from typing import Any

from ingest.content import INVISIBLE, LINE_END, check_length
from ingest.documents import Citation, Document
from ingest.errors import RodeDraadError, UnreadableDocument
from ingest.formats import SUFFIXES, reader
from ingest.language import LANGUAGES, language_of, language_spans
from ingest.reflow import reflow

SOURCES_FILE = "sources.toml"
LARGEST_FILE = 200_000_000
"""Bytes of the largest file that is read, unless a setting says otherwise."""

TICK = 20_000_000
"""Nanoseconds in which a file may change twice and show the same time: file systems round it so."""

ATTEMPTS = 50
"""How often a file that changes is read before it is given up."""

LONGEST_TITLE = 200
"""Characters within which a text's first heading is its title, if it stands first or above all others."""

DEEPEST_FOLDER = 50
"""Levels of folders in which documents are looked for."""

LONGEST_PATH = 3_000
"""Bytes of the longest path of a folder that is looked into; systems know none beyond 4096."""

LONGEST_SHOWN = 200
"""Characters of a path that can be no document's, of which the middle is left out."""

_NOT_SHOWN = re.compile(f"[\t\n]|{LINE_END.pattern}|{INVISIBLE.pattern}")
_CITATION_FIELDS = tuple(field.name for field in fields(Citation))
_NOTHING_SAID = Citation()


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus, as a look at the folder finds it."""

    id: str  # path relative to the corpus, with forward slashes
    path: Path
    size: int  # bytes
    mtime_ns: int
    declared_language: str | None  # as sources.toml gives it
    citation: Citation
    trouble: str | None = None  # why it is not to be read


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
    for name, entry, trouble in sorted(_files(corpus), key=lambda file: file[0].split("/")):
        hidden = _NOT_SHOWN.search(name)
        id = _stand_in(name) if trouble or hidden else name
        path = Path(entry.path)
        if path.suffix.lower() not in SUFFIXES and not trouble:
            others.append(id)
            continue
        if hidden and not trouble:
            trouble = "its name holds a line break or another character that does not show; rename it"
        given = described.get(id)
        size, mtime_ns, problem = _look(path, entry.is_symlink(), corpus)
        sources.append(
            Source(
                id=id,
                path=path,
                size=size,
                mtime_ns=mtime_ns,
                declared_language=given.get("language") if given else None,
                citation=Citation(**{n: given.get(n) for n in _CITATION_FIELDS}) if given else _NOTHING_SAID,
                trouble=trouble or problem,
            )
        )
    return sources, others


def _stand_in(name: str) -> str:
    """A path that can be shown, in place of one that cannot; no document has it."""
    shown = _NOT_SHOWN.sub(lambda character: ascii(character[0])[1:-1], name)
    if len(shown) > LONGEST_SHOWN:
        shown = f"{shown[: LONGEST_SHOWN // 2]}…{shown[-LONGEST_SHOWN // 2 :]}"
    return f"./{shown}"


def _files(corpus: Path) -> Iterator[tuple[str, os.DirEntry[str], str]]:
    """Everything in the folder that is not hidden and no folder, and folders that are too deep.

    Each by its name from the corpus on, with why it is not to be read, if so.
    """
    folders = [("", str(corpus), 1)]
    while folders:
        above, folder, level = folders.pop()
        try:
            entries = list(os.scandir(folder))
        except OSError as error:
            raise RodeDraadError(
                f"The folder {folder} cannot be read ({error.strerror}). Give leave to read it, or "
                "take it out of the documents."
            ) from error
        for entry in entries:
            name = above + entry.name
            if entry.name.startswith(".") or name == SOURCES_FILE:
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield name, entry, ""
            elif level == DEEPEST_FOLDER or len(os.fsencode(entry.path)) > LONGEST_PATH:
                yield name, entry, "its folders lie too deep in one another; move them up"
            else:
                folders.append((f"{name}/", entry.path, level + 1))


def _look(path: Path, is_link: bool, corpus: Path) -> tuple[int, int, str | None]:
    """The size of a file in bytes, when it was last changed, and why it is not to be read, if so."""
    try:
        status = path.stat()
    except OSError as error:
        return 0, 0, f"it cannot be read ({error.strerror})"
    trouble = None
    if not stat.S_ISREG(status.st_mode):
        trouble = "it is a folder, a pipe or a device under the name of a document"
    elif is_link and not path.resolve().is_relative_to(corpus.resolve()):
        trouble = "it is a link to a file outside the folder of documents; put a copy there"
    return status.st_size, status.st_mtime_ns, trouble


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


def read_bytes(source: Source, largest: int = LARGEST_FILE) -> bytes:
    """The bytes of a source's file.

    Raises UnreadableDocument when they cannot be had, or are more than `largest`.
    """
    if source.trouble:
        raise UnreadableDocument(source.trouble)
    if source.size > largest:
        raise _too_large(source.size, largest)
    try:
        with open(source.path, "rb", opener=_open_at_once) as file:
            data = file.read(largest + 1)
    except OSError as error:
        raise UnreadableDocument(f"it cannot be read ({error.strerror})") from error
    if len(data) > largest:
        raise _too_large(len(data), largest)
    return data


def _too_large(size: int, largest: int) -> UnreadableDocument:
    return UnreadableDocument(
        f"it holds {size / 1e6:,.0f} MB, more than the {largest / 1e6:,.0f} MB that are read; "
        "split it, or raise largest_file in settings.toml"
    )


def read_settled(source: Source, largest: int = LARGEST_FILE) -> tuple[Source, bytes]:
    """The bytes of a source's file, and the source as it was when exactly they were in the file.

    Raises UnreadableDocument as `read_bytes` does, and when the file keeps changing.
    """
    for _ in range(ATTEMPTS):
        data = read_bytes(source, largest)
        try:
            status = source.path.stat()
        except OSError as error:
            raise UnreadableDocument(f"it cannot be read ({error.strerror})") from error
        unmoved = (status.st_size, status.st_mtime_ns) == (source.size, source.mtime_ns)
        if unmoved and len(data) == source.size and not 0 <= time.time_ns() - source.mtime_ns < TICK:
            return source, data
        time.sleep(TICK / 1e9)
        source = replace(source, size=status.st_size, mtime_ns=status.st_mtime_ns)
    raise UnreadableDocument("it was written to while it was read; run rodedraad index again")


def _open_at_once(path: str, flags: int) -> int:
    """Open a file, without waiting for a writer should a pipe have taken its place."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def read_document(source: Source, data: bytes) -> Document:
    """The document in a file's bytes; raises UnreadableDocument when there is no text in them."""
    content = reader(source.path.suffix.lower())(data)
    check_length(sum(len(line.text) for line in content.lines))
    if not content.lines:
        raise UnreadableDocument("it holds no text")
    declared = source.declared_language
    language = declared or language_of(
        "\n".join(line.text for line in content.lines[:1000]), content.language
    )
    text, page_starts, headings = reflow(content.lines, language)
    own = content.citation
    if headings and headings[0].end <= LONGEST_TITLE:
        alone = all(heading.above is not None for heading in headings[1:])
        if headings[0].start == 0 or alone:
            own = own.completed_by(Citation(title=text[headings[0].start : headings[0].end]))
    return Document(
        id=source.id,
        sha256=hashlib.sha256(data).hexdigest(),
        language=language,
        citation=source.citation.completed_by(own),
        text=text,
        page_starts=page_starts if content.paged else (),
        headings=headings,
        languages=() if declared else language_spans(text, language),
        own=own,
    )
