"""README: says what is true of the commands, the settings and the JSON."""

import argparse
from dataclasses import fields
from pathlib import Path

import pytest

from rodedraad.cli import parser
from rodedraad.index.settings import Settings

README = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
COMMANDS = next(
    action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_described(command: str) -> None:
    assert f"rodedraad {command}" in README
    for action in COMMANDS[command]._actions:
        for option in action.option_strings:
            assert option in ("-h", "--help", "--port") or option in README


def test_every_setting_is_described() -> None:
    for field in fields(Settings):
        assert f"    {field.name} = " in README


def test_the_first_two_commands_are_the_set_up() -> None:
    commands = [line for line in README.splitlines() if line.startswith("    ")]
    assert commands[0].split("#")[0].strip() == "make chat"
    assert commands[1].split("#")[0].strip() == "make test"
