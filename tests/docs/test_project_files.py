"""Project files: what builds, tests and describes the project agrees with the rest of it."""

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from rodedraad.cli import parser
from rodedraad.server.security import HEALTH
from tests.docs.pages import ADDRESS, ROOT, text_of

PROJECT = tomllib.loads(text_of("pyproject.toml"))["project"]
MAKEFILE = text_of("Makefile")
HADOLINT = Path(sys.executable).with_name("hadolint")


def instructions() -> list[list[str]]:
    """The Dockerfile's instructions: each its name, and what follows it."""
    text = re.sub(r"^#.*\n", "", text_of("Dockerfile"), flags=re.MULTILINE).replace("\\\n", " ")
    return [[" ".join(part.split()) for part in line.split(" ", 1)] for line in text.splitlines() if line]


def given(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def test_the_image_copies_what_the_wheel_is_made_of() -> None:
    copied = [word for rest in given("COPY") if "--from" not in rest for word in rest.split()[:-1]]
    packages = tomllib.loads(text_of("pyproject.toml"))["tool"]["setuptools"]["package-dir"]
    files = {PROJECT["readme"], *PROJECT["license-files"], "pyproject.toml", "constraints.txt"}
    assert set(copied) == files | set(packages.values())
    assert all((ROOT / path).exists() for path in copied)
    sent = [line[1:] for line in text_of(".dockerignore").splitlines() if line.startswith("!")]
    assert sorted(sent) == sorted(copied)


def test_the_image_is_installed_as_by_make() -> None:
    pip = re.search(r"^PIP := \$\(BIN\)/(.*)$", MAKEFILE, re.MULTILINE)
    assert pip
    assert any(f"/opt/rodedraad/bin/{pip[1]} --no-cache-dir '.[milvus]'" in rest for rest in given("RUN"))


def test_the_image_runs_as_a_user_of_its_own() -> None:
    names = [name for name, _ in instructions()]
    assert names.count("FROM") == 2
    assert given("USER") == ["1000"]
    assert names.index("USER") > max(n for n, name in enumerate(names) if name == "RUN")


def test_the_image_serves_the_chat_over_its_volumes() -> None:
    assert json.loads(given("ENTRYPOINT")[0]) == ["rodedraad"]
    options = parser().parse_args(json.loads(given("CMD")[0]))
    assert options.host == "0.0.0.0"
    folders = [f"{given('WORKDIR')[-1]}/{path}" for path in (options.corpus, options.home)]
    assert json.loads(given("VOLUME")[0]) == folders
    assert given("EXPOSE") == [str(options.port)]
    assert f"{ADDRESS}{HEALTH}" in given("HEALTHCHECK")[0]


@pytest.mark.skipif(not HADOLINT.exists(), reason="there is no hadolint for this system")
def test_hadolint_finds_nothing_in_the_dockerfile() -> None:
    subprocess.run([HADOLINT, ROOT / "Dockerfile"], check=True)


def workflow() -> Any:
    return yaml.safe_load(text_of(".github/workflows/test.yml"))["jobs"]["test"]


def test_the_workflow_tests_every_python_and_system_that_is_promised() -> None:
    prefix = "Programming Language :: Python :: 3."
    promised = [c.rsplit(" ", 1)[1] for c in PROJECT["classifiers"] if c.startswith(prefix)]
    matrix = workflow()["strategy"]["matrix"]
    assert matrix["python"] == promised
    assert f"Python {promised[0]} to {promised[-1]}" in text_of("README.md")
    assert PROJECT["requires-python"] == f">={promised[0]}"
    assert matrix["os"] == ["ubuntu-latest", "macos-latest", "windows-latest"]


def test_the_workflow_installs_and_checks_as_make_and_contributors_do() -> None:
    runs = [line for step in workflow()["steps"] if "run" in step for line in step["run"].splitlines()]
    pip = shlex.split(runs[0])
    assert shlex.join(pip[:6]) == "python -m pip install --constraint constraints.txt"
    assert "--config-settings editable_mode=strict --editable" in MAKEFILE
    assert pip[6:] == ["--config-settings", "editable_mode=strict", "--editable", ".[test]"]
    assert runs[1:] == [
        "command -v chromium || sudo snap install chromium",
        "sudo apt-get update -qq",
        "sudo apt-get install -y -qq tesseract-ocr tesseract-ocr-nld tesseract-ocr-fra",
        "ruff format --check .",
        "ruff check .",
        "mypy",
        "python -m pytest",
        "python -m pytest --ignore=tests/reliability",
    ]
    for command in ("ruff format .", "ruff check .", "mypy"):
        assert f".venv/bin/python -m {command}" in text_of("CONTRIBUTING.md")


def test_the_workflow_skips_no_test_of_the_browser_on_linux() -> None:
    [step] = [step for step in workflow()["steps"] if step.get("run") == "python -m pytest"]
    assert step["env"] == {"REQUIRE_BROWSER": "${{ runner.os == 'Linux' && '1' || '' }}"}


def test_every_folder_of_the_packages_is_named_to_contributors() -> None:
    setuptools = tomllib.loads(text_of("pyproject.toml"))["tool"]["setuptools"]
    folders = {name.replace(".", "/") for name in setuptools["packages"]}
    paths = {re.sub("^rodedraad/(?=index|ingest)", "", folder) for folder in folders}
    named = re.findall(r"^\| `([\w/]+)/` \|", text_of("CONTRIBUTING.md"), re.MULTILINE)
    assert {re.sub("^rodedraad", "app", path) for path in paths} <= set(named)
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_the_hooks_before_a_commit_download_nothing() -> None:
    [repository] = yaml.safe_load(text_of(".pre-commit-config.yaml"))["repos"]
    assert repository["repo"] == "local"
    assert {hook["language"] for hook in repository["hooks"]} == {"system", "pygrep"}


def test_the_changelog_has_the_version() -> None:
    headings = re.findall(r"^## (.*)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert PROJECT["version"] in headings[0]


def test_the_addresses_of_the_project_are_of_one_repository() -> None:
    home = PROJECT["urls"]["Homepage"]
    assert all(address.startswith(home) for address in PROJECT["urls"].values())
    assert home in text_of("README.md")
    assert home in text_of("SECURITY.md")
