"""Page calls: what a page or a Gradio client posts to have a function run, checked before Gradio reads it.

A call keeps only what such a client sends: text and numbers for the function that it names, and files that
lie in the folder of uploads. Gradio would fetch a file that is given as an address.
"""

import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr
from anyio import CapacityLimiter
from gradio.block_function import BlockFunction
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rodedraad.page.visitor import is_changing, may_change
from rodedraad.server.refused_request import RefusedRequest, busy, is_full
from rodedraad.server.served_paths import HEAR, JOIN, RUN
from rodedraad.server.unfetched_answers import UnfetchedAnswers
from rodedraad.texts.phrases import page_language, phrase

CALLS_AT_ONCE = 8
"""How many calls of a kind are run at the same time outside the queue, unless the function has a limit."""

_SESSION = re.compile(r"[\w-]{1,64}", re.ASCII)
_UNKNOWN = (
    'data: {"msg": "unexpected_error", "message": "Session not found.", "session_not_found": true, '
    '"success": false}\n\n'
)
"""What Gradio says of a session that it does not know, before it fails with a long message in the log."""

_KEPT = ("data", "event_data", "fn_index", "session_hash", "trigger_id")
_PLAIN = (str, int, float, type(None))


class PageCalls:
    """ASGI middleware that lets through calls of the functions of a page as they can be."""

    def __init__(self, app: ASGIApp, page: gr.Blocks, uploads: Path, waiting: int) -> None:
        """Pass calls to `app`; of each kind at most `waiting` wait for their turn."""
        self._app, self._page, self._uploads, self._waiting = app, page, uploads.resolve(), waiting
        self._turns: dict[str, CapacityLimiter] = {}  # outside the queue, by the id of the kind
        self._joining: Counter[str] = Counter()  # calls on their way into a queue, by its id
        self._unheard = UnfetchedAnswers(page)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; raises Refused for a call that cannot be."""
        if scope["type"] == "http" and scope["path"] == HEAR:
            await self._hear(scope, receive, send)
            return
        if scope["type"] != "http" or scope["path"] not in (JOIN, RUN):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        call, function = self._checked(await whole(receive), headers)
        body = json.dumps(call).encode()
        others = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        scope["headers"] = [*others, (b"content-length", str(len(body)).encode())]
        pass_on = partial(self._app, scope, _again(body, receive), send)
        if scope["path"] == RUN:
            turn = self._turn(function)
            if is_full(turn, self._waiting):
                raise busy(language=page_language(headers))
            async with turn:
                await pass_on()
            return
        if self._is_waited_for(function):
            raise busy(language=page_language(headers))
        self._joining[function.concurrency_id] += 1
        try:
            await self._unheard.expect(call["session_hash"])
            await pass_on()
        finally:
            self._joining[function.concurrency_id] -= 1

    def _turn(self, function: BlockFunction) -> CapacityLimiter:
        """What calls outside the queue take before they are run, with others of their kind."""
        limit = function.concurrency_limit
        at_once = limit if isinstance(limit, int) else CALLS_AT_ONCE
        return self._turns.setdefault(function.concurrency_id, CapacityLimiter(at_once))

    async def _hear(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on a request for the answers of a session, if there are any to come."""
        session = QueryParams(scope["query_string"]).get("session_hash", "")
        if session not in self._page._queue.pending_messages_per_session:
            await Response(_UNKNOWN, media_type="text/event-stream")(scope, receive, send)
            return
        with self._unheard.heard(session):
            await self._app(scope, receive, send)

    def _is_waited_for(self, function: BlockFunction) -> bool:
        """Whether as many calls as may be wait for a function, or for others of its kind."""
        queue = self._page._queue.event_queue_per_concurrency_id.get(function.concurrency_id)
        waiting = len(queue.queue) if queue else 0
        return waiting + self._joining[function.concurrency_id] >= self._waiting

    def _checked(self, body: bytes, headers: Headers) -> tuple[dict[str, Any], BlockFunction]:
        """The call in the body of a request, with nothing else in it, and the function it is of."""
        try:
            call = json.loads(body)
            call = {name: call[name] for name in _KEPT if name in call}
            json.dumps(call, ensure_ascii=False).encode()  # a lone surrogate cannot be encoded
        except (ValueError, TypeError, RecursionError) as error:
            raise RefusedRequest(400, "This is not a call of a function.") from error
        number, data, session = call.get("fn_index"), call.get("data"), call.get("session_hash")
        function = self._page.fns.get(number) if isinstance(number, int) else None
        if function is None or function.fn is None:  # what has none is run by the browser alone
            raise RefusedRequest(400, "There is no such function.")
        if is_changing(function.fn) and not may_change(headers):
            raise RefusedRequest(403, phrase("only_read", page_language(headers)))
        if not isinstance(data, list) or len(data) != len(function.inputs):
            raise RefusedRequest(400, "There is no such function.")
        if not (isinstance(session, str) and _SESSION.fullmatch(session)):
            raise RefusedRequest(400, "A call belongs to a session.")
        call["data"] = [self._value(value, part) for value, part in zip(data, function.inputs, strict=True)]
        return call, function

    def _value(self, value: Any, part: Any) -> Any:
        if isinstance(part, gr.File) and value is not None:
            return [self._upload(file) for file in (value if isinstance(value, list) else [value])]
        if all(isinstance(one, _PLAIN) for one in (value if isinstance(value, list) else [value])):
            return value
        raise RefusedRequest(400, "A function takes only text and numbers.")

    def _upload(self, file: Any) -> dict[str, Any]:
        """A file that was uploaded, as Gradio writes it."""
        path = file.get("path") if isinstance(file, dict) else None
        try:
            real = Path(path).resolve() if isinstance(path, str) else None
            if real and real.is_relative_to(self._uploads) and real.is_file():
                return {"path": path, "meta": {"_type": "gradio.FileData"}}
        except (OSError, ValueError):  # no path can be such
            pass
        raise RefusedRequest(400, "A file is uploaded before it is added.")


async def whole(receive: Receive) -> bytes:
    """The body of a request, which the guard bounds; empty if it is cut off."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""
        body += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(body)


def _again(body: bytes, receive: Receive) -> Callable[[], Awaitable[Message]]:
    """A channel that gives a body, and then what else comes: that the client hangs up."""
    waiting: list[Message] = [{"type": "http.request", "body": body}]

    async def give() -> Message:
        return waiting.pop() if waiting else await receive()

    return give
