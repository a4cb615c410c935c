"""Talks: conversations that the server keeps for each user, within bounds, and what is deleted of them."""

import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
from rodedraad.server.talks import Conflict, NoRoom, Talks
from tests.servers import free_port, listening, serving

AN, BO = ("an", "met de trein"), ("bo", "met de tram")
TURN = {"time": "2026-11-30T12:00:00.000+00:00", "question": "Wat draagt de lama? ☃"}
SCOPE = {"documents": ["note.txt"], "languages": []}
TALK = {"title": "", "draft": "", "changed": 1.0, "votes": {}, "turns": [TURN], "scope": SCOPE}


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


def put(client: httpx.Client, id: str, revision: int = 0, **changed: Any) -> httpx.Response:
    """Send a conversation that was made of a revision of it."""
    return client.put(f"/talks/{id}", params={"revision": revision}, json=TALK | changed)


def kept(sent: httpx.Response) -> int:
    """The revision of what was sent."""
    assert sent.status_code == 200
    return int(sent.json()["revision"])


def test_a_user_finds_their_own_in_another_browser_and_nobody_elses(server: str, file: Path) -> None:
    an, bo = browser(server, AN), browser(server, BO)
    revision = kept(put(an, "a-1"))
    of_bo = kept(put(bo, "a-1", title="van Bo"))
    assert listed(browser(server, AN)) == [{"id": "a-1", "revision": revision, "talk": TALK}]
    assert [one["talk"]["title"] for one in listed(bo)] == ["van Bo"]
    kept(bo.delete(f"/talks/a-1?revision={of_bo}"))
    assert [one["talk"] for one in listed(an)] == [TALK]
    assert listed(browser(server, AN, "two")) == []
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_what_was_made_of_an_older_revision_is_not_kept_and_gets_the_newer_one(
    server: str, file: Path
) -> None:
    here, there = browser(server, AN), browser(server, AN)
    first = kept(put(here, "a"))
    second = kept(put(there, "a", first, title="nieuw"))
    assert second > first
    held = {"id": "a", "revision": second, "talk": TALK | {"title": "nieuw"}}
    for revision in (0, first, second + 1):
        for sent in (put(here, "a", revision, title="oud"), here.delete(f"/talks/a?revision={revision}")):
            assert (sent.status_code, sent.json()) == (409, held)
            assert sent.headers["cache-control"] == "no-store"
    assert listed(there) == [held]
    third = kept(put(here, "a", second, title="samen"))
    assert third > second
    fourth = kept(there.delete(f"/talks/a?revision={third}"))
    gone = {"id": "a", "revision": fourth, "talk": None}
    late = put(here, "a", third, title="oud")
    assert (late.status_code, late.json()) == (409, gone)
    assert listed(here) == [gone]
    kept(put(here, "a", fourth, title="terug"))
    assert [one["talk"]["title"] for one in listed(there)] == ["terug"]


def test_of_changes_to_one_revision_at_once_one_is_kept(server: str, file: Path) -> None:
    an = browser(server, AN)
    revision = kept(put(an, "a"))
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda number: put(an, "a", revision, title=f"{number}"), range(16)))
    assert sorted(one.status_code for one in sent) == [200, *[409] * 15]
    [first] = [number for number, one in enumerate(sent) if one.status_code == 200]
    assert [one["talk"]["title"] for one in listed(an)] == [f"{first}"]


def test_what_is_older_than_the_file_is_kept_as_new(server: str, file: Path) -> None:
    an = browser(server, AN)
    assert (
        kept(put(an, "a", 4_000_000_000_000)) == 4_000_000_000_001
    )  # of a file that was lost, by a fast clock
    assert kept(put(an, "a", 4_000_000_000_001)) == 4_000_000_000_002


def test_without_a_session_or_from_another_site_nothing_is_read_or_kept(server: str, file: Path) -> None:
    nobody, an = httpx.Client(base_url=f"{server}/collections/one"), browser(server, AN)
    elsewhere = ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"})
    for client, headers, status in ((nobody, {}, 401), *((an, sent, 403) for sent in elsewhere)):
        assert client.get("/talks", headers=headers).status_code == status
        assert client.put("/talks/a?revision=0", json=TALK, headers=headers).status_code == status
        assert client.delete("/talks/a?revision=0", headers=headers).status_code == status
    forged = {"X-User": "bo"}
    an.put("/talks/a?revision=0", json=TALK, headers=forged)
    assert [one["id"] for one in listed(an)] == ["a"]
    assert listed(browser(server, BO)) == []
    an.post("/logout")
    assert an.get("/talks").status_code == 401


