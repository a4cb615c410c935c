"""Sites: a real server on this machine that answers what a test chooses, byte by byte if need be."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from ipaddress import ip_address

from rodedraad.live.web_fetch import Ip

Answer = Callable[[socket.socket, str], None]
"""Answers a request, of which it gets the connection and the path."""


def here(ip: Ip) -> bool:
    """Whether a test may reach a machine: only this one, by one of its numbers."""
    return ip == ip_address("127.0.0.1")


def answer(body: bytes = b"", head: str = "Content-Type: text/html", status: str = "200 OK") -> Answer:
    """A whole answer."""

    def give(connection: socket.socket, path: str) -> None:
        length = f"Content-Length: {len(body)}\r\n"
        connection.sendall(f"HTTP/1.1 {status}\r\n{length}{head}\r\n\r\n".encode() + body)

    return give


def raw(*pieces: bytes, pause: float = 0, endless: bool = False) -> Answer:
    """Pieces as they are, with a pause in seconds after each; the last over and over if `endless`."""

    def give(connection: socket.socket, path: str) -> None:
        waiting = threading.Event()
        for piece in pieces:
            connection.sendall(piece)
            waiting.wait(pause)
        while endless:
            connection.sendall(pieces[-1])
            waiting.wait(pause)

    return give


class Site:
    """A site and what it was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[str] = []  # requests, head and all
        self.paths: dict[str, Answer] = {}  # the others are not found


@contextmanager
def site(certified: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site on this machine, until the block ends; over TLS with a context for it."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        found = Site(f"http{'s' if certified else ''}://127.0.0.1:{server.getsockname()[1]}")

        def serve(connection: socket.socket) -> None:
            with connection, suppress(OSError):
                connection.settimeout(10)
                if certified:
                    connection = certified.wrap_socket(connection, server_side=True)
                request = b""
                while b"\r\n\r\n" not in request:
                    piece = connection.recv(65_536)
                    if not piece:
                        return
                    request += piece
                found.asked.append(request.decode())
                path = request.split()[1].decode()
                found.paths.get(path, answer(status="404 Not Found"))(connection, path)

        def accept() -> None:
            with suppress(OSError):
                while True:
                    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield found
        server.shutdown(socket.SHUT_RDWR)
