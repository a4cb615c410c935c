"""Security: which requests a server accepts from a network: from whom, from where, and how large."""

import json
import re
import secrets
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from anyio import CancelScope, fail_after, sleep_forever
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rodedraad.live.json_log import LOG, REQUEST_ID
from rodedraad.page.visitor import RIGHT_HEADER, USER_HEADER, noted
from rodedraad.server.entrance import Entrance
from rodedraad.server.page_head import completed, reader_key
from rodedraad.server.refused_request import RefusedRequest
from rodedraad.server.served_paths import HEALTH, PAGE, UPLOAD, is_lasting, is_served
from rodedraad.server.uploads import Uploads
from rodedraad.texts.phrases import page_language

LARGEST_BODY = 1_000_000  # bytes of a request
LARGEST_FORM = 40_000  # bytes of a request from who is not let in: a name, a password and an address
LONGEST_TARGET = 8_000  # bytes of a path and its query
BODY_SECONDS = 30
"""How long the next piece of a body may take."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
DEFAULT_POLICY = "default-src 'none'; frame-ancestors 'none'"
PAGE_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""On the page, only its own scripts run; in whatever else is served, none do.

Gradio compiles the page's own templates, hence 'unsafe-eval'; an inline script, handler or address in a
document has no nonce and stays dead.
"""

_OURS = {name.lower().encode() for name in (REQUEST_ID, USER_HEADER, RIGHT_HEADER)}
"""Headers of a request that only the guard writes."""


@dataclass(frozen=True, slots=True)
class AccessRules:
    """What a server lets through."""

    names: frozenset[str]  # host names that it answers to, lower case; addresses it always does
    public: str = ""  # host, with a port if any, that people see where a proxy is in front
    home: str = ""  # folder of the index
    prefix: str = ""  # path that the page lies under, without a slash at its end
    entrance: Entrance | None = None  # None where no password is asked for
    uploads: Uploads | None = None  # None where no files may be added
    collection: str = ""  # its name, where a server has several
    is_served: Callable[[str, str], bool] = is_served  # whether there is anything under a path for a method

    def under(self, path: str, home: str, collection: str) -> "AccessRules":
        """The rules for a collection of the server under a path of its own."""
        entrance = self.entrance and self.entrance.under(path)
        return replace(self, prefix=self.prefix + path, home=home, collection=collection, entrance=entrance)


def host_names(host: str, public: str) -> frozenset[str]:
    """The names that a server on `host` answers to: its own, the machine's, and the public one."""
    machine = socket.gethostname().lower()
    return frozenset({"localhost", host.lower(), machine, f"{machine}.local", _name(public)} - {""})


class Guard:
    """ASGI middleware that checks a request by rules, and completes and logs the response."""

    def __init__(self, app: ASGIApp, rules: AccessRules) -> None:
        """`app` gets the requests that are let through, their path without the prefix."""
        self._app = app
        self._rules = rules
        self._lasting: set[CancelScope] = set()

    def stop(self) -> None:
        """End the responses that last as long as a page is open."""
        for scope in self._lasting:
            scope.cancel()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send, self._rules.collection)
        try:
            await self._handle(scope, exchange)
        except RefusedRequest as refusal:
            await exchange.refuse(refusal)
        except Exception:
            LOG.exception("failure", extra={"request": exchange.id, "path": scope["path"]})
            await exchange.refuse(RefusedRequest(500, "Something went wrong here; the log has the details."))
        exchange.log()

    async def _handle(self, scope: Scope, exchange: "_Exchange") -> None:
        strip(scope, self._rules.prefix)
        headers = Headers(scope=scope)
        self._check_source(scope, headers)
        entrance = self._rules.entrance
        exchange.may_change = self._rules.uploads is not None
        if entrance and scope["path"] != HEALTH:
            visit = await entrance.visit(HTTPConnection(scope), exchange.receive, exchange.gone)
            if isinstance(visit, Response):
                await visit(scope, exchange.receive, exchange.send)
                return
            exchange.user, exchange.may_change = visit, entrance.may_change(visit)
        exchange.reader = reader_key(self._rules.home, exchange.user)
        if not self._rules.is_served(scope["method"], scope["path"]):
            raise RefusedRequest(404, "There is nothing under this address.")
        ours = {REQUEST_ID: exchange.id, **noted(exchange.user, exchange.may_change)}
        named = [(name, value) for name, value in scope["headers"] if name not in _OURS]
        scope["headers"] = [*named, *Headers(ours).raw]
        with ExitStack() as stack:
            exchange.largest = LARGEST_BODY
            if scope["path"] == UPLOAD:
                if self._rules.uploads is None or not exchange.may_change:
                    raise RefusedRequest(403, "Documents cannot be added here.")
                exchange.largest += self._rules.uploads.largest
                stack.enter_context(self._rules.uploads.one_more())
            exchange.check_length(headers)
            if not is_lasting(scope["path"]):
                await self._app(scope, exchange.receive, exchange.send)
                return
            with CancelScope() as lasting:
                self._lasting.add(lasting)
                stack.callback(self._lasting.discard, lasting)
                await self._app(scope, exchange.receive, exchange.send)
        await exchange.finish()

    def _check_source(self, scope: Scope, headers: Headers) -> None:
        """Raise Refused for what a page of another site, or another name, asks."""
        if len(scope["raw_path"]) + len(scope["query_string"]) > LONGEST_TARGET:
            raise RefusedRequest(414, f"An address has at most {LONGEST_TARGET:,} bytes.")
        host = headers.get("host", "")
        if not (_is_address(_name(host)) or _name(host) in self._rules.names):
            raise RefusedRequest(421, f"Nothing is served under the name {_name(host)[:100]!r}.")
        own = {host.lower(), self._rules.public} - {""}
        origin = headers.get("origin")
        elsewhere = headers.get("sec-fetch-site") in ("cross-site", "same-site")
        followed = scope["method"] == "GET" and headers.get("sec-fetch-dest") == "document"
        if (origin is not None and _place(origin) not in own) or (elsewhere and not followed):
            raise RefusedRequest(403, "A page from elsewhere cannot ask here.")


