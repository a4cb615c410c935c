"""Store: generations are published atomically, damage is named, old ones stay only for their readers."""

import json
import os
import pickle
import pickletools
import shutil
import subprocess
import sys
import threading
from pathlib import Path
from socket import gethostname

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.search import Searcher
from rodedraad.index.store.checksums import SMALL_FILE
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.manifest import IndexProblem
from rodedraad.index.store.publishing import current, open_current, writing
from rodedraad.ingest.errors import RodeDraadError

ROOT = Path(__file__).parents[2]
COFFEE = "De boer plukt de koffie. Hij brengt ze naar de coöperatie in het dorp."
VILLAGE = ["kapelle", "kerke", "dijk", "brug", "veld", "berg", "hoek", "poort", "beek", "zele"]
WOOL = "De vrouwen spinnen de wol van de alpaca. Ze verkopen truien op de markt."


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A corpus of two texts and its index."""
    folder = tmp_path_factory.mktemp("built")
    (folder / "corpus").mkdir()
    (folder / "corpus" / "koffie.txt").write_text(COFFEE, "utf-8")
    (folder / "corpus" / "wol.txt").write_text(WOOL, "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.fixture
def place(built, tmp_path):
    """A copy of that corpus and its index, to damage."""
    shutil.copytree(built, tmp_path / "place")
    return tmp_path / "place"


def generations(place):
    return sorted(path.name for path in (place / "home" / "generations").iterdir())


def answers(place):
    """What the index answers: its best passage on a question about wool."""
    searcher = Searcher.open(place / "home")
    return searcher.search(searcher.query("Wat doen de vrouwen met de wol?"), 1)[0].passage.text


def change(place):
    (place / "corpus" / "wol.txt").write_text("De vrouwen verven de wol van de lama bruin.", "utf-8")


def problem(home):
    """The first problem that reading the whole index meets; empty if there is none."""
    try:
        generation = Searcher.open(home).generation
        for number in range(generation.passages):
            generation.passage(number)
    except IndexProblem as error:
        return str(error)
    return ""


# Publishing


def test_a_first_index_is_generation_one(place):
    assert (place / "home" / "CURRENT").read_text() == "000001\n"
    assert generations(place) == ["000001"]
    assert sorted(p.name for p in (place / "home" / "generations" / "000001").iterdir()) == [
        "manifest.json",
        "passages",
        "words",
    ]


def test_publishing_replaces_the_old_generation(place):
    change(place)
    reindex(place / "corpus", place / "home")
    assert (place / "home" / "CURRENT").read_text() == "000002\n"
    assert generations(place) == ["000002"]
    assert answers(place) == "De vrouwen verven de wol van de lama bruin."


def test_a_failure_before_publishing_leaves_the_old_generation_alone(place):
    def write_half():
        with writing(place / "home") as folder:
            (folder / "half").write_text("written")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_half()
    assert generations(place) == ["000001"]
    assert answers(place) == WOOL


@pytest.mark.parametrize("stage", ["Reading and embedding", "Writing the index"])
def test_a_failure_at_any_stage_leaves_the_old_generation_alone(place, stage):
    class Failure(Exception):
        pass

    def fail(doing, done, total):
        if doing == stage:
            raise Failure

    change(place)
    with pytest.raises(Failure):
        reindex(place / "corpus", place / "home", fail)
    assert (place / "home" / "CURRENT").read_text() == "000001\n"
    assert generations(place) == ["000001"]
    assert answers(place) == WOOL


def test_a_failing_replace_leaves_the_old_generation_alone(place, monkeypatch):
    def fail(*_):
        raise OSError(28, "No space left on device")

    change(place)
    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(RodeDraadError) as caught:
            reindex(place / "corpus", place / "home")
    assert "cannot be written (No space left on device)" in str(caught.value)
    assert "Free disk space" in str(caught.value)
    assert (place / "home" / "CURRENT").read_text() == "000001\n"
    assert generations(place) == ["000001"]
    assert answers(place) == WOOL
    reindex(place / "corpus", place / "home")
    assert answers(place) == "De vrouwen verven de wol van de lama bruin."


def test_a_first_index_that_fails_leaves_nothing(tmp_path):
    with pytest.raises(ZeroDivisionError), writing(tmp_path / "home"):
        raise ZeroDivisionError
    assert current(tmp_path / "home") is None
    assert list((tmp_path / "home" / "generations").iterdir()) == []


def test_remains_of_a_crash_are_cleared_at_the_next_write(place):
    (place / "home" / "generations" / "000002").mkdir()
    (place / "home" / "generations" / "000002" / "vectors.faiss").write_text("half")
    reindex(place / "corpus", place / "home")
    assert generations(place) == ["000001"]


def test_a_stray_file_among_the_generations_is_passed_over(place):
    (place / "home" / "generations" / ".DS_Store").write_bytes(b"\0")
    (place / "home" / "generations" / "²").write_bytes(b"\0")
    change(place)
    reindex(place / "corpus", place / "home")
    assert generations(place) == [".DS_Store", "000002", "²"]


def test_a_home_that_is_a_file_is_one_clear_sentence(place):
    (place / "file").write_text("a file")
    with pytest.raises(RodeDraadError, match=r"The index in .*file cannot be written"):
        reindex(place / "corpus", place / "file")
    with pytest.raises(IndexProblem, match=r"There is no index in .*file yet"):
        open_current(place / "file")


# Damage


def files_of(built):
    """Every file of the generation, but for tantivy's empty locks."""
    home = built / "home"
    files = sorted(path for path in home.glob("generations/**/*") if path.is_file())
    return [path.relative_to(home).as_posix() for path in files if path.stat().st_size]


