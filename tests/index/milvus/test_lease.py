"""Lease: one process at a time writes an index, and one that is silent loses its lease."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import bundled_contextual, bundled_static
from rodedraad.index.milvus import lease as module
from rodedraad.index.milvus import milvus_store
from rodedraad.index.milvus.address import Address
from rodedraad.index.milvus.client import Client, client_of
from rodedraad.index.milvus.lease import lease
from rodedraad.index.milvus.milvus_draft import MilvusDraft
from rodedraad.index.milvus.milvus_state import Names, now
from rodedraad.index.milvus.milvus_store import prune
from rodedraad.index.store.manifest import IndexBusy, Manifest
from rodedraad.index.stores import store_of
from rodedraad.ingest.errors import RodeDraadError

pytestmark = pytest.mark.slow


@pytest.fixture
def client(address: str) -> Client:
    return client_of(Address.of(address))


@pytest.fixture
def names(client: Client) -> Names:
    return Names(client.address.name)


def test_who_comes_second_is_told_who_is_writing(client: Client, names: Names) -> None:
    told = r"process \d+ on .*, last heard of \d seconds ago"
    with lease(client, names), pytest.raises(IndexBusy, match=told), lease(client, names):
        pass
    with lease(client, names) as refuse_if_late:
        refuse_if_late()


def test_nothing_is_left_of_a_lease(client: Client, names: Names) -> None:
    with lease(client, names), pytest.raises(IndexBusy), lease(client, names):
        pass
    assert [name for name in client.collections() if name.startswith(f"{names.index}_")] == []
    assert client.alias(names.writing) is None


def test_a_silent_process_loses_its_lease_and_may_not_publish(
    client: Client, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT", 1000.0)
    monkeypatch.setattr(module, "SETTLE", 0.0)
    with lease(client, names) as refuse_if_late:
        refuse_if_late()
        monkeypatch.setattr(module, "SILENT", 0.0)
        with lease(client, names) as of_the_other:
            of_the_other()
            with pytest.raises(RodeDraadError, match="Another process has begun to index"):
                refuse_if_late()
    assert client.alias(names.writing) is None


def test_a_process_that_gives_signs_of_life_keeps_its_lease(
    client: Client, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT", 0.2)
    monkeypatch.setattr(module, "SILENT", 3.0)
    with lease(client, names):
        for _ in range(4):
            module.time.sleep(1.0)
            with pytest.raises(IndexBusy), lease(client, names):
                pass


def test_other_indexes_on_the_server_are_written_meanwhile(client: Client, names: Names) -> None:
    with ExitStack() as stack:
        for name in ("one", "two", "one_more"):
            stack.enter_context(lease(client, Names(f"{names.index}{name}")))()


def test_a_process_without_its_lease_deletes_nothing(
    place: Path, client: Client, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT", 1000.0)
    monkeypatch.setattr(module, "SETTLE", 0.0)
    pruned: list[Names] = []
    monkeypatch.setattr(milvus_store, "prune", lambda client, names, followed: pruned.append(names))
    with store_of(place / "home").writing() as new_draft:
        monkeypatch.setattr(module, "SILENT", 0.0)
        with lease(client, names), pytest.raises(RodeDraadError, match="Another process has begun to index"):
            new_draft(None, (), bundled_contextual(), bundled_static())
    assert pruned == []


@pytest.mark.usefixtures("no_parser_process")
def test_what_was_written_since_a_process_began_to_delete_stays(
    place: Path, client: Client, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    reindex(place / "corpus", place / "home")
    publish = MilvusDraft.publish

    def publish_late(draft: MilvusDraft, manifest: Manifest) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(milvus_store, "now", lambda: now() - 60_000)
            prune(client, names, 0)
        publish(draft, manifest)

    monkeypatch.setattr(MilvusDraft, "publish", publish_late)
    (place / "corpus" / "pacaipampa.txt").write_text("De markt van Pacaipampa is op zondag.", "utf-8")
    reindex(place / "corpus", place / "home")
    assert store_of(place / "home").problems() == []
