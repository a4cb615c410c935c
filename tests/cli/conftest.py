"""The program, called in the process of the tests."""

import io
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

from rodedraad.cli import main

Program = Callable[..., CompletedProcess[str]]


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Program:
    """Calls the program in this process, which takes a second less, with what is typed to it."""

    def call(*arguments: str, stdin: str = "") -> CompletedProcess[str]:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(stdin.encode()), "utf-8"))
        capsys.readouterr()
        code = main([*arguments])
        return CompletedProcess(arguments, code, *capsys.readouterr())

    return call
