"""Embedding journal: what was embedded before an indexing was cut off is not embedded again."""

from pathlib import Path

import numpy as np
import pytest

from rodedraad.index.build import reindex
from rodedraad.index.encoders.base import Embedding
from rodedraad.index.encoders.static_table import StaticEmbedder
from rodedraad.index.store.embedding_journal import EmbeddingJournal
from rodedraad.index.store.publishing import open_current

MODEL = Path(__file__).parents[3] / "index" / "model"


class CutOff(Exception):
    pass


@pytest.mark.slow
def test_embeddings_of_a_run_that_was_cut_off_are_used_by_the_next(tmp_path, monkeypatch):
    folder, home = tmp_path / "corpus", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    (home / "settings.toml").write_text(f"model = '{MODEL}'\n", "utf-8")
    for number in range(20):
        text = "\n\n".join(f"Dorp {number} {n} heeft huizen. " + "Er wonen boeren. " * 30 for n in range(20))
        (folder / f"{number:02}.txt").write_text(text, "utf-8")
    embedded = []
    real = StaticEmbedder.passages

    def passages(self, texts, *progress):
        if len(embedded) >= cut_off_at:
            raise CutOff
        if "dorp" not in texts and "dorpen" not in texts:
            embedded.extend(text for text in texts if " " in text)
        return real(self, texts, *progress)

    monkeypatch.setattr(StaticEmbedder, "passages", passages)
    cut_off_at = 280
    with pytest.raises(CutOff):
        reindex(folder, home)
    assert not (home / "CURRENT").exists()
    first, cut_off_at = list(embedded), 10_000
    embedded.clear()
    assert reindex(folder, home).passages == 400
    kept = set(first) - set(embedded)
    assert len(kept) > 200
    assert not list(home.glob("unfinished-*"))
    (tmp_path / "fresh").mkdir()
    vectors = open_current(home).vectors().rows(0, 400)
    (tmp_path / "fresh" / "settings.toml").write_text(f"model = '{MODEL}'\n", "utf-8")
    reindex(folder, tmp_path / "fresh")
    assert np.array_equal(vectors, open_current(tmp_path / "fresh").vectors().rows(0, 400))


def test_a_torn_end_of_an_unfinished_log_is_left_out(tmp_path):
    embeddings = [
        Embedding(vector, b"x" * number) for number, vector in enumerate(np.eye(3, 4, dtype=np.float32))
    ]
    log = EmbeddingJournal(tmp_path, "f" * 64, 4)
    log.add(["een", "twee"], embeddings[:2])
    log.add(["drie"], embeddings[2:])
    log.add([], [])
    log.close()
    [path] = tmp_path.glob("unfinished-*")
    data = path.read_bytes()
    for end, known in ((len(data), 3), (len(data) - 1, 2), (1, 0)):
        path.write_bytes(data[:end])
        again = EmbeddingJournal(tmp_path, "f" * 64, 4)
        assert sum(again.get(text) is not None for text in ("een", "twee", "drie")) == known
    path.write_bytes(data[:20] + b"x" + data[21:])
    again = EmbeddingJournal(tmp_path, "f" * 64, 4)
    assert again.get("een") is None
    assert again.get("twee").vector.tolist() == [0, 1, 0, 0]
    assert [len(again.get(text).tokens) for text in ("twee", "drie")] == [1, 2]
    assert EmbeddingJournal(tmp_path, "0" * 64, 4).get("twee") is None
