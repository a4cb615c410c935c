"""Milvus state: what a published state of an index on Milvus consists of.

    NAME                   alias of the collection of the published state
    NAME_v1732872000000    a state: its manifest, its words, and which rows it shows
    NAME_p_FINGERPRINT     passages embedded by one model, of all states
    NAME_texts             reading texts, of all states
    NAME_w1732872000000_…  a process that writes
    NAME_writing           alias of the collection of the process that may write

A row belongs to a segment, the work of one process up to a publication. A state names the segments whose
rows it shows, and the documents in them that it does not. So rows that were written and not published are
seen by nobody, and a published state never changes.
"""

import json
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from secrets import token_hex
from time import time

from rodedraad.index.milvus import pieces
from rodedraad.index.milvus.client import Client
from rodedraad.index.store.manifest import IndexProblem, Manifest, damaged

STATE_FORMAT = 1
"""Increased with every change of what is stored."""

CONTENTS = "contents"
"""The row that marks a state as whole, and holds the lengths of its texts."""


def now() -> int:
    """The moment, in milliseconds since 1970."""
    return int(time() * 1000)


@dataclass(frozen=True, slots=True)
class Names:
    """The names of an index's collections and aliases."""

    index: str

    def passages(self, fingerprint: str) -> str:
        """The passages embedded by the model of a fingerprint."""
        return f"{self.index}_p_{fingerprint[:16]}"

    @property
    def texts(self) -> str:
        """The reading texts."""
        return f"{self.index}_texts"

    @property
    def writing(self) -> str:
        """The alias of the process that may write."""
        return f"{self.index}_writing"

    def state(self, moment: int) -> str:
        """A state that is published at a moment, in milliseconds since 1970."""
        return f"{self.index}_v{moment}"

    def writer(self) -> str:
        """A process that begins to write now: a name of its own."""
        return f"{self.index}_w{now()}_{token_hex(4)}"

    def began(self, collection: str) -> int | None:
        """When the process that a collection represents began to write; None if it is another index's."""
        found = re.fullmatch(rf"{self.index}_w(\d+)_[0-9a-f]+", collection)
        return int(found.group(1)) if found else None

    def moment_of(self, state: str) -> int:
        """The moment in the name of a state; 0 of another collection."""
        return next(iter(self.moments([state])), 0)

    def holds_rows(self, collection: str) -> bool:
        """Whether a collection is one that the states of this index share."""
        return bool(re.fullmatch(rf"{self.index}_(texts|p_[0-9a-f]+)", collection))

    def moments(self, collections: Iterable[str]) -> list[int]:
        """The moments of the states among collections, in order."""
        form = re.compile(rf"{self.index}_v(\d+)")
        return sorted(int(found.group(1)) for name in collections if (found := form.fullmatch(name)))


@dataclass(frozen=True, slots=True)
class Segment:
    """The rows of a segment, as a state sees them."""

    rows: int  # passages
    removed: dict[int, int]  # documents that the state does not show, by key, and their passages

    @property
    def live(self) -> int:
        """The passages that are shown."""
        return self.rows - sum(self.removed.values())


Segments = dict[int, Segment]


def filter_of(segments: Segments, documents: Iterable[int] | None = None) -> str:
    """The filter of the rows that a state shows; only those of `documents`, given by their keys, if given."""
    removed = sorted(key for segment in segments.values() for key in segment.removed)
    parts = [f"segment in {sorted(segments)}"]
    parts += [f"document not in {removed}"] if removed else []
    parts += [f"document in {sorted(documents)}"] if documents is not None else []
    return " and ".join(parts)


@dataclass(slots=True)
class WordCounts:
    """How many passages hold each word, and each stem."""

    words: Counter[str] = field(default_factory=Counter)
    stems: Counter[str] = field(default_factory=Counter)
    passages: int = 0
    length: int = 0  # words of all passages

    def copy(self) -> "WordCounts":
        """Counts of their own."""
        return WordCounts(self.words.copy(), self.stems.copy(), self.passages, self.length)

    def add(self, words: Collection[str], stems: Collection[str]) -> None:
        """Count a passage with these words and stems."""
        self.words.update(set(words))
        self.stems.update(set(stems))
        self.passages += 1
        self.length += len(words)

    def remove(self, words: Collection[str], stems: Collection[str]) -> None:
        """Count a passage with these words and stems no longer."""
        for counts, held in ((self.words, words), (self.stems, stems)):
            counts.subtract(set(held))
            for word in set(held):
                if counts[word] <= 0:
                    del counts[word]
        self.passages -= 1
        self.length -= len(words)


@dataclass(frozen=True, slots=True)
class StateRows:
    """The rows of a state."""

    passages: str  # their collection
    segments: Segments


@dataclass(frozen=True, slots=True)
class MilvusState:
    """A state, whole."""

    rows: StateRows
    manifest: Manifest
    counts: WordCounts


def write_state(client: Client, collection: str, state: MilvusState) -> None:
    """Write a state to a new collection; the row that marks it as whole comes last."""
    counts, segments = state.counts, state.rows.segments
    words = [counts.words, counts.stems, counts.passages, counts.length]
    rows = [
        state.rows.passages,
        [[number, own.rows, list(own.removed.items())] for number, own in segments.items()],
    ]
    texts = {
        "manifest": pieces.packed(state.manifest.packed(collection)),
        "rows": pieces.packed(json.dumps(rows).encode()),
        "words": pieces.packed(json.dumps(words).encode()),
    }
    client.create(collection, pieces.FIELDS, pieces.INDEXES)
    for name, text in texts.items():
        pieces.insert(client, collection, list(pieces.rows_of(name, text)))
    contents = {
        "format": STATE_FORMAT,
        "texts": {name: [len(text), _crc32(text)] for name, text in texts.items()},
    }
    client.insert(collection, [pieces.row(CONTENTS, json.dumps(contents))])


def read_state(client: Client, collection: str) -> MilvusState:
    """Read a state; raises Gone if it was removed, IndexProblem if it is damaged or of another format."""
    texts = _texts(client, collection, ("manifest", "rows", "words"))
    try:
        words, stems, passages, length = json.loads(texts["words"])
        return MilvusState(
            _rows(texts["rows"]),
            Manifest.unpacked(texts["manifest"], collection, client.address),
            WordCounts(Counter(words), Counter(stems), passages, length),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(client.address) from error


def read_state_rows(client: Client, collection: str) -> StateRows:
    """The rows of a state, without reading its documents; raises as `read_state`."""
    return _rows(_texts(client, collection, ("rows",))["rows"])


def _rows(data: bytes) -> StateRows:
    passages, segments = json.loads(data)
    return StateRows(passages, {number: Segment(rows, dict(removed)) for number, rows, removed in segments})


def _texts(client: Client, collection: str, names: Collection[str]) -> dict[str, bytes]:
    """Some texts of a state."""
    try:
        [row] = client.rows(collection, [CONTENTS], ["data"])
        contents = json.loads(row["data"])
        if contents["format"] != STATE_FORMAT:
            raise IndexProblem(
                f"The index {client.address} was made by another version of Rode Draad. Run: rodedraad index"
            )
        lengths = {name: contents["texts"][name][0] for name in names}
        texts = pieces.read(client, collection, lengths)
        if any(_crc32(texts[name]) != contents["texts"][name][1] for name in names):
            raise damaged(client.address)
        return {name: pieces.unpacked(text) for name, text in texts.items()}
    except (ValueError, KeyError, TypeError) as error:
        raise damaged(client.address) from error


def _crc32(text: str) -> int:
    return zlib.crc32(text.encode())
