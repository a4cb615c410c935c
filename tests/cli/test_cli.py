"""The command line as a whole, and what the chat refuses before it starts."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from rodedraad.cli import main
from tests.cli.conftest import Program

pytestmark = pytest.mark.usefixtures("no_parser_process")


def test_a_port_in_use_is_told_before_anything_starts(
    folders: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert main(["chat", "--port", str(port), *folders]) == 2
    assert f"Port {port} is in use. Choose another" in capsys.readouterr().err


def test_a_reader_that_goes_away_is_no_error(folders: list[str]) -> None:
    lines = "\n".join(['{"question": "Wat is cacao blanco?"}'] * 200)
    command = f"{sys.executable} -m rodedraad ask --batch - {' '.join(folders)} | head -n 1"
    done = subprocess.run(["bash", "-c", command], input=lines, capture_output=True, text=True, timeout=120)
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--collection=a=gone"], "The collection a has no documents: there is no folder gone."),
        (["--collection=a=app", "--collection=A=ingest"], "Two collections are named A."),
        (["--collection=a/b=app"], "'a/b' cannot name a collection."),
        (["--collection=a=app", "--corpus=ingest"], "Give --corpus a name too: --collection NAME=DIR"),
    ],
)
def test_chat_tells_what_is_wrong_with_collections(
    program: Program, tmp_path: Path, options: list[str], told: str
) -> None:
    done = program("chat", *options, "--home", str(tmp_path / "home"))
    assert done.returncode == 2
    assert told in done.stderr
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("given", ["reports", "=app", "a="])
def test_a_collection_has_a_name_and_a_folder(given: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["chat", f"--collection={given}"])
    assert "must be like reports=/home/an/reports" in capsys.readouterr().err
