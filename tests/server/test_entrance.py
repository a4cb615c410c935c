"""The entrance: a login page for browsers, sessions that end, and a password for programs."""

import hashlib
import re
import sqlite3
import stat
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from rodedraad.server import passwords
from rodedraad.server.passwords import Passwords, add_user, hashed
from rodedraad.server.serve import Serving
from rodedraad.server.sessions import Sessions
from tests.servers import serving

AN = {"username": "an", "password": "met de trein"}
BROWSER = {"Accept": "text/html,*/*;q=0.8", "Accept-Language": "nl-BE,en"}
LINK = "/?document=a%20b.txt&start=0&end=9&check=0"


@pytest.fixture(scope="module", autouse=True)
def cheap() -> Iterator[None]:
    """Hashes at a fraction of the cost."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hashed", lambda p, s=b"", cost=(16, 8, 1): hashed(p, s, cost))
        yield


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("entrance") / "people"
    add_user(file, "an", "met de trein")
    return file


@pytest.fixture(scope="module")
def guarded(home: Path, people: Path) -> Iterator[str]:
    with serving(home, Serving(passwords=Passwords(people))) as address:
        yield address


def log_in(
    address: str, to: str = "/", headers: dict[str, str] | None = None, **fields: str
) -> httpx.Response:
    return httpx.post(
        f"{address}/login", data={**AN, "to": to, **fields}, headers={**BROWSER, **(headers or {})}
    )


def cookie(response: httpx.Response) -> str:
    """What a browser sends from then on."""
    return response.headers["set-cookie"].partition(";")[0]


def status(address: str, sent: str) -> int:
    return httpx.get(f"{address}/config", headers={"Cookie": sent}).status_code


def test_a_browser_without_a_session_gets_the_login_page_in_its_language(guarded: str) -> None:
    for path in ("/", LINK, "/api/documents", "/nothing", "/login"):
        page = httpx.get(guarded + path, headers=BROWSER)
        assert page.status_code == 401
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert page.headers["www-authenticate"] == "Session"
        assert page.headers["cache-control"] == "no-store"
        assert "default-src 'none'; style-src 'nonce-" in page.headers["content-security-policy"]
        assert "<script" not in page.text
        assert '<html lang="nl">' in page.text
        assert "Wachtwoord" in page.text
    for language, name in (
        ("en", "Password"),
        ("fr", "Mot de passe"),
        ("es", "Contraseña"),
        ("de", "Passwort"),
    ):
        page = httpx.get(guarded, headers={**BROWSER, "Accept-Language": language})
        assert f"{name}<input" in page.text
    assert (
        'value="/?document=a%20b.txt&amp;start=0&amp;end=9&amp;check=0"'
        in httpx.get(guarded + LINK, headers=BROWSER).text
    )
    assert "<script>" not in httpx.get(f"{guarded}/?a=<script>", headers=BROWSER).text


def test_no_box_of_the_browser_comes_up_for_what_the_page_fetches(guarded: str) -> None:
    for method, path in (("POST", "/gradio_api/queue/join"), ("GET", "/page"), ("GET", "/config")):
        refused = httpx.request(method, guarded + path, headers={"Accept-Language": "nl"})
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Session")
        assert refused.json()["detail"].startswith("U bent niet meer ingelogd.")
        refused = httpx.request(method, guarded + path)
        assert refused.headers["www-authenticate"] == 'Basic realm="Rode Draad", charset="UTF-8"'


def test_programs_need_no_session(guarded: str) -> None:
    client = Client(guarded, httpx_kwargs={"auth": ("an", "met de trein")}, verbose=False)
    assert "peru-partnerland.txt" in client.predict(api_name="/list_documents")
    assert "set-cookie" not in httpx.get(f"{guarded}/api/documents", auth=("an", "met de trein")).headers


def test_logging_in_gives_a_cookie_of_which_only_a_digest_is_kept(guarded: str, home: Path) -> None:
    led = log_in(guarded, LINK)
    assert (led.status_code, led.headers["location"]) == (303, LINK)
    name, token, attributes = re.fullmatch(
        r"(session-\w{16})=([\w-]+); (.*)", led.headers["set-cookie"]
    ).groups()
    assert sorted(attributes.split("; ")) == ["HttpOnly", "Max-Age=2592000", "Path=/", "SameSite=lax"]
    assert len(token) == 43  # 256 bits
    kept = home / "sessions.sqlite"
    assert token.encode() not in kept.read_bytes()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    page = httpx.get(guarded, headers={**BROWSER, "Cookie": f"a=b; {name}={token}; c"})
    assert page.status_code == 200
    assert "gradio_config" in page.text
    again = httpx.get(f"{guarded}/login", headers={**BROWSER, "Cookie": cookie(led)})
    assert (again.status_code, again.headers["location"]) == (303, "/")


def test_a_cookie_is_secure_and_lies_under_the_path_where_people_see_https(
    guarded: str, home: Path, people: Path
) -> None:
    before = log_in(guarded)
    with serving(home, Serving(root_path="https://example.org/x", passwords=Passwords(people))) as address:
        led = log_in(f"{address}/x", LINK, {"Origin": "https://example.org"})
        assert led.headers["location"] == f"/x{LINK}"
        attributes = led.headers["set-cookie"].split("; ")[1:]
        assert sorted(attributes) == ["HttpOnly", "Max-Age=2592000", "Path=/x", "SameSite=lax", "Secure"]
        assert 'action="/x/login"' in httpx.get(f"{address}/x/", headers=BROWSER).text
        assert status(address, cookie(before)) == 200  # a server that starts again knows the sessions


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "\\\\evil.example", "javascript:alert(1)",
     "/\t/evil.example", " //evil.example", "/?a\r\nSet-Cookie: a=b", "/login", "/logout", "/nothing", "",
     "?a", "/%2f/evil.example", "http:/evil", "/é"],
)  # fmt: skip
def test_nobody_is_led_elsewhere(guarded: str, to: str) -> None:
    led = log_in(guarded, to)
    assert (led.status_code, led.headers["location"]) == (303, "/")
    assert len(led.headers.get_list("set-cookie")) == 1


def test_a_wrong_password_says_so_and_keeps_the_name_for_nobody_as_for_somebody(
    guarded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[str] = []
    cheap = passwords.hashed

    def counting(password: str, salt: bytes = b"", cost: tuple[int, int, int] = (16, 8, 1)) -> str:
        counted.append(password)
        return cheap(password, salt, cost)

    monkeypatch.setattr(passwords, "hashed", counting)
    for name in ("an", 'nobody "<b>"'):
        wrong = log_in(guarded, LINK, username=name, password="met de bus")
        assert wrong.status_code == 401
        assert "set-cookie" not in wrong.headers
        assert "De naam of het wachtwoord is niet juist." in wrong.text
        assert "check=0" in wrong.text
        assert "met de bus" not in wrong.text
    assert 'value="nobody &#34;&lt;b&gt;&#34;"' in wrong.text
    assert counted == ["met de bus", "met de bus"]  # as long for both
    assert log_in(guarded).status_code == 303


def test_who_guesses_too_often_reads_how_long_to_wait(guarded: str) -> None:
    with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2"), headers=BROWSER) as client:
        for _ in range(5):
            assert client.post(f"{guarded}/login", data={**AN, "password": "geraden"}).status_code == 401
        waits = client.post(f"{guarded}/login", data={**AN, "password": "geraden"})
    assert (waits.status_code, waits.headers["retry-after"]) == (429, "1")
    assert "Te veel pogingen. Probeer het over 1 s opnieuw." in waits.text
    assert 'value="an"' in waits.text
    assert log_in(guarded).status_code == 303


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"},
     {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}],
)  # fmt: skip
def test_no_other_site_logs_anyone_in_or_out(guarded: str, headers: dict[str, str]) -> None:
    refused = log_in(guarded, headers=headers)
    assert (refused.status_code, "set-cookie" in refused.headers) == (403, False)
    own = cookie(log_in(guarded, headers={"Origin": guarded, "Sec-Fetch-Site": "same-origin"}))
    assert httpx.post(f"{guarded}/logout", headers={"Cookie": own, **headers}).status_code == 403
    assert status(guarded, own) == 200


def test_no_form_is_a_fault_of_the_server(guarded: str) -> None:
    assert log_in(guarded, password="a" * 50_000).status_code == 413
    assert httpx.post(f"{guarded}/login", content=(b"x" * 9_000 for _ in range(9))).status_code == 413
    many = "&".join(f"a{number}=1" for number in range(5_000))
    for body in (
        b"",
        b"\xff",
        b"username=an",
        b"{}",
        b"username=an&password=%ff%00",
        many.encode(),
        b"&" * 39_000,
    ):
        assert httpx.post(f"{guarded}/login", content=body).status_code == 401
    assert log_in(guarded).status_code == 303


def test_logging_out_ends_the_session_on_the_server(guarded: str) -> None:
    here, there = cookie(log_in(guarded)), cookie(log_in(guarded))
    out = httpx.post(f"{guarded}/logout", headers={"Cookie": here, "Origin": guarded})
    assert (out.status_code, out.headers["location"]) == (303, "/")
    assert "session-" in out.headers["set-cookie"]
    assert "Max-Age=0" in out.headers["set-cookie"]
    assert [status(guarded, sent) for sent in (here, there)] == [401, 200]
    renewed = log_in(guarded, headers={"Cookie": there})
    assert [status(guarded, sent) for sent in (there, cookie(renewed))] == [401, 200]
    assert httpx.get(f"{guarded}/logout", headers={"Cookie": cookie(renewed)}).status_code == 404


def test_a_session_that_is_forged_foreign_or_too_old_lets_nobody_in(guarded: str, home: Path) -> None:
    name, _, token = cookie(log_in(guarded)).partition("=")
    for forged in ("", "a", token[:-1], token + "a", token.swapcase(), "\xe9", '"' + token, "' OR 1=1 --"):
        sent = f"{name}={forged}".encode("latin-1")
        assert httpx.get(f"{guarded}/config", headers=[(b"Cookie", sent)]).status_code == 401
    assert status(guarded, f"session-0123456789abcdef={token}") == 401
    assert status(guarded, f"{name}={token}") == 200
    digest = hashlib.sha256(token.encode()).digest()
    for column, days in (("used", 7), ("began", 30)):
        for late, expected in ((-60, 200), (60, 401)):
            with closing(sqlite3.connect(home / "sessions.sqlite")) as kept, kept:
                kept.execute("UPDATE sessions SET began = ?, used = ?", (time.time(), time.time()))
                then = time.time() - days * 86_400 - late
                kept.execute(f"UPDATE sessions SET {column} = ? WHERE token = ?", (then, digest))
            assert status(guarded, f"{name}={token}") == expected


def test_a_user_who_is_removed_or_has_another_password_has_no_session(guarded: str, people: Path) -> None:
    before = people.read_text()
    for name in ("bo", "cas"):
        add_user(people, name, "een lang woord")
    bo, cas, an = (
        cookie(log_in(guarded, username=name, password=password))
        for name, password in (("bo", "een lang woord"), ("cas", "een lang woord"), ("an", "met de trein"))
    )
    assert [status(guarded, sent) for sent in (bo, cas, an)] == [200, 200, 200]
    add_user(people, "bo", "een ander woord")
    assert [status(guarded, sent) for sent in (bo, cas, an)] == [401, 200, 200]
    add_user(people, "bo", "een lang woord")
    people.write_text("".join(line for line in people.read_text().splitlines(True) if "cas:" not in line))
    assert [status(guarded, sent) for sent in (bo, cas, an)] == [401, 401, 200]
    people.write_text("")
    assert status(guarded, an) == 401
    people.write_text(before)
    assert status(guarded, an) == 200


def test_sessions_are_bounded_and_a_damaged_file_is_begun_anew(people: Path, tmp_path: Path) -> None:
    file, known = tmp_path / "sessions.sqlite", Passwords(people)
    sessions = Sessions(file, known)
    tokens = [sessions.begin("an", known.mark("an")) for _ in range(25)]
    assert [sessions.user(token) for token in tokens] == [None] * 5 + ["an"] * 20
    assert Sessions(file, known).user(tokens[-1]) == "an"
    for damage in (b"no database at all" * 100, b""):
        file.write_bytes(damage)
        anew = Sessions(file, known)
        assert anew.user(tokens[-1]) is None
        assert anew.user(anew.begin("an", known.mark("an"))) == "an"
