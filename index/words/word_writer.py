"""Word writer: writes the word index of passages, whole or as changes to a previous one."""

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path, PurePosixPath

import numpy as np
import tantivy

from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.files.safe_files import crc32_of, link, sync, write_file
from rodedraad.index.files.segments import (
    Record,
    SegmentWriter,
    read_record,
    read_record_text,
    texts_file,
    to_merge,
    vectors_file,
)
from rodedraad.index.words.analysis import analysis
from rodedraad.index.words.word_index import TANTIVY, VOCABULARY, read_vocabulary

MUTABLE = frozenset({"meta.json", ".managed.json"})
"""The files that tantivy replaces; its other files never change."""


class WordWriter:
    """Writes the words of passages into a folder: all of them, or the changes to a previous index.

    Each passage has a key, a number that no other passage ever had; the keys of a document are
    consecutive. Words that occurred only in removed passages stay in the vocabulary, and match nothing.
    """

    def __init__(
        self,
        folder: Path,
        segment: str,
        static: StaticEmbedder,
        old: Path | None = None,
        files: Collection[str] = (),
    ) -> None:
        """Begin in a new folder, with the index in the folder `old` if given, which has `files`.

        `segment` is the name of the new words' file, unlike that of any previous index. Raises OSError
        if a file cannot be written, DamagedFile if `old` cannot be read.
        """
        self._folder, self._segment, self._static = folder, segment, static
        self._tantivy = folder / TANTIVY
        self._tantivy.mkdir(parents=True)
        self._vocabulary: list[Record] = []
        self._known: set[str] = set()
        self._new: dict[str, None] = {}
        self._old = old
        self._linked: set[str] = set()
        if old:
            self._vocabulary = read_vocabulary(old)
            for record in self._vocabulary:
                self._known.update(read_record_text(old, record).decode(errors="replace").split())
            self._linked = {PurePosixPath(name).name for name in files if name.startswith(f"{TANTIVY}/")}
            for name in self._linked:
                link(old / TANTIVY / name, self._tantivy / name)
        with _trouble():
            index = _open(self._tantivy) if old else _create(self._tantivy)
            self._writer = index.writer(num_threads=1)

    def remove(self, key: int) -> None:
        """Remove the passages of the document whose first passage has this key."""
        with _trouble():
            self._writer.delete_documents_by_term("document", str(key))

    def add(self, key: int, passages: Iterable[tuple[str, str]]) -> None:
        """Add the passages of a document, each a text and its ISO 639-1 language; the first has this key."""
        by = analysis(self._static)
        for number, (text, language) in enumerate(passages, key):
            words = by.with_parts(by.words(text), language)
            self._new.update((word, None) for word in words if word not in self._known)
            document = tantivy.Document()
            document.add_text("words", " ".join(words))
            document.add_text("stems", " ".join(by.stem(word, language) for word in words))
            document.add_text("document", str(key))
            document.add_unsigned("passage", number)
            with _trouble():
                self._writer.add_document(document)

    def finish(self) -> dict[str, tuple[int, int] | None]:
        """Flush to disk; returns the size and CRC-32 of each file by path, None for a file of `old`."""
        with _trouble():
            self._writer.commit()
            self._writer.wait_merging_threads()
        files = self._write_vocabulary()
        mode = (self._folder / VOCABULARY).stat().st_mode  # what the umask allows
        for path in self._tantivy.iterdir():
            if path.suffix == ".lock":
                path.unlink()
                continue
            name = f"{TANTIVY}/{path.name}"
            if path.name in self._linked and path.name not in MUTABLE:
                files[name] = None
            else:
                if path.stat().st_mode != mode:  # tantivy lets only the owner read some files
                    path.chmod(mode)
                sync(path)
                with path.open("rb") as file:
                    files[name] = (path.stat().st_size, crc32_of(file))
        return files

    def _write_vocabulary(self) -> dict[str, tuple[int, int] | None]:
        files: dict[str, tuple[int, int] | None] = {}
        rows = {record.segment: record.rows for record in self._vocabulary}
        merged = to_merge(rows, rows, len(self._new))
        kept = [record for record in self._vocabulary if record.segment not in merged]
        for record in kept:
            assert self._old is not None
            for name in (texts_file(record.segment), vectors_file(record.segment)):
                link(self._old / name, self._folder / name)
                files[name] = None
        if self._new or merged or not kept:
            words, vectors = list(self._new), [self._static.passages(list(self._new))]
            for record in self._vocabulary:
                if record.segment in merged:
                    assert self._old is not None
                    text, copied = read_record(self._old, record, self._static.dimension)
                    words += text.decode().split()
                    vectors.append(copied)
            writer = SegmentWriter(self._folder, self._segment)
            try:
                kept.append(writer.append("\n".join(words).encode(), np.concatenate(vectors)))
                files |= writer.finish()
            finally:
                writer.close()
        table = write_file(self._folder / VOCABULARY, json.dumps([astuple(r) for r in kept]).encode())
        return files | {VOCABULARY: (table.size, table.crc32)}

    def close(self) -> None:
        """Close the files, finished or not."""
        del self._writer


@contextmanager
def _trouble() -> Iterator[None]:
    """Raise OSError where tantivy raises ValueError: a file cannot be written."""
    try:
        yield
    except ValueError as error:
        raise OSError(str(error)) from error


def _create(folder: Path) -> tantivy.Index:
    schema = (
        tantivy.SchemaBuilder()
        .add_text_field("words", tokenizer_name="terms", index_option="basic")
        .add_text_field("stems", tokenizer_name="terms", index_option="freq")
        .add_text_field("document", tokenizer_name="raw", index_option="basic")
        .add_unsigned_field("passage", indexed=True, fast=True)
        .build()
    )
    return _with_terms(tantivy.Index(schema, str(folder)))


def _open(folder: Path) -> tantivy.Index:
    return _with_terms(tantivy.Index.open(str(folder)))


def _with_terms(index: tantivy.Index) -> tantivy.Index:
    index.register_tokenizer("terms", tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build())
    return index
