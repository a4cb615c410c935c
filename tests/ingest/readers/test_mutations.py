"""Mutations: valid files of every kind with bytes changed are documents, or unreadable, and nothing else."""

import base64
import io
import json
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rodedraad.ingest.documents import Document
from rodedraad.ingest.errors import UnreadableDocument
from rodedraad.ingest.lines import Line
from rodedraad.ingest.passages import split_passages
from rodedraad.ingest.reflow import reflow
from tests.ingest.readers.article import MAKERS, NAME, blocks_of, reading_texts
from tests.ingest.readers.made_files import zipped
from tests.ingest.readers.made_msg import compound, message, recipient
from tests.ingest.readers.made_wrapped import packed, signed, text
from tests.ingest.readers.reading import read_inside
from tests.ingest.readers.test_mail import a_message
from tests.ingest.readers.test_mail_wrapping import EVENT

BLOCKS = blocks_of(reading_texts()[NAME])[:12]
VALID = {suffix: make(BLOCKS) for suffix, make in MAKERS.items()} | {
    ".json": json.dumps({"artikel": [block._asdict() for block in BLOCKS]}).encode(),
    ".jsonl": "\n".join(json.dumps(block._asdict()) for block in BLOCKS).encode(),
    ".eml": bytes(a_message()),
    ".mbox": b"From a@b Tue Mar  3 10:00:00 2026\n" + bytes(a_message()),
    ".msg": compound(message({0x37: "Verslag", 0x1000: "Tekst."}, {}, [recipient("Jan", "a@b", 1)])),
    ".zip": zipped({"a.xml": "x", "b.txt": "Een tekst.", "c.eml": bytes(a_message())}),
    ".ics": EVENT.encode(),
}
WRAPPED = {
    "application/pkcs7-mime": signed(b"Content-Type: text/plain\n\nEen tekst."),
    "application/ms-tnef": packed(
        [text(0x37, "Vraag"), text(0x1000, "Een tekst."), (3, 0x8001, bytes(4))],
        [text(0x3707, "a.txt"), (0x102, 0x3701, b"Een bijlage.")],
        [(0x0D, 0x3701, bytes(16) + packed([text(0x37, "Binnen")]))],
    ),
}
ZIPPED = [suffix for suffix, data in VALID.items() if data.startswith(b"PK")]
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["change", "cut", "repeat", "insert"]),
        st.floats(0, 1, exclude_max=True),
        st.integers(1, 40),
        st.binary(min_size=1, max_size=8),
    ),
    min_size=1,
    max_size=6,
)
SLOW = settings(deadline=None, max_examples=36, suppress_health_check=[HealthCheck.too_slow])


def mutated(data: bytes, changes: list[tuple[str, float, int, bytes]]) -> bytes:
    for kind, share, length, new in changes:
        place = int(share * len(data))
        end = place + length
        if kind == "change":
            data = data[:place] + new + data[place + len(new) :]
        elif kind == "cut":
            data = data[:place] + data[end:]
        elif kind == "repeat":
            data = data[:end] + data[place:end] * 3 + data[end:]
        else:
            data = data[:place] + new + data[place:]
    return data


def check(name: str, data: bytes) -> None:
    """That each document in a file, if there is one, is whole in itself."""
    try:
        documents = read_inside(name, data)
    except UnreadableDocument:
        return
    assert documents
    for document in documents.values():
        check_document(document)


def check_document(document: Document) -> None:
    assert document.text.strip() == document.text != ""
    assert list(document.page_starts) == sorted(document.page_starts)
    for heading in document.headings:
        assert 0 <= heading.start < heading.end <= len(document.text)
    for passage in split_passages(document):
        assert document.text[passage.start : passage.end] == passage.text


@pytest.mark.slow
@pytest.mark.parametrize("suffix", VALID)
@SLOW
@given(changes=CHANGES)
def test_a_changed_file_is_a_document_or_unreadable(suffix, changes):
    check(f"a{suffix}", mutated(VALID[suffix], changes))


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ZIPPED)
@SLOW
@given(part=st.integers(0, 99), changes=CHANGES)
def test_a_changed_part_of_an_archive_is_read_or_refused(suffix, part, changes):
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(VALID[suffix])) as old, zipfile.ZipFile(file, "w") as new:
        names = [name for name in old.namelist() if name.endswith((".xml", ".xhtml", ".rels", ".opf"))]
        for name in old.namelist():
            changed = name == names[part % len(names)]
            new.writestr(name, mutated(old.read(name), changes) if changed else old.read(name))
    check(f"a{suffix}", file.getvalue())


@pytest.mark.slow
@pytest.mark.parametrize("kind", WRAPPED)
@SLOW
@given(changes=CHANGES)
def test_a_changed_wrapping_of_a_message_is_read_or_named(kind, changes):
    head = f"Subject: Vraag\nContent-Type: {kind}\nContent-Transfer-Encoding: base64\n\n"
    check("a.eml", head.encode() + base64.encodebytes(mutated(WRAPPED[kind], changes)))


LINES = st.lists(
    st.builds(
        Line,
        text=st.text("abcé A.-•1 ", min_size=1).map(lambda text: " ".join(text.split()) or "x"),
        page=st.just(0),
        gap=st.integers(0, 3),
        indented=st.booleans(),
        width=st.integers(0, 12),
        level=st.integers(0, 3),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=300)
@given(LINES, st.lists(st.booleans(), min_size=30, max_size=30))
def test_any_lines_flow_into_a_text_with_all_their_letters_in_order(lines, turns):
    page = 0
    paged = []
    for line, turn in zip(lines, turns, strict=False):
        page += turn
        paged.append(Line(line.text, page, line.gap, line.indented, line.width, line.level))
    text, page_starts, headings = reflow(paged, "nl")
    letters = "".join(filter(str.isalnum, "".join(line.text for line in lines)))
    assert "".join(filter(str.isalnum, text)) == letters
    assert len(page_starts) == (page + 1 if paged else 0)
    assert all(0 <= start <= len(text) for start in page_starts)
    for number, heading in enumerate(headings):
        assert text[heading.start : heading.end].strip() == text[heading.start : heading.end] != ""
        assert heading.above is None or heading.above < number
