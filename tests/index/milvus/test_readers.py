"""Readers: a state stays whole for ten minutes after another is published; a later read is an error."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.index import builder
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.milvus import milvus_draft, milvus_state, milvus_store
from rodedraad.index.milvus.address import Address
from rodedraad.index.milvus.client import Gone, client_of
from rodedraad.index.milvus.milvus_snapshot import MilvusSnapshot
from rodedraad.index.search import Searcher
from rodedraad.index.stores import store_of
from rodedraad.live.live_index import LiveIndex

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("no_parser_process")]

QUESTION = "Hoeveel vrouwen weven dekens in Montero?"
WOMEN = "In Montero weven veertig vrouwen dekens van alpacawol."
GONE = "no longer has what was asked for: a newer state of the index was published"


class Clock:
    """The moment that indexings see, in milliseconds; it begins at one million."""

    def __init__(self) -> None:
        self.moment = 1_000_000

    def pass_minutes(self, minutes: int) -> None:
        self.moment += minutes * 60_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    for module in (milvus_draft, milvus_state, milvus_store):
        monkeypatch.setattr(module, "now", lambda: clock.moment)
    return clock


@pytest.fixture
def no_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was replaced is deleted as soon as the next indexing begins."""
    monkeypatch.setattr(milvus_store, "STATE_GRACE", 0)


def publish(place: Path, number: int) -> None:
    """Index after a document was changed, one added and the one before it removed."""
    (place / "corpus" / "montero.txt").write_text(f"In Montero weven {number} vrouwen dekens.", "utf-8")
    (place / "corpus" / f"dorp-{number - 1}.txt").unlink(missing_ok=True)
    (place / "corpus" / f"dorp-{number}.txt").write_text(f"Het dorp heeft {number} straten.", "utf-8")
    reindex(place / "corpus", place / "home")


def first(searcher: Searcher) -> str:
    return searcher.search(searcher.query(QUESTION), 3)[0].passage.text


