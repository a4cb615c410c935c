"""Changes: content that changed is found, whatever the clock of the file system."""

import os
import time
from pathlib import Path

import pytest

from rodedraad.cli import main
from rodedraad.index.build import reindex
from rodedraad.index.encoders.bundled import BUNDLED_MODEL
from rodedraad.index.store.publishing import open_current

pytestmark = pytest.mark.usefixtures("no_parser_process")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "settings.toml").write_text(f"model = '{BUNDLED_MODEL}'\n", "utf-8")
    return tmp_path


def write(place: Path, text: str) -> None:
    (place / "corpus" / "wol.txt").write_text(text, "utf-8")


def write_as_fat(place: Path, text: str, tick: int) -> None:
    """Write with the time that a file system gives whose clock ticks every `tick` seconds."""
    write(place, text)
    time_ns = int(time.time()) // tick * tick * 1_000_000_000
    os.utime(place / "corpus" / "wol.txt", ns=(time_ns, time_ns))


def text(place: Path) -> str:
    return open_current(place / "home").document(0)[0].text


@pytest.mark.slow
@pytest.mark.parametrize("tick", [1, 2])
def test_two_edits_within_a_tick_of_a_coarse_clock_are_both_found(place: Path, tick: int) -> None:
    reindex_once(place)  # the models are loaded
    while time.time() % 2 > 0.1:
        time.sleep(0.02)
    for colour in ("wit", "rood"):
        write_as_fat(place, f"De wol is {colour}.", tick)
        reindex(place / "corpus", place / "home")
        assert text(place) == f"De wol is {colour}."
        write_as_fat(place, f"De kip is {colour}.", tick)  # the same size
        reindex(place / "corpus", place / "home")
        assert text(place) == f"De kip is {colour}."


def reindex_once(place: Path) -> None:
    write(place, "De wol is zacht.")
    reindex(place / "corpus", place / "home")


def test_a_file_of_a_coarse_clock_that_is_not_new_is_not_waited_for(place: Path) -> None:
    reindex_once(place)
    for age in (-3600, 3, 3600):  # seconds
        write(place, f"De wol is {age} seconden oud.")
        time_ns = (int(time.time()) - age) * 1_000_000_000
        os.utime(place / "corpus" / "wol.txt", ns=(time_ns, time_ns))
        slept: list[float] = []
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(time, "sleep", slept.append)
            reindex(place / "corpus", place / "home")
        assert not slept
        assert text(place) == f"De wol is {age} seconden oud."


def test_repair_finds_content_that_changed_under_the_same_size_and_time(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folders = ["--corpus", str(place / "corpus"), "--home", str(place / "home")]
    reindex_once(place)
    (place / "corpus" / "lama.txt").write_text("De lama is wit.", "utf-8")
    assert main(["index", *folders]) == 0
    before = (place / "corpus" / "wol.txt").stat()
    write(place, "De wol is grauw")
    write(place, "De wol is grof..")
    os.utime(place / "corpus" / "wol.txt", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert main(["check", "--repair", *folders]) == 0
    assert "documents: 1 changed, 1 unchanged." in capsys.readouterr().err
    assert [open_current(place / "home").document(n)[0].text for n in (0, 1)] == [
        "De lama is wit.",
        "De wol is grof..",
    ]
    assert main(["check", "--repair", *folders]) == 0
    assert "documents: 2 unchanged." in capsys.readouterr().err
    assert (place / "home" / "CURRENT").read_text() == "000003\n"
