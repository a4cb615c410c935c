"""Archive: a zip file of documents, read as the folder that was packed."""

import re
import zipfile
from contextlib import suppress
from functools import partial

from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.formats import suffix_of
from rodedraad.ingest.lines import Content, clean
from rodedraad.ingest.readers.enclosed import Sections
from rodedraad.ingest.zip_limits import LimitedZip

_HIDDEN = re.compile(r"(?:^|/)(?:\.(?!\.?/)|~\$|__MACOSX/)")
_UTF_8 = 0x800  # the flag of a name that is in UTF-8; other names are in the code page of the machine


def read_zip(data: bytes) -> Content:
    """The files in a zip file by name, each under a heading with its path; hidden files are left out.

    Raises UnreadableDocument if none of them can be read.
    """
    archive, sections = LimitedZip(data), Sections()
    named = sorted(((_name(info), info) for info in archive.files), key=lambda file: file[0].split("/"))
    for name, info in named:
        if not _HIDDEN.search(name):
            sections.add_file(name, suffix_of(name, ""), partial(archive.read_file, info), 1)
    if sections.unread and not sections.lines:
        raise UnreadableDocument.of(sections.unread[0])
    return Content(sections.lines, unread=sections.unread, titled=False)


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a file in the archive; zipfile takes names without the flag for code page 437."""
    name = info.filename
    if not info.flag_bits & _UTF_8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return clean(name).replace("\\", "/")
