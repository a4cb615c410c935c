"""Parts: a long indexing is published in parts, small files first, and can be cancelled."""

import signal
from pathlib import Path
from threading import Event, Timer

import pytest

from rodedraad.cli import main
from rodedraad.cli.terminal import interruption
from rodedraad.index import builder
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.progress import READING, Progress, ReadingProgress, clock
from rodedraad.index.states import is_outdated
from rodedraad.index.store.check import index_problems
from rodedraad.index.store.publishing import open_current
from rodedraad.ingest.corpus_folder import Source
from rodedraad.ingest.documents import Citation
from rodedraad.ingest.lines import Content
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.readers import text as text_reader

pytestmark = pytest.mark.usefixtures("no_parser_process")

FIRST = {
    "a.txt": "De boeren verkopen wol op de markt.",
    "b.txt": "De brug is oud. " * 3,
    "map/c.txt": "De kaas rijpt in de kelder. " * 6,
    "d.txt": "De mijnwerkers zoeken goud. " * 12,
}


def sentence(text: str) -> str:
    return text.partition(".")[0]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A corpus of four texts; each document that is read is published as a part of its own."""
    monkeypatch.setattr(builder, "PART_SECONDS", 0.0)
    monkeypatch.setattr(builder, "PART_RATIO", 0)
    (tmp_path / "home").mkdir()
    use_model(tmp_path, "")
    for name, text in FIRST.items():
        path = tmp_path / "corpus" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return tmp_path


def use_model(place: Path, prefix: str) -> None:
    settings = f"model = '{BUNDLED_MODEL}'\npassage_prefix = '{prefix}'\n"
    (place / "home" / "settings.toml").write_text(settings, "utf-8")


def texts(place: Path) -> dict[str, str]:
    """The first sentence of each document of the published generation, by id, after every check there is."""
    assert index_problems(place / "home") == []
    generation = open_current(place / "home")
    entries = generation.manifest.documents
    assert [entry.path for entry in entries] == sorted(entry.path for entry in entries)
    return {entry.path: sentence(generation.document(n)[0].text) for n, entry in enumerate(entries)}


def index(place: Path, cancel_after: int = 99) -> tuple[list[dict[str, str]], list[str]]:
    """Re-index; what was published as each document was read, and which were not read."""
    seen: list[dict[str, str]] = []
    cancelled = Event()

    def look(now: Progress) -> None:
        if now.step == READING and (place / "home" / "CURRENT").exists():
            found = texts(place)
            if found not in seen[-1:]:
                seen.append(found)
        if now.done >= cancel_after:
            cancelled.set()

    report = reindex(place / "corpus", place / "home", look, cancelled=cancelled)
    last = texts(place)
    return seen if seen[-1:] == [last] else [*seen, last], report.waiting


def test_small_files_answer_first(place: Path) -> None:
    seen, waiting = index(place)
    assert [sorted(found) for found in seen] == [
        ["a.txt"],
        ["a.txt", "b.txt"],
        ["a.txt", "b.txt", "map/c.txt"],
        ["a.txt", "b.txt", "d.txt", "map/c.txt"],
    ]
    assert waiting == []
    assert seen[-1] == {name: sentence(text) for name, text in FIRST.items()}
    assert not is_outdated(open_current(place / "home"), place / "corpus")
    assert reindex(place / "corpus", place / "home").unchanged == ["a.txt", "b.txt", "d.txt", "map/c.txt"]


def test_what_is_not_read_yet_stays_as_it_was(place: Path) -> None:
    index(place)
    corpus = place / "corpus"
    (corpus / "a.txt").write_text("De wol is nieuw.", "utf-8")
    (corpus / "b.txt").unlink()
    (corpus / "map" / "c.txt").rename(corpus / "kaas.txt")
    (corpus / "d.txt").write_bytes(bytes(range(256)) * 4)
    (corpus / "e.txt").write_text("Een lang verhaal. " * 99, "utf-8")
    seen, _ = index(place)
    old = {"a.txt": "De boeren verkopen wol op de markt", "b.txt": "De brug is oud"}
    new = {"a.txt": "De wol is nieuw", "d.txt": "De mijnwerkers zoeken goud"}
    assert seen == [
        {**old, "map/c.txt": "De kaas rijpt in de kelder", "d.txt": new["d.txt"]},
        {**old, **new, "map/c.txt": "De kaas rijpt in de kelder"},
        {**old, **new, "kaas.txt": "De kaas rijpt in de kelder"},
        {**old, **new, "kaas.txt": "De kaas rijpt in de kelder", "e.txt": "Een lang verhaal"},
        {**new, "kaas.txt": "De kaas rijpt in de kelder", "e.txt": "Een lang verhaal"},
    ]
    [unread] = open_current(place / "home").manifest.unread
    assert (unread.path, str(unread.reason)) == ("d.txt", "it is not text")


def test_the_parts_are_together_what_is_indexed_at_once(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index(place)
    for number in range(9):
        (place / "corpus" / f"{number}.txt").write_text(f"Dorp {number} ligt hoog. " * (9 - number), "utf-8")
    index(place)
    parts = open_current(place / "home")
    monkeypatch.setattr(builder, "PART_SECONDS", 99.0)
    (place / "anew").mkdir()
    (place / "anew" / "settings.toml").write_text(
        f"model = '{BUNDLED_MODEL}'\npassage_prefix = ''\n", "utf-8"
    )
    reindex(place / "corpus", place / "anew")
    whole = open_current(place / "anew")
    assert parts.passages == whole.passages
    assert parts.vectors().rows(0, parts.passages).tolist() == whole.vectors().rows(0, 99).tolist()
    texts = [parts.passage(number)[1].text for number in range(parts.passages)]
    assert texts == [whole.passage(number)[1].text for number in range(whole.passages)]


def test_a_cancelled_indexing_keeps_what_is_read_and_the_next_goes_on(place: Path) -> None:
    seen, waiting = index(place, cancel_after=2)
    assert sorted(seen[-1]) == ["a.txt", "b.txt"]
    assert waiting == ["map/c.txt", "d.txt"]
    assert is_outdated(open_current(place / "home"), place / "corpus")
    report = reindex(place / "corpus", place / "home")
    assert (report.unchanged, report.added) == (["a.txt", "b.txt"], ["d.txt", "map/c.txt"])


def test_cancelled_before_anything_is_read_it_changes_nothing(place: Path) -> None:
    index(place)
    (place / "corpus" / "a.txt").write_text("De wol is nieuw.", "utf-8")
    (place / "corpus" / "b.txt").unlink()
    before = (place / "home" / "CURRENT").read_text()
    _, waiting = index(place, cancel_after=0)
    assert waiting == ["a.txt"]
    assert (place / "home" / "CURRENT").read_text() == before
    assert [path.name for path in (place / "home" / "generations").iterdir()] == [before.strip()]


def test_for_another_model_all_is_published_at_once_or_not_at_all(place: Path) -> None:
    index(place)
    before = (place / "home" / "CURRENT").read_text()
    use_model(place, "passage: ")
    _, waiting = index(place, cancel_after=2)
    assert len(waiting) == 4
    assert (place / "home" / "CURRENT").read_text() == before
    assert index(place)[1] == []
    assert (place / "home" / "CURRENT").read_text() == f"{int(before) + 1:06}\n"
    assert not list((place / "home").glob("unfinished-*"))


def test_what_is_embedded_of_a_long_document_is_used_by_the_next_indexing(place: Path) -> None:
    corpus, home, cancelled = place / "corpus", place / "home", Event()
    index(place)
    long = "\n\n".join(f"Dorp {n} heeft {n} huizen. " + "Er wonen veel boeren. " * 22 for n in range(600))
    (corpus / "lang.txt").write_text(long, "utf-8")
    calls: list[Progress] = []

    def look(now: Progress) -> None:
        calls.append(now)
        if len(calls) == 4:  # of three times 64 passages the vectors are known
            cancelled.set()

    assert reindex(corpus, home, look, cancelled=cancelled).waiting == ["lang.txt"]
    [journal] = home.glob("unfinished-*")
    assert journal.stat().st_size >= 2 * 64 * 4 * 256  # of vectors with 256 dimensions
    assert reindex(corpus, home).added == ["lang.txt"]
    assert index_problems(home) == []
    assert not journal.exists()


def test_cancelling_does_not_wait_for_a_document_that_is_being_read() -> None:
    cancelled, read = Event(), Event()
    with ParserPool(processes=1) as parsers:
        Timer(0.1, cancelled.set).start()
        assert list(parsers.map(lambda item: read.wait(60), [1, 2, 3], cancelled)) == []
        read.set()


def test_ctrl_c_stops_after_what_is_read_and_tells(
    place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    read_text, read = text_reader.read_text, []

    def interrupted(data: bytes) -> Content:
        read.append(data)
        if len(read) == 3:
            signal.raise_signal(signal.SIGINT)
        return read_text(data)

    monkeypatch.setattr(text_reader, "read_text", interrupted)
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    assert main(["index", "--corpus", str(place / "corpus"), "--home", str(place / "home")]) == 130
    err = capsys.readouterr().err
    assert "Stopping; what has been read is kept. Press Ctrl-C again to stop at once.\n" in err
    assert "documents were not read. To go on: rodedraad index\n" in err


def test_a_second_ctrl_c_interrupts_at_once() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruption("stopping") as asked:
        signal.raise_signal(signal.SIGINT)
        assert asked.is_set()
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_the_time_left_goes_by_the_bytes_and_is_unknown_at_first(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    seen: list[Progress] = []
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    sources = [
        Source(f"{n}.txt", Path(f"{n}.txt"), size, 0, None, Citation()) for n, size in enumerate((5, 95, 900))
    ]
    reading = ReadingProgress(seen.append, sources)
    now[0] += 10
    reading.add(1, 5)  # too little to estimate
    reading.add(1, 95)
    reading.add(0, 450)
    reading.skip(450)
    assert [(p.done, p.total, p.seconds_left) for p in seen] == [
        (0, 3, None), (1, 3, None), (2, 3, 90.0), (2, 3, pytest.approx(8.18, abs=0.01)), (3, 3, 0.0),
    ]  # fmt: skip
    assert [clock(seconds) for seconds in (0.4, 65, 3725)] == ["0:00", "1:05", "1:02:05"]
