"""Web fetch: what is fetched, from where it may not be, and how long and how much at most."""

import gzip
import json
import socket
import ssl
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path

import pytest

from rodedraad.live import web_fetch
from rodedraad.live.web_fetch import Fetched, fetch, fetch_apart, is_public, whole_address
from rodedraad.texts.refusal import Refusal
from tests.live.sites import Site, answer, here, raw, site

OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@pytest.fixture
def a_site() -> Iterator[Site]:
    with site() as found:
        yield found


def refused(address: str, largest: int = 1_000_000, seconds: float = 5, may_reach=here) -> tuple[str, dict]:
    """Why an address is refused, with the values in its message."""
    with pytest.raises(Refusal) as refusal:
        fetch(address, largest, seconds, may_reach)
    return refusal.value.why, refusal.value.given


def test_a_page_is_fetched_without_cookies_or_referrer(a_site: Site) -> None:
    a_site.paths["/a%20b?c=%C3%A9"] = answer(
        "<p>café".encode("cp1252"), "Content-Type: Text/HTML; charset=ISO-8859-1\r\nSet-Cookie: a=b"
    )
    assert fetch(f" {a_site.address}/a b?c=é#deel ", 1000, 5, here) == Fetched(
        b"<p>caf\xe9", f"{a_site.address}/a%20b?c=%C3%A9", "text/html", "iso-8859-1"
    )
    (request,) = a_site.asked
    assert sorted(line.partition(":")[0].lower() for line in request.split("\r\n")[1:-2]) == [
        "accept", "accept-encoding", "connection", "host", "user-agent",
    ]  # fmt: skip


def test_redirects_are_followed_without_the_cookies_that_come_with_them(a_site: Site) -> None:
    a_site.paths |= {
        "/a": answer(head="Location: b?x=1\r\nSet-Cookie: a=b", status="302 Found"),
        "/b?x=1": answer(b"Tekst.", "Content-Type: text/plain"),
    }
    assert fetch(f"{a_site.address}/a", 1000, 5, here).address == f"{a_site.address}/b?x=1"
    assert "cookie" not in a_site.asked[1].lower()


@pytest.mark.parametrize(
    "address",
    [
        "", "a", "example.org", "ftp://example.org/", "file:///etc/passwd", "javascript:alert(1)", "https://",
        "http:///a", "http://jan:geheim@example.org/", "http://example.org:99999/", "http://[::1/",
        "http://exa mple.org/", "http://a\nb.org/", "https://example.org/a\r\nHost: b", "http://..a/",
        "https://example.org/" + "a" * 2000, "gopher://127.0.0.1:70/_x", "data:text/html,x", "http://a\x00b/",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(address: str) -> None:
    with pytest.raises(Refusal, match="refused_address"):
        whole_address(address)


def test_a_long_address_is_refused_at_once() -> None:
    many = "".join(chr(0x4E00 + number) for number in range(20_000))
    began = time.process_time()
    for address in (f"http://{many}.org/", f"http://{many[:1900]}.org/", f"http://a.org/{many * 50}"):
        with pytest.raises(Refusal, match="refused_address"):
            whole_address(address)
    assert time.process_time() - began < 0.2


def test_an_address_has_one_form() -> None:
    for address, whole in (
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a?b=c#d", "https://example.org/a?b=c"),
        ("https://bücher.example/ä?q=1 2", "https://xn--bcher-kva.example/%C3%A4?q=1%202"),
        ("https://example.org/a%20b", "https://example.org/a%20b"),
        ("http://[2001:DB8::1]:8080/", "http://[2001:db8::1]:8080/"),
    ):
        assert whole_address(address) == whole
        assert whole_address(whole) == whole


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1", "127.8.9.1", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "239.1.1.1",
        "240.0.0.1", "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::ffff:0:127.0.0.1", "fe80::1", "fec0::1", "fc00::1", "fd00:ec2::254", "ff02::1", "100::1",
        "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2001:0:4136:e378:8000:63bf:80ff:fffe",
        "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1", "5f00::1",
    ],
)  # fmt: skip
def test_no_number_of_this_machine_or_of_a_private_network_is_public(ip: str) -> None:
    assert not is_public(ip_address(ip))


