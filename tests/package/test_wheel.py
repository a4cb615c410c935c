"""Wheel: what it holds, and its commands in a folder that has nothing of the working tree."""

import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import httpx
import pytest

from tests.servers import PATIENCE, chat_server

pytestmark = pytest.mark.slow

COFFEE = "Hoeveel gezinnen werken er in de koffiesector?"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    """What a command prints, without the Python settings of this process."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**inherited, "PYTHONUTF8": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=5 * PATIENCE,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def folder(program: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an index of the corpus, made by the installed command."""
    folder = tmp_path_factory.mktemp("empty")
    run(program, "index", "--corpus", corpus, cwd=folder)
    return folder


def test_the_wheel_holds_the_package_and_its_data_and_nothing_of_training(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {
        "rodedraad/__main__.py",
        "rodedraad/answering/confidence.json",
        "rodedraad/evaluation/gold/conversations.jsonl",
        "rodedraad/evaluation/gold/questions.jsonl",
        "rodedraad/index/model/encoder/encoder.onnx",
        "rodedraad/index/model/MODEL.md",
        "rodedraad/page/static/thread.js",
        "rodedraad/py.typed",
    } <= names
    assert {re.split("[/-]", name)[0] for name in names} == {"rodedraad"}
    assert [name for name in names if "training" in name or "articles" in name or "corpus/" in name] == []


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path, tree: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, package in (
        ("app", "rodedraad"),
        ("index", "rodedraad/index"),
        ("ingest", "rodedraad/ingest"),
    ):
        for path in (tree / folder).rglob("*"):
            within = path.relative_to(tree / folder).as_posix()
            if path.is_file() and not within.startswith("training/"):
                assert f"{package}/{within}" in names


def test_the_sdist_makes_the_same_wheel(wheel: Path, wheel_of_sdist: Path) -> None:
    contents = [
        {name: archive.read(name) for name in archive.namelist() if not name.endswith("RECORD")}
        for archive in (zipfile.ZipFile(wheel), zipfile.ZipFile(wheel_of_sdist))
    ]
    assert contents[0] == contents[1]


def test_what_runs_is_the_installed_package(program: Path, tmp_path: Path) -> None:
    python = program.with_name("python")
    place = run(python, "-c", "import rodedraad; print(rodedraad.__file__)", cwd=tmp_path).strip()
    assert Path(place).is_relative_to(program.parents[1])


def test_a_question_is_answered_from_an_empty_folder(program: Path, corpus: Path, folder: Path) -> None:
    [turn] = json.loads(run(program, "ask", "--json", COFFEE, "--corpus", corpus, cwd=folder))["turns"]
    assert turn["quotes"][0]["document"] == "50-jaar-ontwikkelingssamenwerking-in-peru.txt"
    assert "225.000 gezinnen" in turn["quotes"][0]["text"]


def test_the_gold_set_is_in_the_package(program: Path, corpus: Path, folder: Path) -> None:
    figures = json.loads(
        run(program, "eval", "--json", "--without", "verified", "--corpus", corpus, cwd=folder)
    )
    assert figures["all"]["success@3"]["count"] == 120
    assert figures["all"]["success@3"]["value"] > 0.9


def test_a_model_is_measured_from_an_empty_folder(program: Path, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "flores").mkdir()
    for language, text in (("nl", "De boer plukt koffie."), ("en", "The farmer picks coffee.")):
        (tmp_path / "flores" / f"{language}.txt").write_text(f"{text}\nGoud.\n", "utf-8")
    [table] = program.parents[1].glob("**/rodedraad/index/model")  # faster than the transformer
    printed = run(program, "bench", "model", "--data", tmp_path, "--model", table, cwd=folder)
    assert "FLORES nl→en accuracy" in printed


def test_the_chat_opens_from_an_empty_folder(program: Path, corpus: Path, folder: Path) -> None:
    with chat_server(corpus, folder / ".rodedraad", program=[str(program)], cwd=folder) as address:
        assert httpx.get(f"{address}/health").json() == {"status": "ok", "generation": "000001"}


def test_other_packages_of_the_names_of_our_folders_are_no_hindrance(
    program: Path, corpus: Path, tmp_path: Path
) -> None:
    for name in ("app", "index", "ingest"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").write_text("raise ImportError('this is another program')", "utf-8")
    shutil.copytree(corpus, tmp_path / "corpus")
    assert run(program, "--help", cwd=tmp_path, PYTHONPATH=".").startswith("usage: rodedraad")
    run(program, "index", cwd=tmp_path, PYTHONPATH=".")
    assert "225.000 gezinnen" in run(program, "ask", COFFEE, cwd=tmp_path, PYTHONPATH=".")
