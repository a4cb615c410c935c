"""Lease: one process at a time writes an index on Milvus, on whatever machine it is."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from rodedraad.index.milvus import pieces
from rodedraad.index.milvus.client import Client, Gone
from rodedraad.index.milvus.milvus_state import Names
from rodedraad.index.store.manifest import IndexBusy
from rodedraad.index.store.publishing import this_process
from rodedraad.ingest.errors import RodeDraadError

BEAT, SILENT = 10.0, 60.0
"""Seconds between two signs of life of a process that writes, and without one until its lease is over."""

SETTLE = 1.0
"""Seconds after which a process that took the lease from a silent one looks whether it has it."""

SIGN_OF_LIFE = "sign of life"


@contextmanager
def lease(client: Client, names: Names) -> Iterator[Callable[[], None]]:
    """The lease to write; the function given raises RodeDraadError if another process has it meanwhile.

    An alias can be created only once: who creates it has the lease. The collection that it names records
    who that is, and when it last gave a sign of life. Clocks of machines are taken to differ by less than
    SILENT. Raises IndexBusy if another process has the lease.
    """
    _silent_holder(client, names)
    own = names.writer()
    client.create(own, pieces.FIELDS, pieces.INDEXES)
    over = Event()
    try:
        who = this_process()
        _tell(client, own, who)
        _take(client, names, own)
        beating = Thread(target=_beat, args=(client, own, who, over), daemon=True)
        beating.start()
        try:
            yield lambda: _refuse_unless(client, names, own)
        finally:
            over.set()
            beating.join()
            if client.alias(names.writing) == own:
                client.drop_alias(names.writing)
    finally:
        with suppress(RodeDraadError):  # the next process removes it
            client.drop(own)


def _take(client: Client, names: Names, own: str) -> None:
    """Take the lease: as the first, or from a process that gives no sign of life."""
    if not _is_created(client, names.writing, own):
        if _silent_holder(client, names):
            client.alter_alias(names.writing, own)
            time.sleep(SETTLE)  # another may do the same: the last one has it
            if client.alias(names.writing) != own:
                _silent_holder(client, names)
        else:  # it has just ended
            client.create_alias(names.writing, own)
    _refuse_unless(client, names, own)


def _is_created(client: Client, alias: str, own: str) -> bool:
    """Create an alias; whether there was none."""
    try:
        client.create_alias(alias, own)
    except Gone:
        raise
    except RodeDraadError:
        if client.alias(alias) is None:
            raise
        return False
    return True


def _silent_holder(client: Client, names: Names) -> str | None:
    """The process that has the lease, if any; raises IndexBusy if it gives signs of life."""
    holder = client.alias(names.writing)
    told = _told(client, holder) if holder else None
    if told and time.time() - told["at"] < SILENT:
        ago = max(0, round(time.time() - told["at"]))
        who = f"{told['who']}, last heard of {ago} seconds ago"
        raise IndexBusy(client.address, who, "; if it was ended, wait a minute")
    return holder


def _refuse_unless(client: Client, names: Names, own: str) -> None:
    if client.alias(names.writing) != own:
        raise RodeDraadError(
            f"Another process has begun to index into {client.address}, as this one gave no sign of life. "
            "What was published stays. Run again: rodedraad index"
        )


def _beat(client: Client, own: str, who: str, over: Event) -> None:
    while not over.wait(BEAT):
        with suppress(RodeDraadError):
            _tell(client, own, who)


def _tell(client: Client, own: str, who: str) -> None:
    client.upsert(own, [pieces.row(SIGN_OF_LIFE, json.dumps({"who": who, "at": time.time()}))])


def _told(client: Client, holder: str) -> dict[str, Any] | None:
    try:
        rows = client.rows(holder, [SIGN_OF_LIFE], ["data"])
    except Gone:
        return None
    told: dict[str, Any] | None = json.loads(rows[0]["data"]) if rows else None
    return told
