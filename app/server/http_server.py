"""HTTP server: uvicorn with limits on connections and on the time of a request head, and a quick end."""

import asyncio
import errno
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any

import uvicorn
from h11 import IDLE
from uvicorn.protocols.http.h11_impl import H11Protocol

from rodedraad.live.json_log import LOG
from rodedraad.server.collection_paths import CollectionPaths
from rodedraad.server.security import Guard

HEAD_SECONDS = 10
"""How long a request head may take, from its connection or its first byte."""

ARRIVING = 64
"""Connections that may wait to be accepted, and that are accepted at once."""

STOP_GRACE = 1
"""Seconds that answers under way may still take when the server stops."""

_USED_UP = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


def most_connections() -> int:
    """How many connections are kept: 512, or a third of the files that the process may have open."""
    if sys.platform == "win32":
        return 512
    from resource import RLIMIT_NOFILE, getrlimit

    return min(512, getrlimit(RLIMIT_NOFILE)[0] // 3)


MOST_CONNECTIONS = most_connections()


class Connection(H11Protocol):
    """A connection that is closed if a request head takes too long, or if it is in the way of another.

    Where there is no room for a new one, that goes which has waited longest for a request; where all have
    sent theirs, the oldest of the address that has the most.
    """

    # uvicorn narrows the type of the transport, as TCP has no other.
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Make room, and wait for a request head."""
        super().connection_made(transport)
        self._since = self.loop.time()
        self._deadline: asyncio.TimerHandle | None = None
        self._make_room()
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Go on with the request."""
        super().data_received(data)
        self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(exc)
        if self._deadline:
            self._deadline.cancel()

    @property
    def _waits(self) -> bool:
        return self.conn.their_state is IDLE

    @property
    def _host(self) -> str:
        return self.client[0] if self.client else ""

    def _expect(self) -> None:
        if self._deadline and not self._waits:
            self._deadline.cancel()
            self._deadline = None
        elif self._waits and not self._deadline:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _make_room(self) -> None:
        others = [
            one for one in self.connections if isinstance(one, Connection) and not one.transport.is_closing()
        ]
        if len(others) <= MOST_CONNECTIONS:
            return
        held = Counter(one._host for one in others)
        others.remove(self)
        min(others, key=lambda one: (not one._waits, -held[one._host], one._since)).transport.abort()


class HttpServer(uvicorn.Server):
    """The guard, or those of several collections, and what is behind, on an address of this machine."""

    def __init__(
        self,
        guard: Guard | CollectionPaths,
        host: str,
        port: int,
        on_open: Callable[[], None] = lambda: None,
    ) -> None:
        """Listen to nothing yet; `on_open` is called once the port is open."""
        self._guard, self._on_open = guard, on_open
        super().__init__(
            uvicorn.Config(
                guard,
                host=host,
                port=port,
                http=Connection,
                ws="none",
                backlog=ARRIVING,
                log_config=None,
                log_level=logging.CRITICAL,
                access_log=False,
                server_header=False,
                timeout_graceful_shutdown=STOP_GRACE,
            )
        )

    async def startup(self, sockets: Any = None) -> None:
        """Open the port."""
        asyncio.get_running_loop().set_exception_handler(_Report())
        await super().startup(sockets)
        self._on_open()

    async def shutdown(self, sockets: Any = None) -> None:
        """End what is open for as long as a page is, and give the rest STOP_GRACE seconds."""
        self._guard.stop()
        await super().shutdown(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop at a signal; it is not raised again, for the process ends by itself."""
        self.force_exit = self.should_exit
        self.should_exit = True


class _Report:
    """Reports what goes wrong beside requests; that files are used up, at most once a minute."""

    def __init__(self) -> None:
        self._last = -60.0

    def __call__(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if not (isinstance(error, OSError) and error.errno in _USED_UP):
            loop.default_exception_handler(context)
        elif time.monotonic() - self._last > 60:
            self._last = time.monotonic()
            LOG.error("no connection can be taken: %s; raise `ulimit -n`", error.strerror)