def _truncate(path):
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize("harm", [_truncate, _flip, Path.unlink])
def test_every_damaged_file_is_named_and_repaired_by_indexing_again(built, tmp_path, harm):
    files = files_of(built)
    assert len(files) >= 10
    for number, name in enumerate(files):
        place = tmp_path / str(number)
        shutil.copytree(built, place)
        harm(place / "home" / name)
        message = problem(place / "home")
        assert str(place / "home" / name) in message, name
        assert message.endswith("Run: rodedraad check --repair"), name
        reindex(place / "corpus", place / "home", repair=True)
        assert problem(place / "home") == ""
        assert answers(place) == WOOL
        assert generations(place) == ["000002"]


@pytest.fixture(scope="module")
def larger(tmp_path_factory):
    """A corpus of eighty villages and its index, whose vectors are too many to be compared at opening."""
    folder = tmp_path_factory.mktemp("larger")
    (folder / "corpus").mkdir()
    (folder / "home").mkdir()
    (folder / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    for number in range(80):
        name = "".join(VILLAGE[int(digit)] for digit in str(number))
        (folder / "corpus" / f"{number}.txt").write_text(f"Het dorp {name} heeft {number} koeien.", "utf-8")
    reindex(folder / "corpus", folder / "home")
    return folder


@pytest.mark.parametrize("part", ["passages", "words"])
def test_damage_to_vectors_is_found_before_the_first_answer(larger, tmp_path, part):
    shutil.copytree(larger, tmp_path / "place")
    home = tmp_path / "place" / "home"
    [path] = current(home).glob(f"{part}/*.vectors")
    assert path.stat().st_size > SMALL_FILE
    _flip(path)
    searcher = Searcher.open(home)
    query = searcher.query("Hoeveel koeien heeft het dorp?")
    with pytest.raises(IndexProblem) as caught:
        searcher.search(query, 3)
    assert f"{path} is damaged" in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad check --repair")


@pytest.mark.parametrize("part", ["passages", "words"])
def test_damage_to_vectors_that_a_re_index_copies_is_reported_and_repaired(larger, tmp_path, part):
    shutil.copytree(larger, tmp_path / "place")
    corpus, home = tmp_path / "place" / "corpus", tmp_path / "place" / "home"
    [path] = current(home).glob(f"{part}/*.vectors")
    _flip(path)
    (corpus / "1.txt").write_text("Het dorp Nieuwkapelle heeft geen geiten meer.", "utf-8")
    with pytest.raises(IndexProblem) as caught:
        reindex(corpus, home)
    assert str(path.with_suffix("")) in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad check --repair")
    assert (home / "CURRENT").read_text() == "000001\n"
    assert "1.txt" in reindex(corpus, home, repair=True).changed
    assert problem(home) == ""


@given(st.data())
@settings(deadline=None, max_examples=60)
def test_no_changed_byte_of_a_manifest_goes_unseen(built, tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("flipped")
    original = (current(built / "home") / "manifest.json").read_bytes()
    place = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != original[place]))
    copy = folder / "000001"
    shutil.copytree(current(built / "home"), copy)
    (copy / "manifest.json").write_bytes(original[:place] + bytes([byte]) + original[place + 1 :])
    with pytest.raises(IndexProblem) as caught:
        Generation(copy)
    assert str(copy / "manifest.json") in str(caught.value)


