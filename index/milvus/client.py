"""Client: calls to a Milvus server, whose errors say what to do."""

import logging
import os
import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from rodedraad.index.milvus.address import Address
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.ingest.errors import RodeDraadError

TOKEN = "RODEDRAAD_MILVUS_TOKEN"
"""The variable of the environment that holds user:password, or an API key."""

PATIENCE, SOON = 60.0, 5.0
"""Seconds that a call may take; and that may take which every question begins with."""

CONNECTION = {"grpc.keepalive_time_ms": 360_000, "grpc.max_reconnect_backoff_ms": 2_000}
"""Options of gRPC: pymilvus asks every ten seconds whether the server is there, and servers of gRPC hang up
on who asks more than every five minutes; after a failure it would wait up to two minutes to try again."""

EFFORT = 1_000
"""How many vectors an HNSW index keeps in view (ef): more find more of the nearest, and take longer."""

OLDEST = (2, 5)
"""The first version of Milvus that keeps some fields of a collection out of memory."""

GONE = r"(collection|alias|index)( \S+)? (not found|does not exist)|can't find collection"
"""What a server says of a collection, an alias or an index that does not exist."""

TOLD = (
    (
        "unauthenticated|not authenticated|hasn't authenticated|auth check|authorization",
        "does not let you in. Put the right user:password, or API key, in the variable "
        f"{TOKEN} of the environment.",
    ),
    (
        "permission.?den|not permitted",
        f"does not permit this to the user in {TOKEN} ({{said}}). Ask its administrator for the permission.",
    ),
    (
        "handshake|certificate",
        "gives no encrypted connection that this machine trusts. Check its certificate; without encryption "
        "an address begins with milvus://.",
    ),
    (
        "rate (type|limit)|request limit|not ready",
        "takes no request of this kind now ({said}). Try again later.",
    ),
    (
        r"quota|exhausted|no space|disk|out of memory|memory limit|\boom\b|insufficient",
        "is full ({said}). Give it more memory or disk; the published index is as it was.",
    ),
    ("deadline|timeout|timed out", "did not answer in time. Try again later."),
    (
        "unavailable|fail(ed)? connecting|connect",
        "cannot be reached. Is it running, and is the address right?",
    ),
)
"""What is told of a server, by what is in its error or the cause of that: the first that fits."""

MilvusRow = dict[str, Any]


class Gone(IndexProblem):
    """A collection or an alias does not exist, or no longer."""


class _NotLoaded(RodeDraadError):
    """A collection is not loaded, as after a restart of the server."""


