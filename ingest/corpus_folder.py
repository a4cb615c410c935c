"""Corpus folder: which files are documents, and what sources.toml gives for them."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from rodedraad.ingest.data_file import read_toml
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.errors import Reason, RodeDraadError
from rodedraad.ingest.formats import REFUSED_SUFFIXES, SUFFIXES
from rodedraad.ingest.language import LANGUAGES
from rodedraad.ingest.lines import UNSHOWN, one_line, written_out

SOURCES_FILE = "sources.toml"

FETCHED = "fetched"
"""The field with the date on which a document was fetched from its `url`; other files are a person's own."""

DEEPEST_FOLDER = 50
"""Levels of folders that are searched for documents."""

LONGEST_PATH = 3_000
"""Bytes of the longest path of a folder that is searched; operating systems allow 4096 at most."""

LONGEST_SHOWN = 200
"""Characters of a placeholder id; of a longer one the middle is left out."""

LEFT_BY_PROGRAMS = re.compile(
    r"~\$.*|~.*\.tmp"  # Office: who has a document open, and what is not saved yet
    r"|.*~|#.*#"  # editors: the version before, and what is not saved yet
    r"|thumbs\.db|ehthumbs\.db|desktop\.ini|icon\r",  # Windows and macOS: how a folder is shown
    re.IGNORECASE | re.DOTALL,
)
"""Names of files that programs leave beside documents; those that begin with a dot are hidden anyway."""

_PLACEHOLDER = "./"  # how the id begins of a file whose own path cannot be shown
_NOT_SHOWN = re.compile(f"[\t\n]|{UNSHOWN.pattern}")
_CITATION_FIELDS = tuple(field.name for field in fields(Citation))
_NO_CITATION = Citation()