def test_what_is_no_conversation_or_too_much_is_refused_with_a_reason(server: str, file: Path) -> None:
    an = browser(server, AN)
    for wrong in (
        *(b"", b"7", b"[]", b"{}", b'{"title": "\\ud800"}', b"\xff", b"[" * 90_000),
        *(httpx.Request("PUT", server, json=TALK | one).content for one in (
            {"turns": [TURN] * 101}, {"turns": [7]}, {"changed": "x"}, {"revision": 5}, {"user": "bo"},
        )),
    ):  # fmt: skip
        assert an.put("/talks/a?revision=0", content=wrong).status_code == 422
    many = put(an, "a", turns=[TURN] * 101).json()["detail"]
    assert many == "turns: List should have at most 100 items after validation, not 101"
    assert put(an, "a", draft="x" * 1_000_000).status_code == 413
    for path in ("/talks", "/talks/", "/talks/a/b", "/talks/%00", f"/talks/{'a' * 65}"):
        assert an.put(f"{path}?revision=0", json=TALK).status_code == 404
    for query in ("", "?revision=x", "?revision=-1", f"?revision={2**60}", "?revision=1.5"):
        assert an.put(f"/talks/a{query}", json=TALK).status_code == 422
        assert an.delete(f"/talks/a{query}").status_code == 422
    assert listed(an) == []
    sent = [put(an, f"{number}", draft="x" * 900_000) for number in range(6)]
    assert [one.status_code for one in sent] == [200] * 5 + [413]
    an.headers["Accept-Language"] = "nl"
    full = put(an, "6", draft="x" * 900_000)
    assert full.json()["detail"].startswith("Dit gesprek wordt niet op de server bewaard")
    kept(put(an, "0", kept(sent[0])))
    kept(put(an, "6", draft="x" * 900_000))


def test_a_store_that_fails_says_so_and_the_page_opens(server: str, file: Path) -> None:
    an = browser(server, AN)
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute("ALTER TABLE talks RENAME TO away")
    for sent in (an.get("/talks"), put(an, "a"), an.delete("/talks/a?revision=1")):
        assert sent.status_code == 503
        assert sent.json() == {"detail": "The server cannot keep conversations now; this browser does."}
    assert '"keeps"' in an.get("/").text
    with closing(sqlite3.connect(file)) as kept, kept:
        kept.execute("ALTER TABLE away RENAME TO talks")
    assert listed(an) == []


def test_bounds_hold_for_each_user_and_what_is_deleted_is_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "talks.sqlite"
    talks = Talks(file)
    of_bo = talks.keep("bo", "0", b"van bo", 0)
    latest = of_bo + 10_000_000  # each is kept in a millisecond of its own
    for number in range(203):
        last = talks.keep("an", f"{number}", b"geheim %d." % number, latest + number)
    assert last == latest + 203
    assert sorted(one.id for one in talks.of("an") if one.text is None) == ["0", "1", "2"]
    assert b"geheim 1." not in file.read_bytes()
    assert b"geheim 77." in file.read_bytes()
    with pytest.raises(Conflict):
        talks.keep("an", "77", None, latest)
    talks.keep("an", "77", None, latest + 78)
    assert b"geheim 77." not in file.read_bytes()
    for number in range(1200):
        talks.keep("an", f"gone {number}", None, last + number)
    assert len([one for one in talks.of("an") if one.text is None]) == 1000
    with pytest.raises(NoRoom):
        talks.keep("an", "large", b"x" * 5_000_000, 0)
    assert [(one.id, one.revision, one.text) for one in Talks(file).of("bo")] == [("0", of_bo, b"van bo")]


def test_a_user_is_removed_with_their_conversations(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    people = tmp_path / "people"
    people.write_text((folder / "people").read_text())
    files = [tmp_path / "talks.sqlite", tmp_path / "collections/one/talks.sqlite"]
    files[1].parent.mkdir(parents=True)
    for talks in map(Talks, files):
        talks.keep("an", "a", b"van an", 0)
        talks.keep("bo", "a", b"geheim van bo", 0)
        talks.keep("bo", "b", None, 0)
    remove = ["chat", "--home", str(tmp_path), "--auth", str(people), "--remove-user"]
    assert main([*remove, "bo"]) == 0
    assert "Conversations deleted: 2." in capsys.readouterr().out
    assert [line.partition(":")[0] for line in people.read_text().splitlines()] == ["an"]
    for file in files:
        assert [one.text for one in Talks(file).of("an")] == [b"van an"]
        assert Talks(file).of("bo") == []
        assert b"geheim" not in file.read_bytes()
    Talks(files[0]).keep("cas", "a", b"van cas", 0)  # whose line somebody deleted
    assert main([*remove, "cas"]) == 0
    assert "Conversations deleted: 1." in capsys.readouterr().out
    assert main([*remove, "an"]) == 2
    assert "an is the only user" in capsys.readouterr().err
    assert [one.text for one in Talks(files[0]).of("an")] == [b"van an"]
    assert main(["chat", "--remove-user", "an"]) == 2


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
        assert httpx.put(f"{address}/talks/a?revision=0", json=TALK, auth=AN).status_code == 404
        assert '"keeps"' not in httpx.get(address, auth=AN).text
    assert main(["chat", "--home", str(tmp_path), "--keep-talks"]) == 2
    assert "Name the password file too: --auth FILE" in capsys.readouterr().err
