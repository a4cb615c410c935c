"""Served paths: the only paths and methods that are served; of Gradio, what the page and its clients need.

Gradio has many more: it fetches addresses for whoever asks, runs any function outside the queue, and serves
files. What is not listed here gets status 404 before Gradio sees it.
"""

import re

PAGE = "/"
HEALTH = "/health"
LOG_IN, LOG_OUT = "/login", "/logout"
"""Served where a password is asked for."""

JOIN = "/gradio_api/queue/join"
HEAR = "/gradio_api/queue/data"
RUN = "/gradio_api/run/predict"
UPLOAD = "/gradio_api/upload"

_NAMED_FILE = r"(?:[\w-][\w.-]*/){0,5}[\w-][\w.-]{0,150}"
_LASTING = r"/gradio_api/(queue/data|upload_progress|heartbeat/[\w-]{1,64})"
_READ = re.compile(
    "|".join(
        (
            PAGE,
            HEALTH,
            "/page",
            "/gloss",
            "/file",
            "/writer",
            "/talks",
            "/api/search",
            "/api/documents(/.*)?",
            "/config",
            "/theme[.]css",
            "/favicon[.]ico",
            "/manifest[.]json",
            f"/assets/{_NAMED_FILE}",
            f"/static/{_NAMED_FILE}",
            "/gradio_api/(info|app_id)",
            _LASTING,
        )
    ),
    re.ASCII | re.DOTALL,
)
_WRITE = re.compile(f"/api/ask|/choices|/take|/write|/translate|{JOIN}|{RUN}|{UPLOAD}|/gradio_api/mcp/?")
_TALK = re.compile(r"/talks/[\w-]{1,64}", re.ASCII)


def is_served(method: str, path: str) -> bool:
    """Whether there is anything under a path for a method."""
    served = {"GET": _READ, "HEAD": _READ, "POST": _WRITE, "PUT": _TALK, "DELETE": _TALK}.get(method)
    return bool(served and served.fullmatch(path))


def is_lasting(path: str) -> bool:
    """Whether a response under a path goes on for as long as a page is open."""
    return bool(re.fullmatch(_LASTING, path, re.ASCII))
