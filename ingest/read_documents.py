"""Read documents: the documents in a file's bytes, its own and those of the files inside it, its members.

A container, such as a message or an archive, is read as a folder. The id of a member is the path of the
file on disk and the names of the member and of the files around it: `bundle.zip/mail.eml/report.pdf`.
All are read in one go, so that limits hold for them together. Whatever else is decided about a file, such
as whether it changed, is decided about the file on disk.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import accumulate

from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.deadline import is_near
from rodedraad.ingest.documents import Citation, Document
from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.formats import reader
from rodedraad.ingest.language import language_of, language_spans
from rodedraad.ingest.lines import LONGEST_TEXT, Content, Member, check_length, one_line
from rodedraad.ingest.reasons import reason_of, within
from rodedraad.ingest.reflow import reflow
from rodedraad.ingest.zip_limits import MOST_PARTS, counted_together

LONGEST_TITLE = 200
"""The most characters of a first heading that is taken for the title.

It must be at the start of the text, or have all other headings under it.
"""

DEEPEST_MEMBER = 5
"""Levels of files inside files that are read."""

MOST_MEMBERS_NAMED = 20
"""Members that are named as unread; more are counted."""

LONGEST_MEMBER_NAME = 200
"""Characters of the name of a member; of a longer one the middle is left out."""


def read_documents(source: Source, data: bytes) -> list[Document]:
    """The document in a file's bytes, and after it those of its members.

    The first is always the file's own; its text is empty where the file only holds others. It also says
    which members are not read, and why. Raises UnreadableDocument if there is no text in any.
    """
    documents = _Documents(source, hashlib.sha256(data).hexdigest())
    with counted_together():
        documents.add((), reader(source.path.suffix.lower())(data))
    own, *others = documents.found
    if not own.text and not others:
        raise UnreadableDocument.of(next(iter(documents.unread), Reason("it holds no text")))
    return [replace(own, unread=(*own.unread, *documents.unread)), *others]


def read_member(suffix: str, data: bytes, member: Iterable[str]) -> tuple[bytes, int]:
    """The bytes of a member of a file with this suffix, by the names in `Document.member`.

    And how many of the names lead to them: a member that is not kept in one piece, such as a message of a
    mailbox, is given as the nearest file around it. Raises UnreadableDocument if it is not there, or
    cannot be read.
    """
    opened: bytes | Content = data
    kept, depth = data, 0
    with counted_together():
        for number, name in enumerate(member, 1):
            inner = dict(_named(_content(suffix, opened).members)).get(name)
            if inner is None:
                raise UnreadableDocument("its file no longer exists")
            suffix, opened = inner.suffix, inner.open()
            if isinstance(opened, bytes):
                kept, depth = opened, number
    return kept, depth


def is_readable_now(unread: Reason) -> bool:
    """Whether a part was not read for want of a program that is installed now."""
    if "install tesseract" not in f"{unread.text} {unread.values.get('why')}":
        return False
    from rodedraad.ingest.readers.recognition import can_recognise  # which imports libraries

    return can_recognise()


class _Documents:
    """The documents that are found in a file on disk, and its members that are not read."""

    def __init__(self, source: Source, sha256: str) -> None:
        self._source, self._sha256 = source, sha256
        self.found: list[Document] = []
        self._parts = self._characters = 0
        self._failed: list[Reason] = []
        self._more_failed = self._unknown = 0
        self._unknown_names: list[str] = []

    def add(self, member: tuple[str, ...], content: Content) -> None:
        """Add what was read of the file, or of a member, and its own members."""
        if content.lines or not member:
            self._count(characters=sum(len(line.text) for line in content.lines))
            self.found.append(_document(self._source.inside(member), content, self._sha256))
        for name, inner in _named(content.members):
            self._add_member((*member, name), inner)

    def _add_member(self, path: tuple[str, ...], member: Member) -> None:
        """Add a member, or note why it cannot be read."""
        name = "/".join(path)
        if not member.suffix:
            self._unknown += 1
            self._unknown_names += [name] if self._unknown <= MOST_MEMBERS_NAMED else []
            return
        try:
            self._count(parts=1)
            if is_near():
                raise UnreadableDocument(
                    "it lies after parts that took too long; unpack them, or raise parse_seconds in "
                    "settings.toml"
                )
            if len(path) > DEEPEST_MEMBER:
                raise UnreadableDocument(
                    "it lies inside {levels} other files; unpack them", levels=DEEPEST_MEMBER
                )
            content = _content(member.suffix, member.open(), member.shown)
            if not content.lines and not content.members:
                if member.shown:
                    return
                raise UnreadableDocument("it holds no text")
            self.add(path, content)
        except MemoryError:
            raise
        except Exception as error:
            if len(self._failed) == MOST_MEMBERS_NAMED:
                self._more_failed += 1
            else:
                self._failed.append(within(name, reason_of(error)))

    def _count(self, parts: int = 0, characters: int = 0) -> None:
        """Count what is read; raises UnreadableDocument if it is too much, and for all that follows."""
        check_length(characters)
        self._parts += parts
        self._characters += characters
        if self._parts > MOST_PARTS or self._characters > LONGEST_TEXT:
            raise UnreadableDocument(
                "it lies after {parts} other parts, or {characters} characters in them; unpack them",
                parts=f"{MOST_PARTS:,}",
                characters=f"{LONGEST_TEXT:,}",
            )

    @property
    def unread(self) -> list[Reason]:
        """Why members are not read."""
        reasons = list(self._failed)
        if self._more_failed:
            reasons.append(
                Reason("it holds {count} more parts that cannot be read", {"count": self._more_failed})
            )
        if self._unknown:
            names = ", ".join(self._unknown_names)
            if self._unknown > MOST_MEMBERS_NAMED:
                names += f", … ({self._unknown})"
            reasons.append(Reason("its parts {names} are of kinds that are not read", {"names": names}))
        return reasons


def _content(suffix: str, opened: bytes | Content, shown: bool = False) -> Content:
    return opened if isinstance(opened, Content) else reader(suffix, shown)(opened)


def _document(source: Source, content: Content, sha256: str) -> Document:
    """The document of a content; `source` has the id and what sources.toml gives for it."""
    declared = source.declared_language
    language = declared or language_of(
        "\n".join(line.text for line in content.lines[:1000]), content.language
    )
    text, page_starts, headings = reflow(content.lines, language)
    own = content.citation
    if content.titled and headings and headings[0].end <= LONGEST_TITLE:
        alone = all(heading.above is not None for heading in headings[1:])
        if headings[0].start == 0 or alone:
            own = own.completed_by(Citation(title=text[headings[0].start : headings[0].end]))
    return Document(
        id=source.id,
        sha256=sha256,
        language=language if text else "",
        citation=source.citation.completed_by(own),
        text=text,
        page_starts=page_starts if content.paged else (),
        headings=headings,
        languages=() if declared else language_spans(text, language),
        own=own,
        unread=content.unread,
        page_labels=content.page_labels,
        recognised=tuple(page + 1 for page in content.recognised),
        member=source.member,
    )


def _named(members: Iterable[Member]) -> Iterator[tuple[str, Member]]:
    """The members of a file, each with a name that no other has and that is no folder of another."""
    taken: set[str] = set()
    number: Counter[str] = Counter()
    for member in members:
        name = _shown(member)
        if not taken.isdisjoint(accumulate(name.split("/")[:-1], "{}/{}".format)):
            name = name.replace("/", "_")
        first, end = name, len(name) - len(member.suffix)
        while name in taken:
            number[first] += 1
            name = f"{first[:end]} ({number[first] + 1}){first[end:]}"
        taken.add(name)
        yield name, member


def _shown(member: Member) -> str:
    """The name of a member as a path of shown names, none of which leads upwards, with its suffix."""
    steps = (one_line(step) for step in member.name.replace("\\", "/").split("/"))
    name = "/".join(step for step in steps if step.strip(". "))
    if not name.lower().endswith(member.suffix):
        name += member.suffix
    if len(name) > LONGEST_MEMBER_NAME:
        name = f"{name[: LONGEST_MEMBER_NAME // 2]}…{name[-LONGEST_MEMBER_NAME // 2 :]}"
    return name or "?"
