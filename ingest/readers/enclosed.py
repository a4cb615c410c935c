"""Enclosed: the files inside a file, such as attachments of a message; each becomes a section of its text."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from rodedraad.ingest.errors import Reason, UnreadableDocument
from rodedraad.ingest.formats import reader
from rodedraad.ingest.lines import Content, Line, check_length, one_line
from rodedraad.ingest.read_file import reason_of

DEEPEST = 5
"""Levels of files inside files that are read."""

MOST_NAMED = 20
"""Files inside a file that are named as unread; more are counted."""

LONGEST_NAME = 200
"""Characters of a name that becomes a heading; of a longer one the middle is left out."""

_level: ContextVar[int] = ContextVar("level", default=0)


class Sections:
    """The lines of a file's own text, then of each file inside it; and why some of these are not read."""

    def __init__(self) -> None:
        """Begin without lines."""
        self.lines: list[Line] = []
        self._characters = 0
        self._failed: list[Reason] = []
        self._unknown: list[str] = []

    def add(self, lines: list[Line], level: int = 0) -> None:
        """Add lines, their headings under one of `level`; raises UnreadableDocument for too long a text."""
        first = self.lines[-1].page + 1 if self.lines else 0
        self.lines += (
            replace(line, page=first + line.page, level=line.level + level if line.level else 0)
            for line in lines
        )
        self._characters += sum(len(line.text) for line in lines)
        check_length(self._characters)

    def add_file(self, name: str, suffix: str, data: Callable[[], bytes], level: int) -> None:
        """Add a file inside this one, under a heading with its name; `suffix` tells its kind, if known."""
        if suffix:
            self.add_section(name, lambda: reader(suffix)(data()), level)
        else:
            self._unknown.append(_shown(name))

    def add_section(self, name: str, read: Callable[[], Content], level: int) -> None:
        """Add what `read` returns under a heading of `level`, or note why it cannot be read."""
        name = _shown(name)
        try:
            with _inside():
                content = read()
        except MemoryError:
            raise
        except Exception as error:
            self._failed.append(_within(name, reason_of(error)))
            return
        self._failed += (_within(name, reason) for reason in content.unread)
        if content.lines:
            self.add([Line(name, level=level)])
            self.add(content.lines, level)
        else:
            self._failed.append(_within(name, Reason("it holds no text")))

    @property
    def unread(self) -> tuple[Reason, ...]:
        """Why files inside this one are not read."""
        named, more = self._failed[:MOST_NAMED], len(self._failed) - MOST_NAMED
        if more > 0:
            named.append(Reason("it holds {count} more parts that cannot be read", {"count": more}))
        if self._unknown:
            names = ", ".join(self._unknown[:MOST_NAMED])
            if len(self._unknown) > MOST_NAMED:
                names += f", … ({len(self._unknown)})"
            named.append(Reason("its parts {names} are of kinds that are not read", {"names": names}))
        return tuple(named)


@contextmanager
def _inside() -> Iterator[None]:
    """One level deeper; raises UnreadableDocument if that is too deep."""
    level = _level.get()
    if level >= DEEPEST:
        raise UnreadableDocument("it lies inside {levels} other files; unpack them", levels=level)
    token = _level.set(level + 1)
    try:
        yield
    finally:
        _level.reset(token)


def _within(name: str, reason: Reason) -> Reason:
    """The reason for a file inside a file; of one further inside, the names are joined by slashes."""
    if "within" in reason.values:
        return replace(reason, values={**reason.values, "within": f"{name}/{reason.values['within']}"})
    return Reason("its part {within}: {why}", {**reason.values, "within": name, "why": reason.text})


def _shown(name: str) -> str:
    name = one_line(name) or "?"
    if len(name) <= LONGEST_NAME:
        return name
    return f"{name[: LONGEST_NAME // 2]}…{name[-LONGEST_NAME // 2 :]}"
