"""Stores: where the index of a home is kept."""

from pathlib import Path

from rodedraad.index.store.draft import Store
from rodedraad.index.store.local_store import LocalStore


def store_of(home: Path) -> Store:
    """The store of an index home; raises RodeDraadError if settings.toml is wrong."""
    return LocalStore(home)