@pytest.mark.parametrize(
    "ip", ["93.184.215.14", "2606:2800:21f:cb07::1", "64:ff9b::808:808", "2002:808:808::1"]
)
def test_numbers_of_the_internet_are_public(ip: str) -> None:
    assert is_public(ip_address(ip))


def test_a_public_number_of_this_machine_itself_is_not_public(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_fetch, "_is_own", lambda ip: ip == ip_address("93.184.215.14"))
    assert not is_public(ip_address("93.184.215.14"))
    assert not is_public(ip_address("::ffff:93.184.215.14"))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "017700000001", "0", "localhost", "LOCALHOST",
     "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254",
     "１２７.0.0.1"],
)  # fmt: skip
def test_no_way_to_write_this_machine_is_connected_to(a_site: Site, host: str) -> None:
    port = a_site.address.rpartition(":")[2]
    assert refused(f"http://{host}:{port}/", may_reach=is_public)[0] in ("refused_private", "refused_host")
    assert a_site.asked == []


def test_a_redirect_to_this_machine_is_refused(a_site: Site) -> None:
    # The first answer comes as from a public site.
    a_site.paths |= {"/a": answer(head=f"Location: {a_site.address}/secret", status="301 Moved"),
                     "/secret": answer(b"geheim")}  # fmt: skip
    assert refused(f"{a_site.address}/a", may_reach=lambda ip: not a_site.asked) == ("refused_private", {})
    assert len(a_site.asked) == 1
    a_site.paths["/b"] = answer(head="Location: file:///etc/passwd", status="302 Found")
    assert refused(f"{a_site.address}/b") == ("refused_address", {})


def test_a_name_that_leads_elsewhere_a_moment_later_is_asked_only_once(
    a_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(a_site.address.rpartition(":")[2])
    numbers = iter(["127.0.0.1", "10.0.0.1"])

    def look_up(*_: object, **__: object) -> list[tuple]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(numbers), port))]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    a_site.paths["/"] = answer(b"Tekst.")
    assert fetch(f"http://rebind.example:{port}/", 1000, 5, here).data == b"Tekst."
    assert "Host: rebind.example" in a_site.asked[0]
    assert list(numbers) == ["10.0.0.1"]


def test_a_name_of_which_one_number_is_private_is_refused(
    a_site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 80)) for ip in ("93.184.215.14", "10.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: places)
    assert refused("http://example.org/", may_reach=is_public)[0] == "refused_private"


def test_redirects_end(a_site: Site) -> None:
    a_site.paths["/a"] = answer(head="Location: /a", status="302 Found")
    assert refused(f"{a_site.address}/a") == ("refused_redirects", {})
    assert len(a_site.asked) == 6


@pytest.mark.parametrize(
    "slow",
    [
        raw(b"H", pause=0.1, endless=True),
        raw(b"HTTP/1.1 200 OK\r\n", b"X: y\r\n", pause=0.1, endless=True),
        raw(b"HTTP/1.1 100 Continue\r\n\r\n", pause=0.05, endless=True),
        raw(OK + b"\r\n", b"x", pause=0.1, endless=True),
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", pause=0.1, endless=True),
        raw(OK + b"Content-Length: 9\r\n\r\n", pause=9),
        raw(b"", pause=9),
    ],
)
def test_a_site_that_drips_is_left_in_time(a_site: Site, slow) -> None:
    a_site.paths["/"] = slow
    began = time.monotonic()
    assert refused(a_site.address, seconds=0.5) == ("refused_slow", {"seconds": 0})
    assert time.monotonic() - began < 2


def test_a_body_without_end_is_left(a_site: Site) -> None:
    a_site.paths |= {
        "/endless": raw(OK + b"\r\n", b"x" * 100_000, endless=True),
        "/long": answer(b"x" * 1_000_001),
        "/most": answer(b"x" * 1_000_000),
    }
    for path in ("/endless", "/long"):
        assert refused(a_site.address + path) == ("refused_size", {"most": 1})
    assert len(fetch(f"{a_site.address}/most", 1_000_000, 5, here).data) == 1_000_000


def test_packed_answers_are_unpacked_within_the_limit(a_site: Site) -> None:
    for number, (packing, packed) in enumerate(
        (
            ("gzip", gzip.compress(b"Tekst.")),
            ("x-gzip", gzip.compress(b"Tekst.")),
            ("deflate", zlib.compress(b"Tekst.")),
        )
    ):
        a_site.paths[f"/{number}"] = answer(packed, f"Content-Encoding: {packing}")
        assert fetch(f"{a_site.address}/{number}", 1000, 5, here).data == b"Tekst."
    a_site.paths["/more"] = raw(
        OK + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b"Tekst."), b"x" * 100_000, endless=True
    )
    assert fetch(f"{a_site.address}/more", 1000, 5, here).data == b"Tekst."
    bomb = gzip.compress(bytes(200_000_000))
    a_site.paths |= {
        "/bomb": answer(bomb, "Content-Encoding: gzip"),
        "/twice": answer(gzip.compress(bomb), "Content-Encoding: gzip, gzip"),
        "/half": answer(gzip.compress(b"Tekst.")[:-9], "Content-Encoding: gzip"),
        "/none": answer(b"Tekst.", "Content-Encoding: gzip"),
        "/other": answer(b"Tekst.", "Content-Encoding: br"),
    }
    assert refused(f"{a_site.address}/bomb") == ("refused_size", {"most": 1})
    for path in ("/twice", "/half", "/none", "/other"):
        assert refused(a_site.address + path) == ("refused_broken", {})


