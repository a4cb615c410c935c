"""Model: after any sequence of changes to the corpus, the index agrees with a dictionary."""

import shutil
import tempfile
from pathlib import Path

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from rodedraad.index.build import preview, reindex
from rodedraad.index.encoders.bundled import load_embedder
from rodedraad.index.search import Searcher
from rodedraad.index.settings import load_settings
from rodedraad.index.states import is_outdated
from rodedraad.index.store.check import index_problems
from rodedraad.index.store.publishing import open_current
from tests.reliability.harness import SEASONS, make_model

NAMES = [f"{season}.txt" for season in SEASONS]
LINES = [f"In de {season} verkopen de boeren wol." for season in SEASONS]
TEXTS = st.lists(st.sampled_from(LINES), min_size=1, max_size=8).map("\n\n".join)


class Corpus(RuleBasedStateMachine):
    """A corpus folder, its index, and the expected contents of both."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.corpus, self.home = self.folder / "corpus", self.folder / "home"
        self.corpus.mkdir()
        self.home.mkdir()
        make_model(self.folder / "model")
        model = f"model = '{self.folder / 'model'}'\npassage_size = 100\n"
        (self.home / "settings.toml").write_text(model, "utf-8")
        self.files: dict[str, str] = {}
        self.indexed: dict[str, str] = {}

    @rule(name=st.sampled_from(NAMES), text=TEXTS)
    def write(self, name, text):
        (self.corpus / name).write_text(text, "utf-8")
        self.files[name] = text

    @precondition(lambda self: self.files)
    @rule(data=st.data())
    def delete(self, data):
        name = data.draw(st.sampled_from(sorted(self.files)))
        (self.corpus / name).unlink()
        del self.files[name]

    @precondition(lambda self: self.files)
    @rule(data=st.data(), name=st.sampled_from(NAMES))
    def rename(self, data, name):
        old = data.draw(st.sampled_from(sorted(self.files)))
        (self.corpus / old).rename(self.corpus / name)
        self.files[name] = self.files.pop(old)

    @precondition(lambda self: self.files)
    @rule()
    def index(self):
        foreseen = preview(self.corpus, self.home)
        report = reindex(self.corpus, self.home)
        before, now = self.indexed, self.files
        assert set(report.added) == now.keys() - before.keys()
        assert set(report.removed) == before.keys() - now.keys()
        assert set(report.changed) == {
            name for name in now.keys() & before.keys() if now[name] != before[name]
        }
        assert (foreseen.added, foreseen.changed, foreseen.removed, foreseen.unchanged) == (
            report.added,
            report.changed,
            report.removed,
            report.unchanged,
        )
        self.indexed = dict(self.files)

    @precondition(lambda self: self.indexed)
    @rule()
    def reopen(self):
        assert index_problems(self.home) == []
        generation = open_current(self.home)
        entries = generation.manifest.documents
        assert {e.path: generation.document(n)[0].text for n, e in enumerate(entries)} == self.indexed
        assert is_outdated(generation, self.corpus) == (self.indexed != self.files)

    @precondition(lambda self: self.indexed)
    @rule(line=st.sampled_from(LINES))
    def ask(self, line):
        searcher = Searcher.open(self.home)
        generation = searcher.generation
        passages = [generation.passage(number)[1].text for number in range(generation.passages)]
        embedder = load_embedder(load_settings(self.home))
        cosines = embedder.passages(passages) @ embedder.questions([line])[0]
        rows, found = searcher.generation.vectors().search(embedder.questions([line]), len(passages))
        assert np.allclose(found[0], np.sort(cosines)[::-1], atol=1e-5)
        assert np.allclose(cosines[rows[0]], found[0], atol=1e-5)
        holding = {number for number, text in enumerate(passages) if line.split()[2] in text}
        words = searcher._words.match(line.split()[2], expand=False)
        assert {number for number, _ in searcher._words.search_coverage(words, 100)} == holding

    @invariant()
    def one_generation(self):
        if self.indexed:
            assert len(list((self.home / "generations").iterdir())) == 1

    def teardown(self):
        shutil.rmtree(self.folder)


TestCorpus = Corpus.TestCase
TestCorpus.settings = settings(max_examples=15, stateful_step_count=12, deadline=None)
