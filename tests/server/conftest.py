"""A server over an index of the corpus, and what it logs."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from rodedraad.live.json_log import LOG
from tests.servers import serving


@pytest.fixture(scope="module")
def address(home: Path) -> Iterator[str]:
    with serving(home) as address:
        yield address


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def logged() -> Iterator[list[logging.LogRecord]]:
    """The records that the program logs."""
    handler = _Records()
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    yield handler.records
    LOG.removeHandler(handler)
    LOG.setLevel(logging.NOTSET)
