"""The wheel that the working tree makes, and a virtual environment that it is installed in."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files that git tracks, and of new ones that it does not ignore."""
    tree = tmp_path_factory.mktemp("tree")
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():  # not one that was removed and is still tracked
            (tree / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, tree / name)
    return tree


def build_wheel(source: Path, folder: Path) -> Path:
    """The wheel of a source tree or sdist, built with the setuptools of this environment.

    Its files are not compressed: to deflate the models takes most of the time.
    """
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    stored = "--config-settings=--build-option=--compression=stored"
    subprocess.run([*command, stored, "--wheel-dir", str(folder), str(source)], check=True, timeout=600)
    [wheel] = folder.glob("*.whl")
    return wheel


@pytest.fixture(scope="session")
def wheel(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tree, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def wheel_of_sdist(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the sdist that the tree makes."""
    folder = tmp_path_factory.mktemp("sdist")
    program = "import sys; from setuptools.build_meta import build_sdist; build_sdist(sys.argv[1])"
    subprocess.run([sys.executable, "-c", program, str(folder)], cwd=tree, check=True, timeout=600)
    [sdist] = folder.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        assert not [name for name in archive.getnames() if "articles" in name]
    return build_wheel(sdist, folder / "wheel")


@pytest.fixture(scope="session")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command `rodedraad` of a fresh environment with the wheel; dependencies are those of this one.

    A .pth file lists this environment's site-packages. Python does not read the .pth files there, so the
    editable install of the working tree cannot be imported.
    """
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, symlinks=os.name != "nt")
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    python = programs / "python"
    command = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps"]
    subprocess.run([*command, str(wheel)], check=True, timeout=600)
    [packages] = folder.glob("**/site-packages")
    seen = [path for path in sys.path if Path(path).name == "site-packages"]
    (packages / "dependencies.pth").write_text("\n".join(seen), "utf-8")
    return programs / "rodedraad"