class _Exchange:
    """A request and its response, as they pass."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, collection: str) -> None:
        self.id = secrets.token_hex(8)
        self._collection = collection
        self.user: str | None = None
        self.reader = ""  # the key of the user, for the page
        self.may_change = False  # documents
        self.largest = LARGEST_FORM  # bytes of the body
        self._scope, self._receive, self._send = scope, receive, send
        self._early: list[Message] = []  # what came before the application asked for it
        self._began = time.perf_counter()
        self._received = 0
        self._arrives = True  # the body
        self._status = 0
        self._finished = False
        self._held: list[bytes] | None = None  # of the page, to give its scripts their nonce
        self._start: Message = {}
        self._nonce = secrets.token_urlsafe(16)

    def check_length(self, headers: Headers) -> None:
        """Raise Refused if the body is too large by its own account."""
        declared = headers.get("content-length", "0")
        if not (declared.isascii() and declared.isdecimal()) or int(declared) > self.largest:
            raise RefusedRequest(413, _too_large(self.largest))

    async def gone(self) -> None:
        """Return when the client has hung up."""
        while (message := await self._receive())["type"] != "http.disconnect":
            self._early.append(message)
            if message.get("more_body"):
                await sleep_forever()  # a body is read when it may be

    async def receive(self) -> Message:
        if self._early:
            message = self._early.pop(0)
        elif not self._arrives:
            return await self._receive()
        else:
            try:
                with fail_after(BODY_SECONDS):
                    message = await self._receive()
            except TimeoutError:
                await self.refuse(RefusedRequest(408, "The request took too long to arrive."))
                return {"type": "http.disconnect"}
        self._arrives = bool(message.get("more_body"))
        self._received += len(message.get("body", b""))
        if self._received > self.largest:
            await self.refuse(RefusedRequest(413, _too_large(self.largest)))
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if self._finished:
            return  # refused already: whatever the application says of its half a body is moot
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            is_page = self._scope["path"] == PAGE and "content-security-policy" not in headers
            self._complete(headers)
            if is_page and headers.get("content-type", "").startswith("text/html"):
                headers["Content-Security-Policy"] = PAGE_POLICY.format(nonce=self._nonce)
                headers["Cache-Control"] = "no-store"  # who comes back may be somebody else
                self._held = []
            if self._held is None:
                await self._send(message)
            self._start = message
            return
        last = not message.get("more_body")
        if self._held is None:
            await self._send(message)
        else:
            self._held.append(message.get("body", b""))
            if last:
                await self._send_held(b"".join(self._held))
        self._finished = last

    async def finish(self) -> None:
        """End a response that was broken off."""
        if not self._status:
            await self.refuse(RefusedRequest(503, "The server stops."))
        elif not self._finished:
            await self.send({"type": "http.response.body", "body": b""})

    async def _send_held(self, body: bytes) -> None:
        language = page_language(Headers(scope=self._scope))
        body = completed(body, self._nonce, self.reader, language, self.may_change)
        MutableHeaders(scope=self._start)["Content-Length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})

    def _complete(self, headers: MutableHeaders) -> None:
        headers.update(HEADERS)
        headers.setdefault("Content-Security-Policy", DEFAULT_POLICY)  # the login page has one of its own
        headers[REQUEST_ID] = self.id

    async def refuse(self, refusal: RefusedRequest) -> None:
        if self._status:
            return  # a response is under way
        self._status, self._finished = refusal.status, True
        body = json.dumps({"detail": refusal.why}).encode()
        headers = MutableHeaders({"Content-Type": "application/json", **refusal.headers})
        headers["Content-Length"] = str(len(body))
        if self._arrives and _has_body(self._scope):
            headers["Connection"] = "close"  # what is left of it is not read
        self._complete(headers)
        await self._send({"type": "http.response.start", "status": refusal.status, "headers": headers.raw})
        await self._send({"type": "http.response.body", "body": body})

    def log(self) -> None:
        told: dict[str, Any] = {
            "request": self.id,
            "method": self._scope["method"],
            "path": self._scope["path"],
            "status": self._status,
            "milliseconds": round((time.perf_counter() - self._began) * 1000, 1),
            "client": (self._scope.get("client") or ("",))[0],
        }
        if self.user:
            told["user"] = self.user
        if self._collection:
            told["collection"] = self._collection
        LOG.info("request", extra=told)


def strip(scope: Scope, prefix: str) -> None:
    """Take the prefix off the path, where a proxy has left it on."""
    if prefix and (scope["path"] == prefix or scope["path"].startswith(f"{prefix}/")):
        scope["path"] = scope["path"].removeprefix(prefix) or "/"
        scope["raw_path"] = scope["path"].encode()


def _has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _too_large(largest: int) -> str:
    return f"That is too much at once: at most {largest / 1e6:g} MB can be sent."


def _name(host: str) -> str:
    """The host without its port, lower case."""
    return re.sub(r":\d*$", "", host).strip("[]").lower()


def _place(origin: str) -> str | None:
    """The host and port of an origin; None if it is none."""
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return None


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
