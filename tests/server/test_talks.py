"""Talks: conversations that the server keeps for each user, within bounds, and what is deleted of them."""

import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.live.collection import named_collections
from rodedraad.server import passwords
from rodedraad.server.passwords import Passwords, add_user, hashed
from rodedraad.server.serve import Opened, Serving
from rodedraad.server.talks import KeptTalk, NoRoom, Talks
from tests.servers import free_port, listening, serving

AN, BO = ("an", "met de trein"), ("bo", "met de tram")
TURN = {"time": "2026-11-30T12:00:00.000+00:00", "question": "Wat draagt de lama? ☃"}
SCOPE = {"documents": ["note.txt"], "languages": []}
TALK = {"title": "", "draft": "", "changed": 1.0, "saved": 5, "votes": {}, "turns": [TURN], "scope": SCOPE}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Two collections; An may change documents, and Bo may read."""
    folder = tmp_path_factory.mktemp("talks")
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "note.txt").write_text("De lama draagt een mand.")
        reindex(folder / name, folder / "home/collections" / name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "hashed", lambda p, s=b"", cost=(16, 8, 1): hashed(p, s, cost))
        add_user(folder / "people", *AN)
        add_user(folder / "people", *BO, "read")
        yield folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[str]:
    rules = Serving(port=free_port(), passwords=Passwords(folder / "people"), keep_talks=True)
    named = named_collections([(name, folder / name) for name in ("one", "two")], folder / "home")
    with listening([Opened.of(one) for one in named], folder / "home", rules) as address:
        yield address


@pytest.fixture
def file(folder: Path, server: str) -> Path:
    """The database of the first collection, emptied."""
    file = folder / "home/collections/one/talks.sqlite"
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute("DELETE FROM talks")
    return file


def browser(server: str, user: tuple[str, str], collection: str = "one") -> httpx.Client:
    client = httpx.Client(base_url=f"{server}/collections/{collection}")
    client.post("/login", data={"username": user[0], "password": user[1]})
    return client


def listed(client: httpx.Client) -> list[Any]:
    got = client.get("/talks")
    assert (got.status_code, got.headers["cache-control"]) == (200, "no-store")
    return list(got.json())


def test_a_user_finds_their_own_in_another_browser_and_nobody_elses(server: str, file: Path) -> None:
    an, bo = browser(server, AN), browser(server, BO)
    assert an.put("/talks/a-1", json=TALK).status_code == 204
    assert bo.put("/talks/a-1", json=TALK | {"title": "van Bo"}).status_code == 204
    assert listed(browser(server, AN)) == [{"id": "a-1", "saved": 5, "talk": TALK}]
    assert [one["talk"]["title"] for one in listed(bo)] == ["van Bo"]
    assert bo.delete("/talks/a-1?saved=6").status_code == 204
    assert [one["talk"] for one in listed(an)] == [TALK]
    assert listed(browser(server, AN, "two")) == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_later_change_counts_be_it_a_deletion_or_not(server: str, file: Path) -> None:
    an = browser(server, AN)

    def kept() -> list[tuple[int, str | None]]:
        return [(one["saved"], one["talk"] and one["talk"]["title"]) for one in listed(an)]

    an.put("/talks/a", json=TALK | {"title": "nieuw", "saved": 9})
    an.put("/talks/a", json=TALK | {"title": "oud", "saved": 8})
    an.delete("/talks/a?saved=8")
    assert kept() == [(9, "nieuw")]
    an.delete("/talks/a?saved=10")
    an.put("/talks/a", json=TALK | {"title": "oud", "saved": 9})
    assert kept() == [(10, None)]
    an.put("/talks/a", json=TALK | {"title": "terug", "saved": 11})
    assert kept() == [(11, "terug")]


def test_without_a_session_or_from_another_site_nothing_is_read_or_kept(server: str, file: Path) -> None:
    nobody, an = httpx.Client(base_url=f"{server}/collections/one"), browser(server, AN)
    elsewhere = ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"})
    for client, headers, status in ((nobody, {}, 401), *((an, sent, 403) for sent in elsewhere)):
        assert client.get("/talks", headers=headers).status_code == status
        assert client.put("/talks/a", json=TALK, headers=headers).status_code == status
        assert client.delete("/talks/a?saved=9", headers=headers).status_code == status
    forged = {"X-User": "bo"}
    an.put("/talks/a", json=TALK, headers=forged)
    assert [one["id"] for one in listed(an)] == ["a"]
    assert listed(browser(server, BO)) == []
    an.post("/logout")
    assert an.get("/talks").status_code == 401


def test_what_is_no_conversation_or_too_much_is_refused_with_a_reason(server: str, file: Path) -> None:
    an = browser(server, AN)
    for wrong in (
        *(b"", b"7", b"[]", b"{}", b'{"title": "\\ud800"}', b"\xff", b"[" * 90_000),
        *(httpx.Request("PUT", server, json=TALK | one).content for one in (
            {"turns": [TURN] * 101}, {"turns": [7]}, {"saved": -1}, {"saved": 2**60}, {"user": "bo"},
        )),
    ):  # fmt: skip
        assert an.put("/talks/a", content=wrong).status_code == 422
    many = an.put("/talks/a", json=TALK | {"turns": [TURN] * 101}).json()["detail"]
    assert many == "turns: List should have at most 100 items after validation, not 101"
    assert an.put("/talks/a", json=TALK | {"draft": "x" * 1_000_000}).status_code == 413
    for path in ("/talks", "/talks/", "/talks/a/b", "/talks/%00", f"/talks/{'a' * 65}"):
        assert an.put(path, json=TALK).status_code == 404
    assert an.delete("/talks/a?saved=x").status_code == 422
    assert listed(an) == []
    statuses = [an.put(f"/talks/{number}", json=TALK | {"draft": "x" * 900_000}) for number in range(6)]
    assert [sent.status_code for sent in statuses] == [204] * 5 + [413]
    full = an.put("/talks/6", json=TALK | {"draft": "x" * 900_000}, headers={"Accept-Language": "nl"})
    assert full.json()["detail"].startswith("Dit gesprek wordt niet op de server bewaard")
    assert an.put("/talks/0", json=TALK | {"saved": 6}).status_code == 204
    assert an.put("/talks/6", json=TALK | {"draft": "x" * 900_000}).status_code == 204


def test_a_store_that_fails_says_so_and_the_page_opens(server: str, file: Path) -> None:
    an = browser(server, AN)
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute("ALTER TABLE talks RENAME TO away")
    for sent in (an.get("/talks"), an.put("/talks/a", json=TALK), an.delete("/talks/a?saved=1")):
        assert sent.status_code == 503
        assert sent.json() == {"detail": "The server cannot keep conversations now; this browser does."}
    assert '"keeps"' in an.get("/").text
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute("ALTER TABLE away RENAME TO talks")
    assert listed(an) == []


def test_bounds_hold_for_each_user_and_what_is_deleted_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "talks.sqlite"
    talks = Talks(file)
    for number in range(203):
        talks.keep("an", KeptTalk(f"{number}", number, b"geheim %d." % number))
    talks.keep("bo", KeptTalk("0", 0, b"van bo"))
    assert sorted(one.saved for one in talks.of("an") if one.text is None) == [0, 1, 2]
    assert b"geheim 1." not in file.read_bytes()
    assert b"geheim 77." in file.read_bytes()
    talks.keep("an", KeptTalk("77", 999, None))
    assert b"geheim 77." not in file.read_bytes()
    for number in range(1200):
        talks.keep("an", KeptTalk(f"gone {number}", 1000 + number, None))
    assert len([one for one in talks.of("an") if one.text is None]) == 1000
    with pytest.raises(NoRoom):
        talks.keep("an", KeptTalk("large", 9999, b"x" * 5_000_000))
    assert Talks(file).of("bo") == [KeptTalk("0", 0, b"van bo")]


def test_a_damaged_file_is_told_and_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "talks.sqlite"
    file.write_bytes(b"no database at all" * 100)
    with pytest.raises(RodeDraadError, match="is damaged"):
        Talks(file)
    assert file.read_bytes() == b"no database at all" * 100
    with pytest.raises(RodeDraadError, match="cannot be written"):
        Talks(tmp_path / "nowhere" / "talks.sqlite")


def test_it_is_off_unless_asked_for_and_needs_users(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = folder / "home/collections/two"
    with serving(home, Serving(passwords=Passwords(folder / "people")), folder / "two") as address:
        assert httpx.get(f"{address}/talks", auth=AN).status_code == 404
        assert httpx.put(f"{address}/talks/a", json=TALK, auth=AN).status_code == 404
        assert '"keeps"' not in httpx.get(address, auth=AN).text
    assert main(["chat", "--home", str(tmp_path), "--keep-talks"]) == 2
    assert "Name the password file too: --auth FILE" in capsys.readouterr().err
