"""Readers: eight threads and two processes ask without pause during fifty re-indexes."""

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.search import Searcher
from tests.reliability.harness import make_model

ROOT = Path(__file__).parents[2]
DOCUMENTS = 6
REINDEXES = 50


def write(corpus, edition):
    for number in range(DOCUMENTS):
        text = f"Document {number} van editie {edition}. De boeren verkopen wol."
        (corpus / f"{number}.txt").write_text(text, "utf-8")


def ask(home, times=1):
    """Ask, and read every passage: all are of one edition; its number."""
    searcher = Searcher.open(home)
    for _ in range(times):
        hits = searcher.search(searcher.query("Wie verkopen de wol?"), 2 * DOCUMENTS)
        texts = {hit.document.id: hit.document.text for hit in hits}
        assert len(texts) == DOCUMENTS, texts
        for hit in hits:
            assert hit.document.text[hit.passage.start : hit.passage.end] == hit.passage.text
            assert hit.document.text.startswith(f"Document {hit.document.id[:-4]} van editie ")
        [edition] = {text.split("editie ")[1].split(".")[0] for text in texts.values()}
    return int(edition)


def main(home):
    """Ask until standard input is closed; print how often, and the editions seen."""
    stop = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), stop.set()), daemon=True).start()
    seen = [ask(home)]
    print("asking", flush=True)
    while not stop.is_set():
        seen.append(ask(home))
    assert seen == sorted(seen), "an older generation after a newer one"
    print(len(seen), len(set(seen)))


@pytest.mark.usefixtures("no_parser_process")
def test_readers_see_one_whole_generation_at_a_time(tmp_path):
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    home.mkdir()
    make_model(tmp_path / "model")
    (home / "settings.toml").write_text(f"model = '{tmp_path / 'model'}'\n", "utf-8")
    write(corpus, 0)
    reindex(corpus, home)
    program = "import sys; from pathlib import Path; from tests.reliability.test_readers import main; "
    command = [sys.executable, "-c", program + "main(Path(sys.argv[1]))", str(home)]
    processes = [
        subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8")
        for _ in range(2)
    ]
    assert [process.stdout.readline() for process in processes] == ["asking\n"] * 2
    stop, failures, seen = threading.Event(), [], [[] for _ in range(8)]

    def read(editions):
        while not stop.is_set():
            try:
                editions.append(ask(home, 3))
            except BaseException as error:
                failures.append(repr(error))

    threads = [threading.Thread(target=read, args=(editions,)) for editions in seen]
    for thread in threads:
        thread.start()
    for edition in range(1, REINDEXES + 1):
        write(corpus, edition)
        reindex(corpus, home)
    stop.set()
    for thread in threads:
        thread.join()
    answers = [process.communicate()[0].split() for process in processes]
    assert failures == []
    assert [process.returncode for process in processes] == [0, 0]
    assert all(editions == sorted(editions) and editions for editions in seen)
    assert len({edition for editions in seen for edition in editions}) > 10
    assert all(int(editions) > 5 for _, editions in answers)
    assert ask(home) == REINDEXES
    reindex(corpus, home)
    assert len(list((home / "generations").iterdir())) == 1
    print(f"\n{sum(map(len, seen)) * 3 + sum(int(count) for count, _ in answers)} questions")