def test_another_format_is_reported(place):
    path = current(place / "home") / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**content, "format": 99}), "utf-8")
    with pytest.raises(IndexProblem) as caught:
        open_current(place / "home")
    assert "made by another version of Rode Draad" in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad index")
    reindex(place / "corpus", place / "home")
    assert answers(place) == WOOL


def test_an_index_of_the_format_before_is_rebuilt(place):
    path = current(place / "home") / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    content["format"] = 3  # without titles, and without reasons
    content["documents"] = [[*row[:7], *row[8:]] for row in content["documents"]]
    content["unread"] = [["stuk.pdf", 1, 1]]
    path.write_text(json.dumps(content), "utf-8")
    assert main(["index", "--corpus", str(place / "corpus"), "--home", str(place / "home")]) == 0
    assert generations(place) == ["000002"]
    assert problem(place / "home") == ""
    assert answers(place) == WOOL


@pytest.mark.parametrize("content", [b"", b"\0\0\0\0\0\0\0", b"\xff\xfe", b"../../etc", b"\n"])
def test_a_damaged_pointer_is_named_and_repaired_by_indexing_again(place, content):
    (place / "home" / "CURRENT").write_bytes(content)
    with pytest.raises(IndexProblem) as caught:
        open_current(place / "home")
    assert f"{place / 'home' / 'CURRENT'} is damaged" in str(caught.value)
    reindex(place / "corpus", place / "home")
    assert answers(place) == WOOL


def test_a_pointer_to_a_folder_that_is_gone_is_repaired_by_indexing_again(place):
    (place / "home" / "CURRENT").write_text("000007\n")
    with pytest.raises(IndexProblem) as caught:
        open_current(place / "home")
    assert str(Path("generations", "000007")) in str(caught.value)
    assert str(caught.value).endswith("Run: rodedraad check --repair")
    reindex(place / "corpus", place / "home")
    assert answers(place) == WOOL


def test_without_an_index_the_message_says_how_to_make_one(tmp_path):
    with pytest.raises(IndexProblem) as caught:
        open_current(tmp_path)
    assert str(caught.value) == f"There is no index in {tmp_path} yet. Run: rodedraad index"


def is_pickle(data):
    try:
        return bool(list(pickletools.genops(data)))
    except ValueError:
        return False


def test_nothing_on_disk_is_a_pickle(built):
    assert is_pickle(pickle.dumps({"a": [1.5]}))
    for path in (built / "home").rglob("*"):
        if path.is_file():
            assert not is_pickle(path.read_bytes()), path


# Writers and readers


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
        "import sys; from rodedraad.cli import main; "
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
