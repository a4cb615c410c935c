"""States: the state of each document, by a look at the corpus folder."""

import os
from pathlib import Path

import pytest

from rodedraad.index.build import reindex
from rodedraad.index.states import is_outdated, states_of
from rodedraad.index.store.publishing import open_current
from rodedraad.ingest.corpus_folder import scan

pytestmark = pytest.mark.usefixtures("no_parser_process")

NAMES = ["aangeraakt", "beschreven", "bewaard", "gewijzigd", "kapot", "stuk", "weg"]


def test_each_document_has_a_state(tmp_path: Path) -> None:
    corpus, home = tmp_path / "corpus", tmp_path / "home"
    corpus.mkdir()
    for name in NAMES:
        (corpus / f"{name}.txt").write_text(f"Dit is {name}.", "utf-8")
    (corpus / "stuk.txt").write_bytes(bytes(range(256)))
    reindex(corpus, home)
    (corpus / "kapot.txt").write_bytes(bytes(range(256)))
    reindex(corpus, home)
    generation = open_current(home)
    states = states_of(generation.manifest, scan(corpus)[0])
    assert {id: state.value for id, state in states.items()} == {
        "aangeraakt.txt": "indexed",
        "beschreven.txt": "indexed",
        "bewaard.txt": "indexed",
        "gewijzigd.txt": "indexed",
        "kapot.txt": "unread",
        "stuk.txt": "unread",
        "weg.txt": "indexed",
    }
    assert not is_outdated(generation, corpus)
    os.utime(corpus / "aangeraakt.txt", ns=(1, 1))
    (corpus / "sources.toml").write_text('["beschreven.txt"]\ntitle = "Wol"\n', "utf-8")
    (corpus / "gewijzigd.txt").write_text("Dit is anders.", "utf-8")
    (corpus / "kapot.txt").write_text("Dit is heel.", "utf-8")
    (corpus / "nieuw.txt").write_text("Dit is nieuw.", "utf-8")
    (corpus / "stuk.txt").unlink()
    (corpus / "weg.txt").unlink()
    states = states_of(generation.manifest, scan(corpus)[0])
    assert {id: state.value for id, state in states.items()} == {
        "aangeraakt.txt": "changed",
        "beschreven.txt": "changed",
        "bewaard.txt": "indexed",
        "gewijzigd.txt": "changed",
        "kapot.txt": "changed",
        "nieuw.txt": "new",
        "stuk.txt": "gone",
        "weg.txt": "gone",
    }
    assert is_outdated(generation, corpus)
