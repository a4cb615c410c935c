"""Guard: what stands between a network and the page: who may ask, from where, how much, and in what frame."""

import json
import re
import secrets
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rodedraad.live.json_log import LOG, REQUEST_ID
from rodedraad.server.passwords import Passwords
from rodedraad.texts.phrases import language_of, phrase

LARGEST_BODY = 1_000_000  # bytes of a request
HEALTH = "/health"
JOIN = "/gradio_api/queue/join"
WAIT = 5
"""Seconds after which whoever found the queue full had better ask again."""

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"
)
"""Only scripts of the page itself run. Gradio compiles the page's own templates, hence 'unsafe-eval'; an
inline script, handler or address in a document has no nonce and stays dead."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a server lets through."""

    names: frozenset[str]  # host names that it answers to, lower case; addresses it always does
    public: str = ""  # host, with a port if any, that people see where a proxy stands in front
    prefix: str = ""  # path that the page lies under, without a slash at its end
    passwords: Passwords | None = None
    largest: Callable[[str], int] = lambda path: LARGEST_BODY  # bytes of a body, by path


def names_of(host: str, public: str) -> frozenset[str]:
    """The names that a server on `host` answers to: its own, the machine's, and the public one."""
    machine = socket.gethostname().lower()
    return frozenset({"localhost", host.lower(), machine, f"{machine}.local", _name(public)} - {""})


class Refused(Exception):
    """A request that is not let through: the status, and why."""

    def __init__(self, status: int, why: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.why, self.headers = status, why, dict(headers or {})


class Guard:
    """ASGI middleware that checks a request by rules, and completes and logs the response."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        """`app` gets the requests that are let through, their path without the prefix."""
        self._app = app
        self._rules = rules
        self._guesses = CapacityLimiter(1)  # one password at a time: guessing gets no faster by trying more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, receive, send)
        try:
            _strip(scope, self._rules.prefix)
            exchange.user = await self._let_through(scope["path"], scope["method"], Headers(scope=scope))
            exchange.largest = self._rules.largest(scope["path"])
            scope["headers"] = [*scope["headers"], (REQUEST_ID.lower().encode(), exchange.id.encode())]
            await self._app(scope, exchange.receive, exchange.send)
        except Refused as refusal:
            await exchange.refuse(refusal)
        except Exception:
            LOG.exception("failure", extra={"request": exchange.id, "path": scope["path"]})
            await exchange.refuse(Refused(500, "Something went wrong here; the log tells what."))
        exchange.log()

    async def _let_through(self, path: str, method: str, headers: Headers) -> str | None:
        """Who asks, None if nobody need say; raises Refused for what the rules do not allow."""
        host = headers.get("host", "")
        if not (_is_address(_name(host)) or _name(host) in self._rules.names):
            raise Refused(421, f"Nothing is served under the name {_name(host)[:100]!r}.")
        origin = headers.get("origin")
        own = {host.lower(), self._rules.public} - {""}
        if origin is not None and urlsplit(origin).netloc.lower() not in own:
            raise Refused(403, "A page from elsewhere cannot ask here.")
        if method not in ("GET", "HEAD") and headers.get("sec-fetch-site") in ("cross-site", "same-site"):
            raise Refused(403, "A page from elsewhere cannot ask here.")
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._rules.largest(path):
            raise Refused(413, _too_large(self._rules.largest(path)))
        if not self._rules.passwords or path == HEALTH:
            return None
        authorization = headers.get("authorization", "")
        user = self._rules.passwords.user(authorization)
        if not user and authorization:
            user = await to_thread.run_sync(self._rules.passwords.check, authorization, limiter=self._guesses)
        if not user:
            asked = {"WWW-Authenticate": 'Basic realm="Rode Draad", charset="UTF-8"'}
            raise Refused(401, "A name and a password are needed.", asked)
        return user


class _Exchange:
    """A request and its response, as they pass."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.id = secrets.token_hex(8)
        self.user: str | None = None
        self.largest = LARGEST_BODY
        self._scope, self._receive, self._send = scope, receive, send
        self._began = time.perf_counter()
        self._received = 0
        self._status = 0
        self._page: list[bytes] | None = None  # of an HTML page: held back, to give its scripts their nonce
        self._start: Message = {}
        self._nonce = secrets.token_urlsafe(16)

    async def receive(self) -> Message:
        message = await self._receive()
        self._received += len(message.get("body", b""))
        if self._received > self.largest:
            await self.refuse(Refused(413, _too_large(self.largest)))
            return {"type": "http.disconnect"}
        return message

    async def send(self, message: Message) -> None:
        if self._received > self.largest:
            return  # refused already: whatever the application says of its half a body is moot
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            self._complete(headers)
            if self._scope["path"] == JOIN and message["status"] == 503:
                self._status = message["status"] = 429
                headers["Retry-After"] = str(WAIT)
                self._page = []
            elif headers.get("content-type", "").startswith("text/html"):
                self._page = []
            if self._page is None:
                await self._send(message)
            self._start = message
        elif self._page is None:
            await self._send(message)
        else:
            self._page.append(message.get("body", b""))
            if not message.get("more_body"):
                await self._send_held(b"".join(self._page))

    async def _send_held(self, body: bytes) -> None:
        if self._status == 429:
            busy = phrase("busy", language_of(Headers(scope=self._scope)))
            body = json.dumps({"detail": busy}, ensure_ascii=False).encode()
        else:
            body = re.sub(rb"<script\b", f'<script nonce="{self._nonce}"'.encode(), body)
        MutableHeaders(scope=self._start)["Content-Length"] = str(len(body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": body})

    def _complete(self, headers: MutableHeaders) -> None:
        headers.update(HEADERS)
        headers["Content-Security-Policy"] = POLICY.format(nonce=self._nonce)
        headers[REQUEST_ID] = self.id

    async def refuse(self, refusal: Refused) -> None:
        if self._status:
            return  # a response is under way
        self._status = refusal.status
        body = json.dumps({"detail": refusal.why}).encode()
        headers = MutableHeaders({"Content-Type": "application/json", **refusal.headers})
        headers["Content-Length"] = str(len(body))
        if refusal.status == 413:
            headers["Connection"] = "close"
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
        LOG.info("request", extra=told)


def _strip(scope: Scope, prefix: str) -> None:
    """Take the prefix off the path, where a proxy has left it on."""
    if prefix and (scope["path"] == prefix or scope["path"].startswith(f"{prefix}/")):
        scope["path"] = scope["path"].removeprefix(prefix) or "/"
        scope["raw_path"] = scope["path"].encode()


def _too_large(largest: int) -> str:
    return f"That is too much at once: at most {largest / 1e6:g} MB can be sent."


def _name(host: str) -> str:
    """The host without its port, lower case."""
    return re.sub(r":\d*$", "", host).strip("[]").lower()


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True
