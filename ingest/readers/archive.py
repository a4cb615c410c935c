"""Archive: a zip file of documents, read as the folder that was packed."""

import re
import zipfile
from contextlib import suppress
from functools import partial

from rodedraad.ingest.corpus_folder import LEFT_BY_PROGRAMS
from rodedraad.ingest.formats import suffix_of
from rodedraad.ingest.lines import Content, Member, clean
from rodedraad.ingest.zip_limits import LimitedZip

_HIDDEN = re.compile(r"(?:^|/)(?:\.(?!\.?/)|__MACOSX/)")
_FRAMES = re.compile("[\u2500-\u259f]")  # which stand for letters in the code page of Western Europe, 850
_UTF_8 = 0x800  # the flag of a name that is in UTF-8; other names are in the code page of the machine


def read_zip(data: bytes) -> Content:
    """The files in a zip file by name, without hidden ones and those that programs leave beside others.

    Raises UnreadableDocument if it is damaged.
    """
    archive = LimitedZip(data)
    named = sorted(((_name(info), info) for info in archive.files), key=lambda file: file[0].split("/"))
    return Content(
        [],
        members=tuple(
            Member(name, suffix_of(name, ""), partial(archive.read_file, info))
            for name, info in named
            if not _HIDDEN.search(name) and not LEFT_BY_PROGRAMS.fullmatch(name.rpartition("/")[2])
        ),
    )


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a file in the archive; zipfile takes names without the flag for code page 437."""
    name = info.filename
    if not info.flag_bits & _UTF_8:
        raw = name.encode("cp437", "replace")
        with suppress(UnicodeError):
            return _path(raw.decode("utf-8"))
        if _FRAMES.search(name):
            return _path(raw.decode("cp850"))
    return _path(name)


def _path(name: str) -> str:
    return clean(name).replace("\\", "/")
