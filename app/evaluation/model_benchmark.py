"""Model benchmark: how well a model retrieves, on public sets of questions and translations.

A data folder holds any of `xquad/LANGUAGE.jsonl` (passages with their questions, the same in each
language), `flores/LANGUAGE.txt` (the same sentences in each language, a line each) and
`questions.jsonl` (gold questions over the corpus).
"""

import json
import tempfile
import time
from collections.abc import Sequence
from math import inf
from pathlib import Path

import numpy as np

from rodedraad.evaluation.ask_gold import evaluate
from rodedraad.evaluation.metrics import success_at
from rodedraad.index.build import reindex
from rodedraad.index.encoders.base import Embedder
from rodedraad.index.encoders.bundled import bundled_static, load_embedder
from rodedraad.index.progress import OnProgress, Progress
from rodedraad.index.ranking import PASSAGE
from rodedraad.index.search import Hit, Searcher
from rodedraad.index.settings import SETTINGS_FILE, Settings
from rodedraad.ingest.errors import RodeDraadError

TEXTS = "nl"
"""The language of the passages; the questions come in every language that has a file."""

WHOLE_PASSAGE = 10_000  # characters: no passage of XQuAD is cut
SIGNALS = (*(name for name in PASSAGE if name != "nearness"), "together")
SPEED_TEXTS = 256
SPEED_WORDS = 77  # of the commonest; the bundled encoder cuts them into 100 tokens
COMMONEST = 1_000

Figures = dict[str, float]


def bench_model(data: Path, corpus: Path, model: str, progress: OnProgress) -> Figures:
    """Every figure that the data folder has the sets for, by name.

    `model` is a sentence-transformers name or folder; empty for the bundled one. Raises
    RodeDraadError when the folder has none of the sets, or the model cannot be loaded.
    """
    settings = Settings(model=model, passage_size=WHOLE_PASSAGE)
    embedder = load_embedder(settings)
    figures: Figures = {}
    if (data / "xquad" / f"{TEXTS}.jsonl").exists():
        figures |= _xquad(data / "xquad", settings, progress)
    if (data / "flores" / f"{TEXTS}.txt").exists():
        figures |= _flores(data / "flores", embedder, progress)
    if (data / "questions.jsonl").exists():
        figures |= _gold(data, corpus, Settings(model=model), progress)
    if not figures:
        raise RodeDraadError(f"{data} has no xquad/, no flores/ and no questions.jsonl.")
    return figures | _speed(embedder)


def _xquad(folder: Path, settings: Settings, progress: OnProgress) -> Figures:
    """Recall@1 and @5 of the questions in each language over the Dutch passages, by signal."""
    rows = [json.loads(line) for line in (folder / f"{TEXTS}.jsonl").open(encoding="utf-8")]
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as scratch:
        corpus = Path(scratch) / "corpus"
        corpus.mkdir()
        for number, row in enumerate(rows):
            (corpus / f"{number:05}.txt").write_text(" ".join(row["passage"].split()), "utf-8")
        searcher = _searcher(corpus, Path(scratch) / "home", settings)
        for file in sorted(folder.glob("*.jsonl")):
            asked = [
                (f"{number:05}.txt", question["question"])
                for number, line in enumerate(file.open(encoding="utf-8"))
                for question in json.loads(line)["questions"]
            ]
            found: dict[str, list[float]] = {signal: [] for signal in SIGNALS}
            for done, (gold, question) in enumerate(asked):
                progress(Progress(f"XQuAD {file.stem}→{TEXTS}", done + 1, len(asked)))
                hits = searcher.search(searcher.query(question), len(rows))
                for signal in SIGNALS:
                    found[signal].append(_rank(hits, signal, gold))
            for signal, ranks in found.items():
                for k in (1, 5):
                    share = float(np.mean(np.array(ranks) <= k))
                    figures[f"XQuAD {file.stem}→{TEXTS} {signal} recall@{k}"] = share
    return figures


def _rank(hits: Sequence[Hit], signal: str, gold: str) -> float:
    """The gold document's rank, from 1, by one signal or all together; the last among equals.

    Infinity where no signal proposed the document.
    """
    values = [hit.score if signal == "together" else hit.signals[signal] for hit in hits]
    own = [value for value, hit in zip(values, hits, strict=True) if hit.document.id == gold]
    return sum(value >= own[0] for value in values) if own else inf


def _flores(folder: Path, embedder: Embedder, progress: OnProgress) -> Figures:
    """How often the nearest sentence of another language is the translation, both ways."""
    files = sorted(folder.glob("*.txt"))
    vectors = {}
    for done, file in enumerate(files):
        progress(Progress("FLORES", done + 1, len(files)))
        vectors[file.stem] = embedder.passages(file.read_text("utf-8").splitlines())
    figures = {}
    for language in vectors.keys() - {TEXTS}:
        cosines = vectors[TEXTS] @ vectors[language].T
        own = np.arange(len(cosines))
        figures[f"FLORES {TEXTS}→{language} accuracy"] = float(np.mean(cosines.argmax(1) == own))
        figures[f"FLORES {language}→{TEXTS} accuracy"] = float(np.mean(cosines.argmax(0) == own))
    return dict(sorted(figures.items()))


def _gold(data: Path, corpus: Path, settings: Settings, progress: OnProgress) -> Figures:
    """Success@k of the gold questions over the corpus."""
    with tempfile.TemporaryDirectory() as scratch:
        searcher = _searcher(corpus, Path(scratch), settings)
        outcomes = evaluate(
            searcher, data, lambda done, total: progress(Progress("Gold questions", done, total))
        )
    answerable = [o for o in outcomes if o.turn == 0 and o.answerable]
    return {f"gold success@{k}": float(np.mean([success_at(o, k) for o in answerable])) for k in (1, 3, 5)}


def _searcher(corpus: Path, home: Path, settings: Settings) -> Searcher:
    home.mkdir(exist_ok=True)
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.of_index().items()]
    (home / SETTINGS_FILE).write_text("\n".join(lines), "utf-8")
    reindex(corpus, home)
    return Searcher.open(home)


def _speed(embedder: Embedder) -> Figures:
    """Passages of about 100 tokens that are encoded in a second."""
    random = np.random.default_rng(0)
    vocabulary = bundled_static().tokenizer.get_vocab()
    words = [w for w in sorted(vocabulary, key=vocabulary.__getitem__) if w.isalpha() and len(w) > 3]
    texts = [" ".join(random.choice(words[:COMMONEST], SPEED_WORDS)) for _ in range(SPEED_TEXTS)]
    embedder.passages(texts[:16])
    started = time.perf_counter()
    embedder.passages(texts)
    return {"passages encoded a second": SPEED_TEXTS / (time.perf_counter() - started)}
