"""Entrance: whose a request is, by its session or its credentials; and logging in and out on the page."""

import secrets
from base64 import b64encode
from collections.abc import Awaitable, Callable
from copy import copy
from urllib.parse import parse_qs

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.types import Receive

from rodedraad.page.login_page import login_html
from rodedraad.server.logins import Logins
from rodedraad.server.page_calls import whole
from rodedraad.server.passwords import Passwords
from rodedraad.server.refused_request import RefusedRequest
from rodedraad.server.served_paths import LOG_IN, LOG_OUT, PAGE, is_served
from rodedraad.server.sessions import LONGEST_SESSION, Sessions
from rodedraad.texts.phrases import LANGUAGE_NAMES, page_language, phrase

_SCHEMES = {"yes": "dark", "no": "light"}  # by the cookie of the page's switch
MOST_FIELDS = 10
LOGIN_POLICY = (
    "default-src 'none'; style-src 'nonce-{nonce}'; img-src data:; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
"""On the login page nothing runs, and nothing is loaded."""


class Entrance:
    """Lets in who has a session or gives the right credentials; a browser without gets the login page."""

    def __init__(self, passwords: Passwords, sessions: Sessions, prefix: str, key: str, secure: bool) -> None:
        """Log in for the pages under `prefix`, by a cookie that is named for the index by `key`.

        It is `secure`, for https only, where people see the page so.
        """
        self._passwords, self._sessions, self._prefix = passwords, sessions, prefix
        self._logins = Logins(passwords)
        self._cookie, self._secure, self._path = f"session-{key}", secure, prefix or "/"

    def under(self, path: str) -> "Entrance":
        """The same entrance, with the same sessions, to the pages under a path of the server."""
        other = copy(self)
        other._prefix += path
        return other

    async def visit(
        self, request: HTTPConnection, receive: Receive, gone: Callable[[], Awaitable[None]]
    ) -> str | Response:
        """The name of the user who sent a request, or what it is answered without being let in.

        `gone` returns when the client has hung up. Raises Refused for a program without a password.
        """
        method, path, headers = request.scope["method"], request.scope["path"], request.headers
        token = request.cookies.get(self._cookie, "")
        if (method, path) == ("POST", LOG_OUT):
            self._sessions.end(token)
            return self._led(request, PAGE, "", 0)
        if (method, path) == ("POST", LOG_IN):
            return await self._log_in(request, receive, gone)
        credentials = headers.get("authorization", "")
        user = self._sessions.user(token) or await self._logins.user(credentials, _client(request), gone)
        if user and path == LOG_IN:
            return RedirectResponse(self._prefix + PAGE, 303)
        if user:
            return user
        if method in ("GET", "HEAD") and "text/html" in headers.get("accept", ""):
            query = request.scope["query_string"].decode("latin-1")
            return self._page(request, f"{path}?{query}" if query else path)
        raise _unknown(request)

    def may_change(self, user: str) -> bool:
        """Whether a user may change documents and gold questions."""
        return self._passwords.may_change(user)

    async def _log_in(
        self, request: HTTPConnection, receive: Receive, gone: Callable[[], Awaitable[None]]
    ) -> Response:
        form = _form(await whole(receive))
        name, password, to = (form.get(field, "") for field in ("username", "password", "to"))
        language = page_language(request.headers, LANGUAGE_NAMES)
        credentials = "Basic " + b64encode(f"{name}:{password}".encode()).decode()
        try:
            user = await self._logins.user(credentials, _client(request), gone) if name and password else None
        except RefusedRequest as refusal:
            wait = phrase("login_wait", language, seconds=refusal.headers["Retry-After"])
            return self._page(request, to, name, wait, refusal)
        mark = self._passwords.mark(user) if user else b""
        if not user or self._passwords.user(credentials) != user:  # changed meanwhile
            return self._page(request, to, name, phrase("login_wrong", language))
        self._sessions.end(request.cookies.get(self._cookie, ""))
        return self._led(request, to, self._sessions.begin(user, mark), LONGEST_SESSION)

    def _page(
        self,
        request: HTTPConnection,
        to: str,
        name: str = "",
        problem: str = "",
        refusal: RefusedRequest | None = None,
    ) -> Response:
        nonce = secrets.token_urlsafe(16)
        language = page_language(request.headers, LANGUAGE_NAMES)
        scheme = _SCHEMES.get(request.cookies.get("dark", ""), "")
        return HTMLResponse(
            login_html(language, self._prefix + LOG_IN, _own(to), nonce, scheme, name, problem),
            refusal.status if refusal else 401,
            {
                "WWW-Authenticate": "Session",
                "Content-Security-Policy": LOGIN_POLICY.format(nonce=nonce),
                "Cache-Control": "no-store",
                **(refusal.headers if refusal else {}),
            },
        )

    def _led(self, request: HTTPConnection, to: str, token: str, seconds: int) -> Response:
        """On to an address, with the token of a session that lasts some seconds."""
        led = RedirectResponse(self._prefix + _own(to), 303, {"Cache-Control": "no-store"})
        led.set_cookie(
            self._cookie,
            token,
            max_age=seconds,
            path=self._path,
            secure=self._secure or request.scope["scheme"] == "https",
            httponly=True,
            samesite="lax",
        )
        return led


def _unknown(request: HTTPConnection) -> RefusedRequest:
    """The refusal of a request without a login; it makes no browser open its own password prompt."""
    if "accept-language" in request.headers and "authorization" not in request.headers:
        why = phrase("session_over", page_language(request.headers))
        return RefusedRequest(401, why, {"WWW-Authenticate": "Session"})
    asked = {"WWW-Authenticate": 'Basic realm="Rode Draad", charset="UTF-8"'}
    return RefusedRequest(401, "A name and a password are needed.", asked)


def _own(address: str) -> str:
    """A path of this server with its query; the page for anything else that may come."""
    path = address.partition("?")[0]
    return address if is_served("GET", path) and address.isascii() and address.isprintable() else PAGE


def _form(body: bytes) -> dict[str, str]:
    """The fields of a posted form; none if it is no form."""
    try:
        fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError:
        return {}
    return {name: values[0] for name, values in fields.items()}


def _client(request: HTTPConnection) -> str:
    return request.client.host if request.client else ""
