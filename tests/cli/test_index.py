"""The commands that index and check."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rodedraad.cli import main
from rodedraad.index.encoders import bundled
from tests.cli.conftest import QUESTION, run

pytestmark = pytest.mark.usefixtures("no_parser_process")


def test_index_reports_what_it_found(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "good.txt").write_text("Een goede tekst over bossen.", "utf-8")
    (corpus / "bad.txt").write_bytes(bytes(range(256)) * 20)
    (corpus / "photo.heic").write_bytes(b"\xff\xd8")
    done = run("index", "--corpus", str(corpus), "--home", str(tmp_path / "home"))
    assert done.returncode == 0
    assert "1 passages; documents: 1 added, 1 failed." in done.stderr
    assert "not indexed: bad.txt: it is not text" in done.stderr
    assert "skipped, not a kind of file that is read: photo.heic" in done.stderr


def test_a_dry_run_tells_and_does_nothing(
    sheep: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus" / "lam.txt").write_text("Het lam drinkt melk.", "utf-8")
    (tmp_path / "corpus" / "schaap.txt").unlink()
    files = {path: path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()}
    capsys.readouterr()
    assert main(["index", "--dry-run", *sheep]) == 0
    err = capsys.readouterr().err
    assert "would add: lam.txt" in err
    assert "would remove: schaap.txt" in err
    assert "documents: 1 added, 1 removed." in err
    assert {path: path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file()} == files


@pytest.mark.slow
def test_watching_indexes_what_changes_and_outlives_an_unusable_corpus(
    sheep: list[str], tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "rodedraad", "index", "--watch", *sheep]
    watcher = subprocess.Popen(command, stderr=subprocess.PIPE, encoding="utf-8")
    assert watcher.stderr is not None
    lines = iter(watcher.stderr.readline, "")
    try:
        assert any("Watching" in line for line in lines)
        time.sleep(1)  # a change before the first look is found at the second, half a minute later
        (tmp_path / "corpus" / "sources.toml").write_text("no toml", "utf-8")
        assert any("not valid TOML" in line for line in lines)
        (tmp_path / "corpus" / "sources.toml").unlink()
        (tmp_path / "corpus" / "lam.txt").write_text("Het lam drinkt melk.", "utf-8")
        assert any("documents: 1 added, 1 unchanged." in line for line in lines)
    finally:
        watcher.kill()
        watcher.communicate()


def test_check_finds_damage_and_repairs_it(
    sheep: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", *sheep]) == 0
    assert "is sound: 1 documents, 1 passages" in capsys.readouterr().err
    [vectors] = (tmp_path / "home").glob("generations/*/passages/*.vectors")
    vectors.write_bytes(bytes(vectors.stat().st_size))
    assert main(["ask", QUESTION, *sheep]) == 2
    assert f"{vectors} is damaged or missing. Run: rodedraad check --repair" in capsys.readouterr().err
    assert main(["check", *sheep]) == 2
    err = capsys.readouterr().err
    assert f"The file {vectors} is damaged or missing." in err
    assert "The text, the vectors or the tokens of schaap.txt are damaged." in err
    assert main(["check", "--repair", *sheep]) == 0
    err = capsys.readouterr().err
    assert "damaged, rebuilt: passages/" in err
    assert "is sound: 1 documents, 1 passages" in err
    assert main(["check", *sheep]) == 0


def _flip_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    ("file", "harm"),
    [
        ("index/model/encoder/tokenizer.json", Path.unlink),
        ("index/model/encoder/verifier.onnx", _flip_a_bit),
        ("index/model/glosses/nl-en.tsv.gz", _flip_a_bit),
        ("ingest/languages.safetensors", _flip_a_bit),
    ],
)
def test_check_names_a_damaged_file_of_a_model(
    sheep: list[str],
    tmp_path: Path,
    file: str,
    harm: Callable[[Path], object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    package = tmp_path / "package"
    for folder, checksums in bundled.CHECKSUMS.items():
        (package / folder).mkdir(parents=True, exist_ok=True)
        for name in checksums:
            shutil.copy(bundled.PACKAGE / folder / name, package / folder)
    monkeypatch.setattr(bundled, "PACKAGE", package)
    assert main(["check", *sheep]) == 0
    capsys.readouterr()
    harm(package / file)
    assert main(["check", *sheep]) == 2
    assert capsys.readouterr().err == (
        f"rodedraad: The file {package / file} of the bundled models is damaged or missing. "
        "Reinstall Rode Draad.\n"
    )


def test_check_without_an_index_says_how_to_make_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", "--home", str(tmp_path)]) == 2
    assert "There is no index in" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda corpus: None, "There is no folder"),
        (lambda corpus: corpus.mkdir(), "There is no document in"),
        (lambda corpus: corpus.write_text("a file"), "There is no folder"),
    ],
)
def test_an_unusable_corpus_is_told_in_a_sentence(
    prepare: Any, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = tmp_path / "corpus"
    prepare(corpus)
    assert main(["index", "--corpus", str(corpus), "--home", str(tmp_path / "home")]) == 2
    assert message in capsys.readouterr().err
