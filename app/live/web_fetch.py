"""Web fetch: one page of the public web, fetched because somebody asked for it, in a process of its own.

Nothing else in the program connects to anything. Where an address leads is checked, and the connection goes
to the very number that was checked. No cookies and no referrer are sent.
"""

import io
import json
import re
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, InvalidURL
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from typing import Any
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.texts.refusal import Refusal

SECONDS = 30
"""The longest that fetching a page may take, all redirects included."""

MOST_REDIRECTS = 5
LONGEST_ADDRESS = 2_000  # characters
LONGEST_HOST = 253  # characters of the longest name that there can be (RFC 1035)

Ip = IPv4Address | IPv6Address

_GRACE = 5  # seconds for the process itself to start and end
_PIECE = 65_536  # bytes
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)
_HEADERS = {
    "User-Agent": "RodeDraad (+https://github.com/rode-draad/rodedraad)",
    "Accept": "*/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.I)
_UNICAST = IPv6Network("2000::/3")  # the only public addresses so far (RFC 4291, IANA)
_TRANSLATED = IPv6Network("64:ff9b::/96")  # IPv4 addresses in a network that has IPv6 alone (RFC 6052)


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was found at an address."""

    data: bytes
    address: str  # where it was found in the end
    media_type: str = ""  # lower case; empty where the site does not declare it
    charset: str = ""


def fetch_apart(address: str, largest: int) -> Fetched:
    """`fetch` in a process of its own, as this one may be forbidden to connect; raises what that raises."""
    request = json.dumps({"address": address, "largest": largest}).encode()
    command = [sys.executable, "-P", "-m", "rodedraad.live.web_fetch"]
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=SECONDS + _GRACE)
    except subprocess.TimeoutExpired as error:
        raise Refusal("refused_slow", seconds=SECONDS) from error
    if done.returncode:
        raise RodeDraadError(f"{address} cannot be fetched: the process for it failed.")
    line, _, data = done.stdout.partition(b"\n")
    reply = json.loads(line)
    if "why" in reply:
        raise Refusal(reply["why"], **reply["given"])
    return Fetched(data, **reply)


def main() -> None:
    """Fetch the page that is asked for on standard input, and write it to standard output below its reply."""
    request = json.load(sys.stdin)
    try:
        found = fetch(request["address"], request["largest"])
    except Refusal as refusal:
        reply: dict[str, Any] = {"why": refusal.why, "given": refusal.given}
        data = b""
    else:
        reply = {"address": found.address, "media_type": found.media_type, "charset": found.charset}
        data = found.data
    sys.stdout.buffer.write(json.dumps(reply).encode() + b"\n" + data)


def whole_address(address: str) -> str:
    """An address as it is asked for, without its fragment; raises Refusal if it is none of a web page."""
    address = address.strip()
    if len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise Refusal("refused_address")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
        if len(host) > LONGEST_HOST:  # the next step takes time that grows with its square
            raise Refusal("refused_address")
        name = host if ":" in host else host.encode("idna").decode()
    except ValueError as error:
        raise Refusal("refused_address") from error
    if parts.scheme not in _PORTS or not _HOST.fullmatch(name) or "@" in parts.netloc:
        raise Refusal("refused_address")
    place = f"[{name}]" if ":" in name else name
    if port is not None and port != _PORTS[parts.scheme]:
        place = f"{place}:{port}"
    path, query = (quote(text, safe="%/:=&?~+!$,;'@()*[]|") for text in (parts.path or "/", parts.query))
    return urlunsplit((parts.scheme, place, path, query, ""))


def is_public(ip: Ip) -> bool:
    """Whether an address is on the public internet, and is not one of this machine."""
    if isinstance(ip, IPv6Address):
        inside = (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ()))
        if ip in _TRANSLATED:
            inside = (IPv4Address(int(ip) & 0xFFFFFFFF),)
        elif ip.ipv4_mapped is None and ip not in _UNICAST:
            return False
        if any(inside):
            return all(is_public(one) for one in inside if one)
    return ip.is_global and not ip.is_multicast and not ip.is_reserved and not _is_own(ip)


def _is_own(ip: Ip) -> bool:
    """Whether this machine has the address: only then can a socket be bound to it."""
    family = socket.AF_INET if ip.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.bind((str(ip), 0))
    except OSError:
        return False
    return True


def fetch(
    address: str, largest: int, seconds: float = SECONDS, may_reach: Callable[[Ip], bool] = is_public
) -> Fetched:
    """What is found at an address, within `seconds` and of at most `largest` bytes.

    `may_reach`: whether an IP address may be connected to. Raises Refusal, with the reason.
    """
    until = time.monotonic() + seconds
    address = whole_address(address)
    try:
        for _ in range(MOST_REDIRECTS + 1):
            connection = _Connection(address, until, may_reach)
            with closing(connection), connection.answer() as response:
                place = response.headers["Location"]
                if response.status not in _REDIRECTS or not place:
                    return _found(address, response, largest)
                address = whole_address(urljoin(address, place))
    except TimeoutError as error:
        raise Refusal("refused_slow", seconds=round(seconds)) from error
    except ssl.SSLCertVerificationError as error:
        raise Refusal("refused_certificate") from error
    except InvalidURL as error:
        raise Refusal("refused_address") from error
    except (HTTPException, zlib.error, ValueError) as error:
        raise Refusal("refused_broken") from error
    except OSError as error:
        raise Refusal("refused_silent", error=error.strerror or type(error).__name__) from error
    raise Refusal("refused_redirects")


def _found(address: str, response: HTTPResponse, largest: int) -> Fetched:
    if response.status != 200:
        raise Refusal("refused_status", status=response.status)
    headers = response.headers
    known = "Content-Type" in headers
    return Fetched(
        data=_body(response, largest),
        address=address,
        media_type=headers.get_content_type() if known else "",
        charset=headers.get_content_charset("") if known else "",
    )


def _body(response: HTTPResponse, largest: int) -> bytes:
    """The body of a response, unpacked, which some sites pack unasked."""
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing not in ("identity", "gzip", "x-gzip", "deflate", ""):
        raise Refusal("refused_broken")
    packed = zlib.decompressobj(zlib.MAX_WBITS | 32) if packing not in ("identity", "") else None
    body = bytearray()
    while piece := response.read(_PIECE):
        body += packed.decompress(piece, largest + 1 - len(body)) if packed else piece
        if len(body) > largest:
            raise Refusal("refused_size", most=largest // 1_000_000)
        if packed and packed.eof:
            return bytes(body)  # zlib would keep what follows, which may have no end
    if response.length or packed:
        raise Refusal("refused_broken")
    return bytes(body)


class _Connection(HTTPConnection):
    """A connection to the site of an address, through the number that was checked, until a moment."""

    def __init__(self, address: str, until: float, may_reach: Callable[[Ip], bool]) -> None:
        parts = urlsplit(address)
        host, self._tls = parts.hostname or "", parts.scheme == "https"
        super().__init__(host, parts.port or _PORTS[parts.scheme])
        self._path = urlunsplit(("", "", parts.path, parts.query, ""))
        self._until, self._may_reach = until, may_reach

    def answer(self) -> HTTPResponse:
        self.putrequest("GET", self._path, skip_accept_encoding=True)
        for name, value in _HEADERS.items():
            self.putheader(name, value)
        self.endheaders()
        return self.getresponse()

    def connect(self) -> None:
        numbers = self._numbers()
        if not all(map(self._may_reach, numbers)):
            raise Refusal("refused_private")
        for number in numbers:
            try:
                plain = _connected(number, self.port, self._until)
                break
            except OSError:
                if number == numbers[-1]:
                    raise
        if self._tls:
            plain = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        self.sock = _Timed(plain, self._until)

    def _numbers(self) -> list[Ip]:
        try:
            found = socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise Refusal("refused_host", host=self.host) from error
        return [ip_address(str(place[0]).partition("%")[0]) for *_, place in found]


def _connected(number: Ip, port: int, until: float) -> socket.socket:
    plain = socket.socket(socket.AF_INET if number.version == 4 else socket.AF_INET6)
    try:
        plain.settimeout(_left(until))
        plain.connect((str(number), port))
    except BaseException:
        plain.close()
        raise
    return plain


def _left(until: float) -> float:
    """The seconds until a moment; raises TimeoutError if it has passed."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Timed:
    """What `http.client` needs of a socket; it sends and receives until a moment, however slowly."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self._socket, self._until = connected, until

    def sendall(self, data: bytes) -> None:
        self._socket.settimeout(_left(self._until))
        self._socket.sendall(data)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_Received(self._socket, self._until))

    def close(self) -> None:
        self._socket.close()


class _Received(io.RawIOBase):
    """What a socket receives until a moment; the socket stays open until this is closed too."""

    def __init__(self, connected: socket.socket, until: float) -> None:
        self._socket, self._until = connected, until
        self._file = connected.makefile("rb", buffering=0)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        self._socket.settimeout(_left(self._until))
        return self._file.readinto(buffer)

    def close(self) -> None:
        self._file.close()
        super().close()


if __name__ == "__main__":
    main()
