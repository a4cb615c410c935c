"""The corpus folder: which files are documents, and what sources.toml states about them."""

import os
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.ingest.language import LANGUAGES
from rodedraad.ingest.lines import INVISIBLE, LINE_END

SOURCES_FILE = "sources.toml"


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
