"""Terminal: no character of a document, a file name or a question steers it, nor the log."""

import json
import logging
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.cli.terminal import say, show
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.ingest.corpus_folder import Example, load_sources
from rodedraad.ingest.data_file import json_line
from rodedraad.live.json_log import JsonFormatter

pytestmark = pytest.mark.usefixtures("no_parser_process")

STEERING = "\x1b]0;a\x07\x9b2J\r\x0b\x85\u061c\u200e\u200f\u202e\u2066\u2028\ud800"
WRITTEN = r"\x1b]0;a\x07\x9b2J\r\x0b\x85\u061c\u200e\u200f\u202e\u2066\u2028\ud800"


def test_what_steers_a_terminal_is_written_out(capsys: pytest.CaptureFixture[str]) -> None:
    say(f"één\n\t{STEERING}“twee”")
    show(f"één\n\t{STEERING}“twee”")
    captured = capsys.readouterr()
    assert captured.out == captured.err == f"één\n\t{WRITTEN}“twee”\n"


def test_a_line_of_json_holds_the_same_value_and_steers_nothing() -> None:
    line = json_line({STEERING: [f"één {STEERING}"]})
    assert line.replace("é", "").isascii()
    assert line.isprintable()
    assert json.loads(line) == {STEERING: [f"één {STEERING}"]}


def test_the_log_holds_no_character_that_steers(tmp_path: Path) -> None:
    record = logging.makeLogRecord({"msg": STEERING, "path": f"/{STEERING}", "levelname": "INFO"})
    line = JsonFormatter(False).format(record)
    assert line.isprintable()
    assert json.loads(line)["path"] == f"/{STEERING}"


def test_a_title_reaches_the_terminal_without_what_steers_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    (tmp_path / "corpus" / "wol.txt").write_text("De boeren verkopen wol.", "utf-8")
    (tmp_path / "corpus" / "sources.toml").write_text(
        'examples = ["Wie \\u001b[31mverkoopt wol?"]\n'
        '["wol.txt"]\ntitle = "Wol\\u001b[2J\\u202e\\u200f van\\nde lama"\nauthor = "\\u0007An"\n',
        "utf-8",
    )
    described = load_sources(tmp_path / "corpus")
    assert described.documents["wol.txt"] == {"title": "Wol[2J van de lama", "author": "An"}
    assert described.examples == (Example("Wie [31mverkoopt wol?"),)
    folders = ["--corpus", str(tmp_path / "corpus"), "--home", str(tmp_path / "home")]
    assert main(["index", *folders]) == 0
    capsys.readouterr()
    for options in ([], ["--json"]):
        assert main(["ask", "Hallo", *options, *folders]) == 0
        captured = capsys.readouterr()
        assert "Wol[2J van de lama" in captured.out
        assert (captured.out + captured.err).replace("\n", "").isprintable()


def test_a_hostile_table_of_sources_toml_does_not_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sources.toml").write_text('"\\u001b[2J\\u202e" = 1\n', "utf-8")
    assert main(["index", "--corpus", str(tmp_path), "--home", str(tmp_path / "home")]) == 2
    assert r"\x1b[2J\u202e must be a table" in capsys.readouterr().err
