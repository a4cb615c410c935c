"""Client: each error of a Milvus server says what to do."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.milvus.address import Address
from rodedraad.index.milvus.client import Client, Gone, client_of
from rodedraad.index.search import Searcher
from rodedraad.index.stores import store_of
from rodedraad.ingest.errors import RodeDraadError
from tests.milvus_server import milvus_server, put_on_server
from tests.servers import free_port

pytestmark = pytest.mark.slow


@pytest.fixture
def client(address: str) -> Client:
    return Client(Address.of(address))


def failing(code: int, message: str) -> Callable[..., None]:
    """A call that the server answers with an error."""
    from pymilvus import MilvusException

    def fail(*arguments: Any, **named: Any) -> None:
        raise MilvusException(code, message)

    return fail


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ((1, "quota exceeded[reason=memory quota exhausted]"), "is full (quota exceeded"),
        ((1, "no space left on device"), "is full"),
        ((3, "memory limit exceeded[predict=9][limit=8]"), "is full (memory limit exceeded"),
        (
            (9, "quota exceeded[reason=rate type: DMLInsert]"),
            "now (quota exceeded[reason=rate type: DMLInsert]). Try",
        ),
        ((1, "service not ready[standalone=1: Initializing]"), "now (service not ready"),
        ((65535, "auth check failure, please check api key"), "Put the right user:password"),
        ((1800, "user hasn't authenticated"), "Put the right user:password"),
        (
            (65535, "PrivilegeInsert: permission deny to an in the `default` database"),
            "does not permit this to the user in RODEDRAAD_MILVUS_TOKEN (PrivilegeInsert: permission deny",
        ),
        ((4, "Deadline Exceeded"), "did not answer in time"),
        ((2, "Fail connecting to server on localhost:19530"), "cannot be reached"),
        ((1100, "invalid parameter[expected=x]"), "refuses what was asked: invalid parameter"),
        ((901, "node not found[node=7]"), "refuses what was asked: node not found"),
    ],
)
def test_an_error_of_the_server_is_told(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: tuple[int, str], told: str
) -> None:
    monkeypatch.setattr(client._client, "list_collections", failing(*error))
    with pytest.raises(RodeDraadError) as caught:
        client.collections()
    assert told in str(caught.value)
    assert client.address.server in str(caught.value)


def test_without_encryption_at_the_other_end_that_is_told(server: str) -> None:
    program = (
        "import sys; from rodedraad.index.milvus.address import Address\n"
        "from rodedraad.index.milvus.client import Client; Client(Address.of(sys.argv[1]))\n"
    )
    address = f"{server.replace('milvus', 'milvuss')}/reports"
    # In this process pymilvus would take the connection that there is to the server.
    tried = subprocess.run([sys.executable, "-c", program, address], capture_output=True, text=True)
    assert "gives no encrypted connection that this machine trusts. Check its certificate" in tried.stderr


@pytest.mark.parametrize(
    "error",
    [
        (100, "can't find collection[database=default][collection=reports_v1]"),
        (100, "collection not found[database=default][collection=reports_v1]"),
        (1600, "alias not found[database=default][alias=reports]"),
    ],
)
def test_what_is_gone_is_no_other_error(
    client: Client, monkeypatch: pytest.MonkeyPatch, error: tuple[int, str]
) -> None:
    monkeypatch.setattr(client._client, "describe_alias", failing(*error))
    assert client.alias("reports") is None


def test_a_collection_that_is_gone_is_told_apart(client: Client) -> None:
    with pytest.raises(Gone):
        client.rows("nothing_of_this_name", ["1"], ["id"])
    assert client.alias("nothing_of_this_name") is None


def test_a_server_that_comes_back_is_used_again(tmp_path: Path, no_parser_process: None) -> None:
    port = free_port()
    address = f"milvus://127.0.0.1:{port}/reports"
    put_on_server(tmp_path / "home", address)
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "brug.txt").write_text("De brug van Sondor is weg.", "utf-8")
    with milvus_server(tmp_path / "data", port):
        reindex(tmp_path / "corpus", tmp_path / "home")
        published = store_of(tmp_path / "home").current()
    began = time.monotonic()
    with pytest.raises(RodeDraadError, match="cannot be reached|did not answer"):
        store_of(tmp_path / "home").current()
    assert time.monotonic() - began < 30
    with milvus_server(tmp_path / "data", port):
        while not _is_reached(tmp_path / "home"):
            assert time.monotonic() - began < 120
        assert store_of(tmp_path / "home").current() == published
        searcher = Searcher.open(tmp_path / "home")
    with milvus_server(tmp_path / "data", port):
        [hit] = searcher.search(searcher.query("Waar is de brug?"), 3)
        assert hit.passage.text == "De brug van Sondor is weg."
    assert client_of(Address.of(address)) is client_of(Address.of(address))


def _is_reached(home: Path) -> bool:
    try:
        store_of(home).current()
    except RodeDraadError:
        return False
    return True


def test_pymilvus_is_imported_only_for_a_server() -> None:
    code = (
        "import sys; from pathlib import Path; from rodedraad.index.stores import store_of; "
        "store_of(Path('nowhere')).current(); assert 'pymilvus' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
