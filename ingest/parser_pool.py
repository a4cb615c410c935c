"""Parser pool: reads documents in child processes, in parallel, within limits of time and memory.

A file may be damaged, or crafted to crash its reader. A crash ends only the child process: the file is
reported, and a new process reads the next one.
"""

import base64
import json
import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path, PurePosixPath
from queue import Empty, LifoQueue
from threading import Event, Timer
from typing import Any, TypeVar
from weakref import WeakSet

from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Citation, Document, Heading, Picture
from rodedraad.ingest.errors import Reason, UnreadableDocument

PARSE_SECONDS = 120
PARSE_MEMORY = 1_500_000_000
"""Bytes that parsing one file may use, besides twice the size of the file."""

AHEAD = 64
"""Items that `ParserPool.map` takes ahead of the result that is awaited."""

POLL = 0.2
"""Seconds between two looks at whether the work is cancelled."""

_ROOT = Path(__file__).parents[2]

Item = TypeVar("Item")
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Limits:
    """The time and memory that parsing one file may take."""

    seconds: int = PARSE_SECONDS
    memory: int = PARSE_MEMORY  # bytes


class ParserPool:
    """Child processes that read documents; as a context manager it ends them."""

    def __init__(self, limits: Limits = Limits(), processes: int | None = None) -> None:
        """Start no process yet; `processes` is the most there will be, by default one for each core."""
        self._limits = limits
        self._idle: LifoQueue[_ParserProcess] = LifoQueue()
        self._started: WeakSet[_ParserProcess] = WeakSet()
        _POOLS.add(self)
        self._threads = ThreadPoolExecutor(processes or os.cpu_count() or 1)

    def __enter__(self) -> "ParserPool":
        """The pool itself."""
        return self

    def __exit__(self, *raised: object) -> None:
        """End the processes, also in the middle of a document, and cancel what they have not begun."""
        self.kill()
        self._threads.shutdown(cancel_futures=True)
        while not self._idle.empty():
            self._idle.get().close()

    def kill(self) -> None:
        """End the processes at once; what they were reading is reported as unreadable."""
        for parser in list(self._started):
            parser.kill()

    def map(
        self, function: Callable[[Item], Result], items: Iterable[Item], cancelled: Event | None = None
    ) -> Iterator[Result]:
        """The results of `function` for the items, in order; it runs in threads, several at once.

        It may call `read_documents`. At most AHEAD items are taken in advance, to bound memory. The results
        end where `cancelled` is set.
        """
        cancelled = cancelled or Event()
        left, ahead = iter(items), deque[Future[Result]]()
        while not cancelled.is_set():
            ahead += [self._threads.submit(function, item) for item in islice(left, AHEAD - len(ahead))]
            if not ahead:
                return
            if wait([ahead[0]], POLL).done:
                yield ahead.popleft().result()

    def read_documents(self, source: Source, data: bytes) -> list[Document]:
        """`read_documents.read_documents` in a child process; thread-safe.

        Raises UnreadableDocument if the file cannot be read within the limits.
        """
        reply = self._ask({"source": {**asdict(source), "path": str(source.path)}}, data)
        return [_document(document) for document in reply["documents"]]

    def draw_page(
        self, file: str, data: bytes, member: tuple[str, ...], number: int, before: str, text: str
    ) -> Picture:
        """`readers.pdf_page.draw_page` in a child process, for a file or a member of it; thread-safe.

        Raises UnreadableDocument if the page cannot be drawn within the limits.
        """
        page = {"number": number, "before": before, "text": text}
        place = {"suffix": PurePosixPath(file).suffix.lower(), "member": member}
        reply = self._ask({"page": {**place, **page}}, data)
        boxes = tuple((left, top, width, height) for left, top, width, height in reply["boxes"])
        return Picture(**{**reply, "png": base64.b64decode(reply["png"]), "boxes": boxes})

    def read_member(self, file: str, data: bytes, member: tuple[str, ...]) -> tuple[bytes, int]:
        """`read_documents.read_member` in a child process; thread-safe.

        Raises UnreadableDocument if the member cannot be unpacked within the limits.
        """
        reply = self._ask({"member": {"suffix": PurePosixPath(file).suffix.lower(), "names": member}}, data)
        return base64.b64decode(reply["bytes"]), reply["depth"]

    def _ask(self, request: dict[str, Any], data: bytes) -> dict[str, Any]:
        """The reply of an idle or new process."""
        try:
            parser = self._idle.get_nowait()
        except Empty:
            parser = _ParserProcess(self._limits)
            self._started.add(parser)
        try:
            reply = parser.ask(request, data)
        except UnreadableDocument:
            self._put_back(parser)
            raise
        except BaseException:
            parser.close()
            raise
        self._put_back(parser)
        return reply

    def _put_back(self, parser: "_ParserProcess") -> None:
        if parser.process.poll() is None:
            self._idle.put(parser)
        else:
            parser.close()


