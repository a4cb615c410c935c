"""Added pages: pages of the web, saved as documents, with their addresses in sources.toml."""

import re
from collections.abc import Callable, Mapping
from datetime import date
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from rodedraad.index.files.safe_files import give_free_name, hidden_name, sync, write_file
from rodedraad.ingest.corpus_folder import FETCHED, SOURCES_FILE, find_source, load_sources
from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.ingest.formats import SUFFIXES, suffix_of
from rodedraad.ingest.lines import one_line
from rodedraad.ingest.readers.charset import decode_as
from rodedraad.ingest.regular_file import read_regular
from rodedraad.live.web_fetch import Fetched, fetch_apart, whole_address
from rodedraad.texts.refusal import Refusal

Fetch = Callable[[str, int], Fetched]

LONGEST_PAGE_NAME = 120
"""Bytes of a name made from a title or an address."""

_UNTOLD = ("", "text/plain", "application/octet-stream", "binary/octet-stream")
_TEXTS = (".csv", ".html", ".md", ".txt")
_TITLE = re.compile(r"<title\b[^<>]*>([^<]{1,1000})", re.I)
_CHARSET = re.compile(rb"<meta\b[^>]*?charset|<\?xml\b[^>]*?encoding", re.I)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NOT_IN_NAMES = re.compile(r"[^\w.,()'’&+ –—-]+")


def add_page(corpus: Path, address: str, largest: int, fetch: Fetch = fetch_apart) -> str:
    """Fetch a page, save it in the corpus folder with its address in sources.toml, and return its id.

    A page that was added before replaces its own file, and no other. Raises Refusal if it cannot be fetched
    or read, and RodeDraadError if it cannot be written.
    """
    address = whole_address(address)
    known, sources = load_sources(corpus).documents, _sources_file(corpus)
    found = fetch(address, largest)
    name = PurePosixPath(unquote(urlsplit(found.address).path)).name
    suffix = suffix_of(name if found.media_type in _UNTOLD else "", found.media_type)
    if not suffix:
        raise Refusal(
            "refused_media", kind=one_line(found.media_type)[:100] or "?", kinds=", ".join(SUFFIXES)
        )
    if not found.data:
        raise Refusal("refused_empty")
    data, text = _in_utf_8(found, suffix)
    try:
        with hidden_name(corpus) as hidden:
            write_file(hidden, data)
            if (id := _own(corpus, known, address, suffix)) is not None:
                hidden.replace(corpus / id)
                sync((corpus / id).parent)
            else:
                id = _save_as_new(corpus, hidden, _stem(text, suffix, found.address), suffix)
        _record(corpus, sources, id, address)
    except OSError as error:
        raise RodeDraadError(f"The page cannot be written in {corpus} ({error.strerror}).") from error
    return id


def _in_utf_8(found: Fetched, suffix: str) -> tuple[bytes, str]:
    """What is saved, in UTF-8 where only the site declared the encoding; and the text where it is text."""
    if suffix not in _TEXTS:
        return found.data, ""
    try:
        text = decode_as(found.data, found.charset)
    except UnreadableDocument:
        return found.data, ""
    marked = found.data.startswith(_BOMS) or _CHARSET.search(found.data[:2048])
    return (found.data if marked or not found.charset else text.encode()), text


def _own(corpus: Path, known: Mapping[str, Mapping[str, str]], address: str, suffix: str) -> str | None:
    """The id of the document that was fetched from this address before; None if there is none."""
    for id, given in known.items():
        same = given.get("url") == address and FETCHED in given and id.lower().endswith(suffix)
        if same and find_source(corpus, id):
            return id
    return None


def _stem(text: str, suffix: str, address: str) -> str:
    """A file name without its suffix: the title of a web page, or else the end of the address."""
    title = _TITLE.search(text) if suffix == ".html" else None
    parts = urlsplit(address)
    last = PurePosixPath(unquote(parts.path))
    end = last.stem if last.suffix.lower() in SUFFIXES else last.name
    for name in (unescape(title[1]) if title else "", end, parts.hostname or ""):
        plain = " ".join(_NOT_IN_NAMES.sub(" ", one_line(name)).split()).strip(" .")
        if plain := plain.encode()[:LONGEST_PAGE_NAME].decode(errors="ignore").strip(" ."):
            return plain
    return "page"


def _save_as_new(corpus: Path, hidden: Path, stem: str, suffix: str) -> str:
    """Give a file the first free name, with a number if need be; returns the name."""
    number = 1
    while True:
        name = f"{stem}{f'-{number}' if number > 1 else ''}{suffix}"
        try:
            give_free_name(hidden, corpus / name)
        except FileExistsError:
            number += 1
        else:
            return name


def _sources_file(corpus: Path) -> Path:
    """Where sources.toml is; raises RodeDraadError for a link that leads out of the corpus folder."""
    path = (corpus / SOURCES_FILE).resolve()
    if not path.is_relative_to(corpus.resolve()):
        raise RodeDraadError(
            f"{SOURCES_FILE} is a link that leads out of {corpus}. Put the file itself there."
        )
    return path


def _record(corpus: Path, path: Path, id: str, address: str) -> None:
    """Write an address and today's date in the table of a document in sources.toml, and leave all else."""
    import tomlkit

    try:
        text = read_regular(path, 20_000_000, corpus).decode("utf-8-sig")
    except FileNotFoundError:
        text = ""
    document = tomlkit.parse(text)
    table = document.get(id)
    if table is None:
        if text:
            document.add(tomlkit.nl())
        table = document[id] = tomlkit.table()
    table["url"] = address
    table[FETCHED] = date.today()
    with hidden_name(corpus) as hidden:
        write_file(hidden, tomlkit.dumps(document).encode())
        hidden.replace(path)
        sync(path.parent)
