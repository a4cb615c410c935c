"""Documents tab: a table of the documents, with uploads, removal and re-indexing."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from rodedraad.index.progress import Progress
from rodedraad.ingest.errors import RodeDraadError
from rodedraad.ingest.formats import SUFFIXES
from rodedraad.live.live_corpus import DocumentRow, LiveCorpus
from rodedraad.live.web_fetch import LONGEST_ADDRESS
from rodedraad.page.accent_folding import looked_for
from rodedraad.page.background_work import progress_html, watched
from rodedraad.page.clicks import text
from rodedraad.page.notes import STATUS, note, why
from rodedraad.page.translated_labels import PHRASES, QUIET, Labels
from rodedraad.page.visitor import changing, may_change
from rodedraad.texts.html_templates import render
from rodedraad.texts.phrases import page_language, phrase
from rodedraad.texts.refusal import Refusal

MOST_ROWS_SHOWN = 500  # rows

LONGEST_FILTER = 200  # characters

FOLLOWERS = 16
"""How many pages see an indexing of others at the same time: less than half of Gradio's 40 workers."""

INDEXING_POLL = 1.0
"""Seconds between two looks at an indexing that another page or process runs."""

DocumentsChange = tuple[Any, Any, Any]
"""What an event puts into the status, what changes when the table does, and the button to cancel."""

REMOVE = """
element.addEventListener('click', event => {
  const button = event.target.closest('button[data-id]');
  if (button && confirm(button.dataset.question)) trigger('click', {id: button.dataset.id});
});
"""


def documents_tab(
    tab: gr.Tab, library: LiveCorpus, labels: Labels, languages: gr.HTML, can_change: bool
) -> None:
    """Fill the tab; without `can_change` it has no upload, removal or re-indexing, nor their events."""
    events = _DocumentEvents(library)
    with gr.Column(elem_id="documents"):
        if can_change:
            with gr.Row(elem_id="change"):
                upload = gr.File(
                    file_count="multiple",
                    file_types=list(SUFFIXES),
                    label=PHRASES("upload"),
                    elem_id="upload",
                )
                labels.label(upload, label="upload")
                again = gr.Button(PHRASES("reindex"), size="sm", elem_id="reindex")
                labels.label(again, value="reindex")
            with gr.Row(elem_id="page-to-add"):
                address = gr.Textbox(
                    label=PHRASES("add_page"),
                    placeholder="https://",
                    max_lines=1,
                    max_length=LONGEST_ADDRESS,
                )
                labels.label(address, label="add_page")
                add = gr.Button(PHRASES("add"), size="sm", elem_id="add-page")
                labels.label(add, value="add")
        with gr.Row(elem_id="progress"):
            status = gr.HTML(elem_id="doing", js_on_load=STATUS)
            cancel = gr.Button(PHRASES("cancel"), size="sm", elem_id="cancel", visible=False)
            labels.label(cancel, value="cancel")
        find = gr.Textbox(
            label=PHRASES("scope_find"), max_lines=1, max_length=LONGEST_FILTER, elem_id="find-document"
        )
        labels.label(find, label="scope_find")
        count = gr.HTML(elem_id="found", elem_classes="unseen", js_on_load=STATUS)
        before, changes = gr.State(""), gr.State("")
        table = gr.HTML(elem_id="library", js_on_load=REMOVE)
    shown = [status, changes, cancel]
    # One event for all, so that one runs after another and the last words count.
    looks = [tab.select, languages.input, find.change, changes.change]
    gr.on(looks, events.show, find, [table, count], trigger_mode="always_last", **QUIET)
    tab.select(
        events.follow,
        None,
        shown,
        concurrency_limit=FOLLOWERS,
        show_progress="hidden",
        api_visibility="private",
    )
    if can_change:
        one_at_a_time: dict[str, Any] = {
            "concurrency_limit": 1, "concurrency_id": "index", "show_progress": "hidden",
            "api_visibility": "private",
        }  # fmt: skip
        cancel.click(events.cancel, None, cancel, **QUIET)
        kept = upload.upload(events.add, upload, [upload, status, before], **QUIET)
        gone = table.click(events.remove, None, None, **QUIET).success(events.forget, None, before, **QUIET)
        asked = again.click(events.forget, None, before, **QUIET)
        fetching = gr.on([address.submit, add.click], events.tell_fetching, None, status, **QUIET)
        fetched = fetching.then(
            events.add_page, address, [address, status, before], **one_at_a_time | {"concurrency_id": "fetch"}
        )
        in_turn = one_at_a_time | {"trigger_mode": "always_last"}  # what is added meanwhile is indexed next
        for changed in (kept, gone, asked, fetched):
            changed.then(events.renew, before, shown, **in_turn)


