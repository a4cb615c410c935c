"""What tests of indexes on Milvus share: a server, and an index of its own for each test."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.milvus_server import milvus_server, put_on_server

_numbers = count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_server(tmp_path_factory.mktemp("milvus") / "data") as address:
        yield address


@pytest.fixture
def address(server: str) -> str:
    """The address of an index that no other test has."""
    return f"{server}/test{next(_numbers)}"


@pytest.fixture
def place(tmp_path: Path, address: str) -> Path:
    """A folder with a corpus of three villages and a home whose index is on the server."""
    put_on_server(tmp_path / "home", address)
    (tmp_path / "corpus").mkdir()
    for name, text in VILLAGES.items():
        (tmp_path / "corpus" / name).write_text(text, "utf-8")
    return tmp_path


VILLAGES = {
    "canchaque.txt": "De coöperatie van Canchaque droogt koffie op het dak van de oude school.",
    "montero.txt": "In Montero weven veertig vrouwen dekens van alpacawol.",
    "sondor.txt": "De brug van Sondor werd in 1998 door een vloed weggespoeld.",
}
