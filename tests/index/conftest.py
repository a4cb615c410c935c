"""What tests of indexes share: three villages, a Milvus server for those that need one, and both stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.milvus_server import milvus_server, put_on_server

VILLAGES = {
    "canchaque.txt": "De coöperatie van Canchaque droogt koffie op het dak van de oude school.",
    "montero.txt": "In Montero weven veertig vrouwen dekens van alpacawol.",
    "sondor.txt": "De brug van Sondor werd in 1998 door een vloed weggespoeld.",
}


def write_villages(corpus: Path) -> None:
    corpus.mkdir()
    for name, text in VILLAGES.items():
        (corpus / name).write_text(text, "utf-8")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with milvus_server(tmp_path_factory.mktemp("milvus") / "data") as address:
        yield address


@pytest.fixture(params=["folder", "milvus"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A folder with a corpus of three villages and an empty home, whose index is there or on a server."""
    write_villages(tmp_path / "corpus")
    if request.param == "milvus":
        name = request.node.name.partition("[")[0]
        put_on_server(tmp_path / "home", f"{request.getfixturevalue('server')}/{name[:60]}")
    return tmp_path
