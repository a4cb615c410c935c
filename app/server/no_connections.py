"""No connections: a process that serves the page opens none, whatever code in it asks for.

It listens, and answers who comes. Gradio can fetch addresses that a request names; the paths for that are not
served, and this is the second lock. A page of the web that somebody adds is fetched by another process, of
`live.web_fetch` alone.
"""

import sys
from typing import Any

_EVENTS = frozenset(
    f"socket.{name}"
    for name in (
        "connect",
        "sendto",
        "sendmsg",
        "getaddrinfo",
        "gethostbyname",
        "gethostbyaddr",
        "getnameinfo",
    )
)


def forbid_connections() -> None:
    """From now on, let every connection and look-up of a name in this process fail with PermissionError.

    It cannot be undone: audit hooks (PEP 578) stay. Child processes are not concerned.
    """
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _EVENTS:
        raise PermissionError("The server opens no connection to another address.")
