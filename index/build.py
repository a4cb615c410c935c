"""Build: bring the index up to date with the corpus; only what changed is read and embedded."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from importlib import import_module
from pathlib import Path

from rodedraad.index.encoders.base import Vectors
from rodedraad.index.encoders.bundled import bundled_static, load_embedder
from rodedraad.index.files.segments import DamagedFile
from rodedraad.index.plan import Decision, Plan, State, compare
from rodedraad.index.settings import Settings, load_settings
from rodedraad.index.store.embedding_journal import EmbeddingJournal
from rodedraad.index.store.generation import Generation
from rodedraad.index.store.generation_writer import GenerationWriter, NewDocument
from rodedraad.index.store.manifest import Entry, IndexProblem, Manifest, Unread, damaged
from rodedraad.index.store.publishing import open_current, publish, writing
from rodedraad.index.words.analysis import analysis
from rodedraad.ingest.corpus_folder import Source, scan
from rodedraad.ingest.errors import Reason, RodeDraadError, UnreadableDocument
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.ingest.parser_pool import ParserPool
from rodedraad.ingest.passages import split_passages

OnProgress = Callable[[str, int, int], None]
"""Called with the name of a stage, how much of it is done, and how much there is."""


@dataclass(slots=True)
class Report:
    """What a re-index did, or would do; documents by id."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)  # id → reason
    partial: dict[str, list[str]] = field(default_factory=dict)  # id → what of it was not read
    passed_over: list[str] = field(default_factory=list)  # files of other kinds
    damaged: list[str] = field(default_factory=list)  # files of the previous generation, rebuilt
    passages: int = 0

    def note(self, decision: Decision) -> None:
        """List the document that a decision is about."""
        match decision.state:
            case State.UNREAD:
                self.failed[decision.source.id] = str(decision.reason)
            case State.NEW:
                self.added.append(decision.source.id)
            case State.CHANGED:
                self.changed.append(decision.source.id)
            case _:
                self.unchanged.append(decision.source.id)

    def note_partial(self, entries: Iterable[Entry]) -> None:
        """List the documents of which parts could not be read."""
        self.partial = {
            entry.path: [str(reason) for reason in entry.unread] for entry in entries if entry.unread
        }


def reindex(
    corpus: Path,
    home: Path,
    on_progress: OnProgress = lambda stage, done, total: None,
    say: Callable[[str], None] = lambda text: None,
    repair: bool = False,
) -> Report:
    """Publish a generation with the corpus as it is now, unless the published one has it already.

    An unreadable document is reported, and its previous version stays. `say` receives what a change
    of settings entails, before it is done. `repair` compares every checksum of the previous generation
    and rebuilds what is damaged, and compares the content of every document; without it, only sizes and
    times are compared. Raises RodeDraadError if there is nothing to index or another process is indexing,
    IndexProblem if damage is found on the way.
    """
    settings = load_settings(home)
    with ExitStack() as stack:
        background = stack.enter_context(ThreadPoolExecutor(1))
        models = background.submit(lambda: (load_embedder(settings), bundled_static()))
        sources, others = scan(corpus)
        if not sources:
            kinds = ", ".join(SUFFIXES)
            raise RodeDraadError(f"There is no document in {corpus}. Put files there: {kinds}.")
        folder, old = stack.enter_context(writing(home)), stack.enter_context(_last_generation(home))
        embedder, static = models.result()
        plan = Plan(old, sources, settings, embedder.fingerprint, repair)
        _announce(plan, say)
        report = Report(unchanged=list(plan.kept), passed_over=others, damaged=plan.damaged)
        journal = EmbeddingJournal(home, embedder.fingerprint, embedder.dimension)
        stack.enter_context(closing(journal))
        advance = _byte_counter(on_progress, plan.to_read)
        writer = GenerationWriter(folder, old, plan.damaged, embedder, static, journal, advance)
        stack.enter_context(closing(writer))
        if plan.to_read:  # load the modules that the first document needs while it is read
            background.submit(analysis, static)
            background.submit(import_module, "langchain_text_splitters")
        unread: dict[str, Reason] = {}
        kept = _write_documents(plan, writer, settings, report, unread, advance)
        if writer.is_empty and not kept:
            reasons = "".join(f"\n  {id}: {reason}" for id, reason in report.failed.items())
            raise RodeDraadError(f"No document in {corpus} can be read:{reasons}")
        manifest = Manifest(
            model=embedder.name,
            fingerprint=embedder.fingerprint,
            dimension=embedder.dimension,
            words=static.fingerprint,
            settings=settings.of_index(),
            documents=_by_path(kept),
            unread=_unread(plan.sources, unread),
        )
        if not writer.is_empty or plan.damaged or old is None or manifest != old.manifest:
            on_progress("Writing the index", 0, 1)
            manifest = _publish(home, folder, manifest, writer)
            journal.remove()
            on_progress("Writing the index", 1, 1)
        report.removed = plan.gone(report.failed)
        report.note_partial(manifest.documents)
        report.passages = sum(entry.passages for entry in manifest.documents)
    return report