def states(address: str) -> list[int]:
    """The minutes after the first moment in which the states on the server were published."""
    at = Address.of(address)
    moments = milvus_state.Names(at.name).moments(client_of(at).collections())
    return [(moment - 1_000_000) // 60_000 for moment in moments]


def test_a_state_is_whole_for_ten_minutes_after_the_next(place: Path, address: str, clock: Clock) -> None:
    seen = []
    for number in range(1, 8):
        publish(place, number)
        seen.append(states(address))
        for name in client_of(Address.of(address)).collections():
            if name.startswith(f"{Address.of(address).name}_v"):
                snapshot = MilvusSnapshot(client_of(Address.of(address)), name)
                snapshot.verify()
                texts = [snapshot.document(at)[0].text for at in range(len(snapshot.manifest.documents))]
                then = 1 + (int(name.rpartition("_v")[2]) - 1_000_000) // 240_000
                assert f"In Montero weven {then} vrouwen dekens." in texts
                assert f"Het dorp heeft {then} straten." in texts
                assert len(texts) == 4
        clock.pass_minutes(4)
    assert seen == [
        [0],
        [0, 4],
        [0, 4, 8],
        [0, 4, 8, 12],  # that of minute 0 was replaced 8 minutes ago
        [4, 8, 12, 16],
        [8, 12, 16, 20],
        [12, 16, 20, 24],
    ]


def test_the_published_state_stays_however_old_it_is(place: Path, address: str, clock: Clock) -> None:
    publish(place, 1)
    clock.pass_minutes(60 * 24 * 365)
    reindex(place / "corpus", place / "home")
    assert states(address) == [0]
    assert store_of(place / "home").problems() == []


def test_a_reader_in_another_process_reads_on_while_others_are_published(place: Path) -> None:
    reindex(place / "corpus", place / "home")
    program = (
        "import sys; from pathlib import Path; from rodedraad.index.search import Searcher\n"
        "searcher = Searcher.open(Path(sys.argv[1]))\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
        "hits = searcher.search(searcher.query(sys.argv[2]), 3)\n"
        "print([hit.passage.text for hit in hits])\n"
    )
    reader = subprocess.Popen(
        [sys.executable, "-c", program, str(place / "home"), QUESTION],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert reader.stdout is not None
    assert reader.stdout.readline() == "open\n"
    (place / "corpus" / "sondor.txt").unlink()
    for number in range(1, 4):
        publish(place, number)
    told = reader.communicate("go\n")[0]
    for text in (
        "De coöperatie van Canchaque droogt koffie op het dak van de oude school.",
        "In Montero weven veertig vrouwen dekens van alpacawol.",
        "De brug van Sondor werd in 1998 door een vloed weggespoeld.",
    ):
        assert text in told


@pytest.mark.usefixtures("no_grace")
def test_a_reader_whose_state_was_removed_is_told_and_misses_nothing_in_silence(place: Path) -> None:
    reindex(place / "corpus", place / "home")
    before = Searcher.open(place / "home")
    other = Searcher.open(place / "home")
    assert first(before) == WOMEN
    publish(place, 1)
    assert first(before) == WOMEN
    publish(place, 2)
    for _ in range(2):
        with pytest.raises(Gone, match=GONE):
            first(before)
    with pytest.raises(Gone, match=GONE):
        other.generation.document(1)
    assert first(Searcher.open(place / "home")) == "In Montero weven 2 vrouwen dekens."


@pytest.mark.usefixtures("no_grace")
def test_of_a_removed_state_nothing_is_called_damaged(place: Path) -> None:
    reindex(place / "corpus", place / "home")
    snapshot = store_of(place / "home").open()
    publish(place, 1)
    publish(place, 2)
    readings: list[Callable[[], object]] = [
        snapshot.verify,
        lambda: snapshot.embedding(1),
        lambda: snapshot.stored(snapshot.manifest.documents[1]),
    ]
    for reading in readings:
        with pytest.raises(Gone, match=GONE):
            reading()


@pytest.mark.usefixtures("no_grace")
def test_a_chat_opens_the_published_state_by_itself(place: Path) -> None:
    reindex(place / "corpus", place / "home")
    live = LiveIndex(place / "home")
    assert first(live.searcher()) == WOMEN
    for number in range(1, 4):
        publish(place, number)
    assert first(live.searcher()) == "In Montero weven 3 vrouwen dekens."


@pytest.mark.usefixtures("no_grace")
def test_with_another_model_who_reads_the_old_vectors_is_told(place: Path) -> None:
    reindex(place / "corpus", place / "home")
    before = Searcher.open(place / "home")
    with (place / "home" / "settings.toml").open("a", encoding="utf-8") as settings:
        settings.write(f"model = '{BUNDLED_MODEL}'\n")
    reindex(place / "corpus", place / "home")
    assert first(before) == WOMEN
    publish(place, 1)
    with pytest.raises(Gone, match=GONE):
        first(before)


@pytest.mark.usefixtures("no_grace")
def test_a_check_is_told_that_its_state_was_removed(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reindex(place / "corpus", place / "home")
    check = milvus_store.document_problems

    def slow_check(*arguments: object) -> list[str]:
        monkeypatch.setattr(milvus_store, "document_problems", check)
        publish(place, 1)
        publish(place, 2)
        return []

    monkeypatch.setattr(milvus_store, "document_problems", slow_check)
    with pytest.raises(Gone, match=GONE):
        store_of(place / "home").problems()
    assert main(["check", "--corpus", str(place / "corpus"), "--home", str(place / "home")]) == 0


@pytest.mark.usefixtures("no_grace")
def test_an_indexing_in_parts_removes_its_own_states_but_the_one_it_began_with(
    place: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(builder, "PART_SECONDS", 0.0)
    monkeypatch.setattr(builder, "PART_RATIO", 0)
    reindex(place / "corpus", place / "home")
    for number in range(6):
        (place / "corpus" / f"dorp-{number}.txt").write_text(f"Het dorp heeft {number} straten.", "utf-8")
    for path in (place / "corpus").iterdir():
        os.utime(path, (1, 1))  # the text of those that were indexed is taken from the index
    counts = []
    reindex(place / "corpus", place / "home", lambda now: counts.append(len(states(address))))
    assert max(counts) <= 4
    assert store_of(place / "home").problems() == []
    with_all = Searcher.open(place / "home")
    assert with_all.generation.passages == 9
    assert first(with_all) == WOMEN
