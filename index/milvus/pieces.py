"""Pieces: bytes of any length in rows of a Milvus collection, which holds little in each."""

import base64
import zlib
from collections.abc import Iterator

from rodedraad.index.milvus.client import Client, MilvusRow

PIECE = 65_535
"""Bytes of text in a row; Milvus allows no more."""

PIECES_AT_ONCE = 100
"""Rows that a call carries: 7 MB, where gRPC allows 64."""

FIELDS = [
    ("id", "VARCHAR", {"is_primary": True, "max_length": 100}),
    ("segment", "INT64", {}),
    ("document", "INT64", {}),  # its key; 0 of what is no document's
    ("data", "VARCHAR", {"max_length": PIECE, "mmap_enabled": True}),
    ("nothing", "FLOAT_VECTOR", {"dim": 2}),  # Milvus wants a vector in every collection
]
INDEXES = {
    "nothing": {"index_type": "FLAT", "metric_type": "IP"},
    "segment": {"index_type": "INVERTED"},
    "document": {"index_type": "INVERTED"},
}


def packed(data: bytes) -> str:
    """Bytes as the text that pieces are cut from."""
    return base64.b64encode(zlib.compress(data)).decode()


def unpacked(text: str) -> bytes:
    """The bytes that `packed` packed; raises ValueError if they are damaged."""
    try:
        return zlib.decompress(base64.b64decode(text, validate=True))
    except zlib.error as error:
        raise ValueError(str(error)) from error


def piece_ids(name: str, length: int) -> list[str]:
    """The primary keys of the pieces of a text of this length."""
    return [f"{name}.{number}" for number in range(max(1, -(-length // PIECE)))]


def rows_of(name: str, text: str, segment: int = 0, document: int = 0) -> Iterator[MilvusRow]:
    """The rows of a text, of a document in a segment if it is one's."""
    for number, id in enumerate(piece_ids(name, len(text))):
        yield row(id, text[number * PIECE : (number + 1) * PIECE], segment, document)


def row(id: str, data: str, segment: int = 0, document: int = 0) -> MilvusRow:
    """A row of a collection with FIELDS."""
    return {"id": id, "segment": segment, "document": document, "data": data, "nothing": [0.0, 0.0]}


def insert(client: Client, collection: str, rows: list[MilvusRow]) -> None:
    """Insert rows, PIECES_AT_ONCE in a call."""
    for start in range(0, len(rows), PIECES_AT_ONCE):
        client.insert(collection, rows[start : start + PIECES_AT_ONCE])


def read(client: Client, collection: str, lengths: dict[str, int]) -> dict[str, str]:
    """The texts of these names and lengths; what is missing is left out."""
    ids = {name: piece_ids(name, length) for name, length in lengths.items()}
    wanted = [id for own in ids.values() for id in own]
    found: dict[str, str] = {}
    for start in range(0, len(wanted), PIECES_AT_ONCE):
        for piece in client.rows(collection, wanted[start : start + PIECES_AT_ONCE], ["id", "data"]):
            found[piece["id"]] = piece["data"]
    return {
        name: "".join(found[id] for id in own) for name, own in ids.items() if all(id in found for id in own)
    }