@contextmanager
def _last_generation(home: Path) -> Iterator[Generation | None]:
    """The published generation to build on; None if there is none, or none that can be read.

    Damage found while it is used raises IndexProblem.
    """
    with ExitStack() as stack:
        generation: Generation | None
        try:
            generation = stack.enter_context(closing(open_current(home)))
        except IndexProblem:
            generation = None
        try:
            yield generation
        except DamagedFile as error:
            raise damaged(error.path) from error


def _announce(plan: Plan, say: Callable[[str], None]) -> None:
    if plan.known and not plan.same_model:
        say(f"The model has changed: all {len(plan.known)} documents are embedded again.")
    elif plan.known and not plan.same_size:
        say(f"passage_size has changed: all {len(plan.known)} documents are split again.")


def _byte_counter(on_progress: OnProgress, sources: Iterable[Source]) -> Callable[[int], None]:
    """A function that adds the bytes it is given to those already finished, and reports the sum."""
    done, total = 0, sum(source.size for source in sources)

    def advance(size: int) -> None:
        nonlocal done
        done += size
        on_progress("Reading and embedding", done, total)

    advance(0)
    return advance


def _write_documents(
    plan: Plan,
    writer: GenerationWriter,
    settings: Settings,
    report: Report,
    unread: dict[str, Reason],
    advance: Callable[[int], None],
) -> list[Entry]:
    """Write what the plan decides for each source, and report it; the entries that are kept.

    `unread` receives why sources cannot be read, by id.
    """
    kept = list(plan.kept.values())
    with ParserPool(settings.limits) as parsers:
        readings = parsers.map(lambda source: plan.read(source, parsers.read_document), plan.to_read)
        for decision in map(plan.decide, readings):
            report.note(decision)
            if decision.reason:
                unread[decision.source.id] = decision.reason
            if decision.document or decision.base:
                writer.add(_new_document(plan, decision, settings.passage_size))
                continue
            if decision.kept:
                kept.append(decision.kept)
            advance(decision.source.size)
    report.unchanged.sort(key=_order)
    return kept


def _new_document(plan: Plan, decision: Decision, size: int) -> NewDocument:
    """The document of a decision, in passages of `size` characters, with the vectors that still apply."""
    document = decision.document
    vectors: dict[str, Vectors] = {}
    if decision.base:
        before, passages, rows = plan.read_record(decision.base)
        if plan.same_model:
            vectors = {passage.searched: row for passage, row in zip(passages, rows, strict=True)}
        if document is None and plan.same_size:
            return NewDocument(decision.source, before, passages, vectors)
        document = document or before
    assert document is not None
    return NewDocument(decision.source, document, split_passages(document, size), vectors)


def _publish(home: Path, folder: Path, manifest: Manifest, writer: GenerationWriter) -> Manifest:
    """Publish what was written, with the documents of a manifest; the whole manifest."""
    entries, files = writer.finish(manifest.documents)
    manifest = replace(manifest, documents=_by_path(entries), files=files)
    manifest.save(folder)
    publish(home, folder)
    return manifest


def _unread(sources: Iterable[Source], reasons: Mapping[str, Reason]) -> tuple[Unread, ...]:
    return tuple(
        Unread(source.id, source.size, source.mtime_ns, reasons[source.id])
        for source in sources
        if source.id in reasons
    )


def _by_path(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: _order(entry.path)))


def _order(id: str) -> list[str]:
    """Sorts ids as `scan` does: by folder, then by name."""
    return id.split("/")


def preview(corpus: Path, home: Path) -> Report:
    """What `reindex` would report; nothing is parsed, embedded or written.

    A new or changed document counts as added or changed, whether or not it can be parsed; one that could
    not be read before, and has not changed since, as unreadable.
    """
    settings = load_settings(home)
    sources, others = scan(corpus)
    with _last_generation(home) as old:
        plan = Plan(old, sources, settings, load_embedder(settings).fingerprint)
        report = Report(unchanged=list(plan.kept), passed_over=others, damaged=plan.damaged)
        before = (
            {(file.path, file.size, file.mtime_ns): file.reason for file in old.manifest.unread}
            if old
            else {}
        )

        def parse(source: Source, data: bytes) -> None:
            if reason := before.get((source.id, source.size, source.mtime_ns)):
                raise UnreadableDocument(reason.text, **reason.values)

        for source in plan.to_read:
            report.note(plan.decide(plan.read(source, parse)))
        report.unchanged.sort(key=_order)
        report.removed = plan.gone(report.failed)
        report.note_partial(plan.kept.values())
    return report


def is_outdated(generation: Generation, corpus: Path) -> bool:
    """Whether a file of the corpus, or what sources.toml gives for it, has changed since it was indexed.

    False without a corpus folder.
    """
    if not corpus.is_dir():
        return False
    states = compare(generation.manifest, scan(corpus)[0])
    return not set(states.values()) <= {State.INDEXED, State.UNREAD}
