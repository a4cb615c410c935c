"""The program, called in the process of the tests, or as one of its own."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from rodedraad.cli import main

Program = Callable[..., CompletedProcess[str]]

QUESTION = "Hoeveel gezinnen werken er in de koffiesector?"


@pytest.fixture
def folders(corpus: Path, home: Path) -> list[str]:
    return ["--corpus", str(corpus), "--home", str(home)]


@pytest.fixture
def sheep(tmp_path: Path) -> list[str]:
    """The folders of an index of one document."""
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "schaap.txt").write_text("De boer scheert het schaap.", "utf-8")
    folders = ["--corpus", str(tmp_path / "corpus"), "--home", str(tmp_path / "home")]
    assert main(["index", *folders]) == 0
    return folders


def run(*arguments: str, stdin: str = "") -> CompletedProcess[str]:
    """The program as a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "rodedraad", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        timeout=120,
    )


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Calls the program in this process, which takes a second less, with what is typed to it."""

    def call(*arguments: str, stdin: str = "") -> CompletedProcess[str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        capsys.readouterr()
        code = main([*arguments])
        return CompletedProcess(arguments, code, *capsys.readouterr())

    return call
