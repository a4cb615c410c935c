import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.reliability.harness import make_place


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An indexed corpus that has changed since; never written to."""
    return make_place(tmp_path_factory.mktemp("reliability") / "place")


@pytest.fixture
def place(made: Path, tmp_path: Path) -> Callable[[], Path]:
    """Makes copies of it, each replacing the one before."""

    def fresh() -> Path:
        target = tmp_path / "place"
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(made, target)
        return target

    return fresh
