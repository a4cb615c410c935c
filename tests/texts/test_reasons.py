"""Reasons: every text that says why a file is not read is translated into every language."""

import ast
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Formatter

import pytest

from rodedraad.ingest.errors import Reason
from rodedraad.ingest.reasons import reason_of
from rodedraad.texts.translated_reasons import translated_reason

ROOT = Path(__file__).parents[2]
CLASSES = ("DamagedPart", "Reason", "UnreadableDocument")


def calls() -> Iterator[tuple[str, ast.Call]]:
    """Each place in the code that makes a reason, with its call."""
    for folder in ("ingest", "index", "app"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name == "errors.py":  # which defines them
                continue
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node


@cache
def texts() -> dict[str, str]:
    """The English texts of all reasons, each with a place in the code."""
    found = {value: place for place, value in strings() if value.startswith(("it ", "its "))}
    for place, call in calls():
        text = call.args[0] if call.args else None
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            found[text.value] = place
        else:  # it is one of the strings that are found above
            named = text is None or isinstance(text, ast.IfExp | ast.Name | ast.Starred)
            assert named, (
                f"{place}: write the text of the reason as one literal, with {{names}} for its values"
            )
    return found


def strings() -> Iterator[tuple[str, str]]:
    """Each literal in the code that reads files, with its place; no docstrings, no parts of f-strings."""
    for path in (ROOT / "ingest").rglob("*.py"):
        if path.name == "data_file.py":  # of settings, not of documents
            continue
        nodes = list(ast.walk(ast.parse(path.read_text("utf-8"))))
        others = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        others |= {id(part) for node in nodes if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in others:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_reason_is_a_clause_about_the_file() -> None:
    for text, place in texts().items():
        assert text.startswith(("it ", "its ")), f"{place}: begin {text!r} with “it” or “its”, for the file"


def test_a_reason_is_given_the_values_that_its_text_names() -> None:
    for place, call in calls():
        given = None
        if all(keyword.arg for keyword in call.keywords) and len(call.args) == 1:
            given = {keyword.arg for keyword in call.keywords}
        elif len(call.args) == 2 and isinstance(call.args[1], ast.Dict):
            given = {key.value for key in call.args[1].keys if isinstance(key, ast.Constant)}
        if given is not None and isinstance(call.args[0], ast.Constant):
            assert given == names(call.args[0].value), f"{place}: the text and the values have other names"


@pytest.mark.parametrize("language", ["nl", "fr", "es", "de"])
def test_every_reason_is_translated(language: str) -> None:
    path = ROOT / "app" / "texts" / f"reasons_{language}.toml"
    translated = tomllib.loads(path.read_text("utf-8"))
    english = texts()
    missing = "\n".join(f'"{text}" = "…"' for text in sorted(english.keys() - translated.keys()))
    assert not missing, (
        f"add to {path.relative_to(ROOT)}, with the same {{names}}, in the order of the keys:\n{missing}"
    )
    assert translated.keys() <= english.keys(), f"remove from {path}: {translated.keys() - english.keys()}"
    assert list(translated) == sorted(translated), f"sort the lines of {path}"
    for text, translation in translated.items():
        assert names(translation) == names(text), f"{path.name} has other {{names}} than {text!r}"
        assert translation != text


def test_a_reason_is_told_in_a_language_or_else_in_english() -> None:
    page = Reason("it is damaged: its page {page} cannot be read", {"page": 3})
    assert translated_reason(page, "nl") == "het is beschadigd: pagina 3 kan niet worden gelezen"
    assert (
        translated_reason(page, "en")
        == translated_reason(page, "xx")
        == "it is damaged: its page 3 cannot be read"
    )
    assert translated_reason(Reason("it is of another version"), "nl") == "it is of another version"


def test_what_a_reader_failed_on_is_told_in_one_line_without_marks() -> None:
    failed = reason_of(ValueError("\x1b[2J\u202e\ud800 <b>\n{x}"))
    assert translated_reason(failed, "en") == "its reader failed on it (ValueError: [2J <b> {x})"
