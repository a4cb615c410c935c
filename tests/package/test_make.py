"""Make: the package is installed again when a module came or went, and not when one was edited."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = sorted(
    file.parent.relative_to(ROOT)
    for package in ("app", "index", "ingest")
    for file in (ROOT / package).rglob("__init__.py")
)

pytestmark = pytest.mark.skipif(
    os.name == "nt" or not shutil.which("make"), reason="the Makefile needs make and a POSIX shell"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The project's folders with a module each, installed in a virtual environment that holds nothing."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    for file in (*(folder / "module.py" for folder in FOLDERS), ".venv/bin/python"):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path


def install(project: Path) -> None:
    """Let everything be from an hour ago, and the installation from later."""
    for path in project.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    for name in ("ready", "ready-to-test"):
        (project / ".venv" / name).touch()
        os.utime(project / ".venv" / name, (1_000_000_001, 1_000_000_001))


def installing(project: Path) -> list[str]:
    """Those of the targets that would install the package."""
    return [
        target
        for target in ("chat", "test", "test-fast")
        if "--editable"
        in subprocess.run(
            ["make", "--dry-run", target], cwd=project, capture_output=True, text=True, check=True
        ).stdout
    ]


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_module_that_came_or_went_is_installed(project: Path, folder: Path) -> None:
    install(project)
    assert installing(project) == []
    (project / folder / "new.py").touch()
    assert installing(project) == ["chat", "test", "test-fast"]
    install(project)
    (project / folder / "new.py").rename(project / folder / "renamed.py")
    assert installing(project) == ["chat", "test", "test-fast"]
    install(project)
    (project / folder / "renamed.py").unlink()
    assert installing(project) == ["chat", "test", "test-fast"]


def test_a_module_that_was_edited_is_not_installed_again(project: Path) -> None:
    install(project)
    for folder in FOLDERS:
        (project / folder / "module.py").write_text("x = 1\n")
    assert installing(project) == []


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_what_is_installed_with_it_is_installed_again(project: Path, name: str) -> None:
    install(project)
    (project / name).touch()
    assert installing(project) == ["chat", "test", "test-fast"]
