"""Passwords: nothing plain is kept, and only who knows the password is let in."""

import io
import os
import stat
from base64 import b64decode, b64encode
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.cli import main
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.server import passwords
from rodedraad.server.passwords import Passwords, add_user, hashed


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes at a fraction of the cost; the cost is read from the file anyway."""
    monkeypatch.setattr(passwords, "hashed", lambda p, s=b"", cost=(16, 8, 1): hashed(p, s, cost))


def basic(name: str, password: str) -> str:
    return "Basic " + b64encode(f"{name}:{password}".encode()).decode()


def test_the_key_is_that_of_the_standard() -> None:
    # RFC 7914, section 12: "pleaseletmein", "SodiumChloride", N = 16384, r = 8, p = 1
    kept = hashed("pleaseletmein", b"SodiumChloride", (16384, 8, 1))
    assert kept.startswith("scrypt$16384$8$1$U29kaXVtQ2hsb3JpZGU=$")
    key = b64decode(kept.split("$")[5]).hex()
    assert key == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"


def test_the_cost_is_what_owasp_advises() -> None:
    assert hashed("goudmijn").startswith("scrypt$32768$8$3$")
    assert hashed("goudmijn") != hashed("goudmijn")


def test_who_is_in_the_file_is_let_in_and_nobody_else(tmp_path: Path) -> None:
    path = tmp_path / "people"
    add_user(path, "jan", "wat een mijn")
    add_user(path, "José", "contraseña larga")
    people = Passwords(path)
    assert people.user(basic("jan", "wat een mijn")) is None
    assert people.check(basic("jan", "wat een mijn")) == "jan"
    assert people.user(basic("jan", "wat een mijn")) == "jan"
    assert people.check(basic("José", "contraseña larga")) == "José"
    for name, password in (("jan", "wat een Mijn"), ("piet", "wat een mijn"), ("jan", ""), ("", "")):
        assert people.check(basic(name, password)) is None
    assert "mijn" not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_changed_file_counts_at_once(tmp_path: Path) -> None:
    path = tmp_path / "people"
    add_user(path, "jan", "wat een mijn")
    add_user(path, "an", "in de kom erbij")
    people = Passwords(path)
    assert people.check(basic("jan", "wat een mijn")) == "jan"
    add_user(path, "jan", "iets geheel anders")
    assert people.user(basic("jan", "wat een mijn")) is None
    assert people.check(basic("jan", "wat een mijn")) is None
    assert people.check(basic("jan", "iets geheel anders")) == "jan"
    assert people.check(basic("an", "in de kom erbij")) == "an"
    path.unlink()
    assert people.user(basic("jan", "iets geheel anders")) is None
    assert people.check(basic("jan", "iets geheel anders")) is None


def an_and_jan(folder: Path) -> tuple[Path, str]:
    """A file of two people, and its text with only the first."""
    path = folder / "people"
    add_user(path, "an", "in de kom erbij")
    only_an = path.read_text()
    add_user(path, "jan", "wat een mijn")
    return path, only_an


def test_who_is_removed_while_their_password_is_checked_is_not_let_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, only_an = an_and_jan(tmp_path)
    people = Passwords(path)
    check = passwords._matches

    def matches_and_jan_is_removed(password: str, kept: str) -> bool:
        right = check(password, kept)
        path.write_text(only_an)
        return right

    monkeypatch.setattr(passwords, "_matches", matches_and_jan_is_removed)
    assert people.check(basic("jan", "wat een mijn")) is None
    assert people.user(basic("jan", "wat een mijn")) is None


def test_a_file_that_changes_while_it_is_first_read_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, only_an = an_and_jan(tmp_path)
    load = passwords._load

    def load_and_jan_is_removed(file: Path) -> Mapping[str, str]:
        users = load(file)
        path.write_text(only_an)
        return users

    with monkeypatch.context() as patch:
        patch.setattr(passwords, "_load", load_and_jan_is_removed)
        people = Passwords(path)
    assert people.check(basic("jan", "wat een mijn")) is None


@settings(deadline=None)
@given(st.text())
def test_no_header_lets_anyone_in(tmp_path_factory: pytest.TempPathFactory, header: str) -> None:
    path = tmp_path_factory.getbasetemp() / "people"
    if not path.exists():
        add_user(path, "jan", "wat een mijn")
    people = Passwords(path)
    assert people.user(header) is None
    assert people.check(header) is None
    assert people.check(f"Basic {header}") is None


@pytest.mark.parametrize("content", ["", "jan:geheim\n", "jan\n", "jan:scrypt$1$2$3$*$b\n", "\x00"])
def test_another_file_is_refused_with_what_to_do(tmp_path: Path, content: str) -> None:
    path = tmp_path / "people"
    path.write_text(content)
    with pytest.raises(RodeDraadError, match=r"--add-user NAME"):
        Passwords(path)


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "people")
    with pytest.raises(RodeDraadError, match=r"people cannot be read \(Not a regular file\)"):
        Passwords(tmp_path / "people")


@pytest.mark.parametrize(
    ("name", "password"), [("a:b", "lang genoeg"), ("", "lang genoeg"), ("a\n", "lang genoeg"), ("a", "kort")]
)
def test_what_cannot_be_a_name_or_a_password_changes_nothing(
    tmp_path: Path, name: str, password: str
) -> None:
    with pytest.raises(RodeDraadError):
        add_user(tmp_path / "people", name, password)
    assert list(tmp_path.iterdir()) == []


def test_a_role_is_kept_with_the_name_and_without_one_documents_may_be_changed(tmp_path: Path) -> None:
    path = tmp_path / "people"
    add_user(path, "an", "in de kom erbij")
    add_user(path, "bo", "wat een mijn", "read")
    lines = path.read_text().splitlines()
    assert [line.split("$")[-1].partition(":")[2] for line in lines] == ["", "read"]
    people = Passwords(path)
    assert people.check(basic("bo", "wat een mijn")) == "bo"
    assert [people.may_change(name) for name in ("an", "bo", "nobody")] == [True, False, False]
    add_user(path, "bo", "een ander woord")
    assert not people.may_change("bo")
    add_user(path, "bo", "een ander woord", "change")
    assert people.may_change("bo")
    for wrong in (":", ":rea", ":admin", ":read:read"):
        path.write_text(f"{lines[0]}{wrong}\n")
        with pytest.raises(RodeDraadError, match="roles"):
            Passwords(path)


def test_the_command_adds_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "people"
    monkeypatch.setattr("sys.stdin", io.StringIO("wat een mijn\n"))
    assert main(["chat", "--auth", str(path), "--add-user", "jan"]) == 0
    assert Passwords(path).check(basic("jan", "wat een mijn")) == "jan"
    monkeypatch.setattr("sys.stdin", io.StringIO("wat een mijn\n"))
    assert main(["chat", "--auth", str(path), "--add-user", "piet", "--role", "read"]) == 0
    people = Passwords(path)
    assert [people.may_change(name) for name in ("jan", "piet")] == [True, False]
    assert main(["chat", "--add-user", "jan"]) == 2
    assert main(["chat", "--auth", str(path), "--role", "read"]) == 2
