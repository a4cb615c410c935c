"""The commands index and check, and the index that the other commands open."""

import argparse
from collections.abc import Iterable, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING

from rodedraad.cli.terminal import interruption, progress, say
from rodedraad.ingest.errors import RodeDraadError

if TYPE_CHECKING:
    from rodedraad.index.report import Report
    from rodedraad.index.search import Searcher

UNCHANGED, DEBOUNCE, LOOK = 500, 10_000, 30_000
"""Milliseconds for --watch: without a change before a re-index; of changes without a pause; between two
looks at the folder, for network folders report no changes."""

WAIT = 120.0
"""Seconds to wait for another process that is indexing: longer than one that was killed keeps its lease."""


def index(options: argparse.Namespace) -> int:
    """Bring the index up to date, once or whenever the folder changes."""
    if options.dry_run:
        from rodedraad.index.build import preview
        from rodedraad.index.stores import store_of

        report = preview(options.corpus, options.home)
        for doing, ids in (
            ("add", report.added),
            ("change", report.changed),
            ("remove", report.removed),
        ):
            for id in ids:
                say(f"  would {doing}: {id}")
        _summarise(f"{store_of(options.home)} would get", report)
        return 0
    reindex_and_ask(options)
    if options.watch:
        _watch(options)
    return 0


def _watch(options: argparse.Namespace) -> None:
    """Index again whenever the folder has changed and then been quiet; until interrupted."""
    from watchfiles import watch

    from rodedraad.index.states import is_outdated
    from rodedraad.index.stores import store_of

    say(f"Watching {options.corpus}. Stop with Ctrl-C.")
    for _ in watch(
        options.corpus, step=UNCHANGED, debounce=DEBOUNCE, rust_timeout=LOOK, yield_on_timeout=True
    ):
        try:
            with closing(store_of(options.home).open()) as snapshot:
                outdated = is_outdated(snapshot, options.corpus)
            if outdated:
                reindex_and_ask(options)
        except RodeDraadError as error:
            say(f"rodedraad: {error}")


def reindex_and_ask(options: argparse.Namespace, is_waiting: bool = True) -> None:
    """Bring the index up to date as `reindex`, and tell which example questions it does not answer."""
    from rodedraad.index.search import Searcher
    from rodedraad.live.answered_examples import ask_examples

    reindex(options, is_waiting=is_waiting)
    asked = ask_examples(options.corpus, options.home, partial(Searcher.open, options.home))
    for example, is_answered in asked.items():
        if not is_answered:
            say(f"  not answered, so not shown as an example: {example.question}")


def reindex(options: argparse.Namespace, repair: bool = False, is_waiting: bool = True) -> "Report":
    """Bring the index up to date once, and print what was found.

    Another process that is indexing is waited for, unless `is_waiting` is false; raises IndexBusy if it
    takes longer than WAIT. After Ctrl-C what was read is kept, and KeyboardInterrupt is raised.
    """
    from rodedraad.index.build import reindex as build
    from rodedraad.index.stores import store_of

    stopping = "Stopping; what has been read is kept. Press Ctrl-C again to stop at once."
    with progress() as on_progress, interruption(stopping) as cancelled:
        report = build(
            options.corpus, options.home, on_progress, say, repair, cancelled, WAIT if is_waiting else 0.0
        )
    for name in report.damaged:
        say(f"  damaged, rebuilt: {name}")
    _summarise(f"{store_of(options.home)}: {report.passages} passages;", report)
    if report.waiting:
        say(f"{len(report.waiting)} documents were not read. To go on: rodedraad index")
        raise KeyboardInterrupt
    return report


def _summarise(beginning: str, report: "Report") -> None:
    counts = {
        "added": len(report.added),
        "changed": len(report.changed),
        "removed": len(report.removed),
        "unchanged": len(report.unchanged),
        "failed": len(report.failed),
    }
    summary = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    say(f"{beginning} documents: {summary}.")
    _tell_unread(report.failed.items(), report.partial.items())
    for id in report.passed_over:
        say(f"  skipped, not a kind of file that is read: {id}")


def _tell_unread(
    failed: Iterable[tuple[str, object]], partial: Iterable[tuple[str, Iterable[object]]]
) -> None:
    for id, reason in failed:
        say(f"  not indexed: {id}: {reason}")
    for id, reasons in partial:
        for reason in reasons:
            say(f"  indexed in part: {id}: {reason}")


def check(options: argparse.Namespace) -> int:
    """Verify the bundled models and the index, and repair that if asked."""
    from rodedraad.index.encoders.bundled import damaged_file
    from rodedraad.index.store.manifest import IndexProblem
    from rodedraad.index.stores import store_of

    if damaged := damaged_file():
        raise RodeDraadError(
            f"The file {damaged} of the bundled models is damaged or missing. Reinstall Rode Draad."
        )
    store = store_of(options.home)
    try:
        problems = store.problems()
    except IndexProblem as error:
        if not store.exists():
            raise
        problems = [str(error)]
    for problem in problems:
        say(problem)
    if problems and not options.repair:
        say("To rebuild it from the documents: rodedraad check --repair")
        return 2
    if options.repair:
        reindex(options, repair=True)
        if problems := store.problems():
            raise IndexProblem("It could not be repaired:" + "".join(f"\n  {p}" for p in problems))
    with closing(store.open()) as snapshot:
        files = len(snapshot.manifest.files)
        say(
            f"{store} is sound: {len(snapshot.manifest.texts)} documents, "
            f"{snapshot.passages} passages{f', {files} files' if files else ''} in {snapshot.id}."
        )
        _tell_unread(
            ((file.path, file.reason) for file in snapshot.manifest.unread),
            ((entry.path, entry.unread) for entry in snapshot.manifest.documents),
        )
    return 0


def open_index(options: argparse.Namespace, without: Sequence[str] = ()) -> "Searcher":
    """Open the index, without the signals in `without`; build it first where there is none."""
    from rodedraad.index.search import Searcher
    from rodedraad.index.states import is_outdated
    from rodedraad.index.stores import store_of

    if store_of(options.home).current() is None:
        reindex(options)
    searcher = Searcher.open(options.home, without)
    if is_outdated(searcher.generation, options.corpus):
        say(f"{options.corpus} has changed since it was indexed. To catch up: rodedraad index")
    return searcher