class _DocumentEvents:
    def __init__(self, library: LiveCorpus) -> None:
        self._library = library
        self._renewing: set[str | None] = set()  # sessions whose own indexing runs

    def show(self, words: str | None, request: gr.Request) -> tuple[str, str]:
        """The table of the documents that are looked for, and how many these are."""
        language, rows = page_language(request.headers), self._library.rows()
        found = found_by(str(words or ""), rows)
        total, count = (f"{sum(not row.only_holds_others for row in some):,}" for some in (rows, found))
        told = phrase("scope_some", language, count=count, total=total) if words else ""
        return library_html(found, language, may_change(request.headers), told), told and note(told)

    @changing
    def forget(self) -> str:
        """No notes on an upload."""
        return ""

    @changing
    def add(self, files: list[str] | None, request: gr.Request) -> tuple[None, str, str | None]:
        """Add files; the notes on those refused come twice, but None for the second if no file was added."""
        language = page_language(request.headers)
        refused, added = [], False
        for file in map(Path, files or ()):
            try:
                self._library.add(file, file.name)
                added = True
            except RodeDraadError as error:
                refused.append(note(f"{file.name}: {why(error, language, self._library.told)}", "refused"))
            finally:
                file.unlink(missing_ok=True)
        notes = "".join(refused)
        return None, notes, notes if added else None

    @changing
    def tell_fetching(self, request: gr.Request) -> str:
        """The note that a page is being fetched."""
        return note(phrase("doing_fetching", page_language(request.headers)))

    @changing
    def add_page(self, address: str | None, request: gr.Request) -> tuple[str, str, str | None]:
        """Fetch a page; returns what was added, twice, or the address again, why nothing was, and None."""
        language = page_language(request.headers)
        address = str(address or "").strip()
        added = None
        try:
            added = told = note(phrase("page_added", language, id=self._library.add_page(address)))
            address = ""
        except Refusal as refusal:
            told = note(f"{address}: {phrase(refusal.why, language, **refusal.given)}", "refused")
        except RodeDraadError as error:
            told = note(self._library.told(error), "refused")
        return address, told, added

    @changing
    def remove(self, click: gr.EventData) -> None:
        try:
            self._library.remove(text(click, "id"))
        except RodeDraadError as error:
            raise gr.Error(self._library.told(error), print_exception=False) from error

    @changing
    def cancel(self) -> Any:
        self._library.cancel()
        return gr.update(visible=False)

    @changing
    def renew(self, before: str | None, request: gr.Request) -> Iterator[DocumentsChange]:
        """Re-index and yield the progress, unless nothing was changed and `before` is None.

        The notes on an upload, in `before`, stay above the result.
        """
        if before is None:
            yield gr.skip(), time.monotonic_ns(), gr.skip()
            return
        language = page_language(request.headers)
        self._renewing.add(request.session_hash)
        try:
            report = yield from watched(self._library.reindex, partial(self._now, request))
            found = phrase(
                "reindex_cancelled" if report.waiting else "reindexed",
                language,
                added=len(report.added),
                changed=len(report.changed),
                removed=len(report.removed),
                failed=len(report.failed),
                waiting=len(report.waiting),
            )
        except RodeDraadError as error:
            found = why(error, language, self._library.told)
        finally:
            self._renewing.discard(request.session_hash)
        yield f"{before}{note(found)}", time.monotonic_ns(), gr.update(visible=False)

    async def follow(self, request: gr.Request) -> AsyncIterator[DocumentsChange]:
        """Yield the progress of an indexing that another page or process runs, until it ends."""
        language = page_language(request.headers)
        followed = False
        while request.session_hash not in self._renewing and (running := self._library.running()):
            since = f"{datetime.fromtimestamp(running.since, UTC):%H:%M}"
            more = phrase("since", language, time=since)
            yield await asyncio.to_thread(self._now, request, running.progress, more)
            followed = True
            await asyncio.sleep(INDEXING_POLL)
        if followed and request.session_hash not in self._renewing:
            yield "", await asyncio.to_thread(self._library.version), gr.update(visible=False)
        else:
            yield gr.skip(), gr.skip(), gr.skip()

    def _now(self, request: gr.Request, progress: Progress, more: str = "") -> DocumentsChange:
        """The progress of a running indexing, the version of the index, and the button to cancel."""
        can_cancel = may_change(request.headers) and self._library.can_cancel
        shown = progress_html(progress, page_language(request.headers), more)
        return shown, self._library.version(), gr.update(visible=can_cancel)


def found_by(words: str, rows: Sequence[DocumentRow]) -> list[DocumentRow]:
    """The documents whose title or id contains the words, and the files that hold these."""
    is_meant = looked_for(words)
    found = [row for row in rows if is_meant(row.id, row.title)]
    ids = {id for row in found for id in (row.id, row.file)}
    return [row for row in rows if row.id in ids]


def library_html(rows: Sequence[DocumentRow], language: str, may_change: bool, caption: str = "") -> str:
    """The documents as a table; with `may_change`, each has a button to remove it.

    `caption` is shown above them instead of their number.
    """
    return render(
        "page/library.html",
        rows=rows,
        language=language,
        may_change=may_change,
        caption=caption,
        most=MOST_ROWS_SHOWN,
    )