class Client:
    """A connection to a Milvus server. Thread-safe."""

    def __init__(self, address: Address) -> None:
        """Connect; raises RodeDraadError if pymilvus is not installed, or as `_told`."""
        try:
            from pymilvus import MilvusClient
        except ImportError as error:
            raise RodeDraadError(
                "To use a Milvus server, install Rode Draad with pymilvus: "
                "python -m pip install --constraint constraints.txt --editable '.[milvus]'"
            ) from error
        logging.getLogger("pymilvus").setLevel(logging.CRITICAL)  # what it logs is raised too
        self.address = address
        token = os.environ.get(TOKEN, "")
        self._client: Any = self._tried(
            lambda: MilvusClient(uri=address.server, token=token, timeout=PATIENCE, grpc_options=CONNECTION)
        )
        self._refuse_old(str(self._call("get_server_version")))

    def _refuse_old(self, version: str) -> None:
        found = re.search(r"(\d+)\.(\d+)", version)
        if found and tuple(map(int, found.groups())) < OLDEST:
            wanted = ".".join(map(str, OLDEST))
            raise RodeDraadError(
                f"The Milvus server at {self.address.server} has version {version}; {wanted} or newer is "
                "needed."
            )

    def _call(self, name: str, *arguments: Any, **named: Any) -> Any:
        """Call a method of pymilvus' client; raises Gone, or RodeDraadError."""
        named = {"timeout": PATIENCE} | named
        return self._tried(lambda: getattr(self._client, name)(*arguments, **named))

    def _on(self, collection: str, name: str, **named: Any) -> Any:
        """Call a method for a collection that has to be in memory."""
        try:
            return self._call(name, collection, **named)
        except _NotLoaded:
            self._call("load_collection", collection)
            return self._call(name, collection, **named)

    def _tried(self, call: Callable[[], Any]) -> Any:
        from grpc import RpcError
        from pymilvus import MilvusException

        try:
            return call()
        except (MilvusException, RpcError) as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> RodeDraadError:
        """The error for a person."""
        text = str(error)
        if re.search(r"not (fully )?loaded|state 'released'", text, re.IGNORECASE):
            return _NotLoaded(text)
        if re.search(GONE, text, re.IGNORECASE):
            return self.gone()
        cause = f"{text} {error.__cause__}"  # has the reason of a failed connection
        fits = (told for causes, told in TOLD if re.search(causes, cause, re.IGNORECASE))
        told = next(fits, "refuses what was asked: {said}")
        return RodeDraadError(f"The Milvus server at {self.address.server} {told.format(said=_first(text))}")

    def gone(self) -> Gone:
        """The error where a state was removed that somebody reads."""
        return Gone(
            f"{self.address} no longer has what was asked for: a newer state of the index was published. "
            "Ask again; a program opens the index again."
        )

    def has(self, collection: str) -> bool:
        """Whether there is such a collection."""
        return bool(self._call("has_collection", collection))

    def collections(self) -> list[str]:
        """The names of all collections."""
        return list(self._call("list_collections"))

    def create(
        self, name: str, fields: Sequence[tuple[str, str, MilvusRow]], indexes: Mapping[str, MilvusRow]
    ) -> None:
        """Create what there is not yet of a collection and its indexes, and load it.

        A field is its name, the name of its type and what pymilvus' `add_field` takes besides; an index is
        what `add_index` takes besides the field that it has as its key here.
        """
        from pymilvus import DataType

        if not self.has(name):
            schema = self._client.create_schema(auto_id=False, enable_dynamic_field=False)
            for field, kind, more in fields:
                schema.add_field(field, getattr(DataType, kind), **more)
            self._call("create_collection", name, schema=schema, consistency_level="Strong")
        there = set(self._call("list_indexes", name))
        wanted = self._client.prepare_index_params()
        for field, index in indexes.items():
            if field not in there:
                wanted.add_index(field, index_name=field, **index)
        if len(wanted):
            self._call("create_index", name, wanted, sync=False)  # else it looks every half second
        self._call("load_collection", name)

    def drop(self, collection: str) -> None:
        """Drop a collection."""
        self._call("drop_collection", collection)

    def insert(self, collection: str, rows: list[MilvusRow]) -> None:
        """Insert rows."""
        self._call("insert", collection, rows)

    def upsert(self, collection: str, rows: list[MilvusRow]) -> None:
        """Insert rows, in place of those with the same primary key."""
        self._call("upsert", collection, rows)

    def delete(self, collection: str, filter: str) -> None:
        """Delete the rows that a filter admits."""
        self._on(collection, "delete", filter=filter)

    def rows(self, collection: str, ids: Sequence[str], fields: Sequence[str]) -> list[MilvusRow]:
        """The rows with these primary keys, in any order."""
        if not ids:
            return []
        return list(self._on(collection, "query", ids=list(ids), output_fields=list(fields)))

    def count(self, collection: str, filter: str) -> int:
        """The number of rows that a filter admits."""
        return int(self._on(collection, "query", filter=filter, output_fields=["count(*)"])[0]["count(*)"])

    def search(
        self, collection: str, field: str, vector: Any, k: int, filter: str, fields: Sequence[str], level: str
    ) -> list[MilvusRow]:
        """The k rows with the greatest inner product; `distance` is that product, `entity` has the fields.

        `level` is Milvus' level of consistency.
        """
        found = self._on(
            collection,
            "search",
            data=[vector],
            anns_field=field,
            limit=k,
            filter=filter,
            output_fields=list(fields),
            search_params={"metric_type": "IP", "params": {"ef": EFFORT} if field == "vector" else {}},
            consistency_level=level,
        )
        return list(found[0])

    def alias(self, name: str) -> str | None:
        """The collection that an alias names; None if there is no such alias."""
        try:
            return str(self._call("describe_alias", name, timeout=SOON)["collection_name"])
        except Gone:
            return None

    def create_alias(self, name: str, collection: str) -> None:
        """Create an alias; raises RodeDraadError if it exists."""
        self._call("create_alias", collection, name)

    def alter_alias(self, name: str, collection: str) -> None:
        """Have an alias name another collection, from one moment to the next."""
        self._call("alter_alias", collection, name)

    def drop_alias(self, name: str) -> None:
        """Drop an alias."""
        self._call("drop_alias", name)


def _first(text: str) -> str:
    """What an error of Milvus says, without its code."""
    found = re.search(r"message=(.*?)\)?>?$", text, re.DOTALL)
    return (found.group(1) if found else text).strip().splitlines()[0][:200]


@cache
def client_of(address: Address) -> Client:
    """The connection of this process to a server; made once."""
    return Client(address)
