"""Milvus server for the tests: milvus-lite in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rodedraad.index.milvus.address import Address
from rodedraad.index.milvus.client import Client
from rodedraad.ingest.errors import RodeDraadError
from tests.servers import PATIENCE, free_port, until

LITE = (sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1")


@contextmanager
def milvus_server(folder: Path, port: int = 0) -> Iterator[str]:
    """A server that keeps its data in a folder; yields its address, without the name of an index."""
    port = port or free_port()
    with (folder.parent / "milvus.log").open("a") as log:
        server = subprocess.Popen(
            [*LITE, "--port", str(port), "--data-dir", str(folder)], stdout=log, stderr=log
        )

        def is_open() -> bool:
            assert server.poll() is None, (folder.parent / "milvus.log").read_text()
            return _answers(Address("127.0.0.1", port, "any"))

        try:
            until(is_open, "the Milvus server did not open its port")
            yield f"milvus://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(PATIENCE)


def put_on_server(home: Path, address: str) -> None:
    """Have the index of a home be at an address."""
    home.mkdir(parents=True)
    (home / "settings.toml").write_text(f'store = "{address}"\n', "utf-8")


def _answers(address: Address) -> bool:
    try:
        Client(address)
    except RodeDraadError:
        return False
    return True