class Described(NamedTuple):
    """What sources.toml gives for a document."""

    language: str | None = None  # ISO 639-1
    citation: Citation = _NO_CITATION


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the corpus that was found but not yet read; or a member of one, as `inside` gives it."""

    id: str  # path relative to the corpus, with forward slashes
    path: Path
    size: int  # bytes
    mtime_ns: int
    declared_language: str | None  # from sources.toml, ISO 639-1
    citation: Citation  # from sources.toml
    trouble: Reason | None = None  # why it must not be read
    hides: str = ""  # of a folder that could not be searched: how the ids in it begin
    described: Mapping[str, Described] = field(default_factory=dict)  # from sources.toml, by ids of members
    member: tuple[str, ...] = ()  # as `Document.member`

    @property
    def corpus(self) -> Path:
        """The folder of documents that the file was found in; not known of a placeholder id or a member."""
        return self.path.parents[self.id.count("/")]

    def inside(self, member: tuple[str, ...]) -> "Source":
        """The source of a member of this file: the same file, with the id and description of the member."""
        if not member:
            return self
        id = "/".join((self.id, *member))
        language, citation = self.described.get(id, Described())
        return replace(
            self, id=id, declared_language=language, citation=citation, described={}, member=member
        )


def scan(corpus: Path) -> tuple[list[Source], list[str]]:
    """The files in a corpus folder that are read or reported, sorted by id, and the ids of all others.

    Hidden files, those that programs leave beside documents, and sources.toml are skipped. Raises
    RodeDraadError if the folder is missing or unreadable, or sources.toml is invalid.
    """
    if not corpus.is_dir():
        raise RodeDraadError(
            f"There is no folder {corpus}. Make it and put documents in it, or name another with --corpus."
        )
    files = sorted(_files(corpus), key=lambda file: file[0].split("/"))
    described = load_sources(corpus).documents
    names = {name for name, _, _ in files}
    other_forms = {_composed(id): table for id, table in described.items() if id not in names}
    inside = _inside(names, other_forms)
    sources, others = [], []
    for name, entry, trouble in files:
        unshown = _NOT_SHOWN.search(name)
        id = _placeholder(name) if trouble or unshown else name
        path = Path(entry.path)
        if not _is_document(path) and not trouble:
            others.append(id)
            continue
        hides = f"{name}/" if trouble else ""
        if unshown and not trouble:
            trouble = Reason("its name has a line break or another invisible character; rename it")
        table = described.get(id) or other_forms.get(_composed(id))
        language, citation = _described(table) if table else Described()
        size, mtime_ns, problem = _status(path, entry.is_symlink(), corpus)
        sources.append(
            Source(
                id=id,
                path=path,
                size=size,
                mtime_ns=mtime_ns,
                declared_language=language,
                citation=citation,
                trouble=trouble or problem,
                hides=hides,
                described=inside.get(id, {}),
            )
        )
    return sources, others


def _described(table: Mapping[str, str]) -> Described:
    """What a table of sources.toml gives for its document."""
    return Described(table.get("language"), Citation(**{n: table.get(n) for n in _CITATION_FIELDS}))


def _inside(names: Iterable[str], tables: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Described]]:
    """What tables of sources.toml, by ids in form NFC, give for members of files, by the name of the file."""
    found: dict[str, dict[str, Described]] = {}
    composed = {_composed(name): name for name in names} if tables else {}
    for id, table in tables.items():
        for above in accumulate(id.split("/")[:-1], "{}/{}".format):
            if name := composed.get(above):
                member = id.removeprefix(above)
                found.setdefault(name, {})[name + member] = _described(table)
    return found


def find_source(corpus: Path, id: str) -> Source | None:
    """The source that `scan` lists under this id, without what sources.toml gives; None if there is none.

    Only the path of the id is looked up; the whole folder is scanned for a placeholder id alone.
    """
    if id.startswith(_PLACEHOLDER):
        return next((source for source in scan(corpus)[0] if source.id == id), None)
    if _NOT_SHOWN.search(id) or not _is_document(Path(id)):
        return None
    if LEFT_BY_PROGRAMS.fullmatch(id.rpartition("/")[2]):
        return None
    path, mode = corpus, stat.S_IFDIR
    for level, name in enumerate(id.split("/")):
        if not stat.S_ISDIR(mode) or (level and _is_too_deep(str(path), level)):
            return None
        if not name or name.startswith(".") or Path(name).name != name:
            return None
        try:
            if _is_index(str(path)) and (level or name in _INDEX_FILES):
                return None
            path /= name
            mode = path.lstat().st_mode
        except OSError:
            return None
    if stat.S_ISDIR(mode):
        return None
    size, mtime_ns, trouble = _status(path, stat.S_ISLNK(mode), corpus)
    return Source(id, path, size, mtime_ns, None, _NO_CITATION, trouble)


def _composed(id: str) -> str:
    """The id in Unicode form NFC; macOS and others may write the same name in form NFD."""
    return unicodedata.normalize("NFC", id)


def _is_document(path: Path) -> bool:
    """Whether a file is read, or else reported, by its name."""
    return path.suffix.lower() in (*SUFFIXES, *REFUSED_SUFFIXES)


def _placeholder(name: str) -> str:
    """An id for a file whose path cannot be shown; no document has such an id."""
    shown = written_out(name.replace("\t", "\\t").replace("\n", "\\n"))
    if len(shown) > LONGEST_SHOWN:
        shown = f"{shown[: LONGEST_SHOWN // 2]}…{shown[-LONGEST_SHOWN // 2 :]}"
    return _PLACEHOLDER + shown


def _files(corpus: Path) -> Iterator[tuple[str, os.DirEntry[str], Reason | None]]:
    """Every file to read, or to list as skipped, and every folder that is too deep or cannot be searched.

    Each with its path relative to the corpus, and with why it must not be read, or None. The folder of
    an index is skipped.
    """
    try:
        folders = [("", list(os.scandir(corpus)), 1)]
    except OSError as error:
        raise RodeDraadError(
            f"The folder {corpus} cannot be read ({error.strerror}). Grant permission to read it, or "
            "name another with --corpus."
        ) from error
    own = _INDEX_FILES if _is_index(str(corpus)) else frozenset()
    while folders:
        above, entries, level = folders.pop()
        for entry in entries:
            name = above + entry.name
            if entry.name.startswith(".") or name == SOURCES_FILE or name in own:
                continue
            if not entry.is_dir(follow_symlinks=False):
                if not LEFT_BY_PROGRAMS.fullmatch(entry.name):
                    yield name, entry, None
            elif _is_too_deep(entry.path, level):
                yield name, entry, Reason("its folders are nested too deeply; move them up")
            else:
                try:
                    if not _is_index(entry.path):
                        folders.append((f"{name}/", list(os.scandir(entry.path)), level + 1))
                except FileNotFoundError:
                    continue  # it was removed meanwhile
                except OSError as error:
                    why = {"error": error.strerror or str(error)}
                    yield name, entry, Reason("it cannot be read ({error}); grant permission to read it", why)


_INDEX_FILES = frozenset(
    (
        "generations",
        "gold.jsonl",
        "candidates.jsonl",
        "evaluation.json",
        "evaluation-before.json",
        "answered-examples.json",
    )
)
"""What an index keeps beside the documents, where the folder of documents is also its home."""


def _is_too_deep(folder: str, level: int) -> bool:
    """Whether a folder is not searched; those in the corpus folder itself have level 1."""
    return level >= DEEPEST_FOLDER or len(os.fsencode(folder)) > LONGEST_PATH


def _is_index(folder: str) -> bool:
    """Whether a folder is the home of an index."""
    return all(Path(folder, name).exists() for name in ("generations", "writer.lock"))


def _status(path: Path, is_link: bool, corpus: Path) -> tuple[int, int, Reason | None]:
    """A file's size in bytes, its modification time in ns, and why it must not be read, or None."""
    try:
        status = path.stat()
    except OSError as error:
        return 0, 0, Reason("it cannot be read ({error})", {"error": error.strerror or str(error)})
    trouble = None
    if not stat.S_ISREG(status.st_mode):
        trouble = Reason("it is a folder, a pipe or a device with the name of a document")
    elif is_link and not path.resolve().is_relative_to(corpus.resolve()):
        trouble = Reason("it is a link to a file outside the folder of documents; put a copy there")
    return status.st_size, status.st_mtime_ns, trouble


