"""Build: bring the index up to date with the corpus; only what changed is read and embedded."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from importlib import import_module
from pathlib import Path
from threading import Event

from rodedraad.index.builder import Builder, Workshop
from rodedraad.index.encoders.bundled import bundled_static, load_embedder
from rodedraad.index.files.segments import DamagedFile
from rodedraad.index.plan import Plan
from rodedraad.index.progress import OnProgress
from rodedraad.index.report import Report
from rodedraad.index.settings import load_settings
from rodedraad.index.store.draft import NewDraft, Store
from rodedraad.index.store.embedding_journal import EmbeddingJournal
from rodedraad.index.store.manifest import IndexBusy, IndexProblem, damaged
from rodedraad.index.store.progress_file import told_to_others
from rodedraad.index.store.snapshot import Snapshot
from rodedraad.index.stores import store_of
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.corpus_folder import Source, scan
from rodedraad.ingest.errors import RodeDraadError, UnreadableDocument
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.ingest.parser_pool import ParserPool

BUSY_POLL = 1.0
"""Seconds between two looks whether another process still writes the index."""


def reindex(
    corpus: Path,
    home: Path,
    on_progress: OnProgress = lambda now: None,
    say: Callable[[str], None] = lambda text: None,
    repair: bool = False,
    cancelled: Event | None = None,
    patience: float = 0.0,
) -> Report:
    """Publish a generation with the corpus as it is now, unless the published one has it already.

    A long indexing is published in parts, small files first. Once `cancelled` is set, it ends with what
    is done; the next goes on from there. An unreadable document is reported, and its previous version
    stays. `say` receives what a change of settings entails, before it is done. `repair` compares every
    checksum of the previous generation and rebuilds what is damaged, and compares the content of every
    document; without it, only sizes and times are compared. Another process that is indexing is waited for,
    `patience` seconds at most, and `say` receives which it is. Raises RodeDraadError if there is nothing to
    index, IndexBusy if another process is still indexing, IndexProblem if damage is found on the way.
    """
    settings, cancelled = load_settings(home), cancelled or Event()
    with ExitStack() as stack:
        background = stack.enter_context(ThreadPoolExecutor(1))
        models = background.submit(lambda: (load_embedder(settings), bundled_static()))
        sources, others = _documents(corpus)
        store = store_of(home)
        new_draft, has_waited = stack.enter_context(_turn(store, patience, say, cancelled))
        if has_waited:  # the other process may have read newer ones
            sources, others = _documents(corpus)
        old = stack.enter_context(_last_state(store))
        on_progress = stack.enter_context(told_to_others(home, on_progress))
        embedder, static = models.result()
        plan = Plan(old, sources, settings, embedder.fingerprint, repair)
        _announce(plan, say)
        report = _report(plan, others)
        journal = EmbeddingJournal(home, embedder.fingerprint, embedder.dimension)
        stack.enter_context(closing(journal))
        shop = Workshop(corpus, store, new_draft, settings, embedder, static, journal)
        builder = Builder(shop, old, plan, report, on_progress, cancelled)
        if plan.to_read:  # load the modules that the first document needs while it is read
            background.submit(analysis, static)
            background.submit(import_module, "langchain_text_splitters")
        with ParserPool(settings.limits) as parsers:
            readings = parsers.map(
                lambda source: plan.read(source, parsers.read_documents), plan.to_read, cancelled
            )
            builder.build(map(plan.decide, readings))
        if not builder.waiting:
            journal.remove()
    report.complete(builder.documents)
    report.waiting = builder.waiting
    ids = {entry.path for entry in builder.documents}
    report.removed = plan.gone(lambda entry: entry.path in ids)
    report.passages = sum(entry.passages for entry in builder.documents)
    return report


def _documents(corpus: Path) -> tuple[list[Source], list[str]]:
    """What `scan` finds; raises RodeDraadError where there is no document, too."""
    sources, others = scan(corpus)
    if not sources:
        kinds = ", ".join(SUFFIXES)
        raise RodeDraadError(f"There is no document in {corpus}. Put files there: {kinds}.")
    return sources, others


@contextmanager
def _turn(
    store: Store, patience: float, say: Callable[[str], None], cancelled: Event
) -> Iterator[tuple[NewDraft, bool]]:
    """What begins drafts, as `Store.writing`, and whether another process was waited for."""
    until, has_waited = time.monotonic() + patience, False
    with ExitStack() as stack:
        while True:
            try:
                new_draft = stack.enter_context(store.writing())
                break
            except IndexBusy as busy:
                if time.monotonic() >= until:
                    raise
                if not has_waited:
                    say(f"{busy.told} This one waits for it, {patience:.0f} seconds at most.")
                has_waited = True
                if cancelled.wait(BUSY_POLL):
                    raise
        yield new_draft, has_waited


@contextmanager
def _last_state(store: Store) -> Iterator[Snapshot | None]:
    """The published state to build on; None if there is none, or none that can be read.

    Damage found while it is used raises IndexProblem.
    """
    with ExitStack() as stack:
        last: Snapshot | None
        try:
            last = stack.enter_context(closing(store.open()))
        except IndexProblem:
            last = None
        try:
            yield last
        except DamagedFile as error:
            raise damaged(error.path) from error


def _report(plan: Plan, others: list[str]) -> Report:
    """A report of what needs no reading."""
    unchanged = [id for id, entry in plan.kept.items() if entry.passages]
    return Report(unchanged=unchanged, passed_over=others, damaged=plan.damaged)


def _announce(plan: Plan, say: Callable[[str], None]) -> None:
    count = sum(entry.passages > 0 for entries in plan.known.values() for entry in entries)
    if count and not plan.same_model:
        say(f"The model has changed: all {count} documents are embedded again.")
    elif count and not plan.same_size:
        say(f"passage_size has changed: all {count} documents are split again.")


def preview(corpus: Path, home: Path) -> Report:
    """What `reindex` would report; nothing is parsed, embedded or written.

    A new or changed document counts as added or changed, whether or not it can be parsed; one that could
    not be read before, and has not changed since, as unreadable.
    """
    settings = load_settings(home)
    sources, others = scan(corpus)
    with _last_state(store_of(home)) as old:
        plan = Plan(old, sources, settings, load_embedder(settings).fingerprint)
        report = _report(plan, others)
        before = (
            {(file.path, file.size, file.mtime_ns): file.reason for file in old.manifest.unread}
            if old
            else {}
        )

        def parse(source: Source, data: bytes) -> tuple[()]:
            if reason := before.get((source.id, source.size, source.mtime_ns)):
                raise UnreadableDocument.of(reason)
            return ()

        for source in plan.to_read:
            report.note(plan.decide(plan.read(source, parse)))
        report.complete(plan.kept.values())
        files = {source.id for source in plan.sources} - (report.failed.keys() - plan.known.keys())
        report.removed = plan.gone(lambda entry: entry.file in files)
    return report