@pytest.mark.parametrize(
    "broken",
    [
        raw(), raw(b"\xff\xfe\x00" * 99), raw(b"HTTP/9.9 x y\r\n\r\n"), raw(b"HTTP/1.1 999999 OK\r\n\r\n"),
        raw(OK + b"Content-Length: 99\r\n\r\nkort"),
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nx\r\n"),
        raw(OK + b"Transfer-Encoding: chunked\r\n\r\n9\r\nx"),
        raw(b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n"),
        raw(b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 101 + b"\r\n"),
    ],
)  # fmt: skip
def test_a_broken_answer_is_refused(a_site: Site, broken) -> None:
    a_site.paths["/"] = broken
    assert refused(a_site.address)[0] in ("refused_broken", "refused_silent")


def test_each_other_failure_is_told(a_site: Site) -> None:
    assert refused(f"{a_site.address}/nothing") == ("refused_status", {"status": 404})
    assert refused("http://no-such.invalid/") == ("refused_host", {"host": "no-such.invalid"})
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert refused(f"http://127.0.0.1:{port}/") == ("refused_silent", {"error": "Connection refused"})


def test_in_a_process_of_its_own_the_rules_are_the_same(a_site: Site) -> None:
    with pytest.raises(Refusal, match="refused_private"):
        fetch_apart(a_site.address, 1000)
    with pytest.raises(Refusal, match="refused_address"):
        fetch_apart("file:///etc/passwd", 1000)
    assert a_site.asked == []


def test_a_server_that_may_not_connect_can_have_it_done(a_site: Site) -> None:
    program = f"""
import json
from rodedraad.live.web_fetch import fetch, fetch_apart
from rodedraad.server.no_connections import forbid_connections
from rodedraad.texts.refusal import Refusal
forbid_connections()
told = []
for get, rest in ((fetch, (5, lambda ip: True)), (fetch_apart, ())):
    try:
        get({a_site.address!r}, 1000, *rest)
    except Refusal as refusal:
        told.append([refusal.why, refusal.given])
print(json.dumps(told))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert json.loads(done.stdout) == [
        ["refused_host", {"host": "127.0.0.1"}],
        ["refused_private", {}],
    ], done.stderr
    assert a_site.asked == []


def test_a_site_is_asked_only_with_a_certificate_that_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=a"
    names = "-addext subjectAltName=IP:127.0.0.1"
    subprocess.run(
        [*make.split(), *names.split(), "-keyout", key, "-out", certificate], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with site(context) as secure:
        secure.paths["/"] = answer(b"Tekst.")
        assert secure.address.startswith("https://")
        assert refused(secure.address) == ("refused_certificate", {})
        assert secure.asked == []
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        assert fetch(secure.address, 1000, 5, here).data == b"Tekst."
