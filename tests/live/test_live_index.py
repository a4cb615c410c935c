"""Live index: each new generation is open before somebody asks."""

from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.live.live_index import LiveIndex
from tests.servers import until


@pytest.mark.usefixtures("no_parser_process")
def test_a_generation_that_another_process_publishes_is_opened_unasked(tmp_path: Path) -> None:
    (tmp_path / "corpus").mkdir()
    (tmp_path / "corpus" / "lama.txt").write_text("De lama draagt wol.", "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    index = LiveIndex(tmp_path / "home")
    before = index.searcher()
    index.follow(lambda: None)
    (tmp_path / "corpus" / "geit.txt").write_text("De geit geeft melk.", "utf-8")
    reindex(tmp_path / "corpus", tmp_path / "home")
    until(lambda: index._searcher is not before)
    assert index.searcher().generation.passages == 2
