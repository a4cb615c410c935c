"""Stores: where the index of a home is kept."""

from pathlib import Path

from rodedraad.index.settings import load_settings
from rodedraad.index.store.draft import Store
from rodedraad.index.store.local_store import LocalStore

_chosen: dict[Path, str] = {}


def choose_store(home: Path, address: str) -> None:
    """For the rest of this process, the index of a home is at an address, whatever settings.toml says."""
    _chosen[home.resolve()] = address


def chosen_store(home: Path) -> str | None:
    """The address that was chosen for a home; None if none was."""
    return _chosen.get(home.resolve())


def store_of(home: Path) -> Store:
    """The store of an index home: the folder itself, unless another is chosen or set.

    Raises RodeDraadError if settings.toml or an address is wrong, or if a server cannot be used.
    """
    address = chosen_store(home) or load_settings(home).store
    if not address:
        return LocalStore(home)
    from rodedraad.index.milvus.address import Address
    from rodedraad.index.milvus.milvus_store import MilvusStore

    return MilvusStore(Address.of(address), home)
