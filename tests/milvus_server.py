"""Milvus server for the tests: milvus-lite in a process of its own."""

import base64
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import grpc
from google.protobuf.message import Message

from rodedraad.index.milvus.address import Address
from rodedraad.index.milvus.client import Client
from rodedraad.ingest.errors import RodeDraadError
from tests.servers import PATIENCE, free_port, until

LITE = (sys.executable, "-m", "milvus_lite", "server", "--host", "127.0.0.1")


@contextmanager
def milvus_process(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server that keeps its data in a folder; yields its process once it answers."""
    with (folder.parent / "milvus.log").open("a") as log:
        server = subprocess.Popen(
            [*LITE, "--port", str(port), "--data-dir", str(folder)], stdout=log, stderr=log
        )

        def is_open() -> bool:
            assert server.poll() is None, (folder.parent / "milvus.log").read_text()
            return _answers(Address("127.0.0.1", port, "any"))

        try:
            until(is_open, "the Milvus server did not open its port")
            yield server
        finally:
            server.terminate()
            server.wait(PATIENCE)


@contextmanager
def milvus_server(folder: Path, port: int = 0) -> Iterator[str]:
    """A server that keeps its data in a folder; yields its address, without the name of an index."""
    port = port or free_port()
    with milvus_process(folder, port):
        yield f"milvus://127.0.0.1:{port}"


@contextmanager
def entrance(
    server: str, token: str = "", answers: Mapping[str, Message] = MappingProxyType({})
) -> Iterator[str]:
    """The entrance of a server; yields its address.

    It lets in only those who send the token, if there is one, and gives `answers`, by the names of calls,
    in place of the server.
    """
    port = free_port()
    gate = grpc.server(ThreadPoolExecutor(4))
    gate.add_generic_rpc_handlers([_Gate(server.removeprefix("milvus://"), token, answers)])
    gate.add_insecure_port(f"127.0.0.1:{port}")
    gate.start()
    try:
        yield f"milvus://127.0.0.1:{port}"
    finally:
        gate.stop(None).wait()


class _Gate(grpc.GenericRpcHandler):
    """Hands calls on to a server as they are, if they come with the token; some it answers itself."""

    def __init__(self, server: str, token: str, answers: Mapping[str, Message]) -> None:
        self._channel = grpc.insecure_channel(server)
        self._key = base64.b64encode(token.encode()).decode()
        self._answers = answers

    def service(self, call: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler:
        sent = dict(call.invocation_metadata).get("authorization")
        hand_on: Callable[[bytes], bytes] = self._channel.unary_unary(call.method)
        own = self._answers.get(call.method.rpartition("/")[2])

        def answer(request: bytes, context: grpc.ServicerContext) -> bytes:
            if self._key and sent != self._key:
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "auth check failure, please check api key")
            return own.SerializeToString() if own else hand_on(request)

        return grpc.unary_unary_rpc_method_handler(answer)


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
