"""What tests of indexes on Milvus share: an index of its own for each test."""

from itertools import count
from pathlib import Path

import pytest

from tests.index.conftest import write_villages
from tests.milvus_server import put_on_server

_numbers = count(1)


@pytest.fixture
def address(server: str) -> str:
    """The address of an index that no other test has."""
    return f"{server}/test{next(_numbers)}"


@pytest.fixture
def place(tmp_path: Path, address: str) -> Path:
    """A folder with a corpus of three villages and a home whose index is on the server."""
    put_on_server(tmp_path / "home", address)
    write_villages(tmp_path / "corpus")
    return tmp_path