@dataclass(frozen=True, slots=True)
class Example:
    """A question about the documents, and words of the quote that answers it; empty where none are given."""

    question: str
    quote: str = ""


@dataclass(frozen=True, slots=True)
class SourcesToml:
    """The content of sources.toml."""

    documents: Mapping[str, Mapping[str, str]]  # citation fields and language, by id
    examples: tuple[Example, ...]  # that the chat suggests


def load_sources(corpus: Path) -> SourcesToml:
    """Read sources.toml in a corpus folder; empty if there is no such file.

    Raises RodeDraadError naming what is invalid in it.
    """
    path = corpus / SOURCES_FILE
    tables = read_toml(path, beneath=corpus)
    examples = tables.pop("examples", [])
    if not isinstance(examples, list):
        raise RodeDraadError(f"{path}: examples must be a list of questions.")
    documents = {id: _document(path, id, table) for id, table in tables.items()}
    return SourcesToml(documents, tuple(_example(path, given) for given in examples))


def _example(path: Path, given: Any) -> Example:
    if isinstance(given, str):
        given = {"question": given}
    if not (isinstance(given, dict) and "question" in given and {"question", "quote"} >= given.keys()):
        raise RodeDraadError(f"{path}: an example is a question, or has a question and a quote.")
    if not all(isinstance(text, str) for text in given.values()):
        raise RodeDraadError(f"{path}: the question and the quote of an example must be text.")
    return Example(**{name: one_line(text) for name, text in given.items()})


def _document(path: Path, id: str, table: Any) -> dict[str, str]:
    known = (*_CITATION_FIELDS, "language", FETCHED)
    if not isinstance(table, dict):
        raise RodeDraadError(f'{path}: {id} must be a table, ["{id}"], with fields under it.')
    for name, value in table.items():
        if name not in known:
            raise RodeDraadError(f"{path} gives {id!r} the field {name!r}. Known are: {', '.join(known)}.")
        if not isinstance(value, str | date):
            raise RodeDraadError(f"{path}: {name} of {id!r} must be text or a date.")
    if table.get("language", "nl") not in LANGUAGES:
        raise RodeDraadError(f"{path}: the language of {id!r} must be one of {', '.join(LANGUAGES)}.")
    return {name: one_line(str(value)) for name, value in table.items()}
