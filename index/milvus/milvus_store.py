"""Milvus store: the states of an index on a Milvus server, and which of their rows are still needed."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from rodedraad.index.encoders.base import Embedder
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.milvus.address import Address
from rodedraad.index.milvus.client import Client, Gone, client_of
from rodedraad.index.milvus.lease import lease
from rodedraad.index.milvus.milvus_draft import MilvusDraft
from rodedraad.index.milvus.milvus_snapshot import MilvusSnapshot
from rodedraad.index.milvus.milvus_state import Names, StateRows, now, read_state_rows
from rodedraad.index.store.check import document_problems
from rodedraad.index.store.draft import Draft, NewDraft
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.store.publishing import written_to
from rodedraad.index.store.snapshot import Snapshot

STATE_GRACE = 600_000
"""Milliseconds that a state is kept after another was published, for those who have it open."""

Deleted = dict[int, set[int]]
"""Keys of documents whose rows were deleted, by segment."""


@dataclass(frozen=True, slots=True)
class MilvusStore:
    """The states of an index on a Milvus server: a `Store`."""

    address: Address
    home: Path  # which keeps embeddings that were not published

    def __str__(self) -> str:
        """The address."""
        return str(self.address)

    def current(self) -> str | None:
        """As `Store.current`."""
        return client_of(self.address).alias(self.address.name)

    def exists(self) -> bool:
        """As `Store.exists`."""
        return self.current() is not None

    def open(self) -> MilvusSnapshot:
        """As `Store.open`."""
        id = self.current()
        while id:
            try:
                return MilvusSnapshot(client_of(self.address), id)
            except Gone:  # another was published, and this one removed, in between
                newer = self.current()
                if newer == id:
                    raise
                id = newer
        raise IndexProblem(f"There is no index at {self.address} yet. Run: rodedraad index")

    @contextmanager
    def writing(self) -> Iterator[NewDraft]:
        """As `Store.writing`."""
        client, names = client_of(self.address), Names(self.address.name)
        with written_to(self.home), lease(client, names) as refuse_if_late:
            self.home.mkdir(parents=True, exist_ok=True)
            followed = names.moment_of(self.current() or "")

            def new_draft(
                last: Snapshot | None, damaged: Collection[str], embedder: Embedder, static: StaticEmbedder
            ) -> Draft:
                assert last is None or isinstance(last, MilvusSnapshot)
                refuse_if_late()
                deleted = prune(client, names, followed)
                return MilvusDraft(client, last, embedder, static, deleted, refuse_if_late)

            yield new_draft

    def problems(self) -> list[str]:
        """As `Store.problems`."""
        snapshot = self.open()
        found = [one for entry in snapshot.manifest.documents for one in document_problems(snapshot, entry)]
        try:
            snapshot.verify()
        except IndexProblem as error:
            found.append(str(error))
        if found:
            snapshot.refuse_if_removed()
        return found


def prune(client: Client, names: Names, followed: int) -> Deleted:
    """Delete states that were replaced STATE_GRACE ago, and then the rows that none of the others shows.

    A reader whose state is still there after it searched has so missed no row. The state of the moment
    `followed` stays: this process reads it until it has written all. Only the process that has the lease
    to write may do this; should it lose that meanwhile, the rows of who has it then are newer than what is
    deleted. Nothing is deleted while a state that is needed cannot be read.
    """
    began, collections = now(), client.collections()
    current = names.moment_of(client.alias(names.index) or "")
    moments = names.moments(collections)
    kept = {before for before, after in pairwise(moments) if before < current and began - after < STATE_GRACE}
    kept |= {current, followed} & set(moments)
    try:
        needed = [read_state_rows(client, names.state(moment)) for moment in sorted(kept)]
    except IndexProblem:
        return {}
    for moment in set(moments) - kept:
        client.drop(names.state(moment))
    segments = sorted({segment for rows in needed for segment in rows.segments})
    unseen = f"segment < {began}" + (f" and segment not in {segments}" if segments else "")
    holders = [name for name in collections if names.holds_rows(name)]
    unused = {name for name in holders if name != names.texts} - {rows.passages for rows in needed}
    deleted = _hidden(needed)
    for name in sorted(set(holders) - unused):
        client.delete(name, unseen)
        for segment, keys in deleted.items():
            client.delete(name, f"segment == {segment} and document in {sorted(keys)}")
    for name in sorted(unused):
        client.drop(name)
    writing = client.alias(names.writing)
    for name in collections:
        if (since := names.began(name)) and began - since > STATE_GRACE and name != writing:
            client.drop(name)
    return deleted


def _hidden(states: list[StateRows]) -> Deleted:
    """The documents that no state shows, though it shows others of their segment: keys, by segment."""
    hidden: Deleted = {}
    for rows in states:
        for number, segment in rows.segments.items():
            hidden[number] = hidden.get(number, set(segment.removed)) & segment.removed.keys()
    return {number: keys for number, keys in hidden.items() if keys}
