"""Stores: where the index of a home is kept."""

import os
from pathlib import Path

from rodedraad.index.settings import load_settings
from rodedraad.index.store.draft import Store
from rodedraad.index.store.local_store import LocalStore

STORE = "RODEDRAAD_STORE"
"""The variable of the environment that, if set, goes before `store` of settings.toml."""


def store_of(home: Path) -> Store:
    """The store of an index home: the folder itself, unless another is set.

    Raises RodeDraadError if settings.toml or an address is wrong, or if a server cannot be used.
    """
    address = os.environ.get(STORE) or load_settings(home).store
    if not address:
        return LocalStore(home)
    from rodedraad.index.milvus.address import Address
    from rodedraad.index.milvus.milvus_store import MilvusStore

    return MilvusStore(Address.of(address))