_POOLS: WeakSet[ParserPool] = WeakSet()


def kill_parsers() -> None:
    """End every process that reads a document for this one, which is about to end itself."""
    for pool in list(_POOLS):
        pool.kill()


class _ParserProcess:
    """A child process that reads one document, draws one page, or unpacks one member, at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._timed_out = False
        # -P: import nothing from the current folder, which may be the corpus.
        command = [
            sys.executable,
            "-P",
            "-m",
            "rodedraad.ingest.parser_process",
            str(limits.memory),
            str(limits.seconds),
        ]
        paths = (str(_ROOT), os.environ.get("PYTHONPATH", ""))
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))},
            start_new_session=True,
        )

    def ask(self, request: dict[str, Any], data: bytes) -> dict[str, Any]:
        """The reply to a request; raises UnreadableDocument if the process reports an error or ends."""
        timer = Timer(self._limits.seconds, self._time_out)
        timer.start()
        try:
            reply = self._reply({**request, "bytes": len(data)}, data)
        finally:
            timer.cancel()
        if reply is None:
            self.kill()
            raise self._why_it_ended()
        if "error" in reply:
            raise UnreadableDocument.of(Reason(**reply["error"]))
        return reply

    def _reply(self, request: dict[str, Any], data: bytes) -> dict[str, Any] | None:
        """The reply; None if the process ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.process.stdin.write(json.dumps(request).encode() + b"\n")
            self.process.stdin.write(data)
            self.process.stdin.flush()
            line = self.process.stdout.readline()
            reply: dict[str, Any] | None = json.loads(line) if line.endswith(b"\n") else None
            return reply
        except (OSError, ValueError):
            return None

    def _time_out(self) -> None:
        self._timed_out = True
        self.kill()

    def _why_it_ended(self) -> UnreadableDocument:
        from rodedraad.ingest.parser_process import OUT_OF_MEMORY  # which imports the readers

        code = self.process.wait()
        megabytes = f"{self._limits.memory / 1e6:,.0f}"
        if self._timed_out:
            return UnreadableDocument(
                "it took more than {seconds} seconds to read; split it, or raise parse_seconds in "
                "settings.toml",
                seconds=self._limits.seconds,
            )
        if code == OUT_OF_MEMORY:
            return UnreadableDocument(
                "it took more than {megabytes} MB of memory to read; split it, or raise parse_megabytes "
                "in settings.toml",
                megabytes=megabytes,
            )
        return UnreadableDocument(
            "its reader crashed, because the file is damaged or because it needs more than "
            "{megabytes} MB of memory; save it again, or raise parse_megabytes in settings.toml",
            megabytes=megabytes,
        )

    def kill(self) -> None:
        """End the process, and with it what it has started to recognise text."""
        if sys.platform == "win32":
            self.process.kill()
        elif self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)

    def close(self) -> None:
        self.kill()
        self.process.communicate()


def _document(reply: dict[str, Any]) -> Document:
    return Document(
        **{
            **reply,
            "citation": Citation(**reply["citation"]),
            "own": Citation(**reply["own"]),
            "page_starts": tuple(reply["page_starts"]),
            "headings": tuple(Heading(**heading) for heading in reply["headings"]),
            "languages": tuple((offset, language) for offset, language in reply["languages"]),
            "page_labels": tuple(reply["page_labels"]),
            "recognised": tuple(reply["recognised"]),
            "unread": tuple(Reason(**reason) for reason in reply["unread"]),
            "member": tuple(reply["member"]),
        }
    )
