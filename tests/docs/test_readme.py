"""README: short, and true of the figures, the commands and the settings."""

import argparse
import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from rodedraad.cli import parser
from rodedraad.evaluation.gold_file import FILES, GOLD, load_gold
from rodedraad.index.settings import Settings, load_settings
from rodedraad.ingest.corpus_folder import Example, load_sources
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.page.answer_html import LIKELY
from tests.docs.pages import PAGES, ROOT, blocks, pictures, text_of

README = text_of("README.md")
COMMANDS = next(
    action.choices for action in parser()._actions if isinstance(action, argparse._SubParsersAction)
)
RECORDED = json.loads((ROOT / "tests/evaluation/figures.json").read_text("utf-8"))


def test_it_is_short() -> None:
    assert len(README.encode()) <= 7_000


def test_the_first_commands_are_the_set_up() -> None:
    assert blocks("sh", "README.md")[0].lines == [
        "git clone https://github.com/rode-draad/rodedraad",
        "cd rodedraad",
        "make chat",
    ]
    assert "`make test` runs every test" in README


def test_the_screenshot_has_a_text_for_who_cannot_see_it() -> None:
    [(address, alternative)] = pictures("README.md")
    assert address == "https://raw.githubusercontent.com/rode-draad/rodedraad/main/docs/screenshot.png"
    assert len(alternative.split()) >= 10


def test_how_often_an_answer_is_right_is_as_recorded() -> None:
    given = [outcome for outcome in RECORDED["outcomes"] if not outcome["abstained"]]
    right = {
        name: [bool(o["answered"]) for o in given if (o["confidence"] >= LIKELY) == likely]
        for name, likely in (("Probably", True), ("Perhaps", False))
    }
    probably, perhaps = (round(10 * sum(r) / len(r)) for r in right.values())
    said = " ".join(README.split())
    assert f'in {probably} of 10 answers marked "Probably", and in {perhaps} of 10 marked "Perhaps"' in said
    refused = RECORDED["figures"]["all"]["unanswerable refused"]["value"]
    assert f"Of the questions without an answer in the documents, {refused:.0%}".replace("%", " %") in said


def test_the_table_of_figures_is_as_recorded() -> None:
    table = text_of("docs/evaluation.md").split("## Recorded figures")[1]
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in re.findall(r"^\|.*\|$", table, re.M)
    ]
    groups = rows[0][1:]
    assert groups == ["all", "nl", "en", "fr", "es", "low overlap", "follow-ups"]
    compared = [row for row in rows if row[0] in RECORDED["figures"]["all"]]
    assert len(compared) == 13
    for measure, *cells in compared:
        for group, cell in zip(groups, cells, strict=True):
            figure = RECORDED["figures"][group][measure]
            assert cell.split(" (")[0] == _written(figure["value"]), (measure, group)
            if "(" in cell:
                interval = f"({_written(figure['low'])}–{_written(figure['high'])})"
                assert cell.endswith(interval), (measure, group)


def _written(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:.0f}" if value > 1 else f"{value:.2f}".removeprefix("0")


def test_the_gold_questions_are_as_many_as_said() -> None:
    asked = sum(len(line.get("turns", [line])) for name in FILES for line in load_gold(GOLD / name))
    assert f"{asked} questions about the documents" in " ".join(README.split())
    assert f"these are {asked} questions" in text_of("docs/evaluation.md")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_described(command: str) -> None:
    described = text_of("docs/configuration.md")
    assert f"`rodedraad {command}" in described
    for action in COMMANDS[command]._actions:
        for option in action.option_strings:
            assert option in ("-h", "--help") or f"`{option}" in described


def test_every_format_is_described() -> None:
    for suffix in SUFFIXES:
        assert f"`{suffix}`" in text_of("docs/formats.md")
        assert f"`{suffix}`" in README or suffix == ".htm"


def test_every_setting_is_described(tmp_path: Path) -> None:
    [block] = blocks("toml", "docs/configuration.md")
    (tmp_path / "settings.toml").write_text(block.text, "utf-8")
    settings, default = load_settings(tmp_path), Settings()
    for field in fields(Settings):
        assert f"{field.name} = " in block.text
        if not field.name.startswith(("model", "query", "passage_prefix")):
            assert getattr(settings, field.name) == getattr(default, field.name)


def test_the_sources_are_described(tmp_path: Path) -> None:
    [block] = blocks("toml", "docs/formats.md")
    (tmp_path / "sources.toml").write_text(block.text, "utf-8")
    sources = load_sources(tmp_path)
    assert sources.examples == (
        Example("What does the report say about water?"),
        Example("When was the pump repaired?", "repaired in May"),
    )
    assert set(sources.documents["reports/water.txt"]) == {
        "title", "author", "publisher", "date", "url", "language", "fetched",
    }  # fmt: skip


@pytest.mark.parametrize("page", PAGES)
def test_no_line_is_too_long_to_read(page: str) -> None:
    code = {
        line
        for kind in ("json", "jsonl", "console", "sh", "toml")
        for b in blocks(kind, page)
        for line in b.lines
    }
    for line in text_of(page).splitlines():
        assert len(line) <= 130 or line in code or "|" in line or "](http" in line, line
