"""The command add: pages of the web become documents that answer, or the reason why not is printed."""

from functools import partial
from pathlib import Path

import pytest

from rodedraad.cli import main, parser
from rodedraad.cli.add import add
from rodedraad.live.web_fetch import fetch
from tests.live.sites import answer, here, site

PAGE = "<title>Kabelbaan</title><p>Een kaartje voor de kabelbaan van Chachapoyas kost twintig sol.</p>"


def test_pages_that_are_added_answer_and_others_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "corpus").mkdir()
    folders = ["--corpus", str(tmp_path / "corpus"), "--home", str(tmp_path / "home")]
    with site() as found:
        found.paths["/a"] = answer(PAGE.encode())
        options = parser().parse_args(["add", f"{found.address}/b", f"{found.address}/a", *folders])
        assert add(options, partial(fetch, may_reach=here)) == 2
    told = capsys.readouterr().err
    assert f"  not added: {found.address}/b: the site answers with an error (status 404).\n" in told
    assert "  added: Kabelbaan.html\n" in told
    assert "1 passages; documents: 1 added." in told
    assert main(["ask", "Wat kost een kaartje voor de kabelbaan van Chachapoyas?", *folders]) == 0
    printed = capsys.readouterr().out
    assert "twintig sol" in printed
    assert f"Kabelbaan, {found.address}/a" in printed


def test_pages_of_this_machine_are_not_added(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folders = ["--corpus", str(tmp_path), "--home", str(tmp_path / "home")]
    assert main(["add", "http://localhost:1/", *folders]) == 2
    assert capsys.readouterr().err == (
        "  not added: http://localhost:1/: this address leads to this machine or to a private network. "
        "Only pages on the public web can be added.\n"
    )
    assert main(["add", "https://example.org/", "--corpus", str(tmp_path / "none")]) == 2
    assert "Make it, or name another with --corpus." in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
