"""Unfetched answers: those to pages that have gone, which Gradio would keep for ever."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import gradio as gr

UNFETCHED_SECONDS = 60
"""Seconds for which answers wait for a page that does not fetch them."""


class UnfetchedAnswers:
    """The sessions of a page that have answers coming, and to which nobody listens."""

    def __init__(self, page: gr.Blocks) -> None:
        """Know of no session yet."""
        self._page = page
        self._listeners: Counter[str] = Counter()  # by session
        self._since: dict[str, float] = {}  # by the monotonic clock, the session that waits longest first

    async def expect(self, session: str) -> None:
        """Keep the answers of a session from now on; forget those that have waited too long."""
        old = time.monotonic() - UNFETCHED_SECONDS
        for waiting in [waiting for waiting, since in self._since.items() if since < old]:
            del self._since[waiting]
            await self._page._queue.clean_events(session_hash=waiting)
            self._forget(waiting)
        if session not in self._listeners:
            self._since.setdefault(session, time.monotonic())

    @contextmanager
    def heard(self, session: str) -> Iterator[None]:
        """Somebody listens to a session."""
        self._since.pop(session, None)
        self._listeners[session] += 1
        try:
            yield
        finally:
            self._listeners[session] -= 1
            self._listeners += Counter()  # drops those at 0
            if session not in self._listeners:
                self._gone(session)

    def _gone(self, session: str) -> None:
        if self._page._queue.pending_event_ids_session.get(session):
            self._since[session] = time.monotonic()
        else:
            self._forget(session)

    def _forget(self, session: str) -> None:
        queue = self._page._queue
        queue.pending_event_ids_session.pop(session, None)
        queue.pending_messages_per_session.pop(session, None)
