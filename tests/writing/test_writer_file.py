"""Writer file: what writer.toml may hold, and whether its address is on this machine."""

from pathlib import Path

import pytest

from rodedraad.ingest.errors import RodeDraadError
from rodedraad.writing.writer import Writer, load_writer
from tests.writing.models import set_writer


def test_a_writer_is_read(tmp_path: Path) -> None:
    set_writer(tmp_path, "http://127.0.0.1:11434/v1/", "qwen3:8b", 30)
    assert load_writer(tmp_path) == Writer("http://127.0.0.1:11434/v1", "qwen3:8b", 30)


@pytest.mark.parametrize(
    ("url", "host", "is_here"),
    [
        ("http://127.0.0.1:11434/v1", "127.0.0.1:11434", True),
        ("http://127.8.8.8/v1", "127.8.8.8", True),
        ("http://[::1]:1/v1", "[::1]:1", True),
        ("http://LOCALHOST/v1", "LOCALHOST", True),
        ("https://api.example.org/v1", "api.example.org", False),
        ("http://192.168.1.4:8000/v1", "192.168.1.4:8000", False),
        ("http://localhost.example.org/v1", "localhost.example.org", False),
        ("http://0.0.0.0:8000/v1", "0.0.0.0:8000", False),
    ],
)
def test_what_is_elsewhere_needs_consent(url: str, host: str, is_here: bool) -> None:
    writer = Writer(url, "m")
    assert (writer.host, writer.is_here) == (host, is_here)
    assert writer.needs_consent == ("" if is_here else host)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must hold one table"),
        ('url = "http://localhost/v1"', "must hold one table"),
        ("[writer]", "must name a model"),
        ('[writer]\nmodel = "m"\nurl = "ftp://localhost"', "must name a model"),
        ('[writer]\nmodel = "m"\nurl = "http://me:secret@localhost"', "without a password"),
        ('[writer]\nmodel = "m"\nurl = "http://localhost/v1?key=1"', "must name a model"),
        ('[writer]\nmodel = "m"\nurl = "http://["', "must name a model"),
        ('[writer]\nmodel = "m"\nurl = "http://localhost/v1"\nkey = "s"', "sets 'key'"),
        ('[writer]\nmodel = 7\nurl = "http://localhost/v1"', "model has the wrong type"),
        ('[writer]\nmodel = "m"\nurl = "http://localhost/v1"\ntimeout = 0', "between 1 and 600 seconds"),
        ("[writer", "is not valid TOML"),
    ],
)
def test_what_is_wrong_in_it_is_told(tmp_path: Path, text: str, why: str) -> None:
    (tmp_path / "writer.toml").write_text(text, "utf-8")
    with pytest.raises(RodeDraadError, match=why):
        load_writer(tmp_path)


def test_a_key_that_no_header_can_hold_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    set_writer(tmp_path, "http://localhost/v1")
    monkeypatch.setenv("RODEDRAAD_WRITER_KEY", "a\nb")
    with pytest.raises(RodeDraadError, match="RODEDRAAD_WRITER_KEY"):
        load_writer(tmp_path)
