"""Zip limits: the parts of a zip file, read within limits on their size and number."""

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from lxml import etree

from rodedraad.ingest.errors import DamagedPart, UnreadableDocument
from rodedraad.ingest.lines import one_line
from rodedraad.ingest.xml_elements import parse_xml

MOST_PARTS = 50_000
MOST_UNPACKED = 200_000_000
"""Bytes of all parts read, unpacked; those of archives inside an archive included."""

SUSPICIOUS = 10_000_000  # bytes of a part from which its ratio is checked
HIGHEST_RATIO = 250
"""The most bytes that one byte may unpack to; text rarely exceeds 30, and deflate's limit is 1032."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_unpacked: ContextVar[list[int] | None] = ContextVar("unpacked", default=None)


@contextmanager
def counted_together() -> Iterator[None]:
    """Count what is unpacked of every archive in this block, and in blocks inside it, together."""
    token = _unpacked.set(_unpacked.get() or [0])
    try:
        yield
    finally:
        _unpacked.reset(token)


class LimitedZip:
    """The parts of a zip file, by name. Nothing is unpacked to disk."""

    def __init__(self, data: bytes) -> None:
        """Open the file; raises UnreadableDocument if it is not a zip file, or is encrypted."""
        if data.startswith(_OLE):
            raise UnreadableDocument(
                "it is protected by a password, or its name is wrong and it is an older format such as "
                ".doc; save it again without a password"
            )
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
            raise UnreadableDocument("it is damaged: it cannot be opened as a zip file") from error
        if len(self._zip.infolist()) > MOST_PARTS:
            raise UnreadableDocument(
                "it holds more than {parts} parts; no document does", parts=f"{MOST_PARTS:,}"
            )
        self._parts = {info.filename.replace("\\", "/"): info for info in self._zip.infolist()}
        self._unpacked = _unpacked.get() or [0]

    @property
    def files(self) -> list[zipfile.ZipInfo]:
        """The parts that are files, in the order of the archive."""
        return [info for info in self._zip.infolist() if not info.is_dir()]

    def __contains__(self, name: str) -> bool:
        """Whether there is a part with this name."""
        return name in self._parts

    def read(self, name: str) -> bytes:
        """A part's bytes.

        Raises DamagedPart if it is missing or damaged, UnreadableDocument if it is encrypted or too large.
        """
        info = self._parts.get(name)
        if info is None:
            raise DamagedPart("it is damaged: its part {part} is missing", part=repr(one_line(name)[:100]))
        return self.read_file(info)

    def read_file(self, info: zipfile.ZipInfo) -> bytes:
        """The bytes of one of `files`; raises as `read` does."""
        if info.flag_bits & 1:
            raise UnreadableDocument("it is encrypted; save it again without a password")
        ratio = info.file_size / max(info.compress_size, 1)
        if self._unpacked[0] + info.file_size > MOST_UNPACKED or (
            info.file_size > SUSPICIOUS and ratio > HIGHEST_RATIO
        ):
            raise UnreadableDocument(
                "it unpacks to {megabytes} MB or more; no document does",
                megabytes=f"{(self._unpacked[0] + info.file_size) / 1e6:,.0f}",
            )
        self._unpacked[0] += info.file_size
        try:
            return self._zip.read(info)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, NotImplementedError) as error:
            part = repr(one_line(info.filename)[:100])
            raise DamagedPart("it is damaged: its part {part}", part=part) from error

    def xml(self, name: str) -> etree._Element:
        """The root of a part's XML; raises UnreadableDocument as `read` and `parse_xml` do."""
        return parse_xml(self.read(name), name)

    def __iter__(self) -> Iterator[str]:
        """The names of the parts."""
        return iter(self._parts)

    def optional_xml(self, name: str) -> etree._Element:
        """The root of a part's XML; an empty element if there is no such part."""
        return self.xml(name) if name in self else etree.Element("none")
