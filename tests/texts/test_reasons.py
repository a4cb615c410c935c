"""Reasons: every text that says why a file is not read can be told in every language."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from rodedraad.ingest.errors import Reason
from rodedraad.ingest.formats import REFUSED
from rodedraad.texts.reasons import told

ROOT = Path(__file__).parents[2]
CLASSES = ("DamagedPart", "Reason", "UnreadableDocument")


def calls() -> Iterator[tuple[str, ast.Call, ast.Module]]:
    """Each place in the code that makes a reason, with its call and its module."""
    for folder in ("ingest", "index", "app"):
        for path in (ROOT / folder).rglob("*.py"):
            if path.name == "errors.py":  # which defines them
                continue
            module = ast.parse(path.read_text("utf-8"))
            for node in ast.walk(module):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in CLASSES:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node, module


def texts() -> dict[str, str]:
    """The English texts of all reasons, each with a place where it stands."""
    found = dict.fromkeys(REFUSED.values(), "ingest/formats.py")
    for place, call, module in calls():
        text = call.args[0] if call.args else None
        if isinstance(text, ast.Name):
            text = constants(module).get(text.id, text)
        if isinstance(text, ast.Constant) and isinstance(text.value, str):
            found[text.value] = place
        else:
            passed_on = text is None or isinstance(
                text, ast.Attribute | ast.IfExp | ast.Name | ast.Subscript | ast.Starred
            )
            assert passed_on, (
                f"{place}: write the text of the reason as one literal, with {{names}} for its values"
            )
    for path in (ROOT / "ingest").rglob("*.py"):
        for value in constants(ast.parse(path.read_text("utf-8"))).values():
            if isinstance(value, ast.Constant) and str(value.value).startswith(("it ", "its ")):
                found[str(value.value)] = str(path.relative_to(ROOT))
    return found


def constants(module: ast.Module) -> dict[str, ast.expr]:
    """What a module assigns to names, outside its functions."""
    assignments = [node for node in module.body if isinstance(node, ast.Assign)]
    return {t.id: node.value for node in assignments for t in node.targets if isinstance(t, ast.Name)}


def names(text: str) -> set[str | None]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_a_reason_is_a_clause_about_the_file() -> None:
    for text, place in texts().items():
        assert text.startswith(("it ", "its ")), f"{place}: begin {text!r} with “it” or “its”, for the file"


def test_a_reason_is_given_the_values_that_its_text_names() -> None:
    for place, call, _ in calls():
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
    assert told(page, "nl") == "het is beschadigd: pagina 3 kan niet worden gelezen"
    assert told(page, "en") == told(page, "xx") == "it is damaged: its page 3 cannot be read"
    assert told(Reason("it is of another version"), "nl") == "it is of another version"
