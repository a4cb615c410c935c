"""Writers and readers: one writer at a time, and a reader keeps its generation."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from socket import gethostname

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from rodedraad.index.store.publishing import open_current, writing
from rodedraad.ingest.errors import RodeDraadError
from tests.index.store.two_texts import WOOL, change, generations

ROOT = Path(__file__).parents[3]


def test_a_second_writer_is_told_to_wait(place):
    with writing(place / "home"), pytest.raises(RodeDraadError) as caught:
        reindex(place / "corpus", place / "home")
    assert "Another process is indexing into" in str(caught.value)
    assert f"(process {os.getpid()} on {gethostname()}, since 20" in str(caught.value)
    assert "Wait until it has finished" in str(caught.value)
    reindex(place / "corpus", place / "home")


def test_a_lock_whose_owner_was_killed_stops_nobody(place):
    program = (
        "import sys; from pathlib import Path; from rodedraad.index.store.publishing import writing\n"
        "with writing(Path(sys.argv[1])):\n"
        "    print('writing', flush=True)\n"
        "    sys.stdin.readline()\n"
    )
    arguments = [sys.executable, "-c", program, str(place / "home")]
    owner = subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert owner.stdout.readline() == b"writing\n"
    change(place)
    with pytest.raises(RodeDraadError, match=f"process {owner.pid} on"):
        reindex(place / "corpus", place / "home")
    owner.kill()
    owner.communicate()
    assert f"process {owner.pid} on" in (place / "home" / "writer.lock").read_text("utf-8")
    assert reindex(place / "corpus", place / "home").changed == ["wol.txt"]


def test_a_second_writer_in_another_thread_or_process_is_told_to_wait(place):
    refused = []

    def write():
        try:
            reindex(place / "corpus", place / "home")
        except RodeDraadError as error:
            refused.append(str(error))

    program = (
        "import sys; from rodedraad.cli import index, main; index.WAIT = 0.5; "
        "sys.exit(main(['index', '--corpus', sys.argv[1], '--home', sys.argv[2]]))"
    )
    arguments = [sys.executable, "-c", program, str(place / "corpus"), str(place / "home")]
    with writing(place / "home"):
        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        other = subprocess.run(arguments, cwd=ROOT, capture_output=True, encoding="utf-8")
    assert len(refused) == 1
    assert "Another process is indexing into" in refused[0]
    assert other.returncode == 2
    assert "Another process is indexing into" in other.stderr


def test_a_reader_keeps_its_generation_until_it_is_released(place):
    searcher = Searcher.open(place / "home")
    change(place)
    reindex(place / "corpus", place / "home")
    assert generations(place) == ["000001", "000002"]
    assert not searcher.is_current(place / "home")
    query = searcher.query("Wat doen de vrouwen met de wol?")
    assert searcher.search(query, 1)[0].passage.text == WOOL
    del searcher
    reindex(place / "corpus", place / "home")
    assert generations(place) == ["000002"]


def test_a_closed_generation_is_removed_though_it_is_remembered(place):
    generation = open_current(place / "home")
    generation.passage(0)
    generation.close()
    change(place)
    reindex(place / "corpus", place / "home")
    assert generations(place) == ["000002"]


def test_a_reader_in_another_process_keeps_its_generation(place):
    program = (
        "import sys; from pathlib import Path; from rodedraad.index.store.publishing import open_current\n"
        "held = open_current(Path(sys.argv[1]))\n"
        "print('open', flush=True)\n"
        "sys.stdin.readline()\n"
        "print(held.passage(1)[1].text)\n"
    )
    arguments = [sys.executable, "-c", program, str(place / "home")]
    reader = subprocess.Popen(
        arguments,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert reader.stdout.readline() == "open\n"
    change(place)
    reindex(place / "corpus", place / "home")
    assert generations(place) == ["000001", "000002"]
    assert reader.communicate("go\n")[0] == WOOL + "\n"
    reindex(place / "corpus", place / "home")
    assert generations(place) == ["000002"]


def test_readers_always_find_a_whole_index_while_it_is_rewritten(place):
    stop = threading.Event()
    found, failures = set(), []

    def read():
        while not stop.is_set():
            try:
                generation = open_current(place / "home")
                found.add(generation.passage(1)[1].text)
                generation.vectors()
                generation.close()
            except Exception as error:
                failures.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(5):
        (place / "corpus" / "wol.txt").write_text(f"De wol van lama {number}.", "utf-8")
        reindex(place / "corpus", place / "home")
    stop.set()
    reader.join()
    assert failures == []
    assert found <= {WOOL, *(f"De wol van lama {number}." for number in range(5))}
    assert len(found) > 1
